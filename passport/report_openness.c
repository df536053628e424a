// SPDX-License-Identifier: Apache-2.0
/* passport/report_openness.c - the section "openness" of the JSON report. */
#include "passport/report_int.h"

static void put_claim(struct json_out *j, const struct claim *k)
{
    json_string(j, "claim", k ? k->id : NULL);
}

static void put_components(struct json_out *j, const struct check *c)
{
    json_open(j, "components", '[');
    for (int p = 0; p < OPENNESS_PARTS; p++) {
        const struct openness_row *row = &c->openness.parts[p];
        json_open(j, NULL, '{');
        json_string(j, "component", openness_part_word((enum openness_part)p));
        json_string(j, "state", openness_state_name(row->state));
        json_string(j, "visibility", openness_visibility_name(row->visibility));
        json_string(j, "rights", openness_rights_name(row->rights));
        json_string(j, "why", row->why);
        report_all_evidence(j, c, row->evidence, row->n_evidence);
        put_claim(j, row->claim);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void put_mof(struct json_out *j, const struct check *c)
{
    const struct openness *o = &c->openness;
    json_open(j, "mot", '{');
    json_unsigned(j, "class", o->mof_result.class);
    json_open(j, "progress", '{');
    json_number(j, "1", o->mof_result.progress[1], -1);
    json_number(j, "2", o->mof_result.progress[2], -1);
    json_number(j, "3", o->mof_result.progress[3], -1);
    json_close(j, '}');
    json_open(j, "components", '[');
    for (int p = 0; p < MOF_PARTS; p++) {
        const struct openness_mof_row *row = &o->mof[p];
        const struct mof_part_info *info = mof_part_info((enum mof_part)p);
        json_open(j, NULL, '{');
        json_string(j, "id", info->id);
        json_string(j, "name", info->name);
        json_string(j, "type", mof_type_name(info->type));
        json_unsigned(j, "class", info->class);
        json_boolean(j, "required", info->required);
        json_string(j, "state", mof_state_name(row->state));
        json_string(j, "license", row->license);
        json_string(j, "path", row->path);
        json_string(j, "why", row->why);
        report_evidence(j, c, "evidence", row->evidence);
        json_close(j, '}');
    }
    json_close(j, ']');
    put_claim(j, o->mof_claim);
    json_close(j, '}');
}

static void put_needs(struct json_out *j, const struct check *c, const char *key, const struct openness_need *rows,
                      size_t n)
{
    json_open(j, key, '[');
    for (size_t i = 0; i < n; i++) {
        json_open(j, NULL, '{');
        json_string(j, "name", rows[i].name);
        json_string(j, "met", openness_met_name(rows[i].met));
        json_string(j, "why", rows[i].why);
        report_evidence(j, c, "evidence", rows[i].evidence);
        json_close(j, '}');
    }
    json_close(j, ']');
}

void report_openness(struct json_out *j, const struct check *c)
{
    const struct openness *o = &c->openness;
    json_open(j, "openness", '{');
    json_string(j, "class", openness_class_name(o->class));
    json_string(j, "class_why", o->class_why);
    put_claim(j, o->class_claim);
    put_components(j, c);
    put_mof(j, c);
    json_open(j, "osaid", '{');
    json_string(j, "met", openness_met_name(o->osaid_met));
    put_needs(j, c, "requirements", o->osaid, o->n_osaid);
    put_claim(j, o->osaid_claim);
    json_close(j, '}');
    json_open(j, "eu_exemption", '{');
    json_string(j, "plausible", openness_met_name(o->eu_plausible));
    put_needs(j, c, "conditions", o->eu, o->n_eu);
    json_string(j, "note", "of Article 53(2) alone, and only for a general-purpose model, which is not judged here; a "
                "policy on copyright and a summary of the training content (Article 53(1)(c) and (d)) stay due");
    put_claim(j, o->eu_claim);
    json_close(j, '}');
    json_close(j, '}');
}
