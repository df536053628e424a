// SPDX-License-Identifier: Apache-2.0
/* detect_path, detect_flop, libraries: names as people give them, and names that only look so. */
#include "tests/support/check.h"

#include "openness/detect_int.h"

enum { NONE = -1 };

static unsigned bits_of(const char *path)
{
    struct openness_file f = { path, snapshot_role(path), 1000, false };
    return detect_path(&f);
}

static void is_part(const char *path, int part)
{
    unsigned want = part < 0 ? 0 : 1u << part, got = bits_of(path);
    if (part < 0 ? got != 0 : !(got & want))
        fail_msg("%s gives %x, want %x", path, got, want);
}

TEST(detect_code_by_its_name)
{
    static const struct { const char *path; int part; } cases[] = {
        { "train.py", MOF_TRAINING_CODE }, { "pretrain_gpt.py", MOF_TRAINING_CODE }, { "src/finetune.sh", MOF_TRAINING_CODE },
        { "training/loop.py", MOF_TRAINING_CODE }, { "Train_DPO.ipynb", MOF_TRAINING_CODE }, { "run_sft.py", MOF_INFERENCE_CODE },
        { "modeling_olmo.py", MOF_ARCHITECTURE }, { "modeling_olmo.py", MOF_INFERENCE_CODE }, { "model.py", MOF_ARCHITECTURE },
        { "generate.py", MOF_INFERENCE_CODE }, { "inference/main.py", MOF_INFERENCE_CODE }, { "cli_demo.py", MOF_INFERENCE_CODE },
        { "eval/run.py", MOF_EVALUATION_CODE }, { "evaluate_mmlu.py", MOF_EVALUATION_CODE }, { "train_eval.py", MOF_EVALUATION_CODE },
        { "scripts/preprocess.py", MOF_PREPROCESSING_CODE }, { "data/build.py", MOF_PREPROCESSING_CODE },
        { "dedup/minhash.rs", MOF_PREPROCESSING_CODE }, { "tests/test_train.py", NONE }, { "test_train.py", NONE },
        { "__init__.py", NONE }, { "constrain.py", NONE }, { "utils.py", NONE }, { "", NONE }, { "/", NONE },
        { "tokenization_x.py", NONE }, { "requirements-dev.txt", MOF_LIBRARIES }, { "environment.yml", MOF_LIBRARIES },
        { "pyproject.toml", MOF_LIBRARIES }, { "Dockerfile", MOF_LIBRARIES },
        { "deepspeed_zero3.json", DETECT_SETTINGS }, { "train_config.yaml", DETECT_SETTINGS }, { "sft.yaml", DETECT_SETTINGS },
        { "data/train.json", MOF_DATASETS },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        is_part(cases[i].path, cases[i].part);
}

TEST(detect_texts_data_and_weights_by_their_name)
{
    static const struct { const char *path; int part; } cases[] = {
        { "DATASHEET.md", MOF_DATA_CARD }, { "docs/data_card.pdf", MOF_DATA_CARD }, { "data/README.md", MOF_DATA_CARD },
        { "Data-Statement.txt", MOF_DATA_CARD }, { "README.md", MOF_MODEL_CARD }, { "docs/README.md", NONE },
        { "technical_report.pdf", MOF_TECHNICAL_REPORT }, { "Tech-Report.pdf", MOF_TECHNICAL_REPORT },
        { "paper/main.tex", MOF_RESEARCH_PAPER }, { "2501.00656v2.pdf", MOF_RESEARCH_PAPER }, { "paper.pdf", MOF_RESEARCH_PAPER },
        { "2501.pdf", NONE }, { "manual.pdf", NONE }, { "eval_results.json", MOF_EVALUATION_RESULTS },
        { ".eval_results/a.yaml", MOF_EVALUATION_RESULTS }, { "results/mmlu.csv", MOF_EVALUATION_RESULTS },
        { "all_results.json", MOF_EVALUATION_RESULTS }, { "train_results.json", NONE }, { "trainer_state.json", NONE },
        { "eval/testset.jsonl", MOF_EVALUATION_DATA }, { "data/test.parquet", MOF_EVALUATION_DATA },
        { "data/train-00000.parquet", MOF_DATASETS }, { "corpus/a.txt", MOF_DATASETS }, { "train.csv", MOF_DATASETS },
        { "labels.csv", NONE }, { "vocab.txt", NONE }, { "samples/one.txt", MOF_SAMPLE_OUTPUTS },
        { "sample_outputs.json", MOF_SAMPLE_OUTPUTS }, { "config.json", MOF_METADATA }, { "tokenizer.json", NONE },
        { "model.safetensors", MOF_PARAMETERS_FINAL }, { "a/b.gguf", MOF_PARAMETERS_FINAL },
        { "checkpoint-500/model.safetensors", MOF_PARAMETERS_INTERMEDIATE },
        { "step1000-tokens4B/pytorch_model.bin", MOF_PARAMETERS_INTERMEDIATE },
        { "x/global_step7/w.bin", MOF_PARAMETERS_INTERMEDIATE }, { "checkpoints/w.bin", MOF_PARAMETERS_FINAL },
        { "stepwise/w.bin", MOF_PARAMETERS_FINAL }, { "optimizer.pt", NONE }, { "LICENSE", NONE }, { "model.bin.index.json", NONE },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        is_part(cases[i].path, cases[i].part);
}

TEST(detect_stands_any_length_and_bytes)
{
    static char path[70000];
    for (size_t n = 0; n < sizeof path - 20; n = n * 3 / 2 + 1) {
        for (size_t i = 0; i < n; i++)
            path[i] = (char)(i % 3 ? '/' : 1 + i % 255);
        memcpy(path + n, "/train.py", 10);
        is_part(path, MOF_TRAINING_CODE);
    }
    memset(path, '/', 600);
    memcpy(path + 600, "x.py", 5);
    is_part(path, NONE);
}

TEST(flop_is_compute_and_no_rate)
{
    static const struct { const char *text; double v; } cases[] = {
        { "3.8 x 10^25 flops", 3.8e25 }, { "6.3e24 flop", 6.3e24 }, { "10\xc2\xb2\xe2\x81\xb5 flops", 1e25 },
        { "1.2\xc3\x97" "10\xc2\xb2\xe2\x81\xb6 floating-point operations", 1.2e26 }, { "2 * 10**23 flops", 2e23 },
        { "$5 \\times 10^{24}$ flops", 5e24 }, { "in 2024 it took 10^24 flops", 1e24 }, { "3e18 flop/s", 0 },
        { "10^25 flops per second", 0 }, { "312 tflops", 0 }, { "the threshold of 10^25 flops", 0 }, { "10^99 flops", 0 },
        { "10^", 0 }, { "flops", 0 }, { "e24 flops", 0 }, { "1..5e24 flops", 1e24 }, { "6e23 flop and then 7e23 flop", 7e23 },
        { "110^24 flops", 0 }, { "", 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t from = 0, to = 0;
        struct span text = span_str(cases[i].text);
        double v = detect_flop(text, &from, &to);
        if (v < cases[i].v || v > cases[i].v || to > text.n || from > to)
            fail_msg("\"%s\" gives %g, want %g", cases[i].text, v, cases[i].v);
    }
}

TEST(libraries_are_those_that_are_known)
{
    STR(detect_library_license("transformers"), "Apache-2.0");
    STR(detect_library_license("llama.cpp"), "MIT");
    YES(!detect_library_license("Transformers ") && !detect_library_license(""));
    YES(detect_gguf_architecture("llama") && !detect_gguf_architecture("llama99") && !detect_gguf_architecture(""));
}

int main(void)
{
    return RUN(CASE(detect_code_by_its_name), CASE(detect_texts_data_and_weights_by_their_name),
               CASE(detect_stands_any_length_and_bytes), CASE(flop_is_compute_and_no_rate),
               CASE(libraries_are_those_that_are_known));
}
