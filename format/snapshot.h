// SPDX-License-Identifier: Apache-2.0
/* format/snapshot.h - what the files of a model folder are, going by their names.
 *
 *     fs_list                               role                 scope      more
 *     LICENSE-MODEL                         license              weights
 *     README.md                             card
 *     model-00001-of-00002.safetensors   -> weights safetensors             shard 1 of 2, set 0
 *     model-00002-of-00002.safetensors      weights safetensors             shard 2 of 2, set 0
 *     model.safetensors.index.json          weights index
 *
 * Reading only, no judgement: whether a licence is one is for its reader to say. Names are compared
 * without case, and by words: '-', '_', '.', ' ' part them. The first rule that fits wins, in
 * this order: eval results, weights and configuration (fixed names, then endings), use policy,
 * third-party notices, licence, notice, card, code, data, documentation.
 * Also here: the facts of config.json, with their places. */
#ifndef ASSAY_FORMAT_SNAPSHOT_H
#define ASSAY_FORMAT_SNAPSHOT_H
#include "base/arena.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/span.h"

#define SNAP_ROLE_MAP(X)                                                              \
    X(SNAP_OTHER, "other")                                                            \
    X(SNAP_WEIGHTS_GGUF, "weights (GGUF)")                                            \
    X(SNAP_WEIGHTS_SAFETENSORS, "weights (safetensors)")                              \
    X(SNAP_WEIGHTS_INDEX, "weights index")                                            \
    X(SNAP_WEIGHTS_OTHER, "weights (other format)")                                   \
    X(SNAP_TRAINING_STATE, "training state")        /* optimizer.pt, training_args.bin */ \
    X(SNAP_CONFIG, "configuration")                 /* config.json */                 \
    X(SNAP_ADAPTER_CONFIG, "adapter configuration")                                   \
    X(SNAP_GENERATION_CONFIG, "generation configuration")                             \
    X(SNAP_CONFIG_OTHER, "other configuration")     /* processor, pooling, pipeline */ \
    X(SNAP_TOKENIZER, "tokenizer")                                                    \
    X(SNAP_TOKENIZER_CONFIG, "tokenizer configuration")                               \
    X(SNAP_CHAT_TEMPLATE, "chat template")                                            \
    X(SNAP_CARD, "model card")                                                        \
    X(SNAP_LICENSE, "license")                                                        \
    X(SNAP_NOTICE, "notice")                                                          \
    X(SNAP_USE_POLICY, "use policy")                                                  \
    X(SNAP_EVAL_RESULTS, "evaluation results")                                        \
    X(SNAP_CODE, "code")                                                              \
    X(SNAP_DATA, "data")                                                              \
    X(SNAP_DOCS, "documentation")

enum snap_role {
#define X(name, text) name,
    SNAP_ROLE_MAP(X)
#undef X
    SNAP_ROLE_COUNT
};

/* What a licence, policy or notice says in its name, or its folder's, that it covers. */
enum snap_scope { SNAP_SCOPE_UNSAID, SNAP_SCOPE_CODE, SNAP_SCOPE_WEIGHTS, SNAP_SCOPE_DATA, SNAP_SCOPE_DOCS };

struct snap_file {
    const struct fs_entry *entry;   /* borrowed from the list; its kind and `escapes` are not judged */
    enum snap_role role;
    enum snap_scope scope;
    bool is_pdf;
    unsigned depth;                 /* folders above it: 0 at the root */
    uint32_t shard, n_shards;       /* "-00001-of-00003": 1 and 3; 0 and 0 when it is whole */
    size_t set;                     /* index in `sets` when it is a shard */
};

/* The shards that belong together: same folder, stem, total and ending. */
struct snap_set {
    struct span stem;               /* path up to "-00001-of-", borrowed */
    enum snap_role role;
    uint32_t n_shards, n_present;   /* present: different numbers within 1 to n_shards */
    uint64_t size_bytes;
    bool complete;
};

struct snapshot {
    struct snap_file *files;        /* in the order of the list */
    size_t n;
    struct snap_set *sets;          /* by stem */
    size_t n_sets;
    size_t n_of[SNAP_ROLE_COUNT];
};

/* Classify every entry; `list` must be sorted by path, as fs_list leaves it. *out is owned by
 * `a` and borrows `list`; "description.md" is a card when weights lie beside it. Fails: ERR_MEMORY.
 * Cost: O(n log n). */
int snapshot_classify(const struct fs_list *list, struct arena *a, struct snapshot *out, struct err *e);

/* The role and scope of one path by its name alone ("description.md" then is documentation). */
enum snap_role snapshot_role(const char *path);
enum snap_scope snapshot_scope(const char *path);
const char *snapshot_role_name(enum snap_role role);

/* A value of a JSON file and where it stands. text.p is NULL when it is absent or null. */
struct snapshot_fact {
    struct span text;               /* strings decoded, numbers as written; NUL-terminated */
    uint32_t line_from, line_to;
    uint64_t byte_from, byte_to;
};

/* Facts of config.json, adapter_config.json or params.json. What a composite model keeps in
 * "text_config" or "llm_config" is taken from there when the top has none. */
struct snapshot_config {
    struct snapshot_fact model_type, name_or_path, base_model, base_revision, dtype, peft_type;
    struct snapshot_fact transformers_version, max_positions, vocab_size, hidden_size, n_layers;
    const struct snapshot_fact *architectures;
    size_t n_architectures;
};

/* Read a configuration. *out is owned by `a`. Fails: ERR_FORMAT (no JSON, no object), ERR_LIMIT
 * above 16 MiB, ERR_MEMORY. */
int snapshot_config(struct span json, struct arena *a, struct snapshot_config *out, struct err *e);

#endif
