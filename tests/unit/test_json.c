// SPDX-License-Identifier: Apache-2.0
/* The reader by itself, the writer, faults; then the reader against libjansson, loaded at run time
 * because both libraries have a json_string, on documents made and mutated from a fixed seed. */
#include "tests/support/check.h"

#include <dlfcn.h>
#include <ftw.h>
#include <locale.h>
#include <math.h>
#include "base/fs.h"
#include "base/json.h"
#include "base/num.h"
#include "base/val_int.h"
#include "tests/support/faults.h"

/* Say so and pass: cmocka 1.1.5 prints skip() as "not ok", which Meson takes for a failure. */
#define ABSENT(why) do { printf("# skipped: " why "\n"); return; } while (0)

static struct arena arena;

static int begin(void **state)
{
    (void)state;
    fault_alloc_at(0);
    arena_init(&arena, (size_t)2 << 30);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

/* Parse a copy that ends with its last byte, so that AddressSanitizer sees a read beyond it; a tree
 * must be sound, a failure must leave the output and name the same code. */
static int parse(struct span in, const struct val_limits *lim, const struct val **out, struct err *e)
{
    static const struct val untouched;
    uint8_t *copy = malloc(in.n ? in.n : 1);
    YES(copy != NULL);
    memcpy(copy, in.n ? in.p : (const uint8_t *)"", in.n);
    struct span s = span_of(copy, in.n);
    const struct val *v = &untouched;
    *e = (struct err){ 0 };
    int rc = json_parse(s, lim, &arena, &v, e);
    EQ(e->code, rc);
    YES((rc != 0) == (v == &untouched));
    const char *broken = rc ? NULL : sound_tree(s, v, in.n < 5000);
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
        fail_msg("%s: byte %ju: %s", text, (uintmax_t)e.pos, e.msg);
    return v;
}

static void bad(struct span text, int code, uint64_t byte)
{
    const struct val *v;
    struct err e;
    int rc = parse(text, NULL, &v, &e);
    if (rc != code || e.at != ERR_AT_BYTE || e.pos != byte || !e.msg[0])
        fail_msg("%.*s: %d, byte %ju: %s", SPAN_ARG(text), rc, (uintmax_t)e.pos, e.msg);
}

TEST(scalars_have_their_kind_value_and_text)
{
    EQ(good("null")->kind, VAL_NULL);
    YES(good(" true ")->b && !good("false")->b);
    static const struct { const char *text; int64_t want; } ints[] = {
        { "0", 0 }, { "-0", 0 }, { "12", 12 }, { "-7", -7 }, { "9007199254740993", 9007199254740993 },
        { "9223372036854775807", INT64_MAX }, { "-9223372036854775808", INT64_MIN },
    };
    for (size_t i = 0; i < sizeof ints / sizeof *ints; i++) {
        const struct val *v = good(ints[i].text);
        YES(v->kind == VAL_INT && v->i == ints[i].want && val_is(v, ints[i].text));
        YES(v->r == (double)v->i);
    }
    static const struct { const char *text; double want; } reals[] = {
        { "1.5", 1.5 }, { "-0.0", -0.0 }, { "1e3", 1000 }, { "1E+22", 1e22 }, { "1e23", 1e23 },
        { "5e-324", 5e-324 }, { "1e-400", 0 }, { "1.7976931348623157e308", 1.7976931348623157e308 },
        { "9223372036854775808", 9223372036854775808.0 }, { "0.1", 0.1 }, { "123456789012345678", 0 },
        { "9007199254740993.0", 9007199254740992.0 }, { "2.2250738585072011e-308", 2.2250738585072011e-308 },
        { "0.000000000000000000000000000000000000000000000000001e51", 1.0 },
    };
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) {
        const struct val *v = good(reals[i].text);
        if (v->kind == VAL_INT)
            continue;
        YES(v->kind == VAL_REAL && v->r == reals[i].want && val_is(v, reals[i].text));
        EQ(signbit(v->r) != 0, reals[i].text[0] == '-');
    }
    char *text = arena_fmt(&arena, "0.%0100010d1e100022", 0);   /* an exponent that digits take back */
    YES(good(text)->r == 1e11);
}

TEST(strings_are_decoded)
{
    static const struct { const char *in, *out; size_t n; } s[] = {
        { "\"\"", "", 0 }, { "\"abc\"", "abc", 3 }, { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8 },
        { "\"\\u0000\\u0041\\u00e9\\u20AC\"", "\0A\xc3\xa9\xe2\x82\xac", 7 },
        { "\"\\ud83d\\ude00!\"", "\xf0\x9f\x98\x80!", 5 }, { "\"\\uDBFF\\uDFFF\"", "\xf4\x8f\xbf\xbf", 4 },
        { "\"caf\xc3\xa9 0123456789abcdef \xf0\x9f\x98\x80\"", "caf\xc3\xa9 0123456789abcdef \xf0\x9f\x98\x80", 27 },
        { "\"\x7f\"", "\x7f", 1 }, { "\"\\\\u0041\"", "\\u0041", 6 },
    };
    for (size_t i = 0; i < sizeof s / sizeof *s; i++) {
        const struct val *v = good(s[i].in);
        YES(v->kind == VAL_STR && span_eq(v->str, span_of(s[i].out, s[i].n)));
    }
}

TEST(positions_point_at_the_source)
{
    const char *text = "\n{ \"a\" :\r\n  [1,\n\"x\"],\n \"\xc3\xa9\": {}}\n";
    const struct val *m = good(text), *list = val_get(m, "a"), *x = list->last, *z = m->last;
    YES(m->line == 2 && m->line_to == 5 && m->byte_from == 1 && m->byte_to == strlen(text) - 1);
    YES(list->key_line == 2 && list->line == 3 && list->line_to == 4);
    YES(list->byte_from == 12 && text[list->byte_from] == '[' && text[list->byte_to - 1] == ']');
    YES(x->line == 4 && x->byte_from == 16 && x->byte_to == 19);
    YES(z->line == 5 && z->key_line == 5 && span_is(z->key, "\xc3\xa9") && z->kind == VAL_MAP);
}

TEST(malformed_text_is_refused_with_its_byte)
{
    static const struct { const char *text; uint64_t byte; } s[] = {
        { "", 0 }, { "  ", 2 }, { "nul", 0 }, { "True", 0 }, { "NaN", 0 }, { "Infinity", 0 }, { "-Infinity", 1 },
        { "01", 0 }, { "-01", 1 }, { "+1", 0 }, { "-", 1 }, { ".5", 0 }, { "1.", 2 }, { "1.e3", 2 }, { "1e", 2 },
        { "1e+", 3 }, { "0x10", 1 }, { "1 2", 2 }, { "[1,]", 3 }, { "[,1]", 1 }, { "[1 2]", 3 }, { "[1", 2 },
        { "[1}", 2 }, { "]", 0 }, { "[", 1 }, { "{", 1 }, { "{,}", 1 }, { "{\"a\"}", 4 }, { "{\"a\" 1}", 5 },
        { "{\"a\":}", 5 }, { "{\"a\":1,}", 7 }, { "{a:1}", 1 }, { "{'a':1}", 1 }, { "{\"a\":1 \"b\":2}", 7 },
        { "{1:2}", 1 }, { "[1]]", 3 }, { "{}x", 2 }, { "// c\n1", 0 }, { "[1/**/]", 2 }, { "\"abc", 4 },
        { "\"a\nb\"", 2 }, { "\"\t\"", 1 }, { "\"0123456789\x1f\"", 11 }, { "\"\\x41\"", 1 }, { "\"\\u12g4\"", 1 },
        { "\"\\u12\"", 1 }, { "\"\\", 2 }, { "\"\\\"", 3 }, { "\"\\\xc3\xa9\"", 1 }, { "\"\\ud800\"", 1 },
        { "\"\\udc00\"", 1 }, { "\"\\ud800\\u0041\"", 1 }, { "\"\\ud800\\ud800\"", 1 }, { "\"\\ud83d\\n\"", 1 },
        { "\"a\xff\"", 2 }, { "\"\xc0\x80\"", 1 }, { "\"\xed\xa0\x80\"", 1 }, { "\"01234567\xe2\x82\"", 9 },
        { "\"\xf4\x90\x80\x80\"", 1 }, { "\xef\xbb\xbf{}", 0 }, { "\xff", 0 }, { "1e999", 0 }, { "[-1e999]", 1 },
        { "\xc2\xa0" "1", 0 }, { "[1\f]", 2 }, { "{\"a\":1,\"b\":2,\"a\":3}", 13 }, { "{\"a\":1,\"\\u0061\":3}", 7 },
        { "[{\"\":1,\n\"\":2}]", 8 }, { "{\"a\":1,\"a\":!}", 7 }, { "tru", 0 }, { "truex", 4 }, { "{\"a\":1", 6 },
        { "{\"a\"", 4 }, { "{\"a\":", 5 }, { "{\"a\":1,", 7 }, { "[1,", 3 },
    };
    for (size_t i = 0; i < sizeof s / sizeof *s; i++)
        bad(span_str(s[i].text), ERR_FORMAT, s[i].byte);
    bad(span_of("\0", 1), ERR_FORMAT, 0);
    bad(span_of("1\0", 2), ERR_FORMAT, 1);
    bad(span_of("\"a\0b\"", 5), ERR_FORMAT, 2);
    bad(SPAN_NONE, ERR_FORMAT, 0);
    const struct val *v;
    struct err e;
    EQ(parse(span_str("\xef\xbb\xbf{}"), NULL, &v, &e), ERR_FORMAT);
    STR(e.msg, "byte order mark before the text");
}

/* Every byte at every place of a long string: the eight-byte steps must miss none. */
TEST(each_byte_is_judged_at_each_place)
{
    for (int c = 0; c < 256; c++)
        for (size_t at = 1; at < 30; at++) {
            char text[] = "\"abcdefghijklmnopqrstuvwxyz01234\"";
            struct span in = span_of(text, sizeof text - 1);
            text[at] = (char)c;
            if (c == '"')
                bad(in, ERR_FORMAT, at + 1);
            else if (c == '\\' && !strchr("bfnrt", text[at + 1]))
                bad(in, ERR_FORMAT, at);
            else if (c < 0x20 || c >= 0x80)
                bad(in, ERR_FORMAT, at);
            else
                EQ(good(text)->str.n, c == '\\' ? sizeof text - 4 : sizeof text - 3);
        }
}

TEST(a_duplicate_is_refused_in_large_maps_too)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_char(&b, '{');
    for (int i = 0; i < 1000; i++)
        buf_fmt(&b, "\"k%d\":%d,", i, i);
    uint64_t at = b.n;
    buf_str(&b, "\"k500\":0}");
    bad(buf_view(&b), ERR_FORMAT, at);
    b.p[at + 2] = 'x';
    YES(val_get(good(buf_text(&b)), "kx00") != NULL && val_get(good(buf_text(&b)), "k499") != NULL);
    buf_fini(&b);
}

TEST(limits_hold_to_the_unit)
{
    const struct val *v;
    struct err e;
    const struct val_limits lim = { .max_bytes = 12, .max_depth = 2, .max_values = 4 };
    EQ(parse(span_str("[[1],  [2]] "), &lim, &v, &e), ERR_LIMIT);   /* five values */
    EQ(e.pos, 8);
    EQ(parse(span_str("[[1], [  ]] "), &lim, &v, &e), 0);
    EQ(parse(span_str("[[1], [  ]]  "), &lim, &v, &e), ERR_LIMIT);  /* 13 bytes */
    EQ(parse(span_str("[[[]]]"), &lim, &v, &e), ERR_LIMIT);
    EQ(e.pos, 2);
    EQ(parse(span_str("[{\"a\":[]}]"), &lim, &v, &e), ERR_LIMIT);
    const struct val_limits flat = { .max_bytes = 12, .max_depth = 0, .max_values = 1 };
    EQ(parse(span_str("7"), &flat, &v, &e), 0);
    EQ(parse(span_str("[]"), &flat, &v, &e), ERR_LIMIT);
    char deep[2 * 200000];
    memset(deep, '[', sizeof deep / 2);
    memset(deep + sizeof deep / 2, ']', sizeof deep / 2);
    bad(span_of(deep, sizeof deep), ERR_LIMIT, 128);
    EQ(parse(span_of(deep + 200000 - 128, 256), NULL, &v, &e), 0);
    const struct val_limits no_floor = { .max_bytes = SIZE_MAX, .max_depth = UINT32_MAX, .max_values = SIZE_MAX };
    EQ(json_parse(span_of(deep, sizeof deep), &no_floor, &arena, &v, &e), 0);  /* no C stack is used */
}

TEST(the_writer_writes_stable_valid_json)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    struct json_out j = { .b = &b };
    json_open(&j, NULL, '{');
    json_string(&j, "s", "a\"\\\n\x1b\x7f\xc2\x9b \xc3\xa9");
    json_text(&j, "t", span_of("\0\xff\xed\xa0\x80", 5));
    json_string(&j, "none", NULL);
    json_open(&j, "list", '[');
    json_integer(&j, NULL, INT64_MIN);
    json_unsigned(&j, NULL, UINT64_MAX);
    json_number(&j, NULL, 2.5, 2);
    json_number(&j, NULL, -0.001, 2);
    json_number(&j, NULL, 0.1, -1);
    json_number(&j, NULL, (double)NAN, 2);
    json_number(&j, NULL, 1e300 * 1e300, 2);
    json_boolean(&j, NULL, true);
    json_open(&j, NULL, '{');
    json_close(&j, '}');
    json_open(&j, NULL, '[');
    json_close(&j, ']');
    json_close(&j, ']');
    json_null(&j, "a\"b");
    json_close(&j, '}');
    STR(buf_text(&b),
        "{\n  \"s\": \"a\\\"\\\\\\u000a\\u001b\\u007f\\u009b \xc3\xa9\",\n"
        "  \"t\": \"\\u0000\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\",\n  \"none\": null,\n  \"list\": [\n"
        "    -9223372036854775808,\n    18446744073709551615,\n    2.50,\n    0.00,\n    0.1,\n    null,\n"
        "    null,\n    true,\n    {},\n    []\n  ],\n  \"a\\\"b\": null\n}");
    YES(val_is(val_get(good(buf_text(&b)), "s"), "a\"\\\n\x1b\x7f\xc2\x9b \xc3\xa9"));
    buf_fini(&b);
}

TEST(numbers_are_the_same_in_a_locale_with_commas)
{
    locale_t comma = newlocale(LC_ALL_MASK, "de_DE.UTF-8", (locale_t)0);
    if (!comma)
        ABSENT("no locale with a decimal comma");
    char out[NUM_TEXT_BYTES];
    locale_t old = uselocale(comma);
    double r = good("0.12345678901234567890123")->r;
    size_t n = num_format(2.5, 1, out);
    (void)uselocale(old);
    freelocale(comma);
    YES(r == 0.12345678901234567890123 && n == 3);
    STR(out, "2.5");
}

static const char *const whole[] = {
    "{\"license\": \"apache-2.0\", \"tags\": [\"a\", \"\\u00e9\\ud83d\\ude00\", \"caf\xc3\xa9\"], \"n\": -12.5e-3}",
    "[true, false, null, {\"a\": {\"b\": [[], {}]}}, 9223372036854775807, 1e22]",
    " \"0123456789abcdef\\n\xf0\x9f\x98\x80\" ", "{\"a\":1,\"b\":2,\"c\":3}\n",
};

/* Cut at each byte: only the cuts that leave the whole value, less white space, are accepted. */
TEST(every_cut_is_refused_and_none_crashes)
{
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        size_t n = strlen(whole[i]), value_end = n;
        while (whole[i][value_end - 1] == ' ' || whole[i][value_end - 1] == '\n')
            value_end--;
        for (size_t cut = 0; cut <= n; cut++) {
            const struct val *v;
            struct err e;
            EQ(parse(span_of(whole[i], cut), NULL, &v, &e), cut < value_end ? ERR_FORMAT : 0);
        }
    }
}

TEST(no_memory_is_an_error_and_leaks_nothing)
{
    struct buf b;
    buf_init(&b, 1 << 22);
    buf_str(&b, "[");
    for (int k = 0; k < 40; k++) {              /* several blocks, tables and stacks */
        buf_fmt(&b, "%s{\"long\":\"%0*d\\n\"", k ? "," : "", k * 2000, k);
        for (int i = 0; i < 70; i++)
            buf_fmt(&b, ",\"key %d\":[%d.5]", i, i);
        buf_char(&b, '}');
    }
    buf_char(&b, ']');
    size_t n = 1;
    for (;; n++) {
        struct arena a;
        struct err e = { 0 };
        const struct val *v = NULL;
        arena_init(&a, 64 << 20);
        fault_alloc_at(n);
        int rc = json_parse(buf_view(&b), NULL, &a, &v, &e);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        EQ(rc, hit ? ERR_MEMORY : 0);
        EQ(e.code, rc);
        YES((v == NULL) == hit);
        if (!hit)
            break;
    }
    YES(n > 10);
    for (size_t max = 0;; max++) {             /* the ceiling of the arena, at each byte */
        struct arena a;
        const struct val *v = NULL;
        arena_init(&a, max);
        int rc = json_parse(span_str(whole[0]), NULL, &a, &v, NULL);
        arena_fini(&a);
        YES(rc == ERR_MEMORY || rc == 0);
        if (rc == 0)
            break;
    }
    buf_fini(&b);
}

/* ---- libjansson, the peer ------------------------------------------------------------------ */

struct peer_json { int type; volatile size_t refs; };       /* the head of json_t, part of its ABI */
enum { PEER_OBJECT, PEER_ARRAY, PEER_STRING, PEER_INTEGER, PEER_REAL, PEER_TRUE, PEER_FALSE, PEER_NULL };
enum { REJECT_DUPLICATES = 1, DECODE_ANY = 4, ALLOW_NUL = 16, PEER_DEPTH = 2048 };

static struct {
    struct peer_json *(*loadb)(const char *, size_t, size_t, void *);
    void (*delete)(struct peer_json *);
    void *(*iter)(struct peer_json *);
    void *(*next)(struct peer_json *, void *);
    const char *(*key)(void *);
    struct peer_json *(*value)(void *);
    size_t (*array_size)(const struct peer_json *), (*length)(const struct peer_json *);
    struct peer_json *(*array_get)(const struct peer_json *, size_t);
    const char *(*string)(const struct peer_json *);
    long long (*integer)(const struct peer_json *);
    double (*real)(const struct peer_json *);
} peer;

static bool load_peer(void)
{
    static const char *const names[] = {
        "json_loadb", "json_delete", "json_object_iter", "json_object_iter_next", "json_object_iter_key",
        "json_object_iter_value", "json_array_size", "json_string_length",
        "json_array_get", "json_string_value", "json_integer_value", "json_real_value",
    };
    void *lib = dlopen("libjansson.so.4", RTLD_NOW | RTLD_LOCAL), *found[sizeof names / sizeof *names];
    for (size_t i = 0; lib && i < sizeof names / sizeof *names; i++) {
        found[i] = dlsym(lib, names[i]);
        if (!found[i])
            return false;
    }
    if (lib)
        memcpy(&peer, found, sizeof peer);
    return lib != NULL;
}

static bool same(const struct val *v, struct peer_json *p)
{
    static const enum val_kind k[] = { VAL_MAP, VAL_LIST, VAL_STR, VAL_INT, VAL_REAL, VAL_BOOL, VAL_BOOL, VAL_NULL };
    if (v->kind != k[p->type])
        return false;
    const struct val *c = v->first;
    switch (p->type) {
    case PEER_OBJECT:
        for (void *i = peer.iter(p); i; i = peer.next(p, i), c = c->next)
            if (!c || !span_is(c->key, peer.key(i)) || !same(c, peer.value(i)))
                return false;
        return c == NULL;
    case PEER_ARRAY:
        for (size_t i = 0; i < peer.array_size(p); i++, c = c->next)
            if (!c || !same(c, peer.array_get(p, i)))
                return false;
        return c == NULL;
    case PEER_STRING: return span_eq(v->str, span_of(peer.string(p), peer.length(p)));
    case PEER_INTEGER: return v->i == peer.integer(p);
    case PEER_REAL: return v->r == peer.real(p) && !signbit(v->r) == !signbit(peer.real(p));
    default: return p->type == PEER_NULL || v->b == (p->type == PEER_TRUE);
    }
}

/* What we take and jansson does not: integers beyond 64 bits, and keys that hold a NUL. Depth is
 * the same for both here. There is no difference the other way round. */
static bool beyond_peer(const struct val *v)
{
    if (v->kind == VAL_REAL && !strpbrk(val_str(v), ".eE"))
        return true;
    bool found = v->key.n && memchr(v->key.p, 0, v->key.n);
    for (const struct val *c = v->first; c && !found; c = c->next)
        found = beyond_peer(c);
    return found;
}

struct tally { size_t n, accepted, beyond; };

static void compare(struct span text, struct tally *t)
{
    const struct val_limits lim = { .max_bytes = SIZE_MAX, .max_depth = PEER_DEPTH, .max_values = SIZE_MAX };
    const struct val *v;
    struct err e;
    char message[1024];
    int rc = parse(text, &lim, &v, &e);
    struct peer_json *p = peer.loadb((const char *)text.p, text.n, REJECT_DUPLICATES | DECODE_ANY | ALLOW_NUL,
                                     message);
    bool beyond = !rc && !p && beyond_peer(v);
    if ((rc == 0) != (p != NULL) && !beyond)
        fail_msg("we: %s (%d), jansson: %s: %.*s", e.msg, rc, p ? "fine" : "refused", SPAN_ARG(text));
    if (p && !same(v, p))
        fail_msg("read differently: %.*s", SPAN_ARG(text));
    if (p && --p->refs == 0)
        peer.delete(p);
    t->n++;
    t->accepted += rc == 0;
    t->beyond += beyond;
    arena_reset(&arena);
}

static uint64_t seed;

static uint32_t roll(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 20) % n;
}

#define PICK(words) words[roll(sizeof words / sizeof *words)]

static void make_space(struct buf *b)
{
    static const char *const space[] = { "", "", "", " ", "\n", "\t ", "\r\n  ", "         \n" };
    buf_str(b, PICK(space));
}

static void make_string(struct buf *b)
{
    static const char *const parts[] = { "a", "B", "xyz", "0123456789", "\xc3\xa9", "\xe6\xa8\xa1", "\xf0\x9f\x98\x80",
        "\\n", "\\\"", "\\\\", "\\/", "\\u0041", "\\u00e9", "\\ud83d\\ude00", "\\u0000", " ", "\x7f", "key" };
    buf_char(b, '"');
    for (uint32_t i = roll(5); i > 0; i--)
        buf_str(b, PICK(parts));
    buf_char(b, '"');
}

static void make_number(struct buf *b)
{
    static const char *const odd[] = { "0", "-0", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
        "1e22", "1e23", "1.7976931348623157e308", "1e309", "5e-324", "1e-400", "0.1", "9007199254740993.0", "-0.0" };
    if (roll(4) == 0) {
        buf_str(b, PICK(odd));
    } else {                                    /* one roll a statement: the same with every compiler */
        buf_str(b, roll(2) ? "-" : "");
        buf_fmt(b, "%u", roll(1u << (1 + roll(30))));
    }
    if (roll(3) == 0) {
        int digits = 1 + (int)roll(20);
        buf_fmt(b, ".%0*u", digits, roll(1u << 30));
    }
    if (roll(4) == 0) {
        buf_char(b, roll(2) ? 'e' : 'E');
        buf_str(b, roll(2) ? "-" : "+");
        buf_fmt(b, "%u", roll(roll(2) ? 25 : 330));
    }
}

static void make_value(struct buf *b, unsigned depth)
{
    static const char *const words[] = { "true", "false", "null" };
    uint32_t kind = roll(depth < 5 ? 6 : 3);
    make_space(b);
    if (kind == 0)
        buf_str(b, PICK(words));
    else if (kind == 1)
        make_number(b);
    else if (kind == 2)
        make_string(b);
    else {
        bool map = kind < 5;
        buf_char(b, map ? '{' : '[');
        for (uint32_t i = 0, n = roll(roll(8) ? 5 : 24); i < n; i++) {
            if (i)
                buf_char(b, ',');
            if (map) {
                make_space(b);
                make_string(b);
                make_space(b);
                buf_char(b, ':');
            }
            make_value(b, depth + 1);
        }
        make_space(b);
        buf_char(b, map ? '}' : ']');
    }
    make_space(b);
}

static void mutate(struct buf *b)
{
    static const char *const bits[] = { ",", ":", "[", "]", "{", "}", "\"", "\\", "\\u", "\\ud800", "0", "-", ".", "e9",
        "\xff", "\xc3", "\xed\xa0\x80", "\x01", "\n", "nul", "true", "\"a\":1,", "\xef\xbb\xbf", "//",
        "99999999999999999999" };
    for (uint32_t i = roll(3); b->n && i < 3; i++) {
        size_t at = roll((uint32_t)b->n), n = roll(3) ? 1 : roll((uint32_t)(b->n - at)) % 16;
        const char *bit = PICK(bits);
        struct buf made;
        buf_init(&made, 1 << 20);
        buf_add(&made, b->p, at);
        switch (roll(5)) {
        case 0: buf_char(&made, (char)roll(256)); break;
        case 1: buf_str(&made, bit); n = 0; break;
        case 2: buf_str(&made, bit); break;
        case 3: n = roll(4) ? n : b->n - at; break;
        default: buf_add(&made, b->p + at, n); n = 0; break;
        }
        buf_add(&made, b->p + at + n, b->n - at - n);
        buf_fini(b);
        *b = made;
    }
}

TEST(made_and_mutated_documents_are_read_as_jansson_reads_them)
{
    if (!load_peer())
        ABSENT("libjansson.so.4 is not installed");
    struct tally t = { 0 };
    seed = 0x9e3779b97f4a7c15;
    while (t.n < 120000) {
        struct buf b;
        buf_init(&b, 1 << 20);
        make_value(&b, 0);
        compare(buf_view(&b), &t);
        for (int i = 0; i < 2; i++) {
            mutate(&b);
            compare(buf_view(&b), &t);
        }
        buf_fini(&b);
    }
    printf("# %zu documents, %zu accepted, %zu beyond jansson\n", t.n, t.accepted, t.beyond);
    YES(t.accepted > t.n / 4 && t.accepted < t.n * 3 / 4 && t.beyond > 0 && t.beyond < t.n / 10);
}

static struct tally real_files;

static int compare_file(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
    struct arena a;
    struct span s;
    const char *dot = strrchr(path + walk->base, '.');
    if (kind != FTW_F || !dot || strcmp(dot, ".json") != 0 || st->st_size > 4 << 20)
        return 0;
    arena_init(&a, 16 << 20);
    EQ(fs_read(path, 8 << 20, &a, &s, NULL), 0);
    compare(s, &real_files);
    arena_fini(&a);
    return 0;
}

TEST(real_files_are_read_as_jansson_reads_them)
{
    if (!load_peer())
        ABSENT("libjansson.so.4 is not installed");
    char path[4200];
    (void)snprintf(path, sizeof path, "%s/tests/corpus/json", dir_of("ASSAY_SOURCE"));
    EQ(nftw(path, compare_file, 16, FTW_PHYS), 0);
    YES(real_files.n >= 12);
    if (nftw(dir_of("ASSAY_SHARED"), compare_file, 16, FTW_PHYS))
        ABSENT("the shared data is not here");
    printf("# %zu files, %zu accepted, %zu beyond jansson\n", real_files.n, real_files.accepted, real_files.beyond);
    YES(real_files.accepted > 100);
}

int main(void)
{
#define HERE(name) cmocka_unit_test_setup_teardown(name, begin, end)
    return RUN(HERE(scalars_have_their_kind_value_and_text), HERE(strings_are_decoded),
               HERE(positions_point_at_the_source), HERE(malformed_text_is_refused_with_its_byte),
               HERE(each_byte_is_judged_at_each_place),
               HERE(a_duplicate_is_refused_in_large_maps_too), HERE(limits_hold_to_the_unit),
               HERE(the_writer_writes_stable_valid_json),
               HERE(numbers_are_the_same_in_a_locale_with_commas),
               HERE(every_cut_is_refused_and_none_crashes), HERE(no_memory_is_an_error_and_leaks_nothing),
               HERE(made_and_mutated_documents_are_read_as_jansson_reads_them),
               HERE(real_files_are_read_as_jansson_reads_them));
}
