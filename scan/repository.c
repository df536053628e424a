// SPDX-License-Identifier: Apache-2.0
#include "scan/repository.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include "base/fs.h"
#include "scan/name_judge.h"
#include "scan/refs.h"

enum { WHAT_BYTES = 360, SHOWN = 100 };

struct entry { struct span path; uint32_t file; };      /* path: as shown */

struct repo {
    const struct scan_file *files;
    size_t n;
    struct scan_result *results;
    struct entry *index;                    /* sorted by path */
    bool *reached;                          /* Python that somebody runs: said already */
    struct arena *a;
    struct err *e;
    int rc;
};

/* ---- findings ----------------------------------------------------------------------------- */

__attribute__((format(printf, 5, 6)))
static void found(struct repo *r, size_t i, enum scan_rule_id rule, uint64_t at, const char *fmt, ...)
{
    char what[WHAT_BYTES];
    struct scan_result *to = &r->results[i];
    struct scan_node n = { .path = r->files[i].shown, .name = "" };
    struct scan s;
    va_list ap;
    if (r->rc)
        return;
    va_start(ap, fmt);
    (void)vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    scan_init(&s, NULL, r->a);
    s.verdict = to->verdict;
    s.findings = to->findings;
    s.n_findings = s.cap_findings = to->n_findings;
    s.n_found = to->n_found;
    r->rc = scan_find(&s, &n, rule, at, r->e, "%s", what);
    to->verdict = s.verdict;
    to->findings = s.findings;
    to->n_findings = s.n_findings;
    to->n_found = s.n_found;
}

/* ---- the list of files -------------------------------------------------------------------- */

static int by_path(const void *x, const void *y)
{
    const struct entry *a = x, *b = y;
    int c = span_order(a->path, b->path);
    return c ? c : (a->file > b->file) - (a->file < b->file);
}

/* The file that is shown so; -1: there is none. */
static long find(const struct repo *r, struct span path)
{
    size_t low = 0, high = r->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (span_order(r->index[mid].path, path) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low < r->n && span_eq(r->index[low].path, path) ? (long)r->index[low].file : -1;
}

/* Does any file lie below the folder (its path ends with '/')? */
static bool has_below(const struct repo *r, struct span folder)
{
    size_t low = 0, high = r->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (span_order(r->index[mid].path, folder) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low < r->n && r->index[low].path.n > folder.n && memcmp(r->index[low].path.p, folder.p, folder.n) == 0;
}

static struct span folder_of(const char *path)
{
    return span_of(path, (size_t)(fs_base(path) - path));
}

/* folder (with its '/') and a relative path in one; SPAN_NONE: no memory, which r->rc says. */
static struct span joined(struct repo *r, struct span folder, const char *rest)
{
    size_t n = strlen(rest);
    char *p = r->rc ? NULL : arena_text(r->a, folder.n + n + 1);
    if (!p) {
        if (!r->rc)
            r->rc = err_memory(r->e);
        return SPAN_NONE;
    }
    if (folder.n)
        memcpy(p, folder.p, folder.n);
    memcpy(p + folder.n, rest, n + 1);
    return span_of(p, folder.n + n);
}

/* ---- names -------------------------------------------------------------------------------- */

static struct span inside(const struct scan_file *f)
{
    struct span s = span_str(f->shown);
    return span_sub(s, f->outside, s.n);
}

static void judge_part(struct repo *r, size_t i, struct span part)
{
    char why[NAME_WHY_BYTES];
    if (name_hides(part, why))
        found(r, i, RULE_NAME_HIDDEN, 0, "%s", why);
    else if (name_looks_alike(part, why))
        found(r, i, RULE_NAME_ALIKE, 0, "%s", why);
    if (name_changes_on_windows(part, why))
        found(r, i, RULE_NAME_WINDOWS, 0, "%s", why);
    if (name_hides_ending(part, why))
        found(r, i, RULE_NAME_EXTENSION, 0, "%s", why);
}

static void judge_name(struct repo *r, size_t i)
{
    struct span path = inside(&r->files[i]);
    for (size_t at = 0; at < path.n;) {
        const uint8_t *slash = memchr(path.p + at, '/', path.n - at);
        size_t to = slash ? (size_t)(slash - path.p) : path.n;
        judge_part(r, i, span_sub(path, at, to - at));
        at = to + 1;
    }
}

struct twin { struct span key, path; uint32_t file; };

static int by_key(const void *x, const void *y)
{
    const struct twin *a = x, *b = y;
    int c = span_order(a->key, b->key);
    c = c ? c : span_order(a->path, b->path);
    return c ? c : (a->file > b->file) - (a->file < b->file);
}

static bool same_fold(struct repo *r, struct span x, struct span y, unsigned how)
{
    struct buf a, b;
    buf_init(&a, 1 << 20);
    buf_init(&b, 1 << 20);
    name_fold_add(&a, x, how);
    name_fold_add(&b, y, how);
    if ((a.error == ERR_MEMORY || b.error == ERR_MEMORY) && !r->rc)
        r->rc = err_memory(r->e);
    bool same = !a.error && !b.error && span_eq(buf_view(&a), buf_view(&b));
    buf_fini(&a);
    buf_fini(&b);
    return same;
}

static void say_twins(struct repo *r, const struct twin *x, const struct twin *y)
{
    const char *how = same_fold(r, x->path, y->path, FOLD_CASE)               ? "but for its case"
                      : same_fold(r, x->path, y->path, FOLD_CASE | FOLD_FORM) ? "but for how its letters are put together"
                                                                              : "to look at";
    const char *names[2] = { r->files[x->file].shown + r->files[x->file].outside,
                             r->files[y->file].shown + r->files[y->file].outside };
    found(r, x->file, RULE_NAME_TWIN, 0, "the same name %s as \"%.*s\"", how, SHOWN, names[1]);
    found(r, y->file, RULE_NAME_TWIN, 0, "the same name %s as \"%.*s\"", how, SHOWN, names[0]);
}

/* Add the first bytes of a file's path, folded but for what lies outside the folder. */
static void add_twin(struct repo *r, struct twin **list, size_t *n, size_t *cap, size_t i, size_t bytes)
{
    void *items = *list;
    struct buf key;
    struct span path = span_of(r->files[i].shown, bytes);
    buf_init(&key, 1 << 20);
    buf_span(&key, span_sub(path, 0, r->files[i].outside));
    name_fold_add(&key, span_sub(path, r->files[i].outside, bytes), FOLD_CASE | FOLD_FORM | FOLD_LOOK);
    const char *kept = key.error ? NULL : arena_strn(r->a, key.p, key.n);
    if (key.error != ERR_LIMIT && (!kept || arena_grow(r->a, &items, cap, *n, sizeof **list))) {
        r->rc = r->rc ? r->rc : err_memory(r->e);
    } else if (kept) {
        *list = items;
        (*list)[(*n)++] = (struct twin){ span_of(kept, key.n), path, (uint32_t)i };
    }
    buf_fini(&key);
}

/* Two files, or two folders, whose paths fold to the same. A folder counts once, with its first file. */
static void judge_twins(struct repo *r)
{
    struct twin *list = NULL;
    size_t n = 0, cap = 0;
    struct span before = SPAN_NONE;
    for (size_t k = 0; k < r->n && !r->rc; k++) {
        size_t i = r->index[k].file;
        struct span path = r->index[k].path;
        size_t common = 0;
        while (common < path.n && common < before.n && path.p[common] == before.p[common])
            common++;
        for (size_t m = r->files[i].outside; m < path.n && !r->rc; m++)
            if (path.p[m] == '/' && m >= common)
                add_twin(r, &list, &n, &cap, i, m);
        if (!r->rc && !span_eq(path, before))
            add_twin(r, &list, &n, &cap, i, path.n);
        before = path;
    }
    if (n > 1)
        qsort(list, n, sizeof *list, by_key);
    for (size_t k = 1; k < n && !r->rc; k++)
        if (span_eq(list[k - 1].key, list[k].key) && !span_eq(list[k - 1].path, list[k].path))
            say_twins(r, &list[k - 1], &list[k]);
}

/* ---- code that others run ----------------------------------------------------------------- */

static void say_line(char *out, size_t size, const struct scan_ref *ref)
{
    if (ref->line)
        (void)snprintf(out, size, "line %llu", (unsigned long long)ref->line);
    else
        (void)snprintf(out, size, "byte %llu", (unsigned long long)ref->at);
}

static void reach(struct repo *r, size_t from, unsigned depth);

/* `from` has `target` run. Whoever comes first is named; what the file imports runs with it. */
static void on_code(struct repo *r, size_t from, const struct scan_ref *ref, unsigned depth)
{
    struct span path = joined(r, folder_of(r->files[from].shown), ref->target);
    char where[40];
    long to = path.p ? find(r, path) : -1;
    say_line(where, sizeof where, ref);
    if (to < 0) {
        if (ref->kind == REF_CODE)
            found(r, from, RULE_REMOTE_CODE, ref->at, "names \"%.*s\" under %s, which is not here", SHOWN, ref->target, ref->how);
        return;
    }
    if (r->reached[to])
        return;
    r->reached[to] = true;
    if (ref->kind == REF_IMPORT)
        found(r, (size_t)to, RULE_REMOTE_CODE, 0, "runs with \"%.*s\", which imports it in %s", SHOWN,
              r->files[from].shown + r->files[from].outside, where);
    else
        found(r, (size_t)to, RULE_REMOTE_CODE, 0,
              "\"%.*s\" names it in %s under %s; a loader that trusts the repository runs it", SHOWN,
              r->files[from].shown + r->files[from].outside, where, ref->how);
    reach(r, (size_t)to, depth + 1);
}

/* The imports of Python that runs. Each file is reached once; the depth is a ceiling for chains of files. */
static void reach(struct repo *r, size_t from, unsigned depth)
{
    const struct scan_result *x = &r->results[from];
    if (depth > 1000)
        return;
    for (size_t k = 0; k < x->n_refs && !r->rc; k++)
        if (x->refs[k].kind == REF_IMPORT)
            on_code(r, from, &x->refs[k], depth);
}

/* Python that a service or a loader runs because of its name. */
static void by_name(struct repo *r, size_t i)
{
    static const struct { const char *path, *who; } names[] = {
        { "handler.py", "a hosted inference endpoint runs it" }, { "hubconf.py", "torch.hub.load runs it" },
        { "pipeline.py", "a diffusers pipeline that trusts the repository runs it" }, { "app.py", "a hosted space runs it" },
        { "custom_generate/generate.py", "generate() of a loader that trusts the repository runs it" },
        { "code/inference.py", "a hosted inference container runs it" },
        { "inference.py", "a hosted inference container runs it" },
    };
    struct span path = inside(&r->files[i]);
    for (size_t k = 0; k < sizeof names / sizeof *names && !r->reached[i]; k++)
        if (span_is(path, names[k].path)) {
            r->reached[i] = true;
            found(r, i, RULE_REMOTE_CODE, 0, "%s, because of its name", names[k].who);
            reach(r, i, 0);
        }
}

static void judge_code(struct repo *r)
{
    for (size_t i = 0; i < r->n && !r->rc; i++)
        for (size_t k = 0; k < r->results[i].n_refs && !r->rc; k++) {
            const struct scan_ref *ref = &r->results[i].refs[k];
            if (ref->kind == REF_CODE || ref->kind == REF_CODE_IF_THERE)
                on_code(r, i, ref, 0);
        }
    for (size_t i = 0; i < r->n && !r->rc; i++)
        by_name(r, i);
}

/* ---- weights in other files --------------------------------------------------------------- */

/* A cache of the hub links every file to a blob beside the others; there the model is a link to the same folder. */
static bool is_cache(struct repo *r, const char *model, const char *real)
{
    struct stat st;
    const char *own = lstat(model, &st) == 0 && S_ISLNK(st.st_mode) ? fs_real(r->a, model) : NULL;
    return own && span_eq(folder_of(own), folder_of(real));
}

static void judge_link(struct repo *r, size_t i, const struct scan_ref *ref, const char *full, const struct stat *to)
{
    const char *model = r->files[i].path, *real = fs_real(r->a, full);
    struct span folder = folder_of(model);
    const char *at = arena_strn(r->a, folder.n ? folder.p : (const uint8_t *)".", folder.n ? folder.n : 1);
    const char *real_at = at ? fs_real(r->a, at) : NULL;
    struct stat link, own;
    if (!real || !real_at || lstat(full, &link) || stat(model, &own))
        return;
    size_t n = strlen(real_at);
    bool stays = strncmp(real, real_at, n) == 0 && (real[n] == '/' || real_at[n - 1] == '/');
    if ((S_ISLNK(link.st_mode) || !stays) && !is_cache(r, model, real))
        found(r, i, RULE_WEIGHTS_LINK, ref->at, "the weights in \"%.*s\" lie behind a link%s", SHOWN, ref->target,
              stays ? "" : ", which leads out of the model's folder");
    else if (to->st_nlink > 1 && own.st_nlink < 2)      /* a copy made of hard links has them for all files */
        found(r, i, RULE_WEIGHTS_LINK, ref->at, "the weights in \"%.*s\" are a file that has %llu names", SHOWN, ref->target,
              (unsigned long long)to->st_nlink);
}

static void judge_weights(struct repo *r, size_t i, const struct scan_ref *ref)
{
    struct span full = joined(r, folder_of(r->files[i].path), ref->target);
    struct stat st;
    if (!full.p)
        return;
    if (stat((const char *)full.p, &st) || !S_ISREG(st.st_mode)) {
        found(r, i, RULE_WEIGHTS_MISSING, ref->at, "the weights lie in \"%.*s\", which is not here", SHOWN, ref->target);
        return;
    }
    if (st.st_size < 0 || (uint64_t)st.st_size < ref->bytes)
        found(r, i, RULE_WEIGHTS_SHORT, ref->at, "needs %llu bytes of \"%.*s\", which has %llu", (unsigned long long)ref->bytes,
              SHOWN, ref->target, (unsigned long long)(st.st_size < 0 ? 0 : st.st_size));
    judge_link(r, i, ref, (const char *)full.p, &st);
}

/* pytorch_model.bin beside model.safetensors, x.ckpt beside x.safetensors. */
static void judge_twice(struct repo *r, size_t i)
{
    static const char *const ends[] = { ".bin", ".pt", ".pth", ".ckpt", ".pkl" };
    const char *shown = r->files[i].shown, *base = fs_base(shown);
    const char *format = r->results[i].format;
    if (strcmp(format, "pickle") != 0 && strcmp(format, "zip") != 0)
        return;
    for (size_t k = 0; k < sizeof ends / sizeof *ends && !r->rc; k++) {
        char name[300];
        size_t n = strlen(base), m = strlen(ends[k]);
        if (n <= m || n > 250 || strcasecmp(base + n - m, ends[k]) != 0)
            continue;
        const char *stem = strncmp(base, "pytorch_model", 13) == 0 ? base + 8 : base;   /* "model" and what follows */
        (void)snprintf(name, sizeof name, "%.*s.safetensors", (int)(n - m - (size_t)(stem - base)), stem);
        struct span path = joined(r, folder_of(shown), name);
        if (path.p && find(r, path) >= 0)
            found(r, i, RULE_WEIGHTS_TWICE, 0, "\"%.*s\" lies beside it, which cannot hold code", SHOWN, name);
    }
}

/* ---- repositories of git ------------------------------------------------------------------ */

const char *repository_git_part(struct span path)
{
    for (size_t at = 0; at < path.n;) {
        const uint8_t *slash = memchr(path.p + at, '/', path.n - at);
        size_t to = slash ? (size_t)(slash - path.p) : path.n;
        struct span rest = span_sub(path, to + 1, path.n);
        if (to - at == 4 && strncasecmp((const char *)path.p + at, ".git", 4) == 0 && rest.n) {
            if (span_starts(rest, "hooks/") && !span_ends(rest, ".sample"))
                return "a hook, which git runs";
            if (span_is(rest, "config") || span_is(rest, "config.worktree"))
                return "the settings of a repository, which may name programs for git to run";
        }
        at = to + 1;
    }
    return NULL;
}

/* A folder that git takes for a repository whatever it is called: HEAD, config, objects/. */
static void judge_bare(struct repo *r, size_t i)
{
    const char *shown = r->files[i].shown;
    struct span folder = folder_of(shown);
    if (strcmp(fs_base(shown), "config") != 0)
        return;
    struct span head = joined(r, folder, "HEAD"), objects = joined(r, folder, "objects/");
    if (!r->rc && find(r, head) >= 0 && has_below(r, objects))
        found(r, i, RULE_REPOSITORY_HOOK, 0, "the settings of a bare repository, which may name programs for git to run");
}

static void judge_git(struct repo *r, size_t i)
{
    const char *what = repository_git_part(inside(&r->files[i]));
    if (what)
        found(r, i, RULE_REPOSITORY_HOOK, 0, "%s", what);
    else
        judge_bare(r, i);
}

/* ---- the whole ---------------------------------------------------------------------------- */

int repository_judge(const struct scan_file *files, size_t n, struct scan_result *results, struct arena *a, struct err *e)
{
    struct repo r = { .files = files, .n = n, .results = results, .a = a, .e = e };
    r.index = arena_array(a, n, sizeof *r.index);
    r.reached = arena_array(a, n, sizeof *r.reached);
    if (!r.index || !r.reached)
        return err_memory(e);
    for (size_t i = 0; i < n; i++)
        r.index[i] = (struct entry){ span_str(files[i].shown), (uint32_t)i };
    if (n)
        qsort(r.index, n, sizeof *r.index, by_path);
    judge_code(&r);
    for (size_t i = 0; i < n && !r.rc; i++) {
        judge_name(&r, i);
        judge_git(&r, i);
        judge_twice(&r, i);
        for (size_t k = 0; k < results[i].n_refs && !r.rc; k++)
            if (results[i].refs[k].kind == REF_WEIGHTS)
                judge_weights(&r, i, &results[i].refs[k]);
    }
    if (!r.rc)
        judge_twins(&r);
    return r.rc;
}
