// SPDX-License-Identifier: Apache-2.0
/* XML: OpenVINO models, PMML, property lists, pictures, pages, and what nobody knows.
 *
 * The document is read strictly (format/xml.h); a DOCTYPE is told and never followed. What a usual parser or browser
 * would open, include, run or make is a finding; so is a document whose kind is on no list, because XML is also how
 * builds, objects and workflows are written. Texts and attributes are looked into for pickles. */
#include <strings.h>
#include "scan/payload.h"
#include "scan/refs.h"
#include "scan/xml_walk.h"

enum { SHOWN = 120, HEAD = 512 };

void xml_found(struct xml_walk *w, enum scan_rule_id rule, uint64_t at, const char *what, struct span text)
{
    if (!w->rc)
        w->rc = scan_find(w->s, w->n, rule, at, w->e, text.p ? "%s \"%.*s\"" : "%s", what,
                          (int)(text.n > SHOWN ? SHOWN : text.n), (const char *)text.p);
}

/* ---- places ------------------------------------------------------------------------------- */

static struct span trimmed(struct span s)
{
    while (s.n && (s.p[0] <= ' '))
        s = span_sub(s, 1, s.n);
    while (s.n && s.p[s.n - 1] <= ' ')
        s.n--;
    return s;
}

static bool starts_nocase(struct span s, const char *with)
{
    size_t n = strlen(with);
    return s.n >= n && strncasecmp((const char *)s.p, with, n) == 0;
}

static bool any_is(struct span s, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (span_is(s, words[i]))
            return true;
    return false;
}

/* Does a reader that follows it leave the folder: an address, a drive, a root, a home, a step up? */
static bool leads_out(struct span s)
{
    if (!s.n || strchr("/\\~", s.p[0]))
        return s.n > 0;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == ':' || (i + 1 < s.n && s.p[i] == '.' && s.p[i + 1] == '.'))
            return true;
    return false;
}

/* Publishers of standards, whose DTDs and schemas every honest writer names; following one brings a public text. */
static bool is_standard(struct span s)
{
    static const char *const hosts[] = { "http://www.w3.org/", "https://www.w3.org/", "http://www.apple.com/DTDs/",
                                         "https://www.apple.com/DTDs/", "http://www.dmg.org/", "https://www.dmg.org/",
                                         "http://dmg.org/", "https://dmg.org/" };
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
        if (span_starts(s, hosts[i]))
            return true;
    return false;
}

/* ---- DOCTYPE ------------------------------------------------------------------------------ */

/* Does an entity's value name another entity? The five and numbers are none. */
static bool names_entity(struct span value)
{
    static const char *const five[] = { "amp;", "lt;", "gt;", "quot;", "apos;" };
    for (size_t i = 0; i < value.n; i++) {
        struct span rest = span_sub(value, i + 1, value.n);
        bool plain = rest.n && rest.p[0] == '#';
        for (size_t k = 0; k < sizeof five / sizeof *five && !plain; k++)
            plain = span_starts(rest, five[k]);
        if (value.p[i] == '%' || (value.p[i] == '&' && !plain))
            return true;
    }
    return false;
}

static void on_place(struct xml_walk *w, uint64_t at, const char *what, struct span where)
{
    xml_found(w, leads_out(where) ? RULE_XML_OUTSIDE : RULE_XML_REFERENCE, at, what, where);
}

static void on_doctype(struct xml_walk *w)
{
    struct span subset = w->x.text;
    struct xml_entity ent;
    size_t pos = 0, n = 0;
    if (w->x.external && !is_standard(w->x.system_id))
        on_place(w, w->x.at, "a DOCTYPE at", w->x.system_id);
    while (!w->rc && xml_entity_next(subset, &pos, &ent)) {
        uint64_t at = xml_place(&w->x, span_sub(subset, ent.at, 1));
        n++;
        if (ent.external)
            on_place(w, at, "an entity that is the file", ent.system_id);
        else if (names_entity(ent.value))
            xml_found(w, RULE_XML_BOMB, at, "an entity that is made of others:", ent.name);
        else
            xml_found(w, RULE_XML_DECLARES, at, ent.reference ? "has declarations replaced:" : "declares the entity", ent.name);
    }
    if (w->x.declares && !n)
        xml_found(w, RULE_XML_DECLARES, w->x.at, "declarations in the DOCTYPE of", w->x.name);
}

/* ---- what holds of every element ---------------------------------------------------------- */

static enum xml_doc doc_of(struct span root)
{
    static const struct { const char *name; enum xml_doc doc; } docs[] = {
        { "net", DOC_OPENVINO }, { "PMML", DOC_PMML }, { "svg", DOC_PAGE }, { "html", DOC_PAGE }, { "plist", DOC_DATA },
        { "annotation", DOC_DATA }, { "opencv_storage", DOC_DATA },
    };
    for (size_t i = 0; i < sizeof docs / sizeof *docs; i++)
        if (span_is(root, docs[i].name))
            return docs[i].doc;
    return DOC_UNKNOWN;
}

static void on_namespace(struct xml_walk *w, const struct xml_attr *a)
{
    if (span_is(a->value, "http://www.w3.org/2001/XInclude") || span_is(a->value, "http://www.w3.org/2003/XInclude"))
        w->includes = true;
    else if (span_is(a->value, "http://www.w3.org/2000/svg") || span_is(a->value, "http://www.w3.org/1999/xhtml"))
        w->pages = true;
    else if (span_is(a->value, "http://www.w3.org/1999/XSL/Transform"))
        xml_found(w, RULE_XML_ACTIVE, a->at, "a program that transforms documents (XSLT):", a->value);
}

/* "namespace place namespace place": places that are no standard's. */
static void on_schema(struct xml_walk *w, const struct xml_attr *a, bool pairs)
{
    size_t n = 0;
    for (struct span left = trimmed(a->value); left.n && !w->rc; n++) {
        size_t end = 0;
        while (end < left.n && left.p[end] > ' ')
            end++;
        struct span place = span_sub(left, 0, end);
        if ((n % 2 || !pairs) && !is_standard(place))
            xml_found(w, RULE_XML_REFERENCE, a->at, "a schema at", place);
        left = trimmed(span_sub(left, end, left.n));
    }
}

static bool is_script(struct span value)
{
    struct span s = trimmed(value);
    return starts_nocase(s, "javascript:") || starts_nocase(s, "vbscript:") || starts_nocase(s, "data:text/html");
}

/* onclick, onload: of a page, where a browser runs them. */
static bool is_handler(struct span name)
{
    if (name.n < 5 || !starts_nocase(name, "on"))
        return false;
    for (size_t i = 0; i < name.n; i++)
        if ((name.p[i] | 32) < 'a' || (name.p[i] | 32) > 'z')
            return false;
    return true;
}

static void on_link(struct xml_walk *w, const struct xml_attr *a)
{
    struct span where = trimmed(a->value);
    struct span element = xml_local(w->x.name);
    bool page = w->doc == DOC_PAGE || w->pages;
    if (page && (span_is(element, "a") || starts_nocase(where, "data:")))
        return;                             /* for people to follow, or in the document itself */
    if (w->includes && span_is(element, "include"))
        return;                             /* told as an inclusion */
    if (leads_out(where) && !is_standard(where))
        xml_found(w, RULE_XML_REFERENCE, a->at, "names", where);
}

/* A constant is looked into with memory of its own, so that a million of them take no more than one. */
static void on_constant(struct xml_walk *w, uint64_t at, struct span text)
{
    struct scan inner;
    text = trimmed(text);
    if (w->rc || text.n < 12 || text.n > 1 << 20)
        return;
    scan_init(&inner, w->s->allow, &w->probe);
    int rc = payload_look(&inner, w->n, text, at, w->e);
    if (rc == ERR_MEMORY)
        w->rc = rc;
    else if (inner.n_findings)
        xml_found(w, RULE_PAYLOAD, at, inner.findings[0].what, SPAN_NONE);
    arena_reset(&w->probe);
}

static void on_attribute(struct xml_walk *w, const struct xml_attr *a)
{
    struct span local = xml_local(a->name);
    bool page = w->doc == DOC_PAGE || w->pages;
    if (span_is(a->name, "xmlns") || span_starts(a->name, "xmlns:"))
        on_namespace(w, a);
    else if (span_is(local, "schemaLocation") || span_is(local, "noNamespaceSchemaLocation"))
        on_schema(w, a, span_is(local, "schemaLocation"));
    else if (page && is_handler(local))
        xml_found(w, RULE_XML_ACTIVE, a->at, "runs when something happens:", a->name);
    else if (is_script(a->value))
        xml_found(w, RULE_XML_ACTIVE, a->at, "a place that is a script:", a->value);
    else if (span_is(local, "href") || span_is(local, "src") || span_is(a->name, "xml:base"))
        on_link(w, a);
    else
        on_constant(w, a->at, a->value);
}

static void on_element(struct xml_walk *w)
{
    static const char *const frames[] = { "iframe", "object", "embed", "applet", "handler" };
    struct span local = xml_local(w->x.name), href = trimmed(xml_attr(&w->x, "href"));
    bool page = w->doc == DOC_PAGE || w->pages;
    if (span_is(local, "script"))
        xml_found(w, RULE_XML_ACTIVE, w->x.at, "a script, in the element", w->x.name);
    else if (page && any_is(local, frames, sizeof frames / sizeof *frames))
        xml_found(w, RULE_XML_ACTIVE, w->x.at, "runs or shows another document:", w->x.name);
    else if (w->includes && span_is(local, "include") && href.n)
        on_place(w, w->x.at, "includes", href);
    else if (span_is(xml_attr(&w->x, "class"), "java.beans.XMLDecoder"))
        xml_found(w, RULE_XML_OBJECTS, w->x.at, "objects for", xml_attr(&w->x, "class"));
    else if (span_is(local, "ObjectDataProvider"))
        xml_found(w, RULE_XML_OBJECTS, w->x.at, "calls a method by", w->x.name);
}

static void on_start(struct xml_walk *w)
{
    if (!w->rooted) {
        w->rooted = true;
        w->doc = doc_of(xml_local(w->x.name));
        if (w->doc == DOC_UNKNOWN)
            xml_found(w, RULE_XML_UNKNOWN, w->x.at, "its root is", w->x.name);
    }
    for (size_t i = 0; i < w->x.n_attrs && !w->rc; i++)
        on_attribute(w, &w->x.attrs[i]);
    on_element(w);
    if (w->doc == DOC_OPENVINO)
        xml_openvino(w);
    else if (w->doc == DOC_PMML)
        xml_pmml(w);
}

/* A stylesheet or a schema is fetched; what else an instruction does, its program knows. */
static void on_instruction(struct xml_walk *w)
{
    bool fetched = span_is(w->x.name, "xml-stylesheet") || span_is(w->x.name, "xml-model");
    xml_found(w, fetched ? RULE_XML_REFERENCE : RULE_XML_INSTRUCTION, w->x.at, fetched ? "has a stylesheet or schema loaded:"
              : "an instruction for", fetched ? w->x.text : w->x.name);
}

static void on_text(struct xml_walk *w)
{
    bool page = w->doc == DOC_PAGE || w->pages;
    struct span t = w->x.text;
    if (page && t.n && (memmem(t.p, t.n, "@import", 7) || memmem(t.p, t.n, "url(http", 8)))
        xml_found(w, RULE_XML_REFERENCE, w->x.at, "a style that has another loaded", SPAN_NONE);
    on_constant(w, w->x.at, t);
}

/* ---- the format --------------------------------------------------------------------------- */

static int walk(struct xml_walk *w, struct err *inner)
{
    int rc = xml_open(w->n->in, &w->a, &w->x, inner);
    while (!rc && !w->rc && !(rc = xml_next(&w->x, inner)) && w->x.kind != XML_END) {
        if (w->x.kind == XML_START)
            on_start(w);
        else if (w->x.kind == XML_TEXT)
            on_text(w);
        else if (w->x.kind == XML_COMMENT)
            on_constant(w, w->x.at, w->x.text);
        else if (w->x.kind == XML_INSTRUCTION)
            on_instruction(w);
        else if (w->x.kind == XML_DOCTYPE)
            on_doctype(w);
    }
    return rc;
}

/* "model.xml" has its weights in "model.bin". */
static void weights_beside(struct xml_walk *w)
{
    size_t n = strlen(w->n->name);
    char name[256];
    if (n < 5 || n >= sizeof name || strcasecmp(w->n->name + n - 4, ".xml") != 0)
        return;
    memcpy(name, w->n->name, n - 3);
    memcpy(name + n - 3, "bin", 3);
    w->rc = refs_add(w->s, w->n, REF_WEIGHTS, span_of(name, n), SPAN_NONE, 0, 0, w->weights_bytes, w->e);
}

static int run(struct scan *s, const struct scan_node *n, struct err *e)
{
    struct err inner = { 0 };
    if (scan_called_model(n) || scan_called(n, ".bin"))
        return scan_find(s, n, RULE_WRONG_CONTENT, 0, e, "called \"%.80s\", but it is XML", n->name);
    struct xml_walk *w = arena_alloc(s->a, sizeof *w);
    if (!w)
        return err_memory(e);
    *w = (struct xml_walk){ .s = s, .n = n, .e = e };
    arena_init(&w->a, (size_t)160 << 20);
    arena_init(&w->probe, (size_t)16 << 20);
    int rc = walk(w, &inner);
    if (rc == ERR_MEMORY || rc == ERR_LIMIT)
        xml_found(w, RULE_TOO_DEEP, inner.pos, "more XML than is read:", span_str(inner.msg));
    else if (rc)
        xml_found(w, RULE_XML_MALFORMED, inner.pos, inner.msg, SPAN_NONE);
    arena_fini(&w->a);
    arena_fini(&w->probe);
    if (w->doc == DOC_OPENVINO && w->weights_bytes && !w->rc)
        weights_beside(w);
    return w->rc;
}

/* The first element of a document without a declaration, if it is one of a known kind. */
static bool known_root(struct span s)
{
    static const char *const roots[] = { "<net", "<PMML", "<plist", "<svg" };
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        size_t n = strlen(roots[i]);
        if (span_starts(s, roots[i]) && s.n > n && (s.p[n] <= ' ' || s.p[n] == '>' || s.p[n] == '/'))
            return true;
    }
    return false;
}

/* A page or a note may hold a picture, and is none. */
static unsigned sniff(const struct scan_node *n)
{
    static const char named[] = ".xml .pmml .svg .xsd .xsl .xslt .plist .xhtml .urdf .xaml .rng .wsdl";
    static const char texts[] = ".md .markdown .html .htm .txt .rst .jinja .jinja2 .j2 .template .py .js .jsx .ts .tsx .vue";
    struct span s = span_sub(n->in, 0, HEAD);
    bool wide = s.n >= 4 && (memcmp(s.p, "\xff\xfe<\0", 4) == 0 || memcmp(s.p, "\xfe\xff\0<", 4) == 0);
    if (wide)
        return scan_called(n, texts) ? 0 : 60;
    if (span_starts(s, "\xef\xbb\xbf"))
        s = span_sub(s, 3, s.n);
    if (span_starts(s, "<?xml") && s.n > 5 && s.p[5] <= ' ')
        return 60;
    s = trimmed(s);
    if (s.n && s.p[0] == '<' && scan_called(n, named))
        return 55;
    return known_root(s) && !scan_called(n, texts) ? 40 : 0;
}

const struct scan_format scan_xml = { .name = "xml", .sniff = sniff, .run = run };
