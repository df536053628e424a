// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include <sys/stat.h>
#include <unistd.h>
#include "base/fs.h"
#include "base/machine.h"
#include "base/machine_int.h"
#include "tests/support/faults.h"

static bool runs(const struct cpu *c, unsigned needs)
{
    return needs == KERN_ALWAYS || cpu_has(c, (enum cpu_feature)needs);
}

static void check_math(const struct machine_math *m)
{
    struct cpu c;
    cpu_read(&c);
    for (;; m++) {
        if (!runs(&c, m->needs)) {
            printf("# %s: not on this processor\n", m->name);
            continue;
        }
        if (m->run(0) != 0 || m->run(1000) != 1000.0 * m->per_round)
            fail_msg("%s: %g multiply-adds in 1000 rounds of %u", m->name, m->run(1000), m->per_round);
        if (m->needs == KERN_ALWAYS)
            return;
    }
}

TEST(every_multiply_add_is_done)
{
    check_math(machine_int8);
    check_math(machine_f32);
}

TEST(every_word_is_read)
{
    static uint64_t words[3 * 128] __attribute__((aligned(64)));
    struct cpu c;
    uint64_t sum = 0;
    cpu_read(&c);
    for (size_t i = 0; i < 3 * 128; i++)
        sum += words[i] = i * 0x9e3779b97f4a7c15u;
    for (const struct machine_read *r = machine_reads;; r++) {
        if (runs(&c, r->needs))
            EQ(r->run(words, sizeof words), sum);
        if (r->needs == KERN_ALWAYS)
            break;
    }
}

TEST(figures_are_plausible_and_quick)
{
    struct cpu c;
    struct machine m;
    cpu_read(&c);
    EQ(machine_measure(&c, "2026-11-25", &m, NULL), 0);
    printf("# %u cores: %.1f GB/s, %.3f TOP/s int8 (%s), %.3f TFLOP/s f32 (%s)\n", c.cores, m.read_gb_s, m.int8_tops,
           m.int8_path, m.f32_tflops, m.f32_path);
    YES(m.read_gb_s > 0.05 && m.read_gb_s < 5000);
    YES(m.int8_tops > 1e-5 && m.int8_tops < 1000);
    YES(m.f32_tflops > 1e-5 && m.f32_tflops < 500);
    STR(m.date, "2026-11-25");
    NOT(m.remembered || m.saved);
}

static void put(const char *dir, const char *text)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/machine.json", dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    EQ(fwrite(text, 1, strlen(text), f), strlen(text));
    EQ(fclose(f), 0);
}

TEST(remembered_for_the_same_machine_only)
{
    char top[] = "/tmp/assay-machine-XXXXXX", dir[64], path[96];
    struct arena a;
    struct cpu c;
    struct machine m, again;
    arena_init(&a, 1 << 24);
    assert_non_null(mkdtemp(top));
    (void)snprintf(dir, sizeof dir, "%s/assay", top);
    (void)snprintf(path, sizeof path, "%s/machine.json", dir);
    cpu_read(&c);
    c.available_bytes = (uint64_t)64 << 20;             /* a small buffer: what it measures does not matter here */
    NOT(machine_recall(dir, &c, &a, &m));
    NOT(machine_recall(NULL, &c, &a, &m));
    EQ(machine_get(dir, &c, "2026-11-25", false, &a, &m, NULL), 0);
    YES(m.saved && !m.remembered);
    EQ(machine_get(dir, &c, "2027-01-01", false, &a, &again, NULL), 0);
    YES(again.remembered);
    STR(again.date, "2026-11-25");
    STR(again.int8_path, m.int8_path);
    assert_true(again.read_gb_s > m.read_gb_s * 0.99 - 0.01 && again.read_gb_s < m.read_gb_s * 1.01 + 0.01);
    EQ(machine_get(dir, &c, "2027-01-01", true, &a, &again, NULL), 0);      /* on request */
    STR(again.date, "2027-01-01");
    struct cpu other = c;
    other.cores++;
    NOT(machine_recall(dir, &other, &a, &m));
    other = c;
    other.features ^= 1u << CPU_AVX512_VNNI;
    NOT(machine_recall(dir, &other, &a, &m));
    other = c;
    (void)snprintf(other.name, sizeof other.name, "Other");
    NOT(machine_recall(dir, &other, &a, &m));
    struct span whole;
    EQ(fs_read(path, 4096, &a, &whole, NULL), 0);
    for (size_t n = 0; n + 2 < whole.n; n += 7) {                           /* cut short anywhere: measured anew */
        put(dir, arena_strn(&a, whole.p, n));
        NOT(machine_recall(dir, &c, &a, &m));
    }
    static const char *const bad[] = { "\"read_gb_s\": ", "\"int8_tops\": ", "\"f32_tflops\": " };
    for (size_t i = 0; i < 3; i++) {
        char *text = arena_strn(&a, whole.p, whole.n);
        memcpy(strstr(text, bad[i]) + strlen(bad[i]), "-", 1);
        put(dir, text);
        NOT(machine_recall(dir, &c, &a, &m));
    }
    EQ(unlink(path), 0);
    EQ(chmod(dir, 0500), 0);
    if (access(dir, W_OK) != 0)                                             /* root may write anyway */
        NOT(machine_dir_writable(dir));
    EQ(rmdir(dir), 0);
    put(top, "x");
    (void)snprintf(path, sizeof path, "%s/machine.json", top);
    NOT(machine_dir_writable(path));                                        /* a file, no folder */
    EQ(unlink(path), 0);
    EQ(rmdir(top), 0);
    arena_fini(&a);
}

TEST(no_memory_is_said)
{
    struct cpu c;
    struct machine m;
    struct arena a;
    arena_init(&a, 1 << 20);
    cpu_read(&c);
    fault_alloc_at(1);
    EQ(machine_measure(&c, "", &m, NULL), ERR_MEMORY);
    EQ(machine_get("/nowhere", &c, "", false, &a, &m, NULL), ERR_MEMORY);
    fault_alloc_at(0);
    arena_fini(&a);
}

TEST(the_folder_comes_from_the_environment)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    EQ(setenv("XDG_CACHE_HOME", "/x/c", 1), 0);
    EQ(setenv("HOME", "/h", 1), 0);
    STR(machine_dir(&a), "/x/c/assay");
    EQ(setenv("XDG_CACHE_HOME", "relative", 1), 0);
    STR(machine_dir(&a), "/h/.cache/assay");
    EQ(unsetenv("HOME"), 0);
    assert_null(machine_dir(&a));
    arena_fini(&a);
}

int main(void)
{
    return RUN(CASE(every_multiply_add_is_done), CASE(every_word_is_read), CASE(figures_are_plausible_and_quick),
               CASE(remembered_for_the_same_machine_only), CASE(no_memory_is_said),
               CASE(the_folder_comes_from_the_environment));
}
