// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include <time.h>
#include "base/fs.h"
#include "base/utf8.h"
#include "format/html.h"
#include "format/text.h"
#include "tests/support/faults.h"

static struct text decode_as(struct arena *a, const char *name, const void *p, size_t n)
{
    struct text t;
    struct err e = { 0 };
    EQ(text_decode(span_of(p, n), name, a, &t, &e), 0);
    return t;
}

static void gives(const char *name, const char *in, const char *want)
{
    struct arena a;
    arena_init(&a, 1 << 24);
    struct text t = decode_as(&a, name, in, strlen(in));
    STR(t.p, want);
    EQ(t.n, strlen(want));
    arena_fini(&a);
}

/* ---- an independent reading of the source, one character at a time ------------------- */

static uint32_t source_char(struct span raw, size_t at, enum text_encoding enc)
{
    static const char *const win = "\u20ac\xc2\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039"
                                   "\u0152\xc2\x8d\u017d\xc2\x8f\xc2\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014"
                                   "\u02dc\u2122\u0161\u203a\u0153\xc2\x9d\u017e\u0178";
    uint32_t cp = 0xfffd;
    if (enc == TEXT_LATIN1) {
        if (raw.p[at] < 0x80 || raw.p[at] > 0x9f)
            return raw.p[at];
        struct span s = span_str(win);
        for (unsigned k = 0; k <= raw.p[at] - 0x80u; k++)
            s = span_sub(s, utf8_next(s, &cp), s.n);
        return cp;
    }
    if (enc == TEXT_UTF8)
        return utf8_next(span_sub(raw, at, 4), &cp) ? cp : 0xfffd;
    size_t hi = enc == TEXT_UTF16BE ? 0 : 1;
    if (raw.n - at < 2)
        return 0xfffd;
    uint32_t unit = (uint32_t)raw.p[at + hi] << 8 | raw.p[at + 1 - hi];
    if (unit >> 11 != 0x1b)
        return unit;
    if (unit >> 10 != 0x36 || raw.n - at < 4)
        return 0xfffd;
    uint32_t low = (uint32_t)raw.p[at + 2 + hi] << 8 | raw.p[at + 3 - hi];
    return low >> 10 == 0x37 ? 0x10000 + ((unit & 0x3ff) << 10 | (low & 0x3ff)) : 0xfffd;
}

static bool entity_gives(struct span raw, size_t at, uint32_t cp)
{
    uint32_t got = 0;
    for (enum html_mode m = HTML_PAGE; m <= HTML_IN_MARKDOWN; m++)
        if (html_entity(span_sub(raw, at, raw.n), m, &got) && got == cp)
            return true;
    return false;
}

/* Can the character cp have come from the source at `at`? */
static bool comes_from(struct span raw, size_t at, const struct text *t, uint32_t cp)
{
    uint32_t c = source_char(raw, at, t->encoding);
    bool tags = t->markup == TEXT_HTML || t->markup == TEXT_MARKDOWN;
    if (c == cp || (cp == '\n' && c == '\r'))
        return true;
    if (tags && c == '<' && (cp == '\n' || cp == ' '))
        return true;
    return tags && c == '&' && (t->encoding > TEXT_UTF8 || entity_gives(raw, at, cp));
}

static bool lines_rise(struct span raw, const struct text *t)
{
    for (uint32_t k = 1; k < t->n_lines; k++)
        if (t->line_start[k] <= t->line_start[k - 1] || t->line_start[k] >= raw.n)
            return false;
    return t->n_lines >= 1 && t->line_start[0] == 0;
}

/* 0 when every promise of text.h about positions holds, else a number that tells which not. */
static int broken_promise(struct span raw, const struct text *t)
{
    size_t bad;
    if (!utf8_valid(span_of(t->p, t->n), &bad) || memchr(t->p, 0, t->n) || t->p[t->n])
        return 1;
    if (t->src[t->n] != raw.n)
        return 2;
    if (!lines_rise(raw, t))
        return 3;
    uint32_t line = 1;
    for (size_t i = 0; i < t->n;) {
        uint32_t cp = 0;
        unsigned len = utf8_next(span_of(t->p + i, t->n - i), &cp);
        if (i > 0 && t->src[i] <= t->src[i - 1])
            return 4;
        for (unsigned k = 1; k < len; k++)
            if (t->src[i + k] != t->src[i])
                return 5;
        if (t->src[i] >= raw.n || !comes_from(raw, t->src[i], t, cp))
            return 6;
        while (line < t->n_lines && t->line_start[line] <= t->src[i])
            line++;
        if (text_line(t, i) != line)
            return 7;
        i += len;
    }
    return text_line(t, t->n) == t->n_lines ? 0 : 8;
}

static void keeps_promises(const char *name, const void *p, size_t n)
{
    struct arena a;
    arena_init(&a, (size_t)1 << 30);
    struct text t;
    struct span raw = span_of(p, n);
    if (text_decode(raw, name, &a, &t, NULL) == 0)
        EQ(broken_promise(raw, &t), 0);
    arena_fini(&a);
}

/* ---- tests -------------------------------------------------------------------------- */

TEST(text_encodings_are_told_apart)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct { const char *in; size_t n; const char *want; enum text_encoding enc; uint32_t first; } rows[] = {
        { "caf\xc3\xa9", 5, "caf\u00e9", TEXT_UTF8, 0 },
        { "\xef\xbb\xbfok", 5, "ok", TEXT_UTF8, 3 },
        { "caf\xe9 \x93q\x94 \x80", 10, "caf\u00e9 \u201cq\u201d \u20ac", TEXT_LATIN1, 0 },
        { "\xff\xfeh\0i\0", 6, "hi", TEXT_UTF16LE, 2 },
        { "\xfe\xff\0h\0i", 6, "hi", TEXT_UTF16BE, 2 },
        { "\xff\xfe\x3d\xd8\x00\xde!\0", 8, "\U0001f600!", TEXT_UTF16LE, 2 },
        { "\xfe\xff\xd8\x3d\x00!", 6, "\ufffd!", TEXT_UTF16BE, 2 },
        { "\xff\xfeh\0i", 5, "h\ufffd", TEXT_UTF16LE, 2 },
        { "\xe8\xae\xb8\xe5\x8f\xaf\xe8\xae", 8, "\u8bb8\u53ef\ufffd\ufffd", TEXT_LATIN1, 0 },
        { "", 0, "", TEXT_UTF8, 0 },
    };
    rows[8].want = "\u00e8\u00ae\u00b8\u00e5\xc2\x8f\u00af\u00e8\u00ae";      /* two good, two bad */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text t = decode_as(&a, NULL, rows[i].in, rows[i].n);
        STR(t.p, rows[i].want);
        EQ(t.encoding, rows[i].enc);
        EQ(t.src[0], rows[i].first);
    }
    arena_fini(&a);
}

TEST(text_with_one_bad_byte_stays_utf8)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct text t = decode_as(&a, NULL, "\u6a21\u578b\u8bb8\u53ef\xff\u534f\u8bae", 19);
    EQ(t.encoding, TEXT_UTF8);
    STR(t.p, "\u6a21\u578b\u8bb8\u53ef\ufffd\u534f\u8bae");
    EQ(t.src[12], 12);
    EQ(t.src[15], 13);
    arena_fini(&a);
}

TEST(text_refuses_binary_and_too_large)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct text t = { .n = 77 };
    struct err e = { 0 };
    EQ(text_decode(span_of("abc\0def", 7), NULL, &a, &t, &e), ERR_FORMAT);
    EQ(e.at, ERR_AT_BYTE);
    EQ(e.pos, 3);
    EQ(text_decode(span_of("h\0i\0", 4), NULL, &a, &t, &e), ERR_FORMAT);
    YES(e.hint[0]);
    EQ(text_decode(span_of("\xff\xfeh\0\0\0i\0", 8), NULL, &a, &t, &e), ERR_FORMAT);
    EQ(e.pos, 4);
    EQ(text_decode(span_of("%PDF-1.4\n", 9), "LICENSE.pdf", &a, &t, &e), ERR_FORMAT);
    EQ(text_decode(span_of("x", TEXT_MAX_BYTES + 1), NULL, &a, &t, &e), ERR_LIMIT);
    EQ(t.n, 77);
    arena_fini(&a);
}

TEST(text_line_ends_become_one)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct text t = decode_as(&a, NULL, "a\r\nb\rc\n\nd", 9);
    STR(t.p, "a\nb\nc\n\nd");
    EQ(t.n_lines, 5);
    EQ(t.line_start[1], 3);
    EQ(t.line_start[2], 5);
    EQ(t.line_start[4], 8);
    EQ(text_line(&t, 0), 1);
    EQ(text_line(&t, 1), 1);                    /* the line end belongs to the line it ends */
    EQ(text_line(&t, 7), 5);
    EQ(text_line(&t, t.n), 5);
    t = decode_as(&a, NULL, "a\n", 2);
    EQ(t.n_lines, 1);
    t = decode_as(&a, NULL, "", 0);
    EQ(t.n_lines, 1);
    t = decode_as(&a, NULL, "\xff\xfe\r\0\n\0x\0", 8);
    STR(t.p, "\nx");
    EQ(t.line_start[1], 6);
    arena_fini(&a);
}

TEST(text_markup_is_told_by_name_and_content)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct { const char *name, *in; enum text_markup want; } rows[] = {
        { "LICENSE", "x", TEXT_PLAIN }, { NULL, "x", TEXT_PLAIN }, { "README.MD", "x", TEXT_MARKDOWN },
        { "a.markdown", "x", TEXT_MARKDOWN }, { "x.HTML", "x", TEXT_HTML }, { "x.htm", "x", TEXT_HTML },
        { "a.pdf", "text", TEXT_PDF }, { "LICENSE", " \n<!DOCTYPE HTML><p>", TEXT_HTML },
        { "LICENSE", "<html>", TEXT_HTML }, { "a.md", "<html lang=en>", TEXT_HTML },
        { "LICENSE", "<htmlx>", TEXT_PLAIN }, { "LICENSE", "<html", TEXT_PLAIN },
        { NULL, "<?xml version='1.0'?>\n<!-- saved --> <!doctype html>", TEXT_HTML },
        { NULL, "<!-- open <html>", TEXT_PLAIN },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        EQ(decode_as(&a, rows[i].name, rows[i].in, strlen(rows[i].in)).markup, rows[i].want);
    arena_fini(&a);
}

TEST(text_links_leave_their_words)
{
    gives("LICENSE", "see [the text](https://x.org/a_(b)) now", "see the text now");
    gives("LICENSE", "[Licensor](s) and [party](as defined)", "[Licensor](s) and [party](as defined)");
    gives("LICENSE", "<name of author> <b> <https://x.org> &amp; <!-- c -->",
          "<name of author> <b> <https://x.org> &amp; <!-- c -->");
    gives("a.md", "[a](b)[c](d)", "ac");
    gives("a.md", "[![alt](i.png)](u \"title\") z", "alt z");
    gives("a.md", "[a]( <u v> 'w' ) [b](u v) [c] (d)", "a [b](u v) [c] (d)");
    gives("a.md", "\\[a](b) [c\\](d)", "\\[a](b) [c\\](d)");
    gives("a.md", "[a [b] c](d)", "a [b] c");
    gives("a.md", "[open\n\n](u) [x\ny](u)", "[open\n\n](u) x\ny");
    gives("a.md", "](u) [a](u", "](u) [a](u");
}

TEST(text_markdown_loses_known_tags_only)
{
    gives("a.md", "a<br>b<BR/>c <b>d</b> &lt;e&gt;", "a\nb\nc d <e>");
    gives("a.md", "<name> <https://x.org/> <me@x.org> 1 < 2 <3 <p", "<name> <https://x.org/> <me@x.org> 1 < 2 <3 <p");
    gives("a.md", "x<!-- hidden\n\nmore -->y <!-- open", "xy <!-- open");
    gives("a.md", "<a href=\"no end\n\n<b>x</b>", "<a href=\"no end\n\nx");
    gives("a.md", "<p align=\"a>b\">x</p>y", "x\ny");
    gives("a.md", "AT&T &copy; &copy &#169; &#xA9; &#169", "AT&T \u00a9 &copy \u00a9 \u00a9 &#169");
    gives("a.md", "<td>1</td><td>2</td>", "1 2 ");
}

TEST(text_positions_point_home)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    const char *in = "\xef\xbb\xbf# T\r\n[wo](u.v)&amp;<br>z";
    struct text t = decode_as(&a, "a.md", in, strlen(in));
    STR(t.p, "# T\nwo&\nz");
    const uint32_t want[] = { 3, 4, 5, 6, 9, 10, 17, 22, 26, 27 };
    for (size_t i = 0; i <= t.n; i++)
        EQ(t.src[i], want[i]);
    EQ(text_line(&t, 4), 2);
    arena_fini(&a);
}

/* Widen ASCII or UTF-8 into UTF-16 with a byte order mark. */
static size_t to_utf16(struct span s, bool big, uint8_t *out)
{
    size_t n = 0;
    uint32_t cp = 0xfeff;
    for (;;) {
        uint32_t units[2] = { cp, 0 };
        unsigned n_units = cp > 0xffff ? 2 : 1;
        if (n_units == 2) {
            units[0] = 0xd800 + ((cp - 0x10000) >> 10);
            units[1] = 0xdc00 + ((cp - 0x10000) & 0x3ff);
        }
        for (unsigned i = 0; i < n_units; i++, n += 2) {
            out[n] = (uint8_t)(big ? units[i] >> 8 : units[i]);
            out[n + 1] = (uint8_t)(big ? units[i] : units[i] >> 8);
        }
        if (!s.n)
            return n;
        unsigned len = utf8_next(s, &cp);
        s = span_sub(s, len ? len : 1, s.n);
    }
}

static void check_file(const char *dir, const struct fs_entry *f)
{
    static const char *const as[] = { "LICENSE", "a.md", "a.html" };
    struct arena a;
    arena_init(&a, (size_t)1 << 30);
    struct span raw;
    EQ(fs_read(fs_join(&a, dir, f->path), TEXT_MAX_BYTES, &a, &raw, NULL), 0);
    keeps_promises(f->path, raw.p, raw.n);
    uint8_t *wide = arena_alloc(&a, raw.n * 2 + 4);
    for (size_t i = 0; i < 3; i++) {
        keeps_promises(as[i], raw.p, raw.n);
        struct text plain = decode_as(&a, as[i], raw.p, raw.n);
        for (int big = 0; big < 2 && plain.encoding == TEXT_UTF8; big++) {
            size_t n = to_utf16(raw, big, wide);
            keeps_promises(as[i], wide, n);
            STR(decode_as(&a, as[i], wide, n).p, plain.p);
        }
    }
    arena_fini(&a);
}

TEST(text_real_files_keep_their_positions)
{
    static const char *const dirs[] = { "data/licenses/cases", "data/licenses/more", "data/cards" };
    struct arena a;
    arena_init(&a, 1 << 24);
    size_t n = 0;
    for (size_t d = 0; d < 3; d++) {
        struct fs_list list;
        char *dir = fs_join(&a, dir_of("ASSAY_SHARED"), dirs[d]);
        if (fs_list(dir, NULL, 100000, &a, &list, NULL))
            SKIP("no ASSAY_SHARED/%s", dirs[d]);
        for (size_t i = 0; i < list.n; i++, n++)
            check_file(dir, &list.items[i]);
    }
    YES(n > 100);
    arena_fini(&a);
}

TEST(text_every_prefix_is_read)
{
    static const char page[] =
        "<!DOCTYPE html>\r\n<html><head><title>t&amp;t</title><style>p>q{}</style>"
        "<script>if(a<b)\"</p>\"</script></head><body><h1>MIT &amp; Co&#8217;s &copy 2020</h1>"
        "<p>a<b>b</b>c<!-- x > y --> d<br/>e<table><tr><td>1</td><td>2</td></table>3 < 4 &euro; "
        "<a href=\"a>b\">link</a> \xe8\xae\xb8 end</html>";
    static const char card[] =
        "\xef\xbb\xbf---\nlicense: mit\n---\n# T \xf0\x9f\x98\x80\r\n[![a](b)](c \"d\") [e](<f g>) "
        "<https://h> <i>j</i>\n<!-- k --> <details open=\"l\">&lt;m&gt; &#x41;&#66; &bad; \\[n](o)\n\n<a href='";
    static const char wide[] =
        "\xff\xfe" "a\0\r\0\n\0" "<\0b\0>\0" "\x3d\xd8\x00\xde" "[\0x\0]\0(\0y\0.\0z\0)\0";
    static const char *const names[] = { "LICENSE", "a.md", "a.html", "a.pdf" };
    for (size_t k = 0; k < 4; k++) {
        for (size_t n = 0; n < sizeof page; n++)
            keeps_promises(names[k], page, n);
        for (size_t n = 0; n < sizeof card; n++)
            keeps_promises(names[k], card, n);
        for (size_t n = 0; n < sizeof wide; n++)
            keeps_promises(names[k], wide, n);
    }
}

TEST(text_random_bytes_are_read)
{
    static const char *const bits[] = { "<", ">", "</", "<!--", "-->", "<b", "<td>", "<br>", "<script>", "</script",
        "&", "&amp;", "&#65", ";", "[", "](", ")", "\n", "\n\n", "\r\n", "\\", "\"", "'", "=", " ", "a", "\xc3\xa9",
        "\xff", "https://x", "<title>", "--", "!", "(" , "/", "<?", "<p a=\"" };
    static const char *const names[] = { "LICENSE", "a.md", "a.html" };
    uint32_t seed = 12345;
    for (int round = 0; round < 20000; round++) {
        char s[400];
        size_t n = 0;
        for (int k = 0; k < 30; k++) {
            seed = seed * 1664525 + 1013904223;
            const char *bit = bits[(seed >> 16) % (sizeof bits / sizeof *bits)];
            memcpy(s + n, bit, strlen(bit));
            n += strlen(bit);
        }
        keeps_promises(names[round % 3], s, n);
    }
}

/* What is never closed, half a million bytes of it: milliseconds when linear, else many seconds. */
TEST(text_hostile_markup_takes_linear_time)
{
    static const char *const bits[] = { "<", "<a b=\"", "<a href=\"x\" ", "<!--", "<!-- -- ", "[", "](", "](a \"",
        "](<a", "[a](b", "&", "&#1", "<script>", "<script></scrip", "](((((", "<!-----", "<b", "<title>",
        "](a '\"", "\\[", "<?xml", "<b><b '=\"", "<td>", "</", "<svg/", "](   ", "\n", "\r", "<b \"=\"" };
    static const char *const names[] = { "LICENSE", "a.md", "a.html" };
    enum { N = 1 << 19 };
    char *s = malloc(N);
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++) {
        for (size_t n = 0; n < N; n++)
            s[n] = bits[i][n % strlen(bits[i])];
        for (size_t k = 0; k < 3; k++) {
            struct arena a;
            clock_t from = clock();
            arena_init(&a, (size_t)1 << 30);
            YES(decode_as(&a, names[k], s, N).n <= N);
            arena_fini(&a);
            if ((clock() - from) / CLOCKS_PER_SEC >= 4)
                fail_msg("half a megabyte of '%s' as %s takes seconds", bits[i], names[k]);
        }
    }
    free(s);
}

TEST(text_survives_every_failed_allocation)
{
    char big[200000];
    memset(big, 'x', sizeof big);
    struct text t = { .n = 77 };
    for (size_t k = 1;; k++) {
        struct arena a;
        struct err e = { 0 };
        arena_init(&a, 1 << 24);
        fault_alloc_at(k);
        int rc = text_decode(span_of(big, sizeof big), "a.md", &a, &t, &e);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        if (!hit) {
            EQ(rc, 0);
            YES(k > 3);
            break;
        }
        EQ(rc, ERR_MEMORY);
        EQ(e.code, ERR_MEMORY);
        EQ(t.n, 77);
    }
}

int main(void)
{
    return RUN(CASE(text_encodings_are_told_apart), CASE(text_with_one_bad_byte_stays_utf8),
               CASE(text_refuses_binary_and_too_large), CASE(text_line_ends_become_one),
               CASE(text_markup_is_told_by_name_and_content), CASE(text_links_leave_their_words),
               CASE(text_markdown_loses_known_tags_only), CASE(text_positions_point_home),
               CASE(text_real_files_keep_their_positions), CASE(text_every_prefix_is_read),
               CASE(text_random_bytes_are_read), CASE(text_hostile_markup_takes_linear_time),
               CASE(text_survives_every_failed_allocation));
}
