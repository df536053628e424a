// SPDX-License-Identifier: Apache-2.0
/* cli/cmd_doctor.c - what assay has to work with here, and what is out of date. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "cli/cmd.h"
#include "cli/term.h"
#include "passport/doctor.h"

enum { O_JSON, O_CALIBRATE, O_DATE, O_COUNT };
static const struct opt opts[] = {
    [O_JSON] = { 'j', "json", NULL, "print one JSON object, schema assay.doctor/1" },
    [O_CALIBRATE] = { 0, "calibrate", NULL, "measure read bandwidth and arithmetic peaks now, for a second or two, and "
                      "remember them" },
    [O_DATE] = { 0, "date", "YYYY-MM-DD", "the day to reckon the age of the data from; today when not given" },
};

enum { OUT_MAX = 1 << 20, FEATURES_BYTES = 320 };

static void row(struct buf *b, const struct term *t, const char *name, const char *text)
{
    buf_fmt(b, "  %-12s ", name);
    term_wrap(b, text, 15, 15, t->width);
    buf_char(b, '\n');
}

static void show_machine(const struct doctor *d, const struct term *t, struct buf *b)
{
    const struct cpu *c = &d->cpu;
    char text[512], features[FEATURES_BYTES];
    const double gib = 1024.0 * 1024 * 1024;
    cpu_feature_list(c, features, sizeof features);
    (void)snprintf(text, sizeof text, "%s, %u core%s", c->name[0] ? c->name : "unnamed", c->cores, c->cores == 1 ? "" : "s");
    row(b, t, "processor", text);
    row(b, t, "features", features[0] ? features : "none of those that matter here");
    int n = snprintf(text, sizeof text, "%.1f GiB, %.1f free", (double)c->memory_bytes / gib,
                     (double)c->available_bytes / gib);
    if (c->limit_bytes && n > 0 && (size_t)n < sizeof text)
        (void)snprintf(text + n, sizeof text - (size_t)n, ", limited to %.1f", (double)c->limit_bytes / gib);
    row(b, t, "memory", text);
    n = snprintf(text, sizeof text, "%s; built in:", d->kern ? d->kern->name : "none that passes");
    for (const struct kern *const *k = kern_all(); *k && n > 0 && (size_t)n < sizeof text; k++)
        n += snprintf(text + n, sizeof text - (size_t)n, "%s %s%s", k == kern_all() ? "" : ",", (*k)->name,
                      !(*k)->usable(c) ? " (not on this processor)" : (*k)->tried ? "" : " (only when ASSAY_ISA names it)");
    row(b, t, "kernels", text);
    if (d->measured)
        (void)snprintf(text, sizeof text, "reads %.1f GB/s, int8 %.3f TOP/s (%s), f32 %.3f TFLOP/s (%s); measured %s",
                       d->machine.read_gb_s, d->machine.int8_tops, d->machine.int8_path, d->machine.f32_tflops,
                       d->machine.f32_path, d->machine.date[0] ? d->machine.date : "on an unknown day");
    else
        (void)snprintf(text, sizeof text, "not measured yet (assay doctor --calibrate)");
    row(b, t, "speed", text);
}

static void show(const struct doctor *d, const struct term *t, struct buf *b)
{
    char text[256];
    term_put(b, t, TERM_BOLD, "assay ");
    term_put(b, t, TERM_BOLD, d->version);
    buf_char(b, '\n');
    show_machine(d, t, b);
    for (unsigned i = 0; i < DOCTOR_FILES; i++) {
        const struct doctor_file *f = &d->files[i];
        (void)snprintf(text, sizeof text, "%s: %s", f->name, f->date[0] ? f->date : "no date");
        row(b, t, i ? "" : "data", text);
    }
    row(b, t, "pdftotext", d->pdftotext ? d->pdftotext : "not found: licences that are PDFs stay unread");
    (void)snprintf(text, sizeof text, "%.200s%s", d->cache ? d->cache : "none", d->cache_writable ? "" : " (not writable)");
    row(b, t, "cache", text);
    for (size_t i = 0; i < d->n_warnings; i++) {
        buf_char(b, '\n');
        term_put(b, t, TERM_YELLOW, "warning: ");
        term_wrap(b, d->warnings[i], 9, 9, t->width);
    }
    buf_str(b, d->n_warnings ? "\n" : "\nNothing to warn of.\n");
}

static int run(const struct opt_values *v)
{
    struct err e = { 0 };
    struct arena a;
    struct buf out;
    struct doctor d = { 0 };
    int32_t days;
    char today[16] = "1970-01-01";
    time_t now = time(NULL);
    struct tm utc;
    if (gmtime_r(&now, &utc))
        (void)strftime(today, sizeof today, "%Y-%m-%d", &utc);
    if (v->n_args)
        return cmd_fail((err_plain(&e, ERR_USAGE, "doctor takes no argument"), &e));
    const char *date = v->value[O_DATE] ? v->value[O_DATE] : today;
    if (!doctor_days(date, &days))
        return cmd_fail((err_plain(&e, ERR_USAGE, "\"--date\" is a day, YYYY-MM-DD, not \"%.20s\"", date), &e));
    arena_init(&a, (size_t)1 << 30);
    buf_init(&out, OUT_MAX);
    int rc = doctor_look(ASSAY_VERSION, date, v->value[O_CALIBRATE] != NULL, &a, &d, &e);
    struct term t = term_of_stdout();
    if (!rc && v->value[O_JSON])
        rc = doctor_json(&d, &out, &e);
    else if (!rc)
        show(&d, &t, &out);
    int status = rc ? cmd_fail(&e) : cmd_answer(&out);
    if (!status)
        status = d.n_warnings ? EXIT_NO : EXIT_YES;
    buf_fini(&out);
    arena_fini(&a);
    return status;
}

const struct cmd cmd_doctor = {
    .name = "doctor", .args = "", .line = "Tell what assay has to work with here, and what is out of date",
    .opts = opts, .n_opts = O_COUNT, .run = run,
    .about = "The data about licences, families and data sets is built into the program; above 180 days it warns.\n"
             "Exit status: 0 all is well, 1 a warning stands.\n",
};
