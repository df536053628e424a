// SPDX-License-Identifier: Apache-2.0
/* HDF5: files of h5py in both layouts, files that lead out, files that are cut, bent and full of circles. */
#include "base/fs.h"
#include "format/h5.h"
#include "tests/support/faults.h"
#include "tests/support/judged.h"

static const char *judged(struct span in)
{
    return judged_line(in, "x.h5", 0);
}

/* A copy that may be changed. */
static struct span file_of(const char *variable, const char *path, struct arena *a)
{
    struct fs_map map;
    char full[1024];
    (void)snprintf(full, sizeof full, "%s/%s", dir_of(variable), path);
    if (fs_map(full, &map, NULL))
        return SPAN_NONE;
    struct span in = span_of(arena_strn(a, map.bytes.p, map.bytes.n), map.bytes.n);
    fs_unmap(&map);
    return in;
}

static struct span golden(const char *name, struct arena *a)
{
    char path[64];
    (void)snprintf(path, sizeof path, "tests/golden/h5/%s.h5", name);
    struct span in = file_of("ASSAY_SOURCE", path, a);
    YES(in.n > 500);
    return in;
}

TEST(files_of_h5py_are_judged)
{
    static const struct { const char *name, *want; } files[] = {
        { "old", "CLEAN" }, { "new", "CLEAN" }, { "old_lambda", "UNSAFE keras-code" }, { "new_lambda", "UNSAFE keras-code" },
        { "dense", "INCOMPLETE hdf5-unread" }, { "block", "UNSAFE tensors-unclaimed-bytes unknown-format keras-code" },
        { "link", "UNSAFE hdf5-outside" }, { "storage", "UNSAFE hdf5-outside" }, { "virtual", "UNSAFE hdf5-outside" },
        { "soft", "INCOMPLETE hdf5-unread" },
    };
    struct arena a;
    arena_init(&a, 8 << 20);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        STR(judged(golden(files[i].name, &a)), files[i].want);
    arena_fini(&a);
}

TEST(labelled_files_are_as_labelled)
{
    struct arena a;
    arena_init(&a, 8 << 20);
    struct span bad = file_of("ASSAY_SHARED", "data/scan/modelaudit/tests/assets/samples/keras/malicious_lambda.h5", &a);
    struct span good = file_of("ASSAY_SHARED", "data/scan/modelaudit/tests/assets/samples/keras/safe_model.h5", &a);
    if (!bad.p || !good.p)
        SKIP("the shared data is not there");
    STR(judged(bad), "UNSAFE keras-code");
    STR(judged(good), "CLEAN");
    arena_fini(&a);
}

TEST(no_prefix_is_clean_and_no_byte_more)
{
    struct arena a;
    arena_init(&a, 8 << 20);
    struct span in = golden("new", &a);
    for (size_t cut = 1; cut < in.n; cut += cut < 400 ? 1 : 61)
        NOT(strncmp(judged(span_sub(in, 0, cut)), "CLEAN", 5) == 0);
    uint8_t *longer = arena_alloc(&a, in.n + 1);
    memcpy(longer, in.p, in.n);
    STR(judged(span_of(longer, in.n + 1)), "INCOMPLETE hdf5-unread");
    arena_fini(&a);
}

/* Every byte set to what hurts most: the walk ends, and few changes hide the link. */
TEST(bent_headers_end_the_walk)
{
    static const uint8_t values[] = { 0, 1, 0x7f, 0x80, 0xff };
    struct arena a;
    arena_init(&a, 8 << 20);
    struct span in = golden("link", &a);
    size_t n_clean = 0;
    for (size_t i = 0; i < in.n; i++)
        for (size_t k = 0; k < sizeof values; k++) {
            uint8_t *byte = (uint8_t *)(uintptr_t)in.p + i, before = *byte;
            *byte = values[k];
            n_clean += strcmp(judged(in), "CLEAN") == 0;
            *byte = before;
        }
    YES(n_clean < 100);                     /* its type, an address made NULL, the group's own */
    STR(judged(in), "UNSAFE hdf5-outside");
    arena_fini(&a);
}

static int count(void *ud, const struct h5_event *ev)
{
    ++*(size_t *)ud;
    return ev->kind == H5_OUTSIDE ? ERR_DENIED : 0;
}

TEST(an_event_may_end_the_walk_and_what_is_no_hdf5_is_refused)
{
    struct arena a;
    size_t n = 0;
    arena_init(&a, 8 << 20);
    EQ(h5_walk(golden("link", &a), &a, count, &n, NULL), ERR_DENIED);
    EQ(n, 1);
    EQ(h5_walk(span_str("\x89HDF\r\n\x1a\n"), &a, count, &n, NULL), ERR_FORMAT);
    EQ(h5_walk(SPAN_NONE, &a, count, &n, NULL), ERR_FORMAT);
    struct span in = golden("old", &a);
    ((uint8_t *)(uintptr_t)in.p)[13] = 4;
    EQ(h5_walk(in, &a, count, &n, NULL), ERR_FORMAT);
    STR(judged(in), "INCOMPLETE hdf5-unread");
    arena_fini(&a);
}

TEST(no_allocation_failure_is_lost)
{
    struct arena kept;
    arena_init(&kept, 8 << 20);
    struct span in = golden("soft", &kept);
    for (size_t n = 1;; n++) {
        struct arena a;
        struct scan s;
        struct scan_node node = { .in = in, .path = "x.h5", .name = "x.h5" };
        arena_init(&a, 64 << 20);
        fault_alloc_at(n);
        scan_init(&s, &judged_list, &a);
        int rc = scan_bytes(&s, &node, NULL);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        EQ(rc, hit ? ERR_MEMORY : 0);
        if (!hit)
            break;
    }
    arena_fini(&kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(files_of_h5py_are_judged), CASE(labelled_files_are_as_labelled), CASE(no_prefix_is_clean_and_no_byte_more),
        CASE(bent_headers_end_the_walk), CASE(an_event_may_end_the_walk_and_what_is_no_hdf5_is_refused),
        CASE(no_allocation_failure_is_lost),
    };
    return cmocka_run_group_tests(tests, judged_open, judged_close);
}
