// SPDX-License-Identifier: Apache-2.0
/* tests/support/full_check.h - a check with something in every part, made by hand, much of it hostile.
 *
 * Reports are drawn from it without a model. `evil` is put where text of a stranger can stand; everything else
 * is fixed. Static: one at a time. */
#ifndef ASSAY_TESTS_FULL_CHECK_H
#define ASSAY_TESTS_FULL_CHECK_H
#include <string.h>
#include "passport/check_model.h"

#define FULL_SHA "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

static struct evidence full_evidence[2];
static const struct evidence *full_two[2] = { &full_evidence[0], &full_evidence[1] };
static struct claim full_claim;
static struct claim *full_claims[1] = { &full_claim };

static inline void full_model(struct check *c, const char *evil)
{
    static struct model_file files[2];
    static struct gather_unread unread[1];
    files[0] = (struct model_file){ evil, 12345678, FULL_SHA, SNAP_WEIGHTS_GGUF, SNAP_SCOPE_UNSAID, false, false };
    files[1] = (struct model_file){ "out", 1, NULL, SNAP_OTHER, SNAP_SCOPE_UNSAID, false, true };
    unread[0] = (struct gather_unread){ evil, evil };
    c->model = (struct model){ .ref = evil, .name = evil, .revision = evil, .root = ".", .files = files, .n_files = 2,
                               .truncated = true };
    c->gather.unread = unread;
    c->gather.n_unread = 1;
    c->gather.architecture = evil;
}

static inline void full_license(struct check *c, const char *evil)
{
    static struct index_entry entry;
    static struct identify_found found;
    static struct identify_span residue;
    static struct gather_text texts[2];
    static struct check_concluded concluded[2];
    static struct declared declared[1];
    static struct base bases[1];
    static struct dataset datasets[1];
    static struct conflict conflicts[1];
    static const unsigned drops[1] = { 1u << DROP_REGION | 1u << DROP_NAMING };
    entry = (struct index_entry){ .id = "MIT", .name = "MIT License" };
    found = (struct identify_found){ .entry = &entry };
    residue = (struct identify_span){ .line_from = 3, .line_to = 4, .words = evil, .cue = "forbids a use" };
    texts[0] = (struct gather_text){ .file = &c->model.files[0] };
    texts[0].is = (struct identified){ .n_found = 1, .residue = &residue, .n_residue = 1 };
    texts[1] = (struct gather_text){ .file = &c->model.files[1] };
    texts[1].is = (struct identified){ .kind = TEXT_IS_LICENSE, .n_nearest = 1, .nearest = { { .entry = &entry } } };
    concluded[0] = (struct check_concluded){ .text = &texts[0], .found = &found, .scope = evil, .is_term = true,
        .evidence = &full_evidence[0], .residue = full_two, .n_residue = 1 };
    concluded[1] = (struct check_concluded){ .text = &texts[0], .found = &found, .scope = evil,
                                             .evidence = &full_evidence[1] };
    declared[0] = (struct declared){ .raw = evil, .id = "", .method = "front matter key license", .scope = SCOPE_CODE,
                                     .evidence = &full_evidence[0] };
    bases[0] = (struct base){ .name = evil, .relation = RELATION_MERGE, .license = "", .evidence = &full_evidence[0] };
    datasets[0] = (struct dataset){ .name = evil, .known = true, .license = evil, .commercial = RIGHT_NO, .basis = 'S',
                                    .evidence = &full_evidence[1] };
    conflicts[0] = (struct conflict){ .kind = CONFLICT_DECLARED, .a = { evil, &full_evidence[0] },
                                      .b = { evil, &full_evidence[1] }, .why = evil };
    c->gather.texts = texts;
    c->gather.n_texts = 2;
    c->concluded = concluded;
    c->n_concluded = 2;
    c->gather.declared = (struct declared_list){ .items = declared, .n = 1 };
    c->gather.bases = (struct base_list){ .items = bases, .n = 1 };
    c->gather.datasets = (struct dataset_list){ .items = datasets, .n = 1 };
    c->conflicts = (struct conflict_list){ .items = conflicts, .n = 1, .base_drops = drops };
}

static inline void full_verdict(struct check *c, const char *evil)
{
    static struct verdict_reason reasons[2];
    static struct verdict_duty duties[2];
    static struct verdict_unknown unknowns[1];
    static struct policy_breach breaches[1];
    static struct policy_exception exception;
    reasons[0] = (struct verdict_reason){ evil, ANSWER_DENY, "LicenseRef-x", evil, "commercial", 'V', full_two, 2 };
    reasons[1] = (struct verdict_reason){ "it is so", ANSWER_ALLOW, "", "", "", 0, full_two, 0 };
    duties[0] = (struct verdict_duty){ DUTY_NOTICE, WHEN_HOSTED, true, evil, "MIT", evil, 'M', full_two, 1 };
    duties[1] = (struct verdict_duty){ DUTY_NOTICE, WHEN_ALWAYS, false, "Keep the notice.", "MIT", "model", 'V', NULL, 0 };
    unknowns[0] = (struct verdict_unknown){ "users_month", evil, "MIT" };
    breaches[0] = (struct policy_breach){ evil, 3 };
    exception = (struct policy_exception){ .name = evil, .until = "2027-01-01", .by = evil, .reason = evil };
    c->verdict = (struct verdict){ ANSWER_DENY, reasons, 2, duties, 2, unknowns, 1 };
    c->has_policy = true;
    c->policy = (struct policy_result){ .breaches = breaches, .n = 1, .exception = &exception, .excused = breaches,
                                        .n_excused = 1 };
    use_init(&c->use);
    c->use.commercial = TRI_YES;
    c->use.deployment = DEPLOY_HOSTED;
    c->use.modality = MODALITY_TEXT;
    c->use.numbers[USE_USERS_MONTH] = 1234567;
    memcpy(c->use.country, "DE", 3);
}

static inline void full_openness(struct check *c, const char *evil)
{
    static struct openness_need needs[2];
    needs[0] = (struct openness_need){ evil, MET_NO, evil, &full_evidence[0] };
    needs[1] = (struct openness_need){ "public weights", MET_CANNOT_TELL, "nothing tells it", NULL };
    for (size_t i = 0; i < OPENNESS_PARTS; i++)
        c->openness.parts[i] = (struct openness_row){ (enum openness_state)(i % 5), (enum openness_visibility)(i % 4),
            (enum openness_rights)(i % 4), evil, full_two, 2, &full_claim };
    for (size_t i = 0; i < MOF_PARTS; i++)
        c->openness.mof[i] = (struct openness_mof_row){ (enum mof_state)(i % 4), i % 2 ? "MIT" : "", i % 2 ? evil : "",
                                                        evil, i % 2 ? &full_evidence[0] : NULL };
    c->openness.class = OPEN_CLASS_OPEN_WEIGHT;
    c->openness.class_why = evil;
    c->openness.mof_result = (struct mof_result){ 3, { 0, 12.5, 57.14, 100 } };
    c->openness.osaid = c->openness.eu = needs;
    c->openness.n_osaid = c->openness.n_eu = 2;
    c->openness.class_claim = c->openness.mof_claim = &full_claim;
    c->topics = (struct card_topics){ .has_card = true, .path = evil, .language = "en" };
    for (size_t i = 0; i < TOPIC_COUNT; i++)
        c->topics.items[i] = (struct topic){ (enum topic_state)(i % 4), evil, full_two, i % 3, NULL };
}

static inline void full_need(struct check *c, const char *evil)
{
    static struct need_weights weights[2];
    static struct need_context contexts[2];
    static const char *assumptions[1];
    weights[0] = (struct need_weights){ .type = "Q4_1", .path = evil, .is_own = true, .bits_per_weight = 4.5, .bytes = 98000000,
        .total_bytes = 130000000, .fits = true, .prefill_tok_s = 512.25, .decode_tok_s = 61.5 };
    weights[1] = (struct need_weights){ .type = "F16", .path = "", .bits_per_weight = 16, .bytes = 268000000 };
    contexts[0] = (struct need_context){ 4096, 94371840, 50135040, 200000000, false, true };
    contexts[1] = (struct need_context){ 8192, 188743680, 100270080, 300000000, true, false };
    assumptions[0] = evil;
    c->need = (struct need){ .known = true, .why = "", .n_params = 134515008, .context = 4096, .architecture = "llama",
        .weights = weights, .n_weights = 2, .contexts = contexts, .n_contexts = 2, .work_bytes = 1000000,
        .machine_known = true, .machine = evil, .memory_bytes = (uint64_t)8 << 30, .calibrated = "2026-01-02",
        .cost = { true, 0.0123, 0.4567, 0.15, -1, "price of an hour / tokens an hour" }, .assumptions = assumptions,
        .n_assumptions = 1, .memory_claim = &full_claim };
}

static inline void full_people(struct check *c, const char *evil)
{
    static struct trust_signal signals[3];
    static struct signoff signoffs[3];
    static const struct claim *const claims[1] = { &full_claim };
    for (size_t i = 0; i < 3; i++) {
        signals[i] = (struct trust_signal){ "publisher", (enum trust_state)i, i ? evil : "", evil, full_two, i, NULL };
        signoffs[i] = (struct signoff){ .question = 7, .by = evil, .role = "legal", .answer = evil, .until = "2027-01-31",
            .given = "2026-11-01", .state = (enum signoff_state)i, .why = i ? evil : "", .model = FULL_SHA };
    }
    c->trust = (struct trust){ signals, 3 };
    c->signoffs = (struct signoff_list){ .model_digest = FULL_SHA, .items = signoffs, .n = 3 };
    c->checklist.made = true;
    for (unsigned i = 0; i < CHECKLIST_QUESTIONS; i++)
        c->checklist.items[i] = (struct check_entry){ .n = i + 1, .question = evil, .status = (enum check_status)(i % 5),
            .found = (enum check_status)(i % 5), .answer = i % 5 ? evil : "", .brief = evil, .claims = claims,
            .n_claims = 1, .next = i % 2 ? "assay check --verify" : "", .step = "", .role = "legal",
            .signoff = i == 6 ? signoffs : NULL };
}

/* Fill *c; its catalogue is the caller's to open, its arena `a`. */
static inline void full_check(struct check *c, const char *evil, struct arena *a)
{
    full_evidence[0] = (struct evidence){ evil, 3, 5, 120, 180, FULL_SHA, "" };
    full_evidence[1] = (struct evidence){ "catalogue:mit.yaml", 0, 0, 7, 9, FULL_SHA, "r1" };
    full_claim = (struct claim){ "c1", "license.declared", evil, CLAIM_STATED, evil, 0.9, full_two, 2 };
    c->claims = (struct claim_set){ .a = a, .items = full_claims, .n = 1 };
    full_model(c, evil);
    full_license(c, evil);
    full_verdict(c, evil);
    full_openness(c, evil);
    full_need(c, evil);
    full_people(c, evil);
}

#endif
