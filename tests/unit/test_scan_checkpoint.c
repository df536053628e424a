// SPDX-License-Identifier: Apache-2.0
/* Checkpoints of TensorFlow: an index that TensorFlow wrote, and tables by hand. */
#include "format/sstable.h"
#include "tests/support/judged_file.h"
#include "tests/support/table_make.h"

static struct span golden(const char *name, struct arena *a)
{
    char path[96];
    (void)snprintf(path, sizeof path, "tests/golden/tensorflow/%s", name);
    struct span in = judged_file("ASSAY_SOURCE", path, a);
    YES(in.n > 100);
    return in;
}

/* ---- tables by hand ----------------------------------------------------------------------- */

struct pair { const char *key, *value; size_t n; };
#define PAIR(key, literal) { key, literal, sizeof literal - 1 }
#define HEADER PAIR("", "\x08\x01\x1a\x02\x08\x01")            /* one shard */

static const char *judged_table(const struct pair *pairs, size_t n)
{
    static struct made m;
    m = (struct made){ .n = 0 };
    for (size_t i = 0; i < n; i++)
        entry(&m, pairs[i].key, pairs[i].value, pairs[i].n);
    end_block(&m, 0, 0);
    finish(&m, m.n - 5);
    return judged(span_of(m.p, m.n), "x.index");
}

#define TABLE(...) judged_table((const struct pair[]){ __VA_ARGS__ }, sizeof((const struct pair[]){ __VA_ARGS__ }) / sizeof(struct pair))
/* float[2], shard 0, at `at`, 8 bytes */
#define FLOATS(key, at) PAIR(key, "\x08\x01\x12\x04\x12\x02\x08\x02\x20" at "\x28\x08")
#define BROKEN "INCOMPLETE tensors-malformed"

TEST(entries_of_a_checkpoint)
{
    STR(TABLE(HEADER, FLOATS("a", "\x00"), FLOATS("b", "\x08")), "CLEAN");
    STR(TABLE(HEADER, FLOATS("a", "\x08"), FLOATS("b", "\x00")), "CLEAN");
    STR(TABLE(HEADER, FLOATS("a", "\x00"), FLOATS("b", "\x07")), BROKEN);               /* one over the other */
    STR(TABLE(HEADER, FLOATS("b", "\x00"), FLOATS("a", "\x08")), BROKEN);               /* not in order */
    STR(TABLE(HEADER, FLOATS("a", "\x00"), FLOATS("a", "\x08")), BROKEN);
    STR(TABLE(FLOATS("a", "\x00")), BROKEN);                                            /* no header */
    STR(TABLE(PAIR("", "\x08\x00"), FLOATS("a", "\x00")), BROKEN " tensors-malformed"); /* no shards */
    STR(TABLE(PAIR("", "\x08\x01\x10\x01")), BROKEN);                                   /* big-endian */
    STR(TABLE(HEADER, PAIR("a", "\x08\x01\x12\x04\x12\x02\x08\x02\x18\x01\x28\x08")), BROKEN);      /* shard 1 of 1 */
    STR(TABLE(HEADER, PAIR("a", "\x08\x01\x12\x04\x12\x02\x08\x02\x28\x09")), BROKEN);              /* 9 bytes */
    STR(TABLE(HEADER, PAIR("a", "\x08\x01\x12\x0d\x12\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x28\x08")), BROKEN);
    STR(TABLE(HEADER, PAIR("a", "\x08\x01\x20\xff\xff\xff\xff\xff\xff\xff\xff\x7f\x28\x04")), BROKEN);
    STR(TABLE(HEADER, PAIR("a", "\x08\x01\x0b")), BROKEN);
    STR(TABLE(HEADER, PAIR("a", "\x08\x07\x12\x04\x12\x02\x08\x02\x28\x55")), "CLEAN");             /* texts */
    STR(TABLE(PAIR("", "\x0a\x00")), "REVIEW recognised-not-parsed");                               /* the first format */
}

TEST(an_index_of_tensorflow)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct span in = golden("variables.index", &a);
    STR(judged(in, "variables.index"), "CLEAN");
    STR(judged(in, "m"), "CLEAN");
    bend(in, "variables.index");
    sweep(in, "variables.index");
    for (size_t i = 0; i < in.n - 48; i++) {            /* the checksums see every bit of the blocks */
        ((uint8_t *)(uintptr_t)in.p)[i] ^= 4;
        YES(strcmp(judged(in, "variables.index"), "CLEAN") != 0);
        ((uint8_t *)(uintptr_t)in.p)[i] ^= 4;
    }
    for (size_t cut = 0; cut < in.n; cut++)
        YES(strcmp(judged(span_sub(in, 0, cut), "variables.index"), "CLEAN") != 0 || cut == 0);
    arena_fini(&a);
}

TEST(shards_by_their_names)
{
    static const char raw[] = "\x01\xfe\x00\xff\x3f\x9d\x00\x00";
    STR(judged(span_of(raw, 8), "variables.data-00000-of-00001"), "CLEAN");
    STR(judged(span_of(raw, 8), "v/model.ckpt-12.data-00003-of-00010"), "CLEAN");
    STR(judged(span_of(raw, 8), "model.data-0000-of-00010"), "REVIEW unknown-format");
    STR(judged(span_of(raw, 8), ".data-00000-of-0000x"), "REVIEW unknown-format");
    STR(judged(span_str("\x80\x04" "cposix\nsystem\n)R."), "x.data-00000-of-00001"), "UNSAFE pickle-global pickle-call");
}

/* ---- the reader --------------------------------------------------------------------------- */

static int stop(void *ud, const struct sst_entry *x)
{
    (void)x;
    return ++*(int *)ud == 1 ? ERR_IO : 0;
}

TEST(what_a_table_claims)
{
    struct made m = { .n = 0 };
    struct arena a;
    uint64_t unclaimed;
    int n = 0;
    arena_init(&a, 1 << 20);
    entry(&m, "", "\x08\x01", 2);
    end_block(&m, 0, 0);
    finish(&m, m.n - 5);
    STR(judged(span_of(m.p, m.n), "m"), "CLEAN");
    EQ(sst_walk(span_of(m.p, m.n), &a, stop, &n, &unclaimed, NULL), ERR_IO);
    m = (struct made){ .n = 0 };
    entry(&m, "", "\x08\x01", 2);
    end_block(&m, 0, 0);
    size_t data_n = m.n - 5;
    put(&m, "hidden between", 14);
    finish(&m, data_n);
    STR(judged(span_of(m.p, m.n), "m"), "REVIEW tensors-unclaimed-bytes");
    m = (struct made){ .n = 0 };
    entry(&m, "", "\x08\x01", 2);
    end_block(&m, 0, 1);                                /* snappy */
    finish(&m, m.n - 5);
    STR(judged(span_of(m.p, m.n), "m"), BROKEN);
    arena_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(entries_of_a_checkpoint), CASE(an_index_of_tensorflow), CASE(shards_by_their_names), CASE(what_a_table_claims),
    };
    return cmocka_run_group_tests(tests, judged_open, judged_close);
}
