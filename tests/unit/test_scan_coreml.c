// SPDX-License-Identifier: Apache-2.0
/* Core ML: files that coremltools wrote (tests/golden/make_coreml.py), blobs by hand; manifests and targets beside them. */
#include "tests/support/judged_file.h"

static struct span golden(const char *name, struct arena *a)
{
    char path[96];
    (void)snprintf(path, sizeof path, "tests/golden/coreml/%s", name);
    struct span in = judged_file("ASSAY_SOURCE", path, a);
    YES(in.n > 100);
    return in;
}

TEST(files_of_coremltools_are_judged)
{
    static const struct { const char *name, *want; } files[] = {
        { "network.mlmodel", "CLEAN" }, { "pipeline.mlmodel", "CLEAN" }, { "program.mlmodel", "CLEAN" },
        { "weight.bin", "CLEAN" }, { "Manifest.json", "CLEAN" }, { "layer.mlmodel", "REVIEW coreml-custom-code@332" },
        { "pipeline_layer.mlmodel", "REVIEW coreml-custom-code@871" }, { "own.mlmodel", "REVIEW coreml-custom-code@207" },
        { "program_custom.mlmodel", "REVIEW coreml-custom-code@2042" }, { "linked.mlmodel", "REVIEW coreml-custom-code@209" },
        { "linked_above.mlmodel", "UNSAFE graph-external-file@209" }, { "program_above.mlmodel", "UNSAFE graph-external-file@744" },
    };
    struct arena a;
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        STR(judged_as(golden(files[i].name, &a), files[i].name), files[i].want);
        if (!strstr(files[i].name, ".json"))
            STR(judged_as(golden(files[i].name, &a), "m"), files[i].want);
    }
    arena_fini(&a);
}

TEST(bent_and_cut_models_end_the_walk)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    bend(golden("program_custom.mlmodel", &a), "m.mlmodel");
    bend(golden("pipeline_layer.mlmodel", &a), "m.mlmodel");
    bend(span_sub(golden("weight.bin", &a), 0, 700), "weight.bin");
    sweep(golden("program_above.mlmodel", &a), "m.mlmodel");
    struct span in = golden("program.mlmodel", &a);
    for (size_t cut = 0; cut < in.n; cut++)
        YES(strcmp(judged(span_sub(in, 0, cut), "m.mlmodel"), "CLEAN") != 0 || cut == 0);
    arena_fini(&a);
}

#define BYTES(literal, name) judged(span_of(literal, sizeof literal - 1), name)

TEST(kinds_and_depth)
{
    static uint8_t deep[512];
    size_t at = sizeof deep, n;
    STR(BYTES("\x08\x01\x12\0\xa2\x3e\x00", "m"), "REVIEW unknown-format");        /* kind 996, on no list */
    STR(BYTES("\x08\x01\x12\0\xa2\x3e\x00", "m.mlmodel"), "REVIEW recognised-not-parsed");
    STR(BYTES("\x08\x01\x12\0\xe2\x12\x00", "m"), "CLEAN");                         /* 300, numbers alone */
    STR(BYTES("\x08\x01\x12\0\x82\x7d\x00", "m"), "REVIEW recognised-not-parsed");  /* 2000, Apple's */
    for (unsigned i = 0; i < 60; i++) {                                             /* pipeline in pipeline in ... */
        n = sizeof deep - at;
        if (n >= 0x80)
            deep[--at] = (uint8_t)(n >> 7);
        deep[--at] = (uint8_t)((n & 0x7f) | (n >= 0x80 ? 0x80 : 0));
        deep[--at] = 0x0a;                                                          /* models */
        n = sizeof deep - at;
        if (n >= 0x80)
            deep[--at] = (uint8_t)(n >> 7);
        deep[--at] = (uint8_t)((n & 0x7f) | (n >= 0x80 ? 0x80 : 0));
        deep[--at] = 0x0c;
        deep[--at] = 0xd2;                                                          /* 202 */
    }
    deep[--at] = 0;
    deep[--at] = 0x12;
    deep[--at] = 1;
    deep[--at] = 8;
    STR(judged(span_of(deep + at, sizeof deep - at), "m"), "INCOMPLETE too-deep");
}

TEST(blobs_of_weights)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    struct span in = golden("weight.bin", &a);
    uint8_t *p = (uint8_t *)(uintptr_t)in.p, grown[8192];
    STR(judged(span_sub(in, 0, in.n - 64), "weight.bin"), "INCOMPLETE tensors-malformed");
    memcpy(grown, in.p, in.n);
    memset(grown + in.n, 7, 64);
    STR(judged(span_of(grown, in.n + 64), "weight.bin"), "REVIEW tensors-unclaimed-bytes");
    p[72] ^= 0x40;                                                  /* bytes of the first */
    STR(judged(in, "weight.bin"), "INCOMPLETE tensors-malformed");
    p[72] ^= 0x40;
    memset(p + 80, 0xff, 8);                                        /* where it lies */
    STR(judged(in, "weight.bin"), "INCOMPLETE tensors-malformed");
    arena_fini(&a);
}

/* ---- what names parts of a model ---------------------------------------------------------- */

static const char *text(const char *json, const char *name)
{
    return judged(span_str(json), name);
}

TEST(manifests)
{
#define PACKAGE(path) "{\"itemInfoEntries\": {\"a\": {\"path\": \"" path "\"}}, \"rootModelIdentifier\": \"a\"}"
    STR(text(PACKAGE("com.apple.CoreML/m.mlmodel"), "Manifest.json"), "CLEAN");
    STR(text(PACKAGE("../../m.mlmodel"), "Manifest.json"), "UNSAFE graph-external-file");
    STR(text(PACKAGE("/etc/passwd"), "Manifest.json"), "UNSAFE graph-external-file");
    STR(text("{\"path\": \"/etc/passwd\"}", "Manifest.json"), "CLEAN");             /* not of that shape */
#define ARCHIVE(more) "{\"model\": {\"modelName\": \"m\", \"serializedFile\": \"m.pt\"" more "}, \"archiverVersion\": \"0.12\"}"
    STR(text(ARCHIVE(""), "MANIFEST.json"), "CLEAN");
    STR(text(ARCHIVE(", \"handler\": \"image_classifier\""), "MANIFEST.json"), "CLEAN");
    STR(text(ARCHIVE(", \"handler\": \"handler.py\""), "MANIFEST.json"), "REVIEW server-code");
    STR(text(ARCHIVE(", \"handler\": \"image_classifier:run\""), "MANIFEST.json"), "REVIEW server-code");
    STR(text(ARCHIVE(", \"modelFile\": \"model.py\", \"requirementsFile\": \"requirements.txt\""), "MANIFEST.json"),
        "REVIEW server-code server-code");
    STR(text(ARCHIVE(", \"handler\": \"/tmp/handler.py\""), "MANIFEST.json"), "UNSAFE graph-external-file");
    STR(text(ARCHIVE(", \"handler\": [\"handler.py\"]"), "MANIFEST.json"), "CLEAN");
}

TEST(targets_of_configurations)
{
    STR(text("_target_: torch.nn.Linear\n", "model_config.yaml"), "CLEAN");
    STR(text("a:\n  _target_: nemo.collections.asr.modules.ConvASREncoder\n", "model_config.yaml"), "REVIEW instantiates-class");
    STR(text("_target_: nemo.collections.asr.modules.run\n", "model_config.yaml"), "UNSAFE instantiates-target");
    STR(text("_target_: nemo.core.X.__class__\n", "model_config.yaml"), "UNSAFE instantiates-target");
    STR(text("_target_: torch.utils.cpp_extension.load_inline\n", "model_config.yaml"), "UNSAFE instantiates-target");
    STR(text("_target_: subprocess.Popen\n", "model_config.yaml"), "UNSAFE instantiates-target");
    STR(text("target: nemo.collections.asr.models.EncDecCTCModel\n", "./model_config.yaml"), "REVIEW instantiates-class");
    STR(text("target: shutil.rmtree\n", "model_config.yaml"), "UNSAFE instantiates-target");
    STR(text("target: production\n", "deploy.yaml"), "CLEAN");
    STR(text("_target_: torchX.Y\n", "model_config.yaml"), "UNSAFE instantiates-target");
    STR(text("a: !!python/object/apply:os.system [id]\n", "model_config.yaml"), "UNSAFE instantiates-target");
    STR(text("a: !!python/tuple [1, 2]\n", "model_config.yaml"), "INCOMPLETE malformed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(files_of_coremltools_are_judged), CASE(bent_and_cut_models_end_the_walk), CASE(kinds_and_depth),
        CASE(blobs_of_weights), CASE(manifests), CASE(targets_of_configurations),
    };
    return cmocka_run_group_tests(tests, judged_open, judged_close);
}
