// SPDX-License-Identifier: Apache-2.0
/* cli/cmd_sign_off.c - keep a person's answer to one of the twelve questions, bound to the model's digest. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/json.h"
#include "cli/cmd.h"
#include "cli/term.h"
#include "passport/report.h"
#include "store/digest.h"

enum { O_QUESTION, O_BY, O_ROLE, O_ANSWER, O_UNTIL, O_LIST, O_JSON, O_DATE, O_COUNT };
static const struct opt opts[] = {
    [O_QUESTION] = { 'q', "question", "N", "which of the twelve questions, 1 to 12" },
    [O_BY] = { 0, "by", "NAME", "who answers: a person, by name" },
    [O_ROLE] = { 0, "role", "ROLE", "for whom: legal, privacy, engineering or owner" },
    [O_ANSWER] = { 0, "answer", "TEXT", "the answer, one line of at most 1000 bytes" },
    [O_UNTIL] = { 0, "until", "YYYY-MM-DD", "the last day on which it holds" },
    [O_LIST] = { 'l', "list", NULL, "only show what was signed, also what has expired or become void" },
    [O_JSON] = { 'j', "json", NULL, "print one JSON object, schema assay.sign-off/1" },
    [O_DATE] = { 0, "date", "YYYY-MM-DD", "the day to take for today, instead of the clock's" },
};

enum { ANSWER_BYTES = 16 << 20 };

struct job {
    struct arena a;
    struct buf out;
    struct model model;
    struct signoff_list list;
    const char *today, *dir;
    bool terminal;
};

static int hash(struct job *w, const char *ref, struct err *e)
{
    struct digest_job *hashing = NULL;
    int rc = model_open(ref, &w->a, &w->model, e);
    w->terminal = isatty(STDERR_FILENO) != 0;
    if (!rc)
        rc = digest_start(&w->model, DIGEST_STOP, &w->a, cmd_reading, &w->terminal, &hashing, e);
    if (!rc)
        rc = digest_wait(hashing, &w->a, e);
    digest_stop(hashing);
    cmd_reading(&w->terminal, NULL);
    return rc;
}

/* The question as a number; 0 when it is none. */
static unsigned question_of(const char *s)
{
    size_t n = strlen(s);
    if (n < 1 || n > 2 || strspn(s, "0123456789") != n)
        return 0;
    return n == 1 ? (unsigned)(s[0] - '0') : (unsigned)((s[0] - '0') * 10 + s[1] - '0');
}

/* All five parts, and nothing wrong with one of them: asked before the model is read. */
static int read_entry(const struct opt_values *v, const char *today, struct signoff *s, struct err *e)
{
    for (unsigned i = O_QUESTION; i <= O_UNTIL; i++)
        if (!v->value[i])
            return err_plain(e, ERR_USAGE, "\"--%s\" is missing", opts[i].name);
    *s = (struct signoff){ .question = question_of(v->value[O_QUESTION]), .by = v->value[O_BY],
        .role = v->value[O_ROLE], .answer = v->value[O_ANSWER], .until = v->value[O_UNTIL], .why = "", .model = "" };
    return signoff_valid(s, today, e);
}

static void put_json(struct job *w)
{
    struct json_out j = { .b = &w->out };
    json_open(&j, NULL, '{');
    json_string(&j, "schema", "assay.sign-off/1");
    json_open(&j, "model", '{');
    json_string(&j, "ref", w->model.ref);
    json_string(&j, "name", w->model.name);
    json_string(&j, "revision", w->model.revision);
    json_string(&j, "digest", w->list.model_digest);
    json_close(&j, '}');
    json_string(&j, "date", w->today);
    json_string(&j, "folder", w->dir);
    json_open(&j, "signoffs", '[');
    for (size_t i = 0; i < w->list.n; i++)
        report_signoff(&j, NULL, &w->list.items[i]);
    json_close(&j, ']');
    json_close(&j, '}');
    buf_char(&w->out, '\n');
}

static void put_one(struct job *w, const struct term *t, const struct signoff *s)
{
    static const enum term_style styles[] = { TERM_GREEN, TERM_YELLOW, TERM_RED };
    char line[400];
    buf_fmt(&w->out, "\n%2u  ", s->question);
    term_wrap(&w->out, check_question(s->question), 4, 4, t->width);
    buf_str(&w->out, "\n    ");
    term_put(&w->out, t, styles[s->state], signoff_state_name(s->state));
    (void)snprintf(line, sizeof line, "%s%s, by %s (%s), given %s, until %s", s->why[0] ? ": " : "", s->why, s->by,
                   s->role, s->given, s->until);
    term_wrap(&w->out, line, 4 + term_columns(signoff_state_name(s->state)), 4, t->width);
    buf_str(&w->out, "\n    ");
    term_wrap(&w->out, s->answer, 4, 4, t->width);
    buf_char(&w->out, '\n');
}

static void put_screen(struct job *w)
{
    struct term t = term_of_stdout();
    term_put(&w->out, &t, TERM_BOLD, w->model.name);
    buf_fmt(&w->out, "   digest %.16s, %zu sign-off%s\n", w->list.model_digest ? w->list.model_digest : "not known",
            w->list.n, w->list.n == 1 ? "" : "s");
    for (size_t i = 0; i < w->list.n; i++)
        put_one(w, &t, &w->list.items[i]);
}

static int sign_off(const struct opt_values *v, struct job *w, struct err *e)
{
    struct signoff s;
    int rc = 0;
    if (!date_known(w->today))
        return err_plain(e, ERR_USAGE, "\"--date\" is YYYY-MM-DD, not \"%.20s\"", w->today);
    for (unsigned i = O_QUESTION; i <= O_UNTIL && v->value[O_LIST]; i++)
        if (v->value[i])
            return err_plain(e, ERR_USAGE, "\"--list\" and \"--%s\" do not go together", opts[i].name);
    if (!v->value[O_LIST])
        rc = read_entry(v, w->today, &s, e);
    w->dir = signoff_dir(&w->a);
    if (!rc && !w->dir)
        rc = err_plain(e, ERR_USAGE, "no folder to keep sign-offs in: set XDG_DATA_HOME or HOME");
    if (!rc)
        rc = hash(w, v->args[0], e);
    if (!rc && !v->value[O_LIST])
        rc = signoff_add(w->dir, &w->model, &s, w->today, &w->a, e);
    if (!rc)
        rc = signoff_load(w->dir, &w->model, w->today, &w->a, &w->list, e);
    if (!rc && v->value[O_JSON])
        put_json(w);
    else if (!rc)
        put_screen(w);
    return rc;
}

static int run(const struct opt_values *v)
{
    struct err e = { 0 };
    char today[DATE_BYTES];
    struct job w = { .today = v->value[O_DATE] ? v->value[O_DATE] : cmd_today(today) };
    if (v->n_args != 1)
        return cmd_fail((err_plain(&e, ERR_USAGE, "give one MODEL: a folder or a file"), &e));
    arena_init(&w.a, (size_t)1 << 30);
    buf_init(&w.out, ANSWER_BYTES);
    int rc = sign_off(v, &w, &e);
    int status = rc ? cmd_fail(&e) : cmd_answer(&w.out);
    buf_fini(&w.out);
    arena_fini(&w.a);
    return status;
}

const struct cmd cmd_sign_off = {
    .name = "sign-off", .args = "MODEL", .line = "Keep a person's answer to one of the twelve questions",
    .opts = opts, .n_opts = O_COUNT, .run = run,
    .about = "The answer is bound to the digests of all files of the model: it is void when one of them\n"
             "changes, and expires after its last day. `assay check` shows it. Kept for you alone in\n"
             "$XDG_DATA_HOME/assay/signoff (~/.local/share/assay/signoff).\n",
};
