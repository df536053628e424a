// SPDX-License-Identifier: Apache-2.0
/* scan/config_walk.h - what a configuration makes its loader do, whatever it is written in.
 *
 *     auto_map, custom_pipelines, trust_remote_code     code of the repository is run         remote-code
 *     modules.json, model_index.json, package.json      by their names: code of the folder, scripts of npm
 *     _target_                                          what it names is imported and called  instantiates-target,
 *                                                       a class of a known library            instantiates-class
 *     target, at the top of a model_config.yaml         the same, by NeMo
 *     chat_template, *_chat_template                    is a template                         judged as one
 *     api_key, endpoint, command, ...                   somebody's, in a published file       config-value
 *
 * At any depth; keys are compared whole or by their parts, never values by likeness. */
#ifndef ASSAY_SCAN_CONFIG_WALK_H
#define ASSAY_SCAN_CONFIG_WALK_H
#include "base/val.h"
#include "scan/scan.h"

/* Judge a parsed configuration. Fails: ERR_MEMORY. */
int config_walk(struct scan *s, const struct scan_node *n, const struct val *root, struct err *e);

#endif
