// SPDX-License-Identifier: Apache-2.0
/* scan/rules.h - every rule once: its id, what it makes of a file, and what to do about it.
 *
 * Ids are for baselines and reports, and never change their meaning. Advisories are those of the attack class; a
 * finding may add those of the very name it met (data/scan/allow.yaml). */
#ifndef ASSAY_SCAN_RULES_H
#define ASSAY_SCAN_RULES_H
#include "scan/graph_rules.h"
#include "scan/repo_rules.h"
#include "scan/template_rules.h"
#include "scan/xml_rules.h"

/*    id                       word in reports            verdict          severity  */
/*    title; what to do; advisories                                                    */
#define SCAN_RULE_MAP(X)                                                                                                \
    X(RULE_PICKLE_GLOBAL,      "pickle-global",           UNSAFE,          CRITICAL,                                    \
      "a pickle names something that is on no list of harmless things",                                                \
      "do not load it; ask its publisher for safetensors", "")                                                          \
    X(RULE_PICKLE_CALL,        "pickle-call",             UNSAFE,          CRITICAL,                                    \
      "a pickle calls something that is no harmless constructor",                                                      \
      "do not load it; ask its publisher for safetensors", "")                                                          \
    X(RULE_PICKLE_COMPUTED,    "pickle-computed-name",    UNSAFE,          CRITICAL,                                    \
      "a pickle computes the name of what it loads",                                                                   \
      "do not load it; no honest writer does this", "")                                                                 \
    X(RULE_PICKLE_STATE,       "pickle-state",            UNSAFE,          HIGH,                                        \
      "a pickle writes into an object that has no business with it",                                                   \
      "do not load it; no honest writer does this", "")                                                                 \
    X(RULE_PICKLE_EXTENSION,   "pickle-extension",        UNSAFE,          HIGH,                                        \
      "a pickle uses the loader's private registry of names",                                                          \
      "do not load it; what the code stands for cannot be seen", "")                                                    \
    X(RULE_PICKLE_PERSISTENT,  "pickle-persistent-id",    UNSAFE,          HIGH,                                        \
      "a pickle asks the loader for an object that is no tensor storage",                                              \
      "do not load it with a program that answers such requests", "")                                                   \
    X(RULE_PICKLE_AMBIGUOUS,   "pickle-ambiguous",        UNSAFE,          HIGH,                                        \
      "loaders read this pickle differently, and no writer makes such a one",                                          \
      "do not load it", "")                                                                                             \
    X(RULE_PICKLE_CLASS,       "pickle-unknown-class",    REVIEW,          MEDIUM,                                      \
      "a pickle holds an object of a class that is on no list",                                                        \
      "look at the class before you load it, or ask for safetensors", "")                                               \
    X(RULE_PICKLE_BROKEN,      "pickle-broken",           INCOMPLETE,      MEDIUM,                                      \
      "a pickle ends before it should, or turns into something else",                                                  \
      "fetch the file again and compare its digest", "")                                                                \
    X(RULE_PICKLE_LIMIT,       "pickle-limit",            INCOMPLETE,      MEDIUM,                                      \
      "a pickle is larger than the machine that judges it",                                                            \
      "ask for safetensors", "")                                                                                        \
    X(RULE_PAYLOAD,            "payload",                 CARRIES_PAYLOAD, HIGH,                                        \
      "a constant holds a pickle that would be unsafe; nothing here runs it",                                          \
      "find out what the payload is for before any code touches it", "")                                                \
    X(RULE_ZIP_DISAGREEMENT,   "zip-disagreement",        UNSAFE,          HIGH,                                       \
      "two readers of this archive would not see the same members",                                                    \
      "do not load it; no honest writer makes such a one", "CVE-2025-1944 CVE-2025-1945 CVE-2025-10156")               \
    X(RULE_TAR_DISAGREEMENT,   "tar-disagreement",        UNSAFE,          HIGH,                                       \
      "two readers of this archive would go on at different bytes",                                                    \
      "do not unpack it; no honest writer makes such a one", "CVE-2025-62518")                                         \
    X(RULE_ARCHIVE_ODD,        "archive-odd",             REVIEW,          MEDIUM,                                     \
      "an archive is put together in a way that its readers take differently",                                         \
      "list it with two programs and compare, or ask for it packed anew", "")                                          \
    X(RULE_ARCHIVE_ESCAPE,     "archive-escape",          UNSAFE,          HIGH,                                       \
      "unpacking would write or read outside the folder",                                                              \
      "do not unpack it; no honest writer makes such a one", "")                                                       \
    X(RULE_ARCHIVE_LINK,       "archive-link",            REVIEW,          MEDIUM,                                     \
      "an archive holds a link",                                                                                       \
      "look where it leads before you unpack it", "")                                                                  \
    X(RULE_ARCHIVE_DEVICE,     "archive-device",          UNSAFE,          HIGH,                                       \
      "an archive holds a device or a pipe",                                                                           \
      "do not unpack it; a model has no use for one", "")                                                              \
    X(RULE_ARCHIVE_ENCRYPTED,  "archive-encrypted",       INCOMPLETE,      MEDIUM,                                     \
      "a member is encrypted and cannot be read",                                                                      \
      "unpack it with its password and scan what is in it", "")                                                        \
    X(RULE_ARCHIVE_CODEC,      "archive-codec",           INCOMPLETE,      MEDIUM,                                     \
      "a member is packed by a method that is not read here",                                                          \
      "unpack it by hand and scan what is in it", "")                                                                  \
    X(RULE_ARCHIVE_BROKEN,     "archive-broken",          INCOMPLETE,      MEDIUM,                                     \
      "an archive is damaged, cut short, or lacks a part",                                                             \
      "fetch the file again and compare its digest", "")                                                               \
    X(RULE_ARCHIVE_LARGE,      "archive-large",           INCOMPLETE,      LOW,                                        \
      "a compressed member is larger than what is held in memory",                                                     \
      "unpack it by hand and scan what is in it", "")                                                                  \
    X(RULE_ARCHIVE_BOMB,       "archive-bomb",            INCOMPLETE,      HIGH,                                       \
      "an archive grows far beyond what a model's would",                                                              \
      "do not unpack it where its size could hurt", "")                                                                \
    X(RULE_TORCH_STORAGE,      "torch-storage",           UNSAFE,          HIGH,                                       \
      "a tensor claims more bytes than its storage has",                                                               \
      "do not load it; a loader may read beyond its memory", "CVE-2026-24747")                                         \
    X(RULE_TORCHSCRIPT,        "torchscript-code",        REVIEW,          MEDIUM,                                     \
      "the model brings its own code, which torch.jit.load runs",                                                      \
      "read the code, or ask for weights alone", "CVE-2025-32434")                                                     \
    X(RULE_H5_OUTSIDE,         "hdf5-outside",            UNSAFE,          HIGH,                                        \
      "an HDF5 file has its reader open another file",                                                                  \
      "do not load it where it could read what is not its own", "")                                                     \
    X(RULE_H5_UNREAD,          "hdf5-unread",             INCOMPLETE,      MEDIUM,                                      \
      "an HDF5 file holds what is not read here, or is broken",                                                         \
      "write it again with h5py in its defaults, or ask for safetensors", "")                                           \
    X(RULE_KERAS_CODE,         "keras-code",              UNSAFE,          CRITICAL,                                    \
      "a Keras model brings code, or names what its loader imports",                                                    \
      "do not load it, not even in safe mode; ask for weights alone", "")                                               \
    X(RULE_KERAS_PATH,         "keras-path",              UNSAFE,          HIGH,                                        \
      "a Keras model has its loader open a file or an address",                                                         \
      "do not load it where it could read or reach anything", "CVE-2025-8747 CVE-2025-12058")                           \
    X(RULE_KERAS_CLASS,        "keras-unknown-class",     REVIEW,          MEDIUM,                                      \
      "a Keras model needs a class or function that is not on the list",                                                \
      "find out where the class comes from before you register it", "")                                                 \
    X(RULE_SKOPS_CALL,         "skops-call",              UNSAFE,          CRITICAL,                                    \
      "a skops file has its loader take methods or operators",                                                          \
      "do not load it, whatever types you would trust", "CVE-2025-54412 CVE-2025-54413")                                \
    X(RULE_SKOPS_TYPE,         "skops-type",              UNSAFE,          CRITICAL,                                    \
      "a skops file names a type or function that is on no list",                                                       \
      "do not trust the type; do not load the file", "CVE-2025-54886")                                                  \
    X(RULE_SKOPS_CLASS,        "skops-unknown-class",     REVIEW,          MEDIUM,                                      \
      "a skops file holds an object of a class that is on no list",                                                     \
      "look at the class before you trust it", "")                                                                      \
    X(RULE_EXECUTABLE,          "executable",             UNSAFE,          HIGH,                                        \
      "the file is a program",                                                                                          \
      "do not run it; a model needs none", "")                                                                          \
    X(RULE_NOT_PARSED,          "recognised-not-parsed",  REVIEW,          LOW,                                         \
      "the format is known by its first bytes, and not read further",                                                   \
      "find out what opens the file, and whether it is kept up to date", "")                                            \
    X(RULE_UNKNOWN_FORMAT,     "unknown-format",          REVIEW,          LOW,                                         \
      "the bytes are of no format that is read here",                                                                  \
      "find out what the file is for", "")                                                                              \
    X(RULE_WRONG_CONTENT,      "wrong-content",           INCOMPLETE,      MEDIUM,                                      \
      "the file's name claims a format that its bytes are not",                                                        \
      "fetch the file again and compare its digest", "")                                                                \
    X(RULE_TOO_DEEP,           "too-deep",                INCOMPLETE,      MEDIUM,                                      \
      "more levels, members or bytes than are followed",                                                               \
      "unpack the outer file by hand and scan what is in it", "")                                                       \
    X(RULE_TENSORS_MALFORMED,  "tensors-malformed",       INCOMPLETE,      HIGH,                                        \
      "a tensor file lies about itself, or is cut",                                                                    \
      "do not load it with a reader that checks less; fetch it again and compare its digest", "")                       \
    X(RULE_TENSORS_UNCLAIMED,  "tensors-unclaimed-bytes", REVIEW,          MEDIUM,                                      \
      "a tensor file holds bytes that belong to no tensor",                                                            \
      "find out what they are for", "")                                                                                 \
    SCAN_TEMPLATE_RULE_MAP(X)                                                                                          \
    X(RULE_REMOTE_CODE,        "remote-code",             REVIEW,          HIGH,                                        \
      "code of the repository is run, when a loader is allowed to",                                 \
      "read that code before you trust it; pin the revision", "CVE-2025-66448 CVE-2026-22807 CVE-2026-27893")           \
    X(RULE_TARGET,             "instantiates-target",     UNSAFE,          HIGH,                                        \
      "a configuration names what its loader then imports and calls",                                                  \
      "do not load it with Hydra or a program built on it", "CVE-2025-23304")                                           \
    X(RULE_CONFIG_VALUE,       "config-value",            REVIEW,          LOW,                                         \
      "a configuration holds a key, a server or a command",                                                            \
      "find out who reads it", "")                                                                                      \
    X(RULE_CODE,               "code",                    REVIEW,          MEDIUM,                                      \
      "the file is source code or a script",                                                                           \
      "read it before you run it, or a loader does", "")                                                                \
    X(RULE_MALFORMED,          "malformed",               INCOMPLETE,      MEDIUM,                                      \
      "the file is not what it begins as or is called",                                                                \
      "fetch the file again and compare its digest", "")                                                                \
    X(RULE_UNREADABLE,         "unreadable",              INCOMPLETE,      MEDIUM,                                      \
      "the file could not be opened",                                                                                  \
      "mend its rights or fetch it again", "")                                                                          \
    X(RULE_LINK_ESCAPES,       "link-escapes",            INCOMPLETE,      HIGH,                                        \
      "a link leads out of the folder or nowhere, or the file is no regular one",                                      \
      "find out what the link is for; it was not followed", "")                                                         \
    X(RULE_READER_ENDED,       "reader-ended",            INCOMPLETE,      HIGH,                                        \
      "the process that read the file was ended, or ended by itself",                                                  \
      "treat the file as hostile, and report it", "")                                                                   \
    SCAN_GRAPH_RULE_MAP(X)                                                                                              \
    SCAN_XML_RULE_MAP(X)                                                                                                \
    SCAN_REPO_RULE_MAP(X)

enum scan_rule_id {
#define X(id, word, verdict, severity, title, todo, advisories) id,
    SCAN_RULE_MAP(X)
#undef X
    SCAN_RULES
};

struct scan_rule {
    const char *word;                       /* "pickle-global" */
    unsigned char verdict, severity;        /* enum scan_verdict, enum scan_severity */
    const char *title, *todo;               /* one sentence each, lower case, no full stop */
    const char *advisories;                 /* "CVE-2025-1716 GHSA-..."; "" */
};

const struct scan_rule *scan_rule(enum scan_rule_id id);

#endif
