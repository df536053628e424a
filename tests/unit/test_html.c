// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include "base/fs.h"
#include "base/utf8.h"
#include "format/html.h"
#include "format/text.h"

static const char *reduced(const char *in, enum html_mode mode)
{
    static char p[4096];
    static uint32_t src[4096];
    size_t n = strlen(in);
    memcpy(p, in, n + 1);
    for (size_t i = 0; i <= n; i++)
        src[i] = (uint32_t)i;
    p[html_reduce(p, src, n, mode)] = 0;
    return p;
}

#define PAGE(in, want) STR(reduced(in, HTML_PAGE), want)
#define MARKDOWN(in, want) STR(reduced(in, HTML_IN_MARKDOWN), want)

TEST(html_blocks_break_and_inline_tags_do_not)
{
    PAGE("a<b>b</b>c", "abc");
    PAGE("<p>a<p>b</p><div><div>c", "a\nb\nc");
    PAGE("a<br><br>b", "a\nb");
    PAGE("<tr><td>a</td><td>b</td></tr><tr>c", "a b \nc");
    PAGE("<unknown-element x=1>a</unknown-element>b", "ab");
    PAGE("<H1 CLASS='x>y'>T</H1>u", "T\nu");
    PAGE("a < b <3 <> </> c", "a < b <3 <>  c");
}

TEST(html_hidden_content_is_dropped)
{
    PAGE("a<script>if (1 < 2) '</p>'</script>b", "ab");
    PAGE("a<SCRIPT >x</script x>b", "ab");
    PAGE("a<style>p{}</style><title>t &amp; u</title>b", "ab");
    PAGE("a<!-- <p> -- > -->b", "ab");
    PAGE("a<!-->b<!--->c<!---->d", "abcd");
    PAGE("a<!--x--!>b", "ab");
    PAGE("<!doctype html><?php x ?>a<![CDATA[b]]>c", "ac");
    PAGE("<head><meta x></head><body>a", "a");
    PAGE("a<script>x</scripty></script>b", "ab");
}

TEST(html_what_is_left_open_ends_with_the_document)
{
    PAGE("a<script>b<p>c", "a");
    PAGE("a<!-- b <p>", "a");
    PAGE("a<b c=\"d>e", "a");
    PAGE("a<b c=d\"e>f", "af");                 /* a quote counts only where a value begins */
    PAGE("a<b", "a");
    PAGE("a<", "a<");
    PAGE("a</", "a</");
    PAGE("a<title>b", "a");
    PAGE("a<script", "a");
    PAGE("a<script>b</script", "a");
}

TEST(html_entities_are_decoded_once)
{
    PAGE("&amp;lt; &lt; &nbsp;&copy;&hellip;&rsquo;&Auml;&thetasym;", "&lt; < \u00a0\u00a9\u2026\u2019\u00c4\u03d1");
    PAGE("&copy 2020 &amp&lt &hellip &unknown; & &;", "\u00a9 2020 &< &hellip &unknown; & &;");
    PAGE("&#65;&#x41;&#X41;&#65 &#;&#x;&#xg;", "AAAA &#;&#x;&#xg;");
    PAGE("&#0;&#xD800;&#x110000;&#99999999999999999999;", "\ufffd\ufffd\ufffd\ufffd");
    PAGE("&#150;&#x92;&#128512;", "\u2013\u2019\U0001f600");
    PAGE("&lpar;c&rpar; &lsqb;x&rsqb; &commat;", "(c) [x] @");
    MARKDOWN("&copy; &copy &#65; &#65", "\u00a9 &copy A &#65");
}

TEST(html_no_entity_grows)
{
    /* The work is done in place: each reference must be as long as what it stands for. */
    for (uint32_t cp = 1; cp < 0x110000; cp += cp < 0x3000 ? 1 : 37) {
        char ref[32], bytes[4];
        int n = snprintf(ref, sizeof ref, "&#%u", (unsigned)cp);
        uint32_t got = 0;
        size_t len = html_entity(span_of(ref, (size_t)n), HTML_PAGE, &got);
        EQ(len, n);
        YES(utf8_put(got, bytes) <= len);
    }
    static const char *const shortest[] = { "&le;", "&pi;", "&lt", "&gt", "&ne;", "&yen", "&euro;", "&bull;", "&nu;" };
    for (size_t i = 0; i < sizeof shortest / sizeof *shortest; i++) {
        uint32_t got = 0;
        char bytes[4];
        size_t len = html_entity(span_str(shortest[i]), HTML_PAGE, &got);
        EQ(len, strlen(shortest[i]));
        YES(utf8_put(got, bytes) <= len);
    }
}

TEST(html_every_table_entry_is_found)
{
    /* Both tables are searched by bisection: a name out of order would be lost. */
    static const char *const tags[] = { "a", "abbr", "address", "article", "b", "blockquote", "body", "br", "center",
        "code", "dd", "details", "div", "dl", "dt", "em", "font", "footer", "form", "h1", "h6", "head", "header", "hr",
        "html", "i", "img", "ins", "kbd", "li", "main", "nav", "ol", "p", "pre", "s", "section", "small", "span",
        "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul", "wbr" };
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        char in[64];
        (void)snprintf(in, sizeof in, "<%s>", tags[i]);
        if (strcmp(reduced(in, HTML_IN_MARKDOWN), "") != 0)
            fail_msg("<%s> is not known", tags[i]);
    }
    static const char *const names[] = { "AElig", "AMP", "Aacute", "Beta", "GT", "LT", "NewLine", "QUOT", "REG", "Tab",
        "Zeta", "aacute", "amp", "apos", "bull", "copy", "deg", "eacute", "euro", "frac12", "gt", "hellip", "iexcl",
        "laquo", "ldquo", "lsquo", "lt", "mdash", "middot", "nbsp", "ndash", "para", "pi", "plusmn", "quot", "raquo",
        "rdquo", "reg", "rsquo", "sect", "shy", "times", "trade", "uuml", "yen", "yuml", "zeta", "zwj", "zwnj" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char ref[64];
        uint32_t cp;
        (void)snprintf(ref, sizeof ref, "&%s;", names[i]);
        if (html_entity(span_str(ref), HTML_IN_MARKDOWN, &cp) != strlen(ref))
            fail_msg("%s is not known", ref);
    }
}

/* A licence as a web page says what the licence says as a text. */
TEST(html_page_of_a_licence_gives_its_words)
{
    struct arena a;
    arena_init(&a, 1 << 22);
    struct span page, plain;
    char *dir = fs_join(&a, dir_of("ASSAY_SOURCE"), "tests/corpus/text");
    EQ(fs_read(fs_join(&a, dir, "license.html"), 1 << 20, &a, &page, NULL), 0);
    EQ(fs_read(fs_join(&a, dir, "license.txt"), 1 << 20, &a, &plain, NULL), 0);
    struct text x, y;
    EQ(text_decode(page, "license.html", &a, &x, NULL), 0);
    EQ(text_decode(plain, "license.txt", &a, &y, NULL), 0);
    EQ(x.markup, TEXT_HTML);
    size_t i = 0, k = 0, words = 0;
    while (i < x.n || k < y.n) {
        size_t from_x = i += strspn(x.p + i, " \n\t"), from_y = k += strspn(y.p + k, " \n\t");
        i += strcspn(x.p + i, " \n\t");
        k += strcspn(y.p + k, " \n\t");
        if (i - from_x != k - from_y || memcmp(x.p + from_x, y.p + from_y, i - from_x) != 0)
            fail_msg("word %zu differs: page \"%.*s\", text \"%.*s\"", words, (int)(i - from_x), x.p + from_x,
                     (int)(k - from_y), y.p + from_y);
        words++;
    }
    YES(words > 150);
    arena_fini(&a);
}

int main(void)
{
    return RUN(CASE(html_blocks_break_and_inline_tags_do_not), CASE(html_hidden_content_is_dropped),
               CASE(html_what_is_left_open_ends_with_the_document), CASE(html_entities_are_decoded_once),
               CASE(html_no_entity_grows), CASE(html_every_table_entry_is_found),
               CASE(html_page_of_a_licence_gives_its_words));
}
