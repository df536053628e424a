// SPDX-License-Identifier: Apache-2.0
#include "openness/card_language.h"

static const char *const codes[LANGUAGE_SMALL] = { "en", "de", "fr", "es", "it", "pt", "nl", "pl" };

const char *const language_small[LANGUAGE_SMALL] = {
    "the|and|of|to|is|for|with|this|that|on|are|was|it|by|be|from|as|not|which|can|has",
    "der|die|das|und|ist|nicht|mit|für|von|den|ein|eine|auf|dem|des|im|zu|sich|wird|werden|oder|als|auch|sie|wurde",
    "le|la|les|des|et|est|une|un|pour|dans|du|par|sur|avec|que|qui|au|aux|ce|cette|sont|pas|ou|en",
    "el|la|los|las|de|y|es|un|una|para|por|con|que|del|se|en|no|al|su|más|fue|como|está",
    "il|la|di|e|è|un|una|per|con|che|non|del|della|dei|le|nel|sono|si|da|gli|come",
    "o|a|os|as|de|e|é|um|uma|para|com|que|não|do|da|dos|das|em|no|na|por|se|foi|ao",
    "de|het|een|en|van|is|voor|met|niet|dat|op|te|zijn|aan|door|wordt|deze|die|bij|ook|worden",
    "i|w|na|z|do|się|nie|jest|że|to|dla|oraz|jak|od|przez|są|po|tym",
};

static bool by_script(struct language_votes *v, const uint8_t *p, size_t n)
{
    if (n >= 3 && p[0] == 0xE3 && p[1] >= 0x81 && p[1] <= 0x83)
        v->kana++;
    else if (n >= 3 && p[0] >= 0xEA && p[0] <= 0xED)
        v->hangul++;
    else if (n >= 3 && p[0] >= 0xE4 && p[0] <= 0xE9)
        v->han++;
    else if (n >= 2 && p[0] >= 0xD0 && p[0] <= 0xD3)
        v->cyrillic++;
    else if (n >= 2 && p[0] >= 0xD8 && p[0] <= 0xDB)
        v->arabic++;
    else
        return false;
    return true;
}

void language_word(struct language_votes *v, struct span word, uint32_t small)
{
    if (word.n == 0 || (word.p[0] >= '0' && word.p[0] <= '9') || v->words > 1u << 30)
        return;
    v->words++;
    if (by_script(v, word.p, word.n))
        return;
    v->latin++;
    for (unsigned i = 0; i < LANGUAGE_SMALL; i++)
        v->small[i] += small >> i & 1;
}

const char *language_told(const struct language_votes *v)
{
    uint32_t cjk = v->han + v->kana + v->hangul;
    if (v->words < LANGUAGE_MIN_WORDS)
        return "";
    if (cjk > v->words / 2)
        return v->kana > cjk / 10 ? "ja" : v->hangul > v->han ? "ko" : "zh";
    if (v->cyrillic > v->words / 2)
        return "ru";
    if (v->arabic > v->words / 2)
        return "ar";
    unsigned best = 0, second = 1;
    for (unsigned i = 1; i < LANGUAGE_SMALL; i++) {
        if (v->small[i] > v->small[best]) {
            second = best;
            best = i;
        } else if (second == best || v->small[i] > v->small[second]) {
            second = i;
        }
    }
    bool clear = v->small[best] * 10 >= v->latin && v->small[best] * 5 > v->small[second] * 6;
    return clear ? codes[best] : "";
}
