// SPDX-License-Identifier: Apache-2.0
#include "license/identify.h"

#include <ctype.h>
#include <stdlib.h>
#include "license/candidate.h"

enum { FOUND_MAX = 64, RANGES_MAX = 512, DIFFERS_MAX = 24, NEAR_TRIED = 8, SMALL_WORDS = 8,
       HEADING_WORDS = 40, CUE_REACH = 12, SCRATCH_BYTES = 1 << 30 };

#define NEAR_AT_LEAST 0.5               /* Dice */

enum { FREE, TAKEN, NEUTRAL };          /* what a word of the input is */

struct ident {
    const struct index *x;
    const struct text *t;
    struct words w;
    struct arena *a, scratch;           /* a keeps what is handed out */
    uint8_t *state;                     /* per word */
    struct identified *out;
    size_t found_cap;
    struct err *e;
};

const char *identify_match_name(enum identify_match m)
{
    static const char *const names[] = { "exact", "residue", "near", "unknown" };
    return names[m];
}

const char *identify_kind_name(enum identify_kind k)
{
    static const char *const names[] = { "license", "policy", "notices", "pointer", "other" };
    return names[k];
}

/* ---- passages ------------------------------------------------------------------------ */

/* The first cue in the words [from, to), or else in those around them: what a changed figure counts
 * stands beside it. "" when there is none. */
static int describe(struct ident *d, uint32_t from, uint32_t to, const char **cue)
{
    struct clause *c;
    size_t n;
    int rc = clause_find(&d->w, from, to, &d->scratch, &c, &n, d->e);
    if (!rc && !n && to - from < 2 * CUE_REACH)
        rc = clause_find(&d->w, from > CUE_REACH ? from - CUE_REACH : 0,
                         d->w.n - to > CUE_REACH ? to + CUE_REACH : d->w.n, &d->scratch, &c, &n, d->e);
    if (!rc && n && !(*cue = clause_describe(&c[0], d->a)))
        rc = err_memory(d->e);
    return rc;
}

static int make_span(struct ident *d, uint32_t from, uint32_t to, bool with_words, struct identify_span *out)
{
    const struct words *w = &d->w;
    struct identify_span s = { .word_from = from, .word_to = to, .words = "", .cue = "" };
    if (to > from) {
        uint32_t p0 = w->items[from].from, p1 = w->items[to - 1].to;
        s.byte_from = d->t->src[p0];
        s.byte_to = p1 > p0 ? (uint64_t)d->t->src[p1 - 1] + 1 : s.byte_from;
        s.line_from = text_line(d->t, p0);
        s.line_to = text_line(d->t, p1 > p0 ? p1 - 1 : p0);
    }
    if (with_words && to > from) {
        uint32_t last = to - from > 60 ? from + 60 : to;
        uint32_t end = last < w->n ? w->items[last].norm : w->norm_bytes;
        s.words = arena_strn(d->a, w->norm + w->items[from].norm, end - w->items[from].norm - 1);
        if (!s.words)
            return err_memory(d->e);
        int rc = describe(d, from, to, &s.cue);
        if (rc)
            return rc;
    }
    *out = s;
    return 0;
}

/* ---- known texts that lie whole in a part of the input ------------------------------- */

static bool is_better(const struct ident *d, const struct align *x, const struct align *best)
{
    const struct index_entry *a = &d->x->entries[x->entry], *b = &d->x->entries[best->entry];
    if (a->n_words != b->n_words)
        return a->n_words > b->n_words;
    if ((a->strict == d->w.strict) != (b->strict == d->w.strict))
        return a->strict == d->w.strict;
    if ((a->flags & INDEX_SPDX) != (b->flags & INDEX_SPDX))
        return a->flags & INDEX_SPDX;
    if ((a->flags & INDEX_DEPRECATED) != (b->flags & INDEX_DEPRECATED))
        return b->flags & INDEX_DEPRECATED;
    size_t na = strlen(a->id), nb = strlen(b->id);
    return na != nb ? na < nb : strcmp(a->id, b->id) < 0;
}

/* The largest known text that lies whole in [from, to); *any is false when there is none. */
static int best_whole(struct ident *d, uint32_t from, uint32_t to, struct align *best, bool *any)
{
    struct align_input in;
    struct candidates c;
    *any = false;
    int rc = align_input(&d->w, from, to, &d->scratch, &in, d->e);
    if (!rc)
        rc = candidate_find(&in, d->x, CANDIDATE_CONTAINED, &d->scratch, &c, d->e);
    for (unsigned i = 0; !rc && i < c.n; i++) {
        struct align al;
        const struct index_entry *entry = &d->x->entries[c.entry[i]];
        bool whole_file = from == 0 && to == d->w.n && entry->n_words == to;
        bool smaller = *any && entry->n_words < d->x->entries[best->entry].n_words;
        if (smaller || (entry->n_words < SMALL_WORDS && !whole_file))
            continue;
        rc = align_entry(&in, d->x, c.entry[i], &d->scratch, &al, d->e);
        if (!rc && al.verified && (!*any || is_better(d, &al, best))) {
            *best = al;
            *any = true;
        }
    }
    return rc;
}

static int take(struct ident *d, const struct align *al)
{
    const struct index_entry *entry = &d->x->entries[al->entry];
    struct identified *out = d->out;
    void *items = out->found;
    if (arena_grow(d->a, &items, &d->found_cap, out->n_found, sizeof *out->found))
        return err_memory(d->e);
    out->found = items;
    struct identify_found *f = &out->found[out->n_found];
    *f = (struct identify_found){ .entry = entry };
    int rc = make_span(d, al->first, al->end, false, &f->where);
    if (rc)
        return rc;
    out->n_found++;
    for (uint32_t k = 0; k < entry->n_shingles; k++) {
        unsigned n = shingle_length(d->x->shingles[entry->first + k]);
        memset(d->state + al->at[k], TAKEN, n);
    }
    return 0;
}

struct range { uint32_t from, to; };

/* Free runs of at least SMALL_WORDS words inside [from, to), onto the list. */
static void push_free(const struct ident *d, uint32_t from, uint32_t to, struct range *list, unsigned *n)
{
    for (uint32_t i = from; i < to;) {
        uint32_t start = i;
        while (i < to && d->state[i] == FREE)
            i++;
        if (i - start >= SMALL_WORDS && *n < RANGES_MAX)
            list[(*n)++] = (struct range){ start, i };
        i += i == start;
    }
}

static int find_whole(struct ident *d)
{
    struct range list[RANGES_MAX];
    unsigned n = 0;
    if (d->w.n)
        list[n++] = (struct range){ 0, d->w.n };
    while (n && d->out->n_found < FOUND_MAX) {
        struct range r = list[--n];
        struct align best = { 0 };
        bool any;
        int rc = best_whole(d, r.from, r.to, &best, &any);
        if (!rc && any)
            rc = take(d, &best);
        if (rc)
            return rc;
        if (any)
            push_free(d, r.from, r.to, list, &n);
    }
    return 0;
}

/* ---- edits: words put inside a sentence are no rider, they make another text --------- */

/* Does a sentence or paragraph end between words i - 1 and i? */
static bool sentence_ends(const struct ident *d, uint32_t i)
{
    if (i == 0 || i >= d->w.n)
        return true;
    const char *p = d->t->p + d->w.items[i - 1].to, *end = d->t->p + d->w.items[i].from;
    unsigned n_lines = 0;
    for (; p < end; p++) {
        if (strchr(".;:!?", *p) || (unsigned char)*p >= 0x80)
            return true;                    /* 0x80: full-width marks, quotes behind a stop */
        n_lines += *p == '\n';
    }
    return n_lines >= 2;
}

static bool holds_an_edit(const struct ident *d, const struct identify_found *f)
{
    for (uint32_t i = f->where.word_from; i < f->where.word_to;) {
        uint32_t from = i;
        while (i < f->where.word_to && d->state[i] == FREE)
            i++;
        if (i > from && !(sentence_ends(d, from) && sentence_ends(d, i)))
            return true;
        i += i == from;
    }
    return false;
}

static void drop_edited(struct ident *d)
{
    struct identified *out = d->out;
    size_t kept = 0;
    for (size_t i = 0; i < out->n_found; i++) {
        if (holds_an_edit(d, &out->found[i]))
            memset(d->state + out->found[i].where.word_from, FREE,
                   out->found[i].where.word_to - out->found[i].where.word_from);
        else
            out->found[kept++] = out->found[i];
    }
    out->n_found = kept;
}

/* ---- what is left: headings and names are neutral, the rest is residue --------------- */

static bool word_in_name(struct span word, const char *name)
{
    for (const char *p = name; *p;) {
        size_t n = 0;
        while (isalnum((unsigned char)p[n]))
            n++;
        if (n == word.n) {
            size_t k = 0;
            while (k < n && tolower((unsigned char)p[k]) == word.p[k])
                k++;
            if (k == n && n)
                return true;
        }
        p += n ? n : 1;
    }
    return false;
}

static bool is_common(struct span word)
{
    static const char *const common[] = {
        "license", "licenses", "licensed", "the", "version", "agreement", "terms", "text", "www", "com", "org",
        "html", "txt", "opensource", "spdx", "identifier", "copyright", "all", "rights", "reserved", "full", "above",
        "v", "see", "for", "details", "under", "file", "of", "and", "a", "is", "this", "software", "code",
        "released", "model", "weights", "php", "legalcode", "following", "begin", "end", "by",
    };
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        if (span_is(word, common[i]))
            return true;
    return false;
}

/* Are all words of [from, to) common ones, or part of the name or id of a licence found here? */
static bool only_names(const struct ident *d, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        uint32_t end = i + 1 < d->w.n ? d->w.items[i + 1].norm : d->w.norm_bytes;
        struct span word = span_of(d->w.norm + d->w.items[i].norm, end - d->w.items[i].norm - 1);
        bool known = is_common(word);
        for (size_t f = 0; f < d->out->n_found && !known; f++)
            known = word_in_name(word, d->out->found[f].entry->name) ||
                    word_in_name(word, d->out->found[f].entry->id);
        if (!known)
            return false;
    }
    return true;
}

/* May the free run [from, to) be a heading: nothing but names of what was found, outside every found text.
 * A project's own name is none: two words can be a rider ("Excludes Germany"), so it is shown. */
static bool is_heading(const struct ident *d, uint32_t from, uint32_t to)
{
    for (size_t f = 0; f < d->out->n_found; f++)
        if (from > d->out->found[f].where.word_from && to < d->out->found[f].where.word_to)
            return false;
    return to - from <= HEADING_WORDS && only_names(d, from, to);
}

static int add_residue(struct ident *d, uint32_t from, uint32_t to, size_t *cap)
{
    void *items = d->out->residue;
    if (arena_grow(d->a, &items, cap, d->out->n_residue, sizeof *d->out->residue))
        return err_memory(d->e);
    d->out->residue = items;
    return make_span(d, from, to, true, &d->out->residue[d->out->n_residue++]);
}

static int find_residue(struct ident *d)
{
    size_t cap = 0;
    for (uint32_t i = 0; i < d->w.n;) {
        uint32_t from = i;
        while (i < d->w.n && d->state[i] == FREE)
            i++;
        if (i == from) {
            i++;
            continue;
        }
        if (is_heading(d, from, i)) {
            memset(d->state + from, NEUTRAL, i - from);
            continue;
        }
        int rc = add_residue(d, from, i, &cap);
        if (rc)
            return rc;
    }
    return 0;
}

/* ---- the nearest known texts --------------------------------------------------------- */

static int add_near(struct ident *d, const struct align *al, double similarity)
{
    struct identified *out = d->out;
    const struct index_entry *entry = &d->x->entries[al->entry];
    unsigned i = (unsigned)out->n_nearest;
    for (unsigned k = 0; k < i; k++)
        if (strcmp(out->nearest[k].entry->id, entry->id) == 0)
            return 0;                           /* another text of the same licence */
    if (i == 3)
        return 0;
    struct identify_near near = { .entry = entry, .similarity = similarity,
                                  .missing_words = entry->n_words - al->matched_words };
    near.differs = arena_array(d->a, DIFFERS_MAX, sizeof *near.differs);
    if (!near.differs)
        return err_memory(d->e);
    uint32_t p = 0;
    for (uint32_t k = 0; k <= entry->n_shingles && near.n_differs < DIFFERS_MAX; k++) {
        bool last = k == entry->n_shingles;
        if (!last && al->at[k] < 0)
            continue;
        uint32_t at = last ? d->w.n : (uint32_t)al->at[k];
        if (at > p) {
            int rc = make_span(d, p, at, true, &near.differs[near.n_differs++]);
            if (rc)
                return rc;
        }
        p = last ? p : at + shingle_length(d->x->shingles[entry->first + k]);
    }
    out->nearest[out->n_nearest++] = near;
    return 0;
}

static int by_similarity(const void *x, const void *y)
{
    const struct align *a = x, *b = y;
    return a->matched_words < b->matched_words ? 1 : a->matched_words > b->matched_words ? -1 :
           a->entry < b->entry ? -1 : a->entry > b->entry;
}

static int find_nearest(struct ident *d)
{
    struct align_input in;
    struct candidates c;
    struct align tried[NEAR_TRIED];
    int rc = align_input(&d->w, 0, d->w.n, &d->scratch, &in, d->e);
    if (!rc)
        rc = candidate_find(&in, d->x, CANDIDATE_SIMILAR, &d->scratch, &c, d->e);
    unsigned n = 0;
    for (; !rc && n < c.n && n < NEAR_TRIED; n++) {
        rc = align_entry(&in, d->x, c.entry[n], &d->scratch, &tried[n], d->e);
        if (!rc)                                /* sort key: Dice in millionths */
            tried[n].matched_words = (uint32_t)(2e6 * tried[n].matched_words /
                ((double)d->x->entries[c.entry[n]].n_words + d->w.n));
    }
    if (rc)
        return rc;
    qsort(tried, n, sizeof *tried, by_similarity);
    for (unsigned i = 0; i < n && !rc; i++) {
        double dice = tried[i].matched_words / 1e6;
        const struct index_entry *entry = &d->x->entries[tried[i].entry];
        tried[i].matched_words = (uint32_t)(dice * ((double)entry->n_words + d->w.n) / 2 + 0.5);
        if (dice >= 0.15)
            rc = add_near(d, &tried[i], dice);
    }
    return rc;
}

/* ---- what kind of file, and how bad -------------------------------------------------- */

static bool name_starts(const char *name, const char *const *list)
{
    const char *base = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
    for (; *list; list++)
        if (strncasecmp(base, *list, strlen(*list)) == 0)
            return true;
    return false;
}

static bool speaks_of_licence(const struct words *w)
{
    static const char *const talk[] = { "license", "licenses", "licensed", "licensor", "copyright", "permission",
                                        "permitted", "agreement", "warranty", "domain", "redistribution",
                                        "\xe8\xae\xb8" };
    for (uint32_t i = 0; i < w->n; i++) {
        uint32_t end = i + 1 < w->n ? w->items[i + 1].norm : w->norm_bytes;
        for (size_t k = 0; k < sizeof talk / sizeof *talk; k++)
            if (span_is(span_of(w->norm + w->items[i].norm, end - w->items[i].norm - 1), talk[k]))
                return true;
    }
    return false;
}

static enum identify_kind kind_of(const struct ident *d, const char *name)
{
    static const char *const notices[] = { "notice", "third_party", "thirdparty", "third-party", NULL };
    static const char *const policies[] = { "use_policy", "use-policy", "usage_policy", "usage-policy",
                                            "usage policy", "acceptable_use", "acceptable-use", "prohibited_use",
                                            "prohibited-use", NULL };
    const struct identified *out = d->out;
    bool policy = out->n_found > 0;
    for (size_t i = 0; i < out->n_found; i++)
        policy = policy && out->found[i].entry->kind == INDEX_POLICY;
    if (policy || (!out->n_found && name_starts(name, policies)))
        return TEXT_IS_POLICY;
    if (!policy && out->n_nearest && !out->n_found && out->nearest[0].similarity >= 0.8 &&
        out->nearest[0].entry->kind == INDEX_POLICY)
        return TEXT_IS_POLICY;
    if (name_starts(name, notices))
        return TEXT_IS_NOTICES;
    if (out->n_found)
        return TEXT_IS_LICENSE;
    if (d->w.n <= 20 && strstr(d->t->p, "://"))
        return TEXT_IS_POINTER;
    return speaks_of_licence(&d->w) ? TEXT_IS_LICENSE : TEXT_IS_OTHER;
}

/* The stricter of two classes, in the order of severity. */
static unsigned stricter(unsigned a, unsigned b)
{
    static const uint8_t severity[CLASS_COUNT] = {
        [CLASS_NONE] = 0, [CLASS_PERMISSIVE] = 1, [CLASS_COPYLEFT] = 2, [CLASS_UNKNOWN] = 3, [CLASS_RESTRICTED] = 4,
        [CLASS_NONCOMMERCIAL] = 5, [CLASS_RESEARCH] = 6, [CLASS_PROPRIETARY] = 7,
    };
    return severity[b] > severity[a] ? b : a;
}

static unsigned class_of_cue(enum clause_kind k)
{
    return k == CLAUSE_NONCOMMERCIAL ? CLASS_NONCOMMERCIAL : k == CLAUSE_RESEARCH ? CLASS_RESEARCH :
           clause_restricts(k) ? CLASS_RESTRICTED : CLASS_UNKNOWN;
}

/* Keep the cues of the words [from, to) and let the class follow. */
static int add_clauses(struct ident *d, uint32_t from, uint32_t to, size_t *cap)
{
    struct identified *out = d->out;
    struct clause *c;
    size_t n;
    int rc = clause_find(&d->w, from, to, &d->scratch, &c, &n, d->e);
    for (size_t i = 0; i < n && !rc; i++) {
        void *items = out->clauses;
        if (arena_grow(d->a, &items, cap, out->n_clauses, sizeof *out->clauses))
            return err_memory(d->e);
        out->clauses = items;
        struct identify_span *s = &out->clauses[out->n_clauses];
        rc = make_span(d, c[i].from, c[i].to, true, s);
        if (!rc && !(s->cue = clause_describe(&c[i], d->a)))
            rc = err_memory(d->e);
        out->n_clauses += !rc;
        out->class = stricter(out->class, class_of_cue(c[i].kind));
    }
    return rc;
}

/* The class: that of what was found, or of the nearest, never below what the unexplained words suggest. */
static int classify(struct ident *d)
{
    struct identified *out = d->out;
    size_t cap = 0;
    int rc = 0;
    out->class = out->n_found ? CLASS_NONE : CLASS_UNKNOWN;
    for (size_t i = 0; i < out->n_found; i++)
        out->class = stricter(out->class, out->found[i].entry->class);
    bool near = !out->n_found && out->n_nearest && out->nearest[0].similarity >= NEAR_AT_LEAST;
    if (near) {
        out->class = stricter(out->class, out->nearest[0].entry->class);
        for (size_t i = 0; i < out->nearest[0].n_differs && !rc; i++)
            rc = add_clauses(d, out->nearest[0].differs[i].word_from, out->nearest[0].differs[i].word_to, &cap);
    } else if (!out->n_found) {
        rc = add_clauses(d, 0, d->w.n, &cap);
    }
    for (size_t i = 0; i < out->n_residue && !rc; i++)
        rc = add_clauses(d, out->residue[i].word_from, out->residue[i].word_to, &cap);
    if (out->n_residue)
        out->class = stricter(out->class, CLASS_UNKNOWN);
    return rc;
}

/* A text that no known licence explains by half is not that licence: what lies in it is mentioned. */
static void demote_found(struct ident *d)
{
    struct identified *out = d->out;
    uint32_t taken = 0;
    for (uint32_t i = 0; i < d->w.n; i++)
        taken += d->state[i] == TAKEN;
    double share = d->w.n ? (double)taken / d->w.n : 0;
    bool near_wins = out->n_nearest && out->nearest[0].missing_words && out->nearest[0].similarity > share + 0.1;
    if (out->n_found && (share < 0.5 || near_wins)) {
        out->mentioned = out->found;
        out->n_mentioned = out->n_found;
        out->found = NULL;
        out->n_found = 0;
        for (uint32_t i = 0; i < d->w.n; i++)
            d->state[i] = FREE;
    }
}

static void conclude(struct ident *d, const char *name)
{
    struct identified *out = d->out;
    for (size_t i = 0; i < out->n_found; i++)
        out->found[i].match = out->n_residue ? MATCH_RESIDUE : MATCH_EXACT;
    out->match = out->n_found ? out->found[0].match :
                 out->n_nearest && out->nearest[0].similarity >= NEAR_AT_LEAST ? MATCH_NEAR : MATCH_UNKNOWN;
    out->kind = kind_of(d, name);
    if (out->kind != TEXT_IS_LICENSE)
        out->class = CLASS_NONE;
    bool public_id = true;
    for (size_t i = 0; i < out->n_found; i++)
        public_id = public_id && (strncmp(out->found[i].entry->id, "LicenseRef-", 11) != 0 ||
                                  strncmp(out->found[i].entry->id, "LicenseRef-scancode-", 20) == 0);
    if (out->kind == TEXT_IS_NOTICES || (out->kind == TEXT_IS_POLICY && !public_id)) {
        out->mentioned = out->found;
        out->n_mentioned = out->n_found;
        out->found = NULL;
        out->n_found = 0;
    }
}

static int by_place(const void *x, const void *y)
{
    const struct identify_found *a = x, *b = y;
    return a->where.word_from < b->where.word_from ? -1 : a->where.word_from > b->where.word_from;
}

/* Bytes of a head between two lines "---" that says what the text is, as collections of licences have
 * it: it names a key or an SPDX id. The caller learns of it: in a model it may hold anything. */
static size_t skip_head(const struct text *t)
{
    if (t->n < 8 || strncmp(t->p, "---\n", 4) != 0)
        return 0;
    const char *end = strstr(t->p + 3, "\n---\n");
    const char *key = strstr(t->p, "\nkey: "), *spdx = strstr(t->p, "\nspdx");
    return end && ((key && key < end) || (spdx && spdx < end)) ? (size_t)(end - t->p) + 5 : 0;
}

static int identify_words(struct ident *d, const char *name)
{
    int rc = find_whole(d);
    if (!rc)
        drop_edited(d);
    if (!rc && d->out->n_found)
        qsort(d->out->found, d->out->n_found, sizeof *d->out->found, by_place);
    if (!rc)
        rc = find_residue(d);
    if (!rc && d->w.n && (d->out->n_residue || !d->out->n_found))
        rc = find_nearest(d);
    if (rc)
        return rc;
    demote_found(d);
    if (!d->out->n_found)
        d->out->n_residue = 0;
    rc = classify(d);
    if (!rc)
        conclude(d, name);
    return rc;
}

int identify_text(const struct index *x, const struct text *t, const char *name, struct arena *a,
                  struct identified *out, struct err *e)
{
    struct identified result = { .match = MATCH_UNKNOWN };
    struct ident d = { .x = x, .t = t, .a = a, .out = &result, .e = e };
    arena_init(&d.scratch, SCRATCH_BYTES);
    size_t head = skip_head(t);
    int rc = words_split(t, head, a, &d.w, e);
    if (!rc && !(d.state = arena_alloc(&d.scratch, d.w.n)))
        rc = err_memory(e);
    if (!rc)
        rc = identify_words(&d, name);
    arena_fini(&d.scratch);
    if (rc)
        return rc;
    result.n_words = d.w.n;
    result.head_lines = head ? text_line(t, head) - 1 : 0;
    *out = result;
    return 0;
}
