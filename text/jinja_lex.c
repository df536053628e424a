// SPDX-License-Identifier: Apache-2.0
#include "text/jinja_lex.h"

#include "base/utf8.h"

int jinja_lex_init(struct jinja_lex *l, struct span in, struct jinja_options opt, struct err *e)
{
    if (in.n > JINJA_BYTES_MAX)
        return err_set(e, ERR_LIMIT, JINJA_BYTES_MAX, "a template of %zu bytes, at most %d are read", in.n, JINJA_BYTES_MAX);
    if (in.n && in.p[in.n - 1] == '\n')
        in.n -= in.n > 1 && in.p[in.n - 2] == '\r' ? 2 : 1;
    else if (in.n && in.p[in.n - 1] == '\r')
        in.n--;
    *l = (struct jinja_lex){ .in = in, .opt = opt };
    return 0;
}

static int byte_at(const struct jinja_lex *l, size_t i)
{
    return i < l->in.n ? l->in.p[i] : -1;
}

static bool holds(const struct jinja_lex *l, size_t i, const char *s)
{
    return span_starts(span_sub(l->in, i, strlen(s)), s);
}

static bool is_digit(int c) { return c >= '0' && c <= '9'; }
static bool is_name(int c) { return c == '_' || is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'z') || c >= 0x80; }

/* Bytes of the white space at i, as Python's \s has it; 0: none. */
static size_t space_at(const struct jinja_lex *l, size_t i)
{
    int c = byte_at(l, i);
    uint32_t cp = 0;
    if (c < 0x80)
        return c == ' ' || (c >= 9 && c <= 13) || (c >= 0x1c && c <= 0x1f);
    size_t n = utf8_next(span_sub(l->in, i, 4), &cp);
    bool is = cp == 0x85 || cp == 0xa0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 || cp == 0x2029 ||
              cp == 0x202f || cp == 0x205f || cp == 0x3000;
    return is ? n : 0;
}

static size_t skip_space(const struct jinja_lex *l, size_t i)
{
    for (size_t n; (n = space_at(l, i)) != 0;)
        i += n;
    return i;
}

static size_t skip_newline(const struct jinja_lex *l, size_t i)
{
    if (holds(l, i, "\r\n"))
        return i + 2;
    return byte_at(l, i) == '\n' || byte_at(l, i) == '\r' ? i + 1 : i;
}

/* The end of [from, to) without the white space before the tag at `to`, whose sign says what goes. */
static size_t cut_end(const struct jinja_lex *l, size_t from, size_t to, bool is_print)
{
    int sign = byte_at(l, to + 2);
    size_t end = to;
    if (sign == '-') {
        for (size_t i = to; i-- > from;) {                  /* back over whole characters */
            size_t n = space_at(l, i);
            if (n && i + n == end)
                end = i;
            else if (i + 4 <= end || byte_at(l, i) < 0x80)
                break;
        }
        return end;
    }
    if (sign == '+' || !l->opt.lstrip_blocks || is_print)
        return to;
    while (end > from && byte_at(l, end - 1) != '\n' && space_at(l, end - 1))
        end--;
    return end == 0 || byte_at(l, end - 1) == '\n' ? end : to;
}

/* Behind the end of a tag or comment, whose closing brace stands before i. */
static size_t after_tag(const struct jinja_lex *l, size_t i, int sign, bool trims)
{
    if (sign == '-')
        return skip_space(l, i);
    return trims && sign != '+' && l->opt.trim_blocks ? skip_newline(l, i) : i;
}

/* {% word %} at i? *end is then behind it. */
static bool word_tag(const struct jinja_lex *l, size_t i, const char *word, bool trims, size_t *end)
{
    if (!holds(l, i, "{%"))
        return false;
    i += 2;
    if (byte_at(l, i) == '-' || byte_at(l, i) == '+')
        i++;
    i = skip_space(l, i);
    if (!holds(l, i, word))
        return false;
    i = skip_space(l, i + strlen(word));
    int sign = byte_at(l, i);
    if (sign == '-' || (sign == '+' && trims))
        i++;
    if (!holds(l, i, "%}"))
        return false;
    *end = after_tag(l, i + 2, sign, trims);
    return true;
}

static size_t find_brace(const struct jinja_lex *l, size_t i)
{
    for (; i + 1 < l->in.n; i++) {
        const uint8_t *p = memchr(l->in.p + i, '{', l->in.n - 1 - i);
        if (!p)
            break;
        i = (size_t)(p - l->in.p);
        if (p[1] == '{' || p[1] == '%' || p[1] == '#')
            return i;
    }
    return l->in.n;
}

static struct jinja_token make(const struct jinja_lex *l, enum jinja_token_kind kind, size_t from, size_t to)
{
    return (struct jinja_token){ .kind = kind, .at = (uint32_t)from, .text = span_sub(l->in, from, to - from) };
}

/* {% raw %} was read and ends before `from`: all up to {% endraw %} is text. */
static int raw_text(struct jinja_lex *l, size_t tag, size_t from, struct jinja_token *t, struct err *e)
{
    for (size_t i = find_brace(l, from), end; i < l->in.n; i = find_brace(l, i + 1))
        if (word_tag(l, i, "endraw", true, &end)) {
            *t = make(l, JINJA_T_DATA, from, cut_end(l, from, i, false));
            l->at = end;
            return 0;
        }
    *t = make(l, JINJA_T_DATA, from, from);
    l->at = l->in.n;
    return from == l->in.n ? 0 : err_set(e, ERR_FORMAT, tag, "\"raw\" is never ended");
}

static int skip_comment(struct jinja_lex *l, size_t tag, struct err *e)
{
    size_t from = tag + 2;
    if (byte_at(l, from) == '-' || byte_at(l, from) == '+')
        from++;
    l->at = l->in.n;
    if (from == l->in.n)
        return 0;                           /* Jinja takes one that nothing follows; so for raw */
    const uint8_t *end = memmem(l->in.p + from, l->in.n - from, "#}", 2);
    if (!end)
        return err_set(e, ERR_FORMAT, tag, "a comment is never ended");
    size_t i = (size_t)(end - l->in.p);
    l->at = after_tag(l, i + 2, i > from ? byte_at(l, i - 1) : 0, true);
    return 0;
}

/* Text up to the next tag, or the tag. An empty text is no token: *got tells. */
static int next_data(struct jinja_lex *l, struct jinja_token *t, bool *got, struct err *e)
{
    size_t tag = l->data_done ? l->at : find_brace(l, l->at), raw = 0;
    *got = true;
    if (!l->data_done) {
        size_t end = tag < l->in.n ? cut_end(l, l->at, tag, l->in.p[tag + 1] == '{') : tag;
        *t = make(l, JINJA_T_DATA, l->at, end);
        l->at = tag;
        l->data_done = tag < l->in.n;
        *got = t->text.n > 0;
        return 0;
    }
    l->data_done = false;
    if (l->in.p[tag + 1] == '#') {
        *got = false;
        return skip_comment(l, tag, e);
    }
    if (word_tag(l, tag, "raw", false, &raw)) {
        int rc = raw_text(l, tag, raw, t, e);
        *got = !rc && t->text.n > 0;
        return rc;
    }
    l->mode = l->in.p[tag + 1] == '{' ? JINJA_IN_PRINT : JINJA_IN_BLOCK;
    l->at = tag + 2 + (byte_at(l, tag + 2) == '-' || byte_at(l, tag + 2) == '+');
    *t = make(l, l->mode == JINJA_IN_PRINT ? JINJA_T_PRINT_BEGIN : JINJA_T_BLOCK_BEGIN, tag, l->at);
    return 0;
}

static bool tag_end(struct jinja_lex *l, struct jinja_token *t)
{
    bool is_block = l->mode == JINJA_IN_BLOCK;
    int sign = byte_at(l, l->at);
    size_t i = l->at + (sign == '-' || (sign == '+' && is_block));
    if (l->n_open || !holds(l, i, is_block ? "%}" : "}}"))
        return false;
    *t = make(l, is_block ? JINJA_T_BLOCK_END : JINJA_T_PRINT_END, l->at, i + 2);
    l->at = after_tag(l, i + 2, sign, is_block);
    l->mode = JINJA_IN_DATA;
    return true;
}

/* \d(_?\d)* or the same of another base, from i. */
static size_t digits(const struct jinja_lex *l, size_t i, const char *of)
{
    for (;;) {
        size_t k = i + (byte_at(l, i) == '_');
        int c = byte_at(l, k);
        if (c <= 0 || !strchr(of, c))
            return i;
        i = k + 1;
    }
}

/* 00 is a number, 07 is none: Python's rule. */
static struct jinja_token number(struct jinja_lex *l)
{
    static const char decimal[] = "0123456789";
    size_t from = l->at, i;
    bool is_float = false;
    int base = byte_at(l, from) == '0' ? byte_at(l, from + 1) | 32 : 0;
    const char *of = base == 'x' ? "0123456789abcdefABCDEF" : base == 'o' ? "01234567" : base == 'b' ? "01" : NULL;
    if (of && (i = digits(l, from + 2, of)) > from + 2) {
        l->at = i;
        return make(l, JINJA_T_INT, from, i);
    }
    i = digits(l, from, decimal);
    bool behind_dot = from && byte_at(l, from - 1) == '.';          /* a.0.1 are two subscripts */
    if (!behind_dot && byte_at(l, i) == '.' && is_digit(byte_at(l, i + 1))) {
        i = digits(l, i + 1, decimal);
        is_float = true;
    }
    size_t power = i + 1 + (byte_at(l, i + 1) == '+' || byte_at(l, i + 1) == '-');
    if (!behind_dot && (byte_at(l, i) | 32) == 'e' && is_digit(byte_at(l, power))) {
        i = digits(l, power, decimal);
        is_float = true;
    }
    if (!is_float && byte_at(l, from) == '0')
        i = digits(l, from, "0");
    l->at = i;
    return make(l, is_float ? JINJA_T_FLOAT : JINJA_T_INT, from, i);
}

static int string(struct jinja_lex *l, struct jinja_token *t, struct err *e)
{
    int quote = byte_at(l, l->at);
    size_t from = l->at + 1;
    for (size_t i = from; i < l->in.n; i++) {
        if (l->in.p[i] == '\\')
            i++;
        else if (l->in.p[i] == quote) {
            *t = make(l, JINJA_T_STR, from, i);
            t->at--;                        /* the quote */
            l->at = i + 1;
            return 0;
        }
    }
    return err_set(e, ERR_FORMAT, l->at, "a string is never ended");
}

static int bracket(struct jinja_lex *l, int c, struct err *e)
{
    if (c == '(' || c == '[' || c == '{') {
        if (l->n_open == JINJA_OPEN_MAX)
            return err_set(e, ERR_LIMIT, l->at, "more than %d brackets within one another", JINJA_OPEN_MAX);
        l->open[l->n_open++] = (char)(c == '(' ? ')' : c + 2);
    } else if (c == ')' || c == ']' || c == '}') {
        if (!l->n_open || l->open[l->n_open - 1] != c)
            return err_set(e, ERR_FORMAT, l->at, "'%c' closes nothing", c);
        l->n_open--;
    }
    return 0;
}

static int operator(struct jinja_lex *l, struct jinja_token *t, struct err *e)
{
    static const struct { char s[3]; unsigned op; } two[] = {
        { "//", JINJA_OP_FLOOR }, { "**", JINJA_OP_POW }, { "==", JINJA_OP_EQ }, { "!=", JINJA_OP_NE },
        { "<=", JINJA_OP_LE }, { ">=", JINJA_OP_GE },
    };
    for (size_t i = 0; i < sizeof two / sizeof *two; i++)
        if (holds(l, l->at, two[i].s)) {
            *t = make(l, JINJA_T_OP, l->at, l->at + 2);
            t->op = two[i].op;
            l->at += 2;
            return 0;
        }
    int c = byte_at(l, l->at);
    if (c <= 0 || !strchr("+-/*%~[](){}<>=.:|,", c))
        return err_set(e, ERR_FORMAT, l->at, "a byte 0x%02x that no expression has", (unsigned)c);
    int rc = bracket(l, c, e);
    if (rc)
        return rc;
    *t = make(l, JINJA_T_OP, l->at, l->at + 1);
    t->op = (unsigned)c;
    l->at++;
    return 0;
}

int jinja_lex_next(struct jinja_lex *l, struct jinja_token *t, struct err *e)
{
    for (bool got = false; l->mode == JINJA_IN_DATA && (l->at < l->in.n || l->data_done);) {
        int rc = next_data(l, t, &got, e);
        if (rc || got)
            return rc;
    }
    if (l->mode != JINJA_IN_DATA)
        l->at = skip_space(l, l->at);
    int c = byte_at(l, l->at);
    if (c < 0) {
        *t = make(l, JINJA_T_END, l->in.n, l->in.n);
        return 0;
    }
    if (tag_end(l, t))
        return 0;
    if (c == '"' || c == '\'')
        return string(l, t, e);
    if (is_digit(c)) {
        *t = number(l);
        return 0;
    }
    if (!is_name(c))
        return operator(l, t, e);
    size_t i = l->at;
    while (is_name(byte_at(l, i)) && !space_at(l, i))
        i++;
    *t = make(l, JINJA_T_NAME, l->at, i);
    l->at = i;
    return 0;
}

static int hex(int c)
{
    return is_digit(c) ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* The number of \x, \u, \U or \ooo, whose first character is at i. False: broken. */
static bool escaped_number(struct span s, size_t i, uint32_t *cp, size_t *used)
{
    int c = s.p[i];
    size_t width = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0, k = 0;
    if (!width) {
        for (; k < 3 && i + k < s.n && s.p[i + k] >= '0' && s.p[i + k] <= '7'; k++)
            *cp = *cp << 3 | (uint32_t)(s.p[i + k] - '0');
        *used = k;
        return true;
    }
    for (; k < width && i + 1 + k < s.n && hex(s.p[i + 1 + k]) >= 0; k++)
        *cp = *cp << 4 | (uint32_t)hex(s.p[i + 1 + k]);
    *used = k + 1;
    return k == width && *cp <= 0x10ffff;
}

/* The escape whose letter is at s.p[i]: its bytes to `out`, *used those read from i; *used 0: broken. */
static size_t escape(struct span s, size_t i, char *out, size_t *used)
{
    static const char letters[] = "abfnrtv\\'\"", values[] = "\a\b\f\n\r\t\v\\'\"";
    int c = s.p[i];
    const char *known = c ? strchr(letters, c) : NULL;
    uint32_t cp = 0;
    *used = 1;
    if (known) {
        *out = values[known - letters];
        return 1;
    }
    if (c == '\n')
        return 0;                           /* a line goes on */
    if (c == 'x' || c == 'u' || c == 'U' || (c >= '0' && c <= '7')) {
        if (escaped_number(s, i, &cp, used))
            return utf8_put(cp >= 0xd800 && cp < 0xe000 ? 0xfffd : cp, out);
        c = 'N';
    }
    if (c == 'N') {
        *used = 0;
        return 0;
    }
    out[0] = '\\';                          /* no escape: both characters stay */
    out[1] = (char)c;
    return 2;
}

int jinja_unescape(struct span s, uint32_t at, struct arena *a, struct span *out, struct err *e)
{
    if (!s.n || !memchr(s.p, '\\', s.n)) {
        *out = s;
        return 0;
    }
    char *to = arena_text(a, s.n);          /* no escape is longer than its spelling */
    size_t n = 0;
    if (!to)
        return err_memory(e);
    for (size_t i = 0; i < s.n;) {
        char one[4];
        size_t used = 0;
        if (s.p[i] != '\\' || i + 1 == s.n) {
            to[n++] = (char)s.p[i++];
            continue;
        }
        size_t k = escape(s, i + 1, one, &used);
        if (!used)
            return err_set(e, ERR_FORMAT, at + i, "an escape \"\\%c\" that is broken or not read", s.p[i + 1]);
        memcpy(to + n, one, k);
        n += k;
        i += 1 + used;
    }
    *out = span_of(to, n);
    return 0;
}
