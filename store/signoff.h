// SPDX-License-Identifier: Apache-2.0
/* store/signoff.h - answers that only a person can give, bound to the model's digest.
 *
 *     $XDG_DATA_HOME/assay/signoff/           0700; ~/.local/share when the variable is not set
 *         <model digest>.json                 0600; one file a model, entries in the order given
 *         path-<sha256 of the path>.json      digests that were signed for at this path
 *         lock                                held while a file is written
 *
 *     model digest = SHA-256 over "sha256  path\n" of every file, sorted by path, written as sha256sum(1)
 *     does: a path with a backslash or a line end is escaped, and its line begins with a backslash
 *
 *     entries of this digest ── until >= today ──> valid
 *                            └─ until <  today ──> expired
 *     entries of another digest at this path ────> void: a file has changed, was added or taken away
 *
 * A link that leads out of the model has no digest; it counts as "-". A file that others may write, or that
 * is not exactly what we write, is an error, never skipped: a sign-off that is lost unseen is one that
 * somebody relies on. The path of a hub's cache is taken without its revision. */
#ifndef ASSAY_STORE_SIGNOFF_H
#define ASSAY_STORE_SIGNOFF_H
#include "base/arena.h"
#include "base/err.h"
#include "store/model.h"

enum {
    SIGNOFF_QUESTIONS = 12, SIGNOFF_BY_MAX = 100, SIGNOFF_ANSWER_MAX = 1000, SIGNOFF_FILE_MAX = 2 << 20,
    SIGNOFF_MAX = 1000,             /* entries of one model */
    SIGNOFF_MODELS_MAX = 1000       /* digests of one path */
};

enum signoff_state { SIGNOFF_VALID, SIGNOFF_EXPIRED, SIGNOFF_VOID };
struct signoff {
    unsigned question;              /* 1 to 12 */
    const char *by, *role;          /* role: legal privacy engineering owner */
    const char *answer;
    const char *until, *given;      /* YYYY-MM-DD; until: the last day on which it holds */
    enum signoff_state state;
    const char *why;                /* it holds no more; "" when valid */
    const char *model;              /* digest of the model it was given for */
};
struct signoff_list {
    const char *model_digest;       /* hex; NULL when files were not hashed, or not all were listed */
    struct signoff *items;          /* those of this digest, then the void ones */
    size_t n, cap;
};

/* Where they are kept. NULL: neither XDG_DATA_HOME nor HOME is an absolute path, or out of memory. */
char *signoff_dir(struct arena *a);

/* The model's digest. *hex is NULL when it has none: files not hashed, or more of them than are listed.
 * Fails: ERR_MEMORY. */
int signoff_digest(const struct model *m, struct arena *a, const char **hex, struct err *e);

/* All that was signed for this model or this path. dir NULL, or not there: none. today "": nothing is valid.
 * Fails: ERR_FORMAT, ERR_UNSAFE, ERR_LIMIT a file that is not ours; ERR_IO, ERR_MEMORY; path set. */
int signoff_load(const char *dir, const struct model *m, const char *today, struct arena *a,
                 struct signoff_list *out, struct err *e);

/* signoff_load in two: get the bytes of its files, which needs a file system; read them, which needs none. */
struct signoff_raw { const char *path, *digest; struct span raw; };
struct signoff_files { const char *model_digest; struct signoff_raw *items; size_t n, cap; };
int signoff_fetch(const char *dir, const struct model *m, struct arena *a, struct signoff_files *out, struct err *e);
int signoff_read(const struct signoff_files *files, const char *today, struct arena *a, struct signoff_list *out,
                 struct err *e);

/* May this be kept, given today? Fails: ERR_USAGE a bad question, role, text or date. */
int signoff_valid(const struct signoff *s, const char *today, struct err *e);

/* Keep `s` (question, by, role, answer, until) for m, whose files were hashed; `given` is today. The file is
 * replaced whole, under a lock. Fails: as signoff_valid; ERR_LIMIT too many, or a model without a digest; ERR_IO. */
int signoff_add(const char *dir, const struct model *m, const struct signoff *s, const char *today, struct arena *a,
                struct err *e);

/* Read the bytes of a file of entries: schema, digest and every entry are checked. Appends to `out`; states are not
 * set. Fails: ERR_FORMAT with the place, ERR_LIMIT, ERR_MEMORY. */
int signoff_parse(struct span json, const char *digest, struct arena *a, struct signoff_list *out, struct err *e);

/* The same for the digests of a path. Fails: as above. */
int signoff_parse_path(struct span json, struct arena *a, const char ***models, size_t *n, struct err *e);

const char *signoff_state_name(enum signoff_state s);   /* valid expired void */
const char *const *signoff_roles(void);                 /* NULL-terminated */

#endif
