// SPDX-License-Identifier: Apache-2.0
/* scan/member.h - what all archives have in common: names, links, and compressed bytes held in memory while scanned.
 *
 *     packed ──> unpack ──> at most SCAN_MEMORY_MAX bytes in memory ──> whole() ──> freed
 *                  │            └ more: what came so far is scanned, and INCOMPLETE says how much it is
 *                  └ every byte counts against the file's budget: SCAN_RATIO_MAX, SCAN_INFLATED_MAX
 *
 * Nothing is written to disk. What lies in memory at one time, one archive in another, stays below SCAN_HELD_MAX. */
#ifndef ASSAY_SCAN_MEMBER_H
#define ASSAY_SCAN_MEMBER_H
#include "format/unpack.h"
#include "scan/scan.h"

struct member {                             /* one compressed member being read */
    struct scan *s;
    const struct scan_node *outer;          /* findings stand here, at byte `at` */
    const char *name;                       /* for people: member_name */
    uint64_t at;
    /* Judge the bytes. They are freed when it returns. NULL: scan_inside. */
    int (*whole)(void *ud, struct span bytes, struct err *e);
    void *ud;
};

/* Unpack and judge. Streams that break, are cut, too large or a bomb are findings; what came before is judged all the
 * same. *out tells how it ended. Fails: ERR_MEMORY. */
int member_unpack(const struct member *m, struct span packed, const struct unpack_how *how, struct unpacked *out,
                  struct err *e);

/* Bytes that the whole file may grow to. */
uint64_t member_budget(const struct scan *s);

/* Count bytes that are read in place, so that members lying over one another cannot make the work grow without end.
 * False: the budget is spent, which is a finding; *rc is what adding it gave. */
bool member_spend(const struct member *m, uint64_t bytes, int *rc, struct err *e);

/* A name as text for people and for paths: at most 160 bytes, what is no printable UTF-8 as \xNN. NULL: no memory. */
char *member_name(struct arena *a, struct span name);

/* Does a name lead out of the folder that it is unpacked to, on any system? Says why, or NULL. */
const char *member_escapes(struct span name);

/* The findings for a member's name, and for a link to `target`. Fails: ERR_MEMORY. */
int member_check_name(const struct member *m, struct span name, struct err *e);
int member_check_link(const struct member *m, struct span name, struct span target, struct err *e);

/* Could a loader run what this node holds? Known formats but plain documents, and code by its name. */
bool member_loadable(const struct scan_node *n);

#endif
