// SPDX-License-Identifier: Apache-2.0
/* license/family.h - what the model was made from: base models, data sets, and the terms that they bring.
 *
 *     card base_model, adapted_from    ┐                         data/families.yaml
 *     gguf general.base_model.N.*      ├─> "meta-llama/Llama-3.1-8B" ──match──> Llama 3.1, its licence,
 *     adapter_config, config.json      │        declared                        its own base, ...
 *     names ("my-llama-tune")          ┘        hinted: a reason to look, never proof
 *
 * A family may name its own base: that one follows as an item of its own (BASE_CHAIN, `via` tells of which).
 * A base that no family matches stays in the list with `known` false: an open question, not a pass.
 * Data sets are resolved the same way against data/datasets.yaml: for the report, not for the verdict.
 * All memory is the arena's. */
#ifndef ASSAY_LICENSE_FAMILY_H
#define ASSAY_LICENSE_FAMILY_H
#include "base/arena.h"
#include "base/err.h"
#include "claim/claim.h"
#include "format/card.h"
#include "format/gguf.h"
#include "format/snapshot.h"
#include "license/catalog.h"

enum { BASES_MAX = 1024, BASE_CHAIN_MAX = 8, BASE_NONE = -1 };

enum base_relation {
    RELATION_UNSAID, RELATION_FINETUNE, RELATION_QUANTIZED, RELATION_ADAPTER, RELATION_MERGE, RELATION_DISTILL
};
enum base_how { BASE_DECLARED, BASE_HINTED, BASE_CHAIN };
enum base_multimodal { MULTIMODAL_UNSAID, MULTIMODAL_NO, MULTIMODAL_YES };

struct base {
    const char *name;                       /* as written: "meta-llama/Llama-3.1-8B" */
    enum base_relation relation;
    enum base_how how;
    const char *method;                     /* "front matter key base_model", "name of the model" */
    double confidence;
    const struct evidence *evidence;        /* where the name stands; of BASE_CHAIN: the family's lines */
    bool known;                             /* a family matched; what follows is its */
    const char *family, *publisher;         /* "" when not known */
    const char *license;                    /* id; "" not known, NOASSERTION: known to differ, not read */
    const struct license_record *record;    /* NULL: no facts */
    char basis;                             /* 'V', 'S', 'M'; 0 when not known */
    enum base_multimodal multimodal;
    const char *note;
    const struct evidence *family_evidence; /* "catalogue:families.yaml"; NULL when not known */
    int via;                                /* BASE_CHAIN: index of the item whose base this is; else BASE_NONE */
    unsigned depth;                         /* 0; 1 for the base of a base */
};

struct base_list { struct base *items; size_t n, cap; bool truncated; };      /* begin with { 0 } */

struct dataset {
    const char *name;                       /* as written */
    const char *method;                     /* "front matter key datasets", "gguf key general.datasets" */
    double confidence;
    const struct evidence *evidence;
    bool known;
    const char *title;                      /* "MS MARCO"; "" when not known, as are the next two */
    const char *license, *note;             /* in words */
    enum right commercial;                  /* yes, no, conditional or unsaid */
    char basis;
    const struct evidence *entry_evidence;  /* "catalogue:datasets.yaml" */
};

struct dataset_list { struct dataset *items; size_t n, cap; bool truncated; };

struct family_entry;
struct dataset_entry;
struct families {                           /* one per thread */
    struct catalog *catalog;
    struct arena *a;
    struct span families_raw, datasets_raw;
    const struct family_entry *entries;
    size_t n_entries;
    const struct dataset_entry *datasets;
    size_t n_datasets;
};

/* Read both files; SPAN_NONE takes the one that travels with the catalogue.
 * Fails: ERR_FORMAT with file and line, ERR_LIMIT, ERR_MEMORY. */
int families_open(struct families *f, struct catalog *catalog, struct span families_yaml,
                  struct span datasets_yaml, struct arena *a, struct err *e);

/* Add the bases that each source names, and theirs. A name that is in the list already is not
 * added again, but what was only hinted becomes declared. Fails: ERR_FORMAT a broken record, ERR_MEMORY.
 *     card      base_model, base_model_relation, adapted_from; tags "base_model:finetune:org/name"
 *     gguf      general.base_model.N.*; nothing from its names: see bases_from_name
 *     config    adapter_config.json: base_model_name_or_path (declared); config.json: _name_or_path (hinted)
 *     name      a name of the model that holds a known family's word (hinted): of its folder or
 *               file, general.name, general.basename, the card's title; evidence may be NULL only there */
int bases_from_card(struct families *f, const char *path, struct span raw, const struct card *card,
                    struct base_list *out, struct err *e);
int bases_from_gguf(struct families *f, const char *path, const struct gguf *g, const struct gguf_general *gen,
                    struct base_list *out, struct err *e);
int bases_from_config(struct families *f, const char *path, struct span raw, const struct snapshot_config *config,
                      struct base_list *out, struct err *e);
int bases_from_name(struct families *f, const char *name, const char *method, const struct evidence *evidence,
                    struct base_list *out, struct err *e);

/* Add the data sets that each source names. */
int datasets_from_card(struct families *f, const char *path, struct span raw, const struct card *card,
                       struct dataset_list *out, struct err *e);
int datasets_from_gguf(struct families *f, const char *path, const struct gguf *g, const struct gguf_general *gen,
                       struct dataset_list *out, struct err *e);

/* The family of the model itself, going by its own name ("org/name"): what its publisher put it under.
 * out->known is false when there is none. Its bases are not followed. Fails: as above. */
int family_of(struct families *f, const char *name, struct base *out, struct err *e);

const char *base_relation_name(enum base_relation r);       /* unsaid finetune quantized adapter merge distill */
const char *base_how_name(enum base_how h);                 /* declared hinted chain */

#endif
