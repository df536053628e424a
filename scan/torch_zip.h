// SPDX-License-Identifier: Apache-2.0
/* scan/torch_zip.h - what torch.save and torch.jit.save put into a ZIP, and what of it needs no reader.
 *
 *     archive/data.pkl           asks for storages by key ──┐        archive/version  byteorder  .format_version
 *     archive/data/<key>         numbers, as many bytes <───┘        archive/.storage_alignment  .data/serialization_id
 *     archive/constants.pkl, constants/<key>                         archive/code/(star).py: TorchScript
 *
 * A storage is explained when a pickle asks for just so many bytes under its key: torch takes them as numbers. What is
 * not explained is scanned by its content, like any member. Source: torch/serialization.py, caffe2/serialize. */
#ifndef ASSAY_SCAN_TORCH_ZIP_H
#define ASSAY_SCAN_TORCH_ZIP_H
#include "format/zip.h"
#include "scan/scan.h"

enum torch_part { TORCH_OTHER, TORCH_DATA, TORCH_CONSTANTS, TORCH_SMALL, TORCH_CODE, TORCH_STORAGE };

struct torch_zip {
    bool found;                             /* there is a data.pkl */
    struct span root;                       /* "archive/" */
    struct scan_storages data, constants;
    uint32_t *data_order, *constants_order; /* by key */
    uint8_t *met;                           /* a storage of `data` was there */
    uint64_t code_at;
    uint32_t n_code;
};

/* Look for the layout in the members. */
void torch_zip_find(const struct zip *z, struct torch_zip *out);

/* What a member is by its name. */
enum torch_part torch_zip_part(const struct torch_zip *t, struct span name);

/* Call once, after the pickles were judged. Fails: -1 out of memory. */
int torch_zip_asked(struct torch_zip *t, struct arena *a);

/* The storage that this member is, by its name; NULL: none was asked for. Notes that it was met. */
const struct scan_storage *torch_zip_storage(struct torch_zip *t, struct span name);

/* Is what stands in this small member what torch writes there? */
bool torch_zip_small(struct span name, struct span bytes);

/* A storage that data.pkl asks for and that was not met; NULL: none. */
const char *torch_zip_missing(const struct torch_zip *t);

#endif
