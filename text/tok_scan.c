// SPDX-License-Identifier: Apache-2.0
/* The regular expressions of known pre-tokenizers, written out by hand: one pass, no backtracking over more than a run.
 *
 * A scanner gives the bytes of the match at one place, or 0 and how far no other match begins. It is found by
 * the text of the expression; what is not here goes to PCRE2 (tok_regex.c), which also is the oracle of these in the
 * tests. Alternatives are tried in the order of the expression. */
#include "text/tok_int.h"

struct range { uint32_t from, to; };

enum {
    FOLD = 1,               /* contractions in either case, as (?i:...) has them */
    TAIL = 2,               /* line ends behind a run of other characters */
    TAIL_SLASH = 4,         /* and slashes */
    LEAD_SPACE = 8,         /* \s? */
    CONTRACTED = 16,        /* contractions at the end of a word */
    MARKS_APART = 32        /* marks are letters here, and so no other characters */
};

/* The sets of the character at `at`; 0 at the end. */
static uint32_t sets_at(struct span in, size_t at, unsigned *n)
{
    if (at >= in.n)
        return *n = 0, 0;
    return uni_sets(uni_at(in.p + at, n));
}

static size_t run_of(struct span in, size_t at, uint32_t sets, uint32_t max)
{
    unsigned n;
    for (; max && (sets_at(in, at, &n) & sets); max--)
        at += n;
    return at;
}

/* Characters that are neither space nor in `sets`. */
static size_t run_of_other(struct span in, size_t at, uint32_t sets)
{
    unsigned n;
    for (uint32_t s; (s = sets_at(in, at, &n)) && !(s & (sets | UNI_SPACE));)
        at += n;
    return at;
}

static bool is_line_end(struct span in, size_t at) { return at < in.n && (in.p[at] == '\n' || in.p[at] == '\r'); }

static size_t tail(struct span in, size_t at, unsigned flags)
{
    while ((flags & TAIL && is_line_end(in, at)) || (flags & TAIL_SLASH && at < in.n && in.p[at] == '/'))
        at++;
    return at;
}

/* 's 't 're 've 'm 'll 'd; with FOLD also in capitals, and with the long s, which folds to s. Bytes, or 0. */
static size_t contraction(struct span in, size_t at, bool fold)
{
    if (at + 1 >= in.n || in.p[at] != '\'')
        return 0;
    uint8_t bit = fold ? 0x20 : 0, a = in.p[at + 1] | bit, b = at + 2 < in.n ? in.p[at + 2] | bit : 0;
    if (a == 's' || a == 't' || a == 'm' || a == 'd')
        return 2;
    if (fold && in.p[at + 1] == 0xC5 && at + 2 < in.n && in.p[at + 2] == 0xBF)
        return 3;
    return (a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l') ? 3 : 0;
}

/* \s*[\r\n]+ when `lines`, then \s+(?!\S)|\s+ : the run of space at `at`, which is not empty. */
static size_t spaces(struct span in, size_t at, bool lines)
{
    size_t end = at, last = at, line = 0;
    for (unsigned n; sets_at(in, end, &n) & UNI_SPACE; end += n) {
        line = is_line_end(in, end) ? end + 1 : line;
        last = end;
    }
    if (lines && line)
        return line - at;
    if (end < in.n && last > at)
        return last - at;               /* the last one belongs to what follows */
    return end - at;
}

/* ---- GPT-2 ---------------------------------------------------------------------------------- */

static size_t scan_gpt2(const struct tok_scanner *self, struct span in, size_t at, size_t *skip)
{
    (void)self;
    (void)skip;
    unsigned n;
    size_t from = at, c = contraction(in, at, false);
    if (c)
        return c;
    uint32_t s = sets_at(in, at, &n);
    if (in.p[at] == ' ' && at + 1 < in.n) {
        uint32_t next = sets_at(in, at + 1, &n);
        if (!(next & UNI_SPACE)) {
            from = at + 1;
            s = next;
        }
    }
    if (s & UNI_SPACE)
        return spaces(in, at, false);
    if (s & UNI_L)
        return run_of(in, from, UNI_L, UINT32_MAX) - at;
    if (s & UNI_N)
        return run_of(in, from, UNI_N, UINT32_MAX) - at;
    return run_of_other(in, from, UNI_L | UNI_N) - at;
}

/* ---- cl100k: Llama 3, Qwen 2 and many others ---------------------------------------------------- */

/* [^\r\n\p{L}\p{N}]?LETTERS+ , where LETTERS are self->sets. The end, or 0. */
static size_t word(struct span in, size_t at, uint32_t letters, uint32_t no_prefix)
{
    unsigned n, m;
    uint32_t s = sets_at(in, at, &n);
    if (s & letters)
        return run_of(in, at, letters, UINT32_MAX);
    if (is_line_end(in, at) || (s & no_prefix) || !(sets_at(in, at + n, &m) & letters))
        return 0;
    return run_of(in, at + n, letters, UINT32_MAX);
}

/*  ?[^\s\p{L}\p{N}]+ and its tail. The end, or 0. */
static size_t others(struct span in, size_t at, uint32_t sets, unsigned flags)
{
    size_t from = at + (in.p[at] == ' '), end = run_of_other(in, from, sets);
    return end > from ? tail(in, end, flags) : 0;
}

static size_t scan_cl100k(const struct tok_scanner *self, struct span in, size_t at, size_t *skip)
{
    (void)skip;
    unsigned n;
    size_t end = contraction(in, at, self->flags & FOLD);
    if (end)
        return end;
    if ((end = word(in, at, self->sets, UNI_L | UNI_N)) != 0)
        return end - at;
    if (sets_at(in, at, &n) & UNI_N)
        return run_of(in, at, UNI_N, self->max) - at;
    if ((end = others(in, at, UNI_L | UNI_N | (self->flags & MARKS_APART ? UNI_M : 0), self->flags)) != 0)
        return end - at;
    return spaces(in, at, true);
}

/* ---- o200k: words in which case matters ----------------------------------------------------------- */

#define UPPER (UNI_BIT(UNI_LU) | UNI_BIT(UNI_LT) | UNI_BIT(UNI_LM) | UNI_BIT(UNI_LO) | UNI_M)
#define LOWER (UNI_BIT(UNI_LL) | UNI_BIT(UNI_LM) | UNI_BIT(UNI_LO) | UNI_M)

/* UPPER*LOWER+ : a run of UPPER, then LOWER; or, when none follows, up to the last that is both. 0: no match. */
static size_t capital_then_small(struct span in, size_t at)
{
    size_t both = 0;
    unsigned n;
    uint32_t s;
    for (; (s = sets_at(in, at, &n)) & UPPER; at += n)
        if (s & LOWER)
            both = at + n;
    return s & LOWER ? run_of(in, at, LOWER, UINT32_MAX) : both;
}

/* UPPER+LOWER* */
static size_t capitals(struct span in, size_t at)
{
    size_t end = run_of(in, at, UPPER, UINT32_MAX);
    return end > at ? run_of(in, end, LOWER, UINT32_MAX) : 0;
}

static size_t cased_word(struct span in, size_t at)
{
    unsigned n;
    uint32_t s = sets_at(in, at, &n);
    bool prefix = !is_line_end(in, at) && !(s & (UNI_L | UNI_N));
    size_t end = prefix ? capital_then_small(in, at + n) : 0;
    if (!end && (s & (UNI_L | UNI_M)))
        end = capital_then_small(in, at);
    if (!end && prefix)
        end = capitals(in, at + n);
    if (!end && (s & (UNI_L | UNI_M)))
        end = capitals(in, at);
    return end;
}

static size_t scan_o200k(const struct tok_scanner *self, struct span in, size_t at, size_t *skip)
{
    (void)skip;
    unsigned n;
    size_t end = cased_word(in, at);
    if (end)
        return end + (self->flags & CONTRACTED ? contraction(in, end, true) : 0) - at;
    if (sets_at(in, at, &n) & UNI_N)
        return run_of(in, at, UNI_N, self->max) - at;
    if ((end = others(in, at, UNI_L | UNI_N, self->flags)) != 0)
        return end - at;
    return spaces(in, at, true);
}

/* ---- DeepSeek V3 ------------------------------------------------------------------------------------ */

static bool is_ascii_letter(struct span in, size_t at) { return at < in.n && (in.p[at] | 0x20u) - 'a' < 26; }
static bool is_ascii_punct(uint32_t cp) { return cp - '!' < 15 || cp - ':' < 7 || cp - '[' < 6 || cp - '{' < 4; }

static size_t scan_deepseek3(const struct tok_scanner *self, struct span in, size_t at, size_t *skip)
{
    (void)self;
    unsigned n;
    uint32_t s = sets_at(in, at, &n);
    *skip = n;
    size_t end = at + 1;
    if (is_ascii_punct(in.p[at]) && is_ascii_letter(in, end)) {
        while (is_ascii_letter(in, end))
            end++;
        return end - at;
    }
    if ((end = word(in, at, UNI_L | UNI_M, UNI_L | UNI_P | UNI_S)) != 0)
        return end - at;
    size_t from = at + (in.p[at] == ' ');
    end = run_of(in, from, UNI_P | UNI_S, UINT32_MAX);
    if (end > from)
        return tail(in, end, TAIL) - at;
    return s & UNI_SPACE ? spaces(in, at, true) : 0;
}

/* ---- runs of one class ---------------------------------------------------------------------------------- */

static bool in_class(const struct tok_scanner *self, struct span in, size_t at, unsigned *n)
{
    if (at >= in.n)
        return false;
    uint32_t cp = uni_at(in.p + at, n);
    for (const struct range *r = self->more; r && r->to; r++)
        if (cp >= r->from && cp <= r->to)
            return true;
    return self->sets && uni_is(cp, self->sets);
}

static size_t scan_class(const struct tok_scanner *self, struct span in, size_t at, size_t *skip)
{
    unsigned n, m;
    size_t end = at;
    uint32_t s = sets_at(in, at, &n);
    *skip = n;
    if ((self->flags & LEAD_SPACE) && (s & UNI_SPACE) && in_class(self, in, at + n, &m))
        end += n;
    else if (!in_class(self, in, at, &m))
        return 0;
    for (uint32_t left = self->max; left && in_class(self, in, end, &m); left--)
        end += m;
    return end - at;
}

/* [0-9][0-9][0-9] */
static size_t scan_three_digits(const struct tok_scanner *self, struct span in, size_t at, size_t *skip)
{
    (void)self;
    *skip = 1;
    for (size_t i = at; i < at + 3; i++)
        if (i >= in.n || in.p[i] - '0' > 9 || in.p[i] < '0')
            return 0;
    return 3;
}

/* \s+$ */
static size_t scan_space_at_end(const struct tok_scanner *self, struct span in, size_t at, size_t *skip)
{
    (void)self;
    unsigned n;
    size_t end = run_of(in, at, UNI_SPACE, UINT32_MAX);
    (void)sets_at(in, at, &n);
    *skip = end > at ? end - at : n;
    return end == in.n ? end - at : 0;
}

/* \w+|[^\w\s]+ , with Rust's \w */
static bool is_word(uint32_t cp)
{
    return uni_is(cp, UNI_L | UNI_M | UNI_BIT(UNI_ND) | UNI_BIT(UNI_NL) | UNI_BIT(UNI_PC)) || cp - 0x200C < 2 ||
           cp - 0x24B6 < 52 || cp - 0x1F130 < 26 || cp - 0x1F150 < 26 || cp - 0x1F170 < 26;
}

static size_t scan_words(const struct tok_scanner *self, struct span in, size_t at, size_t *skip)
{
    (void)self;
    unsigned n;
    uint32_t cp = uni_at(in.p + at, &n);
    bool words = is_word(cp);
    size_t end = at + n;
    *skip = n;
    if (!words && uni_is(cp, UNI_SPACE))
        return 0;
    for (; end < in.n; end += n) {
        cp = uni_at(in.p + end, &n);
        if (is_word(cp) != words || (!words && uni_is(cp, UNI_SPACE)))
            break;
    }
    return end - at;
}

/* ---- the table -------------------------------------------------------------------------------------------- */

static const struct range ascii_punct[] = { { '!', '/' }, { ':', '@' }, { '[', '`' }, { '{', '~' }, { 0, 0 } };
static const struct range falcon_signs[] = { { '$', '$' }, { '+', '+' }, { '<', '>' }, { '^', '^' }, { '~', '~' },
                                             { '|', '|' }, { '`', '`' }, { 0, 0 } };
static const struct range default_signs[] = { { '$', '$' }, { '+', '+' }, { '<', '>' }, { '^', '^' }, { '~', '~' },
                                              { '|', '|' }, { 0, 0 } };
static const struct range cjk_kana[] = { { 0x4E00, 0x9FA5 }, { 0x3040, 0x309F }, { 0x30A0, 0x30FF }, { 0, 0 } };
static const struct range cjk_wide[] = { { 0x4E00, 0x9FA5 }, { 0x800, 0x4E00 }, { 0xAC00, 0xD7FF }, { 0, 0 } };
static const struct range line_ends[] = { { '\r', '\r' }, { '\n', '\n' }, { 0, 0 } };
static const struct range deepseek_signs[] = { { '!', '/' }, { ':', '~' }, { 0xFF01, 0xFF0F }, { 0xFF1A, 0xFF5E },
                                               { 0x2018, 0x201F }, { 0x3000, 0x3002 }, { 0, 0 } };

#define END UINT32_MAX
#define FOLDED "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
#define WORD "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+"
#define OTHER " ?[^\\s\\p{L}\\p{N}]+"
#define SPACES "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
#define CASED(end) "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+" end \
    "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*" end
#define GPT2 "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)"
#define CL100K "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}"

const struct tok_scanner tok_scan_gpt2 = { GPT2 "|\\s+", scan_gpt2, 0, 0, 0, NULL };
const struct tok_scanner tok_scan_space = { "\\s", scan_class, UNI_SPACE, 1, 0, NULL };
const struct tok_scanner tok_scan_punct = { NULL, scan_class, UNI_P, 1, 0, ascii_punct };
const struct tok_scanner tok_scan_digit = { "\\p{N}", scan_class, UNI_N, 1, 0, NULL };
const struct tok_scanner tok_scan_words = { NULL, scan_words, 0, 0, 0, NULL };

static const struct tok_scanner scanners[] = {
    { GPT2, scan_gpt2, 0, 0, 0, NULL },             /* the last space of a run is then a gap: the same pieces */
    { FOLDED "|" WORD "|\\p{N}{1,3}|" OTHER "[\\r\\n]*|" SPACES, scan_cl100k, UNI_L, 3, FOLD | TAIL, NULL },
    { FOLDED "|" WORD "|\\p{N}|" OTHER "[\\r\\n]*|" SPACES, scan_cl100k, UNI_L, 1, FOLD | TAIL, NULL },
    { FOLDED "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|" SPACES, scan_cl100k,
      UNI_L | UNI_M, 1, FOLD | TAIL | MARKS_APART, NULL },
    { CL100K "{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+", scan_cl100k, UNI_L, 3, FOLD | TAIL, NULL },
    { CL100K "| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+", scan_cl100k, UNI_L, 1, FOLD | TAIL, NULL },
    { FOLDED "|" WORD "|\\p{N}{1}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|" SPACES, scan_cl100k, UNI_L, 1, FOLD, NULL },
    { CASED(FOLDED "?") "|\\p{N}{1,3}|" OTHER "[\\r\\n/]*|" SPACES, scan_o200k, 0, 3, TAIL | TAIL_SLASH | CONTRACTED, NULL },
    { CASED("") "|\\p{N}|" OTHER "[\\r\\n/]*|" SPACES, scan_o200k, 0, 1, TAIL | TAIL_SLASH, NULL },
    { "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
      "| ?[\\p{P}\\p{S}]+[\\r\\n]*|" SPACES, scan_deepseek3, 0, 0, 0, NULL },
    { "\\p{N}+", scan_class, UNI_N, END, 0, NULL },
    { "\\p{N}{1,3}", scan_class, UNI_N, 3, 0, NULL },
    { "\\s?\\p{L}+", scan_class, UNI_L, END, LEAD_SPACE, NULL },
    { "\\s?\\p{P}+", scan_class, UNI_P, END, LEAD_SPACE, NULL },
    { "\\s+$", scan_space_at_end, 0, 0, 0, NULL },
    { "[0-9][0-9][0-9]", scan_three_digits, 0, 0, 0, NULL },
    { "[\\r\\n]", scan_class, 0, 1, 0, line_ends },
    { "[\\p{P}\\$\\+<=>\\^~\\|`]+", scan_class, UNI_P, END, 0, falcon_signs },
    { "[\\p{P}\\$\\+<=>\\^~\\|]+", scan_class, UNI_P, END, 0, default_signs },
    { "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+", scan_class, 0, END, 0, cjk_kana },
    { "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+", scan_class, 0, END, 0, cjk_wide },
    { "\\s?[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+", scan_class, 0, END, LEAD_SPACE, deepseek_signs },
};

/* Expressions are compared with line ends spelled out, as some files have them raw. */
static bool same(struct span regex, const char *known)
{
    size_t i = 0;
    for (; i < regex.n && *known; i++) {
        char c = (char)regex.p[i];
        if (c == '\n' || c == '\r') {
            if (known[0] != '\\' || known[1] != (c == '\n' ? 'n' : 'r'))
                return false;
            known += 2;
        } else if (*known++ != c) {
            return false;
        }
    }
    return i == regex.n && !*known;
}

const struct tok_scanner *tok_scanner_find(struct span regex)
{
    static const struct tok_scanner *const named[] = { &tok_scan_gpt2, &tok_scan_space, &tok_scan_digit };
    for (size_t i = 0; i < sizeof scanners / sizeof *scanners; i++)
        if (same(regex, scanners[i].regex))
            return &scanners[i];
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (same(regex, named[i]->regex))
            return named[i];
    return NULL;
}
