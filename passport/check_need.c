// SPDX-License-Identifier: Apache-2.0
/* passport/check_need.c - which weights are here, with which hyperparameters; then need_compute, and its claims. */
#include <inttypes.h>
#include "passport/check_int.h"
#include "passport/need_int.h"

enum { FACTS_MAX = HP_COUNT, DIRECTORIES_MAX = 16 };

/* general.file_type of GGUF. Source: enum llama_ftype, llama.h. */
static const char *const file_types[] = {
    [0] = "F32", [1] = "F16", [2] = "Q4_0", [3] = "Q4_1", [7] = "Q8_0", [8] = "Q5_0", [9] = "Q5_1", [10] = "Q2_K",
    [11] = "Q3_K_S", [12] = "Q3_K_M", [13] = "Q3_K_L", [14] = "Q4_K_S", [15] = "Q4_K_M", [16] = "Q5_K_S",
    [17] = "Q5_K_M", [18] = "Q6_K", [19] = "IQ2_XXS", [20] = "IQ2_XS", [21] = "Q2_K_S", [22] = "IQ3_XS",
    [23] = "IQ3_XXS", [24] = "IQ1_S", [25] = "IQ4_NL", [26] = "IQ3_S", [27] = "IQ3_M", [28] = "IQ2_S",
    [29] = "IQ2_M", [30] = "IQ4_XS", [31] = "IQ1_M", [32] = "BF16", [36] = "TQ1_0", [37] = "TQ2_0",
    [38] = "MXFP4_MOE",
};

/* ---- which files belong together ----------------------------------------------------- */

struct part { size_t stem; unsigned at, of; };          /* "w-00002-of-00003.gguf": stem 2, part 2 of 3 */

static unsigned five_digits(const char *s)
{
    unsigned v = 0;
    for (unsigned i = 0; i < 5; i++) {
        if (s[i] < '0' || s[i] > '9')
            return 0;
        v = v * 10 + (unsigned)(s[i] - '0');
    }
    return v;
}

static struct part part_of(const char *path)
{
    struct part p = { .stem = strlen(path), .at = 1, .of = 1 };
    const char *of = strstr(path, "-of-");
    if (!of || of - path < 6 || of[-6] != '-')
        return p;
    unsigned at = five_digits(of - 5), total = five_digits(of + 4);
    if (at == 0 || total == 0 || at > total)
        return p;
    return (struct part){ .stem = (size_t)(of - 6 - path), .at = at, .of = total };
}

static bool same_set(const struct gather_weights *x, const struct gather_weights *y)
{
    struct part p = part_of(x->file->path), q = part_of(y->file->path);
    return x->is_gguf == y->is_gguf && p.of == q.of && p.stem == q.stem && p.of > 1
        && strncmp(x->file->path, y->file->path, p.stem) == 0;
}

static bool name_has(const struct gather_weights *w, const char *word)
{
    return strstr(fs_base(w->file->path), word) != NULL;
}

/* Files beside a model that are no model: an image tower, an adapter, statistics for quantising. */
static bool is_aside(const struct gather_weights *w)
{
    struct span text;
    if (name_has(w, "mmproj") || name_has(w, "adapter_model") || name_has(w, "imatrix"))
        return true;
    return w->is_gguf && ((gguf_str(&w->gguf, "general.architecture", &text) && span_is(text, "clip"))
                          || (gguf_str(&w->gguf, "general.type", &text) && !span_is(text, "model")));
}

/* safetensors that do not count beside others: those in deeper folders, and a second copy in the form of the maker. */
static bool is_second(const struct gather *g, const struct gather_weights *w)
{
    for (size_t i = 0; i < g->n_weights; i++) {
        const struct gather_weights *o = &g->weights[i];
        if (o == w || o->is_gguf || is_aside(o))
            continue;
        if (check_depth(o->file->path) < check_depth(w->file->path)
            || (check_depth(o->file->path) == check_depth(w->file->path) && name_has(w, "consolidated")
                && !name_has(o, "consolidated")))
            return true;
    }
    return false;
}

/* ---- tensors ------------------------------------------------------------------------- */

static size_t count_tensors(const struct gather_weights *w)
{
    return w->is_gguf ? w->gguf.n_tensors : w->st.n_tensors;
}

static void take_tensors(const struct gather_weights *w, struct need_holding *h)
{
    for (uint32_t i = 0; i < count_tensors(w); i++) {
        struct need_tensor *t = &h->tensors[h->n++];
        if (w->is_gguf) {
            const struct gguf_tensor *s = &w->gguf.tensors[i];
            *t = (struct need_tensor){ .name = s->name, .n_elements = s->n_elements, .size_bytes = s->size_bytes,
                                       .row = s->dims[0], .n_dims = s->n_dims };
        } else {
            const struct st_tensor *s = &w->st.tensors[i];
            *t = (struct need_tensor){ .name = s->name, .n_elements = s->n_elements, .size_bytes = s->size_bytes,
                                       .row = s->n_dims ? s->dims[s->n_dims - 1] : 1, .n_dims = s->n_dims };
            bool packed = s->dtype == ST_U8 || s->dtype == ST_I32 || s->dtype == ST_U32;
            t->is_index = packed || s->dtype == ST_I64 || s->dtype == ST_U64 || s->dtype == ST_I16 || s->dtype == ST_U16
                       || s->dtype == ST_BOOL;
            h->packed = h->packed || (packed && s->n_dims >= 2);
        }
        t->row = t->row ? t->row : 1;
        t->n_rows = t->n_elements / t->row;
    }
}

/* The type that holds most bytes. */
static const char *main_type(const struct gather_weights *w)
{
    uint64_t bytes[GGML_TYPE_LIMIT] = { 0 }, most = 0, number;
    const char *type = "?";
    _Static_assert((int)ST_DTYPE_COUNT <= (int)GGML_TYPE_LIMIT, "one table for both");
    if (w->is_gguf && gguf_u64(&w->gguf, "general.file_type", &number)
        && number < sizeof file_types / sizeof *file_types && file_types[number])
        return file_types[number];
    for (uint32_t i = 0; i < count_tensors(w); i++) {
        unsigned t = w->is_gguf ? (unsigned)w->gguf.tensors[i].type : (unsigned)w->st.tensors[i].dtype;
        bytes[t] += w->is_gguf ? w->gguf.tensors[i].size_bytes : w->st.tensors[i].size_bytes;
        if (bytes[t] <= most)
            continue;
        most = bytes[t];
        type = w->is_gguf ? ggml_layout(t)->name : st_dtype_name((enum st_dtype)t);
    }
    return type;
}

/* All files of the set that `first` begins; for safetensors without parts, all of that folder. */
static int hold(const struct gather *g, size_t first, struct arena *a, struct need_holding *h, bool *taken, struct err *e)
{
    const struct gather_weights *w = &g->weights[first];
    struct part p = part_of(w->file->path);
    size_t n = 0, parts = 0;
    for (size_t i = first; i < g->n_weights; i++)
        if (i == first || same_set(w, &g->weights[i])) {
            n += count_tensors(&g->weights[i]);
            taken[i] = true;
            parts++;
        }
    *h = (struct need_holding){ .type = main_type(w), .path = w->file->path,
                                .tensors = arena_array(a, n, sizeof *h->tensors) };
    if (!h->tensors)
        return err_memory(e);
    for (size_t i = first; i < g->n_weights; i++)
        if (i == first || same_set(w, &g->weights[i]))
            take_tensors(&g->weights[i], h);
    if (parts < p.of && !(h->incomplete = arena_fmt(a, "the weights are incomplete: %zu of %u parts are here", parts, p.of)))
        return err_memory(e);
    need_sort(h->tensors, h->n);
    return 0;
}

/* The set that counts comes first: the file that was pointed at, safetensors, then GGUF by name. */
static int collect(const struct gather *g, struct arena *a, struct need_holding **out, size_t *n, struct err *e)
{
    bool *taken = arena_array(a, g->n_weights + 1, sizeof *taken);
    struct need_holding *list = arena_array(a, g->n_weights + 1, sizeof *list);
    int rc = taken && list ? 0 : err_memory(e);
    *n = 0;
    for (unsigned want = 0; want < 2 && !rc; want++)
        for (size_t i = 0; i < g->n_weights && !rc; i++) {
            const struct gather_weights *w = &g->weights[i];
            if (taken[i] || w->is_gguf != (want == 1) || is_aside(w) || (!w->is_gguf && is_second(g, w)))
                continue;
            rc = hold(g, i, a, &list[(*n)++], taken, e);
        }
    *out = list;
    return rc;
}

/* ---- hyperparameters ----------------------------------------------------------------- */

struct source { const char *path; struct span file; bool text; };

static const struct gather_weights *weights_of(const struct gather *g, const char *path)
{
    for (size_t i = 0; i < g->n_weights; i++)
        if (strcmp(g->weights[i].file->path, path) == 0)
            return &g->weights[i];
    return NULL;
}

/* From the GGUF that counts, else from config.json. A malformed number is said in *why, and is no failure. */
static int read_hparams(const struct gather *g, const struct need_holding *own, struct arena *a, struct hparams *h,
                        struct source *from, const char **why, struct err *e)
{
    struct err inner = { 0 };
    const struct gather_weights *w = own ? weights_of(g, own->path) : NULL;
    int rc = 0;
    *why = NULL;
    if (w && w->is_gguf) {
        *from = (struct source){ w->file->path, w->gguf.file, false };
        rc = hparams_from_gguf(&w->gguf, a, h, &inner);
    } else if (g->config_file) {
        *from = (struct source){ g->config_file->path, g->config_raw, true };
        rc = hparams_from_config(g->config_raw, a, h, &inner);
    } else {
        *why = own ? "no config.json beside the weights" : "no weights and no config.json that could be read";
        return 0;
    }
    if (rc == ERR_MEMORY)
        return err_memory(e);
    if (rc && !(*why = arena_fmt(a, "%s: byte %" PRIu64 ": %s", from->path, inner.pos, inner.msg)))
        return err_memory(e);
    return 0;
}

/* What a token adds to the cache by the shapes of the key and value matrices, when all layers agree. 0: no answer. */
static uint64_t width_of(const struct need_holding *own)
{
    uint64_t keys = 0, values = 0;
    for (size_t i = 0; i < own->n && !own->packed; i++) {
        const struct need_tensor *t = &own->tensors[i];
        uint64_t *of = t->role == NEED_K ? &keys : t->role == NEED_V ? &values : NULL;
        if (!of || t->layer == NEED_NO_LAYER)
            continue;
        if (*of && *of != t->n_rows)
            return 0;
        *of = t->n_rows;
    }
    return keys && values && keys <= HP_MAX_KV_WIDTH && values <= HP_MAX_KV_WIDTH ? keys + values : 0;
}

/* ---- claims -------------------------------------------------------------------------- */

static const struct evidence *directory_of(const struct gather_weights *w, struct arena *a)
{
    if (w->is_gguf)
        return w->gguf.n_tensors ? evidence_of(a, w->file->path, w->gguf.file, w->gguf.tensors[0].entry_byte,
                                               w->gguf.header_bytes, false) : NULL;
    return evidence_of(a, w->file->path, w->st.file, 8, 8 + w->st.dir.n, false);
}

/* Each number that was used, and the directories of the weights. */
static int find_evidence(const struct gather *g, const struct hparams *h, const struct source *from,
                         const struct need_holding *own, struct arena *a, const struct evidence **out, size_t *n,
                         struct err *e)
{
    const struct gather_weights *first = own ? weights_of(g, own->path) : NULL;
    *n = 0;
    for (unsigned f = 0; f < HP_COUNT; f++) {
        const struct hp_fact *fact = &h->facts[f];
        if (!fact->known || fact->byte_to <= fact->byte_from)
            continue;
        out[*n] = evidence_of(a, from->path, from->file, fact->byte_from, fact->byte_to, from->text);
        if (!out[(*n)++])
            return err_memory(e);
    }
    for (size_t i = 0, dirs = 0; first && i < g->n_weights && dirs < DIRECTORIES_MAX; i++) {
        const struct gather_weights *w = &g->weights[i];
        if ((w != first && !same_set(first, w)) || count_tensors(w) == 0)
            continue;
        out[*n] = directory_of(w, a);
        if (!out[(*n)++])
            return err_memory(e);
        dirs++;
    }
    return 0;
}

static int make_claims(struct check *c, const struct evidence *const *ev, size_t n, struct arena *a, struct err *e)
{
    struct need *need = &c->need;
    if (!need->known || n == 0 || need->n_contexts == 0)
        return 0;
    const struct need_weights *w = need->n_weights ? &need->weights[0] : NULL;
    const struct need_context *k = need->contexts;
    while (k->n_tokens != need->context)
        k++;
    const char *value = w ?
        arena_fmt(a, "%" PRIu64 " bytes: weights %" PRIu64 " (%s), KV cache %" PRIu64 " (f16, %" PRIu64 " tokens), working "
                  "memory %" PRIu64, w->total_bytes, w->bytes, w->type, k->kv_f16_bytes, k->n_tokens, need->work_bytes) :
        arena_fmt(a, "KV cache %" PRIu64 " bytes (f16, %" PRIu64 " tokens)", k->kv_f16_bytes, k->n_tokens);
    int rc = value ? claim_add(&c->claims, "needs.memory", value, CLAIM_CONCLUDED,
                               "computed from the hyperparameters and the tensor directory", 0.9, ev, n,
                               &need->memory_claim, e) : err_memory(e);
    if (rc || !need->machine_known || !w || w->prefill_tok_s <= 0)
        return rc;
    value = arena_fmt(a, "predicted as %s on %s: prefill %.0f, decode %.1f tokens per second", w->type, need->machine,
                      w->prefill_tok_s, w->decode_tok_s);
    return value ? claim_add(&c->claims, "needs.speed", value, CLAIM_CONCLUDED,
                             "computed from the bytes and operations of a token, and measured peaks of this machine", 0.5,
                             ev, n, &need->speed_claim, e) : err_memory(e);
}

/* ---- the step ------------------------------------------------------------------------ */

static int name_machine(struct need *n, const struct machine *m, struct arena *a, struct err *e)
{
    n->calibrated = arena_str(a, m->date);
    n->machine = arena_fmt(a, "%s, %u core%s, %s", m->cpu.name[0] ? m->cpu.name : "an unnamed processor", m->cpu.cores,
                           m->cpu.cores == 1 ? "" : "s", m->int8_path);
    return n->machine && n->calibrated ? 0 : err_memory(e);
}

static int compute(struct check *c, const struct need_input *in, struct arena *a, struct err *e)
{
    int rc = need_compute(in, a, &c->need, e);
    if (!rc && in->machine)
        rc = name_machine(&c->need, in->machine, a, e);
    return rc;
}

int check_need(struct check *c, const struct check_options *opt, struct arena *a, struct err *e)
{
    const struct gather *g = &c->gather;
    struct hparams h = { 0 };
    struct source from = { 0 };
    struct need_input in = { .h = &h, .prices = &opt->prices };
    const struct evidence *evidence[FACTS_MAX + DIRECTORIES_MAX];
    const char *why = NULL;
    size_t n = 0;
    bool shapes = false;
    int rc = collect(g, a, &in.own, &in.n_own, e);
    if (!rc)
        rc = read_hparams(g, in.n_own ? in.own : NULL, a, &h, &from, &why, e);
    if (rc)
        return rc;
    if (why) {
        c->need = (struct need){ .why = why, .architecture = g->architecture, .machine = "", .calibrated = "",
                                 .cost = { .how = "" } };
        return 0;
    }
    if (in.n_own)
        rc = hparams_kv_width(&h, width_of(in.own), a, &shapes, e);
    if (!h.missing)
        in.machine = c->machine;
    if (!rc)
        rc = compute(c, &in, a, e);
    if (!rc && shapes && c->need.known)
        rc = need_assume(&c->need, a, "what a token adds to the KV cache is taken from the shapes of the key and value "
                         "matrices: the configuration does not say it, or says otherwise", e);
    if (!rc)
        rc = find_evidence(g, &h, &from, in.n_own ? in.own : NULL, a, evidence, &n, e);
    return rc ? rc : make_claims(c, evidence, n, a, e);
}
