// SPDX-License-Identifier: Apache-2.0
/* text/jinja_attr.h - what Python's types have by name: the methods that run here, and those that do not.
 *
 * A name must be known even when it does not run: in Jinja d.items is a method whether or not d has a key "items",
 * and d["items"] is the key first. */
#ifndef ASSAY_TEXT_JINJA_ATTR_H
#define ASSAY_TEXT_JINJA_ATTR_H
#include "text/jinja_value.h"

enum jmember_is {
    JM_METHOD,
    JM_CHANGES,             /* would change its value: hidden, as the immutable sandbox does */
    JM_MISSING              /* exists, and is not run here: calling it is an error */
};
struct jmember { const char *name; enum jmember_is is; jfunction call; };

extern const struct jmember jmembers_str[], jmembers_list[], jmembers_pair[], jmembers_dict[];    /* end: name NULL */

/* Strings in other cases. `how`: 'l' lower, 'u' upper, 't' title, 'c' capitalize, 's' swapcase. */
const struct jstr *jstr_cased(struct jrun *r, const struct jstr *s, char how);
/* At most `max` splits (-1: all); sep NULL: runs of white space. The parts, as strings. */
struct jlist *jstr_split(struct jrun *r, const struct jstr *s, const struct jstr *sep, jint max, bool from_right);
struct jlist *jstr_lines(struct jrun *r, const struct jstr *s, bool keep_ends);
const struct jstr *jstr_replaced(struct jrun *r, const struct jstr *s, const struct jstr *old, const struct jstr *with,
                                 jint max);
const struct jstr *jstr_stripped(struct jrun *r, const struct jstr *s, const struct jstr *chars, bool left, bool right);
/* how: 'l' and 'r' just, 'c' center */
const struct jstr *jstr_padded(struct jrun *r, const struct jstr *s, jint width, const struct jstr *fill, char how);
/* All characters and at least one letter with a case: 'l' lower, 'u' upper, 't' title. */
bool jstr_is_cased(struct jrun *r, const struct jstr *s, char how);

#endif
