// SPDX-License-Identifier: Apache-2.0
/* tests/diff/xml_events.c - what format/xml.h makes of documents: one line each, for xml_diff.py.
 *
 *     { u32 LE n, n bytes } ... on stdin  ─>  "yes" and the events, names and texts in hexadecimal digits;
 *                                             "declares" when a DOCTYPE declares something; "no <byte> <message>" */
#include <stdio.h>
#include "format/xml.h"

static void put(const char *mark, struct span s)
{
    printf("%s", mark);
    for (size_t i = 0; i < s.n; i++)
        printf("%02x", s.p[i]);
}

/* Texts that follow each other are one, as expat gives them when it buffers. */
static void show(const struct xml *x, bool *in_text)
{
    if (x->kind == XML_TEXT && !x->text.n)
        return;
    if (x->kind != XML_TEXT)
        *in_text = false;
    if (x->kind == XML_START) {
        printf(" S@%llu", (unsigned long long)x->at);
        put(":", x->name);
        for (size_t i = 0; i < x->n_attrs; i++) {
            put(",", x->attrs[i].name);
            put("=", x->attrs[i].value);
        }
    } else if (x->kind == XML_STOP) {
        put(" E:", x->name);
    } else if (x->kind == XML_TEXT) {
        put(*in_text ? "" : " T:", x->text);
        *in_text = true;
    } else if (x->kind == XML_COMMENT) {
        printf(" C@%llu", (unsigned long long)x->at);
        put(":", x->text);
    } else if (x->kind == XML_INSTRUCTION) {
        printf(" P@%llu", (unsigned long long)x->at);
        put(":", x->name);
        put(":", x->text);
    } else if (x->kind == XML_DOCTYPE) {
        put(" D:", x->name);
        put(":", x->system_id);
        put(":", x->public_id);
    }
}

/* First without printing: a line is a whole answer. */
static int walk(struct span in, bool print, bool *declares, struct err *e)
{
    struct arena a;
    struct xml x;
    bool in_text = false;
    arena_init(&a, (size_t)256 << 20);
    int rc = xml_open(in, &a, &x, e);
    while (!rc && !(rc = xml_next(&x, e)) && x.kind != XML_END) {
        *declares = *declares || x.declares;
        if (print)
            show(&x, &in_text);
    }
    arena_fini(&a);
    return rc;
}

static void one(struct span in)
{
    struct err e = { 0 };
    bool declares = false;
    if (walk(in, false, &declares, &e)) {
        printf("no %llu %s\n", (unsigned long long)e.pos, e.msg);
        return;
    }
    printf("%s", declares ? "declares" : "yes");
    (void)walk(in, true, &declares, &e);
    printf("\n");
}

int main(void)
{
    static unsigned char head[4], bytes[4 << 20];
    while (fread(head, 1, 4, stdin) == 4) {
        size_t n = le32(head);
        if (n > sizeof bytes || fread(bytes, 1, n, stdin) != n)
            return 1;
        one(span_of(bytes, n));
    }
    return 0;
}
