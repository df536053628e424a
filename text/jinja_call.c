// SPDX-License-Identifier: Apache-2.0
/* Calls: arguments, macros, and the functions that every template has. */
#include <stdio.h>

#include "text/jinja_attr.h"
#include "text/jinja_run_int.h"

enum { ARGUMENTS_MAX = 255 };

/* --- arguments --- */

void jr_keyword(struct jrun *r, struct jargs *a, struct span name, struct jv v)
{
    if (a->n_kw == ARGUMENTS_MAX) {
        jr_fail(r, ERR_LIMIT, "more than %d arguments", ARGUMENTS_MAX);
        return;
    }
    for (size_t i = 0; i < a->n_kw; i++)
        if (span_eq(a->kw[i].name, name)) {
            jr_fail(r, ERR_FORMAT, "the argument \"%.*s\" is given twice", SPAN_ARG(name));
            return;
        }
    if (a->n_kw % 8 == 0) {                     /* room for eight more */
        struct jkeyword *kw = jr_mem(r, (a->n_kw + 8) * sizeof *kw);
        if (!kw)
            return;
        if (a->n_kw)
            memcpy(kw, a->kw, a->n_kw * sizeof *kw);
        a->kw = kw;
    }
    a->kw[a->n_kw++] = (struct jkeyword){ name, v };
}

static void spread(struct jrun *r, struct jlist *at, struct jargs *a, unsigned op, struct jv v)
{
    struct jwalk w;
    struct jv item;
    if (op == '*') {
        if (jwalk_begin(r, v, &w))
            while (at->n <= ARGUMENTS_MAX && jwalk_next(r, &w, &item))
                jlist_add(r, at, item);
        return;
    }
    if (v.kind != JV_DICT) {
        jr_kind(r, "** takes a dict, not a", v);
        return;
    }
    for (size_t i = 0; i < v.dict->n && jr_spend(r, 1); i++) {
        struct jv key = v.dict->at[i].key;
        if (key.kind != JV_STR)
            jr_kind(r, "the name of an argument can be no", key);
        else
            jr_keyword(r, a, jstr_span(key.s), v.dict->at[i].value);
    }
}

void jr_arguments(struct jrun *r, const struct jinja_node *call, const struct jv *self, struct jargs *a)
{
    size_t n = 1;
    for (const struct jinja_node *x = call->first; x; x = x->next)
        n++;
    struct jlist *at = jlist_new(r, n);
    *a = (struct jargs){ 0 };
    jlist_add(r, at, self ? *self : jv_undefined());
    for (const struct jinja_node *x = call->first; x && !r->rc; x = x->next) {
        struct jv v = jr_eval(r, x->kind == JINJA_KEYWORD || x->kind == JINJA_SPREAD ? x->a : x);
        if (x->kind == JINJA_KEYWORD)
            jr_keyword(r, a, x->text, v);
        else if (x->kind == JINJA_SPREAD)
            spread(r, at, a, x->op, v);
        else
            jlist_add(r, at, v);
    }
    if (at->n > ARGUMENTS_MAX)
        jr_fail(r, ERR_LIMIT, "more than %d arguments", ARGUMENTS_MAX);
    a->at = at->at;
    a->n = at->n;
}

/* The next word of a spec; n = 0: none. */
static struct span word(const char **spec)
{
    *spec += strspn(*spec, " ");
    size_t n = strcspn(*spec, " ");
    struct span s = span_of(*spec, n);
    *spec += n;
    return s;
}

static size_t place_of(const char *spec, struct span name)
{
    size_t i = 0;
    for (struct span w = word(&spec); w.n; w = word(&spec), i++) {
        if (w.p[0] == '!')
            w = span_sub(w, 1, w.n);
        if (span_eq(w, name))
            return i;
    }
    return SIZE_MAX;
}

bool jr_bind(struct jrun *r, const struct jargs *a, const char *spec, struct jv *out)
{
    bool by_place = spec[0] == '/';
    const char *s = spec + by_place, *names = s;
    size_t n = 0;
    if (r->rc)
        return false;
    for (struct span w = word(&s); w.n; w = word(&s), n++)
        out[n] = n + 1 < a->n ? a->at[n + 1] : (struct jv){ .kind = JV_MISSING };
    if (a->n > n + 1)
        return jr_fail(r, ERR_FORMAT, "%zu arguments where %zu are taken", a->n - 1, n), false;
    for (size_t i = 0; i < a->n_kw; i++) {
        size_t at = by_place ? SIZE_MAX : place_of(names, a->kw[i].name);
        if (at == SIZE_MAX || out[at].kind != JV_MISSING)
            return jr_fail(r, ERR_FORMAT, "an argument \"%.*s\" that is not taken", SPAN_ARG(a->kw[i].name)), false;
        out[at] = a->kw[i].value;
    }
    s = names;
    n = 0;
    for (struct span w = word(&s); w.n; w = word(&s), n++)
        if (w.p[0] == '!' && out[n].kind == JV_MISSING)
            return jr_fail(r, ERR_FORMAT, "the argument \"%.*s\" is missing", (int)w.n - 1, (const char *)w.p + 1), false;
    return true;
}

bool jr_want_int(struct jrun *r, struct jv v, jint otherwise, jint *out)
{
    *out = otherwise;
    if (v.kind == JV_MISSING)
        return !r->rc;
    if (!jv_is_int(v))
        return jr_kind(r, "an integer is wanted, not a", v), false;
    *out = jv_as_int(v);
    const jint far = (jint)1 << 62;             /* so that sums of two stay exact */
    *out = *out > far ? far : *out < -far ? -far : *out;
    return !r->rc;
}

bool jr_want_bool(struct jrun *r, struct jv v, bool otherwise)
{
    return v.kind == JV_MISSING ? otherwise : jv_truth(r, v);
}

const struct jstr *jr_want_str(struct jrun *r, struct jv v, const struct jstr *otherwise)
{
    if (v.kind == JV_MISSING)
        return otherwise;
    if (v.kind == JV_STR)
        return v.s;
    jr_kind(r, "a text is wanted, not a", v);
    return &jstr_empty;
}

/* --- macros --- */

/* Does the body use this name? Jinja looks everywhere but into blocks. */
static bool uses(struct jrun *r, const struct jinja_node *n, const char *name)
{
    for (; n && jr_spend(r, 1); n = n->next) {
        if (n->kind == JINJA_BLOCK)
            continue;
        if ((n->kind == JINJA_NAME && span_is(n->text, name)) || uses(r, n->a, name) || uses(r, n->b, name) ||
            uses(r, n->c, name) || uses(r, n->first, name))
            return true;
    }
    return false;
}

struct jv jr_macro(struct jrun *r, const struct jinja_node *params, const struct jinja_node *body, struct span name)
{
    struct jmacro *m = jr_mem(r, sizeof *m);
    if (!m)
        return jv_undefined();
    *m = (struct jmacro){ .params = params, .body = body, .name = name, .scope = r->scope,
                          .wants_kwargs = uses(r, body, "kwargs"), .wants_varargs = uses(r, body, "varargs"),
                          .wants_caller = uses(r, body, "caller") };
    for (const struct jinja_node *p = params ? params->first : NULL; p; p = p->next) {
        m->n_params++;
        m->has_caller = m->has_caller || span_is(p->text, "caller");
        m->wants_kwargs = m->wants_kwargs && !span_is(p->text, "kwargs");
        m->wants_varargs = m->wants_varargs && !span_is(p->text, "varargs");
    }
    return (struct jv){ .kind = JV_MACRO, .macro = m };
}

/* Takes the keyword out of the arguments; JV_MISSING: it is not among them. */
static struct jv take(struct jargs *a, struct span name)
{
    for (size_t i = 0; i < a->n_kw; i++)
        if (span_eq(a->kw[i].name, name)) {
            struct jv v = a->kw[i].value;
            memmove(a->kw + i, a->kw + i + 1, (a->n_kw - i - 1) * sizeof *a->kw);
            a->n_kw--;
            return v;
        }
    return (struct jv){ .kind = JV_MISSING };
}

static void set_rest(struct jrun *r, const struct jmacro *m, struct jargs *a)
{
    struct jv caller = m->wants_caller && !m->has_caller ? take(a, span_str("caller")) : jv_undefined();
    if (m->wants_caller && !m->has_caller)
        jr_set(r, span_str("caller"), caller.kind == JV_MISSING || caller.kind == JV_NONE ? jv_undefined() : caller);
    if (m->wants_kwargs) {
        struct jdict *d = jdict_new(r);
        for (size_t i = 0; i < a->n_kw; i++)
            jdict_put(r, d, jv_str(jstr_of(r, a->kw[i].name, false)), a->kw[i].value);
        jr_set(r, span_str("kwargs"), jv_dict(d));
    } else if (a->n_kw) {
        jr_fail(r, ERR_FORMAT, "a macro takes no argument \"%.*s\"", SPAN_ARG(a->kw[0].name));
    }
    if (m->wants_varargs) {
        struct jlist *l = jlist_new(r, 0);
        for (size_t i = m->n_params + 1; i < a->n; i++)
            jlist_add(r, l, a->at[i]);
        jr_set(r, span_str("varargs"), jv_tuple(l));
    } else if (a->n > m->n_params + 1) {
        jr_fail(r, ERR_FORMAT, "a macro takes %zu arguments, not %zu", m->n_params, a->n - 1);
    }
}

static struct jv call_macro(struct jrun *r, const struct jmacro *m, struct jargs *a)
{
    struct jscope *outer = r->scope;
    enum jflow flow;
    struct jv result = jv_undefined();
    size_t i = 1;
    if (!jr_enter(r))
        return jv_undefined();
    r->scope = jr_scope(r, m->scope);
    for (const struct jinja_node *p = m->params ? m->params->first : NULL; p && !r->rc; p = p->next, i++) {
        struct jv v = i < a->n ? a->at[i] : take(a, p->text);
        jr_set(r, p->text, v);                  /* missing for now: a default sees those before it */
    }
    set_rest(r, m, a);
    for (const struct jinja_node *p = m->params ? m->params->first : NULL; p && !r->rc; p = p->next)
        for (struct jvar *var = r->scope->vars; var; var = var->next)
            if (span_eq(var->name, p->text) && var->value.kind == JV_MISSING)
                var->value = p->a ? jr_eval(r, p->a) : (struct jv){ .kind = JV_UNDEFINED, .s = jstr_of(r, p->text, false) };
    if (!r->rc)
        result = jv_str(jr_captured(r, m->body, &flow));
    r->scope = outer;
    jr_leave(r);
    return result;
}

/* --- what is called --- */

static struct jv call_method(struct jrun *r, const struct jmethod *m, struct jargs *a)
{
    if (m->self.kind == JV_CYCLER) {
        struct jcycler *c = m->self.cycler;
        if (!jr_bind(r, a, "/", NULL))
            return jv_undefined();
        if (m->member->name[0] == 'r') {
            c->at = 0;
            return jv_none();
        }
        struct jv v = c->items->at[c->at];
        c->at = (c->at + 1) % c->items->n;
        return v;
    }
    if (!m->member->call)
        return jr_fail(r, ERR_FORMAT, "the method \"%s\" is not run here", m->member->name);
    a->at[0] = m->self;
    return m->member->call(r, a);
}

struct jv jr_call(struct jrun *r, struct jv f, struct jargs *a)
{
    if (r->rc)
        return jv_undefined();
    switch (f.kind) {
    case JV_MACRO: return call_macro(r, f.macro, a);
    case JV_FUNCTION: return f.function(r, a);
    case JV_METHOD: return call_method(r, f.method, a);
    case JV_LOOP: return jr_loop_call(r, f.loop, a);
    case JV_JOINER: {
        bool used = f.joiner->used;
        if (!jr_bind(r, a, "/", NULL))
            return jv_undefined();
        f.joiner->used = true;
        return used ? f.joiner->sep : jv_str(&jstr_empty);
    }
    case JV_UNDEFINED: return jr_undefined(r, f);
    default: return jr_kind(r, "not to be called is a", f);
    }
}

/* --- functions --- */

static struct jv g_range(struct jrun *r, const struct jargs *a)
{
    struct jv v[3];
    jint from = 0, to, step;
    if (!jr_bind(r, a, "/ !start stop step", v) || !jr_want_int(r, v[0], 0, &to) || !jr_want_int(r, v[2], 1, &step))
        return jv_undefined();
    if (v[1].kind != JV_MISSING) {
        from = to;
        if (!jr_want_int(r, v[1], 0, &to))
            return jv_undefined();
    }
    if (step == 0)
        return jr_fail(r, ERR_FORMAT, "a range with a step of zero");
    jint n = step > 0 ? (to > from ? (to - from - 1) / step + 1 : 0) : (from > to ? (from - to - 1) / -step + 1 : 0);
    if (n > JINJA_RANGE_MAX)
        return jr_fail(r, ERR_LIMIT, "a range of more than %d items", JINJA_RANGE_MAX);
    struct jrange *w = jr_mem(r, sizeof *w);
    if (!w)
        return jv_undefined();
    *w = (struct jrange){ from, to, step, (size_t)n };
    return (struct jv){ .kind = JV_RANGE, .range = w };
}

/* dict(mapping or pairs, name=value...) */
static struct jdict *dict_from(struct jrun *r, const struct jargs *a)
{
    struct jdict *d = jdict_new(r);
    struct jwalk w;
    struct jv item;
    if (a->n > 2) {
        jr_fail(r, ERR_FORMAT, "dict takes one value, not %zu", a->n - 1);
        return d;
    }
    if (a->n == 2 && a->at[1].kind == JV_DICT) {
        for (size_t i = 0; i < a->at[1].dict->n && jr_spend(r, 1); i++)
            jdict_put(r, d, a->at[1].dict->at[i].key, a->at[1].dict->at[i].value);
    } else if (a->n == 2 && jwalk_begin(r, a->at[1], &w)) {
        while (jwalk_next(r, &w, &item)) {
            const struct jlist *two = jv_items(r, item);
            if (two->n != 2)
                jr_fail(r, ERR_FORMAT, "dict takes pairs");
            else
                jdict_put(r, d, two->at[0], two->at[1]);
        }
    }
    for (size_t i = 0; i < a->n_kw && !r->rc; i++)
        jdict_put(r, d, jv_str(jstr_of(r, a->kw[i].name, false)), a->kw[i].value);
    return d;
}

static struct jv g_dict(struct jrun *r, const struct jargs *a)
{
    return jv_from(jv_dict(dict_from(r, a)), a->n == 2 && a->at[1].data);
}

static struct jv g_namespace(struct jrun *r, const struct jargs *a)
{
    return (struct jv){ .kind = JV_NAMESPACE, .dict = dict_from(r, a) };
}

static struct jv g_cycler(struct jrun *r, const struct jargs *a)
{
    if (a->n < 2 || a->n_kw)
        return jr_fail(r, ERR_FORMAT, "cycler takes one item at least, by place");
    struct jlist *l = jlist_new(r, a->n - 1);
    struct jcycler *c = jr_mem(r, sizeof *c);
    for (size_t i = 1; i < a->n; i++)
        jlist_add(r, l, a->at[i]);
    if (!c || r->rc)
        return jv_undefined();
    c->items = l;
    return (struct jv){ .kind = JV_CYCLER, .cycler = c };
}

static struct jv g_joiner(struct jrun *r, const struct jargs *a)
{
    struct jv sep;
    struct jjoiner *j = jr_bind(r, a, "sep", &sep) ? jr_mem(r, sizeof *j) : NULL;
    if (!j)
        return jv_undefined();
    j->sep = sep.kind == JV_MISSING ? jv_str(jstr_lit(r, ", ")) : sep;
    return (struct jv){ .kind = JV_JOINER, .joiner = j };
}

static struct jv g_raise(struct jrun *r, const struct jargs *a)
{
    struct jv message;
    char text[256];
    size_t n = 0;
    if (!jr_bind(r, a, "!message", &message))
        return jv_undefined();
    const struct jstr *s = jv_text(r, message);
    for (size_t i = 0; i < s->n && n + 1 < sizeof text; i++)
        text[n++] = s->p[i] < 0x20 || s->p[i] == 0x7f ? ' ' : (char)s->p[i];
    text[n] = 0;
    if (!r->rc)
        r->refused = true;
    return jr_fail(r, ERR_FORMAT, "the template refuses: %s", text);
}

static struct jv g_strftime(struct jrun *r, const struct jargs *a)
{
    struct jv format;
    if (!jr_bind(r, a, "!format", &format))
        return jv_undefined();
    const struct jstr *s = jr_want_str(r, format, NULL);
    return r->rc ? jv_undefined() : jr_strftime(r, s);
}

static struct jv g_refused(struct jrun *r, const struct jargs *a)
{
    (void)a;
    return jr_fail(r, ERR_FORMAT, "a function of Jinja that is not run here");
}

struct jv jinja_global(struct span name)
{
    static const struct { const char *name; jfunction call; } globals[] = {
        { "cycler", g_cycler }, { "dict", g_dict }, { "joiner", g_joiner }, { "lipsum", g_refused },
        { "namespace", g_namespace }, { "raise_exception", g_raise }, { "range", g_range }, { "strftime_now", g_strftime },
    };
    for (size_t i = 0; i < sizeof globals / sizeof *globals; i++)
        if (span_is(name, globals[i].name))
            return (struct jv){ .kind = JV_FUNCTION, .function = globals[i].call };
    return (struct jv){ .kind = JV_MISSING };
}
