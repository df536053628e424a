// SPDX-License-Identifier: Apache-2.0
/* base/yaml.h - YAML in, through libyaml's events, with the limits that libyaml lacks.
 *
 * One document. Aliases and anchors are refused (a card has no need of them, a bomb has); so are
 * tags other than the core ones, duplicate keys and keys that are no scalars. Plain scalars
 * follow the YAML 1.2 core schema: null/~, true/false, integers, floats; everything else, "no" and
 * "on" among it, is text; so is "<<", which merges nothing. UTF-8 only. Lines are counted by LF, as
 * editors do. Depth is counted at each event: libyaml is quadratic in it. */
#ifndef ASSAY_BASE_YAML_H
#define ASSAY_BASE_YAML_H
#include "base/val.h"

/* Parse one YAML document; an empty one gives a VAL_NULL. *out is owned by `a`.
 * Lines and bytes count from the start of `in`; a byte order mark and CRLF are accepted.
 * `lim` NULL: yaml_limits. Integers beyond int64_t are VAL_REAL; floats beyond a double are infinite.
 * A block list or map ends with its last child, a block scalar before its trailing line ends.
 * Fails: ERR_FORMAT with the line, ERR_LIMIT, ERR_MEMORY. */
int yaml_parse(struct span in, const struct val_limits *lim, struct arena *a,
               const struct val **out, struct err *e);

#endif
