// SPDX-License-Identifier: Apache-2.0
/* cli/opt.h - a verb's options as one table: parsed, shown by --help, and printed into its manual page.
 *
 *     static const struct opt opts[] = {
 *         { 'j', "json", NULL,   "print one JSON object" },
 *         { 0,   "use",  "FILE", "the declared use, as YAML" },
 *     };
 *
 * `--name value`, `--name=value`, `-n value`, flags without one, `--` ends options. An option may be
 * given once; giving it twice is an error, never a silent choice. */
#ifndef ASSAY_CLI_OPT_H
#define ASSAY_CLI_OPT_H
#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

enum { OPT_MAX = 64 };

struct opt {
    char letter;                /* 0: long form only */
    const char *name, *arg;     /* arg NULL: a flag */
    const char *help;
};

struct opt_values {
    const char *value[OPT_MAX]; /* by place in the table: NULL not given; "" for a flag */
    char *const *args;          /* what is no option */
    size_t n_args;
};

/* Parse argv[1..]; argv is reordered so that the arguments stand together. Fails: ERR_USAGE. */
int opt_parse(const struct opt *table, size_t n, int argc, char **argv, struct opt_values *out,
              struct err *e);

#endif
