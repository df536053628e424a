// SPDX-License-Identifier: Apache-2.0
#include "base/yaml.h"

#include <math.h>
#include <yaml.h>
#include "base/num.h"
#include "base/utf8.h"

/* libyaml counts characters behind the byte order mark, and takes U+0085, U+2028 and U+2029 for
 * line ends. Evidence needs bytes and the lines that an editor shows. So a cursor walks the
 * input beside the parser; marks of neighbouring events lie close together.
 *
 *     libyaml: mark.index 7  -->  cursor { ch 7, byte 12, line 2 }
 *
 * The open lists and maps are a stack; `key` waits there for its value. */
struct cursor { size_t ch, byte; uint32_t line; };

struct frame {
    struct val *v;
    bool flow;                          /* [..] or {..}: libyaml knows its end */
    bool has_key;
    struct span key;
    uint32_t key_line;
};

struct loader {
    yaml_parser_t parser;
    struct span in;
    size_t bom_bytes;
    struct cursor at;
    const struct val_limits *lim;
    struct arena *a;
    struct err *e;
    size_t n_values, n_documents;
    struct frame *open;
    size_t depth, cap;
    struct val *root;
};

static const char core_prefix[] = "tag:yaml.org,2002:";

static bool is_inside(uint8_t b)                /* the second to fourth byte of a character */
{
    return (b & 0xc0) == 0x80;
}

static void step(struct loader *l)
{
    struct cursor *c = &l->at;
    c->line += l->in.p[c->byte] == '\n';
    do
        c->byte++;
    while (c->byte < l->in.n && is_inside(l->in.p[c->byte]));
    c->ch++;
}

static void step_back(struct loader *l)
{
    struct cursor *c = &l->at;
    do
        c->byte--;
    while (c->byte > l->bom_bytes && is_inside(l->in.p[c->byte]));
    c->line -= l->in.p[c->byte] == '\n';
    c->ch--;
}

static const struct cursor *seek(struct loader *l, yaml_mark_t mark)
{
    while (l->at.ch < mark.index && l->at.byte < l->in.n)
        step(l);
    while (l->at.ch > mark.index && l->at.byte > l->bom_bytes)
        step_back(l);
    return &l->at;
}

static uint32_t line_of_byte(struct span in, size_t byte)
{
    uint32_t line = 1;
    for (size_t i = 0; i < byte && i < in.n; i++)
        line += in.p[i] == '\n';
    return line;
}

static int refuse(struct loader *l, yaml_mark_t mark, const char *what)
{
    return err_line(l->e, ERR_FORMAT, seek(l, mark)->line, "%s", what);
}

/* What libyaml has to say, in our words and lines. */
static int parser_error(struct loader *l)
{
    const yaml_parser_t *p = &l->parser;
    const char *problem = p->problem ? p->problem : "unknown problem";
    if (p->error == YAML_MEMORY_ERROR || p->error == YAML_NO_ERROR)
        return err_memory(l->e);
    if (p->error == YAML_READER_ERROR)
        return err_line(l->e, ERR_FORMAT, line_of_byte(l->in, p->problem_offset + l->bom_bytes),
                        "malformed YAML: %s", problem);
    uint32_t line = seek(l, p->problem_mark)->line;
    return err_line(l->e, ERR_FORMAT, line, "malformed YAML: %s%s%s", problem,
                    p->context ? " " : "", p->context ? p->context : "");
}

static int new_value(struct loader *l, const yaml_event_t *ev, struct val **out)
{
    const struct cursor *c = seek(l, ev->start_mark);
    if (l->n_values++ >= l->lim->max_values)
        return err_line(l->e, ERR_LIMIT, c->line, "more than %zu values", l->lim->max_values);
    struct val *v = arena_alloc(l->a, sizeof *v);
    if (!v)
        return err_memory(l->e);
    v->line = v->line_to = c->line;
    v->byte_from = v->byte_to = c->byte;
    *out = v;
    return 0;
}

/* Hand v to the innermost open list or map, or make it the root. */
static int place(struct loader *l, struct val *v)
{
    if (!l->depth) {
        l->root = v;
        return 0;
    }
    struct frame *f = &l->open[l->depth - 1];
    if (f->v->kind == VAL_MAP) {
        v->key = f->key;
        v->key_line = f->key_line;
        f->has_key = false;
    }
    return val_add(f->v, v, l->a, l->e);
}

static bool wants_key(const struct loader *l)
{
    return l->depth && l->open[l->depth - 1].v->kind == VAL_MAP && !l->open[l->depth - 1].has_key;
}

/* Is the tag absent, "!" or the core one called `name`? */
static bool tag_is(const yaml_char_t *tag, const char *name)
{
    const char *t = (const char *)tag;
    size_t n = sizeof core_prefix - 1;
    return !t || strcmp(t, "!") == 0 || (strncmp(t, core_prefix, n) == 0 && strcmp(t + n, name) == 0);
}

static int open_value(struct loader *l, const yaml_event_t *ev, enum val_kind kind)
{
    bool is_map = kind == VAL_MAP;
    const yaml_char_t *anchor = is_map ? ev->data.mapping_start.anchor : ev->data.sequence_start.anchor;
    const yaml_char_t *tag = is_map ? ev->data.mapping_start.tag : ev->data.sequence_start.tag;
    if (anchor)
        return refuse(l, ev->start_mark, "anchors are not accepted");
    if (!tag_is(tag, is_map ? "map" : "seq"))
        return refuse(l, ev->start_mark, "tag is not of the core schema");
    if (wants_key(l))
        return refuse(l, ev->start_mark, "key is no scalar");
    if (l->depth >= l->lim->max_depth)
        return err_line(l->e, ERR_LIMIT, seek(l, ev->start_mark)->line, "nested deeper than %u levels",
                        l->lim->max_depth);
    struct val *v;
    int rc = new_value(l, ev, &v);
    if (rc)
        return rc;
    v->kind = kind;
    rc = place(l, v);
    if (rc)
        return rc;
    void *open = l->open;
    if (arena_grow(l->a, &open, &l->cap, l->depth, sizeof *l->open))
        return err_memory(l->e);
    l->open = open;
    bool flow = is_map ? ev->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
                       : ev->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
    l->open[l->depth++] = (struct frame){ .v = v, .flow = flow };
    return 0;
}

/* A block list or map ends where its last child does; libyaml would say: at the next token. */
static int close_value(struct loader *l, const yaml_event_t *ev)
{
    struct frame *f = &l->open[--l->depth];
    if (f->flow || !f->v->last) {
        const struct cursor *c = seek(l, ev->end_mark);
        f->v->byte_to = c->byte;
        f->v->line_to = c->line;
    } else {
        f->v->byte_to = f->v->last->byte_to;
        f->v->line_to = f->v->last->line_to;
    }
    return 0;
}

static bool one_of(const char *s, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(s, *words) == 0)
            return true;
    return false;
}

static size_t count_digits(const char *s)
{
    return strspn(s, "0123456789");
}

/* [-+]? [0-9]+  |  0o [0-7]+  |  0x [0-9a-fA-F]+ */
static bool is_int(const char *s)
{
    if (s[0] == '0' && (s[1] == 'o' || s[1] == 'x')) {
        size_t n = strspn(s + 2, s[1] == 'o' ? "01234567" : "0123456789abcdefABCDEF");
        return n > 0 && s[2 + n] == 0;
    }
    s += *s == '-' || *s == '+';
    size_t n = count_digits(s);
    return n > 0 && s[n] == 0;
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool is_float(const char *s)
{
    s += *s == '-' || *s == '+';
    size_t whole = count_digits(s), part = 0;
    s += whole;
    if (*s == '.') {
        part = count_digits(s + 1);
        s += 1 + part;
    }
    if (whole + part == 0)
        return false;
    if (*s == 'e' || *s == 'E') {
        s++;
        s += *s == '-' || *s == '+';
        size_t n = count_digits(s);
        if (n == 0)
            return false;
        s += n;
    }
    return *s == 0;
}

/* .inf, .nan and their spellings; the value to *out. */
static bool is_not_finite(const char *s, double *out)
{
    static const char *const inf[] = { ".inf", ".Inf", ".INF", NULL };
    static const char *const nan_words[] = { ".nan", ".NaN", ".NAN", NULL };
    if (one_of(s, nan_words)) {
        *out = (double)NAN;
        return true;
    }
    bool minus = *s == '-';
    if (!one_of(s + (minus || *s == '+'), inf))
        return false;
    *out = minus ? -HUGE_VAL : HUGE_VAL;
    return true;
}

/* The value of text that is_int; false when it does not fit, *r has it rounded in any case. */
static bool int_value(const char *s, int64_t *i, double *r)
{
    int base = s[0] == '0' && s[1] == 'o' ? 8 : s[0] == '0' && s[1] == 'x' ? 16 : 10;
    bool minus = *s == '-', fits = true;
    const char *p = s + (base != 10 ? 2 : minus || *s == '+');
    *r = 0;
    for (*i = 0; *p; p++) {
        int digit = *p <= '9' ? *p - '0' : (*p | 0x20) - 'a' + 10;
        *r = *r * base + digit;
        fits = fits && !__builtin_mul_overflow(*i, base, i) &&
               !__builtin_add_overflow(*i, minus ? -digit : digit, i);
    }
    *r = fits ? (double)*i : base == 10 ? num_double(s) : *r;
    return fits;
}

/* Type a plain scalar by the core schema. Source: YAML 1.2.2, 10.3.2. */
static void type_plain(struct val *v)
{
    static const char *const null_words[] = { "", "~", "null", "Null", "NULL", NULL };
    static const char *const true_words[] = { "true", "True", "TRUE", NULL };
    static const char *const false_words[] = { "false", "False", "FALSE", NULL };
    const char *s = (const char *)v->str.p;
    v->kind = VAL_STR;
    if (strlen(s) != v->str.n)                  /* a NUL inside: not plain text */
        return;
    if (one_of(s, null_words)) {
        v->kind = VAL_NULL;
    } else if (one_of(s, true_words) || one_of(s, false_words)) {
        v->kind = VAL_BOOL;
        v->b = (*s | 0x20) == 't';
    } else if (is_int(s)) {
        v->kind = int_value(s, &v->i, &v->r) ? VAL_INT : VAL_REAL;
        if (v->kind == VAL_REAL)
            v->i = 0;
    } else if (is_float(s)) {
        v->kind = VAL_REAL;
        v->r = num_double(s);
    } else if (is_not_finite(s, &v->r)) {
        v->kind = VAL_REAL;
    }
}

/* Set the type: by the tag when there is one, by the schema when the scalar is plain. */
static int type_scalar(struct loader *l, const yaml_event_t *ev, struct val *v)
{
    static const struct { const char *name; enum val_kind kind; } core[] = {
        { "null", VAL_NULL }, { "bool", VAL_BOOL }, { "int", VAL_INT }, { "float", VAL_REAL },
    };
    const yaml_char_t *tag = ev->data.scalar.tag;
    v->kind = VAL_STR;
    if (!tag && ev->data.scalar.plain_implicit && ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
        type_plain(v);
    if (tag_is(tag, "str"))
        return 0;
    for (size_t i = 0; i < sizeof core / sizeof *core; i++) {
        if (!tag_is(tag, core[i].name))
            continue;
        type_plain(v);
        if (v->kind == VAL_INT && core[i].kind == VAL_REAL)
            v->kind = VAL_REAL;
        if (v->kind != core[i].kind)
            return refuse(l, ev->start_mark, "scalar does not fit its tag");
        return 0;
    }
    return refuse(l, ev->start_mark, "tag is not of the core schema");
}

/* Where the text of a scalar ends: for a block scalar before the line ends that follow it. */
static void end_scalar(struct loader *l, const yaml_event_t *ev, struct val *v)
{
    const struct cursor *c = seek(l, ev->end_mark);
    yaml_scalar_style_t style = ev->data.scalar.style;
    if (style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE)
        while (c->byte > v->byte_from && strchr(" \t\r\n", l->in.p[c->byte - 1]))
            step_back(l);
    v->byte_to = c->byte;
    v->line_to = c->line;
}

static int add_key(struct loader *l, const yaml_event_t *ev, struct span text)
{
    static const char *const names[] = { "str", "null", "bool", "int", "float", NULL };
    bool known = false;
    for (size_t i = 0; names[i]; i++)
        known = known || tag_is(ev->data.scalar.tag, names[i]);
    if (!known)
        return refuse(l, ev->start_mark, "tag is not of the core schema");
    struct frame *f = &l->open[l->depth - 1];
    f->key = text;
    f->key_line = seek(l, ev->start_mark)->line;
    f->has_key = true;
    return 0;
}

static int add_scalar(struct loader *l, const yaml_event_t *ev)
{
    if (ev->data.scalar.anchor)
        return refuse(l, ev->start_mark, "anchors are not accepted");
    char *copy = arena_strn(l->a, ev->data.scalar.value, ev->data.scalar.length);
    if (!copy)
        return err_memory(l->e);
    struct span text = span_of(copy, ev->data.scalar.length);
    if (wants_key(l))
        return add_key(l, ev, text);
    struct val *v;
    int rc = new_value(l, ev, &v);
    if (rc)
        return rc;
    v->str = text;
    rc = type_scalar(l, ev, v);
    if (rc)
        return rc;
    end_scalar(l, ev, v);
    return place(l, v);
}

static int take_event(struct loader *l, const yaml_event_t *ev)
{
    switch (ev->type) {
    case YAML_DOCUMENT_START_EVENT:
        return l->n_documents++ ? refuse(l, ev->start_mark, "second document") : 0;
    case YAML_ALIAS_EVENT:
        return refuse(l, ev->start_mark, "aliases are not accepted");
    case YAML_SCALAR_EVENT:
        return add_scalar(l, ev);
    case YAML_SEQUENCE_START_EVENT:
        return open_value(l, ev, VAL_LIST);
    case YAML_MAPPING_START_EVENT:
        return open_value(l, ev, VAL_MAP);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return close_value(l, ev);
    default:
        return 0;
    }
}

static int load(struct loader *l)
{
    for (bool done = false; !done;) {
        yaml_event_t ev;
        if (!yaml_parser_parse(&l->parser, &ev))
            return parser_error(l);
        int rc = take_event(l, &ev);
        done = ev.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&ev);
        if (rc)
            return rc;
    }
    if (l->root)
        return 0;
    l->root = arena_alloc(l->a, sizeof *l->root);      /* an empty input: zeros are a VAL_NULL */
    if (!l->root)
        return err_memory(l->e);
    l->root->line = l->root->line_to = 1;
    l->root->str = span_str("");
    return 0;
}

int yaml_parse(struct span in, const struct val_limits *lim, struct arena *a,
               const struct val **out, struct err *e)
{
    if (!lim)
        lim = &yaml_limits;
    if (in.n > lim->max_bytes)
        return err_plain(e, ERR_LIMIT, "text has %zu bytes, the limit is %zu", in.n, lim->max_bytes);
    size_t bad;
    if (!utf8_valid(in, &bad))
        return err_line(e, ERR_FORMAT, line_of_byte(in, bad), "invalid UTF-8");
    struct loader l = { .in = in, .lim = lim, .a = a, .e = e };
    l.bom_bytes = span_starts(in, "\xef\xbb\xbf") ? 3 : 0;
    l.at = (struct cursor){ .ch = 0, .byte = l.bom_bytes, .line = 1 };
    if (!yaml_parser_initialize(&l.parser))
        return err_memory(e);
    struct span text = span_sub(in, l.bom_bytes, in.n);
    yaml_parser_set_encoding(&l.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&l.parser, text.n ? text.p : (const uint8_t *)"", text.n);
    int rc = load(&l);
    yaml_parser_delete(&l.parser);
    if (!rc)
        *out = l.root;
    return rc;
}
