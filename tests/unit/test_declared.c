// SPDX-License-Identifier: Apache-2.0
/* What models say of their licence: the real cards of the shared folder, read by eye once and written down
 * here, and sentences made to be mistaken for a declaration. */
#include "tests/support/check.h"

#include "base/fs.h"
#include "base/sha256.h"
#include "license/declared.h"
#include "tests/support/faults.h"
#include "tests/support/gguf_make.h"

static struct arena process;
static struct index idx;
static struct catalog cat;
static struct declare ctx;

static struct declared_list said_by(const char *path, struct span raw, struct arena *a)
{
    struct declare d = ctx;
    struct card card;
    struct declared_list l = { 0 };
    struct err e = { 0 };
    d.a = a;
    EQ(card_parse(raw, a, &card, &e), 0);
    int rc = declared_from_card(&d, path, raw, &card, &l, &e);
    if (!rc)
        rc = declared_from_prose(&d, path, raw, &card, &l, &e);
    if (rc)
        fail_msg("%s: %s", path, e.msg);
    return l;
}

/* Every piece of evidence must point at what it says, by bytes, lines and digest. */
static void check_places(struct span raw, const struct declared_list *l)
{
    for (size_t i = 0; i < l->n; i++) {
        const struct evidence *ev = l->items[i].evidence;
        char hex[SHA256_HEX_BYTES];
        uint32_t line = 1, line_to;
        YES(ev && ev->byte_from <= ev->byte_to && ev->byte_to <= raw.n);
        for (uint64_t k = 0; k < ev->byte_from; k++)
            line += raw.p[k] == '\n';
        line_to = line;
        for (uint64_t k = ev->byte_from; k + 1 < ev->byte_to; k++)
            line_to += raw.p[k] == '\n';
        EQ(ev->line_from, line);
        YES(ev->line_to >= line && ev->line_to <= line_to + 1);
        EQ(sha256_hex(span_sub(raw, ev->byte_from, ev->byte_to - ev->byte_from), hex, NULL), 0);
        STR(ev->sha256, hex);
        YES(l->items[i].confidence >= 0 && l->items[i].confidence <= 1);
        YES((l->items[i].state == DECLARED_NAMED) == (*l->items[i].id != 0));
    }
}

/* ---- the real cards --------------------------------------------------------------------- */

/* "how state-or-id scope [file]", one row for each declaration, in order. */
struct row { const char *path, *want; };

#define LLAMA31 "LicenseRef-scancode-llama-3.1-license-2024"
#define DBRX "LicenseRef-Databricks-Open-Model-2024-03-27"
#define CASES "licenses/cases/"
#define AZURE "cards/Azure__azureml-assets/assets/models/system/"
#define HUB "cards/huggingface__huggingface_hub/"
#define XUE "cards/xueyongfu__transformers/model_cards/"
#define SKOPS "cards/skops-dev__skops/skops/card/tests/examples/"

static const struct row rows[] = {
    { CASES "CompVis__stable-diffusion/README.md",
      "52 sentence ?a license which contains specific use-based restrictions to prevent misuse and harm as informed by "
      "the model card, but otherwise remains permissive weights LICENSE; "
      "54 sentence LicenseRef-scancode-stable-diffusion-2022-08-22 - LICENSE; " },
    { CASES "CompVis__stable-diffusion/Stable_Diffusion_v1_Model_Card.md", "8 field ?Proprietary - LICENSE; " },
    { CASES "LG-AI-EXAONE__EXAONE-3.5/README.md",
      "509 sentence LicenseRef-scancode-exaone-ai-model-1.1-nc weights LICENSE; " },
    { CASES "MoonshotAI__Kimi-K2/README.md",
      "777 sentence ~Modified MIT License code and weights LICENSE; 21 badge ~Modified MIT - LICENSE; " },
    { CASES "OpenGVLab__InternVL/README.md", "1162 sentence MIT - LICENSE; " },
    { CASES "QwenLM__Qwen/README.md",
      "1392 sentence Apache-2.0 code LICENSE; "
      "1396 sentence LicenseRef-scancode-tongyi-qianwen-2023 - Tongyi Qianwen LICENSE AGREEMENT; "
      "1398 sentence LicenseRef-Tongyi-Qianwen-Research-2023-11-30 - Tongyi Qianwen RESEARCH LICENSE AGREEMENT; " },
    { CASES "THUDM__ChatGLM3/README.md", "58 sentence ?开源协议 weights MODEL_LICENSE; " },
    { CASES "THUDM__ChatGLM3/README_en.md", "69 sentence ?open-source protocol - MODEL_LICENSE; " },
    { CASES "Tencent__Tencent-Hunyuan-Large/README.md", "" },
    { CASES "black-forest-labs__flux/README.md",
      "39 sentence Apache-2.0 - model_licenses/LICENSE-FLUX1-schnell; "
      "40 sentence LicenseRef-FLUX.1-dev-NC-1.1.1 - model_licenses/LICENSE-FLUX1-dev; " },
    { CASES "databricks__dbrx/MODEL_CARD_dbrx_base.md", "27 field " DBRX " -; " },
    { CASES "databricks__dbrx/MODEL_CARD_dbrx_instruct.md", "27 field " DBRX " -; " },
    { CASES "databricks__dbrx/README.md", "110 section " DBRX " -; " },
    { CASES "deepseek-ai__DeepSeek-LLM/README.md",
      "383 sentence MIT code LICENSE-CODE; 383 sentence ?the Model License weights LICENSE-MODEL; "
      "41 badge MIT code LICENSE-CODE; 44 badge ?Model Agreement weights LICENSE-MODEL; " },
    { CASES "facebookresearch__metaseq/README.md", "60 sentence MIT -; " },
    { CASES "facebookresearch__metaseq/projects/OPT/README.md",
      "28 sentence ?Model License weights projects/OPT/MODEL_LICENSE.md; " },
    { CASES "facebookresearch__metaseq/projects/OPT/model_card.md", "" },
    { CASES "google-deepmind__gemma/README.md", "" },
    { CASES "meituan-longcat__LongCat-Flash-Chat/README.md", "178 sentence MIT weights; 28 badge MIT - LICENSE; " },
    { CASES "meta-llama__llama/MODEL_CARD.md",
      "27 field ?A custom commercial license is available at: "
      "https://ai.meta.com/resources/models-and-libraries/llama-downloads/ -; " },
    { CASES "meta-llama__llama/README.md", "" },
    { CASES "meta-llama__llama-models/models/llama3_1/MODEL_CARD.md", "86 field " LLAMA31 " -; " },
    { CASES "openai__gpt-oss/README.md", "40 field Apache-2.0 -; " },
    { CASES "stanford-crfm__fmti/README.md", "28 sentence ~CC-BY data; " },
    { CASES "xai-org__grok-1/README.md", "54 sentence Apache-2.0 code and weights; " },
    { CASES "black-forest-labs__flux/model_cards/FLUX.1-dev.md",
      "11 sentence LicenseRef-FLUX.1-dev-NC-1.1.1 - model_cards/licence.md; "
      "46 sentence LicenseRef-FLUX.1-dev-NC-1.1.1 weights LICENSE.md; " },
    { CASES "black-forest-labs__flux/model_cards/FLUX.1-schnell.md", "9 sentence Apache-2.0 -; " },
    { "cards/embeddings-benchmark__mteb/tests/create_meta/existing_readme.md", "3 license Apache-2.0 -; " },
    { "cards/embeddings-benchmark__mteb/tests/create_meta/model_card_benchmark_gold.md", "" },
    { HUB "src/huggingface_hub/templates/modelcard_template.md", "4 broken !; " },
    { HUB "tests/fixtures/cards/sample_no_metadata.md", "" },
    { HUB "tests/fixtures/cards/sample_datasetcard_simple.md", "5 license BSD-3-Clause -; " },
    { HUB "tests/fixtures/cards/sample_template.md", "2 broken !; " },
    { HUB "tests/fixtures/cards/sample_simple.md", "4 license MIT -; " },
    { HUB "tests/fixtures/cards/sample_datasetcard_template.md", "" },
    { HUB "tests/fixtures/cards/sample_invalid_card_data.md", "2 broken !; " },
    { HUB "tests/fixtures/cards/sample_windows_line_breaks.md", "2 license MIT -; " },
    { "cards/bigscience-workshop__model_card/README.md",
      "2 license LicenseRef-scancode-bigscience-rail-1.0 -; 91 field LicenseRef-scancode-bigscience-rail-1.0 -; " },
    { SKOPS "clip-vit-large-patch14.md", "" },
    { SKOPS "bert-base-uncased.md", "5 license Apache-2.0 -; " },
    { SKOPS "toy-example.md", "" },
    { SKOPS "gpt2.md", "6 license MIT -; " },
    { AZURE "Virchow/description.md", "24 field Apache-2.0 -; 36 sentence Apache-2.0 code and weights; " },
    { AZURE "salesforce-blip2-opt-2-7b-image-to-text/description.md", "18 section MIT -; " },
    { AZURE "tiiuae-falcon-7b/description.md", "2 sentence Apache-2.0 weights; 90 sentence Apache-2.0 -; " },
    { AZURE "phi-3.5-mini-128k-instruct/description.md", "" },
    { AZURE "bert-base-uncased/description.md", "" },
    { "cards/tobi__qmd/finetune/README.md", "2 license MIT -; " },
    { "cards/01-ai__Yi/HUGGINGFACE_README.md",
      "2 license Apache-2.0 -; 95 sentence ?Model License Agreement 2.0 - LICENSE; " },
    { "cards/huggingface__hub-docs/modelcard.md", "38 broken !; " },
    { "cards/meta-llama__PurpleLlama/Prompt-Guard/MODEL_CARD.md", "" },
    { "cards/meta-llama__PurpleLlama/Llama-Guard/MODEL_CARD.md", "" },
    { "cards/allenai__OLMo/README.md", "" },
    { "cards/EleutherAI__pythia/README.md", "423 sentence Apache-2.0 -; " },
    { "cards/InternLM__InternLM/model_cards/internlm2_reward.md", "" },
    { "cards/InternLM__InternLM/model_cards/internlm2.5_7b.md", "" },
    { "cards/InternLM__InternLM/model_cards/internlm_20b.md", "" },
    { XUE "deepset/roberta-base-squad2/README.md", "" },
    { XUE "dbmdz/bert-base-german-cased/README.md", "" },
    { XUE "nlptown/bert-base-multilingual-uncased-sentiment/README.md", "" },
};

static const char *how_word(enum declared_how how)
{
    static const char *const words[] = {
        [DECLARED_CARD_LICENSE] = "license", [DECLARED_CARD_NAME] = "name", [DECLARED_CARD_LINK] = "link",
        [DECLARED_CARD_TAG] = "tag", [DECLARED_CARD_GATE] = "gate", [DECLARED_CARD_EU] = "eu",
        [DECLARED_CARD_BROKEN] = "broken", [DECLARED_GGUF_LICENSE] = "license", [DECLARED_GGUF_NAME] = "name",
        [DECLARED_GGUF_LINK] = "link", [DECLARED_GGUF_TAG] = "tag", [DECLARED_SPDX_LINE] = "spdx",
        [DECLARED_FIELD] = "field", [DECLARED_SENTENCE] = "sentence", [DECLARED_SECTION] = "section",
        [DECLARED_BADGE] = "badge",
    };
    return words[how];
}

/* One line for all declarations. `lines`: with the line that each begins on. */
static const char *told(const struct declared_list *l, bool lines, struct arena *a)
{
    const char *out = "";
    for (size_t i = 0; i < l->n; i++) {
        const struct declared *d = &l->items[i];
        const char *scope = scope_words(d->scope, a), *file = *d->file ? arena_fmt(a, " %s", d->file) : "";
        const char *what = d->state == DECLARED_NAMED ? d->id : d->raw;
        const char *mark = d->state == DECLARED_NAMED ? "" : d->state == DECLARED_VAGUE ? "~"
                           : d->state == DECLARED_OTHER ? "=" : "?";
        if (lines)
            out = arena_fmt(a, "%s%u ", out, d->evidence->line_from);
        if (d->state == DECLARED_UNREADABLE)
            out = arena_fmt(a, "%sbroken !; ", out);
        else
            out = arena_fmt(a, "%s%s %s%s %s%s%s%s; ", out, how_word(d->how), mark, what, *scope ? scope : "-", file,
                            *d->exception ? " with " : "", d->exception);
        if (d->choice)
            out = arena_fmt(a, "%s(or) ", out);
    }
    return out;
}

TEST(real_cards_say_what_a_reader_reads)
{
    size_t bad = 0;
    struct arena a;
    arena_init(&a, (size_t)1 << 30);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct span raw;
        const char *path = arena_fmt(&a, "%s/data/%s", dir_of("ASSAY_SHARED"), rows[i].path);
        if (fs_read(path, 1 << 24, &a, &raw, NULL))
            SKIP("no shared cards");
        const char *inside = strstr(rows[i].path, "__");
        struct declared_list l = said_by(strchr(inside, '/') + 1, raw, &a);
        const char *got = told(&l, true, &a);
        if (strcmp(got, rows[i].want) != 0) {
            print_error("%s\n  want %s\n  got  %s\n", rows[i].path, rows[i].want, got);
            bad++;
        }
        check_places(raw, &l);
    }
    arena_fini(&a);
    EQ(bad, 0);
}

/* ---- made sentences ------------------------------------------------------------------------ */

static const struct { const char *card, *want; } made[] = {
    /* plain statements */
    { "This model is licensed under the MIT License.", "sentence MIT weights; " },
    { "This project is released under the Apache License 2.0.", "sentence Apache-2.0 -; " },
    { "Licensed under the Apache License, Version 2.0 (the \"License\").", "sentence Apache-2.0 -; " },
    { "We release the model under Apache-2.0.", "sentence Apache-2.0 weights; " },
    { "The weights are freely available under the CC BY-NC 4.0 license.", "sentence CC-BY-NC-4.0 weights; " },
    { "The dataset is distributed under CC-BY-SA 4.0.", "sentence CC-BY-SA-4.0 data; " },
    { "This work is licensed under a Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International License.",
      "sentence CC-BY-NC-SA-4.0 -; " },
    { "This model is governed by the Llama 3.1 Community License.",
      "sentence " LLAMA31 " weights; " },
    { "The code is licensed under GPL v3 or any later version.", "sentence GPL-3.0-or-later code; " },
    { "The software is released under the GPLv3 license.", "sentence GPL-3.0-only code; " },
    { "All models are subject to the Gemma Terms of Use.",
      "sentence LicenseRef-scancode-gemma-tou-2025-03-24 weights; " },
    { "This repository is licensed under an [open license](https://www.apache.org/licenses/LICENSE-2.0.html).",
      "sentence Apache-2.0 -; " },
    { "The model is released under [this license](https://llama.meta.com/llama3_1/license/).",
      "sentence " LLAMA31 " weights; " },
    /* parts */
    { "The code in this repository is licensed under MIT; the model weights under the DeepSeek License.",
      "sentence MIT code; sentence LicenseRef-scancode-deepseek-la-1.0 weights; " },
    { "The code is released under MIT and the weights are released under CC-BY-NC-4.0.",
      "sentence MIT code; sentence CC-BY-NC-4.0 weights; " },
    { "The code and the data are licensed under the MIT license.", "sentence MIT code and data; " },
    { "The code for the model is licensed under the MIT license.", "sentence MIT code; " },
    { "This project is dual-licensed under MIT or Apache-2.0.", "sentence MIT -; (or) sentence Apache-2.0 -; (or) " },
    { "It is released under the MIT License for the code and CC-BY-4.0 for the weights.",
      "sentence MIT code; sentence CC-BY-4.0 weights; " },
    /* fields, headings, badges, lines */
    { "- **License:** Apache 2.0", "field Apache-2.0 -; " },
    { "**License**: [MIT](LICENSE)", "field MIT - LICENSE; " },
    { "Code License: MIT\n\nModel License: Llama 2 Community License",
      "field MIT code; field LicenseRef-scancode-llama-2-license-2023 weights; " },
    { "| License | Apache-2.0 |", "field Apache-2.0 -; " },
    { "# License\n\nmit\n", "section MIT -; " },
    { "License\n=======\n\nApache License 2.0\n", "section Apache-2.0 -; " },
    { "<h2>License</h2>\n\nMIT\n", "section MIT -; " },
    { "**License**\n\nMIT\n", "section MIT -; " },
    { "## License\n\nThis model follows the Apache 2.0 license.\n", "section Apache-2.0 weights; " },
    { "## License\n\n```\nLicensed under the Apache License, Version 2.0\n```\n", "sentence Apache-2.0 -; " },
    { "## License\n\nSee [LICENSE](LICENSE).\n", "" },
    { "![x](https://img.shields.io/badge/License-Apache_2.0-blue.svg)", "badge Apache-2.0 -; " },
    { "[![License: CC BY-NC 4.0](https://img.shields.io/badge/License-CC%20BY--NC%204.0-lightgrey.svg)](LICENSE)",
      "badge CC-BY-NC-4.0 - LICENSE; " },
    { "<a href=\"LICENSE-CODE\"><img src=\"https://img.shields.io/badge/Code_License-MIT-f5de53\"/></a>",
      "badge MIT code LICENSE-CODE; " },
    { "![](https://img.shields.io/github/license/a/b)", "" },
    { "![](https://img.shields.io/badge/Python-3.10-blue)", "" },
    { "SPDX-License-Identifier: MIT OR Apache-2.0", "spdx MIT -; (or) spdx Apache-2.0 -; (or) " },
    { "License: Foo Model License 1.0", "field ?Foo Model License 1.0 -; " },
    { "License: other", "field =other -; " },
    { "License: [More Information Needed]", "" },
    { "License: {{ license }}", "" },
    /* as published cards put it */
    { "All our open-source models, except for the 3B and 72B variants, are licensed under Apache 2.0.", "" },
    { "This code repository and the model weights are licensed under the [MIT License](LICENSE). DeepSeek-R1-Distill-"
      "Llama-8B is derived from Llama3.1-8B-Base and is originally licensed under the [Llama3.1 license](x).",
      "sentence MIT code and weights LICENSE; " },
    { "The code is licensed under Apache-2.0, while model weights are fully open for academic research.",
      "sentence Apache-2.0 code; " },
    { "The code in this repository is open-source under the [Apache-2.0 license](LICENSE), while the use of the "
      "ChatGLM-6B model weights must comply with the [Model License](MODEL_LICENSE).",
      "sentence Apache-2.0 code LICENSE; sentence ?Model License weights MODEL_LICENSE; " },
    { "The model is licensed under the BigCode OpenRAIL-M v1 license agreement.",
      "sentence LicenseRef-scancode-bigcode-open-rail-m-v1 weights; " },
    { "- **License:** The code and model are released under Apache 2.0.", "sentence Apache-2.0 code and weights; " },
    { "Whisper's code and model weights are released under the MIT License.", "sentence MIT code and weights; " },
    { "Use of this model is governed by the [NVIDIA Open Model License](https://www.nvidia.com/x).",
      "sentence LicenseRef-scancode-nvidia-open-model-2025-04-28 weights; " },
    { "## License/Terms of Use\n\nAdditional Information: [Llama 3.1 Community License Agreement]"
      "(https://www.llama.com/llama3_1/license/). Built with Llama.", "section " LLAMA31 " -; " },
    { "## License\n\nFlagEmbedding is licensed under the [MIT License](https://github.com/F/F/blob/master/LICENSE).",
      "sentence MIT - LICENSE; " },
    { "Llama 3.1 is licensed under the Llama 3.1 Community License, Copyright Meta Platforms, Inc.", "" },
    { "This model is under a non-commercial license (see the [LICENSE](LICENSE) file).", "" },
    { "The code and weights of the Yi-1.5 series models are distributed under the [Apache 2.0 license](LICENSE).",
      "sentence Apache-2.0 code and weights LICENSE; " },
    { "* License: Non-commercial license", "field ?Non-commercial license -; " },
    { "Licensed under CC BY 4.0, see <https://creativecommons.org/licenses/by/4.0/>.", "sentence CC-BY-4.0 -; " },
    /* Chinese */
    { "本项目代码遵循 [Apache-2.0](LICENSE) 协议。", "sentence Apache-2.0 code LICENSE; " },
    { "模型权重采用 MIT 许可证。", "sentence MIT weights; " },
    { "本模型不采用 MIT 许可证。", "" },
    /* altered, vague */
    { "This model is released under a modified MIT license.", "sentence ~modified MIT license weights; " },
    { "The model is released under the Apache 2.0 license with additional restrictions.",
      "sentence ?Apache 2.0 license with additional restrictions weights; " },
    { "The model is licensed under the MIT License (modified).", "sentence ?MIT License (modified weights; " },
    { "The model is released under the Apache license.", "sentence ~Apache license weights; " },
    { "The model is licensed under a custom Creative Commons license.",
      "sentence ?custom Creative Commons license weights; " },
    { "The model is released under the [Apache 2.0 license](https://apache.org/licenses/LICENSE-2.0) with additional "
      "restrictions.", "sentence ?Apache 2.0 license weights; " },
    { "The model is released under a [modified MIT license](https://opensource.org/licenses/MIT).",
      "sentence ~modified MIT license weights; " },
    { "The model is released under a [modified Apache 2.0 license](https://apache.org/licenses/LICENSE-2.0).",
      "sentence ?modified Apache 2.0 license weights; " },
    { "This is released under a [Creative Commons license](https://creativecommons.org/licenses/by-nc/4.0/).",
      "sentence CC-BY-NC-4.0 -; " },
    { "License: MIT + Commons Clause", "field ?MIT + Commons Clause -; " },
    { "License: [modified Apache license](https://apache.org/licenses/LICENSE-2.0)",
      "field ?modified Apache license -; " },
    { "The model is released under the Foo-Bar Research License.", "sentence ?Foo-Bar Research License weights; " },
    { "The model is released under an open license.", "" },
    /* no declarations */
    { "This model is not licensed under the MIT License.", "" },
    { "Unlike Llama 2, which is licensed under the Llama 2 Community License, ours is open.", "" },
    { "Is this model licensed under the MIT license?", "" },
    { "We compare with models released under Apache 2.0.", "" },
    { "It was trained on data licensed under the MIT license.", "" },
    { "It was trained on the FooBar corpus, which is licensed under CC-BY-4.0.", "" },
    { "Mistral 7B is licensed under the Apache 2.0 license.", "" },
    { "It was previously licensed under the MIT license.", "" },
    { "Any contributions are licensed under the MIT License.", "" },
    { "Parts of this project are licensed under the BSD license.", "" },
    { "The base model is licensed under the Llama 2 Community License.", "" },
    { "an open-source, MIT-licensed model", "" },
    { "It would be released under the MIT license if we could.", "" },
    { "## Acknowledgements\n\nThis code is licensed under the MIT license.", "" },
    { "## License\n\nPortions are available under separate terms:\n\n- Megatron-LM is licensed under the MIT license.\n", "" },
    { "```\nThis model is licensed under the MIT License.\n```", "" },
    { "<!-- This model is licensed under the MIT License. -->", "" },
    { "The model performs well under the Apache benchmark.", "" },
    { "You may not use this file except in compliance with the License.", "" },
    { "Distributed under the License on an \"AS IS\" BASIS.", "" },
    { "See https://opensource.org/licenses/MIT", "" },
    { "", "" },
    /* front matter */
    { "---\nlicense: other\nlicense_name: exaone\nlicense_link: LICENSE\n---\n",
      "license =other -; name ~exaone -; link ?LICENSE - LICENSE; " },
    { "---\nlicense: [mit, cc-by-4.0]\n---\n", "license MIT -; license CC-BY-4.0 -; " },
    { "---\nlicense: MIT AND (Apache-2.0 OR GPL-2.0-only WITH Classpath-exception-2.0)\n---\n",
      "license MIT -; license Apache-2.0 -; (or) license GPL-2.0-only - with Classpath-exception-2.0; (or) " },
    { "---\nlicense: MIT WITH restrictions\n---\n", "license ?MIT WITH restrictions - with restrictions; " },
    { "---\nlicense: cc\n---\n", "license ~cc -; " },
    { "---\nlicense: unlicense\n---\n", "license Unlicense -; " },
    { "---\nlicense: unknown\n---\n", "license =unknown -; " },
    { "---\nlicense_link: https://huggingface.co/a/b/blob/main/LICENSE.md\n---\n",
      "link ?https://huggingface.co/a/b/blob/main/LICENSE.md - LICENSE.md; " },
    { "---\nlicense_link: https://ai.google.dev/gemma/terms\n---\n",
      "link LicenseRef-scancode-gemma-tou-2025-03-24 -; " },
    { "---\ntags:\n- foo\n- license:mit\n---\n", "tag MIT -; " },
    { "---\nlicense: llama3.1\nextra_gated_eu_disallowed: true\n---\n",
      "license " LLAMA31 " -; eu ?extra_gated_eu_disallowed: true -; " },
    { "---\nextra_gated_prompt: |\n  ### LLAMA 3.1 COMMUNITY LICENSE AGREEMENT\n  You accept.\n---\n",
      "gate " LLAMA31 " -; " },
    { "---\nextra_gated_prompt: Please tell us who you are.\n---\n", "" },
    { "---\nlicense: mit\nlicense: apache-2.0\n---\n", "broken !; " },
    { "---\nlicense: (MIT AND\n---\n", "license ?(MIT AND -; " },
};

TEST(made_cards_say_no_more_than_they_say)
{
    size_t bad = 0;
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        struct arena a;
        arena_init(&a, (size_t)1 << 28);
        struct span raw = span_str(made[i].card);
        struct declared_list l = said_by("README.md", raw, &a);
        const char *got = told(&l, false, &a);
        if (strcmp(got, made[i].want) != 0) {
            print_error("%s\n  want %s\n  got  %s\n", made[i].card, made[i].want, got);
            bad++;
        }
        check_places(raw, &l);
        arena_fini(&a);
    }
    EQ(bad, 0);
}

/* ---- names and addresses ---------------------------------------------------------------------- */

TEST(every_id_and_tag_of_the_catalogue_means_itself)
{
    struct arena a;
    arena_init(&a, (size_t)1 << 28);
    struct declare d = ctx;
    d.a = &a;
    for (size_t i = 0; i < catalog_count(&cat); i++) {
        const struct license_record *r;
        struct declared got = { 0 };
        EQ(catalog_at(&cat, i, &r, NULL), 0);
        if (r->kind == LICENSE_KIND_POLICY)
            continue;
        EQ(declared_resolve(&d, span_str(r->id), &got, NULL), 0);
        if (got.state != DECLARED_NAMED || strcmp(got.id, r->id) != 0)
            fail_msg("%s means %s", r->id, got.id);
        YES(got.record == r && got.class == r->class);
        for (size_t k = 0; k < r->tags.n; k++) {
            EQ(declared_resolve(&d, span_str(r->tags.items[k]), &got, NULL), 0);
            STR(got.id, r->id);
        }
    }
    arena_fini(&a);
}

TEST(addresses_of_licences_are_known)
{
    static const char *const pairs[][2] = {
        { "https://opensource.org/licenses/MIT", "MIT" }, { "https://opensource.org/license/mit/", "MIT" },
        { "http://www.apache.org/licenses/LICENSE-2.0", "Apache-2.0" },
        { "https://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0" },
        { "https://creativecommons.org/licenses/by-nc/4.0/", "CC-BY-NC-4.0" },
        { "https://creativecommons.org/licenses/by-nc-sa/4.0/deed.en", "CC-BY-NC-SA-4.0" },
        { "https://creativecommons.org/licenses/by/4.0/legalcode.txt", "CC-BY-4.0" },
        { "https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0" },
        { "https://www.gnu.org/licenses/gpl-3.0.en.html", "GPL-3.0-only" },
        { "https://choosealicense.com/licenses/mit/", "MIT" },
        { "https://spdx.org/licenses/BSD-3-Clause.html", "BSD-3-Clause" },
        { "https://www.llama.com/llama3_1/license/", LLAMA31 },
        { "https://ai.google.dev/gemma/terms", "LicenseRef-scancode-gemma-tou-2025-03-24" },
        { "https://huggingface.co/spaces/CompVis/stable-diffusion-license",
          "LicenseRef-scancode-stable-diffusion-2022-08-22" },
        { "https://huggingface.co/datasets/choosealicense/licenses/blob/main/markdown/apache-2.0.md", "Apache-2.0" },
        { "https://example.org/licenses/MIT", "" }, { "LICENSE", "" }, { "", "" }, { "https://", "" },
        { "https://creativecommons.org/licenses/", "" },
    };
    struct arena a;
    arena_init(&a, (size_t)1 << 26);
    struct declare d = ctx;
    d.a = &a;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct declared got = { 0 };
        EQ(declared_resolve_url(&d, span_str(pairs[i][0]), &got, NULL), 0);
        if (strcmp(got.id, pairs[i][1]) != 0)
            fail_msg("%s: want \"%s\", got \"%s\"", pairs[i][0], pairs[i][1], got.id);
    }
    arena_fini(&a);
}

TEST(names_that_many_bear_are_vague)
{
    static const char *const names[] = { "modified-mit", "cc", "cc-by", "gpl", "BSD", "openrail", "exaone",
                                         "Creative Commons", "llama" };
    struct arena a;
    arena_init(&a, (size_t)1 << 26);
    struct declare d = ctx;
    d.a = &a;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct declared got = { 0 };
        EQ(declared_resolve(&d, span_str(names[i]), &got, NULL), 0);
        if (got.state != DECLARED_VAGUE || got.n_candidates < 2)
            fail_msg("%s is %s, %zu candidates", names[i], declared_state_name(got.state), got.n_candidates);
        STR(got.id, "");
    }
    arena_fini(&a);
}

/* ---- gates, GGUF ---------------------------------------------------------------------------------- */

TEST(a_licence_inside_a_gate_is_identified)
{
    struct arena a;
    struct span text;
    struct buf b;
    arena_init(&a, (size_t)1 << 28);
    const char *path = arena_fmt(&a, "%s/data/licenses/cases/meta-llama__llama-models/models/llama3_1/LICENSE",
                                 dir_of("ASSAY_SHARED"));
    if (fs_read(path, 1 << 20, &a, &text, NULL)) {
        arena_fini(&a);
        SKIP("no shared licence texts");
    }
    buf_init(&b, 1 << 24);
    buf_str(&b, "---\nextra_gated_prompt: |2\n");
    for (size_t i = 0, from = 0; i <= text.n; i++)
        if (i == text.n || text.p[i] == '\n') {
            buf_fmt(&b, "  %.*s\n", (int)(i - from), (const char *)text.p + from);
            from = i + 1;
        }
    buf_str(&b, "---\n");
    struct declared_list l = said_by("README.md", buf_view(&b), &a);
    EQ(l.n, 1);
    EQ(l.items[0].how, DECLARED_CARD_GATE);
    STR(l.items[0].id, LLAMA31);
    assert_non_null(l.items[0].text);
    EQ(l.items[0].text->match, MATCH_EXACT);
    check_places(buf_view(&b), &l);
    buf_fini(&b);
    arena_fini(&a);
}

TEST(gguf_keys_are_declarations)
{
    struct arena a;
    struct maker m;
    struct gguf g;
    struct gguf_general gen;
    struct declared_list l = { 0 };
    struct declare d = ctx;
    arena_init(&a, (size_t)1 << 26);
    d.a = &a;
    make_init(&m);
    make_head(&m, 3, 0, 4);
    make_str(&m, "general.license", "MIT AND Apache-2.0");
    make_str(&m, "general.license.name", "modified-mit");
    make_str(&m, "general.license.link", "https://opensource.org/licenses/MIT");
    make_array(&m, "general.tags", GGUF_STR, 2);
    make_text(&m, "text-generation");
    make_text(&m, "license:mit");
    EQ(gguf_open(buf_view(&m.b), &a, &g, NULL), 0);
    EQ(gguf_general(&g, &a, &gen, NULL), 0);
    EQ(declared_from_gguf(&d, "m.gguf", &g, &gen, &l, NULL), 0);
    STR(told(&l, false, &a), "license MIT -; license Apache-2.0 -; name ~modified-mit -; link MIT -; tag MIT -; ");
    EQ(l.items[0].expr, l.items[1].expr);
    YES(l.items[0].expr && !l.items[0].choice);
    struct span value = span_sub(g.file, l.items[0].evidence->byte_from,
                                 l.items[0].evidence->byte_to - l.items[0].evidence->byte_from);
    YES(span_is(value, "MIT AND Apache-2.0"));
    EQ(l.items[0].evidence->line_from, 0);
    buf_fini(&m.b);
    arena_fini(&a);
}

/* ---- hostile -------------------------------------------------------------------------------------- */

TEST(lists_have_a_ceiling)
{
    struct buf b;
    struct arena a;
    arena_init(&a, (size_t)1 << 28);
    buf_init(&b, 1 << 24);
    buf_str(&b, "---\ntags:\n");
    for (int i = 0; i < 3000; i++)
        buf_fmt(&b, "- license:foo-%d\n", i);
    buf_str(&b, "---\n");
    struct declared_list l = said_by("README.md", buf_view(&b), &a);
    EQ(l.n, DECLARED_MAX);
    YES(l.truncated);
    buf_fini(&b);
    arena_fini(&a);
}

TEST(large_cards_cost_little)
{
    static const char *const pieces[] = { "mit ", "[", "under the ", "![", "<a href=x>", "](", "License: ", "`", "\n",
                                          "the model is licensed under ", "((((", "| ", "# License\n" };
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct buf b;
        struct arena a;
        arena_init(&a, (size_t)1 << 30);
        buf_init(&b, 1 << 24);
        while (b.n < 1 << 20)
            buf_str(&b, pieces[i]);
        struct declared_list l = said_by("README.md", buf_view(&b), &a);
        YES(l.n <= DECLARED_MAX);
        buf_fini(&b);
        arena_fini(&a);
    }
}

TEST(no_allocation_may_fail_silently)
{
    static const char card_text[] =
        "---\nlicense: mit OR apache-2.0\nlicense_link: LICENSE\ntags: ['license:cc']\n"
        "extra_gated_prompt: accept the Llama 3.1 Community License\n---\n"
        "# Title\n\n[![License](https://img.shields.io/badge/License-MIT-blue)](LICENSE)\n\n"
        "The code is licensed under [MIT](LICENSE) and the weights under the Foo License.\n\n## License\n\nmit\n";
    size_t n = 1;
    for (;; n++) {
        struct arena a;
        struct card card;
        struct declare d = ctx;
        struct declared_list l = { 0 };
        struct err e = { 0 };
        arena_init(&a, (size_t)1 << 28);
        d.a = &a;
        fault_alloc_at(n);
        int rc = card_parse(span_str(card_text), &a, &card, &e);
        if (!rc)
            rc = declared_from_card(&d, "README.md", span_str(card_text), &card, &l, &e);
        if (!rc)
            rc = declared_from_prose(&d, "README.md", span_str(card_text), &card, &l, &e);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        if (!hit) {
            EQ(rc, 0);
            break;
        }
        EQ(rc, ERR_MEMORY);
    }
    YES(n > 1);
}

/* ---- setup ------------------------------------------------------------------------------------------ */

static int open_all(void **state)
{
    struct err e = { 0 };
    (void)state;
    arena_init(&process, (size_t)1 << 30);
    if (index_open(index_builtin(), &process, &idx, &e) || catalog_open(&cat, &process, &e)
        || declare_init(&ctx, &cat, &idx, &process, &e)) {
        print_error("%s\n", e.msg);
        return -1;
    }
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    arena_fini(&process);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(real_cards_say_what_a_reader_reads),
        CASE(made_cards_say_no_more_than_they_say),
        CASE(every_id_and_tag_of_the_catalogue_means_itself),
        CASE(addresses_of_licences_are_known),
        CASE(names_that_many_bear_are_vague),
        CASE(a_licence_inside_a_gate_is_identified),
        CASE(gguf_keys_are_declarations),
        CASE(lists_have_a_ceiling),
        CASE(large_cards_cost_little),
        CASE(no_allocation_may_fail_silently),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
