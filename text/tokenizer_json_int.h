// SPDX-License-Identifier: Apache-2.0
/* text/tokenizer_json_int.h - what the two files that read a tokenizer.json share. */
#ifndef ASSAY_TEXT_TOKENIZER_JSON_INT_H
#define ASSAY_TEXT_TOKENIZER_JSON_INT_H
#include "base/val.h"
#include "text/tokenizer.h"

struct tok_json {
    struct tok_spec spec;
    struct tok_token *tokens;           /* spec.tokens */
    struct tok_norm norms[TOK_STEPS_MAX];
    struct tok_pre pres[TOK_STEPS_MAX];
    uint32_t prefix[TOK_STEPS_MAX], suffix[TOK_STEPS_MAX];
    struct arena *a;                    /* scratch */
    struct err *e;
};

/* Fail when the map has a key that is not among the words of `known`; `what` names the map. */
int tok_json_only(struct tok_json *r, const struct val *map, const char *what, const char *known);
int tok_json_fail(struct tok_json *r, const struct val *at, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
bool tok_json_flag(const struct val *map, const char *key, bool otherwise);
struct span tok_json_text(const struct val *map, const char *key);      /* empty: no string */

int tok_json_normalizer(struct tok_json *r, const struct val *v);
int tok_json_pre(struct tok_json *r, const struct val *v);
int tok_json_decoder(struct tok_json *r, const struct val *v);

#endif
