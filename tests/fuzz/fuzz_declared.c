// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a card, a name and an address: what they declare, what they are made from, and whether that
 * agrees. Every piece of evidence must lie in the input, on the lines that it names. */
#include <stdlib.h>
#include "license/conflict.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static struct arena process;
static struct index idx;
static struct catalog cat;
static struct declare ctx;
static struct families fam;

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void open_once(void)
{
    if (ctx.names)
        return;
    arena_init(&process, (size_t)1 << 30);
    check(index_open(index_builtin(), &process, &idx, NULL) == 0);
    check(catalog_open(&cat, &process, NULL) == 0);
    check(declare_init(&ctx, &cat, &idx, &process, NULL) == 0);
    check(families_open(&fam, &cat, SPAN_NONE, SPAN_NONE, &process, NULL) == 0);
}

static void check_evidence(const struct evidence *ev, struct span in)
{
    uint32_t line = 1;
    check(ev && ev->byte_from <= ev->byte_to && ev->byte_to <= in.n && ev->sha256 && ev->path);
    for (uint64_t i = 0; i < ev->byte_from; i++)
        line += in.p[i] == '\n';
    check(ev->line_from == line && ev->line_to >= line);
}

static void check_declared(const struct declared *d, struct span in)
{
    check_evidence(d->evidence, in);
    check(d->raw && d->id && d->target && d->file && d->exception && d->method);
    check((d->state == DECLARED_NAMED) == (*d->id != 0));
    check(!d->record || (d->record->kind == LICENSE_KIND_LICENSE && strcmp(d->record->id, d->id) == 0));
    check(d->confidence >= 0 && d->confidence <= 1);
    check(!d->choice || d->expr);
    check(strstr(d->file, "../") != d->file);
}

static void check_conflicts(const struct declared_list *l, const struct base_list *b, struct span in, struct arena *a)
{
    static const char *const files[] = { "README.md", "LICENSE" };
    struct concluded text = { .id = "MIT", .match = MATCH_EXACT, .kind = TEXT_IS_LICENSE, .path = "LICENSE" };
    text.evidence = evidence_of(a, "LICENSE", span_str("x"), 0, 1, true);
    check(text.evidence && catalog_find(&cat, "MIT", &text.record, NULL) == 0);
    struct conflict_input x = { .declared = l->items, .n_declared = l->n, .concluded = &text, .n_concluded = 1,
                                .bases = b->items, .n_bases = b->n, .files = files, .n_files = 2 };
    struct conflict_list out;
    if (conflict_find(&x, a, &out, NULL))
        return;
    for (size_t i = 0; i < out.n; i++) {
        const struct conflict *c = &out.items[i];
        check(c->a.value && c->b.value && c->why && *c->why && c->a.evidence);
        check(c->b.evidence || c->gap || c->kind == CONFLICT_LINK);
        check(c->a.evidence == text.evidence || c->a.evidence->byte_to <= in.n);
        check((c->kind == CONFLICT_BASE) == (c->base != BASE_NONE));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct span in = span_of(p, n);
    struct arena a;
    struct card card;
    struct declared one = { 0 };
    struct declared_list l = { 0 };
    struct base_list bases = { 0 };
    struct dataset_list sets = { 0 };
    open_once();
    struct declare d = ctx;
    struct families f = fam;
    arena_init(&a, (size_t)1 << 28);
    d.a = f.a = &a;
    check(declared_resolve(&d, in, &one, NULL) == 0 && (one.state == DECLARED_NAMED) == (*one.id != 0));
    check(declared_resolve_url(&d, in, &one, NULL) == 0);
    if (card_parse(in, &a, &card, NULL) == 0 && declared_from_card(&d, "x/README.md", in, &card, &l, NULL) == 0) {
        (void)declared_from_prose(&d, "x/README.md", in, &card, &l, NULL);
        for (size_t i = 0; i < l.n; i++)
            check_declared(&l.items[i], in);
        if (bases_from_card(&f, "x/README.md", in, &card, &bases, NULL) == 0)
            for (size_t i = 0; i < bases.n; i++)
                check(bases.items[i].evidence && bases.items[i].via < (int)i);
        if (datasets_from_card(&f, "x/README.md", in, &card, &sets, NULL) == 0)
            for (size_t i = 0; i < sets.n; i++)
                check_evidence(sets.items[i].evidence, in);
        check_conflicts(&l, &bases, in, &a);
    }
    arena_fini(&a);
    return 0;
}
