// SPDX-License-Identifier: Apache-2.0
#include "support/check.h"
#include "support/faults.h"
#include "base/json.h"
#include "text/dfa.h"
#include "text/schema.h"

static int compile(const char *text, struct schema_options opt, struct arena *a, const struct grammar **g, struct err *e)
{
    const struct val *v;
    int rc = json_parse(span_str(text), NULL, a, &v, e);
    return rc ? rc : grammar_from_schema(v, opt, a, g, e);
}

/* `takes` and `refuses`: texts, one a line. */
static void check(const char *schema, const char *takes, const char *refuses)
{
    struct arena a;
    const struct grammar *g;
    struct matcher *m;
    struct err e = { 0 };
    arena_init(&a, 256 << 20);
    if (compile(schema, (struct schema_options){ 0 }, &a, &g, &e) || matcher_new(g, NULL, &m, &e))
        fail_msg("%s: %s", schema, e.msg);
    for (int turn = 0; turn < 2; turn++)
        for (const char *p = turn ? refuses : takes; *p;) {
            size_t n = strcspn(p, "\n");
            matcher_reset(m);
            bool taken = matcher_accept(m, span_of(p, n), NULL) == 0 && matcher_may_end(m);
            if (taken == (turn == 1))
                fail_msg("%s: %.*s is %s", schema, (int)n, p, taken ? "taken" : "refused");
            p += n + (p[n] == '\n');
        }
    matcher_free(m);
    arena_fini(&a);
}

TEST(numbers_between_bounds)
{
    check("{\"type\": \"integer\", \"minimum\": -12, \"maximum\": 305}", "-12\n-9\n0\n7\n305\n299\n100", "-13\n-20\n306\n310\n1000\n1.0\n01\n-");
    check("{\"type\": \"integer\", \"exclusiveMinimum\": 9}", "10\n11\n99\n100000000000000000000", "9\n0\n-10");
    check("{\"type\": \"integer\", \"exclusiveMaximum\": 0}", "-1\n-100", "0\n1");
    check("{\"type\": \"number\", \"minimum\": 0.5, \"maximum\": 10.25}", "0.5\n0.50\n1\n10.25\n10.250\n9.999\n10", "0.49\n0.4999\n10.251\n10.3\n11\n-1\n1e0");
    check("{\"type\": \"number\", \"exclusiveMinimum\": 0, \"exclusiveMaximum\": 1}", "0.1\n0.0001\n0.999999", "0\n0.0\n1\n1.0\n-0.5");
    check("{\"type\": \"number\", \"minimum\": -1.5, \"maximum\": -0.25}", "-1.5\n-1\n-0.25\n-0.3", "-1.6\n-0.2\n-0.24\n0\n1");
    check("{\"type\": \"integer\", \"multipleOf\": 7, \"minimum\": 10}", "14\n21\n70\n700000000000000007", "7\n15\n0");
    check("{\"type\": \"number\", \"multipleOf\": 0.25}", "0.25\n1\n1.5\n1.50\n-3.75", "0.3\n1.51\n0.255");
    check("{\"type\": \"number\"}", "0\n-1\n1.5e10\n2E-3", "1.\n.5\n+1\n1e");
    check("{\"type\": \"integer\", \"minimum\": 1e2, \"maximum\": 1.5E+2}", "100\n150", "99\n151");
}

TEST(strings_by_length_pattern_and_format)
{
    check("{\"type\": \"string\"}", "\"\"\n\"a\xc3\xa9\\n\\u00e9\\ud83d\\ude00\"", "\"\\ud83d\"\n\"\\x\"\n\"a\nx");
    check("{\"type\": \"string\", \"minLength\": 2, \"maxLength\": 3}", "\"ab\"\n\"\xc3\xa9\xc3\xa9\xc3\xa9\"\n\"\\n\\u0041\"", "\"a\"\n\"abcd\"");
    check("{\"type\": \"string\", \"pattern\": \"^a+[0-9]{2}$\"}", "\"a12\"\n\"aaa00\"", "\"12\"\n\"a1\"\n\"a123\"\n\"ba12\"");
    check("{\"type\": \"string\", \"pattern\": \"b|^a\"}", "\"abc\"\n\"cab\"\n\"b\"", "\"ca\"\n\"\"");
    check("{\"type\": \"string\", \"pattern\": \"^.*$\", \"maxLength\": 2}", "\"\"\n\"ab\"\n\"\\\"\\\\\"", "\"abc\"\n\"\\n\"");
    check("{\"type\": \"string\", \"pattern\": \"^(a|b)+$\", \"allOf\": [{\"pattern\": \"^(ab)*$\"}]}", "\"ab\"\n\"abab\"", "\"\"\n\"a\"\n\"ba\"");
    check("{\"type\": \"string\", \"format\": \"date\"}", "\"2026-11-25\"", "\"2026-13-01\"\n\"2026-04-31\"\n\"26-01-01\"");
    check("{\"type\": \"string\", \"format\": \"ipv6\"}", "\"::1\"\n\"1:2:3:4:5:6:7:8\"\n\"::ffff:1.2.3.4\"", "\"1:2\"\n\"::1::\"");
    check("{\"format\": \"date\"}", "3\n\"2026-11-25\"", "\"x\"");
}

TEST(objects_in_any_order)
{
    check("{\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"integer\"}, \"b\": {\"type\": \"null\"}}, \"required\": [\"b\"],"
          " \"additionalProperties\": false}",
          "{\"b\":null}\n{\"a\":1,\"b\":null}\n{\"b\": null, \"a\": 2}", "{}\n{\"a\":1}\n{\"b\":null,\"b\":null}\n{\"b\":1}\n{\"b\":null,}\n{\"b\":null,\"c\":1}");
    check("{\"type\": \"object\", \"properties\": {\"a\": {\"type\": \"integer\"}}}",
          "{}\n{\"x\":[1]}\n{\"ab\":\"\",\"a\":1}\n{\"\":null}", "{\"a\":\"1\"}\n{\"a\":1,\"a\":2}");
    check("{\"type\": \"object\", \"patternProperties\": {\"^x\": {\"type\": \"integer\"}, \"y$\": {\"minimum\": 5}},"
          " \"additionalProperties\": {\"type\": \"null\"}}",
          "{\"x\":1}\n{\"xy\":5}\n{\"ay\":\"s\"}\n{\"q\":null}", "{\"x\":null}\n{\"xy\":4}\n{\"xy\":\"s\"}\n{\"ay\":3}\n{\"q\":1}");
    check("{\"type\": \"object\", \"minProperties\": 2, \"maxProperties\": 3}", "{\"a\":1,\"b\":2}\n{\"a\":1,\"b\":2,\"c\":3}",
          "{}\n{\"a\":1}\n{\"a\":1,\"b\":2,\"c\":3,\"d\":4}");
    check("{\"type\": \"object\", \"required\": [\"q\"], \"maxProperties\": 1}", "{\"q\":1}", "{}\n{\"a\":1}\n{\"q\":1,\"a\":1}");
    check("{\"type\": \"object\", \"propertyNames\": {\"pattern\": \"^[a-z]$\"}}", "{\"a\":1}", "{\"ab\":1}\n{\"A\":1}");
    check("{\"type\": \"object\", \"properties\": {\"a\": false, \"b\": true}}", "{\"b\":1}\n{\"c\":1}", "{\"a\":1}");
}

TEST(arrays_enums_choices_and_references)
{
    check("{\"type\": \"array\", \"items\": {\"type\": \"integer\"}, \"minItems\": 1, \"maxItems\": 3}", "[1]\n[1, 2,3]", "[]\n[1,2,3,4]\n[1,]\n[\"a\"]");
    check("{\"type\": \"array\", \"prefixItems\": [{\"const\": 1}, {\"type\": \"string\"}], \"items\": false}", "[]\n[1]\n[1,\"x\"]", "[2]\n[1,\"x\",3]\n[1,2]");
    check("{\"enum\": [1, \"a\\n\", null, [1, {\"k\": 2}]]}", "1\n\"a\\n\"\nnull\n[1,{\"k\":2}]\n[ 1, { \"k\" : 2 } ]", "2\n\"a\"\n[1]");
    check("{\"enum\": [1, 5, \"abc\", \"a\"], \"anyOf\": [{\"minimum\": 3, \"type\": \"integer\"}, {\"minLength\": 2, \"type\": \"string\"}]}", "5\n\"abc\"", "1\n\"a\"");
    check("{\"anyOf\": [{\"type\": \"integer\"}, {\"type\": \"string\", \"maxLength\": 1}]}", "1\n\"a\"", "\"ab\"\nnull");
    check("{\"oneOf\": [{\"properties\": {\"t\": {\"const\": \"x\"}, \"v\": {\"type\": \"integer\"}}, \"required\": [\"t\"], \"type\": \"object\"},"
          " {\"properties\": {\"t\": {\"const\": \"y\"}}, \"required\": [\"t\"], \"type\": \"object\"}]}",
          "{\"t\":\"x\",\"v\":1}\n{\"v\":1,\"t\":\"x\"}\n{\"t\":\"y\",\"v\":\"z\"}", "{\"t\":\"x\",\"v\":\"z\"}\n{\"t\":\"z\"}\n{}");
    check("{\"$ref\": \"#/$defs/tree~1x\", \"$defs\": {\"tree/x\": {\"type\": \"object\", \"properties\": {\"kids\": {\"type\": \"array\","
          " \"items\": {\"$ref\": \"#/$defs/tree~1x\"}}}, \"additionalProperties\": false}}}",
          "{}\n{\"kids\":[{\"kids\":[]},{}]}", "{\"kids\":[1]}\n{\"kids\":[{\"x\":1}]}");
    check("true", "1\n\"a\"\n{\"a\":[null,true]}\n[]\n{ }", "\n[1\ntru");
    check("{\"not\": {\"type\": [\"object\", \"array\", \"string\"]}}", "1\nnull\ntrue", "{}\n[]\n\"a\"");
}

TEST(what_cannot_be_enforced_is_an_error_with_its_byte)
{
    static const struct { const char *schema; int code; uint64_t byte; const char *msg; } cases[] = {
        { "{\"uniqueItems\": true, \"type\": \"array\"}", ERR_FORMAT, 0, "'uniqueItems'" },
        { "{\"if\": {}}", ERR_FORMAT, 7, "'if'" },
        { "{\"not\": {\"minimum\": 3}}", ERR_FORMAT, 8, "'not'" },
        { "{\"oneOf\": [{\"minimum\": 1}, {\"maximum\": 3}]}", ERR_FORMAT, 10, "'oneOf'" },
        { "{\"$ref\": \"http://x/y\"}", ERR_FORMAT, 9, "'$ref'" },
        { "{\"$ref\": \"#/a\"}", ERR_FORMAT, 9, "'$ref'" },
        { "{\"pattern\": \"(?=a)\"}", ERR_FORMAT, 12, "lookaround" },
        { "{\"pattern\": \"a{1\"}", ERR_OK, 0, "" },
        { "{\"pattern\": \"[a\"}", ERR_FORMAT, 12, "not closed" },
        { "{\"type\": \"int\"}", ERR_FORMAT, 9, "'type'" },
        { "{\"minLength\": -1}", ERR_FORMAT, 14, "'minLength'" },
        { "{\"format\": \"regex\"}", ERR_FORMAT, 11, "'format'" },
        { "false", ERR_FORMAT, 0, "no text at all" },
        { "{\"type\": \"integer\", \"minimum\": 3, \"maximum\": 2}", ERR_FORMAT, 0, "no text at all" },
        { "{\"multipleOf\": 0}", ERR_FORMAT, 15, "'multipleOf'" },
        { "3", ERR_FORMAT, 0, "a schema is" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena a;
        const struct grammar *g;
        struct err e = { 0 };
        arena_init(&a, 64 << 20);
        int rc = compile(cases[i].schema, (struct schema_options){ 0 }, &a, &g, &e);
        if (rc != cases[i].code || e.pos != cases[i].byte || !strstr(e.msg, cases[i].msg))
            fail_msg("%s: %d at %llu: %s", cases[i].schema, rc, (unsigned long long)e.pos, e.msg);
        arena_fini(&a);
    }
}

TEST(a_pattern_is_searched_for)
{
    static const struct { const char *pattern, *has, *has_not; } cases[] = {
        { "a", "xax", "x" }, { "^a", "ab", "ba" }, { "a$", "ba", "ab" }, { "^(a|b$)", "ax", "xa" }, { "^$", "", "a" },
        { "(^a|c)$", "xc", "xa" }, { "[^a-c]", "d", "abc" }, { "\\d{2,3}", "x12", "1x2" }, { "^\\w+\\s\\S$", "ab c", "ab  " },
        { "^a*?b+$", "aab", "a" }, { "^(?:ab){2}$", "abab", "ab" }, { "^(?<n>x)$", "x", "y" }, { "\\u{1F600}", "\xf0\x9f\x98\x80", "x" },
        { "^\\ud83d\\ude00$", "\xf0\x9f\x98\x80", "x" }, { "^[\\s\\d-]+$", "1 -2", "a" }, { "^a{,2}$", "a{,2}", "aa" }, { "a||b", "", "\xff" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena a;
        struct dfa d;
        arena_init(&a, 64 << 20);
        EQ(regex_dfa(span_str(cases[i].pattern), 0, &a, &d, NULL), 0);
        if (!dfa_has(&d, span_str(cases[i].has)) || dfa_has(&d, span_str(cases[i].has_not)))
            fail_msg("%s", cases[i].pattern);
        arena_fini(&a);
    }
}

/* Many words that begin alike: each state is a set of many places. Nothing is quadratic in the places that are not met. */
TEST(long_patterns_end)
{
    struct arena a;
    struct dfa d;
    char text[REGEX_BYTES_MAX];
    size_t n = 0;
    for (unsigned k = 1; n + k + 1 < sizeof text; k++) {
        memset(text + n, 'a', k);
        n += k;
        text[n++] = '|';
    }
    text[n++] = 'b';
    arena_init(&a, 512 << 20);
    EQ(regex_dfa(span_of(text, n), 0, &a, &d, NULL), 0);
    YES(dfa_has(&d, span_str("xa")) && !dfa_has(&d, span_str("x")));
    EQ(regex_dfa(span_str("(a?b?c?d?e?f?g?h?){100}(.*x.*y){400}"), 0, &a, &d, NULL), 0);
    arena_fini(&a);
}

TEST(every_allocation_may_fail)
{
    const char *schema = "{\"type\": \"object\", \"properties\": {\"a\": {\"enum\": [3, 4], \"minimum\": 4}, \"b\": {\"$ref\": \"#\"}},"
                         " \"patternProperties\": {\"^x[0-9]*$\": {\"type\": \"string\", \"pattern\": \"y\"}}, \"required\": [\"a\"]}";
    for (size_t n = 1;; n++) {
        struct arena a;
        const struct grammar *g;
        arena_init(&a, 64 << 20);
        fault_alloc_at(n);
        int rc = compile(schema, (struct schema_options){ 0 }, &a, &g, NULL);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        if (!hit) {
            EQ(rc, 0);
            break;
        }
        EQ(rc, ERR_MEMORY);
    }
}

int main(void)
{
    return RUN(CASE(numbers_between_bounds), CASE(strings_by_length_pattern_and_format), CASE(objects_in_any_order),
               CASE(arrays_enums_choices_and_references), CASE(what_cannot_be_enforced_is_an_error_with_its_byte),
               CASE(a_pattern_is_searched_for), CASE(long_patterns_end),
               CASE(every_allocation_may_fail));
}
