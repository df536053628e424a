// SPDX-License-Identifier: Apache-2.0
/* base/sandbox.h - a process that takes everything from itself but its memory and the files it holds.
 *
 *     rlimits          memory, processor time, no new files, no processes, no core
 *     no_new_privs     nothing that is executed could gain rights
 *     Landlock         no file system, no network, as far as the kernel's version goes
 *     MDWE             no memory that is written can become executable
 *     seccomp          read, write, map without execution, and little else; anything more kills the process
 *
 * For a process that parses bytes of strangers (base/worker.h). It cannot be undone. Each layer holds alone: a
 * kernel without Landlock or MDWE still has the others; without seccomp there is no sandbox, and sandbox_enter fails.
 * Source: landlock(7), seccomp(2), prctl(2) PR_SET_MDWE; libseccomp makes the filter. */
#ifndef ASSAY_BASE_SANDBOX_H
#define ASSAY_BASE_SANDBOX_H
#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct sandbox_limits {
    uint64_t memory_bytes;              /* on top of what the process has; mapped files do not count */
    unsigned cpu_s;
};

/* What the kernel let us have: for `assay doctor` and for reports. */
struct sandbox_layers { int landlock_abi; bool mdwe; };

struct sandbox;                         /* the prepared filter: made once, used by every worker */

/* Prepare. *out is the caller's to free. Fails: ERR_LIMIT this system has no seccomp; ERR_MEMORY. */
int sandbox_new(struct sandbox **out, struct err *e);
void sandbox_free(struct sandbox *s);

/* Enter, in a child. Only calls that are safe after a fork. Returns 0, or -1 when a layer that must hold does not. */
int sandbox_enter(const struct sandbox *s, const struct sandbox_limits *limits, struct sandbox_layers *out);

/* Does this kernel have the optional layers? */
void sandbox_probe(struct sandbox_layers *out);

#endif
