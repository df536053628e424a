// SPDX-License-Identifier: Apache-2.0
#include "llm/ask.h"

#include <time.h>
#include "store/chat_file.h"

static int render(const char *model, const struct chat *chat, struct arena *a, struct jinja_rendered *out, struct err *e)
{
    struct chat_file *file = arena_alloc(a, sizeof *file);
    const struct chat_named *chosen;
    const struct jinja_node *root;
    unsigned bent;
    struct tm now;
    time_t clock = time(NULL);
    if (!file)
        return err_memory(e);
    int rc = chat_file_open(model, a, file, e);
    if (rc == ERR_NOT_FOUND)
        (void)err_hint(e, "--raw goes on with the text as it is");
    if (!rc)
        rc = chat_file_pick(file, NULL, chat->tools != NULL, &chosen, e);
    if (rc)
        return rc;
    const struct chat_setting s = { .tokens = file->tokens, .n_tokens = file->n_tokens, .now = gmtime_r(&clock, &now) };
    rc = jinja_parse(chosen->text, (struct jinja_options){ true, true }, a, &root, e);
    if (!rc)
        rc = chat_render(root, chat, &s, a, out, &bent, e);
    return rc ? (void)err_path(e, chosen->path), rc : 0;
}

static int encode(const struct jinja_rendered *r, const struct tokenizer *t, struct tok_work *w, struct arena *a,
                  struct tok_ids *out, struct err *e)
{
    struct tok_ids ids;
    struct tok_segment *segments = arena_array(a, r->n_segments + 1, sizeof *segments);
    if (!segments)
        return err_memory(e);
    for (size_t i = 0; i < r->n_segments; i++)
        segments[i] = (struct tok_segment){ span_sub(r->text, r->segments[i].from, r->segments[i].n),
                                            r->segments[i].from_template };
    int rc = tok_encode(t, segments, r->n_segments, false, w, &ids, e);    /* the template writes what stands at the ends */
    uint32_t *copy = rc ? NULL : arena_array(a, ids.n + 1, sizeof *copy);
    if (!copy)
        return rc ? rc : err_memory(e);
    memcpy(copy, ids.p, ids.n * sizeof *copy);
    *out = (struct tok_ids){ copy, ids.n };
    return 0;
}

int ask_tokens(const char *model, struct span conversation, const struct tokenizer *t, struct tok_work *w, struct arena *a,
               struct tok_ids *out, struct err *e)
{
    struct chat chat;
    struct jinja_rendered r;
    int rc = chat_read(conversation, true, a, &chat, e);
    if (!rc)
        rc = render(model, &chat, a, &r, e);
    return rc ? rc : encode(&r, t, w, a, out, e);
}
