// SPDX-License-Identifier: Apache-2.0
#include "openness/detect.h"

#include "openness/detect_int.h"

struct finder {
    const struct openness_input *in;
    struct arena *a;
    struct detection *out;
    const struct openness_file *best[MOF_PARTS + 1];
    size_t count[MOF_PARTS + 1];
    unsigned depth[MOF_PARTS + 1];
};

static unsigned depth_of(const char *path)
{
    unsigned depth = 0;
    for (; *path; path++)
        depth += *path == '/';
    return depth;
}

static bool is_weights(enum snap_role role)
{
    return role == SNAP_WEIGHTS_GGUF || role == SNAP_WEIGHTS_SAFETENSORS || role == SNAP_WEIGHTS_OTHER;
}

/* ---- files --------------------------------------------------------------------------- */

static void take_file(struct finder *f, const struct openness_file *file)
{
    if (file->is_pointer) {
        f->out->n_pointers++;
        return;
    }
    if (file->size_bytes < (is_weights(file->role) ? 1 : DETECT_MIN_BYTES))
        return;
    unsigned bits = detect_path(file), depth = depth_of(file->path);
    for (unsigned i = 0; bits; i++, bits >>= 1) {
        if (!(bits & 1))
            continue;
        f->count[i]++;
        if (!f->best[i] || depth < f->depth[i]) {
            f->best[i] = file;
            f->depth[i] = depth;
        }
    }
}

/* The only weights lie in a folder of a checkpoint: then they are the model. */
static void settle_checkpoints(struct finder *f)
{
    if (f->best[MOF_PARAMETERS_FINAL] || !f->best[MOF_PARAMETERS_INTERMEDIATE])
        return;
    f->best[MOF_PARAMETERS_FINAL] = f->best[MOF_PARAMETERS_INTERMEDIATE];
    f->count[MOF_PARAMETERS_FINAL] = f->count[MOF_PARAMETERS_INTERMEDIATE];
    f->best[MOF_PARAMETERS_INTERMEDIATE] = NULL;
}

static int put_files(struct finder *f, struct err *e)
{
    int rc = 0;
    for (unsigned i = 0; i <= MOF_PARTS && !rc; i++) {
        const struct openness_file *file = f->best[i];
        struct detected d = { DETECT_HERE, "", "", f->count[i], NULL };
        if (!file)
            continue;
        rc = f->in->see(f->in->ud, file->path, &d.evidence, e);
        d.path = file->path;
        d.why = d.n_files == 1 ? arena_fmt(f->a, "the file %s", file->path) :
                arena_fmt(f->a, "the file %s and %zu more", file->path, d.n_files - 1);
        if (!rc && !d.why)
            rc = err_memory(e);
        *(i < MOF_PARTS ? &f->out->parts[i] : &f->out->settings) = d;
    }
    return rc;
}

/* ---- what the card, the configuration and others say --------------------------------- */

static void put_topic(struct finder *f, enum mof_part part, enum card_topic topic, enum detect_where where,
                      const char *why)
{
    const struct card_topics *t = f->in->topics;
    struct detected *d = &f->out->parts[part];
    if (!t || d->where >= where || t->items[topic].state != TOPIC_ANSWERED || !t->items[topic].n_evidence)
        return;
    *d = (struct detected){ where, f->in->card_path, why, 0, t->items[topic].evidence[0] };
}

static void put_library(struct finder *f, enum mof_part part, const char *why)
{
    const struct openness_input *in = f->in;
    struct detected *d = &f->out->parts[part];
    const struct evidence *ev = in->library_evidence ? in->library_evidence : in->architecture;
    bool gguf = strcmp(in->library, "llama.cpp") == 0;
    if (d->where >= DETECT_LIBRARY || in->own_code || !ev || !in->architecture || !detect_library_license(in->library) ||
        (gguf && !detect_gguf_architecture(in->architecture_name)))
        return;
    *d = (struct detected){ DETECT_LIBRARY, in->library, why, 0, ev };
}

static int put_rest(struct finder *f, struct err *e)
{
    const struct openness_input *in = f->in;
    struct detected *sets = &f->out->parts[MOF_DATASETS];
    put_topic(f, MOF_DATA_CARD, TOPIC_TRAINING_DATA, DETECT_IN_CARD, "the card describes the training data");
    put_topic(f, MOF_EVALUATION_RESULTS, TOPIC_EVAL_RESULTS, DETECT_IN_CARD, "the card gives results");
    put_topic(f, MOF_EVALUATION_DATA, TOPIC_EVAL_DATA, DETECT_NAMED, "the card says what it was evaluated on; not here");
    put_library(f, MOF_INFERENCE_CODE, "the code lies elsewhere, in a library that is known");
    put_library(f, MOF_ARCHITECTURE, "named, and implemented by a library that is known");
    if (sets->where == DETECT_NOT && in->n_datasets) {
        *sets = (struct detected){ DETECT_NAMED, in->datasets[0], "", 0, in->dataset_evidence[0] };
        sets->why = in->n_datasets == 1 ? arena_fmt(f->a, "the data set %s is named; not here", in->datasets[0]) :
                    arena_fmt(f->a, "%zu data sets are named; none of them is here", in->n_datasets);
        if (!sets->why)
            return err_memory(e);
    }
    return 0;
}

/* Is this a repository, or a part that somebody fetched? One with a card is; weights with a licence or code are. */
static void look_whole(struct finder *f)
{
    const struct openness_input *in = f->in;
    bool card = in->card != NULL, texts = false;
    for (size_t i = 0; i < in->n_files && !card; i++) {
        enum snap_role r = in->files[i].role;
        card = r == SNAP_CARD && in->files[i].size_bytes >= DETECT_MIN_BYTES;
        texts = texts || r == SNAP_LICENSE || (r == SNAP_CODE && in->files[i].size_bytes >= DETECT_MIN_BYTES);
    }
    f->out->part_why = in->single_file ? "the model is one file, and the folder around it was not examined" :
                       in->truncated ? "the folder holds more files than were looked at" :
                       in->n_files == 0 ? "the folder is empty" :
                       card || (texts && f->best[MOF_PARAMETERS_FINAL]) ? "" :
                       "the folder has no card, and may be a part of a repository";
    f->out->whole = !f->out->part_why[0];
}

int detect_parts(const struct openness_input *in, struct arena *a, struct detection *out, struct err *e)
{
    struct detection d = { .part_why = "" };
    struct finder f = { .in = in, .a = a, .out = &d };
    for (unsigned i = 0; i < MOF_PARTS; i++)
        d.parts[i] = (struct detected){ DETECT_NOT, "", "", 0, NULL };
    d.settings = d.parts[0];
    for (size_t i = 0; i < in->n_files; i++)
        take_file(&f, &in->files[i]);
    settle_checkpoints(&f);
    look_whole(&f);
    int rc = put_files(&f, e);
    struct detected results = d.parts[MOF_EVALUATION_RESULTS];
    if (!rc)
        rc = detect_card(in, a, &d, e);
    if (!rc && results.where == DETECT_HERE)        /* a file is better than a field of the card */
        d.parts[MOF_EVALUATION_RESULTS] = results;
    if (!rc)
        rc = put_rest(&f, e);
    if (!rc)
        *out = d;
    return rc;
}
