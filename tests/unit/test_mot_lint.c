// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include <unistd.h>
#include "base/fs.h"
#include "openness/mot_report.h"
#include "tests/support/faults.h"

static struct arena process;
static struct mof_licenses lists;

#define HEAD "framework:\n  name: 'Model Openness Framework'\n  version: '1.0'\n  date: '2024-12-15'\nrelease:\n"
#define FIELDS "  name: m\n  version: 1B\n  date: '2025-01-02'\n  type: language\n  architecture: transformer\n" \
               "  origin: m\n  producer: P\n  repository: https://example.org/m\n"                     /* 6 to 13 */
#define LICENSE "  license: {}\n"                                                                    /* 14 */
#define COMPONENTS "  components:\n"                                                                 /* 15 */
#define CARD(rest) "  - {name: Model card, component_path: 'https://example.org/c', " rest "}\n"
#define WHOLE(rest) HEAD FIELDS LICENSE COMPONENTS CARD(rest)                                        /* 16 */

static struct mot_report report_of(const char *path, const char *text, struct arena *a)
{
    struct mot_report r;
    struct err e = { 0 };
    if (mot_report_read(path, span_str(text), &lists, a, &r, &e))
        fail_msg("line %u: %s in\n%s", (unsigned)e.pos, e.msg, text);
    return r;
}

static const struct mot_finding *find(const struct mot_findings *f, enum mot_rule rule, size_t *n)
{
    const struct mot_finding *found = NULL;
    *n = 0;
    for (size_t i = 0; i < f->n; i++) {
        if (f->items[i].rule != rule)
            continue;
        found = found ? found : &f->items[i];
        ++*n;
    }
    return found;
}

TEST(a_clean_listing_has_no_finding)
{
    struct arena a;
    arena_init(&a, 1 << 24);
    struct mot_report r = report_of("m.yml", WHOLE("license: CC-BY-4.0"), &a);
    if (r.findings.n)
        fail_msg("%s: %s", mot_rule_word(r.findings.items[0].rule), r.findings.items[0].text);
    arena_fini(&a);
}

/* Each rule by a listing in which nothing else is wrong. */
TEST(each_rule_finds_its_planted_defect)
{
    static const struct { enum mot_rule rule; const char *text; unsigned line; const char *suggest, *word; } planted[] = {
        { MOT_UNKNOWN_LICENSE, WHOLE("license: Apache 2.0"), 16, "Apache-2.0", "counts as not open" },
        { MOT_UNKNOWN_LICENSE, WHOLE("license: gemma"), 16, "LicenseRef-scancode-gemma-tou-2025-03-24", "Gemma Terms" },
        { MOT_UNKNOWN_LICENSE, WHOLE("license: pubmed"), 16, "unknown", "none is near" },
        { MOT_UNKNOWN_LICENSE, WHOLE("license: Undisclosed"), 16, "unknown", "names no licence" },
        { MOT_UNKNOWN_LICENSE, WHOLE("license: CC BY-NC 4.0"), 16, "CC-BY-NC-4.0", "not open either" },
        { MOT_UNKNOWN_LICENSE, HEAD FIELDS "  license:\n    code:\n      name: mit\n" COMPONENTS CARD("license: CC-BY-4.0"),
          16, "MIT", "counts as not open" },
        { MOT_SEVERAL_LICENSES, WHOLE("license: MIT AND Apache-2.0"), 16, "MIT, Apache-2.0", "more than one" },
        { MOT_LISTED_ABSENT, WHOLE("license: Component not included"), 16, "take the component out", "listed as there" },
        { MOT_NEWER_LICENSE, WHOLE("license: OpenMDW-1.1"), 16, "", "younger" },
        { MOT_NOT_SUITED, WHOLE("license: MIT"), 16, "", "does not list it for document" },
        { MOT_EMPTY_LICENSE, WHOLE("license: ''"), 16, "unlicensed", "there is none" },
        { MOT_UNKNOWN_COMPONENT, WHOLE("license: CC-BY-4.0") "  - {name: Modelcards, component_path: 'http://x.y'}\n",
          17, "Model card", "counts for nothing" },
        { MOT_UNKNOWN_COMPONENT, WHOLE("license: CC-BY-4.0") "  - {name: Song, component_path: 'http://x.y'}\n", 17,
          "unknown", "no component 'Song'" },
        { MOT_MISSING_FIELD, WHOLE("license: CC-BY-4.0") "  - {component_path: 'http://x.y'}\n", 17, "", "no name" },
        { MOT_TWICE, WHOLE("license: MIT") CARD("license: CC-BY-4.0"), 17, "", "on line 16 too" },
        { MOT_MISSING_FIELD, "release:\n" FIELDS LICENSE COMPONENTS CARD("license: CC-BY-4.0"), 1, "", "framework" },
        { MOT_MISSING_FIELD, HEAD FIELDS COMPONENTS CARD("license: CC-BY-4.0"), 5, "license: {}", "release.license" },
        { MOT_MISSING_FIELD, HEAD FIELDS LICENSE, 5, "", "release.components" },
        { MOT_UNKNOWN_KEY, WHOLE("license: CC-BY-4.0, licence_path: x"), 16, "license_path", "no key 'licence_path'" },
        { MOT_UNKNOWN_KEY, WHOLE("license: CC-BY-4.0") "  colour: red\n", 17, "unknown", "in release" },
    };
    for (size_t i = 0; i < sizeof planted / sizeof *planted; i++) {
        struct arena a;
        size_t n;
        arena_init(&a, 1 << 24);
        struct mot_report r = report_of("m.yml", planted[i].text, &a);
        const struct mot_finding *f = find(&r.findings, planted[i].rule, &n);
        if (n != 1 || r.findings.n != 1)
            fail_msg("case %zu, %s: %zu findings, %zu of the rule", i, mot_rule_word(planted[i].rule), r.findings.n, n);
        EQ(f->line, planted[i].line);
        STR(f->suggest, planted[i].suggest);
        if (!strstr(f->text, planted[i].word))
            fail_msg("case %zu: '%s' lacks '%s'", i, f->text, planted[i].word);
        arena_fini(&a);
    }
}

/* One line of a clean listing, written otherwise. */
TEST(each_field_is_judged)
{
    static const struct { const char *from, *to; enum mot_rule rule; const char *suggest; } planted[] = {
        { "  name: m\n", "  name: other\n", MOT_NAME_MISMATCH, "m" },
        { "  name: m\n", "  name: ''\n", MOT_MISSING_FIELD, "" },
        { "  producer: P\n", "", MOT_MISSING_FIELD, "" },
        { "  producer: P\n", "  producer:\n", MOT_MISSING_FIELD, "" },
        { "  version: 1B\n", "  version: 1.0\n", MOT_NOT_TEXT, "'1.0'" },
        { "'2025-01-02'", "2025-01-02", MOT_NOT_TEXT, "'2025-01-02'" },
        { "'2025-01-02'", "'2025-02-29'", MOT_BAD_DATE, "" },
        { "'2025-01-02'", "'2025-13-01'", MOT_BAD_DATE, "" },
        { "'2025-01-02'", "'02.01.2025'", MOT_BAD_DATE, "" },
        { "'2025-01-02'", "'2025-1-2'", MOT_BAD_DATE, "" },
        { "'2025-01-02'", "''", MOT_BAD_DATE, "" },
        { "  origin: m\n", "", MOT_EMPTY_FIELD, "" },
        { "  repository: https://example.org/m\n", "  repository: ''\n", MOT_EMPTY_FIELD, "" },
        { "type: language", "type: langauge", MOT_BAD_VALUE, "language" },
        { "type: language", "type: taste", MOT_BAD_VALUE, "unknown" },
        { "architecture: transformer", "architecture: rnn", MOT_BAD_VALUE, "RNN" },
        { "  origin: m\n", "  origin: m\n  treatment: tuned\n", MOT_BAD_VALUE, "unknown" },
        { "version: '1.0'", "version: '2.0'", MOT_BAD_FRAMEWORK, "1.0" },
        { "'Model Openness Framework'", "'Another'", MOT_BAD_FRAMEWORK, "Model Openness Framework" },
        { "  version: '1.0'\n", "", MOT_MISSING_FIELD, "1.0" },
        { "license: CC-BY-4.0", "license: GFDL-1.3", MOT_OLD_LICENSE, "" },
        { "https://example.org/c", "", MOT_EMPTY_PATH, "" },
        { "component_path: 'https://example.org/c', ", "", MOT_NO_PATH, "" },
        { "https://example.org/c", "no/such/file", MOT_BAD_PATH, "" },
        { "https://example.org/c", "../c", MOT_BAD_PATH, "" },
        { "https://example.org/c", "a/..", MOT_BAD_PATH, "" },
        { "https://example.org/c", "/path/to/c", MOT_BAD_PATH, "" },
        { "https://example.org/c", "C:\\c", MOT_BAD_PATH, "" },
        { "https://example.org/c", "~/c", MOT_BAD_PATH, "" },
        { "https://example.org/c", "https://", MOT_BAD_PATH, "" },
        { "https://example.org/c", "https://a b", MOT_BAD_PATH, "" },
        { "https://example.org/c", "https:/example.org", MOT_BAD_PATH, "" },
        { "https://example.org/c", "ftp://example.org/c", MOT_BAD_PATH, "" },
    };
    static const char clean[] = WHOLE("license: CC-BY-4.0");
    for (size_t i = 0; i < sizeof planted / sizeof *planted; i++) {
        struct arena a;
        size_t n;
        arena_init(&a, 1 << 24);
        const char *at = strstr(clean, planted[i].from);
        YES(at != NULL);
        const char *text = arena_fmt(&a, "%.*s%s%s", (int)(at - clean), clean, planted[i].to,
                                     at + strlen(planted[i].from));
        struct mot_report r = report_of("m.yml", text, &a);
        const struct mot_finding *f = find(&r.findings, planted[i].rule, &n);
        if (n != 1)
            fail_msg("case %zu, %s: %zu of the rule", i, mot_rule_word(planted[i].rule), n);
        STR(f->suggest, planted[i].suggest);
        YES(f->line > 0);
        arena_fini(&a);
    }
}

TEST(what_is_right_is_left_alone)
{
    struct arena a;
    size_t n;
    arena_init(&a, 1 << 24);
    struct mot_report r = report_of("some/folder/Granite-4-1.yml", HEAD "  name: granite 4.1\n", &a);
    YES(find(&r.findings, MOT_NAME_MISMATCH, &n) == NULL);
    r = report_of("Qwen2.5-72B-Instruct.yml", HEAD "  name: Qwen2.5-32B-Instruct\n", &a);
    STR(find(&r.findings, MOT_NAME_MISMATCH, &n)->suggest, "Qwen2.5-72B-Instruct");
    r = report_of("", HEAD "  name: x\n  license: {code: {name: MIT, path: nowhere}}\n", &a);
    YES(find(&r.findings, MOT_NAME_MISMATCH, &n) == NULL);          /* no file: no name, no neighbours */
    YES(find(&r.findings, MOT_BAD_PATH, &n) == NULL);
    arena_fini(&a);
}

TEST(a_path_beside_the_file_is_found)
{
    struct arena a;
    size_t n;
    arena_init(&a, 1 << 24);
    const char *here = arena_fmt(&a, "%s/data/x.yml", dir_of("ASSAY_SOURCE"));
    struct mot_report r = report_of(here, HEAD "  name: x\n  license: {code: {name: MIT, path: mof.yaml}}\n", &a);
    YES(find(&r.findings, MOT_BAD_PATH, &n) == NULL);
    r = report_of(here, HEAD "  name: x\n  license: {code: {name: MIT, path: mof.yamlx}}\n", &a);
    YES(find(&r.findings, MOT_BAD_PATH, &n) != NULL);
    arena_fini(&a);
}

TEST(findings_stand_in_the_order_of_lines)
{
    struct arena a;
    arena_init(&a, 1 << 24);
    struct mot_report r = report_of("m.yml", "framework: {date: x}\nrelease:\n  components:\n"
        "  - {name: Model card, license: gemma}\n  - {name: Model card, license: Bloom, component_path: y}\n  type: z\n", &a);
    YES(r.findings.n >= 10);
    for (size_t i = 1; i < r.findings.n; i++)
        YES(r.findings.items[i - 1].line <= r.findings.items[i].line);
    arena_fini(&a);
}

/* What is wrong in real listings, counted by hand from their licence texts once. */
TEST(the_real_listings_have_these_defects)
{
    static const struct { enum mot_rule rule; size_t n; } want[] = {
        { MOT_UNKNOWN_LICENSE, 124 }, { MOT_SEVERAL_LICENSES, 2 }, { MOT_LISTED_ABSENT, 8 }, { MOT_MISSING_FIELD, 2 },
        { MOT_BAD_PATH, 1 }, { MOT_EMPTY_PATH, 19 }, { MOT_NAME_MISMATCH, 0 }, { MOT_TWICE, 0 }, { MOT_BAD_DATE, 0 },
        { MOT_UNKNOWN_COMPONENT, 0 }, { MOT_NOT_TEXT, 0 }, { MOT_NOT_SUITED, 93 },
    };
    size_t got[MOT_RULES] = { 0 }, n_files = 0, named = 0;
    struct arena a;
    struct fs_list files;
    arena_init(&a, 1 << 28);
    const char *dir = arena_fmt(&a, "%s/data/mot/models", dir_of("ASSAY_SHARED"));
    if (fs_list(dir, NULL, 1000, &a, &files, NULL)) {
        arena_fini(&a);
        SKIP("no listings");
    }
    for (size_t i = 0; i < files.n; i++) {
        const char *path = fs_join(&a, dir, files.items[i].path);
        struct span raw;
        struct mot_report r;
        EQ(fs_read(path, 1 << 20, &a, &raw, NULL), 0);
        EQ(mot_report_read(path, raw, &lists, &a, &r, NULL), 0);
        n_files++;
        for (size_t k = 0; k < r.findings.n; k++) {
            got[r.findings.items[k].rule]++;
            named += r.findings.items[k].rule == MOT_UNKNOWN_LICENSE && strcmp(r.findings.items[k].suggest, "unknown") != 0;
        }
    }
    EQ(n_files, 120);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        if (got[want[i].rule] != want[i].n)
            fail_msg("%s: %zu, want %zu", mot_rule_word(want[i].rule), got[want[i].rule], want[i].n);
    EQ(named, 94);
    arena_fini(&a);
}

TEST(no_allocation_may_fail_silently)
{
    static const char text[] = HEAD "  name: 1\n  date: x\n  license: {code: {name: MIT AND ISC, path: q}}\n" COMPONENTS
        CARD("license: gemma") "  - {name: Sog}\n  - {name: Data card, license: not included, x: y}\n";
    struct mot_report r;
    size_t n = 1;
    for (;; n++) {
        struct arena a;
        struct err e = { 0 };
        struct json_out j;
        struct buf b;
        arena_init(&a, 1 << 26);
        buf_init(&b, 1 << 20);
        j = (struct json_out){ .b = &b };
        r.path = NULL;
        fault_alloc_at(n);
        int rc = mot_report_read("m.yml", span_str(text), &lists, &a, &r, &e);
        if (!rc)
            mot_report_json(&j, NULL, &r);
        rc = rc ? rc : b.error;
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        buf_fini(&b);
        arena_fini(&a);
        if (!hit) {
            EQ(rc, 0);
            break;
        }
        EQ(rc, ERR_MEMORY);
    }
    YES(n > 2);
}

/* The arena's blocks hide most allocations: a ceiling that grows by little fails at each. */
TEST(no_ceiling_may_be_hit_silently)
{
    static const char text[] = HEAD "  name: 1\n  date: x\n  license: {code: {name: MIT AND ISC, path: q}}\n" COMPONENTS
        CARD("license: gemma") "  - {name: Sog}\n  - {name: Data card, license: not included, x: y}\n";
    size_t n_failed = 0;
    for (size_t max = 64;; max += 64) {
        struct arena a;
        struct mot_report r;
        arena_init(&a, max);
        int rc = mot_report_read("m.yml", span_str(text), &lists, &a, &r, NULL);
        arena_fini(&a);
        if (!rc)
            break;
        EQ(rc, ERR_MEMORY);
        n_failed++;
        YES(max < 1 << 22);
    }
    YES(n_failed > 50);
}

static int open_all(void **state)
{
    (void)state;
    arena_init(&process, 1 << 26);
    return mof_licenses_open(SPAN_NONE, &process, &lists, NULL);
}

static int close_all(void **state)
{
    (void)state;
    arena_fini(&process);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_clean_listing_has_no_finding),
        CASE(each_rule_finds_its_planted_defect),
        CASE(each_field_is_judged),
        CASE(what_is_right_is_left_alone),
        CASE(a_path_beside_the_file_is_found),
        CASE(findings_stand_in_the_order_of_lines),
        CASE(the_real_listings_have_these_defects),
        CASE(no_allocation_may_fail_silently),
        CASE(no_ceiling_may_be_hit_silently),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
