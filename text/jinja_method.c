// SPDX-License-Identifier: Apache-2.0
/* The methods of str, list, tuple and dict. at[0] is what the method belongs to. */
#include "text/jinja_attr.h"
#include "text/jinja_case.h"
#include "text/jinja_run_int.h"

static const struct jstr *self(const struct jargs *a)
{
    return a->at[0].s;
}

static struct jv none_given(struct jrun *r, const struct jargs *a, struct jv v)
{
    return jr_bind(r, a, "/", NULL) ? v : jv_undefined();
}

static struct jv cased(struct jrun *r, const struct jargs *a, char how)
{
    return jr_bind(r, a, "/", NULL) ? jv_str(jstr_cased(r, self(a), how)) : jv_undefined();
}

static struct jv str_lower(struct jrun *r, const struct jargs *a) { return cased(r, a, 'l'); }
static struct jv str_upper(struct jrun *r, const struct jargs *a) { return cased(r, a, 'u'); }
static struct jv str_title(struct jrun *r, const struct jargs *a) { return cased(r, a, 't'); }
static struct jv str_capitalize(struct jrun *r, const struct jargs *a) { return cased(r, a, 'c'); }
static struct jv str_swapcase(struct jrun *r, const struct jargs *a) { return cased(r, a, 's'); }

static struct jv stripped(struct jrun *r, const struct jargs *a, bool left, bool right)
{
    struct jv chars;
    if (!jr_bind(r, a, "/ chars", &chars))
        return jv_undefined();
    const struct jstr *of = chars.kind == JV_NONE ? NULL : jr_want_str(r, chars, NULL);
    return jv_str(jstr_stripped(r, self(a), of, left, right));
}

static struct jv str_strip(struct jrun *r, const struct jargs *a) { return stripped(r, a, true, true); }
static struct jv str_lstrip(struct jrun *r, const struct jargs *a) { return stripped(r, a, true, false); }
static struct jv str_rstrip(struct jrun *r, const struct jargs *a) { return stripped(r, a, false, true); }

static struct jv split(struct jrun *r, const struct jargs *a, bool from_right)
{
    struct jv v[2];
    jint max;
    if (!jr_bind(r, a, "sep maxsplit", v) || !jr_want_int(r, v[1], -1, &max))
        return jv_undefined();
    const struct jstr *sep = v[0].kind == JV_NONE ? NULL : jr_want_str(r, v[0], NULL);
    return r->rc ? jv_undefined() : jv_list(jstr_split(r, self(a), sep, max, from_right));
}

static struct jv str_split(struct jrun *r, const struct jargs *a) { return split(r, a, false); }
static struct jv str_rsplit(struct jrun *r, const struct jargs *a) { return split(r, a, true); }

static struct jv str_splitlines(struct jrun *r, const struct jargs *a)
{
    struct jv keep;
    if (!jr_bind(r, a, "keepends", &keep))
        return jv_undefined();
    return jv_list(jstr_lines(r, self(a), keep.kind != JV_MISSING && jv_truth(r, keep)));
}

static struct jv partition(struct jrun *r, const struct jargs *a, bool from_right)
{
    struct jv v;
    if (!jr_bind(r, a, "/ !sep", &v))
        return jv_undefined();
    const struct jstr *s = self(a), *sep = jr_want_str(r, v, &jstr_empty);
    if (!r->rc && !sep->n)
        return jr_fail(r, ERR_FORMAT, "split by an empty text");
    size_t hit = from_right ? jstr_rfind(r, s, jstr_span(sep), 0, s->n) : jstr_find(r, s, jstr_span(sep), 0, s->n);
    struct jlist *l = jlist_new(r, 3);
    const struct jstr *none = &jstr_empty;
    bool found = hit != SIZE_MAX;
    jlist_add(r, l, jv_str(found ? jstr_cut(r, s, 0, hit) : from_right ? none : s));
    jlist_add(r, l, jv_str(found ? jstr_cut(r, s, hit, hit + sep->n) : none));
    jlist_add(r, l, jv_str(found ? jstr_cut(r, s, hit + sep->n, s->n) : from_right ? s : none));
    return jv_tuple(l);
}

static struct jv str_partition(struct jrun *r, const struct jargs *a) { return partition(r, a, false); }
static struct jv str_rpartition(struct jrun *r, const struct jargs *a) { return partition(r, a, true); }

static struct jv str_replace(struct jrun *r, const struct jargs *a)
{
    struct jv v[3];
    jint max;
    if (!jr_bind(r, a, "/ !old !new count", v) || !jr_want_int(r, v[2], -1, &max))
        return jv_undefined();
    const struct jstr *old = jr_want_str(r, v[0], NULL), *with = jr_want_str(r, v[1], NULL);
    if (r->rc)
        return jv_undefined();
    if (self(a)->markup) {
        old = jr_escape(r, v[0]);
        with = jr_escape(r, v[1]);
    }
    return jv_str(jstr_replaced(r, self(a), old, with, max));
}

static struct jv str_join(struct jrun *r, const struct jargs *a)
{
    struct jv of, item;
    struct jwalk w;
    struct jtext t;
    if (!jr_bind(r, a, "/ !iterable", &of) || !jwalk_begin(r, of, &w))
        return jv_undefined();
    jtext_init(&t, r, 0);
    for (size_t i = 0; jwalk_next(r, &w, &item); i++) {
        if (i)
            jtext_add(&t, self(a));
        if (item.kind != JV_STR && !self(a)->markup)
            return jr_kind(r, "join takes texts, not a", item);
        jtext_add(&t, self(a)->markup ? jr_escape(r, item) : item.s);
    }
    return jv_str(jstr_marked(r, jtext_done(&t), self(a)->markup));
}

/* Characters [start, end) of the arguments, as bytes. False: nothing lies there, or said. */
static bool part(struct jrun *r, const struct jstr *s, const struct jv v[2], size_t *from, size_t *to)
{
    jint n = s->n_chars, start = 0, end = n;
    if ((v[0].kind != JV_NONE && !jr_want_int(r, v[0], 0, &start)) || (v[1].kind != JV_NONE && !jr_want_int(r, v[1], n, &end)))
        return false;
    start = start < 0 ? start + n : start;
    end = end < 0 ? end + n : end;
    start = start < 0 ? 0 : start;
    end = end < 0 ? 0 : end > n ? n : end;
    if (start > n || start > end)
        return false;
    *from = jstr_byte(s, (size_t)start);
    *to = jstr_byte(s, (size_t)end);
    return true;
}

static struct jv find(struct jrun *r, const struct jargs *a, bool from_right, bool must)
{
    struct jv v[3];
    size_t from, to, hit = SIZE_MAX;
    if (!jr_bind(r, a, "/ !sub start end", v))
        return jv_undefined();
    const struct jstr *s = self(a), *sub = jr_want_str(r, v[0], NULL);
    if (!r->rc && part(r, s, v + 1, &from, &to))
        hit = from_right ? jstr_rfind(r, s, jstr_span(sub), from, to) : jstr_find(r, s, jstr_span(sub), from, to);
    if (hit == SIZE_MAX && must)
        return jr_fail(r, ERR_FORMAT, "the text is not found");
    return jv_int(hit == SIZE_MAX ? -1 : (jint)jstr_char(s, hit));
}

static struct jv str_find(struct jrun *r, const struct jargs *a) { return find(r, a, false, false); }
static struct jv str_rfind(struct jrun *r, const struct jargs *a) { return find(r, a, true, false); }
static struct jv str_index(struct jrun *r, const struct jargs *a) { return find(r, a, false, true); }
static struct jv str_rindex(struct jrun *r, const struct jargs *a) { return find(r, a, true, true); }

static struct jv str_count(struct jrun *r, const struct jargs *a)
{
    struct jv v[3];
    size_t from, to;
    jint n = 0;
    if (!jr_bind(r, a, "/ !sub start end", v))
        return jv_undefined();
    const struct jstr *s = self(a), *sub = jr_want_str(r, v[0], NULL);
    if (r->rc || !part(r, s, v + 1, &from, &to))
        return jv_int(0);
    if (!sub->n)
        return jv_int((jint)(jstr_char(s, to) - jstr_char(s, from)) + 1);
    while ((from = jstr_find(r, s, jstr_span(sub), from, to)) != SIZE_MAX && jr_spend(r, 1)) {
        n++;
        from += sub->n;
    }
    return jv_int(n);
}

static bool has_end(const struct jstr *s, size_t from, size_t to, const struct jstr *what, bool at_end)
{
    if (what->n > to - from)
        return false;
    return !what->n || memcmp(s->p + (at_end ? to - what->n : from), what->p, what->n) == 0;
}

static struct jv ends_with(struct jrun *r, const struct jargs *a, bool at_end)
{
    struct jv v[3];
    size_t from = 0, to = 0;
    bool is = false;
    if (!jr_bind(r, a, "/ !text start end", v))
        return jv_undefined();
    bool there = part(r, self(a), v + 1, &from, &to);
    if (v[0].kind != JV_TUPLE) {
        const struct jstr *what = jr_want_str(r, v[0], NULL);
        return r->rc ? jv_undefined() : jv_bool(there && has_end(self(a), from, to, what, at_end));
    }
    for (size_t i = 0; i < v[0].list->n && !is && jr_spend(r, 1); i++) {
        const struct jstr *what = jr_want_str(r, v[0].list->at[i], NULL);
        is = !r->rc && there && has_end(self(a), from, to, what, at_end);
    }
    return jv_bool(is);
}

static struct jv str_startswith(struct jrun *r, const struct jargs *a) { return ends_with(r, a, false); }
static struct jv str_endswith(struct jrun *r, const struct jargs *a) { return ends_with(r, a, true); }

static struct jv without(struct jrun *r, const struct jargs *a, bool at_end)
{
    struct jv v;
    if (!jr_bind(r, a, "/ !text", &v))
        return jv_undefined();
    const struct jstr *s = self(a), *what = jr_want_str(r, v, NULL);
    if (r->rc || !what->n || !has_end(s, 0, s->n, what, at_end))
        return jv_str(s);
    return jv_str(at_end ? jstr_cut(r, s, 0, s->n - what->n) : jstr_cut(r, s, what->n, s->n));
}

static struct jv str_removeprefix(struct jrun *r, const struct jargs *a) { return without(r, a, false); }
static struct jv str_removesuffix(struct jrun *r, const struct jargs *a) { return without(r, a, true); }

static struct jv padded(struct jrun *r, const struct jargs *a, char how)
{
    struct jv v[2];
    jint width;
    if (!jr_bind(r, a, "/ !width fillchar", v) || !jr_want_int(r, v[0], 0, &width))
        return jv_undefined();
    const struct jstr *fill = jr_want_str(r, v[1], jstr_lit(r, " "));
    return r->rc ? jv_undefined() : jv_str(jstr_padded(r, self(a), width, fill, how));
}

static struct jv str_ljust(struct jrun *r, const struct jargs *a) { return padded(r, a, 'l'); }
static struct jv str_rjust(struct jrun *r, const struct jargs *a) { return padded(r, a, 'r'); }
static struct jv str_center(struct jrun *r, const struct jargs *a) { return padded(r, a, 'c'); }

static struct jv str_zfill(struct jrun *r, const struct jargs *a)
{
    struct jv v;
    jint width;
    if (!jr_bind(r, a, "/ !width", &v) || !jr_want_int(r, v, 0, &width))
        return jv_undefined();
    const struct jstr *s = self(a), *zero = jstr_lit(r, "0");
    size_t sign = s->n && (s->p[0] == '-' || s->p[0] == '+');
    const struct jstr *rest = jstr_padded(r, jstr_cut(r, s, sign, s->n), width - (jint)sign, zero, 'r');
    return jv_str(sign ? jstr_marked(r, jstr_join2(r, jstr_cut(r, s, 0, 1), rest), s->markup) : rest);
}

static struct jv str_expandtabs(struct jrun *r, const struct jargs *a)
{
    struct jv v;
    jint size, column = 0;
    struct jtext t;
    if (!jr_bind(r, a, "tabsize", &v) || !jr_want_int(r, v, 8, &size))
        return jv_undefined();
    if (size > (jint)1 << 20)
        return jr_fail(r, ERR_LIMIT, "a tab of so many columns");
    const struct jstr *s = self(a), *blank = jstr_lit(r, " ");
    jtext_init(&t, r, s->n);
    for (size_t i = 0, n; i < s->n && jr_spend(r, 1); i += n) {
        uint32_t cp = jstr_at(s, i, &n);
        jint fill = cp == '\t' && size > 0 ? size - column % size : 0;
        if (cp == '\t')
            jtext_fill(&t, blank, (size_t)fill);
        else
            jtext_part(&t, s, i, i + n);
        column = cp == '\n' || cp == '\r' ? 0 : cp == '\t' ? column + fill : column + 1;
    }
    return jv_str(jstr_marked(r, jtext_done(&t), s->markup));
}

static struct jv str_format(struct jrun *r, const struct jargs *a) { return jr_format(r, self(a), a); }

static struct jv is_cased(struct jrun *r, const struct jargs *a, char how)
{
    return none_given(r, a, jv_bool(jstr_is_cased(r, self(a), how)));
}

static struct jv str_islower(struct jrun *r, const struct jargs *a) { return is_cased(r, a, 'l'); }
static struct jv str_isupper(struct jrun *r, const struct jargs *a) { return is_cased(r, a, 'u'); }
static struct jv str_istitle(struct jrun *r, const struct jargs *a) { return is_cased(r, a, 't'); }

static struct jv str_isspace(struct jrun *r, const struct jargs *a)
{
    return none_given(r, a, jv_bool(self(a)->n && jstr_stripped(r, self(a), NULL, true, false)->n == 0));
}

static struct jv str_isascii(struct jrun *r, const struct jargs *a)
{
    return none_given(r, a, jv_bool(self(a)->n == self(a)->n_chars));
}

/* Letters and digits are known of ASCII only; decimal digits of all scripts. `digits`: 'd' decimal, else ASCII ones. */
static struct jv all_are(struct jrun *r, const struct jargs *a, bool letters, char digits)
{
    const struct jstr *s = self(a);
    bool is = s->n > 0;
    for (size_t i = 0, n; i < s->n && is && jr_spend(r, 1); i += n) {
        uint32_t cp = jstr_at(s, i, &n);
        bool letter = cp < 0x80 && (cp | 32) >= 'a' && (cp | 32) <= 'z';
        if (cp >= 0x80 && digits != 'd' && (letters || case_digit(cp) < 0))
            return jr_fail(r, ERR_FORMAT, "whether U+%04X is a letter or a digit is not known here", cp);
        is = (letters && letter) || (digits && case_digit(cp) >= 0);
    }
    return none_given(r, a, jv_bool(is));
}

static struct jv str_isalpha(struct jrun *r, const struct jargs *a) { return all_are(r, a, true, 0); }
static struct jv str_isalnum(struct jrun *r, const struct jargs *a) { return all_are(r, a, true, 'a'); }
static struct jv str_isdigit(struct jrun *r, const struct jargs *a) { return all_are(r, a, false, 'a'); }
static struct jv str_isdecimal(struct jrun *r, const struct jargs *a) { return all_are(r, a, false, 'd'); }

const struct jmember jmembers_str[] = {
    { "capitalize", JM_METHOD, str_capitalize }, { "casefold", JM_MISSING, NULL },       { "center", JM_METHOD, str_center },
    { "count", JM_METHOD, str_count },           { "encode", JM_MISSING, NULL },
    { "endswith", JM_METHOD, str_endswith },
    { "expandtabs", JM_METHOD, str_expandtabs }, { "find", JM_METHOD, str_find },        { "format", JM_METHOD, str_format },
    { "format_map", JM_MISSING, NULL },          { "index", JM_METHOD, str_index },      { "isalnum", JM_METHOD, str_isalnum },
    { "isalpha", JM_METHOD, str_isalpha },       { "isascii", JM_METHOD, str_isascii },
    { "isdecimal", JM_METHOD, str_isdecimal },
    { "isdigit", JM_METHOD, str_isdigit },       { "isidentifier", JM_MISSING, NULL },   { "islower", JM_METHOD, str_islower },
    { "isnumeric", JM_METHOD, str_isdigit },     { "isprintable", JM_MISSING, NULL },    { "isspace", JM_METHOD, str_isspace },
    { "istitle", JM_METHOD, str_istitle },       { "isupper", JM_METHOD, str_isupper },  { "join", JM_METHOD, str_join },
    { "ljust", JM_METHOD, str_ljust },           { "lower", JM_METHOD, str_lower },      { "lstrip", JM_METHOD, str_lstrip },
    { "maketrans", JM_MISSING, NULL },           { "partition", JM_METHOD, str_partition },
    { "removeprefix", JM_METHOD, str_removeprefix }, { "removesuffix", JM_METHOD, str_removesuffix },
    { "replace", JM_METHOD, str_replace },       { "rfind", JM_METHOD, str_rfind },      { "rindex", JM_METHOD, str_rindex },
    { "rjust", JM_METHOD, str_rjust },           { "rpartition", JM_METHOD, str_rpartition },
    { "rsplit", JM_METHOD, str_rsplit },         { "rstrip", JM_METHOD, str_rstrip },    { "split", JM_METHOD, str_split },
    { "splitlines", JM_METHOD, str_splitlines }, { "startswith", JM_METHOD, str_startswith },
    { "strip", JM_METHOD, str_strip },           { "swapcase", JM_METHOD, str_swapcase }, { "title", JM_METHOD, str_title },
    { "translate", JM_MISSING, NULL },           { "upper", JM_METHOD, str_upper },      { "zfill", JM_METHOD, str_zfill },
    { NULL, JM_MISSING, NULL },
};

/* --- list, tuple, dict --- */

static struct jv list_count(struct jrun *r, const struct jargs *a)
{
    struct jv v;
    jint n = 0;
    if (!jr_bind(r, a, "/ !value", &v))
        return jv_undefined();
    const struct jlist *l = jv_items(r, a->at[0]);
    for (size_t i = 0; i < l->n && jr_spend(r, 1); i++)
        n += jv_equal(r, l->at[i], v);
    return jv_int(n);
}

static struct jv list_index(struct jrun *r, const struct jargs *a)
{
    struct jv v[3];
    const struct jlist *l = jv_items(r, a->at[0]);
    jint n = (jint)l->n, from, to;
    if (!jr_bind(r, a, "/ !value start stop", v) || !jr_want_int(r, v[1], 0, &from) || !jr_want_int(r, v[2], n, &to))
        return jv_undefined();
    from = from < 0 ? from + n : from;
    to = to < 0 ? to + n : to > n ? n : to;
    for (jint i = from < 0 ? 0 : from; i < to && jr_spend(r, 1); i++)
        if (jv_equal(r, l->at[i], v[0]))
            return jv_int(i);
    return jr_fail(r, ERR_FORMAT, "the value is not in the list");
}

static struct jv copy(struct jrun *r, const struct jargs *a)
{
    return none_given(r, a, a->at[0]);          /* nothing changes it */
}

const struct jmember jmembers_list[] = {
    { "append", JM_CHANGES, NULL },      { "clear", JM_CHANGES, NULL },       { "copy", JM_METHOD, copy },
    { "count", JM_METHOD, list_count },  { "extend", JM_CHANGES, NULL },      { "index", JM_METHOD, list_index },
    { "insert", JM_CHANGES, NULL },      { "pop", JM_CHANGES, NULL },         { "remove", JM_CHANGES, NULL },
    { "reverse", JM_CHANGES, NULL },     { "sort", JM_CHANGES, NULL },        { NULL, JM_MISSING, NULL },
};
const struct jmember jmembers_pair[] = {         /* tuples and ranges */
    { "count", JM_METHOD, list_count }, { "index", JM_METHOD, list_index }, { NULL, JM_MISSING, NULL },
};

static struct jv dict_get(struct jrun *r, const struct jargs *a)
{
    struct jv v[2];
    if (!jr_bind(r, a, "/ !key default", v) || !jv_hashable(r, v[0]))
        return jv_undefined();
    const struct jv *hit = jdict_get(r, a->at[0].dict, v[0]);
    return hit ? *hit : v[1].kind == JV_MISSING ? jv_none() : v[1];
}

static struct jv view(struct jrun *r, const struct jargs *a, char what)
{
    struct jview *w = jr_bind(r, a, "/", NULL) ? jr_mem(r, sizeof *w) : NULL;
    if (!w)
        return jv_undefined();
    *w = (struct jview){ a->at[0].dict, what };
    return (struct jv){ .kind = JV_VIEW, .data = a->at[0].data, .view = w };
}

static struct jv dict_keys(struct jrun *r, const struct jargs *a) { return view(r, a, 'k'); }
static struct jv dict_values(struct jrun *r, const struct jargs *a) { return view(r, a, 'v'); }
static struct jv dict_items(struct jrun *r, const struct jargs *a) { return view(r, a, 'i'); }

const struct jmember jmembers_dict[] = {
    { "clear", JM_CHANGES, NULL },      { "copy", JM_METHOD, copy },        { "fromkeys", JM_MISSING, NULL },
    { "get", JM_METHOD, dict_get },     { "items", JM_METHOD, dict_items }, { "keys", JM_METHOD, dict_keys },
    { "pop", JM_CHANGES, NULL },        { "popitem", JM_CHANGES, NULL },    { "setdefault", JM_CHANGES, NULL },
    { "update", JM_CHANGES, NULL },     { "values", JM_METHOD, dict_values }, { NULL, JM_MISSING, NULL },
};
