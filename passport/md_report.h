// SPDX-License-Identifier: Apache-2.0
/* passport/md_report.h - a check as Markdown (CommonMark and GitHub's tables), also good to read as it is.
 *
 * The same words as the page of html_report.h. Statements carry numbers, (E7), and the last section lists the
 * evidence under them with whole digests. No HTML; text from files stands in code spans, so that none
 * of it becomes a link, a picture or a heading. */
#ifndef ASSAY_PASSPORT_MD_REPORT_H
#define ASSAY_PASSPORT_MD_REPORT_H
#include "base/buf.h"
#include "passport/check_model.h"

/* Append the text. Fails: ERR_FORMAT a broken record, ERR_MEMORY, ERR_LIMIT. */
int md_report(struct check *c, struct buf *out, struct err *e);

#endif
