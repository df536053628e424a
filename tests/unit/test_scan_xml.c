// SPDX-License-Identifier: Apache-2.0
/* XML documents judged: what a parser, a browser or a loader would open, run or make of them. */
#include "base/fs.h"
#include "scan/xml_walk.h"
#include "tests/support/faults.h"
#include "tests/support/judged.h"

#define NET(inside) "<net name=\"n\" version=\"11\"><layers>" inside "</layers></net>"
#define LAYER(type, version, inside) "<layer id=\"0\" name=\"l\" type=\"" type "\" version=\"" version "\">" inside "</layer>"
#define PAYLOAD "gASVHQAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAJpZJSFlFKULg=="      /* pickle.dumps: posix.system("id") */

static const char *judged(const char *text, const char *name)
{
    return judged_line(span_str(text), name, 0);
}

static const char *xml(const char *text)
{
    return judged(text, "a.xml");
}

TEST(which_bytes_are_xml)
{
    STR(judged("<?xml version=\"1.0\"?><plist/>", "x"), "CLEAN");
    STR(judged("\xef\xbb\xbf<?xml version=\"1.0\"?><plist/>", "x.txt"), "CLEAN");
    STR(judged("\n<plist/>", "x.plist"), "CLEAN");
    STR(judged("<plist version='1.0'", "x"), "INCOMPLETE xml-malformed");
    STR(judged("<svg> in a note", "README.md"), "CLEAN");
    STR(judged("<!DOCTYPE html>\n<p>terms</p>\n", "TERMS.html"), "CLEAN");
    STR(judged("<?xml version=\"1.0\"?><net/>", "model.safetensors"), "INCOMPLETE wrong-content");
    STR(judged("<?xml version=\"1.0\"?><net/>", "model.bin"), "INCOMPLETE wrong-content");
    STR(judged("<p>not closed", "a.xml"), "INCOMPLETE xml-unknown-kind xml-malformed");
    STR(judged("no document", "a.xml"), "CLEAN");
    STR(judged_line(span_of("\xff\xfe<\0p\0l\0i\0s\0t\0/\0>\0", 18), "a", 0), "CLEAN");
    STR(judged_line(span_of("\xfe\xff\0<\0a\0/\0>", 10), "a", 0), "REVIEW xml-unknown-kind");
    STR(judged("<?xml version=\"1.0\" encoding=\"latin1\"?><plist/>", "a"), "INCOMPLETE xml-malformed");
}

TEST(kinds)
{
    STR(xml("<project/>"), "REVIEW xml-unknown-kind");
    STR(xml("<annotation><folder>x</folder></annotation>"), "CLEAN");
    STR(xml("<java version='1' class='java.beans.XMLDecoder'/>"), "UNSAFE xml-unknown-kind xml-objects");
    STR(xml("<R xmlns='x'><ObjectDataProvider MethodName='Start'/></R>"), "UNSAFE xml-unknown-kind xml-objects");
    STR(xml("<x:stylesheet xmlns:x='http://www.w3.org/1999/XSL/Transform'/>"), "REVIEW xml-unknown-kind xml-active");
}

TEST(what_a_doctype_would_open)
{
    STR(xml("<!DOCTYPE net><plist/>"), "CLEAN");
    STR(xml("<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\"><plist/>"),
        "CLEAN");
    STR(xml("<!DOCTYPE plist SYSTEM \"http://www.w3.org.evil.example/x.dtd\"><plist/>"), "UNSAFE xml-outside");
    STR(xml("<!DOCTYPE plist SYSTEM \"../x.dtd\"><plist/>"), "UNSAFE xml-outside");
    STR(xml("<!DOCTYPE plist SYSTEM \"x.dtd\"><plist/>"), "REVIEW xml-reference");
    STR(judged_as(span_str("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><plist>&x;</plist>"), "a.xml"),
        "UNSAFE xml-outside@13 xml-malformed@61");
}

TEST(entities)
{
    STR(xml("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><plist/>"), "UNSAFE xml-outside");
    STR(xml("<!DOCTYPE a [<!ENTITY % x SYSTEM \"http://h/e\"> %x;]><plist/>"), "UNSAFE xml-outside xml-declares");
    STR(xml("<!DOCTYPE a [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><plist/>"), "UNSAFE xml-declares xml-bomb");
    STR(xml("<!DOCTYPE a [<!ENTITY a \"&#104;&lt;a\">]><plist/>"), "REVIEW xml-declares");
    STR(xml("<!DOCTYPE a [<!ATTLIST a b CDATA 'x'>]><plist/>"), "REVIEW xml-declares");
    STR(xml("<!DOCTYPE a [<!-- c -->]><plist/>"), "CLEAN");
    STR(xml("<!DOCTYPE a [<!ENTITY a \"x\">]><plist>&a;</plist>"), "INCOMPLETE xml-declares xml-malformed");
}

TEST(references)
{
    STR(xml("<?xml-stylesheet href=\"a.xsl\"?><plist/>"), "REVIEW xml-reference");
    STR(xml("<?php system('id')?><plist/>"), "REVIEW xml-instruction");
    STR(xml("<plist xmlns:i='http://www.w3.org/2001/XInclude'><i:include href='/etc/passwd' parse='text'/></plist>"),
        "UNSAFE xml-outside");
    STR(xml("<plist xmlns:i='http://www.w3.org/2001/XInclude'><i:include href='b.xml'/></plist>"), "REVIEW xml-reference");
    STR(xml("<plist><include href='b.xml'/></plist>"), "CLEAN");
    STR(xml("<plist xsi:noNamespaceSchemaLocation='http://h/x.xsd'/>"), "REVIEW xml-reference");
    STR(xml("<plist xlink:href='http://h/x'/>"), "REVIEW xml-reference");
    STR(xml("<plist xlink:href='#x'/>"), "CLEAN");
}

TEST(pages)
{
    STR(judged("<svg onload=\"alert(1)\"/>\n", "logo.svg"), "REVIEW xml-active");
    STR(judged("<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0'/></svg>", "logo.svg"), "CLEAN");
    STR(xml("<svg><s:script xmlns:s='http://www.w3.org/2000/svg'>x</s:script></svg>"), "REVIEW xml-active");
    STR(xml("<svg><a xlink:href=' JavaScript:x'/></svg>"), "REVIEW xml-active");
    STR(xml("<svg><a href='https://h/'/><image href='data:image/png;base64,AAAA'/></svg>"), "CLEAN");
    STR(xml("<svg><image href='https://h/x.png'/></svg>"), "REVIEW xml-reference");
    STR(xml("<svg><style>@import 'https://h/x.css';</style></svg>"), "REVIEW xml-reference");
    STR(xml("<svg><x:iframe xmlns:x='http://www.w3.org/1999/xhtml' src='x.html'/></svg>"), "REVIEW xml-active");
    STR(xml("<plist onnx='1' once='2' onload='x'/>"), "CLEAN");
}

TEST(openvino)
{
    STR(xml(NET(LAYER("MatMul", "opset1", "")) ), "CLEAN");
    STR(xml(NET(LAYER("MatMul", "extension", ""))), "REVIEW openvino-operator");
    STR(xml(NET(LAYER("Mine", "opset1", ""))), "REVIEW openvino-operator");
    STR(xml(NET(LAYER("Const", "opset1", "<data element_type='f32' shape='2, 3' offset='0' size='24'/>"))), "CLEAN");
    STR(xml(NET(LAYER("Const", "opset1", "<data element_type='u4' shape='3' offset='0' size='2'/>"))), "CLEAN");
    STR(xml(NET(LAYER("Const", "opset1", "<data element_type='f16' shape='' offset='8' size='2'/>"))), "CLEAN");
    STR(xml(NET(LAYER("Const", "opset1", "<data element_type='f32' shape='2, 3' offset='0' size='25'/>"))),
        "INCOMPLETE graph-malformed");
    STR(xml(NET(LAYER("Const", "opset1", "<data element_type='f32' shape='4294967296,4294967296' offset='0' size='0'/>"))),
        "INCOMPLETE graph-malformed");
    STR(xml(NET(LAYER("Const", "opset1", "<data element_type='string' shape='2' offset='-1' size='9'/>"))),
        "INCOMPLETE graph-malformed");
    STR(xml("<net version='7'><layers><layer type='Mine'/></layers></net>"), "REVIEW xml-unknown-kind");
}

TEST(openvino_of_its_own_writer)
{
    struct arena a;
    struct fs_map map;
    char path[512];
    arena_init(&a, 1 << 20);
    (void)snprintf(path, sizeof path, "%s/tests/golden/openvino/small.xml", dir_of("ASSAY_SOURCE"));
    EQ(fs_map(path, &map, NULL), 0);
    STR(judged_line(map.bytes, "small.xml", 0), "CLEAN");
    STR(judged_line(map.bytes, "small", 0), "CLEAN");
    fs_unmap(&map);
    arena_fini(&a);
}

TEST(pmml)
{
    STR(judged("<PMML version='4.4' xmlns='http://www.dmg.org/PMML-4_4' xsi:schemaLocation='http://www.dmg.org/PMML-4_4 "
               "http://www.dmg.org/v4-4/pmml-4-4.xsd'><Apply function='uppercase'/></PMML>", "m.pmml"), "CLEAN");
    STR(xml("<PMML><Apply function='com.example.Evil'/></PMML>"), "REVIEW pmml-function");
    STR(xml("<PMML><DefineFunction name='f'/><Apply function='f'/></PMML>"), "CLEAN");
    STR(xml("<PMML><p:Extension xmlns:p='x' name='a'/></PMML>"), "REVIEW pmml-extension");
    STR(xml("<PMML><TableLocator/></PMML>"), "REVIEW xml-reference");
    static const char *const all[] = { "*", "/", "abs", "dateSecondsSinceYear", "if", "isIn", "isNotValid", "ln1p", "uppercase" };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char text[100];
        (void)snprintf(text, sizeof text, "<PMML><Apply function='%s'/></PMML>", all[i]);
        STR(xml(text), "CLEAN");
    }
}

TEST(constants_are_looked_into)
{
    STR(xml("<plist><data>\n  " PAYLOAD "\n</data></plist>"), "CARRIES-PAYLOAD payload");
    STR(xml("<plist><data a='" PAYLOAD "'/></plist>"), "CARRIES-PAYLOAD payload");
    STR(xml("<plist><!-- " PAYLOAD " --></plist>"), "CARRIES-PAYLOAD payload");
    STR(xml("<plist>cposix\nsystem\n(S'id'\ntR.</plist>"), "CARRIES-PAYLOAD payload");
}

TEST(every_allocation_fails)
{
    const struct span in = span_str("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><PMML><?p?><Extension name='a&lt;'/>"
                                    "<DefineFunction name='f'/><Apply function='g'/><a>" PAYLOAD "</a></PMML>");
    for (size_t n = 1;; n++) {
        struct arena a;
        struct scan s;
        struct scan_node node = { .in = in, .path = "a.xml", .name = "a.xml" };
        arena_init(&a, 64 << 20);
        fault_alloc_at(n);
        scan_init(&s, &judged_list, &a);
        int rc = scan_bytes(&s, &node, NULL);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        if (hit && !rc)                     /* the reader's own memory has a ceiling, which is told as one */
            EQ(s.findings[s.n_findings - 1].rule == scan_rule(RULE_TOO_DEEP), 1);
        EQ(rc, hit && rc ? ERR_MEMORY : 0);
        arena_fini(&a);
        if (!hit)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(which_bytes_are_xml), CASE(kinds), CASE(what_a_doctype_would_open), CASE(entities), CASE(references), CASE(pages),
        CASE(openvino), CASE(openvino_of_its_own_writer), CASE(pmml), CASE(constants_are_looked_into),
        CASE(every_allocation_fails),
    };
    return cmocka_run_group_tests(tests, judged_open, judged_close);
}
