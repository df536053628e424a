// SPDX-License-Identifier: Apache-2.0
/* text/schema.h - a JSON Schema as a grammar of the JSON texts that satisfy it.
 *
 *     {"type": "object", "properties": {"a": {"type": "integer", "minimum": 3}}, "required": ["a"]}
 *       ─> '{' "a" ':' 3 | 4 | ... | [1-9][0-9]+ ... '}'
 *
 * Drafts 7 and 2020-12. Fails closed: a keyword that restricts and cannot be turned into a grammar is an error that names
 * it, never left out. Keys come in any order, as the standard has it; a declared one once at most. Text is JSON as
 * programs write it: strings raw but for what must be escaped, white space a blank or a line end with blanks.
 * What is checked of `format` is in schema_format.c; a format that is not there is an annotation.
 * Source: JSON Schema 2020-12, Core and Validation; RFC 8259. */
#ifndef ASSAY_TEXT_SCHEMA_H
#define ASSAY_TEXT_SCHEMA_H
#include "base/val.h"
#include "text/grammar.h"

struct schema_options {
    bool compact;               /* no white space at all */
    bool any_of;                /* read a oneOf whose branches may overlap as anyOf, instead of an error */
};

/* Compile. `schema` and *out live in `a`.
 * Fails: ERR_FORMAT malformed, a keyword that cannot be enforced, no text at all satisfies it, with the keyword's
 * byte; ERR_LIMIT; ERR_MEMORY. */
int grammar_from_schema(const struct val *schema, struct schema_options opt, struct arena *a, const struct grammar **out,
                        struct err *e);

#endif
