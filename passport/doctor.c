// SPDX-License-Identifier: Apache-2.0
#include "passport/doctor.h"

#include <limits.h>
#include "base/json.h"
#include "base/yaml.h"
#include "format/pdf.h"
#include "license/catalog.h"
#include "scan/allow.h"

/* ---- dates --------------------------------------------------------------------------- */

static int32_t number(const char *s, unsigned n)
{
    int32_t v = 0;
    for (unsigned i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return -1;
        v = v * 10 + (s[i] - '0');
    }
    return v;
}

bool doctor_days(const char *date, int32_t *out)
{
    static const uint8_t lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    if (strnlen(date, 11) != 10 || date[4] != '-' || date[7] != '-')
        return false;
    int32_t y = number(date, 4), m = number(date + 5, 2), d = number(date + 8, 2);
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    if (y < 1970 || m < 1 || m > 12 || d < 1 || d > lengths[m - 1] + (m == 2 && leap))
        return false;
    int32_t before = y - 1;
    int32_t days = (y - 1970) * 365 + (before / 4 - before / 100 + before / 400) - (1969 / 4 - 1969 / 100 + 1969 / 400);
    for (int32_t i = 1; i < m; i++)
        days += lengths[i - 1] + (i == 2 && leap);
    *out = days + d - 1;
    return true;
}

/* ---- what there is ------------------------------------------------------------------- */

static int warn(struct doctor *d, const char *text, struct err *e)
{
    if (!text)
        return err_memory(e);
    if (d->n_warnings < DOCTOR_WARNINGS_MAX)
        d->warnings[d->n_warnings++] = text;
    return 0;
}

static int look_at_file(struct doctor *d, unsigned at, const char *name, const char *date, struct arena *a, struct err *e)
{
    int32_t then, now;
    struct doctor_file *f = &d->files[at];
    *f = (struct doctor_file){ .name = name, .date = arena_str(a, date ? date : ""), .days = DOCTOR_DAYS_UNKNOWN };
    if (!f->date)
        return err_memory(e);
    if (!doctor_days(d->today, &now) || !doctor_days(f->date, &then))
        return warn(d, arena_fmt(a, "%s: it does not say when it was checked", name), e);
    f->days = now - then;
    f->stale = f->days > DOCTOR_STALE_DAYS;
    if (!f->stale)
        return 0;
    return warn(d, arena_fmt(a, "%s: checked on %s, %d days ago; a newer release of assay may know more", name, f->date,
                             f->days), e);
}

/* The key `checked` of a data file that travels with the catalogue. */
static int read_checked(const struct catalog *c, const char *file, struct arena *a, const char **out, struct err *e)
{
    const struct val *v = NULL;
    struct span raw = catalog_data(c, file);
    int rc = raw.p ? yaml_parse(raw, NULL, a, &v, e) : 0;
    if (rc)
        (void)err_path(e, file);
    *out = val_str(val_get(v, "checked"));
    return rc;
}

static int look_at_data(struct doctor *d, struct arena *a, struct err *e)
{
    struct catalog catalog;
    struct allow allow = { 0 };
    const char *families = NULL, *datasets = NULL;
    int rc = catalog_open(&catalog, a, e);
    if (!rc)
        rc = read_checked(&catalog, "families.yaml", a, &families, e);
    if (!rc)
        rc = read_checked(&catalog, "datasets.yaml", a, &datasets, e);
    if (!rc)
        rc = allow_open(SPAN_NONE, a, &allow, e);
    if (!rc)
        rc = look_at_file(d, 0, "licence catalogue", catalog_date(&catalog), a, e);
    if (!rc)
        rc = look_at_file(d, 1, "model families", families, a, e);
    if (!rc)
        rc = look_at_file(d, 2, "data sets", datasets, a, e);
    return rc ? rc : look_at_file(d, 3, "what pickles may name", allow.date, a, e);
}

static int look_at_machine(struct doctor *d, bool calibrate, struct arena *a, struct err *e)
{
    int rc = 0;
    cpu_read(&d->cpu);
    d->cache = machine_dir(a);
    d->cache_writable = machine_dir_writable(d->cache);
    if (calibrate)
        rc = machine_get(d->cache, &d->cpu, d->today, true, a, &d->machine, e);
    d->measured = calibrate ? rc == 0 : machine_recall(d->cache, &d->cpu, a, &d->machine);
    if (!rc && !d->cache_writable)
        rc = warn(d, d->cache ? arena_fmt(a, "%s: cannot be written to, so measurements of this machine are not kept",
                                          d->cache) :
                  "neither XDG_CACHE_HOME nor HOME is set, so measurements of this machine are not kept", e);
    return rc;
}

/* A path that was asked for and cannot be had, or that fails its self-test, is a warning. */
static int look_at_kernels(struct doctor *d, struct arena *a, struct err *e)
{
    struct err why = { 0 };
    if (kern_choose(&d->cpu, &d->kern, &why) == 0)
        return 0;
    d->kern = NULL;
    return warn(d, arena_fmt(a, "%s; %s", why.msg, why.hint), e);
}

int doctor_look(const char *version, const char *today, bool calibrate, struct arena *a, struct doctor *out, struct err *e)
{
    struct doctor d = { .version = version, .today = today };
    char program[PATH_MAX];
    int rc = look_at_data(&d, a, e);
    if (!rc)
        rc = look_at_machine(&d, calibrate, a, e);
    if (!rc)
        rc = look_at_kernels(&d, a, e);
    if (!rc && pdf_program(program) && !(d.pdftotext = arena_str(a, program)))
        rc = err_memory(e);
    if (!rc)
        *out = d;
    return rc;
}

/* ---- JSON ---------------------------------------------------------------------------- */

static void put_cpu(struct json_out *j, const struct cpu *c)
{
    json_open(j, "cpu", '{');
    json_string(j, "name", c->name);
    json_unsigned(j, "family", c->family);
    json_unsigned(j, "model", c->model);
    json_unsigned(j, "cores", c->cores);
    json_open(j, "features", '[');
    for (unsigned f = 0; f < CPU_FEATURES; f++)
        if (cpu_has(c, (enum cpu_feature)f))
            json_string(j, NULL, cpu_feature_name((enum cpu_feature)f));
    json_close(j, ']');
    json_close(j, '}');
    json_open(j, "memory", '{');
    json_unsigned(j, "total_bytes", c->memory_bytes);
    if (c->limit_bytes)
        json_unsigned(j, "limit_bytes", c->limit_bytes);
    else
        json_null(j, "limit_bytes");
    json_unsigned(j, "available_bytes", c->available_bytes);
    json_close(j, '}');
}

static void put_measured(struct json_out *j, const struct doctor *d)
{
    if (!d->measured) {
        json_null(j, "calibration");
        return;
    }
    json_open(j, "calibration", '{');
    json_string(j, "date", d->machine.date[0] ? d->machine.date : NULL);
    json_number(j, "read_gb_s", d->machine.read_gb_s, 2);
    json_number(j, "int8_tops", d->machine.int8_tops, 5);
    json_string(j, "int8_path", d->machine.int8_path);
    json_number(j, "f32_tflops", d->machine.f32_tflops, 5);
    json_string(j, "f32_path", d->machine.f32_path);
    json_boolean(j, "kept", d->machine.saved);
    json_close(j, '}');
}

static void put_kernels(struct json_out *j, const struct doctor *d)
{
    json_open(j, "kernels", '{');
    json_string(j, "path", d->kern ? d->kern->name : NULL);
    json_open(j, "built_in", '[');
    for (const struct kern *const *k = kern_all(); *k; k++) {
        json_open(j, NULL, '{');
        json_string(j, "name", (*k)->name);
        json_boolean(j, "usable", (*k)->usable(&d->cpu));
        json_boolean(j, "tried", (*k)->tried);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_close(j, '}');
}

static void put_files(struct json_out *j, const struct doctor *d)
{
    json_open(j, "data", '[');
    for (unsigned i = 0; i < DOCTOR_FILES; i++) {
        const struct doctor_file *f = &d->files[i];
        json_open(j, NULL, '{');
        json_string(j, "name", f->name);
        json_string(j, "checked", f->date[0] ? f->date : NULL);
        if (f->days == DOCTOR_DAYS_UNKNOWN)
            json_null(j, "days");
        else
            json_integer(j, "days", f->days);
        json_boolean(j, "stale", f->stale);
        json_close(j, '}');
    }
    json_close(j, ']');
}

int doctor_json(const struct doctor *d, struct buf *out, struct err *e)
{
    struct json_out j = { .b = out };
    json_open(&j, NULL, '{');
    json_string(&j, "schema", "assay.doctor/1");
    json_string(&j, "version", d->version);
    json_string(&j, "date", d->today);
    put_cpu(&j, &d->cpu);
    put_kernels(&j, d);
    put_measured(&j, d);
    put_files(&j, d);
    json_open(&j, "helpers", '[');
    json_open(&j, NULL, '{');
    json_string(&j, "name", "pdftotext");
    json_string(&j, "path", d->pdftotext);
    json_close(&j, '}');
    json_close(&j, ']');
    json_open(&j, "cache", '{');
    json_string(&j, "path", d->cache);
    json_boolean(&j, "writable", d->cache_writable);
    json_close(&j, '}');
    json_open(&j, "warnings", '[');
    for (size_t i = 0; i < d->n_warnings; i++)
        json_string(&j, NULL, d->warnings[i]);
    json_close(&j, ']');
    json_close(&j, '}');
    buf_char(out, '\n');
    return out->error ? err_plain(e, out->error, "the report does not fit into memory") : 0;
}
