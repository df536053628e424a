// SPDX-License-Identifier: Apache-2.0
/* cli/cmd.h - a verb of the program: one const struct in one file, cli/cmd_<verb>.c.
 *
 * The build makes the table of verbs from the list in cli/meson.build. A verb parses nothing itself (its
 * option table does), makes one call down, and prints: the answer to stdout in one write when it
 * is whole, talk to stderr. It returns an exit status of base/err.h's table. */
#ifndef ASSAY_CLI_CMD_H
#define ASSAY_CLI_CMD_H
#include "base/buf.h"
#include "base/date.h"
#include "base/err.h"
#include "cli/opt.h"

enum { EXIT_YES = 0, EXIT_NO = 1 };

struct cmd {
    const char *name, *args, *line;     /* "check", "MODEL", one line of what it does */
    const struct opt *opts;
    size_t n_opts;
    bool takes_use;                     /* one more option per key of license/use.h, behind `opts` */
    const char *about;                  /* below the options in --help */
    int (*run)(const struct opt_values *v);
};

extern const struct cmd *const cmd_table[];     /* ends with NULL; generated */

/* Print "assay: path: line 3: message" and its hint to stderr. Returns the exit status. */
int cmd_fail(const struct err *e);

/* Today in UTC; "" when the clock does not tell. Returns `out`. */
const char *cmd_today(char out[DATE_BYTES]);

/* Tell which file is being read, on a terminal; NULL: take the line away. `terminal`: const bool *. From any thread. */
void cmd_reading(void *terminal, const char *path);

/* Write the whole answer to stdout. Returns 0, or the exit status of a failed write. */
int cmd_answer(const struct buf *b);

#endif
