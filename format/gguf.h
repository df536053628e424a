// SPDX-License-Identifier: Apache-2.0
/* format/gguf.h - the metadata and the tensor directory of a GGUF file, read without trusting a byte.
 *
 *     "GGUF" u32 version   u64 n_tensors   u64 n_kv
 *     n_kv times      [u64 n][key] u32 type  value            a string is [u64 n][bytes],
 *     n_tensors times [u64 n][name] u32 n_dims  u64 dims[]     an array u32 type  u64 n  items
 *                     u32 type  u64 offset
 *     zeros up to a multiple of general.alignment (32 when the key is missing)
 *     data            tensor bytes, each tensor at data + offset
 *
 * Versions 2 and 3, little-endian. Opening reads the header only: tensor bytes are never touched,
 * strings are never copied, a vocabulary is skipped over. What is handed out has been proved:
 * each span lies in the file, keys and names are unique and valid UTF-8, each tensor's size follows from
 * its type and dims, lies inside the data, is aligned, and overlaps no other. The text of string
 * values is bytes as written: valid UTF-8 only where this header says so.
 * Borrows the caller's span (usually an mmap); tables live in the caller's arena, and cost at most
 * eight times the bytes of the header.
 * Source: ggml docs/gguf.md; gguf-py constants.py for the general.* keys. */
#ifndef ASSAY_FORMAT_GGUF_H
#define ASSAY_FORMAT_GGUF_H
#include "base/arena.h"
#include "base/err.h"
#include "base/ggml_type.h"
#include "base/span.h"

#define GGUF_MAX_HEADER_BYTES ((size_t)256 << 20)   /* all metadata and the tensor directory */
#define GGUF_MAX_KEYS         65536u
#define GGUF_MAX_TENSORS      (1u << 20)
#define GGUF_MAX_KEY_BYTES    65535u                /* by the spec, as the two below */
#define GGUF_MAX_NAME_BYTES   64u
#define GGUF_MAX_DIMS         4u
#define GGUF_MAX_DEPTH        4u                    /* of arrays in arrays */
#define GGUF_MAX_ALIGNMENT    (1u << 20)
#define GGUF_MAX_SOURCES      1024u                 /* base models, or datasets */
#define GGUF_MAX_LIST         4096u                 /* items that gguf_general keeps of a list */

enum gguf_type {
    GGUF_U8, GGUF_I8, GGUF_U16, GGUF_I16, GGUF_U32, GGUF_I32, GGUF_F32, GGUF_BOOL,
    GGUF_STR, GGUF_ARRAY, GGUF_U64, GGUF_I64, GGUF_F64,
    GGUF_TYPE_LIMIT
};

struct gguf_kv {
    struct span key;
    enum gguf_type type;
    enum gguf_type item_type;       /* of an array; else `type` again */
    uint64_t n;                     /* items of an array; else 1 */
    struct span value;              /* text of a string, items of an array, little-endian number */
    uint64_t key_byte;              /* where the key's text starts in the file */
    uint64_t byte_from, byte_to;    /* where `value` is in the file */
};

struct gguf_tensor {
    struct span name;
    enum ggml_type type;
    uint32_t n_dims;
    uint64_t dims[GGUF_MAX_DIMS];   /* fastest first, none is 0; 1 beyond n_dims */
    uint64_t n_elements, size_bytes;
    uint64_t offset;                /* in the data, as written */
    uint64_t byte_from, byte_to;    /* of the tensor's bytes in the file */
    uint64_t entry_byte;            /* where its directory entry starts in the file */
    struct span data;
};

struct gguf {
    uint32_t version, alignment;
    uint32_t n_kv, n_tensors;
    const struct gguf_kv *kv;               /* in the order of the file */
    const struct gguf_tensor *tensors;      /* in the order of the file; NULL after gguf_open_keys */
    const uint32_t *kv_by_name, *tensors_by_name, *tensors_by_offset;
    uint64_t header_bytes;                  /* up to the end of what was read */
    uint64_t data_offset;                   /* header_bytes rounded up to the alignment */
    uint64_t unclaimed_bytes;               /* of the data: in no tensor, and more than padding */
    struct span file;
};

/* Read the whole header of `in`. Cost: one pass over the header, one sort.
 * out: written only on success; valid while `in` and `a` are.
 * Fails: ERR_FORMAT malformed, also version 1, big-endian and unknown types; ERR_LIMIT above one
 * of the limits here; ERR_MEMORY. The position is the first byte of the field at fault. */
int gguf_open(struct span in, struct arena *a, struct gguf *out, struct err *e);

/* The same, but stop before the tensor directory: for a judge of licences when gguf_open refused the
 * tensors, or when only the first part of a file is at hand. `n_tensors` is then a mere claim. */
int gguf_open_keys(struct span in, struct arena *a, struct gguf *out, struct err *e);

/* NULL when there is none. O(log n) in the worst case, whoever chose the names. */
const struct gguf_kv *gguf_get(const struct gguf *g, const char *key);
const struct gguf_kv *gguf_get_span(const struct gguf *g, struct span key);
const struct gguf_tensor *gguf_tensor(const struct gguf *g, const char *name);
const struct gguf_tensor *gguf_tensor_span(const struct gguf *g, struct span name);

/* False, and *out untouched, when the key is missing or of another type. Integers of any width do for
 * u64 and i64 when the value fits; f64 takes f32 and f64; no other conversions. */
bool gguf_str(const struct gguf *g, const char *key, struct span *out);
bool gguf_u64(const struct gguf *g, const char *key, uint64_t *out);
bool gguf_i64(const struct gguf *g, const char *key, int64_t *out);
bool gguf_f64(const struct gguf *g, const char *key, double *out);
bool gguf_bool(const struct gguf *g, const char *key, bool *out);

/* Walk an array of strings in place. Nothing to walk when kv is NULL or of another type.
 *     struct gguf_strings it = gguf_strings(gguf_get(g, "tokenizer.ggml.tokens"));
 *     while (gguf_next(&it, &text)) ...          text's place in the file: it.byte_from */
struct gguf_strings { struct span rest; uint64_t left, byte_from, next_byte; };
struct gguf_strings gguf_strings(const struct gguf_kv *kv);
bool gguf_next(struct gguf_strings *it, struct span *text);

/* Item i of an array of numbers, O(1); rules as above. */
bool gguf_item_u64(const struct gguf_kv *kv, uint64_t i, uint64_t *out);
bool gguf_item_i64(const struct gguf_kv *kv, uint64_t i, int64_t *out);
bool gguf_item_f64(const struct gguf_kv *kv, uint64_t i, double *out);

const char *gguf_type_name(enum gguf_type type);        /* "u32", "string", "array", ... */

/* ---- what the file says of its own origin (format/gguf_general.c) ---- */

/* One text with its evidence. kv is NULL when the file does not say. Valid UTF-8. */
struct gguf_text {
    struct span text;
    uint64_t byte_from, byte_to;
    const struct gguf_kv *kv;
};

struct gguf_list {                  /* of strings; a plain string reads as a list of one */
    const struct gguf_text *items;
    uint32_t n;
    bool truncated;                 /* the file has more than GGUF_MAX_LIST */
};

struct gguf_source {                /* general.base_model.N.*, general.dataset.N.* */
    struct gguf_text name, author, version, organization, description, url, doi, uuid, repo_url;
};

struct gguf_sources {
    const struct gguf_source *items;    /* [N]; numbers that the file skips are empty */
    uint32_t n;                         /* from the keys that are there, whatever count says */
    bool has_count;
    uint64_t count;                     /* general.base_model.count as written */
};

struct gguf_general {
    struct gguf_text architecture, type, name, basename, finetune, size_label, description;
    struct gguf_text author, organization, version, quantized_by;
    struct gguf_text license, license_name, license_link;
    struct gguf_text url, doi, uuid, repo_url;
    struct gguf_text source_url, source_doi, source_uuid, source_repo_url, source_hf_repository;
    struct gguf_list tags, languages;
    struct gguf_list datasets;              /* general.datasets, as the spec has it */
    struct gguf_sources base_models;
    struct gguf_sources dataset_sources;    /* general.dataset.N.*, as gguf-py writes it */
    const struct gguf_kv *const *odd;       /* keys from above that hold another type, or bytes */
    uint32_t n_odd;                         /* that are not UTF-8: what they say was not read */
};

/* Collect the general.* keys that matter for licence and provenance. Lists are owned by `a`.
 * Fails: ERR_MEMORY. */
int gguf_general(const struct gguf *g, struct arena *a, struct gguf_general *out, struct err *e);

#endif
