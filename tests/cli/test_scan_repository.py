#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""assay scan of folders: names, files that others have run or read, links, repositories inside, XML."""
import io, json, os, sys, zipfile
from tap import *

GOLDEN = os.path.join(SOURCE, "tests", "golden")
CLEAN_PICKLE = b"\x80\x04}."


def golden(*name):
    return open(os.path.join(GOLDEN, *name), "rb").read()


def scan(path, *args, status=None):
    code, out, _ = run("scan", "--json", *args, path)
    doc = json.loads(out)
    check_schema(doc, "assay.scan-1.json")
    if status is not None:
        equal(code, status)
    return doc


def rules(path, *args):
    """{name in the folder: [rule, ...]} of the files that have findings."""
    return {os.path.relpath(f["path"], path): [x["rule"] for x in f["findings"]] for f in scan(path, *args)["files"] if f["findings"]}


def whats(path, rule):
    return [x["what"] for f in scan(path)["files"] for x in f["findings"] if x["rule"] == rule]


def remote_code_is_told_where_it_lies():
    files = {"config.json": '{\n "auto_map": {\n  "AutoModel": "modeling_x.Model"\n }\n}', "modeling_x.py": "from .layers import A\n",
             "layers.py": "", "other.py": "", "handler.py": ""}
    with Folder(files) as d:
        equal(rules(d), {"config.json": ["remote-code"], "modeling_x.py": ["code", "remote-code"], "layers.py": ["code", "remote-code"],
                         "other.py": ["code"], "handler.py": ["code", "remote-code"]})
        equal(whats(d, "remote-code")[-1], '"config.json" names it in line 3 under auto_map.AutoModel; a loader that trusts '
                                           "the repository runs it")
        code, out, _ = run("check", "--json", d)
        doc = json.loads(out)
        check_schema(doc, "assay.check-1.json")
        by_path = {f["path"]: [x["rule"] for x in f["findings"]] for f in doc["scan"]["files"]}
        equal(by_path["modeling_x.py"], ["code", "remote-code"])
    with Folder({"config.json": '{"auto_map": {"AutoModel": "org/name--modeling.Model"}}'}) as d:
        found = scan(d, status=1)["files"][0]["findings"][1]
        equal((found["rule"], found["severity"], found["what"]),
              ("remote-code-elsewhere", "critical", 'takes code from "org/name--modeling.Model"'))


def names_are_judged_and_printed_safely():
    names = ["README.md", "readme.md", "m\u043edel.bin", "a\u202enib.py", "x\x1b[31m.txt", "weights.bin.py", "aux.json", "a\u200bb.txt"]
    with Folder({n: "{}" for n in names}) as d:
        got = rules(d)
        equal(got["README.md"], ["name-twin"])
        equal(got["readme.md"], ["name-twin"])
        equal("name-look-alike" in got["m\u043edel.bin"], True)
        equal("name-hidden" in got["a\u202enib.py"] and "name-hidden" in got["x\x1b[31m.txt"] and "name-hidden" in got["a\u200bb.txt"], True)
        equal("name-double-extension" in got["weights.bin.py"], True)
        equal(got["aux.json"], ["name-windows"])
        code, out, _ = run("scan", "-v", d)
        equal((code, "\x1b" in out, "\u202e" in out, "\u200b" in out), (1, False, False, False))
        equal("U+202E" in out, True)
        code, out, _ = run("scan", "--sarif", d)
        results = [r for r in json.loads(out)["runs"][0]["results"] if r["ruleId"] == "name-hidden"]
        equal(sorted(os.path.basename(r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) for r in results),
              ["a%E2%80%8Bb.txt", "a%E2%80%AEnib.py", "x%1B%5B31m.txt"])
    with Folder({"aux:/x.txt": "a"}) as d:              # what lies above the folder is not its publisher's
        equal(rules(os.path.join(d, "aux:")), {})
        equal(rules(os.path.join(d, "aux:", "x.txt")), {})
        equal(rules(d), {"aux:/x.txt": ["name-windows"]})


def a_baseline_takes_them_like_others():
    with Folder({"README.md": "a", "readme.md": "b"}) as d, Folder({}) as other:
        entries = "".join(f"  - sha256: {f['sha256']}\n    rule: name-twin\n    by: A. Person\n    until: 2030-01-01\n    reason: ours\n"
                          for f in scan(d, status=1)["files"])
        base = os.path.join(other, "base.yaml")
        open(base, "w").write("accepted:\n" + entries)
        scan(d, "--baseline", base, "--date", "2029-01-01", status=0)


def weights_beside_a_model():
    onnx, net, weights = golden("onnx", "beside.onnx"), golden("openvino", "small.xml"), golden("openvino", "small.bin")
    with Folder({"m.xml": net, "m.bin": weights}) as d:
        got = rules(d)
        equal(got.get("m.xml"), None)
        os.truncate(os.path.join(d, "m.bin"), 79)
        equal(rules(d)["m.xml"], ["weights-short"])
        equal(whats(d, "weights-short"), ['needs 80 bytes of "m.bin", which has 79'])
        os.remove(os.path.join(d, "m.bin"))
        equal(rules(d), {"m.xml": ["weights-missing"]})
        scan(d, status=3)
    with Folder({"m.onnx": onnx}) as d:
        equal(rules(d)["m.onnx"], ["weights-missing"])
        what = whats(d, "weights-missing")[0]
        name = what.split('"')[1]
        target = os.path.join(d, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        open(target, "wb").write(b"\0" * 4096)
        equal("m.onnx" in rules(d), False)
        os.link(target, os.path.join(d, "second"))
        equal(rules(d)["m.onnx"], ["weights-link"])
        os.remove(os.path.join(d, "second"))
        os.rename(target, os.path.join(d, "real"))
        os.symlink(os.path.join(d, "real"), target)
        equal(rules(d)["m.onnx"], ["weights-link"])
        with Folder({"real": b"\0" * 4096}) as other:
            os.remove(target)
            os.symlink(os.path.join(other, "real"), target)
            equal(rules(d)["m.onnx"], ["weights-link"])
            equal("leads out" in whats(d, "weights-link")[0], True)


def the_hub_cache_is_made_of_links():
    with Folder({"blobs/1": golden("openvino", "small.xml"), "blobs/2": golden("openvino", "small.bin")}) as d:
        os.makedirs(os.path.join(d, "snapshots/a"))
        os.symlink("../../blobs/1", os.path.join(d, "snapshots/a/m.xml"))
        os.symlink("../../blobs/2", os.path.join(d, "snapshots/a/m.bin"))
        equal(rules(d).get("snapshots/a/m.xml"), None)


def weights_that_are_there_twice_are_a_note():
    with Folder({"model.safetensors": safetensors(), "pytorch_model.bin": CLEAN_PICKLE, "other.bin": CLEAN_PICKLE}) as d:
        doc = scan(d, status=0)
        equal(rules(d), {"pytorch_model.bin": ["weights-twice"]})
        equal((doc["verdict"], doc["files"][2]["findings"][0]["severity"]), ("CLEAN", "info"))
        doc = json.loads(run("check", "--json", d)[1])
        equal(([c for c in doc["claims"] if c["subject"] == "scan.file"], doc["scan"]["verdict"]), ([], "CLEAN"))


def repositories_inside_the_folder():
    files = {"sub/.git/config": "[core]\n\tfsmonitor = x\n", "sub/.git/hooks/post-checkout": "#!/bin/sh\n", "sub/.git/objects/1": "x",
             "sub/.git/hooks/a.sample": "#!/bin/sh\n", ".git/hooks/post-checkout": "#!/bin/sh\n", "bare/HEAD": "x", "bare/config": "x",
             "bare/objects/1": "x"}
    with Folder(files) as d:
        got = rules(d)
        equal(got["sub/.git/config"], ["repository-hook"])
        equal(got["sub/.git/hooks/post-checkout"], ["code", "repository-hook"])
        equal(got["sub/.git/hooks/a.sample"], ["code"])
        equal(got["bare/config"], ["repository-hook"])
        equal(sorted(got), sorted(["sub/.git/config", "sub/.git/hooks/post-checkout", "sub/.git/hooks/a.sample", "bare/config"]))
        paths = [f["path"] for f in scan(d)["files"]]
        equal(paths, sorted(paths))


def archives_bring_names_and_repositories_too():
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as z:
        z.writestr("a\u202eb.txt", "x")
        z.writestr("x/.git/hooks/post-checkout", "x")
        z.writestr("m\u043edel.txt", "x")
    with Folder({"a.zip": raw.getvalue()}) as d:
        equal(sorted(rules(d)["a.zip"]), ["name-hidden", "name-look-alike", "repository-hook"])


def manifests():
    files = {"requirements.txt": "torch\nx @ https://h/x.whl\n", "setup.py": "import os\n", "Dockerfile": "FROM x\n",
             ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n", ".gitmodules": "[submodule \"../x\"]\n",
             "package.json": '{"scripts": {"postinstall": "node x.js", "test": "y"}}'}
    with Folder(files) as d:
        equal(rules(d), {"requirements.txt": ["install-source"], "setup.py": ["install-code", "code"], "Dockerfile": ["code"],
                         ".gitmodules": ["repository-escape"], "package.json": ["install-code"]})
        equal(scan(d, status=1)["verdict"], "UNSAFE")


def xml_documents():
    files = {"m.pmml": "<PMML version='4.4'/>", "x.xml": "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
             "logo.svg": "<svg onload='x()'/>", "build.xml": "<project/>"}
    with Folder(files) as d:
        doc = scan(d, status=1)
        equal({f["format"] for f in doc["files"]}, {"xml"})
        equal({os.path.basename(f["path"]): f["verdict"] for f in doc["files"]},
              {"m.pmml": "CLEAN", "x.xml": "UNSAFE", "logo.svg": "REVIEW", "build.xml": "REVIEW"})


main([remote_code_is_told_where_it_lies,
      names_are_judged_and_printed_safely,
      a_baseline_takes_them_like_others,
      weights_beside_a_model,
      the_hub_cache_is_made_of_links,
      weights_that_are_there_twice_are_a_note,
      repositories_inside_the_folder,
      archives_bring_names_and_repositories_too,
      manifests,
      xml_documents])
