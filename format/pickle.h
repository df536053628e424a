// SPDX-License-Identifier: Apache-2.0
/* format/pickle.h - a pickle stream run on a machine that builds nothing.
 *
 *     80 04  c os\nsystem\n  X 02 00 00 00 "id"  85  52  2e       opcodes with their arguments
 *            │               │                   │   └ REDUCE  ──> event: a call of global 0
 *            │               │                   └──── TUPLE1       stack: one abstract value an object
 *            │               └──────────────────────── a string: its place in the stream, not its bytes
 *            └──────────────────────────────────────── GLOBAL  ──> event: global 0 is ("os", "system")
 *
 * All 68 opcodes of protocols 0 to 5. A value is what the judge must know of an object: a plain constant, a text or
 * bytes and where they stand, a global, the result of calling one, a container. The memo holds values, as the
 * loaders' memos do. Every event is told when its opcode is met, so what a stream does and then throws away, or does
 * before it breaks, is told too.
 *
 * Loaders differ: CPython has one in C and one in Python, torch has its own. Here the stream runs on for as long
 * as any of them would, and where two of them read the same bytes differently an event says so (PK_AMBIGUOUS).
 * Cost: one pass, O(1) an opcode; memory for the stack and the memo has a ceiling (PK_STACK_MAX, PK_MEMO_MAX).
 * Source: CPython 3.11 Lib/pickletools.py, Lib/pickle.py, Modules/_pickle.c; PEP 307, PEP 3154, PEP 574. */
#ifndef ASSAY_FORMAT_PICKLE_H
#define ASSAY_FORMAT_PICKLE_H
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum { PK_STACK_MAX = 1 << 19, PK_MEMO_MAX = 1 << 21, PK_GLOBALS_MAX = 1 << 16, PK_NAME_MAX_BYTES = 4096,
       PK_ITEMS = 8, PK_TUPLES = 64, PK_ENTRIES = 16, PK_FAR_MAX = 64 };
#define PK_NO_GLOBAL UINT32_MAX

enum pk_kind {
    PK_NOTHING,                 /* an empty slot of the memo; no value is of this kind */
    PK_UNKNOWN,                 /* could be anything */
    PK_PLAIN,                   /* None, a boolean, a number; `n` of them side by side on the stack */
    PK_TEXT,                    /* a string constant: pk_text gives it */
    PK_BYTES,                   /* a bytes or bytearray constant, or an old string: pk_text gives it */
    PK_GLOBAL,                  /* the global itself */
    PK_RESULT,                  /* what came of calling, or instantiating, the global; PK_NO_GLOBAL: something else */
    PK_LIST, PK_DICT, PK_SET, PK_TUPLE
};

struct pk_value {
    uint8_t kind;               /* enum pk_kind */
    uint8_t op;                 /* the opcode that made it */
    union {
        uint32_t n;             /* PK_PLAIN: how many; PK_TUPLE: items */
        uint32_t global;        /* PK_GLOBAL, PK_RESULT: which, or PK_NO_GLOBAL */
    };
    uint64_t at;                /* of the opcode, in the stream's input */
};

struct pk_tuple { uint64_t at; struct pk_value items[PK_ITEMS]; };
struct pk_entry { struct pk_value key, value; };
struct pk_global { struct span module, name; uint64_t at; };    /* where it was first named */

enum pk_event_kind {
    PK_NAMED,                   /* a global is loaded: GLOBAL, STACK_GLOBAL, INST */
    PK_NAMED_UNKNOWN,           /* STACK_GLOBAL whose module or name is no constant */
    PK_CALLED,                  /* `fn` is called or instantiated with `args`: REDUCE, NEWOBJ, NEWOBJ_EX, OBJ, INST */
    PK_BUILT,                   /* BUILD: state `args` is put into `fn` */
    PK_EXTENDED,                /* APPEND(S), SETITEM(S), ADDITEMS on `fn`, which is no such container */
    PK_PERSISTENT,              /* PERSID, BINPERSID: `args` is the id */
    PK_EXTENSION,               /* EXT1, EXT2, EXT4: a name of the loader's registry, which nobody can see */
    PK_CONSTANT,                /* a text or bytes constant of at least `constants_from` bytes: `fn` */
    PK_AMBIGUOUS                /* loaders differ in reading this opcode; `what` says how */
};

struct pk_event {
    enum pk_event_kind kind;
    uint8_t op;                 /* the opcode */
    uint64_t at;                /* its place in the input */
    uint32_t global;            /* PK_NAMED: which */
    struct pk_value fn, args;
    const struct pk_value *items;       /* of args, when it is the tuple built last: the first PK_ITEMS; else NULL */
    size_t n_items;
    const char *what;
};

enum pk_end {
    PK_STOPPED,                 /* STOP: the stream is whole; more may follow it */
    PK_CUT,                     /* the input ends inside the stream */
    PK_BAD_OPCODE,
    PK_BROKEN,                  /* no loader goes on: nothing left on the stack, a memo entry that was never put */
    PK_TOO_LARGE                /* one of the ceilings above, or the events' own: the rest was not run */
};

struct pk_far { uint64_t index; struct pk_value value; };

struct pickle {                 /* one machine; begin with pickle_init, end with pickle_fini */
    struct arena *a;
    struct span in;
    void (*event)(void *ud, struct pickle *m, const struct pk_event *ev);
    void *ud;
    uint32_t constants_from;    /* tell constants of this size and above; UINT32_MAX: none */
    uint64_t skip;              /* an event may set it: bytes behind this opcode that are no opcodes (joblib) */
    uint64_t at, next;          /* the opcode being run, and the first byte behind it */
    unsigned protocol;
    struct pk_global *globals;  /* all that the streams named so far, each once */
    uint32_t n_globals;
    enum pk_end end;
    const char *why;            /* one sentence about the end; "" after STOP */
    uint64_t n_ops;
    /* private */
    size_t cap_globals;
    uint32_t *slots, n_slots;   /* hash table: number of a global + 1; 0 empty */
    struct pk_value *stack;
    uint32_t n_stack, cap_stack, fence; /* what stands below the fence, the innermost mark, cannot be taken */
    uint32_t *marks, n_marks, cap_marks;
    uint64_t *memo;             /* by index, up to memo_end: values made small; 0 where nothing was put */
    uint32_t n_memo, memo_end, cap_memo;
    struct pk_far far[PK_FAR_MAX];      /* indices beyond, which no writer makes */
    uint32_t n_far;
    struct pk_tuple tuples[PK_TUPLES];  /* the last ones built, in a ring */
    uint32_t last_tuple;
    struct pk_entry entries[PK_ENTRIES];        /* of the dictionary that things were put into last */
    uint32_t n_entries;                 /* above PK_ENTRIES: not all were kept */
    uint64_t entries_at, frame_end;
    bool ended;
    int rc;
};

void pickle_init(struct pickle *m, struct span in, struct arena *a);
void pickle_fini(struct pickle *m);             /* the stack and the memo; what globals point at is the input's or a's */

/* Run one stream that begins at byte `from` of the input; m->end tells how it ended and m->next where. Globals are
 * kept from stream to stream, stack and memo are not. A stream that breaks is a result, not a failure.
 * Fails: ERR_MEMORY. */
int pickle_run(struct pickle *m, uint64_t from, struct err *e);

/* The bytes that a PK_TEXT or PK_BYTES value stands for, decoded into `a` when it is written with escapes, else
 * in place. False: it is not such a value, or what it says cannot be decoded. */
bool pk_text(const struct pickle *m, const struct pk_value *v, struct arena *a, struct span *out);

/* The number that a PK_PLAIN value made by an integer opcode stands for. */
bool pk_number(const struct pickle *m, const struct pk_value *v, int64_t *out);

/* The first PK_ITEMS items of a tuple, when it is one of the last PK_TUPLES built; NULL: not known. v->n tells how many. */
const struct pk_value *pk_items(const struct pickle *m, const struct pk_value *v);

/* What stands under a text in the dictionary that was filled last, when `v` is that one and all of it is known. NULL:
 * nothing, or not known. */
const struct pk_value *pk_get(const struct pickle *m, const struct pk_value *v, const char *key);

const char *pk_opcode_name(uint8_t op);         /* "REDUCE"; "" for a byte that is no opcode */

#endif
