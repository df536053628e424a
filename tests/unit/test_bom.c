// SPDX-License-Identifier: Apache-2.0
/* Bills of materials: quotes, digests, no allocation failure lost, the same bytes. */
#include "tests/support/check.h"

#include <sys/stat.h>
#include <unistd.h>
#include "base/fs.h"
#include "base/json.h"
#include "passport/bom_int.h"
#include "passport/cyclonedx.h"
#include "passport/mot_export.h"
#include "passport/spdx3.h"
#include "tests/support/faults.h"

static char folder[64];
static struct arena arena;
static struct check check;

static const char card[] =
    "---\nlicense: MIT AND (Apache-2.0 OR BSD-3-Clause)\nbase_model: meta-llama/Llama-3.1-8B\n"
    "datasets: [ms_marco, a/b]\npipeline_tag: image-text-to-text\nmodel-index:\n- results:\n"
    "  - dataset: {type: d, split: s}\n    metrics: [{type: acc, value: 1.5}, {name: f1, value: 2}, {type: none}]\n---\n"
    "# A model\n\nMade for  reading\n\t\"texts\".\n\n## Limits\n\nIt is \xff small.\n";

static void put_file(const char *name, const void *bytes, size_t n)
{
    FILE *f = fopen(fs_join(&arena, folder, name), "wb");
    assert_non_null(f);
    EQ(fwrite(bytes, 1, n, f), n);
    EQ(fclose(f), 0);
}

static const struct evidence *passage(const char *words)
{
    const char *at = strstr(card, words);
    assert_non_null(at);
    size_t from = (size_t)(at - card);
    return evidence_of(&arena, "README.md", span_of(card, sizeof card - 1), from, from + strlen(words), true);
}

static void answer(enum card_topic t, enum topic_state state, const char *words)
{
    const struct evidence **list = arena_array(&arena, 1, sizeof *list);
    assert_non_null(list);
    list[0] = passage(words);
    check.topics.items[t] = (struct topic){ .state = state, .why = "said", .evidence = list, .n_evidence = 1 };
}

static int make_check(void **state)
{
    (void)state;
    struct span own;
    struct use use;
    struct err e = { 0 };
    (void)snprintf(folder, sizeof folder, "/tmp/assay-unit-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    arena_init(&arena, (size_t)1 << 30);
    EQ(fs_read(fs_join(&arena, dir_of("ASSAY_SOURCE"), "LICENSE"), 1 << 20, &arena, &own, NULL), 0);
    put_file("LICENSE", own.p, own.n);
    put_file("README.md", card, sizeof card - 1);
    use_init(&use);
    struct check_options opt = { .use = &use, .today = "2026-01-01" };
    EQ(check_model(folder, &opt, &arena, &check, &e), 0);
    card_topics_none(&check.topics);                   /* what follows is said by hand */
    check.topics.has_card = true;
    answer(TOPIC_INTENDED_USE, TOPIC_ANSWERED, "Made for  reading\n\t\"texts\".");
    answer(TOPIC_LIMITATIONS, TOPIC_PARTLY, "It is \xff small.");
    answer(TOPIC_RISKS_BIAS, TOPIC_PARTLY, "small");
    answer(TOPIC_ENERGY, TOPIC_ANSWERED, "A model");
    answer(TOPIC_TRAINING, TOPIC_SILENT, "Limits");
    return 0;
}

static int drop_check(void **state)
{
    (void)state;
    (void)unlink(fs_join(&arena, folder, "LICENSE"));
    (void)unlink(fs_join(&arena, folder, "README.md"));
    int rc = rmdir(folder);
    check_fini(&check);
    arena_fini(&arena);
    return rc;
}

static int write_bills(struct buf *out, struct err *e)
{
    struct bom_options o = { .version = "1", .date = "2026-01-01", .cyclonedx_minor = 7 };
    int rc = cyclonedx_write(&check, &o, out, e);
    o.cyclonedx_minor = 6;
    o.date = NULL;
    if (!rc)
        rc = cyclonedx_write(&check, &o, out, e);
    if (!rc)
        rc = spdx3_write(&check, &o, out, e);
    return rc;
}

static int write_listing(struct buf *out, struct err *e)
{
    return mot_export(&check, out, e);
}

static void fail_each_allocation(int (*write)(struct buf *out, struct err *e))
{
    struct buf out;
    buf_init(&out, 1 << 24);
    for (size_t n = 1;; n++) {
        struct err e = { 0 };
        buf_fini(&out);
        buf_init(&out, 1 << 24);
        fault_alloc_at(n);
        int rc = write(&out, &e);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        if (!hit) {
            EQ(rc, 0);
            break;
        }
        if (rc != ERR_MEMORY)
            fail_msg("allocation %zu: %s %s", n, err_name(rc), e.msg);
    }
    buf_fini(&out);
}

/* The arena gives out memory without asking for more: a ceiling makes its own refusals happen. */
static void refuse_room(int (*write)(struct buf *out, struct err *e), size_t part)
{
    struct buf want, got;
    size_t ceiling = arena.max_bytes, n_refused = 0;
    buf_init(&want, 1 << 24);
    buf_init(&got, 1 << 24);
    EQ(write(&want, NULL), 0);
    for (size_t room = 0;; room += 48 + room / part) {
        buf_reset(&got);
        arena.max_bytes = arena.used_bytes + room;
        int rc = write(&got, NULL);
        arena.max_bytes = ceiling;
        if (!rc)
            break;
        n_refused++;
        if (rc != ERR_MEMORY)
            fail_msg("room for %zu bytes: %s", room, err_name(rc));
    }
    YES(n_refused > 50);
    STR(buf_text(&got), buf_text(&want));
    buf_fini(&want);
    buf_fini(&got);
}

TEST(no_allocation_failure_is_lost)
{
    fail_each_allocation(write_bills);
    fail_each_allocation(write_listing);
}

TEST(no_refusal_of_the_arena_is_lost)
{
    refuse_room(write_bills, 1000);
    refuse_room(write_listing, 16);
}

TEST(a_full_buffer_is_an_error)
{
    struct buf small;
    struct err e = { 0 };
    buf_init(&small, 1000);
    EQ(write_bills(&small, &e), ERR_LIMIT);
    buf_fini(&small);
}

TEST(quotes_are_short_whole_and_clean)
{
    const char *quote;
    EQ(bom_quote(&check, passage("Made for  reading\n\t\"texts\"."), &quote, NULL), 0);
    STR(quote, "Made for reading \"texts\".");
    EQ(bom_quote(&check, passage("It is \xff small."), &quote, NULL), 0);
    STR(quote, "It is \xef\xbf\xbd small.");
    EQ(bom_quote(&check, passage("\n\t"), &quote, NULL), 0);
    YES(quote == NULL);
    EQ(bom_quote(&check, NULL, &quote, NULL), 0);
    YES(quote == NULL);
    struct evidence off = *passage("small");
    off.byte_to = sizeof card;                  /* one past the end */
    EQ(bom_quote(&check, &off, &quote, NULL), 0);
    YES(quote == NULL);
    off.path = "catalogue:families.yaml";
    EQ(bom_quote(&check, &off, &quote, NULL), 0);
    YES(quote == NULL);
    const struct evidence *license = evidence_of(&arena, "LICENSE", gather_bytes(&check.gather, "LICENSE"), 0, 5000, true);
    EQ(bom_quote(&check, license, &quote, NULL), 0);
    YES(strlen(quote) <= BOM_QUOTE_MAX && strlen(quote) > BOM_QUOTE_MAX - 8);
    STR(quote + strlen(quote) - 3, "...");
}

static void holds(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in the document", part);
}

TEST(the_card_speaks_where_it_was_judged_to_answer)
{
    struct buf out;
    struct bom_metrics m;
    struct bom_options o = { .version = "1", .cyclonedx_minor = 7 };
    buf_init(&out, 1 << 24);
    EQ(cyclonedx_write(&check, &o, &out, NULL), 0);
    holds(buf_text(&out), "\"useCases\": [\n            \"Made for reading \\\"texts\\\".\"");
    holds(buf_text(&out), "\"technicalLimitations\": [\n            \"It is \xef\xbf\xbd small.\"");
    holds(buf_text(&out), "\"assay:card.energy.quote\"");
    buf_reset(&out);
    EQ(spdx3_write(&check, &o, &out, NULL), 0);
    holds(buf_text(&out), "\"ai_limitation\": \"It is");
    holds(buf_text(&out), "\"ai_informationAboutApplication\": \"Made for reading");
    NOT(strstr(buf_text(&out), "ai_informationAboutTraining") != NULL);        /* silent, though it has a passage */
    EQ(bom_metrics(&check, &m, NULL), 0);
    EQ(m.n, 2);
    STR(m.items[0].slice, "d, s");
    STR(m.items[1].type, "f1");
    STR(m.items[1].value, "2");
    buf_fini(&out);
}

TEST(the_model_digest_needs_every_file)
{
    const char *one, *two;
    EQ(bom_model_digest(&check, &one, NULL), 0);
    YES(one && strlen(one) == 64);
    const char *kept = check.model.files[0].sha256;
    check.model.files[0].sha256 = NULL;
    EQ(bom_model_digest(&check, &two, NULL), 0);
    YES(two == NULL);
    check.model.files[0].sha256 = kept;
}

TEST(a_uuid_follows_the_content)
{
    struct buf one, two;
    struct bom_options o = { .version = "1", .cyclonedx_minor = 7 };
    buf_init(&one, 1 << 24);
    buf_init(&two, 1 << 24);
    EQ(cyclonedx_write(&check, &o, &one, NULL), 0);
    o.version = "2";
    EQ(cyclonedx_write(&check, &o, &two, NULL), 0);
    const char *a = strstr(buf_text(&one), "urn:uuid:"), *b = strstr(buf_text(&two), "urn:uuid:");
    YES(a && b && strncmp(a, b, 45) != 0);
    EQ(a[9 + 14], '8');                         /* version; then variant */
    YES(strchr("89ab", a[9 + 19]) != NULL);
    buf_fini(&one);
    buf_fini(&two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(no_allocation_failure_is_lost), CASE(no_refusal_of_the_arena_is_lost), CASE(a_full_buffer_is_an_error),
        CASE(quotes_are_short_whole_and_clean), CASE(the_card_speaks_where_it_was_judged_to_answer),
        CASE(the_model_digest_needs_every_file), CASE(a_uuid_follows_the_content),
    };
    return _cmocka_run_group_tests("tests", tests, sizeof tests / sizeof *tests, make_check, drop_check);
}
