// SPDX-License-Identifier: Apache-2.0
/* license/declared_int.h - shared by the parts of license/declared: names, lists, and one sentence.
 *
 *     declared.c          list, evidence, SPDX expressions      declared_card.c    front matter and GGUF
 *     declared_names.c    a name or address -> what it means
 *     declared_prose.c    the body: blocks, headings, links, badges
 *     declared_words.c    a block as words                      declared_vocabulary.c   and their kinds
 *     declared_say.c      what a sentence says                  declared_field.c   "License: X"
 *
 * Names are compared folded: lower case, letters and digits apart, without "license", "version", ... */
#ifndef ASSAY_LICENSE_DECLARED_INT_H
#define ASSAY_LICENSE_DECLARED_INT_H
#include "format/text.h"
#include "license/declared.h"

/* ---- names ---- */

enum { FOLD_BYTES = 256, NAME_WORDS_MAX = 16, EXPR_DEPTH_MAX = 32 };

struct fold { char p[FOLD_BYTES]; size_t n; bool full; };

struct declare_name {
    const char *folded;         /* unique with id; sorted by folded, catalogue before index */
    uint64_t head;              /* its first eight bytes as a number, for sorting */
    const char *id;
    int32_t file;               /* of the catalogue; -1: of the index */
    uint32_t entry;
    bool deprecated;
};

void fold_add(struct fold *f, struct span text);
bool names_start(const struct declare *d, const struct fold *f);    /* does a known name begin so */
bool names_have(const struct declare *d, const struct fold *f);     /* is it one, or a family */
int names_resolve(struct declare *d, const struct fold *f, struct declared *out, struct err *e);
bool family_known(const struct fold *f);
void declared_forget(struct declared *out);                         /* it means nothing that we know */

/* Where `address` leads: fills target, file, elsewhere. `path` is the file that holds the link. */
int declared_target(struct declare *d, const char *path, struct span address, struct declared *out, struct err *e);
bool is_license_file(const char *file);

/* ---- lists ---- */

int declared_add(struct declare *d, struct declared_list *out, const struct declared *item, struct err *e);
/* An item of kind `how`, its raw text copied and trimmed. Fails: ERR_MEMORY. */
int declared_begin(struct declare *d, enum declared_how how, struct span raw, struct declared *out, struct err *e);
/* Resolve `value` (a name, an address or an SPDX expression) and add an item like `like` for each licence. */
int declared_value(struct declare *d, struct declared_list *out, const struct declared *like, struct span value,
                   struct err *e);
const struct evidence *evidence_at(struct arena *a, const char *path, struct span file, uint64_t from, uint64_t to,
                                   uint32_t line_from, uint32_t line_to);
struct span span_trim(struct span s);
const uint8_t *span_find(struct span s, const char *what);              /* NULL: not there */
bool span_is_nocase(struct span s, const char *word);
bool word_in(struct span word, const char *list);       /* list: words in lower case, each between blanks */

/* ---- prose ---- */

enum word_class {             /* what a word is good for; the words: declared_vocabulary.c */
    WORD_LICENSE = 1 << 0,          /* it calls something a licence */
    WORD_LABEL = 1 << 1,            /* it labels one */
    WORD_QUALIFIER = 1 << 2,        /* it may stand in such a label */
    WORD_DENY = 1 << 3,             /* it denies, compares, or supposes */
    WORD_OTHERS = 1 << 4,           /* it speaks of parts or of other works */
    WORD_SELF = 1 << 5,             /* it means this model */
    WORD_THING = 1 << 6,            /* a thing that is licensed */
    WORD_VERB = 1 << 7,             /* participles before "under" */
    WORD_FINITE = 1 << 8,           /* verbs behind "we" */
    WORD_BE = 1 << 9,
    WORD_PAD = 1 << 10,             /* may stand between BE and VERB */
    WORD_ARTICLE = 1 << 11,
    WORD_LEAD = 1 << 12,            /* may stand before a name */
    WORD_GENERIC = 1 << 13,         /* says nothing about which licence */
    WORD_DISTINCT = 1 << 14,        /* names that need no "license" beside them */
    WORD_STOP = 1 << 15,            /* ends a phrase */
    WORD_ALTERS = 1 << 16,          /* takes a name back */
    WORD_PREPOSITION = 1 << 17,
    WORD_JOIN = 1 << 18,
    WORD_BELONGS = 1 << 19,         /* what follows says of what */
    WORD_CODE = 1 << 20,            /* scopes */
    WORD_WEIGHTS = 1 << 21,
    WORD_DATA = 1 << 22,
    WORD_DOCS = 1 << 23,
    WORD_NOT_WEIGHTS = 1 << 24,     /* "model card" is none */
    WORD_TITLE = 1 << 25,           /* may stand in a heading "License ..." */
    WORD_TITLE_OTHERS = 1 << 26,    /* a heading over what is others' */
    WORD_LIST_OTHERS = 1 << 27,     /* a sentence that opens a list of others' works */
    WORD_MOST = 1 << 28,
    WORD_RELATIVE = 1 << 29,
};

uint32_t word_classes(struct span word);

struct prose_word {
    uint32_t from, to;          /* in text.p */
    uint32_t classes;           /* enum word_class */
    char before, after;         /* a mark between it and its neighbour: . ? ; : , ( ) |  0 none */
    bool strong_end;            /* emphasis closes behind it */
    bool url;                   /* a bare address */
    bool wide;                  /* Chinese and the like */
};

struct prose_link {
    uint64_t from, to;          /* bytes of the body: the words of the link */
    uint64_t begin, end;        /* all of it */
    struct span url;
};

struct prose {
    struct declare *d;
    const char *path;
    struct span raw, body;
    uint64_t body_byte;
    uint32_t body_line;
    struct text t;
    const uint32_t *lines;      /* bytes of the body where lines start, by LF as evidence counts them */
    uint32_t n_lines;
    struct prose_link *links;   /* by `from` */
    size_t n_links, cap_links;
    struct prose_word *words;   /* of the block at hand */
    size_t n_words, cap_words;
    bool in_section;            /* below a heading "License" */
    bool of_others;             /* below "third-party ...", or in a list of others' parts */
    bool is_row;                /* the block is a row of a table */
    unsigned level, scope;      /* of that heading */
    bool has_first;             /* the section's first block has been seen */
    struct declared_list *out;
    struct err *e;
};

int words_of_block(struct prose *p, size_t from, size_t to);    /* fills words; Fails: ERR_MEMORY */
struct span word_span(const struct prose *p, size_t i);
int lines_find(struct prose *p);                                /* fills lines; Fails: ERR_MEMORY */
uint32_t line_at(const struct prose *p, uint64_t byte);         /* of the body, from 0 */
bool word_is(const struct prose *p, size_t i, const char *list);
bool word_has(const struct prose *p, size_t i, uint32_t classes);
bool any_has(const struct prose *p, size_t from, size_t to, uint32_t classes);
const struct prose_link *link_in(const struct prose *p, size_t from, size_t to);    /* words [from, to) */
unsigned scope_of_words(const struct prose *p, size_t from, size_t to);

struct found {                  /* a name at words [from, to) */
    size_t from, to;
    struct declared item;       /* what it means; the rest is not filled */
    const struct prose_link *link;
    bool altered;               /* "with additional restrictions": no address can say which licence that is */
};

struct say {
    struct prose *p;
    size_t from, to;            /* the sentence */
    size_t said;                /* items added for it */
};

bool word_breaks(const struct prose *p, size_t i);      /* does a mark stronger than a comma follow */
bool found_is_distinct(const struct prose *p, const struct found *f);
const struct evidence *evidence_of_words(struct prose *p, size_t from, size_t to, const struct prose_link *link);
/* A name at word i, behind articles. *ok false: nothing that counts. */
int name_at(struct prose *p, size_t i, size_t end, struct found *f, bool *ok);
/* The one licence that words [from, to) name. *have false: none, or several (a comparison, a list). */
int find_one(struct prose *p, size_t from, size_t to, struct found *one, bool *have);
/* Add a name that was found; `begin` is the first word of its statement. Then those behind "and", "or". */
int say_found(struct say *s, const struct found *f, size_t begin, enum declared_how how, unsigned scope, double sure);
int say_more(struct say *s, struct found *f, size_t begin, unsigned scope, double sure, size_t first);
int say_prepositions(struct say *s);
int say_sentence(struct prose *p, size_t from, size_t to);

/* Add what the words of the block say. Fails: ERR_FORMAT a broken record, ERR_MEMORY. */
int say_block(struct prose *p);
/* The words alone are a licence's name ("mit", "Apache License 2.0"). */
int say_name_only(struct prose *p, bool *said);

#endif
