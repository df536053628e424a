// SPDX-License-Identifier: Apache-2.0
#include "license/use.h"

#include <stdio.h>
#include "base/yaml.h"

#define COUNT(list) (sizeof list / sizeof *list)

/* ---- the words ----------------------------------------------------------------------- */

static const char *const tri_words[] = { [TRI_UNKNOWN] = "unknown", [TRI_NO] = "false", [TRI_YES] = "true" };
static const char *const deployment_words[] = {
    [DEPLOY_UNKNOWN] = "unknown", [DEPLOY_INTERNAL] = "internal", [DEPLOY_HOSTED] = "hosted",
    [DEPLOY_REDISTRIBUTE] = "redistribute",
};
static const char *const modality_words[] = {
    [MODALITY_UNKNOWN] = "unknown", [MODALITY_TEXT] = "text", [MODALITY_IMAGE] = "image",
    [MODALITY_AUDIO] = "audio", [MODALITY_VIDEO] = "video", [MODALITY_MULTIMODAL] = "multimodal",
};
static const char *const number_words[] = {
    [USE_USERS_MONTH] = "users_month", [USE_USERS_DAY] = "users_day", [USE_VISITS_MONTH] = "visits_month",
    [USE_REVENUE_YEAR_USD] = "revenue_year_usd", [USE_REVENUE_MONTH_USD] = "revenue_month_usd",
    [USE_ARR_USD] = "arr_usd",
};

/* Fields that use policies speak of first, then those that they leave alone. */
static const char *const fields[] = {
    "medical", "legal", "finance", "education", "employment", "military", "weapons", "law_enforcement",
    "surveillance", "biometrics", "critical_infrastructure", "high_stakes_decisions", "political", "children",
    "deception", "illegal", "general", "research", "entertainment", NULL,
};
enum { SENSITIVE_FIELDS = 16 };

const char *deployment_name(enum deployment d) { return deployment_words[d]; }
const char *modality_name(enum modality m) { return modality_words[m]; }
const char *use_number_name(enum use_number n) { return number_words[n]; }
const char *const *use_fields(void) { return fields; }

static int field_index(const char *field)
{
    for (int i = 0; fields[i]; i++)
        if (strcmp(fields[i], field) == 0)
            return i;
    return -1;
}

bool use_field_known(const char *field) { return field_index(field) >= 0; }

bool use_field_is_sensitive(const char *field)
{
    int i = field_index(field);
    return i >= 0 && i < SENSITIVE_FIELDS;
}

/* ISO 3166-1 alpha-2, the 249 codes assigned officially, in order, each followed by a blank. */
static const char countries[] =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY "
    "BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK "
    "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR "
    "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK "
    "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
    "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF "
    "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW ";

/* The 27 members; then their regions with a code of their own that are territory of the Union
 * (Treaty on the Functioning of the EU, articles 349 and 355). */
static const char members[] =
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK "
    "AX GF GP MF MQ RE YT ";

static bool has_code(const char *list, const char *code)
{
    for (; *list; list += 3)
        if (strlen(code) == 2 && memcmp(list, code, 2) == 0)
            return true;
    return false;
}

bool country_known(const char *code) { return strcmp(code, "EU") == 0 || has_code(countries, code); }
bool country_in_eu(const char *code) { return strcmp(code, "EU") == 0 || has_code(members, code); }

/* ---- the table of keys --------------------------------------------------------------- */

enum key_type { KEY_TRI, KEY_DEPLOYMENT, KEY_NUMBER, KEY_COUNTRY, KEY_FIELD, KEY_MODALITY, KEY_DATE };

static const struct use_key keys[] = {
    { "commercial", "true|false", "is the use commercial" },
    { "deployment", "internal|hosted|redistribute",
      "who gets it: nobody outside, users over a network, or others get the weights" },
    { "modify", "true|false", "will you change the weights: fine-tune, merge, quantise" },
    { "train_others", "true|false", "will outputs or weights be used to make another model" },
    { "users_month", "NUMBER", "monthly active users, your affiliates' among them" },
    { "users_day", "NUMBER", "daily active users" },
    { "visits_month", "NUMBER", "visits a month" },
    { "revenue_year_usd", "NUMBER", "yearly revenue in US dollars" },
    { "revenue_month_usd", "NUMBER", "monthly revenue in US dollars" },
    { "arr_usd", "NUMBER", "annual recurring revenue in US dollars" },
    { "country", "ISO 3166 CODE, or EU", "where you live or have your principal place of business" },
    { "field", "medical|legal|finance|education|employment|military|weapons|law_enforcement|surveillance|"
      "biometrics|critical_infrastructure|high_stakes_decisions|political|children|deception|illegal|general|"
      "research|entertainment", "what it is used for" },
    { "modality", "text|image|audio|video|multimodal", "what the model takes in and gives out" },
    { "date", "YYYY-MM-DD", "the day of the use" },
};

/* How keys[i] is read, and into which part of struct use. */
static const struct { enum key_type type; unsigned at; } key_types[] = {
    { KEY_TRI, 0 }, { KEY_DEPLOYMENT, 0 }, { KEY_TRI, 1 }, { KEY_TRI, 2 },
    { KEY_NUMBER, USE_USERS_MONTH }, { KEY_NUMBER, USE_USERS_DAY }, { KEY_NUMBER, USE_VISITS_MONTH },
    { KEY_NUMBER, USE_REVENUE_YEAR_USD }, { KEY_NUMBER, USE_REVENUE_MONTH_USD }, { KEY_NUMBER, USE_ARR_USD },
    { KEY_COUNTRY, 0 }, { KEY_FIELD, 0 }, { KEY_MODALITY, 0 }, { KEY_DATE, 0 },
};
_Static_assert(COUNT(keys) == COUNT(key_types), "each key has a type");

/* The records say revenue_year and mean dollars; so may a use. */
static const char *const short_names[][2] = {
    { "revenue_year", "revenue_year_usd" }, { "revenue_month", "revenue_month_usd" }, { "arr", "arr_usd" },
};

const struct use_key *use_keys(size_t *n)
{
    *n = COUNT(keys);
    return keys;
}

static int find_key(const char *name)
{
    for (size_t i = 0; i < COUNT(short_names); i++)
        if (strcmp(short_names[i][0], name) == 0)
            name = short_names[i][1];
    for (size_t i = 0; i < COUNT(keys); i++)
        if (strcmp(keys[i].name, name) == 0)
            return (int)i;
    return -1;
}

/* ---- setting ------------------------------------------------------------------------- */

void use_init(struct use *u)
{
    *u = (struct use){ 0 };
    for (int i = 0; i < USE_NUMBERS; i++)
        u->numbers[i] = USE_UNKNOWN;
}

static enum tri *tri_at(struct use *u, unsigned at)
{
    return at == 0 ? &u->commercial : at == 1 ? &u->modify : &u->train_others;
}

static bool find_word(const char *value, const char *const *words, size_t n, int *out)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(words[i], value) != 0)
            continue;
        *out = (int)i;
        return true;
    }
    return false;
}

static bool set_tri(enum tri *out, const char *value)
{
    int i;
    if (strcmp(value, "yes") == 0 || strcmp(value, "no") == 0)
        i = *value == 'y' ? TRI_YES : TRI_NO;
    else if (!find_word(value, tri_words, COUNT(tri_words), &i))
        return false;
    *out = (enum tri)i;
    return true;
}

static bool set_number(int64_t *out, const char *value)
{
    int64_t v = 0;
    if (strcmp(value, "unknown") == 0) {
        *out = USE_UNKNOWN;
        return true;
    }
    for (const char *p = value; *p; p++)
        if (*p < '0' || *p > '9' || __builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, *p - '0', &v))
            return false;
    *out = v;
    return *value != 0;
}

static bool set_country(char out[USE_COUNTRY_BYTES], const char *value)
{
    char code[USE_COUNTRY_BYTES] = "";
    if (strlen(value) != 2)
        return false;
    for (int i = 0; i < 2; i++)
        code[i] = (char)(value[i] >= 'a' && value[i] <= 'z' ? value[i] - 32 : value[i]);
    if (strcmp(code, "UK") == 0)
        memcpy(code, "GB", 2);
    if (strcmp(code, "EL") == 0)
        memcpy(code, "GR", 2);
    if (!country_known(code))
        return false;
    memcpy(out, code, sizeof code);
    return true;
}

/* A text that must satisfy `known`; "unknown" empties it. */
static bool set_text(char *out, size_t size, const char *value, bool (*known)(const char *))
{
    bool none = strcmp(value, "unknown") == 0;
    if (!none && (!known(value) || strlen(value) >= size))
        return false;
    memset(out, 0, size);
    if (!none)
        memcpy(out, value, strlen(value));
    return true;
}

static bool set_key(struct use *u, int key, const char *value)
{
    int i = 0;
    bool ok;
    switch (key_types[key].type) {
    case KEY_TRI:
        return set_tri(tri_at(u, key_types[key].at), value);
    case KEY_NUMBER:
        return set_number(&u->numbers[key_types[key].at], value);
    case KEY_COUNTRY:
        if (strcmp(value, "unknown") != 0)
            return set_country(u->country, value);
        u->country[0] = 0;
        return true;
    case KEY_FIELD:
        return set_text(u->field, sizeof u->field, value, use_field_known);
    case KEY_DATE:
        return set_text(u->date, sizeof u->date, value, date_known);
    case KEY_DEPLOYMENT:
        ok = find_word(value, deployment_words, COUNT(deployment_words), &i);
        u->deployment = ok ? (enum deployment)i : u->deployment;
        return ok;
    default:
        ok = find_word(value, modality_words, COUNT(modality_words), &i);
        u->modality = ok ? (enum modality)i : u->modality;
        return ok;
    }
}

static void hint_keys(struct err *e)
{
    char list[200] = "";
    size_t n = 0;
    for (size_t i = 0; i < COUNT(keys) && n < sizeof list; i++)
        n += (size_t)snprintf(list + n, sizeof list - n, "%s%s", i ? ", " : "", keys[i].name);
    err_hint(e, "%s", list);
}

int use_set(struct use *u, const char *key, const char *value, struct err *e)
{
    int i = find_key(key);
    if (i < 0) {
        err_plain(e, ERR_USAGE, "a use has no part \"%.60s\"", key);
        hint_keys(e);
        return ERR_USAGE;
    }
    if (set_key(u, i, value))
        return 0;
    err_plain(e, ERR_USAGE, "%s cannot be \"%.60s\"", keys[i].name, value);
    err_hint(e, "%s", keys[i].values);
    return ERR_USAGE;
}

/* One key of the file: repeated under its two names it is refused too. */
static int take(struct use *u, const struct val *v, bool *seen, struct err *e)
{
    const char *value = v->kind == VAL_NULL ? "" : val_str(v), *key = (const char *)v->key.p;
    if (!value || strlen(value) != (v->kind == VAL_NULL ? 0 : v->str.n) || strlen(key) != v->key.n)
        return err_line(e, ERR_FORMAT, v->key_line, "no plain value in \"%.60s\"", key);
    struct err why = { 0 };
    if (use_set(u, key, value, &why)) {
        err_line(e, ERR_FORMAT, v->key_line, "%s", why.msg);
        err_hint(e, "%s", why.hint);
        return ERR_FORMAT;
    }
    int i = find_key(key);
    if (seen[i])
        return err_line(e, ERR_FORMAT, v->key_line, "\"%s\" is given twice", keys[i].name);
    seen[i] = true;
    return 0;
}

int use_from_yaml(struct span in, struct arena *a, struct use *out, struct err *e)
{
    const struct val *root;
    int rc = yaml_parse(in, NULL, a, &root, e);
    if (rc)
        return rc;
    if (root->kind != VAL_MAP && root->kind != VAL_NULL)
        return err_line(e, ERR_FORMAT, root->line, "a use is a map of keys and values");
    return use_from_val(root, out, e);
}

int use_from_val(const struct val *map, struct use *out, struct err *e)
{
    struct use u;
    bool seen[COUNT(keys)] = { false };
    use_init(&u);
    for (const struct val *v = map->first; v; v = v->next) {
        int rc = take(&u, v, seen, e);
        if (rc)
            return rc;
    }
    *out = u;
    return 0;
}

/* ---- writing ------------------------------------------------------------------------- */

static void write_tri(struct json_out *j, const char *key, enum tri t)
{
    if (t != TRI_UNKNOWN)
        json_boolean(j, key, t == TRI_YES);
}

static void write_word(struct json_out *j, const char *key, const char *word)
{
    if (*word && strcmp(word, "unknown") != 0)
        json_string(j, key, word);
}

static void write_key(const struct use *u, struct json_out *j, int key)
{
    const char *name = keys[key].name;
    unsigned at = key_types[key].at;
    switch (key_types[key].type) {
    case KEY_TRI:
        write_tri(j, name, at == 0 ? u->commercial : at == 1 ? u->modify : u->train_others);
        break;
    case KEY_NUMBER:
        if (u->numbers[at] != USE_UNKNOWN)
            json_integer(j, name, u->numbers[at]);
        break;
    case KEY_DEPLOYMENT:
        write_word(j, name, deployment_words[u->deployment]);
        break;
    case KEY_MODALITY:
        write_word(j, name, modality_words[u->modality]);
        break;
    case KEY_COUNTRY:
        write_word(j, name, u->country);
        break;
    case KEY_FIELD:
        write_word(j, name, u->field);
        break;
    case KEY_DATE:
        write_word(j, name, u->date);
        break;
    }
}

void use_write(const struct use *u, struct json_out *j, const char *key)
{
    json_open(j, key, '{');
    for (size_t i = 0; i < COUNT(keys); i++)
        write_key(u, j, (int)i);
    json_close(j, '}');
}
