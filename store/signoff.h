// SPDX-License-Identifier: Apache-2.0
/* store/signoff.h - answers that only a person can give, bound to the model's digest.
 *
 *     $XDG_DATA_HOME/assay/signoff/<model digest>.json       one file a model, entries in the order given
 *     model digest = SHA-256 over "sha256  path\n" of every file, sorted by path
 *
 * A sign-off is void when a file of the model changes (another digest), and expires on its date. */
#ifndef ASSAY_STORE_SIGNOFF_H
#define ASSAY_STORE_SIGNOFF_H
#include "base/arena.h"
#include "base/err.h"
#include "store/model.h"

enum signoff_state { SIGNOFF_VALID, SIGNOFF_EXPIRED, SIGNOFF_VOID };
struct signoff {
    unsigned question;              /* 1 to 12 */
    const char *by, *role;          /* role: legal privacy engineering owner */
    const char *answer;
    const char *until, *given;      /* YYYY-MM-DD */
    enum signoff_state state;
};
struct signoff_list {
    const char *model_digest;       /* hex; NULL when files were not hashed */
    struct signoff *items;
    size_t n, cap;
};

const char *signoff_state_name(enum signoff_state s);   /* valid expired void */

#endif
