// SPDX-License-Identifier: Apache-2.0
/* passport/body_openness.c - the six components, the yardsticks beside them, and the card's topics. */
#include "base/num.h"
#include "passport/report_body.h"
#include "passport/say.h"

static void put_six(struct pen *p, const struct openness *o)
{
    static const struct pen_column columns[] = { { "Component", false }, { "State", false }, { "Can I see it?", false },
                                                 { "May I use it?", false }, { "Why", false } };
    static const struct pen_table table = { "six", "Six components; to be visible and to be usable are two things", columns, 5 };
    pen_table(p, &table);
    for (size_t i = 0; i < OPENNESS_PARTS; i++) {
        const struct openness_row *r = &o->parts[i];
        struct say_word s = say_openness(r->state), v = say_visible(r->visibility), u = say_rights(r->rights);
        pen_open(p, PEN_ROW);
        pen_cell(p, PEN_PLAIN, openness_part_title((enum openness_part)i));
        body_state_cell(p, s.mark, s.word);
        body_state_cell(p, v.mark, v.word);
        body_state_cell(p, u.mark, u.word);
        pen_open(p, PEN_CELL);
        pen_sentence(p, PEN_PLAIN, r->why);
        pen_proof(p, r->evidence, r->n_evidence, r->claim ? r->claim->method : "", r->claim ? r->claim->confidence : -1);
        pen_close(p, PEN_CELL);
        pen_close(p, PEN_ROW);
    }
    pen_close(p, PEN_TABLE);
}

static void yardstick(struct pen *p, const char *name, struct say_word w, const char *word)
{
    pen_open(p, PEN_ROW);
    pen_cell(p, PEN_PLAIN, name);
    body_state_cell(p, w.mark, word);
    pen_open(p, PEN_CELL);
}

static void end_yardstick(struct pen *p)
{
    pen_close(p, PEN_CELL);
    pen_close(p, PEN_ROW);
}

/* "5 of 7 met, 2 cannot tell" */
static void put_met(struct pen *p, const struct openness_need *needs, size_t n)
{
    size_t yes = 0, unknown = 0;
    for (size_t i = 0; i < n; i++) {
        yes += needs[i].met == MET_YES;
        unknown += needs[i].met == MET_CANNOT_TELL;
    }
    pen_fmt(p, PEN_PLAIN, "%zu of %zu conditions are met", yes, n);
    if (unknown)
        pen_fmt(p, PEN_PLAIN, ", of %zu it cannot be told", unknown);
    pen_put(p, PEN_PLAIN, ".");
}

static void put_progress(struct pen *p, const struct mof_result *r)
{
    static const char *const names[] = { "", "I", "II", "III" };
    char digits[NUM_TEXT_BYTES];
    for (unsigned k = 3; k >= 1; k--) {
        (void)num_format(r->progress[k], 0, digits);
        pen_fmt(p, PEN_PLAIN, "%sclass %s %s %%", k == 3 ? "Progress: " : ", ", names[k], digits);
    }
    pen_put(p, PEN_PLAIN, ".");
}

static void put_yardsticks(struct pen *p, const struct openness *o)
{
    static const struct pen_column columns[] = { { "Yardstick", false }, { "Result", false }, { "How far", false } };
    static const struct pen_table table = { "yardsticks", "Four yardsticks, each with its own question", columns, 3 };
    static const char *const classes[] = { "unclassified", "class I", "class II", "class III" };
    struct say_word class = say_class(o->class), osaid = say_met(o->osaid_met), eu = say_met(o->eu_plausible);
    unsigned k = o->mof_result.class <= 3 ? o->mof_result.class : 0;
    pen_sub(p, "Yardsticks");
    pen_table(p, &table);
    yardstick(p, "Class of openness", class, class.word);
    pen_sentence(p, PEN_PLAIN, o->class_why);
    pen_claim(p, o->class_claim);
    end_yardstick(p);
    yardstick(p, "Model Openness Framework", (struct say_word){ k == 1 ? MARK_GOOD : k ? MARK_PARTLY : MARK_NONE, "" },
              classes[k]);
    put_progress(p, &o->mof_result);
    pen_claim(p, o->mof_claim);
    end_yardstick(p);
    yardstick(p, "Open Source AI Definition 1.0", osaid, o->osaid_met == MET_YES ? "met" : o->osaid_met == MET_NO ?
              "not met" : osaid.word);
    put_met(p, o->osaid, o->n_osaid);
    pen_claim(p, o->osaid_claim);
    end_yardstick(p);
    yardstick(p, "EU AI Act, open-source exemption", eu, o->eu_plausible == MET_YES ? "plausible" :
              o->eu_plausible == MET_NO ? "not plausible" : eu.word);
    put_met(p, o->eu, o->n_eu);
    pen_claim(p, o->eu_claim);
    end_yardstick(p);
    pen_close(p, PEN_TABLE);
    pen_para(p, PEN_QUIET, "These are different yardsticks: each asks its own question, none is derived from another, and a "
             "model may pass one and fail the next.");
}

static void put_mof(struct pen *p, const struct openness *o)
{
    static const struct pen_column columns[] = { { "Part", false }, { "Class", true }, { "State", false }, { "Licence", false },
                                                 { "Why", false } };
    static const struct pen_table table = { "mof", "Model Openness Framework: a part counts when it is there under an open "
                                            "licence", columns, 5 };
    static const char *const classes[] = { "", "I", "II", "III" };
    pen_open_as(p, PEN_FOLD, "The 17 parts of the Model Openness Framework", "");
    pen_table(p, &table);
    for (size_t i = 0; i < MOF_PARTS; i++) {
        const struct openness_mof_row *r = &o->mof[i];
        const struct mof_part_info *info = mof_part_info((enum mof_part)i);
        struct say_word w = say_mof(r->state);
        pen_open(p, PEN_ROW);
        pen_cell(p, PEN_PLAIN, info->name);
        pen_open(p, PEN_CELL);
        pen_fmt(p, PEN_PLAIN, "%s%s", classes[info->class <= 3 ? info->class : 0], info->required ? "" : ", optional");
        pen_close(p, PEN_CELL);
        body_state_cell(p, w.mark, w.word);
        pen_cell(p, PEN_PLAIN, r->license);
        pen_open(p, PEN_CELL);
        pen_put(p, PEN_NAME, r->path);
        pen_sentence(p, r->path && r->path[0] ? PEN_NOTE : PEN_PLAIN, r->why);
        pen_proof(p, &r->evidence, 1, "", -1);
        pen_close(p, PEN_CELL);
        pen_close(p, PEN_ROW);
    }
    pen_close(p, PEN_TABLE);
    pen_close(p, PEN_FOLD);
}

static void put_needs(struct pen *p, const char *summary, const struct pen_table *table, const struct openness_need *needs,
                      size_t n)
{
    if (n == 0)
        return;
    pen_open_as(p, PEN_FOLD, summary, "");
    pen_table(p, table);
    for (size_t i = 0; i < n; i++) {
        struct say_word w = say_met(needs[i].met);
        pen_open(p, PEN_ROW);
        pen_cell(p, PEN_PLAIN, needs[i].name);
        body_state_cell(p, w.mark, w.word);
        pen_open(p, PEN_CELL);
        pen_sentence(p, PEN_PLAIN, needs[i].why);
        pen_proof(p, &needs[i].evidence, 1, "", -1);
        pen_close(p, PEN_CELL);
        pen_close(p, PEN_ROW);
    }
    pen_close(p, PEN_TABLE);
    pen_close(p, PEN_FOLD);
}

void body_openness(struct pen *p, struct check *c)
{
    static const struct pen_column columns[] = { { "Condition", false }, { "Met", false }, { "Why", false } };
    static const struct pen_table osaid = { "needs", "What the definition asks for", columns, 3 };
    static const struct pen_table eu = { "needs", "What the exemption asks for", columns, 3 };
    const struct openness *o = &c->openness;
    put_six(p, o);
    put_yardsticks(p, o);
    put_mof(p, o);
    put_needs(p, "The conditions of the Open Source AI Definition", &osaid, o->osaid, o->n_osaid);
    put_needs(p, "The conditions of the EU exemption", &eu, o->eu, o->n_eu);
}

/* ---- the card ------------------------------------------------------------------------- */

void body_card(struct pen *p, struct check *c)
{
    static const struct pen_column columns[] = { { "Topic", false }, { "State", false }, { "Why", false } };
    static const struct pen_table table = { "topics", "A heading alone answers nothing: what stands below it must say something",
                                            columns, 3 };
    const struct card_topics *t = &c->topics;
    if (!t->has_card) {
        pen_para(p, PEN_PARA, "There is no model card: it answers none of the topics.");
        return;
    }
    pen_open(p, PEN_FACTS);
    pen_fact(p, "Card", PEN_NAME, t->path);
    pen_fact(p, "Language", PEN_PLAIN, t->language);
    pen_close(p, PEN_FACTS);
    pen_table(p, &table);
    for (size_t i = 0; i < TOPIC_COUNT; i++) {
        const struct topic *k = &t->items[i];
        struct say_word w = say_topic(k->state);
        pen_open(p, PEN_ROW);
        pen_cell(p, PEN_PLAIN, topic_title((enum card_topic)i));
        body_state_cell(p, w.mark, w.word);
        pen_open(p, PEN_CELL);
        pen_sentence(p, PEN_PLAIN, k->why);
        pen_proof(p, k->evidence, k->n_evidence, k->claim ? k->claim->method : "", k->claim ? k->claim->confidence : -1);
        pen_close(p, PEN_CELL);
        pen_close(p, PEN_ROW);
    }
    pen_close(p, PEN_TABLE);
}
