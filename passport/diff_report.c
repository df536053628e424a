// SPDX-License-Identifier: Apache-2.0
/* passport/diff_report.c - a comparison as JSON: everything that was found, in the order of its consequence. */
#include "base/json.h"
#include "passport/diff.h"
#include "passport/report_int.h"

static void put_evidence(struct json_out *j, const struct check *c, const struct diff_value *v)
{
    const struct evidence *ev[2];
    size_t n = 0;
    for (size_t i = 0; i < 2; i++)
        if (v->evidence[i])
            ev[n++] = v->evidence[i];
    report_all_evidence(j, c, ev, n);
}

static void put_value(struct json_out *j, const struct check *c, const char *key, const struct diff_value *v)
{
    char basis[2] = { v->basis, 0 };
    if (!v->text) {
        json_null(j, key);
        return;
    }
    json_open(j, key, '{');
    json_string(j, "value", v->text);
    if (v->cut)
        json_boolean(j, "cut", true);
    if (v->basis)
        json_string(j, "basis", basis);
    put_evidence(j, c, v);
    json_close(j, '}');
}

static void put_quote(struct json_out *j, const char *key, const struct diff_quote *q)
{
    json_open(j, key, '{');
    json_unsigned(j, "line_from", q->line_from);
    json_unsigned(j, "line_to", q->line_to);
    json_string(j, "text", q->text);
    if (q->cut)
        json_boolean(j, "cut", true);
    json_close(j, '}');
}

static void put_passages(struct json_out *j, const struct diff_passages *p)
{
    json_open(j, "passages", '[');
    for (size_t i = 0; i < p->n; i++) {
        json_open(j, NULL, '{');
        put_quote(j, "a", &p->items[i].a);
        put_quote(j, "b", &p->items[i].b);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_boolean(j, "passages_capped", p->capped || p->too_large);
    json_unsigned(j, "passages_more", p->n_more);
}

static void put_change(struct json_out *j, const struct diff *d, const struct diff_change *c)
{
    json_open(j, NULL, '{');
    json_string(j, "part", diff_part_word(c->part));
    json_string(j, "kind", diff_kind_name(c->kind));
    json_string(j, "item", c->item);
    json_string(j, "scope", c->scope);
    json_string(j, "direction", c->direction ? diff_direction_name(c->direction) : NULL);
    json_boolean(j, "decisive", c->heavy);
    json_string(j, "text", c->text);
    put_value(j, &d->subject[0].check, "a", &c->a);
    put_value(j, &d->subject[1].check, "b", &c->b);
    if (c->passages)
        put_passages(j, c->passages);
    json_close(j, '}');
}

static void put_subject(struct json_out *j, const struct diff *d, int k)
{
    const struct diff_subject *s = &d->subject[k];
    json_open(j, k ? "b" : "a", '{');
    json_string(j, "ref", s->ref);
    json_string(j, "input", diff_input_name(s->input));
    json_string(j, "name", s->name);
    json_string(j, "revision", s->check.model.revision);
    json_string(j, "answer", answer_name(s->check.verdict.answer));
    json_unsigned(j, "files", s->check.model.n_files);
    json_close(j, '}');
}

static void put_parts(struct json_out *j, const struct diff *d)
{
    json_open(j, "parts", '[');
    for (unsigned p = 0; p < DIFF_PARTS; p++) {
        const struct diff_part_state *s = &d->parts[p];
        json_open(j, NULL, '{');
        json_string(j, "part", diff_part_word((enum diff_part)p));
        json_boolean(j, "compared", s->compared);
        json_unsigned(j, "changes", s->n_changes);
        json_unsigned(j, "same", s->n_same);
        json_string(j, "note", s->note);
        json_close(j, '}');
    }
    json_close(j, ']');
}

int diff_report(const struct diff *d, struct buf *out, struct err *e)
{
    struct json_out json = { .b = out }, *j = &json;
    json_open(j, NULL, '{');
    json_string(j, "schema", "assay.diff/1");
    json_string(j, "catalogue", catalog_date(&d->subject[0].check.catalog));
    use_write(&d->subject[0].check.use, j, "use");
    put_subject(j, d, 0);
    put_subject(j, d, 1);
    json_boolean(j, "differs", diff_differs(d));
    put_parts(j, d);
    json_open(j, "changes", '[');
    for (size_t i = 0; i < d->n_changes; i++)
        put_change(j, d, &d->changes[i]);
    json_close(j, ']');
    json_open(j, "not_compared", '[');
    for (size_t i = 0; i < d->n_gaps; i++) {
        json_open(j, NULL, '{');
        json_string(j, "part", diff_part_word(d->gaps[i].part));
        json_string(j, "side", d->gaps[i].side);
        json_string(j, "text", d->gaps[i].text);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_close(j, '}');
    buf_char(out, '\n');
    if (out->error)
        return out->error == ERR_LIMIT ? err_plain(e, ERR_LIMIT, "the comparison is too large to print") :
               err_memory(e);
    return 0;
}
