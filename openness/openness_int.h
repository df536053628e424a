// SPDX-License-Identifier: Apache-2.0
/* openness/openness_int.h - what the steps of openness_judge share. */
#ifndef ASSAY_OPENNESS_OPENNESS_INT_H
#define ASSAY_OPENNESS_OPENNESS_INT_H
#include "openness/detect.h"

struct judge {
    const struct openness_input *in;
    struct arena *a;
    struct openness *out;
    struct detection found;
    bool failed;                    /* memory ran out */
};

/* A sentence in the arena; "" and `failed` when memory is out. */
const char *judge_say(struct judge *j, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* What these terms let anybody do. `whole`: nothing found means nothing granted. */
enum openness_rights judge_rights(const struct openness_terms *t, bool whole);
bool judge_is_open(const struct openness_terms *t);
const char *judge_terms_words(struct judge *j, const struct openness_terms *t);      /* "open (Apache-2.0)" */

/* Does the card, or a data card, say what the model was trained on? */
enum openness_met judge_data_information(const struct judge *j);
bool judge_has_code(const struct judge *j);         /* training and inference code, both in the folder */

void judge_mof(struct judge *j);                    /* the 17 parts, before the six components */
int judge_osaid(struct judge *j, struct err *e);    /* Fails: ERR_MEMORY */
int judge_eu(struct judge *j, struct err *e);

#endif
