// SPDX-License-Identifier: Apache-2.0
/* store/chat_file.h - where a model keeps its chat template, and the tokens that the template names.
 *
 *     FILE.gguf                 tokenizer.chat_template, tokenizer.chat_template.NAME; tokens by their ids
 *     tokenizer_config.json     "chat_template": a text, or [{ "name", "template" }]; "bos_token", "eos_token", ...
 *     chat_template.json        "chat_template": a text
 *     FILE                      anything else is the template itself, and names no tokens
 *     FOLDER                    chat_template.jinja and additional_chat_templates/NAME.jinja, or chat_template.json, or
 *                               tokenizer_config.json, or its only .gguf; tokens from tokenizer_config.json
 *
 * All is copied into the arena; no file stays open. Texts are valid UTF-8. */
#ifndef ASSAY_STORE_CHAT_FILE_H
#define ASSAY_STORE_CHAT_FILE_H
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "text/chat.h"

enum { CHAT_TEMPLATES_MAX = 64, CHAT_TOKENS_MAX = 8 };

struct chat_named { const char *name, *path; struct span text; };       /* path: of the file it stood in */

struct chat_file {
    struct chat_named templates[CHAT_TEMPLATES_MAX];        /* the unnamed one is "default" */
    size_t n_templates;
    struct chat_token tokens[CHAT_TOKENS_MAX];
    size_t n_tokens;
};

/* Fails: ERR_NOT_FOUND no file, or no template in it; ERR_FORMAT; ERR_LIMIT; ERR_IO; ERR_MEMORY; path set. */
int chat_file_open(const char *path, struct arena *a, struct chat_file *out, struct err *e);

/* The template called `name`. NULL: "tool_use" when there are tools and such a template, else "default".
 * Fails: ERR_NOT_FOUND, with the names that there are. */
int chat_file_pick(const struct chat_file *f, const char *name, bool has_tools, const struct chat_named **out, struct err *e);

#endif
