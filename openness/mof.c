// SPDX-License-Identifier: Apache-2.0
#include "openness/mof.h"

static const struct mof_part_info infos[MOF_PARTS] = {
#define X(name, id, title, type, class, required) [name] = { id, title, MOF_##type, class, required },
    MOF_PART_MAP(X)
#undef X
};

bool mof_paper_stands_in(const enum mof_state state[MOF_PARTS])
{
    return state[MOF_TECHNICAL_REPORT] != MOF_INCLUDED && state[MOF_RESEARCH_PAPER] == MOF_INCLUDED;
}

void mof_evaluate(const enum mof_state state[MOF_PARTS], struct mof_result *out)
{
    bool stands_in = mof_paper_stands_in(state), lower_whole = true;
    unsigned included = stands_in, required = 0;
    *out = (struct mof_result){ 0 };
    for (unsigned class = 3; class >= 1; class--) {
        for (unsigned p = 0; p < MOF_PARTS; p++) {
            if (!infos[p].required || infos[p].class != class)
                continue;
            required++;
            included += state[p] == MOF_INCLUDED;
        }
        if (class == 1 && stands_in) {          /* the paper now counts for itself, and nobody asks for the report */
            required--;
            included--;
        }
        if (!lower_whole)
            return;
        /* divide first, as the framework does: 5 of 6 is 83.33333333333334 that way and no other */
        out->progress[class] = (double)included / (double)required * 100;
        lower_whole = included >= required;
        if (lower_whole)
            out->class = class;
    }
}

const struct mof_part_info *mof_part_info(enum mof_part part)
{
    return &infos[part];
}

const char *mof_state_name(enum mof_state s)
{
    static const char *const names[] = { [MOF_MISSING] = "missing", [MOF_UNLICENSED] = "unlicensed",
                                         [MOF_INVALID] = "invalid", [MOF_INCLUDED] = "included" };
    return names[s];
}

const char *mof_type_name(enum mof_type t)
{
    static const char *const names[] = { [MOF_CODE] = "code", [MOF_DATA] = "data", [MOF_DOCUMENT] = "document" };
    return names[t];
}

const char *mof_class_label(unsigned class)
{
    static const char *const labels[] = { "Unclassified", "Class I - Open Science Model", "Class II - Open Tooling Model",
                                          "Class III - Open Model" };
    return labels[class <= 3 ? class : 0];
}
