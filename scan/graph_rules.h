// SPDX-License-Identifier: Apache-2.0
/* scan/graph_rules.h - the rules of graphs of operators, a part of SCAN_RULE_MAP (scan/rules.h). */
#ifndef ASSAY_SCAN_GRAPH_RULES_H
#define ASSAY_SCAN_GRAPH_RULES_H

#define SCAN_GRAPH_RULE_MAP(X)                                                                                          \
    X(RULE_GRAPH_MALFORMED,     "graph-malformed",         INCOMPLETE,      MEDIUM,                                     \
      "a graph of operators is damaged, or readers may take it differently",                                            \
      "fetch the file again and compare its digest", "")                                                                \
    X(RULE_ONNX_EXTERNAL,       "onnx-external-data",      UNSAFE,          HIGH,                                       \
      "a model says that its weights lie outside its folder",                                                           \
      "do not load it; no honest writer makes such a one", "CVE-2022-25882 CVE-2024-27318 CVE-2025-51480 CVE-2026-27489") \
    X(RULE_ONNX_CUSTOM,         "onnx-custom-operator",    REVIEW,          MEDIUM,                                     \
      "a model needs operators that are not of the runtime",                                                            \
      "find out which library brings them before you load one", "")                                                     \
    X(RULE_TF_OPERATOR,         "tensorflow-operator",     UNSAFE,          HIGH,                                       \
      "a graph has an operator that reaches out of it",                                                                 \
      "do not load it; ask its publisher for weights alone", "")                                                        \
    X(RULE_TF_FILE,             "tensorflow-file",         UNSAFE,          HIGH,                                       \
      "a graph opens a file that it names itself, outside the model",                                                   \
      "do not load it where it could read or write what is not its own", "")                                            \
    X(RULE_TF_DEPENDS,          "tensorflow-depends",      REVIEW,          MEDIUM,                                     \
      "what an operator of a graph does depends on what is not read here",                                              \
      "find out what it is given before you load it", "")                                                               \
    X(RULE_TF_UNKNOWN,          "tensorflow-unknown-operator", REVIEW,      MEDIUM,                                     \
      "a graph needs operators that are on no list",                                                                    \
      "find out which library brings them before you load one", "")                                                     \
    X(RULE_TFLITE_CUSTOM,       "tflite-custom-operator",  REVIEW,          MEDIUM,                                     \
      "a model needs operators that TensorFlow Lite does not bring",                                                    \
      "find out which library brings them before you load one", "")                                                     \
    X(RULE_COREML_CUSTOM,       "coreml-custom-code",      REVIEW,          MEDIUM,                                     \
      "a model has a class of the program, or another model, do a part of it",                                          \
      "find out where the class or the model comes from", "")                                                           \
    X(RULE_SERVER_CODE,         "server-code",             REVIEW,          HIGH,                                       \
      "an archive names code or packages that a model server takes from it",                                            \
      "read that code, and who makes those packages, before you serve it", "")                                          \
    X(RULE_TARGET_CLASS,        "instantiates-class",      REVIEW,          MEDIUM,                                     \
      "a configuration names a class of a known library that its loader makes",                                         \
      "look at the class and its arguments before you load it", "CVE-2025-23304")                                       \
    X(RULE_GRAPH_EXTERNAL,      "graph-external-file",     UNSAFE,          HIGH,                                       \
      "a model says that a part of it lies outside its folder",                                                         \
      "do not load it; no honest writer makes such a one", "")

#endif
