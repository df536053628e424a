// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include "base/fs.h"
#include "openness/card_int.h"
#include "tests/support/faults.h"

static struct card_topics read_card(struct arena *a, struct span raw)
{
    struct card c;
    struct card_topics t;
    EQ(card_parse(raw, a, &c, NULL), 0);
    EQ(card_topics_read("README.md", raw, &c, a, &t, NULL), 0);
    return t;
}

/* ---- against labels made by hand -------------------------------------------------------- */

struct score { unsigned n, same, by_topic[TOPIC_COUNT], cards; };

static bool next_cell(struct span *line, struct span *cell)
{
    if (!line->p)
        return false;
    const uint8_t *tab = memchr(line->p, '\t', line->n);
    *cell = span_sub(*line, 0, tab ? (size_t)(tab - line->p) : line->n);
    *line = tab ? span_sub(*line, cell->n + 1, line->n) : SPAN_NONE;
    return true;
}

static void score_card(const char *path, struct span name, struct span labels, struct score *s)
{
    struct arena a;
    struct span raw, cell = SPAN_NONE;
    arena_init(&a, 256u << 20);
    if (fs_read(path, CARD_MAX_BYTES, &a, &raw, NULL)) {
        printf("# cannot read %s\n", path);
        fail();
    }
    struct card_topics t = read_card(&a, raw);
    s->cards++;
    for (unsigned i = 0; i < TOPIC_COUNT; i++) {
        YES(next_cell(&labels, &cell));
        const char *got = topic_state_name(t.items[i].state);
        s->n++;
        if (span_is(cell, got)) {
            s->same++;
            s->by_topic[i]++;
        } else {
            printf("# %.*s: %s: label %.*s, judge %s (%s)\n", SPAN_ARG(name), topic_word(i), SPAN_ARG(cell), got,
                   t.items[i].why);
        }
    }
    arena_fini(&a);
}

static struct score score_all(const char *tsv, const char *folder)
{
    struct arena a;
    struct score s = { 0 };
    struct span raw, name;
    arena_init(&a, 16u << 20);
    EQ(fs_read(tsv, 1 << 20, &a, &raw, NULL), 0);
    bool first = true;
    while (raw.n) {
        const uint8_t *nl = memchr(raw.p, '\n', raw.n);
        struct span line = span_sub(raw, 0, nl ? (size_t)(nl - raw.p) : raw.n);
        raw = span_sub(raw, line.n + 1, raw.n);
        if (!first && next_cell(&line, &name)) {
            char path[8192];
            snprintf(path, sizeof path, "%s/%.*s", folder, SPAN_ARG(name));
            score_card(path, name, line, &s);
        }
        first = false;
    }
    arena_fini(&a);
    for (unsigned i = 0; i < TOPIC_COUNT; i++)
        printf("# %-20s %3u of %u\n", topic_word(i), s.by_topic[i], s.cards);
    printf("# agreement %u of %u = %.4f, %u cards\n", s.same, s.n, s.n ? (double)s.same / s.n : 0, s.cards);
    return s;
}

TEST(topics_agree_with_our_own_labels)
{
    char tsv[1024], folder[512];
    snprintf(folder, sizeof folder, "%s/tests/golden/cards", dir_of("ASSAY_SOURCE"));
    snprintf(tsv, sizeof tsv, "%s/labels.tsv", folder);
    struct score s = score_all(tsv, folder);
    YES(s.cards >= 30);
    YES(s.same * 100 >= s.n * 95);
    for (unsigned i = 0; i < TOPIC_COUNT; i++)
        YES(s.by_topic[i] * 100 >= s.cards * 85);
}

TEST(topics_agree_with_labels_of_real_cards)
{
    char tsv[1024], folder[512], probe[1024];
    enum fs_kind kind;
    uint64_t size;
    snprintf(folder, sizeof folder, "%s/data/cards", dir_of("ASSAY_SHARED"));
    snprintf(tsv, sizeof tsv, "%s/tests/golden/cards/real.tsv", dir_of("ASSAY_SOURCE"));
    snprintf(probe, sizeof probe, "%s/index.tsv", folder);
    if (fs_stat(probe, &kind, &size, NULL))
        SKIP("no cards of others at $ASSAY_SHARED/data/cards");
    struct score s = score_all(tsv, folder);
    YES(s.cards >= 20);
    YES(s.same * 100 >= s.n * 85);
}

/* ---- one rule at a time -------------------------------------------------------------------- */

struct rule { const char *card; enum card_topic topic; enum topic_state state; };

static const struct rule rules[] = {
    { "# X\n\n## Limitations\n", TOPIC_LIMITATIONS, TOPIC_SILENT },                     /* a heading says nothing */
    { "## Limitations\n\n[More Information Needed]\n", TOPIC_LIMITATIONS, TOPIC_SILENT },
    { "## Limitations\n\n<!-- It cannot read dates at all. -->\n", TOPIC_LIMITATIONS, TOPIC_SILENT },
    { "<!-- \n## Limitations\n\nIt cannot read dates at all.\n-->\n", TOPIC_LIMITATIONS, TOPIC_SILENT },
    { "## Limitations\n\n{{ limitations }}\n", TOPIC_LIMITATIONS, TOPIC_SILENT },
    { "## Limitations\n\nNone known.\n", TOPIC_LIMITATIONS, TOPIC_PARTLY },
    { "## Limitations\n\nSee the [paper](https://a.example/p).\n", TOPIC_LIMITATIONS, TOPIC_PARTLY },
    { "## Limitations\n\nDates are read wrongly.\n", TOPIC_LIMITATIONS, TOPIC_ANSWERED },
    { "## Limitations\n\n### Dates\n\nDates are read wrongly.\n", TOPIC_LIMITATIONS, TOPIC_ANSWERED },
    { "The model struggles with dates of all kinds.\n", TOPIC_LIMITATIONS, TOPIC_ANSWERED },
    { "```\n## Limitations\nDates are read wrongly here.\n```\n", TOPIC_LIMITATIONS, TOPIC_SILENT },
    { "~~~\n```\n## Limitations\nDates are read wrongly here.\n~~~\n", TOPIC_LIMITATIONS, TOPIC_SILENT },
    { "It is not intended for use in courts of law.\n", TOPIC_INTENDED_USE, TOPIC_SILENT },
    { "It is not intended for use in courts of law.\n", TOPIC_OUT_OF_SCOPE, TOPIC_ANSWERED },
    { "It is intended for use in small museums only.\n", TOPIC_INTENDED_USE, TOPIC_ANSWERED },
    { "---\npipeline_tag: text-generation\n---\n", TOPIC_INTENDED_USE, TOPIC_PARTLY },
    { "The bias vector may be added to the model here.\n", TOPIC_RISKS_BIAS, TOPIC_SILENT },
    { "The model may reproduce stereotypes of its time.\n", TOPIC_RISKS_BIAS, TOPIC_ANSWERED },
    { "It was trained on eight A100 GPUs for two weeks.\n", TOPIC_TRAINING_DATA, TOPIC_SILENT },
    { "It was trained on eight A100 GPUs for two weeks.\n", TOPIC_HARDWARE, TOPIC_ANSWERED },
    { "It was trained on SQuAD.\n", TOPIC_TRAINING_DATA, TOPIC_PARTLY },
    { "It was trained on 40 hours of speech from two readers.\n", TOPIC_TRAINING_DATA, TOPIC_ANSWERED },
    { "## Training procedure\n\nAdamW was used.\n", TOPIC_TRAINING, TOPIC_PARTLY },
    { "## Training procedure\n\nAdamW, batch size 8.\n", TOPIC_TRAINING, TOPIC_ANSWERED },
    { "## Hyperparameters\n\n```\nlearning_rate = 3e-5\nn_epochs = 2\n```\n", TOPIC_TRAINING, TOPIC_ANSWERED },
    { "## Results\n\nAccuracy is good.\n", TOPIC_EVAL_METRICS, TOPIC_PARTLY },
    { "## Results\n\nAccuracy is good.\n", TOPIC_EVAL_RESULTS, TOPIC_SILENT },
    { "## Results\n\nAccuracy is 91.2.\n", TOPIC_EVAL_RESULTS, TOPIC_ANSWERED },
    { "## Results\n\n| Task | x |\n|--|--|\n| MMLU | 61.2 |\n", TOPIC_EVAL_DATA, TOPIC_ANSWERED },
    { "## Results\n\n| Task | x |\n|--|--|\n| MMLU | 61.2 |\n", TOPIC_EVAL_METRICS, TOPIC_PARTLY },
    { "It outperforms everything else.\n", TOPIC_EVAL_RESULTS, TOPIC_PARTLY },
    { "Training emitted 12 kg CO2eq.\n", TOPIC_ENERGY, TOPIC_ANSWERED },
    { "---\nco2_eq_emissions: 3.5\n---\n", TOPIC_ENERGY, TOPIC_ANSWERED },
    { "---\nlanguage: multilingual\n---\n", TOPIC_LANGUAGES, TOPIC_PARTLY },
    { "---\nlanguage: [no]\n---\n", TOPIC_LANGUAGES, TOPIC_ANSWERED },
    { "Please polish the text of the model.\n", TOPIC_LANGUAGES, TOPIC_SILENT },
    { "Mail to ann@lab.example today.\n", TOPIC_CONTACT, TOPIC_ANSWERED },
    { "Mail to your.name@lab.example today.\n", TOPIC_CONTACT, TOPIC_SILENT },
    { "**Developed by:** Ann Lab\n", TOPIC_CONTACT, TOPIC_PARTLY },
    { "@misc{a,\n  title={Some title},\n  author={Ann Lab}\n}\n", TOPIC_CITATION, TOPIC_ANSWERED },
    { "```\n@misc{a,\n  title={Your title here},\n  author={Ann}\n}\n```\n", TOPIC_CITATION, TOPIC_SILENT },
    { "**Version:** 1.0\n", TOPIC_MAINTENANCE, TOPIC_PARTLY },
    { "---\nnew_version: a/b\n---\n", TOPIC_MAINTENANCE, TOPIC_ANSWERED },
    { "---\nlanguage: fr\n---\n**Language:** German\n", TOPIC_LANGUAGES, TOPIC_CONTRADICTED },
    { "---\nlanguage: [fr, de]\n---\n**Language:** German\n", TOPIC_LANGUAGES, TOPIC_ANSWERED },
    { "---\nlanguage: [fr, xyz]\n---\n**Language:** German\n", TOPIC_LANGUAGES, TOPIC_ANSWERED },
    { "---\ndatasets: [a/b]\n---\nThe training data has not been disclosed.\n", TOPIC_TRAINING_DATA, TOPIC_CONTRADICTED },
    { "---\ndatasets: [a/b]\n---\nThe training data of the base model was not disclosed.\n", TOPIC_TRAINING_DATA,
      TOPIC_PARTLY },
};

TEST(topics_rule_by_rule)
{
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        struct arena a;
        arena_init(&a, 64u << 20);
        struct card_topics t = read_card(&a, span_str(rules[i].card));
        enum topic_state got = t.items[rules[i].topic].state;
        if (got != rules[i].state)
            printf("# rule %zu, %s: %s, not %s\n", i, topic_word(rules[i].topic), topic_state_name(got),
                   topic_state_name(rules[i].state));
        EQ(got, rules[i].state);
        arena_fini(&a);
    }
}

#define INDEX "---\nmodel-index:\n- name: m\n  results:\n  - dataset: {name: IMDb, type: imdb}\n    metrics:\n" \
              "    - {type: accuracy, value: 0.9132}\n---\n## Results\n\n| Dataset | Accuracy |\n|--|--|\n"

TEST(topics_numbers_against_model_index)
{
    static const struct rule numbers[] = {
        { INDEX "| IMDb | 0.85 |\n", TOPIC_EVAL_RESULTS, TOPIC_CONTRADICTED },
        { INDEX "| IMDb | 0.9132 |\n", TOPIC_EVAL_RESULTS, TOPIC_ANSWERED },
        { INDEX "| IMDb | 91.3 |\n", TOPIC_EVAL_RESULTS, TOPIC_ANSWERED },              /* a percentage, rounded */
        { INDEX "| IMDb | 0.91 |\n", TOPIC_EVAL_RESULTS, TOPIC_ANSWERED },
        { INDEX "| IMDb | 0.85 |\n| IMDb | 0.913 |\n", TOPIC_EVAL_RESULTS, TOPIC_ANSWERED },
        { INDEX "| Yelp | 0.85 |\n", TOPIC_EVAL_RESULTS, TOPIC_ANSWERED },              /* of something else */
        { INDEX "| IMDb | 2024a |\n", TOPIC_EVAL_RESULTS, TOPIC_ANSWERED },
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct arena a;
        arena_init(&a, 64u << 20);
        struct card_topics t = read_card(&a, span_str(numbers[i].card));
        EQ(t.items[TOPIC_EVAL_RESULTS].state, numbers[i].state);
        EQ(t.items[TOPIC_EVAL_RESULTS].n_evidence >= 1, 1);
        arena_fini(&a);
    }
}

/* ---- evidence ----------------------------------------------------------------------------- */

/* A cue that is noted is a phrase of the lexicon, and lies inside its passage. Returns how many were looked at. */
static size_t check_cues(const char *path, struct arena *a)
{
    struct span raw;
    struct card c;
    size_t n = 0;
    EQ(fs_read(path, CARD_MAX_BYTES, a, &raw, NULL), 0);
    EQ(card_parse(raw, a, &c, NULL), 0);
    struct lexicon *x = arena_alloc(a, sizeof *x);
    struct card_reading *s = arena_alloc(a, sizeof *s);
    struct card_unit *u = arena_alloc(a, sizeof *u);
    EQ(lexicon_build(a, x, NULL), 0);
    *s = (struct card_reading){ .raw = raw, .lex = x, .card = &c, .a = a };
    card_meta_read(s);
    card_blocks_read(s);
    for (unsigned t = 0; t < TOPIC_COUNT; t++)
        for (size_t i = 0; i < s->found[t].n; i++) {
            const struct card_find *f = &s->found[t].finds[i];
            struct card_hit head;
            YES(f->from < f->to && f->to <= raw.n);
            if (!f->cue_to)
                continue;
            YES(f->from <= f->cue_from && f->cue_from < f->cue_to && f->cue_to <= f->to);
            unit_read(raw, f->cue_from, f->cue_to, u);
            unit_match(x, u);
            YES(u->n_hits > 0 || card_mask(s, u, &head) != 0);
            n++;
        }
    return n;
}

TEST(topics_passages_hold_their_cues)
{
    static const char *const names[] = { "good-long", "tables-only", "html-heavy", "german", "chinese", "french", "crlf",
                                         "bom", "details", "nested", "bullets", "prose-no-headings", "numbered" };
    size_t n = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[1024];
        struct arena a;
        arena_init(&a, 64u << 20);
        snprintf(path, sizeof path, "%s/tests/golden/cards/%s.md", dir_of("ASSAY_SOURCE"), names[i]);
        n += check_cues(path, &a);
        arena_fini(&a);
    }
    printf("# %zu cues\n", n);
    YES(n >= 60);
}

static void has_passage(const struct card_topics *t, struct span raw, enum card_topic topic, uint32_t line, const char *text)
{
    bool found = false;
    for (size_t i = 0; i < t->items[topic].n_evidence; i++) {
        const struct evidence *ev = t->items[topic].evidence[i];
        struct span part = span_sub(raw, ev->byte_from, ev->byte_to - ev->byte_from);
        found |= ev->line_from <= line && ev->line_to >= line && memmem(part.p, part.n, text, strlen(text)) != NULL;
    }
    YES(found);
}

TEST(topics_lines_are_those_of_the_file)
{
    static const char card[] = "\xEF\xBB\xBF---\r\nlanguage: de\r\n---\r\n# A\r\n\r\n## Limitations\r\n\r\nFirst.\r\n"
                               "It cannot read dates\r\nof any kind.\r\n\r\nWrite to a@b.example now.\r\n";
    struct arena a;
    arena_init(&a, 64u << 20);
    struct span raw = span_of(card, sizeof card - 1);
    struct card_topics t = read_card(&a, raw);
    has_passage(&t, raw, TOPIC_LANGUAGES, 2, "language: de");
    has_passage(&t, raw, TOPIC_LIMITATIONS, 9, "It cannot read dates");
    has_passage(&t, raw, TOPIC_LIMITATIONS, 10, "of any kind.");
    has_passage(&t, raw, TOPIC_CONTACT, 12, "a@b.example");
    STR(t.items[TOPIC_CONTACT].evidence[0]->path, "README.md");
    arena_fini(&a);
}

TEST(topics_passages_do_not_reach_over_pages)
{
    struct arena a;
    arena_init(&a, 64u << 20);
    char *card = arena_alloc(&a, 8192);
    memcpy(card, "## Limitations\n\n```\n", 20);
    memset(card + 20, 'x', 5000);
    static const char tail[] = "\n```\n\nIt reads dates wrongly, always.\n";
    memcpy(card + 5020, tail, sizeof tail);
    struct card_topics t = read_card(&a, span_str(card));
    EQ(t.items[TOPIC_LIMITATIONS].state, TOPIC_ANSWERED);
    EQ(t.items[TOPIC_LIMITATIONS].evidence[0]->line_from, 7);
    arena_fini(&a);
}

/* ---- language ------------------------------------------------------------------------------- */

TEST(topics_tell_the_language_of_the_prose)
{
    static const struct { const char *code, *text; } texts[] = {
        { "en", "The model is made for the people who live in the hills and it can be used by all of them." },
        { "de", "Das Modell ist für die Leute gedacht, die in den Bergen wohnen, und wird von ihnen auch genutzt." },
        { "fr", "Le modèle est fait pour les gens qui vivent dans les collines et que l'on aide avec des outils." },
        { "es", "El modelo es para las personas que viven en las colinas y no se usa con los datos de la ciudad." },
        { "it", "Il modello è per le persone che sono nelle colline e non si usa con i dati della città di mare." },
        { "pt", "O modelo é para as pessoas que não vivem na cidade e foi feito com os dados de uma escola do sul." },
        { "nl", "Het model is voor de mensen die niet in de stad wonen en wordt door een school op het eiland gebruikt." },
        { "pl", "Model jest dla osób, które nie mieszkają w mieście, i powstał na danych z jednej szkoły, że aż się dziwimy." },
        { "zh", "这个模型是给住在山里的人使用的，它可以回答很多日常问题。" },
        { "ja", "このモデルは山に住む人のために作られました。質問に答えます。" },
        { "ko", "이 모델은 산에 사는 사람들을 위해 만들어졌습니다 그리고 질문에 대답 합니다 또한 글을 쓸 수 있습니다" },
        { "ru", "Эта модель сделана для людей, которые живут в горах, и она отвечает на их вопросы каждый день." },
        { "ar", "هذا النموذج مخصص للناس الذين يعيشون في الجبال وهو يجيب عن أسئلتهم كل يوم بلا توقف" },
        { "", "Short text." },
        { "", "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron" },
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct arena a;
        arena_init(&a, 64u << 20);
        STR(read_card(&a, span_str(texts[i].text)).language, texts[i].code);
        arena_fini(&a);
    }
}

/* ---- files of results -------------------------------------------------------------------------- */

TEST(topics_count_files_of_results)
{
    static const char good[] = "- dataset:\n    id: a/b\n    task_id: qa\n  value: 61.2\n- value: 3\n- dataset: {id: c}\n";
    struct arena a;
    struct card_topics t;
    bool counted;
    arena_init(&a, 64u << 20);
    card_topics_none(&t);
    EQ(card_topics_add_results(&t, ".eval_results/x.yaml", span_str(good), &a, &counted, NULL), 0);
    YES(counted);
    EQ(t.items[TOPIC_EVAL_RESULTS].state, TOPIC_ANSWERED);
    EQ(t.items[TOPIC_EVAL_DATA].state, TOPIC_ANSWERED);
    EQ(t.items[TOPIC_EVAL_METRICS].state, TOPIC_PARTLY);
    EQ(t.items[TOPIC_EVAL_RESULTS].n_evidence, 1);
    EQ(t.items[TOPIC_EVAL_RESULTS].evidence[0]->line_from, 1);
    EQ(t.items[TOPIC_LIMITATIONS].state, TOPIC_SILENT);
    static const char *const bad[] = { "", "a: [", "x", "- 1\n- [2]\n", "- dataset: {id: ''}\n  value: 1\n",
                                       "- dataset: {id: a}\n  value: high\n" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        card_topics_none(&t);
        EQ(card_topics_add_results(&t, "x.yaml", span_str(bad[i]), &a, &counted, NULL), 0);
        NOT(counted);
        EQ(t.items[TOPIC_EVAL_RESULTS].state, TOPIC_SILENT);
    }
    arena_fini(&a);
}

/* ---- what may go wrong ---------------------------------------------------------------------------- */

TEST(topics_of_no_card_are_silent)
{
    struct card_topics t;
    card_topics_none(&t);
    NOT(t.has_card);
    for (unsigned i = 0; i < TOPIC_COUNT; i++) {
        EQ(t.items[i].state, TOPIC_SILENT);
        STR(t.items[i].why, "there is no model card");
        YES(topic_word((enum card_topic)i)[0] && topic_title((enum card_topic)i)[0]);
    }
    STR(topic_word(TOPIC_COUNT), "");
    STR(topic_state_name((enum topic_state)9), "");
}

TEST(topics_of_every_prefix_hold)
{
    char path[1024];
    struct arena all, a;
    struct span raw;
    arena_init(&all, 64u << 20);
    snprintf(path, sizeof path, "%s/tests/golden/cards/html-heavy.md", dir_of("ASSAY_SOURCE"));
    EQ(fs_read(path, 1 << 20, &all, &raw, NULL), 0);
    for (size_t n = 0; n <= raw.n; n++) {
        arena_init(&a, 64u << 20);
        uint8_t *exact = malloc(n + 1);                 /* so that a read beyond it is seen */
        memcpy(exact, raw.p, n);
        struct card_topics t = read_card(&a, span_of(exact, n));
        for (unsigned i = 0; i < TOPIC_COUNT; i++)
            YES((t.items[i].state == TOPIC_SILENT) == (t.items[i].n_evidence == 0));
        arena_fini(&a);
        free(exact);
    }
    arena_fini(&all);
}

TEST(topics_of_hostile_cards_take_linear_time_and_little_memory)
{
    static const char *const patterns[] = { "](", "<a ", "![", "|a", "`", "&a ", "a@b.c ", "<!-- ", "# a\n", "a. ", "<tr><td>",
        "a:\n", "@a{\n", "<tr>\n", "http://a ", "A: b\n", "|a|\n|-|\n", "for ", "> ", "**a**\n", "\xE8\xAE\xAD", "- a\n", "\xC3" };
    enum { BYTES = 1 << 20 };
    char *p = malloc(BYTES);
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        struct arena a;
        struct card c;
        struct card_topics t;
        size_t n = strlen(patterns[i]);
        for (size_t k = 0; k < BYTES; k++)
            p[k] = patterns[i][k % n];
        arena_init(&a, 64u << 20);
        EQ(card_parse(span_of(p, BYTES), &a, &c, NULL), 0);
        size_t before = a.used_bytes;
        EQ(card_topics_read("x", span_of(p, BYTES), &c, &a, &t, NULL), 0);
        YES(a.used_bytes - before < 1u << 20);
        arena_fini(&a);
    }
    free(p);
}

TEST(topics_survive_every_failing_allocation)
{
    static const char card[] = "---\nlanguage: de\n---\n## Limitations\n\nIt cannot read dates of any kind.\n\n"
                               "| Metric | x |\n|--|--|\n| F1 | 0.5 |\n";
    static const char results[] = "- dataset: {id: a}\n  value: 1\n- dataset: {id: b}\n  value: 2\n";
    bool failed = true;
    for (size_t n = 1; failed; n++) {
        struct arena a;
        struct card c;
        struct card_topics t = { .path = "untouched" };
        struct err e = { 0 };
        bool counted;
        arena_init(&a, 64u << 20);
        EQ(card_parse(span_str(card), &a, &c, NULL), 0);
        fault_alloc_at(n);
        int rc = card_topics_read("x", span_str(card), &c, &a, &t, &e);
        int more = rc ? 0 : card_topics_add_results(&t, "r.yaml", span_str(results), &a, &counted, &e);
        failed = fault_alloc_hit();
        fault_alloc_at(0);
        YES(failed ? rc == ERR_MEMORY || more == ERR_MEMORY : rc == 0 && more == 0);
        if (rc)
            STR(t.path, "untouched");
        arena_fini(&a);
        YES(n < 1000);
    }
}

TEST(topics_survive_a_small_arena)
{
    static const char card[] = "## Limitations\n\nIt cannot read dates of any kind.\n\nMail to a@b.example now.\n";
    int rc = ERR_MEMORY;
    for (size_t most = 0; rc; most += 128) {
        struct arena a;
        struct card c;
        struct card_topics t;
        arena_init(&a, most);
        rc = card_parse(span_str(card), &a, &c, NULL);
        if (!rc)
            rc = card_topics_read("x", span_str(card), &c, &a, &t, NULL);
        YES(rc == 0 || rc == ERR_MEMORY);
        if (!rc) {
            YES(t.items[TOPIC_LIMITATIONS].evidence && t.items[TOPIC_LIMITATIONS].evidence[0]);
            YES(t.items[TOPIC_CONTACT].evidence && t.items[TOPIC_CONTACT].evidence[0]);
        }
        YES(most < 4u << 20);
        arena_fini(&a);
    }
}

int main(void)
{
    return RUN(CASE(topics_agree_with_our_own_labels), CASE(topics_agree_with_labels_of_real_cards),
               CASE(topics_rule_by_rule), CASE(topics_numbers_against_model_index),
               CASE(topics_passages_hold_their_cues), CASE(topics_lines_are_those_of_the_file),
               CASE(topics_passages_do_not_reach_over_pages), CASE(topics_tell_the_language_of_the_prose),
               CASE(topics_count_files_of_results),
               CASE(topics_of_no_card_are_silent), CASE(topics_of_every_prefix_hold),
               CASE(topics_of_hostile_cards_take_linear_time_and_little_memory),
               CASE(topics_survive_every_failing_allocation), CASE(topics_survive_a_small_arena));
}
