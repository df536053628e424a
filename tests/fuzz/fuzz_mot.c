// SPDX-License-Identifier: Apache-2.0
/* tests/fuzz/fuzz_mot.c - openness/mot_report.h: any bytes give a report or an error; what was read can be written,
 * and reads back with the same class. */
#include <stdlib.h>
#include "openness/mot_report.h"
#include "openness/mot_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct mof_licenses lists;
static struct arena process;

static void judge_again(const struct mot_report *r, struct arena *a)
{
    struct buf b;
    struct mot_report again;
    buf_init(&b, 8 << 20);
    if (mot_write(&r->release, &b, NULL))
        abort();
    int rc = mot_report_read("", buf_view(&b), &lists, a, &again, NULL);
    if (rc && rc != ERR_LIMIT && rc != ERR_MEMORY)
        abort();
    if (!rc && memcmp(&again.judged.result, &r->judged.result, sizeof again.judged.result) != 0)
        abort();
    buf_fini(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct mot_report r;
    struct err e = { 0 };
    if (!process.max_bytes) {
        arena_init(&process, 64u << 20);
        if (mof_licenses_open(SPAN_NONE, &process, &lists, NULL))
            abort();
    }
    arena_init(&a, 256u << 20);
    int rc = mot_report_read("x.yml", span_of(data, size), &lists, &a, &r, &e);
    if (rc ? e.code != rc || !e.msg[0] : r.judged.result.class > 3 || (r.next.class && !r.next.n_gaps))
        abort();
    for (size_t i = 0; !rc && i < r.findings.n; i++)
        if (!r.findings.items[i].text[0] || !r.findings.items[i].suggest || !r.findings.items[i].line)
            abort();
    if (!rc)
        judge_again(&r, &a);
    arena_fini(&a);
    return 0;
}
