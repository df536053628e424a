// SPDX-License-Identifier: Apache-2.0
#include "base/cpu.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>
#include "base/cpu_int.h"
#if defined __x86_64__
#include <cpuid.h>
#elif defined __aarch64__
#include <sys/auxv.h>
#endif

enum { TEXT_MAX = 16384, PATH_BYTES = 512, CGROUP_DEPTH_MAX = 32 };

static const char *const feature_names[CPU_FEATURES] = {
#define X(name, text) [name] = text,
    CPU_MAP(X)
#undef X
};

const char *cpu_feature_name(enum cpu_feature f)
{
    return (unsigned)f < CPU_FEATURES ? feature_names[f] : "";
}

void cpu_feature_list(const struct cpu *c, char *out, size_t n)
{
    size_t at = 0;
    if (n)
        out[0] = 0;
    for (unsigned f = 0; f < CPU_FEATURES && at < n; f++)
        if (cpu_has(c, (enum cpu_feature)f)) {
            int wrote = snprintf(out + at, n - at, "%s%s", at ? ", " : "", feature_names[f]);
            at += wrote > 0 ? (size_t)wrote : 0;
        }
}

uint64_t cpu_usable_bytes(const struct cpu *c)
{
    return c->limit_bytes && c->limit_bytes < c->memory_bytes ? c->limit_bytes : c->memory_bytes;
}

/* ---- texts --------------------------------------------------------------------------- */

/* Digits at the start of `s`; *n is how many. False: none, or beyond 64 bits. */
static bool digits(struct span s, uint64_t *out, size_t *n)
{
    uint64_t v = 0;
    for (*n = 0; *n < s.n && s.p[*n] >= '0' && s.p[*n] <= '9'; ++*n)
        if (__builtin_mul_overflow(v, 10u, &v) || __builtin_add_overflow(v, (uint64_t)(s.p[*n] - '0'), &v))
            return false;
    *out = v;
    return *n > 0;
}

/* The rest of the line that begins with `key`, or SPAN_NONE. */
static struct span line_of(struct span text, const char *key)
{
    while (text.n) {
        const uint8_t *end = memchr(text.p, '\n', text.n);
        size_t n = end ? (size_t)(end - text.p) : text.n;
        struct span line = span_sub(text, 0, n);
        if (span_starts(line, key))
            return span_sub(line, strlen(key), line.n);
        text = span_sub(text, n + (end != NULL), text.n);
    }
    return SPAN_NONE;
}

static struct span skip_blanks(struct span s)
{
    size_t n = 0;
    while (n < s.n && (s.p[n] == ' ' || s.p[n] == '\t'))
        n++;
    return span_sub(s, n, s.n);
}

uint64_t cpu_meminfo(struct span text, const char *key)
{
    char with_colon[40];
    uint64_t v;
    size_t n;
    (void)snprintf(with_colon, sizeof with_colon, "%s:", key);
    struct span rest = skip_blanks(line_of(text, with_colon));
    if (!digits(rest, &v, &n) || !span_is(span_sub(rest, n, rest.n), " kB") || v > UINT64_MAX / 1024)
        return 0;
    return v * 1024;
}

bool cpu_limit(struct span text, uint64_t *out)
{
    uint64_t v;
    size_t n;
    if (!digits(text, &v, &n) || !(n == text.n || text.p[n] == '\n') || v >= INT64_MAX / 2)
        return false;                       /* the older kind writes a huge number for "no limit" */
    *out = v;
    return true;
}

unsigned cpu_quota(struct span text)
{
    uint64_t quota, period;
    size_t n, m;
    if (!digits(text, &quota, &n) || n >= text.n || text.p[n] != ' ')
        return 0;
    if (!digits(span_sub(text, n + 1, text.n), &period, &m) || period == 0 || quota == 0)
        return 0;
    uint64_t cores = quota / period + (quota % period != 0);
    return cores > 65536 ? 0 : (unsigned)cores;
}

bool cpu_cgroup(struct span text, bool newer, char *out, size_t n)
{
    struct span path = SPAN_NONE;
    while (text.n && !path.p) {
        const uint8_t *end = memchr(text.p, '\n', text.n);
        struct span line = span_sub(text, 0, end ? (size_t)(end - text.p) : text.n);
        const uint8_t *one = line.n ? memchr(line.p, ':', line.n) : NULL;
        struct span rest = one ? span_sub(line, (size_t)(one - line.p) + 1, line.n) : SPAN_NONE;
        const uint8_t *two = rest.n ? memchr(rest.p, ':', rest.n) : NULL;
        struct span names = two ? span_sub(rest, 0, (size_t)(two - rest.p)) : SPAN_NONE;
        if (two && (newer ? span_starts(line, "0::") : span_is(names, "memory")))
            path = span_sub(rest, names.n + 1, rest.n);
        text = span_sub(text, line.n + (end != NULL), text.n);
    }
    if (!path.p || path.n == 0 || path.n >= n || path.p[0] != '/' || memmem(path.p, path.n, "..", 2)
        || memchr(path.p, 0, path.n))
        return false;
    memcpy(out, path.p, path.n);
    out[path.n] = 0;
    return true;
}

/* Printable ASCII with single blanks. */
static void put_clean(struct span s, char *out, size_t n)
{
    size_t at = 0;
    for (size_t i = 0; i < s.n && at + 1 < n; i++) {
        bool blank = s.p[i] <= ' ' || s.p[i] >= 0x7f;
        if (!blank)
            out[at++] = (char)s.p[i];
        else if (at && out[at - 1] != ' ')
            out[at++] = ' ';
    }
    while (at && out[at - 1] == ' ')
        at--;
    out[at] = 0;
}

bool cpu_info(struct span text, const char *key, char *out, size_t n)
{
    struct span rest = skip_blanks(line_of(text, key));
    if (!span_starts(rest, ":"))
        return false;
    put_clean(span_sub(rest, 1, rest.n), out, n);
    return out[0] != 0;
}

/* ---- the system ---------------------------------------------------------------------- */

/* The start of a small file of the system; empty when it cannot be read. */
static struct span read_text(const char *path, char *out, size_t cap)
{
    size_t n = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    while (fd >= 0 && n < cap) {
        ssize_t got = read(fd, out + n, cap - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    if (fd >= 0)
        (void)close(fd);
    return span_of(out, n);
}

/* The tightest limit from the group of this process up to the root. */
static void read_groups(struct cpu *c, const char *root, const char *group, const char *limit_name,
                        const char *used_name, unsigned *quota)
{
    char path[PATH_BYTES], file[PATH_BYTES + 64], text[256];
    (void)snprintf(path, sizeof path, "%s", group);
    for (unsigned depth = 0; depth < CGROUP_DEPTH_MAX; depth++) {
        uint64_t limit, used = 0;
        (void)snprintf(file, sizeof file, "%s%s/%s", root, path[1] ? path : "", limit_name);
        if (cpu_limit(read_text(file, text, sizeof text), &limit)) {
            (void)snprintf(file, sizeof file, "%s%s/%s", root, path[1] ? path : "", used_name);
            (void)cpu_limit(read_text(file, text, sizeof text), &used);
            uint64_t left = used < limit ? limit - used : 0;
            c->limit_bytes = c->limit_bytes && c->limit_bytes < limit ? c->limit_bytes : limit;
            c->available_bytes = left < c->available_bytes ? left : c->available_bytes;
        }
        (void)snprintf(file, sizeof file, "%s%s/cpu.max", root, path[1] ? path : "");
        unsigned n = cpu_quota(read_text(file, text, sizeof text));
        *quota = n && (!*quota || n < *quota) ? n : *quota;
        char *slash = strrchr(path, '/');
        if (!path[1] || !slash)
            break;
        slash[slash == path] = 0;
    }
}

static void read_memory(struct cpu *c, unsigned *quota)
{
    char text[TEXT_MAX], group[PATH_BYTES];
    struct span info = read_text("/proc/meminfo", text, sizeof text);
    c->memory_bytes = cpu_meminfo(info, "MemTotal");
    c->available_bytes = cpu_meminfo(info, "MemAvailable");
    struct span groups = read_text("/proc/self/cgroup", text, sizeof text);
    if (cpu_cgroup(groups, true, group, sizeof group))
        read_groups(c, "/sys/fs/cgroup", group, "memory.max", "memory.current", quota);
    if (cpu_cgroup(groups, false, group, sizeof group))
        read_groups(c, "/sys/fs/cgroup/memory", group, "memory.limit_in_bytes", "memory.usage_in_bytes", quota);
}

static unsigned count_cores(void)
{
    cpu_set_t set;
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return (unsigned)CPU_COUNT(&set);
    return online > 0 ? (unsigned)online : 1;
}

/* ---- the processor ------------------------------------------------------------------- */

#if defined __x86_64__
static void set(struct cpu *c, bool on, enum cpu_feature f)
{
    if (on)
        c->features |= 1u << f;
}

static uint64_t xcr0(void)
{
    uint32_t lo, hi;
    __asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
    return (uint64_t)hi << 32 | lo;
}

static void read_name(struct cpu *c)
{
    uint32_t regs[12] = { 0 };
    unsigned a = 0, b = 0, cx = 0, d = 0;
    for (unsigned i = 0; i < 3; i++)
        if (!__get_cpuid(0x80000002u + i, &regs[4 * i], &regs[4 * i + 1], &regs[4 * i + 2], &regs[4 * i + 3]))
            return;
    put_clean(span_of(regs, strnlen((const char *)regs, sizeof regs)), c->name, sizeof c->name);
    if (__get_cpuid(1, &a, &b, &cx, &d)) {
        c->family = (a >> 8 & 15) + ((a >> 8 & 15) == 15 ? a >> 20 & 255 : 0);
        c->model = (a >> 4 & 15) | (a >> 12 & 0xf0);
    }
}

/* Bits of leaf 1 and 7. Source: Intel Software Developer's Manual, volume 2, CPUID. */
static void read_processor(struct cpu *c)
{
    unsigned a = 0, b = 0, cx = 0, d = 0, a1 = 0, b1 = 0, c1 = 0, d1 = 0;
    read_name(c);
    if (!__get_cpuid(1, &a, &b, &cx, &d) || !(cx & 1u << 27))
        return;
    uint64_t saved = xcr0();
    bool ymm = (saved & 6) == 6, zmm = (saved & 0xe6) == 0xe6, tiles = (saved & 0x60000) == 0x60000;
    set(c, ymm && (cx & 1u << 12), CPU_FMA);
    set(c, ymm && (cx & 1u << 29), CPU_F16C);
    if (!__get_cpuid_count(7, 0, &a, &b, &cx, &d))
        return;
    const unsigned base = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;    /* F, DQ, BW, VL */
    bool wide = zmm && (b & base) == base;
    if (a < 1 || !__get_cpuid_count(7, 1, &a1, &b1, &c1, &d1))
        a1 = 0;
    set(c, ymm && (b & 1u << 5), CPU_AVX2);
    set(c, wide, CPU_AVX512);
    set(c, wide && (cx & 1u << 11), CPU_AVX512_VNNI);
    set(c, wide && (d & 1u << 23), CPU_AVX512_FP16);
    set(c, wide && (a1 & 1u << 5), CPU_AVX512_BF16);
    set(c, ymm && (b & 1u << 5) && (a1 & 1u << 4), CPU_AVX_VNNI);
    set(c, tiles && (d & 1u << 25), CPU_AMX_INT8);
    set(c, tiles && (d & 1u << 22), CPU_AMX_BF16);
}
#else
static void read_processor(struct cpu *c)
{
    char text[TEXT_MAX];
    struct span info = read_text("/proc/cpuinfo", text, sizeof text);
    if (!cpu_info(info, "Model\t\t", c->name, sizeof c->name))
        (void)cpu_info(info, "model name\t", c->name, sizeof c->name);
#if defined __aarch64__
    unsigned long caps = getauxval(AT_HWCAP), caps2 = getauxval(AT_HWCAP2);
    c->features = (caps & 1u << 1 ? 1u << CPU_NEON : 0) | (caps & 1u << 20 ? 1u << CPU_DOTPROD : 0)
                | (caps & 1u << 22 ? 1u << CPU_SVE : 0) | (caps2 & 1u << 13 ? 1u << CPU_I8MM : 0);
#endif
}
#endif

void cpu_read(struct cpu *out)
{
    struct cpu c = { .cores = count_cores() };
    unsigned quota = 0;
    long l3 = sysconf(_SC_LEVEL3_CACHE_SIZE);
    c.l3_bytes = l3 > 0 ? (uint64_t)l3 : 0;
    read_processor(&c);
    read_memory(&c, &quota);
    if (quota && quota < c.cores)
        c.cores = quota;
    *out = c;
}
