// SPDX-License-Identifier: Apache-2.0
#include "base/val.h"

#include <sys/auxv.h>

/* Maps of up to INDEX_FROM children are searched in order: that is quicker, and most maps are
 * small. Larger ones get an open-addressing table, at most half full:
 *
 *     slots: [ . | h,child | . | . | h,child | h,child | . | . ]     linear probing
 *
 * The keys come from a stranger, who could choose them to collide. SipHash-1-3 under the random
 * bytes that the kernel gives each process keeps the probe length out of his hands. */
enum { INDEX_FROM = 16, SLOTS_FIRST = 64, KEY_SHOWN = 80 };

struct slot { uint64_t hash; struct val *v; };
struct val_index { uint64_t seed[2]; size_t mask; struct slot *slots; };

const struct val_limits json_limits = {
    .max_bytes = 100u * 1000 * 1000, .max_depth = 128, .max_values = 50u * 1000 * 1000,
};
const struct val_limits yaml_limits = {
    .max_bytes = 1u << 20, .max_depth = 64, .max_values = 100u * 1000,
};

static inline uint64_t rotl(uint64_t x, int n)
{
    return x << n | x >> (64 - n);
}

static inline void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotl(v[1], 13) ^ v[0];
    v[3] = rotl(v[3], 16) ^ v[2];
    v[0] = rotl(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotl(v[1], 17) ^ v[2];
    v[3] = rotl(v[3], 21) ^ v[0];
    v[2] = rotl(v[2], 32);
}

/* SipHash-1-3. Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012. */
static uint64_t hash_key(const struct val_index *x, struct span key)
{
    uint64_t k0 = x->seed[0], k1 = x->seed[1];
    uint64_t v[4] = { k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d,
                      k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573 };
    size_t i = 0;
    for (; key.n - i >= 8; i += 8) {
        uint64_t word = le64(key.p + i);
        v[3] ^= word;
        sip_round(v);
        v[0] ^= word;
    }
    uint64_t last = (uint64_t)key.n << 56;
    for (int shift = 0; i < key.n; i++, shift += 8)
        last |= (uint64_t)key.p[i] << shift;
    v[3] ^= last;
    sip_round(v);
    v[0] ^= last;
    v[2] ^= 0xff;
    for (int r = 0; r < 3; r++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* The slot that holds `key`, or the free one where it belongs. */
static struct slot *find_slot(const struct val_index *x, struct span key, uint64_t hash)
{
    size_t at = (size_t)hash & x->mask;
    while (x->slots[at].v && (x->slots[at].hash != hash || !span_eq(x->slots[at].v->key, key)))
        at = (at + 1) & x->mask;
    return &x->slots[at];
}

static void put(struct val_index *x, struct val *v, uint64_t hash)
{
    *find_slot(x, v->key, hash) = (struct slot){ hash, v };
}

/* Make the table four times as large: few moves, at most half full, at least an eighth.
 * -1: out of memory. */
static int grow_index(struct val *map, struct arena *a)
{
    size_t cap = map->index ? (map->index->mask + 1) * 4 : SLOTS_FIRST;
    struct val_index *x = arena_alloc(a, sizeof *x);
    struct slot *slots = x ? arena_array(a, cap, sizeof *slots) : NULL;
    if (!slots)
        return -1;
    const void *seed = (const void *)getauxval(AT_RANDOM);
    if (seed)
        memcpy(x->seed, seed, sizeof x->seed);
    x->mask = cap - 1;
    x->slots = slots;
    for (size_t i = 0; map->index && i <= map->index->mask; i++)
        if (map->index->slots[i].v)
            put(x, map->index->slots[i].v, map->index->slots[i].hash);
    for (struct val *v = map->index ? NULL : map->first; v; v = v->next)
        put(x, v, hash_key(x, v->key));
    map->index = x;
    return 0;
}

static const struct val *find_in_order(const struct val *map, struct span key)
{
    for (const struct val *v = map->first; v; v = v->next)
        if (span_eq(v->key, key))
            return v;
    return NULL;
}

static int refuse_twin(const struct val *child, struct err *e)
{
    int shown = child->key.n > KEY_SHOWN ? KEY_SHOWN : (int)child->key.n;
    return err_line(e, ERR_FORMAT, child->key_line, "duplicate key \"%.*s\"", shown,
                    (const char *)child->key.p);
}

static int add_to_map(struct val *map, struct val *child, struct arena *a, struct err *e)
{
    if (map->n < INDEX_FROM)
        return find_in_order(map, child->key) ? refuse_twin(child, e) : 0;
    if (!map->index || map->n >= (map->index->mask + 1) / 2)
        if (grow_index(map, a))
            return err_memory(e);
    uint64_t hash = hash_key(map->index, child->key);
    struct slot *slot = find_slot(map->index, child->key, hash);
    if (slot->v)
        return refuse_twin(child, e);
    *slot = (struct slot){ hash, child };
    return 0;
}

int val_add(struct val *parent, struct val *child, struct arena *a, struct err *e)
{
    int rc = parent->kind == VAL_MAP ? add_to_map(parent, child, a, e) : 0;
    if (rc)
        return rc;
    child->next = NULL;
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
    parent->n++;
    return 0;
}

const struct val *val_get_span(const struct val *map, struct span key)
{
    if (!map || map->kind != VAL_MAP || (key.n && !key.p))
        return NULL;
    if (!map->index)
        return find_in_order(map, key);
    return find_slot(map->index, key, hash_key(map->index, key))->v;
}

const struct val *val_get(const struct val *map, const char *key)
{
    return key ? val_get_span(map, span_str(key)) : NULL;
}

const struct val *val_path(const struct val *v, const char *dotted)
{
    for (const char *at = dotted; v && at;) {
        const char *dot = strchr(at, '.');
        v = val_get_span(v, span_of(at, dot ? (size_t)(dot - at) : strlen(at)));
        at = dot ? dot + 1 : NULL;
    }
    return dotted ? v : NULL;
}

const char *val_str(const struct val *v)
{
    if (!v || v->kind == VAL_NULL || v->kind == VAL_LIST || v->kind == VAL_MAP)
        return NULL;
    return (const char *)v->str.p;
}

bool val_is(const struct val *v, const char *text)
{
    return text && val_str(v) && span_is(v->str, text);
}

bool val_int(const struct val *v, int64_t *out)
{
    if (!v || v->kind != VAL_INT)
        return false;
    *out = v->i;
    return true;
}

/* ASCII letters only, so that no locale has a say. */
static bool same_word(struct span s, const char *word)
{
    if (s.n != strlen(word))
        return false;
    for (size_t i = 0; i < s.n; i++)
        if ((s.p[i] | 0x20) != (uint8_t)word[i])
            return false;
    return true;
}

bool val_bool(const struct val *v, bool *out)
{
    if (!v || (v->kind != VAL_BOOL && v->kind != VAL_STR))
        return false;
    bool yes = v->kind == VAL_BOOL ? v->b : same_word(v->str, "yes") || same_word(v->str, "true");
    if (v->kind == VAL_STR && !yes && !same_word(v->str, "no") && !same_word(v->str, "false"))
        return false;
    *out = yes;
    return true;
}
