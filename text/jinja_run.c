// SPDX-License-Identifier: Apache-2.0
/* One rendering: the budgets, the caller's data as values, and the segments of what came out. */
#include "text/jinja_run.h"

#include <stdarg.h>
#include <stdio.h>

#include "text/jinja_case.h"
#include "text/jinja_run_int.h"

/* Messages hold names and texts of strangers: what is no printable character becomes "?". */
static void clean(char *msg)
{
    struct jstr s = { .p = (const uint8_t *)msg, .n = (uint32_t)strlen(msg) };
    size_t to = 0;
    for (size_t i = 0, n; i < s.n; i += n) {
        uint32_t cp = jstr_at(&s, i, &n);
        if (cp == 0xfffd || !case_printable(cp))
            msg[to++] = '?';
        else
            for (size_t k = 0; k < n; k++)
                msg[to++] = msg[i + k];
    }
    msg[to] = 0;
}

struct jv jr_fail(struct jrun *r, int code, const char *fmt, ...)
{
    char msg[300];
    va_list args;
    if (r->rc)
        return jv_undefined();
    va_start(args, fmt);
    (void)vsnprintf(msg, sizeof msg, fmt, args);
    va_end(args);
    clean(msg);
    r->rc = err_set(r->e, code, r->at, "%s", msg);
    return jv_undefined();
}

struct jv jr_kind(struct jrun *r, const char *what, struct jv v)
{
    return v.kind == JV_UNDEFINED ? jr_undefined(r, v) : jr_fail(r, ERR_FORMAT, "%s %s", what, jv_kind_name(v.kind));
}

struct jv jr_undefined(struct jrun *r, struct jv v)
{
    struct span name = v.s ? jstr_span(v.s) : SPAN_NONE;
    if (v.unsafe)
        return jr_fail(r, ERR_FORMAT, "\"%.*s\" is hidden from templates", SPAN_ARG(span_sub(name, 0, 80)));
    return name.n ? jr_fail(r, ERR_FORMAT, "\"%.*s\" is undefined", SPAN_ARG(span_sub(name, 0, 80)))
                  : jr_fail(r, ERR_FORMAT, "an undefined value is used");
}

bool jr_spend(struct jrun *r, uint64_t steps)
{
    if (r->rc)
        return false;
    if (steps > r->max_steps - r->steps)
        return jr_fail(r, ERR_LIMIT, "the template runs for more than %llu steps", (unsigned long long)r->max_steps), false;
    r->steps += steps;
    return true;
}

void *jr_mem(struct jrun *r, size_t n)
{
    if (r->rc)
        return NULL;
    if (n > r->max_mem - r->mem) {
        jr_fail(r, ERR_LIMIT, "the template takes more than %zu bytes of memory", r->max_mem);
        return NULL;
    }
    r->mem += n;
    void *p = arena_alloc(r->a, n);
    if (!p)
        jr_fail(r, ERR_MEMORY, "out of memory");
    return p;
}

bool jr_enter(struct jrun *r)
{
    if (r->rc)
        return false;
    if (r->depth >= r->max_depth)
        return jr_fail(r, ERR_LIMIT, "more than %u things within one another", r->max_depth), false;
    r->depth++;
    return true;
}

void jr_leave(struct jrun *r)
{
    r->depth--;
}

uint32_t jinja_line(struct span in, uint64_t at)
{
    uint32_t line = 1;
    for (size_t i = 0; i < in.n && i < at; i++)
        line += in.p[i] == '\n';
    return line;
}

/* --- the caller's data --- */

static struct jv value_of(struct jrun *r, const struct val *v, bool data);

static struct jv list_of(struct jrun *r, const struct val *v, bool data)
{
    struct jlist *l = jlist_new(r, v->n);
    for (const struct val *c = v->first; c && !r->rc; c = c->next)
        jlist_add(r, l, value_of(r, c, data));
    return jv_from(jv_list(l), data);
}

static struct jv dict_of(struct jrun *r, const struct val *v, bool data)
{
    struct jdict *d = jdict_new(r);
    for (const struct val *c = v->first; c && !r->rc; c = c->next)
        jdict_put(r, d, jv_str(jstr_of(r, c->key, data)), value_of(r, c, data));
    return jv_from(jv_dict(d), data);
}

/* An integer of JSON that is too long for 64 bits is a real number to its reader; its digits are still there. */
static struct jv number_of(struct jrun *r, const struct val *v, bool data)
{
    jint i;
    struct jstr s = { .p = v->str.p, .n = (uint32_t)v->str.n, .n_chars = (uint32_t)v->str.n };
    if (v->kind == VAL_INT)
        return jv_from(jv_int(v->i), data);
    if (v->str.n && !memchr(v->str.p, '.', v->str.n) && !memchr(v->str.p, 'e', v->str.n) && !memchr(v->str.p, 'E', v->str.n) &&
        jr_read_int(r, &s, 10, &i))
        return jv_from(jv_int(i), data);
    return jv_from(jv_float(v->r), data);
}

static struct jv value_of(struct jrun *r, const struct val *v, bool data)
{
    struct jv made = jv_none();
    if (!v || !jr_spend(r, 1) || !jr_enter(r))
        return made;
    switch (v->kind) {
    case VAL_NULL: made = jv_from(jv_none(), data); break;
    case VAL_BOOL: made = jv_from(jv_bool(v->b), data); break;
    case VAL_INT: case VAL_REAL: made = number_of(r, v, data); break;
    case VAL_STR: made = jv_str(jstr_of(r, v->str, data)); break;
    case VAL_LIST: made = list_of(r, v, data); break;
    case VAL_MAP: made = dict_of(r, v, data); break;
    }
    jr_leave(r);
    return made;
}

/* --- what came out --- */

static int segments(struct jrun *r, const struct jtext *t, struct jinja_rendered *out)
{
    size_t n = t->n ? t->n_flips + 1 : 0;
    struct jinja_segment *s = jr_mem(r, n * sizeof *s);
    if (!s)
        return r->rc;
    for (size_t i = 0; i < n; i++) {
        size_t from = i ? t->flips[i - 1] : 0, to = i < t->n_flips ? t->flips[i] : t->n;
        s[i] = (struct jinja_segment){ from, to - from, !(t->first ^ (i & 1)) };
    }
    *out = (struct jinja_rendered){ .text = span_of(t->p, t->n), .segments = s, .n_segments = n };
    return 0;
}

static void limits(struct jrun *r, const struct jinja_limits *lim)
{
    struct jinja_limits l = lim ? *lim : (struct jinja_limits){ 0 };
    const size_t most = (size_t)1 << 30;        /* positions have 32 bits */
    r->max_steps = l.max_steps ? l.max_steps : 20000000;
    r->max_mem = !l.max_mem_bytes ? (size_t)256 << 20 : l.max_mem_bytes > most ? most : l.max_mem_bytes;
    r->max_out = l.max_out_bytes ? l.max_out_bytes : (size_t)32 << 20;
    r->max_depth = l.max_depth && l.max_depth < JINJA_DEPTH_DEFAULT ? l.max_depth : JINJA_DEPTH_DEFAULT;
}

int jinja_render(const struct jinja_node *root, const struct jinja_input *in, size_t n_in, const struct tm *now,
                 const struct jinja_limits *lim, struct arena *a, struct jinja_rendered *out, struct err *e)
{
    struct jrun r = { .a = a, .e = e, .now = now };
    struct jscope outermost = { 0 }, top = { .up = &outermost };
    struct jtext text;
    limits(&r, lim);
    r.scope = &outermost;
    for (size_t i = 0; i < n_in && !r.rc; i++)
        jr_set(&r, span_str(in[i].name), value_of(&r, in[i].value, !in[i].from_template));
    r.scope = r.top = &top;
    jtext_init(&text, &r, 0);
    r.out = r.whole = &text;
    if (!r.rc)
        jinja_check(&r, root);
    if (!r.rc)
        (void)jr_body(&r, root->first);
    out->refused = r.refused;
    return r.rc ? r.rc : segments(&r, &text, out);
}
