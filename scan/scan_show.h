// SPDX-License-Identifier: Apache-2.0
/* scan/scan_show.h - what a scan found, for programs: our JSON, and SARIF 2.1.0 for code hosts.
 *
 * Byte-stable: files in the order of the scan, findings in the order of the bytes. */
#ifndef ASSAY_SCAN_SCAN_SHOW_H
#define ASSAY_SCAN_SCAN_SHOW_H
#include "base/json.h"
#include "scan/allow.h"
#include "scan/baseline.h"
#include "scan/scan_paths.h"

struct scan_view {                          /* a scan with what was accepted of it */
    const struct scanned *scanned;
    const struct allow *allow;
    const struct baseline *baseline;        /* no entries when there is none */
    const char *today;
    const char *version;                    /* of the program */
};

/* One file: path, size, sha256, format, verdict, accepted, n_found, findings[]. Inside a list or alone. */
void show_scan_file(struct json_out *j, const struct scan_view *v, size_t i);

/* The whole answer, schema assay.scan/1, and a line end. */
void show_scan(const struct scan_view *v, struct buf *out);

/* One JSON object a line: each file as it stands in the whole answer. */
void show_scan_lines(const struct scan_view *v, struct buf *out);

/* SARIF 2.1.0 (OASIS, 2020-03-27). Accepted findings are there, suppressed. */
void show_sarif(const struct scan_view *v, struct buf *out);

#endif
