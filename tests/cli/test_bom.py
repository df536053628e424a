# SPDX-License-Identifier: Apache-2.0
"""assay check --cyclonedx, --spdx: documents that others can read, whole files, the same bytes each time."""
import json, os, resource, signal, subprocess, sys, tempfile
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tap import *

ORACLES = os.environ.get("ASSAY_ORACLES", ".venv/bin/python")
ORACLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "oracle_bom.py")
CASES = SHARED + "/data/licenses/cases/"


made = []                       # every document that a test made; the oracle judges them all at the end
place = tempfile.TemporaryDirectory(prefix="assay-test-")


def document(model, *args):
    """The bytes of a document; they must be the same a second time, and on stdout."""
    path = os.path.join(place.name, f"{len(made)}.json")
    status, out, err = run("check", args[0], path, *args[1:], "--", model)
    equal((status in (0, 1), err, out != ""), (True, "", True))
    status, out, err = run("check", args[0], "-", *args[1:], "--", model)
    equal((status in (0, 1), err), (True, ""))
    with open(path, encoding="utf-8") as f:
        equal(f.read() == out, True)
    made.append((path, model))
    return json.loads(out)


def cyclonedx(model, version="1.7", *args):
    return document(model, "--cyclonedx", "--cyclonedx-version", version, *args)


def others_read_every_document():
    """Last: the oracle's complaints, with the model that gave the document."""
    equal(len(made) > 0, True)
    done = subprocess.run([need(ORACLES, "no oracles (tools/oracles)"), ORACLE, *(path for path, _ in made)],
                          capture_output=True, text=True)
    if "ModuleNotFoundError" in done.stderr:
        raise Skip("no oracles (tools/oracles)")
    said = done.stdout
    for path, model in made:
        said = said.replace(path, model)
    equal((said, done.stderr, done.returncode), ("", "", 0))


def files_agree(model, doc):
    """Every file of the report is a component with its digest."""
    report = json.loads(run("check", "--json", "--", model)[1])
    want = [(f["path"], f["sha256"]) for f in report["model"]["files"]]
    got = [(c["name"], c["hashes"][0]["content"] if "hashes" in c else None)
           for c in doc["metadata"]["component"].get("components", [])]
    equal(got, want)


def real_models_are_valid_cyclonedx():
    for name in ("smollm2", "minilm", "gemma3-270m"):
        model = need(f"{MODELS}/{name}", "no models (./dev models)")
        for version in ("1.6", "1.7"):
            doc = cyclonedx(model, version)
            equal((doc["specVersion"], doc["metadata"]["component"]["type"]), (version, "machine-learning-model"))
            files_agree(model, doc)


def licences_say_who_says_so():
    model = need(MODELS + "/smollm2", "no models (./dev models)")
    licenses = cyclonedx(model)["metadata"]["component"]["licenses"]
    equal([(x["license"]["id"], x["license"]["acknowledgement"]) for x in licenses], [("Apache-2.0", "declared")])


def the_old_file_stays_when_the_new_one_cannot_be_written():
    with Folder({"m/README.md": "---\nlicense: mit\n---\n", "old.json": "old"}) as d:
        def small():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))
        done = subprocess.run([os.path.abspath(ASSAY), "check", "--cyclonedx", "old.json", "m"], cwd=d,
                              stdin=subprocess.DEVNULL, capture_output=True, preexec_fn=small, text=True)
        equal((done.returncode, done.stdout), (7, ""))
        equal("old.json" in done.stderr, True)
        equal((open(os.path.join(d, "old.json")).read(), sorted(os.listdir(d))), ("old", ["m", "old.json"]))
        status, out, err = run("check", "--cyclonedx", "none/x.json", "m", cwd=d)
        equal((status, out, "none/x.json" in err), (4, "", True))
        status, out, err = run("check", "--cyclonedx", "/dev/full", "m", cwd=d)
        equal((status, out, "/dev/full" in err), (7, "", True))


def wrong_options_are_refused():
    with Folder({"README.md": "x"}) as d:
        for args in (["--cyclonedx-version", "1.5"], ["--date", "2026-13-01"], ["--date", "yesterday"],
                     ["--json", "--cyclonedx", "-"], ["--verify", "x", "--cyclonedx", "y"]):
            status, out, err = run("check", *args, d)
            equal((status, out, args[0] in err or "--cyclonedx" in err), (2, "", True))
        equal(os.listdir(d), ["README.md"])


main([real_models_are_valid_cyclonedx, licences_say_who_says_so,
      the_old_file_stays_when_the_new_one_cannot_be_written, wrong_options_are_refused, others_read_every_document])
