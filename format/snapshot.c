// SPDX-License-Identifier: Apache-2.0
#include "format/snapshot.h"

#include <stdlib.h>
#include "base/json.h"

enum { NAME_MAX_BYTES = 300, CONFIG_MAX_BYTES = 16 << 20, SHARD_DIGITS = 5, ENDING_MAX = 12 };

/* A path, taken apart once and in lower case. In `words` each separator is '_', with one more
 * at both ends, so that "_model_" finds the word model and nothing else. */
struct name {
    char base[NAME_MAX_BYTES];      /* "license-model.md" */
    char words[NAME_MAX_BYTES];     /* "_license_model_md_" */
    char dir[NAME_MAX_BYTES];       /* words of the parent folder, "_" when there is none */
    const char *ext;                /* "md", or "" */
    bool in_eval;                   /* in a folder .eval_results */
};

struct rule { const char *text; enum snap_role role; };

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/* Lower-case copy, cut to what fits; the end of a long name is kept, it holds the ending. */
static void copy_lower(char *to, size_t cap, const char *p, size_t n)
{
    if (n > cap - 1) {
        p += n - (cap - 1);
        n = cap - 1;
    }
    for (size_t i = 0; i < n; i++)
        to[i] = lower(p[i]);
    to[n] = 0;
}

static void to_words(char *to, size_t cap, const char *base)
{
    size_t n = strlen(base), at = 0;
    if (n > cap - 3) {
        base += n - (cap - 3);
        n = cap - 3;
    }
    to[at++] = '_';
    for (size_t i = 0; i < n; i++)
        to[at++] = strchr("-_. ", base[i]) ? '_' : base[i];
    if (at > 1)
        to[at++] = '_';
    to[at] = 0;
}

/* What stands after the last dot, unless it is part of a version ("v1.5 LICENSE", "-2.0"). */
static const char *ending_of(const char *base)
{
    const char *dot = strrchr(base, '.');
    if (!dot || dot == base || strlen(dot + 1) > ENDING_MAX)
        return "";
    bool letters = false;
    for (const char *p = dot + 1; *p; p++) {
        bool letter = (*p >= 'a' && *p <= 'z') || *p == '_';
        if (!letter && !(*p >= '0' && *p <= '9'))
            return "";
        letters |= letter;
    }
    return letters ? dot + 1 : "";
}

static void take_apart(const char *path, struct name *out)
{
    const char *base = fs_base(path);
    char parent[NAME_MAX_BYTES] = "";
    if (base > path) {
        const char *end = base - 1, *from = end;
        while (from > path && from[-1] != '/')
            from--;
        copy_lower(parent, sizeof parent, from, (size_t)(end - from));
    }
    copy_lower(out->base, sizeof out->base, base, strlen(base));
    to_words(out->words, sizeof out->words, out->base);
    to_words(out->dir, sizeof out->dir, parent);
    out->ext = ending_of(out->base);
    out->in_eval = strcmp(parent, ".eval_results") == 0;
}

static bool is_one_of(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

static bool has_any(const char *text, const char *const *list)
{
    for (; *list; list++)
        if (strstr(text, *list))
            return true;
    return false;
}

static bool starts(const char *s, const char *with)
{
    return strncmp(s, with, strlen(with)) == 0;
}

static bool ends(const char *s, const char *with)
{
    size_t n = strlen(s), len = strlen(with);
    return n >= len && strcmp(s + n - len, with) == 0;
}

static const char *const code_ext[] = {
    "py", "pyi", "pyx", "ipynb", "c", "cc", "cpp", "cxx", "cu", "cuh", "h", "hpp", "m", "mm", "swift",
    "js", "mjs", "ts", "tsx", "jsx", "go", "rs", "java", "kt", "scala", "rb", "lua", "r", "jl", "php",
    "cs", "pl", "sh", "bash", "zsh", "bat", "ps1", "cmake", "toml", "cfg", "lock", "css", "proto", NULL,
};
static const char *const data_ext[] = {
    "jsonl", "csv", "tsv", "parquet", "arrow", "feather", "npy", "npz", "tfrecord", "tfrecords", "wds", NULL,
};
static const char *const setup_ext[] = { "json", "yaml", "yml", "xml", "ini", "conf", NULL };
/* Endings of weights besides GGUF and safetensors; most are pickles or zips of them. */
static const char *const weights_ext[] = {
    "bin", "pt", "pth", "ckpt", "onnx", "onnx_data", "h5", "hdf5", "keras", "msgpack", "pb", "tflite",
    "mlmodel", "pkl", "pickle", "joblib", "ot", "nemo", "pdparams", "pdmodel", "caffemodel", "ggml",
    "llamafile", "engine", "params", "mar", "pte", "dill", "weights", "xgb", "task", "litertlm", NULL,
};
static const char *const doc_ext[] = { "md", "markdown", "mdx", "txt", "rst", "html", "htm", "pdf", "rtf",
                                       "docx", "doc", "tex", "adoc", "org", NULL };

static bool is_doc(const struct name *n)
{
    return !n->ext[0] || is_one_of(n->ext, doc_ext);
}

static enum snap_role by_ending(const struct name *n)
{
    static const struct rule known[] = {
        { ".gguf", SNAP_WEIGHTS_GGUF }, { ".safetensors", SNAP_WEIGHTS_SAFETENSORS },
        { ".index.json", SNAP_WEIGHTS_INDEX }, { ".tiktoken", SNAP_TOKENIZER },
        { ".jinja", SNAP_CHAT_TEMPLATE }, { ".jinja2", SNAP_CHAT_TEMPLATE },
        { "_config.json", SNAP_CONFIG_OTHER }, { "sentencepiece.bpe.model", SNAP_TOKENIZER },
        { ".spm", SNAP_TOKENIZER },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (ends(n->base, known[i].text))
            return known[i].role;
    return SNAP_OTHER;
}

/* Fixed names of the hub and of the libraries that write such folders. */
static enum snap_role by_fixed_name(const struct name *n)
{
    static const struct rule known[] = {
        { "config.json", SNAP_CONFIG }, { "adapter_config.json", SNAP_ADAPTER_CONFIG },
        { "generation_config.json", SNAP_GENERATION_CONFIG }, { "params.json", SNAP_CONFIG_OTHER },
        { "model_index.json", SNAP_CONFIG_OTHER }, { "modules.json", SNAP_CONFIG_OTHER },
        { "tokenizer_config.json", SNAP_TOKENIZER_CONFIG },
        { "special_tokens_map.json", SNAP_TOKENIZER_CONFIG },
        { "added_tokens.json", SNAP_TOKENIZER_CONFIG }, { "tokenizer.json", SNAP_TOKENIZER },
        { "tokenizer.model", SNAP_TOKENIZER }, { "tokenizer.bin", SNAP_TOKENIZER },
        { "tekken.json", SNAP_TOKENIZER }, { "spiece.model", SNAP_TOKENIZER },
        { "vocab.json", SNAP_TOKENIZER }, { "vocab.txt", SNAP_TOKENIZER }, { "vocab.bpe", SNAP_TOKENIZER },
        { "merges.txt", SNAP_TOKENIZER }, { "encoder.json", SNAP_TOKENIZER },
        { "chat_template.json", SNAP_CHAT_TEMPLATE }, { "chat_template.txt", SNAP_CHAT_TEMPLATE },
        { "training_args.bin", SNAP_TRAINING_STATE }, { "trainer_state.json", SNAP_TRAINING_STATE },
        { "optimizer.pt", SNAP_TRAINING_STATE }, { "optimizer.bin", SNAP_TRAINING_STATE },
        { "scheduler.pt", SNAP_TRAINING_STATE }, { "scheduler.bin", SNAP_TRAINING_STATE },
        { "scaler.pt", SNAP_TRAINING_STATE }, { "scaler.bin", SNAP_TRAINING_STATE },
        { "rng_state.pth", SNAP_TRAINING_STATE },
        { "makefile", SNAP_CODE }, { "dockerfile", SNAP_CODE }, { "requirements.txt", SNAP_CODE },
        { "cmakelists.txt", SNAP_CODE },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(n->base, known[i].text) == 0)
            return known[i].role;
    if (starts(n->base, "rng_state_") && ends(n->base, ".pth"))
        return SNAP_TRAINING_STATE;
    return SNAP_OTHER;
}

static bool is_policy(const struct name *n)
{
    static const char *const words[] = { "_use_polic", "_usage_polic", "_acceptable_use", "_prohibited_use",
                                         "_use_restriction", "_usepolicy", "_acceptableuse",
                                         "_responsible_use", "_aup_", NULL };
    return has_any(n->words, words) && (is_doc(n) || !is_one_of(n->ext, code_ext));
}

/* What others want said: listed before licences, for THIRD_PARTY_LICENSES. */
static bool is_third_party(const struct name *n)
{
    static const char *const words[] = { "_third_party", "_thirdparty", "_3rd_party", NULL };
    return is_doc(n) && has_any(n->words, words);
}

static bool is_notice(const struct name *n)
{
    static const char *const words[] = { "_notice_", "_notices_", "_copyright_", "_copyrights_",
                                         "_attribution_", "_attributions_", NULL };
    return is_doc(n) && has_any(n->words, words);
}

static bool in_license_dir(const struct name *n)
{
    static const char *const words[] = { "_license_", "_licenses_", "_licence_", "_licences_", NULL };
    return has_any(n->dir, words);
}

/* LICENSE and its kin. "LICENSE-FLUX1-dev" and "LICENSE.OpenMDW-1.1" have endings of their own, so only
 * endings of code and data speak against a name that starts as a licence. The two Chinese words
 * are "licence" and "agreement": several models ship their terms only under such a name. */
static bool is_license(const struct name *n)
{
    static const char *const first[] = { "license", "licence", "licenses", "licences", "copying", "unlicense",
                                         "unlicence", "eula", "terms", "lizenz", NULL };
    static const char *const words[] = { "_license_", "_licence_", "_licenses_", "_licences_", "_eula_",
                                         "_terms_of_", "_terms_html_", "_terms_txt_", "_terms_md_", "_terms_pdf_",
                                         "_copying_", "\xe8\xae\xb8\xe5\x8f\xaf",
                                         "\xe5\x8d\x8f\xe8\xae\xae", NULL };
    if (strcmp(n->ext, "license") == 0 || strcmp(n->ext, "licence") == 0)
        return true;
    if (is_one_of(n->ext, code_ext) || is_one_of(n->ext, data_ext) || is_one_of(n->ext, setup_ext))
        return false;
    for (size_t i = 0; first[i]; i++) {
        size_t len = strlen(first[i]);
        if (starts(n->words + 1, first[i]) && n->words[1 + len] == '_')
            return true;
    }
    if (!is_doc(n))
        return false;
    return has_any(n->words, words) || in_license_dir(n);
}

static bool is_card(const struct name *n)
{
    static const char *const words[] = { "_readme_", "_model_card", "_modelcard", NULL };
    if (!is_doc(n) || strstr(n->words, "_dataset_card") || strstr(n->words, "_data_card"))
        return false;
    return has_any(n->words, words) || ends(n->dir, "_model_cards_") || ends(n->dir, "_modelcards_");
}

static enum snap_role role_of(const struct name *n)
{
    if (n->in_eval && (strcmp(n->ext, "yaml") == 0 || strcmp(n->ext, "yml") == 0))
        return SNAP_EVAL_RESULTS;
    enum snap_role role = by_fixed_name(n);
    if (role == SNAP_OTHER)
        role = by_ending(n);
    if (role != SNAP_OTHER)
        return role;
    if (is_one_of(n->ext, weights_ext))
        return SNAP_WEIGHTS_OTHER;
    if (is_policy(n))
        return SNAP_USE_POLICY;
    if (is_third_party(n))
        return SNAP_NOTICE;
    if (is_license(n))
        return SNAP_LICENSE;
    if (is_notice(n))
        return SNAP_NOTICE;
    if (is_card(n))
        return SNAP_CARD;
    if (is_one_of(n->ext, code_ext))
        return SNAP_CODE;
    if (is_one_of(n->ext, data_ext))
        return SNAP_DATA;
    return n->ext[0] && is_doc(n) ? SNAP_DOCS : SNAP_OTHER;
}

static enum snap_scope scope_of(const struct name *n)
{
    static const struct { const char *word; enum snap_scope scope; } known[] = {
        { "_code_", SNAP_SCOPE_CODE }, { "_software_", SNAP_SCOPE_CODE }, { "_src_", SNAP_SCOPE_CODE },
        { "_weights_", SNAP_SCOPE_WEIGHTS }, { "_model_", SNAP_SCOPE_WEIGHTS },
        { "_models_", SNAP_SCOPE_WEIGHTS }, { "_checkpoints_", SNAP_SCOPE_WEIGHTS },
        { "_checkpoint_", SNAP_SCOPE_WEIGHTS }, { "_ckpt_", SNAP_SCOPE_WEIGHTS },
        { "_data_", SNAP_SCOPE_DATA }, { "_dataset_", SNAP_SCOPE_DATA }, { "_datasets_", SNAP_SCOPE_DATA },
        { "_docs_", SNAP_SCOPE_DOCS }, { "_documentation_", SNAP_SCOPE_DOCS },
    };
    enum { N = sizeof known / sizeof *known };
    bool by_dir = in_license_dir(n);
    for (size_t i = 0; i < N; i++)
        if (strstr(n->words, known[i].word) || (by_dir && strstr(n->dir, known[i].word)))
            return known[i].scope;
    for (size_t i = 0; i < N; i++)      /* "data/LICENSE"; "models/" may just as well hold code */
        if (strcmp(n->dir, known[i].word) == 0 && strncmp(known[i].word, "_model", 6) != 0)
            return known[i].scope;
    return SNAP_SCOPE_UNSAID;
}

enum snap_role snapshot_role(const char *path)
{
    struct name n;
    take_apart(path, &n);
    return role_of(&n);
}

enum snap_scope snapshot_scope(const char *path)
{
    struct name n;
    take_apart(path, &n);
    switch (role_of(&n)) {
    case SNAP_LICENSE: case SNAP_NOTICE: case SNAP_USE_POLICY:
        return scope_of(&n);
    default:
        return SNAP_SCOPE_UNSAID;
    }
}

const char *snapshot_role_name(enum snap_role role)
{
    static const char *const names[] = {
#define X(name, text) text,
        SNAP_ROLE_MAP(X)
#undef X
    };
    return role < SNAP_ROLE_COUNT ? names[role] : "?";
}

/* ---- shards ------------------------------------------------------------------------- */

static bool five_digits(const char *p, const char *end, uint32_t *v)
{
    *v = 0;
    if (end - p < SHARD_DIGITS)
        return false;
    for (int i = 0; i < SHARD_DIGITS; i++) {
        if (p[i] < '0' || p[i] > '9')
            return false;
        *v = *v * 10 + (uint32_t)(p[i] - '0');
    }
    return true;
}

/* "<stem>-00001-of-00003.<ending>": the length of the stem, 0 when the path is no shard. */
static size_t shard_stem(const char *path, uint32_t *shard, uint32_t *total)
{
    const char *base = fs_base(path), *end = strrchr(base, '.');
    enum { LEN = 1 + SHARD_DIGITS + 4 + SHARD_DIGITS };
    if (!end || end - base <= LEN)
        return 0;
    const char *p = end - LEN;
    if (*p != '-' || strncmp(p + 1 + SHARD_DIGITS, "-of-", 4) != 0)
        return 0;
    if (!five_digits(p + 1, end, shard) || !five_digits(end - SHARD_DIGITS, end, total) || !*total)
        return 0;
    return (size_t)(p - path);
}

static bool is_weights(enum snap_role role)
{
    return role == SNAP_WEIGHTS_GGUF || role == SNAP_WEIGHTS_SAFETENSORS || role == SNAP_WEIGHTS_OTHER;
}

static struct span stem_of(const struct snap_file *f)
{
    uint32_t shard, total;
    return span_of(f->entry->path, shard_stem(f->entry->path, &shard, &total));
}

/* Same set first (stem, total, ending), then the number. Only shards are compared. */
static int compare_sets(const struct snap_file *a, const struct snap_file *b)
{
    struct span x = stem_of(a), y = stem_of(b);
    int d = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);
    if (d || x.n != y.n)
        return d ? d : x.n < y.n ? -1 : 1;
    if (a->n_shards != b->n_shards)
        return a->n_shards < b->n_shards ? -1 : 1;
    return strcmp(strrchr(a->entry->path, '.'), strrchr(b->entry->path, '.'));
}

static int by_set(const void *x, const void *y)
{
    const struct snap_file *a = *(struct snap_file *const *)x, *b = *(struct snap_file *const *)y;
    int d = compare_sets(a, b);
    return d ? d : a->shard < b->shard ? -1 : a->shard > b->shard;
}

static void add_shard(struct snap_set *set, const struct snap_file *f, const struct snap_file *before)
{
    bool fresh = !before || before->shard != f->shard;
    set->n_present += fresh && f->shard >= 1 && f->shard <= set->n_shards;
    set->size_bytes += f->entry->size_bytes;
    set->complete = set->n_present == set->n_shards;
}

static int gather_sets(struct snapshot *s, struct arena *a, struct err *e)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        n += s->files[i].n_shards > 0;
    if (!n)
        return 0;
    struct snap_file **shards = arena_array(a, n, sizeof *shards);
    s->sets = arena_array(a, n, sizeof *s->sets);
    if (!shards || !s->sets)
        return err_memory(e);
    n = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->files[i].n_shards > 0)
            shards[n++] = &s->files[i];
    qsort(shards, n, sizeof *shards, by_set);
    for (size_t i = 0; i < n; i++) {
        bool same = i > 0 && compare_sets(shards[i - 1], shards[i]) == 0;
        if (!same)
            s->sets[s->n_sets++] = (struct snap_set){
                .stem = stem_of(shards[i]), .role = shards[i]->role, .n_shards = shards[i]->n_shards,
            };
        shards[i]->set = s->n_sets - 1;
        add_shard(&s->sets[s->n_sets - 1], shards[i], same ? shards[i - 1] : NULL);
    }
    return 0;
}

/* ---- the folder --------------------------------------------------------------------- */

static struct span dir_of_path(const char *path)
{
    const char *base = fs_base(path);
    return span_of(path, (size_t)(base - path));
}

static bool is_below(const char *path, struct span dir)
{
    return strncmp(path, (const char *)dir.p, dir.n) == 0;
}

/* "description.md" is a card when weights lie in its folder. The list is sorted by path, so all
 * that lies below one folder is one run: look both ways until it ends. */
static bool has_weights_beside(const struct snapshot *s, size_t i)
{
    struct span dir = dir_of_path(s->files[i].entry->path);
    size_t k = i;
    while (k > 0 && is_below(s->files[k - 1].entry->path, dir))
        k--;
    for (; k < s->n && is_below(s->files[k].entry->path, dir); k++)
        if (is_weights(s->files[k].role) && span_eq(dir_of_path(s->files[k].entry->path), dir))
            return true;
    return false;
}

static struct snap_file classify(const struct fs_entry *entry)
{
    struct name n;
    take_apart(entry->path, &n);
    struct snap_file f = { .entry = entry, .role = role_of(&n), .is_pdf = strcmp(n.ext, "pdf") == 0 };
    f.scope = snapshot_scope(entry->path);
    for (const char *p = entry->path; *p; p++)
        f.depth += *p == '/';
    if (is_weights(f.role) && !shard_stem(entry->path, &f.shard, &f.n_shards))
        f.shard = f.n_shards = 0;
    return f;
}

int snapshot_classify(const struct fs_list *list, struct arena *a, struct snapshot *out, struct err *e)
{
    struct snapshot s = { .n = list->n };
    s.files = arena_array(a, list->n, sizeof *s.files);
    if (!s.files)
        return err_memory(e);
    for (size_t i = 0; i < s.n; i++)
        s.files[i] = classify(&list->items[i]);
    for (size_t i = 0; i < s.n; i++) {
        struct name n;
        take_apart(s.files[i].entry->path, &n);
        if (strcmp(n.base, "description.md") == 0 && has_weights_beside(&s, i))
            s.files[i].role = SNAP_CARD;
        s.n_of[s.files[i].role]++;
    }
    int rc = gather_sets(&s, a, e);
    if (rc)
        return rc;
    *out = s;
    return 0;
}

/* ---- config.json -------------------------------------------------------------------- */

static struct snapshot_fact fact_of(const struct val *v)
{
    if (!val_str(v))
        return (struct snapshot_fact){ 0 };
    return (struct snapshot_fact){ v->str, v->line, v->line_to, v->byte_from, v->byte_to };
}

/* The first of the keys that has a scalar, at the top or in the text part of a composite model. */
static struct snapshot_fact find(const struct val *root, const char *key, const char *or_key)
{
    static const char *const parts[] = { NULL, "text_config", "llm_config", "language_config" };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const struct val *v = parts[i] ? val_get(root, parts[i]) : root;
        struct snapshot_fact f = fact_of(val_get(v, key));
        if (!f.text.p && or_key)
            f = fact_of(val_get(v, or_key));
        if (f.text.p)
            return f;
    }
    return (struct snapshot_fact){ 0 };
}

static int architectures(const struct val *list, struct arena *a, struct snapshot_config *c, struct err *e)
{
    if (!list || list->kind != VAL_LIST)
        return 0;
    struct snapshot_fact *items = arena_array(a, list->n, sizeof *items);
    if (!items)
        return err_memory(e);
    for (const struct val *v = list->first; v; v = v->next)
        if (v->kind == VAL_STR)
            items[c->n_architectures++] = fact_of(v);
    c->architectures = items;
    return 0;
}

int snapshot_config(struct span json, struct arena *a, struct snapshot_config *out, struct err *e)
{
    struct val_limits lim = json_limits;
    lim.max_bytes = CONFIG_MAX_BYTES;
    const struct val *root;
    int rc = json_parse(json, &lim, a, &root, e);
    if (rc)
        return rc;
    if (root->kind != VAL_MAP)
        return err_set(e, ERR_FORMAT, root->byte_from, "configuration is no JSON object");
    struct snapshot_config c = {
        .model_type = fact_of(val_get(root, "model_type")),
        .name_or_path = fact_of(val_get(root, "_name_or_path")),
        .base_model = fact_of(val_get(root, "base_model_name_or_path")),
        .base_revision = fact_of(val_get(root, "revision")),
        .dtype = find(root, "torch_dtype", "dtype"),
        .peft_type = fact_of(val_get(root, "peft_type")),
        .transformers_version = fact_of(val_get(root, "transformers_version")),
        .max_positions = find(root, "max_position_embeddings", "n_positions"),
        .vocab_size = find(root, "vocab_size", NULL),
        .hidden_size = find(root, "hidden_size", "n_embd"),
        .n_layers = find(root, "num_hidden_layers", "n_layer"),
    };
    rc = architectures(val_get(root, "architectures"), a, &c, e);
    if (rc)
        return rc;
    *out = c;
    return 0;
}
