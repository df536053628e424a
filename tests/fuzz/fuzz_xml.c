// SPDX-License-Identifier: Apache-2.0
/* tests/fuzz/fuzz_xml.c - format/xml.h: any bytes give events that nest and whose places grow, or an error inside the
 * file; and the scanner calls what cannot be read incomplete, or unsafe. */
#include <stdlib.h>
#include "format/xml.h"
#include "tests/support/fuzz_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void sound(const struct xml *x, uint64_t before, size_t depth, size_t size)
{
    size_t want = x->kind == XML_START ? depth + 1 : x->kind == XML_STOP ? depth - 1 : depth;
    if (x->depth != want || x->at < before || x->at > size || x->n_attrs > XML_ATTRS_MAX || (x->kind == XML_TEXT && !depth))
        abort();
    for (size_t i = 0; i < x->n_attrs; i++)
        if (x->attrs[i].at <= x->at || x->attrs[i].at >= size || !x->attrs[i].name.n)
            abort();
    for (size_t i = 0; i < x->text.n; i++)
        if (x->text.p[i] == 0 || (x->text.p[i] == '\r' && x->kind == XML_COMMENT))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct xml x;
    struct err e = { 0 };
    uint64_t before = 0;
    size_t depth = 0;
    arena_init(&a, (size_t)256 << 20);
    int rc = xml_open(span_of(data, size), &a, &x, &e);
    while (!rc && !(rc = xml_next(&x, &e)) && x.kind != XML_END) {
        struct xml_entity ent;
        size_t pos = 0, last = 0;
        sound(&x, before, depth, size);
        while (x.kind == XML_DOCTYPE && xml_entity_next(x.text, &pos, &ent)) {
            if (pos <= last || pos > x.text.n)
                abort();
            last = pos;
        }
        before = x.at;
        depth = x.depth;
    }
    if (rc ? e.code != rc || !e.msg[0] || e.pos > size : depth != 0)
        abort();
    arena_fini(&a);
    return fuzz_scan(data, size, "x.xml");
}
