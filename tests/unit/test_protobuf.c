// SPDX-License-Identifier: Apache-2.0
/* The wire of protocol buffers: what is a field, where each lie is told. */
#include "tests/support/check.h"

#include "format/protobuf.h"

#define MESSAGE(literal) span_of(literal, sizeof literal - 1)

static size_t broken_at(struct span in)
{
    struct pb m = pb_begin(in);
    struct pb_field f;
    while (pb_next(&m, &f))
        YES(f.at < m.at && m.at <= in.n);
    NOT(pb_next(&m, &f));
    return m.broken ? m.at : SIZE_MAX;
}

TEST(fields_are_told_with_their_place)
{
    struct pb m = pb_begin(MESSAGE("\x08\x96\x01\x12\x03" "abc\x1d\1\0\0\0\x21\2\0\0\0\0\0\0\x80"));
    struct pb_field f;
    YES(pb_next(&m, &f) && f.number == 1 && f.wire == PB_VARINT && f.value == 150 && f.at == 0);
    YES(pb_next(&m, &f) && f.number == 2 && f.wire == PB_BYTES && span_is(f.bytes, "abc") && f.at == 3);
    YES(pb_next(&m, &f) && f.number == 3 && f.wire == PB_32 && f.value == 1);
    YES(pb_next(&m, &f) && f.number == 4 && f.wire == PB_64 && f.value == 0x8000000000000002);
    NOT(pb_next(&m, &f) || m.broken);
    EQ(broken_at(SPAN_NONE), SIZE_MAX);
    EQ(broken_at(MESSAGE("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")), SIZE_MAX);
}

TEST(lies_are_told_where_they_stand)
{
    EQ(broken_at(MESSAGE("\x08\x01\x12\x04" "abc")), 2);
    EQ(broken_at(MESSAGE("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")), 0);
    EQ(broken_at(MESSAGE("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02")), 0);
    EQ(broken_at(MESSAGE("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")), 0);
    EQ(broken_at(MESSAGE("\x88\x80\x80\x80\x80\x01\x01")), 0);      /* a tag of 35 bits */
    EQ(broken_at(MESSAGE("\x02\x00")), 0);                          /* number 0 */
    EQ(broken_at(MESSAGE("\x08\x01\x0b\x0c")), 2);                  /* a group */
    EQ(broken_at(MESSAGE("\x0e\x00")), 0);                          /* wire 6 */
    EQ(broken_at(MESSAGE("\x08")), 0);
    EQ(broken_at(MESSAGE("\x0d\0\0\0")), 0);
    EQ(broken_at(MESSAGE("\x09\0\0\0\0\0\0\0")), 0);
}

TEST(the_last_one_counts_and_a_look_is_bounded)
{
    struct span in = MESSAGE("\x12\1a\x12\1b\x10\5\x0a\1c");
    YES(span_is(pb_bytes(in, 2), "b") && span_is(pb_bytes(in, 1), "c") && !pb_bytes(in, 3).n);
    YES(pb_is_message(in, 99));
    NOT(pb_is_message(MESSAGE("\x12\1a\x12\2b"), 2));
    YES(pb_is_message(MESSAGE("\x12\1a\x12\2b"), 1));
}

int main(void)
{
    return RUN(CASE(fields_are_told_with_their_place), CASE(lies_are_told_where_they_stand),
               CASE(the_last_one_counts_and_a_look_is_bounded));
}
