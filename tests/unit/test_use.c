// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include "base/buf.h"
#include "license/catalog.h"
#include "license/use.h"
#include "tests/support/faults.h"

static int read_use(const char *yaml, struct use *u, struct err *e)
{
    struct arena a;
    fault_alloc_at(0);
    arena_init(&a, 1u << 20);
    *e = (struct err){ 0 };
    int rc = use_from_yaml(span_str(yaml), &a, u, e);
    arena_fini(&a);
    EQ(e->code, rc);
    return rc;
}

static const char whole[] =
    "# a use\ncommercial: true\ndeployment: hosted\nmodify: no\ntrain_others: yes\nusers_month: 5000\n"
    "users_day: 100\nvisits_month: 70000\nrevenue_year_usd: 0\nrevenue_month_usd: 9223372036854775807\n"
    "arr_usd: 30000000\ncountry: de\nfield: law_enforcement\nmodality: multimodal\ndate: 2026-11-23\n";

TEST(a_whole_use_is_read)
{
    struct use u;
    struct err e;
    EQ(read_use(whole, &u, &e), 0);
    EQ(u.commercial, TRI_YES);
    EQ(u.modify, TRI_NO);
    EQ(u.train_others, TRI_YES);
    EQ(u.deployment, DEPLOY_HOSTED);
    EQ(u.modality, MODALITY_MULTIMODAL);
    EQ(u.numbers[USE_USERS_MONTH], 5000);
    EQ(u.numbers[USE_USERS_DAY], 100);
    EQ(u.numbers[USE_VISITS_MONTH], 70000);
    EQ(u.numbers[USE_REVENUE_YEAR_USD], 0);
    YES(u.numbers[USE_REVENUE_MONTH_USD] == INT64_MAX);
    EQ(u.numbers[USE_ARR_USD], 30000000);
    STR(u.country, "DE");
    STR(u.field, "law_enforcement");
    STR(u.date, "2026-11-23");
}

TEST(what_is_not_given_is_unknown)
{
    static const char *const empty[] = { "", "# nothing\n", "{}", "commercial: unknown\nusers_month: unknown\n" };
    for (size_t i = 0; i < 4; i++) {
        struct use u;
        struct err e;
        EQ(read_use(empty[i], &u, &e), 0);
        EQ(u.commercial, TRI_UNKNOWN);
        EQ(u.deployment, DEPLOY_UNKNOWN);
        EQ(u.modality, MODALITY_UNKNOWN);
        for (int k = 0; k < USE_NUMBERS; k++)
            EQ(u.numbers[k], USE_UNKNOWN);
        STR(u.country, "");
        STR(u.field, "");
        STR(u.date, "");
    }
}

TEST(a_bad_use_is_refused_with_its_line)
{
    static const struct { const char *yaml; unsigned line; } rows[] = {
        { "comercial: true", 1 }, { "commercial: true\ncommercial: false", 2 }, { "commercial: maybe", 1 },
        { "commercial: TRUE", 1 }, { "commercial: 1", 1 }, { "commercial: [true]", 1 }, { "commercial:", 1 },
        { "commercial: true\n\ndeployment: cloud", 3 }, { "users_month: -1", 1 }, { "users_month: 5e3", 1 },
        { "users_month: 5,000", 1 }, { "users_month: 9223372036854775808", 1 }, { "users_month: \"\"", 1 },
        { "users_month: 99999999999999999999", 1 },
        { "users_month: 0x10", 1 }, { "country: XX", 1 }, { "country: Germany", 1 }, { "country: D", 1 },
        { "country: \"D \"", 1 }, { "country: A A", 1 }, { "field: Medical", 1 }, { "field: astrology", 1 }, { "modality: smell", 1 },
        { "date: 2026-02-29", 1 }, { "date: 26-02-20", 1 }, { "date: 2026-13-01", 1 }, { "date: 2026-00-10", 1 },
        { "date: 2026-11-23T00:00", 1 }, { "date: 2026-11-31", 1 }, { "- commercial", 1 }, { "commercial", 1 },
        { "arr: 1\narr_usd: 1", 2 }, { "commercial: true\n\"users\\0month\": 1", 2 }, { "a: [", 1 },
        { "commercial: \"true\\0\"", 1 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct use u, before;
        struct err e;
        memset(&u, 0x5a, sizeof u);
        before = u;
        int rc = read_use(rows[i].yaml, &u, &e);
        if (rc != ERR_FORMAT || e.at != ERR_AT_LINE || (e.pos != rows[i].line && strcmp(rows[i].yaml, "a: [") != 0))
            fail_msg("'%s': %d at line %u: %s", rows[i].yaml, rc, (unsigned)e.pos, e.msg);
        assert_memory_equal(&u, &before, sizeof u);
    }
}

TEST(a_flag_sets_one_part)
{
    struct use u;
    struct err e = { 0 };
    use_init(&u);
    EQ(use_set(&u, "users_month", "5000", &e), 0);
    EQ(u.numbers[USE_USERS_MONTH], 5000);
    EQ(use_set(&u, "revenue_year", "7", &e), 0);
    EQ(u.numbers[USE_REVENUE_YEAR_USD], 7);
    EQ(use_set(&u, "revenue_month", "8", &e), 0);
    EQ(use_set(&u, "arr", "9", &e), 0);
    EQ(u.numbers[USE_REVENUE_MONTH_USD], 8);
    EQ(u.numbers[USE_ARR_USD], 9);
    EQ(use_set(&u, "country", "uk", &e), 0);
    STR(u.country, "GB");
    EQ(use_set(&u, "country", "EL", &e), 0);
    STR(u.country, "GR");
    EQ(use_set(&u, "country", "eu", &e), 0);
    STR(u.country, "EU");
    EQ(use_set(&u, "country", "unknown", &e), 0);
    STR(u.country, "");
    EQ(use_set(&u, "users_month", "unknown", &e), 0);
    EQ(u.numbers[USE_USERS_MONTH], USE_UNKNOWN);
    EQ(e.code, 0);
    EQ(use_set(&u, "deployment", "moon", &e), ERR_USAGE);
    STR(e.hint, "internal|hosted|redistribute");
    EQ(use_set(&u, "users", "1", &e), ERR_USAGE);
    YES(strstr(e.hint, "users_month") != NULL);
    EQ(use_set(&u, "deployment", "moon", NULL), ERR_USAGE);
    EQ(u.deployment, DEPLOY_UNKNOWN);
}

TEST(the_table_says_what_is_accepted)
{
    size_t n;
    const struct use_key *keys = use_keys(&n);
    EQ(n, 14);
    for (size_t i = 0; i < n; i++) {
        char words[400], *rest = words;
        YES(*keys[i].help && strlen(keys[i].values) < sizeof words);
        memcpy(words, keys[i].values, strlen(keys[i].values) + 1);
        for (char *word; strchr(keys[i].values, '|') && (word = strsep(&rest, "|"));) {
            struct use u;
            use_init(&u);
            EQ(use_set(&u, keys[i].name, word, NULL), 0);
        }
    }
    for (const char *const *f = use_fields(); *f; f++) {
        YES(use_field_known(*f) && strlen(*f) < USE_WORD_BYTES);
        YES(strstr(keys[11].values, *f) != NULL);
    }
    STR(keys[11].name, "field");
    static const char *const calm[] = { "general", "research", "entertainment", "no such" };
    for (size_t i = 0; i < 4; i++)
        NOT(use_field_is_sensitive(calm[i]));
    YES(use_field_is_sensitive("medical") && use_field_is_sensitive("illegal") && use_field_is_sensitive("military"));
}

TEST(countries_and_the_union)
{
    static const char members[] = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK ";
    size_t known = 0, eu = 0;
    for (char a = 'A'; a <= 'Z'; a++)
        for (char b = 'A'; b <= 'Z'; b++) {
            const char code[] = { a, b, 0 };
            known += country_known(code);
            eu += country_in_eu(code);
            YES(country_known(code) || !country_in_eu(code));
        }
    EQ(known, 249 + 1);                         /* ISO 3166-1 has 249; EU */
    EQ(eu, 27 + 7 + 1);                         /* members, their regions with codes, EU */
    for (const char *p = members; *p; p += 3)
        YES(country_in_eu((const char[]){ p[0], p[1], 0 }));
    static const char *const others[] = { "GB", "CH", "NO", "IS", "LI", "UA", "TR", "US", "KR", "GL", "FO", "NC" };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        YES(country_known(others[i]) && !country_in_eu(others[i]));
    NOT(country_known("") || country_known("D") || country_known("DEU") || country_known("de") || country_known("E "));
}

TEST(a_use_is_written_as_json)
{
    struct use u, again;
    struct err e;
    struct buf b;
    buf_init(&b, 1u << 16);
    struct json_out j = { .b = &b };
    EQ(read_use(whole, &u, &e), 0);
    use_write(&u, &j, NULL);
    YES(strstr(buf_text(&b), "\"users_month\": 5000") && strstr(buf_text(&b), "\"modify\": false"));
    EQ(read_use(buf_text(&b), &again, &e), 0);  /* JSON is YAML */
    assert_memory_equal(&u, &again, sizeof u);
    buf_reset(&b);
    use_init(&u);
    j = (struct json_out){ .b = &b };
    use_write(&u, &j, NULL);
    EQ(read_use(buf_text(&b), &again, &e), 0);
    assert_memory_equal(&u, &again, sizeof u);
    NOT(strstr(buf_text(&b), "unknown"));
    buf_fini(&b);
}

TEST(numbers_stand_in_the_order_of_thresholds)
{
    static const enum threshold_what order[] = {
        [USE_USERS_MONTH] = THRESHOLD_MAU, [USE_USERS_DAY] = THRESHOLD_DAU,
        [USE_VISITS_MONTH] = THRESHOLD_VISITS_MONTH, [USE_REVENUE_YEAR_USD] = THRESHOLD_REVENUE_YEAR,
        [USE_REVENUE_MONTH_USD] = THRESHOLD_REVENUE_MONTH, [USE_ARR_USD] = THRESHOLD_ARR,
    };
    for (int i = 0; i < USE_NUMBERS; i++)
        EQ((int)order[i], i);
    STR(use_number_name(USE_ARR_USD), "arr_usd");
    STR(deployment_name(DEPLOY_HOSTED), "hosted");
    STR(modality_name(MODALITY_TEXT), "text");
}

TEST(every_failing_allocation_is_said)
{
    bool failed = true;
    size_t n = 1;
    for (; failed; n++) {
        struct arena a;
        struct use u;
        struct err e = { 0 };
        arena_init(&a, 1u << 20);
        fault_alloc_at(n);
        int rc = use_from_yaml(span_str(whole), &a, &u, &e);
        failed = fault_alloc_hit();
        fault_alloc_at(0);
        EQ(rc, failed ? ERR_MEMORY : 0);
        EQ(e.code, rc);
        arena_fini(&a);
    }
    YES(n > 2);
    for (size_t max = 0; max < 6000; max += 16) {
        struct arena a;
        struct use u;
        arena_init(&a, max);
        int rc = use_from_yaml(span_str(whole), &a, &u, NULL);
        YES(rc == 0 || rc == ERR_MEMORY);
        arena_fini(&a);
    }
}

int main(void)
{
    return RUN(CASE(a_whole_use_is_read), CASE(what_is_not_given_is_unknown),
               CASE(a_bad_use_is_refused_with_its_line), CASE(a_flag_sets_one_part),
               CASE(the_table_says_what_is_accepted), CASE(countries_and_the_union),
               CASE(a_use_is_written_as_json), CASE(numbers_stand_in_the_order_of_thresholds),
               CASE(every_failing_allocation_is_said));
}
