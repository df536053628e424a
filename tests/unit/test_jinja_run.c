// SPDX-License-Identifier: Apache-2.0
/* What a rendering promises beside Jinja's semantics (tests/diff/jinja_run_diff.py holds those): where bytes come from,
 * that budgets end everything, that each failure is clean. */
#include "base/buf.h"
#include "base/json.h"
#include "tests/support/check.h"
#include "tests/support/faults.h"
#include "text/jinja_run.h"

static const struct tm noon = { .tm_year = 126, .tm_mon = 2, .tm_mday = 4, .tm_hour = 12, .tm_wday = 3, .tm_yday = 62 };

/* A template on data; the variable "bos" is the template's. */
static int run(const char *in, const char *data, const struct jinja_limits *lim, struct arena *a, struct jinja_rendered *out,
               struct err *e)
{
    const struct jinja_node *root = NULL;
    const struct val *v = NULL;
    struct jinja_input inputs[8];
    size_t n = 0;
    int rc = json_parse(span_str(data), NULL, a, &v, e);
    if (!rc)
        rc = jinja_parse(span_str(in), (struct jinja_options){ true, true }, a, &root, e);
    for (const struct val *c = rc ? NULL : v->first; c && n < 8; c = c->next) {
        const char *name = arena_strn(a, c->key.p, c->key.n);
        if (!name)
            return err_memory(e);
        inputs[n++] = (struct jinja_input){ name, c, !strcmp(name, "bos") };
    }
    return rc ? rc : jinja_render(root, inputs, n, &noon, lim, a, out, e);
}

/* The text with its origins: the template's in plain, data between "<" and ">"; or the error. */
static const char *told(const char *in, const char *data, const struct jinja_limits *lim)
{
    static char text[8192];
    struct arena a;
    struct buf b;
    struct err e = { 0 };
    struct jinja_rendered out = { 0 };
    arena_init(&a, (size_t)1 << 30);
    buf_init(&b, sizeof text - 1);
    if (run(in, data, lim, &a, &out, &e))
        buf_fmt(&b, "%s at %d%s: %s", err_name(e.code), (int)e.pos, out.refused ? " refused" : "", e.msg);
    for (size_t i = 0, at = 0; i < out.n_segments; i++) {
        const struct jinja_segment *s = &out.segments[i];
        EQ(s->from, at);
        YES(s->n > 0);
        at += s->n;
        if (i)
            YES(s->from_template != s[-1].from_template);
        buf_fmt(&b, s->from_template ? "%.*s" : "<%.*s>", (int)s->n, (const char *)out.text.p + s->from);
        if (i + 1 == out.n_segments)
            EQ(at, out.text.n);
    }
    (void)snprintf(text, sizeof text, "%s", buf_text(&b));
    buf_fini(&b);
    arena_fini(&a);
    return text;
}

#define DATA "{\"s\":\"aBc\",\"t\":\" x,y \",\"l\":[\"p\",\"q\"],\"d\":{\"k\":\"v\"},\"i\":7,\"u\":\"\xc3\xa9\xc3\xa9\",\"bos\":\"[B]\"}"
#define IS(in, out) STR(told(in, DATA, NULL), out)

TEST(a_byte_knows_where_it_comes_from)
{
    IS("", "");
    IS("plain", "plain");
    IS("{{ s }}", "<aBc>");
    IS("[{{ s }}]", "[<aBc>]");
    IS("{{ bos }}{{ s }}", "[B]<aBc>");
    IS("{{ '|' ~ s ~ '|' ~ i }}", "|<aBc>|<7>");
    IS("{{ ('|' + s + '|').upper() }}", "|<ABC>|");
    IS("{{ ('|' + s + '|')[1:3] }}", "<aB>");
    IS("{{ ('|' + s + '|')[::-1] }}", "|<cBa>|");
    IS("{{ ('|' + s + '|')[0] }}{{ ('|' + s)[1] }}", "|<a>");
    IS("{{ s|replace('B', '-') }}", "<a>-<c>");
    IS("{{ 'xBx'|replace('B', s) }}", "x<aBc>x");
    IS("{{ l|join('|') }}", "<p>|<q>");
    IS("{{ t.strip().split(',')|join(';') }}", "<x>;<y>");
    IS("{{ '%s=%5d' % (s, i) }}", "<aBc>=    <7>");
    IS("{{ '{}-{:>5}'.format(s, s) }}", "<aBc>-  <aBc>");
    IS("{{ s|tojson }}{{ ['x', s]|tojson }}{{ d|tojson }}", "<\"aBc\">[\"x\", <\"aBc\">]<{\"k\": \"v\"}>");
    IS("{{ ['x', s] }}{{ d }}", "['x', <'aBc'>]<{'k': 'v'}>");
    IS("{{ s|e }}{{ '<'|e }}{{ s * 2 }}{{ 'z' * 2 }}", "<aBc>&lt;<aBcaBc>zz");
    IS("{{ i + 1 }} {{ s|length }} {{ '5'|int + 1 }} {{ i|string }}", "<8> 3 6 <7>");
    IS("{% for k, v in d.items() %}{{ k }}:{{ v }}{% endfor %}", "<k>:<v>");
    IS("{% macro m(x) %}({{ x }}){% endmacro %}{{ m(s)|upper }}", "(<ABC>)");
    IS("{% set z %}({{ s }}){% endset %}{{ z }}{% filter upper %}b{{ s }}{% endfilter %}", "(<aBc>)B<ABC>");
    IS("{% for c in '(' ~ s %}{{ c }}.{% endfor %}", "(.<a>.<B>.<c>.");
    IS("{{ u|upper }}{{ u[0] }}{{ s|default('x') }}{{ nope|default('x') }}", "<\xc3\x89\xc3\x89\xc3\xa9" "aBc>x");
    IS("{{ ('<|' ~ s ~ '|>')|trim('<>|') }}", "<aBc>");
    IS("{{ s|indent(2, true) }}{{ s.ljust(5, '.') }}", "  <aBcaBc>..");
    IS("{{ ('a' ~ s)|title }}{{ (s ~ 'a')|capitalize }}", "A<abcAbc>a");
    IS("{{ strftime_now('%Y') }}{{ [i, 1]|sum }}{{ range(2)|list }}", "2026<8>[0, 1]");
}

TEST(errors_name_the_byte)
{
    IS("ab{{ nope.x }}", "ERR_FORMAT at 10: \"nope\" is undefined");
    IS("{{ s + 1 }}", "ERR_FORMAT at 5: str + int is not possible");
    IS("{{ 1 / 0 }}", "ERR_FORMAT at 5: a division by zero");
    IS("{{ s|nope }}", "ERR_FORMAT at 5: no filter \"nope\"");
    IS("x{% if i == 7 %}{{ raise_exception('odd \\n role') }}{% endif %}", "ERR_FORMAT at 34 refused: the template refuses: odd   role");
    IS("{{ ''.__class__.__mro__ }}", "ERR_FORMAT at 16: \"__class__\" is hidden from templates");
    IS("{{ l.append(1) }}", "ERR_FORMAT at 11: \"append\" is hidden from templates");
    IS("{% include 'x' %}", "ERR_UNSAFE at 3: the template loads another file");
    IS("{% break %}", "ERR_FORMAT at 3: outside of a loop stands \"break\"");
    IS("{{ l|random }}{{ x }}", "ERR_FORMAT at 5: a filter of Jinja that is not run here");
    IS("{% autoescape true %}{% endautoescape %}", "ERR_FORMAT at 14: escaping of all output is not done here");
    IS("{{ l|map('upper') }}", "ERR_FORMAT at 5: no text of its own has a generator");
    IS("{{ '\xc3\xa9'.isalpha() }}", "ERR_FORMAT at 15: whether U+00E9 is a letter or a digit is not known here");
    EQ(jinja_line(span_str("a\nb\nc"), 0), 1);
    EQ(jinja_line(span_str("a\nb\nc"), 2), 2);
    EQ(jinja_line(span_str("a\nb\nc"), 99), 3);
}

TEST(time_is_the_callers)
{
    struct arena a;
    struct err e = { 0 };
    const struct jinja_node *root = NULL;
    struct jinja_rendered out = { 0 };
    arena_init(&a, 64u << 20);
    EQ(jinja_parse(span_str("{{ strftime_now('%H:%M') }}"), (struct jinja_options){ true, true }, &a, &root, &e), 0);
    EQ(jinja_render(root, NULL, 0, NULL, NULL, &a, &out, &e), ERR_FORMAT);
    STR(e.msg, "the template asks for the time, and none was given");
    EQ(jinja_render(root, NULL, 0, &noon, NULL, &a, &out, &e), 0);
    EQ(out.text.n, 5);
    EQ(memcmp(out.text.p, "12:00", 5), 0);
    arena_fini(&a);
}

/* Each would run for ever, or fill any memory. */
static const char *const endless[] = {
    "{% for a in range(100000) %}{% for b in range(100000) %}{% for c in range(100000) %}{% endfor %}{% endfor %}{% endfor %}",
    "{{ 'a' * 1000000000 }}",
    "{{ [1] * 1000000000 }}",
    "{{ ('a' * 1000000) * 1000000 }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
    "{% set n = namespace(x=[1]) %}{% for i in range(1000) %}{% set n.x = n.x + n.x %}{% endfor %}",
    "{% set n = namespace(x='ab') %}{% for i in range(1000) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
    "{% set n = namespace(x=[]) %}{% for i in range(5000) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x }}",
    "{% set n = namespace(x=[]) %}{% for i in range(5000) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x|tojson }}",
    "{% set n = namespace(x=[]) %}{% for i in range(5000) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x == [n.x[0]] }}{{ n.x < [[[[]]]] }}",
    "{% set n = namespace(x=()) %}{% for i in range(5000) %}{% set n.x = (n.x,) %}{% endfor %}{{ {n.x: 1} }}",
    "{% set n = namespace() %}{% set n.x = n %}{{ n }}",
    "{% set n = namespace(g=[1]) %}{% for i in range(5000) %}{% set n.g = n.g|map('string') %}{% endfor %}{{ n.g|list }}",
    "{% for a in range(100000) %}{{ 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' * 10 }}{% endfor %}",
    "{{ range(10 ** 9) }}", "{{ 'x'.center(10 ** 12) }}", "{{ '%*d' % (10 ** 9, 1) }}", "{{ '{:999999999}'.format(1) }}", "{{ 10 ** 1000 }}",
    "{{ 'a'|indent(10 ** 15, true) }}", "{{ {}|tojson(indent=10 ** 9) }}", "{{ '\\t'.expandtabs(10 ** 9) }}",
    "{% set s = 'a' * 1000000 %}{% for i in range(100000) %}{{ 'b' in s }}{{ s.count('aa') }}{% endfor %}",
    "{% set s = '\xc3\xa9' * 100000 %}{% for i in range(100000) %}{% set x = s[99999] %}{% endfor %}",
    "{% for x in [[]] recursive %}{{ loop([[]]) }}{% endfor %}",
    "{% set n = namespace(x='a') %}{% for i in range(100000) %}{% set n.x = n.x.replace('a', 'aaaaaaaaaaaaaaaa') %}{% endfor %}",
    "{{ 170141183460469231731687303715884105727 + 1 }}", "{{ [3]|batch(10 ** 18, 1)|list }}", "{{ 'a'.zfill(10 ** 15) }}",
    "{% macro m(x) %}{{ caller() }}{% endmacro %}{% macro r() %}{% call m(1) %}{{ r() }}{% endcall %}{% endmacro %}{{ r() }}",
};

TEST(budgets_end_what_would_not_end)
{
    const struct jinja_limits small = { .max_steps = 3000000, .max_out_bytes = 1 << 20, .max_mem_bytes = 64 << 20 };
    for (size_t i = 0; i < sizeof endless / sizeof *endless; i++) {
        struct arena a;
        struct err e = { 0 };
        struct jinja_rendered out = { 0 };
        arena_init(&a, (size_t)1 << 30);
        int rc = run(endless[i], "{}", &small, &a, &out, &e);
        if (rc != ERR_LIMIT)
            printf("# %s: %d %s\n", endless[i], rc, e.msg);
        EQ(rc, ERR_LIMIT);
        YES(out.text.p == NULL);
        YES(a.used_bytes < (size_t)192 << 20);
        arena_fini(&a);
    }
}

TEST(each_budget_is_its_own)
{
    const struct jinja_limits few = { .max_steps = 50 }, little = { .max_mem_bytes = 5000 }, narrow = { .max_out_bytes = 10 },
                              flat = { .max_depth = 8 };
    STR(told("{% for i in range(99) %}x{% endfor %}", "{}", &few), "ERR_LIMIT at 7: the template runs for more than 50 steps");
    STR(told("{{ 'ab' * 4000 }}", "{}", &little), "ERR_LIMIT at 8: a value repeated too many times");
    STR(told("{% for i in range(99) %}{{ i ~ i }}{% endfor %}", "{}", &little),
        "ERR_LIMIT at 29: the template takes more than 5000 bytes of memory");
    STR(told("0123456789", "{}", &narrow), "0123456789");
    STR(told("01234567890", "{}", &narrow), "ERR_LIMIT at 0: more than 10 bytes of output");
    STR(told("{{ ((((((1)))))) }}", "{}", &flat), "1");
    STR(told("{{ 1 + (1 + (1 + (1 + (1 + (1 + (1 + 1)))))) }}", "{}", &flat), "ERR_LIMIT at 35: more than 8 things within one another");
}

static const char everything[] =
    "{% macro m(a, b='x') %}{{ a ~ b }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(s, 'y', 1, z=2) }}"
    "{% for k, v in d|dictsort %}{{ loop.length }}{{ loop.nextitem }}{{ k|upper }}{% endfor %}"
    "{{ l|map('upper')|select('ne', 'Q')|join('|') }}{{ '%s-%05.2f' % (s, 1.5) }}{{ '{:>8}'.format(s) }}{{ d|tojson(indent=2) }}"
    "{% set ns = namespace(x=[]) %}{% for i in range(30) %}{% set ns.x = ns.x + [i] %}{% endfor %}{{ ns.x|batch(7)|list }}"
    "{{ {'a': 1, 'b': s}|items|list }}{{ l|sort|reverse|list }}{{ t.split(',') }}{{ s.replace('B', '--') }}{{ s|e|indent(2) }}"
    "{% set z %}[{{ s }}]{% endset %}{{ z[1:-1] }}{% filter title %}{{ s }}{% endfilter %}{{ dict(a=1, b=2, c=3).keys()|list }}"
    "{% call m(1) %}c{% endcall %}";
static const char everything_fine[] =
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(s) }}{% for k, v in d|dictsort %}{{ loop.length }}{{ k|upper }}{% endfor %}"
    "{{ l|map('upper')|select('ne', 'Q')|join('|') }}{{ '%s-%05.2f' % (s, 1.5) }}{{ '{:>8}'.format(s) }}{{ d|tojson(indent=2) }}"
    "{% set ns = namespace(x=[]) %}{% for i in range(30) %}{% set ns.x = ns.x + [i] %}{% endfor %}{{ ns.x|batch(7)|list }}"
    "{{ {'a': 1, 'b': s}|items|list }}{{ l|sort|reverse|list }}{{ t.split(',') }}{{ s.replace('B', '--') }}{{ s|e|indent(2) }}";

TEST(every_allocation_may_fail)
{
    const char *const templates[] = { everything, everything_fine };
    for (size_t t = 0; t < 2; t++)
        for (size_t n = 1;; n++) {
            struct arena a;
            struct err e = { 0 };
            struct jinja_rendered out = { 0 };
            arena_init(&a, (size_t)1 << 30);
            fault_alloc_at(n);
            int rc = run(templates[t], DATA, NULL, &a, &out, &e);
            bool hit = fault_alloc_hit();
            fault_alloc_at(0);
            arena_fini(&a);
            if (!hit) {
                EQ(rc, 0);
                break;
            }
            EQ(rc, ERR_MEMORY);
            YES(out.text.p == NULL);
        }
}

TEST(every_ceiling_of_memory_is_an_error)
{
    int rc = ERR_MEMORY;
    for (size_t max = 0; rc; max += 512) {
        struct arena a;
        struct jinja_rendered out = { 0 };
        arena_init(&a, max);
        rc = run(everything_fine, DATA, NULL, &a, &out, NULL);
        arena_fini(&a);
        YES(rc == 0 || rc == ERR_MEMORY);
        YES(max < 4u << 20);
    }
    rc = ERR_LIMIT;
    for (size_t max = 1; rc; max += 160) {
        struct arena a;
        struct jinja_rendered out = { 0 };
        arena_init(&a, 64u << 20);
        rc = run(everything_fine, DATA, &(struct jinja_limits){ .max_mem_bytes = max }, &a, &out, NULL);
        arena_fini(&a);
        YES(rc == 0 || rc == ERR_LIMIT);
        YES(max < 4u << 20);
    }
}

int main(void)
{
    return RUN(CASE(a_byte_knows_where_it_comes_from), CASE(errors_name_the_byte), CASE(time_is_the_callers),
               CASE(budgets_end_what_would_not_end), CASE(each_budget_is_its_own), CASE(every_allocation_may_fail),
               CASE(every_ceiling_of_memory_is_an_error));
}
