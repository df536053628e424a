// SPDX-License-Identifier: Apache-2.0
/* base/date.h - a day of the calendar, YYYY-MM-DD.
 *
 * Two such dates compare as text: strcmp tells which is earlier. */
#ifndef ASSAY_BASE_DATE_H
#define ASSAY_BASE_DATE_H
#include <stdbool.h>

enum { DATE_BYTES = 11 };

/* Is there such a day (Gregorian, years 1 to 9999)? */
bool date_known(const char *s);

#endif
