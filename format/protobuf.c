// SPDX-License-Identifier: Apache-2.0
#include "format/protobuf.h"

static bool varint(struct pb *m, uint64_t *out)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < 10; i++) {
        if (m->at >= m->in.n)
            return false;
        uint8_t b = m->in.p[m->at++];
        if (i == 9 && b > 1)
            return false;                   /* the 65th bit */
        v |= (uint64_t)(b & 0x7f) << (7 * i);
        if (b < 0x80) {
            *out = v;
            return true;
        }
    }
    return false;
}

static bool bytes(struct pb *m, uint64_t n, struct span *out)
{
    if (n > m->in.n - m->at)
        return false;
    *out = span_sub(m->in, m->at, (size_t)n);
    m->at += (size_t)n;
    return true;
}

static bool body(struct pb *m, unsigned wire, struct pb_field *f)
{
    struct span raw;
    switch (wire) {
    case PB_VARINT:
        return varint(m, &f->value);
    case PB_BYTES:
        return varint(m, &f->value) && bytes(m, f->value, &f->bytes);
    case PB_64:
        if (!bytes(m, 8, &raw))
            return false;
        f->value = le64(raw.p);
        return true;
    case PB_32:
        if (!bytes(m, 4, &raw))
            return false;
        f->value = le32(raw.p);
        return true;
    default:
        return false;
    }
}

bool pb_next(struct pb *m, struct pb_field *f)
{
    uint64_t tag;
    if (m->broken || m->at >= m->in.n)
        return false;
    *f = (struct pb_field){ .at = m->at, .bytes = SPAN_NONE };
    if (!varint(m, &tag) || tag > UINT32_MAX || tag < 8 || !body(m, (unsigned)tag & 7, f)) {
        m->broken = true;
        m->at = f->at;
        return false;
    }
    f->number = (uint32_t)(tag >> 3);
    f->wire = (enum pb_wire)(tag & 7);
    return true;
}

bool pb_is_message(struct span message, size_t max_fields)
{
    struct pb m = pb_begin(message);
    struct pb_field f;
    while (max_fields-- && pb_next(&m, &f))
        continue;
    return !m.broken;
}

struct span pb_bytes(struct span message, uint32_t number)
{
    struct pb m = pb_begin(message);
    struct pb_field f;
    struct span last = SPAN_NONE;
    while (pb_next(&m, &f))
        if (f.number == number && f.wire == PB_BYTES)
            last = f.bytes;
    return last;
}
