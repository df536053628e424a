// SPDX-License-Identifier: Apache-2.0
/* scan/scan.h - what is hostile in the bytes of a model, and what could not be read.
 *
 *     node (bytes, "a.bin!archive/data.pkl") ─> the format that recognises the bytes, never the name alone
 *                                              ├─> findings, each of a rule, with its offset
 *                                              └─> nodes inside it (members, constants), one level deeper
 *
 *     CLEAN < REVIEW < CARRIES-PAYLOAD < INCOMPLETE < UNSAFE            the worst finding is the verdict
 *
 * Nothing is passed over: bytes that no format takes, a member that is too large, a codec that is missing are
 * findings of their own, so CLEAN means: read to the end, and only what is known to be harmless was there. Nothing is
 * extracted to disk, nothing is executed, no object of a stream is built.
 * A format is one const struct in one file scan/scan_<format>.c; the build makes the table. */
#ifndef ASSAY_SCAN_SCAN_H
#define ASSAY_SCAN_SCAN_H
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "scan/rules.h"

enum {
    SCAN_DEPTH_MAX = 8,                     /* archives in archives, payloads in payloads */
    SCAN_FINDINGS_MAX = 200,                /* kept a file; all are counted */
    SCAN_NODES_MAX = 100000                 /* members and constants of one file */
};
#define SCAN_INFLATED_MAX ((uint64_t)1 << 40)   /* bytes that one file may grow to, all levels together */
#define SCAN_MEMORY_MAX   ((size_t)24 << 20)    /* of one inflated member that must lie in memory whole */
#define SCAN_HELD_MAX     ((size_t)40 << 20)    /* of all of them at one time, one in another */
#define SCAN_RATIO_MAX    100                   /* inflated bytes a byte of the file, beyond SCAN_RATIO_FROM */
#define SCAN_RATIO_FROM   ((uint64_t)256 << 20)

enum scan_verdict { SCAN_CLEAN, SCAN_REVIEW, SCAN_CARRIES_PAYLOAD, SCAN_INCOMPLETE, SCAN_UNSAFE };
enum scan_severity { SEVERITY_INFO, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL };

struct scan_finding {
    const struct scan_rule *rule;
    const char *path;                       /* of the node: "model.zip!data.pkl" */
    uint64_t offset;                        /* in the node's bytes */
    const char *what;                       /* one sentence: what it would do, lower case, no full stop */
    const char *advisory;                   /* more ids beside the rule's own, parted by blanks; "" */
};

struct scan_node {
    struct span in;
    const char *path;                       /* for people; parts of an archive behind '!' */
    const char *name;                       /* the last part: a hint for what it claims to be */
    unsigned depth;
};

struct scan_storage { uint64_t hash; const char *key; uint64_t bytes; };   /* of tensors, that a pickle asks for */
struct scan_storages { struct scan_storage *items; size_t n, cap; };

struct allow;
struct scan_ref;
struct scan {                               /* one file being scanned; begin with scan_init */
    struct arena *a;
    const struct allow *allow;
    enum scan_verdict verdict;
    const char *format;                     /* that took the file itself; "" before */
    struct scan_finding *findings;
    size_t n_findings, cap_findings;        /* kept */
    uint64_t n_found;                       /* all, kept or not */
    uint64_t n_nodes, inflated_bytes;
    uint64_t file_bytes;                    /* of the file itself */
    struct scan_ref *refs;                  /* to files beside this one: see refs.h */
    size_t n_refs, cap_refs;
    bool refs_cut;                          /* there are more, and that was said */
    bool too_many;                          /* SCAN_NODES_MAX is reached, and that was said */
    size_t held_bytes;                      /* of inflated members that lie in memory now: see member.h */
    struct scan_storages *storages;         /* when not NULL, the next pickle leaves here what it asks for */
    bool plain_ids;                         /* the next pickle may ask for objects by number, as torch 0.1.1 did */
    bool front_read;                        /* what stands before the next ZIP was read by another format */
    bool probing;                           /* a constant is being looked into: see scan_pickle */
};

struct scan_format {
    const char *name;                       /* "pickle" */
    /* How sure are the bytes this format? 0 not, 100 no doubt. The name may only decide between formats that
     * the bytes allow. */
    unsigned (*sniff)(const struct scan_node *n);
    /* Read the whole node. Hostile bytes are findings, never errors. Fails: ERR_MEMORY. */
    int (*run)(struct scan *s, const struct scan_node *n, struct err *e);
};
extern const struct scan_format *const scan_formats[];      /* ends with NULL; generated */

void scan_init(struct scan *s, const struct allow *allow, struct arena *a);

/* The format that would read the node; NULL: none. */
const struct scan_format *scan_format_of(const struct scan_node *n);

/* Does the node's name end so? `ends` are parted by blanks: ".pt .pth"; without case. */
bool scan_called(const struct scan_node *n, const char *ends);

/* Is it called as a format of tensors, graphs or archives is, so that other bytes are no honest mistake? */
bool scan_called_model(const struct scan_node *n);

/* Scan one node and all that is in it. Fails: ERR_MEMORY. */
int scan_bytes(struct scan *s, const struct scan_node *n, struct err *e);

/* The same for something inside `outer`: `name` is added to the path behind '!'. Counts depth and nodes; beyond
 * the limits it is a finding, and the node is not read. */
int scan_inside(struct scan *s, const struct scan_node *outer, struct span in, const char *name, struct err *e);

/* The same for bytes that one loader alone will read, whatever they look like: `format` is a name of the table. */
int scan_inside_as(struct scan *s, const struct scan_node *outer, struct span in, const char *name, const char *format,
                   struct err *e);

/* The same for a text that is known to be a chat template (a key of GGUF, of tokenizer_config.json). */
int scan_template_inside(struct scan *s, const struct scan_node *outer, struct span in, const char *name, struct err *e);

/* Judge the node as plain text: nothing runs it unless it is source code. */
int scan_as_text(struct scan *s, const struct scan_node *n, struct err *e);

/* Add a finding; the verdict becomes at least the rule's. Fails: ERR_MEMORY. */
int scan_find(struct scan *s, const struct scan_node *n, enum scan_rule_id rule, uint64_t offset, struct err *e,
              const char *fmt, ...) __attribute__((format(printf, 6, 7)));

const char *scan_verdict_name(enum scan_verdict v);     /* "CARRIES-PAYLOAD" */
const char *scan_severity_name(enum scan_severity s);   /* "critical" */

#endif
