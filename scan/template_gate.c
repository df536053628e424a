// SPDX-License-Identifier: Apache-2.0
/* Branches that wait for certain words of a person, or a certain day, and then speak.
 * Templates look at what people wrote for marks of their own (<think>, /no_think) and for its shape (a list with
 * "type"); to look for words is for the model. */
#include "scan/template_int.h"

enum { WORDS_MIN = 2 };                     /* that a branch says on its own */

static bool content_name(struct span s)
{
    static const char *const names[] = { "content", "text", "user_message", "user_input", "prompt", "query", "last_message" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (span_is(s, names[i]))
            return true;
    return false;
}

/* content.lower(), m.get("content") */
static bool call_of_content(const struct template_judge *j, const struct jinja_node *n)
{
    if (!n->a || n->a->kind != JINJA_GETATTR)
        return false;
    if (span_is(n->a->text, "get"))
        return n->first && n->first->kind == JINJA_STR && content_name(n->first->text);
    return template_of_content(j, n->a->a);
}

bool template_of_content(const struct template_judge *j, const struct jinja_node *n)
{
    const struct template_var *v;
    if (!n)
        return false;
    switch (n->kind) {
    case JINJA_NAME:
        v = template_var(j, n->text);
        return content_name(n->text) || (v && v->content);
    case JINJA_GETATTR:
        return content_name(n->text);
    case JINJA_GETITEM:
        return n->b && n->b->kind == JINJA_STR ? content_name(n->b->text) : template_of_content(j, n->a);
    case JINJA_FILTER:
        return template_of_content(j, n->a);
    case JINJA_CALL:
        return call_of_content(j, n);
    case JINJA_BINARY:
        return (n->op == '+' || n->op == '~') && (template_of_content(j, n->a) || template_of_content(j, n->b));
    case JINJA_COND:
        return template_of_content(j, n->a) || template_of_content(j, n->c);
    default:
        return false;
    }
}

/* Is it the time, asked for or kept? */
static bool of_time(const struct jinja_node *n)
{
    if (n && n->kind == JINJA_CALL && n->a->kind == JINJA_NAME)
        return span_is(n->a->text, "strftime_now");
    return n && (n->kind == JINJA_FILTER || n->kind == JINJA_GETITEM) && of_time(n->a);
}

/* Words of the shape of messages, not of people. */
static bool shape_word(struct span s)
{
    static const char *const words[] = {
        "arguments", "assistant", "audio", "blocks", "content", "data", "document", "documents", "file", "function", "image",
        "image_url", "input_audio", "json", "name", "output", "parts", "result", "results", "role", "status", "success",
        "text", "thinking", "tool", "tool_calls", "tool_response", "tool_use", "tools", "type", "url", "value", "video",
        "video_url",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (span_is(s, words[i]))
            return true;
    return false;
}

/* The words that x waits for, when it is a text of some length and no mark; else NULL. */
static const struct jinja_node *trigger(const struct template_judge *j, const struct jinja_node *x)
{
    for (; x && x->kind == JINJA_FILTER; x = x->a) {}
    if (x && (x->kind == JINJA_LIST || x->kind == JINJA_TUPLE)) {
        const struct jinja_node *found = NULL;
        for (const struct jinja_node *i = x->first; i && !found; i = i->next)
            found = i->kind == JINJA_STR ? trigger(j, i) : NULL;
        return found;
    }
    struct fold f = { .n = 0 };
    if (!x || !template_fold(j, x, &f))
        return NULL;
    struct span s = fold_view(&f);
    return s.n >= 3 && !template_is_token(s) && !shape_word(s) ? x : NULL;
}

/* "word" in content; content == "word" */
static const struct jinja_node *compared(const struct template_judge *j, const struct jinja_node *n)
{
    const struct jinja_node *left = n->a, *found = NULL;
    for (const struct jinja_node *o = n->first; o && !found; left = o->a, o = o->next) {
        if (template_of_content(j, o->a) || of_time(o->a))
            found = of_time(o->a) ? left : trigger(j, left);
        else if (template_of_content(j, left) || of_time(left))
            found = of_time(left) ? o->a : trigger(j, o->a);
    }
    return found;
}

static const struct jinja_node *called(const struct template_judge *j, const struct jinja_node *n)
{
    static const char *const looks[] = { "count", "endswith", "find", "index", "rfind", "startswith" };
    if (n->a->kind != JINJA_GETATTR || !template_of_content(j, n->a->a))
        return NULL;
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        if (span_is(n->a->text, looks[i]))
            return trigger(j, n->first);
    return NULL;
}

/* The literal that a test waits for in what people wrote; NULL: none. */
static const struct jinja_node *waits_for(const struct template_judge *j, const struct jinja_node *n)
{
    const struct jinja_node *found = NULL;
    if (!n)
        return NULL;
    if (n->kind == JINJA_COMPARE)
        found = compared(j, n);
    else if (n->kind == JINJA_CALL)
        found = called(j, n);
    else if (n->kind == JINJA_TEST && template_of_content(j, n->a))
        found = trigger(j, n->first);       /* is eq("word"), is in [...] */
    if (found || n->kind == JINJA_STR)
        return found;
    const struct jinja_node *three[] = { n->a, n->b, n->c };
    for (size_t i = 0; i < 3 && !found; i++)
        found = waits_for(j, three[i]);
    for (const struct jinja_node *x = n->first; x && !found; x = x->next)
        found = waits_for(j, x);
    return found;
}

/* Words of its own that an expression gives. */
static size_t value_words(const struct jinja_node *n)
{
    if (!n)
        return 0;
    switch (n->kind) {
    case JINJA_STR:
        return template_words(n->text, WORDS_MIN);
    case JINJA_FILTER:
        return value_words(n->a);
    case JINJA_BINARY:
        return n->op == '+' || n->op == '~' ? value_words(n->a) + value_words(n->b) : value_words(n->a);
    case JINJA_COND:
        return value_words(n->a) + value_words(n->c);
    default:
        return 0;
    }
}

static size_t says(const struct jinja_node *n)
{
    size_t words = 0;
    for (; n && words < WORDS_MIN; n = n->next) {
        if (n->kind == JINJA_DATA)
            words += template_words(n->text, WORDS_MIN);
        else if (n->kind == JINJA_PRINT)
            words += value_words(n->a);
        else if (n->kind == JINJA_SET)
            words += value_words(n->b) + says(n->first);
        else if (n->kind < JINJA_NAME)
            words += says(n->first);
        else
            words += value_words(n);        /* the value of "x if test" */
    }
    return words;
}

void template_judge_gate(struct template_judge *j, const struct jinja_node *test, const struct jinja_node *body)
{
    const struct jinja_node *word = body && says(body) >= WORDS_MIN ? waits_for(j, test) : NULL;
    struct fold f = { .n = 0 };
    if (!word)
        return;
    (void)template_fold(j, word, &f);
    template_found(j, RULE_TEMPLATE_GATED, test->at, "speaks of its own when what is asked, or the day, matches \"%.*s\"",
                   (int)(f.n > 60 ? 60 : f.n), f.p);
}
