// SPDX-License-Identifier: Apache-2.0
#include "format/xml_int.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>
#include "base/utf8.h"

/* ---- places and errors -------------------------------------------------------------------- */

/* Every byte of UTF-8 that begins a character is one unit of UTF-16, or two. */
uint64_t xml_offset(struct xml *x, size_t pos)
{
    if (!x->wide)
        return x->bom + (uint64_t)pos;
    if (pos < x->mapped_pos) {
        x->mapped_pos = 0;
        x->mapped_at = x->bom;
    }
    for (; x->mapped_pos < pos && x->mapped_pos < x->in.n; x->mapped_pos++) {
        uint8_t c = x->in.p[x->mapped_pos];
        x->mapped_at += (c & 0xc0) == 0x80 ? 0 : c >= 0xf0 ? 4 : 2;
    }
    return x->mapped_at;
}

uint64_t xml_place(struct xml *x, struct span part)
{
    bool inside = part.p && part.p >= x->in.p && part.p <= x->in.p + x->in.n;
    return inside ? xml_offset(x, (size_t)(part.p - x->in.p)) : x->at;
}

int xml_fail(struct xml *x, int code, size_t pos, struct err *e, const char *fmt, ...)
{
    char what[200];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    x->rc = code;
    return err_set(e, code, xml_offset(x, pos), "%s", what);
}

static int no_memory(struct xml *x, struct err *e)
{
    x->rc = ERR_MEMORY;
    return err_memory(e);
}

/* ---- small pieces ------------------------------------------------------------------------- */

bool xml_is(const struct xml *x, const char *s)
{
    size_t n = strlen(s);
    return x->in.n - x->pos >= n && memcmp(x->in.p + x->pos, s, n) == 0;
}

size_t xml_skip_space(struct xml *x)
{
    size_t from = x->pos;
    while (x->pos < x->in.n && xml_is_space(x->in.p[x->pos]))
        x->pos++;
    return x->pos - from;
}

int xml_name(struct xml *x, struct span *out, struct err *e)
{
    size_t from = x->pos, at = from, colon = 0;
    uint32_t cp;
    unsigned n;
    while ((n = xml_char(x->in, at, &cp)) && (at == from || at == colon ? xml_name_starts(cp) : xml_name_goes_on(cp))) {
        if (cp == ':' && colon)
            return xml_fail(x, ERR_FORMAT, at, e, "a name with two colons");
        at += n;
        colon = cp == ':' ? at : colon;
        if (at - from > XML_NAME_MAX)
            return xml_fail(x, ERR_LIMIT, from, e, "a name of more than %d bytes", XML_NAME_MAX);
    }
    if (at == from || at == colon)
        return xml_fail(x, ERR_FORMAT, at, e, "a name is missing, or has a character that none may have");
    *out = span_sub(x->in, from, at - from);
    x->pos = at;
    return 0;
}

int xml_up_to(struct xml *x, const char *end, const char *what, struct span *out, struct err *e)
{
    size_t from = x->pos;
    while (x->pos < x->in.n && !(x->in.p[x->pos] == (uint8_t)end[0] && xml_is(x, end))) {
        uint32_t cp;
        unsigned n = xml_char(x->in, x->pos, &cp);
        if (!n)
            return xml_fail(x, ERR_FORMAT, x->pos, e, "a character that XML does not have, in %s", what);
        x->pos += n;
    }
    if (x->pos >= x->in.n)
        return xml_fail(x, ERR_FORMAT, from, e, "%s without an end", what);
    if (x->pos - from > XML_VALUE_MAX)
        return xml_fail(x, ERR_LIMIT, from, e, "%s of more than %d bytes", what, XML_VALUE_MAX);
    *out = span_sub(x->in, from, x->pos - from);
    x->pos += strlen(end);
    return 0;
}

struct span xml_local(struct span name)
{
    const uint8_t *colon = name.n ? memchr(name.p, ':', name.n) : NULL;
    return colon ? span_sub(name, (size_t)(colon - name.p) + 1, name.n) : name;
}

struct span xml_attr(const struct xml *x, const char *name)
{
    for (size_t i = 0; i < x->n_attrs; i++)
        if (span_is(x->attrs[i].name, name))
            return x->attrs[i].value;
    return SPAN_NONE;
}

/* ---- references and line ends ------------------------------------------------------------- */

/* Room for n more decoded bytes; what was handed out of an older piece stays there. */
static char *room(struct xml *x, size_t n)
{
    if (x->scratch_cap - x->scratch_n < n) {
        size_t cap = x->scratch_cap * 2 > n ? x->scratch_cap * 2 : n < 4096 ? 4096 : n;
        char *p = arena_text(x->a, cap);
        if (!p)
            return NULL;
        x->scratch = p;
        x->scratch_cap = cap;
        x->scratch_n = 0;
    }
    return x->scratch + x->scratch_n;
}

/* The number behind "&#". 0: it is none that XML allows. */
static uint32_t number(struct span digits)
{
    bool hex = digits.n && digits.p[0] == 'x';
    uint32_t v = 0;
    if (digits.n == (size_t)hex)
        return 0;
    for (size_t i = hex; i < digits.n; i++) {
        uint8_t c = digits.p[i], low = c | 32;
        unsigned d = c >= '0' && c <= '9' ? c - '0' + 0u : hex && low >= 'a' && low <= 'f' ? low - 'a' + 10u : 16;
        if (d == 16 || v > 0x10ffff)
            return 0;
        v = v * (hex ? 16 : 10) + d;
    }
    return xml_char_allowed(v) ? v : 0;
}

/* The reference at raw.p[at] == '&'. Returns its bytes; 0: it is none of those that are resolved. */
static size_t reference(struct span raw, size_t at, uint32_t *cp)
{
    static const struct { const char *name; char c; } five[] = {
        { "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' },
    };
    const uint8_t *end = memchr(raw.p + at, ';', raw.n - at > 64 ? 64 : raw.n - at);
    if (!end)
        return 0;
    struct span name = span_sub(raw, at + 1, (size_t)(end - raw.p) - at - 1);
    *cp = 0;
    if (name.n && name.p[0] == '#')
        *cp = number(span_sub(name, 1, name.n));
    for (size_t i = 0; i < sizeof five / sizeof *five; i++)
        if (span_is(name, five[i].name))
            *cp = (uint32_t)five[i].c;
    return *cp ? name.n + 2 : 0;
}

enum how { AS_TEXT, AS_LITERAL, AS_ATTRIBUTE };     /* a literal (CDATA, comment) has no references */

/* `raw`, whose characters are checked, with references and line ends resolved; itself when it has none. It never grows. */
static int decode(struct xml *x, struct span raw, enum how how, struct span *out, struct err *e)
{
    size_t i = 0, n = 0;
    uint32_t cp;
    while (i < raw.n && !(raw.p[i] == '&' && how != AS_LITERAL) && raw.p[i] != '\r' &&
           !(how == AS_ATTRIBUTE && raw.p[i] < 0x20))
        i++;
    if (i == raw.n) {
        *out = raw;
        return 0;
    }
    char *p = room(x, raw.n);
    if (!p)
        return no_memory(x, e);
    memcpy(p, raw.p, i);
    for (n = i; i < raw.n;) {
        uint8_t c = raw.p[i];
        if (c == '&' && how != AS_LITERAL) {
            size_t used = reference(raw, i, &cp);
            if (!used)
                return xml_fail(x, ERR_FORMAT, (size_t)(raw.p - x->in.p) + i, e,
                                "a reference to an entity that is not of XML itself, or to no character");
            n += utf8_put(cp, p + n);
            i += used;
            continue;
        }
        i += c == '\r' && i + 1 < raw.n && raw.p[i + 1] == '\n' ? 2 : 1;
        c = c == '\r' ? '\n' : c;
        p[n++] = how == AS_ATTRIBUTE && c < 0x20 ? ' ' : (char)c;
    }
    x->scratch_n += n;
    *out = span_of(p, n);
    return 0;
}

/* ---- elements ----------------------------------------------------------------------------- */

static int attribute(struct xml *x, struct err *e)
{
    struct span name, raw;
    size_t at = x->pos;
    uint8_t quote;
    int rc = xml_name(x, &name, e);
    if (rc)
        return rc;
    if (x->n_attrs >= XML_ATTRS_MAX)
        return xml_fail(x, ERR_LIMIT, at, e, "more than %d attributes", XML_ATTRS_MAX);
    for (size_t i = 0; i < x->n_attrs; i++)
        if (span_eq(x->attrs[i].name, name))
            return xml_fail(x, ERR_FORMAT, at, e, "an attribute that stands twice");
    (void)xml_skip_space(x);
    if (!xml_is(x, "="))
        return xml_fail(x, ERR_FORMAT, x->pos, e, "an attribute without a value");
    x->pos++;
    (void)xml_skip_space(x);
    quote = x->pos < x->in.n ? x->in.p[x->pos] : 0;
    if (quote != '"' && quote != '\'')
        return xml_fail(x, ERR_FORMAT, x->pos, e, "a value without quotes");
    x->pos++;
    rc = xml_up_to(x, quote == '"' ? "\"" : "'", "a value", &raw, e);
    const uint8_t *less = !rc && raw.n ? memchr(raw.p, '<', raw.n) : NULL;
    if (less)
        return xml_fail(x, ERR_FORMAT, (size_t)(less - x->in.p), e, "a value with a '<' in it");
    struct xml_attr *attr = &x->attrs[x->n_attrs];
    *attr = (struct xml_attr){ .name = name };
    if (!rc)
        rc = decode(x, raw, AS_ATTRIBUTE, &attr->value, e);
    if (!rc) {
        attr->at = xml_offset(x, at);
        x->n_attrs++;
    }
    return rc;
}

static int start_tag(struct xml *x, struct err *e)
{
    size_t from = x->pos++;
    int rc = xml_name(x, &x->name, e);
    x->kind = XML_START;
    for (;;) {
        size_t blanks = rc ? 0 : xml_skip_space(x);
        if (rc || xml_is(x, ">") || xml_is(x, "/>"))
            break;
        if (!blanks)
            return xml_fail(x, ERR_FORMAT, x->pos, e, "a tag without an end, or no blank before an attribute");
        rc = attribute(x, e);
    }
    if (rc)
        return rc;
    if (x->depth >= XML_DEPTH_MAX)
        return xml_fail(x, ERR_LIMIT, from, e, "elements deeper than %d", XML_DEPTH_MAX);
    if (x->pos - from > XML_VALUE_MAX)
        return xml_fail(x, ERR_LIMIT, from, e, "a tag of more than %d bytes", XML_VALUE_MAX);
    x->closing = xml_is(x, "/");
    x->pos += 1u + x->closing;
    x->open[x->depth++] = x->name;
    x->root_seen = true;
    return 0;
}

static int end_tag(struct xml *x, struct err *e)
{
    size_t from = x->pos;
    x->pos += 2;
    int rc = xml_name(x, &x->name, e);
    if (rc)
        return rc;
    (void)xml_skip_space(x);
    if (!xml_is(x, ">"))
        return xml_fail(x, ERR_FORMAT, x->pos, e, "an end tag without an end");
    if (!x->depth || !span_eq(x->open[x->depth - 1], x->name))
        return xml_fail(x, ERR_FORMAT, from, e, "an end tag of another element than the one that is open");
    x->pos++;
    x->depth--;
    x->kind = XML_STOP;
    return 0;
}

/* ---- all else ----------------------------------------------------------------------------- */

int xml_comment(struct xml *x, struct span *out, struct err *e)
{
    x->pos += 4;
    int rc = xml_up_to(x, "--", "a comment", out, e);
    if (!rc && !xml_is(x, ">"))
        rc = xml_fail(x, ERR_FORMAT, x->pos, e, "two hyphens in a comment");
    x->pos += !rc;
    return rc;
}

static int instruction(struct xml *x, struct err *e)
{
    struct span data = SPAN_NONE;
    size_t from = x->pos;
    x->kind = XML_INSTRUCTION;
    x->pos += 2;
    int rc = xml_name(x, &x->name, e);
    if (!rc && x->name.n == 3 && strncasecmp((const char *)x->name.p, "xml", 3) == 0)
        rc = xml_fail(x, ERR_FORMAT, from, e, "an XML declaration that is not at the very beginning");
    size_t blanks = rc ? 0 : xml_skip_space(x);
    if (!rc && !blanks && !xml_is(x, "?>"))
        rc = xml_fail(x, ERR_FORMAT, x->pos, e, "an instruction whose name has no end");
    if (!rc)
        rc = xml_up_to(x, "?>", "an instruction", &data, e);
    return rc ? rc : decode(x, data, AS_LITERAL, &x->text, e);
}

static int text(struct xml *x, struct err *e)
{
    size_t from = x->pos;
    x->kind = XML_TEXT;
    while (x->pos < x->in.n && x->in.p[x->pos] != '<') {
        uint32_t cp;
        unsigned n = xml_char(x->in, x->pos, &cp);
        if (!n)
            return xml_fail(x, ERR_FORMAT, x->pos, e, "a character that XML does not have, in a text");
        if (cp == ']' && xml_is(x, "]]>"))
            return xml_fail(x, ERR_FORMAT, x->pos, e, "\"]]>\" in a text");
        x->pos += n;
    }
    if (x->pos - from > XML_VALUE_MAX)
        return xml_fail(x, ERR_LIMIT, from, e, "a text of more than %d bytes", XML_VALUE_MAX);
    return decode(x, span_sub(x->in, from, x->pos - from), AS_TEXT, &x->text, e);
}

static int literal_text(struct xml *x, struct err *e)
{
    struct span raw;
    x->kind = XML_TEXT;
    x->pos += strlen("<![CDATA[");
    int rc = xml_up_to(x, "]]>", "a CDATA section", &raw, e);
    return rc ? rc : decode(x, raw, AS_LITERAL, &x->text, e);
}

static int markup(struct xml *x, struct err *e)
{
    struct span raw;
    if (xml_is(x, "</"))
        return end_tag(x, e);
    if (xml_is(x, "<?"))
        return instruction(x, e);
    if (xml_is(x, "<!--")) {
        x->kind = XML_COMMENT;
        int rc = xml_comment(x, &raw, e);
        return rc ? rc : decode(x, raw, AS_LITERAL, &x->text, e);
    }
    if (xml_is(x, "<![CDATA[") && x->depth)
        return literal_text(x, e);
    if (xml_is(x, "<!DOCTYPE") && !x->root_seen && !x->doctype_seen) {
        x->kind = XML_DOCTYPE;
        return xml_doctype(x, e);
    }
    if (xml_is(x, "<!"))
        return xml_fail(x, ERR_FORMAT, x->pos, e, "a declaration that may not stand here");
    if (x->root_seen && !x->depth)
        return xml_fail(x, ERR_FORMAT, x->pos, e, "a second element behind the root");
    return start_tag(x, e);
}

static int end_of_input(struct xml *x, struct err *e)
{
    if (x->depth)
        return xml_fail(x, ERR_FORMAT, x->pos, e, "the document ends in \"%.*s\"", SPAN_ARG(x->open[x->depth - 1]));
    if (!x->root_seen)
        return xml_fail(x, ERR_FORMAT, x->pos, e, "a document without an element");
    x->kind = XML_END;
    return 0;
}

int xml_next(struct xml *x, struct err *e)
{
    if (x->rc)
        return err_set(e, x->rc, xml_offset(x, x->pos), "the document broke before");
    x->text = SPAN_NONE;
    x->n_attrs = 0;
    x->scratch_n = 0;
    if (x->closing) {                       /* <a/> is both */
        x->closing = false;
        x->kind = XML_STOP;
        x->depth--;
        return 0;
    }
    if (!x->depth)
        (void)xml_skip_space(x);
    x->at = xml_offset(x, x->pos);
    x->name = SPAN_NONE;
    if (x->pos >= x->in.n)
        return end_of_input(x, e);
    if (x->in.p[x->pos] == '<')
        return markup(x, e);
    return x->depth ? text(x, e) : xml_fail(x, ERR_FORMAT, x->pos, e, "text outside the root element");
}

/* ---- the beginning ------------------------------------------------------------------------ */

static unsigned unit(const struct span in, size_t at, bool big)
{
    return big ? (unsigned)in.p[at] << 8 | in.p[at + 1] : le16(in.p + at);
}

/* UTF-16 behind its mark as UTF-8. */
static int narrow(struct xml *x, struct span in, bool big, struct err *e)
{
    if (in.n > XML_WIDE_MAX)
        return err_set(e, ERR_LIMIT, 0, "UTF-16 of more than %d bytes", XML_WIDE_MAX);
    char *p = arena_text(x->a, in.n / 2 * 3 + 4);
    size_t n = 0;
    if (!p)
        return err_memory(e);
    for (size_t i = 2; i < in.n; i += 2) {
        if (in.n - i < 2)
            return err_set(e, ERR_FORMAT, i, "half of a character of UTF-16");
        uint32_t cp = unit(in, i, big);
        if (cp >= 0xd800 && cp < 0xdc00 && in.n - i >= 4 && (unit(in, i + 2, big) & 0xfc00) == 0xdc00) {
            cp = 0x10000 + ((cp - 0xd800) << 10) + (unit(in, i + 2, big) - 0xdc00);
            i += 2;
        } else if (cp >= 0xd800 && cp < 0xe000) {
            return err_set(e, ERR_FORMAT, i, "half of a pair of UTF-16");
        }
        n += utf8_put(cp, p + n);
    }
    x->in = span_of(p, n);
    x->wide = true;
    return 0;
}

/* name="value" at x->pos, behind a blank; false when it does not stand there. */
static bool pseudo(struct xml *x, const char *name, struct span *value)
{
    size_t from = x->pos;
    if (!xml_skip_space(x) || !xml_is(x, name)) {
        x->pos = from;
        return false;
    }
    x->pos += strlen(name);
    (void)xml_skip_space(x);
    bool equals = xml_is(x, "=");
    x->pos += equals;
    (void)xml_skip_space(x);
    uint8_t quote = x->pos < x->in.n ? x->in.p[x->pos] : 0;
    const uint8_t *end = quote == '"' || quote == '\'' ? memchr(x->in.p + x->pos + 1, quote, x->in.n - x->pos - 1) : NULL;
    if (!equals || !end) {
        x->pos = from;
        return false;
    }
    *value = span_sub(x->in, x->pos + 1, (size_t)(end - x->in.p) - x->pos - 1);
    x->pos = (size_t)(end - x->in.p) + 1;
    return true;
}

static int declaration(struct xml *x, struct err *e)
{
    struct span version = SPAN_NONE, encoding = SPAN_NONE, alone = SPAN_NONE;
    const char *ours = x->wide ? "utf-16" : "utf-8";
    if (!xml_is(x, "<?xml") || x->in.n < 6 || !xml_is_space(x->in.p[5]))
        return 0;
    x->pos = 5;
    if (!pseudo(x, "version", &version) || !span_is(version, "1.0"))
        return xml_fail(x, ERR_FORMAT, x->pos, e, "an XML declaration without version 1.0");
    if (pseudo(x, "encoding", &encoding) &&
        (encoding.n != strlen(ours) || strncasecmp((const char *)encoding.p, ours, encoding.n) != 0))
        return xml_fail(x, ERR_FORMAT, x->pos, e, "the encoding \"%.*s\", which the bytes are not or which is not read here",
                        (int)(encoding.n > 40 ? 40 : encoding.n), (const char *)encoding.p);
    if (pseudo(x, "standalone", &alone) && !span_is(alone, "yes") && !span_is(alone, "no"))
        return xml_fail(x, ERR_FORMAT, x->pos, e, "\"standalone\" is neither yes nor no");
    (void)xml_skip_space(x);
    if (!xml_is(x, "?>"))
        return xml_fail(x, ERR_FORMAT, x->pos, e, "an XML declaration without an end");
    x->pos += 2;
    return 0;
}

int xml_open(struct span in, struct arena *a, struct xml *x, struct err *e)
{
    struct xml new = { .a = a, .in = in };
    bool big = in.n >= 2 && in.p[0] == 0xfe && in.p[1] == 0xff, little = in.n >= 2 && in.p[0] == 0xff && in.p[1] == 0xfe;
    if (in.n > XML_BYTES_MAX)
        return err_set(e, ERR_LIMIT, 0, "XML of more than %llu bytes", (unsigned long long)XML_BYTES_MAX);
    new.attrs = arena_array(a, XML_ATTRS_MAX, sizeof *new.attrs);
    new.open = arena_array(a, XML_DEPTH_MAX, sizeof *new.open);
    if (!new.attrs || !new.open)
        return err_memory(e);
    int rc = 0;
    if (big || little) {
        new.bom = 2;
        new.mapped_at = 2;
        rc = narrow(&new, in, big, e);
    } else if (span_starts(in, "\xef\xbb\xbf")) {
        new.bom = 3;
        new.in = span_sub(in, 3, in.n);
    }
    if (!rc)
        rc = declaration(&new, e);
    if (!rc)
        *x = new;
    return rc;
}
