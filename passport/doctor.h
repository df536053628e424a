// SPDX-License-Identifier: Apache-2.0
/* passport/doctor.h - is this installation fit: processor, memory, what was measured, how old the facts are, helpers.
 *
 *     data file ── checked: 2026-11-23 ─> age on the day asked about ─> a warning above 180 days
 *
 * The facts about licences, families and data sets are built into the program, so they age with it. A warning
 * is something to act on; a note (an optional helper that is missing) is not. */
#ifndef ASSAY_PASSPORT_DOCTOR_H
#define ASSAY_PASSPORT_DOCTOR_H
#include "base/buf.h"
#include "base/machine.h"
#include "tensor/kern.h"

enum { DOCTOR_STALE_DAYS = 180, DOCTOR_FILES = 4, DOCTOR_WARNINGS_MAX = 8, DOCTOR_DAYS_UNKNOWN = INT32_MIN };

struct doctor_file {
    const char *name;               /* "licence catalogue" */
    const char *date;               /* "" when it says none */
    int32_t days;                   /* since then; DOCTOR_DAYS_UNKNOWN; below 0: the day asked about is earlier */
    bool stale;
};

struct doctor {
    const char *version, *today;
    struct cpu cpu;
    bool measured;                  /* `machine` holds figures */
    struct machine machine;
    const struct kern *kern;        /* the kernel path that a model would run on, self-tested; NULL: see the warnings */
    struct doctor_file files[DOCTOR_FILES];
    const char *pdftotext;          /* its path; NULL when there is none */
    const char *cache;              /* the folder; NULL when there is none */
    bool cache_writable;
    const char *warnings[DOCTOR_WARNINGS_MAX];
    size_t n_warnings;
};

/* Look at everything; `calibrate`: measure the machine now. `today`: YYYY-MM-DD, a day that exists.
 * Fails: ERR_FORMAT a broken data file, ERR_MEMORY. */
int doctor_look(const char *version, const char *today, bool calibrate, struct arena *a, struct doctor *out,
                struct err *e);

/* Schema assay.doctor/1. Fails: ERR_LIMIT, ERR_MEMORY of the buffer. */
int doctor_json(const struct doctor *d, struct buf *out, struct err *e);

/* Days from 1970-01-01 to a date written YYYY-MM-DD. False: no such day. */
bool doctor_days(const char *date, int32_t *out);

#endif
