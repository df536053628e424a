// SPDX-License-Identifier: Apache-2.0
/* Regular expressions that no scanner knows, by PCRE2: interpreted, so that no memory need be executable, with limits.
 *
 * Memory for the program of an expression is the tokenizer's arena; that of a match is the scratch's.
 * A budget of steps goes with each call, counted by callouts: a pattern made to be slow ends in ERR_LIMIT.
 * `\s` and `\S` are spelled out: PCRE2 10.42 counts U+180E to them. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include "base/mem.h"
#include "text/tok_int.h"

enum { PATTERN_MAX = 65536, MATCH_LIMIT = 50000000, DEPTH_LIMIT = 100000, STEPS_BASE = 10000000, STEPS_A_BYTE = 2000 };

static void *from_arena(size_t n, void *a) { return arena_alloc(a, n); }
static void keep(void *p, void *a) { (void)p; (void)a; }
static void *from_heap(size_t n, void *x) { (void)x; return mem_realloc(NULL, n); }
static void to_heap(void *p, void *x) { (void)x; mem_free(p); }

/* PCRE2's spelling of the expression. False: something in it means another thing there. */
static bool spell(struct span in, struct buf *out, char *bad)
{
    bool class = false;
    for (size_t i = 0; i < in.n; i++) {
        char c = (char)in.p[i], next = i + 1 < in.n ? (char)in.p[i + 1] : 0;
        if (c == '\\') {
            i++;
            if (next == 's')
                buf_str(out, class ? "\\p{Z}\\x09-\\x0d\\x85" : "[\\p{Z}\\x09-\\x0d\\x85]");
            else if (next == 'S' && !class)
                buf_str(out, "[^\\p{Z}\\x09-\\x0d\\x85]");
            else if (next && strchr("hHRXKGgNOykSZ", next))     /* another meaning, or none, in Oniguruma */
                return *bad = next, false;
            else
                buf_add(out, (const char[]){ '\\', next }, next ? 2 : 1);
            continue;
        }
        class = c == '[' ? true : c == ']' ? false : class;
        buf_char(out, c);
    }
    return true;
}

static int compile(struct buf *b, struct arena *a, void **out, struct err *e)
{
    pcre2_general_context *g = pcre2_general_context_create(from_arena, keep, a);
    pcre2_compile_context *c = g ? pcre2_compile_context_create(g) : NULL;
    int number = 0;
    size_t at = 0;
    if (!c)
        return err_memory(e);
    (void)pcre2_set_parens_nest_limit(c, 100);
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)buf_text(b), b->n, PCRE2_UTF | PCRE2_UCP | PCRE2_AUTO_CALLOUT |
                                     PCRE2_NEVER_BACKSLASH_C, &number, &at, c);
    if (code) {
        *out = code;
        return 0;
    }
    char text[128] = "";
    (void)pcre2_get_error_message(number, (PCRE2_UCHAR *)text, sizeof text);
    if (number == PCRE2_ERROR_HEAP_FAILED)
        return err_memory(e);
    return err_plain(e, ERR_FORMAT, "regular expression '%.120s': %s", buf_text(b), text);
}

int tok_regex_compile(struct span pattern, struct arena *a, void **out, struct err *e)
{
    struct buf b;
    char bad = 0;
    if (pattern.n > PATTERN_MAX)
        return err_plain(e, ERR_LIMIT, "a regular expression of %zu bytes", pattern.n);
    buf_init(&b, 24 * (size_t)PATTERN_MAX);
    bool known = spell(pattern, &b, &bad);
    int rc = b.error == ERR_MEMORY ? err_memory(e)
             : !known ? err_plain(e, ERR_FORMAT, "regular expression '%.120s': '\\%c' is not supported", buf_text(&b), bad)
             : b.error ? err_plain(e, ERR_LIMIT, "a regular expression of %zu bytes", pattern.n) : compile(&b, a, out, e);
    buf_fini(&b);
    return rc;
}

struct match { pcre2_general_context *general; pcre2_match_context *context; pcre2_match_data *data; };

static int count_step(pcre2_callout_block *block, void *budget)
{
    (void)block;
    uint64_t *left = budget;
    if (!*left)
        return PCRE2_ERROR_CALLOUT;
    --*left;
    return 0;
}

static struct match *match_of(struct tok_work *w)
{
    struct match *m = w->match;
    if (m)
        return m;
    m = mem_realloc(NULL, sizeof *m);
    if (!m)
        return NULL;
    m->general = pcre2_general_context_create(from_heap, to_heap, NULL);
    m->context = m->general ? pcre2_match_context_create(m->general) : NULL;
    m->data = m->general ? pcre2_match_data_create(4, m->general) : NULL;
    w->match = m;
    if (!m->context || !m->data) {
        tok_regex_free_match(w);
        return NULL;
    }
    (void)pcre2_set_match_limit(m->context, MATCH_LIMIT);
    (void)pcre2_set_depth_limit(m->context, DEPTH_LIMIT);
    (void)pcre2_set_callout(m->context, count_step, &w->regex_budget);
    return m;
}

void tok_regex_free_match(struct tok_work *w)
{
    struct match *m = w->match;
    if (!m)
        return;
    pcre2_match_data_free(m->data);
    pcre2_match_context_free(m->context);
    pcre2_general_context_free(m->general);
    mem_free(m);
    w->match = NULL;
}

bool tok_regex_next(void *regex, struct tok_work *w, struct span in, size_t at, size_t *from, size_t *to)
{
    struct match *m = match_of(w);
    if (!m)
        return (void)err_memory(&w->err), false;
    if (!w->regex_budget)
        w->regex_budget = STEPS_BASE + (uint64_t)STEPS_A_BYTE * (w->text.n > in.n ? w->text.n : in.n);
    int rc = pcre2_match(regex, in.p ? in.p : (PCRE2_SPTR)"", in.n, at, PCRE2_NO_UTF_CHECK, m->data, m->context);
    if (rc == PCRE2_ERROR_NOMATCH)
        return false;
    if (rc == PCRE2_ERROR_NOMEMORY)
        return (void)err_memory(&w->err), false;
    if (rc < 0)
        return (void)tok_fail(w, ERR_LIMIT, "a regular expression of the tokenizer takes too long on this text"), false;
    size_t *v = pcre2_get_ovector_pointer(m->data);
    *from = v[0];
    *to = v[1] > v[0] ? v[1] : v[0];            /* \K is refused; a lookahead cannot end before it begins */
    return *from >= at;
}
