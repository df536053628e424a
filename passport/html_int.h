// SPDX-License-Identifier: Apache-2.0
/* passport/html_int.h - text into HTML: between tags, in an attribute, in a CSS string. */
#ifndef ASSAY_PASSPORT_HTML_INT_H
#define ASSAY_PASSPORT_HTML_INT_H
#include "base/buf.h"
#include "passport/pen.h"

/* Append text that is safe between tags and in a quoted attribute; `marks`: set what hides apart with an element,
 * which only fits between tags. At most PEN_CLIP bytes are shown. */
void html_text(struct buf *b, const char *text, bool marks);

/* Append a CSS string with its quotes: every character but letters and digits as an escape. */
void html_css_string(struct buf *b, const char *text);

/* The page up to the title, with the style; and the drawings that mark states. */
void html_head(struct buf *b, const char *title, const char *kicker, const char *foot);
void html_marks(struct buf *b);

/* Evidence that unfolds. */
void html_proof(struct pen *p, const struct pen_proof *proof);

struct span html_style(void);                   /* data/report/report.css */

#endif
