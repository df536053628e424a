// SPDX-License-Identifier: Apache-2.0
#include "license/declared.h"

#include <stdlib.h>
#include <strings.h>
#include "format/snapshot.h"
#include "license/declared_int.h"

enum { KIND_ID, KIND_TAG };             /* of struct catalog_name; names and aliases are the rest */
enum { CANDIDATES_MAX = 256 };

/* ---- names made comparable ------------------------------------------------------------- */

static bool is_digit(uint8_t b) { return b >= '0' && b <= '9'; }
static bool is_letter(uint8_t b) { return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || b >= 0x80; }

static bool is_filler(const char *part, size_t n)
{
    static const struct { uint8_t n; char word[10]; } fillers[] = {
        { 1, "v" }, { 3, "the" }, { 7, "license" }, { 7, "licence" }, { 7, "version" }, { 8, "licensed" },
        { 8, "licenses" }, { 9, "agreement" },
    };
    for (size_t i = 0; i < sizeof fillers / sizeof *fillers; i++)
        if (fillers[i].n == n && memcmp(part, fillers[i].word, n) == 0)
            return true;
    return false;
}

static void fold_part(struct fold *f, struct span part)
{
    if (f->n + part.n + 2 > sizeof f->p) {
        f->full = true;
        return;
    }
    char *to = f->p + f->n + (f->n > 0);
    for (size_t i = 0; i < part.n; i++)
        to[i] = (char)(part.p[i] >= 'A' && part.p[i] <= 'Z' ? part.p[i] + 32 : part.p[i]);
    if (!is_filler(to, part.n)) {
        if (f->n)
            f->p[f->n] = ' ';
        f->n = (size_t)(to - f->p) + part.n;
    }
    f->p[f->n] = 0;
}

/* As catalog_fold does, and "GPLv3" like "GPL v3". */
void fold_add(struct fold *f, struct span s)
{
    for (size_t i = 0; i < s.n && !f->full;) {
        size_t from = i;
        if (is_digit(s.p[i])) {
            while (i < s.n && is_digit(s.p[i]))
                i++;
        } else if (is_letter(s.p[i])) {
            while (i < s.n && is_letter(s.p[i]))
                i++;
            if (i - from > 1 && i < s.n && is_digit(s.p[i]) && (s.p[i - 1] | 32) == 'v')
                fold_part(f, span_sub(s, from, i - from - 1));
            else
                fold_part(f, span_sub(s, from, i - from));
            continue;
        } else if (s.p[i++] != '+') {
            continue;
        }
        fold_part(f, span_sub(s, from, i - from));
    }
}

static struct span without_prefix(struct span id)
{
    static const char *const prefixes[] = { "LicenseRef-", "scancode-" };
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (id.n >= strlen(prefixes[i]) && strncasecmp((const char *)id.p, prefixes[i], strlen(prefixes[i])) == 0)
            id = span_sub(id, strlen(prefixes[i]), id.n);
    return id;
}

/* ---- the table --------------------------------------------------------------------------- */

static int by_folded(const void *a, const void *b)
{
    const struct declare_name *x = a, *y = b;
    if (x->head != y->head)
        return x->head < y->head ? -1 : 1;
    int order = strcmp(x->folded, y->folded);
    if (!order)
        order = (x->file < 0) - (y->file < 0);
    if (!order)
        order = x->deprecated - y->deprecated;
    return order ? order : strcmp(x->id, y->id);
}

static int add_name(struct declare *d, struct declare_name *names, size_t *n, struct span text,
                    struct declare_name name, struct err *e)
{
    struct fold f = { .n = 0 };
    fold_add(&f, without_prefix(text));
    if (f.n == 0 || f.full)
        return 0;
    for (size_t i = 0; i < sizeof name.head; i++)
        name.head = name.head << 8 | (i < f.n ? (uint8_t)f.p[i] : 0);
    name.folded = arena_strn(d->a, f.p, f.n);
    if (!name.folded)
        return err_memory(e);
    names[(*n)++] = name;
    return 0;
}

static int add_catalog(struct declare *d, struct declare_name *names, size_t *n, struct err *e)
{
    const struct catalog *c = d->catalog;
    const char **id_of = arena_array(d->a, c->n_records + 1, sizeof *id_of);
    if (!id_of)
        return err_memory(e);
    for (size_t i = 0; i < c->n_names; i++)
        if (c->names[i].kind == KIND_ID)
            id_of[c->names[i].file] = c->names[i].text;
    for (size_t i = 0; i < c->n_names; i++) {
        const struct catalog_name *from = &c->names[i];
        if (!id_of[from->file])
            continue;
        int rc = add_name(d, names, n, span_str(from->text),
                          (struct declare_name){ .id = id_of[from->file], .file = (int32_t)from->file }, e);
        if (rc)
            return rc;
    }
    return 0;
}

static int add_index(struct declare *d, struct declare_name *names, size_t *n, struct err *e)
{
    for (uint32_t i = 0; i < d->index->n_entries; i++) {
        const struct index_entry *x = &d->index->entries[i];
        if (x->kind != INDEX_LICENSE || x->variant || (x->flags & INDEX_GENERIC))
            continue;
        struct declare_name name = { .id = x->id, .file = -1, .entry = i,
                                     .deprecated = (x->flags & INDEX_DEPRECATED) || !(x->flags & INDEX_SPDX) };
        int rc = add_name(d, names, n, span_str(x->id), name, e);
        if (rc || (rc = add_name(d, names, n, span_str(x->name), name, e)))
            return rc;
    }
    return 0;
}

int declare_init(struct declare *d, struct catalog *catalog, const struct index *index, struct arena *a,
                 struct err *e)
{
    struct declare made = { .catalog = catalog, .index = index, .a = a };
    size_t n = 0, kept = 0;
    struct declare_name *names = arena_array(a, catalog->n_names + 2 * (size_t)index->n_entries + 1, sizeof *names);
    if (!names)
        return err_memory(e);
    int rc = add_catalog(&made, names, &n, e);
    if (rc || (rc = add_index(&made, names, &n, e)))
        return rc;
    qsort(names, n, sizeof *names, by_folded);
    for (size_t i = 0; i < n; i++) {
        const struct declare_name *last = kept ? &names[kept - 1] : NULL;
        if (!last || strcmp(last->folded, names[i].folded) != 0 || strcmp(last->id, names[i].id) != 0)
            names[kept++] = names[i];
    }
    made.names = names;
    made.n_names = kept;
    *d = made;
    return 0;
}

static size_t lower_bound(const struct declare *d, const char *folded)
{
    size_t low = 0, high = d->n_names;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (strcmp(d->names[mid].folded, folded) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool starts_words(const char *text, const char *prefix)
{
    size_t n = strlen(prefix);
    return strncmp(text, prefix, n) == 0 && (text[n] == 0 || text[n] == ' ');
}

/* ---- families: names that many licences begin with --------------------------------------- */

static const char *const families[] = {
    "agpl", "apache", "artistic", "bsd", "cc", "cc by", "cc by nc", "cc by nc nd", "cc by nc sa", "cc by nd",
    "cc by sa", "cdla", "creative commons", "epl", "eupl", "gemma", "gnu", "gnu general public", "gnu gpl", "gnu lgpl", "gpl",
    "impact", "lgpl", "llama", "meta llama", "modified mit", "mpl", "open rail", "open rail m", "openrail",
    "openrail m", "rail", "rail m", "llama community",
};

bool family_known(const struct fold *f)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (strcmp(families[i], f->p) == 0)
            return f->n > 0;
    return false;
}

static bool family_has(const char *family, const char *folded)
{
    if (strstr(family, "rail"))
        return strstr(folded, "rail") != NULL;
    if (strcmp(family, "creative commons") == 0)
        return starts_words(folded, "cc") || starts_words(folded, "cc0") || starts_words(folded, family);
    if (strcmp(family, "gnu") == 0)
        return starts_words(folded, "gpl") || starts_words(folded, "lgpl") || starts_words(folded, "agpl");
    if (strncmp(family, "gnu ", 4) == 0 && strcmp(family, "gnu lgpl") != 0)
        return starts_words(folded, "gpl");
    if (strcmp(family, "gnu lgpl") == 0)
        return starts_words(folded, "lgpl");
    if (strstr(family, "llama"))
        return strstr(folded, "llama") != NULL;
    return starts_words(folded, family);
}

static bool is_candidate(const struct declared *out, const char *id)
{
    for (size_t i = 0; i < out->n_candidates; i++)
        if (strcmp(out->candidates[i], id) == 0)
            return true;
    return false;
}

/* All that `folded` may mean: a family's members, or those that bear the very name. */
static int find_candidates(struct declare *d, const char *folded, bool family, struct declared *out, struct err *e)
{
    const char **ids = arena_array(d->a, CANDIDATES_MAX, sizeof *ids);
    if (!ids)
        return err_memory(e);
    out->candidates = ids;
    out->n_candidates = 0;
    for (size_t i = 0; i < d->n_names && out->n_candidates < CANDIDATES_MAX; i++) {
        const struct declare_name *x = &d->names[i];
        bool fits = family ? family_has(folded, x->folded) : strcmp(x->folded, folded) == 0;
        if (fits && !is_candidate(out, x->id))
            ids[out->n_candidates++] = x->id;
    }
    return 0;
}

/* ---- looking up ------------------------------------------------------------------------- */

bool names_start(const struct declare *d, const struct fold *f)
{
    if (f->n == 0)
        return true;
    size_t i = lower_bound(d, f->p);
    if (i < d->n_names && starts_words(d->names[i].folded, f->p))
        return true;
    struct fold next = *f;              /* "a b" sorts behind "a!", so look for its blank too */
    if (next.n + 2 < sizeof next.p) {
        next.p[next.n++] = ' ';
        next.p[next.n] = 0;
        i = lower_bound(d, next.p);
        if (i < d->n_names && strncmp(d->names[i].folded, next.p, next.n) == 0)
            return true;
    }
    for (i = 0; i < sizeof families / sizeof *families; i++)
        if (starts_words(families[i], f->p))
            return true;
    return false;
}

bool names_have(const struct declare *d, const struct fold *f)
{
    size_t i = lower_bound(d, f->p);
    return f->n && ((i < d->n_names && strcmp(d->names[i].folded, f->p) == 0) || family_known(f));
}

static int take(struct declare *d, const struct declare_name *x, struct declared *out, struct err *e)
{
    if (x->file < 0) {
        out->entry = &d->index->entries[x->entry];
        out->class = (enum index_class)out->entry->class;
    } else {
        const struct license_record *record;
        int rc = catalog_at(d->catalog, (size_t)x->file, &record, e);
        if (rc)
            return rc;
        if (record->kind == LICENSE_KIND_POLICY)
            return 0;                   /* a policy is no licence, whatever it is called */
        out->record = record;
        out->class = record->class;
    }
    out->state = DECLARED_NAMED;
    out->id = x->id;
    return 0;
}

static int resolve_exact(struct declare *d, const struct fold *f, struct declared *out, struct err *e)
{
    size_t i = lower_bound(d, f->p), n = 0;
    out->state = DECLARED_UNRECOGNIZED;
    if (f->n == 0 || f->full)
        return 0;
    for (; i + n < d->n_names && strcmp(d->names[i + n].folded, f->p) == 0; n++)
        if (n && (d->names[i + n].file < 0) != (d->names[i].file < 0))
            break;                      /* the catalogue is asked before the index */
    bool several = word_in(span_of(f->p, f->n), " llama ");     /* "the Llama license": of which Llama? */
    n = several ? 0 : n;
    bool one = n == 1 || (n > 1 && d->names[i].file < 0 && d->names[i].deprecated != d->names[i + 1].deprecated);
    if (one)
        return take(d, &d->names[i], out, e);
    if (n == 0 && !family_known(f))
        return 0;
    out->state = DECLARED_VAGUE;
    return find_candidates(d, f->p, n == 0, out, e);
}

/* "Creative Commons Attribution-NonCommercial 4.0" and "CC BY NC 4.0" in one form. */
static void fold_commons(const struct fold *in, struct fold *out)
{
    static const char *const pairs[][2] = {
        { "creative", "cc" }, { "attribution", "by" }, { "noncommercial", "nc" }, { "sharealike", "sa" },
        { "noderivatives", "nd" }, { "noderivs", "nd" }, { "non", "nc" }, { "share", "sa" }, { "no", "nd" },
    };
    struct span s = span_of(in->p, in->n);
    for (size_t i = 0, to; i < s.n; i = to + 1) {
        for (to = i; to < s.n && s.p[to] != ' ';)
            to++;
        struct span w = span_sub(s, i, to - i);
        if (word_in(w, " commons commercial alike derivatives derivs international unported generic public "))
            continue;
        for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++)
            if (span_is(w, pairs[k][0]))
                w = span_str(pairs[k][1]);
        fold_part(out, w);
    }
}

/* "gpl 3 or later" is known as GPL-3.0-or-later; "gpl 3 +" too. */
int names_resolve(struct declare *d, const struct fold *f, struct declared *out, struct err *e)
{
    int rc = resolve_exact(d, f, out, e);
    if (rc || out->state != DECLARED_UNRECOGNIZED || f->full)
        return rc;
    struct fold again = { .n = 0 };
    if (starts_words(f->p, "creative commons") || starts_words(f->p, "cc")) {
        fold_commons(f, &again);
        return resolve_exact(d, &again, out, e);
    }
    static const char *const later[] = { " +", " or later", " or any later", " or newer" };
    for (size_t i = 0; i < sizeof later / sizeof *later; i++) {
        size_t n = strlen(later[i]);
        if (f->n <= n || strcmp(f->p + f->n - n, later[i]) != 0)
            continue;
        fold_add(&again, span_of(f->p, f->n - n));
        struct declared only = *out;
        if ((rc = resolve_exact(d, &again, &only, e)) || only.state != DECLARED_NAMED)
            return rc;
        size_t stem = strlen(only.id);
        if (stem <= 5 || strcmp(only.id + stem - 5, "-only") != 0)
            return 0;
        again = (struct fold){ .n = 0 };
        fold_add(&again, span_of(only.id, stem - 5));
        fold_add(&again, span_str("or later"));
        return resolve_exact(d, &again, out, e);
    }
    return 0;
}

void declared_forget(struct declared *out)
{
    out->state = DECLARED_UNRECOGNIZED;
    out->id = "";
    out->record = NULL;
    out->entry = NULL;
    out->class = CLASS_UNKNOWN;
    out->candidates = NULL;
    out->n_candidates = 0;
}

int declared_resolve(struct declare *d, struct span name, struct declared *out, struct err *e)
{
    declared_forget(out);
    name = span_trim(name);
    if (name.n == 0 || name.n >= FOLD_BYTES)
        return 0;
    struct fold f = { .n = 0 };
    fold_add(&f, name);
    if (word_in(name, " other unknown none null n/a na custom ") || strcmp(f.p, "other") == 0) {
        out->state = DECLARED_OTHER;
        return 0;
    }
    char tag[FOLD_BYTES];
    memcpy(tag, name.p, name.n);
    tag[name.n] = 0;
    for (size_t i = 0; i < d->catalog->n_names; i++) {
        const struct catalog_name *x = &d->catalog->names[i];
        if (x->kind != KIND_TAG || strlen(x->text) != name.n || strcasecmp(x->text, tag) != 0)
            continue;
        const struct license_record *record;
        int rc = catalog_at(d->catalog, x->file, &record, e);
        if (rc)
            return rc;
        *out = (struct declared){ .how = out->how, .method = out->method, .raw = out->raw, .scope = out->scope,
                                  .expr = out->expr, .choice = out->choice, .exception = out->exception,
                                  .target = out->target, .file = out->file, .elsewhere = out->elsewhere,
                                  .text = out->text, .confidence = out->confidence, .evidence = out->evidence,
                                  .state = DECLARED_NAMED, .id = record->id, .record = record,
                                  .class = record->class };
        return 0;
    }
    struct fold bare = { .n = 0 };
    fold_add(&bare, without_prefix(name));
    return names_resolve(d, &bare, out, e);
}

/* ---- addresses -------------------------------------------------------------------------- */

/* Hosts and paths after which the rest names the licence ("" below), or that mean one tag or name. */
static const struct { const char *starts, *means; } addresses[] = {
    { "opensource.org/licenses/", "" }, { "opensource.org/license/", "" }, { "choosealicense.com/licenses/", "" },
    { "spdx.org/licenses/", "" }, { "apache.org/licenses/license-2.0", "apache-2.0" },
    { "huggingface.co/datasets/choosealicense/licenses/blob/main/markdown/", "" },
    { "gnu.org/licenses/old-licenses/", "" }, { "gnu.org/licenses/", "" }, { "mit-license.org", "mit" },
    { "unlicense.org", "unlicense" }, { "mozilla.org/mpl/2.0", "mpl-2.0" }, { "mozilla.org/en-us/mpl/2.0", "mpl-2.0" },
    { "ai.meta.com/llama/license", "llama2" }, { "llama.meta.com/llama2/license", "llama2" },
    { "llama.meta.com/llama3/license", "llama3" }, { "llama.meta.com/llama3_1/license", "llama3.1" },
    { "llama.meta.com/llama3_2/license", "llama3.2" }, { "llama.meta.com/llama3_3/license", "llama3.3" },
    { "llama.com/llama2/license", "llama2" }, { "llama.com/llama3/license", "llama3" },
    { "llama.com/llama3_1/license", "llama3.1" }, { "llama.com/llama3_2/license", "llama3.2" },
    { "llama.com/llama3_3/license", "llama3.3" }, { "llama.com/llama4/license", "llama4" },
    { "ai.google.dev/gemma/terms", "gemma" },
    { "huggingface.co/spaces/compvis/stable-diffusion-license", "creativeml-openrail-m" },
    { "huggingface.co/spaces/bigscience/license", "bigscience-bloom-rail-1.0" },
    { "huggingface.co/spaces/bigcode/bigcode-model-license-agreement", "bigcode-openrail-m" },
    { "databricks.com/legal/open-model-license", "Databricks Open Model License" },
    { "nvidia.com/en-us/agreements/enterprise-software/nvidia-open-model-license",
      "NVIDIA Open Model License" },
    { "developer.download.nvidia.com/licenses/nvidia-open-model-license-agreement", "NVIDIA Open Model License" },
    { "mistral.ai/licenses/", "" }, { "stability.ai/community-license-agreement",
      "Stability AI Community License" },
    { "falconllm.tii.ae/falcon-2-terms-and-conditions", "Falcon 2 11B TII License" },
    { "ai21.com/licenses/jamba-open-model-license", "jamba-open-model-license" },
};

/* Scheme, "www.", query, fragment and file ending go; the host in lower case. */
static struct span bare_address(struct span url, char out[FOLD_BYTES])
{
    static const char *const ends[] = { "/", ".html", ".htm", ".txt", ".md", ".php", "/legalcode", "/deed", ".en" };
    for (size_t i = 0; i + 3 <= url.n; i++)
        if (memcmp(url.p + i, "://", 3) == 0) {
            url = span_sub(url, i + 3, url.n);
            break;
        }
    if (url.n > 4 && strncasecmp((const char *)url.p, "www.", 4) == 0)
        url = span_sub(url, 4, url.n);
    size_t n = 0;
    while (n < url.n && n < FOLD_BYTES - 1 && url.p[n] != '?' && url.p[n] != '#') {
        out[n] = (char)(url.p[n] >= 'A' && url.p[n] <= 'Z' ? url.p[n] + 32 : url.p[n]);
        n++;
    }
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t k = strlen(ends[i]);
        if (n > k && memcmp(out + n - k, ends[i], k) == 0) {
            n -= k;
            i = (size_t)-1;             /* once more from the first */
        }
    }
    out[n] = 0;
    return span_of(out, n);
}

/* creativecommons.org/licenses/by-nc/4.0 -> cc-by-nc-4.0; publicdomain/zero/1.0 -> cc0-1.0. */
static int resolve_commons(struct declare *d, char *url, struct declared *out, struct err *e)
{
    char *at = strstr(url, "/licenses/"), *tail;
    if (at) {
        if ((tail = strstr(at, "/deed")) || (tail = strstr(at, "/legalcode")))
            *tail = 0;
        at += strlen("/licenses/") - 3;
        memcpy(at, "cc-", 3);
        for (char *slash = at; (slash = strchr(slash, '/'));)
            *slash = '-';
        return declared_resolve(d, span_str(at), out, e);
    }
    if (strstr(url, "/publicdomain/zero/1.0"))
        return declared_resolve(d, span_str("cc0-1.0"), out, e);
    return 0;
}

int declared_resolve_url(struct declare *d, struct span url, struct declared *out, struct err *e)
{
    char bare[FOLD_BYTES];
    struct span s = bare_address(url, bare);
    declared_forget(out);
    if (span_starts(s, "creativecommons.org/"))
        return resolve_commons(d, bare, out, e);
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        if (!span_starts(s, addresses[i].starts))
            continue;
        size_t n = strlen(addresses[i].starts);
        struct span rest = span_sub(s, n, s.n);         /* "mit-license" of opensource.org */
        if (rest.n > 8 && memcmp(rest.p + rest.n - 8, "-license", 8) == 0)
            rest.n -= 8;
        const char *means = addresses[i].means;
        return declared_resolve(d, *means ? span_str(means) : rest, out, e);
    }
    return 0;
}

/* ---- where a link leads ----------------------------------------------------------------- */

static int hex(uint8_t c)
{
    return is_digit(c) ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* The part of an address behind its n-th slash, when `hosts` holds its host; SPAN_NONE otherwise. */
static struct span behind(struct span s, const char *host, unsigned slashes)
{
    if (!span_starts(s, host))
        return SPAN_NONE;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '/' && slashes-- == 1)
            return span_sub(s, i + 1, s.n);
    return SPAN_NONE;
}

/* huggingface.co/org/name/blob/main/LICENSE -> LICENSE */
static struct span file_of_repository(struct span url)
{
    static const struct { const char *host; unsigned slashes; const char *must; } sites[] = {
        { "huggingface.co/", 5, NULL }, { "hf.co/", 5, NULL }, { "github.com/", 5, NULL },
        { "raw.githubusercontent.com/", 4, "" }, { "modelscope.cn/models/", 7, "" },
    };
    for (size_t i = 0; i + 3 <= url.n; i++)
        if (memcmp(url.p + i, "://", 3) == 0) {
            url = span_sub(url, i + 3, url.n);
            break;
        }
    if (span_starts(url, "www."))
        url = span_sub(url, 4, url.n);
    for (size_t i = 0; i < sizeof sites / sizeof *sites; i++) {
        struct span rest = behind(url, sites[i].host, sites[i].slashes);
        bool blob = sites[i].must || span_find(url, "/blob/") || span_find(url, "/resolve/")
                    || span_find(url, "/raw/");
        if (rest.n && blob)
            return rest;
    }
    return SPAN_NONE;
}

/* Copy one part of a path, %20 decoded. Returns the bytes written: no more than it had. */
static size_t decode(struct span part, char *out)
{
    size_t n = 0;
    for (size_t k = 0; k < part.n; k++) {
        int high = part.p[k] == '%' && k + 2 < part.n ? hex(part.p[k + 1]) : -1;
        int low = high >= 0 ? hex(part.p[k + 2]) : -1;
        bool coded = low >= 0 && (high || low);
        out[n++] = coded ? (char)(high * 16 + low) : (char)part.p[k];
        k += coded ? 2 : 0;
    }
    return n;
}

/* dir of `path` + `rel`, "." and ".." taken out; "" when it leads out of the model. */
static const char *join(struct arena *a, const char *path, struct span rel)
{
    const char *slash = strrchr(path, '/');
    size_t base = slash && rel.n && rel.p[0] != '/' ? (size_t)(slash - path) + 1 : 0, n = base;
    char *out = arena_text(a, base + rel.n + 1);
    if (!out)
        return NULL;
    memcpy(out, path, base);
    for (size_t i = 0; i < rel.n; i++)
        if (rel.p[i] == '#' || rel.p[i] == '?')
            rel.n = i;
    for (size_t i = 0; i < rel.n;) {
        struct span part = span_sub(rel, i, rel.n);
        const uint8_t *end = memchr(part.p, '/', part.n);
        part.n = end ? (size_t)(end - part.p) : part.n;
        i += part.n + 1;
        if (part.n == 0 || span_is(part, "."))
            continue;
        if (span_is(part, "..")) {
            if (n == 0)
                return "";
            for (n--; n > 0 && out[n - 1] != '/';)
                n--;
            continue;
        }
        n += decode(part, out + n);
        if (i <= rel.n)
            out[n++] = '/';
    }
    while (n > 0 && out[n - 1] == '/')
        n--;
    out[n] = 0;
    return out;
}

int declared_target(struct declare *d, const char *path, struct span address, struct declared *out, struct err *e)
{
    address = span_trim(address);
    if (address.n && address.p[0] == '<')
        address = span_sub(address, 1, address.n - (address.n > 1 ? 2 : 1));
    out->target = arena_strn(d->a, address.p, address.n);
    out->file = "";
    out->elsewhere = false;
    if (!out->target)
        return err_memory(e);
    if (span_find(address, "://")) {
        struct span file = file_of_repository(address);
        out->elsewhere = file.n > 0;
        out->file = file.n ? join(d->a, "", file) : "";
    } else if (address.n && address.p[0] != '#' && !memchr(address.p, ':', address.n)) {
        out->file = join(d->a, path, address);
    }
    return out->file ? 0 : err_memory(e);
}

bool is_license_file(const char *file)
{
    return *file && snapshot_role(file) == SNAP_LICENSE;
}
