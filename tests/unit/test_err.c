// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include "base/err.h"

TEST(each_setter_returns_its_code_and_fills_the_struct)
{
    struct err e = { 0 };
    EQ(err_set(&e, ERR_FORMAT, 24, "claims %d keys", 9), ERR_FORMAT);
    EQ(e.code, ERR_FORMAT);
    EQ(e.at, ERR_AT_BYTE);
    EQ(e.pos, 24);
    STR(e.msg, "claims 9 keys");
    EQ(err_line(&e, ERR_LIMIT, 3, "deep"), ERR_LIMIT);
    EQ(e.at, ERR_AT_LINE);
    EQ(e.pos, 3);
    EQ(err_plain(&e, ERR_IO, "no"), ERR_IO);
    EQ(e.at, ERR_AT_NOTHING);
    EQ(err_memory(&e), ERR_MEMORY);
    STR(e.msg, "out of memory");
}

TEST(null_is_accepted_everywhere)
{
    EQ(err_set(NULL, ERR_FORMAT, 0, "x"), ERR_FORMAT);
    EQ(err_line(NULL, ERR_FORMAT, 1, "x"), ERR_FORMAT);
    EQ(err_plain(NULL, ERR_FORMAT, "x"), ERR_FORMAT);
    EQ(err_memory(NULL), ERR_MEMORY);
    EQ(err_hint(NULL, "x"), ERR_OK);
    EQ(err_path(NULL, "x"), ERR_OK);
}

TEST(the_first_path_stays_and_a_new_error_forgets)
{
    struct err e = { 0 };
    (void)err_plain(&e, ERR_IO, "x");
    EQ(err_path(&e, "inner"), ERR_IO);
    EQ(err_path(&e, "outer"), ERR_IO);
    EQ(err_hint(&e, "try %s", "this"), ERR_IO);
    STR(e.path, "inner");
    STR(e.hint, "try this");
    (void)err_plain(&e, ERR_IO, "y");
    STR(e.path, "");
    STR(e.hint, "");
}

TEST(an_error_may_quote_itself)
{
    struct err e = { 0 };
    (void)err_plain(&e, ERR_IO, "inner");
    (void)err_plain(&e, ERR_FORMAT, "outer: %s", e.msg);
    STR(e.msg, "outer: inner");
    (void)err_hint(&e, "a");
    (void)err_hint(&e, "%sb", e.hint);
    STR(e.hint, "ab");
}

TEST(nothing_that_steers_a_terminal_gets_through)
{
    struct err e = { 0 };
    (void)err_plain(&e, ERR_FORMAT, "a\x1b[31m\n\x7f\xc2\x9b\xe2\x80\xae z\xc3\xa9\xff");
    STR(e.msg, "a?[31m???? z\xc3\xa9?");
    (void)err_hint(&e, "\x1b");
    STR(e.hint, "?");
    (void)err_path(&e, "\r");
    STR(e.path, "?");
}

TEST(long_text_is_cut_at_a_character)
{
    struct err e = { 0 };
    char text[600];
    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "\xc3\xa9", 2);
    text[sizeof text - 2] = 0;
    (void)err_plain(&e, ERR_FORMAT, "x%s", text);
    EQ(strlen(e.msg), sizeof e.msg - 1);
    (void)err_plain(&e, ERR_FORMAT, "%s", text);
    EQ(strlen(e.msg), sizeof e.msg - 1);        /* 319 bytes: the half character became one "?" */
    EQ(e.msg[sizeof e.msg - 2], '?');
}

TEST(the_table_answers_for_each_code_and_for_none)
{
    static const struct { int code, exit, http; const char *name; } want[] = {
        { ERR_OK, 0, 200, "ok" },            { ERR_USAGE, 2, 400, "ERR_USAGE" },
        { ERR_FORMAT, 3, 422, "ERR_FORMAT" }, { ERR_NOT_FOUND, 4, 404, "ERR_NOT_FOUND" },
        { ERR_DENIED, 5, 403, "ERR_DENIED" }, { ERR_VERIFY, 6, 409, "ERR_VERIFY" },
        { ERR_IO, 7, 500, "ERR_IO" },         { ERR_NET, 8, 502, "ERR_NET" },
        { ERR_LIMIT, 9, 413, "ERR_LIMIT" },   { ERR_MEMORY, 9, 503, "ERR_MEMORY" },
        { ERR_BUG, 70, 500, "ERR_BUG" },      { ERR_INTERRUPTED, 130, 499, "ERR_INTERRUPTED" },
        { 5, 0, 200, "ok" },                  { -1 - ERR_COUNT, 0, 200, "ok" },
    };
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        EQ(err_exit_status(want[i].code), want[i].exit);
        EQ(err_http_status(want[i].code), want[i].http);
        STR(err_name(want[i].code), want[i].name);
        YES(err_text(want[i].code)[0] != 0);
    }
}

int main(void)
{
    return RUN(CASE(each_setter_returns_its_code_and_fills_the_struct),
               CASE(null_is_accepted_everywhere),
               CASE(the_first_path_stays_and_a_new_error_forgets), CASE(an_error_may_quote_itself),
               CASE(nothing_that_steers_a_terminal_gets_through),
               CASE(long_text_is_cut_at_a_character),
               CASE(the_table_answers_for_each_code_and_for_none));
}
