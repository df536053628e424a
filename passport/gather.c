// SPDX-License-Identifier: Apache-2.0
#include "passport/gather.h"

#include "format/safetensors.h"
#include "format/st_index.h"

static int add_unread(struct gather *g, const struct model_file *f, const char *why, struct err *e)
{
    void *items = g->unread;
    if (!why || arena_grow(g->a, &items, &g->cap_unread, g->n_unread, sizeof *g->unread))
        return err_memory(e);
    g->unread = items;
    g->unread[g->n_unread++] = (struct gather_unread){ f->path, why };
    g->license_unread = g->license_unread || f->role == SNAP_LICENSE;
    g->policy_unread = g->policy_unread || f->role == SNAP_USE_POLICY;
    return 0;
}

static unsigned depth_of(const char *path)
{
    unsigned depth = 0;
    for (; *path; path++)
        depth += *path == '/';
    return depth;
}

/* A small file, whole. Too large: *out stays empty and the file is listed as unread. */
static int read_small(struct gather *g, const struct model_file *f, struct span *out, struct err *e)
{
    *out = SPAN_NONE;
    if (f->size_bytes > GATHER_TEXT_MAX)
        return add_unread(g, f, "larger than 16 MiB", e);
    int rc = model_read(g->model, f->path, GATHER_TEXT_MAX, g->a, out, e);
    if (!rc && !out->p)
        *out = span_of("", 0);
    return rc;
}

/* ---- weights ------------------------------------------------------------------------- */

/* Name the file at fault. What is beyond a reader's limits is refused as unsafe, with its place. */
static int refused(const struct model_file *f, int rc, struct err *e)
{
    if (rc == ERR_LIMIT && e && e->at != ERR_AT_NOTHING)
        e->code = rc = ERR_UNSAFE;
    if (rc)
        (void)err_path(e, f->path);
    return rc;
}

static int map_file(struct gather *g, const struct model_file *f, struct span *out, struct err *e)
{
    void *items = g->maps;
    struct model_map map = { .bytes = SPAN_NONE };
    if (arena_grow(g->a, &items, &g->cap_maps, g->n_maps, sizeof *g->maps))
        return err_memory(e);
    g->maps = items;
    int rc = model_map(g->model, f->path, g->a, &map, e);
    if (!rc)
        g->maps[g->n_maps++] = map;
    *out = map.bytes;
    return rc;
}

static int add_weights(struct gather *g, const struct gather_weights *w, struct err *e)
{
    void *items = g->weights;
    if (arena_grow(g->a, &items, &g->cap_weights, g->n_weights, sizeof *g->weights))
        return err_memory(e);
    g->weights = items;
    g->weights[g->n_weights++] = *w;
    return 0;
}

static int read_gguf(struct gather *g, const struct model_file *f, struct err *e)
{
    struct span bytes;
    struct gguf gguf;
    struct gguf_general general;
    int rc = map_file(g, f, &bytes, e);
    if (!rc)
        rc = gguf_open(bytes, g->a, &gguf, e);
    if (!rc)
        rc = gguf_general(&gguf, g->a, &general, e);
    if (rc)
        return refused(f, rc, e);
    rc = add_weights(g, &(struct gather_weights){ .file = f, .is_gguf = true, .gguf = gguf }, e);
    if (rc)
        return rc;
    if (!g->architecture[0] && general.architecture.text.n) {
        g->architecture = arena_strn(g->a, general.architecture.text.p, general.architecture.text.n);
        g->architecture_at = evidence_of(g->a, f->path, bytes, general.architecture.byte_from,
                                         general.architecture.byte_to, false);
        if (!g->architecture || !g->architecture_at)
            return err_memory(e);
    }
    rc = declared_from_gguf(&g->declare, f->path, &gguf, &general, &g->declared, e);
    if (!rc)
        rc = bases_from_gguf(&g->families, f->path, &gguf, &general, &g->bases, e);
    if (!rc)
        rc = datasets_from_gguf(&g->families, f->path, &gguf, &general, &g->datasets, e);
    if (!rc && general.name.text.n) {
        const char *name = arena_strn(g->a, general.name.text.p, general.name.text.n);
        const struct evidence *ev = evidence_of(g->a, f->path, bytes, general.name.byte_from, general.name.byte_to,
                                                false);
        rc = name && ev ? bases_from_name(&g->families, name, "gguf key general.name", ev, &g->bases, e) :
             err_memory(e);
    }
    return rc || g->architecture ? rc : err_memory(e);
}

/* Prove the directory of a shard; nothing in it speaks of licences. */
static int read_safetensors(struct gather *g, const struct model_file *f, struct err *e)
{
    struct span bytes;
    struct gather_weights w = { .file = f };
    int rc = map_file(g, f, &bytes, e);
    if (!rc)
        rc = st_open(bytes, g->a, &w.st, e);
    return rc ? refused(f, rc, e) : add_weights(g, &w, e);
}

static int read_index(struct gather *g, const struct model_file *f, struct err *e)
{
    struct span raw;
    struct st_index x;
    int rc = read_small(g, f, &raw, e);
    if (rc || !raw.p || !strstr(f->path, ".safetensors"))
        return rc;
    return refused(f, st_index_open(raw, g->a, &x, e), e);
}

/* ---- configurations and cards -------------------------------------------------------- */

static int read_config(struct gather *g, const struct model_file *f, struct err *e)
{
    struct span raw;
    struct snapshot_config config;
    int rc = read_small(g, f, &raw, e);
    if (rc || !raw.p)
        return rc;
    rc = refused(f, snapshot_config(raw, g->a, &config, e), e);
    if (rc)
        return rc;
    if (strcmp(f->path, "config.json") == 0) {
        g->config_file = f;
        g->config_raw = raw;
    }
    if (!g->architecture[0] && config.model_type.text.p)
        g->architecture = (const char *)config.model_type.text.p;
    return bases_from_config(&g->families, f->path, raw, &config, &g->bases, e);
}

static int read_card(struct gather *g, const struct model_file *f, struct err *e)
{
    struct span raw;
    struct card card;
    void *items = g->cards;
    int rc = read_small(g, f, &raw, e);
    if (rc || !raw.p)
        return rc;
    rc = card_parse(raw, g->a, &card, e);
    if (!rc && arena_grow(g->a, &items, &g->cap_cards, g->n_cards, sizeof *g->cards))
        rc = err_memory(e);
    if (!rc) {
        g->cards = items;
        g->cards[g->n_cards++] = (struct gather_card){ f, raw, card };
    }
    if (!rc)
        rc = declared_from_card(&g->declare, f->path, raw, &card, &g->declared, e);
    if (!rc)
        rc = declared_from_prose(&g->declare, f->path, raw, &card, &g->declared, e);
    if (!rc)
        rc = bases_from_card(&g->families, f->path, raw, &card, &g->bases, e);
    if (!rc)
        rc = datasets_from_card(&g->families, f->path, raw, &card, &g->datasets, e);
    if (!rc && card.meta_error.code)
        rc = add_unread(g, f, arena_fmt(g->a, "front matter, line %llu: %s",
                                        (unsigned long long)card.meta_error.pos, card.meta_error.msg), e);
    return rc;
}

/* ---- licences, notices, policies ----------------------------------------------------- */

static int read_pdf(struct gather *g, const struct model_file *f, struct span *raw, struct err *e)
{
    bool unread = false;
    struct err inner = { 0 };
    int rc = model_pdf(g->model, f->path, g->a, raw, &unread, &inner);
    if (rc == ERR_MEMORY)
        return err_memory(e);
    if (!rc && !unread)
        return 0;
    *raw = SPAN_NONE;
    return add_unread(g, f, unread ? "PDF (install pdftotext to read it)" :
                      arena_fmt(g->a, "PDF: %s", inner.msg), e);
}

static int read_text(struct gather *g, const struct model_file *f, struct err *e)
{
    struct err inner = { 0 };
    struct gather_text t = { .file = f };
    int rc = read_small(g, f, &t.raw, e);
    bool pdf = !rc && (f->is_pdf || span_starts(t.raw, "%PDF-"));
    if (pdf)
        rc = read_pdf(g, f, &t.raw, e);
    if (rc || !t.raw.p)
        return rc;
    rc = text_decode(t.raw, pdf ? "x.pdf" : fs_base(f->path), g->a, &t.text, &inner);
    if (!rc)
        rc = identify_text(g->index, &t.text, fs_base(f->path), g->a, &t.is, &inner);
    if (rc == ERR_MEMORY)
        return err_memory(e);
    if (rc)
        return add_unread(g, f, arena_fmt(g->a, "%s", inner.msg), e);
    void *items = g->texts;
    if (arena_grow(g->a, &items, &g->cap_texts, g->n_texts, sizeof *g->texts))
        return err_memory(e);
    g->texts = items;
    g->texts[g->n_texts++] = t;
    return 0;
}

/* ---- all of them --------------------------------------------------------------------- */

static bool wants_reading(const struct model_file *f)
{
    switch (f->role) {
    case SNAP_WEIGHTS_GGUF: case SNAP_WEIGHTS_SAFETENSORS: case SNAP_WEIGHTS_INDEX: case SNAP_LICENSE:
    case SNAP_NOTICE: case SNAP_USE_POLICY:
        return true;
    case SNAP_CONFIG: case SNAP_ADAPTER_CONFIG: case SNAP_CARD:
        return depth_of(f->path) == 0;
    default:
        return false;
    }
}

static int read_one(struct gather *g, const struct model_file *f, struct err *e)
{
    if (!wants_reading(f))
        return 0;
    if (f->escapes)
        return add_unread(g, f, "a link that leads out of the model, or nowhere", e);
    switch (f->role) {
    case SNAP_WEIGHTS_GGUF:
        return read_gguf(g, f, e);
    case SNAP_WEIGHTS_SAFETENSORS:
        return read_safetensors(g, f, e);
    case SNAP_WEIGHTS_INDEX:
        return read_index(g, f, e);
    case SNAP_CARD:
        return read_card(g, f, e);
    case SNAP_CONFIG: case SNAP_ADAPTER_CONFIG:
        return read_config(g, f, e);
    default:
        return read_text(g, f, e);
    }
}

int gather_model(struct gather *g, const struct model *m, struct catalog *catalog, const struct index *x,
                 struct arena *a, struct err *e)
{
    *g = (struct gather){ .a = a, .catalog = catalog, .index = x, .model = m, .architecture = "" };
    int rc = declare_init(&g->declare, catalog, x, a, e);
    if (!rc)
        rc = families_open(&g->families, catalog, SPAN_NONE, SPAN_NONE, a, e);
    for (size_t i = 0; i < m->n_files && !rc; i++)
        rc = read_one(g, &m->files[i], e);
    if (!rc)
        rc = bases_from_name(&g->families, m->name, "name of the model", NULL, &g->bases, e);
    return rc;
}

void gather_fini(struct gather *g)
{
    for (size_t i = 0; g && i < g->n_maps; i++)
        model_unmap(&g->maps[i]);
    if (g)
        g->n_maps = 0;
}

struct span gather_bytes(const struct gather *g, const char *path)
{
    for (size_t i = 0; i < g->n_texts; i++)
        if (strcmp(g->texts[i].file->path, path) == 0)
            return g->texts[i].raw;
    return SPAN_NONE;
}
