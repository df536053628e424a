// SPDX-License-Identifier: Apache-2.0
/* format/html.h - tags and entities taken out of a text, in place.
 *
 *     p    A <b>B</b> &amp; C<br>D        read position r >= write position w, always:
 *     ->   A B & C\nD                     a tag leaves at most one byte, an entity never grows
 *
 * Not a browser: no tree, nothing executed, nothing fetched. One pass over the bytes whatever
 * they hold: what is not closed is looked for once, and never again. A page follows the HTML
 * tokenizer (an open comment, quote or script swallows the rest, as in a browser); in
 * Markdown only names of HTML elements make a tag, and what is not closed in its paragraph is text.
 * Source: WHATWG HTML 13.2.5 (tokenization); CommonMark 0.31 6.6 (raw HTML). */
#ifndef ASSAY_FORMAT_HTML_H
#define ASSAY_FORMAT_HTML_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/span.h"

enum html_mode { HTML_PAGE, HTML_IN_MARKDOWN };

/* Reduce p[0, n) to text; src holds each byte's source position and moves along.
 * p: valid UTF-8 without NULs. Returns the new length. */
size_t html_reduce(char *p, uint32_t *src, size_t n, enum html_mode mode);

/* Decode the character reference at s.p[0] == '&'. Returns its bytes and the code point, 0 when
 * there is none. A page may leave out the ';' of numbers and of Latin-1 names. */
size_t html_entity(struct span s, enum html_mode mode, uint32_t *cp);

/* Does the text, after space, comments and an XML declaration, start as an HTML page? */
bool html_is_page(struct span s);

#endif
