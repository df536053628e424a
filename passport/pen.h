// SPDX-License-Identifier: Apache-2.0
/* passport/pen.h - a report drawn once, in whatever ink: what is said is one thing, how it looks another.
 *
 *     report_body ── section, table, row, cell, "words", state, evidence ──> struct pen ──┬── html_report
 *                                                                                         └── md_report
 *
 * Words are plain text: the ink escapes them, for its own language, every time. Text that came from a file is
 * PEN_NAME; in it, and everywhere else, characters that cannot be seen or that turn the line around are shown
 * as [U+202E]. Errors stick (pen_error), so that drawing reads like the page. An ink cannot fail but for
 * memory. Blocks nest as they are opened: a section holds all, a table rows, a row cells. */
#ifndef ASSAY_PASSPORT_PEN_H
#define ASSAY_PASSPORT_PEN_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "claim/claim.h"

enum {
    PEN_CLIP = 1000,            /* bytes of one text that are shown; the JSON report has it whole */
    PEN_ROWS = 200,             /* rows of one table, or items of one list, that are shown */
    PEN_PROOFS = 12             /* pieces of evidence that are shown for one statement */
};

enum pen_block {                /* what the two texts of pen_open are */
    PEN_SECTION,                /* id, title */
    PEN_SUB,                    /* title: a heading below the section's, closed at once */
    PEN_PANEL,                  /* word of the mark: the verdict */
    PEN_PARA, PEN_QUIET,        /* a paragraph; one in small print */
    PEN_LIST, PEN_ITEM,
    PEN_FACTS, PEN_FACT,        /* fact: its label */
    PEN_ROW, PEN_CELL,          /* inside pen_table ... pen_close(PEN_TABLE); a row's first cell is its heading */
    PEN_TABLE,
    PEN_FOLD                    /* summary: what only a closer reader wants */
};
enum pen_style { PEN_PLAIN, PEN_STRONG, PEN_NAME, PEN_DIGEST, PEN_NOTE };      /* note: a second, quieter line */
enum pen_mark { MARK_GOOD, MARK_PARTLY, MARK_ASK, MARK_BAD, MARK_UNKNOWN, MARK_NONE };

struct pen_column { const char *title; bool number; };
struct pen_table { const char *name, *caption; const struct pen_column *columns; size_t n; };
struct pen_contents { const char *id, *title; };

struct pen_proof {              /* what a statement rests on */
    const struct evidence *const *evidence;
    size_t n;
    const char *method;         /* "" when nothing is to be said */
    double confidence;          /* below 0: not said */
};

struct pen;
struct pen_ink {
    void (*begin)(struct pen *p, const char *title, const char *kicker, const char *foot);
    void (*end)(struct pen *p);
    void (*contents)(struct pen *p, const struct pen_contents *items, size_t n);
    void (*open)(struct pen *p, enum pen_block what, const char *one, const char *two);
    void (*close)(struct pen *p, enum pen_block what);
    void (*table)(struct pen *p, const struct pen_table *t);
    void (*put)(struct pen *p, enum pen_style style, const char *text);
    void (*state)(struct pen *p, enum pen_mark mark, const char *word);
    void (*proof)(struct pen *p, const struct pen_proof *proof);
};

struct pen {
    const struct pen_ink *ink;
    struct buf *b;
    struct arena *a;            /* for what is made up on the way; all of it goes with the report */
    const char *revision;       /* of the model's own files; "" */
    bool failed;                /* memory was out */
    unsigned n_sections;
    const struct pen_table *in; /* the table that is open, or NULL */
    size_t cell;                /* cells of its open row so far */
    bool row;                   /* a row is open */
    const struct pen_proof **kept;      /* an ink's own: proofs in the order of their numbers */
    size_t n_kept, cap_kept;
};

/* Open and close a block; open with one text or two, as enum pen_block says. */
void pen_open(struct pen *p, enum pen_block what);
void pen_open_as(struct pen *p, enum pen_block what, const char *one, const char *two);
void pen_close(struct pen *p, enum pen_block what);
void pen_table(struct pen *p, const struct pen_table *t);

/* Words: plain, in a style, made up; a sentence gets its capital letter and full stop. NULL and "" draw nothing. */
void pen_put(struct pen *p, enum pen_style style, const char *text);
void pen_fmt(struct pen *p, enum pen_style style, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void pen_sentence(struct pen *p, enum pen_style style, const char *text);
void pen_state(struct pen *p, enum pen_mark mark, const char *word);
void pen_proof(struct pen *p, const struct evidence *const *evidence, size_t n, const char *method, double confidence);
void pen_claim(struct pen *p, const struct claim *c);           /* NULL: nothing */

/* A heading and a whole cell, fact or paragraph of plain words in one call. */
void pen_sub(struct pen *p, const char *title);
void pen_cell(struct pen *p, enum pen_style style, const char *text);
void pen_fact(struct pen *p, const char *label, enum pen_style style, const char *text);
void pen_para(struct pen *p, enum pen_block what, const char *text);

const char *pen_mark_name(enum pen_mark m);                 /* good partly ask bad unknown none */

/* 0, or the error that stuck: ERR_MEMORY, ERR_LIMIT. */
int pen_error(const struct pen *p, struct err *e);

/* For inks: the next character of untrusted text. Returns its bytes, 0 at the end. `shown` is what to draw: the
 * character itself, a blank for white space, U+FFFD for bytes that are no UTF-8, "[U+202E]" for what hides. */
struct pen_char { uint32_t cp; bool hidden; char shown[16]; };
size_t pen_next(struct span s, struct pen_char *out);
struct span pen_clip(const char *text, bool *cut);              /* at most PEN_CLIP bytes, whole characters */

#endif
