// SPDX-License-Identifier: Apache-2.0
#include "format/pickle.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "format/pickle_int.h"

enum { RUN_FROM = 16 };

/* Opcode and argument of the constants that are always as long; 0 for all others. */
static const uint8_t plain_bytes[256] = {
    [OP_NONE] = 1, [OP_NEWTRUE] = 1, [OP_NEWFALSE] = 1, [OP_BININT1] = 2, [OP_BININT2] = 3, [OP_BININT] = 5,
    [OP_BINFLOAT] = 9,
};

/* ---- ends and events -------------------------------------------------------------------- */

static void end(struct pickle *m, enum pk_end how, const char *why)
{
    m->end = how;
    m->why = why;
    m->ended = true;
}

static void no_memory(struct pickle *m)
{
    m->rc = ERR_MEMORY;
    end(m, PK_TOO_LARGE, "out of memory");
}

static void underflow(struct pickle *m)
{
    end(m, PK_BROKEN, "the opcode wants more than the stack holds");
}

static void tell(struct pickle *m, struct pk_event ev)
{
    ev.op = m->in.p[m->at];
    ev.at = m->at;
    if (m->event)
        m->event(m->ud, m, &ev);
}

static void ambiguous(struct pickle *m, const char *what)
{
    tell(m, (struct pk_event){ .kind = PK_AMBIGUOUS, .what = what });
}

/* ---- the stack: values, with the marks as positions in it ------------------------------- */

/* Make room for one more. False: the run has ended. */
static bool grow(struct pickle *m, void **items, uint32_t *cap, uint32_t n, size_t size, uint32_t max)
{
    if (n < *cap)
        return true;
    if (n >= max) {
        end(m, PK_TOO_LARGE, "more objects at once than the machine has room for");
        return false;
    }
    uint32_t want = *cap ? *cap * 2 : 256;
    while (want <= n)
        want *= 2;
    void *grown = mem_realloc(*items, want * size);
    if (!grown) {
        no_memory(m);
        return false;
    }
    *items = grown;
    *cap = want;
    return true;
}

static uint32_t fence(const struct pickle *m)
{
    return m->n_marks ? m->marks[m->n_marks - 1] : 0;
}

static void push(struct pickle *m, struct pk_value v)
{
    void *items = m->stack;
    if (m->n_stack == m->cap_stack && !grow(m, &items, &m->cap_stack, m->n_stack, sizeof *m->stack, PK_STACK_MAX))
        return;
    m->stack = items;
    m->stack[m->n_stack++] = v;
}

static void push_kind(struct pickle *m, enum pk_kind kind, uint32_t n)
{
    push(m, (struct pk_value){ .kind = (uint8_t)kind, .op = m->in.p[m->at], .n = n, .at = m->at });
}

/* The top above the innermost mark; NULL, and the run has ended, when there is none. */
static struct pk_value *top(struct pickle *m)
{
    if (m->n_stack > fence(m))
        return &m->stack[m->n_stack - 1];
    underflow(m);
    return NULL;
}

/* Take the top into *v. Side by side constants are one entry, so taking one may leave the entry. */
static bool pop(struct pickle *m, struct pk_value *v)
{
    struct pk_value *t = top(m);
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

/* Drop everything above the innermost mark, and the mark. *first is the place of the first entry. */
static bool pop_marked(struct pickle *m, uint32_t *first, uint32_t *n_entries)
{
    if (!m->n_marks) {
        end(m, PK_BROKEN, "the opcode wants a mark, and there is none");
        return false;
    }
    *first = m->marks[--m->n_marks];
    *n_entries = m->n_stack - *first;
    m->n_stack = *first;
    return true;
}

static uint32_t count(const struct pickle *m, uint32_t first, uint32_t n_entries)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_entries; i++)
        n += m->stack[first + i].kind == PK_PLAIN ? m->stack[first + i].n : 1;
    return n;
}

/* The next slot of the ring, for the tuple that is built now. */
static struct pk_value *new_tuple(struct pickle *m)
{
    m->last_tuple = (m->last_tuple + 1) % PK_TUPLES;
    m->tuples[m->last_tuple].at = m->at;
    return m->tuples[m->last_tuple].items;
}

/* Keep the first items of a tuple, for the opcode that uses it next. */
static void keep_items(struct pickle *m, uint32_t first, uint32_t n_entries)
{
    uint32_t n = 0;
    struct pk_value *items = new_tuple(m);
    for (uint32_t i = 0; i < n_entries && n < PK_ITEMS; i++) {
        struct pk_value v = m->stack[first + i];
        uint32_t times = v.kind == PK_PLAIN ? v.n : 1;
        if (v.kind == PK_PLAIN)
            v.n = 1;
        for (; times && n < PK_ITEMS; times--)
            items[n++] = v;
    }
}

static void give_items(const struct pickle *m, struct pk_event *ev)
{
    if (ev->args.kind != PK_TUPLE || ev->args.at != m->tuples[m->last_tuple].at)
        return;
    ev->items = m->tuples[m->last_tuple].items;
    ev->n_items = ev->args.n < PK_ITEMS ? ev->args.n : PK_ITEMS;
}

/* ---- globals ---------------------------------------------------------------------------- */

static uint32_t hash_name(struct span module, struct span name)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < module.n; i++)
        h = (h ^ module.p[i]) * 16777619u;
    h = (h ^ 0x100) * 16777619u;
    for (size_t i = 0; i < name.n; i++)
        h = (h ^ name.p[i]) * 16777619u;
    return h;
}

static bool grow_slots(struct pickle *m)
{
    uint32_t n = m->n_slots ? m->n_slots * 2 : 256;
    uint32_t *slots = arena_array(m->a, n, sizeof *slots);
    if (!slots) {
        no_memory(m);
        return false;
    }
    for (uint32_t g = 0; g < m->n_globals; g++) {
        uint32_t i = hash_name(m->globals[g].module, m->globals[g].name) & (n - 1);
        while (slots[i])
            i = (i + 1) & (n - 1);
        slots[i] = g + 1;
    }
    m->slots = slots;
    m->n_slots = n;
    return true;
}

/* The number of this global; PK_NO_GLOBAL, and the run has ended, when there is no room. */
static uint32_t intern(struct pickle *m, struct span module, struct span name)
{
    if (m->n_globals * 2 >= m->n_slots && !grow_slots(m))
        return PK_NO_GLOBAL;
    uint32_t i = hash_name(module, name) & (m->n_slots - 1);
    for (; m->slots[i]; i = (i + 1) & (m->n_slots - 1)) {
        const struct pk_global *g = &m->globals[m->slots[i] - 1];
        if (span_eq(g->module, module) && span_eq(g->name, name))
            return m->slots[i] - 1;
    }
    void *items = m->globals;
    if (m->n_globals >= PK_GLOBALS_MAX) {
        end(m, PK_TOO_LARGE, "more different globals than any program has");
        return PK_NO_GLOBAL;
    }
    if (arena_grow(m->a, &items, &m->cap_globals, m->n_globals, sizeof *m->globals)) {
        no_memory(m);
        return PK_NO_GLOBAL;
    }
    m->globals = items;
    m->globals[m->n_globals] = (struct pk_global){ module, name, m->at };
    m->slots[i] = ++m->n_globals;
    return m->n_globals - 1;
}

static struct pk_value named(struct pickle *m, struct span module, struct span name)
{
    struct pk_value v = { .kind = PK_UNKNOWN, .op = m->in.p[m->at], .at = m->at };
    if (module.n > PK_NAME_MAX_BYTES || name.n > PK_NAME_MAX_BYTES) {
        tell(m, (struct pk_event){ .kind = PK_NAMED_UNKNOWN, .what = "a name longer than any program's" });
        return v;
    }
    uint32_t global = intern(m, module, name);
    if (!m->ended) {
        v.kind = PK_GLOBAL;
        v.global = global;
        tell(m, (struct pk_event){ .kind = PK_NAMED, .global = v.global, .fn = v });
    }
    return v;
}

/* The names of GLOBAL and INST are decoded strictly by every loader. False: the run has ended. */
static bool decodes(struct pickle *m, const struct pk_arg_at *arg)
{
    size_t bad;
    if (utf8_valid(arg->arg, &bad) && utf8_valid(arg->second, &bad))
        return true;
    end(m, PK_BROKEN, "a name that is no UTF-8");
    return false;
}

static void run_global(struct pickle *m, const struct pk_arg_at *arg)
{
    if (decodes(m, arg))
        push(m, named(m, arg->arg, arg->second));
}

/* What a value must be to serve as a name: a text, or an old string, which becomes one. */
static bool is_name(const struct pk_value *v)
{
    return v->kind == PK_TEXT || (v->kind == PK_BYTES && (v->op == OP_STRING || v->op == OP_BINSTRING ||
                                                          v->op == OP_SHORT_BINSTRING));
}

static void run_stack_global(struct pickle *m, const struct pk_arg_at *arg)
{
    struct pk_value name, module;
    struct span m_text, n_text;
    (void)arg;
    if (!pop(m, &name) || !pop(m, &module))
        return;
    bool names = is_name(&name) && is_name(&module);
    bool unknown = name.kind == PK_UNKNOWN || name.kind == PK_RESULT || module.kind == PK_UNKNOWN ||
                   module.kind == PK_RESULT;
    if (names && pk_text(m, &module, m->a, &m_text) && pk_text(m, &name, m->a, &n_text)) {
        push(m, named(m, m_text, n_text));
        return;
    }
    if (!unknown && !names) {
        end(m, PK_BROKEN, "STACK_GLOBAL wants two texts");
        return;
    }
    tell(m, (struct pk_event){ .kind = PK_NAMED_UNKNOWN, .what = unknown ? "a name that is computed, not written"
                                                                        : "a name that cannot be decoded" });
    push_kind(m, PK_UNKNOWN, 1);
}

/* ---- calls ------------------------------------------------------------------------------ */

static void called(struct pickle *m, struct pk_value fn, struct pk_value args)
{
    struct pk_event ev = { .kind = PK_CALLED, .fn = fn, .args = args };
    give_items(m, &ev);
    tell(m, ev);
    push(m, (struct pk_value){ .kind = PK_RESULT, .op = m->in.p[m->at], .at = m->at,
                               .global = fn.kind == PK_GLOBAL ? fn.global : PK_NO_GLOBAL });
}

static void run_call(struct pickle *m, const struct pk_arg_at *arg)
{
    struct pk_value fn, args, named_args;
    (void)arg;
    if (m->in.p[m->at] == OP_NEWOBJ_EX && !pop(m, &named_args))
        return;
    if (pop(m, &args) && pop(m, &fn))
        called(m, fn, args);
}

/* The entries from `first` on as the tuple of a call's arguments. */
static struct pk_value as_args(struct pickle *m, uint32_t first, uint32_t n_entries)
{
    keep_items(m, first, n_entries);
    return (struct pk_value){ .kind = PK_TUPLE, .op = m->in.p[m->at], .n = count(m, first, n_entries),
                              .at = m->at };
}

static void run_obj(struct pickle *m, const struct pk_arg_at *arg)
{
    uint32_t first, n;
    (void)arg;
    if (!pop_marked(m, &first, &n))
        return;
    if (!n) {
        underflow(m);
        return;
    }
    struct pk_value fn = m->stack[first];
    bool plain_first = fn.kind == PK_PLAIN && fn.n > 1;     /* its n - 1 others are arguments; no loader calls a number */
    called(m, fn, as_args(m, first + !plain_first, n - !plain_first));
}

static void run_inst(struct pickle *m, const struct pk_arg_at *arg)
{
    uint32_t first, n;
    if (!decodes(m, arg))
        return;
    struct pk_value fn = named(m, arg->arg, arg->second);
    if (!m->ended && pop_marked(m, &first, &n))
        called(m, fn, as_args(m, first, n));
}

static void run_build(struct pickle *m, const struct pk_arg_at *arg)
{
    struct pk_value state;
    const struct pk_value *inst;
    (void)arg;
    if (!pop(m, &state) || !(inst = top(m)))
        return;
    struct pk_event ev = { .kind = PK_BUILT, .fn = *inst, .args = state };
    give_items(m, &ev);
    tell(m, ev);
}

static void run_persid(struct pickle *m, const struct pk_arg_at *arg)
{
    (void)arg;
    tell(m, (struct pk_event){ .kind = PK_PERSISTENT,
                               .args = { .kind = PK_TEXT, .op = OP_PERSID, .at = m->at } });
    push_kind(m, PK_UNKNOWN, 1);
}

static void run_binpersid(struct pickle *m, const struct pk_arg_at *arg)
{
    struct pk_event ev = { .kind = PK_PERSISTENT };
    (void)arg;
    if (!pop(m, &ev.args))
        return;
    give_items(m, &ev);
    tell(m, ev);
    push_kind(m, PK_UNKNOWN, 1);
}

static void run_ext(struct pickle *m, const struct pk_arg_at *arg)
{
    (void)arg;
    tell(m, (struct pk_event){ .kind = PK_EXTENSION });
    push_kind(m, PK_UNKNOWN, 1);
}

/* ---- constants and containers ----------------------------------------------------------- */

/* A run of numbers longer than any tuple that matters is one entry: a list of a million of them costs nothing. */
static void run_plain(struct pickle *m, const struct pk_arg_at *arg)
{
    (void)arg;
    struct pk_value *t = m->n_stack ? &m->stack[m->n_stack - 1] : NULL;
    if (m->n_stack - fence(m) < RUN_FROM || t->kind != PK_PLAIN) {
        push_kind(m, PK_PLAIN, 1);
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

static void constant(struct pickle *m, enum pk_kind kind, const struct pk_arg_at *arg)
{
    struct pk_value v = { .kind = (uint8_t)kind, .op = m->in.p[m->at], .n = 1, .at = m->at };
    if (arg->arg.n >= m->constants_from)
        tell(m, (struct pk_event){ .kind = PK_CONSTANT, .fn = v });
    push(m, v);
}

static void run_text(struct pickle *m, const struct pk_arg_at *arg)
{
    constant(m, PK_TEXT, arg);
}

static void run_bytes(struct pickle *m, const struct pk_arg_at *arg)
{
    constant(m, PK_BYTES, arg);
}

static void run_buffer(struct pickle *m, const struct pk_arg_at *arg)
{
    (void)arg;
    push_kind(m, PK_UNKNOWN, 1);
}

static enum pk_kind container_kind(uint8_t op)
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

static void run_empty(struct pickle *m, const struct pk_arg_at *arg)
{
    (void)arg;
    enum pk_kind kind = container_kind(m->in.p[m->at]);
    if (kind == PK_TUPLE)
        (void)new_tuple(m);
    push_kind(m, kind, 0);
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

static void run_container(struct pickle *m, const struct pk_arg_at *arg)
{
    uint32_t first, n;
    (void)arg;
    if (!pop_marked(m, &first, &n))
        return;
    enum pk_kind kind = container_kind(m->in.p[m->at]);
    if (kind == PK_TUPLE)
        keep_items(m, first, n);
    else if (kind == PK_DICT)
        keep_entries(m, m->at, n ? m->stack + first : NULL, n);
    push_kind(m, kind, count(m, first, n));
}

static void run_tuple(struct pickle *m, const struct pk_arg_at *arg)
{
    uint32_t n = (uint32_t)m->in.p[m->at] - OP_TUPLE1 + 1;
    struct pk_value item[3];
    (void)arg;
    for (uint32_t i = n; i-- > 0;)
        if (!pop(m, &item[i]))
            return;
    struct pk_value *items = new_tuple(m);
    for (uint32_t i = 0; i < n; i++)
        items[i] = item[i];
    push_kind(m, PK_TUPLE, n);
}

/* Into a list, dict or set of our own making things are put; anything else has a method called. */
static void into(struct pickle *m, const struct pk_value *target)
{
    if (target && target->kind != container_kind(m->in.p[m->at]))
        tell(m, (struct pk_event){ .kind = PK_EXTENDED, .fn = *target });
}

static void run_append(struct pickle *m, const struct pk_arg_at *arg)
{
    struct pk_value item;
    (void)arg;
    if (pop(m, &item))
        into(m, top(m));
}

static void run_setitem(struct pickle *m, const struct pk_arg_at *arg)
{
    struct pk_value value, key;
    (void)arg;
    if (!pop(m, &value) || !pop(m, &key))
        return;
    const struct pk_value *target = top(m), pair[] = { key, value };
    if (target && target->kind == PK_DICT)
        keep_entries(m, target->at, pair, 2);
    into(m, target);
}

static void run_appends(struct pickle *m, const struct pk_arg_at *arg)
{
    uint32_t first, n;
    (void)arg;
    if (!pop_marked(m, &first, &n))
        return;
    const struct pk_value *target = top(m);
    if (target && target->kind == PK_DICT && m->in.p[m->at] == OP_SETITEMS)
        keep_entries(m, target->at, n ? m->stack + first : NULL, n);
    into(m, target);
}

/* ---- stack and memo --------------------------------------------------------------------- */

static void run_none(struct pickle *m, const struct pk_arg_at *arg)
{
    (void)m;
    (void)arg;
}

/* Frames are only hints to read ahead, and every loader reads the bytes behind them in order, with one exception: the C
 * loader of CPython before 3.13.15 and 3.14.7, reading from a file, forgets the rest of a frame when an opcode or a
 * new frame reaches beyond its end. No writer makes such a frame. (python/cpython issue 154848) */
static void run_frame(struct pickle *m, const struct pk_arg_at *arg)
{
    uint64_t n = le64(arg->arg.p);
    if (m->next < m->frame_end)
        ambiguous(m, "a frame that begins inside another");
    m->frame_end = n > m->in.n - m->next ? m->in.n : m->next + n;
}

static void run_proto(struct pickle *m, const struct pk_arg_at *arg)
{
    m->protocol = arg->arg.p[0];
}

static void run_stop(struct pickle *m, const struct pk_arg_at *arg)
{
    (void)arg;
    end(m, PK_STOPPED, "");
}

static void run_mark(struct pickle *m, const struct pk_arg_at *arg)
{
    void *items = m->marks;
    (void)arg;
    if (!grow(m, &items, &m->cap_marks, m->n_marks, sizeof *m->marks, PK_STACK_MAX))
        return;
    m->marks = items;
    m->marks[m->n_marks++] = m->n_stack;
}

static void run_pop(struct pickle *m, const struct pk_arg_at *arg)
{
    struct pk_value gone;
    (void)arg;
    if (m->n_marks && m->marks[m->n_marks - 1] == m->n_stack)
        m->n_marks--;
    else
        (void)pop(m, &gone);
}

static void run_pop_mark(struct pickle *m, const struct pk_arg_at *arg)
{
    uint32_t first, n;
    (void)arg;
    (void)pop_marked(m, &first, &n);
}

static void run_dup(struct pickle *m, const struct pk_arg_at *arg)
{
    const struct pk_value *t = top(m);
    (void)arg;
    if (!t)
        return;
    struct pk_value copy = *t;
    if (copy.kind == PK_PLAIN)
        copy.n = 1;
    push(m, copy);
}

/* The slot of an index; NULL when nothing was put there. */
static const struct pk_value *memo_at(const struct pickle *m, uint64_t index)
{
    if (index < PK_MEMO_MAX)
        return index < m->cap_memo && m->memo[index].kind != PK_NOTHING ? &m->memo[index] : NULL;
    for (uint32_t i = 0; i < m->n_far; i++)
        if (m->far[i].index == index)
            return &m->far[i].value;
    return NULL;
}

static void put_far(struct pickle *m, uint64_t index, struct pk_value v)
{
    uint32_t i = 0;
    ambiguous(m, "a memo index far beyond what a writer uses: one loader runs out of memory, another goes on");
    while (i < m->n_far && m->far[i].index != index)
        i++;
    if (i == PK_FAR_MAX) {
        end(m, PK_TOO_LARGE, "too many memo indices far beyond what a writer uses");
        return;
    }
    m->n_memo += i == m->n_far;
    m->n_far += i == m->n_far;
    m->far[i] = (struct pk_far){ index, v };
}

static void put(struct pickle *m, uint64_t index)
{
    const struct pk_value *t = top(m);
    void *items = m->memo;
    if (!t)
        return;
    struct pk_value v = *t;
    if (v.kind == PK_PLAIN)
        v.n = 1;
    if (index >= PK_MEMO_MAX) {
        if (m->n_memo >= PK_MEMO_MAX - 1)
            end(m, PK_TOO_LARGE, "more memo entries than the machine has room for");
        else
            put_far(m, index, v);
        return;
    }
    uint32_t before = m->cap_memo;
    if (index >= before) {
        if (!grow(m, &items, &m->cap_memo, (uint32_t)index, sizeof *m->memo, PK_MEMO_MAX))
            return;
        m->memo = items;
        memset(m->memo + before, 0, (m->cap_memo - before) * sizeof *m->memo);
    }
    m->n_memo += m->memo[index].kind == PK_NOTHING;
    m->memo[index] = v;
}

/* The memo index that this opcode names. False: the run has ended. */
static bool index_of(struct pickle *m, const struct pk_arg_at *arg, uint64_t *index)
{
    uint8_t op = m->in.p[m->at];
    if (op == OP_BINGET || op == OP_BINPUT) {
        *index = arg->arg.p[0];
    } else if (op == OP_LONG_BINGET || op == OP_LONG_BINPUT) {
        *index = le32(arg->arg.p);
    } else {
        enum pk_index how = pk_line_index(arg->arg, index);
        if (how == PK_INDEX_ODD)
            ambiguous(m, "a memo index that loaders read differently");
        if (how == PK_INDEX_NONE) {
            end(m, PK_BROKEN, "the memo index is no number");
            return false;
        }
    }
    return true;
}

static void run_put(struct pickle *m, const struct pk_arg_at *arg)
{
    uint64_t index;
    if (index_of(m, arg, &index))
        put(m, index);
}

static void run_memoize(struct pickle *m, const struct pk_arg_at *arg)
{
    (void)arg;
    put(m, m->n_memo);
}

static void run_get(struct pickle *m, const struct pk_arg_at *arg)
{
    uint64_t index;
    if (!index_of(m, arg, &index))
        return;
    const struct pk_value *v = memo_at(m, index);
    if (v)
        push(m, *v);
    else
        end(m, PK_BROKEN, "the memo has nothing under this index");
}

/* ---- the loop --------------------------------------------------------------------------- */

struct op { void (*run)(struct pickle *m, const struct pk_arg_at *arg); enum pk_arg arg; };

/* The bytes of an argument that is always as long. */
static const uint8_t fixed_bytes[] = { [ARG_0] = 0, [ARG_1] = 1, [ARG_2] = 2, [ARG_4] = 4, [ARG_8] = 8 };

static inline bool argument(struct span in, uint64_t at, enum pk_arg kind, struct pk_arg_at *out)
{
    if (kind > ARG_8)
        return pk_argument(in, at, kind, out);
    size_t n = fixed_bytes[kind];
    out->arg = span_of(in.p + at + 1, n);
    out->next = at + 1 + n;
    return n < in.n - at;
}

static const struct op ops[256] = {
#define X(byte, name, arg, effect) [byte] = { run_##effect, arg },
    PK_OP_MAP(X)
#undef X
};

enum pk_arg pk_arg_of(uint8_t op)
{
    return ops[op].arg;
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
        if (!is_name(&m->entries[i].key) || !pk_text(m, &m->entries[i].key, m->a, &text))
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
    m->n_stack = m->n_marks = m->n_memo = m->n_far = 0;
    m->protocol = 0;
    for (uint32_t i = 0; i < PK_TUPLES; i++)
        m->tuples[i].at = UINT64_MAX;
    m->entries_at = UINT64_MAX;
    m->n_entries = 0;
    m->frame_end = 0;
    m->ended = false;
    m->rc = 0;
    if (m->memo)
        memset(m->memo, 0, m->cap_memo * sizeof *m->memo);
}

int pickle_run(struct pickle *m, uint64_t from, struct err *e)
{
    reset(m, from);
    while (!m->ended) {
        struct pk_arg_at arg;
        m->at = m->next;
        if (m->at >= m->in.n) {
            end(m, PK_CUT, "the input ends before STOP");
            break;
        }
        const struct op *op = &ops[m->in.p[m->at]];
        if (!op->run) {
            end(m, PK_BAD_OPCODE, "a byte that is no opcode");
            break;
        }
        if (!argument(m->in, m->at, op->arg, &arg)) {
            end(m, PK_CUT, "the input ends inside an argument");
            break;
        }
        m->next = arg.next;
        m->n_ops++;
        if (m->next > m->frame_end && m->at < m->frame_end)
            ambiguous(m, "an opcode that reaches beyond its frame");
        op->run(m, &arg);
        if (m->skip) {
            m->next += m->skip < m->in.n - m->next ? m->skip : m->in.n - m->next;
            m->skip = 0;
        }
    }
    return m->rc ? err_memory(e) : 0;
}
