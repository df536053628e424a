// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include "base/fs.h"
#include "openness/mot_judge.h"
#include "openness/mot_write.h"
#include "tests/support/faults.h"

static struct arena process;
static struct mof_licenses lists;

#define FRAMEWORK "framework:\n  name: 'Model Openness Framework'\n  version: '1.0'\n  date: '2024-12-15'\n"

static const char listing[] = FRAMEWORK
    "release:\n"
    "  name: M\n"                                                        /* 6 */
    "  version: 1.0\n"
    "  date: 2024-06-13\n"
    "  producer: ''\n"
    "  origin:\n"                                                        /* 10 */
    "  colour: red\n"
    "  license:\n"
    "    distribution: {name: Apache-2.0, path: /LICENSE}\n"
    "    code:\n      name: MIT\n      path:\n"                          /* 14 to 16 */
    "    document: {}\n"
    "  components:\n"
    "    -\n      name: 'Training code'\n"                               /* 19, 20 */
    "    - {name: Datasets, license: ''}\n"
    "    - {name: Model card, license: unlicensed, licence_path: x}\n"
    "    - {name: Evaluation data, license: null}\n"
    "    - {name: Technical report, license: gemma}\n"
    "    - {name: Inference code, license: CC0-1.0}\n"
    "    - {name: Song}\n"
    "    - {name: Inference code, license: Apache-2.0}\n";               /* 27: the last one counts */

TEST(a_listing_is_read_with_its_lines)
{
    struct arena a;
    struct mot_release r;
    arena_init(&a, 1 << 24);
    EQ(mot_read(span_str(listing), &a, &r, NULL), 0);
    STR(r.fields[MOT_NAME].s, "M");
    EQ(r.fields[MOT_NAME].line, 6);
    NOT(r.fields[MOT_NAME].not_text);
    YES(r.fields[MOT_VERSION].not_text);
    STR(r.fields[MOT_VERSION].s, "1.0");
    YES(r.fields[MOT_DATE].not_text);                   /* no quotes: other readers make a date of it */
    NOT(r.framework[MOT_FRAMEWORK_DATE].not_text);
    YES(r.fields[MOT_PRODUCER].given);
    NOT(r.fields[MOT_ORIGIN].given);
    EQ(r.fields[MOT_ORIGIN].line, 10);
    EQ(r.fields[MOT_CONTACT].line, 0);
    STR(r.licenses[MOT_SCOPE_CODE].name.s, "MIT");
    EQ(r.licenses[MOT_SCOPE_CODE].name.line, 15);
    NOT(r.licenses[MOT_SCOPE_CODE].path.given);
    STR(r.licenses[MOT_SCOPE_DOCUMENT].name.s, "");
    EQ(r.n_components, 8);
    EQ(r.components[0].line, 20);
    EQ(r.components[0].part, MOF_TRAINING_CODE);
    EQ(r.components[6].part, MOF_PARTS);
    EQ(r.release_line, 5);
    EQ(r.n_unknown, 2);
    STR(r.unknown[0].key, "colour");
    EQ(r.unknown[0].line, 11);
    STR(r.unknown[1].key, "licence_path");
    STR(mot_near_key("licence_path"), "license_path");
    STR(mot_near_key("Licence"), "license");
    YES(mot_near_key("colour") == NULL);
    arena_fini(&a);
}

TEST(licences_are_inherited_as_the_framework_does)
{
    static const struct { enum mof_part part; enum mof_state state; enum mot_license_source source; const char *license;
                          bool suits; unsigned line; } want[] = {
        { MOF_TRAINING_CODE, MOF_INCLUDED, MOT_FROM_TYPE, "MIT", true, 15 },
        { MOF_DATASETS, MOF_UNLICENSED, MOT_FROM_COMPONENT, "", false, 21 },        /* empty: none, and no inheritance */
        { MOF_MODEL_CARD, MOF_UNLICENSED, MOT_FROM_COMPONENT, "", false, 22 },
        { MOF_EVALUATION_DATA, MOF_INCLUDED, MOT_FROM_DISTRIBUTION, "Apache-2.0", false, 13 },
        { MOF_TECHNICAL_REPORT, MOF_INVALID, MOT_FROM_COMPONENT, "gemma", false, 24 },
        { MOF_INFERENCE_CODE, MOF_INCLUDED, MOT_FROM_COMPONENT, "Apache-2.0", true, 27 },
        { MOF_DATA_CARD, MOF_MISSING, MOT_FROM_NONE, "", false, 0 },
    };
    struct arena a;
    struct mot_release r;
    struct mot_judged j;
    arena_init(&a, 1 << 24);
    EQ(mot_read(span_str(listing), &a, &r, NULL), 0);
    mot_judge(&r, &lists, &j);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const struct mot_part *p = &j.parts[want[i].part];
        EQ(p->state, want[i].state);
        EQ(p->source, want[i].source);
        STR(p->license, want[i].license);
        EQ(p->type_appropriate, want[i].suits);
        EQ(p->line, want[i].line);
    }
    arena_fini(&a);
}

TEST(the_next_class_says_what_is_in_the_way)
{
    static const char text[] = "release:\n  name: M\n  producer: P\n  license: {}\n  components:\n"
        "  - {name: Model architecture, license: Apache 2.0}\n  - {name: Model parameters (Final), license: gemma}\n"
        "  - {name: Technical report}\n  - {name: Evaluation results, license: CC-BY-4.0}\n"
        "  - {name: Model card, license: CC-BY-NC-4.0}\n";
    struct arena a;
    struct mot_release r;
    struct mot_judged j;
    struct mot_next next;
    arena_init(&a, 1 << 24);
    EQ(mot_read(span_str(text), &a, &r, NULL), 0);
    mot_judge(&r, &lists, &j);
    EQ(mot_next(&j, &lists, &a, &next, NULL), 0);
    EQ(next.class, 3);
    EQ(next.n_gaps, 5);
    EQ(next.gaps[0].part, MOF_ARCHITECTURE);
    STR(next.gaps[0].why, "'Apache 2.0' is no id that the framework knows");
    STR(next.gaps[0].fix, "if that is what was meant, write Apache-2.0");
    STR(next.gaps[1].why, "'gemma' is no id that the framework knows");
    STR(next.gaps[1].fix, "publish it under an open licence, as CDLA-Permissive-2.0 for data");
    EQ(next.gaps[2].part, MOF_TECHNICAL_REPORT);
    STR(next.gaps[2].why, "it is listed, and no licence is named for it");
    YES(strstr(next.gaps[2].fix, "research paper") != NULL);
    STR(next.gaps[3].why, "its licence CC-BY-NC-4.0 is not open");
    EQ(next.gaps[4].part, MOF_DATA_CARD);
    STR(next.gaps[4].why, "it is not listed");
    arena_fini(&a);
}

static struct mot_next next_of(const char *states, struct arena *a)
{
    struct mot_judged j = { 0 };
    struct mot_next next;
    enum mof_state s[MOF_PARTS];
    for (unsigned p = 0; p < MOF_PARTS; p++) {
        s[p] = j.parts[p].state = states[p] == 'I' ? MOF_INCLUDED : MOF_MISSING;
        j.parts[p].license = "";
    }
    mof_evaluate(s, &j.result);
    j.paper_stands_in = mof_paper_stands_in(s);
    EQ(mot_next(&j, &lists, a, &next, NULL), 0);
    return next;
}

TEST(a_gap_is_what_keeps_progress_from_a_hundred)
{
    struct arena a;
    arena_init(&a, 1 << 24);
    struct mot_next next = next_of("II-III-------I---", &a);        /* class III by its paper */
    EQ(next.class, 2);
    EQ(next.n_gaps, 4);
    EQ(next.gaps[0].part, MOF_TRAINING_CODE);
    next = next_of("IIIIIIIIII-------", &a);
    EQ(next.class, 1);
    EQ(next.n_gaps, 4);
    next = next_of("II-IIIIIIIIIII---", &a);
    EQ(next.class, 0);
    EQ(next.n_gaps, 0);
    arena_fini(&a);
}

TEST(odd_shapes_are_refused_with_their_line)
{
    static const struct { const char *text; int code; unsigned line; } odd[] = {
        { "", ERR_FORMAT, 1 }, { "x: 1\n", ERR_FORMAT, 1 }, { "- 1\n", ERR_FORMAT, 1 },
        { "release: 1\n", ERR_FORMAT, 1 }, { "\nrelease:\n  name: [a]\n", ERR_FORMAT, 3 },
        { "release: {license: MIT}\n", ERR_FORMAT, 1 }, { "release:\n  license:\n    code: MIT\n", ERR_FORMAT, 3 },
        { "release:\n  license:\n  - MIT\n", ERR_FORMAT, 3 },
        { "release:\n  components: all\n", ERR_FORMAT, 2 }, { "release:\n  components:\n  - x\n", ERR_FORMAT, 3 },
        { "release:\n  components:\n  - {name: a,\n     license: [MIT]}\n", ERR_FORMAT, 4 },
        { "release:\n  name: \"a\\0b\"\n", ERR_FORMAT, 2 },
        { "release:\n  name: a\n  name: b\n", ERR_FORMAT, 3 }, { "release:\n  name: &a b\n", ERR_FORMAT, 2 },
        { "release: {name: {{}}\n", ERR_FORMAT, 1 }, { "framework: 1\nrelease: {}\n", ERR_FORMAT, 1 },
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct arena a;
        struct mot_release r = { .n_components = 77 };
        struct err e = { 0 };
        arena_init(&a, 1 << 24);
        EQ(mot_read(span_str(odd[i].text), &a, &r, &e), odd[i].code);
        if (e.pos != odd[i].line || e.at != ERR_AT_LINE)
            fail_msg("case %zu: line %u: %s", i, (unsigned)e.pos, e.msg);
        EQ(r.n_components, 77);
        arena_fini(&a);
    }
}

TEST(empty_shapes_are_what_php_writes)
{
    static const char *const texts[] = { "release: {}\n", "release: {license: [], components: {}}\n",
                                         "release: {license: null, components: null}\nframework: []\n" };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct arena a;
        struct mot_release r;
        struct mot_judged j;
        arena_init(&a, 1 << 24);
        EQ(mot_read(span_str(texts[i]), &a, &r, NULL), 0);
        mot_judge(&r, &lists, &j);
        EQ(j.result.class, 0);
        EQ(r.has_components, i > 0);
        arena_fini(&a);
    }
}

TEST(counts_are_bounded)
{
    for (size_t n = MOT_COMPONENTS_MAX; n <= MOT_COMPONENTS_MAX + 1; n++) {
        struct arena a;
        struct buf b;
        struct mot_release r;
        arena_init(&a, 1 << 26);
        buf_init(&b, 1 << 20);
        buf_str(&b, "release:\n");
        for (size_t i = 0; i < 1000; i++)
            buf_fmt(&b, "  k%zu: 1\n", i);
        buf_str(&b, "  components:\n");
        for (size_t i = 0; i < n; i++)
            buf_str(&b, "  - {name: x}\n");
        EQ(mot_read(buf_view(&b), &a, &r, NULL), n > MOT_COMPONENTS_MAX ? ERR_LIMIT : 0);
        if (n == MOT_COMPONENTS_MAX)
            EQ(r.n_unknown, MOT_UNKNOWN_MAX);
        buf_fini(&b);
        arena_fini(&a);
    }
}

/* ---- writing --------------------------------------------------------------------------------------------- */

static void same_text(const struct mot_text *got, const struct mot_text *want)
{
    EQ(got->given, want->given);
    if (want->given)
        STR(got->s, want->s);
    NOT(got->not_text);
}

static void same_release(const struct mot_release *got, const struct mot_release *want)
{
    for (unsigned i = 0; i < MOT_FRAMEWORK_FIELDS; i++)
        same_text(&got->framework[i], &want->framework[i]);
    for (unsigned i = 0; i < MOT_FIELDS; i++)
        same_text(&got->fields[i], &want->fields[i]);
    for (unsigned i = 0; i < MOT_SCOPES; i++) {
        same_text(&got->licenses[i].name, &want->licenses[i].name);
        same_text(&got->licenses[i].path, &want->licenses[i].path);
    }
    EQ(got->n_components, want->n_components);
    for (size_t i = 0; i < want->n_components; i++) {
        for (unsigned f = 0; f < MOT_COMPONENT_FIELDS; f++)
            same_text(&got->components[i].fields[f], &want->components[i].fields[f]);
        EQ(got->components[i].part, want->components[i].part);
    }
    EQ(got->n_unknown, 0);
}

static void written_reads_back(const struct mot_release *r)
{
    struct arena a;
    struct buf b, again;
    struct mot_release got;
    struct err e = { 0 };
    arena_init(&a, 1 << 26);
    buf_init(&b, 1 << 20);
    buf_init(&again, 1 << 20);
    EQ(mot_write(r, &b, NULL), 0);
    if (mot_read(buf_view(&b), &a, &got, &e))
        fail_msg("line %u: %s in\n%s", (unsigned)e.pos, e.msg, buf_text(&b));
    same_release(&got, r);
    EQ(mot_write(&got, &again, NULL), 0);
    STR(buf_text(&again), buf_text(&b));
    buf_fini(&again);
    buf_fini(&b);
    arena_fini(&a);
}

TEST(what_is_written_reads_back_equal)
{
    static const char *const texts[] = { "", " ", "M", "it's", "'", "\"", "1.0", "2024-12-15", "true", "null", "~",
        "a: b", "- a", "#x", "a\nb", "\ttab\t", "\r\n", "a\\b\n", "\x01\x7f", "é“”模型", "\xc2\x85 \xe2\x80\xa8",
        "\xef\xbb\xbf", "\xf0\x9f\x98\x80", "%", "{x}", "[", "|", ">", "@", "` " };
    struct mot_release r;
    struct mot_component c[MOF_PARTS];
    mot_release_init(&r, &lists);
    written_reads_back(&r);
    for (unsigned p = 0; p < MOF_PARTS; p++)
        mot_component_init(&c[p], (enum mof_part)p);
    r.components = c;
    r.n_components = MOF_PARTS;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        mot_set(&r.fields[i % MOT_FIELDS], texts[i]);
        mot_set(&r.licenses[i % MOT_SCOPES].name, texts[i]);
        mot_set(&r.licenses[(i + 1) % MOT_SCOPES].path, texts[i]);
        mot_set(&c[i % MOF_PARTS].fields[1 + i % 4], texts[i]);
        written_reads_back(&r);
    }
    struct mot_component bare = { .part = MOF_PARTS };
    r.components = &bare;
    r.n_components = 1;
    written_reads_back(&r);
}

/* tests/cli/test_openness.py holds the same file against the framework's schema, and reads it with another YAML. */
TEST(a_full_listing_is_written_as_the_golden_file)
{
    struct arena a;
    struct mot_release r;
    struct mot_component c[MOF_PARTS];
    struct span golden;
    struct buf b;
    arena_init(&a, 1 << 24);
    buf_init(&b, 1 << 20);
    mot_release_init(&r, &lists);
    mot_set(&r.fields[MOT_NAME], "it's \"M\"");
    mot_set(&r.fields[MOT_VERSION], "1.0");
    mot_set(&r.fields[MOT_DATE], "2026-02-03");
    mot_set(&r.fields[MOT_PRODUCER], "模型\n\x7f");
    mot_set(&r.licenses[MOT_SCOPE_DISTRIBUTION].name, "Apache-2.0");
    mot_set(&r.licenses[MOT_SCOPE_DISTRIBUTION].path, "LICENSE");
    mot_set(&r.licenses[MOT_SCOPE_CODE].name, "MIT");
    for (unsigned p = 0; p < MOF_PARTS; p++) {
        mot_component_init(&c[p], (enum mof_part)p);
        mot_set(&c[p].fields[MOT_COMPONENT_LICENSE], p % 2 ? "unlicensed" : "OpenMDW-1.0");
        mot_set(&c[p].fields[MOT_COMPONENT_PATH], "no: #x");
    }
    r.components = c;
    r.n_components = MOF_PARTS;
    EQ(mot_write(&r, &b, NULL), 0);
    EQ(fs_read(arena_fmt(&a, "%s/tests/golden/mot/written.yml", dir_of("ASSAY_SOURCE")), 1 << 20, &a, &golden, NULL), 0);
    STR(buf_text(&b), (const char *)golden.p);
    buf_fini(&b);
    arena_fini(&a);
}

TEST(every_real_listing_survives_being_written)
{
    struct arena a;
    struct fs_list files;
    struct span raw;
    arena_init(&a, 1 << 28);
    const char *dir = arena_fmt(&a, "%s/data/mot/models", dir_of("ASSAY_SHARED"));
    if (fs_list(dir, NULL, 1000, &a, &files, NULL)) {
        arena_fini(&a);
        SKIP("no listings");
    }
    for (size_t i = 0; i < files.n; i++) {
        struct mot_release r;
        EQ(fs_read(fs_join(&a, dir, files.items[i].path), 1 << 20, &a, &raw, NULL), 0);
        EQ(mot_read(raw, &a, &r, NULL), 0);
        written_reads_back(&r);
    }
    YES(files.n >= 100);
    arena_fini(&a);
}

TEST(writing_fails_in_words)
{
    struct mot_release r;
    struct buf b;
    struct err e = { 0 };
    mot_release_init(&r, &lists);
    mot_set(&r.fields[MOT_NAME], "a\xff");
    buf_init(&b, 1 << 20);
    EQ(mot_write(&r, &b, &e), ERR_FORMAT);
    buf_fini(&b);
    mot_set(&r.fields[MOT_NAME], "a");
    buf_init(&b, 50);
    EQ(mot_write(&r, &b, &e), ERR_LIMIT);
    buf_fini(&b);
    buf_init(&b, 1 << 20);
    fault_alloc_at(1);
    EQ(mot_write(&r, &b, &e), ERR_MEMORY);
    fault_alloc_at(0);
    buf_fini(&b);
}

/* ---- hostile ---------------------------------------------------------------------------------------------- */

TEST(every_prefix_gives_a_listing_or_an_error)
{
    for (size_t n = 0; n < sizeof listing; n++) {
        struct arena a;
        struct mot_release r;
        struct mot_judged j;
        arena_init(&a, 1 << 24);
        int rc = mot_read(span_of(listing, n), &a, &r, NULL);
        YES(rc == 0 || rc == ERR_FORMAT);
        if (!rc)
            mot_judge(&r, &lists, &j);
        arena_fini(&a);
    }
}

TEST(no_allocation_may_fail_silently)
{
    size_t n = 1;
    for (;; n++) {
        struct arena a;
        struct mot_release r = { .n_components = 77 };
        struct mot_judged j;
        struct mot_next next;
        arena_init(&a, 1 << 24);
        fault_alloc_at(n);
        int rc = mot_read(span_str(listing), &a, &r, NULL);
        if (!rc) {
            mot_judge(&r, &lists, &j);
            rc = mot_next(&j, &lists, &a, &next, NULL);
        }
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        if (!hit) {
            EQ(rc, 0);
            break;
        }
        EQ(rc, ERR_MEMORY);
    }
    YES(n > 1);
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
        CASE(a_listing_is_read_with_its_lines),
        CASE(licences_are_inherited_as_the_framework_does),
        CASE(the_next_class_says_what_is_in_the_way),
        CASE(a_gap_is_what_keeps_progress_from_a_hundred),
        CASE(odd_shapes_are_refused_with_their_line),
        CASE(empty_shapes_are_what_php_writes),
        CASE(counts_are_bounded),
        CASE(what_is_written_reads_back_equal),
        CASE(a_full_listing_is_written_as_the_golden_file),
        CASE(every_real_listing_survives_being_written),
        CASE(writing_fails_in_words),
        CASE(every_prefix_gives_a_listing_or_an_error),
        CASE(no_allocation_may_fail_silently),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
