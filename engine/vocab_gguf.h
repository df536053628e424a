// SPDX-License-Identifier: Apache-2.0
/* engine/vocab_gguf.h - the tokenizer that a GGUF file brings, from its tokenizer.ggml.* keys.
 *
 *     tokenizer.ggml.model   llama: SentencePiece   gpt2: BPE   bert: WordPiece   t5: Unigram   gemma4: BPE without bytes
 *     tokenizer.ggml.pre     a name for the splits of BPE; the file does not say what it means: engine/vocab_pre.c does
 *
 * What the file leaves out is as llama.cpp has it; where that differs from the tokenizer that the model was trained
 * with, it is as that one has it: control tokens are no text of the model's, words of BERT end at 100 characters, marks go
 * where case goes, and a vocabulary with capitals keeps case.
 * Source: ggml docs/gguf.md; llama.cpp src/llama-vocab.cpp for the defaults. */
#ifndef ASSAY_ENGINE_VOCAB_GGUF_H
#define ASSAY_ENGINE_VOCAB_GGUF_H
#include "format/gguf.h"
#include "text/tokenizer.h"

/* Fails as tok_new; ERR_FORMAT also for a model or pre that is not known, with its name; ERR_NOT_FOUND: no vocabulary. */
int vocab_from_gguf(const struct gguf *g, struct arena *a, struct tokenizer **out, struct err *e);

/* What a name of tokenizer.ggml.pre stands for: names between spaces, splits up to the first NULL. */
enum { VOCAB_IGNORE_MERGES = 1, VOCAB_ADD_BOS = 2, VOCAB_ADD_SEP = 4, VOCAB_NO_BOS = 8, VOCAB_ESCAPED = 16,
       VOCAB_MASK_LSTRIP = 32 };
struct vocab_pre { const char *names; unsigned flags; const char *splits[6]; };
const struct vocab_pre *vocab_pre_find(struct span name);      /* NULL: not known */

#endif
