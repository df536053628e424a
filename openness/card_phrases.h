// SPDX-License-Identifier: Apache-2.0
/* openness/card_phrases.h - the lists that card_lexicon.h lays out. Ends with phrases NULL. */
#ifndef ASSAY_OPENNESS_CARD_PHRASES_H
#define ASSAY_OPENNESS_CARD_PHRASES_H
#include "openness/card_lexicon.h"
#include "openness/card_topics.h"

struct phrase_cue { enum cue cue; const char *phrases; };
struct phrase_head { uint32_t mask; bool exact; const char *phrases; };
extern const struct phrase_cue phrase_cues[];
extern const struct phrase_head phrase_heads[];

#endif
