// SPDX-License-Identifier: Apache-2.0
#include "claim/claim.h"

#include "base/sha256.h"

const char *claim_status_name(enum claim_status s)
{
    static const char *const names[] = {
        [CLAIM_STATED] = "stated", [CLAIM_CONCLUDED] = "concluded",
        [CLAIM_CONFLICT] = "conflict", [CLAIM_UNKNOWN] = "unknown",
    };
    return names[s];
}

void claim_set_init(struct claim_set *set, struct arena *a)
{
    *set = (struct claim_set){ .a = a };
}

static uint32_t line_of(struct span file, uint64_t byte)
{
    uint32_t line = 1;
    const uint8_t *p = file.p, *end = p + (byte < file.n ? byte : file.n);
    while (p && p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
        line++;
        p++;
    }
    return line;
}

const struct evidence *evidence_of(struct arena *a, const char *path, struct span file, uint64_t from,
                                   uint64_t to, bool text)
{
    char hex[SHA256_HEX_BYTES];
    if (to > file.n)
        to = file.n;
    if (from > to)
        from = to;
    struct evidence *ev = arena_alloc(a, sizeof *ev);
    if (!ev || sha256_hex(span_sub(file, (size_t)from, (size_t)(to - from)), hex, NULL))
        return NULL;
    ev->path = path;
    ev->byte_from = from;
    ev->byte_to = to;
    if (text) {
        ev->line_from = line_of(file, from);
        ev->line_to = line_of(file, to > from ? to - 1 : to);
    }
    ev->sha256 = arena_str(a, hex);
    ev->revision = "";
    return ev->sha256 ? ev : NULL;
}

int claim_add(struct claim_set *set, const char *subject, const char *value, enum claim_status status,
              const char *method, double confidence, const struct evidence *const *evidence, size_t n,
              const struct claim **out, struct err *e)
{
    if (n == 0 && status != CLAIM_UNKNOWN)
        return err_plain(e, ERR_BUG, "claim \"%s\" has no evidence", subject);
    void *items = set->items;
    struct claim *c = arena_alloc(set->a, sizeof *c);
    if (!c || arena_grow(set->a, &items, &set->cap, set->n, sizeof *set->items))
        return err_memory(e);
    set->items = items;
    c->id = arena_fmt(set->a, "c%zu", set->n + 1);
    c->subject = arena_str(set->a, subject);
    c->value = arena_str(set->a, value);
    c->method = arena_str(set->a, method);
    c->evidence = arena_array(set->a, n, sizeof *c->evidence);
    if (!c->id || !c->subject || !c->value || !c->method || !c->evidence)
        return err_memory(e);
    for (size_t i = 0; i < n; i++) {
        if (!evidence[i])
            return err_memory(e);
        c->evidence[i] = evidence[i];
    }
    c->status = status;
    c->confidence = confidence;
    c->n_evidence = n;
    set->items[set->n++] = c;
    if (out)
        *out = c;
    return 0;
}
