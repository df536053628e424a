// SPDX-License-Identifier: Apache-2.0
#include "scan/pickle_made.h"

enum { ENCODED_MAX_BYTES = 24 << 20 };

int made_note(struct made *l, struct arena *a, uint64_t at, uint32_t global)
{
    void *items = l->items;
    if (l->n >= MADE_MAX)
        return 0;
    if (arena_grow(a, &items, &l->cap, l->n, sizeof *l->items))
        return ERR_MEMORY;
    l->items = items;
    l->items[l->n++] = (struct made_item){ at, global };
    return 0;
}

uint32_t made_find(const struct made *l, const struct pk_value *v)
{
    size_t lo = 0, hi = l->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (l->items[mid].at == v->at)
            return l->items[mid].global;
        if (l->items[mid].at < v->at)
            lo = mid + 1;
        else
            hi = mid;
    }
    return PK_NO_GLOBAL;
}

bool made_encoded(struct made *l, const struct pickle *m, const struct pk_event *ev, struct arena *a)
{
    struct span how;
    if (ev->fn.kind != PK_GLOBAL || ev->n_items != 2 || !ev->items || ev->items[0].kind != PK_TEXT ||
        !span_is(m->globals[ev->fn.global].module, "_codecs") || !span_is(m->globals[ev->fn.global].name, "encode") ||
        !pk_text(m, &ev->items[1], a, &how) || !span_is(how, "latin1"))
        return false;
    l->encoded_at = ev->at;
    l->encoded = ev->items[0];
    return true;
}

/* Text of UTF-8 as the bytes of its code points, each below 256; false when one is not: the call then fails. */
static bool to_latin1(struct span text, uint8_t *out, size_t *n)
{
    *n = 0;
    for (size_t i = 0; i < text.n; i++) {
        uint8_t b = text.p[i];
        if (b >= 0x80) {
            if ((b & 0xfe) != 0xc2 || i + 1 == text.n)
                return false;
            b = (uint8_t)(b << 6 | (text.p[++i] & 0x3f));
        }
        out[(*n)++] = b;
    }
    return true;
}

bool made_bytes(const struct made *l, const struct pickle *m, const struct pk_value *v, struct arena *a, struct span *out,
                int *rc)
{
    struct span text;
    size_t n;
    if (v->kind == PK_BYTES)
        return pk_text(m, v, a, out);
    if (v->kind != PK_RESULT || l->encoded.kind != PK_TEXT || v->at != l->encoded_at ||
        !pk_text(m, &l->encoded, a, &text) || text.n > ENCODED_MAX_BYTES)
        return false;
    uint8_t *bytes = (uint8_t *)arena_text(a, text.n + 1);
    if (!bytes)
        *rc = ERR_MEMORY;
    if (!bytes || !to_latin1(text, bytes, &n))
        return false;
    *out = span_of(bytes, n);
    return true;
}
