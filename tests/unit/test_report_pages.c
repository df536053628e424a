// SPDX-License-Identifier: Apache-2.0
/* The reports for people, drawn from a check made by hand: what a stranger wrote stays text, and no failure is lost. */
#include "tests/support/check.h"

#include "passport/html_int.h"
#include "passport/html_report.h"
#include "passport/md_report.h"
#include "passport/say.h"
#include "tests/support/faults.h"
#include "tests/support/full_check.h"

static const char evil[] = "</style><script src='http://x/'>alert(\"1\")</script>|`` [a](javascript:b) ![i](c) <img onerror=d>\n"
                           "# no\r\n| --- |\xe2\x80\xae" "txt.exe\xe2\x80\xac\x1b[31m\x01 http://evil.example/ www.evil.example "
                           "<!-- & &amp; \\ *b* _c_ ~~d~~ \xff\xfe\xc3";

typedef int (*writer)(struct check *c, struct buf *out, struct err *e);
static const writer writers[] = { html_report, md_report };
static struct arena shared;

/* A report of the full check, into out. */
static int draw(writer w, const char *text, struct buf *out, struct err *e)
{
    struct arena a;
    struct check c = { 0 };
    arena_init(&a, (size_t)1 << 28);
    int rc = catalog_open(&c.catalog, &shared, e);
    if (!rc) {
        full_check(&c, text, &a);
        rc = w(&c, out, e);
    }
    arena_fini(&a);
    return rc;
}

TEST(what_a_stranger_wrote_stays_text)
{
    struct buf out;
    struct err e = { 0 };
    buf_init(&out, 1 << 24);
    EQ(draw(html_report, evil, &out, &e), 0);
    const char *page = buf_text(&out);
    EQ(strlen(page), out.n);                                /* no NUL */
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "<img"));
    assert_null(strstr(page, "\xe2\x80\xae"));
    assert_null(strchr(page, 0x1b));
    assert_null(strchr(page, 1));
    assert_non_null(strstr(page, "&lt;script src=&#39;http://x/&#39;&gt;"));
    assert_non_null(strstr(page, "<span class=\"ch\">[U+202E]</span>"));
    assert_non_null(strstr(page, "[U+001B]"));
    assert_non_null(strstr(page, "\xef\xbf\xbd"));
    assert_null(strstr(page, "(null)"));
    const char *head = strstr(page, "</style>");            /* the name lies in the style, too: for paper */
    assert_non_null(head);
    assert_null(strstr(head + 1, "</style>"));
    buf_reset(&out);
    EQ(draw(md_report, evil, &out, &e), 0);
    page = buf_text(&out);
    EQ(strlen(page), out.n);
    assert_null(strstr(page, "\xe2\x80\xae"));
    assert_null(strchr(page, 0x1b));
    assert_null(strchr(page, '\r'));
    assert_null(strstr(page, "(null)"));
    buf_fini(&out);
}

TEST(the_same_check_gives_the_same_bytes)
{
    struct buf one, two;
    buf_init(&one, 1 << 24);
    buf_init(&two, 1 << 24);
    for (size_t i = 0; i < 2; i++) {
        buf_reset(&one);
        buf_reset(&two);
        EQ(draw(writers[i], "a name", &one, NULL), 0);
        EQ(draw(writers[i], "a name", &two, NULL), 0);
        STR(buf_text(&one), buf_text(&two));
    }
    buf_fini(&one);
    buf_fini(&two);
}

TEST(a_check_without_the_later_parts_has_no_empty_sections)
{
    struct arena a;
    struct err e = { 0 };
    struct buf out;
    buf_init(&out, 1 << 24);
    arena_init(&a, 1 << 24);
    for (size_t i = 0; i < 2; i++) {
        struct check c = { .model = { .ref = "x", .name = "x", .revision = "" }, .gather = { .architecture = "" } };
        EQ(catalog_open(&c.catalog, &a, &e), 0);
        use_init(&c.use);
        claim_set_init(&c.claims, &a);
        c.verdict.answer = ANSWER_CANNOT_TELL;
        buf_reset(&out);
        EQ(writers[i](&c, &out, &e), 0);
        assert_non_null(strstr(buf_text(&out), "Cannot tell"));
        assert_non_null(strstr(buf_text(&out), "No use was declared"));
        assert_null(strstr(buf_text(&out), "What exactly is open"));
        assert_null(strstr(buf_text(&out), "twelve questions"));
        assert_null(strstr(buf_text(&out), "Signals of trust"));
    }
    arena_fini(&a);
    buf_fini(&out);
}

TEST(no_allocation_failure_is_lost)
{
    for (size_t i = 0; i < 2; i++)
        for (size_t n = 1;; n++) {
            struct err e = { 0 };
            struct arena a;
            struct buf out;
            struct check c = { 0 };
            EQ(catalog_open(&c.catalog, &shared, NULL), 0);
            buf_init(&out, 1 << 24);
            arena_init(&a, (size_t)1 << 28);
            full_check(&c, evil, &a);
            fault_alloc_at(n);
            int rc = writers[i](&c, &out, &e);
            bool hit = fault_alloc_hit();
            fault_alloc_at(0);
            arena_fini(&a);
            buf_fini(&out);
            if (!hit) {
                EQ(rc, 0);
                YES(n > 3);
                break;
            }
            EQ(rc, ERR_MEMORY);
        }
}

TEST(a_report_that_is_too_long_is_refused)
{
    for (size_t i = 0; i < 2; i++) {
        struct err e = { 0 };
        struct buf out;
        buf_init(&out, 3000);
        EQ(draw(writers[i], evil, &out, &e), ERR_LIMIT);
        buf_fini(&out);
    }
}

static const char *visible(const char *text, size_t n, struct buf *b)
{
    struct pen_char c;
    struct span s = span_of(text, n);
    buf_reset(b);
    for (size_t k; (k = pen_next(s, &c)); s = span_sub(s, k, s.n))
        buf_str(b, c.shown);
    return buf_text(b);
}

TEST(what_hides_is_shown)
{
    static const struct { const char *in, *out; } rows[] = {
        { "plain, \xc3\xa9\xe6\xbc\xa2\xf0\x9f\x98\x80", "plain, \xc3\xa9\xe6\xbc\xa2\xf0\x9f\x98\x80" },
        { "a\tb\nc\rd", "a b c d" }, { "\x01\x7f", "[U+0001][U+007F]" }, { "\xc2\x85\xc2\xad", "[U+0085][U+00AD]" },
        { "\xe2\x80\x8b\xe2\x80\x8f\xe2\x80\xa8\xe2\x81\xa6", "[U+200B][U+200F][U+2028][U+2066]" },
        { "\xef\xbb\xbf\xef\xbf\xbe", "[U+FEFF][U+FFFE]" }, { "\xf3\xa0\x80\xa0\xf4\x8f\xbf\xbf", "[U+E0020][U+10FFFF]" },
        { "\xc3", "\xef\xbf\xbd" }, { "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" } };
    struct buf b;
    buf_init(&b, 4096);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        STR(visible(rows[i].in, strlen(rows[i].in), &b), rows[i].out);
    STR(visible("a\0b", 3, &b), "a[U+0000]b");
    buf_fini(&b);
}

TEST(long_text_is_cut_between_characters)
{
    char text[PEN_CLIP + 8];
    bool cut;
    memset(text, 'a', sizeof text);
    memcpy(text + PEN_CLIP - 1, "\xe6\xbc\xa2", 3);
    text[PEN_CLIP + 7] = 0;
    EQ(pen_clip(text, &cut).n, PEN_CLIP - 1);
    YES(cut);
    text[PEN_CLIP - 1] = 0;
    EQ(pen_clip(text, &cut).n, PEN_CLIP - 1);
    NOT(cut);
}

TEST(words_for_sizes_counts_and_places)
{
    char out[SAY_BYTES];
    STR(say_size(0, out), "0 bytes");
    STR(say_size(1, out), "1 byte");
    STR(say_size(999, out), "999 bytes");
    STR(say_size(999949, out), "999.9 kB");
    STR(say_size(999950, out), "1.0 MB");
    STR(say_size(UINT64_MAX, out), "18446744.1 TB");
    STR(say_count(0, out), "0");
    STR(say_count(999, out), "999");
    STR(say_count(1234567, out), "1,234,567");
    STR(say_count(UINT64_MAX, out), "18,446,744,073,709,551,615");
    STR(say_place(&(struct evidence){ .line_from = 3, .line_to = 5 }, out), "lines 3 to 5");
    STR(say_place(&(struct evidence){ .line_from = 3, .line_to = 3 }, out), "line 3");
    STR(say_place(&(struct evidence){ .byte_from = 1, .byte_to = UINT64_MAX }, out),
        "bytes 1 to 18446744073709551615");
    STR(say_answer((enum answer)99).word, "cannot tell");
    size_t n;
    const struct use_key *keys = use_keys(&n);
    for (size_t i = 0; i < n; i++)                          /* every key of a use has words */
        YES(say_use_key(keys[i].name) != keys[i].name);
}

TEST(a_css_string_holds_nothing_but_escapes)
{
    struct buf b;
    buf_init(&b, 4096);
    html_css_string(&b, "a b</style>\"\\\n}");
    STR(buf_text(&b), "\"a\\000020b\\00003c\\00002fstyle\\00003e\\000022\\00005c\\000020\\00007d\"");
    buf_fini(&b);
}

int main(void)
{
    arena_init(&shared, (size_t)1 << 28);
    int rc = RUN(CASE(what_a_stranger_wrote_stays_text), CASE(the_same_check_gives_the_same_bytes),
                 CASE(a_check_without_the_later_parts_has_no_empty_sections), CASE(no_allocation_failure_is_lost),
                 CASE(a_report_that_is_too_long_is_refused), CASE(what_hides_is_shown),
                 CASE(long_text_is_cut_between_characters), CASE(words_for_sizes_counts_and_places),
                 CASE(a_css_string_holds_nothing_but_escapes));
    arena_fini(&shared);
    return rc;
}
