// SPDX-License-Identifier: Apache-2.0
/* Conversations: what is read, what is refused at which byte, what they are bent to, that each failure is clean. */
#include "tests/support/check.h"
#include "tests/support/faults.h"
#include "text/chat.h"

static int run(const char *template, const char *json, struct arena *a, struct jinja_rendered *out, unsigned *bent, struct err *e)
{
    static const struct chat_token tokens[] = { { "bos_token", { (const uint8_t *)"<s>", 3 } } };
    static const struct tm now = { .tm_year = 126 };
    const struct chat_setting s = { .tokens = tokens, .n_tokens = 1, .now = &now };
    const struct jinja_node *root = NULL;
    struct chat c;
    int rc = chat_read(span_str(json), true, a, &c, e);
    if (!rc)
        rc = jinja_parse(span_str(template), (struct jinja_options){ true, true }, a, &root, e);
    return rc ? rc : chat_render(root, &c, &s, a, out, bent, e);
}

/* The text, what it was bent to, and how many segments; or the error. */
static const char *told(const char *template, const char *json)
{
    static char text[2048];
    struct arena a;
    struct err e = { 0 };
    struct jinja_rendered out = { 0 };
    unsigned bent = 0;
    arena_init(&a, 256u << 20);
    if (run(template, json, &a, &out, &bent, &e))
        (void)snprintf(text, sizeof text, "%s at %d%s: %s", err_name(e.code), (int)e.pos, out.refused ? " refused" : "", e.msg);
    else
        (void)snprintf(text, sizeof text, "%.*s|%u|%zu", SPAN_ARG(out.text), bent, out.n_segments);
    arena_fini(&a);
    return text;
}

#define EACH(x) "{% for m in messages %}" x "{% endfor %}"
#define CALLS "[{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"1\",\"function\":{\"name\":\"f\",\"arguments\":" \
              "\"{\\\"x\\\": [1]}\"}}]}]"

TEST(what_a_template_sees)
{
    STR(told("{{ bos_token }}" EACH("{{ m.role }}{{ m.content }}"), "[{\"role\":\"user\",\"content\":\"Hi\"}]"), "<s>userHi|0|2");
    STR(told("{{ tools }}{{ documents }}{{ add_generation_prompt }}", "{\"messages\":[]}"), "NoneNoneTrue|0|1");
    STR(told("{{ tools|length }}{{ add_generation_prompt }}{{ x }}",
             "{\"messages\":[],\"tools\":[{}],\"add_generation_prompt\":false,\"chat_template_kwargs\":{\"x\":5}}"), "1False5|0|2");
    STR(told(EACH("{{ m.reasoning_content }}{{ m.more.y }}{{ m.content is defined }}"),
             "[{\"role\":\"assistant\",\"reasoning_content\":\"r\",\"more\":{\"y\":[1]}}]"), "r[1]False|0|2");
}

TEST(what_it_is_bent_to)
{
    static const char parts[] = "[{\"role\":\"u\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\"}]}]";
    STR(told(EACH("{{ m.content }}"), parts), "a\nb|1|1");
    STR(told(EACH("{% for p in m.content %}{{ p.text }}{% endfor %}"), parts), "ab|0|1");
    STR(told(EACH("{{ m.content|tojson }}"), parts), "\"a\\nb\"|1|1");
    STR(told(EACH("{{ m.content }}"), "[{\"role\":\"u\",\"content\":[{\"type\":\"video\"}]}]"),
        "ERR_FORMAT at 0: the template takes texts, not a part of type \"video\"");
    STR(told(EACH("{{ m.tool_calls[0].function.arguments.x }}"), CALLS), "[1]|0|1");
    STR(told(EACH("{{ 'a' + m.tool_calls[0].function.arguments }}"), CALLS), "a{\"x\": [1]}|2|2");
    STR(told(EACH("{{ 'a' + m.content }}"), CALLS), "a|4|1");
    STR(told(EACH("{{ 'a' + m.content + m.tool_calls[0].function.arguments }}"), CALLS), "a{\"x\": [1]}|6|2");
    STR(told(EACH("{{ m.content is none }}"), CALLS), "True|0|1");
    STR(told(EACH("{{ m.nope.x }}"), CALLS), "ERR_FORMAT at 33: \"nope\" is undefined");
    STR(told("{{ raise_exception('never') }}", CALLS), "ERR_FORMAT at 18 refused: the template refuses: never");
    STR(told(EACH("{{ m.tool_calls[0].function.arguments + '' }}"),
             "[{\"role\":\"a\",\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":\"no json\"}}]}]"), "no json|0|1");
    STR(told(EACH("{{ m.tool_calls[0].arguments.x }}"), "[{\"role\":\"a\",\"tool_calls\":[{\"name\":\"f\",\"arguments\":\"{\\\"x\\\":1}\"}]}]"),
        "1|0|1");
}

TEST(what_is_refused)
{
    STR(told("", "[{}]"), "ERR_FORMAT at 1: a message that has no role");
    STR(told("", "[3]"), "ERR_FORMAT at 1: a message that has no role");
    STR(told("", "3"), "ERR_FORMAT at 0: a conversation is a list of messages, or an object that has one");
    STR(told("", "{}"), "ERR_FORMAT at 0: there are no messages");
    STR(told("", "{\"messages\":[],\"model\":\"x\"}"),
        "ERR_FORMAT at 23: a conversation has no \"model\"; what a template is to see stands in chat_template_kwargs");
    STR(told("", "{\"messages\":[],\"chat_template_kwargs\":{\"bos_token\":\"x\"}}"),
        "ERR_FORMAT at 0: chat_template_kwargs may not set \"bos_token\"");
    STR(told("", "{\"messages\":[],\"add_generation_prompt\":1}"),
        "ERR_FORMAT at 39: an add_generation_prompt that is neither true nor false");
    STR(told("", "[{\"role\":\"u\",\"content\":[\"x\"]}]"), "ERR_FORMAT at 24: a part of a content that has no type");
    STR(told("", "[{\"role\":\"u\",\"tool_calls\":{}}]"), "ERR_FORMAT at 26: tool_calls that are no list");
}

TEST(every_allocation_may_fail)
{
    static const char template[] = EACH("{{ 'a' + m.content + m.tool_calls[0].function.arguments }}{{ m }}");
    for (size_t n = 1;; n++) {
        struct arena a;
        struct err e = { 0 };
        struct jinja_rendered out = { 0 };
        unsigned bent = 0;
        arena_init(&a, 256u << 20);
        fault_alloc_at(n);
        int rc = run(template, CALLS, &a, &out, &bent, &e);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        if (!hit) {
            EQ(rc, 0);
            break;
        }
        EQ(rc, ERR_MEMORY);
        EQ(e.code, ERR_MEMORY);
    }
}

TEST(every_ceiling_of_memory_is_an_error)
{
    static const char template[] = EACH("{{ 'a' + m.content + m.tool_calls[0].function.arguments }}");
    int rc = ERR_MEMORY;
    for (size_t max = 0; rc; max += 64) {
        struct arena a;
        struct jinja_rendered out = { 0 };
        unsigned bent = 0;
        arena_init(&a, max);
        rc = run(template, CALLS, &a, &out, &bent, NULL);
        arena_fini(&a);
        YES(rc == 0 || rc == ERR_MEMORY);
        YES(max < 1u << 20);
    }
}

int main(void)
{
    return RUN(CASE(what_a_template_sees), CASE(what_it_is_bent_to), CASE(what_is_refused), CASE(every_allocation_may_fail),
               CASE(every_ceiling_of_memory_is_an_error));
}
