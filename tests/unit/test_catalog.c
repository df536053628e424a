// SPDX-License-Identifier: Apache-2.0
#include "tests/support/check.h"

#include <stdbool.h>
#include "base/buf.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/val.h"
#include "license/catalog.h"
#include "license/policy.h"
#include "tests/support/faults.h"

static struct arena mem;                /* of the test that runs */
static struct catalog catalog;

static int set_up(void **state)
{
    (void)state;
    fault_alloc_at(0);
    arena_init(&mem, (size_t)1 << 28);
    return catalog_open(&catalog, &mem, NULL);
}

static int tear_down(void **state)
{
    (void)state;
    arena_fini(&mem);
    return 0;
}

static const struct license_record *record_at(size_t i)
{
    const struct license_record *r = NULL;
    struct err e = { 0 };
    if (catalog_at(&catalog, i, &r, &e))
        fail_msg("%s:%llu: %s", e.path, (unsigned long long)e.pos, e.msg);
    return r;
}

static bool has_text(const struct record_texts *list, const char *text)
{
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->items[i], text) == 0)
            return true;
    return false;
}

/* ---- the real records ---------------------------------------------------------------- */

TEST(every_record_loads)
{
    char newest[USE_DATE_BYTES] = "";
    YES(catalog_count(&catalog) >= 90);
    for (size_t i = 0; i < catalog_count(&catalog); i++) {
        const struct license_record *r = record_at(i);
        YES(strcmp(r->checked, "2026-11-01") >= 0);
        if (strcmp(r->checked, newest) > 0)
            memcpy(newest, r->checked, sizeof newest);
        EQ(strlen(r->sha256), 64);
    }
    STR(catalog_date(&catalog), newest);
    EQ(catalog_at(&catalog, catalog_count(&catalog), &(const struct license_record *){ NULL }, NULL), ERR_NOT_FOUND);
}

/* tools/bundle reads names with expressions of its own; here its table must equal the strict reader's view. */
TEST(the_table_of_names_agrees_with_the_records)
{
    size_t n = 0;
    for (size_t i = 0; i < catalog.n_names; i++) {
        const struct catalog_name *name = &catalog.names[i];
        const struct license_record *r = record_at(name->file);
        bool known = name->kind == 0 ? strcmp(r->id, name->text) == 0
                   : name->kind == 1 ? has_text(&r->tags, name->text)
                   : strcmp(r->name, name->text) == 0 || has_text(&r->aliases, name->text);
        if (!known)
            fail_msg("%s: the bundle has the name '%s'", r->file, name->text);
    }
    for (size_t i = 0; i < catalog_count(&catalog); i++)
        n += 2 + record_at(i)->tags.n + record_at(i)->aliases.n;
    EQ(n, catalog.n_names);
}

struct seen { struct span key; const char *text, *file; };

static int by_key(const void *a, const void *b)
{
    const struct seen *x = a, *y = b;
    size_t n = x->key.n < y->key.n ? x->key.n : y->key.n;
    int order = memcmp(x->key.p, y->key.p, n);
    return order ? order : x->key.n < y->key.n ? -1 : x->key.n > y->key.n;
}

/* Neighbours after sorting. Sister versions do share a title or a name on the hub; then it names none. */
static size_t count_twins(struct seen *all, size_t n, bool may_share)
{
    size_t twins = 0;
    qsort(all, n, sizeof *all, by_key);
    for (size_t i = 1; i < n; i++) {
        struct err e = { 0 };
        const struct license_record *r = NULL;
        if (!span_eq(all[i].key, all[i - 1].key) || strcmp(all[i].file, all[i - 1].file) == 0)
            continue;
        twins++;
        printf("# '%s' of %s is '%s' of %s\n", all[i - 1].text, all[i - 1].file, all[i].text, all[i].file);
        if (!may_share)
            continue;
        EQ(catalog_by_name(&catalog, all[i].text, &r, &e), ERR_NOT_FOUND);
        YES(strstr(e.msg, "several") && strstr(e.hint, ".yaml") && !r);
    }
    return twins;
}

static size_t twins_of_kind(uint32_t kind)
{
    struct seen *all = calloc(catalog.n_names + 1, sizeof *all);
    size_t n = 0;
    for (size_t i = 0; i < catalog.n_names; i++) {
        const struct catalog_name *name = &catalog.names[i];
        if (name->kind != kind)
            continue;
        all[n].key = kind == 1 ? span_str(name->text) : catalog_fold(name->text, &mem);
        YES(all[n].key.n > 0);
        all[n].text = name->text;
        all[n++].file = catalog.files[name->file].name;
    }
    size_t twins = count_twins(all, n, kind == 2);
    free(all);
    return twins;
}

TEST(an_id_and_a_tag_mean_one_record)
{
    EQ(twins_of_kind(0), 0);
    EQ(twins_of_kind(1), 0);
    YES(twins_of_kind(2) <= 12);
}

static void finds(const char *name, const char *id)
{
    const struct license_record *r = NULL;
    if (catalog_by_name(&catalog, name, &r, NULL))
        fail_msg("'%s' is not found", name);
    STR(r->id, id);
}

TEST(a_licence_is_found_by_id_tag_and_name)
{
    const struct license_record *r = NULL;
    EQ(catalog_find(&catalog, "apache-2.0", &r, NULL), 0);
    STR(r->id, "Apache-2.0");
    EQ(catalog_by_tag(&catalog, "llama3.1", &r, NULL), 0);
    STR(r->id, "LicenseRef-scancode-llama-3.1-license-2024");
    EQ(catalog_find(&catalog, r->id, &r, NULL), 0);
    STR(r->version, "3.1");
    finds("Apache License, Version 2.0", "Apache-2.0");
    finds("the APACHE licence v2.0", "Apache-2.0");
    finds("Llama 3.1 Community License Agreement", "LicenseRef-scancode-llama-3.1-license-2024");
    finds("LLAMA3.1 COMMUNITY LICENSE", "LicenseRef-scancode-llama-3.1-license-2024");
    finds("scancode-llama-3.1-license-2024", "LicenseRef-scancode-llama-3.1-license-2024");
    static const char *const nothing[] = { "", "License", "the licence version", "no such", "Apache", "llama3.1x" };
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++) {
        r = NULL;
        EQ(catalog_by_name(&catalog, nothing[i], &r, NULL), ERR_NOT_FOUND);
        EQ(catalog_by_tag(&catalog, nothing[i], &r, NULL), ERR_NOT_FOUND);
        EQ(catalog_find(&catalog, nothing[i], &r, NULL), ERR_NOT_FOUND);
        YES(r == NULL);
    }
}

static void folds_to(const char *name, const char *want)
{
    struct span got = catalog_fold(name, &mem);
    STR(arena_strn(&mem, got.p, got.n), want);
}

TEST(names_are_folded)
{
    folds_to("Apache License, Version 2.0", "apache 2 0");
    folds_to("apache-2.0", "apache 2 0");
    folds_to("Llama3.1", "llama 3 1");
    folds_to("GPL-2.0+", "gpl 2 0 +");
    folds_to("OpenRAIL++-M", "openrail + + m");
    folds_to("  The   LICENCE ", "");
    folds_to("许可协议 V2", "许可协议 2");
}

TEST(data_files_travel_with_the_records)
{
    struct span families = catalog_data(&catalog, "families.yaml");
    YES(families.n == 0 || memmem(families.p, families.n, "families:", 9) != NULL);
    YES(catalog_data(&catalog, "no such").p == NULL);
    YES(catalog_data(&catalog, "apache-2.0.yaml").p == NULL);
}

TEST(a_fact_points_at_its_lines)
{
    const struct license_record *r = NULL;
    EQ(catalog_find(&catalog, "LicenseRef-scancode-llama-3.1-license-2024", &r, NULL), 0);
    EQ(r->n_thresholds, 1);
    const struct evidence *ev = record_evidence(r, r->thresholds[0].pos, &mem);
    YES(ev != NULL);
    STR(ev->path, "catalogue:llama-3.1-license-2024.yaml");
    struct span lines = span_sub(r->bytes, (size_t)ev->byte_from, (size_t)(ev->byte_to - ev->byte_from));
    YES(span_starts(lines, "    - what: mau\n      amount: 700000000\n"));
    YES(lines.p[-1] == '\n' && lines.p[lines.n] == '\n');
    EQ(ev->line_to - ev->line_from, r->thresholds[0].pos.line_to - r->thresholds[0].pos.line_from);
    ev = record_evidence(r, r->acts[ACT_COMMERCIAL].pos, &mem);
    lines = span_sub(r->bytes, (size_t)ev->byte_from, (size_t)(ev->byte_to - ev->byte_from));
    YES(span_is(lines, "  commercial: conditional"));
    EQ(ev->line_from, ev->line_to);
    EQ(record_basis(r, "thresholds"), 'V');
    EQ(record_basis(r, "osi"), 'S');
}

/* ---- the lists of others ------------------------------------------------------------- */

static const struct val *shared_json(const char *file)
{
    struct span bytes;
    const struct val *root = NULL;
    char *path = arena_fmt(&mem, "%s/data/mot/%s", dir_of("ASSAY_SHARED"), file);
    if (fs_read(path, 1u << 24, &mem, &bytes, NULL) || json_parse(bytes, NULL, &mem, &root, NULL))
        return NULL;
    return val_get(root, "licenses");
}

static const struct val *find_license(const struct val *list, const char *id)
{
    for (const struct val *v = list ? list->first : NULL; v; v = v->next)
        if (val_is(val_get(v, "licenseId"), id))
            return v;
    return NULL;
}

static bool is_true(const struct val *map, const char *key)
{
    bool b = false;
    return val_bool(val_get(map, key), &b) && b;
}

TEST(osi_and_mof_agree_with_the_lists)
{
    /* MOT's settings name these data licences by id beside its rule "FSF libre or OSI approved". */
    static const char *const data[] = { "CC0-1.0", "CC-BY-?.?", "CC-BY-SA-?.?", "CDLA-*", "ODC-By-*", "ODbL-*",
                                        "PDDL-*", "GFDL-1.3*", "OGL-*", "OpenMDW-1.0" };
    const struct val *spdx = shared_json("licenses.json"), *mot = shared_json("mof-licenses.json");
    size_t wrong = 0, n = 0;
    if (!spdx || !mot)
        SKIP("the lists of the Model Openness Tool are not here");
    for (size_t i = 0; i < catalog_count(&catalog); i++) {
        const struct license_record *r = record_at(i);
        const struct val *v = find_license(spdx, r->id);
        bool osi = is_true(v ? v : find_license(mot, r->id), "isOsiApproved");
        bool mof = osi || is_true(v, "isFsfLibre");
        for (size_t k = 0; k < sizeof data / sizeof *data; k++)
            mof = mof || policy_glob(data[k], r->id);
        n += v != NULL;
        if (r->osi == osi && r->mof == mof)
            continue;
        wrong++;
        printf("# %s: the lists say osi %d, mof %d\n", r->file, osi, mof);
    }
    EQ(wrong, 0);
    YES(n >= 40);
}

/* ---- anchors ------------------------------------------------------------------------- */

static bool found(const char *text, const char *at)
{
    uint64_t from = 0, to = 0;
    return anchor_find(span_str(text), at, &from, &to) && from < to && to <= strlen(text);
}

TEST(an_anchor_is_found_without_case_and_layout)
{
    YES(found("You must retain in all\n  // copies of the Llama \"Materials\"", "retain in all copies of the llama materials"));
    YES(found("Non-Commercial use", "non commercial use"));
    YES(found("prominently display \xe2\x80\x9c" "Built with Llama\xe2\x80\x9d on", "display built with llama on"));
    NOT(found("unconditional", "conditional"));
    NOT(found("conditionally", "conditional"));
    NOT(found("retain in all", "retain in all copies"));
    NOT(found("retaininall", "retain in all"));
    NOT(found("", "x"));
    NOT(found("x", ""));
    YES(found("仅能基于非\n商业用途", "基于非商业用途"));
    YES(found("许可（非商业）用途", "非商业用途"));
    uint64_t from = 0, to = 0;
    YES(anchor_find(span_str("a. (Must) retain, all."), "must retain", &from, &to));
    EQ(from, 4);
    EQ(to, 16);
}

/* Front matter of a text of ScanCode: "spdx_license_key: MIT". */
static bool is_text_of(struct span head, const char *id)
{
    char line[200];
    snprintf(line, sizeof line, "\nspdx_license_key: %s\n", id);
    head = span_sub(head, 0, 6000);
    return memmem(head.p, head.n, line, strlen(line)) != NULL;
}

static bool read_text(const char *path, struct span *out)
{
    return fs_read(path, 1u << 22, &mem, out, NULL) == 0;
}

/* "owner/repo path/of/file @ rev": the text as it lies in cases/ or more/, or that of ScanCode. */
static bool text_by_source(const char *root, const char *source, struct span *out)
{
    const char *slash = strchr(source, '/'), *blank = strchr(source, ' '), *at = strstr(source, " @ ");
    if (!slash || !blank || slash > blank)
        return false;
    size_t n = at ? (size_t)(at - blank - 1) : strlen(blank + 1);
    char *file = arena_strn(&mem, blank + 1, n);
    static const char *const folders[] = { "cases", "more" };
    for (size_t i = 0; i < 2; i++)
        if (read_text(arena_fmt(&mem, "%s/%s/%.*s__%.*s/%s", root, folders[i], (int)(slash - source), source,
                                (int)(blank - slash - 1), slash + 1, file), out))
            return true;
    return strstr(source, "scancode-licensedb docs/") == source + strlen("aboutcode-org/")
        && read_text(arena_fmt(&mem, "%s/texts/%s", root, fs_base(file)), out);
}

static bool text_by_id(const char *root, const char *id, const struct fs_list *texts, struct span *out)
{
    if (strncmp(id, "LicenseRef-scancode-", 20) == 0)
        return read_text(arena_fmt(&mem, "%s/texts/%s.LICENSE", root, id + 20), out);
    for (size_t i = 0; i < texts->n && strncmp(id, "LicenseRef-", 11) != 0; i++)
        if (read_text(arena_fmt(&mem, "%s/texts/%s", root, texts->items[i].path), out) && is_text_of(*out, id))
            return true;
    return false;
}

struct anchors { const struct license_record *r; struct span text, policies; size_t n, wrong; };

static void look(struct anchors *a, const char *at, const char *what, bool may_be_policy)
{
    uint64_t from, to;
    if (!*at)
        return;
    a->n++;
    if (anchor_find(a->text, at, &from, &to) || (may_be_policy && anchor_find(a->policies, at, &from, &to)))
        return;
    a->wrong++;
    printf("# %s: '%s' (%s) is not in the text\n", a->r->file, at, what);
}

static void look_all(struct anchors *a)
{
    const struct license_record *r = a->r;
    for (int i = 0; i < ACT_COUNT; i++)
        look(a, r->acts[i].at, act_name((enum license_act)i), false);
    for (size_t i = 0; i < r->n_duties; i++)
        look(a, r->duties[i].at, "duties", false);
    for (size_t i = 0; i < r->n_thresholds; i++)
        look(a, r->thresholds[i].at, "thresholds", false);
    for (size_t i = 0; i < r->n_regions; i++)
        look(a, r->regions[i].at, "regions", r->regions[i].from_policy);
    look(a, r->policy.present ? r->policy.at : "", "use_policy", false);
    look(a, r->outputs.at, "outputs", false);
}

/* A fact read in the text that restricts, and each duty, must say where. */
static size_t missing_anchors(const struct license_record *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_duties && record_basis(r, "duties") == 'V'; i++)
        n += !*r->duties[i].at;
    for (size_t i = 0; i < r->n_thresholds && record_basis(r, "thresholds") == 'V'; i++)
        n += !*r->thresholds[i].at;
    for (size_t i = 0; i < r->n_regions && record_basis(r, "regions") == 'V'; i++)
        n += !*r->regions[i].at;
    n += r->policy.present && !*r->policy.at && record_basis(r, "use_policy") == 'V';
    enum right train = r->outputs.train_others;
    n += train != RIGHT_UNSAID && train != RIGHT_YES && !*r->outputs.at && record_basis(r, "outputs") == 'V';
    if (n)
        printf("# %s: %zu facts with basis V have no anchor\n", r->file, n);
    return n;
}

TEST(every_anchor_stands_in_the_text)
{
    char *root = arena_fmt(&mem, "%s/data/licenses", dir_of("ASSAY_SHARED"));
    struct fs_list texts = { 0 };
    struct anchors a = { 0 };
    size_t held = 0, missing = 0, not_held = 0;
    if (fs_list(arena_fmt(&mem, "%s/texts", root), NULL, 10000, &mem, &texts, NULL))
        SKIP("the licence texts are not here");
    struct buf policies;
    buf_init(&policies, 1u << 24);
    for (size_t i = 0; i < catalog_count(&catalog); i++) {
        struct span text;
        const struct license_record *r = record_at(i);
        if (r->kind == LICENSE_KIND_POLICY && text_by_source(root, r->source, &text))
            buf_span(&policies, text);
    }
    a.policies = buf_view(&policies);
    for (size_t i = 0; i < catalog_count(&catalog); i++) {
        a.r = record_at(i);
        missing += missing_anchors(a.r);
        if (!text_by_source(root, a.r->source, &a.text) && !text_by_id(root, a.r->id, &texts, &a.text)) {
            not_held++;
            continue;
        }
        held++;
        look_all(&a);
    }
    printf("# %zu anchors in %zu texts, %zu not there; %zu texts are not held here\n", a.n, held, a.wrong, not_held);
    buf_fini(&policies);
    EQ(a.wrong, 0);
    EQ(missing, 0);
    YES(held >= 90 && a.n >= 400);
}

/* ---- the strict reader --------------------------------------------------------------- */

static const char sample[] =
    "id: LicenseRef-Sample\n"                                       /*  1 */
    "name: Sample License\n"
    "version: \"1.0\"\n"
    "date: 2024-02-29\n"
    "kind: license\n"
    "class: restricted\n"
    "tags: [sample]\n"
    "aliases: [A Sample]\n"
    "titles: [sample license]\n"
    "rights:\n"                                                     /* 10 */
    "  use: yes\n"
    "  commercial: conditional\n"
    "  redistribute: yes\n"
    "  modify: unsaid\n"
    "  sublicense: no\n"
    "  patent: noncommercial\n"
    "rights_at: {use: may use it}\n"
    "duties:\n"
    "  - kind: notice\n"
    "    when: redistribute\n"                                      /* 20 */
    "    text: Keep the notice.\n"
    "    at: keep the notice\n"
    "limits:\n"
    "  field: [military]\n"
    "  use_policy:\n"
    "    where: in the text\n"
    "    pass_on: no\n"
    "    may_change: yes\n"
    "  thresholds:\n"
    "    - what: revenue_year\n"                                    /* 30 */
    "      amount: 1000000\n"
    "      currency: USD\n"
    "      measured: any_time\n"
    "      effect: ends\n"
    "      affiliates: yes\n"
    "  regions:\n"
    "    - exclude: [EU, GB]\n"
    "      scope: all\n"
    "      source: text\n"
    "      at: not in the eu\n"                                     /* 40 */
    "outputs:\n"
    "  train_others: unsaid\n"
    "  owner: user\n"
    "termination: [breach]\n"
    "law: \"\"\n"
    "osi: no\n"
    "mof: no\n"
    "basis: V\n"
    "basis_of: {osi: S}\n"
    "source: here\n"                                                /* 50 */
    "note: \"\"\n"
    "checked: 2026-11-23\n"
    "cases:\n"
    "  - {use: {commercial: true}, answer: ask}\n";

static int parse_text(const char *text, const struct license_record **out, struct err *e)
{
    *e = (struct err){ 0 };
    return record_parse(span_str(text), "sample.yaml", &mem, out, e);
}

TEST(a_record_is_read_whole)
{
    const struct license_record *r = NULL;
    struct err e;
    EQ(parse_text(sample, &r, &e), 0);
    STR(r->id, "LicenseRef-Sample");
    STR(r->version, "1.0");
    EQ(r->class, CLASS_RESTRICTED);
    EQ(r->acts[ACT_COMMERCIAL].is, RIGHT_CONDITIONAL);
    EQ(r->acts[ACT_PATENT].is, RIGHT_NONCOMMERCIAL);
    STR(r->acts[ACT_USE].at, "may use it");
    STR(r->acts[ACT_MODIFY].at, "");
    EQ(r->acts[ACT_MODIFY].pos.line_from, 14);
    EQ(r->n_duties, 1);
    EQ(r->duties[0].when, WHEN_REDISTRIBUTE);
    EQ(r->duties[0].pos.line_from, 19);
    EQ(r->duties[0].pos.line_to, 22);
    STR(r->fields.items[0], "military");
    YES(r->policy.present && r->policy.may_change && !r->policy.pass_on);
    EQ(r->policy.pos.line_from, 25);
    EQ(r->policy.pos.line_to, 28);
    EQ(r->thresholds[0].what, THRESHOLD_REVENUE_YEAR);
    EQ(r->thresholds[0].amount, 1000000);
    EQ(r->thresholds[0].effect, EFFECT_ENDS);
    EQ(r->regions[0].exclude.n, 2);
    NOT(r->regions[0].multimodal_only || r->regions[0].from_policy);
    STR(r->outputs.owner, "user");
    EQ(record_basis(r, "osi"), 'S');
    EQ(record_basis(r, "use"), 'V');
    EQ(((const struct val *)r->cases)->n, 1);
}

static void points_at(const struct license_record *r, struct record_pos pos, const char *lines)
{
    struct span got = span_sub(r->bytes, (size_t)pos.byte_from, (size_t)(pos.byte_to - pos.byte_from));
    STR(arena_strn(&mem, got.p, got.n), lines);
}

/* The sample with one passage replaced. */
static const char *with(const char *old, const char *new)
{
    const char *at = strstr(sample, old);
    YES(at != NULL);
    return arena_fmt(&mem, "%.*s%s%s", (int)(at - sample), sample, new, at + strlen(old));
}

TEST(positions_are_whole_lines)
{
    const struct license_record *r = NULL;
    struct err e;
    EQ(parse_text(with("  field: [military]\n", "  field:\n    [military]  # only\n"), &r, &e), 0);
    points_at(r, r->fields_pos, "  field:\n    [military]  # only");
    points_at(r, r->policy.pos, "  use_policy:\n    where: in the text\n    pass_on: no\n    may_change: yes");
    points_at(r, r->acts[ACT_USE].pos, "  use: yes");
    points_at(r, r->basis_pos, "basis: V");
    points_at(r, r->outputs.pos, "outputs:\n  train_others: unsaid\n  owner: user");
}

TEST(what_a_record_may_not_say_is_refused_with_its_line)
{
    static const struct { const char *old, *new; unsigned line; } rows[] = {
        { "name: Sample", "nam: Sample", 2 }, { "name: Sample License\n", "", 1 },
        { "name: Sample License", "name: \"\"", 2 }, { "name: Sample License", "name: [a]", 2 },
        { "version: \"1.0\"", "version: 1.0", 3 }, { "2024-02-29", "2023-02-29", 4 },
        { "kind: license", "kind: licence", 5 }, { "class: restricted", "class: none", 1 },
        { "class: restricted", "class: unknown", 1 }, { "kind: license", "kind: policy", 1 },
        { "tags: [sample]", "tags: sample", 7 }, { "[A Sample]", "[\"\"]", 8 }, { "[A Sample]", "[[a]]", 8 },
        { "  use: yes", "  use: perhaps", 11 }, { "  patent: noncommercial\n", "", 10 },
        { "  patent:", "  patents:", 16 }, { "{use: may", "{used: may", 17 }, { "kind: notice", "kind: notify", 19 },
        { "kind: notice", "kind: use_policy", 19 }, { "when: redistribute", "when: sometimes", 20 },
        { "    text: Keep the notice.\n", "", 19 }, { "at: keep", "an: keep", 22 }, { "[military]", "[army]", 24 },
        { "pass_on: no", "pass_on: never", 27 }, { "    may_change: yes\n", "", 25 },
        { "amount: 1000000", "amount: many", 30 }, { "amount: 1000000", "amount: -1", 30 },
        { "currency: USD", "currency: usd", 30 }, { "currency: USD", "currency: \"\"", 30 },
        { "what: revenue_year", "what: mau", 30 }, { "what: revenue_year", "what: users", 30 },
        { "affiliates: yes", "affiliates: noncommercial", 35 }, { "effect: ends", "effect: stops", 34 },
        { "[EU, GB]", "[EU, UK]", 37 }, { "[EU, GB]", "[EU, XX]", 37 }, { "scope: all", "scope: some", 38 },
        { "owner: user", "owner: me", 43 }, { "[breach]", "[breech]", 44 }, { "law: \"\"\n", "", 1 },
        { "osi: no", "osi: maybe", 46 }, { "basis: V", "basis: X", 48 }, { "{osi: S}", "{osj: S}", 49 },
        { "{osi: S}", "{osi: T}", 49 }, { "2026-11-23", "yesterday", 52 }, { "  - {use:", "  - - {use:", 54 },
        { "limits:\n", "limits:\n  sky: no\n", 24 }, { "id: Lic", "id: Lic\nid: Lic", 2 },
    };
    struct err e;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct license_record *r = NULL;
        int rc = parse_text(with(rows[i].old, rows[i].new), &r, &e);
        if (rc != ERR_FORMAT || e.pos != rows[i].line || e.at != ERR_AT_LINE || r)
            fail_msg("'%s' for '%s': %d at line %u: %s", rows[i].new, rows[i].old, rc, (unsigned)e.pos, e.msg);
        STR(e.path, "sample.yaml");
        EQ(e.code, rc);
    }
}

TEST(too_many_items_are_refused)
{
    struct buf b;
    struct err e;
    const struct license_record *r = NULL;
    buf_init(&b, 1u << 20);
    for (int i = 0; i <= CATALOG_MAX_ITEMS; i++)
        buf_fmt(&b, "%sa%d", i ? ", " : "tags: [", i);
    buf_str(&b, "]");
    EQ(parse_text(with("tags: [sample]", buf_text(&b)), &r, &e), ERR_LIMIT);
    EQ(e.pos, 7);
    buf_fini(&b);
}

/* ---- hostile blobs and missing memory ------------------------------------------------ */

static struct span small_blob(void)
{
    /* One record, one data file; names: id, tag, name. Layout as tools/bundle writes it. */
    static uint8_t out[4096];
    static const char strings[] = "\0" "2026-11-23\0" "a.yaml\0" "LicenseRef-Sample\0" "sample\0" "d.yaml";
    const uint32_t words[] = {
        2, 3, sizeof strings, 1,
        12, 0, sizeof sample - 1, 1,
        44, 0, 4, 0,
        19, 0, 0, 37, 0, 1, 37, 0, 2,
    };
    size_t head = 8 + sizeof words, n = head + sizeof strings;
    memcpy(out, "ASSAYCB1", 8);
    memcpy(out + 8, words, sizeof words);
    memcpy(out + head, strings, sizeof strings);
    memcpy(out + 8 + 5 * 4, &(uint32_t){ (uint32_t)n }, 4);
    memcpy(out + 8 + 9 * 4, &(uint32_t){ (uint32_t)n }, 4);
    memcpy(out + n, sample, sizeof sample - 1);
    return span_of(out, n + sizeof sample - 1);
}

static void use_everything(struct span blob)
{
    struct catalog c = { 0 };
    struct arena a;
    const struct license_record *r;
    arena_init(&a, 1u << 24);
    if (catalog_open_blob(&c, &a, blob, NULL) == 0) {
        for (size_t i = 0; i < catalog_count(&c); i++)
            catalog_at(&c, i, &r, NULL);
        catalog_find(&c, "LicenseRef-Sample", &r, NULL);
        catalog_by_name(&c, "sample", &r, NULL);
        catalog_data(&c, "d.yaml");
        YES(strlen(catalog_date(&c)) < 100);
    }
    arena_fini(&a);
}

TEST(what_a_blob_claims_is_checked)
{
    static const struct { unsigned word; uint32_t value; } rows[] = {      /* words behind "ASSAYCB1" */
        { 0, 1000000 }, { 1, 1000000 }, { 2, UINT32_MAX }, { 2, 43 }, { 3, 60000 }, { 4, 5000 }, { 5, UINT32_MAX },
        { 6, UINT32_MAX }, { 7, 2 }, { 7, 0 }, { 10, 60000 }, { 12, 60000 }, { 13, 1 }, { 14, 3 }, { 16, 2 },
    };
    struct span good = small_blob();
    uint8_t *bad = malloc(good.n);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct catalog c = { 0 };
        struct err e = { 0 };
        memcpy(bad, good.p, good.n);
        memcpy(bad + 8 + 4 * rows[i].word, &rows[i].value, 4);
        if (catalog_open_blob(&c, &mem, span_of(bad, good.n), &e) != ERR_FORMAT || e.at != ERR_AT_BYTE)
            fail_msg("word %u as %u is accepted", rows[i].word, (unsigned)rows[i].value);
    }
    struct catalog c = { 0 };
    memcpy(bad, good.p, good.n);
    bad[good.n - sizeof sample] = 'x';          /* the NUL of the last string */
    EQ(catalog_open_blob(&c, &mem, span_of(bad, good.n), NULL), ERR_FORMAT);
    free(bad);
}

TEST(a_small_blob_is_read)
{
    struct catalog c = { 0 };
    const struct license_record *r = NULL;
    EQ(catalog_open_blob(&c, &mem, small_blob(), NULL), 0);
    EQ(catalog_count(&c), 1);
    STR(catalog_date(&c), "2026-11-23");
    EQ(catalog_by_tag(&c, "SAMPLE", &r, NULL), 0);
    STR(r->name, "Sample License");
    YES(span_is(catalog_data(&c, "d.yaml"), "id: "));
    const struct license_record *again = NULL;
    EQ(catalog_at(&c, 0, &again, NULL), 0);
    YES(r == again);
}

TEST(a_blob_that_lies_is_refused)
{
    struct span good = small_blob();
    struct catalog c = { 0 };
    struct err e;
    for (size_t n = 0; n < good.n; n++) {
        uint8_t *cut = malloc(n ? n : 1);       /* its own block, so that a read past it is seen */
        memcpy(cut, good.p, n);
        e = (struct err){ 0 };
        EQ(catalog_open_blob(&c, &mem, span_of(cut, n), &e), ERR_FORMAT);
        EQ(e.code, ERR_FORMAT);
        YES(c.files == NULL);
        free(cut);
    }
    uint8_t *bad = malloc(good.n);
    for (size_t i = 0; i < 8 + 25 * 4 + 60; i++)
        for (unsigned bit = 0; bit < 8; bit++) {
            memcpy(bad, good.p, good.n);
            bad[i] = (uint8_t)(bad[i] ^ 1u << bit);
            use_everything(span_of(bad, good.n));
        }
    free(bad);
}

TEST(every_failing_allocation_is_said)
{
    struct span blob = small_blob();
    bool failed = true;
    size_t n = 1;
    for (; failed; n++) {
        struct arena a;
        struct catalog c = { 0 };
        const struct license_record *r = NULL;
        struct err e = { 0 };
        arena_init(&a, 1u << 24);
        fault_alloc_at(n);
        int rc = catalog_open_blob(&c, &a, blob, &e);
        if (!rc)
            rc = catalog_by_name(&c, "Sample", &r, &e);
        if (!rc && !record_evidence(r, r->basis_pos, &a))
            rc = err_memory(&e);
        failed = fault_alloc_hit();
        fault_alloc_at(0);
        EQ(rc, failed ? ERR_MEMORY : 0);
        EQ(e.code, rc);
        arena_fini(&a);
    }
    YES(n > 2);
    for (size_t max = 0; max < 20000; max += 24) {      /* an arena that ends somewhere in the middle */
        struct arena a;
        const struct license_record *r = NULL;
        arena_init(&a, max);
        int rc = record_parse(span_str(sample), "sample.yaml", &a, &r, NULL);
        YES(rc == 0 || rc == ERR_MEMORY);
        YES((rc == 0) == (r != NULL));
        arena_fini(&a);
    }
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
int main(void)
{
    return RUN(WITH(every_record_loads), WITH(the_table_of_names_agrees_with_the_records),
               WITH(an_id_and_a_tag_mean_one_record), WITH(a_licence_is_found_by_id_tag_and_name), WITH(names_are_folded),
               WITH(data_files_travel_with_the_records), WITH(a_fact_points_at_its_lines),
               WITH(osi_and_mof_agree_with_the_lists), WITH(an_anchor_is_found_without_case_and_layout),
               WITH(every_anchor_stands_in_the_text), WITH(a_record_is_read_whole),
               WITH(positions_are_whole_lines),
               WITH(what_a_record_may_not_say_is_refused_with_its_line), WITH(too_many_items_are_refused),
               WITH(what_a_blob_claims_is_checked), WITH(a_small_blob_is_read),
               WITH(a_blob_that_lies_is_refused),
               WITH(every_failing_allocation_is_said));
}
