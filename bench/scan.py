#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The scan beside its peers: verdicts on the labelled files, then speed and memory.

    bench/scan.py [--no-peers]

Peers (PyPI, in .venv-bench/, made on the first run): picklescan, modelscan, fickling, modelaudit. Every tool but the
last gets each labelled file by itself; what it says is read from its exit status and output: "accused" called
dangerous, "passed" nothing said against it, "said" skipped, unsupported or an error. None of them loads a file.
"""
import argparse, csv, json, os, pickle, subprocess, sys, tempfile
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import measure

SHARED = os.path.realpath(os.path.join(os.environ.get("ASSAY_SHARED", os.path.join(measure.ROOT, "..", "shared")),
                                       "data", "scan"))
VENV = os.path.join(measure.ROOT, ".venv-bench")
PEERS = ("picklescan", "modelscan", "fickling", "modelaudit")
TIMES = 5


def peer(name):
    return os.path.join(VENV, "bin", name)


def install():
    if all(os.path.exists(peer(name)) for name in PEERS):
        return
    print("bench: installing the peers into .venv-bench; this takes a minute", file=sys.stderr, flush=True)
    if not os.path.exists(os.path.join(VENV, "bin", "pip")):
        subprocess.run([sys.executable, "-m", "venv", VENV], check=False)
    subprocess.run([os.path.join(VENV, "bin", "pip"), "install", "--quiet", *PEERS], check=False)


def command(name, path):
    if name == "picklescan":
        return [peer(name), "--path", path]
    if name == "modelscan":
        return [peer(name), "scan", "-p", path]
    if name == "fickling":
        return [peer(name), "--check-safety", "--print-results", path]
    return [peer(name), "scan", "--format", "json", path]


def judged(name, run):
    """accused, passed or said, from one run over one file."""
    text = run.out + run.talk
    if name == "picklescan":
        if "ERROR" in text or "Infected files: 0" not in text:
            return "accused" if run.status == 1 else "said"
        return "said" if "Scanned files: 0" in text or run.status == 2 else "passed"
    if name == "modelscan":
        if run.status == 1:
            return "accused"
        return "said" if run.status > 1 or "Skipped" in text or "Errors" in text else "passed"
    if name == "fickling":
        if "may be unsafe" in text or "suspicious" in text:
            return "accused"
        return "passed" if run.status == 0 and "Error" not in text and "Traceback" not in text else "said"
    raise ValueError(name)


def modelaudit(paths):
    """One run over the whole folder, for a start takes it two seconds; issues are told apart by their place."""
    try:
        answer = json.loads(measure.Run(command("modelaudit", SHARED)).out)
    except ValueError:
        return ["said"] * len(paths)
    read = {a.get("path") for a in answer.get("assets", [])}
    bad = [i.get("location") or "" for i in answer.get("issues", []) if i.get("severity") == "critical"]
    return ["accused" if any(place == p or place.startswith((p + ":", p + " ", p + "!")) for place in bad)
            else "passed" if p in read else "said" for p in paths]


def verdicts(rows, names, assay):
    paths = [os.path.join(SHARED, row["path"]) for row in rows]
    answer = json.loads(measure.Run([assay, "scan", "--json", *paths]).out)
    ours = {f["path"]: f["verdict"] for f in answer["files"]}
    table = [["assay", sum(ours[p] == r["expected"] for p, r in zip(paths, rows)),
              *count(rows, ["accused" if ours[p] == "UNSAFE" else "passed" if ours[p] == "CLEAN" else "said" for p in paths])]]
    with tempfile.TemporaryDirectory() as folder:       # fickling leaves a file where it is run
        for name in names:
            got = modelaudit(paths) if name == "modelaudit" else \
                [judged(name, measure.Run(command(name, p), cwd=folder)) for p in paths]
            table.append([name, "-", *count(rows, got)])
    print(f"{len(rows)} labelled files: "
          f"{sum(r['expected'] == 'UNSAFE' for r in rows)} UNSAFE, {sum(r['expected'] == 'CLEAN' for r in rows)} CLEAN\n")
    print(measure.table(["tool", "label met", "UNSAFE: accused", "passed", "said", "CLEAN: accused", "passed", "said"], table))


def count(rows, got):
    return [sum(r["expected"] == want and g == how for r, g in zip(rows, got))
            for want in ("UNSAFE", "CLEAN") for how in ("accused", "passed", "said")]


MAKE = """
import os, pickle, sys
folder = sys.argv[1]
with open(os.path.join(folder, "dense.pkl"), "wb") as f:
    f.write(pickle.dumps([{"a": i, "b": [i, i + 1, (i,)], "c": None, "d": float(i)} for i in range(250000)], 4))
shapes = {"rows": ([{"a": i, "b": [i, i + 1, (i,)], "c": None, "d": float(i)} for i in range(250000)], (0, 2)),
          "ints": ([list(range(i, i + 6)) for i in range(700000)], (4,)),
          "words": ([f"{i * 7919:x}" for i in range(1000000)], (4,)),
          "texts": ([f"a longer text of {i} words here" for i in range(350000)], (4,)),
          "vocab": ({f"tok{i}": i for i in range(800000)}, (4,)),
          "merges": ([(f"ab{i}", f"cd{i}") for i in range(450000)], (4,)),
          "tuples": ({i: (i, 2 * i, "x") for i in range(600000)}, (2, 4)),
          "run": (list(range(4000000)), (4,))}
os.makedirs(os.path.join(folder, "shapes"))
for name, (value, protocols) in shapes.items():
    for protocol in protocols:
        with open(os.path.join(folder, "shapes", f"{name}.{protocol}.pkl"), "wb") as f:
            f.write(pickle.dumps(value, protocol))
with open(os.path.join(folder, "bytes.pkl"), "wb") as f:
    f.write(pickle.dumps([os.urandom(1 << 20) for _ in range(64)], 4))
small = pickle.dumps({"a": [1, 2, 3], "b": "text" * 10}, 4)
for i in range(10000):
    place = os.path.join(folder, "many", str(i % 100))
    os.makedirs(place, exist_ok=True)
    with open(os.path.join(place, f"{i}.pkl"), "wb") as f:
        f.write(small)
"""


def make(folder):
    """A pickle of nothing but opcodes, others in several shapes, one of long byte strings, 10,000 small ones; in a
    process of its own, for the peak of a child is never below its parent's."""
    subprocess.run([sys.executable, "-c", MAKE, folder], check=True)
    return [os.path.join(folder, name) for name in ("dense.pkl", "bytes.pkl", "many")]


def row(name, runs, size):
    seconds = measure.median([r.seconds for r in runs])
    return [name, f"{1000 * seconds:.0f}", f"{1000 * measure.median([r.cpu_seconds for r in runs]):.0f}",
            f"{size / seconds / 1e6:.0f}", f"{max(r.peak_mb for r in runs):.0f}"]


def shapes(assay, folder):
    paths = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
    for path, runs in zip(paths, measure.interleaved([[assay, "scan", "--no-hash", p] for p in paths], TIMES)):
        size, seconds = os.path.getsize(path), measure.median([r.cpu_seconds for r in runs])
        yield [os.path.basename(path)[:-4], f"{size / 1e6:.1f}", f"{1000 * seconds:.0f}", f"{size / seconds / 1e6:.0f}"]


def speed(names, assay):
    head = ["command", "wall ms", "CPU ms", "MB/s", "peak MB"]
    with tempfile.TemporaryDirectory() as folder:
        *pickles, place = make(folder)
        for path in pickles:
            size = os.path.getsize(path)
            tools = [n for n in names if n in ("picklescan", "modelscan")]
            runs = measure.interleaved([[assay, "scan", "--no-hash", path]] + [command(n, path) for n in tools],
                                       TIMES)
            print(f"\n{os.path.basename(path)}, {size / 1e6:.1f} MB")
            print(measure.table(head, [row(n, r, size) for n, r in zip(["assay scan --no-hash"] + tools, runs)]))
        print("\ndense in other shapes (name.protocol), by CPU time")
        print(measure.table(["shape", "MB", "CPU ms", "MB/s"], list(shapes(assay, os.path.join(folder, "shapes")))))
        tools = [n for n in names if n == "picklescan"]
        runs = measure.interleaved([[assay, "scan", place]] + [[peer(n), "--path", place] for n in tools], TIMES)
        print("\n10,000 small pickles")
        print(measure.table(head, [row(n, r, 10000 * 85) for n, r in zip(["assay scan"] + tools, runs)]))
    for path in ("models/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", "models/minilm/model.safetensors"):
        full = os.path.join(measure.ROOT, path)
        if not os.path.exists(full):
            measure.skip(path, "not here (./dev models)")
            continue
        size = os.path.getsize(full)
        runs = measure.interleaved([[assay, "scan", full], ["openssl", "dgst", "-sha256", full]], 9)
        pairs = measure.median([a.seconds / b.seconds for a, b in zip(*runs)])
        print(f"\n{path}, {size / 1e6:.1f} MB; scan with hashing against openssl: {pairs:.3f} x as median of the pairs (aim: 1.10)")
        print(measure.table(head, [row(n, r, size) for n, r in zip(["assay scan", "openssl dgst -sha256"], runs)]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--no-peers", action="store_true")
    args = parser.parse_args()
    assay = measure.need_program()
    print(measure.machine())
    if not args.no_peers:
        install()
    names = [n for n in PEERS if not args.no_peers and os.path.exists(peer(n))]
    for name in PEERS:
        if name not in names:
            measure.skip(name, "--no-peers" if args.no_peers else "cannot be installed into .venv-bench")
    if os.path.isdir(SHARED):
        with open(os.path.join(SHARED, "labels.tsv"), encoding="utf-8") as f:
            verdicts(list(csv.DictReader(f, delimiter="\t")), names, assay)
    else:
        measure.skip("labelled files", "the shared data is not here")
    speed(names, assay)


main()
