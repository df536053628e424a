// SPDX-License-Identifier: Apache-2.0
/* The machine: what it tells of a stream, where, and how the stream ends. */
#include "tests/support/check.h"

#include "format/pickle.h"
#include "tests/support/faults.h"

struct log { char text[4096]; size_t n; };

static void note(void *ud, struct pickle *m, const struct pk_event *ev)
{
    static const char *const kinds[] = { "named", "named?", "called", "built", "extended", "persistent", "ext", "constant",
                                         "ambiguous" };
    struct log *l = ud;
    const struct pk_value *v = ev->kind == PK_NAMED || ev->kind == PK_CALLED || ev->kind == PK_BUILT ? &ev->fn : NULL;
    bool global = v && (v->kind == PK_GLOBAL || v->kind == PK_RESULT) && v->global != PK_NO_GLOBAL;
    struct span module = global ? m->globals[v->global].module : SPAN_NONE;
    struct span name = global ? m->globals[v->global].name : SPAN_NONE;
    l->n += (size_t)snprintf(l->text + l->n, sizeof l->text - l->n, "%s@%llu%s%.*s%s%.*s/%zu ", kinds[ev->kind],
                             (unsigned long long)ev->at, global ? " " : "", SPAN_ARG(module), global ? "." : "",
                             SPAN_ARG(name), ev->n_items);
}

/* Run one stream; what was told, as text in *l. Returns how it ended. */
static enum pk_end run(const void *p, size_t n, struct log *l, uint64_t *next)
{
    struct arena a;
    struct pickle m;
    arena_init(&a, 1 << 24);
    pickle_init(&m, span_of(p, n), &a);
    memset(l, 0, sizeof *l);
    m.event = note;
    m.ud = l;
    EQ(pickle_run(&m, 0, NULL), 0);
    enum pk_end end = m.end;
    if (next)
        *next = m.next;
    pickle_fini(&m);
    arena_fini(&a);
    return end;
}

#define TOLD(bytes, how, told)                                       \
    do {                                                             \
        struct log l_;                                               \
        EQ(run(bytes, sizeof bytes - 1, &l_, NULL), how);            \
        STR(l_.text, told);                                          \
    } while (0)

TEST(a_call_is_told_with_its_name_and_place)
{
    TOLD("cos\nsystem\n(S'id'\ntR.", PK_STOPPED, "named@0 os.system/0 called@19 os.system/1 ");
    TOLD("\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02id\x85R.", PK_STOPPED,
        "named@17 posix.system/0 called@23 posix.system/1 ");
    TOLD("(ios\nsystem\n.", PK_STOPPED, "named@1 os.system/0 called@1 os.system/0 ");
    TOLD("(cos\nsystem\nS'id'\no.", PK_STOPPED, "named@1 os.system/0 called@18 os.system/1 ");
    TOLD("cc\nC\n)\x81}b.", PK_STOPPED, "named@0 c.C/0 called@6 c.C/0 built@8 c.C/0 ");
    TOLD("cc\nC\n)}\x92.", PK_STOPPED, "named@0 c.C/0 called@7 c.C/0 ");
}

TEST(what_is_thrown_away_or_breaks_later_is_told_all_the_same)
{
    TOLD("cos\nsystem\n)R0N.", PK_STOPPED, "named@0 os.system/0 called@12 os.system/0 ");
    TOLD("((ucos\nsystem\n.", PK_STOPPED, "named@3 os.system/0 ");     /* torch's loader looks at no target for no items */
    TOLD("((ecos\nsystem\n.", PK_BROKEN, "");
    TOLD("cos\nsystem\n)R\xff", PK_BAD_OPCODE, "named@0 os.system/0 called@12 os.system/0 ");
    TOLD("cos\nsystem\n)R", PK_CUT, "named@0 os.system/0 called@12 os.system/0 ");
    TOLD("cos\nsystem\n)Rt", PK_BROKEN, "named@0 os.system/0 called@12 os.system/0 ");
    TOLD("cos\nsystemX", PK_CUT, "named@0 os.system/0 ");        /* no line end: loaders drop the last byte */
}

TEST(names_come_through_the_memo_and_are_known_or_said_to_be_computed)
{
    TOLD("\x8c\x02os\x94\x8c\x06system\x94" "00h\x00h\x01\x93.", PK_STOPPED, "named@20 os.system/0 ");
    TOLD("Vo\\u0073\nq\x05Vsystem\nq\x06\x30\x30h\x05h\x06\x93.", PK_STOPPED, "named@27 os.system/0 ");
    TOLD("S'o\\x73'\nS'system'\n\x93.", PK_STOPPED, "named@19 os.system/0 ");
    TOLD("cstr\njoin\n)R\x8c\x01x\x93.", PK_STOPPED, "named@0 str.join/0 called@11 str.join/0 named?@15/0 ");
    TOLD("K\x01\x8c\x01x\x93.", PK_BROKEN, "");
    TOLD("h\x00.", PK_BROKEN, "");
}

TEST(the_memo_gives_back_what_was_put_and_nothing_else)
{
    TOLD("Nq\x05h\x05.", PK_STOPPED, "");
    TOLD("Nq\x05h\x04.", PK_BROKEN, "");                          /* a hole before it */
    TOLD("Nq\x05h\x06.", PK_BROKEN, "");
    TOLD("Nq\x05\x94h\x01.", PK_STOPPED, "");                     /* MEMOIZE takes the number of entries, not the last */
    TOLD("Nq\x05\x94h\x06.", PK_BROKEN, "");
    TOLD("Np12345678\n0g0012345678\n.", PK_STOPPED, "ambiguous@1/0 ");
    TOLD("Np1234567\n0g001234567\n.", PK_STOPPED, "");
    TOLD("Np1234567\n0g1234566\n.", PK_BROKEN, "");
    TOLD("Np12a4\n.", PK_BROKEN, "");
    TOLD("Np\n.", PK_BROKEN, "");
    TOLD("cs\nF\n(K\x01K\x02K\x03tq\x01" "0h\x01R.", PK_STOPPED, "named@0 s.F/0 called@18 s.F/3 ");
    TOLD("cs\nF\n)Rq\x01" "0h\x01)R.", PK_STOPPED, "named@0 s.F/0 called@6 s.F/0 called@13 s.F/0 ");
    TOLD("U\x01xU\x01y)R\x94" "0h\x00)R.", PK_STOPPED, "called@7/0 called@13/0 ");     /* what came of calling no global */
    TOLD("((NNNNNNNNNNNNNNNNNNNN\x94tcs\nF\nh\x00\x85R.", PK_STOPPED, "named@24 s.F/0 called@32 s.F/1 ");
}

TEST(a_stream_does_not_see_the_memo_of_the_one_before)
{
    static const char in[] = "Nq\x03.h\x03.";
    struct arena a;
    struct pickle m;
    arena_init(&a, 1 << 24);
    pickle_init(&m, span_of(in, sizeof in - 1), &a);
    EQ(pickle_run(&m, 0, NULL), 0);
    EQ(m.end, PK_STOPPED);
    EQ(pickle_run(&m, m.next, NULL), 0);
    EQ(m.end, PK_BROKEN);
    pickle_fini(&m);
    arena_fini(&a);
}

TEST(loaders_that_differ_are_said_to)
{
    TOLD("Np1\0002\ng1\n.", PK_STOPPED, "ambiguous@1/0 ");
    TOLD("Np+1\ng1\n.", PK_STOPPED, "ambiguous@1/0 ");
    TOLD("Np01\ng1\n.", PK_STOPPED, "");
    TOLD("Np99999999999999999999999\n.", PK_STOPPED, "ambiguous@1/0 ambiguous@1/0 ");
    TOLD("\x82\x01.", PK_STOPPED, "ext@0/0 ");
    TOLD("\x95\x03\0\0\0\0\0\0\0cos\nsystem\n.", PK_STOPPED, "ambiguous@9/0 named@9 os.system/0 ");
    TOLD("\x95\x0b\0\0\0\0\0\0\0cos\nsystem\n.", PK_STOPPED, "named@9 os.system/0 ");
    TOLD("\x95\x0b\0\0\0\0\0\0\0N\x95\x01\0\0\0\0\0\0\0N.", PK_STOPPED, "ambiguous@10/0 ");
}

TEST(containers_and_what_only_looks_like_one)
{
    TOLD("]K\x01" "a(K\x02K\x03" "e.", PK_STOPPED, "");
    TOLD("}K\x01" "K\x02s(K\x02K\x03u.", PK_STOPPED, "");
    TOLD("\x8f(K\x01\x90.", PK_STOPPED, "");
    TOLD("cc\nC\n)\x81K\x01" "a.", PK_STOPPED, "named@0 c.C/0 called@6 c.C/0 extended@9/0 ");
    TOLD("]K\x01K\x02s.", PK_STOPPED, "extended@5/0 ");
    TOLD("((K\x01t.", PK_STOPPED, "");
    TOLD("U\x07storageQ.", PK_STOPPED, "persistent@9/0 ");
    TOLD("(U\x07storagecs\nF\nU\x01" "0U\x03" "cpuK\x05tQ.", PK_STOPPED, "named@10 s.F/0 persistent@26/5 ");
}

TEST(a_run_of_numbers_keeps_its_count)
{
    char in[5003];
    struct log l;
    in[0] = '(';
    memset(in + 1, 'N', 5000);
    in[5001] = 't';
    in[5002] = '.';
    EQ(run(in, sizeof in, &l, NULL), PK_STOPPED);
    memset(in + 1, '0', 5000);                      /* MARK, then one POP takes the mark, the next finds nothing */
    EQ(run(in, sizeof in, &l, NULL), PK_BROKEN);
    memset(in, 'N', 5000);
    memset(in + 5000, '0', 2);
    in[5002] = '.';
    EQ(run(in, sizeof in, &l, NULL), PK_STOPPED);
}

TEST(every_cut_ends_and_nothing_is_read_beyond)
{
    static const char whole[] = "\x80\x04\x95\x1f\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x02id\x94\x85R.";
    for (size_t n = 0; n < sizeof whole - 1; n++) {
        struct log l;
        char *copy = malloc(n ? n : 1);
        memcpy(copy, whole, n);
        EQ(run(copy, n, &l, NULL), PK_CUT);
        free(copy);
    }
}

TEST(no_allocation_failure_is_lost)
{
    static const char in[] = "(cos\nsystem\nNNNNNNNNNNNNNNNNNNNNt\x94.";
    for (size_t n = 1;; n++) {
        struct arena a;
        struct pickle m;
        arena_init(&a, 1 << 24);
        pickle_init(&m, span_of(in, sizeof in - 1), &a);
        fault_alloc_at(n);
        int rc = pickle_run(&m, 0, NULL);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        pickle_fini(&m);
        arena_fini(&a);
        EQ(rc, hit ? ERR_MEMORY : 0);
        if (!hit)
            break;
    }
}

int main(void)
{
    return RUN(
        CASE(a_call_is_told_with_its_name_and_place), CASE(what_is_thrown_away_or_breaks_later_is_told_all_the_same),
        CASE(names_come_through_the_memo_and_are_known_or_said_to_be_computed), CASE(the_memo_gives_back_what_was_put_and_nothing_else),
        CASE(a_stream_does_not_see_the_memo_of_the_one_before), CASE(loaders_that_differ_are_said_to),
        CASE(containers_and_what_only_looks_like_one), CASE(a_run_of_numbers_keeps_its_count),
        CASE(every_cut_ends_and_nothing_is_read_beyond), CASE(no_allocation_failure_is_lost));
}
