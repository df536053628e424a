// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include "base/fs.h"
#include "base/json.h"
#include "openness/mof_licenses.h"
#include "openness/mot_judge.h"
#include "openness/near.h"
#include "tests/support/faults.h"

static struct arena process;
static struct mof_licenses lists;

/* ---- the rule -------------------------------------------------------------------------------------------- */

static struct mof_result result_of(const char *states)
{
    static const char letters[] = "-uxI";           /* missing unlicensed invalid included, in the order of the parts */
    enum mof_state s[MOF_PARTS];
    struct mof_result r;
    EQ(strlen(states), MOF_PARTS);
    for (size_t i = 0; i < MOF_PARTS; i++)
        s[i] = (enum mof_state)(strchr(letters, states[i]) - letters);
    mof_evaluate(s, &r);
    return r;
}

/* The very double, as the framework computes it: included / required * 100. */
static void same(double got, int included, int required)
{
    double want = (double)included / required * 100;
    if (memcmp(&got, &want, sizeof got) != 0)
        fail_msg("got %.17g, want %.17g", got, want);
}

TEST(classes_build_on_each_other)
{
    /*  III: arch param report results card datacard | II: train infer evalcode evaldata
     *  I: datasets prep intermediate paper | optional: libraries metadata outputs */
    static const struct { const char *states; unsigned class; int of3, of2, of1, n1; } cases[] = {
        { "-----------------", 0, 0, 0, 0, 14 },
        { "IIIIII-----------", 3, 6, 6, 0, 14 },
        { "IIIIIIIIII-------", 2, 6, 10, 10, 14 },
        { "IIIIIIIIIIIIII---", 1, 6, 10, 14, 14 },
        { "IIIIIIIIIIIII----", 2, 6, 10, 13, 14 },
        { "IIIII-IIIIIIII---", 0, 5, 0, 0, 14 },            /* a hole below: nothing counts above */
        { "IIIIIxIIIIIIIIIII", 0, 5, 0, 0, 14 },
        { "IIIIIuIIIIIIIIIII", 0, 5, 0, 0, 14 },
        { "--------------III", 0, 0, 0, 0, 14 },            /* optional parts never count */
        { "IIIIIIIII-----III", 3, 6, 9, 0, 14 },
        { "II-III-------I---", 3, 6, 6, 0, 13 },            /* the paper stands in for the report */
        { "II-IIIIIIIIIII---", 1, 6, 10, 13, 13 },          /* and class I needs one fewer */
        { "IIxIIIIIIIIIII---", 1, 6, 10, 13, 13 },
        { "IIuIIIIIII---I---", 2, 6, 10, 10, 13 },
        { "II-III-------x---", 0, 5, 0, 0, 14 },            /* a paper that is not open does not */
        { "IIIIIIIIIIIIIx---", 2, 6, 10, 13, 14 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mof_result r = result_of(cases[i].states);
        if (r.class != cases[i].class)
            fail_msg("%s: class %u", cases[i].states, r.class);
        same(r.progress[3], cases[i].of3, 6);
        same(r.progress[2], cases[i].of2, 10);
        same(r.progress[1], cases[i].of1, cases[i].n1);
    }
    /* the order of the two operations shows in the last bit */
    NOT(memcmp(&(double){ result_of("IIIII------------").progress[3] }, &(double){ 500.0 / 6 }, sizeof(double)) == 0);
}

TEST(parts_have_the_ids_of_the_framework)
{
    unsigned required[4] = { 0 };
    for (unsigned p = 0; p < MOF_PARTS; p++) {
        const struct mof_part_info *info = mof_part_info((enum mof_part)p);
        EQ(mot_part_of(info->name), p);
        required[info->class] += info->required;
    }
    EQ(required[3], 6);
    EQ(required[2], 4);
    EQ(required[1], 4);
    EQ(mot_part_of("model card"), MOF_PARTS);
    EQ(mof_part_info(MOF_SAMPLE_OUTPUTS)->type, MOF_DOCUMENT);
    STR(mof_class_label(1), "Class I - Open Science Model");
    STR(mof_class_label(9), "Unclassified");
}

/* ---- licences -------------------------------------------------------------------------------------------- */

TEST(licences_are_known_by_their_exact_id)
{
    EQ(lists.n, 661);
    size_t n_open = 0;
    for (size_t i = 0; i < lists.n; i++) {
        n_open += mof_license_is_open(&lists.items[i]);
        YES(mof_license_find(&lists, lists.items[i].id) == &lists.items[i]);
    }
    EQ(n_open, 226);
    YES(mof_license_is_open(mof_license_find(&lists, "OpenMDW-1.0")));
    YES(mof_license_is_open(mof_license_find(&lists, "ODC-PDDL-1.0")));
    NOT(mof_license_is_open(mof_license_find(&lists, "PDDL-1.0")));         /* known, and not open there */
    NOT(mof_license_is_open(mof_license_find(&lists, "CC-BY-NC-4.0")));
    YES(mof_license_suits(mof_license_find(&lists, "MIT"), MOF_CODE));
    NOT(mof_license_suits(mof_license_find(&lists, "MIT"), MOF_DATA));
    YES(mof_license_suits(mof_license_find(&lists, "OpenMDW-1.0"), MOF_DATA));
    static const char *const strangers[] = { "mit", "Apache 2.0", "", "OpenMDW-1.1", "~", "gemma" };
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
        YES(mof_license_find(&lists, strangers[i]) == NULL);
}

TEST(what_was_meant_is_found_and_versions_are_not_guessed)
{
    static const struct { const char *text; enum mof_near_how how; const char *id; } cases[] = {
        { "Apache 2.0", MOF_NEAR_SPELLING, "Apache-2.0" },
        { "Apache license 2.0", MOF_NEAR_SPELLING, "Apache-2.0" },
        { "apache-2", MOF_NEAR_SPELLING, "Apache-2.0" },
        { "The Apache License, Version 2.0", MOF_NEAR_SPELLING, "Apache-2.0" },
        { "BSD-3", MOF_NEAR_SPELLING, "BSD-3-Clause" },
        { "MIT License", MOF_NEAR_SPELLING, "MIT" },
        { "CC BY-SA 4.0", MOF_NEAR_SPELLING, "CC-BY-SA-4.0" },
        { "gpl-3.0", MOF_NEAR_SPELLING, "GPL-3.0" },
        { "Creative Commons Attribution Non Commercial 4.0", MOF_NEAR_SPELLING, "CC-BY-NC-4.0" },
        { "gemma", MOF_NEAR_NAMED, "LicenseRef-scancode-gemma-tou-2025-03-24" },
        { "Meta Llama 3 Community License Agreement", MOF_NEAR_NAMED, "LicenseRef-Llama-3-Community-2024-04-18" },
        { "arXiv.org perpetual, non-exclusive license 1.0", MOF_NEAR_NAMED, "LicenseRef-arxiv-nonexclusive-1.0" },
        { "OpenMDW-1.1", MOF_NEAR_NAMED, "OpenMDW-1.1" },
        { "Apahce-2.0", MOF_NEAR_TYPO, "Apache-2.0" },
        { "arxiv-non-excluse-1.0", MOF_NEAR_TYPO, "LicenseRef-arxiv-nonexclusive-1.0" },
        { "Apache-3.0", MOF_NEAR_NOTHING, NULL },
        { "Llama 5 Community License", MOF_NEAR_NOTHING, NULL },
        { "BSD", MOF_NEAR_NOTHING, NULL }, { "Undisclosed", MOF_NEAR_NOTHING, NULL },
        { "OpenRAIL", MOF_NEAR_NOTHING, NULL }, { "pubmed", MOF_NEAR_NOTHING, NULL },
        { "license", MOF_NEAR_NOTHING, NULL }, { "N/A", MOF_NEAR_NOTHING, NULL }, { "", MOF_NEAR_NOTHING, NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mof_near near = mof_license_near(&lists, cases[i].text);
        if (near.how != cases[i].how || (near.license && strcmp(near.license->id, cases[i].id) != 0))
            fail_msg("'%s' is near %s (%d)", cases[i].text, near.license ? near.license->id : "nothing", near.how);
    }
}

TEST(every_listed_id_is_nearest_to_itself_in_small_letters)
{
    size_t strange = 0;
    for (size_t i = 0; i < lists.n; i++) {
        char small[200];
        size_t n = strlen(lists.items[i].id);
        YES(n < sizeof small);
        for (size_t k = 0; k <= n; k++)
            small[k] = near_lower(lists.items[i].id[k]);
        struct mof_near near = mof_license_near(&lists, small);
        if (near.license == &lists.items[i])
            continue;
        strange++;
        print_message("%s -> %s\n", small, near.license ? near.license->id : "nothing");
    }
    EQ(strange, 0);
}

TEST(lists_and_expressions_fall_into_pieces)
{
    const struct mof_license *p[8];
    EQ(mof_license_pieces(&lists, "MIT", p, 8), 0);
    EQ(mof_license_pieces(&lists, "MIT AND Apache-2.0", p, 8), 2);
    STR(p[0]->id, "MIT");
    STR(p[1]->id, "Apache-2.0");
    EQ(mof_license_pieces(&lists, "datasets with \"mit\" “apache-2”, “bsd-3-clause”, “bsd-2-clause”, “cc0-1.0”, "
                                  "“unlicense”, “isc”", p, 8), 7);
    EQ(mof_license_pieces(&lists, "mit, mit, mit", p, 8), 1);
    EQ(mof_license_pieces(&lists, "mit, isc, zlib", p, 2), 2);
    EQ(mof_license_pieces(&lists, "mc4, cc100, wikipedia", p, 8), 0);
}

TEST(absence_is_heard)
{
    static const char *const absent[] = { "Component not included", "Component not include.", "N/A", "NOT RELEASED",
                                          "Component Component not included" };
    static const char *const present[] = { "Undisclosed", "MIT", "unlicensed", "", "arXiv non-exclusive" };
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        YES(mof_says_absent(&lists, absent[i]));
    for (size_t i = 0; i < sizeof present / sizeof *present; i++)
        NOT(mof_says_absent(&lists, present[i]));
    YES(mof_says_nothing(&lists, "Other License"));
    NOT(mof_says_nothing(&lists, "MIT"));
}

TEST(keys_and_distances)
{
    char key[NEAR_KEY_BYTES];
    char big[300];
    YES(near_key(span_str("  The Apache License, v2.0.0 "), key));
    STR(key, "apache2");
    YES(near_key(span_str("BSD-3-Clause"), key));
    STR(key, "bsd3");
    NOT(near_key(span_str("---"), key));
    memset(big, 'x', sizeof big);
    NOT(near_key(span_of(big, 96), key));
    YES(near_key(span_of(big, 95), key));
    EQ(near_distance("abc", "abc", 2), 0);
    EQ(near_distance("abc", "acb", 2), 1);
    EQ(near_distance("abc", "abcd", 2), 1);
    EQ(near_distance("", "ab", 2), 2);
    EQ(near_distance("abc", "xyz", 2), 3);
    EQ(near_distance("kitten", "sitting", 5), 3);
    YES(near_digits("a1b2", "x12"));
    NOT(near_digits("a1", "a12"));
    static const char *const words[] = { "Model parameters (Final)", "Model parameters (Intermediate)", "Datasets" };
    STR(near_word("Dataset", words, 3), "Datasets");
    STR(near_word("model parameters final", words, 3), "Model parameters (Final)");
    YES(near_word("xyz", words, 3) == NULL);
}

/* ---- the published results --------------------------------------------------------------------------------- */

/* The published file has commas before closing brackets; JSON has none. */
static struct span without_commas(struct span in, struct arena *a)
{
    char *out = arena_text(a, in.n);
    size_t n = 0;
    bool quoted = false;
    YES(out != NULL);
    for (size_t i = 0; i < in.n; i++) {
        size_t next = i + 1;
        quoted ^= in.p[i] == '"';
        while (next < in.n && strchr(" \n\r\t", in.p[next]))
            next++;
        if (!quoted && in.p[i] == ',' && next < in.n && strchr("]}", in.p[next]))
            continue;
        out[n++] = (char)in.p[i];
    }
    return span_of(out, n);
}

static const struct val *expected_of(const struct val *top, const char *name)
{
    const struct val *models = val_get(top, "models");
    for (const struct val *m = models ? models->first : NULL; m; m = m->next)
        if (val_is(val_path(m, "release.name"), name))
            return val_get(m, "classification");
    return NULL;
}

TEST(the_published_results_are_met_to_the_last_bit)
{
    struct arena a;
    struct span raw;
    struct fs_list files;
    const struct val *top;
    size_t n = 0;
    arena_init(&a, 1 << 28);
    const char *dir = arena_fmt(&a, "%s/data/mot/Test_Data", dir_of("ASSAY_SHARED"));
    if (fs_read(arena_fmt(&a, "%s/expected_results.json", dir), 1 << 24, &a, &raw, NULL)) {
        arena_fini(&a);
        SKIP("no published results");
    }
    EQ(json_parse(without_commas(raw, &a), NULL, &a, &top, NULL), 0);
    EQ(fs_list(dir, NULL, 1000, &a, &files, NULL), 0);
    for (size_t i = 0; i < files.n; i++) {
        struct mot_release r;
        struct mot_judged j;
        if (!strstr(files.items[i].path, ".yml"))
            continue;
        EQ(fs_read(fs_join(&a, dir, files.items[i].path), 1 << 20, &a, &raw, NULL), 0);
        EQ(mot_read(raw, &a, &r, NULL), 0);
        mot_judge(&r, &lists, &j);
        const struct val *want = expected_of(top, r.fields[MOT_NAME].s);
        YES(want != NULL);
        EQ(j.result.class, val_get(want, "class")->i);
        for (unsigned class = 1; class <= 3; class++) {
            double p = val_get(val_get(want, "progress"), (char[]){ (char)('0' + class), 0 })->r;
            if (memcmp(&p, &j.result.progress[class], sizeof p) != 0)
                fail_msg("%s: class %u is at %.17g, want %.17g", files.items[i].path, class, j.result.progress[class],
                         p);
        }
        n++;
    }
    EQ(n, val_get(top, "models")->n);
    arena_fini(&a);
}

/* ---- broken lists, and no memory --------------------------------------------------------------------------- */

TEST(broken_lists_are_refused_with_their_line)
{
    static const char head[] = "framework: {name: F, version: '1', date: d}\nabsent: [x]\nnameless: [y]\n";
    static const struct { const char *tail; unsigned line; } broken[] = {
        { "named: []\nlicenses: x\n", 1 }, { "licenses: []\n", 1 },
        { "named: []\nlicenses:\n- {id: B, name: b}\n- {id: A, name: a}\n", 7 },
        { "named: []\nlicenses:\n- {id: B, name: b}\n- {id: B, name: a}\n", 7 },
        { "named: []\nlicenses:\n- {id: A}\n", 6 }, { "named: []\nlicenses:\n- {id: A, name: a, open: [maybe]}\n", 6 },
        { "named: []\nlicenses:\n- {id: A, name: a, for: [song]}\n", 6 },
        { "named: []\nlicenses:\n- {id: A, name: a, spellings: [b]}\n", 6 },
        { "named:\n- {id: A, name: a}\nlicenses: []\n", 5 },
        { "named:\n- {id: A, name: a, spellings: [[b]]}\nlicenses: []\n", 5 }, { "named: [\n", 5 },
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        struct arena a;
        struct mof_licenses l = { 0 };
        struct err e = { 0 };
        arena_init(&a, 1 << 24);
        char *text = arena_fmt(&a, "%s%s", head, broken[i].tail);
        EQ(mof_licenses_open(span_str(text), &a, &l, &e), ERR_FORMAT);
        if (e.pos != broken[i].line)
            fail_msg("case %zu: line %u: %s", i, (unsigned)e.pos, e.msg);
        STR(e.path, "mof.yaml");
        YES(l.items == NULL);
        arena_fini(&a);
    }
}

TEST(no_allocation_may_fail_silently)
{
    size_t n = 1;
    for (;; n++) {
        struct arena a;
        struct mof_licenses l = { 0 };
        arena_init(&a, 1 << 26);
        fault_alloc_at(n);
        int rc = mof_licenses_open(SPAN_NONE, &a, &l, NULL);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        if (!hit) {
            EQ(rc, 0);
            break;
        }
        EQ(rc, ERR_MEMORY);
        YES(l.items == NULL);
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
        CASE(classes_build_on_each_other),
        CASE(parts_have_the_ids_of_the_framework),
        CASE(licences_are_known_by_their_exact_id),
        CASE(what_was_meant_is_found_and_versions_are_not_guessed),
        CASE(every_listed_id_is_nearest_to_itself_in_small_letters),
        CASE(lists_and_expressions_fall_into_pieces),
        CASE(absence_is_heard),
        CASE(keys_and_distances),
        CASE(the_published_results_are_met_to_the_last_bit),
        CASE(broken_lists_are_refused_with_their_line),
        CASE(no_allocation_may_fail_silently),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
