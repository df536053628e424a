// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include "base/fs.h"
#include "base/yaml.h"
#include "format/card.h"
#include "tests/support/faults.h"

static struct card parsed(struct arena *a, const char *in)
{
    struct card c;
    EQ(card_parse(span_str(in), a, &c, NULL), 0);
    return c;
}

static struct card_strings strings(struct arena *a, const struct card *c, const char *key)
{
    struct card_strings s;
    EQ(card_strings(c, key, a, &s, NULL), 0);
    return s;
}

static bool text_is(struct span s, const char *want)
{
    return span_is(s, want);
}

static uint32_t line_of(struct span raw, uint64_t byte)
{
    uint32_t line = 1;
    for (uint64_t i = 0; i < byte; i++)
        line += raw.p[i] == '\n';
    return line;
}

/* Each value must stand in the front matter, on the line that it names, as plain or quoted text. */
static void check_places(struct span raw, const struct card *c, const struct val *v)
{
    uint64_t from = (uint64_t)(c->meta_raw.p - raw.p), to = from + c->meta_raw.n;
    YES(v->byte_from >= from && v->byte_from <= v->byte_to && v->byte_to <= to);
    EQ(v->line, line_of(raw, v->byte_from));
    YES(v->line_to >= v->line);
    YES(v->key_line <= v->line);
    if (v->str.n && v->byte_to > v->byte_from) {
        uint8_t first = raw.p[v->byte_from];
        YES(strchr("'\"|>&!", first) || first == v->str.p[0]);
    }
    for (const struct val *kid = v->first; kid; kid = kid->next)
        check_places(raw, c, kid);
}

static void check_sections(struct span raw, const struct card *c, struct arena *a)
{
    const struct card_section *s;
    size_t n;
    EQ(card_sections(c, a, &s, &n, NULL), 0);
    uint64_t at = c->body_byte;
    for (size_t i = 0; i < n; i++) {
        YES(s[i].byte_from >= at && s[i].byte_from < s[i].own_byte_to);
        YES(s[i].own_byte_to <= s[i].byte_to && s[i].byte_to <= raw.n);
        EQ(s[i].line_from, line_of(raw, s[i].byte_from));
        YES(s[i].own_line_to >= s[i].line_from && s[i].line_to >= s[i].own_line_to);
        EQ(s[i].line_to, line_of(raw, s[i].byte_to - 1));
        EQ(s[i].own_line_to, line_of(raw, s[i].own_byte_to - 1));
        EQ(s[i].own_byte_to, i + 1 < n ? s[i + 1].byte_from : raw.n);
        at = s[i].own_byte_to;
    }
}

static void check_card(struct span raw)
{
    struct arena a;
    struct card c;
    arena_init(&a, (size_t)1 << 28);
    EQ(card_parse(raw, &a, &c, NULL), 0);
    YES(!c.meta || (c.has_meta && !c.meta_error.code && c.meta->kind == VAL_MAP));
    EQ(c.body.n + c.body_byte, raw.n);
    EQ(c.body_line, line_of(raw, c.body_byte));
    if (c.meta)
        for (const struct val *v = c.meta->first; v; v = v->next)
            check_places(raw, &c, v);
    if (c.meta_error.at == ERR_AT_LINE)
        YES(c.meta_error.pos >= 1 && c.meta_error.pos <= line_of(raw, raw.n) + 1);
    check_sections(raw, &c, &a);
    arena_fini(&a);
}

/* ---- tests -------------------------------------------------------------------------- */

TEST(card_front_matter_is_found)
{
    static const struct { const char *in; bool has; int code; uint32_t body_line; const char *license; } rows[] = {
        { "---\nlicense: mit\n---\nbody", true, 0, 4, "mit" },
        { "---\r\nlicense: mit\r\n---\r\nbody", true, 0, 4, "mit" },
        { "\xef\xbb\xbf---\nlicense: mit\n---\nbody", true, 0, 4, "mit" },
        { "\n \n---  \nlicense: mit\n--- \nbody", true, 0, 6, "mit" },
        { "---\nlicense: mit\n...\nbody\n---\n", true, 0, 4, "mit" },
        { "---\nlicense: mit\n---", true, 0, 3, "mit" },
        { "---\n---\nbody", true, 0, 3, NULL },
        { "---\n# only a comment\n---\nbody", true, 0, 4, NULL },
        { "---\nlicense: |\n  a\n  ---\n  b\n---\nbody", true, 0, 7, "a\n---\nb\n" },
        { "# T\n\n---\nlicense: mit\n---\n", false, 0, 1, NULL },
        { "", false, 0, 1, NULL },
        { "\n\n", false, 0, 1, NULL },
        { "--- \n\nProse after a rule.\n", false, 0, 1, NULL },
        { "----\nlicense: mit\n----\n", false, 0, 1, NULL },
        { "---\n\n# hello\nlicense: mit\n", false, ERR_FORMAT, 1, NULL },
        { "---\n[]\n---\nbody", true, ERR_FORMAT, 4, NULL },
        { "---\njust words\n---\nbody", true, ERR_FORMAT, 4, NULL },
        { "---\nlicense: mit\nlicense: gpl\n---\nbody", true, ERR_FORMAT, 5, NULL },
        { "---\nlicense: [mit\n---\nbody", true, ERR_FORMAT, 4, NULL },
        { "---\na: &x 1\nb: *x\n---\nbody", true, ERR_FORMAT, 5, NULL },
        { "---\nlicense: \xff\n---\nbody", true, ERR_FORMAT, 4, NULL },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena a;
        arena_init(&a, 1 << 20);
        struct card c = parsed(&a, rows[i].in);
        if (c.has_meta != rows[i].has || c.meta_error.code != rows[i].code || c.body_line != rows[i].body_line)
            fail_msg("row %zu: has %d, error %d %s, body line %u", i, c.has_meta, c.meta_error.code,
                     c.meta_error.msg, c.body_line);
        struct card_strings s = strings(&a, &c, "license");
        EQ(s.n, rows[i].license != NULL);
        if (s.n)
            YES(text_is(s.items[0].text, rows[i].license));
        if (rows[i].has && c.body.n)
            YES(span_starts(c.body, "body"));
        check_card(span_str(rows[i].in));
        arena_fini(&a);
    }
}

TEST(card_errors_name_the_line_of_the_file)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct card c = parsed(&a, "\n\n---\nlicense: mit\ntags: a\nlicense: gpl\n---\n");
    EQ(c.meta_error.at, ERR_AT_LINE);
    EQ(c.meta_error.pos, 6);
    YES(c.meta == NULL);
    c = parsed(&a, "---\nlicense: mit\ntags: [a\n---\n");
    YES(c.meta_error.pos == 3 || c.meta_error.pos == 4);
    c = parsed(&a, "\n---\nlicense: mit\n");
    EQ(c.meta_error.pos, 2);
    YES(c.meta_error.hint[0]);
    EQ(c.body.n, 18);
    arena_fini(&a);
}

TEST(card_strings_take_one_or_many)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    static const char in[] =
        "---\r\n"
        "license: apache-2.0 # yes\r\n"             /* line 2 */
        "base_model:\r\n"
        "- a/b\r\n"                                 /* 4 */
        "- \"c/d\"\r\n"
        "language: no\r\n"
        "datasets: []\r\n"
        "thumbnail:\r\n"
        "library_name: '[More Information Needed]'\r\n"
        "pipeline_tag: [More Information Needed]\r\n"
        "new_version: ''\r\n"
        "tags: [x, {y: z}, 1.10, null, '{{ tag }}']\r\n"
        "license_link: {url: u}\r\n"
        "extra_gated_prompt: >-\r\n"                /* 14 */
        "  The whole\r\n"
        "  licence.\r\n"
        "extra_gated_fields:\r\n"
        "  Name: text\r\n"
        "---\r\n# T\r\n";
    struct card c = parsed(&a, in);
    struct card_strings s = strings(&a, &c, "license");
    EQ(s.state, CARD_GIVEN);
    YES(text_is(s.items[0].text, "apache-2.0") && text_is(s.all.text, "license"));
    EQ(s.items[0].line_from, 2);
    EQ(s.items[0].line_to, 2);
    EQ(memcmp(in + s.items[0].byte_from, "apache-2.0", 10), 0);
    EQ(s.items[0].byte_to - s.items[0].byte_from, 10);
    s = strings(&a, &c, "base_model");
    EQ(s.n, 2);
    YES(text_is(s.items[1].text, "c/d"));
    EQ(s.items[1].line_from, 5);
    EQ(in[s.items[1].byte_from], '"');
    EQ(s.all.line_from, 3);
    EQ(s.all.line_to, 5);
    s = strings(&a, &c, "language");
    YES(s.n == 1 && text_is(s.items[0].text, "no"));
    EQ(strings(&a, &c, "datasets").state, CARD_EMPTY);
    EQ(strings(&a, &c, "thumbnail").state, CARD_EMPTY);
    EQ(strings(&a, &c, "new_version").state, CARD_EMPTY);
    EQ(strings(&a, &c, "library_name").state, CARD_PLACEHOLDER);
    EQ(strings(&a, &c, "pipeline_tag").state, CARD_PLACEHOLDER);
    EQ(strings(&a, &c, "license_name").state, CARD_ABSENT);
    EQ(strings(&a, &c, "license_link").state, CARD_ODD);
    s = strings(&a, &c, "tags");
    EQ(s.state, CARD_ODD);
    YES(s.n == 2 && text_is(s.items[1].text, "1.10"));
    s = strings(&a, &c, "extra_gated_prompt");
    YES(text_is(s.items[0].text, "The whole licence."));
    EQ(s.all.line_from, 14);
    EQ(s.items[0].line_to, 16);
    const struct val *v = card_next_key(&c, "extra_gated_", NULL);
    YES(v && text_is(v->key, "extra_gated_prompt"));
    v = card_next_key(&c, "extra_gated_", v);
    YES(v && text_is(v->key, "extra_gated_fields") && v->kind == VAL_MAP);
    YES(card_next_key(&c, "extra_gated_", v) == NULL);
    EQ(c.body_line, 20);
    arena_fini(&a);
}

TEST(card_placeholders_are_known)
{
    static const char *const yes[] = { "[More Information Needed]", " [more information needed] ",
                                       "More Information Needed", "{{ license }}" };
    static const char *const no[] = { "", "mit", "[]", "[More]", "{license}", "No more information needed" };
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
        YES(card_is_placeholder(span_str(yes[i])));
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        NOT(card_is_placeholder(span_str(no[i])));
}

TEST(card_without_meta_answers_absent)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct card c = parsed(&a, "# T\n");
    EQ(strings(&a, &c, "license").state, CARD_ABSENT);
    YES(card_next_key(&c, "", NULL) == NULL);
    arena_fini(&a);
}

TEST(card_sections_follow_the_headings)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    static const char in[] =
        "---\nlicense: mit\n---\n"          /* lines 1-3 */
        "preamble\n\n"                      /* 4, 5 */
        "# One #\n"                         /* 6 */
        "text\n"
        "## Two ##x\n"                      /* 8 */
        "```sh\n# no heading\n```\n"        /* 9-11 */
        "~~~~\n# no\n~~~\n# no\n~~~~~\n"    /* 12-16 */
        "Setext\ntwo lines\n---\n"          /* 17-19 */
        "- item\n---\n"                     /* 20-21: a rule */
        "\n---\n"                           /* 22-23: a rule */
        "<!-- c\n# no\n-->\n"               /* 24-26 */
        "####### no\n#no\n    # no\n"       /* 27-29 */
        "Top\n===\n"                        /* 30-31: with the two lines above, one paragraph */
        "\n# \n"                            /* 32-33 */
        "| a |\n---\n"                      /* 34-35 */
        "  ### Last\n"                      /* 36 */
        "end";                              /* 37 */
    static const struct { unsigned level; const char *title; uint32_t from, own_to, to; } want[] = {
        { 0, "", 4, 5, 5 }, { 1, "One", 6, 7, 26 }, { 2, "Two ##x", 8, 16, 16 },
        { 2, "Setext\ntwo lines", 17, 26, 26 }, { 1, "####### no\n#no\n    # no\nTop", 27, 32, 32 },
        { 1, "", 33, 35, 37 }, { 3, "Last", 36, 37, 37 },
    };
    struct card c = parsed(&a, in);
    const struct card_section *s;
    size_t n;
    EQ(card_sections(&c, &a, &s, &n, NULL), 0);
    EQ(n, sizeof want / sizeof *want);
    for (size_t i = 0; i < n; i++) {
        if (!text_is(s[i].title, want[i].title))
            fail_msg("section %zu is \"%.*s\"", i, SPAN_ARG(s[i].title));
        EQ(s[i].level, want[i].level);
        EQ(s[i].line_from, want[i].from);
        EQ(s[i].own_line_to, want[i].own_to);
        EQ(s[i].line_to, want[i].to);
    }
    check_card(span_str(in));
    arena_fini(&a);
}

TEST(card_sections_have_odd_ends)
{
    static const char *const rows[] = {
        "", "\n", "# a", "a\n=", "a\n=\n", "```\n# a", "<!-- # a\n# b", "\r\n# a\r\n\r\nb\r\n--\r\n",
        "---\na: b\n---\n", "---\na: b\n---", "a\n\n# b\n## c\n# d\n", "<!-- a --> # b\n# c",
        "~~~ `x`\n# a\n~~~\n# b", "```a`b\n# c",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_card(span_str(rows[i]));
    struct arena a;
    arena_init(&a, 1 << 20);
    const struct card_section *s;
    size_t n;
    struct card c = parsed(&a, "<!-- # a\n# b");
    EQ(card_sections(&c, &a, &s, &n, NULL), 0);
    EQ(n, 2);
    c = parsed(&a, "```\n# a");
    EQ(card_sections(&c, &a, &s, &n, NULL), 0);
    EQ(n, 1);
    arena_fini(&a);
}

TEST(card_limits_hold)
{
    struct arena a;
    arena_init(&a, (size_t)1 << 28);
    struct card c = { .body_line = 77 };
    struct err e = { 0 };
    EQ(card_parse(span_of("x", CARD_MAX_BYTES + 1), &a, &c, &e), ERR_LIMIT);
    EQ(c.body_line, 77);
    size_t n = CARD_META_MAX_BYTES + 100;
    char *big = malloc(n);
    memset(big, '\n', n);
    memcpy(big, "---\na: b\n", 9);
    memcpy(big + n - 8, "\n---\nend", 8);
    EQ(card_parse(span_of(big, n), &a, &c, &e), 0);
    EQ(c.meta_error.code, ERR_LIMIT);
    EQ(c.meta_error.at, ERR_AT_LINE);
    EQ(c.meta_error.pos, 2);
    YES(c.has_meta && !c.meta && span_is(c.body, "end"));
    size_t n_sections = CARD_MAX_SECTIONS + 1;
    for (size_t i = 0; i < n_sections; i++)
        memcpy(big + i * 2, "#\n", 2);
    const struct card_section *s;
    EQ(card_parse(span_of(big, (n_sections - 1) * 2), &a, &c, &e), 0);
    EQ(card_sections(&c, &a, &s, &n, &e), 0);
    EQ(n, CARD_MAX_SECTIONS);
    EQ(card_parse(span_of(big, n_sections * 2), &a, &c, &e), 0);
    EQ(card_sections(&c, &a, &s, &n, &e), ERR_LIMIT);
    free(big);
    arena_fini(&a);
}

/* Cut the next piece off `rest`, up to `mark`; a NUL-terminated copy. */
static char *cut(struct arena *a, struct span *rest, char mark)
{
    size_t n = 0;
    while (n < rest->n && rest->p[n] != (uint8_t)mark)
        n++;
    char *piece = arena_strn(a, rest->p, n);
    *rest = span_sub(*rest, n + 1, rest->n);
    return piece;
}

/* Compare one card with its row: file, source, licence, bytes, front matter, YAML, line ends. */
static void check_row(const char *row, const char *dir, struct arena *a)
{
    char *cells[7];
    struct span cells_left = span_str(row);
    for (size_t i = 0; i < 7; i++)
        cells[i] = cut(a, &cells_left, '\t');
    struct span raw;
    struct card c;
    EQ(fs_read(fs_join(a, dir, cells[0]), CARD_MAX_BYTES, a, &raw, NULL), 0);
    EQ(card_parse(raw, a, &c, NULL), 0);
    if (c.has_meta != (strcmp(cells[4], "yes") == 0))
        fail_msg("%s: front matter %d, the index says %s", cells[0], c.has_meta, cells[4]);
    bool ok = strcmp(cells[5], "ok") == 0 || strcmp(cells[5], "-") == 0;
    if (ok != (c.meta_error.code == 0))
        fail_msg("%s: the index says YAML %s, we say %d %s", cells[0], cells[5], c.meta_error.code, c.meta_error.msg);
    EQ(c.meta != NULL, strcmp(cells[5], "ok") == 0);
    EQ(memmem(raw.p, raw.n, "\r\n", 2) != NULL, strcmp(cells[6], "crlf") == 0);
    check_card(raw);
}

TEST(card_real_cards_match_their_index)
{
    struct arena a;
    arena_init(&a, (size_t)1 << 28);
    struct span index;
    char *dir = fs_join(&a, dir_of("ASSAY_SHARED"), "data/cards");
    if (fs_read(fs_join(&a, dir, "index.tsv"), 1 << 20, &a, &index, NULL))
        SKIP("no ASSAY_SHARED/data/cards");
    size_t n = 0;
    for (; index.n; n++) {
        char *row = cut(&a, &index, '\n');
        if (n > 0)
            check_row(row, dir, &a);
    }
    EQ(n, 41);
    arena_fini(&a);
}

TEST(card_real_values_are_read)
{
    static const struct { const char *file, *key, *want; uint32_t line; } rows[] = {
        { "01-ai__Yi/HUGGINGFACE_README.md", "license", "apache-2.0", 2 },
        { "01-ai__Yi/HUGGINGFACE_README.md", "pipeline_tag", "text-generation", 7 },
        { "tobi__qmd/finetune/README.md", "base_model", "Qwen/Qwen3-1.7B", 5 },
        { "tobi__qmd/finetune/README.md", "pipeline_tag", "text-generation", 11 },
        { "huggingface__huggingface_hub/tests/fixtures/cards/sample_windows_line_breaks.md", "license", "mit", 2 },
        { "xueyongfu__transformers/model_cards/mrm8488/bert-multi-cased-finetuned-xquadv1/README.md", "language",
          "multilingual", 2 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena a;
        arena_init(&a, 1 << 24);
        struct span raw;
        struct card c;
        char *dir = fs_join(&a, dir_of("ASSAY_SHARED"), "data/cards");
        if (fs_read(fs_join(&a, dir, rows[i].file), CARD_MAX_BYTES, &a, &raw, NULL))
            SKIP("no %s", rows[i].file);
        EQ(card_parse(raw, &a, &c, NULL), 0);
        struct card_strings s = strings(&a, &c, rows[i].key);
        EQ(s.n, 1);
        if (!text_is(s.items[0].text, rows[i].want))
            fail_msg("%s: %s is \"%.*s\"", rows[i].file, rows[i].key, SPAN_ARG(s.items[0].text));
        EQ(s.items[0].line_from, rows[i].line);
        EQ(memcmp(raw.p + s.items[0].byte_from, rows[i].want, strlen(rows[i].want)), 0);
        arena_fini(&a);
    }
}

TEST(card_all_documents_keep_their_places)
{
    static const char *const dirs[] = { "data/licenses/cases", "data/licenses/more" };
    struct arena a;
    arena_init(&a, (size_t)1 << 28);
    for (size_t d = 0; d < 2; d++) {
        struct fs_list list;
        char *dir = fs_join(&a, dir_of("ASSAY_SHARED"), dirs[d]);
        if (fs_list(dir, NULL, 100000, &a, &list, NULL))
            SKIP("no ASSAY_SHARED/%s", dirs[d]);
        for (size_t i = 0; i < list.n; i++) {
            struct span raw;
            EQ(fs_read(fs_join(&a, dir, list.items[i].path), CARD_MAX_BYTES, &a, &raw, NULL), 0);
            check_card(raw);
        }
    }
    arena_fini(&a);
}

static const char odd[] =
    "\xef\xbb\xbf\r\n---\r\nlicense: mit # x\r\nbase_model:\r\n  - \u6a21\u578b/a\r\n  - 'b'\r\n"
    "extra: |\r\n  z\r\n  ---\r\nlist: [a, {b: \"c\\n\"}]\r\n---\r\npre\r\n# One\r\n"
    "```\r\n# no\r\n```\r\n<!--\r\n# no\r\n-->\r\nTwo\r\n---\r\n";

TEST(card_every_prefix_is_read)
{
    for (size_t n = 0; n < sizeof odd; n++)
        check_card(span_of(odd, n));
}

TEST(card_every_changed_byte_is_read)
{
    static const char with[] = { 0, '\n', '-', '\r', ' ', '"', '{', '&', '#', '`', (char)0xff };
    char s[sizeof odd];
    for (size_t i = 0; i + 1 < sizeof odd; i++)
        for (size_t k = 0; k < sizeof with; k++) {
            memcpy(s, odd, sizeof s);
            s[i] = with[k];
            struct arena a;
            struct card c;
            arena_init(&a, 1 << 24);
            EQ(card_parse(span_of(s, sizeof s - 1), &a, &c, NULL), 0);
            const struct card_section *sections;
            size_t n;
            EQ(card_sections(&c, &a, &sections, &n, NULL), 0);
            arena_fini(&a);
        }
}

TEST(card_survives_every_failed_allocation)
{
    char big[100000];
    memcpy(big, odd, sizeof odd - 1);
    for (size_t i = sizeof odd - 1; i < sizeof big; i++)
        big[i] = i & 1 ? '\n' : '#';
    for (size_t k = 1;; k++) {
        struct arena a;
        struct card c = { .body_line = 77 };
        struct err e = { 0 };
        struct card_strings s = { .n = 77 };
        const struct card_section *sections = NULL;
        size_t n = 77;
        arena_init(&a, (size_t)1 << 28);
        fault_alloc_at(k);
        int rc = card_parse(span_of(big, sizeof big), &a, &c, &e);
        bool done = rc == 0;
        YES(!done || (c.meta && c.meta_error.code == 0));
        rc = rc ? rc : card_strings(&c, "base_model", &a, &s, &e);
        rc = rc ? rc : card_sections(&c, &a, &sections, &n, &e);
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
        YES(done || c.body_line == 77);
        EQ(n, 77);
    }
}

int main(void)
{
    return RUN(CASE(card_front_matter_is_found), CASE(card_errors_name_the_line_of_the_file),
               CASE(card_strings_take_one_or_many), CASE(card_placeholders_are_known),
               CASE(card_without_meta_answers_absent), CASE(card_sections_follow_the_headings),
               CASE(card_sections_have_odd_ends), CASE(card_limits_hold), CASE(card_real_cards_match_their_index),
               CASE(card_real_values_are_read), CASE(card_all_documents_keep_their_places),
               CASE(card_every_prefix_is_read), CASE(card_every_changed_byte_is_read),
               CASE(card_survives_every_failed_allocation));
}
