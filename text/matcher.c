// SPDX-License-Identifier: Apache-2.0
#include "text/matcher_int.h"

#include "base/mem.h"

/* ---- closure: follow everything that takes no byte ---- */

enum { SEEN_FIRST = 256 };

static size_t slot_of(const struct matcher *m, struct gram_thread t)
{
    uint64_t h = ((uint64_t)t.node << 32 | t.frame) * UINT64_C(0x9E3779B97F4A7C15);
    return (size_t)(h >> 32) & (m->cap_seen - 1);
}

static void enter_seen(struct matcher *m, struct gram_thread t, uint32_t i)
{
    size_t at = slot_of(m, t);
    while (m->seen[at])
        at = (at + 1) & (m->cap_seen - 1);
    m->seen[at] = i + 1;
    m->seen_at[i] = (uint32_t)at;
}

static int grow_seen(struct matcher *m)
{
    size_t to = m->cap_seen ? m->cap_seen * 2 : SEEN_FIRST;
    uint32_t *seen = mem_realloc(NULL, to * sizeof *seen), *at = mem_realloc(m->seen_at, to * sizeof *at);
    if (at)
        m->seen_at = at;
    struct gram_thread *of = mem_realloc(m->seen_of, to * sizeof *of);
    if (of)
        m->seen_of = of;
    if (!seen || !at || !of) {
        mem_free(seen);
        return m->rc = err_memory(m->e);
    }
    memset(seen, 0, to * sizeof *seen);
    mem_free(m->seen);
    m->seen = seen;
    m->cap_seen = to;
    for (size_t i = 0; i < m->n_seen; i++)
        enter_seen(m, m->seen_of[i], (uint32_t)i);
    return 0;
}

/* Put a place on the list, unless it was there in this closure. */
static void visit(struct matcher *m, uint32_t node, uint32_t frame)
{
    struct gram_thread t = { node, frame };
    if (m->rc || m->g->nodes[node].dead)
        return;
    if (m->n_seen * 2 >= m->cap_seen && grow_seen(m))
        return;
    for (size_t at = slot_of(m, t); m->seen[at]; at = (at + 1) & (m->cap_seen - 1)) {
        const struct gram_thread *x = &m->seen_of[m->seen[at] - 1];
        if (x->node == node && x->frame == frame)
            return;
    }
    if (m->n_seen >= GRAMMAR_CLOSURE_MAX) {
        m->rc = err_plain(m->e, ERR_LIMIT, "the grammar takes more than %d steps for one byte", GRAMMAR_CLOSURE_MAX);
        return;
    }
    m->seen_of[m->n_seen] = t;
    enter_seen(m, t, (uint32_t)m->n_seen);
    m->n_seen++;
    if (!matcher_grow(m, (void **)&m->todo, &m->cap_todo, m->n_todo, sizeof t))
        m->todo[m->n_todo++] = t;
}

static void repeat(struct matcher *m, uint32_t node, uint32_t needed, uint32_t allowed, uint32_t parent)
{
    const struct gram_node *x = &m->g->nodes[node];
    if (needed == 0)
        visit(m, x->next, parent);
    if (allowed == 0)
        return;
    uint32_t frame = matcher_frame(m, node, needed ? needed - 1 : 0, allowed == GRAM_MANY ? GRAM_MANY : allowed - 1, parent);
    visit(m, x->first, frame);
}

/* Where may the object in `frame` go on: its end, a comma, or (when it has no member yet) a key? */
static bool object_may_grow(const struct matcher *m, const struct gram_object *o, const struct gram_frame *f, uint32_t missing)
{
    if (f->a >= o->max || missing > o->max - f->a)
        return false;
    bool room = missing < o->max - f->a;            /* for a key that is not required */
    for (uint32_t i = 0; i < o->n_others && room; i++)
        if (!m->g->nodes[o->others[i]].dead)
            return true;
    for (uint32_t i = 0; i < o->n_keys; i++)
        if (!m->g->nodes[o->keys[i].start].dead && (room || o->keys[i].required) && !matcher_set_has(m, f->b, i))
            return true;
    return false;
}

static uint32_t object_missing(const struct matcher *m, const struct gram_object *o, const struct gram_frame *f)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < o->n_keys && o->n_required; i++)
        n += o->keys[i].required && !matcher_set_has(m, f->b, i);
    return n;
}

/* Can the members that are still needed be had at all? Only keys that are left count. */
static bool object_can_fill(const struct matcher *m, const struct gram_object *o, const struct gram_frame *f)
{
    if (f->a >= o->min)
        return true;
    for (uint32_t i = 0; i < o->n_others; i++)
        if (!m->g->nodes[o->others[i]].dead)
            return true;
    uint32_t left = 0;
    for (uint32_t i = 0; i < o->n_keys; i++)
        left += !m->g->nodes[o->keys[i].start].dead && !matcher_set_has(m, f->b, i);
    return left >= o->min - f->a;
}

static void object_keys(struct matcher *m, uint32_t frame)
{
    struct gram_frame f = m->frames[frame];
    const struct gram_object *o = &m->g->objects[m->g->nodes[f.node].first];
    uint32_t missing = object_missing(m, o, &f);
    /* Beyond what min and max ask, only none and some differ. */
    uint32_t top = o->max != GRAM_MANY ? o->max : o->min > 1 ? o->min : 1;
    uint32_t members = f.a < top ? f.a + 1 : top;
    bool room = f.a < o->max && missing < o->max - f.a;
    for (uint32_t i = 0; i < o->n_keys && !m->rc; i++)
        if (!m->g->nodes[o->keys[i].start].dead && (room || o->keys[i].required) && !matcher_set_has(m, f.b, i)) {
            uint32_t set = matcher_set_add(m, f.b, i);
            visit(m, o->keys[i].start, matcher_frame(m, f.node, members, set, f.parent));
        }
    for (uint32_t i = 0; i < o->n_others && room && !m->rc; i++)
        if (!m->g->nodes[o->others[i]].dead)
            visit(m, o->others[i], matcher_frame(m, f.node, members, f.b, f.parent));
}

static void object_more(struct matcher *m, uint32_t frame)
{
    struct gram_frame f = m->frames[frame];
    const struct gram_object *o = &m->g->objects[m->g->nodes[f.node].first];
    uint32_t missing = object_missing(m, o, &f);
    if (!object_can_fill(m, o, &f))
        return;
    if (missing == 0 && f.a >= o->min)
        visit(m, o->close, f.parent);
    if (!object_may_grow(m, o, &f, missing))
        return;
    if (f.a)
        visit(m, o->comma, frame);
    else
        object_keys(m, frame);
}

/* A sequence has come to its end: back to who began it. */
static void pop(struct matcher *m, uint32_t frame)
{
    if (!frame) {
        m->ends = true;
        return;
    }
    struct gram_frame f = m->frames[frame];
    switch (m->g->nodes[f.node].kind) {
    case GRAM_CALL:
        visit(m, m->g->nodes[f.node].next, f.parent);
        break;
    case GRAM_REPEAT:
        repeat(m, f.node, f.a, f.b, f.parent);
        break;
    default:                                /* an entry of an object ends in MORE, never here */
        break;
    }
}

static void keep(struct matcher *m, struct gram_thread t)
{
    if (m->n_found >= GRAMMAR_THREADS_MAX)
        m->rc = err_plain(m->e, ERR_LIMIT, "the text can be read in more than %d ways", GRAMMAR_THREADS_MAX);
    else if (!matcher_grow(m, (void **)&m->found, &m->cap_found, m->n_found, sizeof t))
        m->found[m->n_found++] = t;
}

static void follow(struct matcher *m, struct gram_thread t)
{
    const struct gram_node *x = &m->g->nodes[t.node];
    switch (x->kind) {
    case GRAM_END:
        pop(m, t.frame);
        break;
    case GRAM_EDGES:
        if (x->n)
            keep(m, t);
        if (x->final)
            pop(m, t.frame);
        break;
    case GRAM_ALT:
        for (uint32_t i = 0; i < x->n; i++)
            visit(m, m->g->list[x->first + i], t.frame);
        break;
    case GRAM_CALL:                         /* what returns to an end needs no frame */
        visit(m, m->g->rules[x->first].start, x->next == GRAM_NODE_END ? t.frame
                                                                       : matcher_frame(m, t.node, 0, 0, t.frame));
        break;
    case GRAM_REPEAT:
        repeat(m, t.node, x->min, x->max, t.frame);
        break;
    case GRAM_OBJECT: {
        uint32_t frame = matcher_frame(m, t.node, 0, 0, t.frame);
        if (!m->rc)
            object_more(m, frame);
        break;
    }
    case GRAM_KEYS:
        object_keys(m, t.frame);
        break;
    case GRAM_MORE:
        object_more(m, t.frame);
        break;
    default:
        break;
    }
}

static void begin(struct matcher *m)
{
    for (size_t i = 0; i < m->n_seen; i++)
        m->seen[m->seen_at[i]] = 0;
    m->n_seen = m->n_todo = m->n_found = 0;
    m->ends = false;
}

/* The state of all places reached since begin(). 0: none, or m->rc. */
static uint32_t closed(struct matcher *m)
{
    while (m->n_todo && !m->rc)
        follow(m, m->todo[--m->n_todo]);
    return matcher_state(m, m->found, m->n_found, m->ends);
}

uint32_t matcher_step(struct matcher *m, uint32_t state, uint8_t byte)
{
    if (!state || m->rc)
        return 0;
    if (m->states[state].next && m->states[state].next[byte] != MATCHER_UNKNOWN)
        return m->states[state].next[byte];
    struct gram_state s = m->states[state];
    if (!s.next) {
        s.next = mem_realloc(NULL, 256 * sizeof *s.next);
        if (!s.next) {
            m->rc = err_memory(m->e);
            return 0;
        }
        memset(s.next, 0xFF, 256 * sizeof *s.next);
        m->states[state].next = s.next;
    }
    begin(m);
    for (uint32_t i = 0; i < s.n; i++) {
        struct gram_thread t = m->threads[s.first + i];
        const struct gram_node *x = &m->g->nodes[t.node];
        for (uint32_t k = x->first; k < x->first + x->n; k++)
            if (byte >= m->g->edges[k].lo && byte <= m->g->edges[k].hi)
                visit(m, m->g->edges[k].next, t.frame);
    }
    uint32_t to = closed(m);
    if (!m->rc)
        m->states[state].next[byte] = to;
    return m->rc ? 0 : to;
}

/* ---- one text ---- */

static int begin_text(struct matcher *m)
{
    begin(m);
    visit(m, m->g->start, 0);
    uint32_t state = closed(m);
    if (!m->rc)
        m->now = state;
    return m->rc;
}

int matcher_new(const struct grammar *g, const struct token_trie *trie, struct matcher **out, struct err *e)
{
    struct matcher *m = mem_realloc(NULL, sizeof *m);
    if (!m)
        return err_memory(e);
    *m = (struct matcher){ .g = g, .trie = trie, .e = e };
    m->walk = mem_realloc(NULL, ((trie ? trie->longest : 0) + (size_t)2) * sizeof *m->walk);
    if (!m->walk)
        m->rc = err_memory(e);
    if (m->rc || matcher_tables_init(m) || begin_text(m)) {
        int rc = m->rc;
        matcher_free(m);
        return rc;
    }
    m->e = NULL;
    *out = m;
    return 0;
}

void matcher_free(struct matcher *m)
{
    if (!m)
        return;
    matcher_tables_fini(m);
    mem_free(m->walk);
    mem_free(m->todo);
    mem_free(m->found);
    mem_free(m->seen);
    mem_free(m->seen_at);
    mem_free(m->seen_of);
    mem_free(m);
}

/* Errors of one call are that call's: what was learnt before it is whole. */
static void call(struct matcher *m, struct err *e)
{
    m->e = e;
    m->rc = 0;
}

void matcher_reset(struct matcher *m)
{
    call(m, NULL);
    if (begin_text(m))
        m->now = 0;                         /* out of memory: nothing is allowed until the next reset */
}

int matcher_accept(struct matcher *m, struct span bytes, struct err *e)
{
    call(m, e);
    if ((m->n_states > MATCHER_STATES_MAX || m->n_frames > MATCHER_FRAMES_MAX) && matcher_tables_renew(m))
        return m->rc;
    uint32_t state = m->now;
    for (size_t i = 0; i < bytes.n; i++) {
        state = matcher_step(m, state, bytes.p[i]);
        if (m->rc)
            return m->rc;
        if (!state)
            return err_set(e, ERR_FORMAT, i, "byte 0x%02x is not what the grammar wants here", bytes.p[i]);
    }
    m->now = state;
    return 0;
}

bool matcher_may_end(const struct matcher *m)
{
    return m->states[m->now].ends;
}

bool matcher_must_end(const struct matcher *m)
{
    return m->states[m->now].ends && m->states[m->now].n == 0;
}

/* The one byte that may follow; -1: none or several. */
static int only_byte(const struct matcher *m, const struct gram_state *s)
{
    int only = -1;
    if (s->ends)
        return -1;
    for (uint32_t i = 0; i < s->n; i++) {
        const struct gram_node *x = &m->g->nodes[m->threads[s->first + i].node];
        for (uint32_t k = x->first; k < x->first + x->n; k++) {
            const struct gram_edge *edge = &m->g->edges[k];
            if (m->g->nodes[edge->next].dead)
                continue;
            if (edge->lo != edge->hi || (only >= 0 && only != edge->lo))
                return -1;
            only = edge->lo;
        }
    }
    return only;
}

size_t matcher_forced(struct matcher *m, char *out, size_t n)
{
    call(m, NULL);
    size_t done = 0;
    uint32_t state = m->now;
    while (done < n && state) {
        int byte = only_byte(m, &m->states[state]);
        if (byte < 0)
            break;
        state = matcher_step(m, state, (uint8_t)byte);
        if (state)
            out[done++] = (char)byte;
    }
    return done;
}
