// SPDX-License-Identifier: Apache-2.0
/* openness/card_prose.c - headings, and what a sentence says under them and by itself. */
#include "openness/card_int.h"

#define BIT(topic) (1u << (topic))
enum { MIN_WORDS = 4, POINTER_WORDS = 20, NONE_WORDS = 8 };
enum { CARE = BIT(TOPIC_LIMITATIONS) | BIT(TOPIC_RISKS_BIAS) };

/* ---- what is collected ------------------------------------------------------------------ */

void card_say(struct card_reading *s, enum card_topic t, enum topic_state state, const char *why, struct card_find f)
{
    struct card_found *x = &s->found[t];
    if (state < x->state)
        return;
    if (state > x->state) {
        if (t != TOPIC_TRAINING && t != TOPIC_MAINTENANCE)          /* there, two weak ones make a strong one */
            x->n = 0;
        x->state = state;
        x->why = why;
    }
    for (size_t i = 0; i < x->n; i++)
        if (f.from < x->finds[i].to && x->finds[i].from < f.to)     /* a passage is shown once */
            return;
    if (x->n < CARD_FINDS)
        x->finds[x->n++] = f;
}

struct card_find card_here(const struct card_unit *u, const struct card_hit *h)
{
    struct card_find f = { u->from, u->to, 0, 0 };
    if (h) {
        f.cue_from = u->words[h->from].from;
        f.cue_to = u->words[h->to - 1].to;
    }
    return f;
}

struct card_find card_under(const struct card_head *h, const struct card_unit *u)
{
    if (h->from > u->from || u->from - h->from > CARD_EVIDENCE_GAP)
        return card_here(u, NULL);
    return (struct card_find){ h->from, u->to, h->cue_from, h->cue_to };
}

/* ---- headings ---------------------------------------------------------------------------- */

/* The deepest heading that names something; limitations and risks go together. */
static void find_context(struct card_reading *s)
{
    s->ctx = (struct card_head){ 0 };
    for (unsigned i = CARD_LEVELS; i-- > 0; ) {
        const struct card_head *h = &s->heads[i];
        if (!h->mask)
            continue;
        if (!s->ctx.mask) {
            s->ctx = *h;
        } else {
            if (!(s->ctx.mask & ~(uint32_t)CARE) && h->mask & CARE)
                s->ctx.mask |= h->mask & CARE;
            break;
        }
    }
}

static void note_heading(struct card_reading *s, uint32_t mask)
{
    for (unsigned t = 0; t < TOPIC_COUNT; t++)
        s->found[t].headed |= mask >> t & 1;
    for (unsigned t = TOPIC_EVAL_DATA; t <= TOPIC_EVAL_RESULTS; t++)
        s->found[t].headed |= (mask & HEAD_EVALUATION) != 0;
}

void card_heading(struct card_reading *s, unsigned level, uint32_t from, uint32_t to)
{
    struct card_hit cue;
    struct card_head h = { .from = from, .to = to };
    unit_read(s->raw, from, to, &s->label);
    h.mask = card_mask(s, &s->label, &cue);
    if (cue.to) {
        h.cue_from = s->label.words[cue.from].from;
        h.cue_to = s->label.words[cue.to - 1].to;
    }
    note_heading(s, h.mask);
    for (unsigned i = level; i < CARD_LEVELS; i++)
        s->heads[i] = (struct card_head){ 0 };
    s->heads[level < CARD_LEVELS ? level : CARD_LEVELS - 1] = h;
    find_context(s);
}

static void note_left_over(struct card_reading *s, uint32_t mask)
{
    for (unsigned t = 0; t < TOPIC_COUNT; t++)
        s->found[t].left_over |= mask >> t & 1;
    for (unsigned t = TOPIC_EVAL_DATA; t <= TOPIC_EVAL_RESULTS; t++)
        s->found[t].left_over |= (mask & HEAD_EVALUATION) != 0;
}

/* ---- what a statement is ------------------------------------------------------------------ */

size_t card_plain_words(const struct card_unit *u, size_t from)
{
    size_t n = 0;
    for (size_t i = from; i < u->n_words; i++)
        n += !(u->words[i].flags & WORD_CODE);
    return n;
}

bool card_is_left_over(const struct card_unit *u, size_t from)
{
    const struct card_hit *h = unit_hit(u, CUE_LEFT_OVER);
    if (u->jinja)
        return true;
    if (!h || h->from != from)
        return false;
    bool whole = h->to == u->n_words, slot = h->to - h->from >= 2 || unit_word(u, h->from).n > 8;
    return whole || (slot && u->n_words - from <= NONE_WORDS);
}

/* "See the [paper](...) for ...", or nothing but a link. */
static bool is_pointer(const struct card_unit *u, size_t n)
{
    if (u->links & LINK_MAIL)
        return false;
    if (unit_has(u, CUE_REFER) && n <= POINTER_WORDS)
        return true;
    return u->links && (n <= 3 || (n <= POINTER_WORDS && unit_has(u, CUE_POINTER)));
}

static bool has_number(const struct card_unit *u, size_t from)
{
    return unit_find(u, WORD_NUMBER, from) < u->n_words;
}

static bool has_year(const struct card_unit *u, size_t from, size_t most)
{
    for (size_t i = from; i < u->n_words && i < most; i++) {
        struct span w = unit_word(u, i);
        if (w.n == 4 && (span_starts(w, "19") || span_starts(w, "20")) && w.p[2] >= '0' && w.p[2] <= '9')
            return true;
    }
    return false;
}

/* ---- under a heading or behind a label ---------------------------------------------------- */

struct said {
    struct card_reading *s;
    const struct card_head *head;
    uint32_t mask;
    size_t from, n;                     /* words [from, ...), n of them plain */
    bool pointer, none;
};

static void say(const struct said *x, enum card_topic t, enum topic_state state, const char *why)
{
    card_say(x->s, t, state, why, card_under(x->head, &x->s->unit));
}

static void plain_topic(const struct said *x, enum card_topic t)
{
    const struct card_unit *u = &x->s->unit;
    struct card_found *f = &x->s->found[t];
    bool care = BIT(t) & CARE;
    if (x->none || (care && unit_has(u, CUE_NO_LIMITS) && x->n <= NONE_WORDS)) {
        if (care)
            say(x, t, TOPIC_PARTLY, "says only that there are none");
        return;
    }
    if (t == TOPIC_LIMITATIONS && x->mask & BIT(TOPIC_INTENDED_USE) && !unit_has(u, CUE_LIMIT))
        return;                         /* "intended uses & limitations": which of the two is it */
    if (t == TOPIC_INTENDED_USE && unit_has(u, CUE_OUT))
        return;
    if (x->pointer)
        say(x, t, TOPIC_PARTLY, "points elsewhere and says nothing itself");
    else if (x->n >= MIN_WORDS)
        say(x, t, TOPIC_ANSWERED, "said under its heading");
    else if (x->n > 0 && f->n_short++ < 2)
        say(x, t, TOPIC_PARTLY, "a few words only");
    else if (x->n > 0)
        say(x, t, TOPIC_ANSWERED, "listed under its heading");
}

static void training_data(const struct said *x)
{
    const struct card_unit *u = &x->s->unit;
    if (x->none)
        return;
    if (unit_has(u, CUE_UNDISCLOSED) && !unit_has(u, CUE_BASE)) {
        x->s->is_undisclosed = true;
        x->s->undisclosed_at = card_under(x->head, u);
        say(x, TOPIC_TRAINING_DATA, TOPIC_PARTLY, "says that the data is not disclosed");
    } else if (x->pointer) {
        say(x, TOPIC_TRAINING_DATA, TOPIC_PARTLY, "points elsewhere and says nothing itself");
    } else if (x->n >= 8 && (unit_has(u, CUE_DESCRIBES) || has_number(u, x->from))) {
        say(x, TOPIC_TRAINING_DATA, TOPIC_ANSWERED, "described under its heading");
    } else if (x->n > 0) {
        say(x, TOPIC_TRAINING_DATA, TOPIC_PARTLY, "named without a description");
    }
}

static void evaluation(const struct said *x)
{
    const struct card_unit *u = &x->s->unit;
    bool data = x->mask & BIT(TOPIC_EVAL_DATA), mixed = x->mask & BIT(TOPIC_TRAINING_DATA);
    if (x->none)
        return;
    if (data && x->pointer)
        say(x, TOPIC_EVAL_DATA, TOPIC_PARTLY, "points elsewhere and says nothing itself");
    else if (data && (!mixed || unit_has(u, CUE_TEST_SET) || unit_has(u, CUE_BENCH)))
        say(x, TOPIC_EVAL_DATA, x->n >= MIN_WORDS || unit_has(u, CUE_BENCH) ? TOPIC_ANSWERED : TOPIC_PARTLY,
            x->n >= MIN_WORDS ? "described under its heading" : "a few words only");
    if (!(x->mask & HEAD_EVALUATION) || !x->pointer)
        return;
    say(x, TOPIC_EVAL_RESULTS, TOPIC_PARTLY, "points elsewhere and says nothing itself");
    if (unit_has(u, CUE_EVALUATED) || unit_has(u, CUE_QUALITY))
        say(x, TOPIC_EVAL_DATA, TOPIC_PARTLY, "points elsewhere and says nothing itself");
}

static void languages(const struct said *x)
{
    struct card_reading *s = x->s;
    uint64_t bits = 0;
    for (size_t i = 0; i < s->unit.n_hits; i++)
        if (s->unit.hits[i].cues & CUE_BIT(CUE_LANGUAGE) && s->unit.hits[i].from >= x->from)
            bits |= UINT64_C(1) << s->unit.hits[i].param;
    for (size_t i = x->from; i < s->unit.n_words; i++) {
        int known = unit_word(&s->unit, i).n == 2 ? lexicon_language_of(unit_word(&s->unit, i)) : -1;
        if (known >= 0 && x->n <= NONE_WORDS)
            bits |= UINT64_C(1) << known;
    }
    if (bits) {
        if (!s->said_languages)
            s->said_language_at = card_under(x->head, &s->unit);
        s->said_languages |= bits;
        say(x, TOPIC_LANGUAGES, TOPIC_ANSWERED, "named");
    } else if (x->n > 0 && !x->none) {
        say(x, TOPIC_LANGUAGES, TOPIC_PARTLY, "says that there are several, not which");
    }
}

static void contact(const struct said *x)
{
    const struct card_unit *u = &x->s->unit;
    if (x->none)
        return;
    if (u->links & (LINK_MAIL | LINK_SOCIAL) || (u->links && unit_has(u, CUE_CONTACT) && !x->pointer))
        say(x, TOPIC_CONTACT, TOPIC_ANSWERED, "gives a way to reach somebody");
    else if (x->n > 0 && x->mask & HEAD_NAMES)
        say(x, TOPIC_CONTACT, TOPIC_PARTLY, "names who made it, not how to reach them");
    else if (u->links)
        say(x, TOPIC_CONTACT, TOPIC_PARTLY, "a link only");
}

static void citation(const struct said *x)
{
    const struct card_unit *u = &x->s->unit;
    if (x->n >= MIN_WORDS && has_year(u, x->from, u->n_words))
        say(x, TOPIC_CITATION, TOPIC_ANSWERED, "a reference with its year");
    else if (u->links || x->n >= 6)
        say(x, TOPIC_CITATION, TOPIC_PARTLY, "a link or a title, no full reference");
}

static void maintenance(const struct said *x)
{
    struct card_reading *s = x->s;
    if (x->none || x->n == 0)
        return;
    if (x->mask & HEAD_VERSION) {
        say(x, TOPIC_MAINTENANCE, TOPIC_PARTLY, "a version or a date only");
    } else if (x->mask & HEAD_NEWS) {
        bool dated = has_year(&s->unit, 0, 6), again = dated && s->n_dates > 0;
        s->n_dates += dated;
        if (dated)
            say(x, TOPIC_MAINTENANCE, again ? TOPIC_ANSWERED : TOPIC_PARTLY,
                again ? "changes are listed with their dates" : "one dated entry");
    } else if (x->pointer || x->n < 6) {
        say(x, TOPIC_MAINTENANCE, TOPIC_PARTLY, x->pointer ? "points elsewhere and says nothing itself"
                                                           : "a few words only");
    } else {
        say(x, TOPIC_MAINTENANCE, TOPIC_ANSWERED, "said under its heading");
    }
}

/* Training, hardware and energy want settings, devices and figures: words alone are half an answer. */
static void technical(const struct said *x)
{
    if (x->none)
        return;
    if (x->mask & BIT(TOPIC_TRAINING) && (x->pointer || x->n >= 8))
        say(x, TOPIC_TRAINING, TOPIC_PARTLY, x->pointer ? "points elsewhere and says nothing itself"
                                                        : "described without its settings");
    if (x->mask & BIT(TOPIC_HARDWARE) && x->n >= MIN_WORDS)
        say(x, TOPIC_HARDWARE, TOPIC_PARTLY, "no device and no amount of memory");
    if (x->mask & BIT(TOPIC_ENERGY) && (unit_has(&x->s->unit, CUE_ENERGY) || x->n >= 8))
        say(x, TOPIC_ENERGY, TOPIC_PARTLY, "no figure");
}

void card_judge_value(struct card_reading *s, const struct card_head *head, size_t from)
{
    const struct card_unit *u = &s->unit;
    struct said x = { s, head, head->mask, from, card_plain_words(u, from), false, false };
    x.pointer = is_pointer(u, x.n);
    x.none = unit_has(u, CUE_NONE) && x.n <= NONE_WORDS;
    for (unsigned t = TOPIC_INTENDED_USE; t <= TOPIC_RISKS_BIAS; t++)
        if (x.mask & BIT(t))
            plain_topic(&x, (enum card_topic)t);
    if (x.mask & BIT(TOPIC_TRAINING_DATA))
        training_data(&x);
    if (x.mask & (BIT(TOPIC_EVAL_DATA) | HEAD_EVALUATION))
        evaluation(&x);
    technical(&x);
    if (x.mask & BIT(TOPIC_LANGUAGES))
        languages(&x);
    if (x.mask & BIT(TOPIC_CONTACT))
        contact(&x);
    if (x.mask & BIT(TOPIC_CITATION))
        citation(&x);
    if (x.mask & BIT(TOPIC_MAINTENANCE))
        maintenance(&x);
}

/* ---- one unit ------------------------------------------------------------------------------ */

/* The words before "Label: ..."; 0: there is no label. *head changes only when it names something. */
static size_t label_words(struct card_reading *s, struct card_head *head)
{
    struct card_unit *u = &s->unit;
    uint32_t most = u->to - u->from > 120 ? u->from + 120 : u->to;
    const uint8_t *colon = memchr(s->raw.p + u->from, ':', most - u->from);
    if (!colon || (colon + 1 < s->raw.p + u->to && colon[1] == '/'))
        return 0;
    uint32_t at = (uint32_t)(colon - s->raw.p);
    size_t k = 0, all = u->n_words;
    while (k < all && u->words[k].to <= at)
        k++;
    if (k == 0 || k > 8)
        return 0;
    struct card_hit cue;
    u->n_words = k;
    uint32_t mask = card_mask(s, u, &cue);
    u->n_words = all;
    if (mask)
        *head = (struct card_head){ mask, u->from, at, u->words[cue.from].from, u->words[cue.to - 1].to };
    return k;
}

static void vote(struct card_reading *s)
{
    const struct card_unit *u = &s->unit;
    for (size_t i = 0; i < u->n_words; i++) {
        size_t used;
        const struct lex_entry *e = lexicon_find(&s->lex->small, u->words + i, u->text, 1, &used);
        if (!(u->words[i].flags & WORD_CODE))
            language_word(&s->votes, unit_word(u, i), e ? e->mask : 0);
    }
}

/* What holds for this unit: its own label, else that of its paragraph, else the heading. */
static void judge_unit(struct card_reading *s, bool first)
{
    struct card_unit *u = &s->unit;
    struct card_head none = { 0 }, head = none;
    if (unit_has(u, CUE_BOILERPLATE) || (u->n_words == 0 && !u->links && !u->jinja))
        return;
    size_t k = label_words(s, &head);
    bool named = head.mask != 0;
    if (named)
        note_heading(s, head.mask);
    if (first || named)
        s->paragraph = named ? head : none;
    if (!named)
        head = s->paragraph.mask ? s->paragraph : s->ctx;
    if (card_is_left_over(u, k)) {
        note_left_over(s, head.mask);
        return;
    }
    vote(s);
    if (named && k == u->n_words && !u->links) {
        card_heading(s, CARD_LEVELS - 1, head.from, head.to);
        return;
    }
    if (head.mask)
        card_judge_value(s, &head, named ? k : 0);
    card_judge_cues(s, head.mask);
    card_judge_facts(s, head.mask);
    card_judge_hardware(s, head.mask | (s->ctx.mask & BIT(TOPIC_HARDWARE)));
    card_judge_metrics(s, head.mask | (s->ctx.mask & HEAD_EVALUATION));
}

void card_judge(struct card_reading *s, uint32_t from, uint32_t to, bool first)
{
    while (from < to) {
        from = unit_read(s->raw, from, to, &s->unit);
        unit_match(s->lex, &s->unit);
        judge_unit(s, first);
        first = false;
    }
}
