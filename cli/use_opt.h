// SPDX-License-Identifier: Apache-2.0
/* cli/use_opt.h - the declared use, from a file and from options, for every verb that `takes_use`. */
#ifndef ASSAY_CLI_USE_OPT_H
#define ASSAY_CLI_USE_OPT_H
#include "license/use.h"

/* Read `file` (YAML; NULL: none), then let values[i], the option of use_keys' key i, win over it (NULL: not given).
 * Fails: as use_from_yaml and use_set, and as fs_read. */
int use_from_options(const char *file, const char *const *values, struct arena *a, struct use *out, struct err *e);

#endif
