#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`assay openness` over all listings in one run, beside a reader in Python that only parses them.

    bench/openness.py

Reads $ASSAY_SHARED/data/mot (../shared by default): models/*.yml and Test_Data/*.yml. Three commands in turn, nine
times after one warm round:

    assay openness --json FILES      read, judged, linted
    assay openness --json ONE        the same for one file: what a start costs
    python3, yaml.safe_load          the floor of a checker in Python: parsing alone (PyYAML, skipped when not there)

The aim: all files in under a second.
"""
import glob, os, subprocess, sys
from lib import measure

SHARED = os.environ.get("ASSAY_SHARED", os.path.join(measure.ROOT, "..", "shared"))
PARSE = "import sys, yaml\nfor path in sys.argv[1:]:\n    yaml.safe_load(open(path, encoding='utf-8'))\n"


def main():
    files = [f for part in ("models", "Test_Data") for f in sorted(glob.glob(f"{SHARED}/data/mot/{part}/*.yml"))]
    if not files:
        sys.exit("bench: no listings below $ASSAY_SHARED/data/mot")
    program = measure.need_program()
    names = [f"assay openness, {len(files)} files", "assay openness, 1 file"]
    commands = [[program, "openness", "--json", *files], [program, "openness", "--json", files[0]]]
    if subprocess.run([sys.executable, "-c", "import yaml"], capture_output=True).returncode == 0:
        names.append(f"PyYAML parses {len(files)} files")
        commands.append([sys.executable, "-c", PARSE, *files])
    print(measure.machine())
    rows = []
    for name, runs in zip(names, measure.interleaved(commands, 9)):
        rows.append([name, f"{1000 * measure.median([r.seconds for r in runs]):.1f}",
                     f"{measure.median([r.peak_mb for r in runs]):.1f}", runs[0].status])
    print(measure.table(["command", "ms, median of 9", "peak MB", "exit"], rows))
    if float(rows[0][1]) >= 1000:
        sys.exit("bench: over a second")


main()
