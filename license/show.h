// SPDX-License-Identifier: Apache-2.0
/* license/show.h - identified texts and records as JSON, the same wherever they are printed. */
#ifndef ASSAY_LICENSE_SHOW_H
#define ASSAY_LICENSE_SHOW_H
#include "base/json.h"
#include "license/catalog.h"
#include "license/identify.h"

/* One file: path, kind, class, match, concluded[], mentions[], residue, nearest[], clauses[], facts.
 * Facts are those of the records of all that was concluded, the stricter one where they differ.
 * Fails: ERR_FORMAT a broken record, ERR_MEMORY. Errors of writing stick to the buf of j. */
int show_identified(struct json_out *j, const char *path, const struct identified *r, struct catalog *c,
                    struct err *e);

/* {path, line_from, line_to} with the words and cue of the passage. */
void show_span(struct json_out *j, const char *path, const struct identify_span *s);

/* The whole record: everything of its file but the cases. */
void show_record(struct json_out *j, const char *key, const struct license_record *r);

/* The version of an entry's licence: of the record when there is one, else "". */
int show_version(struct catalog *c, const char *id, const char **version, struct err *e);

#endif
