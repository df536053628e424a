// SPDX-License-Identifier: Apache-2.0
/* passport/report_checklist.c - trust signals, sign-offs and the twelve questions, as JSON. */
#include "passport/report.h"
#include "passport/report_int.h"

static void put_trust(struct json_out *j, const struct check *c)
{
    json_open(j, "trust", '[');
    for (size_t i = 0; i < c->trust.n; i++) {
        const struct trust_signal *s = &c->trust.items[i];
        json_open(j, NULL, '{');
        json_string(j, "name", s->name);
        json_string(j, "state", trust_state_name(s->state));
        json_string(j, "value", s->value);
        json_string(j, "why", s->why);
        json_string(j, "claim", s->claim ? s->claim->id : NULL);
        report_all_evidence(j, c, s->evidence, s->n_evidence);
        json_close(j, '}');
    }
    json_close(j, ']');
}

void report_signoff(struct json_out *j, const char *key, const struct signoff *s)
{
    if (!s) {
        json_null(j, key);
        return;
    }
    json_open(j, key, '{');
    json_unsigned(j, "question", s->question);
    json_string(j, "by", s->by);
    json_string(j, "role", s->role);
    json_string(j, "answer", s->answer);
    json_string(j, "until", s->until);
    json_string(j, "given", s->given);
    json_string(j, "state", signoff_state_name(s->state));
    json_string(j, "why", s->why);
    json_string(j, "model", s->model);
    json_close(j, '}');
}

static void put_entry(struct json_out *j, const struct check_entry *x)
{
    json_open(j, NULL, '{');
    json_unsigned(j, "n", x->n);
    json_string(j, "question", x->question);
    json_string(j, "status", check_status_name(x->status));
    json_string(j, "found", check_status_name(x->found));
    json_string(j, "answer", x->answer);
    json_string(j, "brief", x->brief);
    json_open(j, "claims", '[');
    for (size_t i = 0; i < x->n_claims; i++)
        json_string(j, NULL, x->claims[i]->id);
    json_close(j, ']');
    json_string(j, "next", x->next);
    json_string(j, "role", x->role);
    report_signoff(j, "signoff", x->signoff);
    json_close(j, '}');
}

void report_checklist(struct json_out *j, const struct check *c)
{
    put_trust(j, c);
    json_open(j, "signoffs", '[');
    for (size_t i = 0; i < c->signoffs.n; i++)
        report_signoff(j, NULL, &c->signoffs.items[i]);
    json_close(j, ']');
    json_open(j, "checklist", '[');
    for (size_t i = 0; c->checklist.made && i < CHECKLIST_QUESTIONS; i++)
        put_entry(j, &c->checklist.items[i]);
    json_close(j, ']');
}
