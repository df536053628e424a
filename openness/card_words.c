// SPDX-License-Identifier: Apache-2.0
/* openness/card_words.c - the words of a passage, markup left out, each with its bytes. */
#include "openness/card_int.h"

#include <strings.h>

struct reader {
    struct card_unit *u;
    const uint8_t *p;
    uint32_t at, to;
    bool code;
};

static bool is_alnum(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* Bytes of the character at p if it belongs to a word, else 0; *step is what to skip then. Outside ASCII all
 * is a letter but general punctuation, symbols, CJK punctuation, full-width forms and emoji. */
static unsigned letter(const uint8_t *p, uint32_t left, unsigned *step)
{
    *step = 1;
    if (p[0] < 0x80)
        return is_alnum(p[0]) ? 1 : 0;
    unsigned n = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : p[0] >= 0xC2 ? 2 : 0;
    if (n == 0 || n > left)
        return 0;
    for (unsigned i = 1; i < n; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    *step = n;
    if (n == 4 || p[0] == 0xE2 || p[0] == 0xEF || (p[0] == 0xE3 && p[1] == 0x80) || (p[0] == 0xC2))
        return 0;
    return n;
}

static void add_word(struct card_unit *u, const uint8_t *p, uint32_t from, uint32_t to, uint8_t flags)
{
    uint32_t n = to - from > CARD_WORD_BYTES ? CARD_WORD_BYTES : to - from;
    char *out = u->text + u->n_text;
    for (uint32_t i = 0; i < n; i++) {
        uint8_t c = p[from + i];
        bool upper = (c >= 'A' && c <= 'Z') ||
                     (i > 0 && p[from + i - 1] == 0xC3 && c >= 0x80 && c <= 0x9E && c != 0x97);
        out[i] = (char)(upper ? c + 0x20 : c);
    }
    u->words[u->n_words++] = (struct card_word){ from, to, lexicon_hash(out, n), (uint16_t)u->n_text, (uint8_t)n, flags };
    u->n_text += n;
}

/* What a link leads to, by its address. */
static unsigned link_kind(const uint8_t *p, size_t n)
{
    static const struct { unsigned kind; const char *part; } kinds[] = {
        { LINK_MAIL, "mailto:" }, { LINK_PAPER, "arxiv.org" }, { LINK_PAPER, "doi.org" }, { LINK_PAPER, ".pdf" },
        { LINK_PAPER, "aclanthology" }, { LINK_PAPER, "openreview" }, { LINK_SOCIAL, "twitter.com" },
        { LINK_SOCIAL, "linkedin.com" }, { LINK_SOCIAL, "/x.com/" }, { LINK_SOCIAL, "discord." },
        { LINK_SOCIAL, "slack.com" }, { LINK_SOCIAL, "forms.gle" }, { LINK_SOCIAL, "/issues" },
        { LINK_SOCIAL, "/discussions" }, { LINK_SOCIAL, "t.me/" },
    };
    unsigned kind = LINK_ANY;
    if (n > 400)
        n = 400;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (memmem(p, n, kinds[i].part, strlen(kinds[i].part)))
            kind |= kinds[i].kind;
    return kind;
}

/* An address that a template or tutorial uses is nobody's. */
static bool is_sample_mail(const uint8_t *name, size_t n, const uint8_t *host, size_t n_host)
{
    bool name_slot = n >= 4 && (strncasecmp((const char *)name, "your", 4) == 0 ||
                                (n <= 9 && strncasecmp((const char *)name, "name", 4) == 0));
    bool host_slot = n_host >= 11 && (strncasecmp((const char *)host, "example.com", 11) == 0 ||
                                      strncasecmp((const char *)host, "example.org", 11) == 0);
    return name_slot || host_slot;
}

/* At an '@' or "[at]" of n bytes: is there a name before it and a host with a dot behind? */
static bool is_mail(const struct reader *r, uint32_t n)
{
    uint32_t name = r->at, host = r->at + n;
    while (name > r->u->from && r->at - name < 64 && (is_alnum(r->p[name - 1]) || strchr("._+-", r->p[name - 1])))
        name--;
    uint32_t end = host;
    bool dot = false;
    while (end < r->to && end - host < 100 && (is_alnum(r->p[end]) || r->p[end] == '-' || r->p[end] == '.'))
        dot |= r->p[end++] == '.' && end - 1 > host;
    return name < r->at && is_alnum(r->p[name]) && dot && end - host > 3 &&
           !is_sample_mail(r->p + name, r->at - name, r->p + host, end - host);
}

static uint32_t find_byte(const struct reader *r, uint32_t from, uint32_t most, char c)
{
    uint32_t left = r->to - from < most ? r->to - from : most;
    const uint8_t *q = memchr(r->p + from, c, left);
    return q ? (uint32_t)(q - r->p) : 0;
}

static bool starts(const struct reader *r, const char *s)
{
    size_t n = strlen(s);
    return r->to - r->at >= n && memcmp(r->p + r->at, s, n) == 0;
}

/* <tag ...>, <!-- comment -->: skipped, a link noted. */
static bool skip_tag(struct reader *r)
{
    if (starts(r, "<!--")) {
        uint32_t at = r->at + 4;
        while (at < r->to && (at = find_byte(r, at, UINT32_MAX, '>')) && !(r->p[at - 1] == '-' && r->p[at - 2] == '-'))
            at++;
        r->at = at ? at + (at < r->to) : r->to;
        return true;
    }
    uint8_t next = r->to - r->at > 1 ? r->p[r->at + 1] : 0;
    if (!is_alnum(next) && next != '/')
        return false;
    uint32_t end = find_byte(r, r->at, 2048, '>');
    if (!end)
        return false;
    if ((next == 'a' || next == 'A') && r->at + 2 < end && r->p[r->at + 2] == ' ')
        r->u->links |= link_kind(r->p + r->at, end - r->at);
    r->at = end + 1;
    return true;
}

/* "](target)": the target is no text. An image's words are none either. */
static bool skip_link(struct reader *r)
{
    if (r->p[r->at] == '!' && starts(r, "![")) {
        uint32_t end = find_byte(r, r->at, 1024, ')');
        if (!end)
            return false;
        r->at = end + 1;
        return true;
    }
    if (r->p[r->at] != ']' || !starts(r, "]("))
        return false;
    uint32_t end = find_byte(r, r->at, 2048, ')');
    if (!end)
        return false;
    r->u->links |= link_kind(r->p + r->at, end - r->at);
    r->at = end + 1;
    return true;
}

static bool skip_address(struct reader *r)
{
    if (!starts(r, "http://") && !starts(r, "https://") && !starts(r, "www."))
        return false;
    uint32_t end = r->at;
    while (end < r->to && r->p[end] > ' ' && !strchr("<>\"|", r->p[end]))
        end++;
    r->u->links |= link_kind(r->p + r->at, end - r->at);
    r->at = end;
    return true;
}

/* Entities, and the two marks of an unrendered template. */
static bool skip_other(struct reader *r)
{
    uint8_t c = r->p[r->at];
    if (c == '&') {
        uint32_t end = find_byte(r, r->at, 10, ';');
        if (!end)
            return false;
        r->at = end + 1;
        return true;
    }
    if (c == '{' && (starts(r, "{{") || starts(r, "{%")))
        r->u->jinja = true;
    if (c == '`') {
        r->code = !r->code;
        while (r->at < r->to && r->p[r->at] == '`')
            r->at++;
        return true;
    }
    if (c == '@' && is_mail(r, 1))
        r->u->links |= LINK_MAIL;
    if (c == '[' && starts(r, "[at]"))
        r->u->links |= LINK_MAIL;
    return false;
}

static bool skip_markup(struct reader *r)
{
    switch (r->p[r->at]) {
    case '<': return skip_tag(r);
    case ']': case '!': return skip_link(r);
    case 'h': case 'w': return skip_address(r);
    case '&': case '{': case '`': case '@': case '[': return skip_other(r);
    default: return false;
    }
}

/* The word at r->at, whose first character has n bytes. Commas and points inside numbers belong to them. */
static void take_word(struct reader *r, unsigned n)
{
    uint32_t from = r->at;
    uint8_t first = r->p[from], flags = r->code ? WORD_CODE : 0;
    bool number = is_digit(first), wide = first >= 0xE3 && first <= 0xED;
    unsigned step;
    r->at += n;
    while (!wide && r->at < r->to) {
        uint8_t c = r->p[r->at];
        unsigned more = letter(r->p + r->at, r->to - r->at, &step);
        bool inside = number && (c == '.' || c == ',') && r->at + 1 < r->to && is_digit(r->p[r->at + 1]);
        if ((!more && !inside) || (more == 3 && c >= 0xE3 && c <= 0xED))
            break;
        r->at += more ? more : 1;
    }
    if (number) {
        uint32_t after = r->at + (r->at < r->to && r->p[r->at] == ' ');
        flags |= WORD_NUMBER;
        flags |= (uint8_t)(after < r->to && (r->p[after] == '%' || starts(&(struct reader){ .p = r->p, .at = after,
                                                                                          .to = r->to }, "\\%"))
                           ? WORD_PERCENT : 0);
    }
    add_word(r->u, r->p, from, r->at, flags);
}

uint32_t unit_read(struct span raw, uint32_t from, uint32_t to, struct card_unit *u)
{
    u->from = from;
    u->to = to;
    u->n_words = u->n_text = u->n_hits = 0;
    u->links = 0;
    u->jinja = false;
    u->seen = 0;
    struct reader r = { .u = u, .p = raw.p, .at = from, .to = to };
    while (r.at < to && u->n_words < CARD_UNIT_WORDS && u->n_text + CARD_WORD_BYTES <= CARD_UNIT_BYTES) {
        if (skip_markup(&r))
            continue;
        unsigned step, n = letter(r.p + r.at, to - r.at, &step);
        if (n)
            take_word(&r, n);
        else
            r.at += step;
    }
    u->to = r.at < to ? r.at : to;
    return r.at < to ? r.at : to;
}

/* ---- cues ------------------------------------------------------------------------------ */

struct span unit_word(const struct card_unit *u, size_t i)
{
    return span_of(u->text + u->words[i].at, u->words[i].n);
}

void unit_match(const struct lexicon *x, struct card_unit *u)
{
    u->n_hits = 0;
    u->seen = 0;
    for (size_t i = 0; i < u->n_words; ) {
        size_t used = 1;
        const struct lex_entry *e = lexicon_find(&x->cues, u->words + i, u->text, u->n_words - i, &used);
        if (!e) {
            i++;
            continue;
        }
        u->seen |= e->cues;
        if (u->n_hits < CARD_HITS)
            u->hits[u->n_hits++] = (struct card_hit){ e->cues, (uint16_t)i, (uint16_t)(i + used), e->param };
        i += used;
    }
}

const struct card_hit *unit_hit(const struct card_unit *u, enum cue c)
{
    for (size_t i = 0; unit_has(u, c) && i < u->n_hits; i++)
        if (u->hits[i].cues & CUE_BIT(c))
            return &u->hits[i];
    return NULL;
}

size_t unit_find(const struct card_unit *u, unsigned flag, size_t from)
{
    while (from < u->n_words && !(u->words[from].flags & flag))
        from++;
    return from;
}

uint32_t card_mask(const struct card_reading *s, const struct card_unit *u, struct card_hit *cue)
{
    uint32_t mask = 0;
    size_t from = 0, to = u->n_words;
    *cue = (struct card_hit){ 0 };
    while (from < to && u->words[from].flags & WORD_NUMBER)            /* "1.2 Limitations" */
        from++;
    if (to > from + 1 && span_is(unit_word(u, to - 1), "optional"))
        to--;
    for (size_t i = from; i < to; ) {
        size_t used = 1;
        const struct lex_entry *e = lexicon_find(&s->lex->heads, u->words + i, u->text, to - i, &used);
        if (!e || (e->exact && !(i == from && i + used == to))) {
            i++;
            continue;
        }
        if (e->mask && !cue->to)
            *cue = (struct card_hit){ 0, (uint16_t)i, (uint16_t)(i + used), 0 };
        mask |= e->mask;
        i += used;
    }
    return mask;
}
