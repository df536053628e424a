// SPDX-License-Identifier: Apache-2.0
/* passport/diff_int.h - how the parts of a comparison are made: two lists of rows, paired by their keys.
 *
 *     A: commercial = no          B: commercial = yes      -> changed, looser
 *        threshold mau = 700 M                             -> removed, looser (a limit: absent binds least)
 *                                    osi = yes             -> added
 *
 * Values are compared whole, byte by byte; only what is shown is cut. Evidence is made for rows that
 * differ alone. */
#ifndef ASSAY_PASSPORT_DIFF_INT_H
#define ASSAY_PASSPORT_DIFF_INT_H
#include "passport/diff.h"

enum { RANK_NONE = -1, RANK_ABSENT = 0, RANK_UNSAID = -2 };     /* see diff_rank */

struct diff_row {
    const char *key, *scope;            /* scope NULL: "" */
    struct span value;                  /* compared, and so is `type` */
    int type;
    const char *say;                    /* shown instead of the value; NULL: the value */
    int64_t rank;                       /* from 1, more is stricter; RANK_NONE, RANK_UNSAID */
    bool directed;                      /* the direction of a change is to be told */
    bool limit;                         /* absent means: no such limit */
    bool heavy, shaky;                  /* shaky: a difference may come from what was not read */
    char basis;
    const struct evidence *evidence[2];
    const char *path;                   /* where the value stands, when no evidence[0] is given; NULL: nowhere */
    struct span raw;                    /* its bytes there */
    uint64_t byte_from;
    uint32_t line_from, line_to;        /* 0: no lines */
    uint32_t quote_line;                /* number of the value's first line for passages; 0: no passages */
};

struct diff_rows { struct diff_row *items; size_t n, cap; };

/* Append an empty row; NULL: out of memory. */
struct diff_row *diff_row(struct diff *d, struct diff_rows *rows);

/* Pair by scope and key (equal ones in their order), append what differs, count what does not. Fails: ERR_MEMORY. */
int diff_rows(struct diff *d, enum diff_part part, const struct diff_rows *a, const struct diff_rows *b, struct err *e);

/* Append a change and count it; *out NULL when the part has too many to list. Fails: ERR_MEMORY. */
int diff_add(struct diff *d, const struct diff_change *c, struct diff_change **out, struct err *e);

/* Say that something was not compared. Fails: ERR_MEMORY. */
int diff_gap(struct diff *d, enum diff_part part, int side, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
enum { SIDE_A, SIDE_B, SIDE_BOTH };

/* A value made ready to show: cut between characters. Fails: ERR_MEMORY. */
int diff_value(struct diff *d, struct span s, struct diff_value *out, struct err *e);

/* Evidence from bytes whose lines are known already. NULL: out of memory. */
const struct evidence *diff_evidence(struct arena *a, const char *path, struct span raw, uint64_t byte_from,
                                     uint32_t line_from, uint32_t line_to);

enum diff_direction diff_rank(int64_t a, int64_t b);

/* Find out what `ref` is, and read and judge it. Fails: as diff_make. */
int diff_open(struct diff_subject *s, const char *ref, const struct check_options *opt, struct arena *a, struct err *e);

/* The parts, in the order of their consequence. */
int diff_verdict(struct diff *d, struct err *e);
int diff_license(struct diff *d, struct err *e);        /* licence, clauses, texts */
int diff_license_texts(struct diff *d, struct err *e);
int diff_weights(struct diff *d, struct err *e);        /* tensors; then, in their own order, metadata */
int diff_origin(struct diff *d, struct err *e);         /* base models, data sets */
int diff_openness(struct diff *d, struct err *e);
int diff_topics(struct diff *d, struct err *e);
int diff_card(struct diff *d, struct err *e);           /* front matter, sections */
int diff_metadata(struct diff *d, struct err *e);
int diff_config(struct diff *d, struct err *e);
int diff_trust(struct diff *d, struct err *e);
int diff_files(struct diff *d, struct err *e);

/* Rows of a parsed tree: one for each scalar, and for each list of scalars; the tree was read from `raw`, the whole
 * file at `path`. *truncated becomes true when there were more than are taken. Fails: ERR_MEMORY. */
int diff_tree_rows(struct diff *d, const char *path, struct span raw, const struct val *root, const char *scope,
                   struct diff_rows *out, bool *truncated, struct err *e);

/* The file of side k at `path`; NULL when there is none. */
const struct model_file *diff_file(const struct diff *d, int k, const char *path);

#endif
