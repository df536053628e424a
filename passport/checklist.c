// SPDX-License-Identifier: Apache-2.0
/* passport/checklist.c - drafts and sign-offs become twelve entries. */
#include "passport/checklist_int.h"

#include <stdarg.h>
#include <stdio.h>
#include "passport/check_int.h"

static const struct { const char *text, *role; void (*answer)(struct draft *d); } questions[CHECKLIST_QUESTIONS] = {
    { "What exactly is open?", "engineering", answer_openness },
    { "What does the licence allow?", "legal", answer_license },
    { "Is commercial use permitted for the intended application?", "legal", answer_commercial },
    { "Is the documentation clear and complete, including limitations and responsible use?", "engineering", answer_documents },
    { "Which training-data details are disclosed?", "privacy", answer_data },
    { "How does it perform on realistic examples of your use?", "engineering", answer_performance },
    { "What hardware and infrastructure does it need?", "engineering", answer_hardware },
    { "What are the true infrastructure and maintenance costs?", "engineering", answer_cost },
    { "Which safety risks and known biases are documented?", "engineering", answer_risks },
    { "Is the source trustworthy?", "owner", answer_source },
    { "Who maintains, monitors and responds over time?", "owner", answer_maintenance },
    { "What human review is needed before outputs are used in real decisions?", "owner", answer_review },
};

const char *check_question(unsigned n)
{
    return n >= 1 && n <= CHECKLIST_QUESTIONS ? questions[n - 1].text : "";
}

const char *check_status_name(enum check_status s)
{
    static const char *const names[] = { "open", "silent", "partly", "contradicted", "answered" };
    return names[s];
}

/* ---- a draft ------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 0)))
static void add(struct buf *b, const char *fmt, va_list ap)
{
    char text[1200];
    (void)vsnprintf(text, sizeof text, fmt, ap);
    buf_str(b, text);
}

void draft_say(struct draft *d, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add(&d->answer, fmt, ap);
    va_end(ap);
}

void draft_brief(struct draft *d, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add(&d->brief, fmt, ap);
    va_end(ap);
}

void draft_cite(struct draft *d, const struct claim *k)
{
    for (size_t i = 0; k && i < d->n_claims; i++)
        if (d->claims[i] == k)
            return;
    if (k && d->n_claims < DRAFT_CLAIMS_MAX)
        d->claims[d->n_claims++] = k;
}

void draft_cite_subject(struct draft *d, const char *subject)
{
    for (size_t i = 0; i < d->c->claims.n; i++)
        if (strcmp(d->c->claims.items[i]->subject, subject) == 0)
            draft_cite(d, d->c->claims.items[i]);
}

/* ---- sign-offs ----------------------------------------------------------------------- */

/* The last one about question n in this state. */
static const struct signoff *last_of(const struct check *c, unsigned n, enum signoff_state state)
{
    const struct signoff *found = NULL;
    for (size_t i = 0; i < c->signoffs.n; i++)
        if (c->signoffs.items[i].question == n && c->signoffs.items[i].state == state)
            found = &c->signoffs.items[i];
    return found;
}

/* Cut to at most n bytes, between characters. */
static size_t cut(const char *s, size_t n)
{
    size_t len = strlen(s);
    if (len <= n)
        return len;
    while (n && ((unsigned char)s[n] & 0xc0) == 0x80)
        n--;
    return n;
}

static const char *found_words(enum check_status s)
{
    static const char *const words[] = { "nothing of its own", "that the model is silent", "a part of the answer",
                                         "a contradiction", "an answer of its own" };
    return words[s];
}

static bool sign(struct check_entry *x, const struct signoff *s, struct arena *a)
{
    const char *found = x->answer;
    x->signoff = s;
    x->status = STATUS_ANSWERED;
    x->next = x->step = "";
    x->answer = arena_fmt(a, "%s (%s, until %s): %s%s The program found %s%s%s", s->by, s->role, s->until, s->answer,
                          strchr(".!?", s->answer[strlen(s->answer) - 1]) ? "" : ".", found_words(x->found),
                          found[0] ? ": " : ".", found);
    x->brief = arena_fmt(a, "%ssigned by %s (%s) until %s", x->found == STATUS_CONTRADICTED ? "contradiction, " : "",
                         s->by, s->role, s->until);
    return x->answer && x->brief;
}

/* What to do about an entry that is not answered, in full and in a few words. */
static bool add_steps(struct check_entry *x, const struct draft *d, struct arena *a)
{
    const struct signoff *gone = last_of(d->c, x->n, SIGNOFF_EXPIRED);
    const char *before = "";
    if (!gone)
        gone = last_of(d->c, x->n, SIGNOFF_VOID);
    if (gone)
        before = arena_fmt(a, "the sign-off of %s (%s, until %s) is %s: %s; ", gone->by, gone->role, gone->until,
                           signoff_state_name(gone->state), gone->why);
    x->command = d->command;
    x->step = d->step[0] ? d->step : arena_fmt(a, "ask %s", x->role);
    if (gone)
        x->step = arena_fmt(a, "sign-off %s: ask %s again", signoff_state_name(gone->state), x->role);
    x->next = !before ? NULL :
              arena_fmt(a, "%s%s%sask %s: assay sign-off MODEL --question %u ...", before, d->command,
                        d->command[0] ? "; or " : "", x->role, x->n);
    return x->step && x->next;
}

static int finish(struct draft *d, struct check_entry *x, struct arena *a, struct err *e)
{
    const struct claim **claims = arena_array(a, d->n_claims, sizeof *claims);
    const struct signoff *signed_by = last_of(d->c, x->n, SIGNOFF_VALID);
    x->found = x->status = d->status;
    x->answer = arena_str(a, buf_text(&d->answer));
    x->brief = arena_strn(a, buf_text(&d->brief), cut(buf_text(&d->brief), DRAFT_BRIEF_MAX));
    if (d->answer.error == ERR_MEMORY || d->brief.error == ERR_MEMORY || !claims || !x->answer || !x->brief)
        return err_memory(e);
    for (size_t i = 0; i < d->n_claims; i++)
        claims[i] = d->claims[i];
    x->claims = claims;
    x->n_claims = d->n_claims;
    x->next = x->step = x->command = "";
    if (signed_by)
        return sign(x, signed_by, a) ? 0 : err_memory(e);
    return x->status == STATUS_ANSWERED || add_steps(x, d, a) ? 0 : err_memory(e);
}

int check_checklist(struct check *c, struct arena *a, struct err *e)
{
    struct checklist list = { .made = true };
    int rc = 0;
    for (unsigned i = 0; i < CHECKLIST_QUESTIONS && !rc; i++) {
        struct draft d = { .c = c, .step = "", .command = "" };
        list.items[i] = (struct check_entry){ .n = i + 1, .question = questions[i].text, .role = questions[i].role };
        buf_init(&d.answer, DRAFT_TEXT_MAX);
        buf_init(&d.brief, DRAFT_TEXT_MAX);
        questions[i].answer(&d);
        if (!d.brief.n)
            draft_brief(&d, "not examined");
        rc = finish(&d, &list.items[i], a, e);
        buf_fini(&d.answer);
        buf_fini(&d.brief);
    }
    if (!rc)
        c->checklist = list;
    return rc;
}
