// SPDX-License-Identifier: Apache-2.0
/* base/date.h: days of the calendar and nothing else. */
#include "tests/support/check.h"

#include "base/date.h"

TEST(days_of_the_calendar)
{
    static const char *const good[] = { "2026-11-25", "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31" };
    static const char *const bad[] = { "", "2026", "2026-11", "2026-11-2", "2026-11-255", "2026-13-01", "2026-00-01",
                                       "2026-01-00", "2026-02-29", "1900-02-29", "2026-04-31", "0000-01-01", "2026/01/01",
                                       "2026-1-011", " 2026-01-01", "2026-01-01 ", "+026-01-01", "2026-01-01T00" };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        YES(date_known(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        NOT(date_known(bad[i]));
}

int main(void)
{
    return RUN(CASE(days_of_the_calendar));
}
