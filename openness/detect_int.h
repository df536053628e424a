// SPDX-License-Identifier: Apache-2.0
/* openness/detect_int.h - the steps of detect_parts. */
#ifndef ASSAY_OPENNESS_DETECT_INT_H
#define ASSAY_OPENNESS_DETECT_INT_H
#include "openness/detect.h"

enum { DETECT_SETTINGS = MOF_PARTS };               /* a bit of detect_path behind those of the parts */

/* What a file is by its name, as bits 1 << enum mof_part and 1 << DETECT_SETTINGS. O(length). */
unsigned detect_path(const struct openness_file *f);

/* What the card says: papers, code, checkpoints elsewhere, compute, weights withheld. Fails: ERR_MEMORY. */
int detect_card(const struct openness_input *in, struct arena *a, struct detection *out, struct err *e);

/* The licence of a library that runs models; NULL: not a library that is known. */
const char *detect_library_license(const char *name);

/* Does this library, which runs GGUF files, implement the architecture? Other libraries: not asked here. */
bool detect_gguf_architecture(const char *name);

/* The largest "6.3 x 10^24 FLOP" in a text, 0 when none; *from and *to get its place. Rates do not count. */
double detect_flop(struct span text, size_t *from, size_t *to);

#endif
