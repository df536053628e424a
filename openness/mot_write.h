// SPDX-License-Identifier: Apache-2.0
/* openness/mot_write.h - write a listing that the Model Openness Tool reads.
 *
 *     struct mot_release r;
 *     mot_release_init(&r, &licenses);            the framework's name, version and date
 *     mot_set(&r.fields[MOT_NAME], "my-model");
 *     r.components = ...; r.n_components = ...;   each with part, or a name of its own
 *     mot_write(&r, &out, &e);
 *
 * What is written reads back equal, and the framework's schema takes it: every text is quoted, so none turns into a
 * number or a date. `release.license` and `release.components` are always written, because the schema asks for them. */
#ifndef ASSAY_OPENNESS_MOT_WRITE_H
#define ASSAY_OPENNESS_MOT_WRITE_H
#include "base/buf.h"
#include "openness/mof_licenses.h"
#include "openness/mot_file.h"

/* An empty release of this framework. */
void mot_release_init(struct mot_release *r, const struct mof_licenses *l);

/* Make *t the text s, which is borrowed. */
void mot_set(struct mot_text *t, const char *s);

/* Make *c the framework's component `part`: its name. */
void mot_component_init(struct mot_component *c, enum mof_part part);

/* Append the YAML of r. Fails: ERR_FORMAT a text is no UTF-8, ERR_LIMIT, ERR_MEMORY; `out` then holds a part. */
int mot_write(const struct mot_release *r, struct buf *out, struct err *e);

#endif
