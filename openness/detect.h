// SPDX-License-Identifier: Apache-2.0
/* openness/detect.h - which files and words of a repository are which part of the framework.
 *
 *     train.py, training/ ───────────── training code      HERE      a file of the folder
 *     card: model-index, sections ───── results, data card IN_CARD   a passage of the card
 *     config.json + "transformers" ──── inference code     LIBRARY   code lies elsewhere, in a known library
 *     card: arXiv, data sets, branches  paper, datasets    NAMED     said to exist, not looked at
 *     nothing ─────────────────────────                    NOT
 *
 * Names of files decide, as a person would read them: they say what a file means to be, not that it works.
 * A file of next to no bytes counts for nothing, nor does a pointer of git-lfs, a template's comment, or
 * a folder of tests. Of several the one nearest to the root is shown. `whole` tells absent from cannot-tell:
 * the folder looks like a repository, not like one file or like weights that were fetched alone. */
#ifndef ASSAY_OPENNESS_DETECT_H
#define ASSAY_OPENNESS_DETECT_H
#include "openness/openness.h"

enum { DETECT_CARD_MAX = 1 << 20, DETECT_MIN_BYTES = 32 };      /* of the card only so much is searched */

enum detect_where { DETECT_NOT, DETECT_NAMED, DETECT_LIBRARY, DETECT_IN_CARD, DETECT_HERE };
struct detected {
    enum detect_where where;
    const char *path;               /* file, card, address, or name of the library; "" */
    const char *why;                /* what it was taken for; "" when NOT */
    size_t n_files;                 /* HERE */
    const struct evidence *evidence;        /* NULL when NOT */
};

struct detection {
    struct detected parts[MOF_PARTS];
    bool whole;
    const char *part_why;           /* why it is not whole, for "cannot-tell"; "" when it is */
    struct detected settings;       /* settings of training alone (deepspeed, accelerate): no code */
    size_t n_pointers;              /* weights and data of which only a git-lfs pointer is there */
    const struct evidence *withheld;        /* the card says that the weights are not given out; NULL */
    double training_flop;           /* the largest training compute that the card states; 0 */
    const struct evidence *flop_evidence;
};

/* Find the parts. Fails: ERR_IO, ERR_MEMORY. */
int detect_parts(const struct openness_input *in, struct arena *a, struct detection *out, struct err *e);

#endif
