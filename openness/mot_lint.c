// SPDX-License-Identifier: Apache-2.0
#include "openness/mot_lint.h"

#include "base/fs.h"
#include "openness/mot_lint_int.h"
#include "openness/near.h"

const char *mot_rule_word(enum mot_rule r)
{
    static const char *const words[] = {
#define X(name, word, severity) [name] = word,
        MOT_RULE_MAP(X)
#undef X
    };
    return words[r];
}

enum mot_severity mot_rule_severity(enum mot_rule r)
{
    static const enum mot_severity severities[] = {
#define X(name, word, severity) [name] = severity,
        MOT_RULE_MAP(X)
#undef X
    };
    return severities[r];
}

const char *mot_severity_name(enum mot_severity s)
{
    static const char *const names[] = { [MOT_NOTE] = "note", [MOT_WARNING] = "warning", [MOT_ERROR] = "error" };
    return names[s];
}

/* Kept in the order of lines: a finding goes behind those of its line and before those of later ones. */
void mot_lint_add(struct linter *l, enum mot_rule rule, const char *component, uint32_t line, const char *text,
                  const char *suggest)
{
    struct mot_findings *f = l->out;
    void *items = f->items;
    if (l->rc)
        return;
    if (!text || !suggest || arena_grow(l->a, &items, &f->cap, f->n, sizeof *f->items)) {
        l->rc = err_memory(l->e);
        return;
    }
    f->items = items;
    size_t at = f->n++;
    for (; at && f->items[at - 1].line > line; at--)
        f->items[at] = f->items[at - 1];
    f->items[at] = (struct mot_finding){ rule, component, line, text, suggest };
}

/* ---- the framework ----------------------------------------------------------------------------------------- */

static bool is_leap(unsigned y)
{
    return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

/* A day of the calendar, as YYYY-MM-DD. */
static bool is_date(const char *s)
{
    static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    unsigned part[3] = { 0 }, p = 0;
    if (strlen(s) != 10 || s[4] != '-' || s[7] != '-')
        return false;
    for (; *s; s++) {
        if (*s == '-')
            p++;
        else if (*s >= '0' && *s <= '9' && p < 3)
            part[p] = part[p] * 10 + (unsigned)(*s - '0');
        else
            return false;
    }
    if (p != 2 || part[1] < 1 || part[1] > 12 || part[2] < 1)
        return false;
    return part[2] <= (unsigned)days[part[1] - 1] + (part[1] == 2 && is_leap(part[0]));
}

static void lint_date(struct linter *l, const char *what, const struct mot_text *t)
{
    if (t->given && !is_date(t->s))
        mot_lint_add(l, MOT_BAD_DATE, "", t->line,
                     arena_fmt(l->a, "%s '%.40s' is no day of the calendar; the form is YYYY-MM-DD", what, t->s), "");
}

static void lint_framework(struct linter *l)
{
    const struct mot_release *r = l->in->release;
    const struct mof_licenses *lists = l->in->licenses;
    const char *const want[] = { lists->framework_name, lists->framework_version, lists->framework_date };
    if (!r->framework_line)
        mot_lint_add(l, MOT_MISSING_FIELD, "", r->release_line, "there is no key framework", "");
    for (unsigned f = 0; f < MOT_FRAMEWORK_FIELDS && r->framework_line; f++) {
        const struct mot_text *t = &r->framework[f];
        const char *key = mot_framework_key((enum mot_framework_field)f);
        if (!t->given)
            mot_lint_add(l, MOT_MISSING_FIELD, "", t->line ? t->line : r->framework_line,
                         arena_fmt(l->a, "framework.%s is missing", key), want[f]);
        else if (strcmp(t->s, want[f]) != 0)
            mot_lint_add(l, MOT_BAD_FRAMEWORK, "", t->line,
                         arena_fmt(l->a, "framework.%s is '%.60s'; the class is computed by %s %s of %s", key, t->s,
                                   want[0], want[1], want[2]), want[f]);
    }
    lint_date(l, "framework.date", &r->framework[MOT_FRAMEWORK_DATE]);
}

/* ---- the release -------------------------------------------------------------------------------------------- */

static const char *const types[] = { "", "language", "vision", "image", "audio", "video", "3d", "code", "multimodal",
                                     "other" };
static const char *const architectures[] = { "", "transformer", "transformer decoder", "transformer encoder-decoder",
    "decoder", "encoder", "diffusion", "RNN", "CNN", "LSTM", "NeRF", "hybrid", "undisclosed", "other" };
static const char *const treatments[] = { "pre-trained", "instruct fine-tuned", "chat fine-tuned" };

static void lint_value(struct linter *l, enum mot_field f, const char *const *words, size_t n)
{
    const struct mot_text *t = &l->in->release->fields[f];
    if (!t->given)
        return;
    for (size_t i = 0; i < n; i++)
        if (strcmp(t->s, words[i]) == 0)
            return;
    const char *near = near_word(t->s, words, n);
    mot_lint_add(l, MOT_BAD_VALUE, "", t->line,
                 arena_fmt(l->a, "release.%s '%.60s' is no value of the schema", mot_key(f), t->s),
                 near ? near : "unknown");
}

static void lint_fields(struct linter *l)
{
    static const enum mot_field must[] = { MOT_NAME, MOT_PRODUCER };
    static const enum mot_field should[] = { MOT_VERSION, MOT_DATE, MOT_TYPE, MOT_ARCHITECTURE, MOT_ORIGIN };
    const struct mot_release *r = l->in->release;
    for (size_t i = 0; i < sizeof must / sizeof *must; i++) {
        const struct mot_text *t = &r->fields[must[i]];
        if (!*t->s)
            mot_lint_add(l, MOT_MISSING_FIELD, "", t->line ? t->line : r->release_line,
                         arena_fmt(l->a, "release.%s is %s", mot_key(must[i]), t->line ? "empty" : "missing"), "");
    }
    if (!r->has_licenses)
        mot_lint_add(l, MOT_MISSING_FIELD, "", r->release_line, "release.license is missing", "license: {}");
    if (!r->has_components)
        mot_lint_add(l, MOT_MISSING_FIELD, "", r->release_line, "release.components is missing", "");
    for (size_t i = 0; i < sizeof should / sizeof *should; i++) {
        const struct mot_text *t = &r->fields[should[i]];
        if (!*t->s)
            mot_lint_add(l, MOT_EMPTY_FIELD, "", t->line ? t->line : r->release_line,
                         arena_fmt(l->a, "release.%s is %s", mot_key(should[i]), t->line ? "empty" : "missing"), "");
    }
    if (!*r->fields[MOT_REPOSITORY].s && !*r->fields[MOT_HUGGINGFACE].s)
        mot_lint_add(l, MOT_EMPTY_FIELD, "", r->release_line,
                     "neither release.repository nor release.huggingface says where the model is", "");
    lint_date(l, "release.date", &r->fields[MOT_DATE]);
    lint_value(l, MOT_TYPE, types, sizeof types / sizeof *types);
    lint_value(l, MOT_ARCHITECTURE, architectures, sizeof architectures / sizeof *architectures);
    lint_value(l, MOT_TREATMENT, treatments, sizeof treatments / sizeof *treatments);
}

static void lint_not_text(struct linter *l, const char *what, const struct mot_text *t, const char *component)
{
    if (t->not_text)
        mot_lint_add(l, MOT_NOT_TEXT, component, t->line,
                     arena_fmt(l->a, "%s %.40s is without quotes no text for every reader of YAML, and the schema "
                                     "wants one", what, t->s), arena_fmt(l->a, "'%.40s'", t->s));
}

static void lint_texts(struct linter *l)
{
    const struct mot_release *r = l->in->release;
    for (unsigned f = 0; f < MOT_FRAMEWORK_FIELDS; f++)
        lint_not_text(l, mot_framework_key((enum mot_framework_field)f), &r->framework[f], "");
    for (unsigned f = 0; f < MOT_FIELDS; f++)
        lint_not_text(l, mot_key((enum mot_field)f), &r->fields[f], "");
    for (unsigned s = 0; s < MOT_SCOPES; s++)
        lint_not_text(l, mot_scope_key((enum mot_scope)s), &r->licenses[s].name, "");
    for (size_t i = 0; i < r->n_components; i++)
        for (unsigned f = 0; f < MOT_COMPONENT_FIELDS; f++)
            lint_not_text(l, mot_component_key((enum mot_component_field)f), &r->components[i].fields[f],
                          r->components[i].fields[MOT_COMPONENT_NAME].s);
    for (size_t i = 0; i < r->n_unknown; i++) {
        const char *near = mot_near_key(r->unknown[i].key);
        mot_lint_add(l, MOT_UNKNOWN_KEY, "", r->unknown[i].line,
                     arena_fmt(l->a, "the schema has no key '%.60s' in %s, so nobody reads it", r->unknown[i].key,
                               r->unknown[i].where), near ? near : "unknown");
    }
}

/* The file's name without folder and ending, and the release's, letters and digits only. */
static bool same_letters(const char *a, size_t n_a, const char *b)
{
    size_t i = 0, k = 0, n_b = strlen(b);
    for (;;) {
        while (i < n_a && strchr(" -_.+()[]/,:", a[i]))
            i++;
        while (k < n_b && strchr(" -_.+()[]/,:", b[k]))
            k++;
        if (i == n_a || k == n_b)
            return i == n_a && k == n_b;
        if (near_lower(a[i++]) != near_lower(b[k++]))
            return false;
    }
}

static void lint_name(struct linter *l)
{
    const struct mot_text *name = &l->in->release->fields[MOT_NAME];
    const char *base = fs_base(l->in->path), *dot = strrchr(base, '.');
    size_t n = dot && dot > base ? (size_t)(dot - base) : strlen(base);
    if (n && *name->s && !same_letters(base, n, name->s))
        mot_lint_add(l, MOT_NAME_MISMATCH, "", name->line,
                     arena_fmt(l->a, "the file is called '%.80s', and its release '%.80s'", base, name->s),
                     arena_strn(l->a, base, n));
}

/* ---- components ---------------------------------------------------------------------------------------------- */

static void lint_component_name(struct linter *l, const struct mot_component *c)
{
    const char *titles[MOF_PARTS];
    const char *name = c->fields[MOT_COMPONENT_NAME].s;
    for (unsigned p = 0; p < MOF_PARTS; p++)
        titles[p] = mof_part_info((enum mof_part)p)->name;
    const char *near = near_word(name, titles, MOF_PARTS);
    if (*name)
        mot_lint_add(l, MOT_UNKNOWN_COMPONENT, name, c->fields[MOT_COMPONENT_NAME].line,
                     arena_fmt(l->a, "the framework has no component '%.60s'; it counts for nothing", name),
                     near ? near : "unknown");
    else
        mot_lint_add(l, MOT_MISSING_FIELD, "", c->line, "a component has no name; it counts for nothing", "");
}

static void lint_components(struct linter *l)
{
    const struct mot_release *r = l->in->release;
    for (size_t i = 0; i < r->n_components; i++) {
        const struct mot_component *c = &r->components[i], *before = NULL;
        if (c->part == MOF_PARTS) {
            lint_component_name(l, c);
            continue;
        }
        for (size_t k = 0; k < i; k++)
            if (r->components[k].part == c->part)
                before = &r->components[k];
        if (before)
            mot_lint_add(l, MOT_TWICE, c->fields[MOT_COMPONENT_NAME].s, c->line,
                         arena_fmt(l->a, "it is listed on line %u too; the last one counts", before->line), "");
    }
}

int mot_lint(const struct mot_lint *in, struct arena *a, struct mot_findings *out, struct err *e)
{
    struct mot_findings found = { 0 };
    struct linter l = { .in = in, .a = a, .out = &found, .e = e };
    lint_framework(&l);
    lint_fields(&l);
    lint_texts(&l);
    lint_name(&l);
    lint_components(&l);
    mot_lint_licenses(&l);
    mot_lint_paths(&l);
    if (!l.rc)
        *out = found;
    return l.rc;
}
