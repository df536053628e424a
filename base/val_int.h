// SPDX-License-Identifier: Apache-2.0
/* base/val_int.h - for the tests: what must hold for every tree that a parser hands out.
 *
 * NULL when the tree is sound, else the rule that it breaks. Used by unit tests and fuzz targets. */
#ifndef ASSAY_BASE_VAL_INT_H
#define ASSAY_BASE_VAL_INT_H
#include <string.h>
#include "base/val.h"

static inline uint32_t sound_line(struct span in, uint64_t byte)
{
    uint32_t line = 1;
    for (uint64_t i = 0; i < byte; i++)
        line += in.p[i] == '\n';
    return line;
}

/* Where the value says it stands. `lines`: also count them, which is slow on large inputs. */
static inline const char *sound_place(struct span in, const struct val *v, bool lines)
{
    if (v->byte_from > v->byte_to || v->byte_to > in.n)
        return "bytes lie inside the input";
    if (lines && (v->line != sound_line(in, v->byte_from) || v->line_to != sound_line(in, v->byte_to)))
        return "lines fit the bytes";
    if (v->key.p && (v->key_line == 0 || v->key_line > v->line))
        return "a key stands before its value";
    return NULL;
}

/* What it holds. */
static inline const char *sound_text(struct span in, const struct val *v)
{
    bool parent = v->kind == VAL_LIST || v->kind == VAL_MAP;
    if ((v->key.p && v->key.p[v->key.n] != 0) || (v->str.p && v->str.p[v->str.n] != 0))
        return "text ends with NUL";
    if (parent ? v->str.p != NULL : v->str.p == NULL || v->n || v->first)
        return "text or children, never both";
    struct span source = span_sub(in, (size_t)v->byte_from, (size_t)(v->byte_to - v->byte_from));
    bool plain = source.n && !parent && !memchr("\"'|>!?#", source.p[0], 7) &&
                 !memchr(source.p, '\n', source.n) && !memchr(source.p, '\r', source.n);
    return plain && !span_eq(source, v->str) ? "the bytes of a plain scalar are its text" : NULL;
}

static inline const char *sound_tree(struct span in, const struct val *v, bool lines)
{
    const char *broken = sound_place(in, v, lines);
    if (!broken)
        broken = sound_text(in, v);
    size_t n = 0;
    const struct val *before = NULL;
    for (const struct val *c = v->first; c && !broken; before = c, c = c->next, n++) {
        if (c->byte_from < v->byte_from || c->byte_to > v->byte_to)
            return "children lie inside their parent";
        if (before && c->byte_from < before->byte_to)
            return "children stand in the order of the input";
        if ((v->kind == VAL_MAP) != (c->key.p != NULL))
            return "keys in maps only";
        if (v->kind == VAL_MAP && val_get_span(v, c->key) != c)
            return "each key leads to its child";
        broken = sound_tree(in, c, lines);
    }
    if (!broken && (n != v->n || before != v->last))
        return "the count of children is right";
    return broken;
}

#endif
