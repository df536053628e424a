// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include <time.h>
#include "passport/doctor.h"
#include "tests/support/faults.h"

TEST(days_of_the_calendar)
{
    static const char *const bad[] = { "", "2026-1-01", "2026-00-10", "2026-04-31", "2100-02-29", "2026-01-011",
                                       "2026/01/01", "-026-01-01", "1969-12-31", "20260101  " };
    int32_t days;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (doctor_days(bad[i], &days))
            fail_msg("%s is taken for a day", bad[i]);
    for (int32_t want = 0; want < 60000; want += 13) {              /* the C library's own calendar, to 2134 */
        time_t t = (time_t)want * 86400;
        struct tm utc;
        char text[16];
        assert_non_null(gmtime_r(&t, &utc));
        EQ(strftime(text, sizeof text, "%Y-%m-%d", &utc), 10);
        YES(doctor_days(text, &days));
        EQ(days, want);
    }
}

TEST(no_allocation_failure_is_lost)
{
    EQ(setenv("XDG_CACHE_HOME", "/nowhere/at/all", 1), 0);
    for (size_t n = 1;; n += 1 + n / 16) {
        struct arena a;
        struct doctor d;
        struct buf b;
        struct err e = { 0 };
        arena_init(&a, (size_t)1 << 28);
        buf_init(&b, 1 << 20);
        fault_alloc_at(n);
        int rc = doctor_look("0", "2026-12-01", false, &a, &d, &e);
        if (!rc)
            rc = doctor_json(&d, &b, &e);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        buf_fini(&b);
        arena_fini(&a);
        EQ(rc, hit ? ERR_MEMORY : 0);
        if (!hit)
            break;
    }
}

int main(void)
{
    return RUN(CASE(days_of_the_calendar), CASE(no_allocation_failure_is_lost));
}
