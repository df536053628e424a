// SPDX-License-Identifier: Apache-2.0
/* The tests of "is". at[0] is the value. */
#include "text/jinja_attr.h"
#include "text/jinja_run_int.h"

static bool alone(struct jrun *r, const struct jargs *a, bool is)
{
    return jr_bind(r, a, "", NULL) && is;
}

static bool of_kind(struct jrun *r, const struct jargs *a, enum jv_kind kind)
{
    return alone(r, a, a->at[0].kind == kind);
}

static bool t_boolean(struct jrun *r, const struct jargs *a) { return of_kind(r, a, JV_BOOL); }
static bool t_integer(struct jrun *r, const struct jargs *a) { return of_kind(r, a, JV_INT); }
static bool t_float(struct jrun *r, const struct jargs *a) { return of_kind(r, a, JV_FLOAT); }
static bool t_none(struct jrun *r, const struct jargs *a) { return of_kind(r, a, JV_NONE); }
static bool t_string(struct jrun *r, const struct jargs *a) { return of_kind(r, a, JV_STR); }
static bool t_mapping(struct jrun *r, const struct jargs *a) { return of_kind(r, a, JV_DICT); }
static bool t_undefined(struct jrun *r, const struct jargs *a) { return of_kind(r, a, JV_UNDEFINED); }
static bool t_defined(struct jrun *r, const struct jargs *a) { return alone(r, a, a->at[0].kind != JV_UNDEFINED); }
static bool t_number(struct jrun *r, const struct jargs *a) { return alone(r, a, jv_is_number(a->at[0])); }
static bool t_iterable(struct jrun *r, const struct jargs *a) { return alone(r, a, jv_has_items(a->at[0])); }

static bool t_true(struct jrun *r, const struct jargs *a)
{
    return alone(r, a, a->at[0].kind == JV_BOOL && a->at[0].b);
}

static bool t_false(struct jrun *r, const struct jargs *a)
{
    return alone(r, a, a->at[0].kind == JV_BOOL && !a->at[0].b);
}

static bool t_sequence(struct jrun *r, const struct jargs *a)
{
    enum jv_kind k = a->at[0].kind;
    return alone(r, a, k == JV_STR || k == JV_LIST || k == JV_TUPLE || k == JV_DICT || k == JV_RANGE || k == JV_UNDEFINED);
}

static bool t_callable(struct jrun *r, const struct jargs *a)
{
    enum jv_kind k = a->at[0].kind;
    return alone(r, a, k == JV_UNDEFINED || k == JV_MACRO || k == JV_FUNCTION || k == JV_METHOD || k == JV_LOOP ||
                       k == JV_JOINER);
}

static bool t_lower(struct jrun *r, const struct jargs *a)
{
    return jr_bind(r, a, "", NULL) && jstr_is_cased(r, jv_text(r, a->at[0]), 'l');
}

static bool t_upper(struct jrun *r, const struct jargs *a)
{
    return jr_bind(r, a, "", NULL) && jstr_is_cased(r, jv_text(r, a->at[0]), 'u');
}

static bool t_escaped(struct jrun *r, const struct jargs *a)
{
    return alone(r, a, a->at[0].kind == JV_STR && a->at[0].s->markup);
}

static bool divides(struct jrun *r, const struct jargs *a, jint by, jint wanted)
{
    struct jv rest = jr_binary(r, '%', a->at[0], jv_int(by));
    return !r->rc && jv_equal(r, rest, jv_int(wanted));
}

static bool t_even(struct jrun *r, const struct jargs *a) { return alone(r, a, divides(r, a, 2, 0)); }
static bool t_odd(struct jrun *r, const struct jargs *a) { return alone(r, a, divides(r, a, 2, 1)); }

static bool t_divisibleby(struct jrun *r, const struct jargs *a)
{
    struct jv by;
    if (!jr_bind(r, a, "!num", &by))
        return false;
    struct jv rest = jr_binary(r, '%', a->at[0], by);
    return !r->rc && jv_equal(r, rest, jv_int(0));
}

static bool t_eq(struct jrun *r, const struct jargs *a)
{
    struct jv other;
    return jr_bind(r, a, "/ !other", &other) && jv_equal(r, a->at[0], other);
}

static bool t_ne(struct jrun *r, const struct jargs *a)
{
    struct jv other;
    return jr_bind(r, a, "/ !other", &other) && !jv_equal(r, a->at[0], other) && !r->rc;
}

static bool in_order(struct jrun *r, const struct jargs *a, unsigned op)
{
    struct jv other;
    return jr_bind(r, a, "/ !other", &other) && jv_order(r, op, a->at[0], other);
}

static bool t_lt(struct jrun *r, const struct jargs *a) { return in_order(r, a, '<'); }
static bool t_gt(struct jrun *r, const struct jargs *a) { return in_order(r, a, '>'); }
static bool t_le(struct jrun *r, const struct jargs *a) { return in_order(r, a, JINJA_OP_LE); }
static bool t_ge(struct jrun *r, const struct jargs *a) { return in_order(r, a, JINJA_OP_GE); }

static bool t_in(struct jrun *r, const struct jargs *a)
{
    struct jv seq;
    return jr_bind(r, a, "!seq", &seq) && jv_in(r, a->at[0], seq);
}

/* Python asks whether it is the same object. Equal texts and small integers are the same one there, mostly. */
static bool t_sameas(struct jrun *r, const struct jargs *a)
{
    struct jv other, v = a->at[0];
    if (!jr_bind(r, a, "!other", &other) || v.kind != other.kind)
        return false;
    switch (v.kind) {
    case JV_NONE: return true;
    case JV_BOOL: return v.b == other.b;
    case JV_INT: return v.i == other.i;
    case JV_FLOAT: return v.f == other.f;
    case JV_STR: return jv_equal(r, v, other);
    case JV_UNDEFINED: return false;
    default: return v.dict == other.dict;
    }
}

static bool t_filter(struct jrun *r, const struct jargs *a)
{
    return alone(r, a, a->at[0].kind == JV_STR && jinja_filter_find(jstr_span(a->at[0].s)));
}

static bool t_test(struct jrun *r, const struct jargs *a)
{
    return alone(r, a, a->at[0].kind == JV_STR && jinja_test_find(jstr_span(a->at[0].s)));
}

static const struct { const char *name; jtest run; } tests[] = {
    { "!=", t_ne },                 { "<", t_lt },              { "<=", t_le },             { "==", t_eq },
    { ">", t_gt },                  { ">=", t_ge },             { "boolean", t_boolean },   { "callable", t_callable },
    { "defined", t_defined },       { "divisibleby", t_divisibleby }, { "eq", t_eq },       { "equalto", t_eq },
    { "escaped", t_escaped },       { "even", t_even },         { "false", t_false },       { "filter", t_filter },
    { "float", t_float },           { "ge", t_ge },             { "greaterthan", t_gt },    { "gt", t_gt },
    { "in", t_in },                 { "integer", t_integer },   { "iterable", t_iterable }, { "le", t_le },
    { "lessthan", t_lt },           { "lower", t_lower },       { "lt", t_lt },             { "mapping", t_mapping },
    { "ne", t_ne },                 { "none", t_none },         { "number", t_number },     { "odd", t_odd },
    { "sameas", t_sameas },         { "sequence", t_sequence }, { "string", t_string },     { "test", t_test },
    { "true", t_true },             { "undefined", t_undefined }, { "upper", t_upper },
};

jtest jinja_test_find(struct span name)
{
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        if (span_is(name, tests[i].name))
            return tests[i].run;
    return NULL;
}
