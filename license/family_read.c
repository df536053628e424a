// SPDX-License-Identifier: Apache-2.0
#include "license/family.h"

#include <strings.h>
#include "license/family_int.h"

/* ---- relations -------------------------------------------------------------------------------------- */

static enum base_relation relation_of(struct span word)
{
    static const struct { const char *word; enum base_relation relation; } words[] = {
        { "finetune", RELATION_FINETUNE }, { "fine-tune", RELATION_FINETUNE }, { "finetuned", RELATION_FINETUNE },
        { "quantized", RELATION_QUANTIZED }, { "quantised", RELATION_QUANTIZED }, { "adapter", RELATION_ADAPTER },
        { "merge", RELATION_MERGE }, { "distill", RELATION_DISTILL }, { "distilled", RELATION_DISTILL },
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (word.n == strlen(words[i].word) && strncasecmp((const char *)word.p, words[i].word, word.n) == 0)
            return words[i].relation;
    return RELATION_UNSAID;
}

/* ---- the card --------------------------------------------------------------------------------------- */

struct source { struct families *f; const char *path; struct span raw; const struct card *card; struct err *e; };

static const struct evidence *evidence_of_string(const struct source *s, const struct card_string *c)
{
    struct evidence *ev = (struct evidence *)evidence_of(s->f->a, s->path, s->raw, c->byte_from, c->byte_to, false);
    if (ev) {
        ev->line_from = c->line_from;
        ev->line_to = c->line_to;
    }
    return ev;
}

static int add_string(const struct source *s, const struct card_string *c, struct span name, const char *method,
                      enum base_relation relation, double sure, struct base_list *out)
{
    struct base b = { .relation = relation, .how = BASE_DECLARED, .method = method, .confidence = sure };
    b.name = family_plain_name(s->f->a, name);
    b.evidence = evidence_of_string(s, c);
    return b.name && b.evidence ? family_add(s->f, &b, out, s->e) : err_memory(s->e);
}

static int add_key(const struct source *s, const char *key, const char *method, enum base_relation relation,
                   struct base_list *out)
{
    struct card_strings strings;
    int rc = card_strings(s->card, key, s->f->a, &strings, s->e);
    for (size_t i = 0; !rc && i < strings.n && !out->truncated; i++)
        rc = add_string(s, &strings.items[i], strings.items[i].text, method, relation, 0.9, out);
    return rc;
}

/* "base_model:quantized:org/name", "base_model:org/name" */
static int add_tags(const struct source *s, enum base_relation *merge, struct base_list *out)
{
    struct card_strings strings;
    int rc = card_strings(s->card, "tags", s->f->a, &strings, s->e);
    for (size_t i = 0; !rc && i < strings.n && !out->truncated; i++) {
        struct span tag = strings.items[i].text;
        if (span_is(tag, "merge") || span_is(tag, "mergekit"))
            *merge = RELATION_MERGE;
        if (!span_starts(tag, "base_model:"))
            continue;
        tag = span_sub(tag, strlen("base_model:"), tag.n);
        const uint8_t *colon = memchr(tag.p, ':', tag.n);
        size_t n = colon ? (size_t)(colon - tag.p) : 0;
        struct span name = colon ? span_sub(tag, n + 1, tag.n) : tag;
        rc = add_string(s, &strings.items[i], name, "front matter key tags", relation_of(span_sub(tag, 0, n)), 0.8,
                        out);
    }
    return rc;
}

int bases_from_card(struct families *f, const char *path, struct span raw, const struct card *card,
                    struct base_list *out, struct err *e)
{
    const struct source s = { f, path, raw, card, e };
    struct card_strings relation;
    int rc = card_strings(card, "base_model_relation", f->a, &relation, e);
    if (rc)
        return rc;
    enum base_relation said = relation.n == 1 ? relation_of(relation.items[0].text) : RELATION_UNSAID;
    enum base_relation merge = RELATION_UNSAID;
    struct base_list tagged = { 0 };
    if ((rc = add_tags(&s, &merge, &tagged)))
        return rc;
    rc = add_key(&s, "base_model", "front matter key base_model", said ? said : merge, out);
    if (!rc)
        rc = add_key(&s, "adapted_from", "front matter key adapted_from", RELATION_FINETUNE, out);
    for (size_t i = 0; !rc && i < tagged.n && !out->truncated; i++)
        if (tagged.items[i].how == BASE_DECLARED)
            rc = family_add(f, &tagged.items[i], out, e);
    return rc;
}

int datasets_from_card(struct families *f, const char *path, struct span raw, const struct card *card,
                       struct dataset_list *out, struct err *e)
{
    const struct source s = { f, path, raw, card, e };
    struct card_strings strings;
    int rc = card_strings(card, "datasets", f->a, &strings, e);
    for (size_t i = 0; !rc && i < strings.n && !out->truncated; i++) {
        struct dataset d = { .method = "front matter key datasets", .confidence = 0.9 };
        d.name = arena_strn(f->a, strings.items[i].text.p, strings.items[i].text.n);
        d.evidence = evidence_of_string(&s, &strings.items[i]);
        rc = d.name && d.evidence ? family_add_dataset(f, &d, out, e) : err_memory(e);
    }
    return rc;
}

/* ---- GGUF -------------------------------------------------------------------------------------------- */

static const struct evidence *evidence_of_gguf(struct families *f, const char *path, const struct gguf *g,
                                               const struct gguf_text *t)
{
    return evidence_of(f->a, path, g->file, t->byte_from, t->byte_to, false);
}

/* "Llama 3.1 8B" of "Meta Llama" -> "Meta-Llama/Llama-3.1-8B" */
static const char *joined_name(struct arena *a, struct span organization, struct span name)
{
    char *out = arena_fmt(a, "%.*s%s%.*s", SPAN_ARG(organization), organization.n ? "/" : "", SPAN_ARG(name));
    for (char *c = out; c && *c; c++)
        if (*c == ' ')
            *c = '-';
    return out;
}

int bases_from_gguf(struct families *f, const char *path, const struct gguf *g, const struct gguf_general *gen,
                    struct base_list *out, struct err *e)
{
    int rc = 0;
    for (uint32_t i = 0; !rc && i < gen->base_models.n && !out->truncated; i++) {
        const struct gguf_source *m = &gen->base_models.items[i];
        const struct gguf_text *where = m->repo_url.text.n ? &m->repo_url : m->name.text.n ? &m->name : &m->url;
        struct base b = { .how = BASE_DECLARED, .method = "gguf keys general.base_model", .confidence = 0.9 };
        if (!where->text.n)
            continue;
        b.name = where == &m->name ? joined_name(f->a, m->organization.text, m->name.text)
                                   : family_plain_name(f->a, where->text);
        b.evidence = evidence_of_gguf(f, path, g, where);
        rc = b.name && b.evidence ? family_add(f, &b, out, e) : err_memory(e);
    }
    return rc;
}

static int add_gguf_dataset(struct families *f, const char *path, const struct gguf *g, const struct gguf_text *t,
                            const char *method, const char *name, struct dataset_list *out, struct err *e)
{
    struct dataset d = { .name = name, .method = method, .confidence = 0.9 };
    d.evidence = evidence_of_gguf(f, path, g, t);
    return d.name && d.evidence ? family_add_dataset(f, &d, out, e) : err_memory(e);
}

int datasets_from_gguf(struct families *f, const char *path, const struct gguf *g, const struct gguf_general *gen,
                       struct dataset_list *out, struct err *e)
{
    int rc = 0;
    for (uint32_t i = 0; !rc && i < gen->datasets.n && !out->truncated; i++) {
        const struct gguf_text *t = &gen->datasets.items[i];
        rc = add_gguf_dataset(f, path, g, t, "gguf key general.datasets", arena_strn(f->a, t->text.p, t->text.n), out,
                              e);
    }
    for (uint32_t i = 0; !rc && i < gen->dataset_sources.n && !out->truncated; i++) {
        const struct gguf_source *d = &gen->dataset_sources.items[i];
        const struct gguf_text *where = d->repo_url.text.n ? &d->repo_url : d->name.text.n ? &d->name : &d->url;
        const char *name = NULL;
        if (!where->text.n)
            continue;
        if (where == &d->name) {
            name = joined_name(f->a, d->organization.text, d->name.text);
        } else {
            name = family_plain_name(f->a, where->text);
        }
        rc = add_gguf_dataset(f, path, g, where, "gguf keys general.dataset", name, out, e);
    }
    return rc;
}

/* ---- configurations ------------------------------------------------------------------------------------ */

int bases_from_config(struct families *f, const char *path, struct span raw, const struct snapshot_config *config,
                      struct base_list *out, struct err *e)
{
    const struct { const struct snapshot_fact *fact; enum base_how how; enum base_relation relation;
                   const char *method; double sure; } facts[] = {
        { &config->base_model, BASE_DECLARED, RELATION_ADAPTER, "adapter_config key base_model_name_or_path", 0.9 },
        { &config->name_or_path, BASE_HINTED, RELATION_UNSAID, "config key _name_or_path", 0.5 },
    };
    int rc = 0;
    for (size_t i = 0; !rc && i < sizeof facts / sizeof *facts; i++) {
        const struct snapshot_fact *t = facts[i].fact;
        struct base b = { .how = facts[i].how, .relation = facts[i].relation, .method = facts[i].method,
                          .confidence = facts[i].sure };
        bool local = t->text.n && (t->text.p[0] == '/' || t->text.p[0] == '.' || t->text.p[0] == '~');
        if (!t->text.n || (local && facts[i].how == BASE_HINTED))
            continue;                   /* a folder of the machine that trained it */
        b.name = family_plain_name(f->a, t->text);
        struct evidence *ev = (struct evidence *)evidence_of(f->a, path, raw, t->byte_from, t->byte_to, false);
        if (!b.name || !ev)
            return err_memory(e);
        ev->line_from = t->line_from;
        ev->line_to = t->line_to;
        b.evidence = ev;
        rc = family_add(f, &b, out, e);
    }
    return rc;
}
