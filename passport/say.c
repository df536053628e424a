// SPDX-License-Identifier: Apache-2.0
#include "passport/say.h"

#include <inttypes.h>
#include <stdio.h>
#include "base/num.h"

#define LOOK_UP(table, i) ((size_t)(i) < sizeof(table) / sizeof *(table) ? (table)[i] \
                           : (struct say_word){ MARK_UNKNOWN, "cannot tell" })

struct say_word say_answer(enum answer a)
{
    static const struct say_word words[] = {
        [ANSWER_ALLOW] = { MARK_GOOD, "Allowed" }, [ANSWER_ALLOW_WITH_DUTIES] = { MARK_GOOD, "Allowed, with duties" },
        [ANSWER_ASK] = { MARK_ASK, "Ask first" }, [ANSWER_CANNOT_TELL] = { MARK_UNKNOWN, "Cannot tell" },
        [ANSWER_DENY] = { MARK_BAD, "Not allowed" } };
    return LOOK_UP(words, a);
}

const char *say_answer_says(enum answer a)
{
    switch (a) {
    case ANSWER_ALLOW:
        return "The licence allows this use and asks for nothing.";
    case ANSWER_ALLOW_WITH_DUTIES:
        return "The licence allows this use, if the duties below are met.";
    case ANSWER_ASK:
        return "A person must decide or do something before this use: the reasons below say what.";
    case ANSWER_CANNOT_TELL:
        return "Something that decides is not known: the reasons below say what is missing.";
    case ANSWER_DENY:
        return "The licence does not allow this use.";
    }
    return "";
}

struct say_word say_openness(enum openness_state s)
{
    static const struct say_word words[] = {
        [OPENNESS_CANNOT_TELL] = { MARK_UNKNOWN, "cannot tell" }, [OPENNESS_ABSENT] = { MARK_NONE, "absent" },
        [OPENNESS_RESTRICTED] = { MARK_ASK, "restricted" }, [OPENNESS_PARTLY] = { MARK_PARTLY, "partly open" },
        [OPENNESS_OPEN] = { MARK_GOOD, "open" } };
    return LOOK_UP(words, s);
}

struct say_word say_visible(enum openness_visibility v)
{
    static const struct say_word words[] = {
        [VISIBLE_CANNOT_TELL] = { MARK_UNKNOWN, "cannot tell" }, [VISIBLE_NO] = { MARK_NONE, "no" },
        [VISIBLE_PARTLY] = { MARK_PARTLY, "partly" }, [VISIBLE_YES] = { MARK_GOOD, "yes" } };
    return LOOK_UP(words, v);
}

struct say_word say_rights(enum openness_rights r)
{
    static const struct say_word words[] = {
        [RIGHTS_CANNOT_TELL] = { MARK_UNKNOWN, "cannot tell" }, [RIGHTS_NONE] = { MARK_NONE, "none" },
        [RIGHTS_RESTRICTED] = { MARK_ASK, "restricted" }, [RIGHTS_OPEN] = { MARK_GOOD, "open" } };
    return LOOK_UP(words, r);
}

struct say_word say_class(enum openness_class c)
{
    static const struct say_word words[] = {
        [OPEN_CLASS_CANNOT_TELL] = { MARK_UNKNOWN, "Cannot tell" }, [OPEN_CLASS_CLOSED] = { MARK_BAD, "Closed" },
        [OPEN_CLASS_OPEN_WEIGHT] = { MARK_PARTLY, "Open weight" },
        [OPEN_CLASS_OPEN_SOURCE] = { MARK_GOOD, "Open source" } };
    return LOOK_UP(words, c);
}

struct say_word say_met(enum openness_met m)
{
    static const struct say_word words[] = { [MET_CANNOT_TELL] = { MARK_UNKNOWN, "cannot tell" },
                                                [MET_NO] = { MARK_BAD, "no" }, [MET_YES] = { MARK_GOOD, "yes" } };
    return LOOK_UP(words, m);
}

struct say_word say_mof(enum mof_state s)
{
    static const struct say_word words[] = {
        [MOF_MISSING] = { MARK_NONE, "missing" }, [MOF_UNLICENSED] = { MARK_ASK, "without licence" },
        [MOF_INVALID] = { MARK_BAD, "licence not open" }, [MOF_INCLUDED] = { MARK_GOOD, "included" } };
    return LOOK_UP(words, s);
}

struct say_word say_topic(enum topic_state s)
{
    static const struct say_word words[] = {
        [TOPIC_SILENT] = { MARK_NONE, "silent" }, [TOPIC_PARTLY] = { MARK_PARTLY, "partly" },
        [TOPIC_ANSWERED] = { MARK_GOOD, "answered" }, [TOPIC_CONTRADICTED] = { MARK_BAD, "contradicted" } };
    return LOOK_UP(words, s);
}

struct say_word say_status(enum check_status s)
{
    static const struct say_word words[] = {
        [STATUS_OPEN] = { MARK_UNKNOWN, "open" }, [STATUS_SILENT] = { MARK_NONE, "silent" },
        [STATUS_PARTLY] = { MARK_PARTLY, "partly" }, [STATUS_CONTRADICTED] = { MARK_BAD, "contradicted" },
        [STATUS_ANSWERED] = { MARK_GOOD, "answered" } };
    return LOOK_UP(words, s);
}

struct say_word say_trust(enum trust_state s)
{
    static const struct say_word words[] = {
        [TRUST_ABSENT] = { MARK_NONE, "absent" }, [TRUST_SEEN] = { MARK_GOOD, "seen" },
        [TRUST_OFFLINE] = { MARK_UNKNOWN, "not visible offline" } };
    return LOOK_UP(words, s);
}

struct say_word say_signoff(enum signoff_state s)
{
    static const struct say_word words[] = {
        [SIGNOFF_VALID] = { MARK_GOOD, "valid" }, [SIGNOFF_EXPIRED] = { MARK_ASK, "expired" },
        [SIGNOFF_VOID] = { MARK_BAD, "void" } };
    return LOOK_UP(words, s);
}

struct say_word say_right(enum right r)
{
    static const struct say_word words[] = {
        [RIGHT_UNSAID] = { MARK_UNKNOWN, "not said" }, [RIGHT_YES] = { MARK_GOOD, "yes" },
        [RIGHT_NO] = { MARK_BAD, "no" }, [RIGHT_CONDITIONAL] = { MARK_ASK, "on conditions" },
        [RIGHT_NONCOMMERCIAL] = { MARK_BAD, "non-commercial only" } };
    return LOOK_UP(words, r);
}

const char *say_basis(char basis)
{
    return basis == 'V' ? "read in the text" : basis == 'S' ? "second hand, not verified" :
           basis == 'M' ? "from memory, not verified" : "";
}

const char *say_when(enum duty_when w)
{
    switch (w) {
    case WHEN_ALWAYS:
        return "always";
    case WHEN_REDISTRIBUTE:
        return "when you pass the model on";
    case WHEN_HOSTED:
        return "when you host it for others";
    case WHEN_MODIFY:
        return "when you change it";
    case WHEN_OUTPUTS:
        return "for what it puts out";
    case WHEN_COMMERCIAL:
        return "when the use is commercial";
    case WHEN_TRAIN_OTHERS:
        return "when you train others with it";
    }
    return "";
}

const char *say_conflict(enum conflict_kind k)
{
    switch (k) {
    case CONFLICT_DECLARED_TEXT:
        return "declaration and text";
    case CONFLICT_VERSION:
        return "versions";
    case CONFLICT_DECLARED:
        return "two declarations";
    case CONFLICT_TEXTS:
        return "two texts";
    case CONFLICT_LINK:
        return "link";
    case CONFLICT_BASE:
        return "base model's terms dropped";
    case CONFLICT_NO_TEXT:
        return "text missing";
    case CONFLICT_NO_POLICY:
        return "use policy missing";
    case CONFLICT_KIND_COUNT:
        break;
    }
    return conflict_kind_name(k);
}

const char *say_use_key(const char *key)
{
    static const struct { const char *key, *words; } names[] = {
        { "users_month", "Users a month" }, { "users_day", "Users a day" }, { "visits_month", "Visits a month" },
        { "revenue_year_usd", "Revenue a year, US dollars" },
        { "revenue_month_usd", "Revenue a month, US dollars" },
        { "arr_usd", "Recurring revenue a year, US dollars" }, { "commercial", "Commercial use" },
        { "modify", "Changing the model" }, { "train_others", "Training others with it" },
        { "deployment", "Deployment" }, { "country", "Country" }, { "field", "Field of use" },
        { "modality", "Modality" }, { "date", "Date" } };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(key, names[i].key) == 0)
            return names[i].words;
    return key;
}

const char *say_size(uint64_t bytes, char out[SAY_BYTES])
{
    static const char *const units[] = { "bytes", "kB", "MB", "GB", "TB" };
    char digits[NUM_TEXT_BYTES];
    double v = (double)bytes;
    unsigned u = 0;
    for (; v >= 999.95 && u < 4; u++)
        v /= 1000;
    (void)num_format(v, u ? 1 : 0, digits);
    (void)snprintf(out, SAY_BYTES, "%.20s %s", digits, bytes == 1 ? "byte" : units[u]);
    return out;
}

const char *say_count(uint64_t n, char out[SAY_BYTES])
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, n);
    char *to = out;
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = 0;
    return out;
}

const char *say_place(const struct evidence *ev, char out[SAY_BYTES])
{
    if (ev->line_from && ev->line_to > ev->line_from)
        (void)snprintf(out, SAY_BYTES, "lines %u to %u", ev->line_from, ev->line_to);
    else if (ev->line_from)
        (void)snprintf(out, SAY_BYTES, "line %u", ev->line_from);
    else
        (void)snprintf(out, SAY_BYTES, "bytes %" PRIu64 " to %" PRIu64, ev->byte_from, ev->byte_to);
    return out;
}
