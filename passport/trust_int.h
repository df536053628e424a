// SPDX-License-Identifier: Apache-2.0
/* passport/trust_int.h - what the files of the trust signals share. */
#ifndef ASSAY_PASSPORT_TRUST_INT_H
#define ASSAY_PASSPORT_TRUST_INT_H
#include "base/buf.h"
#include "passport/check_model.h"

enum { TRUST_SIGNALS_MAX = 24, TRUST_EVIDENCE_MAX = 16, TRUST_TEXT_MAX = 1 << 20, TRUST_SHORT_MAX = 120 };

struct trust_maker {
    struct check *c;
    struct arena *a;
};

/* One signal while it is looked for. */
struct trust_draft {
    const char *name, *why, *method;
    char value[400];
    enum claim_status status;               /* of the claim, when it has evidence */
    double confidence;
    bool seen;
    const struct evidence *evidence[TRUST_EVIDENCE_MAX];
    size_t n_evidence;
};

/* Add to what was seen, ", " between; a piece of evidence (NULL: none), the first ones are kept. */
void trust_see(struct trust_draft *d, const struct evidence *ev, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The part [from, to) of a text file as evidence. */
int trust_pointer(struct trust_maker *w, const char *path, struct span raw, size_t from, size_t to,
                  const struct evidence **out, struct err *e);

/* Read a text of the model, at most TRUST_TEXT_MAX. *out.p is NULL when it is larger, or leads out of the model. */
int trust_read(struct trust_maker *w, const struct model_file *f, struct span *out, struct err *e);

/* The first characters of a text on one line, marks of Markdown at both ends taken away. NULL: out of memory. */
const char *trust_short(struct trust_maker *w, struct span s);

/* Fill one signal. Each fails with ERR_MEMORY, and ERR_IO where it reads a file. */
int trust_publisher(struct trust_maker *w, struct trust_draft *d, struct err *e);
int trust_revision(struct trust_maker *w, struct trust_draft *d, struct err *e);
int trust_date(struct trust_maker *w, struct trust_draft *d, struct err *e);
int trust_signature(struct trust_maker *w, struct trust_draft *d, struct err *e);
int trust_digests(struct trust_maker *w, struct trust_draft *d, struct err *e);
int trust_changelog(struct trust_maker *w, struct trust_draft *d, struct err *e);
int trust_contact(struct trust_maker *w, struct trust_draft *d, struct err *e);
int trust_security(struct trust_maker *w, struct trust_draft *d, struct err *e);
int trust_gate(struct trust_maker *w, struct trust_draft *d, struct err *e);
int trust_releases(struct trust_maker *w, struct trust_draft *d, struct err *e);

#endif
