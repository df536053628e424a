// SPDX-License-Identifier: Apache-2.0
#include "text/chat.h"

#include "base/json.h"

/* ---- reading ------------------------------------------------------------------------------ */

static int bad(struct err *e, const struct val *v, const char *what)
{
    return err_set(e, ERR_FORMAT, v->byte_from, "%s", what);
}

static int read_content(struct chat *c, const struct val *v, struct err *e)
{
    if (v->kind == VAL_NULL)
        c->has_null = true;
    if (v->kind == VAL_NULL || v->kind == VAL_STR)
        return 0;
    if (v->kind != VAL_LIST)
        return bad(e, v, "a content that is no text, no list of parts and not null");
    c->has_parts = true;
    for (const struct val *p = v->first; p; p = p->next) {
        const struct val *type = val_get(p, "type"), *text = val_get(p, "text");
        if (p->kind != VAL_MAP || !type || type->kind != VAL_STR)
            return bad(e, p, "a part of a content that has no type");
        if (val_is(type, "text") && (!text || text->kind != VAL_STR))
            return bad(e, p, "a part of type text that has no text");
    }
    return 0;
}

static int read_calls(struct chat *c, const struct val *v, struct err *e)
{
    if (v->kind == VAL_NULL)
        return 0;
    if (v->kind != VAL_LIST)
        return bad(e, v, "tool_calls that are no list");
    for (const struct val *p = v->first; p; p = p->next) {
        const struct val *f = val_get(p, "function"), *name = val_get(f ? f : p, "name"), *args = val_get(f ? f : p, "arguments");
        if (p->kind != VAL_MAP || !name || name->kind != VAL_STR)
            return bad(e, p, "a call of a tool that has no name");
        if (args && args->kind == VAL_STR)
            c->has_argument_texts = true;
    }
    return 0;
}

static int read_messages(struct chat *c, struct err *e)
{
    if (!c->messages || c->messages->kind != VAL_LIST)
        return c->messages ? bad(e, c->messages, "messages that are no list") : err_plain(e, ERR_FORMAT, "there are no messages");
    for (const struct val *m = c->messages->first; m; m = m->next) {
        const struct val *role = val_get(m, "role"), *content = val_get(m, "content"), *calls = val_get(m, "tool_calls");
        if (m->kind != VAL_MAP || !role || role->kind != VAL_STR)
            return bad(e, m, "a message that has no role");
        int rc = content ? read_content(c, content, e) : 0;
        if (!rc && calls)
            rc = read_calls(c, calls, e);
        if (rc)
            return rc;
    }
    return 0;
}

static int read_option(struct chat *c, const struct val *v, struct err *e)
{
    if (span_is(v->key, "messages")) {
        c->messages = v;
    } else if (span_is(v->key, "tools") || span_is(v->key, "documents")) {
        if (v->kind != VAL_LIST && v->kind != VAL_NULL)
            return bad(e, v, "tools or documents that are no list");
        const struct val **at = v->key.p[0] == 't' ? &c->tools : &c->documents;
        *at = v->kind == VAL_LIST && v->n ? v : NULL;
    } else if (span_is(v->key, "add_generation_prompt")) {
        if (v->kind != VAL_BOOL)
            return bad(e, v, "an add_generation_prompt that is neither true nor false");
        c->add_generation_prompt = v->b;
    } else if (span_is(v->key, "chat_template_kwargs")) {
        if (v->kind != VAL_MAP)
            return bad(e, v, "chat_template_kwargs that are no object");
        c->more = v;
    } else {
        return err_set(e, ERR_FORMAT, v->byte_from, "a conversation has no \"%.*s\"; what a template is to see stands in "
                       "chat_template_kwargs", (int)(v->key.n > 40 ? 40 : v->key.n), (const char *)v->key.p);
    }
    return 0;
}

int chat_read(struct span json, bool prompt, struct arena *a, struct chat *out, struct err *e)
{
    struct val_limits lim = json_limits;
    struct chat c = { .add_generation_prompt = prompt };
    const struct val *v = NULL;
    lim.max_bytes = CHAT_BYTES_MAX;
    int rc = json_parse(json, &lim, a, &v, e);
    if (rc)
        return rc;
    if (v->kind == VAL_LIST)
        c.messages = v;
    else if (v->kind != VAL_MAP)
        return bad(e, v, "a conversation is a list of messages, or an object that has one");
    for (const struct val *o = v->kind == VAL_MAP ? v->first : NULL; o && !rc; o = o->next)
        rc = read_option(&c, o, e);
    if (!rc)
        rc = read_messages(&c, e);
    if (!rc)
        *out = c;
    return rc;
}

/* ---- bending ------------------------------------------------------------------------------ */

struct bend {
    struct arena *a;
    struct err *e;
    unsigned how;
    bool args_objects;                      /* texts of arguments become what they say */
};

static struct val *fresh(struct bend *b, const struct val *like, enum val_kind kind)
{
    struct val *v = arena_alloc(b->a, sizeof *v);
    if (!v) {
        (void)err_memory(b->e);
        return NULL;
    }
    v->kind = kind;
    v->key = like->key;
    return v;
}

static struct val *copy(struct bend *b, const struct val *v)
{
    struct val *c = arena_alloc(b->a, sizeof *c);
    if (!c) {
        (void)err_memory(b->e);
        return NULL;
    }
    *c = *v;
    c->next = NULL;
    return c;
}

/* The texts of the parts, a line end between them. */
static int join_parts(struct bend *b, const struct val *parts, struct val **out)
{
    size_t n = 0, at = 0;
    for (const struct val *p = parts->first; p; p = p->next) {
        if (!val_is(val_get(p, "type"), "text"))
            return err_plain(b->e, ERR_FORMAT, "the template takes texts, not a part of type \"%.40s\"",
                             val_str(val_get(p, "type")));
        n += val_get(p, "text")->str.n + 1;
    }
    struct val *v = fresh(b, parts, VAL_STR);
    char *text = v ? arena_text(b->a, n + 1) : NULL;
    if (!text)
        return err_memory(b->e);
    for (const struct val *p = parts->first; p; p = p->next) {
        struct span s = val_get(p, "text")->str;
        if (p != parts->first)
            text[at++] = '\n';
        memcpy(text + at, s.p, s.n);
        at += s.n;
    }
    v->str = span_of(text, at);
    *out = v;
    return 0;
}

static int bend_content(struct bend *b, const struct val *v, struct val **out)
{
    if (v->kind == VAL_LIST && (b->how & CHAT_PARTS_JOINED))
        return join_parts(b, v, out);
    if (v->kind == VAL_NULL && (b->how & CHAT_NULL_EMPTY)) {
        *out = fresh(b, v, VAL_STR);
        if (*out)
            (*out)->str = span_str("");
    } else {
        *out = copy(b, v);
    }
    return *out ? 0 : ERR_MEMORY;
}

static int rebuild(struct bend *b, const struct val *v, struct val **out);

/* One value below a message; its key tells what it is. */
static int bend_value(struct bend *b, const struct val *v, bool in_call, struct val **out)
{
    const struct val *read = NULL;
    if (!in_call && span_is(v->key, "content"))
        return bend_content(b, v, out);
    if ((span_is(v->key, "tool_calls") || span_is(v->key, "function")) && v->kind >= VAL_LIST)
        return rebuild(b, v, out);
    if (in_call && b->args_objects && v->kind == VAL_STR && span_is(v->key, "arguments")) {
        int rc = json_parse(v->str, NULL, b->a, &read, NULL);
        if (rc == ERR_MEMORY)
            return err_memory(b->e);
        if (!rc && read->kind == VAL_MAP) {
            *out = copy(b, read);
            if (*out)
                (*out)->key = v->key;
            return *out ? 0 : ERR_MEMORY;
        }
    }
    *out = copy(b, v);
    return *out ? 0 : ERR_MEMORY;
}

/* A list of messages or calls, a message, a call, or its function: the same, with the changed parts. */
static int rebuild(struct bend *b, const struct val *v, struct val **out)
{
    bool in_call = span_is(v->key, "tool_calls") || span_is(v->key, "function") || val_get(v, "arguments");
    struct val *made = fresh(b, v, v->kind);
    int rc = made ? 0 : ERR_MEMORY;
    for (const struct val *c = v->first; c && !rc; c = c->next) {
        struct val *child = NULL;
        rc = v->kind == VAL_LIST && c->kind == VAL_MAP ? rebuild(b, c, &child) : bend_value(b, c, in_call, &child);
        if (!rc) {
            child->next = NULL;
            rc = val_add(made, child, b->a, b->e);
        }
    }
    *out = made;
    return rc;
}

/* ---- rendering ---------------------------------------------------------------------------- */

struct try {
    const struct jinja_node *root;
    const struct chat *c;
    const struct chat_setting *s;
    struct arena *a;
};

static int render(const struct try *t, const struct val *messages, struct jinja_rendered *out, struct err *e)
{
    struct jinja_input in[CHAT_VARIABLES_MAX + 8];
    size_t n = 0, kept;
    const struct val prompt = { .kind = VAL_BOOL, .b = t->c->add_generation_prompt };
    struct val *texts = arena_array(t->a, t->s->n_tokens + 1, sizeof *texts);
    if (!texts)
        return err_memory(e);
    for (; n < t->s->n_tokens && n < 16; n++) {
        texts[n] = (struct val){ .kind = VAL_STR, .str = t->s->tokens[n].text };
        in[n] = (struct jinja_input){ t->s->tokens[n].name, &texts[n], true };
    }
    in[n++] = (struct jinja_input){ "messages", messages, false };
    in[n++] = (struct jinja_input){ "tools", t->c->tools, false };
    in[n++] = (struct jinja_input){ "documents", t->c->documents, false };
    in[n++] = (struct jinja_input){ "add_generation_prompt", &prompt, true };
    kept = n;
    for (const struct val *v = t->c->more ? t->c->more->first : NULL; v; v = v->next) {
        for (size_t i = 0; i < kept; i++)
            if (span_is(v->key, in[i].name))
                return err_set(e, ERR_FORMAT, 0, "chat_template_kwargs may not set \"%s\"", in[i].name);
        if (n == sizeof in / sizeof *in)
            return err_set(e, ERR_LIMIT, 0, "more than %d variables", CHAT_VARIABLES_MAX);
        in[n] = (struct jinja_input){ arena_strn(t->a, v->key.p, v->key.n), v, false };
        if (!in[n++].name)
            return err_memory(e);
    }
    return jinja_render(t->root, in, n, t->s->now, t->s->limits, t->a, out, e);
}

/* Does the template make something of a content in parts? Asked with one. */
static int takes_parts(const struct try *t, bool *takes, struct err *e)
{
    static const char probe[] = "[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Zq8Vx\"}]}]";
    const struct val *v = NULL;
    struct jinja_rendered out = { 0 };
    struct chat plain = { .add_generation_prompt = true };
    struct try asked = { t->root, &plain, t->s, t->a };
    int rc = json_parse(span_str(probe), NULL, t->a, &v, e);
    if (!rc)
        rc = render(&asked, v, &out, e);
    if (rc == ERR_MEMORY)
        return rc;
    bool has = !rc && out.text.n && memmem(out.text.p, out.text.n, "Zq8Vx", 5);
    *takes = has && !memmem(out.text.p, out.text.n, "'Zq8Vx'", 7) && !memmem(out.text.p, out.text.n, "\"Zq8Vx\"", 7);
    return 0;
}

static int attempt(const struct try *t, unsigned how, struct jinja_rendered *out, struct err *e)
{
    struct bend b = { t->a, e, how, !(how & CHAT_ARGUMENTS_TEXT) };
    struct val *messages = NULL;
    int rc = rebuild(&b, t->c->messages, &messages);
    out->refused = false;
    return rc ? rc : render(t, messages, out, e);
}

int chat_render(const struct jinja_node *root, const struct chat *c, const struct chat_setting *s, struct arena *a,
                struct jinja_rendered *out, unsigned *bent, struct err *e)
{
    const struct try t = { root, c, s, a };
    const unsigned ways[] = { 0, CHAT_ARGUMENTS_TEXT, CHAT_NULL_EMPTY, CHAT_ARGUMENTS_TEXT | CHAT_NULL_EMPTY };
    unsigned possible = (c->has_argument_texts ? CHAT_ARGUMENTS_TEXT : 0u) | (c->has_null ? CHAT_NULL_EMPTY : 0u), always = 0;
    struct err again = { 0 };
    bool takes = true, refused = false;
    int rc = c->has_parts ? takes_parts(&t, &takes, &again) : 0;
    if (rc)
        return err_memory(e);
    always = takes ? 0 : CHAT_PARTS_JOINED;
    for (size_t i = 0; i < 4; i++) {
        if (ways[i] & ~possible)
            continue;
        int now = attempt(&t, ways[i] | always, out, i ? &again : e);
        if (!now) {
            if (e)
                *e = (struct err){ 0 };
            *bent = ways[i] | always;
            return 0;
        }
        if (now == ERR_MEMORY)
            return err_memory(e);
        rc = i ? rc : now;
        refused = i ? refused : out->refused;
        if (out->refused || now != ERR_FORMAT)
            break;
    }
    out->refused = refused;
    return rc;
}
