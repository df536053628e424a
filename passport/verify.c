// SPDX-License-Identifier: Apache-2.0
#include "passport/verify.h"

#include <inttypes.h>
#include "base/fs.h"
#include "base/json.h"
#include "base/sha256.h"
#include "format/pdf.h"
#include "store/model.h"

enum { DEPTH_MAX = 64 };

struct verify {
    struct model m;
    struct catalog *c;
    struct arena *a;
    struct verify_result *out;
    size_t cap;
    const char *open_path;              /* the file that is mapped */
    struct fs_map map;
    struct span pdf;                    /* its text, when it is a PDF */
    struct err *e;
};

static int add_drift(struct verify *v, const char *path, const char *why, uint64_t from, uint64_t to)
{
    void *items = v->out->drifts;
    for (size_t i = 0; i < v->out->n_drifts; i++)
        if (strcmp(v->out->drifts[i].path, path) == 0 && v->out->drifts[i].byte_from == from &&
            v->out->drifts[i].byte_to == to)
            return 0;
    if (arena_grow(v->a, &items, &v->cap, v->out->n_drifts, sizeof *v->out->drifts))
        return err_memory(v->e);
    v->out->drifts = items;
    v->out->drifts[v->out->n_drifts++] = (struct verify_drift){ path, why, from, to };
    return 0;
}

/* A path of a report is data: it must stay inside the model. */
static bool is_inside(const char *path)
{
    if (path[0] == '/' || strcmp(path, "..") == 0 || strncmp(path, "../", 3) == 0)
        return false;
    size_t n = strlen(path);
    return !strstr(path, "/../") && (n < 3 || strcmp(path + n - 3, "/..") != 0);
}

/* The bytes that a pointer's path names. A pointer with lines means a PDF's text, one without its bytes.
 * *why is set when they cannot be had. */
static int open_bytes(struct verify *v, const char *path, bool lines, struct span *out, const char **why)
{
    static const char prefix[] = "catalogue:";
    *why = NULL;
    if (strncmp(path, prefix, sizeof prefix - 1) == 0) {
        for (size_t i = 0; i < catalog_count(v->c); i++) {
            const struct license_record *r;
            int rc = catalog_at(v->c, i, &r, v->e);
            if (rc)
                return rc;
            if (strcmp(r->file, path + sizeof prefix - 1) == 0)
                return *out = r->bytes, 0;
        }
        *out = catalog_data(v->c, path + sizeof prefix - 1);
        *why = out->p ? NULL : "the catalogue has no such record any more";
        return 0;
    }
    if (!v->open_path || strcmp(v->open_path, path) != 0) {
        char *full = is_inside(path) ? model_path(&v->m, path, v->a) : NULL;
        fs_unmap(&v->map);
        v->open_path = NULL;
        v->pdf = SPAN_NONE;
        if (!full || fs_map(full, &v->map, NULL)) {
            *why = "the file cannot be opened";
            return 0;
        }
        v->open_path = path;
    }
    *out = v->map.bytes;
    if (!lines || !span_starts(v->map.bytes, "%PDF-"))
        return 0;
    bool unread = false;
    char *full = v->pdf.p ? NULL : model_path(&v->m, path, v->a);
    if (!v->pdf.p && (!full || pdf_text(full, v->a, &v->pdf, &unread, NULL) || unread))
        *why = "the PDF cannot be read";
    *out = v->pdf;
    return 0;
}

static int check_pointer(struct verify *v, const char *path, bool lines, int64_t from, int64_t to,
                         const char *sha256)
{
    struct span bytes;
    const char *why;
    char hex[SHA256_HEX_BYTES];
    v->out->n_pointers++;
    int rc = open_bytes(v, path, lines, &bytes, &why);
    if (rc)
        return rc;
    if (!why && (from < 0 || to < from || (uint64_t)to > bytes.n))
        why = "the file is shorter than it was";
    if (!why) {
        rc = sha256_hex(span_sub(bytes, (size_t)from, (size_t)(to - from)), hex, v->e);
        if (!rc && strcmp(hex, sha256) != 0)
            why = "the bytes are not what they were";
    }
    return rc || !why ? rc : add_drift(v, path, why, (uint64_t)from, (uint64_t)to);
}

static int check_file(struct verify *v, const char *path, const char *sha256)
{
    char hex[SHA256_HEX_BYTES];
    v->out->n_files++;
    char *full = is_inside(path) ? model_path(&v->m, path, v->a) : NULL;
    const char *why = !full || sha256_file(full, NULL, hex, NULL) ? "the file cannot be opened" :
                      strcmp(hex, sha256) != 0 ? "the file is not what it was" : NULL;
    return why ? add_drift(v, path, why, 0, 0) : 0;
}

/* Visit every object of the tree. Depth is bounded by the parser's limit. */
static int check_tree(struct verify *v, const struct val *node)
{
    const char *path = val_str(val_get(node, "path")), *sha256 = val_str(val_get(node, "sha256"));
    int64_t from, to, line = 0;
    int rc = 0;
    if (path && sha256) {
        (void)val_int(val_get(node, "line_from"), &line);
        if (val_int(val_get(node, "byte_from"), &from) && val_int(val_get(node, "byte_to"), &to))
            rc = check_pointer(v, path, line > 0, from, to, sha256);
        else if (val_get(node, "size"))
            rc = check_file(v, path, sha256);
    }
    if (node->kind == VAL_LIST || node->kind == VAL_MAP)
        for (const struct val *child = node->first; child && !rc; child = child->next)
            rc = check_tree(v, child);
    return rc;
}

int verify_report(struct span json, const char *model, struct catalog *c, struct arena *a,
                  struct verify_result *out, struct err *e)
{
    struct val_limits lim = json_limits;
    struct verify_result result = { 0 };
    struct verify v = { .c = c, .a = a, .out = &result, .e = e };
    const struct val *doc;
    lim.max_depth = DEPTH_MAX;
    int rc = json_parse(json, &lim, a, &doc, e);
    if (rc)
        return rc;
    const char *ref = val_str(val_path(doc, "model.ref"));
    if (!val_is(val_get(doc, "schema"), "assay.check/1") || !ref)
        return err_set(e, ERR_FORMAT, 0, "not a report of schema \"assay.check/1\"");
    rc = model_open(model ? model : ref, a, &v.m, e);
    if (!rc)
        rc = check_tree(&v, doc);
    fs_unmap(&v.map);
    if (!rc)
        *out = result;
    return rc;
}
