// SPDX-License-Identifier: Apache-2.0
/* schema_list.c - arrays: the first items by their own schemas, the rest by one. */
#include "text/schema_int.h"

/* The list of schemas for the first items: prefixItems, or items as a list, as drafts before 2020-12 had it. */
static const struct val *prefix_of(const struct val *v)
{
    const struct val *p = val_get(v, "prefixItems"), *items = val_get(v, "items");
    return p && p->kind == VAL_LIST ? p : items && items->kind == VAL_LIST ? items : NULL;
}

static const struct val *rest_of(const struct val *v)
{
    const struct val *items = val_get(v, "items");
    return items && items->kind == VAL_LIST ? val_get(v, "additionalItems") : items;
}

/* What item i must satisfy. */
static struct schema_set item_set(struct schema *s, struct schema_set set, size_t i)
{
    struct schema_set out = { 0 };
    for (uint32_t k = 0; k < set.n && !s->b.rc; k++) {
        const struct val *prefix = prefix_of(set.m[k].v), *x = prefix ? prefix->first : NULL;
        for (size_t n = i; x && n; n--)
            x = x->next;
        if (!x)
            x = rest_of(set.m[k].v);
        if (x)
            out = schema_set_with(s, out, x, 0);
    }
    return out;
}

static bool wants_unique(struct schema_set set)
{
    for (uint32_t i = 0; i < set.n; i++)
        if (val_is(val_get(set.m[i].v, "uniqueItems"), "true"))
            return true;
    return false;
}

/* [ws, item] as it stands behind the bracket or a comma; then white space. */
static uint32_t item(struct schema *s, uint32_t rule, bool first, uint32_t next)
{
    uint32_t at = schema_space(s, gram_call(&s->b, rule, schema_space(s, next)));
    return first ? at : gram_byte(&s->b, ',', ',', at);
}

/* The rest, when n items are there already and max more may follow, min of them must. */
static uint32_t more_items(struct schema *s, uint32_t rule, bool first, uint64_t min, uint64_t max, uint32_t close)
{
    struct gram_build *b = &s->b;
    if (max == 0)
        return close;
    uint64_t min_left = min > first ? min - first : 0;
    uint32_t most = max >= UINT32_MAX ? GRAM_MANY : (uint32_t)(max - first), rest;
    if (min_left > UINT32_MAX / 2)
        return (void)schema_fail(s, ERR_LIMIT, NULL, "'minItems' is too large"), GRAM_NODE_FAIL;
    if (min_left == 0 && most == GRAM_MANY) {
        rest = gram_hold(b);
        gram_fill(b, rest, gram_either(b, close, item(s, rule, false, rest)));
    } else
        rest = gram_repeat(b, item(s, rule, false, GRAM_NODE_END), (uint32_t)min_left, most, close);
    if (!first)
        return rest;
    uint32_t one = item(s, rule, true, rest);
    return min == 0 ? gram_either(b, schema_space(s, close), one) : one;
}

uint32_t schema_list(struct schema *s, const struct schema_facts *f, uint32_t next)
{
    struct gram_build *b = &s->b;
    uint64_t n = 0, max = f->items_max;
    if (f->items_min > max)
        return GRAM_NODE_FAIL;
    if (wants_unique(f->set) && max > 1)
        return (void)schema_fail(s, ERR_FORMAT, f->set.m[0].v, "'uniqueItems' cannot be enforced"), GRAM_NODE_FAIL;
    for (uint32_t i = 0; i < f->set.n; i++) {
        const struct val *p = prefix_of(f->set.m[i].v);
        n = p && p->n > n ? p->n : n;
    }
    if (n > SCHEMA_UNROLL_MAX)
        return (void)schema_fail(s, ERR_LIMIT, f->set.m[0].v, "more than %d items with schemas of their own", SCHEMA_UNROLL_MAX),
               GRAM_NODE_FAIL;
    n = n > max ? max : n;
    uint32_t close = gram_byte(b, ']', ']', next);
    uint64_t left = max == UINT64_MAX ? UINT64_MAX : max - n, needed = f->items_min > n ? f->items_min - n : 0;
    uint32_t tail = schema_rule_of(s, item_set(s, f->set, n));
    uint32_t at = more_items(s, tail, n == 0, needed, left, close);
    for (uint64_t i = n; i > 0 && !s->b.rc; i--) {
        at = item(s, schema_rule_of(s, item_set(s, f->set, i - 1)), i == 1, at);
        if (f->items_min < i)
            at = gram_either(b, i == 1 ? schema_space(s, close) : close, at);
    }
    if (max == 0)
        at = schema_space(s, close);
    return gram_byte(b, '[', '[', at);
}
