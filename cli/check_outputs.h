// SPDX-License-Identifier: Apache-2.0
/* cli/check_outputs.h - one check, written as several documents at once.
 *
 *     CHECK_OUTPUT_MAP ──> an option of `assay check`   --cyclonedx FILE     (its enum, its help, its manual)
 *                     └──> a writer                     struct check -> bytes
 *
 *     plan: which, before anything is read  ──> make: each into memory, then beside its file
 *                                           ──> keep: all put in place, or none was touched
 *
 * FILE "-" is stdout, instead of the screen; only one document can go there. One row of the map adds one. */
#ifndef ASSAY_CLI_CHECK_OUTPUTS_H
#define ASSAY_CLI_CHECK_OUTPUTS_H
#include "base/fs_write.h"
#include "passport/check_model.h"

/*    name                  option          writer            help */
#define CHECK_OUTPUT_MAP(X)                                                                                   \
    X(CHECK_OUT_CYCLONEDX,  "cyclonedx",    write_cyclonedx,  "write a CycloneDX ML-BOM; \"-\" is stdout") \
    X(CHECK_OUT_HTML,       "html",         write_html,       "write a page to read, print and sign; \"-\" is stdout") \
    X(CHECK_OUT_MARKDOWN,   "md",           write_markdown,   "write the same as Markdown; \"-\" is stdout") \
    X(CHECK_OUT_MOT,        "mot",          write_mot,        "write a listing of the Model Openness Tool; \"-\" is stdout") \
    X(CHECK_OUT_SPDX,       "spdx",         write_spdx,       "write an SPDX 3.0.1 document; \"-\" is stdout")

enum check_output_kind {
#define X(name, option, writer, help) name,
    CHECK_OUTPUT_MAP(X)
#undef X
    CHECK_OUT_COUNT
};

struct check_output_settings {          /* what a writer may want to know beside the check */
    unsigned cyclonedx_minor;           /* 6 or 7 */
    const char *date;                   /* YYYY-MM-DD as given; NULL: none, and no clock is read */
};

enum { CHECK_OUTPUT_MAX = 256 << 20 };

struct check_outputs {
    const char *path[CHECK_OUT_COUNT];  /* NULL: not asked for */
    struct fs_new file[CHECK_OUT_COUNT];
    struct buf bytes[CHECK_OUT_COUNT];
    bool to_stdout;                     /* one of them is "-" */
};

/* Take the values of the options, in the order of the map. `stdout_taken`: by another option.
 * Fails: ERR_USAGE two for stdout, or for one file. */
int check_outputs_plan(const char *const *values, bool stdout_taken, struct check_outputs *out, struct err *e);

/* Make the bytes of each, those for stdout into `out`. On failure too: call check_outputs_fini. Fails: of the writer. */
int check_outputs_make(struct check_outputs *o, struct check *c, const struct check_output_settings *s,
                       struct buf *out, struct err *e);
bool check_outputs_is_file(const struct check_outputs *o, unsigned i);  /* asked for, and not stdout */

/* Write each beside its file; then put all in their places. Fail: ERR_IO, ERR_NOT_FOUND with the path. */
int check_outputs_write(struct check_outputs *o, struct arena *a, struct err *e);
int check_outputs_keep(struct check_outputs *o, struct err *e);
void check_outputs_fini(struct check_outputs *o);                   /* also { 0 }, or after a failure */

#endif
