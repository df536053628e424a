// SPDX-License-Identifier: Apache-2.0
/* openness/card_cues.c - what a sentence says by itself, whatever heading it stands under. */
#include "openness/card_int.h"

#define BIT(topic) (1u << (topic))
enum { NEAR_WORDS = 8 };
#define FACTS (UINT64_C(0xFFFF) << CUE_FACT_FIRST)
/* Rates, optimizers, alignment and "fine-tuned from": these need no word about training beside them. */
#define FACTS_ALONE (UINT64_C(0x2189) << CUE_FACT_FIRST)
enum { CARE = BIT(TOPIC_LIMITATIONS) | BIT(TOPIC_RISKS_BIAS),
       NOT_USE = BIT(TOPIC_TRAINING_DATA) | BIT(TOPIC_TRAINING) | BIT(TOPIC_CITATION) | BIT(TOPIC_EVAL_DATA),
       ELSEWHERE = BIT(TOPIC_TRAINING) | BIT(TOPIC_TRAINING_DATA) | BIT(TOPIC_CITATION),
       SCORES = HEAD_EVALUATION | BIT(TOPIC_EVAL_METRICS) | BIT(TOPIC_EVAL_DATA) };

static void say(struct card_reading *s, enum card_topic t, enum topic_state state, const char *why, enum cue cue)
{
    card_say(s, t, state, why, card_here(&s->unit, unit_hit(&s->unit, cue)));
}

/* ---- uses, limitations, risks --------------------------------------------------------------- */

/* "..., for editors who prepare a digest": for whom. */
static bool for_whom(const struct card_unit *u)
{
    for (size_t i = 0; i + 2 < u->n_words; i++)
        for (size_t k = i + 2; span_is(unit_word(u, i), "for") && k < u->n_words && k <= i + 4; k++)
            if (span_is(unit_word(u, k), "who"))
                return true;
    return false;
}

/* What it is for. Below "Risks" or "Out of scope", what "can be used for" something is no recommendation. */
static void cues_of_use(struct card_reading *s, uint32_t mask, size_t n)
{
    const struct card_unit *u = &s->unit;
    bool against = mask & (CARE | BIT(TOPIC_OUT_OF_SCOPE)) && !(mask & BIT(TOPIC_INTENDED_USE));
    if (unit_has(u, CUE_INTENDED) && !unit_has(u, CUE_OUT) && !against)
        say(s, TOPIC_INTENDED_USE, n >= 6 ? TOPIC_ANSWERED : TOPIC_PARTLY, "a sentence says what it is for", CUE_INTENDED);
    else if (!mask && n >= 6 && for_whom(u))
        card_say(s, TOPIC_INTENDED_USE, TOPIC_ANSWERED, "a sentence says for whom it is", card_here(u, NULL));
    else if (!mask && ((unit_has(u, CUE_TASK) && n >= 3) || (unit_has(u, CUE_VERB) && n >= 5)))
        say(s, TOPIC_INTENDED_USE, TOPIC_PARTLY, "names a task only", unit_has(u, CUE_TASK) ? CUE_TASK : CUE_VERB);
}

static void cues_of_care(struct card_reading *s, size_t n)
{
    const struct card_unit *u = &s->unit;
    if (unit_has(u, CUE_NO_LIMITS))
        say(s, TOPIC_LIMITATIONS, TOPIC_PARTLY, "says only that there are none", CUE_NO_LIMITS);
    else if (unit_has(u, CUE_LIMIT) && n >= 5)
        say(s, TOPIC_LIMITATIONS, TOPIC_ANSWERED, "a sentence says what it cannot do", CUE_LIMIT);
    if (unit_has(u, CUE_RISK) && unit_has(u, CUE_MODAL) && unit_has(u, CUE_SUBJECT) && n >= 6)
        say(s, TOPIC_RISKS_BIAS, TOPIC_ANSWERED, "a sentence names a bias or a harm", CUE_RISK);
}

/* ---- data ------------------------------------------------------------------------------------- */

/* "trained on" eight A100 is no data. */
static bool is_on_hardware(const struct card_unit *u, const struct card_hit *h)
{
    for (size_t i = 0; i < u->n_hits; i++) {
        const struct card_hit *x = &u->hits[i];
        bool device = x->cues & (CUE_BIT(CUE_DEVICE) | CUE_BIT(CUE_DEVICE_WEAK));
        if (device && x->from >= h->to && x->from <= h->to + 6)
            return true;
    }
    return false;
}

static void cues_of_data(struct card_reading *s, uint32_t mask, size_t n)
{
    const struct card_unit *u = &s->unit;
    const struct card_hit *h = unit_hit(u, CUE_TDATA);
    if (unit_has(u, CUE_UNDISCLOSED) && unit_has(u, CUE_TNOUN) && !unit_has(u, CUE_BASE)) {
        s->is_undisclosed = true;
        s->undisclosed_at = card_here(u, unit_hit(u, CUE_UNDISCLOSED));
        say(s, TOPIC_TRAINING_DATA, TOPIC_PARTLY, "says that the data is not disclosed", CUE_UNDISCLOSED);
        return;
    }
    if (!h || is_on_hardware(u, h) || unit_has(u, CUE_OUT) || mask & BIT(TOPIC_EVAL_DATA))
        return;
    bool described = n >= 8 && (unit_has(u, CUE_DESCRIBES) || unit_find(u, WORD_NUMBER, h->to) < u->n_words);
    say(s, TOPIC_TRAINING_DATA, described ? TOPIC_ANSWERED : TOPIC_PARTLY,
        described ? "a sentence describes it" : "named without a description", CUE_TDATA);
}

/* ---- who, how long, in which language ------------------------------------------------------- */

/* "Polish" is a language, "polish" is not. */
static bool is_capital(const struct card_reading *s, const struct card_hit *h)
{
    uint8_t c = s->raw.p[s->unit.words[h->from].from];
    return (c >= 'A' && c <= 'Z') || c >= 0x80;
}

static void cues_of_language(struct card_reading *s)
{
    const struct card_unit *u = &s->unit;
    for (size_t i = 0; i < u->n_hits; i++) {
        const struct card_hit *x = &u->hits[i];
        bool told = unit_has(u, CUE_LANGUAGE_WORD) || (x->from > 0 && span_is(unit_word(u, x->from - 1u), "in"));
        if (x->cues & CUE_BIT(CUE_LANGUAGE) && told && is_capital(s, x)) {
            card_say(s, TOPIC_LANGUAGES, TOPIC_ANSWERED, "named in a sentence", card_here(u, x));
            return;
        }
    }
    const struct card_hit *h = unit_hit(u, CUE_MANY_LANGUAGES);
    if (h && (span_is(unit_word(u, h->from), "multilingual") || span_is(unit_word(u, h->from), "bilingual")))
        card_say(s, TOPIC_LANGUAGES, TOPIC_PARTLY, "says that there are several, not which", card_here(u, h));
}

static bool has_word(const struct card_unit *u, const char *word)
{
    for (size_t i = 0; i < u->n_words; i++)
        if (span_is(unit_word(u, i), word))
            return true;
    return false;
}

/* A pointer names topics that are dealt with elsewhere. */
static void cues_of_pointer(struct card_reading *s)
{
    const struct card_unit *u = &s->unit;
    static const enum card_topic topics[] = { TOPIC_INTENDED_USE, TOPIC_OUT_OF_SCOPE, TOPIC_LIMITATIONS,
                                              TOPIC_RISKS_BIAS, TOPIC_TRAINING_DATA, TOPIC_MAINTENANCE };
    if (!u->links || !unit_has(u, CUE_POINTER) || u->n_words > 24)
        return;
    struct card_hit cue;
    uint32_t mask = card_mask(s, u, &cue);
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        if (mask & BIT(topics[i]))
            card_say(s, topics[i], TOPIC_PARTLY, "points elsewhere and says nothing itself", card_here(u, &cue));
    if (mask & HEAD_EVALUATION)
        card_say(s, TOPIC_EVAL_RESULTS, TOPIC_PARTLY, "points elsewhere and says nothing itself", card_here(u, &cue));
}

static void cues_of_people(struct card_reading *s, size_t n)
{
    const struct card_unit *u = &s->unit;
    if (u->links & LINK_MAIL || (u->links & LINK_SOCIAL && unit_has(u, CUE_CONTACT)))
        say(s, TOPIC_CONTACT, TOPIC_ANSWERED, "gives a way to reach somebody", CUE_CONTACT);
    if (u->links && (unit_has(u, CUE_PAPER) || (n <= 5 && has_word(u, "paper"))))
        say(s, TOPIC_CITATION, TOPIC_PARTLY, "a link to a paper, no reference", CUE_PAPER);
    if (unit_has(u, CUE_MAINTAINED) && n >= 4)
        say(s, TOPIC_MAINTENANCE, TOPIC_ANSWERED, "a sentence says what becomes of it", CUE_MAINTAINED);
}

void card_judge_cues(struct card_reading *s, uint32_t mask)
{
    size_t n = card_plain_words(&s->unit, 0);
    if (unit_has(&s->unit, CUE_OUT))
        say(s, TOPIC_OUT_OF_SCOPE, n >= 5 ? TOPIC_ANSWERED : TOPIC_PARTLY, "a sentence rules a use out", CUE_OUT);
    if (!(mask & NOT_USE)) {
        cues_of_use(s, mask, n);
        cues_of_care(s, n);
    }
    cues_of_data(s, mask, n);
    cues_of_language(s);
    cues_of_people(s, n);
    cues_of_pointer(s);
}

/* ---- training ----------------------------------------------------------------------------------- */

void card_judge_facts(struct card_reading *s, uint32_t mask)
{
    const struct card_unit *u = &s->unit;
    bool here = mask & BIT(TOPIC_TRAINING);
    bool about = here || ((unit_has(u, CUE_TRAINED) || unit_has(u, CUE_TDATA)) && !(mask & HEAD_USAGE));
    for (size_t i = 0; i < u->n_hits; i++) {
        uint64_t kinds = u->hits[i].cues & FACTS;
        if (!about)
            kinds &= mask & HEAD_USAGE ? 0 : FACTS_ALONE;
        if (!(kinds & ~s->facts))
            continue;
        s->facts |= kinds;
        bool two = (s->facts & (s->facts - 1)) != 0;
        card_say(s, TOPIC_TRAINING, two ? TOPIC_ANSWERED : TOPIC_PARTLY,
                 two ? "two settings or more are given" : "one setting only", card_here(u, &u->hits[i]));
    }
}

/* ---- hardware and energy ------------------------------------------------------------------------- */

/* "16 TPU chips", "8 GB": a number within two words before, or an amount of memory. */
static bool has_amount(const struct card_unit *u, const struct card_hit *h)
{
    for (size_t i = h->from > 2 ? h->from - 2u : 0; i < h->from; i++)
        if (u->words[i].flags & WORD_NUMBER)
            return true;
    for (size_t i = 1; i < u->n_words; i++) {
        struct span w = unit_word(u, i);
        bool unit = span_is(w, "gb") || span_is(w, "gib") || span_is(w, "mb");
        if (unit && u->words[i - 1].flags & WORD_NUMBER)
            return true;
        if (w.n > 2 && w.p[0] >= '0' && w.p[0] <= '9' && w.p[w.n - 1] == 'b' && w.p[w.n - 2] == 'g')
            return true;
    }
    return false;
}

static void energy(struct card_reading *s, uint32_t mask)
{
    const struct card_unit *u = &s->unit;
    size_t number = unit_find(u, WORD_NUMBER, 0);
    if (unit_has(u, CUE_ENERGY_UNIT) && number < u->n_words)
        say(s, TOPIC_ENERGY, TOPIC_ANSWERED, "a figure", CUE_ENERGY_UNIT);
    else if (unit_has(u, CUE_ENERGY) && u->n_words >= 6 && !(mask & BIT(TOPIC_ENERGY)))
        say(s, TOPIC_ENERGY, TOPIC_PARTLY, "no figure", CUE_ENERGY);
}

void card_judge_hardware(struct card_reading *s, uint32_t mask)
{
    const struct card_unit *u = &s->unit;
    bool here = mask & (BIT(TOPIC_HARDWARE) | BIT(TOPIC_TRAINING));
    bool runs = here || unit_has(u, CUE_RUNS) || unit_has(u, CUE_TDATA);
    const struct card_hit *weak = unit_hit(u, CUE_DEVICE_WEAK), *memory = unit_hit(u, CUE_MEMORY);
    if (unit_has(u, CUE_DEVICE) && runs)
        say(s, TOPIC_HARDWARE, TOPIC_ANSWERED, "names the device", CUE_DEVICE);
    else if (unit_has(u, CUE_NO_GPU))
        say(s, TOPIC_HARDWARE, TOPIC_ANSWERED, "says that no accelerator is needed", CUE_NO_GPU);
    else if (weak && runs && has_amount(u, weak))
        say(s, TOPIC_HARDWARE, TOPIC_ANSWERED, "says how much of which device", CUE_DEVICE_WEAK);
    else if (memory && runs && has_amount(u, memory))
        say(s, TOPIC_HARDWARE, TOPIC_ANSWERED, "says how much memory", CUE_MEMORY);
    else if (weak && runs && u->n_words >= 4)
        say(s, TOPIC_HARDWARE, TOPIC_PARTLY, "a kind of device, not which or how many", CUE_DEVICE_WEAK);
    energy(s, mask);
}

/* ---- evaluation -------------------------------------------------------------------------- */

/* "2,290" and "5000" count things; a score is smaller. */
static bool is_count(struct span w)
{
    size_t digits = 0;
    for (size_t i = 0; i < w.n && w.p[i] != '.'; i++)
        digits += w.p[i] >= '0' && w.p[i] <= '9';
    return memchr(w.p, '.', w.n) == NULL && digits >= 3;
}

/* A number that is the value of the metric at h. */
static bool has_score(const struct card_unit *u, const struct card_hit *h)
{
    for (size_t i = unit_find(u, WORD_NUMBER, h->to); i < u->n_words && i <= h->to + (size_t)NEAR_WORDS;
         i = unit_find(u, WORD_NUMBER, i + 1)) {
        bool version = i == h->to && h->cues & CUE_BIT(CUE_BENCH);
        if (!version && !is_count(unit_word(u, i)))
            return true;
    }
    return unit_find(u, WORD_PERCENT, 0) < u->n_words;
}

static void test_set(struct card_reading *s, bool scored)
{
    const struct card_unit *u = &s->unit;
    const struct card_hit *h = unit_hit(u, CUE_TEST_SET);
    size_t number = unit_find(u, WORD_NUMBER, 0);
    if (!h) {
        while (scored && number < u->n_words && !is_count(unit_word(u, number)))
            number = unit_find(u, WORD_NUMBER, number + 1);
        if (scored && number < u->n_words)
            card_say(s, TOPIC_EVAL_DATA, TOPIC_ANSWERED, "a sentence says on what and how much", card_here(u, NULL));
        return;
    }
    uint8_t before = h->from > 1 ? s->raw.p[u->words[h->from - 1].from] : 0;
    bool named = before >= 'A' && before <= 'Z', sized = number < u->n_words && u->n_words >= 7 && !named;
    while (sized && number < u->n_words && !is_count(unit_word(u, number)) && number > h->to + 4u)
        number = unit_find(u, WORD_NUMBER, number + 1);
    bool good = named || (sized && number < u->n_words);
    say(s, TOPIC_EVAL_DATA, good ? TOPIC_ANSWERED : TOPIC_PARTLY,
        good ? "a sentence says on what" : "a test set without a name or a size", CUE_TEST_SET);
}

/* A metric by itself is only half of a result. */
static void metric(struct card_reading *s, uint32_t mask, const struct card_hit *h)
{
    const struct card_unit *u = &s->unit;
    if (has_score(u, h)) {
        card_say(s, TOPIC_EVAL_METRICS, TOPIC_ANSWERED, "a metric with its value", card_here(u, h));
        card_say(s, TOPIC_EVAL_RESULTS, TOPIC_ANSWERED, "a metric with its value", card_here(u, h));
    } else if (unit_has(u, CUE_MEASURED) || (mask & BIT(TOPIC_EVAL_METRICS) && u->n_words >= 6)) {
        card_say(s, TOPIC_EVAL_METRICS, TOPIC_ANSWERED, "a sentence says what is measured", card_here(u, h));
    } else if (mask & SCORES || unit_has(u, CUE_EVALUATED)) {
        card_say(s, TOPIC_EVAL_METRICS, TOPIC_PARTLY, "a metric without a value", card_here(u, h));
    }
}

/* On what it was measured, and how many. */
static void cues_of_test(struct card_reading *s, uint32_t mask, bool about, const struct card_hit *m)
{
    const struct card_unit *u = &s->unit;
    const struct card_hit *bench = unit_hit(u, CUE_BENCH);
    bool here = mask & SCORES, other = mask & ELSEWHERE && !here;
    if (bench && (about || m) && !unit_has(u, CUE_TDATA))
        card_say(s, TOPIC_EVAL_DATA, TOPIC_ANSWERED, "names the benchmark", card_here(u, bench));
    else if (!other && (here || m || unit_has(u, CUE_EVALUATED)))
        test_set(s, here && m && has_score(u, m));
}

void card_judge_metrics(struct card_reading *s, uint32_t mask)
{
    const struct card_unit *u = &s->unit;
    bool here = mask & SCORES, about = here || unit_has(u, CUE_EVALUATED) || unit_has(u, CUE_TEST_SET);
    const struct card_hit *m = unit_hit(u, CUE_METRIC), *bench = unit_hit(u, CUE_BENCH);
    if (!m && about && (here || !(mask & ELSEWHERE)))
        m = unit_hit(u, CUE_METRIC_MAYBE);
    cues_of_test(s, mask, about, m);
    if (m)
        metric(s, mask, m);
    else if (here && bench && has_score(u, bench))
        card_say(s, TOPIC_EVAL_RESULTS, TOPIC_ANSWERED, "a benchmark with its value", card_here(u, bench));
    if (unit_has(u, CUE_QUALITY))
        say(s, TOPIC_EVAL_RESULTS, TOPIC_PARTLY, "praise without a number", CUE_QUALITY);
}
