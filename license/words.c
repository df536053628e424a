// SPDX-License-Identifier: Apache-2.0
#include "license/words.h"

#include "base/utf8.h"

#define ROLL 0x9e3779b97f4a7c15ull

enum { COPYRIGHT_WORDS = 14, SLOT_WORDS = 20 };

/* ---- one word ------------------------------------------------------------------------ */

static uint64_t hash_bytes(const char *p, size_t n)
{
    uint64_t h = 0xcbf29ce484222325ull;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)p[i]) * 0x100000001b3ull;
    h ^= h >> 32;
    return h * 0xd6e8feb86659fd93ull ^ h >> 29;
}

static bool in_list(const char *const *list, size_t n_list, const char *p, size_t n)
{
    for (size_t i = 0; i < n_list; i++)
        if (n && list[i][0] == p[0] && strlen(list[i]) == n && memcmp(list[i], p, n) == 0)
            return true;
    return false;
}
#define IN(list, p, n) in_list(list, sizeof list / sizeof *list, p, n)

/* Words that mean the same: SPDX's list of equivalents, as far as one word maps to one. */
static const char *const equal_words[][2] = {
    { "acknowledgement", "acknowledgment" }, { "analogue", "analog" }, { "analyse", "analyze" },
    { "artefact", "artifact" }, { "authorisation", "authorization" }, { "authorise", "authorize" },
    { "authorised", "authorized" }, { "calibre", "caliber" }, { "cancelled", "canceled" },
    { "capitalisations", "capitalizations" }, { "catalogue", "catalog" }, { "categorise", "categorize" },
    { "centre", "center" }, { "emphasised", "emphasized" }, { "favour", "favor" },
    { "favourite", "favorite" }, { "fulfil", "fulfill" }, { "fulfilment", "fulfillment" },
    { "initialise", "initialize" }, { "judgement", "judgment" }, { "labelling", "labeling" },
    { "labour", "labor" }, { "licence", "license" }, { "licenced", "licensed" }, { "licences", "licenses" },
    { "licencing", "licensing" }, { "maximise", "maximize" }, { "modelled", "modeled" },
    { "modelling", "modeling" }, { "offence", "offense" }, { "optimise", "optimize" },
    { "organisation", "organization" }, { "organise", "organize" }, { "practise", "practice" },
    { "programme", "program" }, { "realise", "realize" }, { "recognise", "recognize" },
    { "signalling", "signaling" }, { "utilisation", "utilization" }, { "whilst", "while" },
    { "wilful", "willful" }, { "copyrights", "copyright" }, { "https", "http" },
};

static const char *const weighty[] = {
    "not", "no", "non", "never", "only", "except", "excluding", "exclude", "excluded", "unless", "without",
    "commercial", "commercially", "noncommercial", "research", "academic", "educational", "evaluation",
    "personal", "internal", "prohibited", "prohibit", "forbidden", "restrict", "restricted",
    "restriction", "restrictions", "may", "must", "shall", "cannot", "required", "require", "fee", "fees",
    "pay", "royalty", "military", "weapons", "users", "million", "billion", "revenue", "terminate",
    "terminates", "terminated", "revoke", "revocable", "condition", "conditions", "additional", "further",
    "provided", "permission", "consent", "approval", "purposes", "purpose", "use", "used", "using", "modified",
    "surveillance", "compete", "competing", "train", "training", "distribute", "redistribute", "sell",
};

/* ---- the builder --------------------------------------------------------------------- */

struct build {
    struct words *w;
    struct arena *a;
    size_t cap, norm_cap;
    char *norm;
    uint64_t strict;
};

static int put_word(struct build *b, const char *p, size_t n, uint32_t from, uint32_t to)
{
    struct words *w = b->w;
    void *items = w->items;
    if (arena_grow(b->a, &items, &b->cap, w->n, sizeof *w->items))
        return -1;
    w->items = items;
    while (w->norm_bytes + n + 1 > b->norm_cap) {
        size_t cap = b->norm_cap ? b->norm_cap * 2 : 8192;
        char *more = arena_alloc(b->a, cap);
        if (!more)
            return -1;
        if (w->norm_bytes)
            memcpy(more, b->norm, w->norm_bytes);
        b->norm = more;
        b->norm_cap = cap;
    }
    memcpy(b->norm + w->norm_bytes, p, n);
    b->norm[w->norm_bytes + n] = ' ';
    w->items[w->n++] = (struct word){ hash_bytes(p, n), from, to, w->norm_bytes };
    w->norm_bytes += (uint32_t)(n + 1);
    w->norm = b->norm;
    return 0;
}

static bool last_is(const struct words *w, const char *s)
{
    size_t n = strlen(s);
    if (!w->n)
        return false;
    const struct word *x = &w->items[w->n - 1];
    return w->norm_bytes - x->norm - 1 == n && memcmp(w->norm + x->norm, s, n) == 0;
}

/* Map a raw lower-case word to its normal form and add it. */
static int add_word(struct build *b, const char *p, size_t n, uint32_t from, uint32_t to)
{
    b->strict = (b->strict ^ hash_bytes(p, n)) * ROLL;
    for (size_t i = 0; i < sizeof equal_words / sizeof *equal_words; i++)
        if (equal_words[i][0][0] == p[0] && strlen(equal_words[i][0]) == n && memcmp(equal_words[i][0], p, n) == 0) {
            p = equal_words[i][1];
            n = strlen(p);
            break;
        }
    if (n == 4 && memcmp(p, "http", 4) == 0)
        return 0;
    if (n == 13 && memcmp(p, "noncommercial", 13) == 0)
        return put_word(b, "non", 3, from, to) || put_word(b, "commercial", 10, from, to);
    if (n == 5 && memcmp(p, "owner", 5) == 0 && last_is(b->w, "copyright"))
        return put_word(b, "holder", 6, from, to);
    if (n == 6 && memcmp(p, "owners", 6) == 0 && last_is(b->w, "copyright"))
        return put_word(b, "holders", 7, from, to);
    return put_word(b, p, n, from, to);
}

/* ---- splitting ----------------------------------------------------------------------- */

enum char_class { C_OTHER, C_LETTER, C_IDEOGRAPH, C_APOSTROPHE };

struct char_range { uint32_t from, to; enum char_class class; };

/* What is no letter, and what counts by character; everything else above U+00BF is a letter. */
static const struct char_range ranges[] = {
    { 0x80, 0xbf, C_OTHER }, { 0xd7, 0xd7, C_OTHER }, { 0xf7, 0xf7, C_OTHER },
    { 0x2018, 0x2019, C_APOSTROPHE },
    { 0x2000, 0x2bff, C_OTHER },                                /* punctuation, signs, arrows, shapes */
    { 0x3000, 0x303f, C_OTHER }, { 0xfe00, 0xfe6f, C_OTHER }, { 0xff00, 0xff0f, C_OTHER },
    { 0xff1a, 0xff20, C_OTHER }, { 0xff3b, 0xff40, C_OTHER }, { 0xfeff, 0xfeff, C_OTHER },
    { 0xfffd, 0xfffd, C_OTHER }, { 0xe000, 0xf8ff, C_OTHER },
    { 0x3040, 0x30ff, C_IDEOGRAPH }, { 0x3400, 0x9fff, C_IDEOGRAPH }, { 0xf900, 0xfaff, C_IDEOGRAPH },
    { 0x20000, 0x3ffff, C_IDEOGRAPH },
};

static enum char_class class_of(uint32_t cp)
{
    if (cp < 0x80) {
        bool letter = (cp >= '0' && cp <= '9') || ((cp | 32) >= 'a' && (cp | 32) <= 'z');
        return letter ? C_LETTER : cp == '\'' ? C_APOSTROPHE : C_OTHER;
    }
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (cp >= ranges[i].from && cp <= ranges[i].to)
            return ranges[i].class;
    return C_LETTER;
}

/* Latin, Greek and Cyrillic capitals, and full-width letters, as plain small ones. */
static uint32_t fold(uint32_t cp)
{
    if (cp >= 0xff10 && cp <= 0xff5a)
        cp -= 0xfee0;
    bool upper = (cp >= 'A' && cp <= 'Z') || (cp >= 0xc0 && cp <= 0xde) || (cp >= 0x391 && cp <= 0x3a9) ||
                 (cp >= 0x410 && cp <= 0x42f);
    return upper ? cp + 32 : cp;
}

static bool is_roman_or_short(struct span s)
{
    if (s.n == 0 || s.n > 4)
        return false;
    bool digits = true, roman = true;
    for (size_t i = 0; i < s.n; i++) {
        digits = digits && s.p[i] >= '0' && s.p[i] <= '9';
        roman = roman && strchr("ivxIVX", s.p[i]);
    }
    return (digits && s.n <= 2) || roman || (s.n == 1);
}

/* "(a)", "(ii)", "(12)" anywhere: bytes to skip, or 0. */
static size_t skip_parenthesised(struct span s)
{
    size_t n = 1;
    while (n < s.n && n <= 5 && s.p[n] < 0x80 && class_of(s.p[n]) == C_LETTER)
        n++;
    if (n >= s.n || s.p[n] != ')' || !is_roman_or_short(span_sub(s, 1, n - 1)))
        return 0;
    return n + 1;
}

/* "1." "2.3)" "iv." "b)" where a sentence could start: bytes to skip, or 0. */
static size_t skip_bullet(struct span s)
{
    size_t n = 0;
    for (;;) {
        size_t from = n;
        while (n < s.n && n - from <= 4 && s.p[n] < 0x80 && class_of(s.p[n]) == C_LETTER)
            n++;
        if (n >= s.n || !is_roman_or_short(span_sub(s, from, n - from)))
            return 0;
        if (s.p[n] != '.' && s.p[n] != ')')
            return 0;
        n++;
        if (n >= s.n || s.p[n] == ' ' || s.p[n] == '\n' || s.p[n] == '\t')
            return n;
        if (s.p[n] < '0' || s.p[n] > '9')
            return 0;
    }
}

struct scan {
    const struct text *t;
    size_t i;
    bool may_bullet;            /* at the start, or after . ; : , */
};

/* Does a letter follow at byte i? */
static bool letter_at(const struct text *t, size_t i)
{
    uint32_t cp;
    unsigned len = i < t->n ? utf8_next(span_of(t->p + i, t->n - i), &cp) : 0;
    return len && class_of(cp) == C_LETTER;
}

/* Collect a run of letters from s->i into `word` (folded, apostrophes dropped). */
static size_t take_word(struct scan *s, char *word, size_t max)
{
    size_t n = 0;
    while (s->i < s->t->n) {
        uint32_t cp = 0;
        unsigned len = utf8_next(span_of(s->t->p + s->i, s->t->n - s->i), &cp);
        enum char_class c = len ? class_of(cp) : C_OTHER;
        bool apostrophe = c == C_APOSTROPHE && n > 0 && letter_at(s->t, s->i + len);
        if (!apostrophe && (c != C_LETTER || n + len > max))
            break;
        if (!apostrophe)
            n += utf8_put(fold(cp), word + n);
        s->i += len;
    }
    return n;
}

static bool ends_clause(uint32_t cp)
{
    return cp == '.' || cp == ';' || cp == ':' || cp == ',' || cp == 0x3002 || cp == 0xff1a || cp == 0xff1b;
}

/* One step: skip something, or add one word. */
static int step(struct scan *s, struct build *b)
{
    char word[256];
    struct span rest = span_of(s->t->p + s->i, s->t->n - s->i);
    bool starts = s->i == 0 || strchr(" \n\t*-/#>|%", s->t->p[s->i - 1]);
    size_t skip = rest.p[0] == '(' ? skip_parenthesised(rest) : s->may_bullet && starts ? skip_bullet(rest) : 0;
    if (skip) {
        s->i += skip;
        return 0;
    }
    uint32_t cp;
    unsigned len = utf8_next(rest, &cp);
    enum char_class c = len ? class_of(cp) : C_OTHER;
    uint32_t from = (uint32_t)s->i;
    if (c == C_OTHER || c == C_APOSTROPHE) {
        if (len && ends_clause(cp))
            s->may_bullet = true;
        else if (!len || cp >= 0x80 || !strchr(" \n\t*-/#>|%;", (int)cp))
            s->may_bullet = false;                  /* comment and list marks leave it as it was */
        s->i += len ? len : 1;
        return 0;
    }
    s->may_bullet = false;
    if (c == C_IDEOGRAPH) {
        s->i += len;
        return add_word(b, s->t->p + from, len, from, (uint32_t)s->i);
    }
    size_t n = take_word(s, word, sizeof word - 4);
    return n ? add_word(b, word, n, from, (uint32_t)s->i) : (s->i += len, 0);
}

/* ---- copyright statements and slots -------------------------------------------------- */

static struct span norm_of(const struct words *w, uint32_t i)
{
    uint32_t end = i + 1 < w->n ? w->items[i + 1].norm : w->norm_bytes;
    return span_of(w->norm + w->items[i].norm, end - w->items[i].norm - 1);
}

static bool word_is(const struct words *w, uint32_t i, const char *s)
{
    return i < w->n && span_is(norm_of(w, i), s);
}

bool words_is_weighty(const struct words *w, uint32_t i)
{
    struct span s = norm_of(w, i);
    return IN(weighty, (const char *)s.p, s.n);
}

static bool is_year(struct span s)
{
    if (span_is(s, "yyyy") || span_is(s, "year") || span_is(s, "years") || span_is(s, "xxxx"))
        return true;
    bool digits = s.n == 4;
    for (size_t i = 0; digits && i < 4; i++)
        digits = s.p[i] >= '0' && s.p[i] <= '9';
    return digits && (s.p[0] == '1' || s.p[0] == '2');
}

/* Does the source between words i and i + 1 hold `what`? */
static bool between(const struct words *w, uint32_t i, const char *what)
{
    if (i + 1 >= w->n)
        return false;
    const struct text *t = w->text;
    return memmem(t->p + w->items[i].to, w->items[i + 1].from - w->items[i].to, what, strlen(what)) != NULL;
}

/* Does a paragraph end between words i and i + 1? Comment marks on the empty line are fine. */
static bool ends_paragraph(const struct words *w, uint32_t i)
{
    if (i + 1 >= w->n)
        return true;
    const char *p = w->text->p + w->items[i].to, *end = w->text->p + w->items[i + 1].from;
    unsigned n_lines = 0;
    for (; p < end; p++)
        n_lines += *p == '\n';
    return n_lines >= 2;
}

static bool has_sign(const struct words *w, uint32_t i)
{
    return between(w, i, "\xc2\xa9") || between(w, i, "(c)") || between(w, i, "(C)");
}

static bool says_all_rights(const struct words *w, uint32_t i)
{
    return word_is(w, i, "all") && word_is(w, i + 1, "rights") && word_is(w, i + 2, "reserved");
}

/* A name: a capital, a digit, or one of the small words between names. */
static bool is_name(const struct words *w, uint32_t k)
{
    static const char *const small[] = { "of", "the", "and", "by", "for", "et", "al", "de", "von", "van", "der", "la",
                                         "contributors", "authors", "others", "holders", "holder", "author", "owner",
                                         "year", "yyyy", "name", "present", "c", "com", "org", "www", "http", "fullname" };
    struct span s = norm_of(w, k);
    unsigned char first = (unsigned char)w->text->p[w->items[k].from];
    bool capital = (first >= 'A' && first <= 'Z') || (first >= '0' && first <= '9') || first >= 0x80;
    const char *before = w->text->p + w->items[k].from - (w->items[k].from > 0);
    return capital || strchr("<[{@./", *before) || IN(small, (const char *)s.p, s.n);
}

/* Is word k, of a statement that began at i, the first that is no longer part of it? */
static bool begins_text(const struct words *w, uint32_t i, uint32_t k)
{
    static const char *const stops[] = { "permission", "redistribution", "licensed", "this", "the", "use",
                                         "everyone", "you", "as", "these", "released", "distributed", "your" };
    struct span s = norm_of(w, k);
    if (words_is_weighty(w, k) || span_is(s, "copyright") || !is_name(w, k))
        return true;
    return IN(stops, (const char *)s.p, s.n) && !(span_is(s, "the") && k - i < 4);
}

/* Does the statement end behind word k: a full stop that is none of "Inc.", or an empty line? */
static bool ends_statement(const struct words *w, uint32_t k)
{
    static const char *const company[] = { "inc", "ltd", "co", "corp", "llc", "gmbh", "jr", "et", "al", "dr", "st" };
    struct span s = norm_of(w, k);
    bool stop = between(w, k, ". ") || between(w, k, ".\n");
    return (stop && s.n > 1 && !IN(company, (const char *)s.p, s.n)) || ends_paragraph(w, k);
}

/* Words of a copyright statement that starts at i; 0 when none does. */
static uint32_t copyright_words(const struct words *w, uint32_t i)
{
    if (!word_is(w, i, "copyright") || i + 1 >= w->n || (!has_sign(w, i) && !is_year(norm_of(w, i + 1))))
        return 0;
    uint32_t k = i + 1;
    while (k < w->n && k - i < COPYRIGHT_WORDS && !says_all_rights(w, k) && !begins_text(w, i, k))
        if (ends_statement(w, k++))
            break;
    return k - i + (says_all_rights(w, k) ? 3 : 0);
}

struct slot { const char *before[4], *after[4]; };
static const struct slot slots[] = {        /* before: last word first */
    { { "of", "name", "the", "neither" }, { "nor", "the", "names", "of" } },
    { { "of", "names", "the", "neither" }, { "nor", "the", "names", "of" } },
    { { "shall", "event", "no", "in" }, { "be", "liable", NULL } },
    { { "by", "provided", "is", "software" }, { "as", "is", NULL } },
};

static bool matches_before(const struct words *w, uint32_t i, const char *const before[4])
{
    for (uint32_t k = 0; k < 4; k++)
        if (i < k + 1 || !word_is(w, i - 1 - k, before[k]))
            return false;
    return true;
}

static bool matches_after(const struct words *w, uint32_t i, const char *const after[4])
{
    for (uint32_t k = 0; k < 4 && after[k]; k++)
        if (!word_is(w, i + k, after[k]))
            return false;
    return true;
}

/* Words that fill a slot starting at i: 1 to 20, none of them weighty; 0 when there is no slot. */
static uint32_t slot_words(const struct words *w, uint32_t i)
{
    for (size_t s = 0; s < sizeof slots / sizeof *slots; s++) {
        if (!matches_before(w, i, slots[s].before))
            continue;
        for (uint32_t n = 0; n <= SLOT_WORDS && i + n < w->n; n++) {
            if (matches_after(w, i + n, slots[s].after))
                return n;
            if (words_is_weighty(w, i + n))
                break;
        }
    }
    return 0;
}

/* Drop copyright statements and slot fillers, in place. */
static void drop_variable(struct words *w, uint8_t *drop)
{
    for (uint32_t i = 0; i < w->n;) {
        uint32_t n = copyright_words(w, i);
        if (!n)
            n = slot_words(w, i);
        for (uint32_t k = 0; k < n && i + k < w->n; k++)
            drop[i + k] = 1;
        i += n ? n : 1;
    }
    uint32_t kept = 0, bytes = 0;
    char *norm = (char *)(uintptr_t)w->norm;    /* built by us, in the arena */
    for (uint32_t i = 0; i < w->n; i++) {
        if (drop[i])
            continue;
        struct span s = norm_of(w, i);
        struct word x = w->items[i];
        memmove(norm + bytes, s.p, s.n + 1);
        x.norm = bytes;
        bytes += (uint32_t)s.n + 1;
        w->items[kept++] = x;                   /* kept <= i: later items stay readable */
    }
    w->n = kept;
    w->norm_bytes = bytes;
}

/* ---- the whole ----------------------------------------------------------------------- */

int words_split(const struct text *t, size_t skip, struct arena *a, struct words *out, struct err *e)
{
    struct words w = { .text = t, .norm = "" };
    struct build b = { .w = &w, .a = a, .strict = 1 };
    struct scan s = { .t = t, .i = skip, .may_bullet = true };
    while (s.i < t->n) {
        if (step(&s, &b))
            return err_memory(e);
        if (w.n > WORDS_MAX)
            return err_set(e, ERR_LIMIT, t->src[s.i], "text has more than %d words", WORDS_MAX);
    }
    w.strict = b.strict;
    uint8_t *drop = arena_alloc(a, w.n + 1);
    w.prefix = arena_array(a, w.n + 1, sizeof *w.prefix);
    if (!drop || !w.prefix)
        return err_memory(e);
    drop_variable(&w, drop);
    for (uint32_t i = 0; i < w.n; i++)
        w.prefix[i + 1] = w.prefix[i] * ROLL + w.items[i].hash;
    *out = w;
    return 0;
}

uint64_t words_power(unsigned n)
{
    uint64_t power = 1;
    for (unsigned i = 0; i < n; i++)
        power *= ROLL;
    return power;
}

uint32_t words_window(const struct words *w, uint32_t from, unsigned n, uint64_t power)
{
    uint64_t h = w->prefix[from + n] - w->prefix[from] * power;
    h ^= h >> 31;
    h *= 0x7fb5d329728ea185ull;
    return (uint32_t)(h >> 37) << 5 | n;
}

uint32_t words_cut(const struct words *w, uint32_t from)
{
    uint32_t i = from + SHINGLE_MIN;
    for (; i < w->n && i - from < SHINGLE_MAX; i++) {
        uint64_t h = w->items[i - 1].hash * 3 + w->items[i - 2].hash;
        if ((h * 0x9fb21c651e98df25ull >> 40) % 6 == 0)
            return i;
    }
    return i < w->n ? i : w->n;
}
