// SPDX-License-Identifier: Apache-2.0
/* scan/repo_rules.h - the rules of a folder as a whole, a part of SCAN_RULE_MAP (scan/rules.h). */
#ifndef ASSAY_SCAN_REPO_RULES_H
#define ASSAY_SCAN_REPO_RULES_H

#define SCAN_REPO_RULE_MAP(X)                                                                                           \
    X(RULE_NAME_HIDDEN,         "name-hidden",             REVIEW,          HIGH,                                       \
      "a name holds characters that people do not see, or that change what they see",                                   \
      "look at the name byte by byte; do not copy it into a shell", "")                                                 \
    X(RULE_NAME_ALIKE,          "name-look-alike",         REVIEW,          MEDIUM,                                     \
      "a name holds letters of another script that look like those around them",                                        \
      "find out whether the file is the one that it seems to be", "")                                                   \
    X(RULE_NAME_TWIN,           "name-twin",               REVIEW,          MEDIUM,                                     \
      "two names are one to people, or on some disks",                                                                  \
      "find out which of the two a loader takes; on some systems one overwrites the other", "CVE-2021-21300")            \
    X(RULE_NAME_WINDOWS,        "name-windows",            REVIEW,          LOW,                                        \
      "a name is changed or refused on Windows",                                                                        \
      "do not unpack or copy it there before you have renamed it", "")                                                  \
    X(RULE_NAME_EXTENSION,      "name-double-extension",   REVIEW,          MEDIUM,                                     \
      "a name ends as a program's does, behind the ending of data",                                                     \
      "do not open it by a click; find out what it is", "")                                                             \
    X(RULE_REMOTE_ELSEWHERE,    "remote-code-elsewhere",   REVIEW,          CRITICAL,                                   \
      "a configuration has code of another repository run, which no revision of this one pins",                         \
      "read that code, and copy it here at a revision that you know", "CVE-2025-66448")                                 \
    X(RULE_INSTALL_CODE,        "install-code",            REVIEW,          MEDIUM,                                     \
      "code that runs when the folder is installed, or whenever Python starts beside it",                               \
      "read it before you install anything from here", "")                                                              \
    X(RULE_INSTALL_SOURCE,      "install-source",          REVIEW,          MEDIUM,                                     \
      "a list of packages takes some from an address or a folder of its own",                                           \
      "find out what lies there; pin its digest", "")                                                                   \
    X(RULE_REPOSITORY_HOOK,     "repository-hook",         REVIEW,          HIGH,                                       \
      "a repository inside the folder, or a setting of it, that has git run programs",                                  \
      "do not call git, nor a prompt or an editor that does, inside it", "CVE-2022-24765 CVE-2024-32002")                \
    X(RULE_REPOSITORY_FETCH,    "repository-fetch",        REVIEW,          LOW,                                        \
      "a repository has git fetch others",                                                                              \
      "look at their addresses before you clone with submodules", "")                                                   \
    X(RULE_REPOSITORY_ESCAPE,   "repository-escape",       UNSAFE,          HIGH,                                       \
      "a submodule's path or address has git write or run what it should not",                                          \
      "do not clone it with submodules; no honest repository has such a one",                                           \
      "CVE-2018-11235 CVE-2018-17456 CVE-2025-48384")                                                                   \
    X(RULE_WEIGHTS_MISSING,     "weights-missing",         INCOMPLETE,      MEDIUM,                                     \
      "a model's weights lie in another file, which is not there",                                                      \
      "fetch the whole model, and scan it again", "")                                                                   \
    X(RULE_WEIGHTS_SHORT,       "weights-short",           INCOMPLETE,      HIGH,                                       \
      "a model reads weights beyond the end of the file that they lie in",                                              \
      "fetch it again and compare its digest; do not load it with a reader that checks less", "")                       \
    X(RULE_WEIGHTS_LINK,        "weights-link",            REVIEW,          MEDIUM,                                     \
      "a model's weights lie behind a link, so that its loader may read another file than it seems",                    \
      "put the file itself there", "CVE-2026-34446 CVE-2026-34447")                                                      \
    X(RULE_WEIGHTS_TWICE,       "weights-twice",           CLEAN,           INFO,                                       \
      "the same weights lie here as safetensors, too",                                                                  \
      "delete the pickle, or tell the loader to take safetensors", "")

#endif
