// SPDX-License-Identifier: Apache-2.0
#include "license/catalog.h"

#include <stdio.h>
#include <strings.h>
#include "base/sha256.h"

/* The blob's layout is drawn in tools/bundle, which writes it. */
enum { HEAD_BYTES = 24, FILE_BYTES = 16, NAME_BYTES = 12 };
enum { KIND_ID, KIND_TAG, KIND_NAME };
enum { NAME_MAX_BYTES = 512 };

/* ---- opening ------------------------------------------------------------------------- */

struct blob { struct span all, files, names, strings; size_t n_files, n_names; uint32_t date; };

static int open_blob(struct span in, struct blob *b, struct err *e)
{
    if (in.n < HEAD_BYTES || !span_starts(in, "ASSAYCB1"))
        return err_set(e, ERR_FORMAT, 0, "catalogue does not begin with \"ASSAYCB1\"");
    b->n_files = le32(in.p + 8);
    b->n_names = le32(in.p + 12);
    size_t n_string_bytes = le32(in.p + 16), left = in.n - HEAD_BYTES;
    b->date = le32(in.p + 20);
    if (b->n_files > left / FILE_BYTES)
        return err_set(e, ERR_FORMAT, 8, "catalogue claims %zu files", b->n_files);
    left -= b->n_files * FILE_BYTES;
    if (b->n_names > left / NAME_BYTES)
        return err_set(e, ERR_FORMAT, 12, "catalogue claims %zu names", b->n_names);
    left -= b->n_names * NAME_BYTES;
    if (n_string_bytes > left)
        return err_set(e, ERR_FORMAT, 16, "catalogue claims %zu bytes of strings", n_string_bytes);
    b->files = span_sub(in, HEAD_BYTES, b->n_files * FILE_BYTES);
    b->names = span_sub(in, HEAD_BYTES + b->files.n, b->n_names * NAME_BYTES);
    b->strings = span_sub(in, HEAD_BYTES + b->files.n + b->names.n, n_string_bytes);
    if (b->strings.n == 0 || b->strings.p[b->strings.n - 1] != 0 || b->date >= b->strings.n)
        return err_set(e, ERR_FORMAT, 16, "catalogue has unterminated strings");
    return b->n_files <= CATALOG_MAX_RECORDS
               ? 0 : err_set(e, ERR_LIMIT, 8, "catalogue has more than %d files", CATALOG_MAX_RECORDS);
}

static int read_files(struct catalog *c, const struct blob *b, struct err *e)
{
    for (size_t i = 0; i < b->n_files; i++) {
        const uint8_t *p = b->files.p + i * FILE_BYTES;
        uint32_t name = le32(p), from = le32(p + 4), n = le32(p + 8), is_record = le32(p + 12);
        bool in_order = is_record == 0 || c->n_records == i;
        if (name >= b->strings.n || from > b->all.n || n > b->all.n - from || is_record > 1 || !in_order)
            return err_set(e, ERR_FORMAT, HEAD_BYTES + i * FILE_BYTES, "entry of file %zu is out of range", i);
        c->files[i].name = (const char *)b->strings.p + name;
        c->files[i].bytes = span_sub(b->all, from, n);
        c->n_records += is_record;
    }
    return 0;
}

static int read_names(struct catalog *c, const struct blob *b, struct err *e)
{
    for (size_t i = 0; i < b->n_names; i++) {
        const uint8_t *p = b->names.p + i * NAME_BYTES;
        struct catalog_name *name = &c->names[i];
        uint32_t text = le32(p);
        name->file = le32(p + 4);
        name->kind = le32(p + 8);
        if (text >= b->strings.n || name->file >= c->n_records || name->kind > KIND_NAME)
            return err_set(e, ERR_FORMAT, HEAD_BYTES + b->files.n + i * NAME_BYTES,
                           "entry of name %zu is out of range", i);
        name->text = (const char *)b->strings.p + text;
    }
    return 0;
}

int catalog_open_blob(struct catalog *out, struct arena *a, struct span blob, struct err *e)
{
    struct blob b = { .all = blob };
    int rc = open_blob(blob, &b, e);
    if (rc)
        return rc;
    struct catalog c = { .a = a, .n_files = b.n_files, .n_names = b.n_names };
    c.files = arena_array(a, c.n_files, sizeof *c.files);
    c.names = arena_array(a, c.n_names, sizeof *c.names);
    if (!c.files || !c.names)
        return err_memory(e);
    if ((rc = read_files(&c, &b, e)) || (rc = read_names(&c, &b, e)))
        return rc;
    c.date = (const char *)b.strings.p + b.date;
    *out = c;
    return 0;
}

int catalog_open(struct catalog *c, struct arena *a, struct err *e)
{
    return catalog_open_blob(c, a, catalog_builtin(), e);
}

/* ---- names made comparable ----------------------------------------------------------- */

static bool is_digit(uint8_t b)
{
    return b >= '0' && b <= '9';
}

static bool is_letter(uint8_t b)
{
    return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || b >= 0x80;
}

/* The next word from *i on: letters, digits, or a single '+' ("GPL-2.0+" is not "GPL-2.0"). */
static struct span next_word(struct span s, size_t *i)
{
    size_t from = *i;
    while (from < s.n && !is_letter(s.p[from]) && !is_digit(s.p[from]) && s.p[from] != '+')
        from++;
    size_t to = from;
    if (to < s.n && s.p[to] == '+')
        to++;
    else if (to < s.n && is_digit(s.p[to]))
        while (to < s.n && is_digit(s.p[to]))
            to++;
    else
        while (to < s.n && is_letter(s.p[to]))
            to++;
    *i = to;
    return span_sub(s, from, to - from);
}

static bool is_filler(struct span word)
{
    static const char *const fillers[] = { "license", "licence", "licensed", "agreement", "the", "version", "v" };
    for (size_t i = 0; i < sizeof fillers / sizeof *fillers; i++)
        if (word.n == strlen(fillers[i]) && strncasecmp((const char *)word.p, fillers[i], word.n) == 0)
            return true;
    return false;
}

/* A blank can follow each byte at most, so out needs twice the input. */
static size_t fold(const char *name, char out[2 * NAME_MAX_BYTES])
{
    struct span in = span_sub(span_str(name), 0, NAME_MAX_BYTES), word;
    size_t n = 0;
    for (size_t i = 0; (word = next_word(in, &i)).n;) {
        if (is_filler(word))
            continue;
        if (n)
            out[n++] = ' ';
        for (size_t k = 0; k < word.n; k++) {
            uint8_t b = word.p[k];
            out[n++] = (char)(b >= 'A' && b <= 'Z' ? b + 32 : b);
        }
    }
    return n;
}

struct span catalog_fold(const char *name, struct arena *a)
{
    char folded[2 * NAME_MAX_BYTES];
    size_t n = fold(name, folded);
    return span_of(arena_strn(a, folded, n), n);
}

static const char *without_prefix(const char *id)
{
    static const char *const prefixes[] = { "LicenseRef-", "scancode-" };
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncasecmp(id, prefixes[i], strlen(prefixes[i])) == 0)
            id += strlen(prefixes[i]);
    return id;
}

static int fold_names(struct catalog *c, struct err *e)
{
    for (size_t i = 0; i < c->n_names && !c->folded; i++) {
        struct catalog_name *name = &c->names[i];
        const char *text = name->kind == KIND_ID ? without_prefix(name->text) : name->text;
        name->folded = name->kind == KIND_TAG ? SPAN_NONE : catalog_fold(text, c->a);
        if (name->kind != KIND_TAG && !name->folded.p)
            return err_memory(e);
    }
    c->folded = true;
    return 0;
}

/* ---- looking up ---------------------------------------------------------------------- */

int catalog_at(struct catalog *c, size_t i, const struct license_record **out, struct err *e)
{
    if (i >= c->n_records)
        return err_plain(e, ERR_NOT_FOUND, "the catalogue has no record %zu", i);
    struct catalog_file *f = &c->files[i];
    if (!f->record) {
        int rc = record_parse(f->bytes, f->name, c->a, &f->record, e);
        if (rc)
            return rc;
    }
    *out = f->record;
    return 0;
}

static int by_text(struct catalog *c, const char *text, uint32_t kind, const struct license_record **out,
                   struct err *e)
{
    for (size_t i = 0; i < c->n_names; i++)
        if (c->names[i].kind == kind && strcasecmp(c->names[i].text, text) == 0)
            return catalog_at(c, c->names[i].file, out, e);
    return err_plain(e, ERR_NOT_FOUND, "the catalogue has no licence \"%.200s\"", text);
}

int catalog_find(struct catalog *c, const char *id, const struct license_record **out, struct err *e)
{
    return by_text(c, id, KIND_ID, out, e);
}

int catalog_by_tag(struct catalog *c, const char *tag, const struct license_record **out, struct err *e)
{
    return by_text(c, tag, KIND_TAG, out, e);
}

/* A name that several records share (sister versions under one title) names none of them. */
static int refuse_shared(const struct catalog *c, const char *name, struct span wanted, struct err *e)
{
    char list[sizeof e->hint] = "";
    size_t n = 0;
    for (size_t i = 0; i < c->n_names; i++) {
        const struct catalog_name *x = &c->names[i];
        if (x->kind != KIND_TAG && span_eq(x->folded, wanted) && n < sizeof list)
            n += (size_t)snprintf(list + n, sizeof list - n, "%s%s", n ? ", " : "", c->files[x->file].name);
    }
    err_plain(e, ERR_NOT_FOUND, "\"%.200s\" is the name of several licences", name);
    err_hint(e, "%s", list);
    return ERR_NOT_FOUND;
}

int catalog_by_name(struct catalog *c, const char *name, const struct license_record **out, struct err *e)
{
    int rc = fold_names(c, e);
    if (rc)
        return rc;
    char folded[2 * NAME_MAX_BYTES];
    struct span wanted = span_of(folded, fold(without_prefix(name), folded));
    const struct catalog_name *hit = NULL;
    for (size_t i = 0; i < c->n_names && wanted.n; i++) {
        const struct catalog_name *x = &c->names[i];
        if (x->kind == KIND_TAG || !span_eq(x->folded, wanted))
            continue;
        if (hit && hit->file != x->file)
            return refuse_shared(c, name, wanted, e);
        hit = x;
    }
    if (hit)
        return catalog_at(c, hit->file, out, e);
    return err_plain(e, ERR_NOT_FOUND, "the catalogue has no licence called \"%.200s\"", name);
}

size_t catalog_count(const struct catalog *c)
{
    return c->n_records;
}

const char *catalog_date(const struct catalog *c)
{
    return c->date;
}

struct span catalog_data(const struct catalog *c, const char *file)
{
    for (size_t i = c->n_records; i < c->n_files; i++)
        if (strcmp(c->files[i].name, file) == 0)
            return c->files[i].bytes;
    return SPAN_NONE;
}

/* ---- a record's facts ---------------------------------------------------------------- */

char record_basis(const struct license_record *r, const char *key)
{
    for (size_t i = 0; i < r->n_basis_of; i++)
        if (strcmp(r->basis_of[i].key, key) == 0)
            return r->basis_of[i].basis;
    return r->basis;
}

const struct evidence *record_evidence(const struct license_record *r, struct record_pos pos, struct arena *a)
{
    const char *path = arena_fmt(a, "catalogue:%s", r->file);
    return path ? evidence_of(a, path, r->bytes, pos.byte_from, pos.byte_to, true) : NULL;
}

/* ---- anchors ------------------------------------------------------------------------- */

/* Bytes at i that separate words: 0 when they do not. Beside ASCII: U+00A0 to U+00BF, U+2000 to U+2FFF
 * (quotes, dashes, bullets), U+3000 to U+303F, and what of U+FF00 to U+FF1F is no digit. */
static size_t separator(struct span s, size_t i)
{
    uint8_t b = s.p[i];
    if (b < 0x80)
        return is_letter(b) || is_digit(b) ? 0 : 1;
    uint8_t b1 = s.n - i > 1 ? s.p[i + 1] : 0, b2 = s.n - i > 2 ? s.p[i + 2] : 0;
    if (b == 0xc2 && b1 >= 0xa0 && b1 <= 0xbf)
        return 2;
    if (b == 0xe2 && b2)
        return 3;
    bool wide = b == 0xef && b1 == 0xbc && ((b2 >= 0x80 && b2 <= 0x8f) || (b2 >= 0x9a && b2 <= 0x9f));
    if (wide || (b == 0xe3 && b1 == 0x80 && b2))
        return 3;
    return 0;
}

/* The next byte of the folded text, 0 at the end: words in lower case, one blank between two of ASCII,
 * none beside others (Chinese may wrap anywhere). `before` is the byte that was given last. */
static uint8_t next_folded(struct span s, size_t *i, uint8_t before)
{
    size_t n, at = *i;
    while (at < s.n && (n = separator(s, at)))
        at += n;
    if (at >= s.n)
        return 0;
    uint8_t b = s.p[at];
    bool gap = at > *i && before && before != ' ';
    if (gap && before < 0x80 && b < 0x80) {
        *i = at;
        return ' ';
    }
    *i = at + 1;
    return b >= 'A' && b <= 'Z' ? (uint8_t)(b + 32) : b;
}

/* Does the anchor begin at byte `from`, and end where a word ends? */
static bool anchor_here(struct span text, size_t from, struct span at, uint64_t *to)
{
    size_t i = from, k = 0;
    uint8_t want = 0, got = 0;
    for (;;) {
        want = next_folded(at, &k, want);
        if (!want)
            break;
        got = next_folded(text, &i, got);
        if (got != want)
            return false;
    }
    bool inside = i < text.n && got < 0x80 && text.p[i] < 0x80 && !separator(text, i);
    *to = i;
    return !inside;
}

bool anchor_find(struct span text, const char *at, uint64_t *byte_from, uint64_t *byte_to)
{
    struct span words = span_str(at);
    size_t k = 0;
    uint8_t first = next_folded(words, &k, 0);
    bool fresh = true;                          /* a word may begin here */
    for (size_t i = 0, n; first && i < text.n; i += n) {
        uint64_t to;
        n = separator(text, i);
        bool starts = !n && (fresh || text.p[i] >= 0x80);
        fresh = n || text.p[i] >= 0x80;
        n = n ? n : 1;
        uint8_t b = text.p[i];
        b = b >= 'A' && b <= 'Z' ? (uint8_t)(b + 32) : b;
        if (starts && b == first && anchor_here(text, i, words, &to)) {
            *byte_from = i;
            *byte_to = to;
            return true;
        }
    }
    return false;
}
