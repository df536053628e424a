// SPDX-License-Identifier: Apache-2.0
/* openness/library.c - libraries that hold the code of a model which ships none.
 *
 * Licences as the packages' own metadata gave them (PyPI, 2026-11-24); sentence-transformers, mlx-lm
 * and llama.cpp by their repositories, from memory. The architectures are those of llama.cpp's own table. */
#include "openness/detect_int.h"

static const struct { const char *name, *license; } libraries[] = {
    { "transformers", "Apache-2.0" }, { "sentence-transformers", "Apache-2.0" }, { "diffusers", "Apache-2.0" },
    { "peft", "Apache-2.0" }, { "timm", "Apache-2.0" }, { "setfit", "Apache-2.0" }, { "keras", "Apache-2.0" },
    { "speechbrain", "Apache-2.0" }, { "nemo", "Apache-2.0" }, { "open_clip", "MIT" }, { "spacy", "MIT" },
    { "flair", "MIT" }, { "mlx", "MIT" }, { "llama.cpp", "MIT" },
};

static const char *const gguf_architectures[] = {
    "arctic", "baichuan", "bert", "bitnet", "bloom", "chameleon", "chatglm", "codeshell", "cohere2", "command-r",
    "dbrx", "deepseek", "deepseek2", "exaone", "exaone4", "falcon", "gemma", "gemma2", "gemma3", "gemma3n", "glm4",
    "gpt-oss", "gpt2", "gptneox", "granite", "granitemoe", "grok", "internlm2", "jais", "jina-bert-v2", "lfm2",
    "llama", "llama4", "mamba", "minicpm", "minicpm3", "mpt", "nemotron", "nomic-bert", "olmo", "olmo2", "olmoe",
    "openelm", "orion", "phi2", "phi3", "phimoe", "plamo", "qwen", "qwen2", "qwen2moe", "qwen2vl", "qwen3",
    "qwen3moe", "refact", "rwkv6", "rwkv7", "smollm3", "stablelm", "starcoder", "starcoder2", "t5", "t5encoder",
    "xverse",
};

const char *detect_library_license(const char *name)
{
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
        if (strcmp(libraries[i].name, name) == 0)
            return libraries[i].license;
    return NULL;
}

bool detect_gguf_architecture(const char *name)
{
    for (size_t i = 0; i < sizeof gguf_architectures / sizeof *gguf_architectures; i++)
        if (strcmp(gguf_architectures[i], name) == 0)
            return true;
    return false;
}
