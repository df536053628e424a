// SPDX-License-Identifier: Apache-2.0
/* text/chat.h - a conversation, as people send it, put through a model's template.
 *
 *     [ { "role": "user", "content": "Hi" } ]                                  or
 *     { "messages": [ ... ], "tools": [ ... ], "documents": [ ... ], "add_generation_prompt": false,
 *       "chat_template_kwargs": { "enable_thinking": false } }
 *
 *     role       a text                        content   a text, null, a list of parts, or absent
 *     part       { "type": "text", "text": ... } or of another type
 *     tool_calls a list of { "function": { "name": text, "arguments": object, or its JSON as a text } }
 *     all else   handed on as it is (reasoning_content, name, tool_call_id, ...)
 *
 * A template sees messages, tools (none when absent), documents (none), add_generation_prompt, the model's own tokens, and what
 * chat_template_kwargs holds. Templates differ in what they expect; what a conversation was bent to is told, never hidden:
 *
 *   CHAT_PARTS_JOINED     the template has no use for parts (it was tried): texts are joined by a line end; other
 *                         parts are an error
 *   CHAT_ARGUMENTS_TEXT   arguments are handed over as objects; the template failed, and took them as JSON texts
 *   CHAT_NULL_EMPTY       the template failed on "content": null, and took ""
 *
 * What the template itself refuses (raise_exception) is not tried again. */
#ifndef ASSAY_TEXT_CHAT_H
#define ASSAY_TEXT_CHAT_H
#include "text/jinja_run.h"

enum { CHAT_BYTES_MAX = 64 << 20, CHAT_VARIABLES_MAX = 64 };

enum chat_bent { CHAT_PARTS_JOINED = 1, CHAT_ARGUMENTS_TEXT = 2, CHAT_NULL_EMPTY = 4 };

struct chat {                               /* borrowed from the conversation's JSON */
    const struct val *messages;
    const struct val *tools, *documents;    /* NULL: none */
    const struct val *more;                 /* chat_template_kwargs; NULL: none */
    bool add_generation_prompt;
    bool has_parts, has_null, has_argument_texts;
};

struct chat_token { const char *name; struct span text; };      /* "bos_token" */

struct chat_setting {
    const struct chat_token *tokens;        /* of the model: they count as the template's */
    size_t n_tokens;
    const struct tm *now;                   /* for strftime_now; NULL: it fails */
    const struct jinja_limits *limits;      /* NULL: the defaults */
};

/* Read a conversation. `prompt`: add_generation_prompt when the JSON does not say. Memory is a's.
 * Fails: ERR_FORMAT with the byte; ERR_LIMIT; ERR_MEMORY. */
int chat_read(struct span json, bool prompt, struct arena *a, struct chat *out, struct err *e);

/* Render it. *bent: enum chat_bent, together. Fails: as jinja_render, with the template's byte; ERR_FORMAT without a byte, a
 * part that the template cannot take. */
int chat_render(const struct jinja_node *root, const struct chat *c, const struct chat_setting *s, struct arena *a,
                struct jinja_rendered *out, unsigned *bent, struct err *e);

#endif
