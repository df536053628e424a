// SPDX-License-Identifier: Apache-2.0
#include "openness/mot_write.h"

#include "base/utf8.h"

static const char *text_of(const struct mot_text *t)
{
    return t->s ? t->s : "";
}

void mot_set(struct mot_text *t, const char *s)
{
    *t = (struct mot_text){ .s = s, .given = true };
}

void mot_release_init(struct mot_release *r, const struct mof_licenses *l)
{
    *r = (struct mot_release){ .has_licenses = true, .has_components = true };
    for (unsigned i = 0; i < MOT_FIELDS; i++)
        r->fields[i].s = "";
    for (unsigned i = 0; i < MOT_SCOPES; i++)
        r->licenses[i].name.s = r->licenses[i].path.s = "";
    mot_set(&r->framework[MOT_FRAMEWORK_NAME], l->framework_name);
    mot_set(&r->framework[MOT_FRAMEWORK_VERSION], l->framework_version);
    mot_set(&r->framework[MOT_FRAMEWORK_DATE], l->framework_date);
}

void mot_component_init(struct mot_component *c, enum mof_part part)
{
    *c = (struct mot_component){ .part = part };
    for (unsigned i = 0; i < MOT_COMPONENT_FIELDS; i++)
        c->fields[i].s = "";
    mot_set(&c->fields[MOT_COMPONENT_NAME], mof_part_info(part)->name);
}

/* ---- scalars --------------------------------------------------------------------------------------------- */

/* Does YAML let this character stand in quotes as it is, on one line, for every reader? */
static bool is_printable(uint32_t cp)
{
    return (cp >= 0x20 && cp < 0x7f) || (cp >= 0xa0 && cp < 0xd800 && cp != 0x2028 && cp != 0x2029) ||
           (cp >= 0xe000 && cp < 0xfffe && cp != 0xfeff) || cp >= 0x10000;
}

static void put_double_quoted(struct buf *out, const char *s, size_t n)
{
    buf_char(out, '"');
    for (size_t i = 0; i < n;) {
        uint32_t cp = 0;
        unsigned len = utf8_next(span_of(s + i, n - i), &cp);
        if (cp == '"' || cp == '\\')
            buf_fmt(out, "\\%c", (char)cp);
        else if (is_printable(cp))
            buf_add(out, s + i, len);
        else
            buf_fmt(out, "\\u%04x", cp);
        i += len;
    }
    buf_char(out, '"');
}

static int put_scalar(struct buf *out, const char *s, struct err *e)
{
    size_t n = strlen(s), bad;
    bool plain = true;
    if (!utf8_valid(span_of(s, n), &bad))
        return err_plain(e, ERR_FORMAT, "text is no UTF-8");
    for (size_t i = 0; i < n;) {
        uint32_t cp = 0;
        i += utf8_next(span_of(s + i, n - i), &cp);
        plain = plain && is_printable(cp);
    }
    if (!plain) {
        put_double_quoted(out, s, n);
        return 0;
    }
    buf_char(out, '\'');
    for (size_t i = 0; i < n; i++)
        buf_add(out, s[i] == '\'' ? "''" : s + i, s[i] == '\'' ? 2 : 1);
    buf_char(out, '\'');
    return 0;
}

/* ---- the listing ------------------------------------------------------------------------------------------ */

/* One line "INDENT key: 'text'", when there is a text. */
static int put(struct buf *out, const char *indent, const char *key, const struct mot_text *t, struct err *e)
{
    if (!t->given)
        return 0;
    buf_fmt(out, "%s%s: ", indent, key);
    int rc = put_scalar(out, text_of(t), e);
    buf_char(out, '\n');
    return rc;
}

static int put_licenses(const struct mot_release *r, struct buf *out, struct err *e)
{
    bool any = false;
    int rc = 0;
    for (unsigned s = 0; s < MOT_SCOPES; s++)
        any = any || r->licenses[s].name.given || r->licenses[s].path.given;
    buf_str(out, any ? "  license:\n" : "  license: {}\n");
    for (unsigned s = 0; s < MOT_SCOPES && !rc; s++) {
        const struct mot_license *l = &r->licenses[s];
        if (!l->name.given && !l->path.given)
            continue;
        buf_fmt(out, "    %s:\n", mot_scope_key((enum mot_scope)s));
        rc = put(out, "      ", "name", &l->name, e);
        if (!rc)
            rc = put(out, "      ", "path", &l->path, e);
    }
    return rc;
}

static int put_component(const struct mot_component *c, struct buf *out, struct err *e)
{
    bool any = false;
    int rc = 0;
    for (unsigned f = 0; f < MOT_COMPONENT_FIELDS && !rc; f++) {
        rc = put(out, any ? "      " : "    - ", mot_component_key((enum mot_component_field)f), &c->fields[f], e);
        any = any || c->fields[f].given;
    }
    if (!any)
        buf_str(out, "    - {}\n");
    return rc;
}

int mot_write(const struct mot_release *r, struct buf *out, struct err *e)
{
    int rc = 0;
    bool framework = false;
    for (unsigned f = 0; f < MOT_FRAMEWORK_FIELDS; f++)
        framework = framework || r->framework[f].given;
    if (framework)
        buf_str(out, "framework:\n");
    for (unsigned f = 0; f < MOT_FRAMEWORK_FIELDS && !rc; f++)
        rc = put(out, "  ", mot_framework_key((enum mot_framework_field)f), &r->framework[f], e);
    buf_str(out, "release:\n");
    for (unsigned f = 0; f < MOT_FIELDS && !rc; f++)
        rc = put(out, "  ", mot_key((enum mot_field)f), &r->fields[f], e);
    if (!rc)
        rc = put_licenses(r, out, e);
    buf_str(out, r->n_components ? "  components:\n" : "  components: []\n");
    for (size_t i = 0; i < r->n_components && !rc; i++)
        rc = put_component(&r->components[i], out, e);
    if (!rc && out->error)
        rc = out->error == ERR_MEMORY ? err_memory(e) : err_plain(e, out->error, "listing is too large");
    return rc;
}
