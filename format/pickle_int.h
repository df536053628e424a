// SPDX-License-Identifier: Apache-2.0
/* format/pickle_int.h - the table of opcodes, and what its two halves share. */
#ifndef ASSAY_FORMAT_PICKLE_INT_H
#define ASSAY_FORMAT_PICKLE_INT_H
#include "format/pickle.h"

/* An opcode costs a few nanoseconds: a call, or what is known only when it runs, doubles that. */
#define PK_INLINE static inline __attribute__((always_inline))

/* How an opcode's argument is written. ARG_n: n bytes; LEN_n: a length of n bytes, then so many. */
enum pk_arg { ARG_0, ARG_1, ARG_2, ARG_4, ARG_8, LEN_1, LEN_4, LEN_8, LEN_4_SIGNED, ARG_LINE, ARG_TWO_LINES };

/*    byte  name             argument       effect */
#define PK_OP_MAP(X)                                       \
    X('(',  MARK,            ARG_0,         mark)          \
    X('.',  STOP,            ARG_0,         stop)          \
    X('0',  POP,             ARG_0,         pop)           \
    X('1',  POP_MARK,        ARG_0,         pop_mark)      \
    X('2',  DUP,             ARG_0,         dup)           \
    X('F',  FLOAT,           ARG_LINE,      plain)         \
    X('I',  INT,             ARG_LINE,      plain)         \
    X('J',  BININT,          ARG_4,         plain)         \
    X('K',  BININT1,         ARG_1,         plain)         \
    X('L',  LONG,            ARG_LINE,      plain)         \
    X('M',  BININT2,         ARG_2,         plain)         \
    X('N',  NONE,            ARG_0,         plain)         \
    X('P',  PERSID,          ARG_LINE,      persid)        \
    X('Q',  BINPERSID,       ARG_0,         binpersid)     \
    X('R',  REDUCE,          ARG_0,         call)          \
    X('S',  STRING,          ARG_LINE,      bytes)         \
    X('T',  BINSTRING,       LEN_4_SIGNED,  bytes)         \
    X('U',  SHORT_BINSTRING, LEN_1,         bytes)         \
    X('V',  UNICODE,         ARG_LINE,      text)          \
    X('X',  BINUNICODE,      LEN_4,         text)          \
    X('a',  APPEND,          ARG_0,         append)        \
    X('b',  BUILD,           ARG_0,         build)         \
    X('c',  GLOBAL,          ARG_TWO_LINES, global)        \
    X('d',  DICT,            ARG_0,         container)     \
    X('}',  EMPTY_DICT,      ARG_0,         empty)         \
    X('e',  APPENDS,         ARG_0,         appends)       \
    X('g',  GET,             ARG_LINE,      get)           \
    X('h',  BINGET,          ARG_1,         get)           \
    X('i',  INST,            ARG_TWO_LINES, inst)          \
    X('j',  LONG_BINGET,     ARG_4,         get)           \
    X('l',  LIST,            ARG_0,         container)     \
    X(']',  EMPTY_LIST,      ARG_0,         empty)         \
    X('o',  OBJ,             ARG_0,         obj)           \
    X('p',  PUT,             ARG_LINE,      put)           \
    X('q',  BINPUT,          ARG_1,         put)           \
    X('r',  LONG_BINPUT,     ARG_4,         put)           \
    X('s',  SETITEM,         ARG_0,         setitem)       \
    X('t',  TUPLE,           ARG_0,         container)     \
    X(')',  EMPTY_TUPLE,     ARG_0,         empty)         \
    X('u',  SETITEMS,        ARG_0,         appends)       \
    X('G',  BINFLOAT,        ARG_8,         plain)         \
    X(0x80, PROTO,           ARG_1,         proto)         \
    X(0x81, NEWOBJ,          ARG_0,         call)          \
    X(0x82, EXT1,            ARG_1,         ext)           \
    X(0x83, EXT2,            ARG_2,         ext)           \
    X(0x84, EXT4,            ARG_4,         ext)           \
    X(0x85, TUPLE1,          ARG_0,         tuple)         \
    X(0x86, TUPLE2,          ARG_0,         tuple)         \
    X(0x87, TUPLE3,          ARG_0,         tuple)         \
    X(0x88, NEWTRUE,         ARG_0,         plain)         \
    X(0x89, NEWFALSE,        ARG_0,         plain)         \
    X(0x8a, LONG1,           LEN_1,         plain)         \
    X(0x8b, LONG4,           LEN_4_SIGNED,  plain)         \
    X('B',  BINBYTES,        LEN_4,         bytes)         \
    X('C',  SHORT_BINBYTES,  LEN_1,         bytes)         \
    X(0x8c, SHORT_BINUNICODE, LEN_1,        text)          \
    X(0x8d, BINUNICODE8,     LEN_8,         text)          \
    X(0x8e, BINBYTES8,       LEN_8,         bytes)         \
    X(0x8f, EMPTY_SET,       ARG_0,         empty)         \
    X(0x90, ADDITEMS,        ARG_0,         appends)       \
    X(0x91, FROZENSET,       ARG_0,         container)     \
    X(0x92, NEWOBJ_EX,       ARG_0,         call)          \
    X(0x93, STACK_GLOBAL,    ARG_0,         stack_global)  \
    X(0x94, MEMOIZE,         ARG_0,         memoize)       \
    X(0x95, FRAME,           ARG_8,         frame)         \
    X(0x96, BYTEARRAY8,      LEN_8,         bytes)         \
    X(0x97, NEXT_BUFFER,     ARG_0,         buffer)        \
    X(0x98, READONLY_BUFFER, ARG_0,         none)

enum pk_op {
#define X(byte, name, arg, effect) OP_##name = byte,
    PK_OP_MAP(X)
#undef X
};

struct pk_arg_at { struct span arg, second; uint64_t next; };

/* A line without its end. Where the input ends first, loaders take the rest for the line and cut its last byte off all
 * the same; Python's loader takes what is behind the end for an empty line. */
void pk_long_line(struct span in, uint64_t at, struct span *line, uint64_t *next);

/* Most lines are numbers of a few digits: where the line ends is seen in eight bytes at once. */
PK_INLINE void pk_line(struct span in, uint64_t at, struct span *line, uint64_t *next)
{
    const uint64_t ones = 0x0101010101010101;
    for (size_t n = 0; n < 16 && in.n - at >= n + 8; n += 8) {
        uint64_t x = le64(in.p + at + n) ^ ones * '\n', zeros = (x - ones) & ~x & ones * 0x80;
        if (zeros) {
            n += (size_t)__builtin_ctzll(zeros) / 8;
            *line = span_of(in.p + at, n);
            *next = at + n + 1;
            return;
        }
    }
    pk_long_line(in, at, line, next);
}

/* Find the argument of the opcode at `at`: its bytes (of lines: without the last byte, which is the line's end) and
 * where the next opcode begins. ARG_TWO_LINES gives both in `arg` and `second`. False: the input ends before it does.
 * Where `kind` is known when this is compiled, little of it is left. */
PK_INLINE bool pk_argument(struct span in, uint64_t at, enum pk_arg kind, struct pk_arg_at *out)
{
    static const uint8_t widths[] = { [ARG_0] = 0, [ARG_1] = 1, [ARG_2] = 2, [ARG_4] = 4, [ARG_8] = 8,
                                      [LEN_1] = 1, [LEN_4] = 4, [LEN_8] = 8, [LEN_4_SIGNED] = 4 };
    uint64_t from = at + 1;
    if (kind == ARG_LINE || kind == ARG_TWO_LINES) {
        pk_line(in, from, &out->arg, &out->next);
        if (kind == ARG_TWO_LINES)
            pk_line(in, out->next, &out->second, &out->next);
        return true;
    }
    unsigned width = widths[kind];
    if (width > in.n - from)
        return false;
    uint64_t n = width;
    if (kind > ARG_8) {
        n = width == 1 ? in.p[from] : width == 4 ? le32(in.p + from) : le64(in.p + from);
        from += width;
        if ((kind == LEN_4_SIGNED && n > INT32_MAX) || n > in.n - from)
            return false;
    }
    out->arg = span_of(in.p + from, (size_t)n);
    out->next = from + n;
    return true;
}

/* A memo index written as a line. `odd`: no writer writes it so, and loaders differ in what they accept. */
enum pk_index { PK_INDEX_NONE, PK_INDEX_OK, PK_INDEX_ODD };
enum pk_index pk_line_index(struct span line, uint64_t *out);

enum pk_arg pk_arg_of(uint8_t op);

/* What an opcode does: a function for each name in the table's last column. Few need all three. */
#define PK_OPCODE(effect) void pk_run_##effect(PK_SPARE struct pickle *m, PK_SPARE uint8_t op, \
                                               PK_SPARE const struct pk_arg_at *arg)
#define PK_SPARE __attribute__((unused))

#endif
