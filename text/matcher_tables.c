// SPDX-License-Identifier: Apache-2.0
#include "text/matcher_int.h"

#include <stdlib.h>

#include "base/mem.h"

enum { HEADS_FIRST = 1024 };

int matcher_grow(struct matcher *m, void **items, size_t *cap, size_t n, size_t size)
{
    if (m->rc)
        return m->rc;
    if (n < *cap)
        return 0;
    size_t to = *cap ? *cap * 2 : 64;
    void *p = mem_realloc(*items, to * size);
    if (!p)
        return m->rc = err_memory(m->e);
    *items = p;
    *cap = to;
    return 0;
}

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * UINT64_C(0x9E3779B97F4A7C15);
    return h ^ h >> 29;
}

static uint64_t hash_of_frame(const struct gram_frame *f)
{
    return mix(mix(mix(0, f->node), (uint64_t)f->a << 32 | f->b), f->parent);
}

static uint64_t hash_of_threads(const struct gram_thread *t, size_t n, bool ends)
{
    uint64_t h = ends;
    for (size_t i = 0; i < n; i++)
        h = mix(h, (uint64_t)t[i].node << 32 | t[i].frame);
    return h;
}

static uint64_t hash_of_words(const uint64_t *w, size_t n)
{
    uint64_t h = n;
    for (size_t i = 0; i < n; i++)
        h = mix(h, w[i]);
    return h;
}

/* Twice the heads, when there are more numbers than heads. `hash` and `chain` know an entry by its number. */
typedef uint64_t hash_fn(const struct matcher *m, uint32_t i);
typedef uint32_t *chain_fn(struct matcher *m, uint32_t i);

static int make_room(struct matcher *m, struct gram_table *t, size_t n, hash_fn *hash, chain_fn *chain)
{
    if (t->n_heads && n < t->n_heads)
        return 0;
    uint32_t to = t->n_heads ? t->n_heads * 2 : HEADS_FIRST;
    uint32_t *heads = mem_realloc(NULL, to * sizeof *heads);
    if (!heads)
        return m->rc = err_memory(m->e);
    memset(heads, 0, to * sizeof *heads);
    mem_free(t->heads);
    *t = (struct gram_table){ heads, to };
    for (uint32_t i = 1; i < n; i++) {
        uint32_t *head = &heads[hash(m, i) & (to - 1)];
        *chain(m, i) = *head;
        *head = i;
    }
    return 0;
}

static uint64_t frame_hash(const struct matcher *m, uint32_t i)
{
    return hash_of_frame(&m->frames[i]);
}

static uint32_t *frame_chain(struct matcher *m, uint32_t i)
{
    return &m->frames[i].same_hash;
}

static uint64_t state_hash(const struct matcher *m, uint32_t i)
{
    const struct gram_state *s = &m->states[i];
    return hash_of_threads(m->threads + s->first, s->n, s->ends);
}

static uint32_t *state_chain(struct matcher *m, uint32_t i)
{
    return &m->states[i].same_hash;
}

static uint64_t set_hash(const struct matcher *m, uint32_t i)
{
    return hash_of_words(m->words + m->sets[i].first, m->sets[i].n);
}

static uint32_t *set_chain(struct matcher *m, uint32_t i)
{
    return &m->sets[i].same_hash;
}

uint32_t matcher_frame(struct matcher *m, uint32_t node, uint32_t a, uint32_t b, uint32_t parent)
{
    struct gram_frame f = { .node = node, .parent = parent, .a = a, .b = b, .cut = MATCHER_UNKNOWN };
    uint64_t h = hash_of_frame(&f);
    if (m->rc)
        return 0;
    for (uint32_t i = m->frame_table.heads[h & (m->frame_table.n_heads - 1)]; i; i = m->frames[i].same_hash) {
        const struct gram_frame *x = &m->frames[i];
        if (x->node == node && x->parent == parent && x->a == a && x->b == b)
            return i;
    }
    f.depth = parent ? m->frames[parent].depth + 1 : 1;
    if (m->n_frames >= MATCHER_HELD_MAX || f.depth > MATCHER_DEPTH_MAX) {
        m->rc = err_plain(m->e, ERR_LIMIT, "the grammar needs too deep or too many stacks");
        return 0;
    }
    if (matcher_grow(m, (void **)&m->frames, &m->cap_frames, m->n_frames, sizeof f)
        || make_room(m, &m->frame_table, m->n_frames, frame_hash, frame_chain))
        return 0;
    uint32_t *head = &m->frame_table.heads[h & (m->frame_table.n_heads - 1)];
    f.same_hash = *head;
    m->frames[m->n_frames] = f;
    return *head = (uint32_t)m->n_frames++;
}

bool matcher_set_has(const struct matcher *m, uint32_t set, uint32_t bit)
{
    const struct gram_set *s = &m->sets[set];
    return bit / 64 < s->n && m->words[s->first + bit / 64] >> bit % 64 & 1;
}

uint32_t matcher_set_add(struct matcher *m, uint32_t set, uint32_t bit)
{
    uint32_t had = m->sets[set].n, n = bit / 64 + 1 > had ? bit / 64 + 1 : had;
    while (m->cap_words < m->n_words + n)
        if (matcher_grow(m, (void **)&m->words, &m->cap_words, m->cap_words, sizeof *m->words))
            return 0;
    uint64_t *w = m->words + m->n_words;                /* not kept when there is such a set already */
    memset(w, 0, n * sizeof *w);
    if (had)
        memcpy(w, m->words + m->sets[set].first, had * sizeof *w);
    w[bit / 64] |= (uint64_t)1 << bit % 64;
    uint64_t h = hash_of_words(w, n);
    for (uint32_t i = m->set_table.heads[h & (m->set_table.n_heads - 1)]; i; i = m->sets[i].same_hash)
        if (m->sets[i].n == n && !memcmp(m->words + m->sets[i].first, w, n * sizeof *w))
            return i;
    if (m->n_sets >= MATCHER_HELD_MAX) {
        m->rc = err_plain(m->e, ERR_LIMIT, "the grammar needs too many sets of keys");
        return 0;
    }
    if (matcher_grow(m, (void **)&m->sets, &m->cap_sets, m->n_sets, sizeof *m->sets)
        || make_room(m, &m->set_table, m->n_sets, set_hash, set_chain))
        return 0;
    uint32_t *head = &m->set_table.heads[h & (m->set_table.n_heads - 1)];
    m->sets[m->n_sets] = (struct gram_set){ (uint32_t)m->n_words, n, *head };
    m->n_words += n;
    return *head = (uint32_t)m->n_sets++;
}

static int by_place(const void *x, const void *y)
{
    const struct gram_thread *a = x, *b = y;
    if (a->node != b->node)
        return a->node < b->node ? -1 : 1;
    return a->frame < b->frame ? -1 : a->frame > b->frame;
}

static size_t sorted_once(struct gram_thread *t, size_t n)
{
    if (n < 2)
        return n;
    qsort(t, n, sizeof *t, by_place);
    size_t kept = 1;
    for (size_t i = 1; i < n; i++)
        if (by_place(&t[i], &t[kept - 1]))
            t[kept++] = t[i];
    return kept;
}

uint32_t matcher_state(struct matcher *m, struct gram_thread *threads, size_t n, bool ends)
{
    if (m->rc || (n == 0 && !ends))
        return 0;
    n = sorted_once(threads, n);
    uint64_t h = hash_of_threads(threads, n, ends);
    for (uint32_t i = m->state_table.heads[h & (m->state_table.n_heads - 1)]; i; i = m->states[i].same_hash) {
        const struct gram_state *s = &m->states[i];
        if (s->n == n && s->ends == ends && (n == 0 || !memcmp(m->threads + s->first, threads, n * sizeof *threads)))
            return i;
    }
    if (m->n_states >= MATCHER_HELD_MAX / 8) {
        m->rc = err_plain(m->e, ERR_LIMIT, "the grammar needs too many states");
        return 0;
    }
    if (matcher_grow(m, (void **)&m->states, &m->cap_states, m->n_states, sizeof *m->states)
        || make_room(m, &m->state_table, m->n_states, state_hash, state_chain))
        return 0;
    while (m->cap_threads < m->n_threads + n)
        if (matcher_grow(m, (void **)&m->threads, &m->cap_threads, m->cap_threads, sizeof *m->threads))
            return 0;
    if (n)
        memcpy(m->threads + m->n_threads, threads, n * sizeof *threads);
    uint32_t *head = &m->state_table.heads[h & (m->state_table.n_heads - 1)];
    m->states[m->n_states] = (struct gram_state){
        .first = (uint32_t)m->n_threads, .n = (uint32_t)n, .ends = ends, .cut = MATCHER_UNKNOWN, .same_hash = *head };
    m->n_threads += n;
    return *head = (uint32_t)m->n_states++;
}

/* The numbers 0: the bottom, the empty set, the dead state. */
static int enter_zeros(struct matcher *m)
{
    m->n_frames = m->n_sets = m->n_states = m->n_threads = m->n_words = 0;
    if (matcher_grow(m, (void **)&m->frames, &m->cap_frames, 0, sizeof *m->frames)
        || matcher_grow(m, (void **)&m->sets, &m->cap_sets, 0, sizeof *m->sets)
        || matcher_grow(m, (void **)&m->states, &m->cap_states, 0, sizeof *m->states)
        || make_room(m, &m->frame_table, 0, frame_hash, frame_chain)
        || make_room(m, &m->set_table, 0, set_hash, set_chain)
        || make_room(m, &m->state_table, 0, state_hash, state_chain))
        return m->rc;
    m->frames[m->n_frames++] = (struct gram_frame){ .cut = 0 };
    m->sets[m->n_sets++] = (struct gram_set){ 0 };
    m->states[m->n_states++] = (struct gram_state){ .cut = 0 };
    return 0;
}

int matcher_tables_init(struct matcher *m)
{
    return enter_zeros(m);
}

static void drop_states(struct matcher *m)
{
    for (size_t i = 0; i < m->n_states; i++) {
        mem_free(m->states[i].next);
        mem_free(m->states[i].mask);
    }
    m->n_states = 0;
    m->mask_bytes = 0;
}

void matcher_tables_fini(struct matcher *m)
{
    drop_states(m);
    mem_free(m->frames);
    mem_free(m->states);
    mem_free(m->threads);
    mem_free(m->sets);
    mem_free(m->words);
    mem_free(m->frame_table.heads);
    mem_free(m->state_table.heads);
    mem_free(m->set_table.heads);
}

/* Enter a stack of the old tables in the new ones, from its bottom. */
static uint32_t move_stack(struct matcher *m, const struct matcher *old, uint32_t frame, uint32_t *path)
{
    size_t n = 0;
    for (; frame; frame = old->frames[frame].parent)
        path[n++] = frame;
    uint32_t parent = 0;
    while (n && !m->rc) {
        const struct gram_frame *f = &old->frames[path[--n]];
        uint32_t b = f->b;
        if (m->g->nodes[f->node].kind == GRAM_OBJECT) {
            const struct gram_set *s = &old->sets[f->b];
            b = 0;
            for (uint32_t i = 0; i < s->n * 64; i++)
                if (matcher_set_has(old, f->b, i))
                    b = matcher_set_add(m, b, i);
        }
        parent = matcher_frame(m, f->node, f->a, b, parent);
    }
    return parent;
}

int matcher_tables_renew(struct matcher *m)
{
    struct matcher old = *m;
    m->frames = NULL;
    m->states = NULL;
    m->threads = NULL;
    m->sets = NULL;
    m->words = NULL;
    m->cap_frames = m->cap_states = m->cap_threads = m->cap_sets = m->cap_words = 0;
    m->frame_table = m->state_table = m->set_table = (struct gram_table){ 0 };
    const struct gram_state *now = &old.states[old.now];
    uint32_t *path = mem_realloc(NULL, (MATCHER_DEPTH_MAX + 1) * sizeof *path);
    struct gram_thread *t = mem_realloc(NULL, (now->n + (size_t)1) * sizeof *t);
    if (!path || !t)
        m->rc = err_memory(m->e);
    else if (!enter_zeros(m)) {
        m->mask_bytes = 0;
        for (uint32_t i = 0; i < now->n && !m->rc; i++)
            t[i] = (struct gram_thread){ old.threads[now->first + i].node,
                                         move_stack(m, &old, old.threads[now->first + i].frame, path) };
        m->now = matcher_state(m, t, now->n, now->ends);
    }
    mem_free(path);
    mem_free(t);
    if (m->rc) {                            /* as before: the old tables are whole */
        matcher_tables_fini(m);
        int rc = m->rc;
        *m = old;
        return m->rc = rc;
    }
    matcher_tables_fini(&old);
    return 0;
}
