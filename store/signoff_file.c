// SPDX-License-Identifier: Apache-2.0
/* store/signoff_file.c - the files of sign-offs: strict in, plain out. */
#include "store/signoff_int.h"

#include "base/date.h"
#include "base/json.h"
#include "base/sha256.h"
#include "base/utf8.h"

static const char entries_schema[] = "assay.sign-off-file/1", path_schema[] = "assay.sign-off-path/1";
static const struct val_limits limits = { .max_bytes = SIGNOFF_FILE_MAX, .max_depth = 4, .max_values = 20000 };
static const char *const roles[] = { "legal", "privacy", "engineering", "owner", NULL };

const char *signoff_state_name(enum signoff_state s)
{
    static const char *const names[] = { "valid", "expired", "void" };
    return names[s];
}

const char *const *signoff_roles(void)
{
    return roles;
}

/* ---- what may be said ---------------------------------------------------------------- */

static bool is_role(const char *s)
{
    for (size_t i = 0; roles[i]; i++)
        if (strcmp(roles[i], s) == 0)
            return true;
    return false;
}

/* Neither control characters nor marks that turn the direction of writing, or hide. */
static bool is_plain(uint32_t cp)
{
    if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x61c || cp == 0xfeff)
        return false;
    return !((cp >= 0x200b && cp <= 0x200f) || (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2060 && cp <= 0x206f));
}

/* One line of text, 1 to max bytes. Returns what is wrong with it; NULL: nothing. */
static const char *text_fault(const char *s, size_t max)
{
    size_t n = strlen(s);
    bool seen = false;
    if (n > max)
        return "is too long";
    for (size_t i = 0; i < n;) {
        uint32_t cp;
        unsigned len = utf8_next(span_of(s + i, n - i), &cp);
        if (!len || !is_plain(cp))
            return len ? "holds a control character" : "is not UTF-8";
        seen = seen || cp != ' ';
        i += len;
    }
    return seen ? NULL : "is empty";
}

/* The name of the part that is wrong, and why; NULL: nothing is. */
static const char *fault_of(const struct signoff *s, const char **why)
{
    *why = "is not 1 to 12";
    if (s->question < 1 || s->question > SIGNOFF_QUESTIONS)
        return "question";
    if ((*why = text_fault(s->by, SIGNOFF_BY_MAX)))
        return "by";
    *why = "is none of legal, privacy, engineering, owner";
    if (!is_role(s->role))
        return "role";
    if ((*why = text_fault(s->answer, SIGNOFF_ANSWER_MAX)))
        return "answer";
    *why = "is no day of the calendar (YYYY-MM-DD)";
    return date_known(s->until) ? NULL : "until";
}

int signoff_valid(const struct signoff *s, const char *today, struct err *e)
{
    const char *why, *part = fault_of(s, &why);
    if (part)
        return err_plain(e, ERR_USAGE, "\"%s\" %s", part, why);
    if (!date_known(today))
        return err_plain(e, ERR_USAGE, "the day of today is not known");
    if (strcmp(s->until, today) <= 0)
        return err_plain(e, ERR_USAGE, "\"until\" is %s, which is not after today (%s)", s->until, today);
    return 0;
}

/* ---- reading ------------------------------------------------------------------------- */

static bool is_digest(const char *s)
{
    return s && strlen(s) == SHA256_HEX_BYTES - 1 && strspn(s, "0123456789abcdef") == SHA256_HEX_BYTES - 1;
}

/* The text of a key that must hold a string without NUL. */
static int take(const struct val *map, const char *key, const char **out, struct err *e)
{
    const struct val *v = val_get(map, key);
    if (!v || v->kind != VAL_STR || memchr(v->str.p, 0, v->str.n))
        return err_set(e, ERR_FORMAT, v ? v->byte_from : map->byte_from, "\"%s\" must be a text", key);
    *out = (const char *)v->str.p;
    return 0;
}

static int read_entry(const struct val *v, const char *digest, struct signoff *out, struct err *e)
{
    struct signoff s = { .why = "", .model = digest };
    const char *why, *part;
    int64_t question;
    if (v->kind != VAL_MAP || v->n != 6)
        return err_set(e, ERR_FORMAT, v->byte_from, "a sign-off has six keys");
    if (!val_int(val_get(v, "question"), &question) || question < 1 || question > SIGNOFF_QUESTIONS)
        return err_set(e, ERR_FORMAT, v->byte_from, "\"question\" is not 1 to 12");
    s.question = (unsigned)question;
    int rc = take(v, "by", &s.by, e);
    if (!rc)
        rc = take(v, "role", &s.role, e);
    if (!rc)
        rc = take(v, "answer", &s.answer, e);
    if (!rc)
        rc = take(v, "until", &s.until, e);
    if (!rc)
        rc = take(v, "given", &s.given, e);
    if (rc)
        return rc;
    part = fault_of(&s, &why);
    if (!part && !date_known(s.given)) {
        part = "given";
        why = "is no day of the calendar (YYYY-MM-DD)";
    }
    if (part)
        return err_set(e, ERR_FORMAT, v->byte_from, "\"%s\" %s", part, why);
    *out = s;
    return 0;
}

/* Parse, and check the three keys that both files have; *list is the last of them. */
static int open_file(struct span json, const char *schema, const char *key, const char *list_key, struct arena *a,
                     const struct val **doc, const struct val **list, struct err *e)
{
    int rc = json_parse(json, &limits, a, doc, e);
    if (rc)
        return rc;
    *list = val_get(*doc, list_key);
    if (!val_is(val_get(*doc, "schema"), schema))
        return err_set(e, ERR_FORMAT, 0, "not a file of schema \"%s\"", schema);
    if ((*doc)->n != 3 || !*list || (*list)->kind != VAL_LIST)
        return err_set(e, ERR_FORMAT, 0, "must hold \"schema\", \"%s\" and the list \"%s\"", key, list_key);
    return 0;
}

int signoff_parse(struct span json, const char *digest, struct arena *a, struct signoff_list *out, struct err *e)
{
    const struct val *doc, *list;
    const char *model = "";
    int rc = open_file(json, entries_schema, "model", "items", a, &doc, &list, e);
    if (!rc)
        rc = take(doc, "model", &model, e);
    if (!rc && strcmp(model, digest) != 0)
        rc = err_set(e, ERR_FORMAT, val_get(doc, "model")->byte_from, "signs for another model than its name says");
    if (!rc && list->n > SIGNOFF_MAX)
        rc = err_plain(e, ERR_LIMIT, "holds %zu sign-offs, the limit is %d", list->n, SIGNOFF_MAX);
    if (rc)
        return rc;
    struct signoff_list got = *out;
    for (const struct val *v = list->first; v; v = v->next) {
        void *items = got.items;
        if (arena_grow(a, &items, &got.cap, got.n, sizeof *got.items))
            return err_memory(e);
        got.items = items;
        rc = read_entry(v, digest, &got.items[got.n], e);
        if (rc)
            return rc;
        got.n++;
    }
    *out = got;
    return 0;
}

int signoff_parse_path(struct span json, struct arena *a, const char ***models, size_t *n, struct err *e)
{
    const struct val *doc, *list;
    const char *path;
    int rc = open_file(json, path_schema, "path", "models", a, &doc, &list, e);
    if (!rc)
        rc = take(doc, "path", &path, e);
    if (!rc && list->n > SIGNOFF_MODELS_MAX)
        rc = err_plain(e, ERR_LIMIT, "holds %zu digests, the limit is %d", list->n, SIGNOFF_MODELS_MAX);
    if (rc)
        return rc;
    const char **items = arena_array(a, list->n + 1, sizeof *items);        /* one more: the caller may add it */
    size_t got = 0;
    if (!items)
        return err_memory(e);
    for (const struct val *v = list->first; v; v = v->next) {
        items[got] = v->kind == VAL_STR ? val_str(v) : NULL;
        if (!is_digest(items[got++]))
            return err_set(e, ERR_FORMAT, v->byte_from, "not a digest");
    }
    *models = items;
    *n = got;
    return 0;
}

/* ---- writing ------------------------------------------------------------------------- */

void signoff_write(const char *digest, const struct signoff *items, size_t n, struct buf *out)
{
    struct json_out j = { .b = out };
    json_open(&j, NULL, '{');
    json_string(&j, "schema", entries_schema);
    json_string(&j, "model", digest);
    json_open(&j, "items", '[');
    for (size_t i = 0; i < n; i++) {
        json_open(&j, NULL, '{');
        json_unsigned(&j, "question", items[i].question);
        json_string(&j, "by", items[i].by);
        json_string(&j, "role", items[i].role);
        json_string(&j, "answer", items[i].answer);
        json_string(&j, "until", items[i].until);
        json_string(&j, "given", items[i].given);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_close(&j, '}');
    buf_char(out, '\n');
}

void signoff_write_path(const char *path, const char *const *models, size_t n, struct buf *out)
{
    struct json_out j = { .b = out };
    json_open(&j, NULL, '{');
    json_string(&j, "schema", path_schema);
    json_string(&j, "path", path);
    json_open(&j, "models", '[');
    for (size_t i = 0; i < n; i++)
        json_string(&j, NULL, models[i]);
    json_close(&j, ']');
    json_close(&j, '}');
    buf_char(out, '\n');
}
