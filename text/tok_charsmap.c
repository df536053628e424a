// SPDX-License-Identifier: Apache-2.0
/* SentencePiece's precompiled character map.
 *
 *     u32 n   n bytes: a double array of u32 units (Darts)   then texts, each ended by a NUL
 *
 * A unit: label in bits 0-7 and 31, leaf in 8, offset in 10-30 (times 256 when bit 9 is set); a leaf's next unit
 * holds the place of its text. Nothing in it is trusted: a walk that leaves the array ends.
 * Source: SentencePiece normalizer.cc; Darts-clone; spm_precompiled for the reference's own way of matching. */
#include "text/tok_int.h"

enum { KEY_MAX = 256 };                     /* a made-up array could go round for ever */

struct map { struct span units, texts; };

static bool open_map(struct span in, struct map *m)
{
    if (in.n < 4 || le32(in.p) > in.n - 4 || le32(in.p) % 4)
        return false;
    m->units = span_sub(in, 4, le32(in.p));
    m->texts = span_sub(in, 4 + (size_t)le32(in.p), in.n);
    return m->units.n > 0;
}

static uint32_t unit(const struct map *m, uint32_t at)
{
    return at < m->units.n / 4 ? le32(m->units.p + 4 * (size_t)at) : 0;
}

static uint32_t offset(uint32_t u) { return (u >> 10) << ((u & (1u << 9)) >> 6); }

/* The text for a start of `s`: the shortest one that the map has, or the longest. False: none. */
static bool find(const struct map *m, struct span s, bool shortest, size_t *n, struct span *text)
{
    uint32_t at = offset(unit(m, 0));
    bool found = false;
    for (size_t i = 0; i < s.n && i < KEY_MAX && s.p[i]; i++) {
        at ^= s.p[i];
        uint32_t u = unit(m, at);
        if ((u & (1u << 31 | 0xff)) != s.p[i])
            break;
        at ^= offset(u);
        if (!(u >> 8 & 1))
            continue;
        uint32_t place = unit(m, at) & 0x7fffffffu;
        if (place >= m->texts.n || (m->texts.p[place] & 0xC0) == 0x80)
            break;
        const uint8_t *p = m->texts.p + place, *end = memchr(p, 0, m->texts.n - place);
        *text = span_of(p, end ? (size_t)(end - p) : m->texts.n - place);
        *n = i + 1;
        found = true;
        if (shortest)
            break;
    }
    return found;
}

/* Bytes of the grapheme at the start: a character and the marks and joiners behind it, or CR LF. */
static size_t grapheme(struct span s)
{
    unsigned n;
    uint32_t cp = uni_at(s.p, &n);
    size_t at = n;
    if (cp == '\r' && s.n > 1 && s.p[1] == '\n')
        return 2;
    if (uni_is(cp, UNI_BIT(UNI_CC) | UNI_BIT(UNI_ZL) | UNI_BIT(UNI_ZP)))
        return at;
    while (at < s.n && (uni_is(cp = uni_at(s.p + at, &n), UNI_M) || cp - 0x200C < 2))
        at += n;
    return at;
}

static void by_graphemes(const struct map *m, struct span in, struct buf *out)
{
    for (size_t at = 0; at < in.n && !out->error;) {
        struct span g = span_sub(in, at, grapheme(span_sub(in, at, in.n))), text;
        size_t n;
        at += g.n;
        if (g.n < 6 && find(m, g, true, &n, &text)) {
            buf_span(out, text);
            continue;
        }
        for (size_t i = 0; i < g.n;) {
            unsigned len;
            (void)uni_at(g.p + i, &len);
            buf_span(out, find(m, span_sub(g, i, len), true, &n, &text) ? text : span_sub(g, i, len));
            i += len;
        }
    }
}

struct span tok_charsmap(const struct tok_norm *norm, struct span in, struct buf *out)
{
    struct map m;
    buf_reset(out);
    if (!open_map(norm->a, &m))
        return in;
    if (norm->flags & TOK_CHARSMAP_GRAPHEMES) {
        by_graphemes(&m, in, out);
        return buf_view(out);
    }
    for (size_t at = 0; at < in.n && !out->error;) {
        struct span text;
        size_t n;
        unsigned len;
        if (find(&m, span_sub(in, at, in.n), false, &n, &text)) {
            buf_span(out, text);
            at += n;
            while (at < in.n && (in.p[at] & 0xC0) == 0x80)      /* a map that ends within a character */
                at++;
            continue;
        }
        (void)uni_at(in.p + at, &len);
        buf_add(out, in.p + at, len);
        at += len;
    }
    return buf_view(out);
}

static bool texts_valid(const struct map *m)
{
    return tok_make_valid(m->texts, &(struct buf){ .error = ERR_LIMIT }) == false;
}

int tok_norm_check(const struct tok_norm *n, struct err *e)
{
    struct map m;
    if (n->kind != TOK_NORM_CHARSMAP || !n->a.n)
        return 0;
    if (!open_map(n->a, &m))
        return err_plain(e, ERR_FORMAT, "the precompiled character map is cut short");
    if (!texts_valid(&m))
        return err_plain(e, ERR_FORMAT, "the precompiled character map has texts that are not UTF-8");
    return 0;
}
