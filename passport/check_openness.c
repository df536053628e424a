// SPDX-License-Identifier: Apache-2.0
/* passport/check_openness.c - what the judge of openness needs to know, from what was read and concluded. */
#include "passport/check_int.h"

#include "base/json.h"

enum { SEE_BYTES = 4096, POINTER_MIN = 100, POINTER_MAX = 1024, CONFIG_MAX = 16 << 20 };

struct maker {
    struct check *c;
    struct arena *a;
    struct openness_input in;
};

/* ---- files --------------------------------------------------------------------------- */

/* The first bytes of a file. Whole files have their digest in the list of files. */
static int see_file(void *ud, const char *path, const struct evidence **out, struct err *e)
{
    const struct maker *m = ud;
    struct model_map map;
    int rc = model_map(&m->c->model, path, m->a, &map, e);
    if (rc)
        return rc;
    uint64_t n = map.bytes.n < SEE_BYTES ? map.bytes.n : SEE_BYTES;
    bool text = n > 0 && !memchr(map.bytes.p, 0, (size_t)n) && !span_starts(map.bytes, "%PDF-");
    *out = evidence_of(m->a, path, span_sub(map.bytes, 0, (size_t)n), 0, n, text);
    model_unmap(&map);
    return *out ? 0 : err_memory(e);
}

/* Does the file only stand for one that git-lfs keeps elsewhere? Read in a scratch arena. */
static int is_pointer(const struct maker *m, const struct model_file *f, bool *out, struct err *e)
{
    struct arena scratch;
    struct span raw = SPAN_NONE;
    *out = false;
    bool may_be = f->role == SNAP_WEIGHTS_OTHER || f->role == SNAP_DATA || f->role == SNAP_OTHER || f->is_pdf;
    if (!may_be || f->size_bytes < POINTER_MIN || f->size_bytes > POINTER_MAX)
        return 0;
    arena_init(&scratch, 1 << 20);
    int rc = model_read(&m->c->model, f->path, POINTER_MAX, &scratch, &raw, e);
    *out = !rc && span_starts(raw, "version https://git-lfs.github.com/spec/");
    arena_fini(&scratch);
    return rc;
}

static int put_files(struct maker *m, struct err *e)
{
    const struct model *model = &m->c->model;
    struct openness_file *files = arena_array(m->a, model->n_files, sizeof *files);
    if (!files)
        return err_memory(e);
    m->in.files = files;
    for (size_t i = 0; i < model->n_files; i++) {
        const struct model_file *f = &model->files[i];
        bool pointer;
        if (f->escapes)
            continue;
        int rc = is_pointer(m, f, &pointer, e);
        if (rc)
            return rc;
        files[m->in.n_files++] = (struct openness_file){ f->path, f->role, f->size_bytes, pointer };
    }
    return 0;
}

/* ---- what it is built of ------------------------------------------------------------- */

static const struct evidence *at_value(struct maker *m, const char *path, struct span raw, const struct val *v)
{
    return evidence_of(m->a, path, raw, v->byte_from, v->byte_to, true);
}

/* config.json, or model_index.json of diffusers, at the root. */
static int read_config(struct maker *m, const struct model_file *f, struct err *e)
{
    struct span raw;
    const struct val *root;
    int rc = model_read(&m->c->model, f->path, CONFIG_MAX, m->a, &raw, e);
    if (!rc)
        rc = json_parse(raw, NULL, m->a, &root, e);
    if (rc)
        return rc == ERR_MEMORY || rc == ERR_IO ? rc : 0;   /* a wrong one was refused, or is none of ours */
    const struct val *kind = val_get(root, "model_type"), *code = val_get(root, "auto_map");
    const struct val *library = val_get(root, "transformers_version"), *pipe = val_get(root, "_diffusers_version");
    const struct val *class = val_get(root, "_class_name");
    kind = kind ? kind : class;
    library = library ? library : pipe;
    if (val_str(kind) && !m->in.architecture) {
        m->in.architecture_name = val_str(kind);
        if (!(m->in.architecture = at_value(m, f->path, raw, kind)))
            return err_memory(e);
    }
    if (code && !(m->in.own_code = at_value(m, f->path, raw, code)))
        return err_memory(e);
    if (library && !m->in.library[0]) {
        m->in.library = library == pipe ? "diffusers" : "transformers";
        if (!(m->in.library_evidence = at_value(m, f->path, raw, library)))
            return err_memory(e);
    }
    return 0;
}

static int read_card(struct maker *m, const struct gather_card *k, struct err *e)
{
    struct card_strings lib;
    int rc = card_strings(&k->card, "library_name", m->a, &lib, e);
    m->in.card = &k->card;
    m->in.card_raw = k->raw;
    m->in.card_path = k->file->path;
    if (!rc && lib.n && lib.items[0].text.n) {
        m->in.library = (const char *)lib.items[0].text.p;
        m->in.library_evidence = evidence_of(m->a, k->file->path, k->raw, lib.items[0].byte_from, lib.items[0].byte_to,
                                             true);
        rc = m->in.library_evidence ? 0 : err_memory(e);
    }
    const struct val *gate = rc ? NULL : card_next_key(&k->card, "extra_gated_", NULL);
    if (gate && !(m->in.gate = at_value(m, k->file->path, k->raw, gate)))
        rc = err_memory(e);
    return rc;
}

static int put_built_of(struct maker *m, struct err *e)
{
    struct check *c = m->c;
    const struct gather *g = &c->gather;
    int rc = g->n_cards ? read_card(m, &g->cards[0], e) : 0;
    bool is_gguf = false;
    for (size_t i = 0; i < c->model.n_files && !rc; i++) {
        const struct model_file *f = &c->model.files[i];
        bool config = f->role == SNAP_CONFIG || strcmp(f->path, "model_index.json") == 0;
        is_gguf = is_gguf || f->role == SNAP_WEIGHTS_GGUF;
        if (config && !f->escapes && check_depth(f->path) == 0)
            rc = read_config(m, f, e);
    }
    if (!rc && !m->in.architecture && g->architecture_at) {
        m->in.architecture = g->architecture_at;
        m->in.architecture_name = g->architecture;
    }
    if (!rc && is_gguf && m->in.architecture == g->architecture_at && m->in.architecture) {
        m->in.library = "llama.cpp";                /* the runtime of the format */
        m->in.library_evidence = m->in.architecture;
    }
    for (size_t i = 0; i < g->bases.n && !m->in.base[0]; i++)
        if (g->bases.items[i].how == BASE_DECLARED) {
            m->in.base = g->bases.items[i].name;
            m->in.base_evidence = g->bases.items[i].evidence;
        }
    return rc;
}

static int put_datasets(struct maker *m, struct err *e)
{
    const struct dataset_list *list = &m->c->gather.datasets;
    const char **names = arena_array(m->a, list->n, sizeof *names);
    const struct evidence **ev = arena_array(m->a, list->n, sizeof *ev);
    if (!names || !ev)
        return err_memory(e);
    for (size_t i = 0; i < list->n; i++)
        if (list->items[i].evidence) {
            names[m->in.n_datasets] = list->items[i].name;
            ev[m->in.n_datasets++] = list->items[i].evidence;
        }
    m->in.datasets = names;
    m->in.dataset_evidence = ev;
    return 0;
}

/* ---- claims -------------------------------------------------------------------------- */

static int claim_one(struct check *c, const char *subject, const char *value, const char *method,
                     const struct evidence *const *ev, size_t n, const struct claim **out, struct err *e)
{
    return claim_add(&c->claims, subject, value, n ? CLAIM_CONCLUDED : CLAIM_UNKNOWN, method, n ? 0.8 : 0, ev, n, out, e);
}

/* Rows of a yardstick rest on the evidence of each of its rows. */
static int claim_needs(struct check *c, const char *subject, const char *value, const char *method,
                       const struct openness_need *rows, size_t n, const struct claim **out, struct err *e)
{
    const struct evidence *ev[16];
    size_t n_ev = 0;
    for (size_t i = 0; i < n && n_ev < 16; i++)
        if (rows[i].evidence && (!n_ev || ev[n_ev - 1] != rows[i].evidence))
            ev[n_ev++] = rows[i].evidence;
    return claim_one(c, subject, value, method, ev, n_ev, out, e);
}

static int make_claims(struct check *c, struct arena *a, struct err *e)
{
    static const char *const classes[] = { "unclassified", "class I", "class II", "class III" };
    struct openness *o = &c->openness;
    int rc = 0;
    for (int p = 0; p < OPENNESS_PARTS && !rc; p++) {
        struct openness_row *row = &o->parts[p];
        const char *subject = arena_fmt(a, "openness.%s", openness_part_word((enum openness_part)p));
        rc = subject ? claim_one(c, subject, openness_state_name(row->state), row->why, row->evidence, row->n_evidence,
                                 &row->claim, e) : err_memory(e);
    }
    const struct openness_row *w = &o->parts[OPENNESS_WEIGHTS];
    if (!rc)
        rc = claim_one(c, "openness.class", openness_class_name(o->class), o->class_why, w->evidence, w->n_evidence,
                       &o->class_claim, e);
    const struct evidence *ev[MOF_PARTS];
    size_t n = 0;
    for (int p = 0; p < MOF_PARTS; p++)
        if (o->mof[p].evidence)
            ev[n++] = o->mof[p].evidence;
    if (!rc)
        rc = claim_one(c, "openness.mof", classes[o->mof_result.class], "the rule of the Model Openness Framework, on what "
                       "was found here", ev, n, &o->mof_claim, e);
    if (!rc)
        rc = claim_needs(c, "openness.osaid", openness_met_name(o->osaid_met), "requirements of the Open Source AI "
                         "Definition 1.0", o->osaid, o->n_osaid, &o->osaid_claim, e);
    if (!rc)
        rc = claim_needs(c, "openness.eu-exemption", openness_met_name(o->eu_plausible), "conditions of Article 53(2) of the "
                         "EU AI Act, as far as a folder shows them", o->eu, o->n_eu, &o->eu_claim, e);
    return rc;
}

int check_openness(struct check *c, struct arena *a, struct err *e)
{
    struct maker m = { c, a, { .single_file = c->model.main_file != NULL, .truncated = c->model.truncated,
        .topics = &c->topics, .card_path = "", .architecture_name = "", .library = "", .base = "", .see = see_file } };
    struct openness_input *in = &m.in;
    in->ud = &m;
    int rc = put_files(&m, e);
    if (!rc)
        rc = check_openness_terms(c, SNAP_SCOPE_WEIGHTS, a, &in->weights, e);
    if (!rc)
        rc = check_openness_terms(c, SNAP_SCOPE_CODE, a, &in->code, e);
    if (!rc)
        rc = check_openness_terms(c, SNAP_SCOPE_DATA, a, &in->data, e);
    if (!rc)
        rc = check_openness_terms(c, SNAP_SCOPE_DOCS, a, &in->docs, e);
    if (!rc)
        rc = put_built_of(&m, e);
    if (!rc)
        rc = put_datasets(&m, e);
    if (!rc)
        rc = openness_judge(in, a, &c->openness, e);
    return rc ? rc : make_claims(c, a, e);
}
