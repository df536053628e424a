// SPDX-License-Identifier: Apache-2.0
/* format/pdf.h - the text of a PDF, read by pdftotext in a child on a short leash.
 *
 *     assay --fork--> [ no descriptors but one pipe, rlimits, no new privileges ] --exec--> pdftotext
 *       ^                                                                              |
 *       +--- pipe: UTF-8, at most max_bytes, until wall_ms ----------------------------+
 *
 * Some models ship their terms only as a PDF. Its format is too large to read here, so the work is
 * poppler's; it is hostile input to a large C++ program, hence the leash. No shell, a fixed
 * environment, and the program only from absolute folders of PATH. Where pdftotext is
 * absent nothing is guessed: the file is "unread: PDF".
 * Give the text to text_decode under the name of the file: form feeds part the pages. */
#ifndef ASSAY_FORMAT_PDF_H
#define ASSAY_FORMAT_PDF_H
#include <limits.h>
#include <stdbool.h>
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

struct pdf_limits {
    size_t max_bytes;               /* of text */
    unsigned wall_ms, cpu_s;
    size_t memory_bytes;
};

/* 16 MiB of text, 30 s, 20 s of processor time, 1 GiB. */
extern const struct pdf_limits pdf_limits;

/* The first pdftotext in an absolute folder of PATH. False: there is none. */
bool pdf_program(char program[PATH_MAX]);

/* Read the text of the PDF at `path`. *out is owned by `a` and followed by a NUL.
 * unread: true when there is no pdftotext; 0 is returned and *out untouched.
 * Fails: ERR_NOT_FOUND, ERR_IO (also: not a regular file), ERR_FORMAT the child failed,
 * ERR_LIMIT too much text or time, ERR_MEMORY; path set. Not for a process that ignores SIGCHLD. */
int pdf_text(const char *path, struct arena *a, struct span *out, bool *unread, struct err *e);
int pdf_text_within(const char *path, const struct pdf_limits *lim, struct arena *a, struct span *out,
                    bool *unread, struct err *e);

#endif
