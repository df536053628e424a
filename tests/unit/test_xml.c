// SPDX-License-Identifier: Apache-2.0
/* XML one event at a time: events as one line, errors with their byte, ceilings, every prefix, every failing allocation. */
#include "tests/support/check.h"

#include "format/xml.h"
#include "format/xml_int.h"
#include "tests/support/faults.h"

static char line[8192];

static void put(size_t *at, const char *mark, struct span s)
{
    *at += (size_t)snprintf(line + *at, sizeof line - *at, "%s%.*s", mark, (int)(s.n > 100 ? 100 : s.n),
                            s.p ? (const char *)s.p : "");
}

static void show(const struct xml *x, size_t *at)
{
    static const char *const marks[] = { " <", " >", " \"", " !", " ?", " D", "" };
    put(at, marks[x->kind], x->name);
    for (size_t i = 0; i < x->n_attrs; i++) {
        put(at, " ", x->attrs[i].name);
        put(at, "=", x->attrs[i].value);
    }
    put(at, x->kind == XML_INSTRUCTION || x->kind == XML_DOCTYPE ? ":" : "", x->text);
}

/* "" and the events, or the byte and the message. */
static const char *read_all(struct span in, struct arena *a, bool offsets)
{
    struct xml x;
    struct err e = { 0 };
    size_t at = 0;
    line[0] = 0;
    int rc = xml_open(in, a, &x, &e);
    while (!rc && !(rc = xml_next(&x, &e)) && x.kind != XML_END && at < sizeof line - 1200) {
        show(&x, &at);
        if (offsets)
            at += (size_t)snprintf(line + at, sizeof line - at, "@%llu", (unsigned long long)x.at);
        for (size_t i = 0; offsets && i < x.n_attrs; i++)
            at += (size_t)snprintf(line + at, sizeof line - at, ",%llu", (unsigned long long)x.attrs[i].at);
    }
    if (rc)
        (void)snprintf(line, sizeof line, "%s %llu: %s", err_name(rc), (unsigned long long)e.pos, e.msg);
    return line;
}

static const char *xml_of(struct span in, bool offsets)
{
    struct arena a;
    arena_init(&a, 64 << 20);
    const char *all = read_all(in, &a, offsets);
    arena_fini(&a);
    return all;
}

#define XML(literal) xml_of(span_of(literal, sizeof literal - 1), false)
#define PLACES(literal) xml_of(span_of(literal, sizeof literal - 1), true)

TEST(events)
{
    STR(XML("<?xml version=\"1.0\" encoding='utf-8'?>\n<a b='1'>x<c/><!-- y --><?p q?></a>\n"),
        " <a b=1 \"x <c >c ! y  ?p:q >a");
    STR(XML("<a b=\"&lt;&#x41;\ty\r\nz&#10;\">&amp;\r\n&#65;\r<![CDATA[<&amp;\r\n]]></a>"),
        " <a b=<A y z\n \"&\nA\n \"<&amp;\n >a");
    STR(XML("<!DOCTYPE a SYSTEM \"x\" [ <!-- --> ]><a/>"), " Da: <!-- -->  <a >a");
    STR(XML("<x:a xmlns:x='u'/>"), " <x:a xmlns:x=u >x:a");
}

TEST(places_are_bytes_of_the_file)
{
    STR(PLACES("\xef\xbb\xbf<a b='1'>x<c d='&lt;'/></a>"), " <a b=1@3,6 \"x@12 <c d=<@13,16 >c@13 >a@26");
    STR(PLACES("\xff\xfe<\0a\0>\0\x42\x30=\xd8\0\xde<\0b\0/\0>\0<\0/\0a\0>\0"),
        " <a@2 \"\xe3\x81\x82\xf0\x9f\x98\x80@8 <b@14 >b@14 >a@22");
    STR(PLACES("\xfe\xff\0<\0a\0 \0b\0=\0'\0'\0/\0>"), " <a b=@2,8 >a@2");
}

TEST(errors_name_the_byte)
{
    static const struct { const char *in, *start; } bad[] = {
        { "", "ERR_FORMAT 0: a document without" }, { "<a>", "ERR_FORMAT 3: the document ends in \"a\"" },
        { "<a></b>", "ERR_FORMAT 3: an end tag" }, { "<a b='1' b='2'/>", "ERR_FORMAT 9: an attribute that stands twice" },
        { "<a>&x;</a>", "ERR_FORMAT 3: a reference" }, { "<a>&#xD800;</a>", "ERR_FORMAT 3: a reference" },
        { "<a>&#1114112;</a>", "ERR_FORMAT 3: a reference" }, { "<a>]]></a>", "ERR_FORMAT 3: \"]]>\"" },
        { "<a b='<'/>", "ERR_FORMAT 6: a value with a '<'" }, { "<a>\x01</a>", "ERR_FORMAT 3: a character" },
        { "<a>\xff</a>", "ERR_FORMAT 3: a character" }, { "<a/><b/>", "ERR_FORMAT 4: a second element" },
        { "<a/>x", "ERR_FORMAT 4: text outside" }, { "<!DOCTYPE a><!DOCTYPE a><a/>", "ERR_FORMAT 12: a declaration that" },
        { "<a><!-- -- --></a>", "ERR_FORMAT 10: two hyphens" }, { "<a b='1'c='2'/>", "ERR_FORMAT 8: a tag" },
        { "<?xml version='1.1'?><a/>", "ERR_FORMAT 19: an XML declaration" }, { "<a:b:c/>", "ERR_FORMAT 4: a name with two" },
        { "<?xml version='1.0' encoding='ISO-8859-1'?><a/>", "ERR_FORMAT 41: the encoding \"ISO-8859-1\"" },
        { "<a><?xml?></a>", "ERR_FORMAT 3: an XML declaration" }, { "<!DOCTYPE a [<!X '>]><a/>", "ERR_FORMAT" },
        { "<!DOCTYPE a PUBLIC '{' 'x'><a/>", "ERR_FORMAT 19: a public" }, { "<![CDATA[x]]><a/>", "ERR_FORMAT 0: a decl" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *got = xml_of(span_str(bad[i].in), false);
        if (strncmp(got, bad[i].start, strlen(bad[i].start)) != 0)
            STR(got, bad[i].start);
    }
    STR(XML("\xff\xfe<\0a"), "ERR_FORMAT 4: half of a character of UTF-16");
    STR(XML("\xff\xfe<\0a\0>\0\0\xd8<\0"), "ERR_FORMAT 8: half of a pair of UTF-16");
    STR(XML("\xff\xfe<\0a\0>\0\1\0"), "ERR_FORMAT 8: a character that XML does not have, in a text");
}

TEST(an_error_stays)
{
    struct arena a;
    struct xml x;
    struct err e = { 0 };
    arena_init(&a, 1 << 20);
    EQ(xml_open(span_str("<a><b></c></b></a>"), &a, &x, &e), 0);
    EQ(xml_next(&x, &e), 0);
    EQ(xml_next(&x, &e), 0);
    EQ(xml_next(&x, &e), ERR_FORMAT);
    EQ(xml_next(&x, &e), ERR_FORMAT);
    EQ(xml_open(span_str("<a/>"), &a, &x, &e), 0);
    for (int i = 0; i < 5; i++)
        EQ(xml_next(&x, &e), 0);
    EQ(x.kind, XML_END);
    arena_fini(&a);
}

static struct span repeated(struct arena *a, const char *head, const char *part, size_t n, const char *tail)
{
    size_t k = strlen(part), h = strlen(head), t = strlen(tail);
    char *p = arena_text(a, h + k * n + t);
    assert_non_null(p);
    memcpy(p, head, h);
    for (size_t i = 0; i < n; i++)
        memcpy(p + h + i * k, part, k);
    memcpy(p + h + n * k, tail, t);
    return span_of(p, h + k * n + t);
}

TEST(ceilings)
{
    struct arena a;
    arena_init(&a, 256 << 20);
    YES(strstr(xml_of(repeated(&a, "", "<a>", XML_DEPTH_MAX, ""), false), "ERR_FORMAT 3072: the document ends") != NULL);
    YES(strstr(xml_of(repeated(&a, "", "<a>", XML_DEPTH_MAX + 1, ""), false), "ERR_LIMIT 3072: elements deeper") != NULL);
    YES(strstr(xml_of(repeated(&a, "<", "a", XML_NAME_MAX, "/>"), false), "ERR") == NULL);
    YES(strstr(xml_of(repeated(&a, "<", "a", XML_NAME_MAX + 1, "/>"), false), "ERR_LIMIT 1: a name") != NULL);
    YES(strstr(xml_of(repeated(&a, "<a>", "x", XML_VALUE_MAX + 1, "</a>"), false), "ERR_LIMIT 3: a text") != NULL);
    char many[16 * (XML_ATTRS_MAX + 2)] = "<a";
    size_t at = 2;
    for (unsigned i = 0; i <= XML_ATTRS_MAX; i++)
        at += (size_t)snprintf(many + at, sizeof many - at, " b%u=''", i);
    (void)snprintf(many + at, sizeof many - at, "/>");
    YES(strstr(xml_of(span_str(many), false), "ERR_LIMIT") != NULL);
    arena_fini(&a);
}

TEST(entities_of_a_doctype)
{
    static const char subset[] = "<!ENTITY a \"x>y\"> %p; <!-- <!ENTITY no \"\"> --> <!ENTITY % b SYSTEM 'f'>"
                                 "<!ENTITY c PUBLIC \"i\" \"g\"><!ELEMENT d (e)><!ENTITY";
    static const struct { const char *name, *value, *system; bool parameter, external, reference; } want[] = {
        { "a", "x>y", "", false, false, false }, { "p", "", "", true, false, true }, { "b", "", "f", true, true, false },
        { "c", "", "g", false, true, false }, { "", "", "", false, false, false },
    };
    struct xml_entity ent;
    size_t pos = 0, n = 0;
    for (; xml_entity_next(span_str(subset), &pos, &ent); n++) {
        YES(n < 5 && span_is(ent.name, want[n].name) && span_is(ent.value, want[n].value));
        YES(span_is(ent.system_id, want[n].system) && ent.parameter == want[n].parameter);
        YES(ent.external == want[n].external && ent.reference == want[n].reference);
    }
    EQ(n, 5);
}

static const char whole[] = "<?xml version=\"1.0\"?><!DOCTYPE a PUBLIC \"p\" \"s\" [<!ENTITY e \"v\"><!-- c -->]>"
                            "<a b=\"1&amp;2\" c='\r\n'>t&lt;\r\n<!-- c --><?p q\r?><d/><![CDATA[\r]]></a><!-- e -->";

TEST(no_prefix_is_a_document)
{
    struct arena a;
    arena_init(&a, 4 << 20);
    YES(strstr(read_all(span_str(whole), &a, true), "ERR") == NULL);
    for (size_t n = 0; n < sizeof whole - 1 - strlen("<!-- e -->"); n++) {
        char *exact = malloc(n ? n : 1);
        memcpy(exact, whole, n);
        YES(strncmp(xml_of(span_of(exact, n), true), "ERR_FORMAT", 10) == 0);
        free(exact);
    }
    arena_fini(&a);
}

TEST(every_byte_bent)
{
    static const uint8_t values[] = { 0, '<', '>', '&', '"', 0x80, 0xff };
    char bent[sizeof whole];
    for (size_t i = 0; i < sizeof whole - 1; i++)
        for (size_t k = 0; k < sizeof values; k++) {
            memcpy(bent, whole, sizeof whole);
            bent[i] = (char)values[k];
            (void)xml_of(span_of(bent, sizeof whole - 1), true);
        }
}

TEST(every_allocation_fails)
{
    static const char wide[] = "\xff\xfe<\0a\0/\0>\0";
    const struct span docs[] = { span_str(whole), span_of(wide, sizeof wide - 1) };
    for (size_t d = 0; d < 2; d++)
        for (size_t n = 1;; n++) {
            struct arena a;
            arena_init(&a, 1 << 20);
            fault_alloc_at(n);
            const char *got = read_all(docs[d], &a, false);
            bool hit = fault_alloc_hit();
            fault_alloc_at(0);
            arena_fini(&a);
            EQ(strncmp(got, "ERR_MEMORY", 10) == 0, hit);
            if (!hit)
                break;
        }
}

int main(void)
{
    return RUN(CASE(events), CASE(places_are_bytes_of_the_file), CASE(errors_name_the_byte), CASE(an_error_stays),
               CASE(ceilings), CASE(entities_of_a_doctype), CASE(no_prefix_is_a_document), CASE(every_byte_bent),
               CASE(every_allocation_fails));
}
