// SPDX-License-Identifier: Apache-2.0
/* Trees are told as text: (kind:text a b c [first, next ...]). */
#include "base/buf.h"
#include "tests/support/check.h"
#include "tests/support/faults.h"
#include "text/jinja.h"

static void tell(struct buf *b, const struct jinja_node *n)
{
    buf_str(b, jinja_kind_name(n->kind));
    if (n->text.n && n->kind != JINJA_BODY && !(n->kind <= JINJA_IF && n->kind >= JINJA_PRINT))
        buf_fmt(b, ":%.*s", SPAN_ARG(n->text));
    if (n->op)
        buf_fmt(b, n->op < 128 ? "'%c'" : "'%d'", n->op);
    buf_str(b, n->on ? "!" : "");
    const struct jinja_node *three[] = { n->a, n->b, n->c };
    for (int i = 0; i < 3; i++)
        if (three[i]) {
            buf_str(b, i == 1 && !three[0] ? " _(" : "(");
            tell(b, three[i]);
            buf_str(b, ")");
        }
    for (const struct jinja_node *x = n->first; x; x = x->next) {
        buf_str(b, x == n->first ? "[" : ", ");
        tell(b, x);
        buf_str(b, x->next ? "" : "]");
    }
}

static const char *parsed(const char *in, struct jinja_options opt)
{
    static char out[4096];
    struct arena a;
    struct buf b;
    struct err e = { 0 };
    const struct jinja_node *root = NULL;
    arena_init(&a, 64u << 20);
    buf_init(&b, sizeof out - 1);
    if (jinja_parse(span_str(in), opt, &a, &root, &e))
        buf_fmt(&b, "%s at %d: %s", err_name(e.code), (int)e.pos, e.msg);
    else
        for (const struct jinja_node *n = root->first; n; n = n->next) {
            tell(&b, n);
            buf_str(&b, n->next ? "; " : "");
        }
    (void)snprintf(out, sizeof out, "%s", buf_text(&b));
    buf_fini(&b);
    arena_fini(&a);
    return out;
}

static const struct jinja_options none = { false, false }, both = { true, true };

#define IS(in, out) STR(parsed(in, none), out)
#define EXPR(in, out) STR(parsed("{{ " in " }}", none), "print(" out ")")

TEST(text_and_the_space_beside_tags)
{
    IS("", "");
    IS("a\n", "data:a");
    IS("a\n\n", "data:a\n");
    IS("x {{- a -}} \n y", "data:x; print(name:a); data:y");
    IS("x {{+ a }} y", "data:x ; print(name:a); data: y");
    IS("a{# b #}c", "data:a; data:c");
    IS("a {#- b -#} c", "data:a; data:c");
    IS("{ a } {", "data:{ a } {");
    STR(parsed("a\n  {% set b = 1 %}\nc", both), "data:a\n; set(name:b)(int:1); data:c");
    STR(parsed("a\n  {%+ set b = 1 +%}\nc", both), "data:a\n  ; set(name:b)(int:1); data:\nc");
    STR(parsed("a\n  {{ b }}\nc", both), "data:a\n  ; print(name:b); data:\nc");
    IS("{% raw %}{{ a }}{% endraw %}b", "data:{{ a }}; data:b");
    IS("{%- raw -%} {% x {%- endraw -%} b", "data:{% x; data:b");
    IS("\xc2\xa0{{- a }}", "print(name:a)");
}

TEST(literals)
{
    EXPR("'a' \"b\"", "str:ab");
    EXPR("'\\x41\\u00e9\\n\\101\\'\\q'", "str:A\xc3\xa9\nA'\\q");
    EXPR("'\\U0001F600'", "str:\xf0\x9f\x98\x80");
    EXPR("'}}' ", "str:}}");
    EXPR("0x1F", "int:0x1F");
    EXPR("1_000", "int:1_000");
    EXPR("1.5e-3", "float:1.5e-3");
    EXPR("true", "bool:true!");
    EXPR("False", "bool:False");
    EXPR("none", "none:none");
    EXPR("[1, 2,]", "list[int:1, int:2]");
    EXPR("{'a': {}, 'b': 1}", "dict[pair(str:a)(dict), pair(str:b)(int:1)]");
    EXPR("{'a': {'b': 1}}", "dict[pair(str:a)(dict[pair(str:b)(int:1)])]");
    EXPR("()", "tuple");
    EXPR("(a,)", "tuple[name:a]");
    EXPR("(a)", "name:a");
    EXPR("a, b", "tuple[name:a, name:b]");
}

TEST(what_stands_behind_a_value)
{
    EXPR("a.b['c']", "getitem(getattr:b(name:a))(str:c)");
    EXPR("a.0.1", "getitem(getitem(name:a)(int:0))(int:1)");
    EXPR("a[1:b:2]", "getitem(name:a)(slice(int:1)(name:b)(int:2))");
    EXPR("a[:]", "getitem(name:a)(slice)");
    EXPR("a[:1]", "getitem(name:a)(slice _(int:1))");
    EXPR("a[1, 2:]", "getitem(name:a)(tuple[int:1, slice(int:2)])");
    EXPR("a(1, b=2, *c, **d)", "call(name:a)[int:1, keyword:b(int:2), spread'*'(name:c), spread'129'(name:d)]");
    EXPR("a|b|c.d(1)", "filter:c.d(filter:b(name:a))[int:1]");
    EXPR("a is b", "test:b(name:a)");
    EXPR("a is not b", "test:b!(name:a)");
    EXPR("a is divisibleby 3 and b", "binary'136'(test:divisibleby(name:a)[int:3])(name:b)");
    EXPR("-a|b", "filter:b(unary'-'(name:a))");
}

TEST(operators_bind_as_in_jinja)
{
    EXPR("a + b * c ~ d", "binary'+'(name:a)(binary'~'(binary'*'(name:b)(name:c))(name:d))");
    EXPR("a - b - c", "binary'-'(binary'-'(name:a)(name:b))(name:c)");
    EXPR("a ** b // c", "binary'128'(binary'129'(name:a)(name:b))(name:c)");
    EXPR("not a == b", "unary'138'(compare(name:a)[operand'130'(name:b)])");
    EXPR("a < b <= c", "compare(name:a)[operand'<'(name:b), operand'132'(name:c)]");
    EXPR("a not in b in c", "compare(name:a)[operand'135'(name:b), operand'134'(name:c)]");
    EXPR("a or b and c", "binary'137'(name:a)(binary'136'(name:b)(name:c))");
    EXPR("a if b else c if d", "cond(name:a)(name:b)(cond(name:c)(name:d))");
    EXPR("a % b", "binary'%'(name:a)(name:b)");
}

TEST(if_and_its_branches)
{
    IS("{% if a: %}x{% elif b %}y{% else %}z{% endif %}",
       "if[branch(name:a)[data:x], branch(name:b)[data:y], branch[data:z]]");
}

TEST(statements_of_blocks)
{
    IS("{% for a, b in c if d recursive %}x{% else %}y{% endfor %}",
       "for!(tuple[name:a, name:b])(name:c)(name:d)[body[data:x], body[data:y]]");
    IS("{% set n.x = 1, 2 %}", "set(getattr:x(name:n))(tuple[int:1, int:2])");
    IS("{% set a | b %}x{% endset %}", "set(name:a)(filter:b(hole))[data:x]");
    IS("{% macro m(a, b=1) %}x{% endmacro %}", "macro:m(params[param:a, param:b(int:1)])[data:x]");
    IS("{% call(x) m() %}y{% endcall %}", "call-block:call(call(name:m))(params[param:x])[data:y]");
    IS("{% filter a|b %}x{% endfilter %}", "filter-block:filter(filter:b(filter:a(hole)))[data:x]");
    IS("{% block a scoped %}x{% endblock a %}", "block:a[data:x]");
    IS("{% with a = 1, b = 2 %}x{% endwith %}", "with:with(body[set(name:a)(int:1), set(name:b)(int:2)])[data:x]");
    IS("{% generation %}x{% endgeneration %}", "generation:generation[data:x]");
    IS("{% autoescape true %}x{% endautoescape %}", "autoescape:autoescape(bool:true!)[data:x]");
    IS("{% break %}{% continue %}", "break:break; continue:continue");
    IS("{% do a %}", "do:do(name:a)");
    IS("{% print a, b %}", "print[name:a, name:b]");
    IS("{% include 'a' %}{% from 'b' import c as d %}",
       "load:include(str:a); load:from(str:b)[name:import, name:c, name:as, name:d]");
}

TEST(errors_name_the_byte)
{
    IS("ab{{ a b }}", "ERR_FORMAT at 7: \"b\" where \"}}\" should stand");
    IS("{% if a %}", "ERR_FORMAT at 10: the template ends where \"endif\" should stand");
    IS("{% nothing %}", "ERR_FORMAT at 3: \"nothing\" where a statement should stand");
    IS("x{# a", "ERR_FORMAT at 1: a comment is never ended");
    IS("{% raw %} a", "ERR_FORMAT at 0: \"raw\" is never ended");
    IS("{{ 'a }}", "ERR_FORMAT at 3: a string is never ended");
    IS("{{ (a] }}", "ERR_FORMAT at 5: ']' closes nothing");
    IS("{{ a ? b }}", "ERR_FORMAT at 5: a byte 0x3f that no expression has");
    IS("{{ '\\xg' }}", "ERR_FORMAT at 4: an escape \"\\x\" that is broken or not read");
    IS("{{ '\\N{LOW LINE}' }}", "ERR_FORMAT at 4: an escape \"\\N\" that is broken or not read");
    IS("{{ a is b is c }}", "ERR_FORMAT at 10: a test of a test; write \"and\" between them");
    IS("{{", "ERR_FORMAT at 2: the template ends where an expression should stand");
    IS("{% call 1 %}{% endcall %}", "ERR_FORMAT at 8: a call block that calls nothing");
}

static char *repeated(const char *before, const char *s, size_t n, const char *after)
{
    size_t k = strlen(s), b = strlen(before);
    char *p = malloc(b + k * n + strlen(after) + 1);
    YES(p != NULL);
    memcpy(p, before, b);
    for (size_t i = 0; i < n; i++)
        memcpy(p + b + i * k, s, k);
    memcpy(p + b + n * k, after, strlen(after) + 1);
    return p;
}

/* What `n` times `s` gives: 0, or the error. */
static int times(const char *before, const char *s, size_t n, const char *after)
{
    char *in = repeated(before, s, n, after);
    struct arena a;
    const struct jinja_node *root = NULL;
    arena_init(&a, 64u << 20);
    int rc = jinja_parse(span_str(in), none, &a, &root, NULL);
    free(in);
    arena_fini(&a);
    return rc;
}

TEST(limits_hold)
{
    EQ(times("", "a", JINJA_BYTES_MAX, ""), 0);
    EQ(times("", "a", JINJA_BYTES_MAX + 1, ""), ERR_LIMIT);
    EQ(times("{{ ", "[", JINJA_OPEN_MAX + 1, ""), ERR_LIMIT);
    EQ(times("{{ ", "-", 100, "1 }}"), 0);
    EQ(times("{{ ", "-", 5000, "1 }}"), ERR_LIMIT);
    EQ(times("{{ ", "not ", 5000, "1 }}"), ERR_LIMIT);
    EQ(times("{{ 1", " if 1 else 1", 5000, " }}"), ERR_LIMIT);
    EQ(times("{{ 1", " + 1", JINJA_HEIGHT_MAX - 10, " }}"), 0);
    EQ(times("{{ 1", " + 1", JINJA_HEIGHT_MAX, " }}"), ERR_LIMIT);
    EQ(times("{{ a", ".b", 5000, " }}"), ERR_LIMIT);
    EQ(times("{{ a", "|b", 5000, " }}"), ERR_LIMIT);
    EQ(times("", "{% if a %}", 5000, ""), ERR_LIMIT);
    EQ(times("{% for ", "(", 119, "a"), ERR_FORMAT);
    EQ(times("{{ [", "1,", JINJA_NODES_MAX + 1, "] }}"), ERR_LIMIT);
}

TEST(every_allocation_may_fail)
{
    static const char in[] = "{% macro m(a=1) %}{{ 'a\\n' 'b' ~ a[1:2]|f(x=1) is g }}{% endmacro %}{% for a in b %}{% endfor %}";
    for (size_t n = 1;; n++) {
        struct arena a;
        struct err e = { 0 };
        const struct jinja_node *root = NULL;
        arena_init(&a, 64u << 20);
        fault_alloc_at(n);
        int rc = jinja_parse(span_str(in), none, &a, &root, &e);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        EQ(rc, hit ? ERR_MEMORY : 0);
        if (!hit)
            break;
        EQ(e.code, ERR_MEMORY);
        YES(root == NULL);
    }
}

TEST(every_ceiling_of_memory_is_an_error)
{
    static const char in[] = "{% macro m(a=1) %}{{ 'a\\n' 'b' ~ a[1:2]|f(x=1) is g }}{% endmacro %}{% for a in b %}{% endfor %}";
    int rc = ERR_MEMORY;
    for (size_t max = 0; rc; max += 24) {
        struct arena a;
        const struct jinja_node *root = NULL;
        arena_init(&a, max);
        rc = jinja_parse(span_str(in), none, &a, &root, NULL);
        arena_fini(&a);
        YES(rc == 0 || rc == ERR_MEMORY);
        YES(max < 1u << 20);
    }
}

int main(void)
{
    return RUN(CASE(text_and_the_space_beside_tags), CASE(literals), CASE(what_stands_behind_a_value),
               CASE(operators_bind_as_in_jinja), CASE(if_and_its_branches), CASE(statements_of_blocks),
               CASE(errors_name_the_byte), CASE(limits_hold), CASE(every_allocation_may_fail),
               CASE(every_ceiling_of_memory_is_an_error));
}
