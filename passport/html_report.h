// SPDX-License-Identifier: Apache-2.0
/* passport/html_report.h - a check as one page that people can read, print on A4 and sign.
 *
 * One file: no script, no address that a browser would open, no font or picture from elsewhere; its style is
 * data/report/report.css, built in. A content security policy in it forbids what escaping already prevents.
 * Byte-stable, like the JSON: the same struct gives the same bytes. */
#ifndef ASSAY_PASSPORT_HTML_REPORT_H
#define ASSAY_PASSPORT_HTML_REPORT_H
#include "base/buf.h"
#include "passport/check_model.h"

/* Append the page. Fails: ERR_FORMAT a broken record, ERR_MEMORY, ERR_LIMIT. */
int html_report(struct check *c, struct buf *out, struct err *e);

#endif
