// SPDX-License-Identifier: Apache-2.0
/* format/xml_int.h - what the parts of the XML reader share. */
#ifndef ASSAY_FORMAT_XML_INT_H
#define ASSAY_FORMAT_XML_INT_H
#include "format/xml.h"

/* Fail at `pos` of x->in, and stay failed. */
int xml_fail(struct xml *x, int code, size_t pos, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

uint64_t xml_offset(struct xml *x, size_t pos);             /* in the file, of a place in x->in */
bool xml_is(const struct xml *x, const char *s);            /* does `s` stand at x->pos? */
bool xml_is_space(uint8_t c);
size_t xml_skip_space(struct xml *x);                       /* how many bytes of it there were */

/* Read a name at x->pos. Fails: ERR_FORMAT there is none, ERR_LIMIT. */
int xml_name(struct xml *x, struct span *out, struct err *e);

/* Step over one character at `pos`, which must be one of XML's. Returns its bytes, 0 when it is none. */
unsigned xml_char(struct span in, size_t pos, uint32_t *cp);
bool xml_char_allowed(uint32_t cp);
bool xml_name_starts(uint32_t cp);
bool xml_name_goes_on(uint32_t cp);

/* Up to `end`, which is stepped over: characters of XML. *out is what stands before it. */
int xml_up_to(struct xml *x, const char *end, const char *what, struct span *out, struct err *e);

/* A comment at x->pos. */
int xml_comment(struct xml *x, struct span *out, struct err *e);

int xml_doctype(struct xml *x, struct err *e);

#endif
