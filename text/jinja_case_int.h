// SPDX-License-Identifier: Apache-2.0
/* text/jinja_case_int.h - the tables of case_table.c, which tools/case-table makes. All are sorted. */
#ifndef ASSAY_TEXT_JINJA_CASE_INT_H
#define ASSAY_TEXT_JINJA_CASE_INT_H
#include <stddef.h>
#include <stdint.h>

struct case_row { uint32_t first, last, step; int32_t diff; };
struct case_long { uint32_t cp, to[3]; };
struct case_range { uint32_t first, last; };

extern const struct case_row case_lower[], case_upper[], case_title[];
extern const size_t case_lower_n, case_upper_n, case_title_n;
extern const struct case_long case_lower_long[], case_upper_long[], case_title_long[];
extern const size_t case_lower_long_n, case_upper_long_n, case_title_long_n;
extern const struct case_range case_is_lower[], case_is_upper[], case_is_title[], case_unprintable[], case_decimal[];
extern const size_t case_is_lower_n, case_is_upper_n, case_is_title_n, case_unprintable_n, case_decimal_n;

#endif
