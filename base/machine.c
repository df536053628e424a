// SPDX-License-Identifier: Apache-2.0
#include "base/machine.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "base/fs.h"
#include "base/fs_write.h"
#include "base/json.h"
#include "base/machine_int.h"
#include "base/mem.h"

enum { THREADS_MAX = 256, FILE_MAX = 16384, PASSES_LEAST = 3 };
#define MIB ((size_t)1 << 20)
#define SHARE_UNIT 1024u                /* bytes that a read loop works in */
static const double pass_s = 0.02, kind_s = 0.3;       /* of one pass; of all passes of one kind */

/* ---- timing -------------------------------------------------------------------------- */

static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* What one thread does in one pass: one of the three. */
struct share {
    const struct machine_math *math;
    const struct machine_read *read;
    uint64_t rounds;
    uint8_t *p;
    size_t bytes;
    double begin_s, end_s;
    volatile double sink;               /* keeps the result alive */
};

static void *run_share(void *arg)
{
    struct share *s = arg;
    s->begin_s = now_s();
    if (s->math)
        s->sink = s->math->run(s->rounds);
    else if (s->read)
        s->sink = (double)s->read->run(s->p, s->bytes);
    else
        memset(s->p, 1, s->bytes);      /* each thread touches its own part first */
    s->end_s = now_s();
    return NULL;
}

/* Run all shares at once; *n_ran of them found a thread. Returns the seconds from the first start to the last end. */
static double run_pass(struct share *shares, unsigned n, unsigned *n_ran)
{
    pthread_t threads[THREADS_MAX];
    unsigned started = 0;
    while (started + 1 < n && pthread_create(&threads[started], NULL, run_share, &shares[started + 1]) == 0)
        started++;
    (void)run_share(&shares[0]);
    for (unsigned i = 0; i < started; i++)
        (void)pthread_join(threads[i], NULL);
    double begin = shares[0].begin_s, end = shares[0].end_s;
    for (unsigned i = 1; i <= started; i++) {
        begin = smaller(begin, shares[i].begin_s);
        end = larger(end, shares[i].end_s);
    }
    *n_ran = started + 1;
    return larger(end - begin, 1e-9);
}

static int by_size(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

/* The median of work per second; `work` is that of one share. */
static double measure(struct share *shares, unsigned n, double work)
{
    double rates[MACHINE_PASSES], begin = now_s();
    unsigned done = 0, ran = 0;
    (void)run_pass(shares, n, &ran);                    /* warm up: clocks, caches, pages */
    while (done < MACHINE_PASSES && (done < PASSES_LEAST || now_s() - begin < kind_s)) {
        double seconds = run_pass(shares, n, &ran);
        rates[done++] = work * ran / seconds;
    }
    qsort(rates, done, sizeof *rates, by_size);
    return rates[done / 2];
}

/* Operations per second of all cores. */
static double measure_math(const struct machine_math *m, unsigned n)
{
    struct share shares[THREADS_MAX] = { { .math = m, .rounds = 4096 } };
    unsigned ran;
    double seconds = 0;
    while (seconds < pass_s / 8 && shares[0].rounds < (uint64_t)1 << 40) {
        shares[0].rounds *= 2;
        seconds = run_pass(shares, 1, &ran);
    }
    uint64_t rounds = (uint64_t)((double)shares[0].rounds * smaller(pass_s / seconds, 16)) + 1;
    for (unsigned i = 0; i < n; i++)
        shares[i] = (struct share){ .math = m, .rounds = rounds };
    return measure(shares, n, (double)rounds * m->per_round * 2);
}

/* Bytes to read: four times the last cache, 128 MiB to 1 GiB, and no more than a quarter of what is free. */
static size_t buffer_bytes(const struct cpu *c)
{
    uint64_t want = c->l3_bytes * 4, most = 1024 * MIB;
    want = want < 128 * MIB ? 128 * MIB : want > most ? most : want;
    if (c->available_bytes && want > c->available_bytes / 4)
        want = c->available_bytes / 4;
    return want < 16 * MIB ? 16 * MIB : (size_t)want;
}

static int measure_read(const struct machine_read *r, const struct cpu *c, unsigned n, double *out, struct err *e)
{
    struct share shares[THREADS_MAX] = { 0 };
    size_t bytes = buffer_bytes(c), huge = 2 * MIB;
    size_t share = bytes / n / SHARE_UNIT * SHARE_UNIT;
    unsigned ran;
    uint8_t *p = mem_realloc(NULL, bytes + huge);
    if (!p)
        return err_memory(e);
    uint8_t *from = p + (huge - (uintptr_t)p % huge);
    (void)madvise(from, bytes, MADV_HUGEPAGE);          /* as one would for weights; advice only */
    for (unsigned i = 0; i < n; i++)
        shares[i] = (struct share){ .p = from + i * share, .bytes = share };
    (void)run_pass(shares, n, &ran);
    for (unsigned i = ran; i < n; i++)                  /* no thread for these: touch them here */
        (void)run_share(&shares[i]);
    for (unsigned i = 0; i < n; i++)
        shares[i].read = r;
    *out = measure(shares, n, (double)share);
    mem_free(p);
    return 0;
}

static bool runs_here(const struct cpu *c, unsigned needs)
{
    return needs == KERN_ALWAYS || cpu_has(c, (enum cpu_feature)needs);
}

int machine_measure(const struct cpu *cpu, const char *today, struct machine *out, struct err *e)
{
    struct machine m = { .cpu = *cpu };
    unsigned n = cpu->cores < 1 ? 1 : cpu->cores > THREADS_MAX ? THREADS_MAX : cpu->cores;
    const struct machine_math *int8 = machine_int8, *f32 = machine_f32;
    const struct machine_read *reads = machine_reads;
    while (!runs_here(cpu, int8->needs))
        int8++;
    while (!runs_here(cpu, f32->needs))
        f32++;
    while (!runs_here(cpu, reads->needs))
        reads++;
    int rc = measure_read(reads, cpu, n, &m.read_gb_s, e);
    if (rc)
        return rc;
    m.read_gb_s *= 1e-9;
    m.int8_tops = measure_math(int8, n) * 1e-12;
    m.f32_tflops = measure_math(f32, n) * 1e-12;
    (void)snprintf(m.int8_path, sizeof m.int8_path, "%s", int8->name);
    (void)snprintf(m.f32_path, sizeof m.f32_path, "%s", f32->name);
    (void)snprintf(m.date, sizeof m.date, "%.10s", today);
    *out = m;
    return 0;
}

/* ---- memory of it -------------------------------------------------------------------- */

char *machine_dir(struct arena *a)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && cache[0] == '/')
        return fs_join(a, cache, "assay");
    return home && home[0] == '/' ? fs_join(a, home, ".cache/assay") : NULL;
}

/* Make `dir` and the one above it. */
static void make_dir(const char *dir)
{
    char parent[4096];
    const char *slash = strrchr(dir, '/');
    if (slash && slash > dir && (size_t)(slash - dir) < sizeof parent) {
        memcpy(parent, dir, (size_t)(slash - dir));
        parent[slash - dir] = 0;
        (void)mkdir(parent, 0700);
    }
    (void)mkdir(dir, 0700);
}

bool machine_dir_writable(const char *dir)
{
    struct stat st;
    if (!dir)
        return false;
    make_dir(dir);
    return stat(dir, &st) == 0 && S_ISDIR(st.st_mode) && access(dir, W_OK | X_OK) == 0;
}

static bool take_number(const struct val *v, const char *key, double *out)
{
    const struct val *n = val_get(v, key);
    if (!n || (n->kind != VAL_REAL && n->kind != VAL_INT) || !(n->r > 0) || n->r > 1e6)
        return false;
    *out = n->r;
    return true;
}

static void take_text(const struct val *v, const char *key, char *out, size_t n)
{
    const char *text = val_str(val_get(v, key));
    (void)snprintf(out, n, "%s", text ? text : "");
}

/* Whose figures these are: a virtual machine's processor may have a vague name, so its number and features count too. */
static void identity(const struct cpu *c, char out[512])
{
    char features[320];
    cpu_feature_list(c, features, sizeof features);
    (void)snprintf(out, 512, "%s; family %u model %u; %u cores; %s", c->name, c->family, c->model, c->cores, features);
}

bool machine_recall(const char *dir, const struct cpu *cpu, struct arena *a, struct machine *out)
{
    const struct val *v;
    struct span raw;
    struct machine m = { .cpu = *cpu, .remembered = true, .saved = true };
    char who[512];
    const char *path = dir ? fs_join(a, dir, "machine.json") : NULL;
    if (!path || fs_read(path, FILE_MAX, a, &raw, NULL) || json_parse(raw, NULL, a, &v, NULL))
        return false;
    identity(cpu, who);
    if (!val_is(val_get(v, "schema"), "assay.machine/1") || !val_is(val_get(v, "machine"), who)
        || !take_number(v, "read_gb_s", &m.read_gb_s) || !take_number(v, "int8_tops", &m.int8_tops)
        || !take_number(v, "f32_tflops", &m.f32_tflops))
        return false;
    take_text(v, "int8_path", m.int8_path, sizeof m.int8_path);
    take_text(v, "f32_path", m.f32_path, sizeof m.f32_path);
    take_text(v, "date", m.date, sizeof m.date);
    *out = m;
    return true;
}

static bool write_file(const char *dir, struct span bytes, struct arena *a)
{
    struct fs_new f;
    char *path = fs_join(a, dir, "machine.json");
    return path && fs_new_write(path, bytes, a, &f, NULL) == 0 && fs_new_keep(&f, NULL) == 0;
}

static bool remember(const char *dir, const struct machine *m, struct arena *a)
{
    struct buf b;
    char who[512];
    if (!machine_dir_writable(dir))
        return false;
    buf_init(&b, FILE_MAX);
    struct json_out j = { .b = &b };
    identity(&m->cpu, who);
    json_open(&j, NULL, '{');
    json_string(&j, "schema", "assay.machine/1");
    json_string(&j, "machine", who);
    json_string(&j, "date", m->date);
    json_number(&j, "read_gb_s", m->read_gb_s, 2);
    json_number(&j, "int8_tops", m->int8_tops, 5);
    json_string(&j, "int8_path", m->int8_path);
    json_number(&j, "f32_tflops", m->f32_tflops, 5);
    json_string(&j, "f32_path", m->f32_path);
    json_close(&j, '}');
    buf_char(&b, '\n');
    bool ok = !b.error && write_file(dir, buf_view(&b), a);
    buf_fini(&b);
    return ok;
}

int machine_get(const char *dir, const struct cpu *cpu, const char *today, bool again, struct arena *a,
                struct machine *out, struct err *e)
{
    if (!again && machine_recall(dir, cpu, a, out))
        return 0;
    int rc = machine_measure(cpu, today, out, e);
    if (!rc)
        out->saved = dir && remember(dir, out, a);
    return rc;
}
