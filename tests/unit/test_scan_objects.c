// SPDX-License-Identifier: Apache-2.0
/* Objects that JSON has its loader make: Keras and skops, by their shape alone. */
#include "base/fs.h"
#include "tests/support/faults.h"
#include "tests/support/judged.h"

static const char *judged(struct span in, const char *name)
{
    return judged_line(in, name, JUDGED_ADVISORIES);
}

#define JSON(text) judged(span_str(text), "config.json")
#define MODEL(layer) "{\"module\": \"keras\", \"class_name\": \"Sequential\", \"config\": {\"name\": \"s\", \"layers\": [" layer "]}, " \
                     "\"registered_name\": null, \"compile_config\": {\"optimizer\": {\"module\": \"keras.optimizers\", " \
                     "\"class_name\": \"Adam\", \"config\": {\"learning_rate\": 0.001}}}}"
#define LAYER(module, name, config) MODEL("{\"module\": " module ", \"class_name\": \"" name "\", \"config\": " config "}")

TEST(layers_of_keras_itself_are_clean)
{
    STR(JSON(LAYER("\"keras.layers\"", "Dense", "{\"units\": 3, \"activation\": \"relu\", \"kernel_initializer\": {\"module\": "
                   "\"keras.initializers\", \"class_name\": \"GlorotUniform\", \"config\": {\"seed\": null}}}")), "CLEAN");
    STR(JSON(LAYER("\"keras.src.layers.core.dense\"", "Dense", "{}")), "CLEAN");
    STR(JSON(LAYER("null", "Dense", "{}")), "CLEAN");
    STR(JSON("{\"class_name\": \"Model\", \"config\": {\"layers\": [{\"class_name\": \"InputLayer\", \"config\": {}}]}}"), "CLEAN");
    STR(JSON(LAYER("\"builtins\"", "function", "\"relu\"")), "CLEAN");
    STR(JSON(LAYER("\"keras.layers\"", "StringLookup", "{\"vocabulary\": \"words.txt\"}")), "CLEAN");
    STR(JSON("{\"class_name\": \"os\", \"path\": \"/etc/passwd\"}"), "CLEAN");      /* no object without a config */
}

TEST(code_and_what_is_imported_is_unsafe_with_its_advisories)
{
    STR(JSON(LAYER("\"keras.layers\"", "Lambda", "{}")), "UNSAFE keras-code CVE-2024-3660 CVE-2025-9905");
    STR(JSON(LAYER("\"anything\"", "Lambda", "{}")), "UNSAFE keras-code CVE-2024-3660 CVE-2025-9905");
    STR(JSON(LAYER("\"builtins\"", "__lambda__", "{}")), "UNSAFE keras-code CVE-2024-3660 CVE-2025-9905");
    STR(JSON(LAYER("\"keras.layers\"", "TorchModuleWrapper", "{}")), "UNSAFE keras-code CVE-2025-49655");
    STR(JSON(LAYER("\"keras.layers\"", "TFSMLayer", "{}")), "UNSAFE keras-code CVE-2026-1462");
    STR(JSON(LAYER("\"os\"", "system", "{}")), "UNSAFE keras-code");
    STR(JSON(LAYER("\"os\"", "function", "\"system\"")), "UNSAFE keras-code");
    STR(JSON(LAYER("\"kerasx\"", "Dense", "{}")), "UNSAFE keras-code");
    STR(JSON(LAYER("\"keras.config\"", "function", "\"enable_unsafe_deserialization\"")), "UNSAFE keras-code CVE-2025-9906");
    STR(JSON(LAYER("\"keras.utils\"", "get_file", "{}")), "UNSAFE keras-code CVE-2025-8747");
    STR(JSON(LAYER("\"keras.utils\"", "function", "\"get_file\"")), "UNSAFE keras-code CVE-2025-8747");
    STR(JSON("[[{\"x\": [{\"class_name\": \"Lambda\", \"config\": null}]}]]"), "UNSAFE keras-code CVE-2024-3660 CVE-2025-9905");
}

TEST(unknown_classes_are_for_review_and_places_are_unsafe)
{
    STR(JSON(LAYER("\"keras.layers\"", "Unheard", "{}")), "REVIEW keras-unknown-class");
    STR(JSON(LAYER("\"__main__\"", "MyLayer", "{}")), "REVIEW keras-unknown-class");
    STR(JSON(LAYER("null", "MyLayer", "{}")), "REVIEW keras-unknown-class");
    STR(JSON(LAYER("null", "function", "\"my_loss\"")), "REVIEW keras-unknown-class");
    STR(JSON(LAYER("\"keras.layers\"", "StringLookup", "{\"vocabulary\": \"/etc/passwd\"}")),
        "UNSAFE keras-path");
    STR(JSON(LAYER("\"keras.layers\"", "StringLookup", "{\"vocabulary\": \"../x\"}")),
        "UNSAFE keras-path");
    STR(JSON(LAYER("\"keras.layers\"", "Dense", "{\"a\": [{\"origin\": \"http://x\"}]}")),
        "UNSAFE keras-path");
}

#define NODE(name, module, loader) "{\"__class__\": \"" name "\", \"__module__\": \"" module "\", \"__loader__\": \"" loader "\"}"

TEST(types_of_skops_are_judged_as_those_of_pickles)
{
    STR(JSON("{\"content\": " NODE("dict", "builtins", "DictNode") "}"), "CLEAN");
    STR(JSON(NODE("ndarray", "numpy", "NdArrayNode")), "CLEAN");
    STR(JSON(NODE("MyThing", "__main__", "ObjectNode")), "REVIEW skops-unknown-class");
    STR(JSON(NODE("log", "numpy", "FunctionNode")), "CLEAN");
    STR(JSON(NODE("unheard", "numpy", "FunctionNode")), "REVIEW skops-unknown-class");
    STR(JSON(NODE("system", "os", "FunctionNode")), "UNSAFE skops-type");
    STR(JSON(NODE("runstring", "numpy.testing", "FunctionNode")), "UNSAFE skops-type");
    STR(JSON(NODE("partial", "functools", "PartialNode")), "UNSAFE skops-type");
    STR(JSON(NODE("call", "builtins", "OperatorFuncNode")), "UNSAFE skops-call");
    STR(JSON(NODE("dict", "builtins", "MethodNode")), "UNSAFE skops-call");
}

TEST(the_labelled_file_is_for_review)
{
    char path[1024];
    struct fs_map map;
    (void)snprintf(path, sizeof path, "%s/data/scan/modelaudit/tests/assets/samples/pipeline.skops", dir_of("ASSAY_SHARED"));
    if (fs_map(path, &map, NULL))
        SKIP("the shared data is not there");
    YES(strncmp(judged(map.bytes, "pipeline.skops"), "REVIEW skops-unknown-class", 26) == 0);
    fs_unmap(&map);
}

TEST(no_allocation_failure_is_lost)
{
    struct span in = span_str(LAYER("\"keras.layers\"", "Lambda", "{\"x\": " NODE("system", "os", "ObjectNode") "}"));
    struct scan_node node = { .in = in, .path = "x.json", .name = "x.json" };
    size_t n_fewer = 0;
    for (size_t n = 1;; n++) {
        struct arena a;
        struct scan s;
        arena_init(&a, 64 << 20);
        fault_alloc_at(n);
        scan_init(&s, &judged_list, &a);
        int rc = scan_bytes(&s, &node, NULL);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        NOT(rc == 0 && s.verdict == SCAN_CLEAN);
        n_fewer += hit;
        arena_fini(&a);
        YES(rc == 0 || (hit && rc == ERR_MEMORY));
        if (!hit)
            break;
    }
    YES(n_fewer > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(layers_of_keras_itself_are_clean), CASE(code_and_what_is_imported_is_unsafe_with_its_advisories),
        CASE(unknown_classes_are_for_review_and_places_are_unsafe), CASE(types_of_skops_are_judged_as_those_of_pickles),
        CASE(the_labelled_file_is_for_review), CASE(no_allocation_failure_is_lost),
    };
    return cmocka_run_group_tests(tests, judged_open, judged_close);
}
