// SPDX-License-Identifier: Apache-2.0
/* A folder as a whole: what workers said of each file, and a list of names, make findings where they belong. */
#include "scan/refs.h"
#include "scan/repository.h"
#include "tests/support/faults.h"
#include "tests/support/judged.h"

enum { FILES_MAX = 12 };

static struct arena arena;
static struct scan_file files[FILES_MAX];
static struct scan_result results[FILES_MAX];
static size_t n_files;
static bool is_judged;

/* A file as its worker would have answered for it. */
static void put(const char *path, const char *text)
{
    struct scan s;
    struct scan_node n = { .in = span_str(text), .path = path, .name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path };
    scan_init(&s, &judged_list, &arena);
    EQ(scan_bytes(&s, &n, NULL), 0);
    files[n_files] = (struct scan_file){ path, path, strlen(text), 0, false };
    results[n_files++] = (struct scan_result){ s.verdict, s.format, s.findings, s.n_findings, s.n_found, s.refs, s.n_refs };
}

static void begin(void)
{
    arena_fini(&arena);
    arena_init(&arena, 64 << 20);
    n_files = 0;
    is_judged = false;
}

/* "path: rule what | ..." of the findings that have this rule. */
static const char *said(const char *rule)
{
    static char text[4096];
    size_t at = 0;
    text[0] = 0;
    if (!is_judged)
        EQ(repository_judge(files, n_files, results, &arena, NULL), 0);
    is_judged = true;
    for (size_t i = 0; i < n_files; i++)
        for (size_t k = 0; k < results[i].n_findings; k++)
            if (strcmp(results[i].findings[k].rule->word, rule) == 0)
                at += (size_t)snprintf(text + at, sizeof text - at, "%s%s: %s", at ? " | " : "", files[i].shown,
                                       results[i].findings[k].what);
    return text;
}

TEST(code_that_a_configuration_names)
{
    begin();
    put("m/config.json", "{\n \"auto_map\": {\"AutoModel\": \"modeling_x.Model\"}\n}");
    put("m/layers.py", "import os\n");
    put("m/modeling_x.py", "import torch\nfrom .layers import A\nfrom . import util\n");
    put("m/unused.py", "pass\n");
    put("m/util.py", "pass\n");
    STR(said("remote-code"),
        "m/config.json: names code of the repository under \"auto_map\" | "
        "m/layers.py: runs with \"m/modeling_x.py\", which imports it in line 2 | "
        "m/modeling_x.py: \"m/config.json\" names it in line 2 under auto_map.AutoModel; a loader that trusts the repository "
        "runs it | m/util.py: runs with \"m/modeling_x.py\", which imports it in line 3");
    EQ(results[3].n_findings, 1);                       /* nobody names it: code, as ever */
    begin();
    put("config.json", "{\"auto_map\": {\"AutoTokenizer\": [\"tok.Slow\", null], \"AutoConfig\": \"a/b--conf.C\"}}");
    STR(said("remote-code"), "config.json: names code of the repository under \"auto_map\" | "
                             "config.json: names \"tok.py\" under auto_map.AutoTokenizer, which is not here");
    STR(said("remote-code-elsewhere"), "config.json: takes code from \"a/b--conf.C\"");
}

TEST(code_that_runs_by_the_names_of_files)
{
    begin();
    put("handler.py", "from .x import y\n");
    put("modules.json", "[{\"type\": \"sentence_transformers.models.Pooling\"}, {\"type\": \"custom_st.Transformer\"}]");
    put("custom_st.py", "");
    put("model_index.json", "{\"unet\": [\"my_unet\", \"U\"], \"vae\": [\"diffusers\", \"V\"], \"_class_name\": [\"pipe\", \"P\"]}");
    put("unet/my_unet.py", "");
    put("pipe.py", "");
    put("x.py", "");
    put("sub/handler.py", "");
    STR(said("remote-code"),
        "handler.py: a hosted inference endpoint runs it, because of its name | "
        "modules.json: makes a module of the class \"custom_st.Transformer\" | "
        "custom_st.py: \"modules.json\" names it in line 1 under type; a loader that trusts the repository runs it | "
        "unet/my_unet.py: \"model_index.json\" names it in line 1 under unet; a loader that trusts the repository runs it | "
        "pipe.py: \"model_index.json\" names it in line 1 under _class_name; a loader that trusts the repository runs it | "
        "x.py: runs with \"handler.py\", which imports it in line 1");
}

TEST(names_and_twins)
{
    begin();
    put("README.md", "a");
    put("readme.md", "b");
    put("A/x", "a");
    put("a/y", "b");
    put("caf\xc3\xa9", "a");
    put("cafe\xcc\x81", "b");
    put("m\xd0\xbe""del", "a");
    put("model", "b");
    STR(said("name-twin"),
        "README.md: the same name but for its case as \"readme.md\" | readme.md: the same name but for its case as \"README.md\" | "
        "A/x: the same name but for its case as \"a/y\" | a/y: the same name but for its case as \"A/x\" | "
        "caf\xc3\xa9: the same name but for how its letters are put together as \"cafe\xcc\x81\" | "
        "cafe\xcc\x81: the same name but for how its letters are put together as \"caf\xc3\xa9\" | "
        "m\xd0\xbe""del: the same name to look at as \"model\" | model: the same name to look at as \"m\xd0\xbe""del\"");
    begin();
    put("a/b.bin.py", "pass");
    put("a/\xe2\x80\xaex", "a");
    put("aux/x", "a");
    STR(said("name-double-extension"), "a/b.bin.py: behind \".bin\" stands \".py\"");
    STR(said("name-hidden"), "a/\xe2\x80\xaex: character 1 of the name is U+202E, turns the text around");
    STR(said("name-windows"), "aux/x: the name is that of a device on Windows");
}

TEST(what_lies_outside_is_not_judged)
{
    begin();
    put("/models/A:/aux/x", "a");
    put("/models/a:/AUX/x", "a");
    files[0].outside = files[1].outside = strlen("/models/A:/aux/");
    STR(said("name-twin"), "");
    STR(said("name-windows"), "");
}

TEST(repositories_of_git)
{
    begin();
    put("sub/.git/config", "[core]\n");
    put("sub/.git/hooks/post-checkout", "#!/bin/sh\n");
    put("sub/.git/hooks/pre-push.sample", "#!/bin/sh\n");
    put("x/config", "[core]\nfsmonitor = x\n");
    put("x/HEAD", "ref: refs/heads/main\n");
    put("x/objects/pack/p", "p");
    put("config", "text");
    STR(said("repository-hook"),
        "sub/.git/config: the settings of a repository, which may name programs for git to run | "
        "sub/.git/hooks/post-checkout: a hook, which git runs | "
        "x/config: the settings of a bare repository, which may name programs for git to run");
}

TEST(every_allocation_fails)
{
    for (size_t n = 1;; n++) {
        begin();
        put("config.json", "{\"auto_map\": {\"AutoModel\": \"x.M\"}}");
        put("x.py", "from .y import z\n");
        put("y.py", "");
        put("aux", "a");
        put("AUX", "a");
        struct arena mine;
        arena_init(&mine, 1 << 20);
        fault_alloc_at(n);
        int rc = repository_judge(files, n_files, results, &mine, NULL);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&mine);
        EQ(rc, hit ? ERR_MEMORY : 0);
        if (!hit)
            break;
    }
}

TEST(refs_merge_and_have_a_ceiling)
{
    struct scan s;
    struct scan_node n = { .path = "m.onnx", .name = "m.onnx" };
    char name[32];
    begin();
    scan_init(&s, &judged_list, &arena);
    for (unsigned i = 0; i < 3 * REFS_MAX; i++) {
        (void)snprintf(name, sizeof name, "data.%u", i % 7);
        EQ(refs_add(&s, &n, REF_WEIGHTS, span_str(name), SPAN_NONE, i, 0, i, NULL), 0);
    }
    YES(s.n_refs <= REFS_MAX && !s.refs_cut);
    for (unsigned i = 0; i < 2 * REFS_MAX; i++) {
        (void)snprintf(name, sizeof name, "x.%u", i);
        EQ(refs_add(&s, &n, REF_WEIGHTS, span_str(name), SPAN_NONE, i, 0, i, NULL), 0);
    }
    YES(s.refs_cut && s.n_found == 1 && s.verdict == SCAN_INCOMPLETE);
    size_t before = s.n_refs;
    static const char *const out[] = { "", "/a", "../a", "a/../b", "a/..", "a\\b", "c:x", "a\nb", "a/" };
    s.refs_cut = false;
    for (size_t i = 0; i < sizeof out / sizeof *out; i++)
        EQ(refs_add(&s, &n, REF_CODE, span_str(out[i]), SPAN_NONE, 0, 0, 0, NULL), 0);
    EQ(s.n_refs, before);
}

TEST(module_names)
{
    begin();
    static const struct { const char *name, *path; } names[] = {
        { "modeling_x.Model", "modeling_x.py" }, { "pkg.mod.C", "pkg/mod.py" }, { "Model", "" }, { ".x.C", "" }, { "a..C", "" },
        { "a.", "" }, { "../a.C", "" }, { "a b.C", "" },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        YES(span_is(refs_module_path(span_str(names[i].name), &arena), names[i].path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(code_that_a_configuration_names), CASE(code_that_runs_by_the_names_of_files), CASE(names_and_twins),
        CASE(what_lies_outside_is_not_judged), CASE(repositories_of_git), CASE(every_allocation_fails),
        CASE(refs_merge_and_have_a_ceiling), CASE(module_names),
    };
    return cmocka_run_group_tests(tests, judged_open, judged_close);
}
