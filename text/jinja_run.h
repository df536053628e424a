// SPDX-License-Identifier: Apache-2.0
/* text/jinja_run.h - a chat template rendered, and where every byte of the text came from.
 *
 *     {{ '<|user|>' + message.content }}      content = "hi <|end|>"
 *
 *     text      < | u s e r | > h i   < | e n d | >
 *     segments  [ the template ][ the caller's data  ]
 *
 * A string keeps its origin through whatever a template does to it (jinja_text.h). So whoever turns the text into tokens
 * looks for control tokens in the template's own parts only, and no user can write one. A border between
 * segments is no border between tokens.
 * The tree is jinja_parse's; it and the template's bytes must stay. No host is reachable: there is no file, clock or
 * random number but what the caller hands in. Work, memory, output and depth have budgets.
 * Semantics: Jinja 3.1 in the immutable sandbox with the additions of model loaders (docs/design/templates.md). */
#ifndef ASSAY_TEXT_JINJA_RUN_H
#define ASSAY_TEXT_JINJA_RUN_H
#include <time.h>
#include "base/val.h"
#include "text/jinja.h"

struct jinja_limits {                       /* 0: the default */
    uint64_t max_steps;                     /* one for a node, an item or 32 bytes; default 20 million */
    size_t max_out_bytes;                   /* default 32 MiB */
    size_t max_mem_bytes;                   /* default 256 MiB */
    unsigned max_depth;                     /* of what is within one another; default and most 1000 */
};

struct jinja_input {                        /* a variable of the template */
    const char *name;
    const struct val *value;                /* of JSON; NULL: none */
    bool from_template;                     /* its texts count as the template's: bos_token and its like */
};

struct jinja_segment { size_t from, n; bool from_template; };

struct jinja_rendered {                     /* all in the arena */
    struct span text;
    const struct jinja_segment *segments;   /* together they are the text; neighbours differ */
    size_t n_segments;
    bool refused;                           /* after a failure: the template itself raised it */
};

/* Render. `now`: what strftime_now tells; NULL: it fails. `lim` may be NULL.
 * out: written only on success, but `refused` always.
 * Fails: ERR_FORMAT with the template's byte: what Python would raise, or the template by raise_exception; ERR_LIMIT a
 * budget is spent, or an integer of more than 128 bits; ERR_UNSAFE a load; ERR_MEMORY. */
int jinja_render(const struct jinja_node *root, const struct jinja_input *in, size_t n_in, const struct tm *now,
                 const struct jinja_limits *lim, struct arena *a, struct jinja_rendered *out, struct err *e);

/* The line of a byte of the template, from 1. */
uint32_t jinja_line(struct span in, uint64_t at);

#endif
