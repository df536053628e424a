// SPDX-License-Identifier: Apache-2.0
/* tests/fuzz/fuzz_card.c - format/card.h: any bytes give a card whose values and sections lie in the file. */
#include <stdlib.h>
#include "format/card.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t lines_of(const uint8_t *p, size_t n)
{
    uint32_t lines = 1;
    for (size_t i = 0; i < n; i++)
        lines += p[i] == '\n';
    return lines;
}

static bool lies_in(const struct val *v, uint64_t from, uint64_t to, uint32_t last_line)
{
    if (v->byte_from < from || v->byte_from > v->byte_to || v->byte_to > to || v->line > v->line_to ||
        v->line_to > last_line || v->key_line > v->line)
        return false;
    for (const struct val *kid = v->first; kid; kid = kid->next)
        if (!lies_in(kid, from, to, last_line))
            return false;
    return true;
}

static bool meta_is_sound(const struct card *c, struct span raw, struct arena *a)
{
    if (!c->meta)
        return true;
    uint64_t from = (uint64_t)(c->meta_raw.p - raw.p);
    if (!c->has_meta || c->meta_error.code || c->meta->kind != VAL_MAP)
        return false;
    for (const struct val *v = card_next_key(c, "", NULL); v; v = card_next_key(c, "", v)) {
        struct card_strings s;
        char *key = arena_strn(a, v->key.p, v->key.n);
        if (!lies_in(v, from, from + c->meta_raw.n, c->body_line) || !key || card_strings(c, key, a, &s, NULL))
            return false;
        if ((s.state == CARD_GIVEN) != (s.n > 0) && s.state != CARD_ODD)
            return false;
    }
    return true;
}

static bool sections_are_sound(const struct card *c, size_t size, uint32_t last_line, struct arena *a)
{
    const struct card_section *s = NULL;
    size_t n = 0;
    if (card_sections(c, a, &s, &n, NULL))
        return size > CARD_MAX_SECTIONS;
    uint64_t at = c->body_byte;
    for (size_t i = 0; i < n; i++) {
        if (s[i].byte_from < at || s[i].byte_from >= s[i].own_byte_to || s[i].own_byte_to > s[i].byte_to)
            return false;
        if (s[i].byte_to > size || s[i].line_from > s[i].own_line_to || s[i].own_line_to > s[i].line_to ||
            s[i].line_to > last_line || s[i].level > 6)
            return false;
        at = s[i].own_byte_to;
    }
    return n == 0 || at == size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span raw = span_of(data, size);
    struct arena a;
    struct card c;
    struct err e = { 0 };
    arena_init(&a, 256u << 20);
    if (card_parse(raw, &a, &c, &e))
        abort();
    if (c.body.n + c.body_byte != size || (c.meta_error.code && !c.meta_error.msg[0]))
        abort();
    if (!meta_is_sound(&c, raw, &a) || !sections_are_sound(&c, size, lines_of(data, size), &a))
        abort();
    arena_fini(&a);
    return 0;
}
