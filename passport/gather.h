// SPDX-License-Identifier: Apache-2.0
/* passport/gather.h - everything a model says and holds about its licence, read once.
 *
 *     model ── GGUF ─────────── general.* keys
 *           ├─ safetensors ──── directory proved, not judged
 *           ├─ card ─────────── front matter, prose         } declarations
 *           ├─ config, adapter ─ names of base models        }
 *           └─ LICENSE, NOTICE, USE_POLICY, PDF ── identified texts
 *
 * Each file that was looked at is in `files` with what became of it; what was not read is listed with
 * the reason, never passed over. A malformed model file or configuration is an error (the
 * caller stops with it); a malformed card is a finding. */
#ifndef ASSAY_PASSPORT_GATHER_H
#define ASSAY_PASSPORT_GATHER_H
#include "claim/claim.h"
#include "format/card.h"
#include "format/gguf.h"
#include "format/safetensors.h"
#include "license/catalog.h"
#include "license/declared.h"
#include "license/family.h"
#include "license/identify.h"
#include "store/model_hold.h"

enum { GATHER_TEXT_MAX = 16 << 20, GATHER_MAPS_MAX = 4096 };

struct gather_text {                    /* a licence, notice or policy file */
    const struct model_file *file;
    struct span raw;                    /* its bytes, or the text of its PDF */
    struct text text;
    struct identified is;
};

struct gather_card { const struct model_file *file; struct span raw; struct card card; };

struct gather_weights {                 /* a weights file whose directory was proved */
    const struct model_file *file;
    bool is_gguf;
    struct gguf gguf;                   /* of a GGUF file */
    struct st_file st;                  /* of a safetensors file */
};

struct gather_unread { const char *path, *why; };

struct gather {
    struct arena *a;
    struct catalog *catalog;
    const struct index *index;
    struct declare declare;
    struct families families;
    const struct model *model;
    struct gather_text *texts;
    size_t n_texts, cap_texts;
    struct gather_unread *unread;
    size_t n_unread, cap_unread;
    struct gather_card *cards;          /* those at the root, in the order of the files */
    size_t n_cards, cap_cards;
    struct declared_list declared;
    struct base_list bases;
    struct dataset_list datasets;
    struct model_map *maps;             /* mapped model files, closed by gather_fini */
    size_t n_maps, cap_maps;
    struct gather_weights *weights;     /* those whose directory was read and proved */
    size_t n_weights, cap_weights;
    const struct model_file *config_file;       /* config.json at the root; NULL when there is none */
    struct span config_raw;
    const char *architecture;           /* of the weights, "" when unknown; the first file's */
    const struct evidence *architecture_at;     /* where a GGUF file names it; NULL */
    bool license_unread, policy_unread;
};

/* Read the model. Fails: ERR_FORMAT and ERR_LIMIT a model file or configuration, with its path and
 * place; ERR_IO, ERR_MEMORY. Call gather_fini also after a failure. */
int gather_model(struct gather *g, const struct model *m, struct catalog *catalog, const struct index *x,
                 struct arena *a, struct err *e);
void gather_fini(struct gather *g);

/* The raw bytes of a text that was gathered, by path; SPAN_NONE when there is none. */
struct span gather_bytes(const struct gather *g, const char *path);

#endif
