// SPDX-License-Identifier: Apache-2.0
#include "format/pickle.h"

#include "base/mem.h"
#include "format/pickle_stack.h"

enum { RUN_FROM = 16 };

/* Opcode and argument of the constants that are always as long; 0 for all others. */
static const uint8_t plain_bytes[256] = {
    [OP_NONE] = 1, [OP_NEWTRUE] = 1, [OP_NEWFALSE] = 1, [OP_BININT1] = 2, [OP_BININT2] = 3, [OP_BININT] = 5,
    [OP_BINFLOAT] = 9,
};

/* ---- the stack, where it is not in a hurry ---------------------------------------------- */

void pk_end(struct pickle *m, enum pk_end how, const char *why)
{
    m->end = how;
    m->why = why;
    m->ended = true;
}

void pk_no_memory(struct pickle *m)
{
    m->rc = ERR_MEMORY;
    pk_end(m, PK_TOO_LARGE, "out of memory");
}

void pk_underflow(struct pickle *m)
{
    pk_end(m, PK_BROKEN, "the opcode wants more than the stack holds");
}

bool pk_grow(struct pickle *m, void **items, uint32_t *cap, uint32_t n, size_t size, uint32_t max)
{
    if (n < *cap)
        return true;
    if (n >= max) {
        pk_end(m, PK_TOO_LARGE, "more objects at once than the machine has room for");
        return false;
    }
    uint32_t want = *cap ? *cap * 2 : 256;
    while (want <= n)
        want *= 2;
    void *grown = mem_realloc(*items, want * size);
    if (!grown) {
        pk_no_memory(m);
        return false;
    }
    *items = grown;
    *cap = want;
    return true;
}

bool pk_grow_stack(struct pickle *m)
{
    void *items = m->stack;
    if (!pk_grow(m, &items, &m->cap_stack, m->n_stack, sizeof *m->stack, PK_STACK_MAX))
        return false;
    m->stack = items;
    return true;
}

static bool grow_marks(struct pickle *m)
{
    void *items = m->marks;
    if (!pk_grow(m, &items, &m->cap_marks, m->n_marks, sizeof *m->marks, PK_STACK_MAX))
        return false;
    m->marks = items;
    return true;
}

uint32_t pk_count(const struct pickle *m, uint32_t first, uint32_t n_entries)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_entries; i++)
        n += m->stack[first + i].kind == PK_PLAIN ? m->stack[first + i].n : 1;
    return n;
}

void pk_keep_items(struct pickle *m, uint32_t first, uint32_t n_entries)
{
    uint32_t n = 0;
    struct pk_value *items = pk_new_tuple(m);
    for (uint32_t i = 0; i < n_entries && n < PK_ITEMS; i++) {
        struct pk_value v = m->stack[first + i];
        uint32_t times = v.kind == PK_PLAIN ? v.n : 1;
        if (v.kind == PK_PLAIN)
            v.n = 1;
        for (; times && n < PK_ITEMS; times--)
            items[n++] = v;
    }
}

/* ---- constants and containers ----------------------------------------------------------- */

/* A run of numbers longer than any tuple that matters is one entry: a list of a million of them costs nothing. */
PK_INLINE PK_OPCODE(plain)
{
    struct pk_value *t = m->n_stack ? &m->stack[m->n_stack - 1] : NULL;
    if (m->n_stack - m->fence < RUN_FROM || t->kind != PK_PLAIN) {
        pk_push_kind(m, op, PK_PLAIN, 1);
        return;
    }
    uint64_t at = m->next, size;
    uint32_t n = t->n + (t->n < UINT32_MAX);
    for (; at < m->in.n && n < UINT32_MAX && (size = plain_bytes[m->in.p[at]]) && size <= m->in.n - at; n++)
        at += size;
    m->n_ops += n - t->n;
    m->next = at;
    t->n = n;
    t->op = 0;                              /* which numbers they were is not kept */
}

PK_INLINE void constant(struct pickle *m, uint8_t op, enum pk_kind kind, size_t n_bytes)
{
    struct pk_value v = { .kind = (uint8_t)kind, .op = op, .n = 1, .at = m->at };
    if (n_bytes >= m->constants_from)
        pk_tell(m, (struct pk_event){ .kind = PK_CONSTANT, .fn = v });
    pk_push(m, v);
}

PK_INLINE PK_OPCODE(text)
{
    constant(m, op, PK_TEXT, arg->arg.n);
}

PK_INLINE PK_OPCODE(bytes)
{
    constant(m, op, PK_BYTES, arg->arg.n);
}

PK_INLINE PK_OPCODE(buffer)
{
    pk_push_kind(m, op, PK_UNKNOWN, 1);
}

PK_INLINE enum pk_kind container_kind(uint8_t op)
{
    switch (op) {
    case OP_DICT: case OP_EMPTY_DICT: case OP_SETITEMS: case OP_SETITEM:
        return PK_DICT;
    case OP_LIST: case OP_EMPTY_LIST: case OP_APPENDS: case OP_APPEND:
        return PK_LIST;
    case OP_FROZENSET: case OP_EMPTY_SET: case OP_ADDITEMS:
        return PK_SET;
    default:
        return PK_TUPLE;
    }
}

PK_INLINE PK_OPCODE(empty)
{
    enum pk_kind kind = container_kind(op);
    if (kind == PK_TUPLE)
        (void)pk_new_tuple(m);
    pk_push_kind(m, op, kind, 0);
}

/* Keep what is put into the dictionary made at `at`: keys and values in turn. */
static void keep_entries(struct pickle *m, uint64_t at, const struct pk_value *v, uint32_t n)
{
    if (at != m->entries_at) {
        m->entries_at = at;
        m->n_entries = 0;
    }
    for (uint32_t i = 0; i + 1 < n && m->n_entries < PK_ENTRIES; i += 2) {
        if ((v[i].kind == PK_PLAIN && v[i].n != 1) || (v[i + 1].kind == PK_PLAIN && v[i + 1].n != 1))
            break;
        m->entries[m->n_entries++] = (struct pk_entry){ v[i], v[i + 1] };
        if (i + 2 == n)
            return;
    }
    if (n)
        m->n_entries = PK_ENTRIES + 1;
}

PK_INLINE PK_OPCODE(container)
{
    uint32_t first, n;
    if (!pk_pop_marked(m, &first, &n))
        return;
    enum pk_kind kind = container_kind(op);
    if (kind == PK_TUPLE)
        pk_keep_items(m, first, n);
    else if (kind == PK_DICT)
        keep_entries(m, m->at, n ? m->stack + first : NULL, n);
    pk_push_kind(m, op, kind, pk_count(m, first, n));
}

PK_INLINE PK_OPCODE(tuple)
{
    uint32_t n = (uint32_t)op - OP_TUPLE1 + 1;
    struct pk_value item[3];
    for (uint32_t i = n; i-- > 0;)
        if (!pk_pop(m, &item[i]))
            return;
    struct pk_value *items = pk_new_tuple(m);
    for (uint32_t i = 0; i < n; i++)
        items[i] = item[i];
    pk_push_kind(m, op, PK_TUPLE, n);
}

/* Into a list, dict or set of our own making things are put; anything else has a method called. */
PK_INLINE void into(struct pickle *m, uint8_t op, const struct pk_value *target)
{
    if (target && target->kind != container_kind(op))
        pk_tell(m, (struct pk_event){ .kind = PK_EXTENDED, .fn = *target });
}

PK_INLINE PK_OPCODE(append)
{
    struct pk_value item;
    if (pk_pop(m, &item))
        into(m, op, pk_top(m));
}

PK_INLINE PK_OPCODE(setitem)
{
    struct pk_value value, key;
    if (!pk_pop(m, &value) || !pk_pop(m, &key))
        return;
    const struct pk_value *target = pk_top(m), pair[] = { key, value };
    if (target && target->kind == PK_DICT)
        keep_entries(m, target->at, pair, 2);
    into(m, op, target);
}

PK_INLINE PK_OPCODE(appends)
{
    uint32_t first, n;
    if (!pk_pop_marked(m, &first, &n))
        return;
    if (!n && op == OP_SETITEMS && m->n_stack == m->fence)
        return;                             /* torch's loader of weights_only looks for the target of an item only */
    const struct pk_value *target = pk_top(m);
    if (target && target->kind == PK_DICT && op == OP_SETITEMS)
        keep_entries(m, target->at, n ? m->stack + first : NULL, n);
    into(m, op, target);
}

/* ---- stack and memo --------------------------------------------------------------------- */

PK_INLINE PK_OPCODE(none)
{
}

/* Frames are only hints to read ahead, and every loader reads the bytes behind them in order, with one exception: the C
 * loader of CPython before 3.13.15 and 3.14.7, reading from a file, forgets the rest of a frame when an opcode or a
 * new frame reaches beyond its end. No writer makes such a frame. (python/cpython issue 154848) */
PK_INLINE PK_OPCODE(frame)
{
    uint64_t n = le64(arg->arg.p);
    if (m->next < m->frame_end)
        pk_ambiguous(m, "a frame that begins inside another");
    m->frame_end = n > m->in.n - m->next ? m->in.n : m->next + n;
}

PK_INLINE PK_OPCODE(proto)
{
    m->protocol = arg->arg.p[0];
}

PK_INLINE PK_OPCODE(stop)
{
    pk_end(m, PK_STOPPED, "");
}

PK_INLINE PK_OPCODE(mark)
{
    if (m->n_marks == m->cap_marks && !grow_marks(m))
        return;
    m->marks[m->n_marks++] = m->fence = m->n_stack;
}

PK_INLINE PK_OPCODE(pop)
{
    struct pk_value gone;
    if (m->n_marks && m->fence == m->n_stack)
        pk_drop_mark(m);
    else
        (void)pk_pop(m, &gone);
}

PK_INLINE PK_OPCODE(pop_mark)
{
    uint32_t first, n;
    (void)pk_pop_marked(m, &first, &n);
}

PK_INLINE PK_OPCODE(dup)
{
    const struct pk_value *t = pk_top(m);
    if (!t)
        return;
    struct pk_value copy = *t;
    if (copy.kind == PK_PLAIN)
        copy.n = 1;
    pk_push(m, copy);
}

/* The memo is what grows with a stream, so a value takes eight bytes there:
 *
 *     [ at: 40 | n or global: 20 | kind: 4 ]       0: nothing was put here
 *
 * Its opcode stands at `at`. Of a number n is 1, or 0 when it is not known which of a run it was; a count or a global
 * that does not fit is UINT32_MAX again when it comes back, which means "many" and PK_NO_GLOBAL. */
enum { MEMO_N_BITS = 20, MEMO_N_MAX = (1 << MEMO_N_BITS) - 1, MEMO_KIND_BITS = 4 };
_Static_assert((int)PK_GLOBALS_MAX < (int)MEMO_N_MAX && (int)PK_TUPLE < 1 << MEMO_KIND_BITS, "a value fits into a memo's entry");

PK_INLINE uint64_t pack(struct pk_value v)
{
    uint64_t n = v.kind == PK_PLAIN ? v.op != 0 : v.n < MEMO_N_MAX ? v.n : MEMO_N_MAX;
    return v.at << (MEMO_N_BITS + MEMO_KIND_BITS) | n << MEMO_KIND_BITS | v.kind;
}

PK_INLINE struct pk_value unpack(const struct pickle *m, uint64_t x)
{
    uint32_t n = (uint32_t)(x >> MEMO_KIND_BITS) & MEMO_N_MAX;
    struct pk_value v = { .kind = x & ((1 << MEMO_KIND_BITS) - 1), .n = n, .at = x >> (MEMO_N_BITS + MEMO_KIND_BITS) };
    if (v.kind != PK_PLAIN || n)
        v.op = m->in.p[v.at];
    if (v.kind == PK_PLAIN)
        v.n = 1;
    else if (n == MEMO_N_MAX)
        v.n = UINT32_MAX;
    return v;
}

/* What stands under an index; false: nothing was put there. */
PK_INLINE bool memo_at(const struct pickle *m, uint64_t index, struct pk_value *out)
{
    if (index < m->memo_end && m->memo[index]) {
        *out = unpack(m, m->memo[index]);
        return true;
    }
    for (uint32_t i = 0; i < m->n_far; i++)
        if (m->far[i].index == index) {
            *out = m->far[i].value;
            return true;
        }
    return false;
}

static void put_far(struct pickle *m, uint64_t index, struct pk_value v)
{
    uint32_t i = 0;
    if (m->n_memo >= PK_MEMO_MAX - 1) {
        pk_end(m, PK_TOO_LARGE, "more memo entries than the machine has room for");
        return;
    }
    pk_ambiguous(m, "a memo index far beyond what a writer uses: one loader runs out of memory, another goes on");
    while (i < m->n_far && m->far[i].index != index)
        i++;
    if (i == PK_FAR_MAX) {
        pk_end(m, PK_TOO_LARGE, "too many memo indices far beyond what a writer uses");
        return;
    }
    m->n_memo += i == m->n_far;
    m->n_far += i == m->n_far;
    m->far[i] = (struct pk_far){ index, v };
}

/* Put under an index that nothing was put under or beyond. */
__attribute__((noinline)) static void put_new(struct pickle *m, uint64_t index, struct pk_value v)
{
    void *items = m->memo;
    if (index >= PK_MEMO_MAX) {
        put_far(m, index, v);
        return;
    }
    if (!pk_grow(m, &items, &m->cap_memo, (uint32_t)index, sizeof *m->memo, PK_MEMO_MAX))
        return;
    m->memo = items;
    memset(m->memo + m->memo_end, 0, (index - m->memo_end) * sizeof *m->memo);
    m->memo[index] = pack(v);
    m->memo_end = (uint32_t)index + 1;
    m->n_memo++;
}

PK_INLINE void put(struct pickle *m, uint64_t index)
{
    const struct pk_value *t = pk_top(m);
    if (!t)
        return;
    struct pk_value v = *t;
    if (v.kind == PK_PLAIN)
        v.n = 1;
    if (index < m->memo_end) {
        m->n_memo += !m->memo[index];
        m->memo[index] = pack(v);
    } else if (index == m->memo_end && index < m->cap_memo) {
        m->memo[m->memo_end++] = pack(v);
        m->n_memo++;
    } else {
        put_new(m, index, v);
    }
}

/* Digits alone, as writers put them. */
PK_INLINE bool digits(struct span line, uint64_t *index)
{
    uint64_t v = 0;
    size_t i = 0;
    for (; i < line.n && i < 9 && line.p[i] >= '0' && line.p[i] <= '9'; i++)
        v = v * 10 + (uint64_t)(line.p[i] - '0');
    *index = v;
    return i && i == line.n;
}

/* The memo index that any other line is. False: the run has ended. */
static bool line_index(struct pickle *m, struct span line, uint64_t *index)
{
    enum pk_index how = pk_line_index(line, index);
    if (how == PK_INDEX_ODD)
        pk_ambiguous(m, "a memo index that loaders read differently");
    if (how == PK_INDEX_NONE)
        pk_end(m, PK_BROKEN, "the memo index is no number");
    return how != PK_INDEX_NONE;
}

/* The memo index that this opcode names. False: the run has ended. */
PK_INLINE bool index_of(struct pickle *m, uint8_t op, const struct pk_arg_at *arg, uint64_t *index)
{
    if (op == OP_GET || op == OP_PUT)
        return digits(arg->arg, index) || line_index(m, arg->arg, index);
    *index = op == OP_BINGET || op == OP_BINPUT ? arg->arg.p[0] : le32(arg->arg.p);
    return true;
}

PK_INLINE PK_OPCODE(put)
{
    uint64_t index;
    if (index_of(m, op, arg, &index))
        put(m, index);
}

PK_INLINE PK_OPCODE(memoize)
{
    put(m, m->n_memo);
}

PK_INLINE PK_OPCODE(get)
{
    struct pk_value v;
    uint64_t index;
    if (!index_of(m, op, arg, &index))
        return;
    if (memo_at(m, index, &v))
        pk_push(m, v);
    else
        pk_end(m, PK_BROKEN, "the memo has nothing under this index");
}

/* ---- the loop --------------------------------------------------------------------------- */

enum pk_arg pk_arg_of(uint8_t op)
{
    static const uint8_t kinds[256] = {
#define X(byte, name, arg, effect) [byte] = arg,
        PK_OP_MAP(X)
#undef X
    };
    return (enum pk_arg)kinds[op];
}

void pickle_init(struct pickle *m, struct span in, struct arena *a)
{
    *m = (struct pickle){ .a = a, .in = in, .constants_from = UINT32_MAX, .why = "" };
}

const struct pk_value *pk_items(const struct pickle *m, const struct pk_value *v)
{
    for (uint32_t i = 0; v->kind == PK_TUPLE && i < PK_TUPLES; i++)
        if (m->tuples[i].at == v->at)
            return m->tuples[i].items;
    return NULL;
}

const struct pk_value *pk_get(const struct pickle *m, const struct pk_value *v, const char *key)
{
    struct span text;
    if (v->kind != PK_DICT || v->at != m->entries_at || m->n_entries > PK_ENTRIES)
        return NULL;
    const struct pk_value *found = NULL;
    for (uint32_t i = 0; i < m->n_entries; i++) {   /* the last one put under a key stays */
        if (!pk_is_name(&m->entries[i].key) || !pk_text(m, &m->entries[i].key, m->a, &text))
            return NULL;                    /* a key that is computed may be any */
        if (span_is(text, key))
            found = &m->entries[i].value;
    }
    return found;
}

void pickle_fini(struct pickle *m)
{
    if (!m)
        return;
    mem_free(m->stack);
    mem_free(m->marks);
    mem_free(m->memo);
    m->stack = NULL;
    m->marks = NULL;
    m->memo = NULL;
    m->cap_stack = m->cap_marks = m->cap_memo = 0;
}

static void reset(struct pickle *m, uint64_t from)
{
    m->next = from;
    m->n_stack = m->n_marks = m->fence = m->n_memo = m->memo_end = m->n_far = 0;
    m->protocol = 0;
    for (uint32_t i = 0; i < PK_TUPLES; i++)
        m->tuples[i].at = UINT64_MAX;
    m->entries_at = UINT64_MAX;
    m->n_entries = 0;
    m->frame_end = 0;
    m->ended = false;
    m->rc = 0;
}

/* Find the argument and step over it. False: the run has ended. */
PK_INLINE bool step(struct pickle *m, struct span in, uint64_t at, enum pk_arg kind, struct pk_arg_at *arg)
{
    if (!pk_argument(in, at, kind, arg)) {
        pk_end(m, PK_CUT, "the input ends inside an argument");
        return false;
    }
    m->next = arg->next;
    m->n_ops++;
    if (arg->next > m->frame_end && at < m->frame_end)
        pk_ambiguous(m, "an opcode that reaches beyond its frame");
    return true;
}

/* Every opcode has its own branch, made from the table, in which the compiler knows opcode and argument. */
PK_INLINE void run_one(struct pickle *m, struct span in)
{
    uint64_t at = m->at;
    switch (in.p[at]) {
#define X(byte, name, kind, effect)                                    \
    case byte: {                                                       \
        struct pk_arg_at arg;                                          \
        if (step(m, in, at, kind, &arg))                               \
            pk_run_##effect(m, byte, &arg);                            \
        return;                                                        \
    }
    PK_OP_MAP(X)
#undef X
    default:
        pk_end(m, PK_BAD_OPCODE, "a byte that is no opcode");
    }
}

int pickle_run(struct pickle *m, uint64_t from, struct err *e)
{
    struct span in = m->in;
    reset(m, from);
    while (!m->ended) {
        m->at = m->next;
        if (m->at >= in.n) {
            pk_end(m, PK_CUT, "the input ends before STOP");
            break;
        }
        run_one(m, in);
        if (m->skip) {
            m->next += m->skip < in.n - m->next ? m->skip : in.n - m->next;
            m->skip = 0;
        }
    }
    return m->rc ? err_memory(e) : 0;
}
