// SPDX-License-Identifier: Apache-2.0
/* What a worker says is believed only when it is whole; a baseline accepts only what it names. */
#include "tests/support/check.h"

#include "scan/allow.h"
#include "scan/baseline.h"
#include "scan/refs.h"
#include "scan/scan_wire.h"
#include "tests/support/faults.h"

static void make_frame(struct arena *a, struct buf *out)
{
    static const char in[] = "cos\nsystem\n)Rcpip\nmain\n.";
    struct allow l;
    struct scan s;
    struct scan_node n = { .in = span_of(in, sizeof in - 1), .path = "x.pkl", .name = "x.pkl" };
    EQ(allow_open(SPAN_NONE, a, &l, NULL), 0);
    scan_init(&s, &l, a);
    EQ(scan_bytes(&s, &n, NULL), 0);
    EQ(refs_add(&s, &n, REF_WEIGHTS, span_str("a/b"), span_str("how"), 7, 8, 9, NULL), 0);
    wire_put(&s, out);
    EQ(out->error, 0);
}

TEST(a_frame_arrives_as_it_was_sent_and_no_part_of_it_does)
{
    struct arena a;
    struct buf b;
    struct scan_result r = { 0 };
    int rc;
    arena_init(&a, 64 << 20);
    buf_init(&b, 1 << 20);
    make_frame(&a, &b);
    YES(wire_get(buf_view(&b), &a, &r, &rc, NULL));
    EQ(r.verdict, SCAN_UNSAFE);
    EQ(r.n_findings, 3);
    STR(r.format, "pickle");
    STR(r.findings[0].what, "names os.system");
    EQ(r.findings[1].offset, 12);
    STR(r.findings[2].advisory, "CVE-2025-1716");
    EQ(r.n_refs, 1);
    STR(r.refs[0].target, "a/b");
    STR(r.refs[0].how, "how");
    YES(r.refs[0].kind == REF_WEIGHTS && r.refs[0].at == 7 && r.refs[0].line == 8 && r.refs[0].bytes == 9);
    for (size_t n = 0; n < b.n; n++)
        NOT(wire_get(span_of(b.p, n), &a, &r, &rc, NULL));
    buf_char(&b, 0);
    NOT(wire_get(buf_view(&b), &a, &r, &rc, NULL));
    buf_fini(&b);
    arena_fini(&a);
}

TEST(a_lying_frame_is_refused_or_at_least_stays_in_bounds)
{
    struct arena a;
    struct buf b;
    arena_init(&a, 256 << 20);
    buf_init(&b, 1 << 20);
    make_frame(&a, &b);
    for (size_t bit = 0; bit < b.n * 8; bit++) {
        struct scan_result r = { 0 };
        int rc;
        b.p[bit / 8] = (char)(b.p[bit / 8] ^ 1 << bit % 8);
        if (wire_get(buf_view(&b), &a, &r, &rc, NULL)) {
            enum scan_verdict worst = SCAN_CLEAN;
            for (size_t i = 0; i < r.n_findings; i++)
                worst = (enum scan_verdict)r.findings[i].rule->verdict > worst ? (enum scan_verdict)r.findings[i].rule->verdict : worst;
            for (size_t i = 0; i < r.n_refs; i++)
                YES(r.refs[i].kind < REF_KINDS && refs_target_stays(span_str(r.refs[i].target)));
            EQ(r.verdict, worst);                   /* never what the worker says, always what its rules say */
        }
        b.p[bit / 8] = (char)(b.p[bit / 8] ^ 1 << bit % 8);
    }
    buf_fini(&b);
    arena_fini(&a);
}

static const char good[] = "accepted:\n  - sha256: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n"
                           "    rule: pickle-call\n    by: A\n    until: 2030-01-01\n    reason: ours\n";

TEST(a_baseline_accepts_what_it_names_until_its_day)
{
    struct arena a;
    struct baseline b;
    struct scan_finding f[2] = { { .rule = scan_rule(RULE_PICKLE_CALL) }, { .rule = scan_rule(RULE_PICKLE_CLASS) } };
    struct scan_result r = { SCAN_UNSAFE, "pickle", f, 2, 2, NULL, 0 };
    const char *digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    arena_init(&a, 1 << 20);
    EQ(baseline_parse(span_str(good), &a, &b, NULL), 0);
    EQ(baseline_verdict(&b, digest, &r, "2029-05-05"), SCAN_REVIEW);
    EQ(baseline_verdict(&b, digest, &r, "2030-01-01"), SCAN_REVIEW);
    EQ(baseline_verdict(&b, digest, &r, "2030-01-02"), SCAN_UNSAFE);
    EQ(baseline_verdict(&b, NULL, &r, "2029-05-05"), SCAN_UNSAFE);
    r.n_findings = 1;
    EQ(baseline_verdict(&b, digest, &r, "2029-05-05"), SCAN_INCOMPLETE);    /* one was not kept: nobody saw it */
    arena_fini(&a);
}

TEST(no_allocation_failure_is_lost)
{
    struct arena frames;
    struct buf frame;
    arena_init(&frames, 64 << 20);
    buf_init(&frame, 1 << 20);
    make_frame(&frames, &frame);
    for (size_t n = 1;; n++) {
        struct arena a;
        struct baseline b;
        struct scan_result r;
        int wire_rc = 0;
        arena_init(&a, 1 << 24);
        fault_alloc_at(n);
        int rc = baseline_parse(span_str(good), &a, &b, NULL);
        bool whole = wire_get(buf_view(&frame), &a, &r, &wire_rc, NULL);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        if (!hit) {
            YES(whole && rc == 0);
            break;
        }
        YES(rc == ERR_MEMORY || wire_rc == ERR_MEMORY);
    }
    buf_fini(&frame);
    arena_fini(&frames);
}

int main(void)
{
    return RUN(CASE(a_frame_arrives_as_it_was_sent_and_no_part_of_it_does),
               CASE(a_lying_frame_is_refused_or_at_least_stays_in_bounds),
               CASE(a_baseline_accepts_what_it_names_until_its_day), CASE(no_allocation_failure_is_lost));
}
