// SPDX-License-Identifier: Apache-2.0
/* openness/card_tables.c - rows: facts beside their names, scores below theirs.
 *
 *     | Dataset | Accuracy |          | Hardware | 2 x A100 |        first cell names, second says
 *     | IMDb    | 93.1     |   or     | Contact  | a@b.c    |
 */
#include "openness/card_int.h"

#include <strings.h>
#include "base/num.h"

#define BIT(topic) (1u << (topic))
enum { SCORES = HEAD_EVALUATION | BIT(TOPIC_EVAL_METRICS) | BIT(TOPIC_EVAL_DATA),
       OTHER = BIT(TOPIC_TRAINING_DATA) | BIT(TOPIC_TRAINING) | BIT(TOPIC_HARDWARE) | BIT(TOPIC_LANGUAGES) };

struct cell { uint32_t from, to; };
struct row {
    struct card_reading *s;
    struct card_table *t;
    struct cell cells[CARD_COLUMNS];
    size_t n;
    bool metric, bench;                 /* its first cell names one */
};

/* ---- cells ------------------------------------------------------------------------------- */

static void split_bars(struct row *r, uint32_t from, uint32_t to)
{
    const uint8_t *p = r->s->raw.p;
    if (from < to && p[from] == '|')
        from++;
    for (uint32_t i = from; i <= to && r->n < CARD_COLUMNS; i++) {
        if (i < to && (p[i] != '|' || (i > from && p[i - 1] == '\\')))
            continue;
        if (i < to || i > from)
            r->cells[r->n++] = (struct cell){ from, i };
        from = i + 1;
    }
}

static void split_tags(struct row *r, uint32_t from, uint32_t to)
{
    const uint8_t *p = r->s->raw.p;
    for (uint32_t i = from; i + 3 < to && r->n < CARD_COLUMNS; i++) {
        if (p[i] != '<' || (strncasecmp((const char *)p + i, "<td", 3) && strncasecmp((const char *)p + i, "<th", 3)))
            continue;
        uint32_t end = i + 3;
        while (end + 3 < to && (p[end] != '<' || p[end + 1] != '/' || (p[end + 2] | 0x20) != 't'))
            end++;
        r->cells[r->n++] = (struct cell){ i, end + 3 < to ? end : to };
        i = end;
    }
}

static struct span cell_text(const struct row *r, size_t i)
{
    struct span c = span_sub(r->s->raw, r->cells[i].from, r->cells[i].to - r->cells[i].from);
    const uint8_t *tag = c.n && c.p[0] == '<' ? memchr(c.p, '>', c.n) : NULL;
    return tag ? span_sub(c, (size_t)(tag + 1 - c.p), c.n) : c;
}

/* The next letter or digit of a name from *i on, in lower case; 0 at the end. */
static uint8_t next_letter(struct span name, size_t *i)
{
    while (*i < name.n) {
        uint8_t c = name.p[(*i)++], low = c | 0x20;
        if (c >= 0x80 || (c >= '0' && c <= '9'))
            return c;
        if (low >= 'a' && low <= 'z')
            return low;
    }
    return 0;
}

/* Letters and digits alone, in any case: "SMS Spam" is "sms_spam". */
static bool same_name(struct span a, struct span b)
{
    size_t i = 0, k = 0, n = 0;
    for (;; n++) {
        uint8_t x = next_letter(a, &i), y = next_letter(b, &k);
        if (x != y || !x)
            return x == y && n > 0;
    }
}

/* ---- the first row ------------------------------------------------------------------------- */

static void read_columns(struct row *r, bool again)
{
    struct card_unit *u = &r->s->label;
    for (size_t i = 0; i < r->n; i++) {
        struct column *c = &r->t->columns[i];
        unit_read(r->s->raw, r->cells[i].from, r->cells[i].to, u);
        unit_match(r->s->lex, u);
        bool metric = unit_has(u, CUE_METRIC) || unit_has(u, CUE_METRIC_MAYBE);
        if (again) {                            /* a second line of heads: "(PPL)" */
            c->metric |= metric && unit_find(u, WORD_NUMBER, 0) == u->n_words;
            continue;
        }
        const struct card_hit *d = unit_hit(u, CUE_DATASET_COLUMN), *set = unit_hit(u, CUE_TEST_SET);
        *c = (struct column){ .metric = metric, .bench = unit_has(u, CUE_BENCH) || set,
            .data = (d && d->from == 0 && d->to == u->n_words) || set, .memory = unit_has(u, CUE_MEMORY),
            .date = unit_has(u, CUE_DATE_COLUMN), .from = r->cells[i].from, .to = r->cells[i].to };
        for (size_t k = 0; k < u->n_words; k++)
            c->language |= span_is(unit_word(u, k), "language") || span_is(unit_word(u, k), "languages");
    }
    if (!again) {
        r->t->n = r->n;
        r->t->from = r->n ? r->cells[0].from : 0;
        r->t->to = r->n ? r->cells[r->n - 1].to : 0;
    }
}

/* ---- model-index against the table --------------------------------------------------------- */

static bool read_number(struct span w, double *value, unsigned *decimals)
{
    char text[32];
    size_t n = 0;
    *decimals = 0;
    bool point = false;
    for (size_t i = 0; i < w.n && n + 1 < sizeof text; i++) {
        if (w.p[i] == '.' && !point) {
            point = true;
        } else if (w.p[i] < '0' || w.p[i] > '9') {
            return false;
        } else {
            *decimals += point;
        }
        text[n++] = (char)w.p[i];
    }
    text[n] = 0;
    *value = n ? num_double(text) : 0;
    return n > 0 && text[n - 1] != '.' && n < sizeof text - 1;
}

/* The same number, as written or as a percentage, rounded to the fewer decimals of the two. */
static bool agrees(double a, unsigned a_decimals, double b, unsigned b_decimals)
{
    for (int i = -1; i <= 1; i++) {
        double x = i < 0 ? a / 100 : i > 0 ? a * 100 : a;
        unsigned d = i < 0 ? a_decimals + 2 : i > 0 ? (a_decimals > 2 ? a_decimals - 2 : 0) : a_decimals;
        unsigned least = d < b_decimals ? d : b_decimals;
        double step = 1;
        while (least-- > 0)
            step /= 10;
        double gap = x > b ? x - b : b - x;
        if (gap <= step * 1.01)
            return true;
    }
    return false;
}

static void compare(struct row *r, size_t column, struct span number)
{
    double value;
    unsigned decimals;
    struct card_reading *s = r->s;
    if (!s->n_indexed || s->n_compared >= CARD_COMPARED || !read_number(number, &value, &decimals))
        return;
    s->n_compared++;
    struct span name = cell_text(r, 0);
    struct span head = span_sub(s->raw, r->t->columns[column].from, r->t->columns[column].to - r->t->columns[column].from);
    for (size_t i = 0; i < s->n_indexed; i++) {
        struct card_indexed *x = &s->indexed[i];
        bool first = same_name(x->dataset, name) || same_name(x->type, name);
        bool above = same_name(x->dataset, head) || same_name(x->type, head);
        struct span metric = first ? head : name;
        if ((!first && !above) || !(same_name(x->metric, metric) || same_name(x->metric_type, metric)))
            continue;
        if (agrees(value, decimals, x->value, x->decimals)) {
            x->agreed = true;
        } else if (!x->differs) {
            x->differs = true;
            x->other = (struct card_find){ s->unit.from, s->unit.to, 0, 0 };
        }
    }
}

/* ---- a row ----------------------------------------------------------------------------------- */

/* Scores: a number below or beside the name of a metric or benchmark, or in a table of an evaluation. */
static void scores(struct row *r, uint32_t mask, size_t j, struct card_find at)
{
    struct card_reading *s = r->s;
    const struct column *c = &r->t->columns[j];
    bool metric = c->metric || r->metric, bench = c->bench || r->bench || (r->t->columns[0].data && j > 0);
    if (mask & OTHER && !(mask & SCORES) && !c->metric)
        return;
    if (!metric && !c->bench && !r->bench && !(mask & SCORES))
        return;
    card_say(s, TOPIC_EVAL_RESULTS, TOPIC_ANSWERED, "a table gives numbers", at);
    card_say(s, TOPIC_EVAL_METRICS, metric ? TOPIC_ANSWERED : TOPIC_PARTLY,
             metric ? "a table names them" : "numbers without the name of their metric", at);
    if (bench)
        card_say(s, TOPIC_EVAL_DATA, TOPIC_ANSWERED, "a table names it", at);
}

static void cell(struct row *r, uint32_t mask, size_t j)
{
    struct card_reading *s = r->s;
    struct card_unit *u = &s->label;
    const struct column *c = &r->t->columns[j];
    struct card_find at = { s->unit.from, s->unit.to, 0, 0 };
    unit_read(s->raw, r->cells[j].from, r->cells[j].to, u);
    unit_match(s->lex, u);
    size_t number = unit_find(u, WORD_NUMBER, 0);
    bool has = number < u->n_words;
    if (c->language && unit_has(u, CUE_LANGUAGE))
        card_say(s, TOPIC_LANGUAGES, TOPIC_ANSWERED, "a table names them", at);
    if (has && c->memory)
        card_say(s, TOPIC_HARDWARE, TOPIC_ANSWERED, "a table says how much memory", at);
    if (has && c->date)
        card_say(s, TOPIC_MAINTENANCE, TOPIC_PARTLY, "a version or a date only", at);
    if (!has || (j == 0 && r->n > 1) || u->n_words > 6)
        return;
    if (mask & BIT(TOPIC_TRAINING_DATA))
        card_say(s, TOPIC_TRAINING_DATA, TOPIC_ANSWERED, "a table under its heading", at);
    scores(r, mask, j, at);
    compare(r, j, unit_word(u, number));
}

/* "| Hardware | 2 x A100 |": the first cell is a label. */
static uint32_t first_cell(struct row *r)
{
    struct card_reading *s = r->s;
    struct card_hit cue;
    unit_read(s->raw, r->cells[0].from, r->cells[0].to, &s->label);
    unit_match(s->lex, &s->label);
    r->metric = unit_has(&s->label, CUE_METRIC) || unit_has(&s->label, CUE_METRIC_MAYBE);
    r->bench = unit_has(&s->label, CUE_BENCH) || unit_has(&s->label, CUE_TEST_SET);
    uint32_t mask = r->n <= 3 && r->n > 1 && !(s->ctx.mask & BIT(TOPIC_TRAINING_DATA)) ? card_mask(s, &s->label, &cue) : 0;
    size_t k = 0;
    while (k < s->unit.n_words && s->unit.words[k].to <= r->cells[0].to)
        k++;
    if (!mask || card_is_left_over(&s->unit, k) || (k == s->unit.n_words && !s->unit.links))
        return 0;
    struct card_head head = { mask, s->unit.from, r->cells[0].to, s->label.words[cue.from].from,
                              s->label.words[cue.to - 1].to };
    if (!(mask & SCORES))
        card_judge_value(s, &head, k);
    return mask;
}

void card_row(struct card_reading *s, struct card_table *t, uint32_t from, uint32_t to, bool html)
{
    struct row r = { .s = s, .t = t };
    if (html)
        split_tags(&r, from, to);
    else
        split_bars(&r, from, to);
    if (r.n == 0)
        return;
    if (!t->open) {
        *t = (struct card_table){ .open = true };
        read_columns(&r, false);
        return;
    }
    unit_read(s->raw, from, to, &s->unit);
    s->unit.to = to;
    unit_match(s->lex, &s->unit);
    uint32_t mask = s->ctx.mask;
    uint32_t label = first_cell(&r);
    if (unit_find(&s->unit, WORD_NUMBER, 0) == s->unit.n_words)
        read_columns(&r, true);
    for (size_t j = 0; j < r.n && j < t->n; j++)
        cell(&r, mask, j);
    card_judge_facts(s, mask & SCORES ? mask & ~(uint32_t)BIT(TOPIC_TRAINING) : mask | BIT(TOPIC_TRAINING));
    card_judge_hardware(s, mask | label);
}
