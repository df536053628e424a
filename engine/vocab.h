// SPDX-License-Identifier: Apache-2.0
/* engine/vocab.h - open the vocabulary of a model, wherever it lies.
 *
 *     model.gguf             its tokenizer.ggml.* keys
 *     folder/                tokenizer.json, with tokenizer_config.json beside it; else the first GGUF file in it
 *     tokenizer.json         itself, with tokenizer_config.json beside it */
#ifndef ASSAY_ENGINE_VOCAB_H
#define ASSAY_ENGINE_VOCAB_H
#include "text/tokenizer.h"

/* *out lives as long as `a`; no file is kept. *kind, when asked for: "gguf" or "tokenizer.json".
 * Fails: ERR_NOT_FOUND, ERR_IO; as vocab_from_gguf and tok_new_json; path set. */
int vocab_open(const char *path, struct arena *a, struct tokenizer **out, const char **kind, struct err *e);

#endif
