// SPDX-License-Identifier: Apache-2.0
/* passport/diff_metadata.c - what the weights files say of themselves: GGUF keys, safetensors metadata. */
#include <inttypes.h>
#include "base/num.h"
#include "base/sha256.h"
#include "passport/diff_sets.h"

enum { ITEMS_SHOWN = 6 };

static void put_number(struct buf *b, const struct gguf_kv *kv, uint64_t i)
{
    uint64_t u;
    int64_t s;
    double f;
    char text[NUM_TEXT_BYTES];
    if (gguf_item_u64(kv, i, &u))
        buf_fmt(b, "%" PRIu64, u);
    else if (gguf_item_i64(kv, i, &s))
        buf_fmt(b, "%" PRId64, s);
    else if (!gguf_item_f64(kv, i, &f))
        buf_str(b, "?");
    else if (f - f != 0)                                /* infinite, or no number */
        buf_str(b, f > 0 ? "inf" : f < 0 ? "-inf" : "nan");
    else
        buf_add(b, text, num_format(f, -1, text));
}

/* "array of 49152 string: a, b, ..., sha256 12ab.." */
static void put_array(struct buf *b, const struct gguf_kv *kv)
{
    char hex[SHA256_HEX_BYTES] = "";
    struct gguf_strings it = gguf_strings(kv);
    struct span text;
    buf_fmt(b, "%" PRIu64 " of %s: ", kv->n, gguf_type_name(kv->item_type));
    for (uint64_t i = 0; i < kv->n && i < ITEMS_SHOWN && kv->item_type != GGUF_ARRAY; i++) {
        buf_str(b, i ? ", " : "");
        if (kv->item_type != GGUF_STR)
            put_number(b, kv, i);
        else if (gguf_next(&it, &text))
            buf_fmt(b, "\"%.*s\"", (int)(text.n > 40 ? 40 : text.n), (const char *)text.p);
    }
    if (kv->n > ITEMS_SHOWN && !sha256_hex(kv->value, hex, NULL))
        buf_fmt(b, ", ..., sha256 %s", hex);
}

static const char *say_kv(struct diff *d, const struct gguf_kv *kv)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    if (kv->type == GGUF_ARRAY) {
        put_array(&b, kv);
    } else if (kv->type == GGUF_BOOL) {
        buf_str(&b, kv->value.n && kv->value.p[0] ? "true" : "false");
    } else {
        struct gguf_kv one = *kv;                       /* as an array of one, for the readers of items */
        one.type = GGUF_ARRAY;
        one.n = 1;
        put_number(&b, &one, 0);
    }
    const char *text = b.error ? NULL : arena_strn(d->a, b.p ? b.p : "", b.n);
    buf_fini(&b);
    return text;
}

/* The value with its type in front, so that 1 as u8 and 1 as u32 differ. Only `say` is made for eyes. */
static int gguf_row(struct diff *d, const struct weight_open *w, size_t file, const struct gguf_kv *kv,
                    struct diff_rows *rows, struct err *e)
{
    struct diff_row *r = diff_row(d, rows);
    char *key = arena_strn(d->a, kv->key.p, kv->key.n);
    if (!r || !key)
        return err_memory(e);
    r->key = key;
    r->path = w->set->files[file]->path;
    r->byte_from = kv->byte_from;
    r->raw = span_sub(w->maps[file].bytes, kv->byte_from, kv->byte_to - kv->byte_from);
    if (kv->type == GGUF_STR) {
        r->value = kv->value;
        r->quote_line = 1;
        return 0;
    }
    r->value = kv->value;
    r->type = 1 + (int)kv->type * GGUF_TYPE_LIMIT + (int)kv->item_type;
    r->say = say_kv(d, kv);
    return r->say ? 0 : err_memory(e);
}

static bool is_template(const struct gguf_kv *kv)
{
    return span_starts(kv->key, "tokenizer.chat_template");
}

/* The keys of the first file of a set: further shards only continue it. */
static int rows_of(struct diff *d, const struct weight_open *w, bool template, struct diff_rows *rows, struct err *e)
{
    int rc = 0;
    for (uint32_t i = 0; w->gguf && i < w->gguf[0].n_kv && !rc; i++)
        if (is_template(&w->gguf[0].kv[i]) == template)
            rc = gguf_row(d, w, 0, &w->gguf[0].kv[i], rows, e);
    for (size_t f = 0; w->st && !template && f < w->set->n_files && !rc; f++)
        for (uint32_t i = 0; i < w->st[f].n_meta && !rc; i++) {
            const struct st_text *m = &w->st[f].meta[i];
            struct diff_row *r = diff_row(d, rows);
            if (!r)
                return err_memory(e);
            *r = (struct diff_row){ .key = (const char *)m->key.p, .value = m->text, .rank = RANK_NONE,
                .path = w->set->files[f]->path, .byte_from = m->byte_from,
                .raw = span_sub(w->maps[f].bytes, m->byte_from, m->byte_to - m->byte_from) };
        }
    return rc;
}

static int compare_open(struct diff *d, const struct weight_open w[2], struct err *e)
{
    int rc = 0;
    for (unsigned template = 0; template < 2 && !rc; template++) {
        struct diff_rows a = { 0 }, b = { 0 };
        rc = rows_of(d, &w[0], template, &a, e);
        if (!rc)
            rc = rows_of(d, &w[1], template, &b, e);
        if (!rc && (!template || a.n || b.n))
            rc = diff_rows(d, template ? DIFF_TEMPLATE : DIFF_METADATA, &a, &b, e);
    }
    return rc;
}

int diff_metadata(struct diff *d, struct err *e)
{
    struct weight_pairs p;
    int rc = weight_sets_pair(d, &p, e);
    for (size_t i = 0; !rc && i < p.n; i++) {
        struct weight_open w[2] = { 0 };
        rc = weight_open(d, 0, p.items[i].set[0], &w[0], e);
        if (!rc)
            rc = weight_open(d, 1, p.items[i].set[1], &w[1], e);
        if (!rc)
            rc = compare_open(d, w, e);
        weight_close(&w[0]);
        weight_close(&w[1]);
    }
    return rc;
}
