// SPDX-License-Identifier: Apache-2.0
#include "license/conflict.h"

#include <string.h>
#include <strings.h>
#include "format/snapshot.h"
#include "license/declared_int.h"

enum { SCOPE_ALL = SCOPE_CODE | SCOPE_WEIGHTS | SCOPE_DATA | SCOPE_DOCS };

struct find {
    const struct conflict_input *in;
    struct arena *a;
    struct conflict_list *out;
    struct err *e;
    unsigned *declared_scope;       /* per declaration, per text: what it covers once all are known */
    unsigned *text_scope;
};

static const struct { const char *word; bool gap; } kinds[] = {
#define X(name, word, gap) [name] = { word, gap },
    CONFLICT_KIND_MAP(X)
#undef X
};

const char *conflict_kind_name(enum conflict_kind k)
{
    return kinds[k].word;
}

/* ---- names ------------------------------------------------------------------------------------------------- */

static const char *name_of(const struct license_record *r, const struct index_entry *x, const char *id)
{
    return r ? r->name : x ? x->name : id;
}

/* A name without its numbers, months and fillers: what versions of one licence share. */
static void stem_of(const char *name, struct fold *out)
{
    struct fold f = { .n = 0 };
    struct span s = span_str(name);
    fold_add(&f, s);
    for (size_t i = 0, to; i < f.n; i = to + 1) {
        for (to = i; to < f.n && f.p[to] != ' ';)
            to++;
        struct span w = span_of(f.p + i, to - i);
        if ((w.p[0] >= '0' && w.p[0] <= '9')
            || word_in(w, " meta community international unported generic only or later january february march "
                          "april may june july august september october november december nc "))
            continue;
        fold_add(out, w);
        if (out->n + 1 < sizeof out->p)
            out->p[out->n] = 0;
    }
}

static bool is_version_of(const char *a, const char *b)
{
    struct fold x = { .n = 0 }, y = { .n = 0 };
    stem_of(a, &x);
    stem_of(b, &y);
    return x.n && !x.full && !y.full && x.n == y.n && memcmp(x.p, y.p, x.n) == 0;
}

static bool has_number(const char *s)
{
    return strpbrk(s, "0123456789") != NULL;
}

/* "-only" and "-or-later" share their text. */
static bool is_same_text(const char *a, const char *b)
{
    static const char *const ends[] = { "-only", "-or-later" };
    size_t n[2] = { strlen(a), strlen(b) };
    const char *ids[2] = { a, b };
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < 2; i++)
            if (n[k] > strlen(ends[i]) && strcmp(ids[k] + n[k] - strlen(ends[i]), ends[i]) == 0) {
                n[k] -= strlen(ends[i]);
                break;
            }
    return n[0] == n[1] && n[0] && memcmp(a, b, n[0]) == 0;
}

static bool may_mean(const struct declared *d, const char *id)
{
    if (d->state == DECLARED_NAMED)
        return is_same_text(d->id, id);
    for (size_t i = 0; i < d->n_candidates; i++)
        if (is_same_text(d->candidates[i], id))
            return true;
    return d->state != DECLARED_VAGUE || d->n_candidates == 0;
}

static bool says_one(const struct declared *d)
{
    return d->state == DECLARED_NAMED || (d->state == DECLARED_VAGUE && d->n_candidates);
}

static bool is_key(const struct declared *d)
{
    return d->how <= DECLARED_GGUF_TAG;
}

static bool is_text(const struct concluded *c)
{
    return c->kind == TEXT_IS_LICENSE;
}

/* ---- adding ------------------------------------------------------------------------------------------------- */

static int add(struct find *f, struct conflict c)
{
    void *items = f->out->items;
    for (size_t i = 0; i < f->out->n; i++) {
        const struct conflict *o = &f->out->items[i];
        if (o->kind == c.kind && o->base == c.base && strcmp(o->a.value, c.a.value) == 0
            && strcmp(o->b.value, c.b.value) == 0)
            return 0;                   /* said once is enough */
    }
    if (f->out->n >= CONFLICT_MAX) {
        f->out->truncated = true;
        return 0;
    }
    if (!c.why || !c.a.value || !c.b.value || arena_grow(f->a, &items, &f->out->cap, f->out->n, sizeof c))
        return err_memory(f->e);
    c.word = kinds[c.kind].word;
    c.gap = kinds[c.kind].gap;
    f->out->items = items;
    f->out->items[f->out->n++] = c;
    return 0;
}

static struct conflict_side side_of(const struct declared *d)
{
    return (struct conflict_side){ *d->id ? d->id : d->raw, d->evidence };
}

static struct conflict_side side_of_text(const struct concluded *c)
{
    return (struct conflict_side){ *c->id ? c->id : "a text that is no known licence", c->evidence };
}

/* ---- scopes ------------------------------------------------------------------------------------------------- */

static bool links_to(const struct declared *d, const struct concluded *c)
{
    return *d->file && strcmp(d->file, c->path) == 0;
}

/* What nobody says a scope of covers what the others leave: LICENSE beside LICENSE-MODEL is the code's. Keys
 * of a hub or a GGUF file speak of the model. */
static int settle_scopes(struct find *f)
{
    const struct conflict_input *in = f->in;
    unsigned texts = 0, prose = 0;
    f->declared_scope = arena_array(f->a, in->n_declared, sizeof *f->declared_scope);
    f->text_scope = arena_array(f->a, in->n_concluded, sizeof *f->text_scope);
    if (!f->declared_scope || !f->text_scope)
        return err_memory(f->e);
    for (size_t i = 0; i < in->n_concluded; i++) {
        const struct concluded *c = &in->concluded[i];
        f->text_scope[i] = c->scope;
        for (size_t k = 0; k < in->n_declared && !c->scope; k++)
            if (links_to(&in->declared[k], c))
                f->text_scope[i] |= in->declared[k].scope;
        if (is_text(c))
            texts |= f->text_scope[i];
    }
    for (size_t i = 0; i < in->n_declared; i++)
        if (!is_key(&in->declared[i]))
            prose |= in->declared[i].scope;
    for (size_t i = 0; i < in->n_concluded; i++)
        if (!f->text_scope[i])
            f->text_scope[i] = texts == SCOPE_ALL ? SCOPE_ALL : SCOPE_ALL & ~texts;
    for (size_t i = 0; i < in->n_declared; i++) {
        unsigned said = in->declared[i].scope;
        unsigned rest = prose == SCOPE_ALL ? SCOPE_ALL : SCOPE_ALL & ~prose;
        f->declared_scope[i] = said ? said : is_key(&in->declared[i]) ? SCOPE_WEIGHTS : rest;
    }
    return 0;
}

/* ---- declared against text --------------------------------------------------------------------------------- */

/* The texts that a declaration is about: the file that it links to, else all that cover its scope. */
static bool is_about(const struct find *f, size_t d, size_t t, bool linked)
{
    const struct concluded *c = &f->in->concluded[t];
    if (!is_text(c))
        return false;
    return linked ? links_to(&f->in->declared[d], c) : (f->declared_scope[d] & f->text_scope[t]) != 0;
}

/* Does another alternative of the same expression fit? */
static bool another_fits(const struct find *f, const struct declared *d, const char *id)
{
    for (size_t i = 0; i < f->in->n_declared; i++) {
        const struct declared *o = &f->in->declared[i];
        if (d->expr && o->expr == d->expr && o->how == d->how && may_mean(o, id))
            return true;
    }
    return false;
}

static int add_rider(struct find *f, const struct declared *d, const struct concluded *c, unsigned scope)
{
    struct conflict x = { .kind = CONFLICT_DECLARED_TEXT, .a = side_of(d), .scope = scope, .base = BASE_NONE };
    x.b = (struct conflict_side){ arena_fmt(f->a, "%s with text that it does not hold", c->id),
                                  c->rider ? c->rider : c->evidence };
    x.why = arena_fmt(f->a, "%s says %s, but '%s' adds text to that licence", d->method, x.a.value, c->path);
    return add(f, x);
}

static int add_text(struct find *f, const struct declared *d, const struct concluded *c, unsigned scope)
{
    const char *said = name_of(d->record, d->entry, d->id), *is = name_of(c->record, c->entry, c->id);
    bool version = *c->id && d->state == DECLARED_NAMED && is_version_of(said, is);
    if (version && !has_number(d->raw))
        return 0;                       /* "gemma" means whichever version the text has */
    struct conflict x = { .kind = version ? CONFLICT_VERSION : CONFLICT_DECLARED_TEXT, .a = side_of(d),
                          .b = side_of_text(c), .scope = scope, .base = BASE_NONE };
    x.why = arena_fmt(f->a, "%s says %s, but the text of '%s' is %s%s", d->method, x.a.value, c->path, x.b.value,
                      version ? ", another version" : "");
    return add(f, x);
}

/* The texts to compare with: of its file, when it links to one; else nested ones only when there are no others. */
struct about { bool linked, root; };

static struct about look_around(const struct find *f, size_t at)
{
    struct about w = { 0 };
    for (size_t i = 0; i < f->in->n_concluded; i++) {
        w.linked = w.linked || is_about(f, at, i, true);
        w.root = w.root || (is_about(f, at, i, false) && !f->in->concluded[i].nested);
    }
    return w;
}

static int compare_with_texts(struct find *f, size_t at)
{
    const struct declared *d = &f->in->declared[at];
    const struct concluded *rider = NULL, *other = NULL;
    const struct about w = look_around(f, at);
    unsigned scope = 0;
    if (*d->file && !d->elsewhere && !w.linked)
        return 0;                       /* it speaks of a file that is not there, or was not read */
    for (size_t i = 0; i < f->in->n_concluded; i++) {
        const struct concluded *c = &f->in->concluded[i];
        if (!is_about(f, at, i, w.linked) || (!w.linked && w.root && c->nested))
            continue;
        bool same = *c->id && (may_mean(d, c->id) || another_fits(f, d, c->id));
        if (same && c->match == MATCH_EXACT)
            return 0;
        scope |= f->declared_scope[at] & f->text_scope[i];
        const struct concluded **where = same ? &rider : &other;
        *where = *where ? *where : c;
    }
    if (rider)
        return add_rider(f, d, rider, scope);
    return other ? add_text(f, d, other, scope) : 0;
}

/* ---- declared against declared -------------------------------------------------------------------------------- */

/* One statement may name several: a list under one key, an expression, one sentence. */
static bool said_together(const struct declared *a, const struct declared *b)
{
    if (a->how != b->how || strcmp(a->evidence->path, b->evidence->path) != 0)
        return false;
    return is_key(a) || (a->evidence->line_from <= b->evidence->line_to
                         && b->evidence->line_from <= a->evidence->line_to);
}

static size_t folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) : 0;
}

/* Cards in different folders, and several cards none of which is the README, are about different models. */
static bool of_different_models(const struct declared *a, const struct declared *b)
{
    const char *x = a->evidence->path, *y = b->evidence->path;
    bool gguf = (a->how >= DECLARED_GGUF_LICENSE && a->how <= DECLARED_GGUF_TAG)
                || (b->how >= DECLARED_GGUF_LICENSE && b->how <= DECLARED_GGUF_TAG);
    if (gguf || strcmp(x, y) == 0)
        return false;
    size_t n = folder_of(x), k = folder_of(y);
    if (n != k || memcmp(x, y, n) != 0)
        return true;
    return !strcasestr(x + n, "readme") && !strcasestr(y + k, "readme");
}

/* "other" beside a licence for which the hub has a value of its own. */
static bool is_wrong_other(const struct declared *a, const struct declared *b)
{
    return a->state == DECLARED_OTHER && span_is_nocase(span_str(a->raw), "other") && is_key(a) && !is_key(b)
           && b->state == DECLARED_NAMED && b->record && b->record->tags.n > 0;
}

static bool disagree(const struct find *f, const struct declared *a, const struct declared *b)
{
    if (is_wrong_other(a, b) || is_wrong_other(b, a))
        return true;
    if (!says_one(a) || !says_one(b))
        return false;
    if (a->state == DECLARED_NAMED && b->state == DECLARED_NAMED)
        return !is_same_text(a->id, b->id) && !another_fits(f, a, b->id) && !another_fits(f, b, a->id);
    const struct declared *vague = a->state == DECLARED_VAGUE ? a : b, *named = vague == a ? b : a;
    return named->state == DECLARED_NAMED && !may_mean(vague, named->id);
}

static int compare_declared(struct find *f, size_t i, size_t k)
{
    const struct declared *a = &f->in->declared[i], *b = &f->in->declared[k];
    unsigned scope = f->declared_scope[i] & f->declared_scope[k];
    bool files = *a->file && *b->file && strcmp(a->file, b->file) != 0;
    if (!scope || files || of_different_models(a, b) || said_together(a, b) || !disagree(f, a, b))
        return 0;
    bool version = a->state == DECLARED_NAMED && b->state == DECLARED_NAMED
                   && is_version_of(name_of(a->record, a->entry, a->id), name_of(b->record, b->entry, b->id));
    if (version && (!has_number(a->raw) || !has_number(b->raw)))
        return 0;
    struct conflict x = { .kind = version ? CONFLICT_VERSION : CONFLICT_DECLARED, .a = side_of(a), .b = side_of(b),
                          .scope = scope, .base = BASE_NONE };
    x.why = arena_fmt(f->a, "%s says %s, but %s says %s", a->method, x.a.value, b->method, x.b.value);
    return add(f, x);
}

/* ---- texts, links, gaps -------------------------------------------------------------------------------------- */

static bool is_vendored(const char *path)
{
    static const char *const cues[] = { "third_party/", "third-party/", "thirdparty/", "vendor/", "node_modules/",
                                        "external/", "deps/" };
    for (size_t i = 0; i < sizeof cues / sizeof *cues; i++)
        if (strcasestr(path, cues[i]))
            return true;
    return false;
}

static int compare_texts(struct find *f, size_t i, size_t k)
{
    const struct concluded *a = &f->in->concluded[i], *b = &f->in->concluded[k];
    unsigned scope = f->text_scope[i] & f->text_scope[k];
    if (!is_text(a) || !is_text(b) || !*a->id || !*b->id || !scope || strcmp(a->path, b->path) == 0)
        return 0;
    if (is_same_text(a->id, b->id) || is_vendored(a->path) || is_vendored(b->path))
        return 0;
    struct conflict x = { .kind = CONFLICT_TEXTS, .a = side_of_text(a), .b = side_of_text(b), .scope = scope,
                          .base = BASE_NONE };
    x.why = arena_fmt(f->a, "'%s' is %s, '%s' is %s, and nothing says which part each covers", a->path, a->id, b->path,
                      b->id);
    return add(f, x);
}

static bool has_file(const struct conflict_input *in, const char *path)
{
    size_t n = strlen(path);
    for (size_t i = 0; i < in->n_files; i++)
        if (strncmp(in->files[i], path, n) == 0 && (in->files[i][n] == 0 || in->files[i][n] == '/'))
            return true;
    return false;
}

static int check_link(struct find *f, size_t i)
{
    const struct declared *d = &f->in->declared[i];
    if (f->in->n_files == 0 || !*d->file || d->elsewhere || has_file(f->in, d->file))
        return 0;
    struct conflict x = { .kind = CONFLICT_LINK, .a = { d->target, d->evidence }, .b = { "no such file", NULL },
                          .scope = f->declared_scope[i], .base = BASE_NONE };
    x.why = arena_fmt(f->a, "%s leads to '%s', which is not there", d->method, d->file);
    return add(f, x);
}

static bool wants_copy(const struct license_record *r)
{
    for (size_t i = 0; i < r->n_duties; i++)
        if (r->duties[i].kind == DUTY_COPY_OF_LICENSE || r->duties[i].kind == DUTY_NOTICE)
            return true;
    return false;
}

static int check_text(struct find *f, size_t i)
{
    const struct declared *d = &f->in->declared[i];
    bool about = d->state == DECLARED_NAMED && d->record && (f->declared_scope[i] & SCOPE_WEIGHTS) && !d->text;
    if (f->in->n_files == 0 || f->in->license_unread || !about || !wants_copy(d->record))
        return 0;
    for (size_t k = 0; k < f->in->n_concluded; k++)
        if (is_text(&f->in->concluded[k]))
            return 0;
    struct conflict x = { .kind = CONFLICT_NO_TEXT, .a = side_of(d), .b = { "no licence text", NULL },
                          .scope = SCOPE_WEIGHTS, .base = BASE_NONE };
    x.why = arena_fmt(f->a, "%s wants its text passed on, and the folder holds none", x.a.value);
    return add(f, x);
}

/* A policy that must be passed on and stands in another document. */
static int check_policy(struct find *f, const struct license_record *r, struct conflict_side said)
{
    if (f->in->n_files == 0 || f->in->policy_unread || !r || !r->policy.present || !r->policy.pass_on
        || strncmp(r->policy.where, "in the text", strlen("in the text")) == 0)
        return 0;
    for (size_t i = 0; i < f->in->n_concluded; i++)
        if (f->in->concluded[i].kind == TEXT_IS_POLICY)
            return 0;
    for (size_t i = 0; i < f->in->n_files; i++)
        if (snapshot_role(f->in->files[i]) == SNAP_USE_POLICY)
            return 0;
    struct conflict x = { .kind = CONFLICT_NO_POLICY, .a = said, .b = { "no use policy", NULL },
                          .scope = SCOPE_WEIGHTS, .base = BASE_NONE };
    x.why = arena_fmt(f->a, "%s wants its use policy passed on, and the folder holds none", said.value);
    return add(f, x);
}

/* ---- the model against its bases ------------------------------------------------------------------------------ */

/* What the base asks and none of the model's own licences does. *side: the loosest of them. */
static bool drops_of(const struct find *f, const struct base *b, unsigned *drops, struct conflict_side *side)
{
    const struct conflict_input *in = f->in;
    bool any = false;
    *drops = ~0u;
    for (size_t i = 0; i < in->n_concluded + in->n_declared; i++) {
        bool text = i < in->n_concluded;
        const struct concluded *c = text ? &in->concluded[i] : NULL;
        const struct declared *d = text ? NULL : &in->declared[i - in->n_concluded];
        const struct license_record *r = text ? c->record : d->record;
        unsigned scope = text ? f->text_scope[i] : f->declared_scope[i - in->n_concluded];
        if (!r || r->kind != LICENSE_KIND_LICENSE || !(scope & SCOPE_WEIGHTS) || (text && (!is_text(c) || c->nested)))
            continue;
        unsigned own = conflict_drops(b->record, r, b->multimodal);
        if (!any || own)
            *side = text ? side_of_text(c) : side_of(d);
        *drops = any ? *drops & own : own;
        any = true;
    }
    *drops = any ? *drops : 0;
    return any;
}

static const char *listed(struct arena *a, const char *const *words, size_t n)
{
    const char *out = "";
    for (size_t i = 0; i < n && out; i++)
        out = arena_fmt(a, "%s%s%s", out, i ? ", " : "", words[i]);
    return out;
}

static int compare_base(struct find *f, size_t i, unsigned *bits)
{
    const struct base *b = &f->in->bases[i];
    struct conflict x = { .kind = CONFLICT_BASE, .scope = SCOPE_WEIGHTS, .base = (int)i };
    bool hinted = b->how == BASE_HINTED;
    for (int via = b->via; via >= 0 && (size_t)via < f->in->n_bases; via = f->in->bases[via].via)
        hinted = hinted || f->in->bases[via].how == BASE_HINTED;
    *bits = 0;
    if (!b->known || !b->record || !drops_of(f, b, bits, &x.a))
        return 0;
    bool copy = b->relation == RELATION_QUANTIZED && b->how == BASE_DECLARED && !may_mean(
        &(struct declared){ .state = DECLARED_NAMED, .id = x.a.value }, b->license);
    if (hinted || (!*bits && !copy))
        return 0;                       /* a hint is no ground for a conflict: the report asks */
    x.drops = drop_words(*bits, f->a, &x.n_drops);
    const char *words = x.drops ? listed(f->a, x.drops, x.n_drops) : NULL;
    x.b = (struct conflict_side){ arena_fmt(f->a, "%s: %s", b->name, b->license), b->evidence };
    if (!words)
        return err_memory(f->e);
    if (*bits)
        x.why = arena_fmt(f->a, "the base '%s' is under %s, and %s drops: %s", b->name, b->license, x.a.value, words);
    else
        x.why = arena_fmt(f->a, "a quantised copy keeps the licence of its base '%s', %s, not %s", b->name, b->license,
                          x.a.value);
    return add(f, x);
}

/* ---- all ------------------------------------------------------------------------------------------------- */

static int check_declared(struct find *f, size_t i)
{
    const struct declared *d = &f->in->declared[i];
    int rc = says_one(d) ? compare_with_texts(f, i) : 0;
    for (size_t k = i + 1; !rc && k < f->in->n_declared; k++)
        rc = compare_declared(f, i, k);
    if (!rc)
        rc = check_link(f, i);
    if (!rc)
        rc = check_text(f, i);
    if (!rc && (f->declared_scope[i] & SCOPE_WEIGHTS))
        rc = check_policy(f, d->record, side_of(d));
    return rc;
}

static int check_concluded(struct find *f, size_t i)
{
    const struct concluded *c = &f->in->concluded[i];
    int rc = 0;
    for (size_t k = i + 1; !rc && k < f->in->n_concluded; k++)
        rc = compare_texts(f, i, k);
    if (!rc && is_text(c) && (f->text_scope[i] & SCOPE_WEIGHTS))
        rc = check_policy(f, c->record, side_of_text(c));
    return rc;
}

static int find_all(struct find *f, unsigned *drops)
{
    const struct conflict_input *in = f->in;
    int rc = 0;
    for (size_t i = 0; !rc && i < in->n_concluded; i++)
        rc = check_concluded(f, i);
    for (size_t i = 0; !rc && i < in->n_declared; i++)
        rc = check_declared(f, i);
    for (size_t i = 0; !rc && i < in->n_bases; i++)
        rc = compare_base(f, i, &drops[i]);
    return rc;
}

/* By kind, else in the order found: an insertion sort, for the list is short and must not change places. */
static void sort(struct conflict_list *l)
{
    for (size_t i = 1; i < l->n; i++) {
        struct conflict c = l->items[i];
        size_t k = i;
        for (; k > 0 && l->items[k - 1].kind > c.kind; k--)
            l->items[k] = l->items[k - 1];
        l->items[k] = c;
    }
}

int conflict_find(const struct conflict_input *in, struct arena *a, struct conflict_list *out, struct err *e)
{
    struct conflict_list made = { 0 };
    struct find f = { .in = in, .a = a, .out = &made, .e = e };
    unsigned *drops = arena_array(a, in->n_bases, sizeof *drops);
    if (!drops)
        return err_memory(e);
    int rc = settle_scopes(&f);
    if (!rc)
        rc = find_all(&f, drops);
    if (rc)
        return rc;
    sort(&made);
    made.base_drops = drops;
    *out = made;
    return 0;
}
