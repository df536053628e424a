// SPDX-License-Identifier: Apache-2.0
/* license/family_int.h - the entries of data/families.yaml and data/datasets.yaml, and adding to the lists. */
#ifndef ASSAY_LICENSE_FAMILY_INT_H
#define ASSAY_LICENSE_FAMILY_INT_H
#include "license/family.h"

struct entry_common {
    const char *name, *license, *note;
    char basis;
    struct record_texts match;      /* globs */
    const struct val *v;            /* where it stands */
};

struct family_entry {
    struct entry_common c;
    struct record_texts names;      /* words that names of fine-tunes hold */
    const char *publisher, *base;   /* base: "org/name" of what the family was made from; "" when none */
    enum base_multimodal multimodal;
};

struct dataset_entry { struct entry_common c; enum right commercial; };

const char *family_plain_name(struct arena *a, struct span name);       /* NULL: out of memory */
const struct family_entry *family_match(const struct families *f, const char *name);
const struct family_entry *family_hint(const struct families *f, const char *name);
int family_fill(struct families *f, const struct family_entry *x, struct base *b, struct err *e);
int family_add(struct families *f, const struct base *said, struct base_list *out, struct err *e);
int family_add_dataset(struct families *f, const struct dataset *said, struct dataset_list *out, struct err *e);

#endif
