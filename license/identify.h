// SPDX-License-Identifier: Apache-2.0
/* license/identify.h - which licence is this text, exactly, and what in it does no licence explain.
 *
 *     text -> words -> known texts that lie in it whole      (exact; or with a residue: "rider")
 *                   -> else the nearest, and where they part  (near: never named as the licence)
 *
 * A known text counts only when every word of it lies there in order (license/align.h). What it does not
 * explain and is not a heading, name or date is residue, with its lines. A text of which no known licence
 * lies whole is near (Dice of at least 0.5 to some) or unknown; either way no licence is concluded. */
#ifndef ASSAY_LICENSE_IDENTIFY_H
#define ASSAY_LICENSE_IDENTIFY_H
#include "base/arena.h"
#include "base/err.h"
#include "format/text.h"
#include "license/clause.h"
#include "license/index.h"

enum identify_match { MATCH_EXACT, MATCH_RESIDUE, MATCH_NEAR, MATCH_UNKNOWN };
enum identify_kind {
    TEXT_IS_LICENSE,            /* or means to be one, known or not */
    TEXT_IS_POLICY,             /* grants nothing by itself */
    TEXT_IS_NOTICES,            /* lists what others' parts are under */
    TEXT_IS_POINTER,            /* only an address */
    TEXT_IS_OTHER               /* says nothing of licences */
};

struct identify_span {          /* a passage: lines and bytes of the source file */
    uint32_t line_from, line_to;
    uint64_t byte_from, byte_to;
    uint32_t word_from, word_to;
    const char *words;          /* its words in normal form, at most 60 of them */
    const char *cue;            /* what it seems to say: clause_describe, or "" */
};

struct identify_found {
    const struct index_entry *entry;
    enum identify_match match;          /* MATCH_EXACT or MATCH_RESIDUE */
    struct identify_span where;
};

struct identify_near {
    const struct index_entry *entry;
    double similarity;                  /* Dice over words, 0..1 */
    uint32_t missing_words;             /* of the known text, not found */
    struct identify_span *differs;      /* passages of the input that the known text lacks */
    size_t n_differs;
};

struct identified {
    enum identify_kind kind;
    enum identify_match match;          /* of the whole file */
    unsigned class;                     /* enum index_class: never permissive with a residue or unknown */
    struct identify_found *found;       /* in the order of the file */
    size_t n_found;
    struct identify_found *mentioned;   /* notices and policies: known texts inside, not concluded */
    size_t n_mentioned;
    struct identify_span *residue;
    size_t n_residue;
    struct identify_near nearest[3];    /* best first; only when match is not MATCH_EXACT */
    size_t n_nearest;
    struct identify_span *clauses;      /* cues of an unknown, near or residue text */
    size_t n_clauses;
    uint32_t n_words;
    uint32_t head_lines;                /* a head between "---" lines that was not read as part of the text */
};

/* Identify one text. `name` is the file's name (it tells a NOTICE from a LICENSE; may be "").
 * out's memory is a's; t must outlive it. Fails: ERR_LIMIT, ERR_MEMORY. About 1 ms for 10 KB. */
int identify_text(const struct index *x, const struct text *t, const char *name, struct arena *a,
                  struct identified *out, struct err *e);

const char *identify_match_name(enum identify_match m);     /* exact residue near unknown */
const char *identify_kind_name(enum identify_kind k);       /* license policy notices pointer other */

#endif
