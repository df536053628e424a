// SPDX-License-Identifier: Apache-2.0
#include "openness/mot_judge.h"

#include <string.h>

const char *mot_source_name(enum mot_license_source s)
{
    static const char *const names[] = { [MOT_FROM_NONE] = "none", [MOT_FROM_COMPONENT] = "component",
                                         [MOT_FROM_TYPE] = "type", [MOT_FROM_DISTRIBUTION] = "distribution" };
    return names[s];
}

/* ---- the class ------------------------------------------------------------------------------------------- */

static bool is_none(const char *license)
{
    return !*license || strcmp(license, "unlicensed") == 0;
}

/* The text that speaks for the licence of `p`; NULL when nobody does. */
static const struct mot_text *licence_of(const struct mot_release *r, const struct mot_component *c,
                                         enum mof_type type, enum mot_license_source *source)
{
    static const enum mot_scope scopes[] = { [MOF_CODE] = MOT_SCOPE_CODE, [MOF_DATA] = MOT_SCOPE_DATA,
                                             [MOF_DOCUMENT] = MOT_SCOPE_DOCUMENT };
    const struct mot_text *own = &c->fields[MOT_COMPONENT_LICENSE];
    const struct mot_text *typed = &r->licenses[scopes[type]].name;
    const struct mot_text *all = &r->licenses[MOT_SCOPE_DISTRIBUTION].name;
    *source = own->given ? MOT_FROM_COMPONENT : *typed->s ? MOT_FROM_TYPE : *all->s ? MOT_FROM_DISTRIBUTION :
              MOT_FROM_NONE;
    return own->given ? own : *typed->s ? typed : *all->s ? all : NULL;
}

static void judge_part(const struct mot_release *r, const struct mof_licenses *l, const struct mot_component *c,
                       struct mot_part *p)
{
    enum mof_type type = mof_part_info(c->part)->type;
    const struct mot_text *t = licence_of(r, c, type, &p->source);
    const struct mof_license *m = t ? mof_license_find(l, t->s) : NULL;
    p->component = c;
    p->license = t && !is_none(t->s) ? t->s : "";
    p->line = t && t->line ? t->line : c->line;
    p->open = mof_license_is_open(m);
    p->type_appropriate = mof_license_suits(m, type);
    p->state = !*p->license ? MOF_UNLICENSED : p->open ? MOF_INCLUDED : MOF_INVALID;
}

void mot_judge(const struct mot_release *r, const struct mof_licenses *l, struct mot_judged *out)
{
    enum mof_state states[MOF_PARTS];
    *out = (struct mot_judged){ 0 };
    for (unsigned p = 0; p < MOF_PARTS; p++)
        out->parts[p].license = "";
    for (size_t i = 0; i < r->n_components; i++)
        if (r->components[i].part < MOF_PARTS)
            judge_part(r, l, &r->components[i], &out->parts[r->components[i].part]);
    for (unsigned p = 0; p < MOF_PARTS; p++)
        states[p] = out->parts[p].state;
    mof_evaluate(states, &out->result);
    out->paper_stands_in = mof_paper_stands_in(states);
}

/* ---- why not the next class ------------------------------------------------------------------------------- */

static const char *plural(enum mof_type t)
{
    static const char *const words[] = { [MOF_CODE] = "code", [MOF_DATA] = "data", [MOF_DOCUMENT] = "documents" };
    return words[t];
}

static const char *example_license(enum mof_type t)
{
    static const char *const ids[] = { [MOF_CODE] = "Apache-2.0", [MOF_DATA] = "CDLA-Permissive-2.0",
                                       [MOF_DOCUMENT] = "CC-BY-4.0" };
    return ids[t];
}

/* Is the invalid licence only written in a way that the framework does not know? */
static const struct mof_license *meant(const struct mof_licenses *l, const struct mot_part *p)
{
    struct mof_near near = p->state == MOF_INVALID && !mof_license_find(l, p->license) ?
                           mof_license_near(l, p->license) : (struct mof_near){ 0 };
    return mof_license_is_open(near.license) ? near.license : NULL;
}

static const char *why(const struct mot_part *p, const struct mof_licenses *l, struct arena *a)
{
    if (p->state == MOF_MISSING)
        return "it is not listed";
    if (p->state == MOF_UNLICENSED)
        return p->source == MOT_FROM_NONE ? "it is listed, and no licence is named for it" :
                                            "it is listed as having no licence";
    return mof_license_find(l, p->license) ? arena_fmt(a, "its licence %.80s is not open", p->license) :
                                             arena_fmt(a, "'%.80s' is no id that the framework knows", p->license);
}

static const char *fix(const struct mot_part *p, const struct mof_part_info *info, const struct mof_licenses *l,
                       struct arena *a, bool paper_helps)
{
    const struct mof_license *m = meant(l, p);
    const char *or = paper_helps ? "; or do so with the research paper, which may stand in for it" : "";
    if (m)
        return arena_fmt(a, "if that is what was meant, write %s%s", m->id, or);
    if (p->state == MOF_MISSING)
        return arena_fmt(a, "publish it under an open licence for %s, as %s, and list it%s", plural(info->type),
                         example_license(info->type), or);
    if (p->state == MOF_UNLICENSED)
        return arena_fmt(a, "name its licence; it must be open, as %s for %s%s", example_license(info->type),
                         plural(info->type), or);
    return arena_fmt(a, "publish it under an open licence, as %s for %s%s", example_license(info->type),
                     plural(info->type), or);
}

int mot_next(const struct mot_judged *j, const struct mof_licenses *l, struct arena *a, struct mot_next *out,
             struct err *e)
{
    struct mot_next next = { .class = j->result.class == 0 ? 3 : j->result.class - 1 };
    for (unsigned i = 0; i < MOF_PARTS && next.class; i++) {
        const struct mof_part_info *info = mof_part_info((enum mof_part)i);
        const struct mot_part *p = &j->parts[i];
        bool stood_in = i == MOF_TECHNICAL_REPORT && j->paper_stands_in;
        if (!info->required || info->class < next.class || p->state == MOF_INCLUDED || stood_in)
            continue;
        struct mot_gap *g = &next.gaps[next.n_gaps++];
        g->part = (enum mof_part)i;
        g->why = why(p, l, a);
        g->fix = fix(p, info, l, a, i == MOF_TECHNICAL_REPORT && next.class > 1);
        if (!g->why || !g->fix)
            return err_memory(e);
    }
    *out = next;
    return 0;
}
