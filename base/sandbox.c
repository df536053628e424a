// SPDX-License-Identifier: Apache-2.0
#include "base/sandbox.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/mem.h"

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_GET_MDWE 66
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

enum { PROGRAM_MAX_BYTES = 1 << 16 };

struct sandbox { struct sock_fprog program; };

/* ---- the filter ------------------------------------------------------------------------- */

/* What a parser needs: to read, to write its answer, and memory. */
static const int allowed[] = {
    SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(readv), SCMP_SYS(write), SCMP_SYS(lseek), SCMP_SYS(fstat),
    SCMP_SYS(newfstatat), SCMP_SYS(close), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(brk), SCMP_SYS(madvise),
    SCMP_SYS(futex), SCMP_SYS(clock_gettime), SCMP_SYS(getrandom), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(restart_syscall), SCMP_SYS(sysinfo),    /* qsort(3) asks for it */
};

static int add_rules(scmp_filter_ctx ctx)
{
    int rc = 0;
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed && !rc; i++)
        rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
    if (!rc)
        rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    if (!rc)
        rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
#if SANITIZED
    static const int more[] = { SCMP_SYS(sigaltstack), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(sched_yield),
                                SCMP_SYS(rt_sigaction), SCMP_SYS(prctl), SCMP_SYS(getrusage) };
    for (size_t i = 0; i < sizeof more / sizeof *more && !rc; i++)
        rc = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, more[i], 0);
#endif
    return rc;
}

/* libseccomp hands a program out through a file only. */
static int export_program(scmp_filter_ctx ctx, struct sock_fprog *out)
{
    int fd = memfd_create("filter", MFD_CLOEXEC), rc = ERR_LIMIT;
    off_t n = fd < 0 || seccomp_export_bpf(ctx, fd) ? -1 : lseek(fd, 0, SEEK_END);
    if (n > 0 && n <= PROGRAM_MAX_BYTES && n % (off_t)sizeof(struct sock_filter) == 0) {
        out->filter = mem_realloc(NULL, (size_t)n);
        out->len = (unsigned short)((size_t)n / sizeof(struct sock_filter));
        rc = !out->filter ? ERR_MEMORY : pread(fd, out->filter, (size_t)n, 0) == n ? 0 : ERR_LIMIT;
    }
    if (fd >= 0)
        (void)close(fd);
    return rc;
}

int sandbox_new(struct sandbox **out, struct err *e)
{
    struct sandbox *s = mem_realloc(NULL, sizeof *s);
    if (!s)
        return err_memory(e);
    *s = (struct sandbox){ { 0, NULL } };
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
    int rc = !ctx || add_rules(ctx) ? ERR_LIMIT : export_program(ctx, &s->program);
    if (ctx)
        seccomp_release(ctx);
    if (rc) {
        sandbox_free(s);
        return rc == ERR_MEMORY ? err_memory(e) : err_plain(e, ERR_LIMIT, "this system cannot make a system call filter");
    }
    *out = s;
    return 0;
}

void sandbox_free(struct sandbox *s)
{
    if (!s)
        return;
    mem_free(s->program.filter);
    mem_free(s);
}

/* ---- the other layers ------------------------------------------------------------------- */

/* Memory that is private and can be written, which is what RLIMIT_DATA counts: the sixth field of statm, in pages. 0
 * when it cannot be told. */
static uint64_t data_bytes(void)
{
    char text[256];
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    uint64_t pages = 0;
    int field = 1;
    if (fd >= 0)
        (void)close(fd);
    for (ssize_t i = 0; i < n; i++) {
        if (text[i] == ' ')
            field++;
        else if (field == 6 && text[i] >= '0' && text[i] <= '9')
            pages = pages * 10 + (uint64_t)(text[i] - '0');
    }
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static int set_limits(const struct sandbox_limits *l)
{
    const struct { int what; rlim_t n; } limits[] = {
        { RLIMIT_CORE, 0 }, { RLIMIT_FSIZE, 0 }, { RLIMIT_NOFILE, 0 }, { RLIMIT_CPU, l->cpu_s },
        { RLIMIT_DATA, SANITIZED ? RLIM_INFINITY : data_bytes() + l->memory_bytes },
    };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct rlimit r = { limits[i].n, limits[i].n };
        if (limits[i].n != RLIM_INFINITY && setrlimit((__rlimit_resource_t)limits[i].what, &r))
            return -1;
    }
    return 0;
}

static int landlock_abi(void)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return abi < 0 ? 0 : (int)abi;
}

/* Handle every right that this kernel knows, and grant none. The struct has grown; the kernel takes a longer
 * one whose unknown end is zero. Rights by version: landlock(7). */
static void landlock_all(int abi)
{
    static const uint64_t fs[] = { 0, 0x1fff, 0x3fff, 0x7fff, 0x7fff, 0xffff, 0xffff };
    struct { uint64_t fs, net, scoped; } attr = { .fs = fs[abi < 6 ? abi : 6] };
    if (abi <= 0)
        return;
    attr.net = abi >= 4 ? 3 : 0;
    attr.scoped = abi >= 6 ? 3 : 0;
    size_t n = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
    long fd = syscall(SYS_landlock_create_ruleset, &attr, n, 0);
    if (fd < 0)
        return;
    (void)syscall(SYS_landlock_restrict_self, (int)fd, 0);
    (void)close((int)fd);
}

void sandbox_probe(struct sandbox_layers *out)
{
    out->landlock_abi = landlock_abi();
    out->mdwe = prctl(PR_GET_MDWE, 0L, 0L, 0L, 0L) >= 0;
}

int sandbox_enter(const struct sandbox *s, const struct sandbox_limits *limits, struct sandbox_layers *out)
{
    struct sandbox_layers layers = { .landlock_abi = landlock_abi() };
    /* glibc opens a file of /proc before it gives back a thread's heap, and counts processors before it makes one
     * more when memory is short: neither may happen here. */
    (void)mallopt(M_TRIM_THRESHOLD, INT_MAX);
    (void)mallopt(M_ARENA_MAX, 1);
    if (set_limits(limits) || prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) || prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L))
        return -1;
    landlock_all(layers.landlock_abi);
    layers.mdwe = prctl(PR_SET_MDWE, (unsigned long)PR_MDWE_REFUSE_EXEC_GAIN, 0L, 0L, 0L) == 0;
    *out = layers;
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &s->program) ? -1 : 0;
}
