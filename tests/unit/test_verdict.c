// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include "base/json.h"
#include "license/verdict.h"
#include "tests/support/faults.h"

static struct arena mem;                /* of the test that runs */
static struct catalog catalog;

static int set_up(void **state)
{
    (void)state;
    arena_init(&mem, (size_t)1 << 28);
    return catalog_open(&catalog, &mem, NULL);
}

static int tear_down(void **state)
{
    (void)state;
    arena_fini(&mem);
    return 0;
}

static const struct license_record *record(const char *id)
{
    const struct license_record *r = NULL;
    struct err e = { 0 };
    if (catalog_find(&catalog, id, &r, &e))
        fail_msg("%s: %s", id, e.msg);
    return r;
}

static struct verdict decide_terms(const struct use *u, const struct verdict_term *terms, size_t n)
{
    struct verdict_input in = { .use = u, .terms = terms, .n_terms = n };
    struct verdict v = { 0 };
    EQ(verdict_decide(&in, &mem, &v, NULL), 0);
    return v;
}

static struct verdict decide_one(const struct use *u, const struct license_record *r)
{
    struct verdict_term t = { .record = r, .scope = "weights", .known = TERM_EXACT, .basis = 'V' };
    return decide_terms(u, &t, 1);
}

/* ---- the records' own cases ---------------------------------------------------------- */

TEST(every_record_answers_its_own_cases)
{
    size_t wrong = 0, n = 0;
    for (size_t i = 0; i < catalog_count(&catalog); i++) {
        const struct license_record *r = NULL;
        struct err e = { 0 };
        if (catalog_at(&catalog, i, &r, &e))
            fail_msg("%s:%llu: %s", e.path, (unsigned long long)e.pos, e.msg);
        const struct val *cases = r->cases;
        YES(cases->n >= 2);
        for (const struct val *c = cases->first; c; c = c->next, n++) {
            struct use u;
            enum answer want;
            e = (struct err){ 0 };
            if (use_from_val(val_get(c, "use"), &u, &e))
                fail_msg("%s:%llu: %s", r->file, (unsigned long long)e.pos, e.msg);
            YES(answer_from_name(val_str(val_get(c, "answer")), &want));
            struct verdict v = decide_one(&u, r);
            if (v.answer == want)
                continue;
            wrong++;
            printf("# %s:%u: wants %s, gets %s:\n", r->file, c->line, answer_name(want), answer_name(v.answer));
            for (size_t k = 0; k < v.n_reasons; k++)
                printf("#     %s: %s\n", answer_name(v.reasons[k].answer), v.reasons[k].text);
        }
    }
    printf("# %zu cases of %zu records, %zu wrong\n", n, catalog_count(&catalog), wrong);
    EQ(wrong, 0);
    YES(n >= 2 * catalog_count(&catalog));
}

/* ---- by hand ------------------------------------------------------------------------- */

enum {
    ALLOW = ANSWER_ALLOW, DUTIES = ANSWER_ALLOW_WITH_DUTIES, ASK = ANSWER_ASK, CANNOT_TELL = ANSWER_CANNOT_TELL,
    DENY = ANSWER_DENY
};

/* A small company in the US serves a text model to a thousand users. Rows change what they name. */
static const char usual[] =
    "commercial=true deployment=hosted modify=false train_others=false users_month=1000 users_day=100 "
    "visits_month=1000 revenue_year=1000 revenue_month=100 arr=1000 country=US field=general modality=text";

static void apply(struct use *u, const char *changes)
{
    char words[400], *rest = words;
    memcpy(words, changes, strlen(changes) + 1);
    for (char *word; (word = strsep(&rest, " "));) {
        char *value = strchr(word, '=');
        if (!value)
            continue;
        *value++ = 0;
        EQ(use_set(u, word, value, NULL), 0);
    }
}

static struct use use_of(const char *changes)
{
    struct use u;
    use_init(&u);
    apply(&u, usual);
    apply(&u, changes);
    return u;
}

static const struct { const char *id, *use; int answer; } table[] = {
    /* a row with an id begins its licence; the rows below it are uses of that */
    { "Apache-2.0", NULL, ALLOW },
    { NULL, "", ALLOW }, { NULL, "deployment=internal", ALLOW }, { NULL, "deployment=redistribute", DUTIES },
    { NULL, "deployment=redistribute modify=true", DUTIES }, { NULL, "commercial=false", ALLOW },
    { NULL, "train_others=true deployment=internal", ALLOW }, { NULL, "field=military", ALLOW },
    { NULL, "field=medical country=DE", ALLOW },
    { NULL, "users_month=2000000000 revenue_year=900000000000", ALLOW },
    { NULL, "deployment=unknown", DUTIES }, { NULL, "commercial=unknown", ALLOW },
    { NULL, "field=unknown country=unknown modality=unknown users_month=unknown", ALLOW },
    { NULL, "modify=true", ALLOW },
    { "MIT", NULL, ALLOW },
    { NULL, "", ALLOW }, { NULL, "deployment=redistribute", DUTIES },
    { NULL, "commercial=unknown deployment=unknown modify=unknown train_others=unknown", DUTIES },
    { NULL, "train_others=true", ALLOW }, { NULL, "country=KR field=surveillance", ALLOW },
    { NULL, "deployment=redistribute modify=true commercial=false", DUTIES },
    { NULL, "deployment=internal train_others=true modify=true", ALLOW },
    { "CC-BY-NC-4.0", NULL, ALLOW },
    { NULL, "", DENY }, { NULL, "commercial=false", ALLOW },
    { NULL, "commercial=false deployment=redistribute", DUTIES }, { NULL, "commercial=unknown", CANNOT_TELL },
    { NULL, "commercial=false train_others=true", ALLOW }, { NULL, "commercial=true train_others=true", DENY },
    { NULL, "commercial=false modify=true deployment=redistribute", DUTIES },
    { NULL, "commercial=true deployment=internal", DENY },
    { NULL, "commercial=unknown train_others=true", CANNOT_TELL },
    { "LicenseRef-scancode-llama-2-license-2023", NULL, ALLOW },
    { NULL, "", DUTIES }, { NULL, "deployment=internal", DUTIES }, { NULL, "users_month=700000000", DUTIES },
    { NULL, "users_month=700000001", ASK }, { NULL, "users_month=unknown", CANNOT_TELL },
    { NULL, "train_others=true", DENY }, { NULL, "train_others=unknown", CANNOT_TELL },
    { NULL, "field=medical", ASK }, { NULL, "field=unknown", CANNOT_TELL },
    { NULL, "country=DE modality=multimodal", DUTIES },
    { NULL, "users_month=800000000 train_others=true", DENY },
    { NULL, "users_month=unknown field=medical", CANNOT_TELL }, { NULL, "commercial=false", DUTIES },
    { NULL, "commercial=false users_month=900000000", ASK },
    { NULL, "deployment=redistribute modify=true", DUTIES },
    { NULL, "users_month=800000000 field=unknown", ASK },
    { "LicenseRef-scancode-llama-3.1-license-2024", NULL, ALLOW },
    { NULL, "", DUTIES }, { NULL, "train_others=true", DUTIES }, { NULL, "train_others=unknown", DUTIES },
    { NULL, "users_month=800000000", ASK }, { NULL, "users_month=unknown", CANNOT_TELL },
    { NULL, "country=FR modality=multimodal", DUTIES }, { NULL, "field=legal", ASK },
    { NULL, "field=entertainment", DUTIES },
    { NULL, "field=research commercial=false deployment=internal", DUTIES },
    { NULL, "field=unknown", CANNOT_TELL },
    { NULL, "users_month=800000000 field=unknown country=unknown train_others=unknown modality=unknown", ASK },
    { NULL, "country=unknown modality=unknown", DUTIES },
    { NULL, "modify=true deployment=redistribute", DUTIES },
    { "LicenseRef-scancode-llama-3.2-license-2024", NULL, ALLOW },
    { NULL, "", DUTIES }, { NULL, "country=DE", DUTIES }, { NULL, "country=DE modality=multimodal", DENY },
    { NULL, "country=DE modality=image", DENY }, { NULL, "country=DE modality=unknown", CANNOT_TELL },
    { NULL, "country=unknown modality=multimodal", CANNOT_TELL },
    { NULL, "country=unknown modality=text", DUTIES },
    { NULL, "country=unknown modality=unknown", CANNOT_TELL },
    { NULL, "country=GB modality=multimodal", DUTIES }, { NULL, "country=EU modality=multimodal", DENY },
    { NULL, "country=RE modality=multimodal", DENY }, { NULL, "country=CH modality=multimodal", DUTIES },
    { NULL, "users_month=800000000 country=US modality=multimodal", ASK },
    { NULL, "users_month=800000000 country=IT modality=multimodal", DENY },
    { NULL, "train_others=true modality=multimodal", DUTIES }, { NULL, "country=US modality=unknown", DUTIES },
    { "LicenseRef-scancode-llama-4-cla-2025", NULL, ALLOW },
    { NULL, "modality=multimodal", DUTIES }, { NULL, "modality=multimodal country=DE", DENY },
    { NULL, "modality=multimodal country=PL deployment=internal", DENY },
    { NULL, "modality=multimodal country=unknown", CANNOT_TELL },
    { NULL, "modality=multimodal users_month=800000000", ASK },
    { NULL, "modality=multimodal train_others=true", DUTIES },
    { NULL, "modality=multimodal country=JP", DUTIES }, { NULL, "modality=multimodal field=finance", ASK },
    { "LicenseRef-scancode-gemma-tou-2025-03-24", NULL, ALLOW },
    { NULL, "", DUTIES }, { NULL, "deployment=internal", DUTIES },
    { NULL, "deployment=redistribute modify=true", DUTIES }, { NULL, "train_others=true", DUTIES },
    { NULL, "field=medical", ASK }, { NULL, "field=employment", ASK }, { NULL, "field=unknown", CANNOT_TELL },
    { NULL, "country=DE modality=multimodal", DUTIES }, { NULL, "users_month=5000000000", DUTIES },
    { NULL, "commercial=false", DUTIES }, { NULL, "field=children", ASK },
    { "LicenseRef-scancode-bigscience-open-rail-m", NULL, ALLOW },
    { NULL, "", DUTIES }, { NULL, "field=medical", DENY }, { NULL, "field=law_enforcement", DENY },
    { NULL, "field=deception", DENY }, { NULL, "field=unknown", CANNOT_TELL }, { NULL, "field=military", ASK },
    { NULL, "deployment=redistribute modify=true", DUTIES }, { NULL, "train_others=true", DUTIES },
    { NULL, "deployment=internal", DUTIES },
    { NULL, "field=unknown train_others=true commercial=false", CANNOT_TELL },
    { "LicenseRef-scancode-stable-diffusion-2022-08-22", NULL, ALLOW },
    { NULL, "modality=image", DUTIES }, { NULL, "modality=image field=medical", DENY },
    { NULL, "modality=image field=high_stakes_decisions", DENY }, { NULL, "field=entertainment", DUTIES },
    { NULL, "field=unknown", CANNOT_TELL }, { NULL, "deployment=redistribute", DUTIES },
    { NULL, "field=children", ASK },
    { "LicenseRef-scancode-stability-ai-community-2024", NULL, ALLOW },
    { NULL, "", ASK }, { NULL, "commercial=false", DUTIES }, { NULL, "revenue_year=1000000", ASK },
    { NULL, "revenue_year=1000001", DENY }, { NULL, "revenue_year=unknown", CANNOT_TELL },
    { NULL, "revenue_year=unknown commercial=false", CANNOT_TELL },
    { NULL, "train_others=true commercial=false", DENY }, { NULL, "commercial=unknown", CANNOT_TELL },
    { NULL, "commercial=false field=medical", ASK }, { NULL, "revenue_year=2000000 train_others=true", DENY },
    { NULL, "commercial=false deployment=redistribute modify=true", DUTIES },
    { "LicenseRef-Tencent-Hunyuan-Large-2024-11-05", NULL, ALLOW },
    { NULL, "", DUTIES }, { NULL, "country=DE", DENY }, { NULL, "country=GB", DUTIES },
    { NULL, "country=KR", DUTIES }, { NULL, "country=unknown", CANNOT_TELL },
    { NULL, "users_month=100000001", ASK }, { NULL, "users_month=100000000", DUTIES },
    { NULL, "train_others=true", DENY }, { NULL, "field=military", DENY },
    { NULL, "field=high_stakes_decisions", DENY }, { NULL, "country=EU", DENY },
    { NULL, "users_month=unknown", CANNOT_TELL }, { NULL, "users_month=200000000 country=FR", DENY },
    { NULL, "field=weapons", ASK }, { NULL, "country=NO", DUTIES }, { NULL, "country=MQ", DENY },
    { "LicenseRef-Tencent-Hunyuan-A13B-2025-06-27", NULL, ALLOW },
    { NULL, "", DUTIES }, { NULL, "country=GB", DENY }, { NULL, "country=UK", DENY },
    { NULL, "country=KR", DENY }, { NULL, "country=SE", DENY }, { NULL, "country=KP", DUTIES },
    { NULL, "train_others=true", DENY }, { NULL, "users_month=200000000", ASK },
    { "LicenseRef-scancode-moonshot-ai-modified-mit-2025", NULL, ALLOW },
    { NULL, "", ALLOW }, { NULL, "deployment=redistribute", DUTIES },
    { NULL, "users_month=100000001", DUTIES }, { NULL, "users_month=100000000", ALLOW },
    { NULL, "revenue_month=20000001", DUTIES }, { NULL, "users_month=unknown", DUTIES },
    { NULL, "revenue_month=unknown", DUTIES }, { NULL, "train_others=true field=military country=DE", ALLOW },
    { NULL, "users_month=9000000000 deployment=internal", DUTIES },
    { NULL, "commercial=false users_month=unknown revenue_month=unknown", DUTIES },
    { "LicenseRef-scancode-exaone-ai-model-1.1-nc", NULL, ALLOW },
    { NULL, "", DENY }, { NULL, "commercial=false deployment=internal", DUTIES },
    { NULL, "commercial=false train_others=true", DENY },
    { NULL, "commercial=unknown deployment=internal", CANNOT_TELL },
    { NULL, "commercial=false field=deception", DENY }, { NULL, "commercial=false field=medical", ASK },
    { NULL, "commercial=false deployment=redistribute", DUTIES },
    { NULL, "commercial=false train_others=unknown", CANNOT_TELL },
    { NULL, "commercial=false modify=true deployment=internal", DUTIES },
    { "LicenseRef-FLUX.1-dev-NC-1.1.1", NULL, ALLOW },
    { NULL, "modality=image", DENY }, { NULL, "modality=image commercial=false", DUTIES },
    { NULL, "modality=image commercial=false field=military", DENY },
    { NULL, "commercial=false field=biometrics", DENY }, { NULL, "commercial=false train_others=true", DENY },
    { NULL, "commercial=unknown", CANNOT_TELL }, { NULL, "commercial=false field=unknown", CANNOT_TELL },
    { NULL, "commercial=false deployment=redistribute modify=true", DUTIES },
    { NULL, "commercial=true deployment=internal", DENY }, { NULL, "commercial=false field=political", ASK },
    { "LicenseRef-Qwen-Research-2024-09-19", NULL, ALLOW },
    { NULL, "", DENY }, { NULL, "commercial=false", ALLOW },
    { NULL, "commercial=false deployment=redistribute", DUTIES },
    { NULL, "commercial=false train_others=true", DUTIES },
    { NULL, "commercial=true train_others=true", DENY }, { NULL, "commercial=unknown", CANNOT_TELL },
    { NULL, "commercial=false modify=true", DUTIES }, { NULL, "commercial=false field=military", ALLOW },
    { NULL, "commercial=false users_month=900000000", ALLOW },
};

TEST(licences_and_uses_by_hand)
{
    const struct license_record *r = NULL;
    size_t wrong = 0, n = 0;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].id) {
            r = record(table[i].id);
            continue;
        }
        struct use u = use_of(table[i].use);
        struct verdict v = decide_one(&u, r);
        n++;
        if ((int)v.answer == table[i].answer)
            continue;
        wrong++;
        printf("# %s: '%s' wants %s, gets %s: %s\n", r->id, table[i].use,
               answer_name((enum answer)table[i].answer), answer_name(v.answer), v.reasons[0].text);
    }
    printf("# %zu rows, %zu wrong\n", n, wrong);
    EQ(wrong, 0);
    YES(n >= 120);
}

/* ---- a record of our own: rules that no real licence shows alone --------------------- */

static struct license_record plain_record(void)
{
    struct license_record r = { .file = "plain.yaml", .bytes = span_str("id: plain\n"), .id = "plain", .name = "plain",
                                .kind = LICENSE_KIND_LICENSE, .class = CLASS_PERMISSIVE, .basis = 'V' };
    for (int i = 0; i < ACT_COUNT; i++)
        r.acts[i] = (struct record_right){ .is = RIGHT_YES, .at = "" };
    r.outputs = (struct record_outputs){ .train_others = RIGHT_YES, .condition = "", .owner = "user", .at = "" };
    return r;
}

static enum answer answer_of(const struct license_record *r, const char *changes)
{
    struct use u = use_of(changes);
    return decide_one(&u, r).answer;
}

TEST(each_right_has_its_answers)
{
    static const struct { enum license_act act; const char *use; int answer[5]; } rows[] = {
        /* unsaid, yes, no, conditional, noncommercial */
        { ACT_USE, "", { ASK, ALLOW, DENY, DUTIES, DENY } },
        { ACT_USE, "commercial=false", { ASK, ALLOW, DENY, DUTIES, ALLOW } },
        { ACT_USE, "commercial=unknown", { ASK, ALLOW, DENY, DUTIES, CANNOT_TELL } },
        { ACT_COMMERCIAL, "", { ASK, ALLOW, DENY, ASK, DENY } },
        { ACT_COMMERCIAL, "commercial=false", { ALLOW, ALLOW, ALLOW, ALLOW, ALLOW } },
        { ACT_COMMERCIAL, "commercial=unknown", { CANNOT_TELL, ALLOW, CANNOT_TELL, ALLOW, CANNOT_TELL } },
        { ACT_REDISTRIBUTE, "", { ALLOW, ALLOW, ALLOW, ALLOW, ALLOW } },
        { ACT_REDISTRIBUTE, "deployment=redistribute", { ASK, ALLOW, DENY, DUTIES, DENY } },
        { ACT_REDISTRIBUTE, "deployment=redistribute commercial=false", { ASK, ALLOW, DENY, DUTIES, ALLOW } },
        { ACT_REDISTRIBUTE, "deployment=unknown", { CANNOT_TELL, ALLOW, CANNOT_TELL, ALLOW, CANNOT_TELL } },
        { ACT_MODIFY, "", { ALLOW, ALLOW, ALLOW, ALLOW, ALLOW } },
        { ACT_MODIFY, "modify=true", { ASK, ALLOW, DENY, DUTIES, DENY } },
        { ACT_MODIFY, "modify=unknown", { CANNOT_TELL, ALLOW, CANNOT_TELL, ALLOW, CANNOT_TELL } },
        { ACT_SUBLICENSE, "deployment=redistribute", { ALLOW, ALLOW, ALLOW, ALLOW, ALLOW } },
        { ACT_COUNT, "", { ALLOW, ALLOW, ALLOW, ALLOW, ALLOW } },            /* outputs */
        { ACT_COUNT, "train_others=true", { ASK, ALLOW, DENY, DUTIES, DENY } },
        { ACT_COUNT, "train_others=true commercial=false", { ASK, ALLOW, DENY, DUTIES, ALLOW } },
        { ACT_COUNT, "train_others=unknown commercial=false", { CANNOT_TELL, ALLOW, CANNOT_TELL, ALLOW, ALLOW } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int right = RIGHT_UNSAID; right <= RIGHT_NONCOMMERCIAL; right++) {
            struct license_record r = plain_record();
            *(rows[i].act == ACT_COUNT ? &r.outputs.train_others : &r.acts[rows[i].act].is) = (enum right)right;
            if ((int)answer_of(&r, rows[i].use) != rows[i].answer[right])
                fail_msg("row %zu, %s: gets %s", i, right_name((enum right)right), answer_name(answer_of(&r, rows[i].use)));
        }
}

TEST(each_duty_knows_its_uses)
{
    static const struct { enum duty_when when; const char *use; int answer, of_register; } rows[] = {
        { WHEN_ALWAYS, "deployment=internal", DUTIES, ASK }, { WHEN_REDISTRIBUTE, "", ALLOW, ALLOW },
        { WHEN_REDISTRIBUTE, "deployment=redistribute", DUTIES, ASK },
        { WHEN_REDISTRIBUTE, "deployment=unknown", DUTIES, CANNOT_TELL }, { WHEN_HOSTED, "", DUTIES, ASK },
        { WHEN_HOSTED, "deployment=internal", ALLOW, ALLOW }, { WHEN_HOSTED, "deployment=redistribute", DUTIES, ASK },
        { WHEN_MODIFY, "", ALLOW, ALLOW }, { WHEN_MODIFY, "modify=true", DUTIES, ASK },
        { WHEN_MODIFY, "modify=unknown", ALLOW, CANNOT_TELL }, { WHEN_COMMERCIAL, "", DUTIES, ASK },
        { WHEN_COMMERCIAL, "commercial=false", ALLOW, ALLOW },
        { WHEN_COMMERCIAL, "commercial=unknown", DUTIES, CANNOT_TELL }, { WHEN_TRAIN_OTHERS, "", ALLOW, ALLOW },
        { WHEN_TRAIN_OTHERS, "train_others=true", DUTIES, ASK }, { WHEN_OUTPUTS, "", DUTIES, ASK },
        { WHEN_OUTPUTS, "deployment=internal", ALLOW, ALLOW },
        { WHEN_OUTPUTS, "deployment=internal train_others=true", DUTIES, ASK },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct license_record r = plain_record();
        struct record_duty duty = { .kind = DUTY_NOTICE, .when = rows[i].when, .text = "Do it.", .at = "" };
        r.duties = &duty;
        r.n_duties = 1;
        EQ((int)answer_of(&r, rows[i].use), rows[i].answer);
        duty.kind = DUTY_REGISTER;
        EQ((int)answer_of(&r, rows[i].use), rows[i].of_register);
    }
}

TEST(lines_in_other_money_and_regions_of_few)
{
    struct license_record r = plain_record();
    struct record_threshold t = { .what = THRESHOLD_REVENUE_YEAR, .amount = 5000, .currency = "CNY",
                                  .effect = EFFECT_ENDS, .exempt = "", .at = "" };
    r.thresholds = &t;
    r.n_thresholds = 1;
    EQ(answer_of(&r, "revenue_year=10"), ANSWER_ASK);
    EQ(answer_of(&r, "revenue_year=0"), ANSWER_ALLOW);         /* nothing is nothing in any money */
    EQ(answer_of(&r, "revenue_year=unknown"), ANSWER_CANNOT_TELL);
    t.effect = EFFECT_NAMING_ONLY;
    EQ(answer_of(&r, "revenue_year=10"), ANSWER_ALLOW_WITH_DUTIES);
    t.currency = "USD";
    EQ(answer_of(&r, "revenue_year=5000"), ANSWER_ALLOW);
    EQ(answer_of(&r, "revenue_year=5001"), ANSWER_ALLOW_WITH_DUTIES);
    t.effect = EFFECT_ENDS;
    EQ(answer_of(&r, "revenue_year=5001 commercial=false deployment=internal"), ANSWER_DENY);
    r.n_thresholds = 0;
    const char *codes[] = { "FR", "KR" };
    struct record_region g = { .exclude = { codes, 2 }, .at = "" };
    r.regions = &g;
    r.n_regions = 1;
    EQ(answer_of(&r, "country=FR"), ANSWER_DENY);
    EQ(answer_of(&r, "country=DE"), ANSWER_ALLOW);
    EQ(answer_of(&r, "country=EU"), ANSWER_DENY);              /* all of it holds a part that is excluded */
    EQ(answer_of(&r, "country=unknown"), ANSWER_CANNOT_TELL);
    g.multimodal_only = true;
    EQ(answer_of(&r, "country=unknown"), ANSWER_ALLOW);        /* the usual modality is text */
    EQ(answer_of(&r, "country=KR modality=audio"), ANSWER_DENY);
}

TEST(weak_facts_count_only_where_they_decide)
{
    static const struct { const char *key, *use; int answer; } rows[] = {
        { "use", "", ASK }, { "commercial", "", ASK }, { "commercial", "commercial=false", ALLOW },
        { "redistribute", "", ALLOW }, { "redistribute", "deployment=redistribute", ASK }, { "modify", "", ALLOW },
        { "modify", "modify=true", ASK }, { "outputs", "", ALLOW }, { "outputs", "train_others=true", ASK },
        { "duties", "", ASK }, { "field", "", ASK }, { "thresholds", "", ASK }, { "regions", "", ASK },
        { "use_policy", "", ASK }, { "osi", "", ALLOW }, { "mof", "", ALLOW }, { "termination", "", ALLOW },
        { "patent", "", ALLOW }, { "sublicense", "deployment=redistribute", ALLOW },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int k = 0; k < 2; k++) {
            struct license_record r = plain_record();
            struct record_basis weak = { rows[i].key, "SM"[k] };
            r.basis_of = &weak;
            r.n_basis_of = 1;
            if ((int)answer_of(&r, rows[i].use) != rows[i].answer)
                fail_msg("%s, '%s': gets %s", rows[i].key, rows[i].use, answer_name(answer_of(&r, rows[i].use)));
        }
    struct license_record r = plain_record();
    r.basis = 'M';
    r.acts[ACT_COMMERCIAL].is = RIGHT_NO;
    EQ(answer_of(&r, ""), ANSWER_DENY);                        /* a refusal needs no proof */
}

/* ---- properties ---------------------------------------------------------------------- */

static uint64_t seed = 88172645463325252u;

static unsigned any(unsigned n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed >> 33) % n;
}

static const char *const some_countries[] = { "US", "DE", "GB", "KR", "CN", "EU", "RE", "CH", "FR", "JP" };

static struct use any_use(void)
{
    static const int64_t figures[] = { 0, 1000, 999999, 1000001, 15000000, 150000000, 800000000, INT64_MAX };
    struct use u;
    size_t n_fields = 0;
    use_init(&u);
    while (use_fields()[n_fields])
        n_fields++;
    u.commercial = any(2) ? TRI_YES : TRI_NO;
    u.modify = any(2) ? TRI_YES : TRI_NO;
    u.train_others = any(4) ? TRI_NO : TRI_YES;
    u.deployment = (enum deployment)(1 + any(3));
    u.modality = (enum modality)(1 + any(5));
    for (int i = 0; i < USE_NUMBERS; i++)
        u.numbers[i] = any(3) ? 1000 : figures[any(8)];
    EQ(use_set(&u, "country", any(2) ? "US" : some_countries[any(10)], NULL), 0);
    EQ(use_set(&u, "field", any(2) ? "general" : use_fields()[any((unsigned)n_fields)], NULL), 0);
    return u;
}

static const struct license_record *record_at(size_t i)
{
    const struct license_record *r = NULL;
    EQ(catalog_at(&catalog, i, &r, NULL), 0);
    return r;
}

static const struct license_record *any_record(void)
{
    return record_at(any((unsigned)catalog_count(&catalog)));
}

/* Change one part of the use to something that asks for more. False: it is at its most already. */
static bool demand_more(struct use *u, unsigned part)
{
    struct use before = *u;
    switch (part) {
    case 0: u->commercial = TRI_YES; break;
    case 1: u->modify = TRI_YES; break;
    case 2: u->train_others = TRI_YES; break;
    case 3: u->deployment = u->deployment < DEPLOY_REDISTRIBUTE ? u->deployment + 1 : u->deployment; break;
    case 4: u->modality = u->modality == MODALITY_TEXT ? MODALITY_MULTIMODAL : u->modality; break;
    case 5:
        if (strcmp(u->field, "general") == 0)
            EQ(use_set(u, "field", use_fields()[any(16)], NULL), 0);
        break;
    default:
        u->numbers[part - 6] = u->numbers[part - 6] < 900000000 ? 900000000 : INT64_MAX;
    }
    return memcmp(u, &before, sizeof before) != 0;
}

TEST(a_more_demanding_use_never_gets_a_better_answer)
{
    size_t n = 0;
    for (size_t i = 0; i < catalog_count(&catalog); i++)
        for (int k = 0; k < 40; k++) {
            const struct license_record *r = record_at(i);
            struct use u = any_use(), more = u;
            unsigned part = any(6 + USE_NUMBERS);
            if (!demand_more(&more, part))
                continue;
            n++;
            if (decide_one(&more, r).answer < decide_one(&u, r).answer)
                fail_msg("%s: part %u: %s becomes %s", r->file, part, answer_name(decide_one(&u, r).answer),
                         answer_name(decide_one(&more, r).answer));
        }
    YES(n > 2000);
}

TEST(a_term_or_question_more_never_improves_the_answer)
{
    for (int k = 0; k < 4000; k++) {
        struct use u = any_use();
        struct verdict_term terms[4];
        bool licensed = false;
        size_t n = 1 + any(3);
        for (size_t i = 0; i <= n; i++) {
            terms[i] = (struct verdict_term){ .record = any_record(), .scope = "weights",
                                              .known = (enum term_known)any(4), .basis = "VSM"[any(3)] };
            if (any(20) == 0)
                terms[i].record = NULL;
            licensed = licensed || (i < n && terms[i].record && terms[i].record->kind == LICENSE_KIND_LICENSE);
        }
        if (any(3) == 0)
            u.commercial = TRI_UNKNOWN;
        if (any(3) == 0)
            u.field[0] = 0;
        enum answer before = decide_terms(&u, terms, n).answer;
        if (licensed)           /* a licence beside a lone policy grants what that could not */
            YES(decide_terms(&u, terms, n + 1).answer >= before);
        struct verdict_question q = { .text = "a base is not known", .answer = any(2) ? ANSWER_ASK : ANSWER_CANNOT_TELL };
        struct verdict_input in = { .use = &u, .terms = terms, .n_terms = n, .questions = &q, .n_questions = 1 };
        struct verdict v;
        EQ(verdict_decide(&in, &mem, &v, NULL), 0);
        YES(v.answer >= before && v.answer >= q.answer);
        if (k % 100 == 0) {
            tear_down(NULL);
            set_up(NULL);
        }
    }
}

TEST(what_was_not_read_in_the_text_never_allows)
{
    static const char *const needed[] = { "use", "duties", "field", "use_policy", "thresholds", "regions" };
    size_t weak = 0;
    for (size_t i = 0; i < catalog_count(&catalog); i++)
        for (int k = 0; k < 40; k++) {
            const struct license_record *r = record_at(i);
            struct use u = any_use();
            bool verified = u.commercial == TRI_NO || record_basis(r, "commercial") == 'V';
            verified = verified && (u.train_others == TRI_NO || record_basis(r, "outputs") == 'V');
            verified = verified && (u.modify == TRI_NO || record_basis(r, "modify") == 'V');
            for (size_t m = 0; m < sizeof needed / sizeof *needed; m++)
                verified = verified && record_basis(r, needed[m]) == 'V';
            weak += !verified;
            if (!verified)
                YES(decide_one(&u, r).answer >= ANSWER_ASK);
            struct verdict_term t = { .record = r, .scope = "weights", .known = TERM_FAMILY, .basis = any(2) ? 'S' : 'M' };
            YES(decide_terms(&u, &t, 1).answer >= ANSWER_ASK);
        }
    YES(weak > 500);
}

TEST(an_excluded_country_is_never_allowed)
{
    static const char all[] = "ATBEBGCYCZDEDKEEESFIFRGRHRHUIEITLTLULVMTNLPLPTROSESISKRE";
    size_t n = 0;
    for (size_t i = 0; i < catalog_count(&catalog); i++) {
        const struct license_record *r = record_at(i);
        for (size_t g = 0; g < r->n_regions; g++)
            for (size_t x = 0; x < r->regions[g].exclude.n; x++) {
                bool eu = strcmp(r->regions[g].exclude.items[x], "EU") == 0;
                const char *codes = eu ? all : r->regions[g].exclude.items[x];
                for (; *codes; codes += 2, n++) {
                    struct use u = any_use();
                    memcpy(u.country, codes, 2);
                    u.modality = MODALITY_MULTIMODAL;
                    EQ(decide_one(&u, r).answer, ANSWER_DENY);
                }
            }
    }
    YES(n > 200);
}

/* Every value that one part could have, most of them: the completions of a use that lacks it. */
static const char *completion(unsigned part, unsigned i, char word[32])
{
    static const char *const tri[] = { "true", "false", NULL };
    static const char *const deployments[] = { "internal", "hosted", "redistribute", NULL };
    static const char *const modalities[] = { "text", "image", "audio", "video", "multimodal", NULL };
    static const char *const figures[] = { "0", "1000", "5000000", "900000000", "9223372036854775807", NULL };
    const char *const *list = part == 0 || part == 2 || part == 3 ? tri : part == 1 ? deployments
                            : part == 11 ? use_fields() : part == 12 ? modalities : figures;
    if (part == 10) {
        snprintf(word, 32, "%s", i < 10 ? some_countries[i] : "");
        return i < 10 ? word : NULL;
    }
    for (unsigned k = 0; k <= i; k++)
        if (!list[k])
            return NULL;
    return list[i];
}

static bool names_key(const struct verdict *v, const char *key)
{
    for (size_t i = 0; i < v->n_unknowns; i++)
        if (strcmp(v->unknowns[i].key, key) == 0)
            return true;
    return false;
}

TEST(an_unknown_part_never_hides_a_refusal)
{
    size_t n_keys, undecided = 0;
    const struct use_key *keys = use_keys(&n_keys);
    for (size_t i = 0; i < catalog_count(&catalog); i++)
        for (unsigned k = 0; k < 26; k++) {
            const struct license_record *r = record_at(i);
            unsigned part = k % 13;
            char word[32];
            const char *value;
            struct use u = any_use();
            if (k >= 13)
                u = use_of(any(2) ? "commercial=false" : "");
            EQ(use_set(&u, keys[part].name, "unknown", NULL), 0);
            struct verdict v = decide_one(&u, r);
            enum answer worst = ANSWER_ALLOW, best = ANSWER_DENY;
            for (unsigned c = 0; (value = completion(part, c, word)); c++) {
                struct use full = u;
                EQ(use_set(&full, keys[part].name, value, NULL), 0);
                enum answer a = decide_one(&full, r).answer;
                worst = a > worst ? a : worst;
                best = a < best ? a : best;
            }
            if (v.answer < worst && v.answer != ANSWER_CANNOT_TELL && worst > ANSWER_ALLOW_WITH_DUTIES)
                fail_msg("%s without %s: %s, but it may be %s", r->file, keys[part].name, answer_name(v.answer),
                         answer_name(worst));
            if (best != worst && worst > ANSWER_ALLOW_WITH_DUTIES && v.answer == ANSWER_CANNOT_TELL) {
                undecided++;
                if (best < ANSWER_CANNOT_TELL)
                    YES(names_key(&v, keys[part].name));
            }
        }
    YES(undecided > 100);
}

TEST(every_reason_and_duty_has_evidence)
{
    for (size_t i = 0; i < catalog_count(&catalog); i++)
        for (int k = 0; k < 20; k++) {
            const struct license_record *r = record_at(i);
            struct use u = any_use();
            struct verdict v = decide_one(&u, r);
            YES(v.n_reasons > 0);
            EQ(v.answer, v.reasons[0].answer);
            EQ(v.answer == ANSWER_ALLOW_WITH_DUTIES, v.answer <= ANSWER_ALLOW_WITH_DUTIES && v.n_duties > 0);
            for (size_t m = 0; m < v.n_reasons; m++) {
                EQ(v.reasons[m].n_evidence, 1);
                YES(strncmp(v.reasons[m].evidence[0]->path, "catalogue:", 10) == 0);
                YES(v.reasons[m].evidence[0]->line_from > 0);
                YES(m == 0 || v.reasons[m].answer <= v.reasons[m - 1].answer);
                YES(*v.reasons[m].text && v.reasons[m].text[strlen(v.reasons[m].text) - 1] != '\n');
            }
            for (size_t m = 0; m < v.n_duties; m++)
                YES(v.duties[m].n_evidence == 1 && *v.duties[m].text && !v.duties[m].conditional);
        }
}

/* ---- terms, questions, evidence ------------------------------------------------------ */

TEST(no_licence_is_no_permission)
{
    struct use u = use_of("");
    struct verdict v = decide_terms(&u, NULL, 0);
    EQ(v.answer, ANSWER_CANNOT_TELL);
    YES(strstr(v.reasons[0].text, "LICENSE") && strstr(v.reasons[0].text, "general.license"));
    struct verdict_term t = { .id = "LicenseRef-new", .scope = "weights" };
    v = decide_terms(&u, &t, 1);
    EQ(v.answer, ANSWER_CANNOT_TELL);
    STR(v.reasons[0].record_id, "LicenseRef-new");
    EQ(v.reasons[0].n_evidence, 0);
}

TEST(a_rider_is_at_best_a_question)
{
    struct use u = use_of("");
    struct evidence lines = { .path = "LICENSE", .line_from = 22, .line_to = 24 };
    const struct evidence *residue[] = { &lines };
    struct verdict_term t = { .record = record("MIT"), .scope = "weights", .known = TERM_RESIDUE,
                              .residue = residue, .n_residue = 1 };
    struct verdict v = decide_terms(&u, &t, 1);
    EQ(v.answer, ANSWER_ASK);
    YES(v.reasons[0].evidence[0] == &lines);
    t.record = record("CC-BY-NC-4.0");
    EQ(decide_terms(&u, &t, 1).answer, ANSWER_DENY);
    t = (struct verdict_term){ .record = record("MIT"), .known = TERM_FAMILY, .basis = 'V' };
    EQ(decide_terms(&u, &t, 1).answer, ANSWER_ALLOW);
    t.basis = 'M';
    EQ(decide_terms(&u, &t, 1).answer, ANSWER_ASK);
    t = (struct verdict_term){ .record = record("MIT"), .known = TERM_DECLARED, .evidence = &lines };
    v = decide_terms(&u, &t, 1);
    EQ(v.answer, ANSWER_ALLOW);
    YES(v.reasons[0].evidence[0] == &lines || v.reasons[1].evidence[0] == &lines);
}

TEST(a_policy_beside_a_licence_only_restricts)
{
    struct use u = use_of(""), arms = use_of("field=weapons");
    struct verdict_term both[] = {
        { .record = record("MIT"), .scope = "weights" },
        { .record = record("LicenseRef-Llama-3.2-Use-Policy"), .scope = "use policy" },
    };
    EQ(decide_terms(&u, both, 1).answer, ANSWER_ALLOW);
    EQ(decide_terms(&u, both, 2).answer, ANSWER_ALLOW_WITH_DUTIES);
    EQ(decide_terms(&u, both + 1, 1).answer, ANSWER_ASK);
    EQ(decide_terms(&arms, both, 2).answer, ANSWER_DENY);
    EQ(decide_terms(&arms, both, 1).answer, ANSWER_ALLOW);
}

TEST(a_base_model_counts_and_says_nothing_twice)
{
    struct use u = use_of("");
    struct verdict_term chain[] = {
        { .record = record("MIT"), .scope = "weights" },
        { .record = record("LicenseRef-scancode-llama-3.1-license-2024"), .scope = "base model a" },
        { .record = record("LicenseRef-scancode-llama-3.1-license-2024"), .scope = "base model b" },
    };
    struct verdict two = decide_terms(&u, chain, 2), three = decide_terms(&u, chain, 3);
    EQ(two.answer, ANSWER_ALLOW_WITH_DUTIES);
    EQ(three.answer, two.answer);
    EQ(three.n_duties, two.n_duties);
    EQ(three.n_reasons, two.n_reasons);
    STR(three.duties[0].scope, "base model a");
}

static const struct evidence in_text = { .path = "LICENSE", .line_from = 7, .line_to = 8 };

static const struct evidence *find_in_text(void *ud, const struct verdict_term *term, const char *anchor)
{
    YES(term && *anchor);
    return strstr(anchor, ud) ? &in_text : NULL;
}

TEST(evidence_is_the_models_own_text_when_it_can_be)
{
    struct use u = use_of("users_month=800000000");
    char words[] = "700 million";
    struct verdict_term t = { .record = record("LicenseRef-scancode-llama-3.1-license-2024"), .scope = "weights" };
    struct verdict_input in = { .use = &u, .terms = &t, .n_terms = 1, .find = find_in_text, .ud = words };
    struct verdict v;
    EQ(verdict_decide(&in, &mem, &v, NULL), 0);
    EQ(v.answer, ANSWER_ASK);
    STR(v.reasons[0].fact, "thresholds");
    EQ(v.reasons[0].basis, 'V');
    YES(v.reasons[0].evidence[0] == &in_text);
    YES(strstr(v.reasons[0].text, "800,000,000") && strstr(v.reasons[0].text, "700,000,000"));
    YES(v.duties[0].evidence[0] != &in_text);
}

TEST(questions_are_said_with_what_to_look_for)
{
    struct use u = use_of("");
    struct verdict_term t = { .record = record("MIT"), .scope = "weights" };
    struct verdict_question q = { .text = "the base model 'x/y' is not known", .look_for = "its licence",
                                  .answer = ANSWER_ALLOW };
    struct verdict_input in = { .use = &u, .terms = &t, .n_terms = 1, .questions = &q, .n_questions = 1 };
    struct verdict v;
    EQ(verdict_decide(&in, &mem, &v, NULL), 0);
    EQ(v.answer, ANSWER_ASK);
    STR(v.reasons[0].text, "the base model 'x/y' is not known: look for its licence");
    q.answer = ANSWER_CANNOT_TELL;
    EQ(verdict_decide(&in, &mem, &v, NULL), 0);
    EQ(v.answer, ANSWER_CANNOT_TELL);
}

TEST(what_is_missing_is_named_once)
{
    struct use u;
    use_init(&u);
    struct verdict_term both[] = {
        { .record = record("LicenseRef-Tencent-Hunyuan-Large-2024-11-05"), .scope = "weights" },
        { .record = record("LicenseRef-scancode-llama-2-license-2023"), .scope = "base model" },
    };
    struct verdict v = decide_terms(&u, both, 2);
    EQ(v.answer, ANSWER_CANNOT_TELL);
    YES(names_key(&v, "users_month") && names_key(&v, "country") && names_key(&v, "field"));
    YES(names_key(&v, "train_others"));
    NOT(names_key(&v, "modality") || names_key(&v, "revenue_year_usd") || names_key(&v, "date"));
    for (size_t i = 0; i < v.n_unknowns; i++)
        for (size_t k = 0; k < i; k++)
            YES(strcmp(v.unknowns[i].key, v.unknowns[k].key) != 0);
    u = use_of("deployment=unknown");
    v = decide_one(&u, record("MIT"));
    EQ(v.n_duties, 1);
    YES(v.duties[0].conditional);
}

TEST(answers_have_names)
{
    enum answer a = ANSWER_ALLOW;
    for (int i = ANSWER_ALLOW; i <= ANSWER_DENY; i++) {
        YES(answer_from_name(answer_name((enum answer)i), &a));
        EQ((int)a, i);
    }
    NOT(answer_from_name("perhaps", &a));
    STR(term_known_name(TERM_DECLARED), "declared");
}

TEST(every_failing_allocation_is_said)
{
    struct use u = use_of("users_month=unknown train_others=true country=DE commercial=unknown");
    struct verdict_term terms[] = {
        { .record = record("LicenseRef-Tencent-Hunyuan-Large-2024-11-05"), .scope = "weights", .known = TERM_RESIDUE },
        { .record = record("LicenseRef-scancode-moonshot-ai-modified-mit-2025"), .known = TERM_DECLARED,
          .evidence = &in_text },
        { .id = "LicenseRef-new" },
    };
    struct verdict_question q = { .text = "q", .look_for = "l", .answer = ANSWER_ASK };
    struct verdict_input in = { .use = &u, .terms = terms, .n_terms = 3, .questions = &q, .n_questions = 1 };
    size_t refused = 0;
    for (size_t max = 0; max < 60000; max += 8) {
        struct arena a;
        struct verdict v = { 0 };
        struct err e = { 0 };
        arena_init(&a, max);
        int rc = verdict_decide(&in, &a, &v, &e);
        YES(rc == 0 || rc == ERR_MEMORY);
        EQ(e.code, rc);
        YES((rc == 0) == (v.n_reasons > 0));
        for (size_t i = 0; i < v.n_reasons; i++)
            YES(v.reasons[i].text && v.reasons[i].evidence);
        for (size_t i = 0; i < v.n_duties; i++)
            YES(v.duties[i].text && v.duties[i].n_evidence == 1);
        refused += rc != 0;
        arena_fini(&a);
    }
    YES(refused > 100);
    fault_alloc_at(1);
    struct arena a;
    struct verdict v = { 0 };
    arena_init(&a, 1u << 20);
    EQ(verdict_decide(&in, &a, &v, NULL), ERR_MEMORY);
    fault_alloc_at(0);
    arena_fini(&a);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
int main(void)
{
    return RUN(WITH(every_record_answers_its_own_cases), WITH(licences_and_uses_by_hand),
               WITH(each_right_has_its_answers), WITH(each_duty_knows_its_uses),
               WITH(lines_in_other_money_and_regions_of_few), WITH(weak_facts_count_only_where_they_decide),
               WITH(a_more_demanding_use_never_gets_a_better_answer),
               WITH(a_term_or_question_more_never_improves_the_answer),
               WITH(what_was_not_read_in_the_text_never_allows), WITH(an_excluded_country_is_never_allowed),
               WITH(an_unknown_part_never_hides_a_refusal), WITH(every_reason_and_duty_has_evidence),
               WITH(no_licence_is_no_permission), WITH(a_rider_is_at_best_a_question),
               WITH(a_policy_beside_a_licence_only_restricts), WITH(a_base_model_counts_and_says_nothing_twice),
               WITH(evidence_is_the_models_own_text_when_it_can_be),
               WITH(questions_are_said_with_what_to_look_for), WITH(what_is_missing_is_named_once),
               WITH(answers_have_names), WITH(every_failing_allocation_is_said));
}
