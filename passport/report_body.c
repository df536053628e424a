// SPDX-License-Identifier: Apache-2.0
#include "passport/report_body.h"

#include "passport/say.h"

/* ---- helpers ------------------------------------------------------------------------- */

const struct claim *body_claim_of(const struct check *c, const struct evidence *ev)
{
    for (size_t i = 0; ev && i < c->claims.n; i++)
        if (c->claims.items[i]->n_evidence && c->claims.items[i]->evidence[0] == ev)
            return c->claims.items[i];
    return NULL;
}

void body_evidence(struct pen *p, const struct check *c, const struct evidence *ev)
{
    const struct claim *k = body_claim_of(c, ev);
    if (ev)
        pen_proof(p, &ev, 1, k ? k->method : "", k ? k->confidence : -1);
}

void body_state_cell(struct pen *p, enum pen_mark mark, const char *word)
{
    pen_open(p, PEN_CELL);
    pen_state(p, mark, word);
    pen_close(p, PEN_CELL);
}

void body_more(struct pen *p, size_t n, size_t shown, const char *what)
{
    if (n <= shown)
        return;
    pen_open(p, PEN_QUIET);
    pen_fmt(p, PEN_PLAIN, "And %zu more %s, in the JSON report.", n - shown, what);
    pen_close(p, PEN_QUIET);
}

/* ---- files --------------------------------------------------------------------------- */

/* One finding a file: the worst. The JSON has them all. */
static void scan_item(struct pen *p, const struct check *c, size_t i)
{
    const struct scan_result *r = &c->scan.results[i];
    const struct scan_finding *f = scan_worst(r);
    if (!f)
        return;
    pen_open(p, PEN_ITEM);
    pen_state(p, r->verdict == SCAN_UNSAFE ? MARK_BAD : MARK_ASK, scan_verdict_name(r->verdict));
    pen_put(p, PEN_PLAIN, " ");
    pen_put(p, PEN_NAME, f->path);
    pen_fmt(p, PEN_PLAIN, ", byte %llu: %s", (unsigned long long)f->offset, f->what);
    pen_close(p, PEN_ITEM);
}

static void body_scan(struct pen *p, struct check *c)
{
    enum { FEW = 12 };
    size_t shown = 0, n_bad = c->model.n_files - c->scan.n_of[SCAN_CLEAN];
    if (!c->scan.done)
        return;
    pen_open(p, PEN_PARA);
    pen_put(p, PEN_PLAIN, "Safe to load: ");
    pen_state(p, c->scan.verdict == SCAN_CLEAN ? MARK_GOOD : c->scan.verdict == SCAN_UNSAFE ? MARK_BAD : MARK_ASK,
              scan_verdict_name(c->scan.verdict));
    pen_fmt(p, PEN_PLAIN, " %zu of %zu files were read to the end and hold only what is known to be harmless.",
            c->scan.n_of[SCAN_CLEAN], c->model.n_files);
    pen_close(p, PEN_PARA);
    if (!n_bad)
        return;
    pen_open(p, PEN_LIST);
    for (int v = SCAN_UNSAFE; v > SCAN_CLEAN; v--)
        for (size_t i = 0; i < c->model.n_files && shown < FEW; i++)
            if ((int)c->scan.results[i].verdict == v && ++shown)
                scan_item(p, c, i);
    pen_close(p, PEN_LIST);
    body_more(p, n_bad, shown, n_bad - shown == 1 ? "file" : "files");
}

void body_files(struct pen *p, struct check *c)
{
    static const struct pen_column columns[] = { { "File", false }, { "What it is", false }, { "Size", true } };
    static const struct pen_table table = { "files", "Every file of the model, with the SHA-256 of its bytes", columns, 3 };
    char size[SAY_BYTES];
    const struct model *m = &c->model;
    size_t n = m->n_files < PEN_ROWS ? m->n_files : PEN_ROWS;
    if (m->n_files == 0) {
        pen_para(p, PEN_PARA, "The folder holds no file.");
        return;
    }
    body_scan(p, c);
    pen_table(p, &table);
    for (size_t i = 0; i < n; i++) {
        const struct model_file *f = &m->files[i];
        pen_open(p, PEN_ROW);
        pen_open(p, PEN_CELL);
        pen_put(p, PEN_NAME, f->path);
        pen_put(p, f->sha256 ? PEN_DIGEST : PEN_NOTE, f->sha256 ? f->sha256 :
                f->escapes ? "a link that leads out of the model: not read" : "not hashed");
        pen_close(p, PEN_CELL);
        pen_cell(p, PEN_PLAIN, snapshot_role_name(f->role));
        pen_cell(p, PEN_PLAIN, say_size(f->size_bytes, size));
        pen_close(p, PEN_ROW);
    }
    pen_close(p, PEN_TABLE);
    body_more(p, m->n_files, n, "files");
    if (m->truncated)
        pen_para(p, PEN_PARA, "The folder holds more files, or is deeper, than was listed: this report is incomplete.");
}

void body_unread(struct pen *p, struct check *c)
{
    const struct gather *g = &c->gather;
    size_t n = g->n_unread < PEN_ROWS ? g->n_unread : PEN_ROWS;
    if (n == 0) {
        pen_para(p, PEN_PARA, "Every file that can speak of a licence, and the directory of every weights file in a known "
                 "format, was read. The weights themselves were hashed, not run.");
        return;
    }
    pen_para(p, PEN_PARA, "What was not read is not known to be clean.");
    pen_open(p, PEN_LIST);
    for (size_t i = 0; i < n; i++) {
        pen_open(p, PEN_ITEM);
        pen_put(p, PEN_NAME, g->unread[i].path);
        pen_put(p, PEN_PLAIN, ": ");
        pen_put(p, PEN_PLAIN, g->unread[i].why);
        pen_close(p, PEN_ITEM);
    }
    pen_close(p, PEN_LIST);
    body_more(p, g->n_unread, n, "files");
}

void body_about(struct pen *p, struct check *c)
{
    static const struct { enum pen_mark mark; const char *word, *says; } legend[] = {
        { MARK_GOOD, "yes", "met, seen or allowed" }, { MARK_PARTLY, "partly", "in part" },
        { MARK_ASK, "ask", "a person decides" }, { MARK_BAD, "no", "refused, or contradicted" },
        { MARK_UNKNOWN, "cannot tell", "not known, so not allowed" }, { MARK_NONE, "absent", "not there" } };
    pen_open(p, PEN_PARA);
    pen_put(p, PEN_STRONG, "Information, not legal advice.");
    pen_fmt(p, PEN_PLAIN, " Made from the files of the model and a catalogue of %zu licences, dated %s; no network was "
            "used. How a fact of the catalogue is known is said beside it: one that nobody read in the licence's text "
            "never leads to \"allowed\".", catalog_count(&c->catalog), catalog_date(&c->catalog));
    pen_close(p, PEN_PARA);
    pen_open(p, PEN_PARA);
    pen_put(p, PEN_PLAIN, "Each statement shows its evidence: the file, the lines or bytes, and the SHA-256 of just those "
            "bytes. A path that begins with ");
    pen_put(p, PEN_NAME, "catalogue:");
    pen_put(p, PEN_PLAIN, " is a record of the catalogue. To check all of it again later, keep the report that ");
    pen_put(p, PEN_NAME, "assay check --json");
    pen_put(p, PEN_PLAIN, " prints, and give it to ");
    pen_put(p, PEN_NAME, "assay check --verify");
    pen_put(p, PEN_PLAIN, ".");
    pen_close(p, PEN_PARA);
    pen_open(p, PEN_FACTS);
    for (size_t i = 0; i < sizeof legend / sizeof *legend; i++) {
        pen_open_as(p, PEN_FACT, legend[i].says, "");
        pen_state(p, legend[i].mark, legend[i].word);
        pen_close(p, PEN_FACT);
    }
    pen_close(p, PEN_FACTS);
}

/* ---- the whole ----------------------------------------------------------------------- */

static bool always(const struct check *c) { (void)c; return true; }
static bool has_openness(const struct check *c) { return c->openness.class_why != NULL; }
static bool has_questions(const struct check *c) { return c->checklist.made; }
static bool has_card(const struct check *c) { return c->topics.items[0].why != NULL; }
static bool has_need(const struct check *c) { return c->need.known || (c->need.why && c->need.why[0]); }
static bool has_trust(const struct check *c) { return c->trust.n > 0; }

static const struct part {
    const char *id, *title;
    bool (*has)(const struct check *c);
    void (*draw)(struct pen *p, struct check *c);
} parts[] = {
    { "verdict", "Verdict for the declared use", always, body_verdict },
    { "openness", "What exactly is open", has_openness, body_openness },
    { "licence", "Licence", always, body_license },
    { "questions", "The twelve questions", has_questions, body_questions },
    { "card", "What the model card answers", has_card, body_card },
    { "needs", "What it needs, and what it costs", has_need, body_need },
    { "trust", "Signals of trust", has_trust, body_trust },
    { "files", "Files", always, body_files },
    { "unread", "What was not read", always, body_unread },
    { "sign-off", "Sign-off", always, body_signoff },
    { "about", "About this report", always, body_about },
};
enum { N_PARTS = sizeof parts / sizeof *parts };

static const char *digest_words(struct pen *p, const struct check *c)
{
    const char *words = c->signoffs.model_digest ? arena_fmt(p->a, "model digest %s", c->signoffs.model_digest) : "";
    p->failed = p->failed || !words;
    return words ? words : "";
}

static void put_head(struct pen *p, const struct check *c)
{
    const struct model *m = &c->model;
    char count[SAY_BYTES], size[SAY_BYTES];
    uint64_t bytes = 0;
    for (size_t i = 0; i < m->n_files; i++)
        bytes += m->files[i].size_bytes;
    p->ink->begin(p, m->name[0] ? m->name : m->ref, "Assay report on a model", digest_words(p, c));
    pen_open(p, PEN_FACTS);
    pen_fact(p, "Reference", PEN_NAME, m->ref);
    pen_fact(p, "Revision", PEN_NAME, m->revision);
    pen_fact(p, "Architecture", PEN_PLAIN, c->gather.architecture);
    pen_open_as(p, PEN_FACT, "Files", "");
    pen_fmt(p, PEN_PLAIN, "%s, %s", say_count(m->n_files, count), say_size(bytes, size));
    pen_close(p, PEN_FACT);
    pen_fact(p, "Model digest", PEN_DIGEST, c->signoffs.model_digest);
    pen_close(p, PEN_FACTS);
}

int report_body(const struct pen_ink *ink, struct check *c, struct buf *out, struct err *e)
{
    struct pen p = { .ink = ink, .b = out, .a = c->claims.a, .revision = c->model.revision };
    struct pen_contents contents[N_PARTS];
    size_t n = 0;
    for (size_t i = 0; i < N_PARTS; i++)
        if (parts[i].has(c))
            contents[n++] = (struct pen_contents){ parts[i].id, parts[i].title };
    put_head(&p, c);
    ink->contents(&p, contents, n);
    for (size_t i = 0; i < N_PARTS; i++) {
        if (!parts[i].has(c))
            continue;
        pen_open_as(&p, PEN_SECTION, parts[i].id, parts[i].title);
        parts[i].draw(&p, c);
        pen_close(&p, PEN_SECTION);
    }
    ink->end(&p);
    return pen_error(&p, e);
}
