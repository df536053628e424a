// SPDX-License-Identifier: Apache-2.0
/* scan/xml_walk.h - an XML document being judged, shared by what holds of every one and what is of one kind.
 *
 *     root element ─> kind ─┬─ every kind: DOCTYPE, inclusions, instructions, scripts, references, constants (scan_xml.c)
 *                           └─ OpenVINO, PMML: layers and their weights, functions and extensions       (xml_kinds.c) */
#ifndef ASSAY_SCAN_XML_WALK_H
#define ASSAY_SCAN_XML_WALK_H
#include "format/xml.h"
#include "scan/scan.h"

enum xml_doc { DOC_UNKNOWN, DOC_DATA, DOC_PAGE, DOC_OPENVINO, DOC_PMML };

enum { PMML_FUNCTIONS_MAX = 256 };

struct xml_walk {
    struct scan *s;
    const struct scan_node *n;
    struct err *e;
    int rc;
    struct xml x;
    enum xml_doc doc;
    bool rooted, includes, pages;           /* the root was met; XInclude or a page's namespace was declared */
    bool old_ir;                            /* layers are of an IR whose operators are not listed */
    bool is_const;                          /* the layer that is open holds weights */
    uint64_t weights_bytes;                 /* that the file beside it must have */
    struct span functions[PMML_FUNCTIONS_MAX];
    size_t n_functions;
    struct arena a;                         /* of the reader, and names kept */
    struct arena probe;                     /* of one constant that is looked into */
};

/* A finding at byte `at`: what, and the text in quotes. */
void xml_found(struct xml_walk *w, enum scan_rule_id rule, uint64_t at, const char *what, struct span text);

/* The element that was just opened, as a part of its kind. */
void xml_openvino(struct xml_walk *w);
void xml_pmml(struct xml_walk *w);

#endif
