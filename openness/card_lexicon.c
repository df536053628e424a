// SPDX-License-Identifier: Apache-2.0
#include "openness/card_lexicon.h"

#include <strings.h>
#include "openness/card_language.h"
#include "openness/card_phrases.h"

static const struct { const char *code, *names; } languages[] = {
    { "en", "english|englisch|anglais|inglés|英语|英文" }, { "de", "german|deutsch|allemand|alemán|德语" },
    { "fr", "french|französisch|français|francés|法语" }, { "es", "spanish|spanisch|espagnol|español|西班牙语" },
    { "it", "italian|italienisch|italien|italiano" }, { "pt", "portuguese|portugiesisch|portugais|portugués" },
    { "nl", "dutch|niederländisch|néerlandais|neerlandés|flemish" }, { "pl", "polish|polnisch|polonais|polaco" },
    { "zh", "chinese|mandarin|cantonese|chinesisch|chinois|chino|中文|汉语" },
    { "ja", "japanese|japanisch|japonais|japonés|日本語|日语" }, { "ko", "korean|koreanisch|coréen|coreano|韩语" },
    { "ru", "russian|russisch|russe|ruso|俄语" }, { "ar", "arabic|arabisch|arabe|árabe" }, { "tr", "turkish" },
    { "hi", "hindi" }, { "bn", "bengali" }, { "ur", "urdu" }, { "fa", "persian|farsi" }, { "he", "hebrew" },
    { "vi", "vietnamese" }, { "th", "thai" }, { "id", "indonesian" }, { "ms", "malay" }, { "uk", "ukrainian" },
    { "cs", "czech|tschechisch" }, { "sk", "slovak" }, { "sl", "slovenian|slovene" }, { "hr", "croatian" },
    { "sr", "serbian" }, { "bg", "bulgarian" }, { "ro", "romanian" }, { "hu", "hungarian" }, { "fi", "finnish" },
    { "sv", "swedish" }, { "no", "norwegian" }, { "da", "danish|dänisch" }, { "el", "greek|griechisch" },
    { "ca", "catalan" }, { "eu", "basque" }, { "gl", "galician" }, { "et", "estonian" }, { "lv", "latvian" },
    { "lt", "lithuanian" }, { "sw", "swahili" }, { "ta", "tamil" }, { "te", "telugu" }, { "ml", "malayalam" },
    { "mr", "marathi" }, { "gu", "gujarati" }, { "pa", "punjabi" }, { "eo", "esperanto" }, { "la", "latin" },
    { "ga", "irish" }, { "is", "icelandic" }, { "cy", "welsh" }, { "yo", "yoruba" }, { "am", "amharic" },
};
enum { N_LANGUAGES = sizeof languages / sizeof *languages };
_Static_assert(N_LANGUAGES <= 64, "a set of languages is 64 bits");

const char *lexicon_language(unsigned i)
{
    return i < N_LANGUAGES ? languages[i].code : "";
}

/* Is `name` one of "a|b|c"? ASCII letters compare in any case. */
static bool one_of(const char *list, struct span name)
{
    while (*list) {
        size_t n = strcspn(list, "|");
        if (n == name.n && strncasecmp(list, (const char *)name.p, n) == 0)
            return true;
        list += n + (list[n] == '|');
    }
    return false;
}

int lexicon_language_of(struct span name)
{
    if (name.n > 3 && name.p[2] == '-')             /* zh-Hans, pt-BR */
        name.n = 2;
    for (unsigned i = 0; name.n && i < N_LANGUAGES; i++)
        if (one_of(languages[i].code, name) || one_of(languages[i].names, name))
            return (int)i;
    return -1;
}

uint32_t lexicon_hash(const void *p, size_t n)
{
    const uint8_t *s = p;
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ s[i]) * 16777619u;
    return h ^ h >> 15;
}

/* A character of Chinese, Japanese or Korean is a word of its own: three bytes from E3 to ED. */
size_t lexicon_first(const char *phrase)
{
    unsigned char c = (unsigned char)phrase[0];
    if (c >= 0xE3 && c <= 0xED)
        return 3;
    size_t n = 0;
    while (phrase[n] && phrase[n] != ' ' && phrase[n] != '|')
        n++;
    return n;
}

/* ---- laying out ------------------------------------------------------------------------ */

static int add(struct lex_table *t, struct lex_entry entry, struct arena *a)
{
    void *items = t->entries;
    if (t->n == 0 && arena_grow(a, &items, &t->cap, 0, sizeof *t->entries) == 0)
        t->n = 1;                                   /* entry 0 ends a chain */
    if (!items || arena_grow(a, &items, &t->cap, t->n, sizeof *t->entries))
        return -1;
    t->entries = items;
    uint16_t *at = &t->slots[lexicon_hash(entry.phrase, lexicon_first(entry.phrase)) % LEX_SLOTS];
    while (*at && t->entries[*at].n > entry.n)      /* the longest first */
        at = &t->entries[*at].next;
    for (uint16_t same = *at; same && t->entries[same].n == entry.n; same = t->entries[same].next)
        if (memcmp(t->entries[same].phrase, entry.phrase, entry.n) == 0) {
            t->entries[same].cues |= entry.cues;    /* a phrase may be several cues, a word of several languages */
            t->entries[same].mask |= t->entries[same].cues ? 0 : entry.mask;
            return 0;
        }
    entry.next = *at;
    *at = (uint16_t)t->n;
    t->entries[t->n++] = entry;
    return 0;
}

static int add_all(struct lex_table *t, const char *list, struct lex_entry like, struct arena *a)
{
    while (*list) {
        size_t n = strcspn(list, "|");
        like.phrase = list;
        like.n = (uint8_t)n;
        if (n && n < 256 && add(t, like, a))
            return -1;
        list += n + (list[n] == '|');
    }
    return 0;
}

int lexicon_build(struct arena *a, struct lexicon *out, struct err *e)
{
    struct lexicon *x = out;
    *x = (struct lexicon){ 0 };
    int rc = 0;
    for (const struct phrase_cue *p = phrase_cues; p->phrases && !rc; p++)
        rc = add_all(&x->cues, p->phrases, (struct lex_entry){ .cues = CUE_BIT(p->cue) }, a);
    for (unsigned i = 0; i < N_LANGUAGES && !rc; i++)
        rc = add_all(&x->cues, languages[i].names, (struct lex_entry){ .cues = CUE_BIT(CUE_LANGUAGE), .param = (uint8_t)i }, a);
    for (const struct phrase_head *p = phrase_heads; p->phrases && !rc; p++)
        rc = add_all(&x->heads, p->phrases, (struct lex_entry){ .mask = p->mask, .exact = p->exact }, a);
    for (unsigned i = 0; i < LANGUAGE_SMALL && !rc; i++)
        rc = add_all(&x->small, language_small[i], (struct lex_entry){ .mask = 1u << i }, a);
    return rc ? err_memory(e) : 0;
}

/* ---- finding --------------------------------------------------------------------------- */

/* How many words the phrase takes here; 0 when it does not stand here. */
static size_t stands(const struct lex_entry *x, const struct card_word *w, const char *text, size_t n)
{
    size_t at = 0, used = 0;
    while (at < x->n) {
        if (used == n || w[used].flags & WORD_CODE || w[used].n == 0)
            return 0;
        const char *word = text + w[used].at;
        size_t len = w[used++].n;
        if (len > x->n - at || memcmp(x->phrase + at, word, len) != 0)
            return 0;
        at += len;
        unsigned char first = (unsigned char)word[0];
        if (at < x->n && x->phrase[at] != ' ' && !(first >= 0xE3 && first <= 0xED))
            return 0;
        at += at < x->n && x->phrase[at] == ' ';
    }
    return used;
}

const struct lex_entry *lexicon_find(const struct lex_table *t, const struct card_word *w, const char *text, size_t n,
                                     size_t *used)
{
    for (uint16_t at = t->slots[w->hash % LEX_SLOTS]; at; at = t->entries[at].next) {
        size_t words = stands(&t->entries[at], w, text, n);
        if (words) {
            *used = words;
            return &t->entries[at];
        }
    }
    return NULL;
}
