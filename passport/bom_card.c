// SPDX-License-Identifier: Apache-2.0
/* passport/bom_card.c - what the card says, in its own words, for a bill of materials. */
#include "base/utf8.h"
#include "passport/bom_int.h"

static struct span bytes_of(const struct check *c, const char *path)
{
    for (size_t i = 0; i < c->gather.n_cards; i++)
        if (strcmp(c->gather.cards[i].file->path, path) == 0)
            return c->gather.cards[i].raw;
    return gather_bytes(&c->gather, path);
}

/* Copy s with each run of blanks and control characters as one blank, at most max bytes, whole characters. */
static size_t squeeze(struct span s, char *out, size_t max, bool *cut)
{
    size_t n = 0;
    bool gap = false;
    *cut = false;
    while (s.n) {
        uint32_t cp;
        unsigned k = utf8_next(s, &cp);
        if (k == 0) {
            k = 1;
            cp = 0xfffd;
        }
        s = span_sub(s, k, s.n - k);
        if (cp <= ' ' || (cp >= 0x7f && cp < 0xa0)) {
            gap = n > 0;
            continue;
        }
        char bytes[4];
        unsigned w = utf8_put(cp, bytes);
        if (n + gap + w > max) {
            *cut = true;
            break;
        }
        if (gap)
            out[n++] = ' ';
        gap = false;
        memcpy(out + n, bytes, w);
        n += w;
    }
    out[n] = 0;
    return n;
}

int bom_quote(const struct check *c, const struct evidence *ev, const char **out, struct err *e)
{
    char text[BOM_QUOTE_MAX + 1];
    bool cut;
    *out = NULL;
    struct span raw = bom_is_own(ev) ? bytes_of(c, ev->path) : SPAN_NONE;
    if (!raw.p || ev->byte_to < ev->byte_from || ev->byte_to > raw.n)
        return 0;
    struct span part = span_sub(raw, (size_t)ev->byte_from, (size_t)(ev->byte_to - ev->byte_from));
    if (squeeze(part, text, BOM_QUOTE_MAX - 3, &cut) == 0)
        return 0;
    *out = arena_fmt(c->claims.a, "%s%s", text, cut ? "..." : "");
    return *out ? 0 : err_memory(e);
}

static const struct val *meta_of(const struct check *c)
{
    return c->gather.n_cards ? c->gather.cards[0].card.meta : NULL;
}

const char *bom_task(const struct check *c)
{
    const char *task = val_str(val_get(meta_of(c), "pipeline_tag"));
    return task ? task : "";
}

bool bom_topic_said(const struct check *c, enum card_topic t)
{
    return c->topics.items[t].state == TOPIC_ANSWERED || c->topics.items[t].state == TOPIC_PARTLY;
}

/* ---- metrics ------------------------------------------------------------------------- */

/* NULL: out of memory. */
static const char *slice_of(const struct val *result, struct arena *a)
{
    const struct val *set = val_get(result, "dataset");
    const char *name = val_str(val_get(set, "name")), *config = val_str(val_get(set, "config"));
    const char *split = val_str(val_get(set, "split"));
    if (!name)
        name = val_str(val_get(set, "type"));
    if (!name)
        return "";
    return arena_fmt(a, "%s%s%s%s%s%s", name, config ? " (" : "", config ? config : "", config ? ")" : "",
                     split ? ", " : "", split ? split : "");
}

static const struct val *first_of(const struct val *list)
{
    return list && list->kind == VAL_LIST ? list->first : NULL;
}

/* One result: its data set, and a type and a value for each metric. */
static int add_result(const struct val *result, struct bom_metrics *out, struct arena *a, struct err *e)
{
    const char *slice = slice_of(result, a);
    if (!slice)
        return err_memory(e);
    for (const struct val *m = first_of(val_get(result, "metrics")); m && out->n < BOM_METRICS_MAX; m = m->next) {
        const char *type = val_str(val_get(m, "type")), *value = val_str(val_get(m, "value"));
        if (!type)
            type = val_str(val_get(m, "name"));
        if (!type || !value)
            continue;
        if (arena_grow(a, (void **)&out->items, &out->cap, out->n, sizeof *out->items))
            return err_memory(e);
        out->items[out->n++] = (struct bom_metric){ type, value, slice };
    }
    return 0;
}

/* model-index: [ { results: [ { dataset: {name, config, split}, metrics: [ {type, value} ] } ] } ] */
int bom_metrics(const struct check *c, struct bom_metrics *out, struct err *e)
{
    struct bom_metrics made = { .n = 0 };
    int rc = 0;
    for (const struct val *m = first_of(val_get(meta_of(c), "model-index")); m && !rc; m = m->next)
        for (const struct val *r = first_of(val_get(m, "results")); r && !rc; r = r->next)
            rc = add_result(r, &made, c->claims.a, e);
    if (!rc)
        *out = made;
    return rc;
}
