// SPDX-License-Identifier: Apache-2.0
#include "passport/diff.h"

#include "base/fs.h"
#include "format/order.h"
#include "passport/check_int.h"
#include "passport/diff_int.h"

/* ---- what A and B are ---------------------------------------------------------------- */

static bool is_weights(enum snap_role r)
{
    return r == SNAP_WEIGHTS_GGUF || r == SNAP_WEIGHTS_SAFETENSORS || r == SNAP_WEIGHTS_OTHER ||
           r == SNAP_WEIGHTS_INDEX;
}

static const struct evidence *find_anchor(void *ud, const struct verdict_term *term, const char *anchor)
{
    const struct check *c = ud;
    uint64_t from, to;
    struct span raw = term->evidence ? gather_bytes(&c->gather, term->evidence->path) : SPAN_NONE;
    if (!anchor[0] || !raw.p || !anchor_find(raw, anchor, &from, &to))
        return NULL;
    return evidence_of(c->gather.a, term->evidence->path, raw, from, to, true);
}

static int decide(struct check *c, struct arena *a, struct err *e)
{
    struct verdict_input in = { .use = &c->use, .terms = c->terms, .n_terms = c->n_terms, .questions = c->questions,
                                .n_questions = c->n_questions, .find = find_anchor, .ud = c };
    return verdict_decide(&in, a, &c->verdict, e);
}

/* A single text, taken for the licence whatever it is called; nothing beside it is read. */
static int open_text(struct diff_subject *s, const char *ref, uint64_t size, struct arena *a, struct err *e)
{
    struct check *c = &s->check;
    const char *base = fs_base(ref);
    enum snap_role role = snapshot_role(base);
    struct model_file *file = arena_alloc(a, sizeof *file);
    char *root = arena_strn(a, ref, (size_t)(base - ref));
    if (!file || !root)
        return err_memory(e);
    bool fits = role == SNAP_LICENSE || role == SNAP_USE_POLICY || role == SNAP_NOTICE;
    *file = (struct model_file){ .path = base, .size_bytes = size, .role = fits ? role : SNAP_LICENSE,
                                 .is_pdf = false };
    c->model = (struct model){ .ref = ref, .name = "", .revision = "", .root = root, .main_file = base, .files = file,
                               .n_files = 1 };
    int rc = index_open(index_builtin(), a, &c->index, e);
    if (!rc)
        rc = gather_model(&c->gather, &c->model, &c->catalog, &c->index, a, e);
    if (!rc)
        rc = check_conclude(c, a, e);
    if (!rc)
        rc = check_terms(c, a, e);
    return rc ? rc : decide(c, a, e);
}

static int open_id(struct diff_subject *s, const char *ref, struct arena *a, struct err *e)
{
    struct check *c = &s->check;
    const struct license_record *r = NULL;
    int rc = catalog_find(&c->catalog, ref, &r, e);
    if (rc == ERR_NOT_FOUND)
        rc = catalog_by_tag(&c->catalog, ref, &r, e);
    if (rc == ERR_NOT_FOUND)
        rc = catalog_by_name(&c->catalog, ref, &r, e);
    if (rc == ERR_NOT_FOUND) {
        (void)err_plain(e, rc, "no file \"%s\" is there, and no licence of that id, tag or name is known", ref);
        return err_hint(e, "assay license --list shows the ids");
    }
    if (rc)
        return rc;
    c->model = (struct model){ .ref = ref, .name = r->name, .revision = "", .root = "" };
    c->gather.a = a;
    c->terms = arena_alloc(a, sizeof *c->terms);
    if (!c->terms)
        return err_memory(e);
    c->terms[c->n_terms++] = (struct verdict_term){ .record = r, .id = r->id, .scope = "model", .known = TERM_EXACT,
                                                    .basis = 'V' };
    return decide(c, a, e);
}

int diff_open(struct diff_subject *s, const char *ref, const struct check_options *opt, struct arena *a, struct err *e)
{
    enum fs_kind kind = FS_OTHER;
    uint64_t size = 0;
    struct err inner = { 0 };
    int there = fs_stat(ref, &kind, &size, &inner);
    bool path = strchr(ref, '/') != NULL;
    *s = (struct diff_subject){ .ref = ref, .name = fs_base(ref) };
    if (there == ERR_NOT_FOUND && !path)
        s->input = DIFF_LICENSE_ID;
    else if (!there && kind == FS_FILE && !is_weights(snapshot_role(fs_base(ref))))
        s->input = DIFF_LICENSE_TEXT;
    else
        s->input = DIFF_MODEL;
    if (s->input == DIFF_MODEL) {
        int rc = check_model(ref, opt, a, &s->check, e);
        s->name = rc ? s->name : s->check.model.name;
        return rc;
    }
    s->check.use = *opt->use;
    claim_set_init(&s->check.claims, a);
    int rc = catalog_open(&s->check.catalog, a, e);
    if (rc)
        return rc;
    return s->input == DIFF_LICENSE_TEXT ? open_text(s, ref, size, a, e) : open_id(s, ref, a, e);
}

/* ---- the whole ----------------------------------------------------------------------- */

static int by_part(const void *items, uint32_t x, uint32_t y)
{
    const struct diff_change *c = items;
    return (int)c[x].part - (int)c[y].part;
}

static int sort_changes(struct diff *d, struct err *e)
{
    uint32_t n = (uint32_t)d->n_changes;                /* at most DIFF_PARTS * DIFF_PART_MAX */
    uint32_t *order = order_make(d->a, d->changes, n, by_part);
    struct diff_change *sorted = arena_array(d->a, n, sizeof *sorted);
    if (!order || !sorted)
        return err_memory(e);
    for (uint32_t i = 0; i < n; i++)
        sorted[i] = d->changes[order[i]];
    d->changes = sorted;
    return 0;
}

static int say_unread(struct diff *d, struct err *e)
{
    int rc = 0;
    for (int k = 0; k < 2 && !rc; k++) {
        const struct check *c = &d->subject[k].check;
        for (size_t i = 0; i < c->gather.n_unread && !rc; i++)
            rc = diff_gap(d, DIFF_LICENSE, k, e, "%s was not read: %s", c->gather.unread[i].path,
                          c->gather.unread[i].why);
        if (!rc && c->model.truncated)
            rc = diff_gap(d, DIFF_FILES, k, e, "the folder holds more files than are looked at (%d)",
                          (int)MODEL_FILES_MAX);
    }
    return rc;
}

static bool has_gap(const struct diff *d, enum diff_part part)
{
    for (size_t i = 0; i < d->n_gaps; i++)
        if (d->gaps[i].part == part)
            return true;
    return false;
}

static int compare_all(struct diff *d, struct err *e)
{
    static int (*const of_all[])(struct diff *, struct err *) = { diff_verdict, diff_license, diff_license_texts };
    static int (*const of_models[])(struct diff *, struct err *) = {
        diff_weights, diff_origin, diff_openness, diff_topics, diff_card, diff_metadata, diff_config, diff_trust,
        diff_files };
    int rc = 0;
    for (size_t i = 0; i < sizeof of_all / sizeof *of_all && !rc; i++)
        rc = of_all[i](d, e);
    bool models = d->subject[0].input == DIFF_MODEL;
    for (size_t i = 0; i < sizeof of_models / sizeof *of_models && models && !rc; i++)
        rc = of_models[i](d, e);
    if (!rc)
        rc = say_unread(d, e);
    for (unsigned p = 0; p < DIFF_PARTS && !rc; p++)
        if (models && !d->parts[p].compared && !has_gap(d, (enum diff_part)p))
            rc = diff_gap(d, (enum diff_part)p, SIDE_BOTH, e, "not compared");
        else if (d->parts[p].n_changes > DIFF_PART_MAX)
            rc = diff_gap(d, (enum diff_part)p, SIDE_BOTH, e, "%zu more changes are counted but not listed",
                          d->parts[p].n_changes - DIFF_PART_MAX);
    return rc ? rc : sort_changes(d, e);
}

int diff_make(const char *ref_a, const char *ref_b, const struct check_options *opt, struct arena *a, struct diff *out,
              struct err *e)
{
    struct diff *d = out;
    *d = (struct diff){ .a = a, .no_hash = opt->no_hash };
    for (unsigned p = 0; p < DIFF_PARTS; p++)
        d->parts[p].note = "";
    int rc = diff_open(&d->subject[0], ref_a, opt, a, e);
    if (!rc)
        rc = diff_open(&d->subject[1], ref_b, opt, a, e);
    if (!rc && (d->subject[0].input == DIFF_MODEL) != (d->subject[1].input == DIFF_MODEL))
        rc = err_plain(e, ERR_USAGE, "\"%s\" is a %s, but \"%s\" is a %s", ref_a,
                       d->subject[0].input == DIFF_MODEL ? "model" : "licence", ref_b,
                       d->subject[1].input == DIFF_MODEL ? "model" : "licence");
    return rc ? rc : compare_all(d, e);
}

void diff_fini(struct diff *d)
{
    for (int k = 0; d && k < 2; k++)
        check_fini(&d->subject[k].check);
}

bool diff_differs(const struct diff *d)
{
    for (unsigned p = 0; p < DIFF_PARTS; p++)
        if (d->parts[p].n_changes)
            return true;
    return false;
}

const struct model_file *diff_file(const struct diff *d, int k, const char *path)
{
    const struct model *m = &d->subject[k].check.model;
    size_t lo = 0, hi = m->n_files;                     /* sorted by path */
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = strcmp(m->files[mid].path, path);
        if (c == 0)
            return &m->files[mid];
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}
