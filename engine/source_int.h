// SPDX-License-Identifier: Apache-2.0
/* engine/source_int.h - how the view of a folder is made: keys (hf_keys.c), tensors (hf_names.c). */
#ifndef ASSAY_ENGINE_SOURCE_INT_H
#define ASSAY_ENGINE_SOURCE_INT_H
#include "base/val.h"
#include "engine/source.h"

/* config.json being turned into keys. Numbers are kept as GGUF has them: little-endian bytes. */
struct hf_config {
    struct arena *a;
    const struct val *json;             /* the part about the text model */
    const struct arch *arch;
    struct gguf_kv *kv;
    size_t n_kv, cap_kv;
    struct gguf_tensor *made;           /* tensors that no file holds: factors of rope */
    size_t n_made, cap_made;
};

/* Map one file and add it to s->files. */
int source_map(struct source *s, const char *path, struct err *e);

int source_open_folder(struct source *s, const char *dir, struct err *e);

/* Find the architecture and make all keys. Fails: ERR_FORMAT with the line, ERR_MEMORY. */
int hf_keys_make(struct hf_config *c, struct err *e);

/* Add "<arch>.<key>"; a key that begins with "general." stands by itself. Fails: ERR_MEMORY. */
int hf_put_u32(struct hf_config *c, const char *key, uint64_t v, uint64_t byte, struct err *e);
int hf_put_f32(struct hf_config *c, const char *key, double v, uint64_t byte, struct err *e);
int hf_put_bool(struct hf_config *c, const char *key, bool v, uint64_t byte, struct err *e);
int hf_put_str(struct hf_config *c, const char *key, const char *text, uint64_t byte, struct err *e);
int hf_put_bools(struct hf_config *c, const char *key, const uint8_t *v, size_t n, uint64_t byte, struct err *e);

/* layer_types as attention.sliding_window_pattern, when there are some. Fails: ERR_FORMAT a type that is not run. */
int hf_put_layer_types(struct hf_config *c, struct err *e);

/* Add a tensor of n numbers of F32, which are kept. Fails: ERR_MEMORY. */
int hf_make_tensor(struct hf_config *c, const char *name, const float *v, uint32_t n, struct err *e);

/* A finite number of the configuration; false when there is none. */
bool hf_number(const struct val *map, const char *key, double *out);

/* rope_theta, rope_scaling and rope_parameters as keys and tensors (hf_rope.c). */
int hf_rope_keys(struct hf_config *c, struct err *e);

/* The name in GGUF of the folder's tensor `hf`, into out; "" : of no use here. Fails: ERR_FORMAT. */
enum { HF_NAME_BYTES = 96 };
int hf_name(const struct arch *arch, struct span hf, char out[HF_NAME_BYTES], enum arch_fix *fix, struct err *e);

#endif
