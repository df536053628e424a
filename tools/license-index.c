// SPDX-License-Identifier: Apache-2.0
/* tools/license-index.c - make data/licenses/fingerprints.bin from texts.
 *
 *     tools/license-list SHARED_LICENSES SPDX > list.tsv
 *     license-index list.tsv data/licenses/fingerprints.bin
 *
 * The same list gives the same bytes. Texts that are equal under one id are written once. */
#include <stdio.h>
#include <stdlib.h>
#include "base/buf.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/sha256.h"
#include "license/index.h"
#include "license/words.h"

enum { COLUMNS = 9, TEXT_MAX = 8 << 20 };
enum { C_PATH, C_HOW, C_ID, C_NAME, C_KIND, C_CLASS, C_FLAGS, C_DROP_FROM, C_DROP_UNTIL };

struct maker {
    struct buf entries, shingles, strings;
    uint32_t n_entries, n_shingles;
    struct buf seen;                    /* 32-byte keys: id and digest, to write equal texts once */
    struct err e;
};

static unsigned number_of(const char *word, const char *(*name)(unsigned), unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (strcmp(name(i), word) == 0)
            return i;
    return 0;
}

static void put32(struct buf *b, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++)
        buf_char(b, (char)(v >> 8 * i & 255));
}

/* First word at which the words of `phrase` stand, from `at` on; n when nowhere. */
static uint32_t find_phrase(const struct words *w, uint32_t at, const char *phrase)
{
    size_t n = strlen(phrase);
    for (uint32_t i = at; i < w->n; i++)
        if (w->norm_bytes - w->items[i].norm > n && memcmp(w->norm + w->items[i].norm, phrase, n) == 0 &&
            w->norm[w->items[i].norm + n] == ' ')
            return i;
    return w->n;
}

/* Text of a file of the list: as it is, below its YAML head, or JSON's licenseText. */
static int read_text(const char *path, const char *how, struct arena *a, struct text *t, size_t *skip, struct err *e)
{
    struct span raw;
    const struct val *doc;
    int rc = fs_read(path, TEXT_MAX, a, &raw, e);
    *skip = 0;
    if (!rc && strcmp(how, "json") == 0) {
        rc = json_parse(raw, &json_limits, a, &doc, e);
        const struct val *text = rc ? NULL : val_get(doc, "licenseText");
        if (!rc && !text)
            rc = err_plain(e, ERR_FORMAT, "no licenseText");
        if (!rc)
            raw = text->str;
    }
    if (!rc)
        rc = text_decode(raw, strcmp(how, "json") == 0 ? "x.txt" : fs_base(path), a, t, e);
    if (!rc && strncmp(t->p, "---\n", 4) == 0) {
        const char *end = strstr(t->p + 3, "\n---\n");
        *skip = end ? (size_t)(end - t->p) + 5 : 0;
    }
    return rc;
}

static bool is_new(struct maker *m, const char *id, const char *digest_hex, struct err *e)
{
    char key[SHA256_HEX_BYTES], both[512];
    (void)snprintf(both, sizeof both, "%s %s", id, digest_hex);
    if (sha256_hex(span_str(both), key, e))
        return false;
    for (size_t i = 0; i + 32 <= m->seen.n; i += 32)
        if (memcmp(m->seen.p + i, key, 32) == 0)
            return false;
    buf_add(&m->seen, key, 32);
    return true;
}

static void put_entry(struct maker *m, char **col, const struct words *w, uint32_t from, uint32_t to, const char *hex)
{
    struct words part = *w;
    part.n = to;
    uint32_t first = m->n_shingles;
    for (uint32_t i = from, end; i < to; i = end) {
        end = words_cut(&part, i);
        put32(&m->shingles, words_window(w, i, end - i, words_power(end - i)));
        m->n_shingles++;
    }
    uint8_t flags = (uint8_t)((strchr(col[C_FLAGS], 's') ? INDEX_SPDX : 0) |
                              (strchr(col[C_FLAGS], 'd') ? INDEX_DEPRECATED : 0) |
                              (strchr(col[C_FLAGS], 'g') ? INDEX_GENERIC : 0));
    put32(&m->entries, (uint32_t)m->strings.n);
    buf_add(&m->strings, col[C_ID], strlen(col[C_ID]) + 1);
    put32(&m->entries, (uint32_t)m->strings.n);
    buf_add(&m->strings, col[C_NAME], strlen(col[C_NAME]) + 1);
    put32(&m->entries, first);
    put32(&m->entries, m->n_shingles - first);
    put32(&m->entries, to - from);
    buf_char(&m->entries, (char)number_of(col[C_KIND], index_kind_name, 5));
    buf_char(&m->entries, (char)number_of(col[C_CLASS], index_class_name, CLASS_COUNT));
    buf_char(&m->entries, (char)flags);
    buf_char(&m->entries, (char)(from > 0 || to < w->n));
    bool whole = from == 0 && to == w->n;
    put32(&m->entries, whole ? (uint32_t)w->strict : 0);
    put32(&m->entries, whole ? (uint32_t)(w->strict >> 32) : 0);
    for (int i = 0; i < 16; i++) {
        unsigned byte = 0;
        (void)sscanf(hex + 2 * i, "%2x", &byte);
        buf_char(&m->entries, (char)byte);
    }
    m->n_entries++;
}

static int add_line(struct maker *m, char **col)
{
    struct arena a;
    struct text t;
    struct words w;
    size_t skip;
    arena_init(&a, (size_t)1 << 30);
    int rc = read_text(col[C_PATH], col[C_HOW], &a, &t, &skip, &m->e);
    if (!rc)
        rc = words_split(&t, skip, &a, &w, &m->e);
    if (!rc) {
        uint32_t to = col[C_DROP_FROM][0] ? find_phrase(&w, 0, col[C_DROP_FROM]) : w.n;
        uint32_t from = col[C_DROP_UNTIL][0] ? find_phrase(&w, 0, col[C_DROP_UNTIL]) : 0;
        bool cut = col[C_DROP_FROM][0] || col[C_DROP_UNTIL][0];
        bool found = (!col[C_DROP_FROM][0] || to < w.n) && (!col[C_DROP_UNTIL][0] || from < w.n);
        if (from < to && (!cut || found)) {
            char hex[SHA256_HEX_BYTES];
            uint32_t end = to < w.n ? w.items[to].norm : w.norm_bytes;
            rc = sha256_hex(span_of(w.norm + w.items[from].norm, end - w.items[from].norm), hex, &m->e);
            if (!rc && is_new(m, col[C_ID], hex, &m->e))
                put_entry(m, col, &w, from, to, hex);
        }
    }
    arena_fini(&a);
    return rc ? (void)err_path(&m->e, col[C_PATH]), rc : 0;
}

static int read_list(struct maker *m, char *list)
{
    for (char *line = list, *next; *line; line = next) {
        char *col[COLUMNS];
        next = line + strcspn(line, "\n");
        if (*next)
            *next++ = 0;
        int n = 0;
        for (char *p = line; n < COLUMNS && p; n++) {
            col[n] = p;
            p = strchr(p, '\t');
            if (p)
                *p++ = 0;
        }
        if (n != COLUMNS)
            return err_plain(&m->e, ERR_FORMAT, "list line \"%.80s\" has %d columns", line, n);
        int rc = add_line(m, col);
        if (rc)
            return rc;
    }
    return 0;
}

static int write_file(struct maker *m, const char *path)
{
    FILE *f = fopen(path, "wb");
    struct buf head;
    buf_init(&head, 64);
    buf_str(&head, "ASSAYFP1");
    put32(&head, m->n_entries);
    put32(&head, m->n_shingles);
    put32(&head, (uint32_t)m->strings.n);
    put32(&head, 0);
    bool ok = f && fwrite(head.p, 1, head.n, f) == head.n && fwrite(m->entries.p, 1, m->entries.n, f) == m->entries.n &&
              fwrite(m->shingles.p, 1, m->shingles.n, f) == m->shingles.n &&
              fwrite(m->strings.p, 1, m->strings.n, f) == m->strings.n;
    if (f && fclose(f))
        ok = false;
    buf_fini(&head);
    return ok ? 0 : err_plain(&m->e, ERR_IO, "cannot write \"%s\"", path);
}

int main(int argc, char **argv)
{
    static struct maker m;
    struct arena a;
    struct span list;
    if (argc != 3) {
        (void)fprintf(stderr, "usage: license-index LIST OUT\n");
        return 2;
    }
    arena_init(&a, (size_t)1 << 30);
    buf_init(&m.entries, (size_t)1 << 30);
    buf_init(&m.shingles, (size_t)1 << 30);
    buf_init(&m.strings, (size_t)1 << 30);
    buf_init(&m.seen, (size_t)1 << 30);
    int rc = fs_read(argv[1], TEXT_MAX, &a, &list, &m.e);
    if (!rc)
        rc = read_list(&m, (char *)(uintptr_t)list.p);
    if (!rc)
        rc = write_file(&m, argv[2]);
    if (rc)
        (void)fprintf(stderr, "license-index: %s: %s\n", m.e.path, m.e.msg);
    else
        (void)fprintf(stderr, "%u texts, %u shingles\n", m.n_entries, m.n_shingles);
    buf_fini(&m.entries);
    buf_fini(&m.shingles);
    buf_fini(&m.strings);
    buf_fini(&m.seen);
    arena_fini(&a);
    return rc ? 1 : 0;
}
