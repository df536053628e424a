// SPDX-License-Identifier: Apache-2.0
/* format/gguf_general.c - the general.* keys, collected from a table of names. */
#include "format/gguf.h"

#include "base/utf8.h"

struct field { const char *key; size_t at; };

#define TEXT(key, member) { key, offsetof(struct gguf_general, member) }
static const struct field texts[] = {
    TEXT("general.architecture", architecture),
    TEXT("general.type", type),
    TEXT("general.name", name),
    TEXT("general.basename", basename),
    TEXT("general.finetune", finetune),
    TEXT("general.size_label", size_label),
    TEXT("general.description", description),
    TEXT("general.author", author),
    TEXT("general.organization", organization),
    TEXT("general.version", version),
    TEXT("general.quantized_by", quantized_by),
    TEXT("general.license", license),
    TEXT("general.license.name", license_name),
    TEXT("general.license.link", license_link),
    TEXT("general.url", url),
    TEXT("general.doi", doi),
    TEXT("general.uuid", uuid),
    TEXT("general.repo_url", repo_url),
    TEXT("general.source.url", source_url),
    TEXT("general.source.doi", source_doi),
    TEXT("general.source.uuid", source_uuid),
    TEXT("general.source.repo_url", source_repo_url),
    TEXT("general.source.huggingface.repository", source_hf_repository),
    TEXT("general.source.hugginface.repository", source_hf_repository),     /* so in old specs */
};
static const struct field lists[] = {
    TEXT("general.tags", tags),
    TEXT("general.languages", languages),
    TEXT("general.datasets", datasets),
};
#undef TEXT

#define PART(name) { #name, offsetof(struct gguf_source, name) }
static const struct field parts[] = {
    PART(name), PART(author), PART(version), PART(organization), PART(description), PART(url), PART(doi),
    PART(uuid), PART(repo_url),
};
#undef PART

struct collector {
    const struct gguf *g;
    struct arena *a;
    struct gguf_general *out;
    const struct gguf_kv **odd;
    size_t odd_cap;
    struct err *e;
};

static int add_odd(struct collector *c, const struct gguf_kv *kv)
{
    uint32_t n = c->out->n_odd;
    if (arena_grow(c->a, (void **)&c->odd, &c->odd_cap, n, sizeof *c->odd) < 0)
        return err_memory(c->e);
    c->odd[n] = kv;
    c->out->odd = c->odd;
    c->out->n_odd = n + 1;
    return 0;
}

static int take_text(struct collector *c, const struct gguf_kv *kv, struct gguf_text *out)
{
    size_t bad;
    if (kv->type != GGUF_STR || !utf8_valid(kv->value, &bad))
        return add_odd(c, kv);
    *out = (struct gguf_text){ kv->value, kv->byte_from, kv->byte_to, kv };
    return 0;
}

static int take_texts(struct collector *c)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct gguf_kv *kv = gguf_get(c->g, texts[i].key);
        struct gguf_text *to = (struct gguf_text *)(void *)((char *)c->out + texts[i].at);
        int rc = kv && !to->kv ? take_text(c, kv, to) : 0;
        if (rc)
            return rc;
    }
    return 0;
}

static int take_list(struct collector *c, const struct gguf_kv *kv, struct gguf_list *out)
{
    bool one = kv->type == GGUF_STR;
    if (!one && (kv->type != GGUF_ARRAY || kv->item_type != GGUF_STR))
        return add_odd(c, kv);
    uint64_t n = one ? 1 : kv->n;
    struct gguf_list list = { .truncated = n > GGUF_MAX_LIST };
    if (list.truncated)
        n = GGUF_MAX_LIST;
    struct gguf_text *items = arena_array(c->a, (size_t)n, sizeof *items);
    if (!items)
        return err_memory(c->e);
    struct gguf_strings it = gguf_strings(kv);
    struct span text = kv->value;
    bool odd = false;
    for (uint64_t i = 0; i < n && (one || gguf_next(&it, &text)); i++) {
        uint64_t from = one ? kv->byte_from : it.byte_from;
        size_t bad;
        if (utf8_valid(text, &bad))
            items[list.n++] = (struct gguf_text){ text, from, from + text.n, kv };
        else
            odd = true;
    }
    list.items = items;
    *out = list;
    return odd ? add_odd(c, kv) : 0;
}

static int take_lists(struct collector *c)
{
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const struct gguf_kv *kv = gguf_get(c->g, lists[i].key);
        struct gguf_list *to = (struct gguf_list *)(void *)((char *)c->out + lists[i].at);
        int rc = kv ? take_list(c, kv, to) : 0;
        if (rc)
            return rc;
    }
    return 0;
}

/* "general.dataset.12.name": 12 and the field. False for another key; a number that is too large, or
 * written with a leading zero, is told by number = GGUF_MAX_SOURCES. */
static bool split_key(struct span key, const char *prefix, uint32_t *number, const struct field **field)
{
    if (!span_starts(key, prefix))
        return false;
    struct span rest = span_sub(key, strlen(prefix), SIZE_MAX);
    size_t digits = 0;
    uint32_t n = 0;
    for (; digits < rest.n && rest.p[digits] >= '0' && rest.p[digits] <= '9'; digits++)
        if (n < GGUF_MAX_SOURCES)
            n = n * 10 + (uint32_t)(rest.p[digits] - '0');
    if (digits == 0 || digits == rest.n || rest.p[digits] != '.')
        return false;
    bool plain = n < GGUF_MAX_SOURCES && (digits == 1 || rest.p[0] != '0');
    *number = plain ? n : GGUF_MAX_SOURCES;
    struct span name = span_sub(rest, digits + 1, SIZE_MAX);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (span_is(name, parts[i].key)) {
            *field = &parts[i];
            return true;
        }
    return false;
}

/* Entries come from the keys that are there. The count is only reported: a file may claim four billion. */
static int take_sources(struct collector *c, const char *prefix, const char *count_key,
                        struct gguf_sources *out)
{
    struct gguf_sources s = { .n = 0 };
    uint32_t number;
    const struct field *field;
    for (uint32_t i = 0; i < c->g->n_kv; i++)
        if (split_key(c->g->kv[i].key, prefix, &number, &field) && number < GGUF_MAX_SOURCES && number >= s.n)
            s.n = number + 1;
    struct gguf_source *items = arena_array(c->a, s.n, sizeof *items);
    if (!items)
        return err_memory(c->e);
    for (uint32_t i = 0; i < c->g->n_kv; i++) {
        const struct gguf_kv *kv = &c->g->kv[i];
        if (!split_key(kv->key, prefix, &number, &field))
            continue;
        int rc = number == GGUF_MAX_SOURCES ? add_odd(c, kv)
            : take_text(c, kv, (struct gguf_text *)(void *)((char *)&items[number] + field->at));
        if (rc)
            return rc;
    }
    s.items = items;
    s.has_count = gguf_u64(c->g, count_key, &s.count);
    const struct gguf_kv *count = s.has_count ? NULL : gguf_get(c->g, count_key);
    *out = s;
    return count ? add_odd(c, count) : 0;
}

int gguf_general(const struct gguf *g, struct arena *a, struct gguf_general *out, struct err *e)
{
    struct gguf_general found;
    memset(&found, 0, sizeof found);
    struct collector c = { .g = g, .a = a, .out = &found, .e = e };
    int rc = take_texts(&c);
    if (!rc)
        rc = take_lists(&c);
    if (!rc)
        rc = take_sources(&c, "general.base_model.", "general.base_model.count", &found.base_models);
    if (!rc)
        rc = take_sources(&c, "general.dataset.", "general.dataset.count", &found.dataset_sources);
    if (!rc)
        *out = found;
    return rc;
}
