// SPDX-License-Identifier: Apache-2.0
/* tests/fuzz/fuzz_signoff.c - store/signoff.h: what is accepted is what we would write, and reads the same again. */
#include <stdlib.h>
#include "store/signoff_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char digest[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

static bool same(const struct signoff *x, const struct signoff *y)
{
    return x->question == y->question && strcmp(x->by, y->by) == 0 && strcmp(x->role, y->role) == 0 &&
           strcmp(x->answer, y->answer) == 0 && strcmp(x->until, y->until) == 0 && strcmp(x->given, y->given) == 0;
}

/* What is read is what could have been signed on some day. */
static bool could_be_given(const struct signoff *s)
{
    static const char first_day[] = "0001-01-01";
    return strcmp(s->until, first_day) <= 0 || signoff_valid(s, first_day, NULL) == 0;
}

static void entries(struct span in, struct arena *a)
{
    struct signoff_list one = { 0 }, two = { 0 };
    struct err e = { 0 };
    struct buf b;
    if (signoff_parse(in, digest, a, &one, &e)) {
        if (one.n || !e.msg[0])
            abort();
        return;
    }
    buf_init(&b, (size_t)64 << 20);
    signoff_write(digest, one.items, one.n, &b);
    if (b.n <= SIGNOFF_FILE_MAX && (signoff_parse(buf_view(&b), digest, a, &two, &e) || one.n != two.n))
        abort();
    for (size_t i = 0; i < two.n; i++)
        if (!same(&one.items[i], &two.items[i]) || !could_be_given(&one.items[i]))
            abort();
    buf_fini(&b);
}

static void models(struct span in, struct arena *a)
{
    const char **list;
    size_t n;
    if (signoff_parse_path(in, a, &list, &n, NULL))
        return;
    for (size_t i = 0; i < n; i++)
        if (strlen(list[i]) != 64 || strchr(list[i], '/'))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    arena_init(&a, 256u << 20);
    entries(span_of(data, size), &a);
    models(span_of(data, size), &a);
    arena_fini(&a);
    return 0;
}
