// SPDX-License-Identifier: Apache-2.0
/* Templates known by their digests: what counts as another one, and where it begins to be. */
#include "tests/support/check.h"

#include <dirent.h>
#include "base/buf.h"
#include "base/sha256.h"
#include "scan/template_known.h"
#include "tests/support/faults.h"

extern const unsigned char assay_templates[], assay_templates_end[];

static struct arena arena;

static int open_arena(void **state)
{
    (void)state;
    arena_init(&arena, 256 << 20);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static struct template_parts parts_of(struct span text)
{
    const struct jinja_options opt = { .trim_blocks = true, .lstrip_blocks = true };
    const struct jinja_node *root;
    struct template_parts parts;
    EQ(jinja_parse(text, opt, &arena, &root, NULL), 0);
    EQ(template_parts(root, &arena, &parts, NULL), 0);
    return parts;
}

/* A list of one line, as tools/template-list writes it. */
static struct span list_of(const char *name, const char *text)
{
    struct buf b;
    uint8_t digest[SHA256_BYTES];
    struct template_parts parts = parts_of(span_str(text));
    EQ(template_digest(span_str(text), digest, NULL), 0);
    buf_init(&b, 1 << 20);
    buf_fmt(&b, "# comment\n%s\t", name);
    for (size_t i = 0; i < SHA256_BYTES; i++)
        buf_fmt(&b, "%02x", digest[i]);
    buf_char(&b, '\t');
    for (size_t i = 0; i < parts.n; i++)
        buf_fmt(&b, "%016llx", (unsigned long long)parts.items[i].hash);
    buf_char(&b, '\n');
    char *copy = arena_strn(&arena, b.p, b.n);
    size_t n = b.n;
    YES(copy != NULL);
    buf_fini(&b);
    return span_of(copy, n);
}

/* "same", "2 new at 14, 1 missing", or "none". */
static const char *found(struct span list, const char *text)
{
    static char out[100];
    struct template_match m;
    uint8_t digest[SHA256_BYTES];
    struct template_parts parts = parts_of(span_str(text));
    EQ(template_digest(span_str(text), digest, NULL), 0);
    if (!template_find(list, digest, &parts, &m))
        return "none";
    YES(span_is(m.name, "one"));
    if (m.same)
        return "same";
    (void)snprintf(out, sizeof out, "%zu new at %u, %zu missing", m.n_new, m.n_new ? m.new_at : 0, m.n_missing);
    return out;
}

TEST(plain_sha256_is_sha256)
{
    static uint8_t bytes[300];
    for (size_t n = 0; n <= sizeof bytes; n++) {
        char want[SHA256_HEX_BYTES], got[SHA256_HEX_BYTES];
        uint8_t digest[SHA256_BYTES];
        if (n)
            bytes[n - 1] = (uint8_t)(n * 37);
        EQ(sha256_hex(span_of(bytes, n), want, NULL), 0);
        sha256_plain(span_of(bytes, n), digest);
        for (size_t i = 0; i < SHA256_BYTES; i++)
            (void)snprintf(got + 2 * i, 3, "%02x", digest[i]);
        STR(got, want);
    }
}

#define HEAD "{% for m in messages %}\n<s>{{ m['role'] }}\n"
#define TAIL "{{ m.content }}</s>\n{% endfor %}\n{% if add_generation_prompt %}<s>assistant{% endif %}"

TEST(white_space_comments_and_quotes_are_no_difference)
{
    struct span list = list_of("one", HEAD TAIL);
    STR(found(list, HEAD TAIL), "same");
    STR(found(list, HEAD TAIL "\n\n"), "same");
    STR(found(list, "{% for m in messages %}\r\n<s>{{ m['role'] }}\r\n" TAIL), "same");
    STR(found(list, "{# who #}" HEAD TAIL), "0 new at 0, 0 missing");
    STR(found(list, "{%- for m in messages -%}  <s>{{ m[\"role\"] }} " TAIL), "0 new at 0, 0 missing");
}

TEST(what_is_added_and_what_is_gone_is_counted_and_found)
{
    struct span list = list_of("one", HEAD TAIL);
    STR(found(list, HEAD "{{ note }}" TAIL), "1 new at 43, 0 missing");
    STR(found(list, "{% set x = 1 %}" HEAD "{{ note }}" TAIL), "2 new at 3, 0 missing");
    STR(found(list, "{% for m in messages if m.x %}\n<s>{{ m['role'] }}\n" TAIL), "1 new at 3, 1 missing");
    STR(found(list, HEAD "{{ m.content }}</s>\n{% endfor %}"), "0 new at 0, 2 missing");
    STR(found(list, HEAD HEAD TAIL "{% endfor %}"), "3 new at 46, 0 missing");
    STR(found(list, "{% if '1' == 1 %}{{ m.a }}{% endif %}"), "none");
    STR(found(list, "{{ bos_token }}{% for x in y %}{{ x }}{% endfor %}"), "none");
    STR(found(list, ""), "none");
}

TEST(parts_are_told_apart_by_all_that_they_are)
{
    static const char *const texts[] = {
        "{{ a.b }}", "{{ a['b'] }}", "{{ a|b }}", "{{ a is b }}", "{{ a is not b }}", "{{ a(b) }}", "{{ a ~ b }}", "{{ a + b }}",
        "{{ ab }}", "{{ 'ab' }}", "ab", "{{ a, b }}", "{{ [a, b] }}", "{{ (a, b) }}x", "{% set a = b %}", "{% set b = a %}",
        "{% do a(b) %}", "{{ a if b }}", "{{ b if a }}", "{{ a[b:] }}", "{{ a[:b] }}", "{{ a(b=1) }}", "{{ a(*b) }}", "{{ a(**b) }}",
        "{{ 1 }}", "{{ '1' }}", "{{ 1.0 }}", "{{ true }}", "{{ none }}", "{% if a %}{% endif %}", "{% for a in b %}{% endfor %}",
        "{% macro a(b) %}{% endmacro %}", "{% macro a(b=1) %}{% endmacro %}", "{% block a %}{% endblock %}",
        "{% filter a %}{% endfilter %}", "{% generation %}{% endgeneration %}", "{% include 'a' %}", "{% import 'a' as b %}",
    };
    uint64_t seen[sizeof texts / sizeof *texts];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct template_parts parts = parts_of(span_str(texts[i]));
        YES(parts.n >= 1);
        seen[i] = parts.n > 1 && strcmp(texts[i], "{{ (a, b) }}x") != 0 ? parts.items[0].hash ^ parts.items[1].hash : parts.items[0].hash;
        for (size_t k = 0; k < i; k++)
            YES(seen[k] != seen[i] || strcmp(texts[i], "{{ (a, b) }}x") == 0);
    }
}

TEST(the_list_is_well_formed)
{
    struct span list = span_of(assay_templates, (size_t)(assay_templates_end - assay_templates));
    size_t n = 0;
    while (list.n) {
        const uint8_t *end = memchr(list.p, '\n', list.n);
        YES(end != NULL);
        struct span line = span_sub(list, 0, (size_t)(end - list.p));
        list = span_sub(list, line.n + 1, list.n);
        if (line.p[0] == '#')
            continue;
        const uint8_t *one = memchr(line.p, '\t', line.n);
        YES(one && line.n > (size_t)(one - line.p) + 1 + 64 + 1 + 16);
        YES(one[65] == '\t');
        struct span hex = span_sub(line, (size_t)(one - line.p) + 66, line.n);
        EQ(hex.n % 16, 0);
        for (size_t i = 0; i < hex.n; i++)
            YES(strchr("0123456789abcdef", hex.p[i]) != NULL);
        for (size_t i = 16; i < hex.n; i += 16)
            YES(memcmp(hex.p + i - 16, hex.p + i, 16) <= 0);
        n++;
    }
    YES(n >= 46);
}

/* The text itself, and with a statement put in: each real one finds itself and no other. */
static void find_itself(const char *stem, struct span text)
{
    static const char added[] = "{% if zzz %}{{ yyy }}{% endif %}";
    struct template_match m;
    uint8_t digest[SHA256_BYTES];
    struct template_parts parts = parts_of(text);
    EQ(template_digest(text, digest, NULL), 0);
    YES(template_find(SPAN_NONE, digest, &parts, &m));
    YES(m.same && memmem(m.name.p, m.name.n, stem, strlen(stem)));
    char *more = arena_text(&arena, text.n + sizeof added);
    YES(more != NULL);
    memcpy(more, text.p, text.n);
    memcpy(more + text.n, added, sizeof added - 1);
    struct span with = span_of(more, text.n + sizeof added - 1);
    parts = parts_of(with);
    EQ(template_digest(with, digest, NULL), 0);
    YES(template_find(SPAN_NONE, digest, &parts, &m));
    NOT(m.same);
    YES(memmem(m.name.p, m.name.n, stem, strlen(stem)) != NULL);
    EQ(m.n_new, 2);
    EQ(m.new_at, text.n + strlen("{% if "));
    EQ(m.n_missing, 0);
}

TEST(every_real_template_finds_itself)
{
    char path[4096];
    int n = 0;
    (void)snprintf(path, sizeof path, "%s/data/templates", dir_of("ASSAY_SHARED"));
    DIR *d = opendir(path);
    if (!d)
        SKIP("no folder of real templates");
    for (const struct dirent *x; (x = readdir(d)) != NULL;) {
        static char bytes[1 << 20];
        char stem[256];
        if (!strstr(x->d_name, ".jinja"))
            continue;
        (void)snprintf(path, sizeof path, "%s/data/templates/%s", dir_of("ASSAY_SHARED"), x->d_name);
        FILE *f = fopen(path, "rb");
        YES(f != NULL);
        size_t size = fread(bytes, 1, sizeof bytes, f);
        (void)fclose(f);
        (void)snprintf(stem, sizeof stem, "%.*s", (int)(strlen(x->d_name) - 6), x->d_name);
        find_itself(stem, span_of(bytes, size));
        n++;
    }
    (void)closedir(d);
    YES(n >= 48);
}

TEST(every_allocation_may_fail)
{
    const struct jinja_options opt = { .trim_blocks = true, .lstrip_blocks = true };
    const struct jinja_node *root;
    EQ(jinja_parse(span_str(HEAD TAIL), opt, &arena, &root, NULL), 0);
    for (size_t i = 1;; i++) {
        struct arena a;
        struct template_parts parts;
        uint8_t digest[SHA256_BYTES];
        arena_init(&a, 1 << 20);
        fault_alloc_at(i);
        int rc = template_digest(span_str(HEAD TAIL), digest, NULL);
        if (!rc)
            rc = template_parts(root, &a, &parts, NULL);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        EQ(rc, hit ? ERR_MEMORY : 0);
        if (!hit)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(plain_sha256_is_sha256), CASE(white_space_comments_and_quotes_are_no_difference),
        CASE(what_is_added_and_what_is_gone_is_counted_and_found), CASE(parts_are_told_apart_by_all_that_they_are),
        CASE(the_list_is_well_formed), CASE(every_real_template_finds_itself), CASE(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
