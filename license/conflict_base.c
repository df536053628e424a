// SPDX-License-Identifier: Apache-2.0
#include "license/conflict.h"

#include <string.h>

/* ---- what a licence asks, fact by fact ---------------------------------------------------------------- */

static bool has_duty(const struct license_record *r, enum duty_kind kind)
{
    for (size_t i = 0; i < r->n_duties; i++)
        if (r->duties[i].kind == kind)
            return true;
    return false;
}

static bool has_naming(const struct license_record *r)
{
    for (size_t i = 0; i < r->n_thresholds; i++)
        if (r->thresholds[i].effect == EFFECT_NAMING_ONLY)
            return true;
    return has_duty(r, DUTY_NAMING) || has_duty(r, DUTY_UI_NAMING);
}

/* Is each threshold of the base met by one of the model's that bites no later? */
static bool drops_threshold(const struct license_record *base, const struct license_record *model)
{
    for (size_t i = 0; i < base->n_thresholds; i++) {
        const struct record_threshold *b = &base->thresholds[i];
        bool kept = b->effect == EFFECT_NAMING_ONLY;
        for (size_t k = 0; k < model->n_thresholds && !kept; k++) {
            const struct record_threshold *m = &model->thresholds[k];
            kept = m->what == b->what && m->effect != EFFECT_NAMING_ONLY && m->amount <= b->amount
                   && strcmp(m->currency, b->currency) == 0;
        }
        if (!kept)
            return true;
    }
    return false;
}

static bool has_text(const struct record_texts *list, const char *s)
{
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->items[i], s) == 0)
            return true;
    return false;
}

static bool excludes(const struct license_record *r, const char *country, bool multimodal_only)
{
    for (size_t i = 0; i < r->n_regions; i++)
        if (has_text(&r->regions[i].exclude, country) && (multimodal_only || !r->regions[i].multimodal_only))
            return true;
    return false;
}

static bool drops_region(const struct license_record *base, const struct license_record *model,
                         enum base_multimodal multimodal)
{
    for (size_t i = 0; i < base->n_regions; i++) {
        const struct record_region *b = &base->regions[i];
        for (size_t k = 0; k < b->exclude.n; k++)
            if (!(b->multimodal_only && multimodal == MULTIMODAL_NO)
                && !excludes(model, b->exclude.items[k], b->multimodal_only))
                return true;
    }
    return false;
}

static bool drops_field(const struct license_record *base, const struct license_record *model)
{
    for (size_t i = 0; i < base->fields.n; i++)
        if (!has_text(&model->fields, base->fields.items[i]))
            return true;
    return false;
}

static bool forbids(enum right r)
{
    return r == RIGHT_NO || r == RIGHT_NONCOMMERCIAL;
}

static bool lets(const struct license_record *model, enum license_act act)
{
    return model->acts[act].is == RIGHT_YES || model->acts[act].is == RIGHT_CONDITIONAL;
}

unsigned conflict_drops(const struct license_record *base, const struct license_record *model,
                        enum base_multimodal multimodal)
{
    if (!base || !model || base == model)
        return 0;
    const bool dropped[DROP_COUNT] = {
        [DROP_USE_POLICY] = base->policy.present && !model->policy.present,
        [DROP_THRESHOLD] = drops_threshold(base, model),
        [DROP_REGION] = drops_region(base, model, multimodal),
        [DROP_NAMING] = has_naming(base) && !has_naming(model),
        [DROP_NONCOMMERCIAL] = forbids(base->acts[ACT_COMMERCIAL].is) && lets(model, ACT_COMMERCIAL),
        [DROP_SHARE_ALIKE] = has_duty(base, DUTY_SHARE_CHANGES) && !has_duty(model, DUTY_SHARE_CHANGES),
        [DROP_TRAINING] = forbids(base->outputs.train_others) && !forbids(model->outputs.train_others),
        [DROP_FIELD] = drops_field(base, model),
        [DROP_NO_CHANGES] = base->acts[ACT_MODIFY].is == RIGHT_NO && lets(model, ACT_MODIFY),
        [DROP_REDISTRIBUTION] = base->acts[ACT_REDISTRIBUTE].is == RIGHT_NO && lets(model, ACT_REDISTRIBUTE),
    };
    unsigned drops = 0;
    for (unsigned d = 0; d < DROP_COUNT; d++)
        drops |= (unsigned)dropped[d] << d;
    return drops;
}

/* ---- words ---------------------------------------------------------------------------------------------- */

const char *drop_name(enum drop d)
{
    static const char *const names[] = {
#define X(name, word) [name] = word,
        DROP_MAP(X)
#undef X
    };
    return names[d];
}

const char *const *drop_words(unsigned drops, struct arena *a, size_t *n)
{
    const char **words = arena_array(a, DROP_COUNT, sizeof *words);
    *n = 0;
    for (unsigned d = 0; words && d < DROP_COUNT; d++)
        if (drops & 1u << d)
            words[(*n)++] = drop_name((enum drop)d);
    return words;
}
