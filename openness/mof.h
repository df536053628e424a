// SPDX-License-Identifier: Apache-2.0
/* openness/mof.h - the Model Openness Framework: 17 components, three classes, one exact rule.
 *
 *     class III  6 parts ─┐
 *     class II  +4 parts ─┼─> progress(class) = included / required * 100, 0 unless all lower are whole
 *     class I   +4 parts ─┘   class = the highest (lowest number) at exactly 100; optional parts never count
 *
 * A part counts when it is there and its licence is open: FSF-libre, OSI-approved, of the framework's
 * list of open data licences, or OpenMDW-1.0. A research paper may stand in for the technical report.
 * The licences it takes as open are mof_licenses.h.
 * Source: White et al. 2024, arXiv 2403.13784; lfai/model_openness_tool, mof.settings.yml and its evaluator. */
#ifndef ASSAY_OPENNESS_MOF_H
#define ASSAY_OPENNESS_MOF_H
#include <stdbool.h>
#include <stddef.h>

/*    name                       id of the framework            name                                type      class  required */
#define MOF_PART_MAP(X)                                                                                                      \
    X(MOF_ARCHITECTURE,          "model-architecture",          "Model architecture",               CODE,     3, true)       \
    X(MOF_PARAMETERS_FINAL,      "model-parameters-final",      "Model parameters (Final)",         DATA,     3, true)       \
    X(MOF_TECHNICAL_REPORT,      "technical-report",            "Technical report",                 DOCUMENT, 3, true)       \
    X(MOF_EVALUATION_RESULTS,    "evaluation-results",          "Evaluation results",               DOCUMENT, 3, true)       \
    X(MOF_MODEL_CARD,            "model-card",                  "Model card",                       DOCUMENT, 3, true)       \
    X(MOF_DATA_CARD,             "data-card",                   "Data card",                        DOCUMENT, 3, true)       \
    X(MOF_TRAINING_CODE,         "training-code",               "Training code",                    CODE,     2, true)       \
    X(MOF_INFERENCE_CODE,        "inference-code",              "Inference code",                   CODE,     2, true)       \
    X(MOF_EVALUATION_CODE,       "evaluation-code",             "Evaluation code",                  CODE,     2, true)       \
    X(MOF_EVALUATION_DATA,       "evaluation-data",             "Evaluation data",                  DATA,     2, true)       \
    X(MOF_DATASETS,              "datasets",                    "Datasets",                         DATA,     1, true)       \
    X(MOF_PREPROCESSING_CODE,    "data-preprocessing-code",     "Data preprocessing code",          CODE,     1, true)       \
    X(MOF_PARAMETERS_INTERMEDIATE, "model-parameters-intermediate", "Model parameters (Intermediate)", DATA,  1, true)       \
    X(MOF_RESEARCH_PAPER,        "research-paper",              "Research paper",                   DOCUMENT, 1, true)       \
    X(MOF_LIBRARIES,             "supporting-libraries",        "Supporting libraries and tools",   CODE,     2, false)      \
    X(MOF_METADATA,              "model-metadata",              "Model metadata",                   DATA,     1, false)      \
    X(MOF_SAMPLE_OUTPUTS,        "sample-model-outputs",        "Sample model outputs",             DOCUMENT, 3, false)

enum mof_part {
#define X(name, id, title, type, class, required) name,
    MOF_PART_MAP(X)
#undef X
    MOF_PARTS
};
enum mof_type { MOF_CODE, MOF_DATA, MOF_DOCUMENT };
enum mof_state {
    MOF_MISSING,                /* not there, or not found */
    MOF_UNLICENSED,             /* there, under no licence that is known */
    MOF_INVALID,                /* there, under a licence that is not open */
    MOF_INCLUDED                /* there, and open */
};

struct mof_part_info { const char *id, *name; enum mof_type type; unsigned class; bool required; };
struct mof_result {
    unsigned class;             /* 1, 2 or 3; 0 unclassified */
    double progress[4];         /* percent of class 1, 2, 3; [0] unused */
};

/* Apply the rule. Exact: the same doubles as the framework's own tool gives. */
void mof_evaluate(const enum mof_state state[MOF_PARTS], struct mof_result *out);

/* Does the research paper stand for the technical report? Then the report is no gap, and class I needs one fewer. */
bool mof_paper_stands_in(const enum mof_state state[MOF_PARTS]);

const struct mof_part_info *mof_part_info(enum mof_part part);
const char *mof_state_name(enum mof_state s);           /* missing unlicensed invalid included */
const char *mof_type_name(enum mof_type t);             /* code data document */
const char *mof_class_label(unsigned class);            /* "Class III - Open Model"; "Unclassified" */

#endif
