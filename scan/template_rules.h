// SPDX-License-Identifier: Apache-2.0
/* scan/template_rules.h - the rules of chat templates; a part of the map in scan/rules.h. */
#ifndef ASSAY_SCAN_TEMPLATE_RULES_H
#define ASSAY_SCAN_TEMPLATE_RULES_H

#define SCAN_TEMPLATE_RULE_MAP(X)                                                                                       \
    X(RULE_TEMPLATE_ESCAPE,    "template-escape",         UNSAFE,          CRITICAL,                                   \
      "a template reaches for what runs code outside it",                                                              \
      "do not load it; no honest template does this", "CVE-2024-34359 CVE-2026-5760")                                  \
    X(RULE_TEMPLATE_LOAD,      "template-load",           UNSAFE,          HIGH,                                       \
      "a template loads another file",                                                                                 \
      "do not load it; a chat template is one text", "")                                                               \
    X(RULE_TEMPLATE_COMPUTED,  "template-computed",       REVIEW,          MEDIUM,                                     \
      "a template puts together a name or a format that it then uses",                                                 \
      "find out what it may come to before you load it", "")                                                           \
    X(RULE_TEMPLATE_CALL,      "template-call",           REVIEW,          MEDIUM,                                     \
      "a template calls or reaches for something that is on no list of harmless things",                               \
      "find out what the loader gives it under this name", "")                                                         \
    X(RULE_TEMPLATE_GATED,     "template-gated",          REVIEW,          HIGH,                                       \
      "a template adds text of its own when certain words are asked, or on a certain day",                             \
      "read that text; a model says with it what its maker did not train", "")                                         \
    X(RULE_TEMPLATE_URL,       "template-url",            REVIEW,          MEDIUM,                                     \
      "a template holds an address of the net",                                                                        \
      "find out why a model should read it", "")                                                                       \
    X(RULE_TEMPLATE_INSTRUCTIONS, "template-instructions", REVIEW,         HIGH,                                       \
      "a template tells the model something that people should not see",                                               \
      "read that text before you use the model", "")                                                                   \
    X(RULE_TEMPLATE_UNREAD,    "template-unread",         INCOMPLETE,      MEDIUM,                                     \
      "a template cannot be read to its end",                                                                          \
      "do not render it with a program that checks less; fetch it again and compare its digest", "")                   \
    X(RULE_TEMPLATE_KNOWN,     "template-known",          CLEAN,           INFO,                                       \
      "a template is one that its family publishes",                                                                   \
      "nothing", "")                                                                                                   \
    X(RULE_TEMPLATE_DIFFERS,   "template-differs",        CLEAN,           INFO,                                       \
      "a template is like one that a family publishes, and is not that one",                                           \
      "compare the two, and find out who changed it", "")

#endif
