// SPDX-License-Identifier: Apache-2.0
/* matcher_mask.c - the tokens that a state allows.
 *
 * Two things keep this cheap. Counts that no token can reach are the same as none: a state is cut to what the longest token
 * can tell apart, and the mask belongs to the cut state. And in a state that every plain character leads back to,
 * the inside of a string, the plain tokens are allowed all together, and only the rest of the vocabulary is walked. */
#include "base/mem.h"
#include "text/matcher_int.h"

static uint32_t cut_one(struct matcher *m, uint32_t frame)
{
    uint32_t cap = m->trie->longest + 1;
    struct gram_frame f = m->frames[frame];
    if (m->g->nodes[f.node].kind == GRAM_REPEAT && !m->g->nodes[m->g->nodes[f.node].first].nullable) {
        f.a = f.a > cap ? cap : f.a;
        f.b = f.b > cap ? GRAM_MANY : f.b;
    }
    uint32_t cut = matcher_frame(m, f.node, f.a, f.b, m->frames[f.parent].cut);
    if (m->rc)
        return 0;
    m->frames[frame].cut = cut;
    return m->frames[cut].cut = cut;
}

/* The same stack with counts cut; each frame once, from the lowest that is not known. */
static uint32_t cut_frame(struct matcher *m, uint32_t frame)
{
    m->n_todo = 0;
    for (uint32_t f = frame; m->frames[f].cut == MATCHER_UNKNOWN && !m->rc; f = m->frames[f].parent)
        if (!matcher_grow(m, (void **)&m->todo, &m->cap_todo, m->n_todo, sizeof *m->todo))
            m->todo[m->n_todo++].frame = f;
    while (m->n_todo && !m->rc)
        (void)cut_one(m, m->todo[--m->n_todo].frame);
    return m->rc ? 0 : m->frames[frame].cut;
}

static uint32_t cut_state(struct matcher *m, uint32_t state)
{
    struct gram_state s = m->states[state];
    if (s.cut != MATCHER_UNKNOWN)
        return s.cut;
    m->n_found = 0;
    for (uint32_t i = 0; i < s.n && !m->rc; i++) {
        struct gram_thread t = m->threads[s.first + i];
        t.frame = cut_frame(m, t.frame);
        if (!matcher_grow(m, (void **)&m->found, &m->cap_found, m->n_found, sizeof t))
            m->found[m->n_found++] = t;
    }
    uint32_t cut = matcher_state(m, m->found, m->n_found, s.ends);
    if (m->rc)
        return 0;
    m->states[state].cut = cut;
    m->states[cut].cut = cut;
    return cut;
}

/* Does every continuation byte lead from `state` to `home`, k bytes on? */
static bool comes_home(struct matcher *m, uint32_t state, uint32_t home, unsigned k, uint8_t lo, uint8_t hi)
{
    uint32_t known = 0;
    for (unsigned c = lo; c <= hi; c++) {
        uint32_t to = matcher_step(m, state, (uint8_t)c);
        if (k == 1 ? to != home : !to || (to != known && !comes_home(m, to, home, k - 1, 0x80, 0xBF)))
            return false;
        known = to;
    }
    return true;
}

/* Does every plain character of a JSON string lead back here? */
static bool is_string_inside(struct matcher *m, uint32_t state)
{
    static const struct { uint8_t from, to, lo, hi; unsigned k; } leads[] = {
        { 0xC2, 0xDF, 0x80, 0xBF, 1 }, { 0xE0, 0xE0, 0xA0, 0xBF, 2 }, { 0xE1, 0xEC, 0x80, 0xBF, 2 },
        { 0xED, 0xED, 0x80, 0x9F, 2 }, { 0xEE, 0xEF, 0x80, 0xBF, 2 }, { 0xF0, 0xF0, 0x90, 0xBF, 3 },
        { 0xF1, 0xF3, 0x80, 0xBF, 3 }, { 0xF4, 0xF4, 0x80, 0x8F, 3 },
    };
    for (unsigned c = 0x20; c < 0x80; c++)
        if (c != '"' && c != '\\' && matcher_step(m, state, (uint8_t)c) != state)
            return false;
    for (size_t i = 0; i < sizeof leads / sizeof *leads; i++)
        for (unsigned c = leads[i].from; c <= leads[i].to; c++) {
            uint32_t to = matcher_step(m, state, (uint8_t)c);
            if (!to || !comes_home(m, to, state, leads[i].k, leads[i].lo, leads[i].hi))
                return false;
        }
    return true;
}

static void walk(struct matcher *m, uint32_t state, const struct trie_part *part, uint32_t *mask)
{
    const uint32_t *same = m->trie->same;
    m->walk[0] = state;
    for (size_t i = 0; i < part->n && !m->rc;) {
        const struct trie_node *x = &part->nodes[i];
        uint32_t from = m->walk[x->depth];
        const uint32_t *known = m->states[from].next;
        uint32_t to = known && known[x->byte] != MATCHER_UNKNOWN ? known[x->byte] : matcher_step(m, from, x->byte);
        if (!to) {
            i += x->skip;
            continue;
        }
        m->walk[x->depth + 1] = to;
        for (uint32_t id = x->token; id != TRIE_NONE; id = same[id])
            mask[id / 32] |= (uint32_t)1 << id % 32;
        i++;
    }
}

static int fill(struct matcher *m, uint32_t state, uint32_t *mask)
{
    size_t bytes = m->trie->n_words * sizeof *mask;
    if (matcher_step(m, state, 'a') == state && is_string_inside(m, state) && !m->rc) {
        memcpy(mask, m->trie->plain, bytes);
        walk(m, state, &m->trie->rest, mask);
    } else {
        memset(mask, 0, bytes);
        walk(m, state, &m->trie->all, mask);
    }
    return m->rc;
}

static void drop_masks(struct matcher *m)
{
    for (size_t i = 0; i < m->n_states; i++) {
        mem_free(m->states[i].mask);
        m->states[i].mask = NULL;
    }
    m->mask_bytes = 0;
}

int matcher_mask(struct matcher *m, const uint32_t **mask, struct err *e)
{
    m->e = e;
    m->rc = 0;
    if ((m->n_states > MATCHER_STATES_MAX || m->n_frames > MATCHER_FRAMES_MAX) && matcher_tables_renew(m))
        return m->rc;
    uint32_t state = cut_state(m, m->now);
    if (m->rc)
        return m->rc;
    if (!m->states[state].mask) {
        size_t bytes = m->trie->n_words * sizeof(uint32_t);
        if (m->mask_bytes + bytes > MATCHER_MASKS_BYTES)
            drop_masks(m);
        uint32_t *made = mem_realloc(NULL, bytes ? bytes : 1);
        if (!made)
            return err_memory(e);
        if (fill(m, state, made)) {
            mem_free(made);
            return m->rc;
        }
        m->states[state].mask = made;
        m->mask_bytes += bytes;
    }
    *mask = m->states[state].mask;
    return 0;
}
