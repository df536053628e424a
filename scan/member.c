// SPDX-License-Identifier: Apache-2.0
#include "scan/member.h"

#include <stdio.h>
#include "base/utf8.h"
#include "format/tar.h"
#include "scan/flow.h"
#include "scan/name_judge.h"
#include "scan/repository.h"

enum { NAME_HEAD = 100, NAME_TAIL = 50, NAME_BYTES = 200 };

/* ---- names ------------------------------------------------------------------------------ */

/* Add `s` as printable text, no further than `max`. */
static size_t put_name(char *out, size_t at, size_t max, struct span s)
{
    while (s.n && max - at >= 4) {
        uint32_t cp;
        unsigned n = utf8_next(s, &cp);
        if (n && cp >= 0x20 && cp != 0x7f && !(cp >= 0x80 && cp < 0xa0) && !(cp >= 0x200b && cp <= 0x202e)) {
            memcpy(out + at, s.p, n);
            at += n;
        } else {
            n = 1;
            at += (size_t)snprintf(out + at, 5, "\\x%02x", s.p[0]);
        }
        s = span_sub(s, n, s.n);
    }
    return at;
}

char *member_name(struct arena *a, struct span name)
{
    char text[NAME_BYTES + 8];
    size_t n = 0;
    if (name.n <= NAME_HEAD + NAME_TAIL) {
        n = put_name(text, 0, NAME_BYTES, name);
    } else {                                /* the end matters: it is the hint for the format */
        n = put_name(text, 0, NAME_BYTES / 2, span_sub(name, 0, NAME_HEAD));
        n += (size_t)snprintf(text + n, 4, "...");
        n = put_name(text, n, NAME_BYTES, span_sub(name, name.n - NAME_TAIL, NAME_TAIL));
    }
    return arena_strn(a, text, n);
}

static bool is_slash(uint8_t c)
{
    return c == '/' || c == '\\';
}

static bool is_letter(uint8_t c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static bool goes_up(struct span s)
{
    for (size_t i = 0; i + 1 < s.n; i++)
        if (s.p[i] == '.' && s.p[i + 1] == '.' && (i == 0 || is_slash(s.p[i - 1])) &&
            (i + 2 == s.n || is_slash(s.p[i + 2])))
            return true;
    return false;
}

const char *member_escapes(struct span name)
{
    if (name.n && memchr(name.p, 0, name.n))
        return "holds a NUL byte, where some readers end it";
    if (name.n && is_slash(name.p[0]))
        return "is absolute";
    if (name.n >= 2 && is_letter(name.p[0]) && name.p[1] == ':')
        return "names a drive";
    if (goes_up(name))
        return "goes up with \"..\"";
    return NULL;
}

/* What people do not see in a name, and repositories that were packed with the rest. */
static int check_looks(const struct member *m, struct span name, struct err *e)
{
    char why[NAME_WHY_BYTES];
    const char *git = repository_git_part(name);
    int rc = 0;
    if (git)
        rc = scan_find(m->s, m->outer, RULE_REPOSITORY_HOOK, m->at, e, "\"%s\" is %s", m->name, git);
    if (!rc && name_hides(name, why))
        rc = scan_find(m->s, m->outer, RULE_NAME_HIDDEN, m->at, e, "of \"%s\": %s", m->name, why);
    else if (!rc && name_looks_alike(name, why))
        rc = scan_find(m->s, m->outer, RULE_NAME_ALIKE, m->at, e, "of \"%s\": %s", m->name, why);
    return rc;
}

int member_check_name(const struct member *m, struct span name, struct err *e)
{
    const char *why = member_escapes(name);
    if (why)
        return scan_find(m->s, m->outer, RULE_ARCHIVE_ESCAPE, m->at, e, "the name \"%s\" %s", m->name, why);
    int rc = check_looks(m, name, e);
    if (rc)
        return rc;
    if (name.n && memchr(name.p, '\\', name.n))     /* some archivers of Windows do write these */
        return scan_find(m->s, m->outer, RULE_ARCHIVE_ODD, m->at, e, "the name \"%s\" has a backslash, which parts "
                         "folders on one system only", m->name);
    return 0;
}

/* Walk along a path from `depth` folders below the top; -1: it leads out on its way. */
static int walk(int depth, struct span path)
{
    size_t at = 0;
    while (at < path.n && depth >= 0) {
        const uint8_t *slash = memchr(path.p + at, '/', path.n - at);
        size_t n = slash ? (size_t)(slash - path.p) - at : path.n - at;
        struct span part = span_sub(path, at, n);
        depth += span_is(part, "..") ? -1 : part.n && !span_is(part, ".") ? 1 : 0;
        at += n + 1;
    }
    return depth;
}

static struct span folder_of(struct span name)
{
    while (name.n && name.p[name.n - 1] != '/')
        name.n--;
    return name;
}

/* A link may go up as far as its own folder is deep. */
static bool leads_out(struct span name, struct span target)
{
    if (target.n && (is_slash(target.p[0]) || memchr(target.p, 0, target.n) || memchr(target.p, '\\', target.n)))
        return true;
    if (target.n >= 2 && is_letter(target.p[0]) && target.p[1] == ':')
        return true;
    return walk(walk(0, folder_of(name)), target) < 0;
}

int member_check_link(const struct member *m, struct span name, struct span target, struct err *e)
{
    char *to = member_name(m->s->a, target);
    if (!to)
        return err_memory(e);
    if (leads_out(name, target))
        return scan_find(m->s, m->outer, RULE_ARCHIVE_ESCAPE, m->at, e, "the link \"%s\" leads out of the folder, to \"%s\"",
                         m->name, to);
    return scan_find(m->s, m->outer, RULE_ARCHIVE_LINK, m->at, e, "\"%s\" is a link to \"%s\"", m->name, to);
}

bool member_loadable(const struct scan_node *n)
{
    static const char *const documents[] = { "text", "json", "yaml", "csv", "image", "document" };
    const struct scan_format *f = scan_format_of(n);
    bool loads = f != NULL;
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
        loads = loads && strcmp(f->name, documents[i]) != 0;
    return loads || scan_called(n, ".py .pyc .so .dll .dylib .sh .exe .bat .ps1");
}

/* ---- compressed bytes ------------------------------------------------------------------- */

uint64_t member_budget(const struct scan *s)
{
    uint64_t max;
    if (__builtin_mul_overflow(s->file_bytes, SCAN_RATIO_MAX, &max) || max > SCAN_INFLATED_MAX - SCAN_RATIO_FROM)
        return SCAN_INFLATED_MAX;
    return max + SCAN_RATIO_FROM;
}

static int say_spent(const struct member *m, struct err *e)
{
    return scan_find(m->s, m->outer, RULE_ARCHIVE_BOMB, m->at, e, "unpacking went on beyond %llu bytes in \"%s\"",
                     (unsigned long long)member_budget(m->s), m->name);
}

bool member_spend(const struct member *m, uint64_t bytes, int *rc, struct err *e)
{
    m->s->inflated_bytes += bytes;
    if (m->s->inflated_bytes <= member_budget(m->s))
        return true;
    *rc = say_spent(m, e);
    return false;
}

struct held { struct flow f; bool all; };   /* all: count to the end although it is not held */

static int hold(void *ud, struct span piece)
{
    struct held *h = ud;
    uint64_t npy;
    int rc = flow_add(&h->f, piece);
    if (rc || !h->f.large || h->all)
        return rc;
    h->all = flow_plain_npy(buf_view(&h->f.bytes), &npy);
    return h->all ? 0 : 1;
}

static int say_end(const struct member *m, const struct held *h, const struct unpacked *u, struct err *e)
{
    if (h->f.spent)
        return say_spent(m, e);
    if (u->end != UNPACK_WHOLE && u->end != UNPACK_STOPPED)
        return scan_find(m->s, m->outer, RULE_ARCHIVE_BROKEN, m->at, e, "\"%s\" %s", m->name, unpack_end_text(u->end));
    return 0;
}

int member_unpack(const struct member *m, struct span packed, const struct unpack_how *how, struct unpacked *out,
                  struct err *e)
{
    struct held h = { .all = false };
    flow_init(&h.f, m->s);
    int rc = unpack(packed, how, hold, &h, out, e);
    if (rc)
        rc = err_memory(e);
    else if (h.f.large && !h.all && tar_sniff(buf_view(&h.f.bytes)) >= 60) {
        flow_fini(&h.f);
        return tar_flow(m, packed, how, e);
    }
    if (!rc)
        rc = say_end(m, &h, out, e);
    if (!rc && (h.f.bytes.n || out->end == UNPACK_WHOLE))
        rc = flow_judge(&h.f, m, e);
    flow_fini(&h.f);
    return rc;
}
