// SPDX-License-Identifier: Apache-2.0
#include "license/catalog.h"

#include "base/sha256.h"
#include "base/yaml.h"
#include "license/use.h"

/* The schema as a walk: each function reads one part of the tree. The first error sticks to the reader,
 * and everything after it does nothing; so a function is a list of what its part holds. */
struct reader { struct span bytes; struct arena *a; struct err *e; int rc; };

enum need { OPTIONAL, NEEDED };

/* ---- words --------------------------------------------------------------------------- */

#define COUNT(list) (sizeof list / sizeof *list)

static const char *const right_words[] = {
    [RIGHT_UNSAID] = "unsaid", [RIGHT_YES] = "yes", [RIGHT_NO] = "no",
    [RIGHT_CONDITIONAL] = "conditional", [RIGHT_NONCOMMERCIAL] = "noncommercial",
};
static const char *const act_words[] = {
    [ACT_USE] = "use", [ACT_COMMERCIAL] = "commercial", [ACT_REDISTRIBUTE] = "redistribute",
    [ACT_MODIFY] = "modify", [ACT_SUBLICENSE] = "sublicense", [ACT_PATENT] = "patent",
};
static const char *const kind_words[] = { "license", "policy" };
static const char *const duty_words[] = {
    [DUTY_COPY_OF_LICENSE] = "copy_of_license", [DUTY_NOTICE] = "notice", [DUTY_STATE_CHANGES] = "state_changes",
    [DUTY_NAMING] = "naming", [DUTY_UI_NAMING] = "ui_naming", [DUTY_PASS_TERMS_ON] = "pass_terms_on",
    [DUTY_SHARE_CHANGES] = "share_changes", [DUTY_CITE] = "cite", [DUTY_ATTRIBUTION] = "attribution",
    [DUTY_REGISTER] = "register", [DUTY_OTHER] = "other",
    [DUTY_USE_POLICY] = "use_policy", [DUTY_CONDITION] = "condition",
};
static const char *const when_words[] = {
    [WHEN_ALWAYS] = "always", [WHEN_REDISTRIBUTE] = "redistribute", [WHEN_HOSTED] = "hosted",
    [WHEN_MODIFY] = "modify", [WHEN_OUTPUTS] = "outputs", [WHEN_COMMERCIAL] = "commercial",
    [WHEN_TRAIN_OTHERS] = "train_others",
};
static const char *const what_words[] = {
    [THRESHOLD_MAU] = "mau", [THRESHOLD_DAU] = "dau", [THRESHOLD_VISITS_MONTH] = "visits_month",
    [THRESHOLD_REVENUE_YEAR] = "revenue_year", [THRESHOLD_REVENUE_MONTH] = "revenue_month",
    [THRESHOLD_ARR] = "arr",
};
static const char *const measured_words[] = {
    [MEASURED_UNSAID] = "unsaid", [MEASURED_RELEASE_DATE] = "release_date",
    [MEASURED_PREVIOUS_MONTH] = "previous_month", [MEASURED_ANY_TIME] = "any_time",
};
static const char *const effect_words[] = {
    [EFFECT_ASK] = "ask", [EFFECT_ENDS] = "ends", [EFFECT_NAMING_ONLY] = "naming_only",
};
static const char *const termination_words[] = {
    "breach", "ip_suit", "patent_suit", "copyright_suit", "delete", "revocable", "remote_restriction",
};
static const char *const basis_keys[] = {
    "use", "commercial", "redistribute", "modify", "sublicense", "patent", "duties", "field", "use_policy",
    "thresholds", "regions", "outputs", "termination", "osi", "mof",
};
static const char *const yes_no[] = { "no", "yes" };

const char *right_name(enum right r) { return right_words[r]; }
const char *act_name(enum license_act a) { return act_words[a]; }
const char *duty_kind_name(enum duty_kind k) { return duty_words[k]; }
const char *duty_when_name(enum duty_when w) { return when_words[w]; }
const char *threshold_what_name(enum threshold_what w) { return what_words[w]; }
const char *threshold_effect_name(enum threshold_effect f) { return effect_words[f]; }
const char *threshold_measured_name(enum threshold_measured m) { return measured_words[m]; }

/* ---- values -------------------------------------------------------------------------- */

static void refuse(struct reader *r, uint32_t line, const char *what, const char *subject)
{
    if (!r->rc)
        r->rc = err_line(r->e, ERR_FORMAT, line, "%s \"%.100s\"", what, subject);
}

static void *allot(struct reader *r, size_t n, size_t size)
{
    void *p = r->rc ? NULL : arena_array(r->a, n, size);
    if (!p && !r->rc)
        r->rc = err_memory(r->e);
    return p;
}

static uint32_t line_of(const struct val *v)
{
    return v->key_line ? v->key_line : v->line;
}

/* The whole lines of v, its key among them. */
static struct record_pos pos_of(const struct reader *r, const struct val *v)
{
    struct record_pos pos = { .line_from = line_of(v), .line_to = v->line_to };
    size_t from = (size_t)v->byte_from, to = (size_t)v->byte_to;
    for (uint32_t up = v->line - pos.line_from;; up--) {
        while (from && r->bytes.p[from - 1] != '\n')
            from--;
        if (!up || !from)
            break;
        from--;
    }
    while (to < r->bytes.n && r->bytes.p[to] != '\n')
        to++;
    pos.byte_from = from;
    pos.byte_to = to;
    return pos;
}

/* A map of which every key is among the n `keys`. */
static void known_keys(struct reader *r, const struct val *map, const char *const *keys, size_t n)
{
    for (const struct val *v = map->first; v; v = v->next) {
        size_t i = 0;
        while (i < n && !span_is(v->key, keys[i]))
            i++;
        if (i == n)
            refuse(r, v->key_line, "unknown key", (const char *)v->key.p);
    }
}

static const struct val *child(struct reader *r, const struct val *map, const char *key, enum val_kind kind,
                               enum need need)
{
    const struct val *v = val_get(map, key);
    if (r->rc || (!v && need == OPTIONAL))
        return NULL;
    if (!v)
        refuse(r, line_of(map), "missing key", key);
    else if (v->kind != kind)
        refuse(r, line_of(v), kind == VAL_MAP ? "no map in" : kind == VAL_LIST ? "no list in" : "no text in", key);
    return r->rc ? NULL : v;
}

static const char *text(struct reader *r, const struct val *map, const char *key, enum need need)
{
    const struct val *v = child(r, map, key, VAL_STR, need);
    if (v && memchr(v->str.p, 0, v->str.n))
        refuse(r, v->line, "NUL in", key);
    if (v && need == NEEDED && v->str.n == 0)
        refuse(r, v->line, "empty text in", key);
    return v && !r->rc ? (const char *)v->str.p : "";
}

/* As text, but it may be "". */
static const char *text_or_empty(struct reader *r, const struct val *map, const char *key)
{
    const struct val *v = child(r, map, key, VAL_STR, NEEDED);
    return v && v->str.n ? text(r, map, key, NEEDED) : "";
}

static const char *date(struct reader *r, const struct val *map, const char *key, enum need need)
{
    const char *s = need == NEEDED ? text(r, map, key, NEEDED) : text_or_empty(r, map, key);
    if (*s && !date_known(s))
        refuse(r, line_of(val_get(map, key)), "no date YYYY-MM-DD", s);
    return s;
}

static int find_word(struct reader *r, const struct val *v, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (val_is(v, words[i]))
            return (int)i;
    const char *shown = val_str(v);
    refuse(r, v->line, "unknown word", shown ? shown : "");
    return 0;
}

static int word(struct reader *r, const struct val *map, const char *key, const char *const *words, size_t n)
{
    const struct val *v = val_get(map, key);
    if (!v)
        refuse(r, line_of(map), "missing key", key);
    return r->rc ? 0 : find_word(r, v, words, n);
}

static bool flag(struct reader *r, const struct val *map, const char *key)
{
    return word(r, map, key, yes_no, COUNT(yes_no)) == 1;
}

/* A list of texts; `known` says whether one is acceptable (NULL: any is). */
static struct record_texts texts(struct reader *r, const struct val *map, const char *key,
                                 bool (*known)(const char *))
{
    struct record_texts out = { 0 };
    const struct val *list = child(r, map, key, VAL_LIST, NEEDED);
    if (list && list->n > CATALOG_MAX_ITEMS)
        r->rc = err_line(r->e, ERR_LIMIT, line_of(list), "more than %d items in \"%s\"", CATALOG_MAX_ITEMS, key);
    out.items = allot(r, list ? list->n : 0, sizeof *out.items);
    for (const struct val *v = list ? list->first : NULL; v && !r->rc; v = v->next) {
        const char *s = v->kind == VAL_STR ? (const char *)v->str.p : "";
        if (!*s || strlen(s) != v->str.n || (known && !known(s)))
            refuse(r, v->line, "unknown word", s);
        out.items[out.n++] = s;
    }
    return out;
}

/* A list of maps under `key`: NULL when it is absent. */
static const struct val *maps(struct reader *r, const struct val *map, const char *key, enum need need)
{
    const struct val *list = child(r, map, key, VAL_LIST, need);
    for (const struct val *v = list ? list->first : NULL; v; v = v->next)
        if (v->kind != VAL_MAP)
            refuse(r, v->line, "no map in", key);
    if (list && list->n > CATALOG_MAX_ITEMS)
        r->rc = err_line(r->e, ERR_LIMIT, line_of(list), "more than %d items in \"%s\"", CATALOG_MAX_ITEMS, key);
    return list;
}

/* ---- the parts of a record ----------------------------------------------------------- */

static void read_rights(struct reader *r, const struct val *root, struct license_record *out)
{
    const struct val *rights = child(r, root, "rights", VAL_MAP, NEEDED);
    const struct val *at = child(r, root, "rights_at", VAL_MAP, OPTIONAL);
    if (r->rc)
        return;
    known_keys(r, rights, act_words, COUNT(act_words));
    if (at)
        known_keys(r, at, act_words, COUNT(act_words));
    for (int act = 0; act < ACT_COUNT && !r->rc; act++) {
        struct record_right *right = &out->acts[act];
        right->is = (enum right)word(r, rights, act_words[act], right_words, COUNT(right_words));
        right->at = val_get(at, act_words[act]) ? text(r, at, act_words[act], NEEDED) : "";
        if (!r->rc)
            right->pos = pos_of(r, val_get(rights, act_words[act]));
    }
}

static void read_duties(struct reader *r, const struct val *root, struct license_record *out)
{
    static const char *const keys[] = { "kind", "when", "text", "at" };
    const struct val *list = maps(r, root, "duties", NEEDED);
    struct record_duty *duties = allot(r, list ? list->n : 0, sizeof *duties);
    size_t n = 0;
    for (const struct val *v = list ? list->first : NULL; v && !r->rc; v = v->next) {
        known_keys(r, v, keys, COUNT(keys));
        duties[n++] = (struct record_duty){
            .kind = (enum duty_kind)word(r, v, "kind", duty_words, DUTY_USE_POLICY),
            .when = (enum duty_when)word(r, v, "when", when_words, COUNT(when_words)),
            .text = text(r, v, "text", NEEDED), .at = text(r, v, "at", OPTIONAL), .pos = pos_of(r, v),
        };
    }
    out->duties = duties;
    out->n_duties = n;
}

static void read_thresholds(struct reader *r, const struct val *limits, struct license_record *out)
{
    static const char *const keys[] = { "what", "amount", "currency", "measured", "effect", "affiliates",
                                        "exempt", "at" };
    const struct val *list = maps(r, limits, "thresholds", OPTIONAL);
    struct record_threshold *all = allot(r, list ? list->n : 0, sizeof *all);
    for (const struct val *v = list ? list->first : NULL; v && !r->rc; v = v->next) {
        struct record_threshold *t = &all[out->n_thresholds++];
        known_keys(r, v, keys, COUNT(keys));
        t->what = (enum threshold_what)word(r, v, "what", what_words, COUNT(what_words));
        t->measured = (enum threshold_measured)word(r, v, "measured", measured_words, COUNT(measured_words));
        t->effect = (enum threshold_effect)word(r, v, "effect", effect_words, COUNT(effect_words));
        t->affiliates = (enum right)word(r, v, "affiliates", right_words, RIGHT_CONDITIONAL);
        t->currency = text_or_empty(r, v, "currency");
        t->exempt = text(r, v, "exempt", OPTIONAL);
        t->at = text(r, v, "at", OPTIONAL);
        t->pos = pos_of(r, v);
        if (!r->rc && (!val_int(val_get(v, "amount"), &t->amount) || t->amount < 0))
            refuse(r, line_of(v), "no whole number in", "amount");
        size_t letters = t->what >= THRESHOLD_REVENUE_YEAR ? 3 : 0;         /* money, or users */
        if (strlen(t->currency) != letters || strspn(t->currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != letters)
            refuse(r, line_of(v), "currency does not fit", what_words[t->what]);
    }
    out->thresholds = all;
}

static void read_regions(struct reader *r, const struct val *limits, struct license_record *out)
{
    static const char *const keys[] = { "exclude", "scope", "source", "at" };
    static const char *const scopes[] = { "all", "multimodal" }, *const sources[] = { "text", "policy" };
    const struct val *list = maps(r, limits, "regions", OPTIONAL);
    struct record_region *all = allot(r, list ? list->n : 0, sizeof *all);
    for (const struct val *v = list ? list->first : NULL; v && !r->rc; v = v->next) {
        known_keys(r, v, keys, COUNT(keys));
        all[out->n_regions++] = (struct record_region){
            .exclude = texts(r, v, "exclude", country_known),
            .multimodal_only = word(r, v, "scope", scopes, COUNT(scopes)) == 1,
            .from_policy = word(r, v, "source", sources, COUNT(sources)) == 1,
            .at = text(r, v, "at", OPTIONAL), .pos = pos_of(r, v),
        };
    }
    out->regions = all;
}

static void read_limits(struct reader *r, const struct val *root, struct license_record *out)
{
    static const char *const keys[] = { "field", "use_policy", "thresholds", "regions" };
    static const char *const policy_keys[] = { "where", "pass_on", "may_change", "at" };
    const struct val *limits = child(r, root, "limits", VAL_MAP, NEEDED);
    if (!limits)
        return;
    known_keys(r, limits, keys, COUNT(keys));
    out->fields = texts(r, limits, "field", use_field_known);
    if (!r->rc)
        out->fields_pos = pos_of(r, val_get(limits, "field"));
    const struct val *policy = child(r, limits, "use_policy", VAL_MAP, OPTIONAL);
    if (policy) {
        known_keys(r, policy, policy_keys, COUNT(policy_keys));
        out->policy = (struct record_policy){
            .present = true, .pass_on = flag(r, policy, "pass_on"), .may_change = flag(r, policy, "may_change"),
            .where = text(r, policy, "where", NEEDED), .at = text(r, policy, "at", OPTIONAL),
            .pos = pos_of(r, policy),
        };
    }
    read_thresholds(r, limits, out);
    read_regions(r, limits, out);
}

static void read_outputs(struct reader *r, const struct val *root, struct license_record *out)
{
    static const char *const keys[] = { "train_others", "condition", "owner", "at" };
    static const char *const owners[] = { "unsaid", "user", "licensor" };
    const struct val *v = child(r, root, "outputs", VAL_MAP, NEEDED);
    if (!v)
        return;
    known_keys(r, v, keys, COUNT(keys));
    out->outputs = (struct record_outputs){
        .train_others = (enum right)word(r, v, "train_others", right_words, COUNT(right_words)),
        .condition = text(r, v, "condition", OPTIONAL),
        .owner = owners[word(r, v, "owner", owners, COUNT(owners))],
        .at = text(r, v, "at", OPTIONAL), .pos = pos_of(r, v),
    };
}

static char basis_letter(struct reader *r, const struct val *v)
{
    static const char *const letters[] = { "V", "S", "M" };
    return *letters[find_word(r, v, letters, COUNT(letters))];
}

static void read_basis(struct reader *r, const struct val *root, struct license_record *out)
{
    const struct val *basis = child(r, root, "basis", VAL_STR, NEEDED);
    const struct val *of = child(r, root, "basis_of", VAL_MAP, NEEDED);
    if (r->rc)
        return;
    out->basis = basis_letter(r, basis);
    out->basis_pos = pos_of(r, basis);
    known_keys(r, of, basis_keys, COUNT(basis_keys));
    struct record_basis *all = allot(r, of->n, sizeof *all);
    for (const struct val *v = of->first; v && !r->rc; v = v->next)
        all[out->n_basis_of++] = (struct record_basis){ (const char *)v->key.p, basis_letter(r, v) };
    out->basis_of = all;
}

static bool is_termination(const char *s)
{
    for (size_t i = 0; i < COUNT(termination_words); i++)
        if (strcmp(termination_words[i], s) == 0)
            return true;
    return false;
}

static void read_head(struct reader *r, const struct val *root, struct license_record *out)
{
    const char *classes[CLASS_COUNT];
    for (unsigned i = 0; i < CLASS_COUNT; i++)
        classes[i] = index_class_name(i);
    out->id = text(r, root, "id", NEEDED);
    out->name = text(r, root, "name", NEEDED);
    out->version = text_or_empty(r, root, "version");
    out->date = date(r, root, "date", OPTIONAL);
    out->kind = (enum license_kind)word(r, root, "kind", kind_words, COUNT(kind_words));
    out->class = (enum index_class)word(r, root, "class", classes, CLASS_COUNT);
    if (out->class == CLASS_UNKNOWN || (out->class == CLASS_NONE) != (out->kind == LICENSE_KIND_POLICY))
        refuse(r, line_of(root), "class does not fit the kind of", out->id);
    out->tags = texts(r, root, "tags", NULL);
    out->aliases = texts(r, root, "aliases", NULL);
    out->titles = texts(r, root, "titles", NULL);
}

static void read_tail(struct reader *r, const struct val *root, struct license_record *out)
{
    out->termination = texts(r, root, "termination", is_termination);
    out->law = text_or_empty(r, root, "law");
    out->osi = flag(r, root, "osi");
    out->mof = flag(r, root, "mof");
    read_basis(r, root, out);
    out->source = text(r, root, "source", NEEDED);
    out->note = text_or_empty(r, root, "note");
    out->checked = date(r, root, "checked", NEEDED);
    out->cases = maps(r, root, "cases", NEEDED);
}

int record_parse(struct span bytes, const char *file, struct arena *a, const struct license_record **out,
                 struct err *e)
{
    static const char *const keys[] = {
        "id", "name", "version", "date", "kind", "class", "tags", "aliases", "titles", "rights", "rights_at",
        "duties", "limits", "outputs", "termination", "law", "osi", "mof", "basis", "basis_of", "source", "note",
        "checked", "cases",
    };
    struct reader r = { .bytes = bytes, .a = a, .e = e };
    struct license_record *record = allot(&r, 1, sizeof *record);
    char hex[SHA256_HEX_BYTES];
    const struct val *root;
    if (!r.rc && !(r.rc = yaml_parse(bytes, NULL, a, &root, e)) && !(r.rc = sha256_hex(bytes, hex, e))) {
        record->file = file;
        record->bytes = bytes;
        record->sha256 = arena_str(a, hex);
        if (!record->sha256)
            r.rc = err_memory(e);
        if (root->kind != VAL_MAP)
            refuse(&r, 1, "no map in", file);
        known_keys(&r, root, keys, COUNT(keys));
        read_head(&r, root, record);
        read_rights(&r, root, record);
        read_duties(&r, root, record);
        read_limits(&r, root, record);
        read_outputs(&r, root, record);
        read_tail(&r, root, record);
    }
    if (r.rc) {
        err_path(e, file);
        return r.rc;
    }
    *out = record;
    return 0;
}
