// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include <dlfcn.h>
#include <math.h>
#include <yaml.h>
#include "base/buf.h"
#include "base/fs.h"
#include "base/val_int.h"
#include "base/yaml.h"
#include "tests/support/faults.h"

/* Say so and pass: cmocka 1.1.5 prints skip() as "not ok", which Meson takes for a failure. */
#define ABSENT(why) do { printf("# skipped: " why "\n"); return; } while (0)

static struct arena arena;

static int begin(void **state)
{
    (void)state;
    fault_alloc_at(0);
    arena_init(&arena, (size_t)256 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

/* Stands before libyaml's own: its memory is not ours to make fail, its answer is. */
static size_t parser_fails_at, n_events;

int yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event)
{
    static int (*real)(yaml_parser_t *, yaml_event_t *);
    if (!real) {
        void *found = dlsym(RTLD_NEXT, "yaml_parser_parse");
        memcpy(&real, &found, sizeof real);
    }
    if (parser_fails_at && ++n_events == parser_fails_at) {
        parser->error = YAML_MEMORY_ERROR;
        memset(event, 0, sizeof *event);
        return 0;
    }
    return real(parser, event);
}

static int parse(struct span in, const struct val_limits *lim, const struct val **out, struct err *e)
{
    static const struct val untouched;
    uint8_t *copy = malloc(in.n ? in.n : 1);    /* ends with its last byte, for AddressSanitizer */
    YES(copy != NULL);
    memcpy(copy, in.n ? in.p : (const uint8_t *)"", in.n);
    struct span s = span_of(copy, in.n);
    const struct val *v = &untouched;
    *e = (struct err){ 0 };
    int rc = yaml_parse(s, lim, &arena, &v, e);
    EQ(e->code, rc);
    YES((rc != 0) == (v == &untouched));
    const char *broken = rc ? NULL : sound_tree(s, v, true);
    if (broken)
        fail_msg("%s: %.*s", broken, SPAN_ARG(in));
    free(copy);
    *out = rc ? NULL : v;
    return rc;
}

static const struct val *good(const char *text)
{
    const struct val *v;
    struct err e;
    if (parse(span_str(text), NULL, &v, &e))
        fail_msg("%s: line %ju: %s", text, (uintmax_t)e.pos, e.msg);
    return v;
}

static void bad(struct span text, int code, uint64_t line, const char *part)
{
    const struct val *v;
    struct err e;
    int rc = parse(text, NULL, &v, &e);
    if (rc != code || e.at != ERR_AT_LINE || e.pos != line || !strstr(e.msg, part))
        fail_msg("%.*s: %d, line %ju: %s", SPAN_ARG(text), rc, (uintmax_t)e.pos, e.msg);
}

TEST(plain_scalars_follow_the_core_schema)
{
    static const struct { enum val_kind kind; const char *words[24]; } s[] = {
        { VAL_NULL, { "~", "null", "Null", "NULL", "!!null ''" } },
        { VAL_BOOL, { "true", "True", "TRUE", "false", "False", "FALSE", "!!bool 'true'" } },
        { VAL_INT, { "0", "-0", "+7", "007", "0o17", "0x1fA", "-12", "9223372036854775807",
                     "-9223372036854775808", "!!int '3'" } },
        { VAL_REAL, { "1.5", "-.5", "+1.", "1e3", "1E-3", ".5e+1", ".inf", "-.Inf", "+.INF", ".nan", ".NaN",
                      "9223372036854775808", "0xffffffffffffffffff", "1e999", "!!float 3", "!!float '.5'" } },
        { VAL_STR, { "no", "on", "yes", "nULL", "tRUE", "1.10.0", "1_000", "0b1", "-0x1", "0o8", "0x", "1e", "e1",
                     ".", "-", "+", "- -", "1,5", ".iNF", "-.nan", "2024-01-01", "'1'", "\"true\"", "!!str 12" } },
    };
    for (size_t i = 0; i < sizeof s / sizeof *s; i++)
        for (size_t k = 0; k < 24 && s[i].words[k]; k++) {
            if (strcmp(s[i].words[k], "-") == 0 || strcmp(s[i].words[k], "- -") == 0)
                continue;                       /* a list by itself */
            char text[64];
            (void)snprintf(text, sizeof text, "k: %s\n", s[i].words[k]);
            const struct val *v = val_get(good(text), "k");
            if (v->kind != s[i].kind)
                fail_msg("%s: kind %d", text, v->kind);
        }
    EQ(good("! 5")->kind, VAL_STR);
    EQ(good("|\n 5\n")->kind, VAL_STR);
}

TEST(values_are_exact_and_the_text_is_kept)
{
    const struct val *m = good("[0o17, 0x1F, -12, +7, 1.10, no, 9223372036854775807, 0x8000000000000000,\n"
                               " -9223372036854775808, -.inf, .nan, 0.1, 1e999, False, 18446744073709551616]");
    static const double want[] = { 15, 31, -12, 7, 1.1, 0, 9223372036854775807.0, 9223372036854775808.0,
        -9223372036854775808.0, -HUGE_VAL, 0, 0.1, HUGE_VAL, 0, 18446744073709551616.0 };
    size_t i = 0;
    for (const struct val *v = m->first; v; v = v->next, i++) {
        if (i == 10)
            YES(isnan(v->r));
        else
            YES(v->r == want[i]);
        YES(v->kind != VAL_INT || (double)v->i == want[i]);
        YES(v->kind == VAL_INT || v->i == 0);
    }
    EQ(m->first->next->next->next->next->next->next->i, INT64_MAX);
    STR(val_str(m->first), "0o17");
    STR(val_str(m->first->next->next->next->next), "1.10");
    YES(span_eq(good("\"a\\0b\"")->str, span_of("a\0b", 3)));
    EQ(good("!!int \"1\"")->i, 1);
    EQ(val_get(good("k: \"\\0\""), "k")->kind, VAL_STR);
}

static void point(const char *text, const struct val *v, const char *source, uint32_t from, uint32_t to)
{
    struct span s = span_of(text + v->byte_from, (size_t)(v->byte_to - v->byte_from));
    if (!span_is(s, source) || v->line != from || v->line_to != to)
        fail_msg("lines %u to %u: %.*s", v->line, v->line_to, SPAN_ARG(s));
}

static void check_positions(const char *text)
{
    const struct val *m = good(text), *tags = val_get(m, "tags"), *v = tags->first;
    point(text, val_get(m, "license"), "apache-2.0", 2, 2);
    EQ(val_get(m, "license")->key_line, 2);
    EQ(tags->key_line, 3);
    YES(tags->line == 4 && tags->line_to == 6);
    point(text, v, "\xc3\xa9\xf0\x9f\x98\x80", 4, 4);
    point(text, v->next, "\"z \xe2\x80\xa8 z\"", 5, 5);
    point(text, v->next->next, "!!str 12", 6, 6);
    v = val_get(m, "t\xc3\xaf");
    YES(v->line == 7 && v->line_to == 9 && v->key_line == 7);
    STR(val_str(v), "a \xe6\xa8\xa1\nb\n");
    v = val_get(m, "f");
    YES(v->line == 12 && v->line_to == 13 && text[v->byte_from] == '{' && text[v->byte_to - 1] == '}');
    point(text, val_get(v, "a"), "[1, 2]", 12, 12);
    point(text, val_get(v, "b"), "~", 13, 13);
    YES(val_get(m, "e")->kind == VAL_NULL && val_get(m, "e")->line == 14);
    point(text, val_get(m, "last"), "x", 15, 15);
    EQ(m->line_to, 15);
}

TEST(positions_are_bytes_and_editor_lines)
{
    static const char text[] = "# \xc3\xa9\nlicense: apache-2.0 # \xc3\xa9\ntags:\n- \xc3\xa9\xf0\x9f\x98\x80\n"
        "- \"z \xe2\x80\xa8 z\"\n- !!str 12\nt\xc3\xaf: |\n  a \xe6\xa8\xa1\n  b\n\n\n"
        "f: {a: [1, 2],\n  b: ~}\ne:\nlast: x\n";
    check_positions(text);
    struct buf b;
    buf_init(&b, 1 << 12);
    buf_str(&b, "\xef\xbb\xbf");
    for (const char *s = text; *s; s++)
        buf_str(&b, *s == '\n' ? "\r\n" : (char[]){ *s, 0 });
    check_positions(buf_text(&b) + 3);          /* CRLF */
    check_positions(buf_text(&b));              /* and a byte order mark */
    buf_fini(&b);
}

TEST(what_a_card_has_no_need_of_is_refused_with_its_line)
{
    static const struct { const char *text, *part; uint64_t line; } s[] = {
        { "a: &x 1\n", "anchors", 1 }, { "a: 1\nb: &x [1]\n", "anchors", 2 }, { "a: &x {b: c}\n", "anchors", 1 },
        { "&x a: 1\n", "anchors", 1 }, { "a: 1\nb: *x\n", "aliases", 2 }, { "*x : 1\n", "aliases", 1 },
        { "a: 1\nb: 2\n\"a\": 3\n", "duplicate key \"a\"", 3 }, { "- {a: 1, a: 2}\n", "duplicate", 1 },
        { "? [a]\n: b\n", "key is no scalar", 1 }, { "{{ x }}\n", "key is no scalar", 1 },
        { "a: 1\n---\nb: 2\n", "second document", 2 }, { "--- 1\n...\n--- 2\n", "second document", 3 },
        { "a: !python/object:os.system x\n", "tag", 1 }, { "a: 1\nb: !!binary aGk=\n", "tag", 2 },
        { "!!set {a, b}\n", "tag", 1 }, { "a: !!map [1]\n", "tag", 1 }, { "!mine a: 1\n", "tag", 1 },
        { "a: !!int x\n", "fit", 1 }, { "a: !!null x\n", "fit", 1 }, { "a: !!int 99999999999999999999\n", "fit", 1 },
        { "a: b: c\n", "malformed", 1 }, { "a: 1\nb: [1\n", "malformed", 3 }, { "a:\n\t- b\n", "malformed", 2 },
        { "a: 1\n  b: 2\n", "malformed", 2 }, { "a: \"x\n", "malformed", 2 }, { "a: \"\\ud800\"\n", "malformed", 1 },
        { "a: x\nb: \x01\n", "control characters", 2 }, { "\xc3\xa9: 1\nb: \xff\n", "invalid UTF-8", 2 },
        { "%YAML 3.0\n---\na\n", "malformed", 1 }, { "\xef\xbb\xbf" "a: 1\na: 2\n", "duplicate", 2 },
        { "a: 1\r\nb: 2\r\na: 3\r\n", "duplicate", 3 }, { "a: \xe2\x80\xa8\nb: @\n", "malformed", 2 },
    };
    for (size_t i = 0; i < sizeof s / sizeof *s; i++)
        bad(span_str(s[i].text), ERR_FORMAT, s[i].line, s[i].part);
    bad(span_of("\xff\xfe" "a\0", 4), ERR_FORMAT, 1, "invalid UTF-8");      /* UTF-16 */
    bad(span_of("a\0b", 3), ERR_FORMAT, 1, "control characters");
}

TEST(a_duplicate_is_refused_in_large_maps_too)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 500; i++)
        buf_fmt(&b, "k%d: %d\n", i, i);
    YES(val_get(good(buf_text(&b)), "k499") != NULL);
    buf_str(&b, "k17: 0\n");
    bad(buf_view(&b), ERR_FORMAT, 501, "duplicate key \"k17\"");
    buf_fini(&b);
}

TEST(limits_hold_to_the_unit)
{
    const struct val *v;
    struct err e;
    const struct val_limits lim = { .max_bytes = 16, .max_depth = 2, .max_values = 4 };
    EQ(parse(span_str("[[1],\n [2]]"), &lim, &v, &e), ERR_LIMIT);    /* five values */
    EQ(e.pos, 2);
    EQ(parse(span_str("[[1], [  ]]     "), &lim, &v, &e), 0);
    EQ(parse(span_str("[[1], [  ]]      "), &lim, &v, &e), ERR_LIMIT);
    EQ(parse(span_str("a:\n b:\n  - c\n"), &lim, &v, &e), ERR_LIMIT);
    EQ(e.pos, 3);
    EQ(parse(span_str("a:\n b:\n  c\n"), &lim, &v, &e), 0);
    static char deep[200000];                   /* 50 s without a limit */
    memset(deep, '[', sizeof deep);
    bad(span_of(deep, sizeof deep), ERR_LIMIT, 1, "nested deeper than 64");
    for (size_t i = 0; i + 1 < sizeof deep; i += 2)
        memcpy(deep + i, "- ", 2);
    bad(span_of(deep, sizeof deep), ERR_LIMIT, 1, "nested deeper than 64");
    for (size_t i = 0; i + 1 < sizeof deep; i += 2)
        memcpy(deep + i, "? ", 2);
    bad(span_of(deep, sizeof deep), ERR_FORMAT, 1, "key is no scalar");
    static char long_text[(1 << 20) + 1];
    memset(long_text, ' ', sizeof long_text);
    EQ(parse(span_of(long_text, 1 << 20), NULL, &v, &e), 0);
    EQ(parse(span_of(long_text, sizeof long_text), NULL, &v, &e), ERR_LIMIT);
}

TEST(empty_input_is_null)
{
    static const char *const empty[] = { "", "\n\n", "# comment\n", "---\n", "\xef\xbb\xbf", "--- ~\n...\n" };
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        const struct val *v = good(empty[i]);
        YES(v->kind == VAL_NULL && v->str.p && val_str(v) == NULL && v->line <= 2);
    }
    const struct val *v;
    struct err e;
    EQ(parse(SPAN_NONE, NULL, &v, &e), 0);
    EQ(v->kind, VAL_NULL);
}

static const char card[] = "license: apache-2.0\nlanguage:\n- en\n- \"d\xc3\xa9\"\ntags: [a, {b: c}]\n"
                           "text: |\n  one\n  two\nmodel-index:\n- name: m\n  results:\n  - value: 0.5\n"
    "note: a plain scalar that is longer than a value of the tree, so that its text may find no room where a\n"
    "  value still would; this is a failure of its own, and it must come back as the same error as the others\n";

TEST(every_cut_is_valid_or_refused)
{
    size_t accepted = 0;
    for (size_t cut = 0; cut < sizeof card; cut++) {
        const struct val *v;
        struct err e;
        int rc = parse(span_of(card, cut), NULL, &v, &e);
        YES(rc == 0 || rc == ERR_FORMAT);
        accepted += rc == 0;
    }
    YES(accepted > 20 && accepted < sizeof card - 10);
}

/* A document that fills several blocks of the arena, a large table and a deep stack. */
static void make_large(struct buf *b)
{
    for (int i = 0; i < 90; i++)
        buf_fmt(b, "key %d: {long: \"%0*d\", list: [%d, [[[[[[[[[1]]]]]]]]]]}\n", i, 3000 + 60 * i, i, i);
    YES(b->error == 0);
}

TEST(no_memory_is_an_error_and_leaks_nothing)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    make_large(&b);
    size_t n = 1;
    for (;; n++) {
        struct arena a;
        struct err e = { 0 };
        const struct val *v = NULL;
        arena_init(&a, 64 << 20);
        fault_alloc_at(n);
        int rc = yaml_parse(buf_view(&b), NULL, &a, &v, &e);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        EQ(rc, hit ? ERR_MEMORY : 0);
        EQ(e.code, rc);
        YES((v == NULL) == hit);
        if (!hit)
            break;
    }
    YES(n > 4);
    for (size_t max = 0;; max++) {             /* the ceiling of the arena, at each byte */
        struct arena a;
        const struct val *v = NULL;
        arena_init(&a, max);
        int rc = yaml_parse(span_str(card), NULL, &a, &v, NULL);
        arena_fini(&a);
        YES(rc == ERR_MEMORY || rc == 0);
        if (rc == 0)
            break;
    }
    buf_fini(&b);
}

TEST(no_memory_in_libyaml_is_the_same_error)
{
    for (size_t at = 1; at <= 30; at++) {
        const struct val *v;
        struct err e;
        parser_fails_at = at;
        n_events = 0;
        int rc = parse(span_str(card), NULL, &v, &e);
        parser_fails_at = 0;
        EQ(rc, ERR_MEMORY);
    }
}

/* ---- real cards ---------------------------------------------------------------------------- */

/* The front matter of a card: what stands between two lines "---". Empty when there is none. */
static struct span front_matter(struct span card_text)
{
    const char *p = (const char *)card_text.p, *stop = p + card_text.n, *from = NULL;
    for (const char *line = p, *next; line < stop; line = next) {
        const char *lf = memchr(line, '\n', (size_t)(stop - line));
        next = lf ? lf + 1 : stop;
        bool rule = next - line >= 3 && strncmp(line, "---", 3) == 0 && (line[3] == '\n' || line[3] == '\r');
        if (!from && !rule)
            break;
        if (!from)
            from = next;
        else if (rule)
            return span_of(from, (size_t)(line - from));
    }
    return SPAN_NONE;
}

static const char *judge(struct span in, bool *is_map)
{
    const struct val *v;
    struct err e;
    int rc = parse(in, NULL, &v, &e);
    YES(rc == 0 || rc == ERR_FORMAT);
    *is_map = rc == 0 && v->kind == VAL_MAP;
    return rc ? "error" : *is_map ? "ok" : "not a mapping";
}

TEST(real_cards_are_read_as_their_index_says)
{
    struct arena a;
    struct span index, text;
    char path[4200];
    arena_init(&a, 64 << 20);
    (void)snprintf(path, sizeof path, "%s/data/cards/index.tsv", dir_of("ASSAY_SHARED"));
    if (fs_read(path, 1 << 20, &a, &index, NULL)) {
        arena_fini(&a);
        ABSENT("the shared cards are not here");
    }
    size_t n = 0, n_front = 0;
    char *save = (char *)(uintptr_t)index.p;
    for (char *line = strsep(&save, "\n"); (line = strsep(&save, "\n")) && *line; n++) {
        char *field[6] = { 0 };
        for (int i = 0; i < 6; i++)
            field[i] = strsep(&line, "\t");
        (void)snprintf(path, sizeof path, "%s/data/cards/%s", dir_of("ASSAY_SHARED"), field[0]);
        EQ(fs_read(path, 1 << 20, &a, &text, NULL), 0);
        struct span front = front_matter(text);
        EQ(front.p != NULL, strcmp(field[4], "yes") == 0);
        if (!front.p)
            continue;
        n_front++;
        bool is_map;
        const char *found = judge(front, &is_map);
        if (strcmp(found, field[5]) != 0)
            fail_msg("%s: %s, the index says %s", field[0], found, field[5]);
    }
    printf("# %zu cards, %zu with front matter\n", n, n_front);
    YES(n >= 39 && n_front >= 24);
    arena_fini(&a);
}

int main(void)
{
#define HERE(name) cmocka_unit_test_setup_teardown(name, begin, end)
    return RUN(HERE(plain_scalars_follow_the_core_schema), HERE(values_are_exact_and_the_text_is_kept),
               HERE(positions_are_bytes_and_editor_lines),
               HERE(what_a_card_has_no_need_of_is_refused_with_its_line),
               HERE(a_duplicate_is_refused_in_large_maps_too), HERE(limits_hold_to_the_unit),
               HERE(empty_input_is_null), HERE(every_cut_is_valid_or_refused),
               HERE(no_memory_is_an_error_and_leaks_nothing), HERE(no_memory_in_libyaml_is_the_same_error),
               HERE(real_cards_are_read_as_their_index_says));
}
