// SPDX-License-Identifier: Apache-2.0
/* scan/repository.h - what no file shows alone: names beside names, and files that have others read or run.
 *
 *     names     hidden, look-alike, twins, Windows, double endings                    on the file that is called so
 *     code      config.json ── auto_map ──> modeling_x.py ── from .layers ──> layers.py
 *               handler.py, hubconf.py, ...: by their names alone                     on the Python file
 *     weights   model.onnx ── location ──> model.onnx_data: there? long enough? itself, or a link?    on the model
 *     git       .git, HEAD beside objects/: repositories that came with the folder     on config and hooks
 *
 * Runs where the results of the workers arrive, on their word (checked in scan_wire.c) and the list of files; of the disk
 * only lstat, stat and realpath of weights are asked. Findings are added to the results like the workers' own. */
#ifndef ASSAY_SCAN_REPOSITORY_H
#define ASSAY_SCAN_REPOSITORY_H
#include "scan/scan_pool.h"

/* Judge all files of one call; results[i] is of files[i]. Fails: ERR_MEMORY. O(n log n). */
int repository_judge(const struct scan_file *files, size_t n, struct scan_result *results, struct arena *a, struct err *e);

/* Is it a path inside a repository of git that git itself would not have brought: a hook, a setting? Says what, or NULL. */
const char *repository_git_part(struct span path);

#endif
