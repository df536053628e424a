// SPDX-License-Identifier: Apache-2.0
#include "format/html.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/utf8.h"

enum { NAME_MAX_BYTES = 32 };

/* What a tag leaves behind: nothing, a line end, a space; RAW swallows its content as well. */
enum kind { UNKNOWN, INLINE, BLOCK, CELL, RAW };

struct element { const char *name; enum kind kind; };
struct entity { const char *name; uint32_t cp; };

/* The elements of HTML, past and present. Sorted by byte. */
static const struct element elements[] = {
    { "a", INLINE }, { "abbr", INLINE }, { "acronym", INLINE }, { "address", BLOCK },
    { "applet", INLINE }, { "article", BLOCK }, { "aside", BLOCK }, { "audio", INLINE },
    { "b", INLINE }, { "base", INLINE }, { "basefont", INLINE }, { "bdi", INLINE },
    { "bdo", INLINE }, { "big", INLINE }, { "blink", INLINE }, { "blockquote", BLOCK },
    { "body", BLOCK }, { "br", BLOCK }, { "button", INLINE }, { "canvas", INLINE },
    { "caption", BLOCK }, { "center", BLOCK }, { "cite", INLINE }, { "code", INLINE },
    { "col", INLINE }, { "colgroup", INLINE }, { "data", INLINE }, { "datalist", INLINE },
    { "dd", BLOCK }, { "del", INLINE }, { "details", BLOCK }, { "dfn", INLINE },
    { "dialog", BLOCK }, { "dir", BLOCK }, { "div", BLOCK }, { "dl", BLOCK }, { "dt", BLOCK },
    { "em", INLINE }, { "embed", INLINE }, { "fieldset", BLOCK }, { "figcaption", BLOCK },
    { "figure", BLOCK }, { "font", INLINE }, { "footer", BLOCK }, { "form", BLOCK },
    { "frame", INLINE }, { "frameset", INLINE }, { "h1", BLOCK }, { "h2", BLOCK }, { "h3", BLOCK },
    { "h4", BLOCK }, { "h5", BLOCK }, { "h6", BLOCK }, { "head", BLOCK }, { "header", BLOCK },
    { "hgroup", BLOCK }, { "hr", BLOCK }, { "html", BLOCK }, { "i", INLINE }, { "iframe", RAW },
    { "img", INLINE }, { "input", INLINE }, { "ins", INLINE }, { "kbd", INLINE },
    { "label", INLINE }, { "legend", BLOCK }, { "li", BLOCK }, { "link", INLINE },
    { "main", BLOCK }, { "map", INLINE }, { "mark", INLINE }, { "marquee", INLINE },
    { "menu", BLOCK }, { "menuitem", BLOCK }, { "meta", INLINE }, { "meter", INLINE },
    { "nav", BLOCK }, { "nobr", INLINE }, { "noembed", RAW }, { "noframes", RAW },
    { "noscript", INLINE }, { "object", INLINE }, { "ol", BLOCK }, { "optgroup", INLINE },
    { "option", BLOCK }, { "output", BLOCK }, { "p", BLOCK }, { "param", INLINE },
    { "picture", INLINE }, { "pre", BLOCK }, { "progress", INLINE }, { "q", INLINE },
    { "rb", INLINE }, { "rp", INLINE }, { "rt", INLINE }, { "rtc", INLINE }, { "ruby", INLINE },
    { "s", INLINE }, { "samp", INLINE }, { "script", RAW }, { "search", BLOCK },
    { "section", BLOCK }, { "select", BLOCK }, { "slot", INLINE }, { "small", INLINE },
    { "source", INLINE }, { "span", INLINE }, { "strike", INLINE }, { "strong", INLINE },
    { "style", RAW }, { "sub", INLINE }, { "summary", BLOCK }, { "sup", INLINE }, { "svg", INLINE },
    { "table", BLOCK }, { "tbody", BLOCK }, { "td", CELL }, { "template", RAW },
    { "textarea", BLOCK }, { "tfoot", BLOCK }, { "th", CELL }, { "thead", BLOCK },
    { "time", INLINE }, { "title", RAW }, { "tr", BLOCK }, { "track", INLINE }, { "tt", INLINE },
    { "u", INLINE }, { "ul", BLOCK }, { "var", INLINE }, { "video", INLINE }, { "wbr", INLINE },
    { "xmp", BLOCK },
};

/* The 252 names of HTML 4, with the values of HTML 5, and its punctuation. Sorted by byte. */
static const struct entity entities[] = {
    { "AElig", 0xc6 }, { "AMP", 0x26 }, { "Aacute", 0xc1 }, { "Acirc", 0xc2 }, { "Agrave", 0xc0 },
    { "Alpha", 0x391 }, { "Aring", 0xc5 }, { "Atilde", 0xc3 }, { "Auml", 0xc4 }, { "Beta", 0x392 },
    { "COPY", 0xa9 }, { "Ccedil", 0xc7 }, { "Chi", 0x3a7 }, { "Dagger", 0x2021 },
    { "Delta", 0x394 }, { "ETH", 0xd0 }, { "Eacute", 0xc9 }, { "Ecirc", 0xca }, { "Egrave", 0xc8 },
    { "Epsilon", 0x395 }, { "Eta", 0x397 }, { "Euml", 0xcb }, { "GT", 0x3e }, { "Gamma", 0x393 },
    { "Iacute", 0xcd }, { "Icirc", 0xce }, { "Igrave", 0xcc }, { "Iota", 0x399 }, { "Iuml", 0xcf },
    { "Kappa", 0x39a }, { "LT", 0x3c }, { "Lambda", 0x39b }, { "Mu", 0x39c }, { "NewLine", 0xa },
    { "NoBreak", 0x2060 }, { "Ntilde", 0xd1 }, { "Nu", 0x39d }, { "OElig", 0x152 },
    { "Oacute", 0xd3 }, { "Ocirc", 0xd4 }, { "Ograve", 0xd2 }, { "Omega", 0x3a9 },
    { "Omicron", 0x39f }, { "Oslash", 0xd8 }, { "Otilde", 0xd5 }, { "Ouml", 0xd6 },
    { "Phi", 0x3a6 }, { "Pi", 0x3a0 }, { "Prime", 0x2033 }, { "Psi", 0x3a8 }, { "QUOT", 0x22 },
    { "REG", 0xae }, { "Rho", 0x3a1 }, { "Scaron", 0x160 }, { "Sigma", 0x3a3 }, { "THORN", 0xde },
    { "Tab", 0x9 }, { "Tau", 0x3a4 }, { "Theta", 0x398 }, { "Uacute", 0xda }, { "Ucirc", 0xdb },
    { "Ugrave", 0xd9 }, { "Upsilon", 0x3a5 }, { "Uuml", 0xdc }, { "Xi", 0x39e }, { "Yacute", 0xdd },
    { "Yuml", 0x178 }, { "ZeroWidthSpace", 0x200b }, { "Zeta", 0x396 }, { "aacute", 0xe1 },
    { "acirc", 0xe2 }, { "acute", 0xb4 }, { "aelig", 0xe6 }, { "agrave", 0xe0 },
    { "alefsym", 0x2135 }, { "alpha", 0x3b1 }, { "amp", 0x26 }, { "and", 0x2227 },
    { "ang", 0x2220 }, { "apos", 0x27 }, { "aring", 0xe5 }, { "ast", 0x2a }, { "asymp", 0x2248 },
    { "atilde", 0xe3 }, { "auml", 0xe4 }, { "bdquo", 0x201e }, { "beta", 0x3b2 },
    { "bigstar", 0x2605 }, { "block", 0x2588 }, { "brvbar", 0xa6 }, { "bsol", 0x5c },
    { "bull", 0x2022 }, { "cap", 0x2229 }, { "ccedil", 0xe7 }, { "cedil", 0xb8 }, { "cent", 0xa2 },
    { "check", 0x2713 }, { "chi", 0x3c7 }, { "circ", 0x2c6 }, { "clubs", 0x2663 },
    { "colon", 0x3a }, { "comma", 0x2c }, { "commat", 0x40 }, { "cong", 0x2245 }, { "copy", 0xa9 },
    { "copysr", 0x2117 }, { "crarr", 0x21b5 }, { "cross", 0x2717 }, { "cup", 0x222a },
    { "curren", 0xa4 }, { "dArr", 0x21d3 }, { "dagger", 0x2020 }, { "darr", 0x2193 },
    { "dash", 0x2010 }, { "deg", 0xb0 }, { "delta", 0x3b4 }, { "diams", 0x2666 },
    { "divide", 0xf7 }, { "dollar", 0x24 }, { "eacute", 0xe9 }, { "ecirc", 0xea },
    { "egrave", 0xe8 }, { "empty", 0x2205 }, { "emsp", 0x2003 }, { "emsp13", 0x2004 },
    { "emsp14", 0x2005 }, { "ensp", 0x2002 }, { "epsilon", 0x3b5 }, { "equals", 0x3d },
    { "equiv", 0x2261 }, { "eta", 0x3b7 }, { "eth", 0xf0 }, { "euml", 0xeb }, { "euro", 0x20ac },
    { "excl", 0x21 }, { "exist", 0x2203 }, { "female", 0x2640 }, { "fflig", 0xfb00 },
    { "filig", 0xfb01 }, { "fllig", 0xfb02 }, { "fnof", 0x192 }, { "forall", 0x2200 },
    { "frac12", 0xbd }, { "frac14", 0xbc }, { "frac34", 0xbe }, { "frasl", 0x2044 },
    { "gamma", 0x3b3 }, { "ge", 0x2265 }, { "grave", 0x60 }, { "gt", 0x3e }, { "hArr", 0x21d4 },
    { "hairsp", 0x200a }, { "harr", 0x2194 }, { "hearts", 0x2665 }, { "hellip", 0x2026 },
    { "horbar", 0x2015 }, { "hyphen", 0x2010 }, { "iacute", 0xed }, { "icirc", 0xee },
    { "iexcl", 0xa1 }, { "igrave", 0xec }, { "image", 0x2111 }, { "incare", 0x2105 },
    { "infin", 0x221e }, { "int", 0x222b }, { "iota", 0x3b9 }, { "iquest", 0xbf },
    { "isin", 0x2208 }, { "iuml", 0xef }, { "kappa", 0x3ba }, { "lArr", 0x21d0 },
    { "lambda", 0x3bb }, { "lang", 0x27e8 }, { "laquo", 0xab }, { "larr", 0x2190 },
    { "lbrace", 0x7b }, { "lbrack", 0x5b }, { "lceil", 0x2308 }, { "lcub", 0x7b },
    { "ldquo", 0x201c }, { "ldquor", 0x201e }, { "le", 0x2264 }, { "lfloor", 0x230a },
    { "lowast", 0x2217 }, { "lowbar", 0x5f }, { "loz", 0x25ca }, { "lpar", 0x28 },
    { "lrm", 0x200e }, { "lsaquo", 0x2039 }, { "lsqb", 0x5b }, { "lsquo", 0x2018 },
    { "lsquor", 0x201a }, { "lt", 0x3c }, { "macr", 0xaf }, { "male", 0x2642 }, { "mdash", 0x2014 },
    { "micro", 0xb5 }, { "middot", 0xb7 }, { "minus", 0x2212 }, { "mldr", 0x2026 }, { "mu", 0x3bc },
    { "nabla", 0x2207 }, { "nbsp", 0xa0 }, { "ndash", 0x2013 }, { "ne", 0x2260 }, { "ni", 0x220b },
    { "nldr", 0x2025 }, { "not", 0xac }, { "notin", 0x2209 }, { "nsub", 0x2284 },
    { "ntilde", 0xf1 }, { "nu", 0x3bd }, { "num", 0x23 }, { "numsp", 0x2007 }, { "oacute", 0xf3 },
    { "ocirc", 0xf4 }, { "oelig", 0x153 }, { "ograve", 0xf2 }, { "oline", 0x203e },
    { "omega", 0x3c9 }, { "omicron", 0x3bf }, { "oplus", 0x2295 }, { "or", 0x2228 },
    { "ordf", 0xaa }, { "ordm", 0xba }, { "oslash", 0xf8 }, { "otilde", 0xf5 },
    { "otimes", 0x2297 }, { "ouml", 0xf6 }, { "para", 0xb6 }, { "part", 0x2202 },
    { "percnt", 0x25 }, { "period", 0x2e }, { "permil", 0x2030 }, { "perp", 0x22a5 },
    { "phi", 0x3c6 }, { "phone", 0x260e }, { "pi", 0x3c0 }, { "piv", 0x3d6 }, { "plus", 0x2b },
    { "plusmn", 0xb1 }, { "pound", 0xa3 }, { "prime", 0x2032 }, { "prod", 0x220f },
    { "prop", 0x221d }, { "psi", 0x3c8 }, { "puncsp", 0x2008 }, { "quest", 0x3f }, { "quot", 0x22 },
    { "rArr", 0x21d2 }, { "radic", 0x221a }, { "rang", 0x27e9 }, { "raquo", 0xbb },
    { "rarr", 0x2192 }, { "rbrace", 0x7d }, { "rbrack", 0x5d }, { "rceil", 0x2309 },
    { "rcub", 0x7d }, { "rdquo", 0x201d }, { "real", 0x211c }, { "reg", 0xae },
    { "rfloor", 0x230b }, { "rho", 0x3c1 }, { "rlm", 0x200f }, { "rpar", 0x29 },
    { "rsaquo", 0x203a }, { "rsqb", 0x5d }, { "rsquo", 0x2019 }, { "sbquo", 0x201a },
    { "scaron", 0x161 }, { "sdot", 0x22c5 }, { "sect", 0xa7 }, { "semi", 0x3b }, { "shy", 0xad },
    { "sigma", 0x3c3 }, { "sigmaf", 0x3c2 }, { "sim", 0x223c }, { "sol", 0x2f },
    { "spades", 0x2660 }, { "star", 0x2606 }, { "starf", 0x2605 }, { "sub", 0x2282 },
    { "sube", 0x2286 }, { "sum", 0x2211 }, { "sup", 0x2283 }, { "sup1", 0xb9 }, { "sup2", 0xb2 },
    { "sup3", 0xb3 }, { "supe", 0x2287 }, { "szlig", 0xdf }, { "tau", 0x3c4 }, { "there4", 0x2234 },
    { "theta", 0x3b8 }, { "thetasym", 0x3d1 }, { "thinsp", 0x2009 }, { "thorn", 0xfe },
    { "tilde", 0x2dc }, { "times", 0xd7 }, { "trade", 0x2122 }, { "uArr", 0x21d1 },
    { "uacute", 0xfa }, { "uarr", 0x2191 }, { "ucirc", 0xfb }, { "ugrave", 0xf9 }, { "uml", 0xa8 },
    { "upsih", 0x3d2 }, { "upsilon", 0x3c5 }, { "uuml", 0xfc }, { "verbar", 0x7c },
    { "vert", 0x7c }, { "weierp", 0x2118 }, { "xi", 0x3be }, { "yacute", 0xfd }, { "yen", 0xa5 },
    { "yuml", 0xff }, { "zeta", 0x3b6 }, { "zwj", 0x200d }, { "zwnj", 0x200c },
};

/* Windows-1252 at 0x80 to 0x9f, which is what pages mean by &#150; (WHATWG 13.2.5.80). */
static const uint16_t c1_meant[32] = {
    0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039,
    0x152, 0x8d, 0x17d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
    0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178,
};

struct cut {
    char *p;
    uint32_t *src;
    size_t n, r, w;             /* r reads, w writes, w <= r */
    enum html_mode mode;
    size_t par_end;             /* Markdown: end of the paragraph that was measured last */
    size_t no_tag_before;       /* Markdown: no '<' before this begins a tag */
    bool no_comment;            /* Markdown: no "-->" lies ahead */
};

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_alnum(char c)
{
    return is_alpha(c) || (c >= '0' && c <= '9');
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static bool starts_ci(const char *p, size_t n, const char *word)
{
    size_t len = strlen(word);
    return n >= len && strncasecmp(p, word, len) == 0;
}

static int by_element(const void *key, const void *item)
{
    return strcmp(key, ((const struct element *)item)->name);
}

static int by_entity(const void *key, const void *item)
{
    return strcmp(key, ((const struct entity *)item)->name);
}

/* The element whose name stands at p, lower-cased for the look-up; NULL when unknown. */
static const struct element *element_at(const char *p, size_t n)
{
    char name[NAME_MAX_BYTES];
    size_t len = 0;
    for (; len < n && len < sizeof name - 1 && is_alnum(p[len]); len++)
        name[len] = (char)(p[len] >= 'A' && p[len] <= 'Z' ? p[len] + 32 : p[len]);
    name[len] = 0;
    if (len == n || !(is_space(p[len]) || p[len] == '>' || p[len] == '/'))
        return NULL;
    return bsearch(name, elements, sizeof elements / sizeof *elements, sizeof *elements, by_element);
}

/* The value of a digit of either base, 99 for what is none. */
static unsigned digit_of(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - (unsigned)'0';
    unsigned lower = c | 0x20u;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : 99;
}

static size_t numeric_entity(struct span s, enum html_mode mode, uint32_t *cp)
{
    size_t i = 2;
    unsigned base = 10;
    if (i < s.n && (s.p[i] == 'x' || s.p[i] == 'X')) {
        base = 16;
        i++;
    }
    uint32_t v = 0;
    size_t from = i;
    for (; i < s.n && digit_of(s.p[i]) < base; i++)
        v = v > 0x10ffff ? v : v * base + digit_of(s.p[i]);
    bool closed = i < s.n && s.p[i] == ';';
    if (i == from || (!closed && mode == HTML_IN_MARKDOWN))
        return 0;
    if (v >= 0x80 && v <= 0x9f)
        v = c1_meant[v - 0x80];
    *cp = v == 0 || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff) ? 0xfffd : v;
    return i + closed;
}

size_t html_entity(struct span s, enum html_mode mode, uint32_t *cp)
{
    if (s.n < 3 || s.p[0] != '&')
        return 0;
    if (s.p[1] == '#')
        return numeric_entity(s, mode, cp);
    char name[NAME_MAX_BYTES];
    size_t len = 0;
    for (; 1 + len < s.n && len < sizeof name - 1 && is_alnum((char)s.p[1 + len]); len++)
        name[len] = (char)s.p[1 + len];
    name[len] = 0;
    bool closed = 1 + len < s.n && s.p[1 + len] == ';';
    if (!closed && mode == HTML_IN_MARKDOWN)
        return 0;
    const struct entity *found = bsearch(name, entities, sizeof entities / sizeof *entities,
                                         sizeof *entities, by_entity);
    if (!found || (!closed && found->cp > 0xff))
        return 0;
    *cp = found->cp;
    return 1 + len + closed;
}

/* Write one character that stands for the source at r. */
static void put(struct cut *c, const char *bytes, unsigned n, size_t r)
{
    uint32_t src = c->src[r];
    for (unsigned i = 0; i < n; i++, c->w++) {
        c->p[c->w] = bytes[i];
        c->src[c->w] = src;
    }
}

/* Part the words before and after a tag, once. */
static void put_gap(struct cut *c, char gap)
{
    char last = c->w ? c->p[c->w - 1] : '\n';
    if (last != '\n' && (gap == '\n' || !is_space(last)))
        put(c, &gap, 1, c->r);
}

/* Bytes of the comment at r ("<!--"), 0 when it is text. */
static size_t comment_bytes(struct cut *c)
{
    size_t at = c->r + 2, n = c->n;
    if (c->mode == HTML_IN_MARKDOWN && c->no_comment)
        return 0;
    while (at + 2 < n) {
        const char *dash = memmem(c->p + at, n - at, "--", 2);
        if (!dash)
            break;
        at = (size_t)(dash - c->p) + 2;
        if (at < n && c->p[at] == '>')
            return at + 1 - c->r;
        if (at + 1 < n && c->p[at] == '!' && c->p[at + 1] == '>' && at > c->r + 4)
            return at + 2 - c->r;
        at--;                                   /* "--->" closes too */
    }
    c->no_comment = true;
    return c->mode == HTML_PAGE ? n - c->r : 0;
}

/* Where the paragraph around c->r ends: no tag of Markdown crosses an empty line. */
static size_t paragraph_end(struct cut *c)
{
    if (c->r < c->par_end)
        return c->par_end;
    const char *gap = memmem(c->p + c->r, c->n - c->r, "\n\n", 2);
    c->par_end = gap ? (size_t)(gap - c->p) + 1 : c->n;
    return c->par_end;
}

/* Bytes of the tag at r, through its '>'. A page ends an open tag with the document; in
 * Markdown it is text: 0. A quote counts where a value begins. */
static size_t tag_bytes(struct cut *c)
{
    bool page = c->mode == HTML_PAGE;
    size_t n = page ? c->n : paragraph_end(c), at = c->r + 1;
    char last = 0;
    for (; at < n; at++) {
        char ch = c->p[at];
        if (ch == '>')
            return at + 1 - c->r;
        if (ch == '<' && !page)
            break;
        if (last == '=' && (ch == '"' || ch == '\'')) {
            const char *close = memchr(c->p + at + 1, ch, n - at - 1);
            at = close ? (size_t)(close - c->p) : n;
        }
        if (!is_space(ch))
            last = ch;
    }
    if (page)
        return c->n - c->r;
    c->no_tag_before = at < n ? at : n;
    return 0;
}

/* Bytes from r to the end of the end tag of a raw element, or to the end of the document. */
static size_t raw_bytes(const struct cut *c, const char *name)
{
    size_t len = strlen(name);
    for (size_t at = c->r; at < c->n;) {
        const char *open = memchr(c->p + at, '<', c->n - at);
        if (!open)
            break;
        at = (size_t)(open - c->p) + 1;
        if (c->n - at <= len + 1 || c->p[at] != '/' || !starts_ci(c->p + at + 1, c->n - at - 1, name))
            continue;
        char after = c->p[at + 1 + len];
        if (after != '>' && after != '/' && !is_space(after))
            continue;
        const char *close = memchr(c->p + at, '>', c->n - at);
        return close ? (size_t)(close - c->p) + 1 - c->r : c->n - c->r;
    }
    return c->n - c->r;
}

/* Bytes of a tag of a page that is no element: doctype, <?xml ...>, </ 3>, <![CDATA[. */
static size_t bogus_bytes(const struct cut *c)
{
    const char *close = memchr(c->p + c->r, '>', c->n - c->r);
    return close ? (size_t)(close - c->p) + 1 - c->r : c->n - c->r;
}

/* Skip the tag at r, whose name stands `name` bytes after its '<'. False when it is text. */
static bool skip_tag(struct cut *c, size_t name)
{
    bool page = c->mode == HTML_PAGE;
    const struct element *el = element_at(c->p + c->r + name, c->n - c->r - name);
    if (!page && (!el || c->r < c->no_tag_before))
        return false;
    size_t n = tag_bytes(c);
    if (!n)
        return false;
    if (el && (el->kind == BLOCK || el->kind == CELL))
        put_gap(c, el->kind == BLOCK ? '\n' : ' ');
    c->r += n;
    if (el && el->kind == RAW && page && name == 1)
        c->r += raw_bytes(c, el->name);
    return true;
}

/* Skip the markup at r ('<'), leaving a gap where there was a block. False when it is text. */
static bool skip_markup(struct cut *c)
{
    const char *p = c->p + c->r;
    size_t left = c->n - c->r;
    if (starts_ci(p, left, "<!--")) {
        size_t n = comment_bytes(c);
        c->r += n;
        return n > 0;
    }
    bool closing = left > 1 && p[1] == '/';
    size_t name = closing ? 2 : 1;
    if (left <= name)
        return false;
    if (is_alpha(p[name]))
        return skip_tag(c, name);
    if (c->mode != HTML_PAGE || !(closing || p[1] == '!' || p[1] == '?'))
        return false;
    c->r += bogus_bytes(c);
    return true;
}

size_t html_reduce(char *p, uint32_t *src, size_t n, enum html_mode mode)
{
    struct cut c = { .p = p, .src = src, .n = n, .mode = mode };
    while (c.r < c.n) {
        uint32_t cp = 0;
        size_t len;
        if (p[c.r] == '<' && skip_markup(&c))
            continue;
        if (p[c.r] == '&' && (len = html_entity(span_of(p + c.r, n - c.r), mode, &cp)) > 0) {
            char bytes[4];
            unsigned n_bytes = utf8_put(cp, bytes);
            assert(n_bytes <= len);             /* of every entity we know: w never passes r */
            put(&c, bytes, n_bytes, c.r);
            c.r += len;
            continue;
        }
        p[c.w] = p[c.r];
        src[c.w++] = src[c.r++];
    }
    return c.w;
}

bool html_is_page(struct span s)
{
    const char *p = (const char *)s.p;
    size_t at = 0;
    for (;;) {
        while (at < s.n && is_space(p[at]))
            at++;
        const char *end = NULL;
        size_t left = s.n - at;
        if (left >= 4 && memcmp(p + at, "<!--", 4) == 0)
            end = memmem(p + at, left, "-->", 3);
        else if (starts_ci(p + at, left, "<?xml"))
            end = memchr(p + at, '>', left);
        if (!end)
            break;
        at = (size_t)(end - p) + (*end == '>' ? 1 : 3);
    }
    size_t left = s.n - at;
    if (starts_ci(p + at, left, "<!doctype html"))
        return true;
    return left > 5 && starts_ci(p + at, left, "<html") && (p[at + 5] == '>' || is_space(p[at + 5]));
}
