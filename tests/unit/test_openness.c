// SPDX-License-Identifier: Apache-2.0
/* openness_judge on inputs made by hand: states, the class, and every allocation that fails. */
#include "tests/support/check.h"

#include "openness/openness.h"
#include "tests/support/faults.h"

static struct evidence seen = { .path = "x", .sha256 = "00", .revision = "" };
static size_t n_seen;

static int see(void *ud, const char *path, const struct evidence **out, struct err *e)
{
    (void)path, (void)e;
    n_seen++;
    *out = &seen;
    return *(int *)ud;
}

static const struct openness_terms open_terms = { .id = "Apache-2.0", .known = true, .has_text = true, .osi = true,
    .mof_open = true, .limits = "", .doubt = "", .may_use = MET_YES, .may_modify = MET_YES, .may_share = MET_YES,
    .evidence = &seen };
static const struct openness_terms no_terms = { .id = "", .limits = "", .doubt = "" };

static const struct openness_file whole[] = {
    { "README.md", SNAP_CARD, 900, false }, { "LICENSE", SNAP_LICENSE, 900, false },
    { "w.safetensors", SNAP_WEIGHTS_SAFETENSORS, 900, false }, { "train.py", SNAP_CODE, 900, false },
    { "generate.py", SNAP_CODE, 900, false }, { "data/a.jsonl", SNAP_DATA, 900, false },
    { "data/README.md", SNAP_CARD, 900, false },
};
enum { N_WHOLE = sizeof whole / sizeof *whole };

static struct card_topics topics;
static int see_result;

static struct openness_input input(void)
{
    return (struct openness_input){ .files = whole, .n_files = N_WHOLE, .topics = &topics, .card_path = "",
        .weights = open_terms, .code = open_terms, .data = open_terms, .docs = open_terms, .architecture_name = "",
        .library = "", .base = "", .see = see, .ud = &see_result };
}

static struct openness judge(const struct openness_input *in, struct arena *a)
{
    struct openness out;
    struct err e = { 0 };
    EQ(openness_judge(in, a, &out, &e), 0);
    for (int p = 0; p < OPENNESS_PARTS; p++)
        YES(out.parts[p].why[0] && (out.parts[p].state != OPENNESS_OPEN || out.parts[p].n_evidence));
    for (int p = 0; p < MOF_PARTS; p++)
        YES(out.mof[p].why[0] && (out.mof[p].state == MOF_MISSING || out.mof[p].evidence));
    return out;
}

TEST(the_class_follows_the_terms)
{
    struct arena a;
    arena_init(&a, 1 << 24);
    struct openness_input in = input();
    EQ(judge(&in, &a).class, OPEN_CLASS_OPEN_SOURCE);
    in.base = "org/base";
    EQ(judge(&in, &a).class, OPEN_CLASS_OPEN_WEIGHT);
    in = input();
    in.code = no_terms;
    EQ(judge(&in, &a).class, OPEN_CLASS_OPEN_WEIGHT);
    in = input();
    in.weights.restricted = true;
    in.weights.limits = "use policy";
    EQ(judge(&in, &a).class, OPEN_CLASS_OPEN_WEIGHT);       /* though osi and mof_open are set */
    in.weights = open_terms;
    in.weights.doubt = "a rider";
    EQ(judge(&in, &a).class, OPEN_CLASS_CANNOT_TELL);
    EQ(judge(&in, &a).mof[MOF_PARAMETERS_FINAL].state, MOF_UNLICENSED);
    EQ(judge(&in, &a).eu_plausible, MET_CANNOT_TELL);
    in.weights = open_terms;
    in.weights.osi = in.weights.mof_open = false;
    EQ(judge(&in, &a).class, OPEN_CLASS_CANNOT_TELL);
    in.weights = no_terms;
    struct openness o = judge(&in, &a);
    EQ(o.class, OPEN_CLASS_CANNOT_TELL);
    EQ(o.parts[OPENNESS_WEIGHTS].rights, RIGHTS_NONE);
    EQ(o.parts[OPENNESS_TERMS].state, OPENNESS_ABSENT);
    arena_fini(&a);
}

TEST(absent_is_said_of_a_whole_repository_only)
{
    struct arena a;
    arena_init(&a, 1 << 24);
    struct openness_input in = input();
    in.n_files = 3;
    EQ(judge(&in, &a).parts[OPENNESS_DATA].state, OPENNESS_ABSENT);
    in.truncated = true;
    EQ(judge(&in, &a).parts[OPENNESS_DATA].state, OPENNESS_CANNOT_TELL);
    in.truncated = false;
    in.single_file = true;
    EQ(judge(&in, &a).parts[OPENNESS_DATA].state, OPENNESS_CANNOT_TELL);
    in.single_file = false;
    in.files = whole + 2;
    in.n_files = 1;                                         /* weights alone */
    EQ(judge(&in, &a).parts[OPENNESS_DATA].state, OPENNESS_CANNOT_TELL);
    in.n_files = 0;
    EQ(judge(&in, &a).class, OPEN_CLASS_CANNOT_TELL);
    arena_fini(&a);
}

TEST(weights_of_one_checkpoint_are_the_model)
{
    static const struct openness_file only[] = { { "README.md", SNAP_CARD, 900, false },
                                                 { "checkpoint-500/w.bin", SNAP_WEIGHTS_OTHER, 900, false } };
    struct arena a;
    arena_init(&a, 1 << 24);
    struct openness_input in = input();
    in.files = only;
    in.n_files = 2;
    struct openness o = judge(&in, &a);
    EQ(o.mof[MOF_PARAMETERS_FINAL].state, MOF_INCLUDED);
    EQ(o.mof[MOF_PARAMETERS_INTERMEDIATE].state, MOF_MISSING);
    arena_fini(&a);
}

TEST(names_without_sight_are_partly_seen)
{
    static const char *const names[] = { "org/a", "org/b" };
    static const struct evidence *const ev[] = { &seen, &seen };
    struct arena a;
    arena_init(&a, 1 << 24);
    struct openness_input in = input();
    in.n_files = 3;
    in.datasets = names;
    in.dataset_evidence = ev;
    in.n_datasets = 2;
    struct openness o = judge(&in, &a);
    EQ(o.parts[OPENNESS_DATA].visibility, VISIBLE_PARTLY);
    EQ(o.parts[OPENNESS_DATA].rights, RIGHTS_CANNOT_TELL);
    EQ(o.parts[OPENNESS_DATA].state, OPENNESS_PARTLY);
    EQ(o.mof[MOF_DATASETS].state, MOF_UNLICENSED);
    EQ(o.osaid[0].met, MET_CANNOT_TELL);                    /* listed, not described */
    topics.items[TOPIC_TRAINING_DATA] = (struct topic){ TOPIC_ANSWERED, "said", (const struct evidence *[]){ &seen }, 1,
                                                        NULL };
    EQ(judge(&in, &a).osaid[0].met, MET_YES);
    topics.items[TOPIC_TRAINING_DATA].state = TOPIC_PARTLY;
    EQ(judge(&in, &a).osaid[0].met, MET_CANNOT_TELL);
    topics = (struct card_topics){ 0 };
    arena_fini(&a);
}

TEST(a_library_counts_only_when_it_has_the_architecture)
{
    struct arena a;
    arena_init(&a, 1 << 24);
    struct openness_input in = input();
    in.n_files = 3;
    in.library = "transformers";
    EQ(judge(&in, &a).parts[OPENNESS_CODE].state, OPENNESS_ABSENT);        /* no architecture is named */
    in.architecture = &seen;
    in.architecture_name = "bert";
    EQ(judge(&in, &a).parts[OPENNESS_CODE].state, OPENNESS_PARTLY);
    in.own_code = &seen;
    EQ(judge(&in, &a).parts[OPENNESS_CODE].state, OPENNESS_ABSENT);
    in.own_code = NULL;
    in.library = "somebodys-library";
    EQ(judge(&in, &a).parts[OPENNESS_CODE].state, OPENNESS_ABSENT);
    in.library = "llama.cpp";
    EQ(judge(&in, &a).parts[OPENNESS_CODE].state, OPENNESS_PARTLY);
    in.architecture_name = "made-up";
    EQ(judge(&in, &a).parts[OPENNESS_CODE].state, OPENNESS_ABSENT);
    arena_fini(&a);
}

/* A card that exercises every reader of lines. */
static const char card_text[] =
    "---\nlicense: mit\ntags: [\"arxiv:2501.00656\", x]\nmodel-index: [{name: m}]\n---\n# m\n\n<!-- Paper: arXiv:1111.1111 -->\n"
    "Technical report: https://arxiv.org/abs/2412.12345v1.\nTraining code: https://github.com/o/train.\n"
    "| [paper](https://arxiv.org/abs/1904.06472) |\nIntermediate checkpoints are on branches. It took 2e24 FLOPs.\n"
    "```\n@article{x, doi={10.1/2}, url={https://doi.org/10.1/2}}\n```\nOnly\naccessible via our API.\n";

static int judge_card(const char *text, size_t n, struct openness *out, struct err *e)
{
    struct arena a;
    struct card card;
    struct openness_input in = input();
    arena_init(&a, 1 << 24);
    in.card_raw = span_of(text, n);
    in.card_path = "README.md";
    in.n_files = 1;
    int rc = card_parse(in.card_raw, &a, &card, e);
    in.card = &card;
    if (!rc)
        rc = openness_judge(&in, &a, out, e);
    if (!rc && n == sizeof card_text - 1) {
        EQ(out->class, OPEN_CLASS_CLOSED);
        STR(out->mof[MOF_TECHNICAL_REPORT].path, "arXiv:2412.12345");
        STR(out->mof[MOF_RESEARCH_PAPER].path, "arXiv:2501.00656");
        STR(out->mof[MOF_TRAINING_CODE].path, "https://github.com/o/train");
        EQ(out->mof[MOF_EVALUATION_RESULTS].state, MOF_INCLUDED);
        EQ(out->mof[MOF_PARAMETERS_INTERMEDIATE].state, MOF_UNLICENSED);
        EQ(out->eu[out->n_eu - 1].met, MET_YES);
    }
    arena_fini(&a);
    return rc;
}

TEST(a_card_is_read_line_by_line_and_stands_every_cut)
{
    struct openness o;
    EQ(judge_card(card_text, sizeof card_text - 1, &o, NULL), 0);
    for (size_t n = 0; n < sizeof card_text - 1; n++)
        EQ(judge_card(card_text, n, &o, NULL), 0);
}

TEST(no_allocation_failure_is_lost)
{
    for (size_t n = 1;; n++) {
        struct openness o;
        struct err e = { 0 };
        fault_alloc_at(n);
        int rc = judge_card(card_text, sizeof card_text - 1, &o, &e);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        if (!hit) {
            EQ(rc, 0);
            break;
        }
        EQ(rc, ERR_MEMORY);
    }
}

/* An arena's blocks hide most failures: a ceiling at each size does not. */
TEST(every_ceiling_is_an_error)
{
    struct openness_input in = input();
    for (size_t max = 0; max < 20000; max += 8) {
        struct arena a;
        struct openness o = { .class_why = "untouched" };
        arena_init(&a, max);
        int rc = openness_judge(&in, &a, &o, NULL);
        arena_fini(&a);
        if (rc) {
            EQ(rc, ERR_MEMORY);
            STR(o.class_why, "untouched");
        }
        if (max == 0)
            EQ(rc, ERR_MEMORY);
        if (max + 8 >= 20000)
            EQ(rc, 0);
    }
}

TEST(a_file_that_cannot_be_seen_is_an_error)
{
    struct arena a;
    struct openness o;
    struct openness_input in = input();
    arena_init(&a, 1 << 24);
    see_result = ERR_IO;
    EQ(openness_judge(&in, &a, &o, NULL), ERR_IO);
    see_result = 0;
    arena_fini(&a);
}

TEST(twenty_thousand_files_are_seen_a_few_times)
{
    static struct openness_file many[20000];
    struct arena a;
    arena_init(&a, 1 << 24);
    for (size_t i = 0; i < 20000; i++)
        many[i] = whole[i % N_WHOLE];
    struct openness_input in = input();
    in.files = many;
    in.n_files = 20000;
    n_seen = 0;
    EQ(judge(&in, &a).class, OPEN_CLASS_OPEN_SOURCE);
    YES(n_seen <= MOF_PARTS + 1);
    arena_fini(&a);
}

int main(void)
{
    return RUN(CASE(the_class_follows_the_terms), CASE(absent_is_said_of_a_whole_repository_only),
               CASE(weights_of_one_checkpoint_are_the_model),
               CASE(names_without_sight_are_partly_seen), CASE(a_library_counts_only_when_it_has_the_architecture),
               CASE(a_card_is_read_line_by_line_and_stands_every_cut), CASE(no_allocation_failure_is_lost),
               CASE(every_ceiling_is_an_error), CASE(a_file_that_cannot_be_seen_is_an_error),
               CASE(twenty_thousand_files_are_seen_a_few_times));
}
