# SPDX-License-Identifier: Apache-2.0
"""docs/examples is what the program writes today, byte for byte, and holds no path of a machine."""
import os, re, subprocess, sys, tempfile
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tap import *

KEPT = os.path.join(SOURCE, "docs", "examples")


def reports(folder):
    return sorted(f for f in os.listdir(folder) if f.endswith((".html", ".md", ".json")) and f != "README.md")


def written_again_they_are_the_same():
    with tempfile.TemporaryDirectory() as d:
        done = subprocess.run([os.path.join(SOURCE, "tools", "examples"), d], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, env=dict(os.environ, ASSAY=os.path.abspath(ASSAY)))
        made = reports(d)
        if not made:
            raise Skip("neither models nor shared licence folders (./dev models)")
        equal((done.returncode, set(made) - set(reports(KEPT))), (0, set()))
        changed = [name for name in made
                   if open(os.path.join(d, name), "rb").read() != open(os.path.join(KEPT, name), "rb").read()]
        if changed:
            raise AssertionError(f"changed: {', '.join(changed)}; look at them, then run tools/examples")


def all_nine_are_here_three_times_and_name_no_machine():
    names = reports(KEPT)
    equal(len(names), 27)
    for name in names:
        text = open(os.path.join(KEPT, name), encoding="utf-8").read()
        equal((name, re.findall(r"(?<![\w.:/])/(?:home|root|tmp|usr|var|work|opt|mnt)/[\w./-]*", text)), (name, []))
        if name.endswith(".json"):
            check_schema(json.loads(text), "assay.check-1.json")


main([written_again_they_are_the_same, all_nine_are_here_three_times_and_name_no_machine])
