// SPDX-License-Identifier: Apache-2.0
/* The matcher against 2,600 real texts, 40 labelled cases, and changes made to them here. */
#include "tests/support/check.h"

#include <ctype.h>
#include "base/buf.h"
#include "base/fs.h"
#include "license/identify.h"
#include "tests/support/faults.h"

static struct arena process;
static struct index idx;

static struct identified identify(const char *s, size_t n, const char *name, struct arena *a)
{
    struct text t;
    struct identified r = { 0 };
    struct err e = { 0 };
    if (text_decode(span_of(s, n), name, a, &t, &e) || identify_text(&idx, &t, name, a, &r, &e))
        fail_msg("%s: %s", name, e.msg);
    return r;
}

static bool is_exactly(const struct identified *r, const char *id)
{
    return r->match == MATCH_EXACT && r->n_found == 1 && strcmp(r->found[0].entry->id, id) == 0;
}

/* ---- the shared data ----------------------------------------------------------------- */

static const char *shared_dir(void)
{
    static char dir[1024];
    enum fs_kind kind;
    uint64_t size;
    (void)snprintf(dir, sizeof dir, "%s/data/licenses", dir_of("ASSAY_SHARED"));
    return fs_stat(dir, &kind, &size, NULL) ? NULL : dir;
}

TEST(every_labelled_case_has_its_id)
{
    const char *dir = shared_dir();
    if (!dir)
        SKIP("no shared licence texts");
    struct arena a;
    struct span tsv;
    arena_init(&a, 1 << 28);
    EQ(fs_read(fs_join(&a, dir, "cases/cases.tsv"), 1 << 20, &a, &tsv, NULL), 0);
    unsigned rows = 0;
    for (char *line = strchr((char *)(uintptr_t)tsv.p, '\n') + 1; *line;) {
        char *next = strchr(line, '\n'), *file = strchr(line, '\t'), *id = file ? strchr(file + 1, '\t') : NULL;
        assert_non_null(id);
        *next = *file++ = *id++ = 0;
        *strchr(id, '\t') = 0;
        struct span raw;
        char *path = arena_fmt(&a, "%s/cases/%s/%s", dir, line, file);
        EQ(fs_read(path, 1 << 24, &a, &raw, NULL), 0);
        struct identified r = identify((const char *)raw.p, raw.n, fs_base(file), &a);
        bool good = strcmp(id, "-") == 0 ? r.n_found == 0 && r.class == CLASS_NONE : is_exactly(&r, id);
        if (!good)
            fail_msg("%s: wants %s, got %s (%s)", path, id, r.n_found ? r.found[0].entry->id : "nothing",
                     identify_match_name(r.match));
        rows++;
        line = next + 1;
    }
    EQ(rows, 40);
    arena_fini(&a);
}

/* Value of `key: value` in the YAML head of a text, or NULL. */
static char *head_value(char *text, const char *key, struct arena *a)
{
    char *end = strstr(text + 3, "\n---\n");
    char *at = strstr(text, key);
    if (!end || !at || at > end)
        return NULL;
    at += strlen(key);
    return arena_strn(a, at, strcspn(at, "\n"));
}

struct tally { unsigned n, exact, same_text, wrong_permissive; };

static void judge_text(const char *dir, const char *name, struct tally *t)
{
    struct arena a;
    struct span raw;
    arena_init(&a, (size_t)1 << 30);
    EQ(fs_read(fs_join(&a, dir, name), 1 << 24, &a, &raw, NULL), 0);
    char *text = (char *)(uintptr_t)raw.p;
    char *key = head_value(text, "\nkey: ", &a), *id = head_value(text, "\nspdx_license_key: ", &a);
    char *category = head_value(text, "\ncategory: ", &a);
    char *body = key ? strstr(text + 3, "\n---\n") + 5 : NULL;
    if (!body || !body[strspn(body, " \r\n\t")]) {
        arena_fini(&a);
        return;
    }
    if (!id)
        id = arena_fmt(&a, "LicenseRef-scancode-%s", key);
    struct identified r = identify(text, raw.n, name, &a);
    t->n++;
    t->exact += is_exactly(&r, id);
    t->same_text += r.match == MATCH_EXACT;
    bool permissive = r.class == CLASS_PERMISSIVE;
    bool restricts = strcmp(category, "Permissive") != 0 && strcmp(category, "Public Domain") != 0 &&
                     strcmp(category, "Unstated License") != 0;
    if (permissive && restricts && !is_exactly(&r, id)) {
        print_message("# %s (%s) called %s\n", name, category, r.n_found ? r.found[0].entry->id : "?");
        t->wrong_permissive++;
    }
    arena_fini(&a);
}

TEST(the_whole_collection_is_known)
{
    const char *dir = shared_dir();
    if (!dir)
        SKIP("no shared licence texts");
    struct arena a;
    struct fs_list list;
    struct tally t = { 0 };
    arena_init(&a, 1 << 28);
    char *texts = fs_join(&a, dir, "texts");
    EQ(fs_list(texts, NULL, 10000, &a, &list, NULL), 0);
    for (size_t i = 0; i < list.n; i++)
        if (strstr(list.items[i].path, ".LICENSE"))
            judge_text(texts, list.items[i].path, &t);
    print_message("# %u texts: %u exact by id, %u word for word some licence\n", t.n, t.exact, t.same_text);
    YES(t.n > 2500);
    YES(t.exact * 1000 >= t.n * 980);
    EQ(t.same_text, t.n);
    YES(t.wrong_permissive <= 1);               /* odc-1.0 is filed as copyleft there and is ODC-By */
    arena_fini(&a);
}

/* ---- changes that must not matter, and changes that must be seen --------------------- */

static uint32_t seed = 1;
static uint32_t random_below(uint32_t n)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % n;
}

enum change { C_RIDER, C_NUMBER, C_DROP, C_CUT, C_SEEN_COUNT, C_WRAP = C_SEEN_COUNT, C_HTML, C_COMMENT, C_TITLE, C_UPPER,
              C_COUNT };
static const char *const change_names[] = { "rider added", "figure changed", "a deciding word dropped", "cut short",
                                            "rewrapped", "as HTML", "commented", "title and date added", "upper case" };

static bool find_word(const char *s, const char *const *list, size_t *at, size_t *n)
{
    size_t len = strlen(s), start = random_below((uint32_t)len);
    for (size_t k = 0; k < len; k++) {
        size_t i = (start + k) % len;
        if (i && isalnum((unsigned char)s[i - 1]))
            continue;
        for (const char *const *w = list; *w; w++)
            if (strncasecmp(s + i, *w, strlen(*w)) == 0 && !isalnum((unsigned char)s[i + strlen(*w)])) {
                *at = i;
                *n = strlen(*w);
                return true;
            }
    }
    return false;
}

static void wrap(const char *s, unsigned width, const char *prefix, struct buf *b)
{
    unsigned column = 0;
    buf_str(b, prefix);
    while (*s) {
        size_t gap = strspn(s, " \t\r\n"), lines = 0;
        for (size_t i = 0; i < gap; i++)
            lines += s[i] == '\n';
        s += gap;
        size_t n = strcspn(s, " \t\r\n");
        if (!n)
            break;
        if (lines > 1)
            buf_fmt(b, "\n%s\n%s", prefix, prefix);
        else if (column + n > width)
            buf_fmt(b, "\n%s", prefix);
        else if (column)
            buf_char(b, ' ');
        column = lines > 1 || column + n > width ? 0 : column;
        buf_add(b, s, n);
        column += (unsigned)n + 1;
        s += n;
    }
}

static void html(const char *s, struct buf *b)
{
    buf_str(b, "<!doctype html><html><head><title>x</title></head><body><p>");
    for (; *s; s++) {
        if (s[0] == '\n' && s[1] == '\n') {
            buf_str(b, "</p>\n\n<p>");
            s++;
        } else if (*s == '<' || *s == '>' || *s == '&') {
            buf_str(b, *s == '<' ? "&lt;" : *s == '>' ? "&gt;" : "&amp;");
        } else {
            buf_char(b, *s);
        }
    }
    buf_str(b, "</p></body></html>");
}

/* False: the change cannot be made to this text. */
static bool make_change(enum change c, const char *s, struct buf *b)
{
    static const char *const riders[] = {
        "You may not use the Software for commercial purposes without prior written consent.",
        "Use by companies with more than 10 million monthly active users requires a separate licence.",
        "The Software shall be used for research only.", "No military use is permitted." };
    static const char *const deciding[] = { "not", "non-commercial", "noncommercial", "only", "except", NULL };
    static const char *const million[] = { "million", "percent", "days", "users", "months", NULL };
    size_t at = 0, n = 0, len = strlen(s);
    switch (c) {
    case C_RIDER:
        at = random_below((uint32_t)len);
        at += strcspn(s + at, "\n");
        buf_add(b, s, at);
        buf_fmt(b, "\n\n%s\n", riders[random_below(4)]);
        buf_str(b, s + at);
        return true;
    case C_NUMBER:
        if (!find_word(s, million, &at, &n) || at < 4 || !isdigit((unsigned char)s[at - 2]))
            return false;
        buf_add(b, s, at - 2);
        buf_char(b, s[at - 2] == '9' ? '8' : (char)(s[at - 2] + 1));
        buf_str(b, s + at - 1);
        return true;
    case C_DROP:
        if (!find_word(s, deciding, &at, &n))
            return false;
        buf_add(b, s, at);
        buf_str(b, s + at + n);
        return true;
    case C_CUT:
        buf_add(b, s, len * (40 + random_below(50)) / 100);
        return true;
    case C_WRAP:
        wrap(s, 40 + random_below(60), "", b);
        return true;
    case C_HTML:
        html(s, b);
        return true;
    case C_COMMENT:
        wrap(s, 70, random_below(2) ? "// " : " * ", b);
        return true;
    case C_TITLE:
        buf_fmt(b, "The License\n\nCopyright (c) 2024 The Foo Authors. All rights reserved.\n\n%s", s);
        return true;
    default:
        for (size_t i = 0; i < len; i++)
            buf_char(b, (char)((unsigned char)s[i] < 0x80 ? toupper((unsigned char)s[i]) : s[i]));
        return true;
    }
}

static unsigned made[C_COUNT], good[C_COUNT];

static void try_changes(const char *body, struct arena *a)
{
    struct identified before = identify(body, strlen(body), "x.txt", a);
    if (before.match != MATCH_EXACT || before.n_words < 60)
        return;
    for (enum change c = 0; c < C_COUNT; c++) {
        struct buf b;
        buf_init(&b, 1 << 24);
        if (make_change(c, body, &b)) {
            struct identified r = identify(b.p, b.n, c == C_HTML ? "x.html" : "x.txt", a);
            bool same = r.match == MATCH_EXACT && r.n_found == before.n_found &&
                        strcmp(r.found[0].entry->id, before.found[0].entry->id) == 0;
            made[c]++;
            good[c] += c < C_SEEN_COUNT ? !same && r.match != MATCH_EXACT : same;
        }
        buf_fini(&b);
    }
}

TEST(changes_that_matter_are_seen_and_others_are_not)
{
    const char *dir = shared_dir();
    if (!dir)
        SKIP("no shared licence texts");
    struct arena a;
    struct fs_list list;
    arena_init(&a, 1 << 28);
    char *texts = fs_join(&a, dir, "texts");
    EQ(fs_list(texts, NULL, 10000, &a, &list, NULL), 0);
    for (size_t i = 0; i < list.n; i += 7) {
        struct arena one;
        struct span raw;
        arena_init(&one, (size_t)1 << 30);
        if (!fs_read(fs_join(&a, texts, list.items[i].path), 1 << 24, &one, &raw, NULL)) {
            const char *body = strstr((const char *)raw.p + 3, "\n---\n");
            if (body && strlen(body) > 200)
                try_changes(body + 5, &one);
        }
        arena_fini(&one);
    }
    for (enum change c = 0; c < C_COUNT; c++) {
        print_message("# %-24s %u of %u right\n", change_names[c], good[c], made[c]);
        YES(made[c] > 15);
        if (good[c] * 100 < made[c] * 95)
            fail_msg("%s: only %u of %u", change_names[c], good[c], made[c]);
    }
    arena_fini(&a);
}

/* ---- small ones ---------------------------------------------------------------------- */

/* The body of one text of the collection, or NULL when it is not there. */
static const char *known_text(const char *key, struct arena *a)
{
    const char *dir = shared_dir();
    struct span raw;
    if (!dir || fs_read(arena_fmt(a, "%s/texts/%s.LICENSE", dir, key), 1 << 24, a, &raw, NULL))
        return NULL;
    const char *body = strstr((const char *)raw.p + 3, "\n---\n");
    return body ? body + 5 + strspn(body + 5, "\n") : NULL;
}

TEST(a_rider_is_residue_with_its_lines)
{
    struct arena a;
    arena_init(&a, 1 << 28);
    const char *mit = known_text("mit", &a);
    if (!mit) {
        arena_fini(&a);
        SKIP("no shared licence texts");
    }
    char *s = arena_fmt(&a, "MIT License\n\nCopyright (c) 2025 Foo\n\n%s\n\nIf you have more than 100 million monthly "
                        "active users,\nyou shall display \"Foo\" on your user interface.\n", mit);
    unsigned line = 1;
    for (const char *p = s; p < strstr(s, "If you have more"); p++)
        line += *p == '\n';
    struct identified r = identify(s, strlen(s), "LICENSE", &a);
    EQ(r.match, MATCH_RESIDUE);
    EQ(r.n_residue, 1);
    EQ(r.residue[0].line_from, line);
    EQ(r.residue[0].line_to, line + 1);
    STR(r.residue[0].cue, "users threshold: 100000000");
    EQ(r.class, CLASS_RESTRICTED);
    arena_fini(&a);
}

TEST(a_rider_hides_nowhere)
{
    static const char *const shapes[] = {
        "Startups and hobbyists enjoy these rights, companies lack them.\n\n%s", "Excludes Germany.\n\n%s",
        "%s\n\nGrants lapse after ninety days.\n", "Copyright (c) 2024 Foo, grants lapse after ninety days.\n\n%s",
        "---\nnote: these weights may not be used commercially\n---\n\n%s" };
    struct arena a;
    arena_init(&a, 1 << 28);
    const char *mit = known_text("mit", &a);
    if (!mit) {
        arena_fini(&a);
        SKIP("no shared licence texts");
    }
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        char *s = arena_alloc(&a, strlen(mit) + 200), *at = strstr(shapes[i], "%s");
        (void)snprintf(s, strlen(mit) + 200, "%.*s%s%s", (int)(at - shapes[i]), shapes[i], mit, at + 2);
        struct identified r = identify(s, strlen(s), "LICENSE", &a);
        if (r.match == MATCH_EXACT || r.class == CLASS_PERMISSIVE)
            fail_msg("not seen: %s", shapes[i]);
    }
    arena_fini(&a);
}

TEST(two_licences_in_one_file_are_both_found)
{
    struct arena a;
    arena_init(&a, 1 << 28);
    const char *mit = known_text("mit", &a), *bsd = known_text("bsd-simplified", &a);
    if (!mit || !bsd) {
        arena_fini(&a);
        SKIP("no shared licence texts");
    }
    char *s = arena_fmt(&a, "The code is under MIT:\n\n%s\n\nThe data is under:\n\n%s", mit, bsd);
    struct identified r = identify(s, strlen(s), "LICENSE", &a);
    EQ(r.n_found, 2);
    STR(r.found[0].entry->id, "MIT");
    STR(r.found[1].entry->id, "BSD-2-Clause");
    arena_fini(&a);
}

TEST(what_is_no_licence_gets_none)
{
    struct arena a;
    arena_init(&a, 1 << 28);
    static const struct { const char *name, *s; enum identify_kind kind; } rows[] = {
        { "LICENSE", "https://example.org/license", TEXT_IS_POINTER },
        { "LICENSE", "", TEXT_IS_OTHER },
        { "README", "This is a cat.", TEXT_IS_OTHER },
        { "USE_POLICY.md", "Please obey the law.", TEXT_IS_POLICY },
        { "NOTICE", "This product includes software by Foo.", TEXT_IS_NOTICES },
        { "LICENSE", "You get a license if you are nice to the authors of this model.", TEXT_IS_LICENSE },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct identified r = identify(rows[i].s, strlen(rows[i].s), rows[i].name, &a);
        EQ(r.kind, rows[i].kind);
        EQ(r.n_found, 0);
        YES(r.class == CLASS_NONE || r.class == CLASS_UNKNOWN);
    }
    arena_fini(&a);
}

TEST(no_allocation_failure_is_lost)
{
    struct arena a, big;
    struct span own;
    arena_init(&big, 1 << 28);
    EQ(fs_read(fs_join(&big, dir_of("ASSAY_SOURCE"), "LICENSE"), 1 << 20, &big, &own, NULL), 0);
    char *s = arena_fmt(&big, "Foo\n\n%s\nNo commercial use is permitted here.\n", (const char *)own.p);
    for (size_t n = 1;; n++) {
        struct text t;
        struct identified r;
        struct err e = { 0 };
        arena_init(&a, 1 << 28);
        fault_alloc_at(n);
        int rc = text_decode(span_str(s), "x", &a, &t, &e);
        if (!rc)
            rc = identify_text(&idx, &t, "x", &a, &r, &e);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        if (!hit) {
            EQ(rc, 0);
            break;
        }
        EQ(rc, ERR_MEMORY);
        EQ(e.code, ERR_MEMORY);
    }
    arena_fini(&big);
}

TEST(a_broken_index_is_refused)
{
    struct arena a;
    struct span whole = index_builtin();
    struct index x;
    for (size_t n = 0; n < 4000; n += 7) {
        arena_init(&a, 1 << 28);
        EQ(index_open(span_sub(whole, 0, n), &a, &x, NULL), ERR_FORMAT);
        arena_fini(&a);
    }
}

int main(void)
{
    arena_init(&process, 1 << 28);
    if (index_open(index_builtin(), &process, &idx, NULL))
        return 1;
    int rc = RUN(CASE(every_labelled_case_has_its_id), CASE(the_whole_collection_is_known),
                 CASE(changes_that_matter_are_seen_and_others_are_not), CASE(a_rider_is_residue_with_its_lines), CASE(a_rider_hides_nowhere),
                 CASE(two_licences_in_one_file_are_both_found), CASE(what_is_no_licence_gets_none),
                 CASE(no_allocation_failure_is_lost), CASE(a_broken_index_is_refused));
    arena_fini(&process);
    return rc;
}
