// SPDX-License-Identifier: Apache-2.0
#include "cli/check_outputs.h"

#include <string.h>
#include "passport/cyclonedx.h"
#include "passport/html_report.h"
#include "passport/md_report.h"
#include "passport/mot_export.h"
#include "passport/spdx3.h"

static int write_cyclonedx(struct check *c, const struct check_output_settings *s, struct buf *out, struct err *e)
{
    struct bom_options o = { .version = ASSAY_VERSION, .date = s->date, .cyclonedx_minor = s->cyclonedx_minor };
    return cyclonedx_write(c, &o, out, e);
}

static int write_html(struct check *c, const struct check_output_settings *s, struct buf *out, struct err *e)
{
    (void)s;
    return html_report(c, out, e);
}

static int write_markdown(struct check *c, const struct check_output_settings *s, struct buf *out, struct err *e)
{
    (void)s;
    return md_report(c, out, e);
}

static int write_mot(struct check *c, const struct check_output_settings *s, struct buf *out, struct err *e)
{
    (void)s;
    return mot_export(c, out, e);
}

static int write_spdx(struct check *c, const struct check_output_settings *s, struct buf *out, struct err *e)
{
    struct bom_options o = { .version = ASSAY_VERSION, .date = s->date };
    return spdx3_write(c, &o, out, e);
}

static const struct row {
    const char *option;
    int (*write)(struct check *c, const struct check_output_settings *s, struct buf *out, struct err *e);
} rows[CHECK_OUT_COUNT] = {
#define X(name, option, writer, help) [name] = { option, writer },
    CHECK_OUTPUT_MAP(X)
#undef X
};

static bool is_stdout(const char *path)
{
    return strcmp(path, "-") == 0;
}

int check_outputs_plan(const char *const *values, bool stdout_taken, struct check_outputs *out, struct err *e)
{
    *out = (struct check_outputs){ .to_stdout = false };
    for (size_t i = 0; i < CHECK_OUT_COUNT; i++)
        buf_init(&out->bytes[i], CHECK_OUTPUT_MAX);
    for (size_t i = 0; i < CHECK_OUT_COUNT; i++) {
        const char *path = values[i];
        if (!path)
            continue;
        if (is_stdout(path) && (stdout_taken || out->to_stdout))
            return err_plain(e, ERR_USAGE, "\"--%s -\" and another document cannot both go to stdout", rows[i].option);
        for (size_t k = 0; k < i; k++)
            if (out->path[k] && strcmp(out->path[k], path) == 0)
                return err_plain(e, ERR_USAGE, "\"--%s\" and \"--%s\" name the same file", rows[k].option,
                                 rows[i].option);
        out->path[i] = path;
        out->to_stdout = out->to_stdout || is_stdout(path);
    }
    return 0;
}

bool check_outputs_is_file(const struct check_outputs *o, unsigned i)
{
    return o->path[i] && !is_stdout(o->path[i]);
}

int check_outputs_make(struct check_outputs *o, struct check *c, const struct check_output_settings *s,
                       struct buf *out, struct err *e)
{
    int rc = 0;
    for (unsigned i = 0; i < CHECK_OUT_COUNT && !rc; i++) {
        if (!o->path[i])
            continue;
        struct buf *b = is_stdout(o->path[i]) ? out : &o->bytes[i];
        rc = rows[i].write(c, s, b, e);
        if (!rc && b->error)
            rc = err_plain(e, b->error, "what \"--%s\" asks for does not fit into memory", rows[i].option);
    }
    return rc;
}

int check_outputs_write(struct check_outputs *o, struct arena *a, struct err *e)
{
    int rc = 0;
    for (unsigned i = 0; i < CHECK_OUT_COUNT && !rc; i++)
        if (check_outputs_is_file(o, i))
            rc = fs_new_write(o->path[i], buf_view(&o->bytes[i]), a, &o->file[i], e);
    return rc;
}

int check_outputs_keep(struct check_outputs *o, struct err *e)
{
    int rc = 0;
    for (unsigned i = 0; i < CHECK_OUT_COUNT && !rc; i++)
        if (check_outputs_is_file(o, i))
            rc = fs_new_keep(&o->file[i], e);
    return rc;
}

void check_outputs_fini(struct check_outputs *o)
{
    for (size_t i = 0; i < CHECK_OUT_COUNT; i++) {
        fs_new_drop(&o->file[i]);
        buf_fini(&o->bytes[i]);
    }
}
