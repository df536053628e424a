// SPDX-License-Identifier: Apache-2.0
#include "license/declared.h"

#include <strings.h>
#include "license/declared_int.h"

enum { GATE_TEXT_BYTES = 1000 };        /* a gate shorter than this holds no licence text */

/* ---- the front matter ---------------------------------------------------------------------- */

struct source {
    struct declare *d;
    const char *path;
    struct span raw;
    const struct card *card;
    struct declared_list *out;
    struct err *e;
};

static const struct evidence *evidence_of_string(const struct source *s, const struct card_string *c)
{
    return evidence_at(s->d->a, s->path, s->raw, c->byte_from, c->byte_to, c->line_from, c->line_to);
}

static int begin(const struct source *s, enum declared_how how, const struct card_string *c, struct declared *item)
{
    int rc = declared_begin(s->d, how, c->text, item, s->e);
    if (rc)
        return rc;
    item->evidence = evidence_of_string(s, c);
    return item->evidence ? 0 : err_memory(s->e);
}

static int from_key(const struct source *s, const char *key, enum declared_how how)
{
    struct card_strings strings;
    int rc = card_strings(s->card, key, s->d->a, &strings, s->e);
    for (size_t i = 0; !rc && i < strings.n && !s->out->truncated; i++) {
        struct declared item;
        if ((rc = begin(s, how, &strings.items[i], &item)) == 0)
            rc = declared_value(s->d, s->out, &item, strings.items[i].text, s->e);
    }
    return rc;
}

static int from_link(const struct source *s)
{
    struct card_strings strings;
    int rc = card_strings(s->card, "license_link", s->d->a, &strings, s->e);
    for (size_t i = 0; !rc && i < strings.n && !s->out->truncated; i++) {
        struct declared item;
        struct span url = strings.items[i].text;
        rc = begin(s, DECLARED_CARD_LINK, &strings.items[i], &item);
        if (rc || (rc = declared_target(s->d, s->path, url, &item, s->e)))
            break;
        if ((rc = declared_resolve_url(s->d, url, &item, s->e)) == 0)
            rc = declared_add(s->d, s->out, &item, s->e);
    }
    return rc;
}

static struct span tag_license(struct span tag)
{
    tag = span_trim(tag);
    return tag.n > 8 && strncasecmp((const char *)tag.p, "license:", 8) == 0 ? span_sub(tag, 8, tag.n) : SPAN_NONE;
}

static int from_tags(const struct source *s)
{
    struct card_strings strings;
    int rc = card_strings(s->card, "tags", s->d->a, &strings, s->e);
    for (size_t i = 0; !rc && i < strings.n && !s->out->truncated; i++) {
        struct span value = tag_license(strings.items[i].text);
        struct declared item;
        if (value.n && (rc = begin(s, DECLARED_CARD_TAG, &strings.items[i], &item)) == 0)
            rc = declared_value(s->d, s->out, &item, value, s->e);
    }
    return rc;
}

/* ---- the gate: whole licences stand there --------------------------------------------------- */

static int add_found(const struct source *s, const struct declared *like, const struct identified *text)
{
    int rc = 0;
    for (size_t i = 0; !rc && i < text->n_found; i++) {
        struct declared item = *like;
        rc = declared_resolve(s->d, span_str(text->found[i].entry->id), &item, s->e);
        if (rc)
            break;
        item.state = DECLARED_NAMED;
        item.id = text->found[i].entry->id;
        item.entry = item.record ? NULL : text->found[i].entry;
        item.class = text->match == MATCH_EXACT ? (enum index_class)text->found[i].entry->class
                                                : (enum index_class)text->class;
        item.text = text;
        rc = declared_add(s->d, s->out, &item, s->e);
    }
    return rc;
}

/* What a short text of a gate says: names in it, or just that there is something to agree to. */
static int add_mention(const struct source *s, struct declared *item, struct span value, const struct identified *text)
{
    static const char *const cues[] = { "license", "licence", "terms", "agreement" };
    bool cue = false;
    for (size_t i = 0; i < sizeof cues / sizeof *cues; i++)
        for (size_t k = 0, n = strlen(cues[i]); k + n <= value.n && !cue; k++)
            cue = strncasecmp((const char *)value.p + k, cues[i], n) == 0;
    if (!cue && !text)
        return 0;
    struct span line = span_trim(value);
    for (size_t i = 0; i < line.n; i++)
        if (line.p[i] == '\n')
            line.n = i;
    while (line.n && (line.p[0] == '#' || line.p[0] == '*' || line.p[0] == ' '))
        line = span_sub(line, 1, line.n);
    while (line.n && line.p[line.n - 1] == '*')
        line.n--;
    int rc = declared_resolve(s->d, line, item, s->e);      /* its title may name it */
    item->confidence = 0.5;
    item->text = text;
    return rc ? rc : declared_add(s->d, s->out, item, s->e);
}

static int from_gate_text(const struct source *s, const struct card_string *c)
{
    struct declared item;
    int rc = begin(s, DECLARED_CARD_GATE, c, &item);
    if (rc || c->text.n < GATE_TEXT_BYTES)
        return rc ? rc : add_mention(s, &item, c->text, NULL);
    struct text t;
    struct err ignored = { 0 };
    struct identified *text = arena_alloc(s->d->a, sizeof *text);
    if (!text)
        return err_memory(s->e);
    rc = text_decode(c->text, "gate.md", s->d->a, &t, &ignored);
    if (!rc)
        rc = identify_text(s->d->index, &t, "", s->d->a, text, &ignored);
    if (rc == ERR_MEMORY)
        return err_memory(s->e);
    if (!rc && text->n_found)
        return add_found(s, &item, text);
    return add_mention(s, &item, c->text, rc ? NULL : text);
}

static int from_gate(const struct source *s)
{
    static const char *const keys[] = { "extra_gated_prompt", "extra_gated_description", "extra_gated_heading" };
    int rc = 0;
    for (size_t i = 0; !rc && i < sizeof keys / sizeof *keys; i++) {
        struct card_strings strings;
        rc = card_strings(s->card, keys[i], s->d->a, &strings, s->e);
        for (size_t k = 0; !rc && k < strings.n && !s->out->truncated; k++)
            rc = from_gate_text(s, &strings.items[k]);
    }
    const struct val *eu = val_get(s->card->meta, "extra_gated_eu_disallowed");
    bool refuses = false;
    if (rc || !val_bool(eu, &refuses) || !refuses)
        return rc;
    struct declared item;
    if ((rc = declared_begin(s->d, DECLARED_CARD_EU, span_str("extra_gated_eu_disallowed: true"), &item, s->e)))
        return rc;
    item.evidence = evidence_at(s->d->a, s->path, s->raw, eu->byte_from, eu->byte_to, eu->line, eu->line_to);
    return declared_add(s->d, s->out, &item, s->e);
}

/* ---- a front matter that cannot be read ------------------------------------------------------ */

static int add_broken(const struct source *s)
{
    const struct err *why = &s->card->meta_error;
    uint64_t from = 0;
    uint32_t line = 1, want = why->at == ERR_AT_LINE ? (uint32_t)why->pos : 1;
    for (const uint8_t *lf; line < want && from < s->raw.n; line++) {
        lf = memchr(s->raw.p + from, '\n', s->raw.n - from);
        if (!lf)
            break;
        from = (uint64_t)(lf - s->raw.p) + 1;
    }
    const uint8_t *end = from < s->raw.n ? memchr(s->raw.p + from, '\n', s->raw.n - from) : NULL;
    uint64_t to = end ? (uint64_t)(end - s->raw.p) : s->raw.n;
    struct declared item;
    int rc = declared_begin(s->d, DECLARED_CARD_BROKEN, span_str(why->msg), &item, s->e);
    if (rc)
        return rc;
    item.state = DECLARED_UNREADABLE;
    item.evidence = evidence_at(s->d->a, s->path, s->raw, from, to, line, line);
    return declared_add(s->d, s->out, &item, s->e);
}

int declared_from_card(struct declare *d, const char *path, struct span raw, const struct card *card,
                       struct declared_list *out, struct err *e)
{
    const struct source s = { d, path, raw, card, out, e };
    if (card->meta_error.code)
        return add_broken(&s);
    int rc = from_key(&s, "license", DECLARED_CARD_LICENSE);
    if (!rc)
        rc = from_key(&s, "license_name", DECLARED_CARD_NAME);
    if (!rc)
        rc = from_link(&s);
    if (!rc)
        rc = from_tags(&s);
    return rc ? rc : from_gate(&s);
}

/* ---- GGUF ------------------------------------------------------------------------------------ */

static int gguf_item(struct declare *d, enum declared_how how, const char *path, const struct gguf *g,
                     const struct gguf_text *t, struct declared *item, struct err *e)
{
    int rc = declared_begin(d, how, t->text, item, e);
    if (rc)
        return rc;
    item->evidence = evidence_of(d->a, path, g->file, t->byte_from, t->byte_to, false);
    return item->evidence ? 0 : err_memory(e);
}

int declared_from_gguf(struct declare *d, const char *path, const struct gguf *g, const struct gguf_general *gen,
                       struct declared_list *out, struct err *e)
{
    const struct { enum declared_how how; const struct gguf_text *text; } keys[] = {
        { DECLARED_GGUF_LICENSE, &gen->license }, { DECLARED_GGUF_NAME, &gen->license_name },
        { DECLARED_GGUF_LINK, &gen->license_link },
    };
    struct declared item;
    int rc = 0;
    for (size_t i = 0; !rc && i < sizeof keys / sizeof *keys; i++) {
        struct span value = span_trim(keys[i].text->text);
        if (!value.n || (rc = gguf_item(d, keys[i].how, path, g, keys[i].text, &item, e)))
            continue;
        if (keys[i].how != DECLARED_GGUF_LINK) {
            rc = declared_value(d, out, &item, value, e);
        } else if ((rc = declared_target(d, path, value, &item, e)) == 0
                   && (rc = declared_resolve_url(d, value, &item, e)) == 0) {
            rc = declared_add(d, out, &item, e);
        }
    }
    for (uint32_t i = 0; !rc && i < gen->tags.n && !out->truncated; i++) {
        struct span value = tag_license(gen->tags.items[i].text);
        if (value.n && (rc = gguf_item(d, DECLARED_GGUF_TAG, path, g, &gen->tags.items[i], &item, e)) == 0)
            rc = declared_value(d, out, &item, value, e);
    }
    return rc;
}
