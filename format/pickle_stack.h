// SPDX-License-Identifier: Apache-2.0
/* format/pickle_stack.h - the stack of the machine and its marks, small enough to be compiled into every opcode.
 *
 *     stack   [v][v][v]|[v][n x plain][v]          marks are positions in it: what stands below the innermost
 *                      ^ fence          ^ n_stack  one cannot be taken
 *
 * Whatever fails ends the run (pk_end); the opcode then returns, and the loop sees it. */
#ifndef ASSAY_FORMAT_PICKLE_STACK_H
#define ASSAY_FORMAT_PICKLE_STACK_H
#include "format/pickle_int.h"

void pk_end(struct pickle *m, enum pk_end how, const char *why);
void pk_underflow(struct pickle *m);
void pk_no_memory(struct pickle *m);

/* Make room in *items for one more than n. False: the run has ended. */
bool pk_grow(struct pickle *m, void **items, uint32_t *cap, uint32_t n, size_t size, uint32_t max);
bool pk_grow_stack(struct pickle *m);

PK_INLINE void pk_push(struct pickle *m, struct pk_value v)
{
    if (m->n_stack == m->cap_stack && !pk_grow_stack(m))
        return;
    m->stack[m->n_stack++] = v;
}

PK_INLINE void pk_push_kind(struct pickle *m, uint8_t op, enum pk_kind kind, uint32_t n)
{
    pk_push(m, (struct pk_value){ .kind = (uint8_t)kind, .op = op, .n = n, .at = m->at });
}

/* The top above the innermost mark; NULL, and the run has ended, when there is none. */
PK_INLINE struct pk_value *pk_top(struct pickle *m)
{
    if (m->n_stack > m->fence)
        return &m->stack[m->n_stack - 1];
    pk_underflow(m);
    return NULL;
}

/* Take the top into *v. Side by side constants are one entry, so taking one may leave the entry. */
PK_INLINE bool pk_pop(struct pickle *m, struct pk_value *v)
{
    struct pk_value *t = pk_top(m);
    if (!t)
        return false;
    *v = *t;
    if (t->kind == PK_PLAIN && t->n > 1) {
        t->n--;
        v->n = 1;
    } else {
        m->n_stack--;
    }
    return true;
}

PK_INLINE void pk_drop_mark(struct pickle *m)
{
    m->n_marks--;
    m->fence = m->n_marks ? m->marks[m->n_marks - 1] : 0;
}

/* Drop everything above the innermost mark, and the mark. *first is the place of the first entry. */
PK_INLINE bool pk_pop_marked(struct pickle *m, uint32_t *first, uint32_t *n_entries)
{
    if (!m->n_marks) {
        pk_end(m, PK_BROKEN, "the opcode wants a mark, and there is none");
        return false;
    }
    *first = m->fence;
    *n_entries = m->n_stack - m->fence;
    m->n_stack = m->fence;
    pk_drop_mark(m);
    return true;
}

/* How many objects these entries are. */
uint32_t pk_count(const struct pickle *m, uint32_t first, uint32_t n_entries);

/* The next slot of the ring, for the tuple that is built now. */
PK_INLINE struct pk_value *pk_new_tuple(struct pickle *m)
{
    m->last_tuple = (m->last_tuple + 1) % PK_TUPLES;
    m->tuples[m->last_tuple].at = m->at;
    return m->tuples[m->last_tuple].items;
}

/* Keep the first items of a tuple, for the opcode that uses it next. */
void pk_keep_items(struct pickle *m, uint32_t first, uint32_t n_entries);

/* Tell of an event at the opcode that is run. */
void pk_tell(struct pickle *m, struct pk_event ev);
void pk_ambiguous(struct pickle *m, const char *what);

/* Is this a text, or an old string, which becomes one? */
bool pk_is_name(const struct pk_value *v);

/* In pickle_calls.c: the opcodes that tell of something. */
PK_OPCODE(global);
PK_OPCODE(stack_global);
PK_OPCODE(call);
PK_OPCODE(obj);
PK_OPCODE(inst);
PK_OPCODE(build);
PK_OPCODE(persid);
PK_OPCODE(binpersid);
PK_OPCODE(ext);

#endif
