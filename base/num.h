// SPDX-License-Identifier: Apache-2.0
/* base/num.h - decimal text to double and back, whatever the locale.
 *
 * The C library reads and writes "1,5" in a German locale; files never do. Reading is
 * correctly rounded: up to 2^53 with a power of ten up to 22 both factors are exact, so that one
 * multiplication is (Clinger, "How to Read Floating Point Numbers Accurately", 1990); the rest
 * goes to strtod_l in the C locale. */
#ifndef ASSAY_BASE_NUM_H
#define ASSAY_BASE_NUM_H
#include <stddef.h>
#include <stdint.h>

enum { NUM_TEXT_BYTES = 352 };          /* the longest double with 17 decimals, and a NUL */

/* The value of `text`, which the caller has checked: [-+] digits [. digits] [e [-+] digits] and
 * a NUL, at least one digit before the exponent. Infinite when it is beyond a double. */
double num_double(const char *text);

/* Write v, which is finite, with `decimals` digits (0 to 17) after the point; -1: the fewest digits
 * that read back as v. Never "-0". Returns the length. */
size_t num_format(double v, int decimals, char out[NUM_TEXT_BYTES]);

#endif
