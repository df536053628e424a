// SPDX-License-Identifier: Apache-2.0
/* openness/card_int.h - the card as a stream of units, and what the judges share while they read it.
 *
 *     lines ──> card_blocks ──> unit: a sentence, a list item, a row of a table, a line of code
 *                                └─ words (lower case, with their bytes) ──> hits of the lexicon
 *     heading stack ──────────────> context: which topics a unit speaks of when it says nothing itself
 *
 * One pass, no backtracking, nothing kept but at most CARD_FINDS passages per topic. A unit longer than
 * CARD_UNIT_WORDS is read in pieces. A word keeps the bytes that it came from, so every passage is exact. */
#ifndef ASSAY_OPENNESS_CARD_INT_H
#define ASSAY_OPENNESS_CARD_INT_H
#include "openness/card_language.h"
#include "openness/card_lexicon.h"
#include "openness/card_topics.h"

enum { CARD_UNIT_WORDS = 256, CARD_UNIT_BYTES = 4096, CARD_WORD_BYTES = 64, CARD_HITS = 64, CARD_FINDS = 4,
       CARD_COLUMNS = 24, CARD_INDEXED = 64, CARD_LEVELS = 10, CARD_EVIDENCE_GAP = 2048,
       CARD_COMPARED = 2048 };

/* ---- words and units ------------------------------------------------------------------- */

enum { LINK_ANY = 1, LINK_PAPER = 2, LINK_SOCIAL = 4, LINK_MAIL = 8 };
struct card_hit { uint64_t cues; uint16_t from, to; uint8_t param; };       /* words [from, to) */
struct card_unit {
    uint32_t from, to;                  /* bytes of the file */
    size_t n_words, n_text, n_hits;
    unsigned links;
    bool jinja;
    struct card_word words[CARD_UNIT_WORDS];
    char text[CARD_UNIT_BYTES];
    struct card_hit hits[CARD_HITS];
    uint64_t seen;                      /* all cues of all hits */
};

/* Read the words of raw[from, to) into u, markup left out. Returns where it stopped: `to`, or earlier when
 * the unit is full. Words of code keep WORD_CODE and never match a cue. */
uint32_t unit_read(struct span raw, uint32_t from, uint32_t to, struct card_unit *u);
void unit_match(const struct lexicon *x, struct card_unit *u);
static inline bool unit_has(const struct card_unit *u, enum cue c)
{
    return u->seen & CUE_BIT(c);
}
const struct card_hit *unit_hit(const struct card_unit *u, enum cue c);     /* the first; NULL */
struct span unit_word(const struct card_unit *u, size_t i);
size_t unit_find(const struct card_unit *u, unsigned flag, size_t from);    /* a word with it; n_words */

/* ---- headings and what is collected ----------------------------------------------------- */

struct card_head { uint32_t mask, from, to, cue_from, cue_to; };            /* mask 0: says nothing */

struct card_find { uint32_t from, to, cue_from, cue_to; };      /* cue lies in [from, to) */
struct card_found {
    enum topic_state state;
    const char *why;
    struct card_find finds[CARD_FINDS];
    size_t n;
    bool headed, left_over;             /* there was a heading; there was a slot of a template */
    unsigned n_short;                   /* statements too short to answer alone */
};

struct card_indexed {                   /* one number of model-index */
    struct span dataset, type, metric, metric_type;
    double value;
    unsigned decimals;
    uint32_t from, to;
    bool agreed, differs;
    struct card_find other;             /* the row that differs */
};

struct card_reading {
    struct span raw;
    const struct lexicon *lex;
    const struct card *card;
    struct arena *a;
    struct card_unit unit, label;
    struct card_head heads[CARD_LEVELS];
    struct card_head ctx;               /* what holds here */
    struct card_head paragraph;         /* the label that a paragraph began with */
    struct card_found found[TOPIC_COUNT];
    struct language_votes votes;
    struct card_indexed indexed[CARD_INDEXED];
    size_t n_indexed, n_compared;       /* cells of tables held against model-index */
    uint64_t meta_languages, said_languages;    /* bits of lexicon languages */
    bool meta_languages_unsure;
    struct card_find meta_language_at, said_language_at, meta_data_at, undisclosed_at;
    bool has_meta_data, is_undisclosed;
    uint64_t facts;                     /* kinds of training facts */
    unsigned n_dates;                   /* entries with a date under news or a change log */
    struct card_find bib;               /* the entry of BibTeX that is open; to 0: none */
    bool bib_title, bib_author, bib_left_over;
};

/* Note a passage for a topic. A stronger state replaces what was collected, a weaker one is dropped. */
void card_say(struct card_reading *s, enum card_topic t, enum topic_state state, const char *why, struct card_find f);
struct card_find card_here(const struct card_unit *u, const struct card_hit *h);    /* the unit, cue inside */
struct card_find card_under(const struct card_head *h, const struct card_unit *u);  /* heading to unit */

/* ---- the parts ---------------------------------------------------------------------------- */

void card_meta_read(struct card_reading *s);              /* front matter, first */
void card_blocks_read(struct card_reading *s);            /* then the body: calls the three below */
void card_heading(struct card_reading *s, unsigned level, uint32_t from, uint32_t to);
void card_judge(struct card_reading *s, uint32_t from, uint32_t to, bool first);     /* first of its paragraph */
void card_code(struct card_reading *s, uint32_t from, uint32_t to, bool plain);       /* one line of it */
void card_contradict(struct card_reading *s);             /* last */

struct card_table {                     /* of the table that is being read */
    bool open;
    size_t n;                           /* columns of its first row */
    struct column { bool metric, bench, data, memory, language, date; uint32_t from, to; } columns[CARD_COLUMNS];
    uint32_t from, to;                  /* first row */
};
void card_row(struct card_reading *s, struct card_table *t, uint32_t from, uint32_t to, bool html);

/* Topics that a heading or label names, as bits; the first words that named one in *cue (to 0: none). */
uint32_t card_mask(const struct card_reading *s, const struct card_unit *u, struct card_hit *cue);
bool card_is_left_over(const struct card_unit *u, size_t from);             /* words [from, n) */

/* The rules, on s->unit. `head` names the topics of words [from, n). */
void card_judge_value(struct card_reading *s, const struct card_head *head, size_t from);
void card_judge_facts(struct card_reading *s, uint32_t mask);                 /* of training */
void card_judge_hardware(struct card_reading *s, uint32_t mask);
void card_judge_metrics(struct card_reading *s, uint32_t mask);
void card_judge_cues(struct card_reading *s, uint32_t mask);
size_t card_plain_words(const struct card_unit *u, size_t from);

#endif
