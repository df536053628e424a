// SPDX-License-Identifier: Apache-2.0
/* openness/mot_file.h - a listing of the Model Openness Tool: what a producer says of one release.
 *
 *     framework: {name, version, date}
 *     release:
 *       name, version, date, type, ...             fields[]
 *       license: {distribution|code|data|document: {name, path}}       licenses[]
 *       components:                                components[]
 *       - {name, description, license, license_path, component_path}
 *
 * Nothing is mended: texts stay as written, each with its line. A key without a value counts as not there, as it does
 * for the framework's own tool; an empty text is there and empty. All memory is the arena's.
 * Source: lfai/model_openness_tool, schema/mof_schema.json. */
#ifndef ASSAY_OPENNESS_MOT_FILE_H
#define ASSAY_OPENNESS_MOT_FILE_H
#include <stdint.h>
#include "base/arena.h"
#include "base/err.h"
#include "openness/mof.h"

enum { MOT_COMPONENTS_MAX = 200, MOT_UNKNOWN_MAX = 50 };

enum mot_framework_field { MOT_FRAMEWORK_NAME, MOT_FRAMEWORK_VERSION, MOT_FRAMEWORK_DATE, MOT_FRAMEWORK_FIELDS };
enum mot_field {
    MOT_NAME, MOT_VERSION, MOT_DATE, MOT_TYPE, MOT_ARCHITECTURE, MOT_TREATMENT, MOT_ORIGIN, MOT_PRODUCER, MOT_CONTACT,
    MOT_REPOSITORY, MOT_HUGGINGFACE, MOT_FIELDS
};
enum mot_component_field {
    MOT_COMPONENT_NAME, MOT_COMPONENT_DESCRIPTION, MOT_COMPONENT_LICENSE, MOT_COMPONENT_LICENSE_PATH,
    MOT_COMPONENT_PATH, MOT_COMPONENT_FIELDS
};
enum mot_scope { MOT_SCOPE_CODE, MOT_SCOPE_DATA, MOT_SCOPE_DOCUMENT, MOT_SCOPE_DISTRIBUTION, MOT_SCOPES };

struct mot_text {
    const char *s;              /* as written; "" when not given, or empty; never NULL after reading */
    uint32_t line;              /* 0: not there */
    bool given;                 /* has a value, may be empty */
    bool not_text;              /* YAML reads it as a number, a date or a boolean; the schema asks for text */
};

struct mot_license { struct mot_text name, path; };
struct mot_component {
    struct mot_text fields[MOT_COMPONENT_FIELDS];
    uint32_t line;
    enum mof_part part;         /* by its name; MOF_PARTS: no such component */
};
struct mot_unknown { const char *key, *where; uint32_t line; };     /* a key that the schema does not have */

struct mot_release {
    struct mot_text framework[MOT_FRAMEWORK_FIELDS];
    struct mot_text fields[MOT_FIELDS];
    struct mot_license licenses[MOT_SCOPES];
    struct mot_component *components;
    size_t n_components;
    bool has_licenses, has_components;      /* the keys are there */
    uint32_t framework_line, release_line;  /* framework_line 0: no such key */
    const struct mot_unknown *unknown;
    size_t n_unknown;
};

/* Read one listing. Fails: ERR_FORMAT with the line (bad YAML, or a shape that the schema refuses), ERR_LIMIT,
 * ERR_MEMORY; *out is then untouched. */
int mot_read(struct span in, struct arena *a, struct mot_release *out, struct err *e);

/* "name", "license_path": the key of a field. */
const char *mot_framework_key(enum mot_framework_field f);
const char *mot_key(enum mot_field f);
const char *mot_component_key(enum mot_component_field f);
const char *mot_scope_key(enum mot_scope s);            /* code data document distribution */

/* The component called exactly so; MOF_PARTS when there is none. */
enum mof_part mot_part_of(const char *name);

/* The key of the whole schema that is nearest to a misspelt one; NULL. */
const char *mot_near_key(const char *key);

#endif
