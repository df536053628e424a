// SPDX-License-Identifier: Apache-2.0
#include "license/align.h"

#include "base/sha256.h"

enum { WINDOW_BUDGET = 200000 };        /* word positions tried between two anchors */

/* ---- the input's table --------------------------------------------------------------- */

static uint32_t slot_of(const struct align_input *in, uint32_t s)
{
    uint32_t i = (s * 0x9e3779b1u) & (in->n_slots - 1);
    while (in->slots[i] && in->shingle[in->slots[i] - 1] != s)
        i = (i + 1) & (in->n_slots - 1);
    return i;
}

int align_input(const struct words *w, uint32_t from, uint32_t to, struct arena *a,
                struct align_input *out, struct err *e)
{
    struct words part = *w;
    part.n = to;
    struct align_input in = { .w = w, .from = from, .to = to, .n_slots = 64 };
    uint32_t max = (to - from) / SHINGLE_MIN + 1;
    while (in.n_slots < 2 * max)
        in.n_slots *= 2;
    in.slots = arena_array(a, in.n_slots, sizeof *in.slots);
    in.shingle = arena_array(a, max, sizeof *in.shingle);
    in.start = arena_array(a, max, sizeof *in.start);
    in.count = arena_array(a, max, sizeof *in.count);
    if (!in.slots || !in.shingle || !in.start || !in.count)
        return err_memory(e);
    for (uint32_t i = from, end; i < to; i = end) {
        end = words_cut(&part, i);
        uint32_t s = words_window(w, i, end - i, words_power(end - i));
        uint32_t slot = slot_of(&in, s);
        if (!in.slots[slot]) {
            in.shingle[in.n] = s;
            in.start[in.n] = i;
            in.slots[slot] = ++in.n;
        }
        in.count[in.slots[slot] - 1]++;
    }
    *out = in;
    return 0;
}

/* ---- anchors ------------------------------------------------------------------------- */

struct anchors { uint32_t *known, *where; uint32_t n; };    /* shingle of the entry, word of the input */

static int find_anchors(const struct align_input *in, const uint32_t *known, uint32_t n, struct arena *a,
                        struct anchors *out)
{
    uint32_t *times = arena_array(a, in->n, sizeof *times);
    uint32_t *number = arena_array(a, n, sizeof *number);
    out->known = arena_array(a, n, sizeof *out->known);
    out->where = arena_array(a, n, sizeof *out->where);
    if (!times || !number || !out->known || !out->where)
        return -1;
    for (uint32_t j = 0; j < n; j++) {
        number[j] = in->slots[slot_of(in, known[j])];
        if (number[j])
            times[number[j] - 1]++;
    }
    out->n = 0;
    for (uint32_t j = 0; j < n; j++)
        if (number[j] && times[number[j] - 1] == 1 && in->count[number[j] - 1] == 1) {
            out->known[out->n] = j;
            out->where[out->n++] = in->start[number[j] - 1];
        }
    return 0;
}

/* Keep the longest run of anchors whose `where` increases. Patience sorting, O(n log n). */
static int keep_increasing(struct anchors *x, struct arena *a)
{
    uint32_t *tail = arena_array(a, x->n, sizeof *tail), *prev = arena_array(a, x->n, sizeof *prev);
    if (!tail || !prev)
        return -1;
    uint32_t n = 0;
    for (uint32_t i = 0; i < x->n; i++) {
        uint32_t lo = 0, hi = n;
        while (lo < hi) {
            uint32_t mid = (lo + hi) / 2;
            if (x->where[tail[mid]] < x->where[i])
                lo = mid + 1;
            else
                hi = mid;
        }
        prev[i] = lo ? tail[lo - 1] : UINT32_MAX;
        tail[lo] = i;
        n += lo == n;
    }
    for (uint32_t k = n, i = n ? tail[n - 1] : 0; k > 0; k--, i = prev[i])
        tail[k - 1] = i;
    for (uint32_t k = 0; k < n; k++) {          /* tail[k] >= k: safe in place */
        x->known[k] = x->known[tail[k]];
        x->where[k] = x->where[tail[k]];
    }
    x->n = n;
    return 0;
}

/* ---- between anchors ----------------------------------------------------------------- */

struct gap { uint32_t k0, k1, p0, p1; };        /* shingles [k0, k1) of the entry, words [p0, p1) */

static bool lies_at(const struct words *w, uint32_t p, uint32_t s)
{
    unsigned n = shingle_length(s);
    return words_window(w, p, n, words_power(n)) == s;
}

static void fill_gap(const struct words *w, const uint32_t *known, struct gap g, int32_t *at)
{
    while (g.k0 < g.k1 && shingle_length(known[g.k0]) <= g.p1 - g.p0 && lies_at(w, g.p0, known[g.k0])) {
        at[g.k0] = (int32_t)g.p0;
        g.p0 += shingle_length(known[g.k0++]);
    }
    while (g.k0 < g.k1) {
        uint32_t n = shingle_length(known[g.k1 - 1]);
        if (n > g.p1 - g.p0 || !lies_at(w, g.p1 - n, known[g.k1 - 1]))
            break;
        g.p1 -= n;
        at[--g.k1] = (int32_t)g.p1;
    }
    uint32_t budget = WINDOW_BUDGET;
    for (uint32_t k = g.k0; k < g.k1 && budget; k++) {
        unsigned n = shingle_length(known[k]);
        uint64_t power = words_power(n);
        for (uint32_t p = g.p0; n <= g.p1 - g.p0 && p <= g.p1 - n && budget; p++, budget--)
            if (words_window(w, p, n, power) == known[k]) {
                at[k] = (int32_t)p;
                g.p0 = p + n;
                break;
            }
    }
}

/* ---- the verdict on one entry -------------------------------------------------------- */

static void measure(const uint32_t *known, uint32_t n, struct align *out)
{
    out->matched_words = out->first = out->end = 0;
    for (uint32_t k = 0; k < n; k++) {
        if (out->at[k] < 0)
            continue;
        if (!out->matched_words)
            out->first = (uint32_t)out->at[k];
        out->matched_words += shingle_length(known[k]);
        out->end = (uint32_t)out->at[k] + shingle_length(known[k]);
    }
}

/* The shingles say that all is there; ask SHA-256 of the words themselves. */
static int verify(const struct words *w, const struct index_entry *entry, const uint32_t *known,
                  struct arena *a, struct align *out, struct err *e)
{
    size_t n = 0;
    char *p = arena_alloc(a, w->norm_bytes), hex[SHA256_HEX_BYTES];
    if (!p)
        return err_memory(e);
    for (uint32_t k = 0; k < entry->n_shingles; k++) {
        uint32_t from = (uint32_t)out->at[k], to = from + shingle_length(known[k]);
        uint32_t end = to < w->n ? w->items[to].norm : w->norm_bytes;
        memcpy(p + n, w->norm + w->items[from].norm, end - w->items[from].norm);
        n += end - w->items[from].norm;
    }
    int rc = sha256_hex(span_of(p, n), hex, e);
    out->verified = !rc;
    for (int i = 0; i < 32 && out->verified; i++) {
        unsigned nibble = i % 2 ? entry->digest[i / 2] & 15u : entry->digest[i / 2] >> 4;
        out->verified = hex[i] == "0123456789abcdef"[nibble];
    }
    return rc;
}

int align_entry(const struct align_input *in, const struct index *x, uint32_t n, struct arena *a,
                struct align *out, struct err *e)
{
    const struct index_entry *entry = &x->entries[n];
    const uint32_t *known = x->shingles + entry->first;
    struct anchors anchors;
    *out = (struct align){ .entry = n, .at = arena_array(a, entry->n_shingles, sizeof *out->at) };
    if (!out->at || find_anchors(in, known, entry->n_shingles, a, &anchors) || keep_increasing(&anchors, a))
        return err_memory(e);
    memset(out->at, 0xff, entry->n_shingles * sizeof *out->at);
    struct gap g = { .p0 = in->from };
    for (uint32_t i = 0; i <= anchors.n; i++) {
        bool last = i == anchors.n;
        g.k1 = last ? entry->n_shingles : anchors.known[i];
        g.p1 = last ? in->to : anchors.where[i];
        fill_gap(in->w, known, g, out->at);
        if (last)
            break;
        out->at[anchors.known[i]] = (int32_t)anchors.where[i];
        g.k0 = anchors.known[i] + 1;
        g.p0 = anchors.where[i] + shingle_length(known[anchors.known[i]]);
    }
    measure(known, entry->n_shingles, out);
    if (out->matched_words < entry->n_words)
        return 0;
    return verify(in->w, entry, known, a, out, e);
}
