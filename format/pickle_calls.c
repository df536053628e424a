// SPDX-License-Identifier: Apache-2.0
/* The opcodes that tell of something: names, calls, state, ids. */
#include "base/utf8.h"
#include "format/pickle_stack.h"

/* ---- events ----------------------------------------------------------------------------- */

void pk_tell(struct pickle *m, struct pk_event ev)
{
    ev.op = m->in.p[m->at];
    ev.at = m->at;
    if (m->event)
        m->event(m->ud, m, &ev);
}

void pk_ambiguous(struct pickle *m, const char *what)
{
    pk_tell(m, (struct pk_event){ .kind = PK_AMBIGUOUS, .what = what });
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
        pk_no_memory(m);
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
        pk_end(m, PK_TOO_LARGE, "more different globals than any program has");
        return PK_NO_GLOBAL;
    }
    if (arena_grow(m->a, &items, &m->cap_globals, m->n_globals, sizeof *m->globals)) {
        pk_no_memory(m);
        return PK_NO_GLOBAL;
    }
    m->globals = items;
    m->globals[m->n_globals] = (struct pk_global){ module, name, m->at };
    m->slots[i] = ++m->n_globals;
    return m->n_globals - 1;
}

static struct pk_value named(struct pickle *m, uint8_t op, struct span module, struct span name)
{
    struct pk_value v = { .kind = PK_UNKNOWN, .op = op, .at = m->at };
    if (module.n > PK_NAME_MAX_BYTES || name.n > PK_NAME_MAX_BYTES) {
        pk_tell(m, (struct pk_event){ .kind = PK_NAMED_UNKNOWN, .what = "a name longer than any program's" });
        return v;
    }
    uint32_t global = intern(m, module, name);
    if (!m->ended) {
        v.kind = PK_GLOBAL;
        v.global = global;
        pk_tell(m, (struct pk_event){ .kind = PK_NAMED, .global = v.global, .fn = v });
    }
    return v;
}

/* The names of GLOBAL and INST are decoded strictly by every loader. False: the run has ended. */
static bool decodes(struct pickle *m, const struct pk_arg_at *arg)
{
    size_t bad;
    if (utf8_valid(arg->arg, &bad) && utf8_valid(arg->second, &bad))
        return true;
    pk_end(m, PK_BROKEN, "a name that is no UTF-8");
    return false;
}

PK_OPCODE(global)
{
    if (decodes(m, arg))
        pk_push(m, named(m, op, arg->arg, arg->second));
}

/* What a value must be to serve as a name: a text, or an old string, which becomes one. */
bool pk_is_name(const struct pk_value *v)
{
    return v->kind == PK_TEXT || (v->kind == PK_BYTES && (v->op == OP_STRING || v->op == OP_BINSTRING ||
                                                          v->op == OP_SHORT_BINSTRING));
}

PK_OPCODE(stack_global)
{
    struct pk_value name, module;
    struct span m_text, n_text;
    if (!pk_pop(m, &name) || !pk_pop(m, &module))
        return;
    bool names = pk_is_name(&name) && pk_is_name(&module);
    bool unknown = name.kind == PK_UNKNOWN || name.kind == PK_RESULT || module.kind == PK_UNKNOWN ||
                   module.kind == PK_RESULT;
    if (names && pk_text(m, &module, m->a, &m_text) && pk_text(m, &name, m->a, &n_text)) {
        pk_push(m, named(m, op, m_text, n_text));
        return;
    }
    if (!unknown && !names) {
        pk_end(m, PK_BROKEN, "STACK_GLOBAL wants two texts");
        return;
    }
    pk_tell(m, (struct pk_event){ .kind = PK_NAMED_UNKNOWN, .what = unknown ? "a name that is computed, not written"
                                                                        : "a name that cannot be decoded" });
    pk_push_kind(m, op, PK_UNKNOWN, 1);
}

/* ---- calls ------------------------------------------------------------------------------ */

static void called(struct pickle *m, uint8_t op, struct pk_value fn, struct pk_value args)
{
    struct pk_event ev = { .kind = PK_CALLED, .fn = fn, .args = args };
    give_items(m, &ev);
    pk_tell(m, ev);
    pk_push(m, (struct pk_value){ .kind = PK_RESULT, .op = op, .at = m->at,
                               .global = fn.kind == PK_GLOBAL ? fn.global : PK_NO_GLOBAL });
}

PK_OPCODE(call)
{
    struct pk_value fn, args, named_args;
    if (op == OP_NEWOBJ_EX && !pk_pop(m, &named_args))
        return;
    if (pk_pop(m, &args) && pk_pop(m, &fn))
        called(m, op, fn, args);
}

/* The entries from `first` on as the tuple of a call's arguments. */
static struct pk_value as_args(struct pickle *m, uint8_t op, uint32_t first, uint32_t n_entries)
{
    pk_keep_items(m, first, n_entries);
    return (struct pk_value){ .kind = PK_TUPLE, .op = op, .n = pk_count(m, first, n_entries),
                              .at = m->at };
}

PK_OPCODE(obj)
{
    uint32_t first, n;
    if (!pk_pop_marked(m, &first, &n))
        return;
    if (!n) {
        pk_underflow(m);
        return;
    }
    struct pk_value fn = m->stack[first];
    bool plain_first = fn.kind == PK_PLAIN && fn.n > 1;     /* its n - 1 others are arguments; no loader calls a number */
    called(m, op, fn, as_args(m, op, first + !plain_first, n - !plain_first));
}

PK_OPCODE(inst)
{
    uint32_t first, n;
    if (!decodes(m, arg))
        return;
    struct pk_value fn = named(m, op, arg->arg, arg->second);
    if (!m->ended && pk_pop_marked(m, &first, &n))
        called(m, op, fn, as_args(m, op, first, n));
}

PK_OPCODE(build)
{
    struct pk_value state;
    const struct pk_value *inst;
    if (!pk_pop(m, &state) || !(inst = pk_top(m)))
        return;
    struct pk_event ev = { .kind = PK_BUILT, .fn = *inst, .args = state };
    give_items(m, &ev);
    pk_tell(m, ev);
}

PK_OPCODE(persid)
{
    pk_tell(m, (struct pk_event){ .kind = PK_PERSISTENT,
                               .args = { .kind = PK_TEXT, .op = OP_PERSID, .at = m->at } });
    pk_push_kind(m, op, PK_UNKNOWN, 1);
}

PK_OPCODE(binpersid)
{
    struct pk_event ev = { .kind = PK_PERSISTENT };
    if (!pk_pop(m, &ev.args))
        return;
    give_items(m, &ev);
    pk_tell(m, ev);
    pk_push_kind(m, op, PK_UNKNOWN, 1);
}

PK_OPCODE(ext)
{
    pk_tell(m, (struct pk_event){ .kind = PK_EXTENSION });
    pk_push_kind(m, op, PK_UNKNOWN, 1);
}

