// SPDX-License-Identifier: Apache-2.0
#include "cli/loaded.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include "base/fs.h"
#include "base/num.h"
#include "cli/cmd.h"
#include "cli/term.h"
#include "engine/vocab.h"
#include "passport/check_model.h"

enum { POLICY_BYTES = 1 << 20 };
#define LOADED_MEMORY ((size_t)4 << 30)

double loaded_now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- options ------------------------------------------------------------------------- */

int loaded_count(const char *name, const char *value, uint64_t low, uint64_t high, uint64_t *out, struct err *e)
{
    uint64_t v = 0;
    bool ok = value && *value;
    for (const char *c = value; ok && *c; c++)
        ok = *c >= '0' && *c <= '9' && !__builtin_mul_overflow(v, 10, &v) &&
             !__builtin_add_overflow(v, (uint64_t)(*c - '0'), &v);
    if (value && (!ok || v < low || v > high))
        return err_plain(e, ERR_USAGE, "\"--%s %s\" is no whole number from %" PRIu64 " to %" PRIu64, name, value, low, high);
    *out = value ? v : *out;
    return 0;
}

/* Digits, a point, digits: what num_double takes. */
static bool is_decimal(const char *s)
{
    size_t n = 0;
    s += *s == '-';
    n += strspn(s, "0123456789");
    s += n;
    if (*s == '.') {
        size_t more = strspn(++s, "0123456789");
        n = more ? n + more : 0;
        s += more;
    }
    return n > 0 && *s == 0;
}

int loaded_number(const char *name, const char *value, double low, double high, double *out, struct err *e)
{
    if (!value)
        return 0;
    double v = is_decimal(value) ? num_double(value) : high + 1;
    if (!(v >= low && v <= high))
        return err_plain(e, ERR_USAGE, "\"--%s %s\" is no number from %g to %g", name, value, low, high);
    *out = v;
    return 0;
}

static int cache_type(const char *value, enum kv_type *out, struct err *e)
{
    static const struct { const char *name; enum kv_type is; } types[] = {
        { "f32", KV_F32 }, { "f16", KV_F16 }, { "bf16", KV_BF16 }, { "q8_0", KV_Q8_0 },
    };
    for (size_t i = 0; value && i < sizeof types / sizeof *types; i++)
        if (strcmp(value, types[i].name) == 0) {
            *out = types[i].is;
            return 0;
        }
    return value ? err_plain(e, ERR_USAGE, "\"--cache %s\" is none of f32, f16, bf16, q8_0", value) : 0;
}

static int shape_of(const char *const *values, const struct load_wish *wish, const struct spec *spec,
                    struct session_shape *s, struct err *e)
{
    uint64_t n_ctx = 0;
    *s = session_shape_of(spec);
    if (wish->n_ctx)
        s->n_ctx = wish->n_ctx;
    int rc = loaded_count("context", values[LOAD_CONTEXT], 1, 1U << 30, &n_ctx, e);
    if (!rc && n_ctx)
        s->n_ctx = (uint32_t)n_ctx;
    if (!rc && s->n_ctx > spec->n_ctx_train)
        rc = err_plain(e, ERR_LIMIT, "a context of %u was asked for, the model was made for %u", s->n_ctx, spec->n_ctx_train);
    if (!rc)
        rc = cache_type(values[LOAD_CACHE], &s->kv, e);
    s->n_batch = wish->n_batch ? wish->n_batch : s->n_batch;
    s->n_want = wish->n_want ? wish->n_want : s->n_want;
    s->n_seq = wish->n_seq ? wish->n_seq : s->n_seq;
    s->hidden = wish->hidden;               /* not what suits the model: a verb that wants text is refused below */
    if (s->n_batch > s->n_ctx || spec->arch->both_ways)
        s->n_batch = s->n_ctx;
    if (s->hidden)
        s->n_want = s->n_batch;
    return rc;
}

/* ---- licence ------------------------------------------------------------------------- */

static int read_policy(const char *path, struct arena *a, struct policy *out, struct err *e)
{
    struct span raw;
    int rc = fs_read(path, POLICY_BYTES, a, &raw, e);
    if (!rc)
        rc = policy_parse(raw, a, out, e);
    if (rc)
        (void)err_path(e, path);
    return rc;
}

/* "Apache-2.0", or several with commas; "none" when no term was found. */
static const char *term_ids(const struct check *c, struct arena *a)
{
    struct buf b;
    buf_init(&b, 4096);
    for (size_t i = 0; i < c->n_terms; i++) {
        const char *id = c->terms[i].record ? c->terms[i].record->id : c->terms[i].id;
        bool there = false;
        for (size_t k = 0; k < i; k++)
            there = there || strcmp(id, c->terms[k].record ? c->terms[k].record->id : c->terms[k].id) == 0;
        if (!there)
            buf_fmt(&b, "%s%s", b.n ? ", " : "", id);
    }
    char *ids = arena_str(a, b.n ? buf_text(&b) : "none");
    buf_fini(&b);
    return ids;
}

static int denied(const struct check *c, struct err *e)
{
    (void)err_plain(e, ERR_DENIED, "the policy does not allow this model: %s", c->policy.breaches[0].text);
    return err_hint(e, "line %u of the policy%s; assay check --policy tells all", c->policy.breaches[0].line,
                    c->policy.n > 1 ? ", and others" : "");
}

static int judge(struct loaded *l, const char *policy_path, struct err *e)
{
    struct arena a;
    struct check c = { 0 };
    struct use use = { 0 };
    struct policy policy;
    char today[DATE_BYTES];
    struct check_options opt = { .use = &use, .no_hash = true, .no_scan = true, .today = cmd_today(today) };
    arena_init(&a, LOADED_MEMORY);
    need_prices_init(&opt.prices);
    int rc = 0;
    use_init(&use);                         /* nothing is declared */
    if (policy_path) {
        opt.policy = &policy;
        opt.no_hash = false;                /* an exception may be bound to a digest */
        rc = read_policy(policy_path, &a, &policy, e);
    }
    if (!rc)
        rc = check_model(l->ref, &opt, &a, &c, e);
    if (!rc) {
        l->license = term_ids(&c, &l->a);
        l->answer = answer_name(c.verdict.answer);
        rc = !l->license ? err_memory(e) : c.has_policy && c.policy.n ? denied(&c, e) : 0;
    }
    check_fini(&c);
    arena_fini(&a);
    return rc;
}

/* ---- life ---------------------------------------------------------------------------- */

static void tell(const struct loaded *l)
{
    static const char *const types[] = { [KV_F32] = "f32", [KV_F16] = "f16", [KV_BF16] = "bf16", [KV_Q8_0] = "q8_0" };
    const struct session_need *n = &l->need;
    struct buf b;
    buf_init(&b, 4096);
    buf_str(&b, "licence ");
    term_put(&b, &(struct term){ .width = 80 }, TERM_PLAIN, l->license);
    buf_fmt(&b, ": %s (assay check says why)\n", l->answer);
    buf_fmt(&b, "memory %.2f GB of %.1f free: weights %.2f, cache %.2f (%u x %u positions, %s), work %.2f; kernels %s, "
            "%u thread%s\n", (double)n->total_bytes / 1e9, (double)n->available_bytes / 1e9, (double)n->weights_bytes / 1e9,
            (double)n->kv_bytes / 1e9, l->shape.n_seq, l->shape.n_ctx, types[l->shape.kv], (double)n->work_bytes / 1e9,
            l->kern->name, pool_lanes(l->pool), pool_lanes(l->pool) == 1 ? "" : "s");
    (void)fputs(buf_text(&b), stderr);
    buf_fini(&b);
}

static int open_weights(struct loaded *l, const char *const *values, const struct load_wish *wish, struct err *e)
{
    uint64_t threads = l->cpu.cores > POOL_LANES_MAX ? POOL_LANES_MAX : l->cpu.cores;
    int rc = loaded_count("threads", values[LOAD_THREADS], 1, POOL_LANES_MAX, &threads, e);
    if (!rc)
        rc = weights_open(l->ref, &l->w, e);
    if (rc)
        return rc;
    l->opened = true;
    rc = shape_of(values, wish, &l->w.spec, &l->shape, e);
    if (!rc)
        rc = kern_choose(&l->cpu, &l->kern, e);
    if (!rc)
        rc = pool_new((unsigned)threads, &l->pool, e);
    if (!rc)
        rc = session_plan(&l->w, l->kern, &l->shape, pool_lanes(l->pool), &l->cpu, &l->need, e);
    return rc ? (void)err_path(e, l->ref), rc : 0;
}

static int open_words(struct loaded *l, struct err *e)
{
    int rc = vocab_open(l->ref, &l->a, &l->tok, NULL, e);
    if (!rc)
        rc = tok_work_new(&l->work, e);
    return rc;
}

int loaded_open(const char *ref, const char *const *values, const struct load_wish *wish, struct loaded *l, struct err *e)
{
    double from = loaded_now();
    *l = (struct loaded){ .ref = ref };
    arena_init(&l->a, LOADED_MEMORY);
    cpu_read(&l->cpu);
    int rc = judge(l, values[LOAD_POLICY], e);
    if (!rc)
        rc = open_weights(l, values, wish, e);
    if (!rc && !wish->no_words)
        rc = open_words(l, e);
    if (rc)
        return rc;
    if (!values[LOAD_QUIET])
        tell(l);
    l->open_s = loaded_now() - from;
    rc = weights_load(&l->w, l->pool, e);
    if (!rc)
        rc = session_new(&l->w, l->kern, l->pool, &l->shape, &l->s, e);
    l->load_s = loaded_now() - from - l->open_s;
    return rc;
}

void loaded_close(struct loaded *l)
{
    session_free(l->s);
    if (l->opened)
        weights_close(&l->w);
    pool_free(l->pool);
    tok_work_free(l->work);
    arena_fini(&l->a);
}

/* ---- what verbs share ---------------------------------------------------------------- */

int loaded_tokens(struct loaded *l, struct span text, bool special, bool add_ends, struct tok_ids *out, struct err *e)
{
    struct tok_segment segment = { .text = text, .parse_special = special };
    struct tok_ids ids;
    int rc = tok_encode(l->tok, &segment, 1, add_ends, l->work, &ids, e);
    uint32_t *copy = rc ? NULL : arena_array(&l->a, ids.n + 1, sizeof *copy);
    if (!copy)
        return rc ? rc : err_memory(e);
    if (ids.n)
        memcpy(copy, ids.p, ids.n * sizeof *copy);
    *out = (struct tok_ids){ copy, ids.n };
    return 0;
}

void loaded_json(struct json_out *j, const struct loaded *l)
{
    json_string(j, "model", l->ref);
    json_open(j, "license", '{');
    json_string(j, "id", l->license);
    json_string(j, "answer", l->answer);
    json_close(j, '}');
    json_open(j, "engine", '{');
    json_string(j, "architecture", l->w.spec.arch->name);
    json_string(j, "kernels", l->kern->name);
    json_unsigned(j, "threads", pool_lanes(l->pool));
    json_unsigned(j, "context", l->shape.n_ctx);
    json_unsigned(j, "parameters", l->w.n_params);
    json_unsigned(j, "memory_bytes", l->need.total_bytes);
    json_close(j, '}');
}
