// SPDX-License-Identifier: Apache-2.0
/* format/text.h - any document as UTF-8 text, with the way back to its bytes and lines.
 *
 *     source   EF BB BF  F r e e &amp; [ o p e n ] ( h t t p : . . . ) CR LF ...
 *     p                  F r e e & o p e n \n
 *     src                3 4 5 6 7 13 ...                  non-decreasing, n + 1 entries
 *
 * Evidence must name bytes and lines of the file as it lies on the disk, while a matcher wants plain
 * words: this is the bridge. Three steps: the encoding (byte order mark; UTF-8; else
 * Windows-1252), the line ends, the markup. No step makes the text longer than the decoded
 * source, so the second and third work in place and the cost is linear.
 *
 * Every byte of an output character has the source position of the character, entity or tag
 * that it came from. Heading marks, bullets, emphasis and quotes stay: whoever compares words
 * ignores punctuation. Bytes that are no UTF-8 in a text that mostly is, lone surrogates and
 * an odd last byte of UTF-16 become U+FFFD. All memory is the arena's. */
#ifndef ASSAY_FORMAT_TEXT_H
#define ASSAY_FORMAT_TEXT_H
#include <stddef.h>
#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum { TEXT_MAX_BYTES = 16 << 20 };

enum text_encoding { TEXT_UTF8, TEXT_UTF16LE, TEXT_UTF16BE, TEXT_LATIN1 };
enum text_markup { TEXT_PLAIN, TEXT_MARKDOWN, TEXT_HTML, TEXT_PDF };

struct text {
    const char *p;                  /* valid UTF-8 without NULs, then one NUL */
    size_t n;
    const uint32_t *src;            /* src[i]: byte of the source where p[i] came from; src[n]: its size */
    const uint32_t *line_start;     /* source byte where each source line starts */
    uint32_t n_lines;               /* at least 1; a final line end opens no further line */
    enum text_encoding encoding;
    enum text_markup markup;
};

/* Read `raw`. `name` (may be NULL) tells Markdown, HTML and the text of a PDF by its ending;
 * a text that starts as an HTML page is one whatever its name. *out is owned by `a`.
 *     HTML      tags, comments, script, style and title go, blocks break the line, entities decoded
 *     Markdown  [words](url) becomes words, known HTML tags and comments go, entities decoded
 *     plain     [words](url) becomes words
 *     PDF       as plain; `raw` is what pdf_text gave, so positions are those of that text
 * Fails: ERR_FORMAT with the byte for binary content, ERR_LIMIT above 16 MiB, ERR_MEMORY.
 * Cost: linear; at most 15 times the source in memory, mostly 6. */
int text_decode(struct span raw, const char *name, struct arena *a, struct text *out, struct err *e);

/* The source line (from 1) of p[i]; i = n gives the last. O(log lines). */
uint32_t text_line(const struct text *t, size_t i);

#endif
