// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a catalogue blob, a licence record, a use and a policy: refused or read, and then a verdict. */
#include <stdlib.h>
#include "license/policy.h"
#include "license/verdict.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void decide(const struct license_record *r, const struct use *u, struct arena *a)
{
    struct verdict_term t = { .record = r, .scope = "weights" };
    struct verdict_input in = { .use = u, .terms = &t, .n_terms = 1 };
    struct verdict v;
    if (verdict_decide(&in, a, &v, NULL))
        return;
    check(v.n_reasons > 0 && v.answer == v.reasons[0].answer);
    check(v.answer > ANSWER_ALLOW_WITH_DUTIES || record_basis(r, "use") == 'V');
    for (size_t i = 0; i < v.n_reasons; i++)
        check(v.reasons[i].n_evidence == 1 && v.reasons[i].evidence[0]->byte_to <= r->bytes.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const char usual[] = "commercial: true\ndeployment: redistribute\ncountry: DE\nusers_month: 1000000";
    struct span in = span_of(p, n);
    struct arena a;
    struct catalog c;
    struct policy policy;
    struct policy_result result;
    struct use u, mine;
    const struct license_record *r;
    arena_init(&a, (size_t)1 << 28);
    use_init(&u);
    check(use_from_yaml(span_str(usual), &a, &u, NULL) == 0);
    if (record_parse(in, "fuzz.yaml", &a, &r, NULL) == 0)
        decide(r, &u, &a);
    if (use_from_yaml(in, &a, &mine, NULL) == 0)
        check(*mine.country == 0 || country_known(mine.country));
    if (policy_parse(in, &a, &policy, NULL) == 0)
        check(policy_judge(&policy, &(struct policy_facts){ .today = "2026-11-23" }, &a, &result, NULL) == 0);
    if (catalog_open_blob(&c, &a, in, NULL) == 0) {
        (void)catalog_by_name(&c, "Sample License", &r, NULL);
        (void)catalog_data(&c, "families.yaml");
        for (size_t i = 0; i < catalog_count(&c); i++)
            if (catalog_at(&c, i, &r, NULL) == 0)
                decide(r, &u, &a);
    }
    uint64_t from = 0, to = 0;
    if (n > 8 && anchor_find(span_sub(in, 8, n), "you must", &from, &to))
        check(from < to && to <= n - 8);
    arena_fini(&a);
    return 0;
}
