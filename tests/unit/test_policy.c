// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include "license/policy.h"
#include "tests/support/faults.h"

static struct arena mem;

static int set_up(void **state)
{
    (void)state;
    fault_alloc_at(0);
    arena_init(&mem, 1u << 24);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_fini(&mem);
    return 0;
}

#define DIGEST "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const char whole[] =
    "allow_classes: [permissive, copyleft, restricted]\n"                                   /*  1 */
    "deny_classes:\n  - research\n  - noncommercial\n"                                      /*  2 */
    "allow_licenses: [\"Apache-2.0\", \"MIT*\", \"LicenseRef-scancode-llama-*\"]\n"         /*  5 */
    "deny_licenses: [\"*-3.2-*\"]\n"                                                        /*  6 */
    "min_answer: allow-with-duties\n"                                                       /*  7 */
    "require: {license_text: yes, no_conflicts: yes,\n          known_bases: yes}\n"        /*  8 */
    "exceptions:\n"                                                                         /* 10 */
    "  - {name: \"acme/*\", until: 2027-01-31, by: legal, reason: contract 4711}\n"         /* 11 */
    "  - model_sha256: " DIGEST "\n    until: 2026-12-01\n    by: security\n    reason: reviewed\n";

static struct policy parse(const char *text)
{
    struct policy p;
    struct err e = { 0 };
    if (policy_parse(span_str(text), &mem, &p, &e))
        fail_msg("line %u: %s", (unsigned)e.pos, e.msg);
    return p;
}

TEST(a_policy_is_read_whole)
{
    struct policy p = parse(whole);
    EQ(p.allow_classes.n, 3);
    EQ(p.allow_classes.line, 1);
    STR(p.deny_classes.items[1].text, "noncommercial");
    EQ(p.deny_classes.items[1].line, 4);
    EQ(p.allow_licenses.n, 3);
    EQ(p.answers, 1u << ANSWER_ALLOW | 1u << ANSWER_ALLOW_WITH_DUTIES);
    EQ(p.answers_line, 7);
    YES(p.license_text && p.no_conflicts && p.known_bases);
    EQ(p.known_bases_line, 9);
    EQ(p.n_exceptions, 2);
    STR(p.exceptions[0].name, "acme/*");
    STR(p.exceptions[1].sha256, DIGEST);
    EQ(p.exceptions[1].line, 12);
    p = parse("allow_answers: [allow, ask]");
    EQ(p.answers, 1u << ANSWER_ALLOW | 1u << ANSWER_ASK);
    p = parse("{}");
    EQ(p.answers, (1u << (ANSWER_DENY + 1)) - 1);
    NOT(p.allow_classes.given || p.license_text);
}

TEST(a_bad_policy_is_refused_with_its_line)
{
    static const struct { const char *text; unsigned line; } rows[] = {
        { "", 1 }, { "- a", 1 }, { "allow", 1 }, { "allow_clases: []", 1 }, { "\nallow_classes: permissive", 2 },
        { "allow_classes:\n  - permissiv", 2 }, { "allow_classes: [1]", 1 }, { "deny_licenses: [\"\"]", 1 },
        { "deny_licenses: [[a]]", 1 }, { "deny_licenses: {a: b}", 1 }, { "deny_licenses: [~]", 1 },
        { "min_answer: maybe", 1 }, { "min_answer: allow\nallow_answers: [ask]", 1 },
        { "allow_answers: [allow, yes]", 1 }, { "require: yes", 1 }, { "require:\n  text: yes", 2 },
        { "require:\n  license_text: perhaps", 2 }, { "require:\n  no_conflicts: 1", 2 }, { "exceptions: {}", 1 },
        { "exceptions: [a]", 1 }, { "exceptions:\n  - {name: a, until: 2026-01-01, by: x}", 2 },
        { "exceptions:\n  - {until: 2026-01-01, by: x, reason: y}", 2 },
        { "exceptions:\n  - {name: a, until: soon, by: x, reason: y}", 2 },
        { "exceptions:\n  - {name: a, until: 2026-02-30, by: x, reason: y}", 2 },
        { "exceptions:\n  - {name: \"\", until: 2026-01-01, by: x, reason: y}", 2 },
        { "exceptions:\n  - {model_sha256: ab, until: 2026-01-01, by: x, reason: y}", 2 },
        { "exceptions:\n  - {name: a, until: 2026-01-01, by: x, reason: y, forever: yes}", 2 },
        { "min_answer: ask\nmin_answer: ask", 2 }, { "min_answer: \"ask\\0\"", 1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct policy p;
        struct err e = { 0 };
        int rc = policy_parse(span_str(rows[i].text), &mem, &p, &e);
        if (rc != ERR_FORMAT || e.at != ERR_AT_LINE || e.pos != rows[i].line)
            fail_msg("'%s': %d at line %u: %s", rows[i].text, rc, (unsigned)e.pos, e.msg);
    }
}

TEST(globs)
{
    static const struct { const char *glob, *text; bool match; } rows[] = {
        { "MIT", "MIT", true }, { "MIT", "mit", true }, { "MIT", "MIT-0", false }, { "MIT*", "MIT-0", true },
        { "*", "", true }, { "", "", true }, { "", "a", false }, { "?", "", false }, { "?", "a", true },
        { "a?c", "abc", true }, { "a?c", "ac", false }, { "*llama*", "LicenseRef-scancode-llama-2", true },
        { "*-3.2-*", "x-3.1-3.2-y", true }, { "a*b*c", "aXbXbXc", true }, { "a*b*c", "aXbXbX", false },
        { "**a**", "a", true }, { "a*", "ba", false }, { "*a", "ab", false }, { "acme/*", "acme/x/y", true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        EQ(policy_glob(rows[i].glob, rows[i].text), rows[i].match);
}

static struct policy_result judge(const char *text, const struct policy_facts *f)
{
    struct policy p = parse(text);
    struct policy_result r;
    EQ(policy_judge(&p, f, &mem, &r, NULL), 0);
    return r;
}

static struct policy_facts good_facts(const struct policy_license *licenses, size_t n)
{
    return (struct policy_facts){ .model_name = "org/model", .today = "2026-11-23", .licenses = licenses,
                                  .n_licenses = n, .answer = ANSWER_ALLOW, .has_license_text = true };
}

TEST(a_model_that_keeps_the_rules_passes)
{
    const struct policy_license mit = { "MIT", CLASS_PERMISSIVE, "weights" };
    const struct policy_license both[] = { mit, { "LicenseRef-X-Use-Policy", CLASS_NONE, "use policy" } };
    struct policy_facts f = good_facts(both, 2);
    EQ(judge(whole, &f).n, 0);
    f = good_facts(NULL, 0);
    EQ(judge("{}", &f).n, 0);
    f.answer = ANSWER_DENY;
    EQ(judge("{}", &f).n, 0);
}

TEST(each_rule_is_broken_once)
{
    static const struct policy_license rows[] = {
        { "CC-BY-NC-4.0", CLASS_NONCOMMERCIAL, "weights" }, { "GPL-3.0-only", CLASS_COPYLEFT, "code" },
        { "LicenseRef-scancode-llama-3.2-license-2024", CLASS_RESTRICTED, "base" }, { "new", CLASS_UNKNOWN, "" },
    };
    static const struct { const char *text; unsigned row, line; const char *says; } cases[] = {
        { "allow_classes: [permissive]", 0, 1, "class 'noncommercial'" },
        { "deny_classes:\n  - research\n  - noncommercial", 0, 3, "denied" },
        { "\nallow_licenses: [MIT]", 1, 2, "GPL-3.0-only (code)" },
        { "deny_licenses: [\"gpl-*\"]", 1, 1, "'gpl-*'" },
        { "deny_licenses:\n  - \"*llama-3.2*\"", 2, 2, "llama-3.2" },
        { "allow_classes: [permissive, none]", 3, 1, "class 'unknown' of new (model)" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct policy_facts f = good_facts(&rows[cases[i].row], 1);
        struct policy_result r = judge(cases[i].text, &f);
        EQ(r.n, 1);
        EQ(r.breaches[0].line, cases[i].line);
        YES(strstr(r.breaches[0].text, cases[i].says) != NULL);
    }
    struct policy_facts f = good_facts(rows, 1);
    f.answer = ANSWER_ASK;
    f.has_license_text = false;
    f.has_conflicts = f.has_unknown_bases = true;
    EQ(judge("min_answer: allow-with-duties", &f).n, 1);
    EQ(judge("min_answer: ask", &f).n, 0);
    EQ(judge("allow_answers: [allow, deny]", &f).n, 1);
    EQ(judge("require: {license_text: yes}", &f).n, 1);
    EQ(judge("require: {license_text: no}", &f).n, 0);
    EQ(judge("require: {no_conflicts: yes}", &f).n, 1);
    EQ(judge("require: {known_bases: yes}", &f).n, 1);
    f = good_facts(rows, 4);
    EQ(judge("deny_licenses: [\"*\"]", &f).n, 4);
}

TEST(no_licence_breaks_every_allow_list)
{
    const struct policy_license policy = { "LicenseRef-X-Use-Policy", CLASS_NONE, "use policy" };
    struct policy_facts none = good_facts(NULL, 0), only_policy = good_facts(&policy, 1);
    EQ(judge("allow_classes: [permissive]\nallow_licenses: [MIT]", &none).n, 2);
    EQ(judge("allow_classes: [permissive]\nallow_licenses: [MIT]", &only_policy).n, 2);
    EQ(judge("deny_classes: [permissive]", &none).n, 0);
    EQ(judge("deny_licenses: [\"*use-policy\"]", &only_policy).n, 1);
}

TEST(an_exception_excuses_its_model_for_its_days)
{
    const struct policy_license nc = { "CC-BY-NC-4.0", CLASS_NONCOMMERCIAL, "weights" };
    const char *const digests[] = { "bb", DIGEST };
    struct policy_facts f = good_facts(&nc, 1);
    EQ(judge(whole, &f).n, 3);
    f.model_name = "ACME/model";
    struct policy_result r = judge(whole, &f);
    EQ(r.n, 0);
    EQ(r.n_excused, 3);
    STR(r.exception->reason, "contract 4711");
    f.today = "2027-01-31";
    EQ(judge(whole, &f).n, 0);
    f.today = "2027-02-01";
    r = judge(whole, &f);
    EQ(r.n, 4);
    YES(strstr(r.breaches[3].text, "2027-01-31") && r.breaches[3].line == 11);
    f.today = "";
    EQ(judge(whole, &f).n, 4);
    f.today = "2026-11-23";
    f.model_name = "";
    f.sha256 = digests;
    f.n_sha256 = 2;
    r = judge(whole, &f);
    EQ(r.n, 0);
    STR(r.exception->by, "security");
    f.n_sha256 = 1;
    EQ(judge(whole, &f).n, 3);
    EQ(judge("deny_licenses: [\"*\"]\nexceptions: [{name: \"*\", model_sha256: " DIGEST ", until: 2027-01-01, "
             "by: a, reason: b}]", &f).n, 1);
}

TEST(every_failing_allocation_is_said)
{
    const struct policy_license nc = { "CC-BY-NC-4.0", CLASS_NONCOMMERCIAL, "weights" };
    struct policy_facts f = good_facts(&nc, 1);
    size_t refused = 0, passed = 0;
    for (size_t max = 0; max < 20000; max += 8) {
        struct arena a;
        struct policy p;
        struct policy_result r;
        struct err e = { 0 };
        arena_init(&a, max);
        int rc = policy_parse(span_str(whole), &a, &p, &e);
        if (!rc)
            rc = policy_judge(&p, &f, &a, &r, &e);
        EQ(e.code, rc);
        YES(rc == 0 || rc == ERR_MEMORY);
        if (!rc)
            EQ(r.n, 3);
        refused += rc != 0;
        passed += rc == 0;
        arena_fini(&a);
    }
    YES(refused > 100 && passed > 10);
    bool failed = true;
    for (size_t n = 1; failed; n++) {
        struct arena a;
        struct policy p;
        struct err e = { 0 };
        arena_init(&a, 1u << 20);
        fault_alloc_at(n);
        int rc = policy_parse(span_str(whole), &a, &p, &e);
        failed = fault_alloc_hit();
        fault_alloc_at(0);
        EQ(rc, failed ? ERR_MEMORY : 0);
        arena_fini(&a);
    }
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
int main(void)
{
    return RUN(WITH(a_policy_is_read_whole), WITH(a_bad_policy_is_refused_with_its_line), WITH(globs),
               WITH(a_model_that_keeps_the_rules_passes), WITH(each_rule_is_broken_once),
               WITH(no_licence_breaks_every_allow_list), WITH(an_exception_excuses_its_model_for_its_days),
               WITH(every_failing_allocation_is_said));
}
