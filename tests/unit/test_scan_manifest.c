// SPDX-License-Identifier: Apache-2.0
/* Files that a tool obeys because of their names: each line that brings or runs something is told, the others are not. */
#include "tests/support/judged.h"

static const char *judged(const char *text, const char *name)
{
    return judged_line(span_str(text), name, JUDGED_OFFSETS);
}

TEST(lists_of_packages)
{
    STR(judged("# needs\ntorch>=2.1  # https://pytorch.org\nnumpy==1.26; python_version < '3.12'\n", "requirements.txt"), "CLEAN");
    STR(judged("a\nx @ https://h/x.whl\n", "requirements.txt"), "REVIEW install-source@2");
    STR(judged("git+https://h/x\n./x.whl\n-e .\n", "requirements-dev.txt"),
        "REVIEW install-source@0 install-source@16 install-source@24");
    STR(judged("--extra-index-url https://h/simple\n", "Requirements.TXT"), "REVIEW install-source@0");
    STR(judged("x @ https://h/x.whl\n", "notes.txt"), "CLEAN");
}

TEST(projects)
{
    STR(judged("[project]\nname = \"x\"\nurl = \"https://h\"\n[project.urls]\nHomepage = \"https://h/\"\n"
               "[build-system]\nrequires = [\"setuptools\"]\n", "pyproject.toml"), "CLEAN");
    STR(judged("[build-system]\nbackend-path = [\".\"]\n", "pyproject.toml"), "REVIEW install-code@15");
    STR(judged("[project]\ndependencies = [\n \"x @ git+https://h/x\",\n]\n", "pyproject.toml"), "REVIEW install-source@27");
    STR(judged("[tool.poetry.dependencies]\nx = { git = \"https://h/x\" }\n", "pyproject.toml"), "REVIEW install-source@27");
    STR(judged("[[tool.uv.index]]\nurl = \"https://h/simple\"\n", "pyproject.toml"), "REVIEW install-source@18");
    STR(judged("[metadata]\nurl = https://h\n", "setup.cfg"), "CLEAN");
    STR(judged("from setuptools import setup\n", "setup.py"), "REVIEW install-code@0 code@0");
    STR(judged("import os\n", "sitecustomize.py"), "REVIEW install-code@0 code@0");
}

TEST(recipes)
{
    STR(judged("FROM debian\nRUN id\n", "Dockerfile"), "REVIEW code@0");
    STR(judged("FROM debian\n", "dockerfile.gpu"), "REVIEW code@0");
    STR(judged("FROM debian\n", "gpu.Dockerfile"), "REVIEW code@0");
    STR(judged("all:\n\tid\n", "Makefile"), "REVIEW code@0");
    STR(judged("how we make files\n", "makefiles.md"), "CLEAN");
}

TEST(settings_of_git)
{
    STR(judged("*.bin filter=lfs diff=lfs merge=lfs -text\n# filter=x\n", ".gitattributes"), "CLEAN");
    STR(judged("a text\n*.bin filter=run\n", ".gitattributes"), "REVIEW repository-hook@7");
    STR(judged("[submodule \"a\"]\n\tpath = a\n\turl = https://h/a\n", ".gitmodules"), "REVIEW repository-fetch@26");
    STR(judged("[submodule \"../../x\"]\n", ".gitmodules"), "UNSAFE repository-escape@0");
    STR(judged("[submodule \"a\"]\n\turl = -u./x\n", ".gitmodules"), "UNSAFE repository-escape@16");
    STR(judged("[submodule \"a\"]\n\turl = ext::sh -c id\n\tpath = ../a\n", ".gitmodules"),
        "UNSAFE repository-escape@16 repository-escape@37");
    STR(judged("[submodule \"a\"]\n\tpath = \"a\\r\"\n", ".gitmodules"), "UNSAFE repository-escape@16");
}

TEST(other_bytes_are_for_other_readers)
{
    static const char pickle[] = "cos\nsystem\n(S'id'\ntR.";
    STR(judged(pickle, "requirements.txt"), "UNSAFE pickle-global@0 pickle-call@19");
    STR(judged_line(span_of("\0\1", 2), "Makefile", 0), "REVIEW unknown-format");
    STR(judged("", "setup.py"), "REVIEW code@0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(lists_of_packages), CASE(projects), CASE(recipes), CASE(settings_of_git), CASE(other_bytes_are_for_other_readers),
    };
    return cmocka_run_group_tests(tests, judged_open, judged_close);
}
