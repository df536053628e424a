// SPDX-License-Identifier: Apache-2.0
/* text/uni.h - what a tokenizer must know of characters: categories, white space, case, normal forms.
 *
 *     character ─> block[cp / 128] ─> class[block][cp % 128]       two loads, for any character
 *                                     └ bit 7 ─> row of map: decompositions, lower case, combining class
 *
 * The tables are data/unicode.bin, made by tools/unicode-table from Unicode 16.0.0, the version of the regular
 * expressions in the reference tokenizers. Characters that a later version adds are unassigned here.
 * Source: Unicode Standard Annex 15 (normal forms), chapter 3.12 (Hangul). */
#ifndef ASSAY_TEXT_UNI_H
#define ASSAY_TEXT_UNI_H
#include "base/buf.h"
#include "base/span.h"

enum uni_cat {
    UNI_CN, UNI_CC, UNI_CF, UNI_CS, UNI_CO,
    UNI_LU, UNI_LL, UNI_LT, UNI_LM, UNI_LO,
    UNI_MN, UNI_MC, UNI_ME,
    UNI_ND, UNI_NL, UNI_NO,
    UNI_PC, UNI_PD, UNI_PS, UNI_PE, UNI_PI, UNI_PF, UNI_PO,
    UNI_SM, UNI_SC, UNI_SK, UNI_SO,
    UNI_ZS, UNI_ZL, UNI_ZP
};

/* Sets of categories, one bit each; UNI_SPACE is the property White_Space. */
#define UNI_BIT(c)  (1u << (c))
#define UNI_L       (0x1fu << UNI_LU)
#define UNI_M       (0x07u << UNI_MN)
#define UNI_N       (0x07u << UNI_ND)
#define UNI_P       (0x7fu << UNI_PC)
#define UNI_S       (0x0fu << UNI_SM)
#define UNI_SPACE   (1u << 31)

enum { UNI_BLOCKS_AT = 64, UNI_CLASSES_AT = UNI_BLOCKS_AT + 2 * (0x110000 / 128) };
enum { UNI_CLASS_SPACE = 0x20, UNI_CLASS_NOT_NFC = 0x40, UNI_CLASS_MAPPED = 0x80 };

extern const uint8_t assay_unicode[] __attribute__((visibility("hidden")));

/* The class byte of any number; above U+10FFFF it is unassigned. */
static inline unsigned uni_class(uint32_t cp)
{
    if (cp > 0x10FFFF)
        return UNI_CN;
    unsigned block = le16(assay_unicode + UNI_BLOCKS_AT + 2 * (size_t)(cp >> 7));
    return assay_unicode[UNI_CLASSES_AT + 128 * block + (cp & 127)];
}

static inline enum uni_cat uni_cat(uint32_t cp) { return (enum uni_cat)(uni_class(cp) & 31); }

/* The sets that a character is in: its category, and UNI_SPACE. */
static inline uint32_t uni_sets(uint32_t cp)
{
    unsigned c = uni_class(cp);
    return UNI_BIT(c & 31) | (uint32_t)(c >> 5 & 1) << 31;
}

static inline bool uni_is(uint32_t cp, uint32_t sets) { return uni_sets(cp) & sets; }

/* The character at p, which begins a valid one; *n its bytes. */
static inline uint32_t uni_at(const uint8_t *p, unsigned *n)
{
    if (p[0] < 0x80)
        return *n = 1, p[0];
    if (p[0] < 0xE0)
        return *n = 2, (uint32_t)(p[0] & 31) << 6 | (p[1] & 63);
    if (p[0] < 0xF0)
        return *n = 3, (uint32_t)(p[0] & 15) << 12 | (uint32_t)(p[1] & 63) << 6 | (p[2] & 63);
    *n = 4;
    return (uint32_t)(p[0] & 7) << 18 | (uint32_t)(p[1] & 63) << 12 | (uint32_t)(p[2] & 63) << 6 | (p[3] & 63);
}

void uni_version(unsigned *major, unsigned *minor);

/* The lower case of one character, without a look at its neighbours: 1 or 2 characters. */
unsigned uni_lower(uint32_t cp, uint32_t out[4]);

enum uni_form { UNI_NFC, UNI_NFD, UNI_NFKC, UNI_NFKD };

/* Append the normal form of `in`, which is valid UTF-8, to `out`. `run` is scratch: one run of combining
 * marks, four bytes a mark. Errors stick to the two. Cost: O(n) for any input. */
void uni_normalize(struct span in, enum uni_form form, struct buf *run, struct buf *out);

/* False when normalizing may change the text; O(n), and a plain scan of bytes where nothing can. */
bool uni_is_nfc(struct span in);

void uni_put(struct buf *out, uint32_t cp);

#endif
