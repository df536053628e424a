// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include "base/cpu.h"
#include "base/cpu_int.h"
#include "base/fs.h"

TEST(meminfo_and_limits)
{
    static const char text[] = "MemTotal:       24651000 kB\nMemFree:  1 kB\nMemAvailable:\t 12 kB\nOdd: 5\nHuge: 99999999999999999999 kB\n";
    EQ(cpu_meminfo(span_str(text), "MemTotal"), 24651000ull * 1024);
    EQ(cpu_meminfo(span_str(text), "MemAvailable"), 12 * 1024);
    EQ(cpu_meminfo(span_str(text), "Mem"), 0);
    EQ(cpu_meminfo(span_str(text), "Odd"), 0);
    EQ(cpu_meminfo(span_str(text), "Huge"), 0);
    EQ(cpu_meminfo(span_str("MemTotal: 18446744073709551615 kB\n"), "MemTotal"), 0);
    EQ(cpu_meminfo(SPAN_NONE, "MemTotal"), 0);
    uint64_t v = 7;
    NOT(cpu_limit(span_str("max\n"), &v));
    NOT(cpu_limit(span_str(""), &v));
    NOT(cpu_limit(span_str("12x\n"), &v));
    NOT(cpu_limit(span_str("9223372036854771712\n"), &v));      /* what the older kind writes for none */
    EQ(v, 7);
    YES(cpu_limit(span_str("1073741824\n"), &v));
    EQ(v, 1 << 30);
    EQ(cpu_quota(span_str("max 100000\n")), 0);
    EQ(cpu_quota(span_str("150000 100000\n")), 2);
    EQ(cpu_quota(span_str("100000 100000\n")), 1);
    EQ(cpu_quota(span_str("100000 0\n")), 0);
    EQ(cpu_quota(span_str("18446744073709551615 1\n")), 0);
    EQ(cpu_quota(span_str("100000")), 0);
}

TEST(control_groups_and_names)
{
    char out[64];
    YES(cpu_cgroup(span_str("12:cpu:/x\n0::/user.slice/a\n"), true, out, sizeof out));
    STR(out, "/user.slice/a");
    YES(cpu_cgroup(span_str("9:cpu,cpuacct:/c\n5:memory:/docker/1"), false, out, sizeof out));
    STR(out, "/docker/1");
    NOT(cpu_cgroup(span_str("9:cpu:/c\n"), false, out, sizeof out));
    NOT(cpu_cgroup(span_str("0::/../../etc\n"), true, out, sizeof out));
    NOT(cpu_cgroup(span_str("0::relative\n"), true, out, sizeof out));
    NOT(cpu_cgroup(span_str("0::/a/very/long/path/that/does/not/fit/into/the/sixty/four/bytes/of/this/test\n"), true, out,
                   sizeof out));
    NOT(cpu_cgroup(SPAN_NONE, true, out, sizeof out));
    YES(cpu_info(span_str("x\t: 1\nmodel name\t:  A\x1b[31m  CPU \n"), "model name\t", out, sizeof out));
    STR(out, "A [31m CPU");
    NOT(cpu_info(span_str("model name"), "model name\t", out, sizeof out));
}

TEST(this_machine)
{
    struct cpu c;
    char list[256], tiny[6];
    cpu_read(&c);
    YES(c.cores >= 1);
    YES(c.memory_bytes > (uint64_t)16 << 20);
    YES(c.available_bytes <= c.memory_bytes);
    YES(cpu_usable_bytes(&c) <= c.memory_bytes);
    cpu_feature_list(&c, list, sizeof list);
    cpu_feature_list(&c, tiny, sizeof tiny);
    YES(strlen(tiny) < sizeof tiny);
    FILE *f = fopen("/proc/cpuinfo", "r");          /* the kernel's own view of the same bits */
    char flags[16384] = "";
    if (!f)
        SKIP("no /proc/cpuinfo");
    flags[fread(flags, 1, sizeof flags - 1, f)] = 0;
    (void)fclose(f);
#if defined __x86_64__
    static const struct { const char *flag; enum cpu_feature f; } same[] = {
        { " avx2 ", CPU_AVX2 }, { " fma ", CPU_FMA }, { " f16c ", CPU_F16C }, { " avx512_vnni", CPU_AVX512_VNNI },
        { " avx512_bf16", CPU_AVX512_BF16 }, { " avx_vnni", CPU_AVX_VNNI }, { " amx_int8", CPU_AMX_INT8 },
        { " avx512vl", CPU_AVX512 },
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (cpu_has(&c, same[i].f) != (strstr(flags, same[i].flag) != NULL))
            fail_msg("%s: the kernel says otherwise", cpu_feature_name(same[i].f));
    YES(c.family > 0 && c.name[0]);
#endif
    struct cpu limited = { .memory_bytes = 100, .limit_bytes = 40 };
    EQ(cpu_usable_bytes(&limited), 40);
    limited.limit_bytes = 0;
    EQ(cpu_usable_bytes(&limited), 100);
}

int main(void)
{
    return RUN(CASE(meminfo_and_limits), CASE(control_groups_and_names), CASE(this_machine));
}
