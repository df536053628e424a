// SPDX-License-Identifier: Apache-2.0
/* openness/detect_path.c - one path, and what its words say that the file is. */
#include "base/fs.h"
#include "openness/detect_int.h"

enum { WORDS_MAX = 320 };

/* In lower case, with '_' for each separator and at both ends: "_train_gpt_py_", "_src_|_data_". */
struct words { char base[WORDS_MAX], dirs[WORDS_MAX]; const char *ext; bool is_code; };

static const char *const code_ext[] = { "py", "ipynb", "sh", "c", "cc", "cpp", "cu", "cuh", "h", "hpp", "js", "ts", "go",
                                        "rs", "java", "swift", "m", "mm", "jl", "r", "lua", "pyx", NULL };
static const char *const doc_ext[] = { "md", "markdown", "mdx", "txt", "rst", "html", "htm", "pdf", "tex", "docx", "",
                                       NULL };
static const char *const table_ext[] = { "json", "jsonl", "csv", "tsv", "md", "txt", "yaml", "yml", "html", "parquet",
                                         NULL };
static const char *const data_ext[] = { "json", "jsonl", "csv", "tsv", "parquet", "arrow", "feather", "tfrecord",
                                        "tfrecords", "txt", "gz", "zst", "bz2", "xz", "tar", "zip", "npy", "npz", "wds",
                                        "db", "sqlite", NULL };

static bool is_one_of(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

static bool has_any(const char *text, const char *const *list)
{
    for (; *list; list++)
        if (strstr(text, *list))
            return true;
    return false;
}

/* The end of a long name is kept: it holds the ending. */
static void to_words(const char *p, size_t n, char *out)
{
    size_t at = 0, room = WORDS_MAX / 2 - 2;
    if (n > room) {
        p += n - room;
        n = room;
    }
    out[at++] = '_';
    for (size_t i = 0; i < n; i++) {
        char c = p[i];
        if (c == '/') {
            out[at++] = '_';
            out[at++] = '|';
        }
        if (c == '/' || c == '-' || c == '_' || c == '.' || c == ' ')
            out[at++] = '_';
        else
            out[at++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
        if (at > WORDS_MAX - 4)
            break;
    }
    out[at++] = '_';
    out[at] = 0;
}

static void take_apart(const struct openness_file *f, struct words *w, char ext[8])
{
    const char *base = fs_base(f->path), *dot = strrchr(base, '.');
    to_words(base, strlen(base), w->base);
    to_words(f->path, base > f->path ? (size_t)(base - f->path) - 1 : 0, w->dirs);
    size_t n = 0;
    for (const char *p = dot && dot != base ? dot + 1 : ""; *p; p++) {
        ext[n < 7 ? n : 7] = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
        n += n < 8;
    }
    ext[n < 8 ? n : 0] = 0;             /* longer than any ending that is known: none */
    w->ext = ext;
    w->is_code = f->role == SNAP_CODE && is_one_of(ext, code_ext);
}

/* ---- code ---------------------------------------------------------------------------- */

static bool is_libraries(const struct words *w)
{
    static const char *const names[] = { "_requirements", "_environment_yml_", "_environment_yaml_", "_conda_y",
                                         "_pyproject_toml_", "_setup_py_", "_setup_cfg_", "_pipfile_", "_poetry_lock_",
                                         "_uv_lock_", "_dockerfile_", "_package_json_", "_cargo_toml_",
                                         "_cmakelists_txt_", NULL };
    return has_any(w->base, names);
}

static bool is_evaluation(const struct words *w)
{
    static const char *const names[] = { "_eval_", "_evals_", "_evaluat", "_benchmark", NULL };
    static const char *const dirs[] = { "_eval_", "_evals_", "_evaluation_", "_evaluations_", "_benchmark_",
                                        "_benchmarks_", NULL };
    return has_any(w->base, names) || has_any(w->dirs, dirs);
}

static bool is_preprocessing(const struct words *w)
{
    static const char *const names[] = { "_preprocess", "_pre_process", "_prepare_", "_data_prep", "_dataprep", "_dedup",
                                         "_tokenize_", "_build_data", "_make_data", "_download_data", "_filter_",
                                         "_clean_", "_data_process", NULL };
    static const char *const dirs[] = { "_preprocess", "_data_process", "_data_prep", "_dataprep", "_dedup", NULL };
    return has_any(w->base, names) || has_any(w->dirs, dirs);
}

static bool is_training(const struct words *w)
{
    static const char *const names[] = { "_train", "_pretrain", "_pre_train", "_finetun", "_fine_tun", "_sft_", "_dpo_",
                                         "_rlhf_", "_ppo_", "_grpo_", "_distill", NULL };
    static const char *const dirs[] = { "_train_", "_training_", "_trainer_", "_pretrain", "_finetun", "_fine_tun",
                                        "_sft_", "_rlhf_", NULL };
    return has_any(w->base, names) || has_any(w->dirs, dirs);
}

static bool is_inference(const struct words *w)
{
    static const char *const names[] = { "_modeling_", "_modelling_", "_generate_", "_generation_", "_inference_",
                                         "_infer_", "_predict_", "_chat_", "_demo_", "_run_", "_serve_", "_server_",
                                         "_sample_", "_pipeline_", "_handler_", NULL };
    static const char *const dirs[] = { "_inference_", "_serve_", "_serving_", NULL };
    return has_any(w->base, names) || has_any(w->dirs, dirs);
}

static bool is_architecture(const struct words *w)
{
    static const char *const names[] = { "_modeling_", "_modelling_", "_model_py_", "_models_py_", "_architecture_",
                                         "_transformer_py_", "_network_py_", "_modules_py_", NULL };
    static const char *const dirs[] = { "_model_", "_models_", "_modeling_", "_architecture_", NULL };
    return has_any(w->base, names) || has_any(w->dirs, dirs);
}

static unsigned code_bits(const struct words *w)
{
    static const char *const tests[] = { "_test_", "_tests_", "_testing_", NULL };
    static const char *const data[] = { "_data_", "_dataset_", "_datasets_", "_corpus_", NULL };
    if (has_any(w->dirs, tests) || strncmp(w->base, "_test_", 6) == 0 || strcmp(w->base, "___init___py_") == 0)
        return 0;
    if (is_evaluation(w))
        return 1u << MOF_EVALUATION_CODE;
    if (is_preprocessing(w))
        return 1u << MOF_PREPROCESSING_CODE;
    unsigned bits = is_architecture(w) ? 1u << MOF_ARCHITECTURE : 0;
    if (is_inference(w))
        return bits | 1u << MOF_INFERENCE_CODE;
    if (is_training(w))
        return bits | 1u << MOF_TRAINING_CODE;
    return bits || !has_any(w->dirs, data) ? bits : 1u << MOF_PREPROCESSING_CODE;
}

static bool is_settings(const struct words *w)
{
    static const char *const sure[] = { "_deepspeed", "_ds_config", "_accelerate", "_fsdp", "_zero1_", "_zero2_",
                                        "_zero3_", NULL };
    static const char *const names[] = { "_train", "_pretrain", "_sft_", "_finetun", "_fine_tun", NULL };
    static const char *const says[] = { "_config", "_args_", "_hparams", "_hyperparam", "_recipe", NULL };
    static const char *const ext[] = { "json", "yaml", "yml", "toml", "cfg", "ini", "gin", NULL };
    return is_one_of(w->ext, ext) &&
           (has_any(w->base, sure) || (has_any(w->base, names) && (has_any(w->base, says) || w->ext[0] != 'j')));
}

/* ---- documents ----------------------------------------------------------------------- */

/* "2501.00656v2.pdf" */
static bool is_arxiv_name(const struct words *w)
{
    unsigned digits = 0;
    const char *p = w->base + 1;
    for (; *p >= '0' && *p <= '9'; p++)
        digits++;
    if (digits != 4 || *p++ != '_')
        return false;
    for (digits = 0; *p >= '0' && *p <= '9'; p++)
        digits++;
    return (digits == 4 || digits == 5) && (*p == '_' || *p == 'v');
}

static unsigned doc_bits(const struct openness_file *f, const struct words *w)
{
    static const char *const card[] = { "_datasheet", "_data_sheet", "_data_card", "_datacard", "_dataset_card",
                                        "_data_statement", "_dataset_readme", NULL };
    static const char *const data_dirs[] = { "_data_", "_dataset_", "_datasets_", "_corpus_", NULL };
    static const char *const report[] = { "_technical_report", "_tech_report", "_techreport", "_report_", NULL };
    static const char *const paper[] = { "_paper_", "_preprint_", "_manuscript_", NULL };
    static const char *const paper_dirs[] = { "_paper_", "_papers_", NULL };
    static const char *const paper_ext[] = { "pdf", "tex", NULL };
    if (has_any(w->base, card) || (f->role == SNAP_CARD && has_any(w->dirs, data_dirs)))
        return 1u << MOF_DATA_CARD;
    if (has_any(w->base, report))
        return 1u << MOF_TECHNICAL_REPORT;
    bool whole_text = is_one_of(w->ext, paper_ext);
    if (has_any(w->base, paper) || (whole_text && (has_any(w->dirs, paper_dirs) || is_arxiv_name(w))))
        return 1u << MOF_RESEARCH_PAPER;
    return f->role == SNAP_CARD && !strchr(f->path, '/') ? 1u << MOF_MODEL_CARD : 0;
}

/* ---- data ---------------------------------------------------------------------------- */

static bool is_results(const struct words *w)
{
    static const char *const names[] = { "_eval_results", "_results_", "_scores_", "_leaderboard", "_metrics_",
                                         "_eval_report", "_evaluation_report", "_benchmark_results", NULL };
    static const char *const dirs[] = { "_eval_results_", "_results_", "_leaderboard_", NULL };
    return is_one_of(w->ext, table_ext) && (has_any(w->base, names) || has_any(w->dirs, dirs)) &&
           !strstr(w->base, "_train_results_");
}

static bool is_sample(const struct words *w)
{
    static const char *const names[] = { "_sample_output", "_samples_", "_sample_", "_example_output", "_outputs_",
                                         "_generations_", "_completions_", NULL };
    static const char *const dirs[] = { "_samples_", "_sample_outputs_", "_outputs_", "_generations_", NULL };
    return has_any(w->base, names) || has_any(w->dirs, dirs);
}

static unsigned data_bits(const struct words *w)
{
    static const char *const held_out[] = { "_test_", "_testset_", "_eval_", "_dev_", "_valid_", "_validation_",
                                            "_benchmark", "_heldout_", "_held_out_", "_evaluation_", "_val_", NULL };
    static const char *const dirs[] = { "_data_", "_dataset_", "_datasets_", "_corpus_", "_corpora_", "_train_data_",
                                        "_training_data_", NULL };
    static const char *const names[] = { "_train_", "_training_", "_data_", "_dataset_", "_corpus_", "_sft_", "_dpo_",
                                         "_instruct_", "_pretrain", NULL };
    static const char *const sure[] = { "jsonl", "csv", "tsv", "parquet", "arrow", "feather", "tfrecord", "tfrecords",
                                        "wds", NULL };
    if (is_sample(w))
        return 1u << MOF_SAMPLE_OUTPUTS;
    bool in_data = has_any(w->dirs, dirs), by_name = is_one_of(w->ext, sure) && has_any(w->base, names);
    if (is_one_of(w->ext, data_ext) && (has_any(w->base, held_out) || has_any(w->dirs, held_out)))
        return 1u << MOF_EVALUATION_DATA;
    return is_one_of(w->ext, data_ext) && (in_data || by_name) ? 1u << MOF_DATASETS : 0;
}

/* ---- weights ------------------------------------------------------------------------- */

/* A folder of a step of training: "checkpoint-500", "step1000-tokens4B", "global_step7", "epoch_3". */
static bool is_checkpoint(const struct words *w)
{
    static const char *const names[] = { "_checkpoint_", "_ckpt_", "_step_", "_global_step_", "_epoch_", "_iter_",
                                         "_step", "_global_step", "_epoch", "_iter", NULL };
    for (size_t i = 0; names[i]; i++)
        for (const char *p = w->dirs; (p = strstr(p, names[i])); p++)
            if (p[strlen(names[i])] >= '0' && p[strlen(names[i])] <= '9')
                return true;
    return false;
}

unsigned detect_path(const struct openness_file *f)
{
    enum { BY_NAME = -1, NOTHING = -2 };
    static const signed char known[SNAP_ROLE_COUNT] = {
        [SNAP_OTHER] = BY_NAME, [SNAP_CONFIG_OTHER] = BY_NAME, [SNAP_CARD] = BY_NAME, [SNAP_CODE] = BY_NAME,
        [SNAP_DATA] = BY_NAME, [SNAP_DOCS] = BY_NAME,
        [SNAP_WEIGHTS_GGUF] = MOF_PARAMETERS_FINAL, [SNAP_WEIGHTS_SAFETENSORS] = MOF_PARAMETERS_FINAL,
        [SNAP_WEIGHTS_OTHER] = MOF_PARAMETERS_FINAL, [SNAP_CONFIG] = MOF_METADATA, [SNAP_ADAPTER_CONFIG] = MOF_METADATA,
        [SNAP_EVAL_RESULTS] = MOF_EVALUATION_RESULTS, [SNAP_WEIGHTS_INDEX] = NOTHING, [SNAP_TRAINING_STATE] = NOTHING,
        [SNAP_GENERATION_CONFIG] = NOTHING, [SNAP_TOKENIZER] = NOTHING, [SNAP_TOKENIZER_CONFIG] = NOTHING,
        [SNAP_CHAT_TEMPLATE] = NOTHING, [SNAP_LICENSE] = NOTHING, [SNAP_NOTICE] = NOTHING, [SNAP_USE_POLICY] = NOTHING,
    };
    struct words w;
    char ext[8];
    int part = f->role < SNAP_ROLE_COUNT ? known[f->role] : NOTHING;
    if (part == NOTHING)
        return 0;
    take_apart(f, &w, ext);
    if (part == MOF_PARAMETERS_FINAL)
        return 1u << (is_checkpoint(&w) ? MOF_PARAMETERS_INTERMEDIATE : MOF_PARAMETERS_FINAL);
    if (part != BY_NAME)
        return 1u << part;
    if (is_libraries(&w))
        return 1u << MOF_LIBRARIES;
    if (w.is_code)
        return code_bits(&w);
    if (is_results(&w))
        return 1u << MOF_EVALUATION_RESULTS;
    unsigned bits = is_one_of(ext, doc_ext) ? doc_bits(f, &w) : 0;
    if (!bits && is_settings(&w))
        bits = 1u << DETECT_SETTINGS;
    return bits ? bits : data_bits(&w);
}
