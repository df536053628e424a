// SPDX-License-Identifier: Apache-2.0
#include "base/fs.h"
#include "openness/mot_lint_int.h"

enum { PIECES_MAX = 12 };

/* ---- licences ------------------------------------------------------------------------------------------------ */

static const char *joined(struct arena *a, const struct mof_license *const *pieces, size_t n)
{
    const char *out = "";
    for (size_t i = 0; i < n && out; i++)
        out = arena_fmt(a, "%s%s%s", out, i ? ", " : "", pieces[i]->id);
    return out;
}

/* More than one id, or an id and more words. False: it is of one piece. */
static bool lint_pieces(struct linter *l, const struct mot_text *t, const char *component)
{
    const struct mof_license *pieces[PIECES_MAX];
    size_t n = mof_license_pieces(l->in->licenses, t->s, pieces, PIECES_MAX);
    if (!n)
        return false;
    mot_lint_add(l, MOT_SEVERAL_LICENSES, component, t->line,
                 arena_fmt(l->a, "'%.120s' is more than one id, and the framework takes one; so it counts as not open",
                           t->s), joined(l->a, pieces, n));
    return true;
}

static void lint_stranger(struct linter *l, const struct mot_text *t, const char *component)
{
    const struct mof_licenses *lists = l->in->licenses;
    struct mof_near near = mof_license_near(lists, t->s);
    const char *text;
    if (near.license && near.license->newer) {
        mot_lint_add(l, MOT_NEWER_LICENSE, component, t->line,
                     arena_fmt(l->a, "%s is younger than the framework's list; so it counts as not open",
                               near.license->id), "");
        return;
    }
    if (!near.license && lint_pieces(l, t, component))
        return;
    if (near.how == MOF_NEAR_NAMED)
        text = arena_fmt(l->a, "'%.80s' is no id that the framework knows; probably the %s, which is not open there",
                         t->s, near.license->name);
    else if (near.how && !mof_license_is_open(near.license))
        text = arena_fmt(l->a, "'%.80s' is no id that the framework knows; the one suggested is not open either", t->s);
    else if (near.how)
        text = arena_fmt(l->a, "'%.80s' is no id that the framework knows; so it counts as not open", t->s);
    else if (mof_says_nothing(lists, t->s))
        text = arena_fmt(l->a, "'%.80s' names no licence", t->s);
    else
        text = arena_fmt(l->a, "'%.80s' is no id that the framework knows, and none is near", t->s);
    mot_lint_add(l, MOT_UNKNOWN_LICENSE, component, t->line, text, near.license ? near.license->id : "unknown");
}

/* One licence text, wherever it stands. */
static void lint_license(struct linter *l, const struct mot_text *t, const char *component)
{
    const struct mof_license *m = mof_license_find(l->in->licenses, t->s);
    if (!*t->s || strcmp(t->s, "unlicensed") == 0)
        return;
    if (!m && mof_says_absent(l->in->licenses, t->s))
        mot_lint_add(l, MOT_LISTED_ABSENT, component, t->line,
                     arena_fmt(l->a, "it is listed as there, and its licence says '%.80s'", t->s),
                     *component ? "take the component out" : "unknown");
    else if (!m)
        lint_stranger(l, t, component);
    else if (m->old)
        mot_lint_add(l, MOT_OLD_LICENSE, component, t->line,
                     arena_fmt(l->a, "SPDX has deprecated the id %s", m->id), "");
}

static void lint_not_suited(struct linter *l, enum mof_part part)
{
    const struct mot_part *p = &l->in->judged->parts[part];
    const struct mof_part_info *info = mof_part_info(part);
    if (p->state == MOF_INCLUDED && !p->type_appropriate)
        mot_lint_add(l, MOT_NOT_SUITED, info->name, p->line,
                     arena_fmt(l->a, "%.60s is open, and so it counts, but the framework does not list it for %s",
                               p->license, mof_type_name(info->type)), "");
}

void mot_lint_licenses(struct linter *l)
{
    const struct mot_release *r = l->in->release;
    for (unsigned s = 0; s < MOT_SCOPES; s++)
        lint_license(l, &r->licenses[s].name, "");
    for (size_t i = 0; i < r->n_components; i++) {
        const struct mot_text *t = &r->components[i].fields[MOT_COMPONENT_LICENSE];
        const char *name = r->components[i].fields[MOT_COMPONENT_NAME].s;
        lint_license(l, t, name);
        if (t->given && !*t->s)
            mot_lint_add(l, MOT_EMPTY_LICENSE, name, t->line,
                         "an empty license says that there is none; it is not taken from the release", "unlicensed");
    }
    for (unsigned p = 0; p < MOF_PARTS; p++)
        lint_not_suited(l, (enum mof_part)p);
}

/* ---- paths ------------------------------------------------------------------------------------------------------ */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "https://host/..."; *good tells whether there is a host and nothing that an address cannot hold. */
static bool is_address(const char *s, bool *good)
{
    size_t n = 0;
    while (is_letter(s[n]))
        n++;
    if (!n || s[n] != ':' || s[n + 1] != '/')
        return false;
    const char *host = s + n + 3;
    bool web = strncmp(s, "https:", 6) == 0 || strncmp(s, "http:", 5) == 0;
    *good = web && s[n + 2] == '/' && *host && *host != '/' && !strpbrk(host, " <>\"\\^`{|}");
    return true;
}

/* Does some part of the path say ".."? */
static bool leads_out(const char *s)
{
    for (const char *p = s; (p = strstr(p, "..")) != NULL; p += 2)
        if ((p == s || p[-1] == '/') && (p[2] == '/' || !p[2]))
            return true;
    return false;
}

static const char *what_is_wrong(struct linter *l, const char *path)
{
    const char *file = l->in->path;
    bool good = true;
    if (is_address(path, &good))
        return good ? NULL : "is no address that can be opened";
    if (path[0] == '/' || path[0] == '~' || path[0] == '\\' || (is_letter(path[0]) && path[1] == ':'))
        return "is a place on somebody's machine";
    if (leads_out(path))
        return "leads out of the folder";
    if (!*file)
        return NULL;
    size_t n = (size_t)(fs_base(file) - file);
    const char *dir = arena_strn(l->a, file, n);
    const char *full = dir ? arena_fmt(l->a, "%s%s", dir, path) : NULL;
    if (!full) {
        l->rc = l->rc ? l->rc : err_memory(l->e);
        return NULL;
    }
    enum fs_kind kind;
    uint64_t size_bytes;
    return fs_stat(full, &kind, &size_bytes, NULL) ? "is not there beside the file" : NULL;
}

static void lint_path(struct linter *l, const char *key, const struct mot_text *t, const char *component)
{
    if (!t->line)
        return;
    if (!*t->s) {
        mot_lint_add(l, MOT_EMPTY_PATH, component, t->line, arena_fmt(l->a, "%s is empty", key), "");
        return;
    }
    const char *wrong = what_is_wrong(l, t->s);
    if (wrong)
        mot_lint_add(l, MOT_BAD_PATH, component, t->line, arena_fmt(l->a, "%s '%.120s' %s", key, t->s, wrong), "");
}

void mot_lint_paths(struct linter *l)
{
    const struct mot_release *r = l->in->release;
    size_t n_without = 0;
    for (unsigned s = 0; s < MOT_SCOPES; s++)
        lint_path(l, "path", &r->licenses[s].path, "");
    for (size_t i = 0; i < r->n_components; i++) {
        const struct mot_text *t = r->components[i].fields;
        lint_path(l, "license_path", &t[MOT_COMPONENT_LICENSE_PATH], t[MOT_COMPONENT_NAME].s);
        lint_path(l, "component_path", &t[MOT_COMPONENT_PATH], t[MOT_COMPONENT_NAME].s);
        n_without += !*t[MOT_COMPONENT_PATH].s;
    }
    if (n_without)
        mot_lint_add(l, MOT_NO_PATH, "", r->release_line,
                     arena_fmt(l->a, "%zu of %zu components have no component_path: nobody can see from here that "
                                     "they exist", n_without, r->n_components), "");
}
