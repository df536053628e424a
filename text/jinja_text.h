// SPDX-License-Identifier: Apache-2.0
/* text/jinja_text.h - strings that know where each of their bytes came from.
 *
 *     p      < | u s e r | > h i   t h e r e < | e n d | >
 *     data   false                                            the first byte is the template's
 *     flips                  8              16                 here the origin changes
 *
 * A string is never changed; one made of others keeps the origin of every byte. Bytes are UTF-8, positions that a
 * template sees are characters. All memory is the run's. Every function copes with a run that already failed. */
#ifndef ASSAY_TEXT_JINJA_TEXT_H
#define ASSAY_TEXT_JINJA_TEXT_H
#include "base/span.h"

struct jrun;

struct jstr {
    const uint8_t *p;
    uint32_t n, n_chars;                    /* equal: all ASCII */
    const uint32_t *flips;
    uint32_t n_flips;
    bool data;                              /* of the first byte: the caller's, not the template's */
    bool markup;                            /* what |safe made: escapes what is joined to it */
};

extern const struct jstr jstr_empty;

/* A string of these bytes, which are not copied. */
const struct jstr *jstr_of(struct jrun *r, struct span bytes, bool data);
const struct jstr *jstr_lit(struct jrun *r, const char *s);
/* Bytes [from, to) of s, with its markup. */
const struct jstr *jstr_cut(struct jrun *r, const struct jstr *s, size_t from, size_t to);
const struct jstr *jstr_marked(struct jrun *r, const struct jstr *s, bool markup);
const struct jstr *jstr_join2(struct jrun *r, const struct jstr *a, const struct jstr *b);

static inline struct span jstr_span(const struct jstr *s) { return span_of(s->p, s->n); }
bool jstr_eq(const struct jstr *a, const struct jstr *b);
bool jstr_is(const struct jstr *a, const char *s);
int jstr_cmp(const struct jstr *a, const struct jstr *b);
bool jstr_data_at(const struct jstr *s, size_t byte);
bool jstr_any_data(const struct jstr *s);
/* The byte where character `ch` begins (n_chars: the end), and the other way round. */
size_t jstr_byte(const struct jstr *s, size_t ch);
size_t jstr_char(const struct jstr *s, size_t byte);
/* First or last place of `what` in bytes [from, to); SIZE_MAX: none. */
size_t jstr_find(struct jrun *r, const struct jstr *s, struct span what, size_t from, size_t to);
size_t jstr_rfind(struct jrun *r, const struct jstr *s, struct span what, size_t from, size_t to);
/* The character at byte i, as a code point; *n its bytes (1 where the bytes are no UTF-8, cp then U+FFFD). */
uint32_t jstr_at(const struct jstr *s, size_t i, size_t *n);
/* [*from, *to) without the characters of `chars` at its ends; NULL: white space. `left`, `right`: which ends. */
void jstr_strip(struct jrun *r, const struct jstr *s, const struct jstr *chars, bool left, bool right, size_t *from,
                size_t *to);

/* A string that is being written. */
struct jtext {
    struct jrun *r;
    uint8_t *p;
    size_t n, cap;
    uint32_t *flips;
    size_t n_flips, cap_flips;
    bool first, last;                       /* origin of the first byte and of the last one */
};
void jtext_init(struct jtext *t, struct jrun *r, size_t expected_bytes);
void jtext_put(struct jtext *t, const void *p, size_t n, bool data);
void jtext_str(struct jtext *t, const char *s, bool data);
void jtext_char(struct jtext *t, char c, bool data);
void jtext_cp(struct jtext *t, uint32_t cp, bool data);
void jtext_fill(struct jtext *t, const struct jstr *fill, size_t times);
void jtext_add(struct jtext *t, const struct jstr *s);
void jtext_part(struct jtext *t, const struct jstr *s, size_t from, size_t to);
const struct jstr *jtext_done(struct jtext *t);

#endif
