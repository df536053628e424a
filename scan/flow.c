// SPDX-License-Identifier: Apache-2.0
#include "scan/flow.h"

/* ---- .npy ------------------------------------------------------------------------------- */

static struct span after(struct span s, const char *text)
{
    while (s.n && s.p[0] == ' ')
        s = span_sub(s, 1, s.n);
    return s.p && span_starts(s, text) ? span_sub(s, strlen(text), s.n) : SPAN_NONE;
}

/* Digits, and the product with *total. */
static struct span times(struct span s, uint64_t *total)
{
    uint64_t v = 0;
    size_t n = 0;
    while (s.n && s.p[0] == ' ')
        s = span_sub(s, 1, s.n);
    for (; n < s.n && n < 18 && s.p[n] >= '0' && s.p[n] <= '9'; n++)
        v = v * 10 + (uint64_t)(s.p[n] - '0');
    if (!n || __builtin_mul_overflow(*total, v, total))
        return SPAN_NONE;
    return span_sub(s, n, s.n);
}

static struct span shape(struct span s, uint64_t *total)
{
    struct span end;
    while (!(end = after(s, ")")).p) {
        s = times(s, total);
        if (!s.p)
            return SPAN_NONE;
        end = after(s, ",");
        s = end.p ? end : s;
    }
    return end;
}

/* Just what numpy writes: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } */
bool flow_plain_npy(struct span head, uint64_t *bytes)
{
    uint64_t total = 1;
    if (head.n < 12 || memcmp(head.p, "\x93NUMPY", 6) != 0 || head.p[6] < 1 || head.p[6] > 3)
        return false;
    size_t from = head.p[6] == 1 ? 10 : 12, len = head.p[6] == 1 ? le16(head.p + 8) : le32(head.p + 8);
    struct span s = span_sub(head, from, len);
    if (s.n < len || !s.n)
        return false;
    s = after(after(s, "{"), "'descr':");
    s = after(s, "'");
    if (s.n < 3 || !memchr("<>|=", s.p[0], 4) || !memchr("biufc?", s.p[1], 6))
        return false;
    s = times(span_sub(s, 2, s.n), &total);
    s = after(after(s, "'"), ",");
    s = after(s, "'fortran_order':");
    struct span yes = after(s, "True"), no = after(s, "False");
    s = after(after(yes.p ? yes : no, ","), "'shape':");
    s = shape(after(s, "("), &total);
    s = after(after(s, ","), "}");
    return s.p && !__builtin_add_overflow(total, (uint64_t)from + len, bytes);
}

/* ---- one member ------------------------------------------------------------------------- */

void flow_init(struct flow *f, struct scan *s)
{
    size_t room = SCAN_HELD_MAX - s->held_bytes;
    *f = (struct flow){ .s = s };
    buf_init(&f->bytes, room < SCAN_MEMORY_MAX ? room : SCAN_MEMORY_MAX);
}

void flow_fini(struct flow *f)
{
    buf_fini(&f->bytes);
}

void flow_next(struct flow *f)
{
    buf_reset(&f->bytes);
    f->n_bytes = 0;
    f->crc = 0;
    f->large = false;
}

int flow_add(struct flow *f, struct span piece)
{
    f->s->inflated_bytes += piece.n;
    f->n_bytes += piece.n;
    f->crc = unpack_crc(f->crc, piece);
    f->spent = f->spent || f->s->inflated_bytes > member_budget(f->s);
    if (f->spent)
        return 1;
    f->large = f->large || piece.n > f->bytes.max_bytes - f->bytes.n;
    if (f->large)
        return 0;
    buf_span(&f->bytes, piece);
    return f->bytes.error ? ERR_MEMORY : 0;
}

/* Nothing is lost of an array of numbers that was counted to its end. */
static bool is_skipped(const struct flow *f)
{
    uint64_t npy;
    return f->large && !f->spent && flow_plain_npy(buf_view(&f->bytes), &npy) && npy == f->n_bytes;
}

int flow_judge(struct flow *f, const struct member *m, struct err *e)
{
    int rc = 0;
    if (is_skipped(f))
        return 0;
    if (f->large && !f->spent)
        rc = scan_find(m->s, m->outer, RULE_ARCHIVE_LARGE, m->at, e, "\"%s\" unpacks to more than %zu bytes; the rest "
                       "was not read", m->name, f->bytes.n);
    if (rc)
        return rc;
    f->s->held_bytes += f->bytes.n;
    struct span bytes = buf_view(&f->bytes);
    rc = m->whole ? m->whole(m->ud, bytes, e) : scan_inside(m->s, m->outer, bytes, m->name, e);
    f->s->held_bytes -= f->bytes.n;
    return rc;
}
