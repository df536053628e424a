// SPDX-License-Identifier: Apache-2.0
/* openness/detect_card.c - what a card says about parts that lie elsewhere, line by line. */
#include <stdio.h>
#include "base/num.h"
#include "openness/detect_int.h"

enum { ADDRESS_MAX = 300 };

struct scan {
    const struct openness_input *in;
    struct arena *a;
    struct detection *out;
    struct span low;                /* the card in lower case, byte for byte */
    bool in_comment, in_fence;
    bool report_near;               /* "technical report" was said in this block */
    bool failed;
};

static bool has(struct span text, const char *word)
{
    return text.n && memmem(text.p, text.n, word, strlen(word)) != NULL;
}

static bool has_one(struct span text, const char *const *list)
{
    for (; *list; list++)
        if (has(text, *list))
            return true;
    return false;
}

static const struct evidence *see(struct scan *s, struct span part)
{
    uint64_t from = (uint64_t)(part.p - s->low.p);
    const struct evidence *ev = evidence_of(s->a, s->in->card_path, s->in->card_raw, from, from + part.n, true);
    s->failed = s->failed || !ev;
    return ev;
}

/* Say that a part lies elsewhere, unless something better is known. */
static void name_part(struct scan *s, enum mof_part part, const char *path, struct span line, const char *why)
{
    struct detected *d = &s->out->parts[part];
    if (d->where != DETECT_NOT)
        return;
    *d = (struct detected){ DETECT_NAMED, path, why, 0, see(s, line) };
    s->failed = s->failed || !path;
}

/* ---- addresses ----------------------------------------------------------------------- */

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool ends_address(uint8_t c)
{
    return c <= ' ' || c >= 127 || strchr("()[]{}<>\"'`|\\", c) != NULL;
}

/* The address around p, as written. */
static const char *address(struct scan *s, struct span line, const uint8_t *p)
{
    const uint8_t *from = p, *to = p, *end = line.p + line.n;
    while (from > line.p && !ends_address(from[-1]) && p - from < ADDRESS_MAX)
        from--;
    while (to < end && !ends_address(*to) && to - from < ADDRESS_MAX)
        to++;
    while (to > p && strchr(".,;:*", to[-1]))
        to--;
    return arena_strn(s->a, s->in->card_raw.p + (from - s->low.p), (size_t)(to - from));
}

/* "2501.00656" at p: its length, 0 when it is none. */
static size_t arxiv_id(const uint8_t *p, const uint8_t *end)
{
    size_t n = 0, head;
    while (p + n < end && n < 4 && p[n] >= '0' && p[n] <= '9')
        n++;
    if (n != 4 || p + n >= end || p[n++] != '.')
        return 0;
    for (head = n; p + n < end && n - head < 5 && p[n] >= '0' && p[n] <= '9';)
        n++;
    return n - head >= 4 ? n : 0;
}

static const char *find_arxiv(struct scan *s, struct span line)
{
    static const char *const before[] = { "arxiv:", "arxiv.org/abs/", "arxiv.org/pdf/", "arxiv.org/html/" };
    const uint8_t *end = line.p + line.n;
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        const uint8_t *p = memmem(line.p, line.n, before[i], strlen(before[i]));
        size_t n = p ? arxiv_id(p + strlen(before[i]), end) : 0;
        if (n)
            return arena_fmt(s->a, "arXiv:%.*s", (int)n, (const char *)p + strlen(before[i]));
    }
    return "";
}

static const char *find_paper(struct scan *s, struct span line)
{
    static const char *const hosts[] = { "doi.org/10.", "openreview.net/", "aclanthology.org/" };
    const char *id = find_arxiv(s, line);
    for (size_t i = 0; id && !id[0] && i < sizeof hosts / sizeof *hosts; i++) {
        const uint8_t *p = memmem(line.p, line.n, hosts[i], strlen(hosts[i]));
        if (p)
            id = address(s, line, p);
    }
    const uint8_t *pdf = id && !id[0] ? memmem(line.p, line.n, ".pdf", 4) : NULL;
    if (pdf) {
        id = address(s, line, pdf);
        struct span low = span_str(id);
        if (id && !has(low, "report") && !has(low, "paper"))
            id = "";
    }
    return id;
}

static void read_papers(struct scan *s, struct span line)
{
    static const char *const about[] = { "paper", "report", "preprint", "citation", "cite", "publication", "[arxiv",
                                         "- arxiv:", "eprint", "our work", NULL };
    s->report_near = s->report_near || has(line, "technical report") || has(line, "tech report") ||
                     has(line, "tech_report") || has(line, "technical_report");
    bool is_row = line.n && line.p[0] == '|';           /* of a table: of data sets, or of other models */
    if (is_row || (!s->in_fence && !has_one(line, about)))
        return;
    const char *id = find_paper(s, line);
    s->failed = s->failed || !id;
    if (!id || !id[0])
        return;
    const struct detected *report = &s->out->parts[MOF_TECHNICAL_REPORT];
    if (report->where == DETECT_NAMED && strcmp(report->path, id) == 0)
        return;                                         /* one text, named twice */
    if (s->report_near)
        name_part(s, MOF_TECHNICAL_REPORT, id, line, "the card names a technical report elsewhere");
    else
        name_part(s, MOF_RESEARCH_PAPER, id, line, "the card names a paper elsewhere");
}

/* A card names many repositories: of tools, of data, of others. Only one that is called the model's code is taken. */
static void read_code(struct scan *s, struct span line)
{
    static const char *const hosts[] = { "github.com/", "gitlab.com/", "codeberg.org/", "bitbucket.org/" };
    static const struct { const char *words; enum mof_part part; const char *why; } kinds[] = {
        { "training code", MOF_TRAINING_CODE, "the card names training code elsewhere" },
        { "train code", MOF_TRAINING_CODE, "the card names training code elsewhere" },
        { "code for training", MOF_TRAINING_CODE, "the card names training code elsewhere" },
        { "training:**", MOF_TRAINING_CODE, "the card names training code elsewhere" },
        { "evaluation code", MOF_EVALUATION_CODE, "the card names evaluation code elsewhere" },
        { "evaluation:**", MOF_EVALUATION_CODE, "the card names evaluation code elsewhere" },
        { "code for evaluation", MOF_EVALUATION_CODE, "the card names evaluation code elsewhere" },
        { "preprocessing code", MOF_PREPROCESSING_CODE, "the card names code elsewhere that prepared the data" },
        { "inference code", MOF_INFERENCE_CODE, "the card names inference code elsewhere" },
        { "repository:", MOF_INFERENCE_CODE, "the card names a repository elsewhere as the model's own" },
        { "source code", MOF_INFERENCE_CODE, "the card names source code elsewhere" },
        { "our code", MOF_INFERENCE_CODE, "the card names source code elsewhere" },
        { "code is available", MOF_INFERENCE_CODE, "the card names source code elsewhere" },
        { "[code]", MOF_INFERENCE_CODE, "the card names source code elsewhere" },
        { "**code", MOF_INFERENCE_CODE, "the card names source code elsewhere" },
    };
    const uint8_t *p = NULL;
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts && !p; i++)
        p = memmem(line.p, line.n, hosts[i], strlen(hosts[i]));
    if (!p || line.p[0] == '|')
        return;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        if (has(line, kinds[k].words)) {
            name_part(s, kinds[k].part, address(s, line, p), line, kinds[k].why);
            return;
        }
}

static void read_checkpoints(struct scan *s, struct span line)
{
    static const char *const says[] = { "intermediate checkpoint", "training checkpoints", "revision=\"step",
                                        "revision='step", "revision=\"global_step", NULL };
    if (has_one(line, says))
        name_part(s, MOF_PARAMETERS_INTERMEDIATE, "", line, "the card speaks of checkpoints of the training elsewhere");
}

/* ---- compute ------------------------------------------------------------------------- */

/* A run of digits, ASCII or superscript, at p as a number up to 99; its length in *n. */
static int exponent(const uint8_t *p, const uint8_t *end, size_t *n)
{
    int value = 0, digits = 0;
    for (*n = 0; p + *n < end && digits < 3; digits++) {
        const uint8_t *c = p + *n;
        if (*c >= '0' && *c <= '9') {
            value = value * 10 + *c - '0';
            *n += 1;
        } else if (end - c >= 2 && c[0] == 0xc2 && (c[1] == 0xb2 || c[1] == 0xb3 || c[1] == 0xb9)) {
            value = value * 10 + (c[1] == 0xb9 ? 1 : c[1] - 0xb0);
            *n += 2;
        } else if (end - c >= 3 && c[0] == 0xe2 && c[1] == 0x81 && (c[2] == 0xb0 || (c[2] >= 0xb4 && c[2] <= 0xb9))) {
            value = value * 10 + (c[2] - 0xb0);
            *n += 3;
        } else {
            break;
        }
    }
    return digits > 0 && digits < 3 ? value : -1;
}

/* The decimal number that ends at p, not before `start`, into `text`: "1" when there is none. */
static void mantissa(const uint8_t *start, const uint8_t *p, char text[16])
{
    size_t n = 0;
    while (p - n > start && n < 15 && ((p[-1 - (ptrdiff_t)n] >= '0' && p[-1 - (ptrdiff_t)n] <= '9') ||
                                       p[-1 - (ptrdiff_t)n] == '.'))
        n++;
    memcpy(text, p - n, n);
    text[n] = 0;
    const char *dot = strchr(text, '.');
    if (!n || text[0] == '.' || text[n - 1] == '.' || (dot && strchr(dot + 1, '.')))
        memcpy(text, "1", 2);
}

/* Where the number before "x 10^25" ends; `from` when no sign of multiplication stands there. */
static const uint8_t *before_sign(const uint8_t *from, const uint8_t *p)
{
    static const char *const signs[] = { "x", "*", "\xc3\x97", "\xc2\xb7", "\\times" };
    while (p > from && (p[-1] == ' ' || p[-1] == '$'))
        p--;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t n = strlen(signs[i]);
        if ((size_t)(p - from) < n || memcmp(p - n, signs[i], n) != 0)
            continue;
        for (p -= n; p > from && (p[-1] == ' ' || p[-1] == '$');)
            p--;
        return p;
    }
    return from;
}

/* The number in [from, to) that ends in a power of ten: "3.8 x 10^25", "6.3e24", "10²⁵". 0: none. */
static double power(const uint8_t *from, const uint8_t *to)
{
    for (const uint8_t *p = to; p-- > from;) {
        size_t n;
        bool digit = p > from && p[-1] >= '0' && p[-1] <= '9';
        bool ten = to - p > 2 && p[0] == '1' && p[1] == '0' && !digit, e = digit && *p == 'e';
        if (!ten && !e)
            continue;
        const uint8_t *x = p + (ten ? 2 : 1);
        while (x < to && memchr("^*{+", *x, 4))
            x++;
        int ex = exponent(x, to, &n);
        if (ex < 15 || ex > 30)
            continue;
        char m[16], text[24];
        mantissa(from, ten ? before_sign(from, p) : p, m);
        (void)snprintf(text, sizeof text, "%se%d", m, ex);
        return num_double(text);
    }
    return 0;
}

/* "below the threshold of 10^25 FLOP" states no compute. */
static bool is_bound(struct span around)
{
    static const char *const words[] = { "threshold", "below", "less than", "under ", "up to", "< ", NULL };
    return has_one(around, words);
}

static void look_at_flop(struct span text, size_t word, size_t n, double *best, size_t *from, size_t *to)
{
    size_t next = word + n, back = word;
    while (next < text.n && (text.p[next] == 's' || text.p[next] == ')'))
        next++;
    if (next < text.n && (text.p[next] == '/' || span_starts(span_sub(text, next, 4), " per")))
        return;                                     /* a rate */
    while (back > 0 && word - back < 40 && text.p[back - 1] != '\n')
        back--;
    double v = power(text.p + back, text.p + word);
    if (v <= *best || is_bound(span_sub(text, back > 40 ? back - 40 : 0, next - back + 80)))
        return;
    *best = v;
    *from = back;
    *to = next;
}

double detect_flop(struct span text, size_t *from, size_t *to)
{
    static const char *const words[] = { "flop", "floating" };
    double best = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);
        for (size_t at = 0; at < text.n;) {
            const uint8_t *p = memmem(text.p + at, text.n - at, words[i], n);
            if (!p)
                break;
            look_at_flop(text, (size_t)(p - text.p), n, &best, from, to);
            at = (size_t)(p - text.p) + n;
        }
    }
    return best;
}

/* ---- weights that are not given out -------------------------------------------------- */

/* Does `text` say `phrase`? A blank in the phrase is any white space or emphasis. */
static const uint8_t *says(struct span text, const char *phrase)
{
    const uint8_t *end = text.p + text.n;
    for (const uint8_t *p = text.p; p && (p = memchr(p, phrase[0], (size_t)(end - p))); p++) {
        const uint8_t *q = p;
        const char *w = phrase;
        while (*w && q < end) {
            if (*w == ' ' && (is_space(*q) || *q == '*')) {
                while (q < end && (is_space(*q) || *q == '*'))
                    q++;
                w++;
            } else if (*w != (char)*q) {
                break;
            } else {
                q++;
                w++;
            }
        }
        if (!*w)
            return p;
    }
    return NULL;
}

static void read_withheld(struct scan *s, struct span text)
{
    static const char *const plain[] = {
        "weights are not publicly", "weights are not released", "weights are not available", "weights are not published",
        "weights are not open", "weights are not public", "weights are not provided", "weights will not be released",
        "not release the weights", "not releasing the weights", "not release the model weights", "weights are proprietary",
        "weights are closed", "weights remain private", "weights remain proprietary", "api-only model", "api-only access",
    };
    static const char *const only[] = {
        "available only through", "available only via", "only available through", "only available via",
        "available exclusively through", "available exclusively via", "accessible only through", "accessible only via",
        "only accessible through", "only accessible via", "accessed only through", "accessed only via",
        "offered exclusively through", "offered only through",
    };
    static const char *const service[] = { " api", "platform", "service", "console", NULL };
    const uint8_t *at = NULL;
    for (size_t i = 0; i < sizeof plain / sizeof *plain && !at; i++)
        at = says(text, plain[i]);
    for (size_t i = 0; i < sizeof only / sizeof *only && !at; i++)
        if ((at = says(text, only[i])) &&
            !has_one(span_sub(text, (size_t)(at - text.p), 160), service))
            at = NULL;
    if (!at)
        return;
    const uint8_t *end = text.p + text.n;
    s->out->withheld = see(s, span_of(at, end - at < 160 ? (size_t)(end - at) : 160));
}

/* ---- the card ------------------------------------------------------------------------ */

static bool is_blank(struct span line)
{
    for (size_t i = 0; i < line.n; i++)
        if (!is_space(line.p[i]))
            return false;
    return true;
}

static bool is_fence(struct span line)
{
    size_t i = 0;
    while (i < line.n && i < 4 && line.p[i] == ' ')
        i++;
    return line.n - i >= 3 && (memcmp(line.p + i, "```", 3) == 0 || memcmp(line.p + i, "~~~", 3) == 0);
}

/* Blank out comments of a template: "<!-- Provide a link to the paper -->" says nothing. */
static void drop_comments(uint8_t *p, size_t n)
{
    for (uint8_t *at = p; (at = memmem(at, n - (size_t)(at - p), "<!--", 4));) {
        uint8_t *end = memmem(at, n - (size_t)(at - p), "-->", 3);
        uint8_t *stop = end ? end + 3 : p + n;
        for (; at < stop; at++)
            if (*at != '\n')
                *at = ' ';
    }
}

static void read_line(struct scan *s, struct span line)
{
    if (is_fence(line)) {
        s->in_fence = !s->in_fence;
        s->report_near = false;
        return;
    }
    if (is_blank(line) && !s->in_fence)
        s->report_near = false;
    read_papers(s, line);
    if (!s->in_fence)
        read_code(s, line);
    read_checkpoints(s, line);
}

/* Front matter: "tags: [arxiv:2501.00656]", and results in model-index. */
static int read_meta(struct scan *s, struct err *e)
{
    const struct card *card = s->in->card;
    struct card_strings tags;
    int rc = card_strings(card, "tags", s->a, &tags, e);
    for (size_t i = 0; i < tags.n && !rc; i++) {
        const struct card_string *t = &tags.items[i];
        if (!span_starts(t->text, "arxiv:") || t->byte_to > s->low.n)
            continue;
        name_part(s, MOF_RESEARCH_PAPER, arena_fmt(s->a, "arXiv:%.*s", SPAN_ARG(span_sub(t->text, 6, 40))),
                  span_sub(s->low, t->byte_from, t->byte_to - t->byte_from), "a tag of the card names a paper");
    }
    const struct val *index = val_get(card->meta, "model-index");
    if (!rc && index && index->kind == VAL_LIST && index->n && index->byte_to <= s->low.n) {
        struct span all = span_sub(s->low, index->byte_from, index->byte_to - index->byte_from);
        s->out->parts[MOF_EVALUATION_RESULTS] = (struct detected){ DETECT_IN_CARD, s->in->card_path,
            "results in the card's model-index", 0, see(s, all) };
    }
    return rc;
}

int detect_card(const struct openness_input *in, struct arena *a, struct detection *out, struct err *e)
{
    if (!in->card || !in->card_raw.n)
        return 0;
    struct scan s = { .in = in, .a = a, .out = out };
    size_t n = in->card_raw.n < DETECT_CARD_MAX ? in->card_raw.n : DETECT_CARD_MAX;
    uint8_t *low = (uint8_t *)arena_text(a, n);
    if (!low)
        return err_memory(e);
    for (size_t i = 0; i < n; i++)
        low[i] = (uint8_t)(in->card_raw.p[i] >= 'A' && in->card_raw.p[i] <= 'Z' ? in->card_raw.p[i] + 32 :
                           in->card_raw.p[i]);
    size_t body = in->card->body_byte < n ? (size_t)in->card->body_byte : n;
    drop_comments(low + body, n - body);
    s.low = span_of(low, n);
    int rc = read_meta(&s, e);
    if (rc)
        return rc;
    struct span text = span_sub(s.low, body, n);
    for (size_t at = 0; at < text.n && !s.failed;) {
        const uint8_t *nl = memchr(text.p + at, '\n', text.n - at);
        size_t end = nl ? (size_t)(nl - text.p) : text.n;
        read_line(&s, span_sub(text, at, end - at));
        at = end + 1;
    }
    read_withheld(&s, text);
    size_t from = 0, to = 0;
    out->training_flop = detect_flop(text, &from, &to);
    if (out->training_flop > 0)
        out->flop_evidence = see(&s, span_sub(text, from, to - from));
    return s.failed ? err_memory(e) : 0;
}
