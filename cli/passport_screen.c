// SPDX-License-Identifier: Apache-2.0
#include "cli/passport_screen.h"

#include <stdio.h>

enum { LABEL_AT = 7, BRIEF_AT = 31, CUT_BYTES = 256 };

/* ---- openness ------------------------------------------------------------------------ */

/* "Weights: open"; its columns. */
static unsigned part_text(const struct openness *o, unsigned i, char *out, size_t n)
{
    (void)snprintf(out, n, "%s: %s", openness_part_title((enum openness_part)i), openness_state_name(o->parts[i].state));
    return term_columns(out);
}

/* Six components on two lines, or on three when a word is too long for that. */
void screen_openness(struct screen *s)
{
    static const unsigned two[] = { 40, 40 }, three[] = { 27, 28, 25 };
    const struct openness *o = &s->c->openness;
    char text[200];
    bool wide = false;
    if (!o->class_why)
        return;
    (void)snprintf(text, sizeof text, "What is open: %s", openness_class_name(o->class));
    if (!s->c->scan.done)               /* else it stands below "Safe to load" */
        buf_char(s->b, '\n');
    term_put(s->b, s->t, TERM_BOLD, text);
    buf_str(s->b, " - ");
    term_wrap(s->b, o->class_why, term_columns(text) + 3, SCREEN_TEXT_AT, s->t->width);
    buf_char(s->b, '\n');
    for (unsigned i = 0; i < OPENNESS_PARTS; i++)
        wide = wide || part_text(o, i, text, sizeof text) > three[i % 3] - 2;
    for (unsigned i = 0; i < OPENNESS_PARTS; i++) {
        unsigned width = wide ? two[i % 2] : three[i % 3];
        bool last = i % (wide ? 2 : 3) == (wide ? 1 : 2);
        (void)part_text(o, i, text, sizeof text);
        buf_fmt(s->b, "  %-*s%s", last ? 0 : (int)width - 2, text, last ? "\n" : "");
    }
}

/* ---- safe to load ---------------------------------------------------------------------- */

static void put_worst(struct screen *s, size_t i)
{
    const struct scan_result *r = &s->c->scan.results[i];
    const struct scan_finding *f = scan_worst(r);
    char text[700];
    if (!f)
        return;
    (void)snprintf(text, sizeof text, "%s, byte %llu: %s", f->path, (unsigned long long)f->offset, f->what);
    screen_item(s, r->verdict == SCAN_UNSAFE ? "x" : "?", text);
}

void screen_scan(struct screen *s)
{
    const struct check_scan *k = &s->c->scan;
    size_t shown = 0, n = s->c->model.n_files, few = s->verbose ? n : 3, n_bad = n - k->n_of[SCAN_CLEAN];
    if (!k->done)
        return;
    buf_char(s->b, '\n');
    term_put(s->b, s->t, TERM_BOLD, "Safe to load: ");
    term_put(s->b, s->t, k->verdict == SCAN_CLEAN ? TERM_GREEN : k->verdict == SCAN_UNSAFE ? TERM_RED : TERM_YELLOW,
             scan_verdict_name(k->verdict));
    buf_fmt(s->b, " - %zu of %zu file%s clean, read in a sandbox\n", k->n_of[SCAN_CLEAN], n, n == 1 ? "" : "s");
    for (int v = SCAN_UNSAFE; v > SCAN_CLEAN; v--)
        for (size_t i = 0; i < n && shown < few; i++)
            if ((int)k->results[i].verdict == v && ++shown)
                put_worst(s, i);
    screen_more(s, n_bad - shown, n_bad - shown == 1 ? "file" : "files");
}

/* ---- the twelve questions ------------------------------------------------------------ */

static const char *const labels[CHECKLIST_QUESTIONS] = {
    "what is open", "what the licence allows", "commercial, your use", "documentation", "training data",
    "on your own examples", "hardware", "true costs", "risks and biases", "source to trust", "who maintains it",
    "human review",
};

static const struct { const char *mark; enum term_style style; } marks[] = {
    [STATUS_OPEN] = { "?", TERM_YELLOW }, [STATUS_SILENT] = { "-", TERM_YELLOW }, [STATUS_PARTLY] = { "~", TERM_YELLOW },
    [STATUS_CONTRADICTED] = { "!", TERM_RED }, [STATUS_ANSWERED] = { "+", TERM_GREEN },
};

/* Cut to `columns`, between characters, and say that it was. */
static void put_cut(struct screen *s, const char *text, unsigned columns)
{
    char copy[CUT_BYTES];
    (void)snprintf(copy, sizeof copy, "%s", text);
    if (term_columns(copy) > columns) {
        size_t n = strlen(copy);
        while (n && (term_columns(copy) + 3 > columns || ((unsigned char)copy[n] & 0xc0) == 0x80))
            copy[--n] = 0;
        while (n && ((unsigned char)copy[n - 1] & 0xc0) == 0x80)
            copy[--n] = 0;
        (void)snprintf(copy + n, sizeof copy - n, "...");
    }
    term_put(s->b, s->t, TERM_PLAIN, copy);
}

static void put_row(struct screen *s, const struct check_entry *x)
{
    buf_fmt(s->b, "  %2u ", x->n);
    term_put(s->b, s->t, marks[x->status].style, marks[x->status].mark);
    buf_fmt(s->b, " %-*s ", BRIEF_AT - LABEL_AT, labels[x->n - 1]);
    put_cut(s, x->brief, s->t->width - BRIEF_AT - 2);
    buf_char(s->b, '\n');
}

void screen_questions(struct screen *s)
{
    const struct checklist *list = &s->c->checklist;
    if (!list->made)
        return;
    buf_char(s->b, '\n');
    term_put(s->b, s->t, TERM_BOLD, "Twelve questions");
    buf_str(s->b, "   ");
    term_put(s->b, s->t, TERM_DIM, "+ answered  ~ partly  - silent  ! contradicted  ? open");
    buf_char(s->b, '\n');
    for (unsigned i = 0; i < CHECKLIST_QUESTIONS; i++)
        put_row(s, &list->items[i]);
}

/* ---- what is left to do -------------------------------------------------------------- */

/* "2, 4, 6-9": the questions of this role that nobody has answered. */
static unsigned open_of(const struct checklist *list, const char *role, char *out, size_t n)
{
    unsigned found = 0, last = 0, run = 0;
    size_t at = 0;
    out[0] = 0;
    for (unsigned i = 0; i <= CHECKLIST_QUESTIONS; i++) {
        const struct check_entry *x = i < CHECKLIST_QUESTIONS ? &list->items[i] : NULL;
        bool here = x && x->next[0] && strcmp(x->role, role) == 0;
        int w = 0;
        if (run && !(here && last + 1 == x->n)) {       /* a run ends */
            if (run > 1)
                w = snprintf(out + at, n - at, "%s%u", run > 2 ? "-" : ", ", last);
            run = 0;
        } else if (here && run) {
            last = x->n;
            run++;
            continue;
        }
        at += w > 0 ? (size_t)w : 0;
        if (!here)
            continue;
        w = snprintf(out + at, n - at, "%s%u", found++ ? ", " : "", x->n);
        at += w > 0 ? (size_t)w : 0;
        last = x->n;
        run = 1;
    }
    return found;
}

/* What a command of ours can answer, then who is to be asked. */
void screen_next(struct screen *s)
{
    const struct checklist *list = &s->c->checklist;
    const char *const *roles = signoff_roles();
    char numbers[64];
    struct buf steps, people;
    buf_init(&steps, 4096);
    buf_init(&people, 4096);
    for (unsigned i = 0; list->made && i < CHECKLIST_QUESTIONS; i++)
        if (list->items[i].next[0] && list->items[i].command[0])
            buf_fmt(&steps, "%s%u: %s", steps.n ? "; " : "", list->items[i].n, list->items[i].step);
    for (size_t i = 0; list->made && roles[i]; i++)
        if (open_of(list, roles[i], numbers, sizeof numbers))
            buf_fmt(&people, "%s%s %s", people.n ? "; " : "ask ", roles[i], numbers);
    if (people.n)
        screen_heading(s, "Next");
    if (steps.n)
        screen_item(s, ">", buf_text(&steps));
    if (people.n) {
        buf_str(&people, "; keep answers with assay sign-off");
        screen_item(s, ">", buf_text(&people));
    }
    if (steps.error || people.error)
        s->b->error = ERR_MEMORY;
    buf_fini(&steps);
    buf_fini(&people);
}

/* ---- with -v ------------------------------------------------------------------------- */

static void put_evidence(struct screen *s, const struct evidence *const *ev, size_t n)
{
    for (size_t i = 0; i < n; i++)
        screen_where(s, ev[i]);
}

static void put_full_questions(struct screen *s)
{
    const struct checklist *list = &s->c->checklist;
    char text[4400];
    if (list->made)
        screen_heading(s, "The questions in full");
    for (unsigned i = 0; list->made && i < CHECKLIST_QUESTIONS; i++) {
        const struct check_entry *x = &list->items[i];
        (void)snprintf(text, sizeof text, "%u. %s %s%s%s%s", x->n, x->question, check_status_name(x->status),
                       x->answer[0] ? ": " : "", x->answer, x->answer[0] ? "" : ".");
        screen_item(s, marks[x->status].mark, text);
        if (x->next[0]) {
            buf_str(s->b, "      next: ");
            term_wrap(s->b, x->next, 12, 6, s->t->width);
            buf_char(s->b, '\n');
        }
    }
}

static void put_topics(struct screen *s)
{
    static const char *const signs[] = { "-", "~", "+", "!" };
    const struct card_topics *t = &s->c->topics;
    char text[500];
    if (!t->items[0].why)
        return;
    screen_heading(s, t->has_card ? "What the card answers" : "What the card answers: there is none");
    for (unsigned i = 0; t->has_card && i < TOPIC_COUNT; i++) {
        const struct topic *x = &t->items[i];
        (void)snprintf(text, sizeof text, "%s: %s, %s", topic_title((enum card_topic)i), topic_state_name(x->state),
                       x->why);
        screen_item(s, signs[x->state], text);
        put_evidence(s, x->evidence, x->n_evidence);
    }
}

static void put_parts(struct screen *s)
{
    const struct openness *o = &s->c->openness;
    char text[700];
    if (!o->class_why)
        return;
    screen_heading(s, "Openness: can it be seen, may it be used");
    for (unsigned i = 0; i < OPENNESS_PARTS; i++) {
        const struct openness_row *r = &o->parts[i];
        (void)snprintf(text, sizeof text, "%s: %s (seen: %s, rights: %s); %s", openness_part_title((enum openness_part)i),
                       openness_state_name(r->state), openness_visibility_name(r->visibility),
                       openness_rights_name(r->rights), r->why);
        screen_item(s, "=", text);
        put_evidence(s, r->evidence, r->n_evidence);
    }
    (void)snprintf(text, sizeof text, "Model Openness Framework: class %s, progress III %.0f %%, II %.0f %%, I %.0f %%",
                   o->mof_result.class == 1 ? "I" : o->mof_result.class == 2 ? "II" : o->mof_result.class == 3 ? "III" :
                   "none", o->mof_result.progress[3], o->mof_result.progress[2], o->mof_result.progress[1]);
    screen_heading(s, text);
    for (unsigned i = 0; i < MOF_PARTS; i++) {
        const struct openness_mof_row *r = &o->mof[i];
        (void)snprintf(text, sizeof text, "%s: %s%s%s%s%s", mof_part_info((enum mof_part)i)->name, mof_state_name(r->state),
                       r->license && r->license[0] ? ", " : "", r->license ? r->license : "",
                       r->path && r->path[0] ? ", " : "", r->path ? r->path : "");
        screen_item(s, r->state == MOF_INCLUDED ? "+" : r->state == MOF_MISSING ? "-" : "~", text);
    }
}

static void put_yardstick(struct screen *s, const char *title, enum openness_met met, const struct openness_need *rows,
                          size_t n)
{
    static const char *const signs[] = { "?", "-", "+" };
    char text[700];
    (void)snprintf(text, sizeof text, "%s: %s", title, openness_met_name(met));
    screen_heading(s, text);
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(text, sizeof text, "%s: %s, %s", rows[i].name, openness_met_name(rows[i].met), rows[i].why);
        screen_item(s, signs[rows[i].met], text);
        screen_where(s, rows[i].evidence);
    }
}

static void put_needs(struct screen *s)
{
    const struct need *n = &s->c->need;
    char text[400], bytes[32], total[32];
    if (!n->known)
        return;
    screen_heading(s, "What it needs, computed");
    for (size_t i = 0; i < n->n_weights; i++) {
        const struct need_weights *x = &n->weights[i];
        screen_size(x->bytes, bytes, sizeof bytes);
        screen_size(x->total_bytes, total, sizeof total);
        (void)snprintf(text, sizeof text, "%s%s: weights %s, in all %s at %llu tokens%s", x->type, x->is_own ?
                       " (as it is)" : "", bytes, total, (unsigned long long)n->context, !n->machine_known ? "" :
                       x->fits ? ", fits here" : ", does not fit here");
        screen_item(s, x->is_own ? "=" : "-", text);
    }
    for (size_t i = 0; i < n->n_contexts; i++) {
        screen_size(n->contexts[i].kv_f16_bytes, bytes, sizeof bytes);
        screen_size(n->contexts[i].total_bytes, total, sizeof total);
        (void)snprintf(text, sizeof text, "%llu tokens: KV cache %s, in all %s%s",
                       (unsigned long long)n->contexts[i].n_tokens, bytes, total, n->contexts[i].is_max ?
                       " (the longest it was made for)" : "");
        screen_item(s, "-", text);
    }
    for (size_t i = 0; i < n->n_assumptions; i++)
        screen_item(s, "i", n->assumptions[i]);
}

static void put_trust(struct screen *s)
{
    static const char *const signs[] = { "-", "+", "?" };
    char text[900];
    if (s->c->trust.n)
        screen_heading(s, "Signals of trust");
    for (size_t i = 0; i < s->c->trust.n; i++) {
        const struct trust_signal *x = &s->c->trust.items[i];
        (void)snprintf(text, sizeof text, "%s: %s%s%s (%s)", x->name, trust_state_name(x->state), x->value[0] ? ", " : "",
                       x->value, x->why);
        screen_item(s, signs[x->state], text);
        put_evidence(s, x->evidence, x->n_evidence);
    }
}

static void put_signoffs(struct screen *s)
{
    char text[1600];
    if (s->c->signoffs.n)
        screen_heading(s, "Sign-offs");
    for (size_t i = 0; i < s->c->signoffs.n; i++) {
        const struct signoff *x = &s->c->signoffs.items[i];
        (void)snprintf(text, sizeof text, "%u. %s%s%s, by %s (%s), given %s, until %s: %s", x->question,
                       signoff_state_name(x->state), x->why[0] ? ", " : "", x->why, x->by, x->role, x->given, x->until,
                       x->answer);
        screen_item(s, x->state == SIGNOFF_VALID ? "+" : "!", text);
    }
}

void screen_details(struct screen *s)
{
    const struct openness *o = &s->c->openness;
    put_full_questions(s);
    put_signoffs(s);
    put_topics(s);
    put_parts(s);
    if (o->class_why) {
        put_yardstick(s, "OSAID 1.0", o->osaid_met, o->osaid, o->n_osaid);
        put_yardstick(s, "EU AI Act, open-source exemption plausible", o->eu_plausible, o->eu, o->n_eu);
    }
    put_needs(s);
    put_trust(s);
}
