// SPDX-License-Identifier: Apache-2.0
/* Arrays of numpy: the header proved, the data as long as it says. An array of objects is a pickle, and is judged as one. */
#include <stdio.h>
#include "format/npy.h"
#include "scan/scan.h"

static unsigned sniff(const struct scan_node *n)
{
    return npy_is(n->in) ? 95 : 0;
}

/* What a loader might take for a pickle, for the header may mean more to it than to us. */
static int judge_rest(struct scan *s, const struct scan_node *n, uint64_t at, struct err *e)
{
    struct scan_node rest = { .in = span_sub(n->in, at, SIZE_MAX), .path = n->path, .name = "data" };
    const struct scan_format *f = at && rest.in.n ? scan_format_of(&rest) : NULL;
    return f && strcmp(f->name, "pickle") == 0 ? scan_inside(s, n, rest.in, "data", e) : 0;
}

/* numpy.save may be called again and again on one file, so array may follow array. */
static int run(struct scan *s, const struct scan_node *n, struct err *e)
{
    struct npy f;
    struct err why;
    char name[48];
    for (uint64_t at = 0; at < n->in.n;) {
        struct span in = span_sub(n->in, at, SIZE_MAX);
        if (npy_open(in, &f, &why)) {
            int rc = scan_find(s, n, RULE_TENSORS_MALFORMED, at + why.pos, e,
                               "%s", why.msg);
            return rc ? rc : judge_rest(s, n, f.data_at ? at + f.data_at : at, e);
        }
        (void)snprintf(name, sizeof name, "objects at %llu", (unsigned long long)(at + f.data_at));
        if (f.has_objects)
            return scan_inside_as(s, n, span_sub(in, f.data_at, SIZE_MAX), name, "pickle", e);
        if (f.data_bytes > in.n - f.data_at)
            return scan_find(s, n, RULE_TENSORS_MALFORMED, at + f.data_at, e, "the array needs %llu bytes, %llu are there",
                             (unsigned long long)f.data_bytes, (unsigned long long)(in.n - f.data_at));
        at += f.data_at + f.data_bytes;
    }
    return 0;
}

const struct scan_format scan_npy = { .name = "npy", .sniff = sniff, .run = run };
