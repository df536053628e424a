// SPDX-License-Identifier: Apache-2.0
/* scan/template_known.h - is this the template that a family publishes, and what is other in it?
 *
 *     name TAB sha256 of the text TAB parts, 16 hexadecimal digits each, sorted      one line of data/scan/templates.tsv
 *
 * The text is taken with LF for CRLF and without blanks at its end. A part is a statement without what stands inside it: a
 * piece of text without blanks around it, an output, the head of an if, a for, a macro. Its digits are the first of the
 * SHA-256 of its tree, so white space, comments and the kind of quotes do not count, and nobody can make a part that looks
 * like another. Only digests are kept; no text of anybody's template is in the program. */
#ifndef ASSAY_SCAN_TEMPLATE_KNOWN_H
#define ASSAY_SCAN_TEMPLATE_KNOWN_H
#include "base/sha256_plain.h"
#include "scan/template_int.h"

enum { TEMPLATE_LIKE_PERCENT = 50, TEMPLATE_LIKE_PARTS = 4 };       /* in common, of both, to be called alike */

struct template_part { uint64_t hash; uint32_t at; };
struct template_parts { struct template_part *items; size_t n, cap; };     /* sorted by hash, then place */

/* Digest of the text. Fails: ERR_MEMORY. */
int template_digest(struct span text, uint8_t out[SHA256_BYTES], struct err *e);

/* All parts below `root`, in `a`. Fails: ERR_MEMORY. */
int template_parts(const struct jinja_node *root, struct arena *a, struct template_parts *out, struct err *e);

struct template_match {
    struct span name;                       /* of the list */
    bool same;                              /* the very text */
    size_t n_new, n_missing;                /* parts that only this, only that one has */
    uint32_t new_at;                        /* the first new one */
};

/* The template of `list` that is the same or most alike; SPAN_NONE takes the list built in. False: none is. */
bool template_find(struct span list, const uint8_t digest[SHA256_BYTES], const struct template_parts *parts,
                   struct template_match *out);

/* Say which known template this is, or is like. Fails: ERR_MEMORY, in j->rc. */
void template_known(struct template_judge *j, const struct jinja_node *root);

#endif
