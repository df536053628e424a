#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Honest files of many libraries, made here and scanned: none may be called UNSAFE or INCOMPLETE, few are for review.

    benign.py            prints TAP; ASSAY names the program, ASSAY_ORACLES the Python with libraries from PyPI

Debian's libraries write with the Python that runs this, newer ones and others with that of tools/oracles. A line of TAP
for each kind of make_files.py; the last holds for all of them together.
"""
import collections, json, os, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ASSAY = os.path.abspath(os.environ.get("ASSAY", "build/assay"))
SOURCE = os.environ.get("ASSAY_SOURCE", ".")
MODELS = os.environ.get("ASSAY_MODELS", "models")
PYTHONS = {"Debian": sys.executable, "PyPI": os.environ.get("ASSAY_ORACLES", ".venv/bin/python")}
KINDS = (("numpy", "Debian"), ("numpy", "PyPI"), ("sklearn", "Debian"), ("sklearn", "PyPI"), ("torch", "Debian"),
         ("xgboost", "PyPI"), ("lightgbm", "PyPI"), ("onnx", "PyPI"), ("safetensors", "PyPI"), ("pandas", "PyPI"), ("own", "Debian"))
CLEAN_AT_LEAST = 0.97

# What is for review though it is honest, by the beginning of the finding: why.
REVIEWED = {
    "no reader knows these bytes": "weights that an ONNX model keeps in a file of their own are bare numbers",
    "an XGBoost model as UBJSON": "a format that is named and not read yet",
    "holds 1 files of TorchScript": "TorchScript is code",
    "holds an object of pandas.": "a frame of pandas: its index may be told to read a time zone from a file",
    "holds an object of __torch__.": "TorchScript is code",
    "holds an object of __main__.": "a class of one's own",
}


def scanned(*paths):
    run = subprocess.run([ASSAY, "scan", "--json", *paths], capture_output=True, stdin=subprocess.DEVNULL)
    return json.loads(run.stdout)["files"]


def made(python, kind, folder):
    """None, or why there are no files."""
    if not os.path.exists(python):
        return f"{python} is not there; tools/oracles brings it"
    run = subprocess.run([python, os.path.join(HERE, "make_files.py"), kind, folder], capture_output=True, text=True,
                         stdin=subprocess.DEVNULL)
    if run.returncode == 77:
        return run.stdout.strip()
    if run.returncode:
        raise RuntimeError(run.stderr[-2000:])
    return None if os.listdir(folder) else "nothing was made"


class Total:
    def __init__(self):
        self.verdicts, self.reviewed, self.lines = collections.Counter(), collections.Counter(), []

    def take(self, name, files):
        """Count one kind; wrong is what no honest file may be, or what is for review without a reason."""
        verdicts = collections.Counter(f["verdict"] for f in files)
        self.verdicts += verdicts
        wrong = set()
        for f in files:
            why = set()
            for x in f["findings"]:
                reasons = {why for begin, why in REVIEWED.items() if x["what"].startswith(begin) and x["verdict"] == "REVIEW"}
                why.update(reasons)
                if not reasons:
                    wrong.add(f"{os.path.basename(f['path'])}: {x['verdict']} {x['rule']}: {x['what']}")
            self.reviewed.update(why)
        for line in sorted(wrong)[:20]:
            print(f"# {line}")
        shown = ", ".join(f"{n} {verdict}" for verdict, n in sorted(verdicts.items()))
        self.line(not wrong and len(files) > 0, f"{name}: {shown}")

    def line(self, holds, text, skip=None):
        self.lines.append(holds)
        print(f"{'ok' if holds else 'not ok'} {len(self.lines)} - {text}" + (f" # SKIP {skip}" if skip else ""), flush=True)


def main():
    total = Total()
    print(f"1..{len(KINDS) + 3}")
    for kind, where in KINDS:
        with tempfile.TemporaryDirectory(prefix="assay-benign-") as folder:
            why = made(PYTHONS[where], kind, folder)
            if why:
                total.line(True, f"{kind} of {where}", why)
            else:
                total.take(f"{kind} of {where}", scanned(folder))
    keras = os.path.join(SOURCE, "tests", "golden", "keras")
    total.take("keras, made before", scanned(*(os.path.join(keras, n) for n in sorted(os.listdir(keras)) if n[0].islower())))
    if os.path.isdir(MODELS) and os.listdir(MODELS):
        total.take("the small models", scanned(MODELS))
    else:
        total.line(True, "the small models", "tools/models was not run")
    n = sum(total.verdicts.values())
    share = total.verdicts["CLEAN"] / n
    for text, times in sorted(total.reviewed.items()):
        print(f"# {times} files for review: {text}")
    print(f"# {n} files, {dict(total.verdicts)}, {100 * share:.2f} % CLEAN")
    total.line(share >= CLEAN_AT_LEAST and set(total.verdicts) <= {"CLEAN", "REVIEW"}, "none is UNSAFE, nearly all are CLEAN")
    return 0 if all(total.lines) else 1


sys.exit(main())
