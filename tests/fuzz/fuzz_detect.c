// SPDX-License-Identifier: Apache-2.0
/* tests/fuzz/fuzz_detect.c - openness/: any card and any names of files give rows with reasons.
 *
 *     names, one a line | NUL | card */
#include <stdlib.h>
#include "openness/openness.h"

enum { FILES_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct evidence seen = { .path = "x", .sha256 = "00", .revision = "" };

static int see(void *ud, const char *path, const struct evidence **out, struct err *e)
{
    (void)ud, (void)path, (void)e;
    *out = &seen;
    return 0;
}

static size_t split(struct span names, struct arena *a, struct openness_file *files)
{
    size_t n = 0;
    while (names.n && n < FILES_MAX) {
        const uint8_t *nl = memchr(names.p, '\n', names.n);
        size_t len = nl ? (size_t)(nl - names.p) : names.n;
        const char *path = arena_strn(a, names.p, len);
        if (!path)
            abort();
        files[n++] = (struct openness_file){ path, snapshot_role(path), 1000, false };
        names = span_sub(names, len + 1, names.n);
    }
    return n;
}

static bool is_sound(const struct openness *o, size_t card_bytes)
{
    for (int p = 0; p < OPENNESS_PARTS; p++) {
        const struct openness_row *r = &o->parts[p];
        if (!r->why[0] || (r->state == OPENNESS_OPEN && !r->n_evidence))
            return false;
        for (size_t i = 0; i < r->n_evidence; i++)
            if (r->evidence[i]->byte_from > r->evidence[i]->byte_to || r->evidence[i]->byte_to > card_bytes)
                return false;
    }
    for (int p = 0; p < MOF_PARTS; p++)
        if (!o->mof[p].why[0] || (o->mof[p].state != MOF_MISSING && !o->mof[p].evidence))
            return false;
    return o->class_why[0] && o->n_osaid && o->n_eu;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct openness_terms terms = { .id = "MIT", .known = true, .osi = true, .mof_open = true, .limits = "",
                                          .doubt = "", .evidence = &seen };
    struct openness_file files[FILES_MAX];
    struct card_topics topics = { 0 };
    struct arena a;
    struct card card;
    struct openness out;
    const uint8_t *nul = memchr(data, 0, size);
    size_t cut = nul ? (size_t)(nul - data) : 0;
    struct span raw = nul ? span_of(nul + 1, size - cut - 1) : span_of(data, size);
    arena_init(&a, 256u << 20);
    if (card_parse(raw, &a, &card, NULL))
        abort();
    struct openness_input in = { .files = files, .topics = &topics, .card = &card, .card_path = "README.md",
        .card_raw = raw, .weights = terms, .code = terms, .data = terms, .docs = terms, .architecture_name = "",
        .library = "", .base = "", .see = see };
    in.n_files = split(span_of(data, cut), &a, files);
    if (openness_judge(&in, &a, &out, NULL) || !is_sound(&out, raw.n))
        abort();
    arena_fini(&a);
    return 0;
}
