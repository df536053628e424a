// SPDX-License-Identifier: Apache-2.0
/* A DOCTYPE: told, and stepped over. What stands in its [ ] is only walked for its end, and for entities. */
#include "format/xml_int.h"

/* ---- in the document ---------------------------------------------------------------------- */

/* A quoted literal at x->pos, without the characters that parsers change in it. */
static int literal(struct xml *x, struct span *out, struct err *e)
{
    uint8_t quote = x->pos < x->in.n ? x->in.p[x->pos] : 0;
    size_t from = x->pos + 1;
    if (quote != '"' && quote != '\'')
        return xml_fail(x, ERR_FORMAT, x->pos, e, "a quoted identifier is missing");
    int rc = 0;
    x->pos++;
    rc = xml_up_to(x, quote == '"' ? "\"" : "'", "an identifier", out, e);
    for (size_t i = 0; !rc && i < out->n; i++)
        if (out->p[i] < 0x20)
            rc = xml_fail(x, ERR_FORMAT, from + i, e, "a line end or a tab in an identifier");
    return rc;
}

static bool is_public(struct span s)
{
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
        if (!letter && !(c >= '0' && c <= '9') && !(c && strchr(" -'()+,./:=?;!*#@$_%", c)))
            return false;
    }
    return true;
}

static int external_id(struct xml *x, struct err *e)
{
    bool public = xml_is(x, "PUBLIC");
    size_t from;
    int rc = 0;
    x->external = true;
    x->pos += 6;
    if (!xml_skip_space(x))
        return xml_fail(x, ERR_FORMAT, x->pos, e, "no blank before an identifier");
    if (public) {
        from = x->pos;
        rc = literal(x, &x->public_id, e);
        if (!rc && !is_public(x->public_id))
            rc = xml_fail(x, ERR_FORMAT, from, e, "a public identifier with characters that it cannot have");
        if (!rc && !xml_skip_space(x))
            rc = xml_fail(x, ERR_FORMAT, x->pos, e, "no blank between two identifiers");
    }
    return rc ? rc : literal(x, &x->system_id, e);
}

/* A declaration, up to its '>' outside quotes. */
static int declaration(struct xml *x, struct err *e)
{
    size_t from = x->pos;
    struct span skipped;
    int rc = 0;
    x->declares = true;
    x->pos += 2;
    while (!rc && x->pos < x->in.n && x->in.p[x->pos] != '>') {
        uint8_t c = x->in.p[x->pos];
        uint32_t cp;
        unsigned n = xml_char(x->in, x->pos, &cp);
        if (!n || c == '<')
            return xml_fail(x, ERR_FORMAT, x->pos, e, "a declaration with a character that it cannot have");
        x->pos += n;
        if (c == '"' || c == '\'')
            rc = xml_up_to(x, c == '"' ? "\"" : "'", "a declaration", &skipped, e);
    }
    if (!rc && x->pos >= x->in.n)
        rc = xml_fail(x, ERR_FORMAT, from, e, "a declaration without an end");
    x->pos += !rc;
    return rc;
}

static int subset_item(struct xml *x, struct err *e)
{
    struct span skipped;
    if (xml_is(x, "<!--"))
        return xml_comment(x, &skipped, e);
    if (xml_is(x, "<?")) {
        x->declares = true;                 /* harmless, but not checked as one of the document is */
        x->pos += 2;
        return xml_up_to(x, "?>", "an instruction", &skipped, e);
    }
    if (xml_is(x, "<!"))
        return declaration(x, e);
    if (!xml_is(x, "%"))
        return xml_fail(x, ERR_FORMAT, x->pos, e, "what stands in a DOCTYPE is no declaration");
    x->declares = true;
    x->pos++;
    int rc = xml_name(x, &skipped, e);
    if (!rc && !xml_is(x, ";"))
        rc = xml_fail(x, ERR_FORMAT, x->pos, e, "a reference without its semicolon");
    x->pos += !rc;
    return rc;
}

int xml_doctype(struct xml *x, struct err *e)
{
    int rc = 0;
    x->pos += strlen("<!DOCTYPE");
    x->doctype_seen = true;
    if (!xml_skip_space(x))
        return xml_fail(x, ERR_FORMAT, x->pos, e, "a DOCTYPE without a name");
    rc = xml_name(x, &x->name, e);
    size_t blanks = rc ? 0 : xml_skip_space(x);
    if (!rc && blanks && (xml_is(x, "SYSTEM") || xml_is(x, "PUBLIC")))
        rc = external_id(x, e);
    if (!rc)
        (void)xml_skip_space(x);
    if (!rc && xml_is(x, "[")) {
        size_t from = ++x->pos;
        while (!rc && ((void)xml_skip_space(x), x->pos < x->in.n) && !xml_is(x, "]"))
            rc = subset_item(x, e);
        x->text = span_sub(x->in, from, x->pos - from);
        x->pos += !rc && xml_is(x, "]");
        (void)xml_skip_space(x);
    }
    if (!rc && !xml_is(x, ">"))
        rc = xml_fail(x, ERR_FORMAT, x->pos, e, "a DOCTYPE without an end");
    x->pos += !rc;
    return rc;
}

/* ---- its entities ------------------------------------------------------------------------- */

static size_t space(struct span s, size_t at)
{
    while (at < s.n && xml_is_space(s.p[at]))
        at++;
    return at;
}

static struct span word(struct span s, size_t at)
{
    size_t n = 0;
    while (at + n < s.n && !xml_is_space(s.p[at + n]) && !strchr(";>\"'", s.p[at + n]))
        n++;
    return span_sub(s, at, n);
}

/* The quoted literal at `at`; *at is moved behind it. */
static struct span quoted(struct span s, size_t *at)
{
    uint8_t c = *at < s.n ? s.p[*at] : 0;
    const uint8_t *end = c == '"' || c == '\'' ? memchr(s.p + *at + 1, c, s.n - *at - 1) : NULL;
    if (!end)
        return SPAN_NONE;
    size_t from = *at + 1;
    *at = (size_t)(end - s.p) + 1;
    return span_of(s.p + from, *at - 1 - from);
}

/* <!ENTITY [%] name ( "value" | SYSTEM "file" | PUBLIC "id" "file" ) */
static void read_entity(struct span s, size_t at, struct xml_entity *out)
{
    at = space(s, at);
    if (at < s.n && s.p[at] == '%') {
        out->parameter = true;
        at = space(s, at + 1);
    }
    out->name = word(s, at);
    at = space(s, at + out->name.n);
    struct span how = word(s, at);
    out->external = span_is(how, "SYSTEM") || span_is(how, "PUBLIC");
    if (!out->external) {
        out->value = quoted(s, &at);
        return;
    }
    at = space(s, at + how.n);
    out->system_id = quoted(s, &at);
    if (span_is(how, "PUBLIC")) {
        at = space(s, at);
        out->system_id = quoted(s, &at);
    }
}

/* Where the item at `at`, which begins with '<', ends. */
static size_t item_end(struct span s, size_t at)
{
    const char *close = span_starts(span_sub(s, at, 4), "<!--") ? "-->" : span_starts(span_sub(s, at, 2), "<?") ? "?>" : NULL;
    if (close) {
        const uint8_t *end = memmem(s.p + at, s.n - at, close, strlen(close));
        return end ? (size_t)(end - s.p) + strlen(close) : s.n;
    }
    while (at < s.n && s.p[at] != '>') {
        size_t before = at;
        (void)quoted(s, &at);
        at += at == before;
    }
    return at < s.n ? at + 1 : s.n;
}

bool xml_entity_next(struct span subset, size_t *pos, struct xml_entity *out)
{
    static const char entity[] = "<!ENTITY";
    while (*pos < subset.n) {
        size_t at = *pos;
        uint8_t c = subset.p[at];
        *out = (struct xml_entity){ .at = at };
        *pos = c == '<' ? item_end(subset, at) : at + 1;
        if (c == '%') {
            *out = (struct xml_entity){ .at = at, .name = word(subset, at + 1), .parameter = true, .reference = true };
            return true;
        }
        if (c == '<' && span_starts(span_sub(subset, at, subset.n), entity)) {
            read_entity(span_sub(subset, 0, *pos), at + strlen(entity), out);
            return true;
        }
    }
    return false;
}
