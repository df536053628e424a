// SPDX-License-Identifier: Apache-2.0
/* Graphs of operators: ONNX. Files of the onnx package, and bytes by hand. */
#include "tests/support/judged_file.h"

static struct span golden(const char *name, struct arena *a)
{
    char path[64];
    (void)snprintf(path, sizeof path, "tests/golden/onnx/%s.onnx", name);
    struct span in = judged_file("ASSAY_SOURCE", path, a);
    YES(in.n > 50);
    return in;
}

/* ---- ONNX --------------------------------------------------------------------------------- */

TEST(files_of_the_onnx_package_are_judged)
{
    static const struct { const char *name, *want; } files[] = {
        { "plain", "CLEAN" }, { "beside", "CLEAN" }, { "function", "CLEAN" }, { "above", "UNSAFE onnx-external-data" },
        { "absolute", "UNSAFE onnx-external-data" }, { "offset", "INCOMPLETE graph-malformed" },
        { "custom", "REVIEW onnx-custom-operator" }, { "branch", "UNSAFE onnx-external-data onnx-external-data" },
    };
    struct arena a;
    arena_init(&a, 8 << 20);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        STR(judged(golden(files[i].name, &a), "m.onnx"), files[i].want);
        STR(judged(golden(files[i].name, &a), "m"), files[i].want);
    }
    arena_fini(&a);
}

TEST(no_prefix_of_an_onnx_model_is_clean)
{
    struct arena a;
    arena_init(&a, 8 << 20);
    struct span in = golden("function", &a);
    size_t n_clean = 0;
    for (size_t cut = 1; cut < in.n; cut++)
        n_clean += strcmp(judged(span_sub(in, 0, cut), "m.onnx"), "CLEAN") == 0;
    YES(n_clean <= 3);                      /* cut between two fields of the model itself, behind the graph */
    arena_fini(&a);
}

TEST(bent_onnx_models_end_the_walk)
{
    struct arena a;
    arena_init(&a, 8 << 20);
    bend(golden("branch", &a), "m.onnx");
    bend(golden("function", &a), "m.onnx");
    sweep(golden("branch", &a), "m.onnx");
    sweep(golden("function", &a), "m.onnx");
    arena_fini(&a);
}

#define BYTES(literal, name) judged(span_of(literal, sizeof literal - 1), name)
/* version 8, a graph with one tensor, which has external data { key: value } */
#define EXTERNAL(size2, size1, size, pair) BYTES("\x08\x08\x3a" size2 "\x2a" size1 "\x6a" size pair, "m")

TEST(places_of_weights)
{
    STR(EXTERNAL("\x14", "\x12", "\x10", "\x0a\x08location\x12\x04" "a/.."), "UNSAFE onnx-external-data");
    STR(EXTERNAL("\x14", "\x12", "\x10", "\x0a\x08location\x12\x04" "..\\a"), "UNSAFE onnx-external-data");
    STR(EXTERNAL("\x14", "\x12", "\x10", "\x0a\x08location\x12\x04" "C:ab"), "UNSAFE onnx-external-data");
    STR(EXTERNAL("\x14", "\x12", "\x10", "\x0a\x08location\x12\x04" "a\0bc"), "UNSAFE onnx-external-data");
    STR(EXTERNAL("\x14", "\x12", "\x10", "\x0a\x08location\x12\x04" "a..b"), "CLEAN");
    STR(EXTERNAL("\x10", "\x0e", "\x0c", "\x0a\x08location\x12\0"), "UNSAFE onnx-external-data");
    STR(EXTERNAL("\x14", "\x12", "\x10", "\x0a\x09__class__\x12\x03" "abc"), "UNSAFE onnx-external-data");
    STR(EXTERNAL("\x0f", "\x0d", "\x0b", "\x0a\x06" "length\x12\x01" "-"), "INCOMPLETE graph-malformed");
    STR(BYTES("\x08\x08\x3a\x04\x2a\x02\x70\x01", "m"), "INCOMPLETE graph-malformed");       /* nowhere */
}

TEST(names_and_nodes_of_onnx)
{
    STR(BYTES("this is a text\n", "m.onnx"), "INCOMPLETE graph-malformed");
    STR(BYTES("", "m.onnx"), "INCOMPLETE graph-malformed");
    STR(BYTES("\x08\x08\x3a\x05\x0a\x03\x22\x01" "A", "m"), "CLEAN");
    STR(BYTES("\x08\x08\x3a\x08\x0a\x06\x22\x01" "A\x22\x01" "B", "m"), "INCOMPLETE graph-malformed");
    STR(BYTES("\x08\x08\x3a\x0c\x0a\x0a\x22\x08PythonOp", "m"), "REVIEW onnx-custom-operator");
}

/* attribute in node in graph in attribute ...: deeper than is followed */
TEST(graphs_in_graphs_have_a_floor)
{
    uint8_t bytes[1200];
    size_t at = sizeof bytes, n = 0;
    for (unsigned i = 0; i < 80; i++) {
        static const uint8_t tags[] = { 0x32, 0x2a, 0x0a };         /* g of an attribute, of a node, of a graph */
        for (size_t k = 0; k < 3; k++) {
            if (n >= 0x80)
                bytes[--at] = (uint8_t)(n >> 7);
            bytes[--at] = (uint8_t)((n & 0x7f) | (n >= 0x80 ? 0x80 : 0));
            bytes[--at] = tags[k];
            n = sizeof bytes - at;
        }
    }
    bytes[--at] = (uint8_t)(n >> 7);
    bytes[--at] = (uint8_t)((n & 0x7f) | 0x80);
    bytes[--at] = 0x3a;
    bytes[--at] = 8;
    bytes[--at] = 8;
    const char *text = judged(span_of(bytes + at, sizeof bytes - at), "m");
    YES(strstr(text, "INCOMPLETE too-deep"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(files_of_the_onnx_package_are_judged), CASE(no_prefix_of_an_onnx_model_is_clean),
        CASE(bent_onnx_models_end_the_walk), CASE(places_of_weights), CASE(names_and_nodes_of_onnx),
        CASE(graphs_in_graphs_have_a_floor),
    };
    return cmocka_run_group_tests(tests, judged_open, judged_close);
}
