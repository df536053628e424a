// SPDX-License-Identifier: Apache-2.0
/* scan/xml_rules.h - the rules of XML documents, a part of SCAN_RULE_MAP (scan/rules.h). */
#ifndef ASSAY_SCAN_XML_RULES_H
#define ASSAY_SCAN_XML_RULES_H

#define SCAN_XML_RULE_MAP(X)                                                                                            \
    X(RULE_XML_MALFORMED,       "xml-malformed",           INCOMPLETE,      MEDIUM,                                     \
      "an XML document is broken, or holds what is not read here",                                                      \
      "fetch the file again and compare its digest, or have it written in UTF-8", "")                                   \
    X(RULE_XML_OUTSIDE,         "xml-outside",             UNSAFE,          HIGH,                                       \
      "an XML document has its reader open a file or an address",                                                       \
      "do not read it with a parser that follows entities or inclusions", "")                                           \
    X(RULE_XML_BOMB,            "xml-bomb",                UNSAFE,          HIGH,                                       \
      "the entities of an XML document are made of one another, and may grow without end",                              \
      "do not read it with a parser that replaces entities", "")                                                        \
    X(RULE_XML_OBJECTS,         "xml-objects",             UNSAFE,          CRITICAL,                                   \
      "an XML document has its loader make objects and call methods",                                                   \
      "do not load it; a model needs none", "")                                                                         \
    X(RULE_XML_DECLARES,        "xml-declares",            REVIEW,          MEDIUM,                                     \
      "an XML document declares what changes how it is read",                                                           \
      "ask for it without a DOCTYPE, or read the declarations", "")                                                     \
    X(RULE_XML_REFERENCE,       "xml-reference",           REVIEW,          LOW,                                        \
      "an XML document names a file or an address that its reader may fetch",                                           \
      "find out who reads it, and whether it follows the reference", "")                                                \
    X(RULE_XML_ACTIVE,          "xml-active",              REVIEW,          HIGH,                                       \
      "an XML document holds a script",                                                                                 \
      "do not open it in a browser before you have read the script", "")                                                \
    X(RULE_XML_INSTRUCTION,     "xml-instruction",         REVIEW,          LOW,                                        \
      "an XML document holds an instruction for the program that opens it",                                             \
      "find out which program obeys it", "")                                                                            \
    X(RULE_XML_UNKNOWN,         "xml-unknown-kind",        REVIEW,          LOW,                                        \
      "an XML document was read to its end, but what its elements mean is not known here",                              \
      "find out what opens the file, and what it does with it", "")                                                     \
    X(RULE_OPENVINO_OPERATOR,   "openvino-operator",       REVIEW,          MEDIUM,                                     \
      "a model needs operators that are not of OpenVINO",                                                               \
      "find out which library brings them before you load one", "")                                                     \
    X(RULE_PMML_FUNCTION,       "pmml-function",           REVIEW,          MEDIUM,                                     \
      "a PMML model calls a function that neither the standard nor the document defines",                               \
      "find out where its reader takes the function from; some load a class of that name", "")                          \
    X(RULE_PMML_EXTENSION,      "pmml-extension",          REVIEW,          LOW,                                        \
      "a PMML model holds what only the program of one vendor reads",                                                   \
      "find out what that program does with it", "")

#endif
