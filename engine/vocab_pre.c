// SPDX-License-Identifier: Apache-2.0
/* What the names of tokenizer.ggml.pre mean: the expressions of the tokenizer.json that each stands for.
 *
 * The names and what llama.cpp takes them for are facts of its src/llama-vocab.cpp. Left out, and so refused by name: those that
 * llama.cpp splits by code of its own (kimi-k2, afmoe). */
#include "engine/vocab_gguf.h"

#define FOLDED "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
#define WORD "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+"
#define OTHER " ?[^\\s\\p{L}\\p{N}]+"
#define SPACES "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
#define CASED(end) "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+" end \
    "|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*" end
#define GPT2 "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"
#define LLAMA3 FOLDED "|" WORD "|\\p{N}{1,3}|" OTHER "[\\r\\n]*|" SPACES
#define QWEN2 FOLDED "|" WORD "|\\p{N}|" OTHER "[\\r\\n]*|" SPACES
#define O200K CASED(FOLDED "?") "|\\p{N}{1,3}|" OTHER "[\\r\\n/]*|" SPACES
#define BLOOM " ?[^(\\s|.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c)]+"
#define DEEPSEEK3 "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+" \
    "| ?[\\p{P}\\p{S}]+[\\r\\n]*|" SPACES
/* Letters of scripts with case, as DeepSeek's first tokenizer lists them. */
#define DEEPSEEK_CASED "\\s?[A-Za-z\u00b5\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u01ba\u01bc-\u01bf\u01c4-\u0293\u0295-\u02af" \
    "\u0370-\u0373\u0376\u0377\u037b-\u037d\u037f\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03f5\u03f7-\u0481\u048a-\u052f" \
    "\u0531-\u0556\u10a0-\u10c5\u13a0-\u13f5\u13f8-\u13fd\u1c90-\u1cba\u1cbd-\u1cbf\u1d00-\u1d2b\u1d6b-\u1d77\u1d79-\u1d9a" \
    "\u1e00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4" \
    "\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc\u1fd0-\u1fd3\u1fd6-\u1fdb\u1fe0-\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc\u2102" \
    "\u2107\u210a-\u2113\u2115\u2119-\u211d\u2124\u2126\u2128\u212a-\u212d\u212f-\u2134\u2139\u213c-\u213f\u2145-\u2149" \
    "\u214e\u2183\u2184\u2c00-\u2c7b\u2c7e-\u2ce4\u2ceb-\u2cee\u2cf2\u2cf3\ua640-\ua66d\ua680-\ua69b\ua722-\ua76f" \
    "\ua771-\ua787\ua78b-\ua78e\uab70-\uabbf\ufb00-\ufb06\ufb13-\ufb17\uff21-\uff3a\uff41-\uff5a\U00010400-\U0001044f" \
    "\U000104b0-\U000104d3\U000104d8-\U000104fb\U00010c80-\U00010cb2\U00010cc0-\U00010cf2\U000118a0-\U000118df" \
    "\U0001e900-\U0001e943]+"

static const struct vocab_pre pres[] = {
    { "default", 0, { "[\\p{P}\\$\\+<=>\\^~\\|]+", GPT2, "\\p{N}+", "[0-9][0-9][0-9]" } },
    { "llama-bpe llama3 llama-v3 falcon3 falcon-h1 pixtral midm-2.0 lfm2 jina-v5-nano", VOCAB_IGNORE_MERGES | VOCAB_ADD_BOS,
      { LLAMA3 } },
    { "dbrx smaug-bpe", 0, { LLAMA3 } },
    { "glm4 chatglm-bpe", VOCAB_NO_BOS, { LLAMA3 } },
    { "qwen2 deepseek-r1-qwen kormo f2llmv2 megrez stablelm2 hunyuan solar-open grok-2", 0, { QWEN2 } },
    { "qwen35", 0, { FOLDED "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|" SPACES } },
    { "gpt-2 phi-2 mpt olmo jais jina-es jina-de gigachat a.x-4.0 mellum exaone4 trillion granite-docling granite-embed", 0,
      { GPT2 } },
    { "modern-bert jina-v2-es jina-v2-de", VOCAB_MASK_LSTRIP, { GPT2 } },
    { "jina-v2-code", VOCAB_ADD_SEP | VOCAB_MASK_LSTRIP, { GPT2 } },
    { "jina-v1-en roberta-bpe", VOCAB_ADD_SEP, { GPT2 } },
    { "starcoder refact command-r smollm codeshell exaone minerva-7b", 0, { "\\p{N}", GPT2 } },
    { "falcon", 0, { "[\\p{P}\\$\\+<=>\\^~\\|`]+", GPT2, "[0-9][0-9][0-9]" } },
    { "gpt-4o llama4 kanana2 minimax-m2", 0, { O200K } },
    { "tekken", VOCAB_IGNORE_MERGES | VOCAB_ADD_BOS, { CASED("") "|\\p{N}|" OTHER "[\\r\\n/]*|" SPACES } },
    { "tiny_aya", 0, { "\\d{1,3}(?=(?:\\d{3})*\\b)", O200K } },
    { "deepseek-llm", 0, { "[\\r\\n]", DEEPSEEK_CASED,
      "\\s?[!-/:-~\uff01-\uff0f\uff1a-\uff5e\u2018-\u201f\u3000-\u3002]+", "\\s+$",
      "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+", "\\p{N}+" } },
    { "deepseek-coder", 0, { "[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", "[\u4e00-\u9fa5\u0800-\u4e00\uac00-\ud7ff]+", "\\p{N}" } },
    { "deepseek-v3 hunyuan-dense joyai-llm", 0, { "\\p{N}{1,3}", "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+", DEEPSEEK3 } },
    { "bailingmoe bailingmoe2 llada-moe", 0, { "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}"
      "| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+" } },
    { "seed-coder", 0, { FOLDED "|" WORD "|\\p{N}{1}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|" SPACES } },
    { "exaone-moe", 0, { FOLDED "|[^\\r\\n\\p{L}\\p{N}]?(?:\\p{L}\\p{M}*(?: \\p{L}\\p{M}*)*)+|\\p{N}|" OTHER
      "[\\r\\n/]?|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+" } },
    { "jais-2", 0, { FOLDED "|" WORD "|\\p{N}{1,3}|" OTHER "[\\r\\n]*|\\s*[\\r\\n]+|\\s{512}(?!\\S)|\\s{256}(?!\\S)"
      "|\\s{128}(?!\\S)|\\s{64}(?!\\S)|\\s{32}(?!\\S)|\\s{16}(?!\\S)|\\s{8}(?!\\S)|\\s{4}(?!\\S)|\\s{1,2}(?!\\S)|\\s{1}" } },
    { "bloom poro-chat gpt3-finnish", 0, { BLOOM } },
    { "viking", 0, { BLOOM, "\\p{N}" } },
    { "superbpe", 0, { "\\p{N}+", "(?=(\\d{3})+(?!\\d))" } },
    { "gemma4", VOCAB_ADD_BOS | VOCAB_ESCAPED, { "[^\\n]+|[\\n]+" } },
    { "sarvam-moe", VOCAB_ESCAPED, { "[^\\n]+|[\\n]+" } },
};

static bool lists(const char *names, struct span name)
{
    while (*names) {
        size_t n = strcspn(names, " ");
        if (n == name.n && memcmp(names, name.p, n) == 0)
            return true;
        names += n + (names[n] == ' ');
    }
    return false;
}

const struct vocab_pre *vocab_pre_find(struct span name)
{
    for (size_t i = 0; name.n && i < sizeof pres / sizeof *pres; i++)
        if (lists(pres[i].names, name))
            return &pres[i];
    return NULL;
}
