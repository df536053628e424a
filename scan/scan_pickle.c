// SPDX-License-Identifier: Apache-2.0
/* Pickle streams: every global against the list, every call against what the global may be used for.
 *
 *     stream, stream, ... [raw bytes]        each stream is judged; what follows the last must be explained
 *
 * A file of torch before 1.6 is five streams (magic, protocol, system, object, keys of storages) and the storages'
 * bytes. Constants are looked into for pickles: what is unsafe there is a payload, for nothing here runs it. */
#include <stdio.h>
#include "format/pickle.h"
#include "scan/allow.h"
#include "scan/joblib.h"
#include "scan/payload.h"
#include "scan/pickle_made.h"
#include "scan/scan.h"

enum { PROBE_FROM_BYTES = 12, PROBE_MAX_BYTES = 1 << 20 };

/* torch/serialization.py: MAGIC_NUMBER, as the pickle writer puts it: LONG1 of ten bytes. */
static const uint8_t torch_magic[] = { 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, '.' };

struct judge {
    struct scan *s;
    const struct scan_node *n;
    uint8_t *use;                           /* of each global so far: enum allow_use + 1; 0 not yet asked */
    size_t cap_use;
    uint64_t storage_bytes;                 /* what a file of the old torch must hold behind its streams */
    struct scan_storages own, *asked;       /* the storages so far, each key once: in `own`, or where somebody waits */
    struct made made;                       /* classes given for ids, bytes that were encoded */
    bool old_torch;                         /* five streams, where an id may ask for a class */
    bool plain_ids;                         /* ids that are numbers name tensors of the same archive */
    struct joblib arrays;                   /* arrays whose bytes stand among the opcodes */
    enum reading { AS_JOBLIB, AS_PICKLE, AS_PART } reading;     /* arrays are skipped; are opcodes, too; cannot be */
    uint64_t raw_from;                      /* where the first such bytes begin; 0: there are none */
    struct err *e;
    int rc;
};

static void found(struct judge *j, enum scan_rule_id rule, uint64_t at, const char *what)
{
    if (!j->rc)
        j->rc = scan_find(j->s, j->n, rule, at, j->e, "%s", what);
}

/* ---- names ------------------------------------------------------------------------------ */

static enum allow_use use_of(struct judge *j, const struct pickle *m, uint32_t g)
{
    if (g == PK_NO_GLOBAL)
        return ALLOW_UNKNOWN;
    while (g >= j->cap_use) {
        void *items = j->use;
        if (arena_grow(j->s->a, &items, &j->cap_use, j->cap_use, 1)) {
            j->rc = err_memory(j->e);
            return ALLOW_UNKNOWN;
        }
        j->use = items;
    }
    const struct pk_global *x = &m->globals[g];
    if (!j->use[g]) {
        enum allow_use use = allow_find(j->s->allow, x->module, x->name);
        if (use == ALLOW_UNKNOWN && j->reading == AS_PICKLE && allow_crossed(j->s->allow, x->module, x->name))
            use = ALLOW_VALUE;
        j->use[g] = (uint8_t)(use + 1);
    }
    return (enum allow_use)(j->use[g] - 1);
}

/* "calls os system", with the advisories that speak of this very name. */
static void found_global(struct judge *j, const struct pickle *m, enum scan_rule_id rule, uint64_t at,
                         const char *verb, uint32_t g, const char *more)
{
    size_t before = j->s->n_findings;
    if (j->rc)
        return;
    if (g == PK_NO_GLOBAL) {
        j->rc = scan_find(j->s, j->n, rule, at, j->e, "%s what an earlier call gave%s", verb, more);
        return;
    }
    const struct pk_global *x = &m->globals[g];
    j->rc = scan_find(j->s, j->n, rule, at, j->e, "%s %.*s.%.*s%s", verb, SPAN_ARG(x->module), SPAN_ARG(x->name), more);
    struct span ids = allow_advisories(j->s->allow, x->module, x->name);
    if (j->rc || !ids.n || j->s->n_findings == before)
        return;
    j->s->findings[before].advisory = arena_strn(j->s->a, ids.p, ids.n);
    if (!j->s->findings[before].advisory)
        j->rc = err_memory(j->e);
}

static void on_named(struct judge *j, struct pickle *m, const struct pk_event *ev)
{
    enum allow_use use = use_of(j, m, ev->global);
    if (use == ALLOW_UNKNOWN)
        found_global(j, m, RULE_PICKLE_GLOBAL, ev->at, "names", ev->global, "");
    else if (use == ALLOW_REVIEW || use == ALLOW_REVIEW_CALL)
        found_global(j, m, RULE_PICKLE_CLASS, ev->at, "holds an object of", ev->global, "");
}

static void on_event(void *ud, struct pickle *m, const struct pk_event *ev);
static void on_encoded(struct judge *j, struct pickle *m, const struct pk_event *ev);
static void on_end(struct judge *j, const struct pickle *m, unsigned n_streams);

/* ---- calls and state -------------------------------------------------------------------- */

static void load_inside(struct judge *j, struct pickle *m, const struct pk_event *ev)
{
    struct span bytes;
    if (ev->n_items != 1 || !made_bytes(&j->made, m, &ev->items[0], j->s->a, &bytes, &j->rc)) {
        found_global(j, m, RULE_PICKLE_CALL, ev->at, "loads with", ev->fn.global, " what is no constant");
        return;
    }
    char name[40];
    (void)snprintf(name, sizeof name, "constant at %llu", (unsigned long long)ev->items[0].at);
    if (!j->rc)
        j->rc = scan_inside(j->s, j->n, bytes, name, j->e);
}

/* _rebuild_from_type_v2(function, ...), _reconstructor(class, base, ...): the argument that gets called must be listed. */
static bool calls_listed(struct judge *j, struct pickle *m, const struct pk_event *ev, enum allow_use use)
{
    size_t inner = use == ALLOW_CALLS_SECOND;
    return (use == ALLOW_CALLS_FIRST || use == ALLOW_CALLS_SECOND) && ev->n_items > inner &&
           ev->items[inner].kind == PK_GLOBAL && use_of(j, m, ev->items[inner].global) == ALLOW_CALL;
}

static void on_called(struct judge *j, struct pickle *m, const struct pk_event *ev)
{
    if (!j->rc && joblib_type_made(&j->arrays, m, ev))
        j->rc = err_memory(j->e);
    uint32_t given = ev->fn.kind == PK_UNKNOWN ? made_find(&j->made, &ev->fn) : PK_NO_GLOBAL;
    uint32_t fn = ev->fn.kind == PK_GLOBAL ? ev->fn.global : given;
    bool bare = strncmp(pk_opcode_name(ev->op), "NEWOBJ", 6) == 0;
    enum allow_use use = use_of(j, m, fn);
    if (given != PK_NO_GLOBAL && !j->rc && made_note(&j->made, j->s->a, ev->at, given))
        j->rc = err_memory(j->e);
    if (made_encoded(&j->made, m, ev, j->s->a))
        on_encoded(j, m, ev);
    if (use == ALLOW_CALL || use == ALLOW_REVIEW_CALL || (bare && (use == ALLOW_NEW || use == ALLOW_REVIEW)))
        return;
    if (use == ALLOW_LOADS && !bare)
        load_inside(j, m, ev);
    else if (bare || !calls_listed(j, m, ev, use))
        found_global(j, m, RULE_PICKLE_CALL, ev->at, "calls", fn, "");
}

/* The pickle of an array of objects, which begins behind this opcode: judged here, for only so it is known where the
 * stream goes on. */
static void on_objects(struct judge *j, struct pickle *m)
{
    struct pickle inner;
    struct judge part = { .s = j->s, .e = j->e, .reading = AS_PART };
    char *path = arena_fmt(j->s->a, "%s!objects at %llu", j->n->path, (unsigned long long)m->next);
    if (!path) {
        j->rc = err_memory(j->e);
        return;
    }
    struct scan_node n = { span_sub(m->in, m->next, SIZE_MAX), path, "objects", j->n->depth + 1 };
    part.n = &n;
    part.asked = &part.own;
    pickle_init(&inner, n.in, j->s->a);
    inner.event = on_event;
    inner.ud = &part;
    inner.constants_from = m->constants_from;
    int rc = pickle_run(&inner, 0, j->e);
    if (!part.rc)
        on_end(&part, &inner, 0);
    j->rc = part.rc ? part.rc : rc;
    m->skip = inner.end == PK_STOPPED ? inner.next : n.in.n;
    pickle_fini(&inner);
}

/* joblib puts an array's bytes behind the opcode that fills its wrapper. */
static void on_array(struct judge *j, struct pickle *m, const struct pk_event *ev)
{
    struct joblib_array array;
    if (j->rc || j->reading != AS_JOBLIB || !joblib_is_array(m, ev))
        return;
    joblib_read(&j->arrays, m, ev, &array);
    if (!j->raw_from)
        j->raw_from = m->next;
    if (array.why)
        found(j, RULE_PICKLE_BROKEN, ev->at, array.why);
    else if (array.has_objects)
        on_objects(j, m);
    if (!array.has_objects)
        m->skip = array.why ? m->in.n - m->next : array.bytes;
}

/* May state be put into, or items be added to, what calling this gave? */
static bool may_be_filled(struct judge *j, struct pickle *m, const struct pk_value *v)
{
    if (v->kind != PK_RESULT)
        return false;
    enum allow_use use = use_of(j, m, v->global == PK_NO_GLOBAL ? made_find(&j->made, v) : v->global);
    return use >= ALLOW_REVIEW && use != ALLOW_VALUE;
}

static void on_filled(struct judge *j, struct pickle *m, const struct pk_event *ev)
{
    if (ev->kind == PK_BUILT)
        joblib_type_filled(&j->arrays, m, ev);
    if (may_be_filled(j, m, &ev->fn)) {
        if (ev->kind == PK_BUILT)
            on_array(j, m, ev);
        return;
    }
    if (ev->fn.kind == PK_GLOBAL || ev->fn.kind == PK_RESULT)
        found_global(j, m, RULE_PICKLE_STATE, ev->at, ev->kind == PK_BUILT ? "puts state into" : "adds items to",
                     ev->fn.global, ev->fn.kind == PK_GLOBAL ? " itself" : "");
    else
        found(j, RULE_PICKLE_STATE, ev->at, ev->kind == PK_BUILT ? "puts state into what takes none"
                                                                : "adds items to what takes none of this kind");
}

/* ---- storages of torch ------------------------------------------------------------------ */

static unsigned item_bytes(struct span type)
{
    static const struct { const char *name; unsigned bytes; } types[] = {
        { "DoubleStorage", 8 }, { "LongStorage", 8 }, { "ComplexFloatStorage", 8 }, { "FloatStorage", 4 },
        { "IntStorage", 4 }, { "QInt32Storage", 4 }, { "HalfStorage", 2 }, { "BFloat16Storage", 2 },
        { "ShortStorage", 2 }, { "ComplexDoubleStorage", 16 },
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (span_is(type, types[i].name))
            return types[i].bytes;
    return 1;
}

static bool is_asked(const struct scan_storages *l, uint64_t hash, struct span key)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->items[i].hash == hash && span_is(key, l->items[i].key))
            return true;
    return false;
}

/* Note the bytes of a storage once for each key: a loader makes it when it first meets the key. */
static void add_storage(struct judge *j, struct pickle *m, const struct pk_event *ev)
{
    struct scan_storages *l = j->asked;
    struct span key;
    int64_t n;
    uint64_t h = 14695981039346656037u;
    void *items = l->items;
    if (ev->n_items < 5 || !pk_text(m, &ev->items[2], j->s->a, &key) || !pk_number(m, &ev->items[4], &n) || n < 0 ||
        n > INT64_MAX / 32)
        return;
    for (size_t i = 0; i < key.n; i++)
        h = (h ^ key.p[i]) * 1099511628211u;
    if (is_asked(l, h, key) || l->n >= 1 << 14)
        return;                             /* beyond, the sum will not fit, and that is then said */
    char *copy = arena_strn(j->s->a, key.p, key.n);
    if (!copy || arena_grow(j->s->a, &items, &l->cap, l->n, sizeof *l->items)) {
        j->rc = err_memory(j->e);
        return;
    }
    uint64_t bytes = (uint64_t)n * item_bytes(m->globals[ev->items[1].global].name);
    l->items = items;
    l->items[l->n++] = (struct scan_storage){ h, copy, bytes };
    j->storage_bytes += 8 + bytes;
}

/* torch asks its loader for ('storage', class, key, location, numel) and, in old files, for the class of
 * ('module', class, source file, source), which it gets. */
static void on_persistent(struct judge *j, struct pickle *m, const struct pk_event *ev)
{
    struct span kind = SPAN_NONE;
    bool torch = ev->n_items >= 4 && ev->items[1].kind == PK_GLOBAL && pk_text(m, &ev->items[0], j->s->a, &kind);
    if (torch && span_is(kind, "storage"))
        add_storage(j, m, ev);
    else if (j->plain_ids && (ev->args.kind == PK_PLAIN || ev->args.kind == PK_TEXT || ev->args.kind == PK_BYTES))
        return;
    else if (torch && j->old_torch && span_is(kind, "module"))
        j->rc = j->rc ? j->rc : made_note(&j->made, j->s->a, ev->at, ev->items[1].global) ? err_memory(j->e) : 0;
    else if (!torch || !span_is(kind, "module"))
        found(j, RULE_PICKLE_PERSISTENT, ev->at, "asks the loader for an object by an id that is no tensor's");
}

/* ---- payloads in constants -------------------------------------------------------------- */

static int value64(uint8_t b)
{
    if (b >= 'A' && b <= 'Z')
        return b - 'A';
    if (b >= 'a' && b <= 'z')
        return b - 'a' + 26;
    if (b >= '0' && b <= '9')
        return b - '0' + 52;
    return b == '+' || b == '-' ? 62 : b == '/' || b == '_' ? 63 : -1;
}

static int value16(uint8_t b)
{
    return b >= '0' && b <= '9' ? b - '0' : (b | 32) >= 'a' && (b | 32) <= 'f' ? (b | 32) - 'a' + 10 : -1;
}

/* Decode digits of `bits` each up to the first byte that is none. */
static struct span decode_digits(struct span in, unsigned bits, int (*value)(uint8_t), struct arena *a)
{
    uint8_t *out = (uint8_t *)arena_text(a, in.n + 1);
    size_t n = 0;
    uint32_t acc = 0, have = 0;
    for (size_t i = 0; out && i < in.n; i++) {
        int v = value(in.p[i]);
        if (v < 0 && (in.p[i] == '\n' || in.p[i] == '\r'))
            continue;
        if (v < 0)
            break;
        acc = acc << bits | (uint32_t)v;
        have += bits;
        if (have >= 8) {
            have -= 8;
            out[n++] = (uint8_t)(acc >> have);
        }
    }
    return out ? span_of(out, n) : SPAN_NONE;
}

static bool is_first(uint8_t b)
{
    return b == 0x80 || b == 'c' || b == '(' || b == ']' || b == '}' || b == ')' || b == 'i';
}

/* What has no STOP anywhere is no whole pickle. */
static bool may_be_pickle(struct span s)
{
    return s.n >= PROBE_FROM_BYTES && is_first(s.p[0]) && (s.p[0] != 0x80 || s.p[1] <= 5) && memchr(s.p, '.', s.n);
}

static int judge_streams(struct scan *s, const struct scan_node *n, bool probe, bool *stopped, struct err *e);

/* Is this, strictly, a pickle that would be unsafe? */
static bool is_payload(struct judge *j, struct span bytes)
{
    struct scan inner;
    bool stopped = false;
    struct scan_node n = { .in = bytes, .path = j->n->path, .name = "constant", .depth = j->n->depth + 1 };
    if (!bytes.p && !j->rc)                 /* there was no memory to decode it */
        j->rc = err_memory(j->e);
    if (j->rc || !may_be_pickle(bytes) || n.depth > SCAN_DEPTH_MAX)
        return false;
    scan_init(&inner, j->s->allow, j->s->a);
    j->rc = judge_streams(&inner, &n, true, &stopped, j->e);
    return !j->rc && stopped && (inner.verdict == SCAN_UNSAFE || inner.verdict == SCAN_CARRIES_PAYLOAD);
}

/* Do digits in base64 stand here, of something that begins as pickles do? */
static bool is_base64(struct span s)
{
    static const char *const heads[] = { "gAS", "gAR", "gAN", "gAJ", "gAV", "gAT", "Y19", "Y29", "Y2", "KG", "KE" };
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (s.p[0] == heads[i][0] && span_starts(s, heads[i]))
            return true;
    return false;
}

static bool is_base16(struct span s)
{
    int high = value16(s.p[0]), low = value16(s.p[1]);
    return high >= 0 && low >= 0 && is_first((uint8_t)(high << 4 | low)) && value16(s.p[2]) >= 0 && value16(s.p[3]) >= 0;
}

/* Most constants are words, and their first bytes show that they are nothing else. */
static void look_into(struct judge *j, struct span s, uint64_t at)
{
    if (s.n < PROBE_FROM_BYTES || s.n > PROBE_MAX_BYTES)
        return;
    const char *how = is_payload(j, s) ? "a pickle" : NULL;
    if (!how && is_base64(s) && is_payload(j, decode_digits(s, 6, value64, j->s->a)))
        how = "a pickle in base64";
    if (!how && is_base16(s) && is_payload(j, decode_digits(s, 4, value16, j->s->a)))
        how = "a pickle in hexadecimal digits";
    if (how && !j->rc)
        j->rc = scan_find(j->s, j->n, RULE_PAYLOAD, at, j->e, "holds %s that would be unsafe if it were loaded", how);
}

int payload_look(struct scan *s, const struct scan_node *n, struct span constant, uint64_t at, struct err *e)
{
    struct judge j = { .s = s, .n = n, .e = e };
    look_into(&j, constant, at);
    return j.rc;
}

static void on_constant(struct judge *j, struct pickle *m, const struct pk_event *ev)
{
    struct span s;
    if (pk_text(m, &ev->fn, j->s->a, &s))
        look_into(j, s, ev->at);
}

/* Protocols 0 to 2 write bytes as a text and a call: only the later ones' first byte looks different in the text. */
static void on_encoded(struct judge *j, struct pickle *m, const struct pk_event *ev)
{
    struct span text, s;
    const struct pk_value made = { .kind = PK_RESULT, .at = ev->at };
    if (pk_text(m, &ev->items[0], j->s->a, &text) && text.n <= PROBE_MAX_BYTES && span_starts(text, "\xc2\x80") &&
        made_bytes(&j->made, m, &made, j->s->a, &s, &j->rc))
        look_into(j, s, ev->at);
}

/* ---- one stream after another ----------------------------------------------------------- */

static void on_event(void *ud, struct pickle *m, const struct pk_event *ev)
{
    struct judge *j = ud;
    switch (ev->kind) {
    case PK_NAMED:
        on_named(j, m, ev);
        break;
    case PK_NAMED_UNKNOWN:
        found(j, RULE_PICKLE_COMPUTED, ev->at, ev->what);
        break;
    case PK_CALLED:
        on_called(j, m, ev);
        break;
    case PK_BUILT: case PK_EXTENDED:
        on_filled(j, m, ev);
        break;
    case PK_PERSISTENT:
        on_persistent(j, m, ev);
        break;
    case PK_EXTENSION:
        found(j, RULE_PICKLE_EXTENSION, ev->at, "takes a name from the loader's registry");
        break;
    case PK_CONSTANT:
        on_constant(j, m, ev);
        break;
    case PK_AMBIGUOUS:
        found(j, RULE_PICKLE_AMBIGUOUS, ev->at, ev->what);
        break;
    }
}

/* Who loads the file with pickle itself takes the bytes of arrays for opcodes. Numbers make no sense so; what calls
 * something that is on no list was put there to be run. */
static void on_plain_event(void *ud, struct pickle *m, const struct pk_event *ev)
{
    struct judge *j = ud;
    bool calls = ev->kind == PK_CALLED || ev->kind == PK_BUILT || ev->kind == PK_EXTENDED;
    if (!calls || ev->at < j->raw_from || j->reading == AS_PART)
        return;
    enum allow_use use = ev->fn.kind == PK_GLOBAL ? use_of(j, m, ev->fn.global) : ALLOW_VALUE;
    if (use != ALLOW_UNKNOWN && use < ALLOW_LOADS)
        return;
    found_global(j, m, RULE_PICKLE_AMBIGUOUS, ev->at, "among the bytes of an array, calls", ev->fn.global, "");
    j->reading = AS_PART;                   /* once is enough */
}

static void read_as_pickle(struct judge *j, uint64_t from)
{
    struct pickle m;
    struct judge plain = { .s = j->s, .n = j->n, .e = j->e, .reading = AS_PICKLE, .raw_from = j->raw_from };
    pickle_init(&m, j->n->in, j->s->a);
    m.event = on_plain_event;
    m.ud = &plain;
    int rc = pickle_run(&m, from, j->e);
    j->rc = plain.rc ? plain.rc : rc;
    pickle_fini(&m);
}

/* What the end of a stream says, when it is not its STOP. */
static void on_end(struct judge *j, const struct pickle *m, unsigned n_streams)
{
    if (m->end == PK_TOO_LARGE)
        found(j, RULE_PICKLE_LIMIT, m->at, m->why);
    else if (m->end != PK_STOPPED)
        found(j, RULE_PICKLE_BROKEN, m->at, n_streams ? "bytes behind the last stream are no pickle" : m->why);
    else if (m->protocol > 5)
        found(j, RULE_PICKLE_BROKEN, m->at, "a protocol that no loader knows");
}

/* The first stream, alone or, since protocol 4, in a frame. */
static bool is_old_torch(struct span in)
{
    size_t skip = in.n > 2 && in.p[0] == 0x80 ? 2 : 0;
    if (skip && in.n > 11 && in.p[2] == 0x95)
        skip += 9;
    return in.n >= skip + sizeof torch_magic && memcmp(in.p + skip, torch_magic, sizeof torch_magic) == 0;
}

static int judge_streams(struct scan *s, const struct scan_node *n, bool probe, bool *stopped, struct err *e)
{
    struct judge j = { .s = s, .n = n, .e = e };
    struct pickle m;
    bool torch = is_old_torch(n->in);
    uint64_t at = 0;
    j.asked = s->storages ? s->storages : &j.own;
    j.old_torch = torch;
    j.plain_ids = s->plain_ids;
    s->storages = NULL;                     /* a pickle inside this one has its own */
    s->plain_ids = false;
    pickle_init(&m, n->in, s->a);
    m.event = on_event;
    m.ud = &j;
    m.constants_from = PROBE_FROM_BYTES;
    for (unsigned n_streams = 0; !j.rc && (at < n->in.n || !n_streams); n_streams++) {
        if (torch && n_streams == 5) {
            if (n->in.n - at != j.storage_bytes)
                found(&j, RULE_PICKLE_BROKEN, at, "the storages' bytes are not as many as the tensors need");
            break;
        }
        int rc = pickle_run(&m, at, e);
        j.rc = j.rc ? j.rc : rc;
        *stopped = *stopped || m.end == PK_STOPPED;
        if (probe && m.end != PK_STOPPED)
            break;
        on_end(&j, &m, n_streams);
        if (j.raw_from && !j.rc)
            read_as_pickle(&j, at);
        j.raw_from = 0;
        if (m.end != PK_STOPPED)
            break;
        at = m.next;
    }
    pickle_fini(&m);
    return j.rc;
}

static int run(struct scan *s, const struct scan_node *n, struct err *e)
{
    bool stopped = false;
    return judge_streams(s, n, false, &stopped, e);
}

/* ---- is it a pickle --------------------------------------------------------------------- */

struct trial { unsigned n_named, n_called; };

static void on_trial(void *ud, struct pickle *m, const struct pk_event *ev)
{
    struct trial *t = ud;
    (void)m;
    t->n_named += ev->kind == PK_NAMED;
    t->n_called += ev->kind == PK_CALLED || ev->kind == PK_EXTENSION || ev->kind == PK_NAMED_UNKNOWN;
}

static bool named_as_pickle(const struct scan_node *n)
{
    return scan_called(n, ".pkl .pickle .pck .p .joblib .dill .cloudpickle .pt .pth .ckpt .bin");
}

/* The text protocols have no mark at the front: run it, and see whether it makes sense. */
static unsigned sniff(const struct scan_node *n)
{
    struct arena a;
    struct pickle m;
    struct trial t = { 0, 0 };
    if (n->in.n >= 2 && n->in.p[0] == 0x80 && n->in.p[1] <= 5)
        return 90;
    if (!n->in.n || !pk_opcode_name(n->in.p[0])[0])
        return named_as_pickle(n) ? 5 : 0;
    arena_init(&a, 8 << 20);
    pickle_init(&m, n->in, &a);
    m.event = on_trial;
    m.ud = &t;
    int rc = pickle_run(&m, 0, NULL);
    bool whole = !rc && m.end == PK_STOPPED && m.n_ops > 1;
    pickle_fini(&m);
    arena_fini(&a);
    if (t.n_called)
        return 80;
    return whole ? 60 : !named_as_pickle(n) ? 0 : t.n_named ? 55 : 45;
}

const struct scan_format scan_pickle = { .name = "pickle", .sniff = sniff, .run = run };
