// SPDX-License-Identifier: Apache-2.0
/* format/card.h - a model card: front matter in YAML, then a body in Markdown.
 *
 *     [BOM] [blank lines]
 *     ---                         opens only as the first line that is not blank
 *     license: mit                meta: a map whose lines and bytes count from the FILE's start
 *     ---                         closes, as "..." does; a later --- is a rule of the body
 *     # Title                     body, body_line, body_byte
 *
 * Cards are written by people, and the hub checks only their syntax. So what is wrong with the front
 * matter (no YAML, a key given twice, no map, too large, never closed) is a finding, kept in meta_error
 * with its place in the file, and the body can still be read; `meta` is whole or NULL,
 * never half. Spans are borrowed from the input, the tree is the arena's.
 * Source: huggingface/hub-docs modelcard.md; huggingface_hub repocard.py, REGEX_YAML_BLOCK;
 * CommonMark 0.31 4.2, 4.3, 4.5 for headings and fences. */
#ifndef ASSAY_FORMAT_CARD_H
#define ASSAY_FORMAT_CARD_H
#include "base/val.h"

enum { CARD_MAX_BYTES = 16 << 20, CARD_META_MAX_BYTES = 1 << 20, CARD_MAX_SECTIONS = 100000 };

struct card {
    bool has_meta;                  /* a closed front matter is there, good or bad */
    struct span meta_raw;           /* between its two marks */
    const struct val *meta;         /* VAL_MAP; NULL when absent, empty or wrong */
    struct err meta_error;          /* code 0: nothing to complain of */
    struct span body;               /* all of the file when there is no front matter */
    uint32_t body_line;             /* first line of the body, from 1 */
    uint64_t body_byte;
};

/* Split and read a card. *out borrows `raw`; its tree is owned by `a`.
 * Fails: ERR_LIMIT above 16 MiB, ERR_MEMORY. Nothing else: see meta_error. Cost: O(n). */
int card_parse(struct span raw, struct arena *a, struct card *out, struct err *e);

enum card_state {
    CARD_ABSENT,                    /* no such key (or no meta) */
    CARD_EMPTY,                     /* the key without a value: null, "", [] */
    CARD_PLACEHOLDER,               /* left over from a template: "[More Information Needed]" */
    CARD_GIVEN,
    CARD_ODD,                       /* a map, or a list with more than scalars in it */
};

struct card_string {
    struct span text;               /* decoded, NUL-terminated, may hold NULs */
    uint32_t line_from, line_to;    /* of the file, as are the bytes [byte_from, byte_to) */
    uint64_t byte_from, byte_to;
};

struct card_strings {
    enum card_state state;
    const struct card_string *items;    /* filled when CARD_GIVEN; also the usable ones of CARD_ODD */
    size_t n;
    struct card_string all;             /* place of the key with its whole value; text: the key */
};

/* Read a key that holds one string or a list of them: license, base_model, datasets, language,
 * extra_gated_prompt and so on. Empty and placeholder items are left out. Numbers and booleans
 * give their text as written ("no" is Norwegian). Fails: ERR_MEMORY only. */
int card_strings(const struct card *c, const char *key, struct arena *a, struct card_strings *out,
                 struct err *e);

/* The next key that starts with `prefix` ("extra_gated_"), in the order of the file. Start with
 * `after` NULL; NULL when there are no more. Its name is the value's `key`. */
const struct val *card_next_key(const struct card *c, const char *prefix, const struct val *after);

/* Is this text one of the slots that the hub's templates leave behind? */
bool card_is_placeholder(struct span text);

/* A heading with what is under it. `line_to` and `byte_to` reach over its sub-sections, the
 * own_ ones end where the first of them starts. Level 0 is the text before any heading. */
struct card_section {
    unsigned level;                 /* 1 to 6, 0 for the preamble */
    struct span title;              /* as written, without marks; of setext, maybe several lines */
    uint32_t line_from, line_to, own_line_to;           /* inclusive, of the file */
    uint64_t byte_from, byte_to, own_byte_to;           /* half open, of the file */
};

/* The sections of the body, in order. Headings inside fenced code and HTML comments are none.
 * Fails: ERR_LIMIT above 100,000 sections, ERR_MEMORY. Cost: O(n). */
int card_sections(const struct card *c, struct arena *a, const struct card_section **out, size_t *n,
                  struct err *e);

#endif
