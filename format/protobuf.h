// SPDX-License-Identifier: Apache-2.0
/* format/protobuf.h - the wire of protocol buffers, one message at a time: numbers and spans, no schema.
 *
 *     tag (number << 3 | wire) │ 0 varint │ 1 eight bytes │ 2 length, bytes │ 5 four bytes
 *
 * Groups (3, 4), which no format that is read here uses, numbers of 0, tags of more than 32 bits, varints of more than ten
 * bytes and lengths beyond the message end the walk: `broken`, and `at` names the byte. A message inside is the `bytes`
 * of its field, read with a cursor of its own; depth is the caller's to count. Nothing is allocated.
 * Source: protobuf.dev/programming-guides/encoding. */
#ifndef ASSAY_FORMAT_PROTOBUF_H
#define ASSAY_FORMAT_PROTOBUF_H
#include "base/span.h"

enum pb_wire { PB_VARINT = 0, PB_64 = 1, PB_BYTES = 2, PB_32 = 5 };

struct pb {                     /* a cursor over one message */
    struct span in;
    size_t at;                  /* of the next tag, or of the byte at fault */
    bool broken;
};

struct pb_field {
    uint32_t number;            /* 1 .. 2^29 - 1 */
    enum pb_wire wire;
    uint64_t value;             /* of a varint, 64 or 32 bits */
    struct span bytes;          /* of PB_BYTES, inside the message */
    size_t at;                  /* of its tag, in the message */
};

static inline struct pb pb_begin(struct span message)
{
    return (struct pb){ message, 0, false };
}

/* The next field. False at the end, or when what follows is none: then m->broken. */
bool pb_next(struct pb *m, struct pb_field *f);

/* Is the whole message fields, at this level? At most `max_fields` of them are looked at; more is true so far. */
bool pb_is_message(struct span message, size_t max_fields);

/* The bytes of the last field `number`, as every reader takes a field that stands once; empty when there is none. */
struct span pb_bytes(struct span message, uint32_t number);

#endif
