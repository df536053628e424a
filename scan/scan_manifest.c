// SPDX-License-Identifier: Apache-2.0
/* Files that a tool obeys because of their names: lists of packages, recipes, settings of git. Line by line, as their
 * tools read them; what is no line of theirs is text.
 *
 *     requirements.txt   x @ https://..., git+, -e, --extra-index-url      packages from elsewhere     install-source
 *     pyproject.toml     backend-path                                      code of the folder          install-code
 *     setup.py, sitecustomize.py                                           run by pip, by Python       install-code
 *     Dockerfile, Makefile, ...                                            recipes                     code
 *     .gitattributes     filter=x        .gitmodules    url, path          programs and fetches of git */
#include <strings.h>
#include "scan/refs.h"

enum { SHOWN = 120 };

struct lines {
    struct scan *s;
    const struct scan_node *n;
    struct err *e;
    int rc;
    uint64_t at;                            /* of the line */
    struct span section;                    /* of TOML and INI: "project.urls" */
};

static void found(struct lines *l, enum scan_rule_id rule, const char *what, struct span text)
{
    if (!l->rc)
        l->rc = scan_find(l->s, l->n, rule, l->at, l->e, "%s \"%.*s\"", what, (int)(text.n > SHOWN ? SHOWN : text.n),
                          (const char *)text.p);
}

static struct span trimmed(struct span s)
{
    while (s.n && s.p[0] <= ' ')
        s = span_sub(s, 1, s.n);
    while (s.n && s.p[s.n - 1] <= ' ')
        s.n--;
    return s;
}

static bool has(struct span s, const char *part)
{
    return s.n && memmem(s.p, s.n, part, strlen(part));
}

static bool starts_with_any(struct span s, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (span_starts(s, words[i]))
            return true;
    return false;
}

/* ---- packages ----------------------------------------------------------------------------- */

static bool is_address(struct span s)
{
    return has(s, "://") || has(s, "git+") || has(s, "hg+") || has(s, "svn+") || has(s, "bzr+") || has(s, "file:");
}

/* One line of pip: an option that changes where from, an address, or a folder. */
static void requirement(struct lines *l, struct span line)
{
    static const char *const options[] = { "-e", "--editable", "-i ", "--index-url", "--extra-index-url", "-f ", "--find-links",
                                           "--trusted-host" };
    static const char *const places[] = { "./", "../", "/", "~", "\\\\" };
    if (!line.n || line.p[0] == '#')
        return;
    const uint8_t *comment = memmem(line.p, line.n, " #", 2);
    line = trimmed(span_sub(line, 0, comment ? (size_t)(comment - line.p) : line.n));
    if (starts_with_any(line, options, sizeof options / sizeof *options) || is_address(line) ||
        starts_with_any(line, places, sizeof places / sizeof *places) || has(line, " @ "))
        found(l, RULE_INSTALL_SOURCE, "takes packages from", line);
}

/* The word before the first '=' or blank. */
static struct span key_of(struct span line)
{
    size_t n = 0;
    while (n < line.n && line.p[n] != '=' && line.p[n] > ' ')
        n++;
    return span_sub(line, 0, n);
}

/* A key whose address is one that packages come from. */
static bool is_source(struct span key)
{
    static const char *const keys[] = { "git", "url", "path", "index", "file", "extra-index-url", "find-links", "index-url" };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (span_is(key, keys[i]))
            return true;
    return false;
}

/* Sections that tell where a project lives, and take nothing from there. */
static bool is_about(struct span section)
{
    return has(section, "urls") || has(section, "metadata") || span_is(section, "[project]") || span_is(section, "[tool.poetry]");
}

/* A line of pyproject.toml, setup.cfg or Pipfile. */
static void project(struct lines *l, struct span line)
{
    bool table = has(line, "{") && is_address(line), named = has(line, "git+") || has(line, " @ ");
    if (line.n && line.p[0] == '[') {
        l->section = line;
        return;
    }
    if (span_is(key_of(line), "backend-path"))
        found(l, RULE_INSTALL_CODE, "pip runs code of this folder to build it:", line);
    else if (named || (!is_about(l->section) && (table || (is_source(key_of(line)) && is_address(line)))))
        found(l, RULE_INSTALL_SOURCE, "takes packages from", line);
}

/* ---- git ---------------------------------------------------------------------------------- */

/* Large files are kept by the filter "lfs" everywhere. */
static void attributes(struct lines *l, struct span line)
{
    static const char filter[] = "filter=";
    const uint8_t *at = line.n && line.p[0] != '#' ? memmem(line.p, line.n, filter, sizeof filter - 1) : NULL;
    if (!at || (at > line.p && at[-1] > ' '))
        return;
    struct span name = span_sub(line, (size_t)(at - line.p) + sizeof filter - 1, line.n);
    size_t n = 0;
    while (n < name.n && name.p[n] > ' ')
        n++;
    name.n = n;
    if (!span_is(name, "lfs"))
        found(l, RULE_REPOSITORY_HOOK, "has git run the filter of this name, where one is set:", name);
}

static void submodule(struct lines *l, struct span line)
{
    const uint8_t *equals = line.n ? memchr(line.p, '=', line.n) : NULL;
    if (!equals)
        return;
    struct span key = trimmed(span_sub(line, 0, (size_t)(equals - line.p)));
    struct span value = trimmed(span_sub(line, (size_t)(equals - line.p) + 1, line.n));
    if (value.n && value.p[0] == '"')
        value = span_sub(value, 1, value.n - 1);
    bool path = span_is(key, "path"), url = span_is(key, "url");
    bool odd = value.n && (value.p[0] == '-' || memchr(value.p, '\r', value.n) || has(value, "\\r"));
    if ((path || url) && (odd || has(value, "ext::") || (path && (has(value, "..") || value.p[0] == '/' || has(value, ".git")))))
        found(l, RULE_REPOSITORY_ESCAPE, path ? "a submodule in" : "a submodule from", value);
    else if (url)
        found(l, RULE_REPOSITORY_FETCH, "a submodule from", value);
}

/* A name of a submodule with ".." in it wrote outside, too. */
static void modules(struct lines *l, struct span line)
{
    if (span_starts(line, "[submodule") && has(line, ".."))
        found(l, RULE_REPOSITORY_ESCAPE, "a submodule called", line);
    else
        submodule(l, line);
}

/* ---- which file is which ------------------------------------------------------------------ */

static const struct manifest {
    const char *start, *end;                /* of the name, without case; both "" only in the middle */
    void (*line)(struct lines *l, struct span line);
    enum scan_rule_id rule;                 /* of the file as a whole, when `what` says one */
    const char *what;
} manifests[] = {
    { "requirements", ".txt", requirement, 0, NULL }, { "requirements", ".in", requirement, 0, NULL },
    { "constraints", ".txt", requirement, 0, NULL }, { "pip.conf", "", project, 0, NULL },
    { "pyproject.toml", "", project, 0, NULL }, { "setup.cfg", "", project, 0, NULL }, { "pipfile", "", project, 0, NULL },
    { ".gitattributes", "", attributes, 0, NULL }, { ".gitmodules", "", modules, 0, NULL },
    { "setup.py", "", NULL, RULE_INSTALL_CODE, "pip runs it to install the folder" },
    { "sitecustomize.py", "", NULL, RULE_INSTALL_CODE, "Python runs it whenever it starts and can see it" },
    { "usercustomize.py", "", NULL, RULE_INSTALL_CODE, "Python runs it whenever it starts and can see it" },
    { "conftest.py", "", NULL, RULE_INSTALL_CODE, "pytest runs it when it is called in the folder" },
    { "dockerfile", "", NULL, RULE_CODE, "a recipe of a container: building it runs what it says" },
    { "", ".dockerfile", NULL, RULE_CODE, "a recipe of a container: building it runs what it says" },
    { "containerfile", "", NULL, RULE_CODE, "a recipe of a container: building it runs what it says" },
    { "makefile", "", NULL, RULE_CODE, "a recipe that make runs" },
    { "gnumakefile", "", NULL, RULE_CODE, "a recipe that make runs" },
    { "justfile", "", NULL, RULE_CODE, "a recipe that just runs" },
    { "cmakelists.txt", "", NULL, RULE_CODE, "a recipe of CMake" },
    { "jenkinsfile", "", NULL, RULE_CODE, "a recipe that a server runs" }, { "procfile", "", NULL, RULE_CODE, "commands to run" },
    { "vagrantfile", "", NULL, RULE_CODE, "a recipe of a machine, in Ruby" },
    { ".envrc", "", NULL, RULE_CODE, "a script that some shells run on entering the folder" },
};

/* "requirements-dev.txt" begins and ends as asked; a name without an ending must be whole, or go on with a dot. */
static bool is_called(const char *name, const struct manifest *m)
{
    size_t n = strlen(name), s = strlen(m->start), e = strlen(m->end);
    if (n < s + e || strncasecmp(name, m->start, s) != 0)
        return false;
    if (e)
        return strcasecmp(name + n - e, m->end) == 0;
    return n == s || (m->rule == RULE_CODE && m->line == NULL && name[s] == '.' && !strchr(m->start, '.'));
}

static const struct manifest *manifest_of(const struct scan_node *n)
{
    for (size_t i = 0; i < sizeof manifests / sizeof *manifests; i++)
        if (is_called(n->name, &manifests[i]))
            return &manifests[i];
    return NULL;
}

static int run(struct scan *s, const struct scan_node *n, struct err *e)
{
    const struct manifest *m = manifest_of(n);
    struct lines l = { .s = s, .n = n, .e = e };
    if (m && m->what)
        l.rc = scan_find(s, n, m->rule, 0, e, "%s", m->what);
    for (size_t at = 0; m && m->line && at < n->in.n && !l.rc;) {
        const uint8_t *end = memchr(n->in.p + at, '\n', n->in.n - at);
        size_t to = end ? (size_t)(end - n->in.p) : n->in.n;
        l.at = at;
        m->line(&l, trimmed(span_sub(n->in, at, to - at)));
        at = to + 1;
    }
    return l.rc ? l.rc : scan_as_text(s, n, e);
}

/* The name decides; bytes that are no text are for other readers, or broken. */
static unsigned sniff(const struct scan_node *n)
{
    struct span head = span_sub(n->in, 0, 512);
    return n->in.n && manifest_of(n) && !memchr(head.p, 0, head.n) ? 45 : 0;
}

const struct scan_format scan_manifest = { .name = "manifest", .sniff = sniff, .run = run };
