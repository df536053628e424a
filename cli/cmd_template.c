// SPDX-License-Identifier: Apache-2.0
/* cli/cmd_template.c - a conversation put through a model's chat template. */
#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include "base/fs.h"
#include "base/json.h"
#include "base/utf8.h"
#include "cli/cmd.h"
#include "cli/term.h"
#include "store/chat_file.h"

enum { O_AT, O_CONVERSATION, O_JSON, O_LIST, O_NAME, O_NO_PROMPT };
static const struct opt opts[] = {
    [O_AT] = { 0, "at", "TIME", "the time for a template that asks: 2026-03-04 or 2026-03-04T05:06:07; default: now, UTC" },
    [O_CONVERSATION] = { 'c', "conversation", "FILE", "read the conversation from a file, not from standard input" },
    [O_JSON] = { 'j', "json", NULL, "print one JSON object, with the origin of every byte" },
    [O_LIST] = { 0, "list", NULL, "list the templates that the model has, and the tokens they may name" },
    [O_NAME] = { 0, "name", "NAME", "use the template of this name; else tool_use when there are tools, else default" },
    [O_NO_PROMPT] = { 0, "no-generation-prompt", NULL, "do not end where the model would begin to speak" },
};

enum { ARENA_MAX = 1 << 30 };

struct job {
    const struct opt_values *v;
    struct arena a;
    struct chat_file file;
    const struct chat_named *chosen;
    struct chat chat;
    struct jinja_rendered r;
    unsigned bent;
    struct err *e;
};

static int read_stdin(struct arena *a, struct span *out, struct err *e)
{
    struct buf b;
    char piece[65536];
    ssize_t n;
    int rc = 0;
    buf_init(&b, CHAT_BYTES_MAX);
    while ((n = read(STDIN_FILENO, piece, sizeof piece)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            rc = err_plain(e, ERR_IO, "cannot read standard input");
            break;
        }
        buf_add(&b, piece, (size_t)n);
    }
    char *copy = rc || b.error ? NULL : arena_strn(a, buf_text(&b), b.n);
    if (b.error)
        rc = err_plain(e, b.error, "a conversation of more than %d bytes, or no memory for it", CHAT_BYTES_MAX);
    else if (!rc && !copy)
        rc = err_memory(e);
    *out = span_of(copy, copy ? b.n : 0);
    buf_fini(&b);
    return rc;
}

static int read_conversation(struct job *w)
{
    const char *path = w->v->value[O_CONVERSATION];
    struct span json = SPAN_NONE;
    int rc = path ? fs_read(path, CHAT_BYTES_MAX, &w->a, &json, w->e) : read_stdin(&w->a, &json, w->e);
    if (!rc)
        rc = chat_read(json, !w->v->value[O_NO_PROMPT], &w->a, &w->chat, w->e);
    if (rc)
        (void)err_path(w->e, path ? path : "standard input");
    return rc;
}

static int digits(const char *s, int n)
{
    int v = 0;
    for (int i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return -1;
        v = v * 10 + (s[i] - '0');
    }
    return v;
}

/* The time that --at gives, or now. Weekday and day of the year follow from the date. */
static int time_of(const char *at, struct tm *out, struct err *e)
{
    time_t now = time(NULL);
    char day[DATE_BYTES] = "";
    struct tm t = { 0 };
    if (!at)
        return gmtime_r(&now, out) ? 0 : err_plain(e, ERR_IO, "the clock does not tell the time");
    size_t n = strlen(at);
    if (n >= 10)
        memcpy(day, at, 10);
    bool known = (n == 10 || (n == 19 && at[10] == 'T' && at[13] == ':' && at[16] == ':')) && date_known(day);
    if (known && n == 19) {
        t.tm_hour = digits(at + 11, 2);
        t.tm_min = digits(at + 14, 2);
        t.tm_sec = digits(at + 17, 2);
        known = t.tm_hour >= 0 && t.tm_hour < 24 && t.tm_min >= 0 && t.tm_min < 60 && t.tm_sec >= 0 && t.tm_sec < 60;
    }
    if (!known)
        return err_plain(e, ERR_USAGE, "--at takes a time like 2026-03-04 or 2026-03-04T05:06:07, not \"%.40s\"", at);
    t.tm_year = digits(at, 4) - 1900;
    t.tm_mon = digits(at + 5, 2) - 1;
    t.tm_mday = digits(at + 8, 2);
    time_t seconds = timegm(&t);
    return gmtime_r(&seconds, out) ? 0 : err_plain(e, ERR_USAGE, "no such time: %.40s", at);
}

static int render(struct job *w)
{
    const struct jinja_node *root = NULL;
    struct tm now;
    int rc = time_of(w->v->value[O_AT], &now, w->e);
    if (rc)
        return rc;
    const struct chat_setting s = { .tokens = w->file.tokens, .n_tokens = w->file.n_tokens, .now = &now };
    rc = jinja_parse(w->chosen->text, (struct jinja_options){ true, true }, &w->a, &root, w->e);
    if (!rc)
        rc = chat_render(root, &w->chat, &s, &w->a, &w->r, &w->bent, w->e);
    if (rc) {
        (void)err_path(w->e, w->chosen->path);
        if (w->e->at == ERR_AT_BYTE)
            (void)err_hint(w->e, "line %u of the template \"%s\"; the byte counts from its start",
                           jinja_line(w->chosen->text, w->e->pos), w->chosen->name);
    }
    return rc;
}

/* ---- answers ------------------------------------------------------------------------------ */

static void put_json(struct job *w, struct json_out *j)
{
    static const struct { unsigned how; const char *word; } bents[] = {
        { CHAT_PARTS_JOINED, "parts-joined" }, { CHAT_ARGUMENTS_TEXT, "arguments-text" }, { CHAT_NULL_EMPTY, "null-empty" },
    };
    json_open(j, NULL, '{');
    json_string(j, "schema", "assay.template/1");
    json_string(j, "template", w->chosen->name);
    json_string(j, "file", w->chosen->path);
    json_open(j, "bent", '[');
    for (size_t i = 0; i < sizeof bents / sizeof *bents; i++)
        if (w->bent & bents[i].how)
            json_string(j, NULL, bents[i].word);
    json_close(j, ']');
    json_text(j, "text", w->r.text);
    json_open(j, "segments", '[');
    for (size_t i = 0; i < w->r.n_segments; i++) {
        const struct jinja_segment *s = &w->r.segments[i];
        json_open(j, NULL, '{');
        json_string(j, "origin", s->from_template ? "template" : "data");
        json_unsigned(j, "byte_from", s->from);
        json_unsigned(j, "byte_to", s->from + s->n);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_close(j, '}');
}

/* On a terminal no control character of a stranger arrives; elsewhere the text is the text. */
static void put_text(struct job *w, struct buf *b)
{
    struct span s = w->r.text;
    if (!isatty(STDOUT_FILENO)) {
        buf_span(b, s);
        return;
    }
    for (size_t i = 0, n; i < s.n; i += n) {
        uint32_t cp = 0;
        n = utf8_next(span_sub(s, i, 4), &cp);
        bool safe = n && (cp == '\n' || cp == '\t' || (cp >= 0x20 && cp != 0x7f && !(cp >= 0x80 && cp < 0xa0) &&
                                                       !(cp >= 0x2028 && cp <= 0x202e) && !(cp >= 0x2066 && cp <= 0x2069)));
        n = n ? n : 1;
        if (safe)
            buf_add(b, s.p + i, n);
        else
            buf_char(b, '?');
    }
    buf_char(b, '\n');
}

static void put_list(struct job *w, struct buf *b, struct json_out *j, bool json)
{
    if (json) {
        json_open(j, NULL, '{');
        json_string(j, "schema", "assay.template-list/1");
        json_open(j, "templates", '[');
    }
    for (size_t i = 0; i < w->file.n_templates; i++) {
        const struct chat_named *t = &w->file.templates[i];
        if (json) {
            json_open(j, NULL, '{');
            json_string(j, "name", t->name);
            json_string(j, "file", t->path);
            json_unsigned(j, "bytes", t->text.n);
            json_close(j, '}');
        } else {
            struct term plain = { .width = 80 };
            term_put(b, &plain, TERM_PLAIN, t->name);
            buf_fmt(b, "  %zu bytes  ", t->text.n);
            term_put(b, &plain, TERM_PLAIN, t->path);
            buf_char(b, '\n');
        }
    }
    if (json) {
        json_close(j, ']');
        json_open(j, "tokens", '{');
    }
    for (size_t i = 0; i < w->file.n_tokens; i++) {
        struct term plain = { .width = 80 };
        if (json) {
            json_text(j, w->file.tokens[i].name, w->file.tokens[i].text);
            continue;
        }
        buf_fmt(b, "%s  ", w->file.tokens[i].name);
        term_put(b, &plain, TERM_PLAIN, (const char *)w->file.tokens[i].text.p);
        buf_char(b, '\n');
    }
    if (json) {
        json_close(j, '}');
        json_close(j, '}');
    }
}

static int answer(struct job *w)
{
    struct buf out;
    struct json_out j = { .b = &out };
    bool json = w->v->value[O_JSON] != NULL, list = w->v->value[O_LIST] != NULL;
    buf_init(&out, 1u << 30);
    if (list)
        put_list(w, &out, &j, json);
    else if (json)
        put_json(w, &j);
    else
        put_text(w, &out);
    if (json)
        buf_char(&out, '\n');
    int status = cmd_answer(&out);
    buf_fini(&out);
    return status;
}

static int run(const struct opt_values *v)
{
    struct err e = { 0 };
    struct job w = { .v = v, .e = &e };
    if (v->n_args != 1)
        return cmd_fail((err_plain(&e, ERR_USAGE, "template takes one file or folder"), &e));
    arena_init(&w.a, ARENA_MAX);
    int rc = chat_file_open(v->args[0], &w.a, &w.file, &e);
    if (!rc && !v->value[O_LIST]) {
        rc = read_conversation(&w);
        if (!rc)
            rc = chat_file_pick(&w.file, v->value[O_NAME], w.chat.tools != NULL, &w.chosen, &e);
        if (!rc)
            rc = render(&w);
    }
    int status = rc ? cmd_fail(&e) : answer(&w);
    arena_fini(&w.a);
    return status;
}

const struct cmd cmd_template = {
    .name = "template", .args = "MODEL", .line = "Put a conversation through a model's chat template",
    .opts = opts, .n_opts = sizeof opts / sizeof *opts,
    .about = "MODEL is a folder, a GGUF file, a tokenizer_config.json, a chat_template.json, or a template. The conversation is\n"
             "JSON: a list of messages, or an object with messages, tools, documents, chat_template_kwargs.\n",
    .run = run,
};
