// SPDX-License-Identifier: Apache-2.0
#include "base/err.h"
#include "base/utf8.h"
#include "text/uni.h"

/* Where the parts of the table begin; see tools/unicode-table. */
struct row { uint32_t cp; uint16_t nfd, nfkd, lower; uint8_t combining, zero; };

enum { ROW_BYTES = 12, SORT_BY_HAND = 16 };
enum { HANGUL = 0xAC00, HANGUL_L = 0x1100, HANGUL_V = 0x1161, HANGUL_T = 0x11A7, N_L = 19, N_V = 21, N_T = 28 };

static uint32_t head(unsigned i) { return le32(assay_unicode + 8 + 4 * i); }
static const uint8_t *map_at(void) { return assay_unicode + UNI_CLASSES_AT + 128 * (size_t)head(2); }
static const uint8_t *pool_at(void) { return map_at() + ROW_BYTES * (size_t)head(3); }
static const uint8_t *pairs_at(void) { return pool_at() + 4 * (size_t)head(4); }

void uni_version(unsigned *major, unsigned *minor)
{
    *major = head(0);
    *minor = head(1);
}

static struct row row_of(uint32_t cp)
{
    struct row r = { .cp = cp };
    if (!(uni_class(cp) & UNI_CLASS_MAPPED))
        return r;
    const uint8_t *map = map_at();
    size_t from = 0, to = head(3);
    while (from < to) {
        size_t mid = (from + to) / 2;
        const uint8_t *p = map + ROW_BYTES * mid;
        if (le32(p) == cp)
            return (struct row){ cp, le16(p + 4), le16(p + 6), le16(p + 8), p[10], 0 };
        if (le32(p) < cp)
            from = mid + 1;
        else
            to = mid;
    }
    return r;
}

static unsigned from_pool(unsigned at, uint32_t *out, unsigned max)
{
    const uint8_t *p = pool_at() + 4 * (size_t)at;
    unsigned n = le32(p);
    n = n > max ? max : n;
    for (unsigned i = 0; i < n; i++)
        out[i] = le32(p + 4 + 4 * (size_t)i);
    return n;
}

unsigned uni_lower(uint32_t cp, uint32_t out[4])
{
    if (cp < 0x80)
        return out[0] = cp - 'A' < 26 ? cp + 32 : cp, 1;
    struct row r = row_of(cp);
    if (r.lower)
        return from_pool(r.lower, out, 4);
    out[0] = cp;
    return 1;
}

void uni_put(struct buf *out, uint32_t cp)
{
    char c[4];
    buf_add(out, c, utf8_put(cp, c));
}

/* ---- composition ------------------------------------------------------------------------- */

static uint32_t compose_hangul(uint32_t a, uint32_t b)
{
    if (a - HANGUL_L < N_L && b - HANGUL_V < N_V)
        return HANGUL + ((a - HANGUL_L) * N_V + (b - HANGUL_V)) * N_T;
    if (a - HANGUL < N_L * N_V * N_T && (a - HANGUL) % N_T == 0 && b - HANGUL_T - 1 < N_T - 1)
        return a + (b - HANGUL_T);
    return 0;
}

/* The one character that stands for the two; 0: none. */
static uint32_t compose(uint32_t a, uint32_t b)
{
    uint32_t hangul = compose_hangul(a, b);
    if (hangul || !(uni_class(b) & UNI_CLASS_NOT_NFC))
        return hangul;
    size_t from = 0, to = head(5);
    while (from < to) {
        size_t mid = (from + to) / 2;
        const uint8_t *p = pairs_at() + 12 * mid;
        uint32_t x = le32(p), y = le32(p + 4);
        if (x == a && y == b)
            return le32(p + 8);
        if (x < a || (x == a && y < b))
            from = mid + 1;
        else
            to = mid;
    }
    return 0;
}

/* ---- runs: a starter and the marks behind it, each as class << 24 | character -------------- */

static void sort_by_hand(uint32_t *marks, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint32_t x = marks[i];
        size_t at = i;
        for (; at && marks[at - 1] >> 24 > x >> 24; at--)
            marks[at] = marks[at - 1];
        marks[at] = x;
    }
}

/* Stable, by class; long runs by counting, so that a hostile one costs no more than its length. */
static void sort_marks(struct buf *run, size_t from)
{
    size_t n = run->n / 4 - from, at[256] = { 0 }, sum = 0;
    if (n <= SORT_BY_HAND) {
        sort_by_hand((uint32_t *)(void *)run->p + from, n);
        return;
    }
    size_t whole = run->n;
    for (size_t i = 0; i < n; i++)          /* a copy behind the run, in the same scratch */
        buf_add(run, &(uint32_t){ ((uint32_t *)(void *)run->p)[from + i] }, 4);
    if (run->error)
        return;
    uint32_t *marks = (uint32_t *)(void *)run->p + from, *copy = marks + n;
    for (size_t i = 0; i < n; i++)
        at[copy[i] >> 24]++;
    for (unsigned c = 0; c < 256; c++) {
        size_t here = at[c];
        at[c] = sum;
        sum += here;
    }
    for (size_t i = 0; i < n; i++)
        marks[at[copy[i] >> 24]++] = copy[i];
    run->n = whole;
}

/* Put marks into the starter where they compose with it. Afterwards the run is what is left. */
static void compose_run(struct buf *run)
{
    uint32_t *r = (uint32_t *)(void *)run->p;
    size_t n = run->n / 4, kept = 1;
    uint32_t last = 0;
    for (size_t i = 1; i < n; i++) {
        uint32_t class = r[i] >> 24, one = class > last || kept == 1 ? compose(r[0] & 0xFFFFFF, r[i] & 0xFFFFFF) : 0;
        if (one) {
            r[0] = one;
            continue;
        }
        last = class;
        r[kept++] = r[i];
    }
    run->n = kept * 4;
}

static void flush_run(struct buf *run, struct buf *out)
{
    for (size_t i = 0; i < run->n / 4; i++)
        uni_put(out, ((uint32_t *)(void *)run->p)[i] & 0xFFFFFF);
    run->n = 0;
}

static bool starts(const struct buf *run)
{
    return run->n && !(*(const uint32_t *)(const void *)run->p >> 24);
}

static void close_run(struct buf *run, bool composing)
{
    size_t marks = starts(run) ? 1 : 0;
    if (run->n / 4 > marks + 1)
        sort_marks(run, marks);
    if (composing && marks && !run->error)
        compose_run(run);
}

static void add_decomposed(struct buf *run, uint32_t cp, unsigned class, bool composing, struct buf *out)
{
    if (run->error)
        return;
    if (!class && run->n) {
        close_run(run, composing);
        if (run->error)
            return;
        uint32_t *first = (uint32_t *)(void *)run->p;
        uint32_t one = composing && run->n == 4 && starts(run) ? compose(first[0], cp) : 0;
        if (one) {
            first[0] = one;
            return;
        }
        flush_run(run, out);
    }
    buf_add(run, &(uint32_t){ (uint32_t)class << 24 | cp }, 4);
}

static void add_char(struct buf *run, uint32_t cp, enum uni_form form, struct buf *out)
{
    bool composing = form == UNI_NFC || form == UNI_NFKC;
    uint32_t parts[24];
    unsigned n = 1;
    parts[0] = cp;
    struct row r = row_of(cp);
    unsigned place = form == UNI_NFKC || form == UNI_NFKD ? r.nfkd : r.nfd;
    if (place) {
        n = from_pool(place, parts, 24);
    } else if (cp - HANGUL < N_L * N_V * N_T) {
        uint32_t s = cp - HANGUL;
        parts[0] = HANGUL_L + s / (N_V * N_T);
        parts[1] = HANGUL_V + s % (N_V * N_T) / N_T;
        parts[2] = HANGUL_T + s % N_T;
        n = s % N_T ? 3 : 2;
    }
    for (unsigned i = 0; i < n; i++)
        add_decomposed(run, parts[i], place ? row_of(parts[i]).combining : r.combining, composing, out);
}

void uni_normalize(struct span in, enum uni_form form, struct buf *run, struct buf *out)
{
    run->n = 0;
    for (size_t at = 0; at < in.n && !run->error && !out->error;) {
        unsigned n;
        uint32_t cp = uni_at(in.p + at, &n);
        add_char(run, cp, form, out);
        at += n;
    }
    close_run(run, form == UNI_NFC || form == UNI_NFKC);
    if (run->error)
        return;
    flush_run(run, out);
}

bool uni_is_nfc(struct span in)
{
    for (size_t at = 0; at < in.n;) {
        unsigned n;
        if (in.p[at] < 0xCC) {              /* ASCII, and what Latin-1 and Latin Extended A and B lead with */
            at++;
            continue;
        }
        if (uni_class(uni_at(in.p + at, &n)) & UNI_CLASS_NOT_NFC)
            return false;
        at += n;
    }
    return true;
}
