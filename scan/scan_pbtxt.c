// SPDX-License-Identifier: Apache-2.0
/* Graphs of TensorFlow as text, which its loaders take too: saved_model.pbtxt, graph.pbtxt.
 *
 *     node { name: "x" op: "ReadFile" attr { key: "T" value { s: "\200\004" } } }   # a comment
 *
 * Words, texts and marks, without a schema: each field "op" that is a text is an operator, and is judged by its name; texts are
 * looked into as constants. Texts that stand side by side are one, and escapes are taken back, as readers do. Where the
 * names of files come from is not followed here.
 * Source: protobuf.dev/reference/protobuf/textformat-spec. */
#include "base/buf.h"
#include "base/utf8.h"
#include "scan/allow.h"
#include "scan/payload.h"

enum { SHOWN = 80, TEXT_MAX = 2 << 20 };     /* of larger texts, numbers for the most part, only the beginning is kept */

struct walk {
    struct scan *s;
    const struct scan_node *n;
    struct err *e;
    int rc;
    size_t at;
    size_t n_ops;
    struct buf text;                        /* the one just read */
};

#define SHORT(t) (int)((t).n > SHOWN ? SHOWN : (t).n), (t).n ? (const char *)(t).p : ""

static bool is_word(uint8_t b)
{
    return b == '_' || ((b | 32) >= 'a' && (b | 32) <= 'z') || (b >= '0' && b <= '9');
}

/* Blanks and comments. */
static void pass_blanks(struct walk *w)
{
    struct span in = w->n->in;
    while (w->at < in.n) {
        uint8_t b = in.p[w->at];
        if (b == '#') {
            const uint8_t *end = memchr(in.p + w->at, '\n', in.n - w->at);
            w->at = end ? (size_t)(end - in.p) : in.n;
        } else if (b == ' ' || (b >= '\t' && b <= '\r')) {
            w->at++;
        } else {
            return;
        }
    }
}

static int digit(uint8_t b)
{
    return b >= '0' && b <= '9' ? b - '0' : (b | 32) >= 'a' && (b | 32) <= 'f' ? (b | 32) - 'a' + 10 : 99;
}

/* Up to `most` digits of this base from `at` on; how many there were. */
static size_t digits(struct span in, size_t at, unsigned base, size_t most, uint32_t *out)
{
    size_t n = 0;
    *out = 0;
    while (n < most && at + n < in.n && digit(in.p[at + n]) < (int)base)
        *out = *out * base + (uint32_t)digit(in.p[at + n++]);
    return n;
}

/* The escape behind a backslash at `at`; how many bytes it took, 0: it is none. */
static size_t escape(struct walk *w, struct span in, size_t at)
{
    static const char from[] = "abfnrtv\\'\"?", to[] = "\a\b\f\n\r\t\v\\'\"?";
    uint8_t kind = at < in.n ? in.p[at] : 0, byte;
    char utf8[4];
    const char *plain = kind ? strchr(from, kind) : NULL;
    uint32_t v;
    size_t n;
    if (plain) {
        buf_add(&w->text, to + (plain - from), 1);
        return 1;
    }
    if (kind == 'u' || kind == 'U') {
        n = digits(in, at + 1, 16, kind == 'u' ? 4 : 8, &v);
        if (n != (kind == 'u' ? 4u : 8u) || v > 0x10ffff)
            return 0;
        buf_add(&w->text, utf8, utf8_put(v, utf8));
        return 1 + n;
    }
    bool hex = (kind | 32) == 'x';
    n = digits(in, at + hex, hex ? 16 : 8, hex ? 2 : 3, &v);
    byte = (uint8_t)v;
    if (n)
        buf_add(&w->text, &byte, 1);
    return n ? n + hex : 0;
}

/* One text in quotes, added to w->text. False: it does not end. */
static bool quoted(struct walk *w)
{
    struct span in = w->n->in;
    uint8_t quote = in.p[w->at++];
    while (w->at < in.n && !w->rc) {
        size_t from = w->at;
        while (w->at < in.n && in.p[w->at] != quote && in.p[w->at] != '\\' && in.p[w->at] != '\n')
            w->at++;
        buf_add(&w->text, in.p + from, w->at - from);
        if (w->at >= in.n || in.p[w->at] == '\n')
            return false;
        if (in.p[w->at++] == quote)
            return true;
        size_t n = escape(w, in, w->at);
        if (!n)
            return false;
        w->at += n;
    }
    return false;
}

static void operator_of(struct walk *w, struct span op, uint64_t at)
{
    const struct tf_group *g = tf_ops_find(&w->s->allow->tensorflow, op);
    w->n_ops++;
    if (w->rc || (g && g->sort == TF_HARMLESS))
        return;
    if (!g)
        w->rc = scan_find(w->s, w->n, RULE_TF_UNKNOWN, at, w->e, "operator \"%.*s\" is on no list", SHORT(op));
    else
        w->rc = scan_find(w->s, w->n, g->sort == TF_UNSAFE ? RULE_TF_OPERATOR : RULE_TF_DEPENDS, at, w->e,
                          "operator \"%.*s\" %.*s%s", SHORT(op), SHORT(g->does),
                          g->sort == TF_UNSAFE || g->sort == TF_REVIEW ? "" : "; what it is given is not followed in texts");
}

/* The texts that stand here, as one. False: they do not end. */
static bool texts(struct walk *w, bool op)
{
    struct span in = w->n->in;
    uint64_t from = w->at;
    buf_reset(&w->text);
    while (w->at < in.n && (in.p[w->at] == '"' || in.p[w->at] == '\'')) {
        if (!quoted(w))
            return false;
        pass_blanks(w);
    }
    if (w->text.error == ERR_MEMORY)
        w->rc = err_memory(w->e);
    if (op)
        operator_of(w, buf_view(&w->text), from);
    if (!w->rc)
        w->rc = payload_look(w->s, w->n, buf_view(&w->text), from, w->e);
    return true;
}

static bool whole(struct walk *w)
{
    struct span in = w->n->in, word = SPAN_NONE;
    bool named = false;                     /* the last word is the name of the field whose value comes */
    for (pass_blanks(w); w->at < in.n && !w->rc; pass_blanks(w)) {
        uint8_t b = in.p[w->at];
        size_t from = w->at;
        if (b == '"' || b == '\'') {
            if (!texts(w, named && span_is(word, "op")))
                return false;
            continue;
        }
        while (w->at < in.n && is_word(in.p[w->at]))
            w->at++;
        if (w->at > from) {
            word = span_sub(in, from, w->at - from);
            named = false;
            continue;
        }
        if (!memchr("{}<>[]:;,.-+/", b, 13))
            return false;
        named = b == ':' || b == '[' || (named && b == ',');
        w->at++;
    }
    return true;
}

static int run(struct scan *s, const struct scan_node *n, struct err *e)
{
    struct walk w = { .s = s, .n = n, .e = e };
    buf_init(&w.text, TEXT_MAX);
    bool ended = whole(&w);
    buf_fini(&w.text);
    if (!w.rc && !ended)
        w.rc = scan_find(s, n, RULE_GRAPH_MALFORMED, w.at, e, "what stands here is no text form of messages");
    return w.rc;
}

static unsigned sniff(const struct scan_node *n)
{
    return scan_called(n, ".pbtxt") || strcmp(n->name, "saved_model.pbtxt") == 0 ? 52 : 0;
}

const struct scan_format scan_pbtxt = { .name = "pbtxt", .sniff = sniff, .run = run };
