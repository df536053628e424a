// SPDX-License-Identifier: Apache-2.0
/* Graphs of TensorFlow. Files of TensorFlow itself (tests/golden/make_tensorflow.py), and messages by hand. */
#include "tests/support/judged_file.h"

static struct span golden(const char *name, struct arena *a)
{
    char path[96];
    (void)snprintf(path, sizeof path, "tests/golden/tensorflow/%s", name);
    struct span in = judged_file("ASSAY_SOURCE", path, a);
    YES(in.n > 50);
    return in;
}

TEST(files_of_tensorflow_are_judged)
{
    static const struct { const char *name, *want; } files[] = {
        { "vocabulary.pb", "CLEAN" },           /* a table of an asset, through a variable; the saver */
        { "saver.meta", "CLEAN" },
        { "plain_graph.pb", "CLEAN" },
        { "print.pb", "CLEAN" },
        { "fingerprint.pb", "CLEAN" },
        { "map_file.pb", "UNSAFE tensorflow-operator@5739" },   /* in a function that a data set calls */
        { "python.pb", "UNSAFE tensorflow-operator@2546" },
        { "write.pb", "UNSAFE tensorflow-operator@5813" },
        { "print_file.pb", "UNSAFE tensorflow-operator@3238" },
        { "save_there.pb", "UNSAFE tensorflow-file@5020" },
        { "save_where.pb", "UNSAFE tensorflow-file@5974" },
        { "restore_asked.pb", "REVIEW tensorflow-depends@2636" },
        { "saver_there.meta", "UNSAFE tensorflow-file@4118 tensorflow-file@4653 tensorflow-depends@5152" },
        { "table.pb", "UNSAFE tensorflow-file@345" },
        { "unknown_graph.pb", "REVIEW tensorflow-unknown-operator@115" },
        { "payload_graph.pb", "CARRIES-PAYLOAD payload@31" },
    };
    struct arena a;
    arena_init(&a, 8 << 20);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        STR(judged_as(golden(files[i].name, &a), files[i].name), files[i].want);
        if (strcmp(files[i].name, "fingerprint.pb") != 0)
            STR(judged_as(golden(files[i].name, &a), "m"), files[i].want);
    }
    arena_fini(&a);
}

TEST(the_offset_is_that_of_the_operators_name)
{
    struct arena a;
    arena_init(&a, 8 << 20);
    YES(memcmp(golden("map_file.pb", &a).p + 5739, "ReadFile", 8) == 0);
    YES(memcmp(golden("python.pb", &a).p + 2546, "PyFunc", 6) == 0);
    arena_fini(&a);
}

TEST(bent_graphs_end_the_walk)
{
    struct arena a;
    arena_init(&a, 8 << 20);
    bend(golden("plain_graph.pb", &a), "m.pb");
    bend(golden("table.pb", &a), "m.pb");
    bend(golden("saver.meta", &a), "m.meta");
    arena_fini(&a);
}

TEST(memory_may_end_anywhere)
{
    struct arena a;
    arena_init(&a, 8 << 20);
    sweep(golden("vocabulary.pb", &a), "saved_model.pb");
    sweep(golden("payload_graph.pb", &a), "m.pb");
    arena_fini(&a);
}

TEST(no_prefix_of_a_graph_is_clean_but_between_its_parts)
{
    struct arena a;
    arena_init(&a, 8 << 20);
    struct span in = golden("vocabulary.pb", &a);
    size_t n_clean = 0;
    for (size_t cut = 0; cut < in.n; cut += cut < 200 ? 1 : 37)
        n_clean += strcmp(judged(span_sub(in, 0, cut), "saved_model.pb"), "CLEAN") == 0;
    EQ(n_clean, 0);
    arena_fini(&a);
}

/* ---- messages by hand --------------------------------------------------------------------- */

struct put { uint8_t p[8192]; size_t n; };

static struct span put_view(const struct put *b)
{
    return span_of(b->p, b->n);
}

static void add(struct put *b, unsigned field, struct span bytes)
{
    YES(bytes.n < 16384 && b->n + bytes.n + 4 < sizeof b->p);
    b->p[b->n++] = (uint8_t)(field << 3 | 2);
    if (bytes.n >= 0x80)
        b->p[b->n++] = (uint8_t)((bytes.n & 0x7f) | 0x80);
    b->p[b->n++] = (uint8_t)(bytes.n >= 0x80 ? bytes.n >> 7 : bytes.n);
    if (bytes.n)
        memcpy(b->p + b->n, bytes.p, bytes.n);
    b->n += bytes.n;
}

static void add_text(struct put *b, unsigned field, const char *text)
{
    add(b, field, span_str(text));
}

/* A node; inputs parted by blanks. */
static struct put node(const char *name, const char *op, const char *inputs)
{
    struct put b = { .n = 0 };
    add_text(&b, 1, name);
    add_text(&b, 2, op);
    for (const char *p = inputs; *p;) {
        size_t n = strcspn(p, " ");
        add(&b, 3, span_of(p, n));
        p += n + (p[n] == ' ');
    }
    return b;
}

static void add_value(struct put *n, const char *key, struct span v)
{
    struct put entry = { .n = 0 };
    add_text(&entry, 1, key);
    add(&entry, 2, v);
    add(n, 5, put_view(&entry));
}

static struct put constant(const char *name, const char *text)
{
    struct put b = node(name, "Const", ""), tensor = { .n = 0 }, v = { .n = 0 };
    add_text(&tensor, 8, text);
    add(&v, 8, put_view(&tensor));
    add_value(&b, "value", put_view(&v));
    return b;
}

static struct put calls(const char *name, const char *op, const char *inputs, const char *function)
{
    struct put b = node(name, op, inputs), f = { .n = 0 }, v = { .n = 0 };
    add_text(&f, 1, function);
    add(&v, 10, put_view(&f));
    add_value(&b, "f", put_view(&v));
    return b;
}

static struct put function(const char *name, const char *argument, const struct put *nodes, size_t n)
{
    struct put b = { .n = 0 }, signature = { .n = 0 }, arg = { .n = 0 };
    add_text(&arg, 1, argument);
    add_text(&signature, 1, name);
    add(&signature, 2, put_view(&arg));
    add(&b, 1, put_view(&signature));
    for (size_t i = 0; i < n; i++)
        add(&b, 3, put_view(&nodes[i]));
    return b;
}

static const char *judged_graph(const struct put *nodes, size_t n_nodes, const struct put *functions, size_t n_functions)
{
    struct put g = { .n = 0 }, library = { .n = 0 };
    for (size_t i = 0; i < n_nodes; i++)
        add(&g, 1, put_view(&nodes[i]));
    for (size_t i = 0; i < n_functions; i++)
        add(&library, 1, put_view(&functions[i]));
    if (n_functions)
        add(&g, 2, put_view(&library));
    return judged(put_view(&g), "m.pb");
}

/* SaveV2 in a function, called with what `text` says. */
static const char *saved_by_call(const char *op, const char *text)
{
    struct put save[] = { node("s", "SaveV2", "prefix s s s") };
    struct put f[] = { function("save", "prefix", save, 1) };
    struct put nodes[] = { constant("c", text), calls("call", op, "c", "save") };
    return judged_graph(nodes, 2, f, 1);
}

TEST(an_argument_is_followed_to_who_calls)
{
    struct put save[] = { node("s", "SaveV2", "prefix s s s") };
    struct put f[] = { function("save", "prefix", save, 1) };
    struct put placeholder[] = { node("p", "Placeholder", ""), calls("call", "StatefulPartitionedCall", "p", "save") };
    STR(judged_graph(NULL, 0, f, 1), "CLEAN");                      /* nobody calls: the program that loads it does */
    STR(judged_graph(placeholder, 2, f, 1), "CLEAN");
    STR(saved_by_call("StatefulPartitionedCall", "/etc/x"), "UNSAFE tensorflow-file");
    STR(saved_by_call("PartitionedCall", "weights"), "UNSAFE tensorflow-file");
    STR(saved_by_call("MapDataset", "weights"), "UNSAFE tensorflow-file");
    struct put legacy[] = { constant("c", "/etc/x"), node("call", "save", "c") };
    STR(judged_graph(legacy, 2, f, 1), "UNSAFE tensorflow-file");
}

/* Sixteen functions, each of which calls the next twice: 65,536 ways to one leaf, and a bounded number of steps. */
TEST(many_ways_to_one_leaf)
{
    struct put f[17], save[] = { node("s", "SaveV2", "prefix s s s") };
    char name[8], next[8];
    for (unsigned i = 0; i < 16; i++) {
        (void)snprintf(name, sizeof name, "f%u", i);
        (void)snprintf(next, sizeof next, "f%u", i + 1);
        struct put two[] = { calls("a", "PartitionedCall", "prefix", next), calls("b", "PartitionedCall", "prefix", next) };
        f[i] = function(name, "prefix", two, 2);
    }
    f[16] = function("f16", "prefix", save, 1);
    struct put nodes[] = { constant("c", "/etc/x"), calls("call", "PartitionedCall", "c", "f0") };
    STR(judged_graph(nodes, 2, f, 17), "UNSAFE tensorflow-file");
}

TEST(circles_and_holes_are_computed)
{
    struct put circle[] = { node("a", "Identity", "b"), node("b", "Identity", "a"), node("s", "SaveV2", "a s s s") };
    struct put hole[] = { node("s", "SaveV2", "nowhere s s s") }, none[] = { node("s", "SaveV2", "") };
    struct put table[] = { node("t", "InitializeTableFromTextFileV2", "t nowhere") };
    STR(judged_graph(circle, 3, NULL, 0), "UNSAFE tensorflow-file");
    STR(judged_graph(hole, 1, NULL, 0), "UNSAFE tensorflow-file");
    STR(judged_graph(none, 1, NULL, 0), "UNSAFE tensorflow-file");
    STR(judged_graph(table, 1, NULL, 0), "REVIEW tensorflow-depends");
}

TEST(names_put_together)
{
    struct put join[] = { node("p", "Placeholder", ""), constant("c", "_temp_0a/part"), node("j", "StringJoin", "p c"),
                          node("s", "SaveV2", "j s s s") };
    STR(judged_graph(join, 4, NULL, 0), "CLEAN");
    join[1] = constant("c", "/../../x");
    STR(judged_graph(join, 4, NULL, 0), "UNSAFE tensorflow-file");
    join[1] = constant("c", "_temp_0a/../part");
    STR(judged_graph(join, 4, NULL, 0), "UNSAFE tensorflow-file");
    join[1] = constant("c", "gs://bucket/x");
    STR(judged_graph(join, 4, NULL, 0), "UNSAFE tensorflow-file");
    struct put restore[] = { constant("c", "gs://bucket/x"), node("r", "RestoreV2", "c c c") };
    STR(judged_graph(restore, 2, NULL, 0), "UNSAFE tensorflow-file");
    restore[0] = constant("c", "/srv/model");                   /* where it was made */
    STR(judged_graph(restore, 2, NULL, 0), "REVIEW tensorflow-depends");
    struct put cache[] = { constant("c", ""), node("d", "RangeDataset", "c c c"), node("x", "CacheDataset", "d c") };
    STR(judged_graph(cache, 3, NULL, 0), "CLEAN");
    cache[0] = constant("c", "here");
    STR(judged_graph(cache, 3, NULL, 0), "UNSAFE tensorflow-file");
}

TEST(operators_by_name)
{
    struct put own[] = { node("x", "own", "") }, body[] = { node("c", "ReadFile", "a") };
    struct put f[] = { function("own", "a", body, 1) };
    STR(judged_graph(own, 1, f, 1), "UNSAFE tensorflow-operator");
    STR(judged_graph(own, 1, NULL, 0), "REVIEW tensorflow-unknown-operator");
    struct put lower[] = { node("x", "pyfunc", "") }, two[] = { node("x", "Own", ""), node("y", "Own", "") };
    STR(judged_graph(lower, 1, NULL, 0), "REVIEW tensorflow-unknown-operator");
    STR(judged_graph(two, 2, NULL, 0), "REVIEW tensorflow-unknown-operator");      /* once */
    struct put named[] = { calls("x", "PartitionedCall", "", "PyFunc") }, stablehlo[] = { node("x", "XlaCallModule", "") };
    STR(judged_graph(named, 1, NULL, 0), "UNSAFE tensorflow-operator");
    STR(judged_graph(stablehlo, 1, NULL, 0), "REVIEW tensorflow-depends");
    struct put twice[] = { node("x", "NoOp", "") };
    add_text(&twice[0], 2, "WriteFile");                            /* readers take the last */
    STR(judged_graph(twice, 1, NULL, 0), "UNSAFE tensorflow-operator graph-malformed");
}

/* Who merges messages sees the sum of both fields. */
TEST(graphs_in_two_pieces_are_both_walked)
{
    struct put a = { .n = 0 }, b = { .n = 0 }, meta = { .n = 0 }, model = { .n = 0 };
    struct put n1 = node("a", "Const", ""), n2 = node("b", "EagerPyFunc", "a");
    add(&a, 1, put_view(&n1));
    add(&b, 1, put_view(&n2));
    add(&meta, 2, put_view(&a));
    add(&meta, 2, put_view(&b));
    add(&model, 2, put_view(&meta));
    STR(judged(put_view(&model), "saved_model.pb"), "UNSAFE tensorflow-operator");
    STR(judged(put_view(&meta), "m.meta"), "UNSAFE tensorflow-operator");
}

TEST(assets_and_keras)
{
    struct put g = { .n = 0 }, asset = { .n = 0 }, meta = { .n = 0 }, model = { .n = 0 }, n1 = node("a", "Const", "");
    add(&g, 1, put_view(&n1));
    add(&meta, 2, put_view(&g));
    add_text(&asset, 2, "../../etc/passwd");
    add(&meta, 6, put_view(&asset));
    add(&model, 2, put_view(&meta));
    STR(judged(put_view(&model), "saved_model.pb"), "UNSAFE tensorflow-file");
    struct put layer = { .n = 0 }, file = { .n = 0 };
    add_text(&layer, 3, "root.layer-1");
    add_text(&layer, 4, "_tf_keras_layer");
    add_text(&layer, 5, "{\"class_name\": \"Lambda\", \"config\": {\"name\": \"l\"}}");
    add(&file, 1, put_view(&layer));
    STR(judged(put_view(&file), "keras_metadata.pb"), "UNSAFE keras-code");
    STR(judged(span_str("not a model\n"), "saved_model.pb"), "INCOMPLETE graph-malformed graph-malformed");
    STR(judged(SPAN_NONE, "saved_model.pb"), "INCOMPLETE graph-malformed");
}

/* value in value in value ...: deeper than is followed */
TEST(values_in_values_have_a_floor)
{
    struct put v = { .n = 0 }, n = node("x", "NoOp", "");
    add_text(&v, 2, "end");
    for (unsigned i = 0; i < 60; i++) {
        struct put entry = { .n = 0 }, f = { .n = 0 }, outer = { .n = 0 };
        add(&entry, 2, put_view(&v));
        add(&f, 2, put_view(&entry));
        add(&outer, 10, put_view(&f));
        v = outer;
    }
    add_value(&n, "f", put_view(&v));
    STR(judged_graph(&n, 1, NULL, 0), "INCOMPLETE too-deep");
}

/* ---- the text form ------------------------------------------------------------------------ */

static const char *as_text(const char *text)
{
    return judged_as(span_str(text), "saved_model.pbtxt");
}

TEST(graphs_as_text)
{
    STR(as_text("node {\n  name: \"a\" op: \"Const\" # op: \"PyFunc\"\n}\n"), "CLEAN");
    STR(as_text("node { name: \"a\" op: \"PyFunc\" }"), "UNSAFE tensorflow-operator@21");
    STR(as_text("node { op:'Py' \"Func\" }"), "UNSAFE tensorflow-operator@10");
    STR(as_text("node { op: \"P\\171\\x46unc\" }"), "UNSAFE tensorflow-operator@11");
    STR(as_text("node { op: \"\\u0050yFunc\" }"), "UNSAFE tensorflow-operator@11");
    STR(as_text("node { op: [\"Const\", \"PyFunc\"] }"), "UNSAFE tensorflow-operator@21");
    STR(as_text("node { op: \"Own\" }"), "REVIEW tensorflow-unknown-operator@11");
    STR(as_text("node { op: \"SaveV2\" }"), "REVIEW tensorflow-depends@11");
    STR(as_text("item { name: 'PyFunc' id: -1 v: 1.5e+3 }"), "CLEAN");
    STR(as_text("node { op: \"PyFunc"), "INCOMPLETE graph-malformed@18");
    STR(as_text("node { op: \"a\\q\" }"), "INCOMPLETE graph-malformed@14");
    STR(as_text("node { \x01 }"), "INCOMPLETE graph-malformed@7");
    STR(as_text("v { s: \"\\200\\004cposix\\nsystem\\n(S\\'id\\'\\ntR.\" }"), "CARRIES-PAYLOAD payload@7");
    STR(as_text(""), "CLEAN");
}

/* ---- the list ----------------------------------------------------------------------------- */

TEST(the_list_refuses_what_it_cannot_mean)
{
    static const char *const bad[] = {
        "version: 1\n", "operators: []\n", "version: 1\noperators:\n  - {sort: harmless, names: [A]}\n",
        "version: 1\noperators:\n  - {sort: often, does: x, names: [A]}\n",
        "version: 1\noperators:\n  - {sort: harmless, does: x, names: [A, A]}\n",
        "version: 1\noperators:\n  - {sort: reads, does: x, names: [A]}\n",
        "version: 1\noperators:\n  - {sort: reads, does: x, inputs: [9], names: [A]}\n",
        "version: 1\noperators:\n  - {sort: attribute, does: x, names: [A]}\n",
        "version: 1\noperators:\n  - {sort: harmless, does: x}\n",
    };
    struct arena a;
    struct tf_ops l = { 0 };
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        EQ(tf_ops_open(span_str(bad[i]), &a, &l, NULL), ERR_FORMAT);
    EQ(l.n, 0);
    arena_fini(&a);
}

TEST(the_list_calls_nothing_harmless_that_reaches_out)
{
    static const char *const outside[] = {
        "PyFunc", "PyFuncStateless", "EagerPyFunc", "ReadFile", "WriteFile", "MatchingFiles", "SaveV2", "RestoreV2", "Save",
        "MergeV2Checkpoints", "RpcClient", "RpcServer", "DataServiceDatasetV4", "TextLineDataset", "TFRecordDatasetV2",
        "PrintV2", "ImmutableConst", "DebugIdentity", "LoadDataset", "SaveDatasetV2", "SqlDataset", "DatasetFromGraph",
        "XlaCallModule", "XlaCustomCallV2", "Abort", "FileSystemSetConfiguration", "CreateSummaryFileWriter", "RecordInput",
        "LoadAndRemapMatrix", "GenerateVocabRemapping", "InitializeTableFromTextFileV2", "SnapshotDatasetV2", "LMDBDataset",
    };
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        const struct tf_group *g = tf_ops_find(&judged_list.tensorflow, span_str(outside[i]));
        YES(g && g->sort != TF_HARMLESS);
    }
    YES(!tf_ops_find(&judged_list.tensorflow, span_str("Copy")));
    YES(judged_list.tensorflow.n > 1400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(files_of_tensorflow_are_judged), CASE(the_offset_is_that_of_the_operators_name), CASE(bent_graphs_end_the_walk),
        CASE(memory_may_end_anywhere), CASE(no_prefix_of_a_graph_is_clean_but_between_its_parts),
        CASE(an_argument_is_followed_to_who_calls), CASE(many_ways_to_one_leaf), CASE(circles_and_holes_are_computed),
        CASE(names_put_together),
        CASE(operators_by_name), CASE(graphs_in_two_pieces_are_both_walked), CASE(assets_and_keras),
        CASE(values_in_values_have_a_floor), CASE(graphs_as_text), CASE(the_list_refuses_what_it_cannot_mean),
        CASE(the_list_calls_nothing_harmless_that_reaches_out),
    };
    return cmocka_run_group_tests(tests, judged_open, judged_close);
}
