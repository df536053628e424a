// SPDX-License-Identifier: Apache-2.0
#include "license/family.h"

#include <strings.h>
#include "base/yaml.h"
#include "license/family_int.h"
#include "license/policy.h"

/* ---- reading the data files -------------------------------------------------------------------- */

static const char *text_of(const struct val *map, const char *key)
{
    const char *s = val_str(val_get(map, key));
    return s ? s : "";
}

static int read_strings(const struct val *list, struct arena *a, struct record_texts *out, struct err *e)
{
    size_t n = 0;
    const char **items = arena_array(a, list ? list->n : 0, sizeof *items);
    if (!items)
        return err_memory(e);
    for (const struct val *v = list ? list->first : NULL; v; v = v->next) {
        if (v->kind != VAL_STR)
            return err_line(e, ERR_FORMAT, v->line, "a string is expected here");
        items[n++] = (const char *)v->str.p;
    }
    *out = (struct record_texts){ items, n };
    return 0;
}

static int read_common(const struct val *v, struct arena *a, struct entry_common *out, struct err *e)
{
    const char *basis = text_of(v, "basis");
    if (v->kind != VAL_MAP || !*text_of(v, "name") || !val_get(v, "match"))
        return err_line(e, ERR_FORMAT, v->line, "an entry needs name and match");
    if (strlen(basis) != 1 || !strchr("VSM", basis[0]))
        return err_line(e, ERR_FORMAT, v->line, "basis is V, S or M");
    out->name = text_of(v, "name");
    out->license = text_of(v, "license");
    out->note = text_of(v, "note");
    out->basis = basis[0];
    out->v = v;
    return read_strings(val_get(v, "match"), a, &out->match, e);
}

static int read_family(const struct val *v, struct arena *a, struct family_entry *out, struct err *e)
{
    int rc = read_common(v, a, &out->c, e);
    if (rc || (rc = read_strings(val_get(v, "names"), a, &out->names, e)))
        return rc;
    bool yes = false;
    out->publisher = text_of(v, "publisher");
    out->base = text_of(v, "base");
    if (val_bool(val_get(v, "multimodal"), &yes))
        out->multimodal = yes ? MULTIMODAL_YES : MULTIMODAL_NO;
    return *out->c.license ? 0 : err_line(e, ERR_FORMAT, v->line, "a family needs a license");
}

static int read_dataset(const struct val *v, struct arena *a, struct dataset_entry *out, struct err *e)
{
    static const enum right words[] = { RIGHT_UNSAID, RIGHT_YES, RIGHT_NO, RIGHT_CONDITIONAL };
    int rc = read_common(v, a, &out->c, e);
    if (rc)
        return rc;
    const char *said = text_of(v, "commercial");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(said, right_name(words[i])) == 0) {
            out->commercial = words[i];
            return 0;
        }
    return err_line(e, ERR_FORMAT, v->line, "commercial is yes, no, conditional or unsaid");
}

/* The list under `key` of a data file. An absent file has no entries. */
static int open_list(struct span raw, const char *file, const char *key, struct arena *a, const struct val **list,
                     struct err *e)
{
    static const struct val_limits limits = { .max_bytes = 4 << 20, .max_depth = 8, .max_values = 400000 };
    const struct val *top;
    *list = NULL;
    if (!raw.n)
        return 0;
    int rc = yaml_parse(raw, &limits, a, &top, e);
    if (!rc && !(*list = val_get(top, key)))
        rc = err_line(e, ERR_FORMAT, 1, "\"%s\" is missing", key);
    if (!rc && (*list)->kind != VAL_LIST)
        rc = err_line(e, ERR_FORMAT, (*list)->line, "\"%s\" is no list", key);
    if (rc && e)
        err_path(e, file);
    return rc;
}

int families_open(struct families *f, struct catalog *catalog, struct span families_yaml,
                  struct span datasets_yaml, struct arena *a, struct err *e)
{
    struct families made = { .catalog = catalog, .a = a };
    made.families_raw = families_yaml.p ? families_yaml : catalog_data(catalog, "families.yaml");
    made.datasets_raw = datasets_yaml.p ? datasets_yaml : catalog_data(catalog, "datasets.yaml");
    const struct val *families, *datasets;
    int rc = open_list(made.families_raw, "families.yaml", "families", a, &families, e);
    if (rc || (rc = open_list(made.datasets_raw, "datasets.yaml", "datasets", a, &datasets, e)))
        return rc;
    struct family_entry *entries = arena_array(a, families ? families->n : 0, sizeof *entries);
    struct dataset_entry *sets = arena_array(a, datasets ? datasets->n : 0, sizeof *sets);
    if (!entries || !sets)
        return err_memory(e);
    for (const struct val *v = families ? families->first : NULL; v && !rc; v = v->next)
        if ((rc = read_family(v, a, &entries[made.n_entries++], e)) && e)
            err_path(e, "families.yaml");
    for (const struct val *v = datasets ? datasets->first : NULL; v && !rc; v = v->next)
        if ((rc = read_dataset(v, a, &sets[made.n_datasets++], e)) && e)
            err_path(e, "datasets.yaml");
    made.entries = entries;
    made.datasets = sets;
    if (!rc)
        *f = made;
    return rc;
}

/* ---- names --------------------------------------------------------------------------------------- */

/* "https://huggingface.co/org/name/tree/main" -> "org/name"; "org/name@rev" -> "org/name". */
const char *family_plain_name(struct arena *a, struct span name)
{
    static const char *const hosts[] = { "huggingface.co/", "hf.co/", "modelscope.cn/models/", "github.com/" };
    while (name.n && (name.p[0] == ' ' || name.p[0] == '\n' || name.p[0] == '\t'))
        name = span_sub(name, 1, name.n);
    while (name.n && strchr(" \n\t/", name.p[name.n - 1]))
        name.n--;
    const uint8_t *scheme = name.n ? memmem(name.p, name.n, "://", 3) : NULL;
    if (scheme)
        name = span_sub(name, (size_t)(scheme - name.p) + 3, name.n);
    if (span_starts(name, "www."))
        name = span_sub(name, 4, name.n);
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
        if (span_starts(name, hosts[i])) {
            name = span_sub(name, strlen(hosts[i]), name.n);
            scheme = name.p;
        }
    if (scheme && span_starts(name, "datasets/"))
        name = span_sub(name, strlen("datasets/"), name.n);
    unsigned slashes = 0;
    for (size_t i = 0; i < name.n; i++) {
        slashes += name.p[i] == '/';
        if (name.p[i] == '@' || name.p[i] == '#' || name.p[i] == '?' || (scheme && slashes == 2))
            name.n = i;
    }
    return arena_strn(a, name.p, name.n);
}

enum { NAME_MAX_BYTES = 512 };          /* a longer one is no name of ours; globs cost name times glob */

static bool fits(const struct entry_common *c, const char *name)
{
    if (strlen(name) > NAME_MAX_BYTES)
        return false;
    for (size_t i = 0; i < c->match.n; i++)
        if (policy_glob(c->match.items[i], name))
            return true;
    return false;
}

const struct family_entry *family_match(const struct families *f, const char *name)
{
    for (size_t i = 0; i < f->n_entries; i++)
        if (fits(&f->entries[i].c, name))
            return &f->entries[i];
    return NULL;
}

static char plain(char c)
{
    if (c == '_' || c == ' ')
        return '-';
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Is `word` a word of `name`? "llama-3" is none of "llama-3.1-8b", nor of "tinyllama-3". */
static bool holds_word(const char *name, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; n && i < NAME_MAX_BYTES && name[i]; i++) {
        size_t k = 0;
        while (k < n && plain(name[i + k]) == plain(word[k]))
            k++;
        if (k < n || (i > 0 && is_alnum(plain(name[i - 1])) && is_alnum(plain(word[0]))))
            continue;
        char next = plain(name[i + n]), after = next ? plain(name[i + n + 1]) : 0;
        bool number = word[n - 1] >= '0' && word[n - 1] <= '9';
        bool digit = next >= '0' && next <= '9';
        if (number ? digit || (next == '.' && after >= '0' && after <= '9') : next >= 'a' && next <= 'z')
            continue;
        return true;
    }
    return false;
}

/* The family with the longest word in the name; ties: the first. */
const struct family_entry *family_hint(const struct families *f, const char *name)
{
    const struct family_entry *best = NULL;
    size_t longest = 0;
    for (size_t i = 0; i < f->n_entries; i++)
        for (size_t k = 0; k < f->entries[i].names.n; k++) {
            const char *word = f->entries[i].names.items[k];
            if (strlen(word) > longest && holds_word(name, word)) {
                longest = strlen(word);
                best = &f->entries[i];
            }
        }
    return best;
}

/* ---- adding -------------------------------------------------------------------------------------- */

static const struct evidence *entry_evidence(const struct families *f, const struct entry_common *c, bool family)
{
    const char *path = family ? "catalogue:families.yaml" : "catalogue:datasets.yaml";
    struct span raw = family ? f->families_raw : f->datasets_raw;
    return evidence_of(f->a, path, raw, c->v->byte_from, c->v->byte_to, true);
}

int family_fill(struct families *f, const struct family_entry *x, struct base *b, struct err *e)
{
    b->known = x != NULL;
    b->family = b->publisher = b->license = b->note = "";
    if (!x)
        return 0;
    b->family = x->c.name;
    b->publisher = x->publisher;
    b->license = x->c.license;
    b->note = x->c.note;
    b->basis = x->c.basis;
    b->multimodal = x->multimodal;
    b->family_evidence = entry_evidence(f, &x->c, true);
    if (!b->family_evidence)
        return err_memory(e);
    struct err ignored;
    int rc = catalog_find(f->catalog, b->license, &b->record, &ignored);
    if (rc && rc != ERR_NOT_FOUND) {
        if (e)
            *e = ignored;
        return rc;
    }
    return 0;
}

static struct base *find(struct base_list *list, const char *name)
{
    for (size_t i = 0; i < list->n; i++)
        if (strcasecmp(list->items[i].name, name) == 0)
            return &list->items[i];
    return NULL;
}

static int append(struct families *f, struct base_list *out, const struct base *b, struct err *e)
{
    void *items = out->items;
    if (out->n >= BASES_MAX) {
        out->truncated = true;
        return 0;
    }
    if (arena_grow(f->a, &items, &out->cap, out->n, sizeof *out->items))
        return err_memory(e);
    out->items = items;
    out->items[out->n++] = *b;
    return 0;
}

/* Follow the `base` that the family of the last item names, and that one's, ... */
static int append_chain(struct families *f, const struct family_entry *x, struct base_list *out, struct err *e)
{
    int rc = 0;
    for (unsigned depth = 1; !rc && x && *x->base && depth <= BASE_CHAIN_MAX && !find(out, x->base); depth++) {
        struct base b = { .name = x->base, .how = BASE_CHAIN, .relation = RELATION_UNSAID, .depth = depth,
                          .method = "base of a known family", .confidence = 0.8, .via = (int)out->n - 1 };
        b.evidence = entry_evidence(f, &x->c, true);
        if (!b.evidence)
            return err_memory(e);
        x = family_match(f, x->base);
        if ((rc = family_fill(f, x, &b, e)) == 0)
            rc = append(f, out, &b, e);
    }
    return rc;
}

int family_add(struct families *f, const struct base *said, struct base_list *out, struct err *e)
{
    struct base *old = find(out, said->name);
    if (!*said->name)
        return 0;
    if (old) {
        if (old->how != BASE_DECLARED && said->how == BASE_DECLARED) {
            old->how = said->how;
            old->method = said->method;
            old->evidence = said->evidence;
            old->confidence = said->confidence;
            old->via = BASE_NONE;
            old->depth = 0;
        }
        if (old->relation == RELATION_UNSAID)
            old->relation = said->relation;
        return 0;
    }
    struct base b = *said;
    const struct family_entry *x = family_match(f, b.name), *hint = NULL;
    b.via = BASE_NONE;
    if (!x && b.how == BASE_HINTED)
        x = family_hint(f, b.name);
    else if (!x)
        hint = family_hint(f, b.name);
    int rc = family_fill(f, x, &b, e);
    if (rc || (rc = append(f, out, &b, e)) || out->truncated)
        return rc;
    if (!hint)
        return append_chain(f, x, out, e);
    /* The base is not known, but its name tells what it may itself be made from. */
    struct base of = { .name = hint->c.name, .how = BASE_HINTED, .method = "name of the base model", .confidence = 0.4,
                       .evidence = b.evidence, .via = (int)out->n - 1, .depth = 1 };
    if (find(out, of.name))
        return 0;
    if ((rc = family_fill(f, hint, &of, e)) || (rc = append(f, out, &of, e)))
        return rc;
    return append_chain(f, hint, out, e);
}

/* "Llama" without a number in a name: a base that is not known, and terms that bind fine-tunes. */
static const char *bare_family(const char *name)
{
    static const char *const words[] = { "llama", "gemma" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (holds_word(name, words[i]) && !holds_word(name, "llama-cpp") && !holds_word(name, "llama.cpp"))
            return words[i];
    return NULL;
}

int bases_from_name(struct families *f, const char *name, const char *method, const struct evidence *evidence,
                    struct base_list *out, struct err *e)
{
    const struct family_entry *x = family_match(f, name);
    if (!x)
        x = family_hint(f, name);
    const char *bare = x ? NULL : bare_family(name);
    if (!x && !bare)
        return 0;
    for (size_t i = 0; x && i < out->n; i++)        /* what was declared says it better */
        if (strcmp(out->items[i].family, x->c.name) == 0)
            return 0;
    struct base b = { .name = x ? x->c.name : arena_str(f->a, bare), .how = BASE_HINTED, .method = method,
                      .confidence = x ? 0.5 : 0.3, .evidence = evidence, .via = BASE_NONE };
    if (!b.name)
        return err_memory(e);
    for (size_t i = 0; bare && i < out->n; i++)
        if (holds_word(out->items[i].name, bare))
            return 0;
    int rc = family_fill(f, x, &b, e);
    if (rc || (rc = append(f, out, &b, e)))
        return rc;
    return append_chain(f, x, out, e);
}

int family_of(struct families *f, const char *name, struct base *out, struct err *e)
{
    struct base b = { .name = name, .how = BASE_HINTED, .method = "name of the model", .confidence = 0.5,
                      .via = BASE_NONE };
    int rc = family_fill(f, family_match(f, name), &b, e);
    if (!rc)
        *out = b;
    return rc;
}

/* ---- data sets ------------------------------------------------------------------------------------ */

int family_add_dataset(struct families *f, const struct dataset *said, struct dataset_list *out, struct err *e)
{
    void *items = out->items;
    for (size_t i = 0; i < out->n; i++)
        if (strcasecmp(out->items[i].name, said->name) == 0)
            return 0;
    if (!*said->name)
        return 0;
    if (out->n >= BASES_MAX) {
        out->truncated = true;
        return 0;
    }
    struct dataset d = *said;
    d.title = d.license = d.note = "";
    for (size_t i = 0; i < f->n_datasets && !d.known; i++) {
        const struct dataset_entry *x = &f->datasets[i];
        if (!fits(&x->c, d.name))
            continue;
        d.known = true;
        d.title = x->c.name;
        d.license = x->c.license;
        d.note = x->c.note;
        d.basis = x->c.basis;
        d.commercial = x->commercial;
        d.entry_evidence = entry_evidence(f, &x->c, false);
        if (!d.entry_evidence)
            return err_memory(e);
    }
    if (arena_grow(f->a, &items, &out->cap, out->n, sizeof *out->items))
        return err_memory(e);
    out->items = items;
    out->items[out->n++] = d;
    return 0;
}

/* ---- words ----------------------------------------------------------------------------------------- */

const char *base_relation_name(enum base_relation r)
{
    static const char *const names[] = {
        [RELATION_UNSAID] = "unsaid", [RELATION_FINETUNE] = "finetune", [RELATION_QUANTIZED] = "quantized",
        [RELATION_ADAPTER] = "adapter", [RELATION_MERGE] = "merge", [RELATION_DISTILL] = "distill",
    };
    return names[r];
}

const char *base_how_name(enum base_how h)
{
    static const char *const names[] = {
        [BASE_DECLARED] = "declared", [BASE_HINTED] = "hinted", [BASE_CHAIN] = "chain",
    };
    return names[h];
}
