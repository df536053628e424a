#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Licence identification beside its peers: what is right, what is wrong, how long, how much memory.

    bench/license.py [--texts N] [--no-scancode]

Reads $ASSAY_SHARED/data/licenses (../shared by default): the 40 rows of cases/cases.tsv and the 19
texts of tools/license-sources.tsv below more/. --texts N adds N of texts/, spread evenly (all: 0 means
every one); for these only Assay's own result is counted. Peers: licensee and licensecheck (Debian),
ScanCode (from PyPI, in .venv-bench/, made on the first run; some minutes). A peer that is not there
is skipped with the reason.

Every tool gets the same copies: a licence is called LICENSE (LICENSE.md), as its tools expect; notices,
policies and pointers keep their names. What is "right": exactly the expected id is named; "silent":
nothing is named, or only a generic word; "wrong": anything else. On rows that hold no licence
(policies, notices, an address; a policy that has an id is one of these) naming nothing, or the policy
itself, is right.

A licence that a tool has in its own database is easier for it. So Assay is also run on each text with that
text's licence taken out of a copy of the program: the fingerprints of its id, in any spelling, are spoilt. Then
silence ("near" or "unknown") is right, and so is another licence that lies in it whole when the rest is shown as not
explained ("residue") and the class is that of the rest.
"""
import argparse, csv, json, os, re, shutil, struct, subprocess, sys, tempfile
from lib import measure

SHARED = os.environ.get("ASSAY_SHARED", os.path.join(measure.ROOT, "..", "shared"))
TEXTS = os.path.join(SHARED, "data", "licenses")
VENV = os.path.join(measure.ROOT, ".venv-bench")
SCANCODE = ("scancode-toolkit==32.5.0", "pluggy<1.7")
GENERIC = re.compile(r"unknown|noassertion|^none$|free-unknown|proprietary-license|other-(permissive|copyleft)|"
                     r"generic|warranty-disclaimer|commercial-license$|unlicensed$")
FLAG_GENERIC, HEAD_BYTES, ENTRY_BYTES = 4, 24, 48
CLASSES = ("unknown", "permissive", "copyleft", "restricted", "noncommercial", "research", "proprietary", "none")


class Row:
    """One text: where it lies, the id expected ('' when it holds no licence), its copy."""

    def __init__(self, path, ident, label, is_policy):
        self.path, self.ident, self.label, self.is_policy = path, ident, label, is_policy
        self.copy = None

    def has_license(self):
        return self.ident != "" and not self.is_policy


def rows_of_cases():
    with open(os.path.join(TEXTS, "cases", "cases.tsv"), encoding="utf-8") as f:
        for case in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE):
            path = os.path.join("cases", case["folder"], case["file"])
            ident = "" if case["licence"] == "-" else case["licence"]
            is_policy = case["role"] == "policy"
            if is_policy and case["file"].endswith(".LICENSE"):
                ident = "LicenseRef-scancode-" + case["file"][:-len(".LICENSE")]
            yield Row(os.path.join(TEXTS, path), ident, path, is_policy)


def rows_of_more():
    with open(os.path.join(measure.ROOT, "tools", "license-sources.tsv"), encoding="utf-8") as f:
        for line in f:
            if line.startswith("more/"):
                path, ident = line.rstrip("\n").split("\t")
                yield Row(os.path.join(TEXTS, path), ident, path, "policy" in os.path.basename(path).lower())


def copy_rows(rows, folder):
    """NN/LICENSE for what holds a licence, NN/<its name> for the rest; the same for every tool."""
    for number, row in enumerate(rows):
        name = os.path.basename(row.path)
        if row.has_license():
            name = "LICENSE.md" if name.lower().endswith(".md") else "LICENSE"
        row.copy = os.path.join(folder, f"{number:03d}", name)
        os.makedirs(os.path.dirname(row.copy))
        shutil.copyfile(row.path, row.copy)


# ---- the index: which class an id has, and the program without one licence -------------------

class Index:
    """data/licenses/fingerprints.bin, as license/index.h draws it."""

    def __init__(self, raw):
        self.raw = raw
        _, n_entries, n_shingles, _, _ = struct.unpack_from("<8s4I", raw)
        strings = HEAD_BYTES + n_entries * ENTRY_BYTES + n_shingles * 4
        self.shingles = HEAD_BYTES + n_entries * ENTRY_BYTES
        self.entries, self.class_of, self.generic, self.digests = [], {}, set(), {}
        for i in range(n_entries):
            at = HEAD_BYTES + i * ENTRY_BYTES
            where, = struct.unpack_from("<I", raw, at)
            ident = raw[strings + where:raw.index(b"\0", strings + where)].decode()
            _, klass, flags, _ = struct.unpack_from("<4B", raw, at + 20)
            self.entries.append((ident, at))
            self.class_of.setdefault(key_of(ident), CLASSES[klass])
            self.digests.setdefault(key_of(ident), set()).add(raw[at + 32:at + 48])
            if flags & FLAG_GENERIC:
                self.generic.add(key_of(ident))

    def is_generic(self, ident):
        return key_of(ident) in self.generic or bool(GENERIC.search(key_of(ident)))

    def same_text(self, ident, idents):
        """Do all of idents have a text that is word for word one of ident's? Lists know some texts twice."""
        own = self.digests.get(key_of(ident), set())
        return bool(idents) and all(own & self.digests.get(key_of(i), set()) for i in idents)

    def permissive_only(self, idents):
        return bool(idents) and all(self.class_of.get(key_of(i)) == "permissive" for i in idents)


def key_of(ident):
    """Two vocabularies made comparable: LicenseRef-scancode-x, LicenseRef-x and x are one key."""
    return re.sub(r"^licenseref-(scancode-)?", "", ident.lower())


class Without:
    """A copy of the program in which the fingerprints of one id are spoilt."""

    def __init__(self, program, index, folder):
        with open(program, "rb") as f:
            self.image = f.read()
        self.at = self.image.find(index.raw)
        self.index, self.path = index, os.path.join(folder, "assay-without")

    def make(self, ident):
        image = bytearray(self.image)
        for other, at in self.index.entries:
            if key_of(other) != key_of(ident):
                continue
            first, n = struct.unpack_from("<II", self.index.raw, at + 8)
            for i in range(first, first + n):       # other hashes, the same lengths: they match nothing
                where = self.at + self.index.shingles + 4 * i
                image[where:where + 4] = bytes(b ^ m for b, m in zip(image[where:where + 4], b"\x60\xa5\x5a\xc3"))
            image[self.at + at + 32:self.at + at + 48] = bytes(16)
        with open(self.path, "wb") as f:
            f.write(image)
        os.chmod(self.path, 0o755)
        return self.path


# ---- the tools: each returns {copy: ids named}, seconds, peak MB ------------------------------

def assay_answers(run):
    answers = {}
    for f in json.loads(run.out)["files"]:
        answers[f["path"]] = ({c["id"] for c in f["concluded"]}, f["class"], f["match"])
    return answers


def run_assay(program, rows, times=5):
    command = [program, "license", "--json", *[row.copy for row in rows]]
    runs = [measure.Run(command) for _ in range(times + 1)][1:]
    if runs[0].status not in (0, 1):
        sys.exit(f"bench: assay ended with {runs[0].status}: {runs[0].talk.strip()}")
    named = {path: answer[0] for path, answer in assay_answers(runs[0]).items()}
    return named, measure.median([r.seconds for r in runs]), max(r.peak_mb for r in runs)


def run_licensee(rows):
    """One process per folder, as its manual shows: it has no way to take many."""
    named, seconds, peak = {}, 0.0, 0.0
    for row in rows:
        run = measure.Run(["licensee", "detect", "--json", os.path.dirname(row.copy)])
        doc = json.loads(run.out) if run.out.strip() else {"licenses": []}
        named[row.copy] = {one["spdx_id"] for one in doc["licenses"]}
        seconds += run.seconds
        peak = max(peak, run.peak_mb)
    return named, seconds, peak


def run_licensecheck(rows, times=5):
    command = ["licensecheck", "--shortname-scheme=spdx", "--machine", "--lines=0", *[row.copy for row in rows]]
    runs = [measure.Run(command) for _ in range(times)]
    named = {}
    for line in runs[0].out.splitlines():
        path, _, what = line.partition("\t")
        named[path] = set(re.split(r" and/or | and | or ", what.strip()))
    return named, measure.median([r.seconds for r in runs]), max(r.peak_mb for r in runs)


def scancode_program():
    program = os.path.join(VENV, "bin", "scancode")
    if not os.access(program, os.X_OK):
        print("bench: installing ScanCode into .venv-bench; this takes minutes", file=sys.stderr, flush=True)
        made = subprocess.run([sys.executable, "-m", "venv", VENV]).returncode == 0
        if made:
            with open(os.path.join(VENV, ".gitignore"), "w", encoding="utf-8") as f:
                f.write("*\n")
            made = subprocess.run([os.path.join(VENV, "bin", "pip"), "install", "--quiet", *SCANCODE]).returncode == 0
        if not made:
            return None
    return program


def run_scancode(program, rows, folder):
    """Warmed by one run on one file, which also makes its index cache; then timed once."""
    out = os.path.join(os.path.dirname(folder), "scancode.json")
    measure.Run([program, "--license", "--quiet", "--json-pp", out, rows[0].copy])
    run = measure.Run([program, "--license", "--quiet", "--json-pp", out, folder])
    named = {}
    with open(out, encoding="utf-8") as f:
        doc = json.load(f)
    for f in doc["files"]:
        if f["type"] == "file":
            path = os.path.join(os.path.dirname(folder), f["path"])
            words = re.findall(r"[\w.+-]+", f["detected_license_expression_spdx"] or "")
            named[path] = {w for w in words if w not in ("AND", "OR", "WITH")}
    return named, run.seconds, run.peak_mb


# ---- judging ----------------------------------------------------------------------------------

def outcome(row, named, index):
    """right | wrong | silent, for a row with a licence; none | named, for one without."""
    keys = {key_of(i) for i in named if not index.is_generic(i)}
    if not row.has_license():
        return "none" if not keys or keys == {key_of(row.ident)} else "named"
    if not keys:
        return "silent"
    return "right" if keys == {key_of(row.ident)} else "wrong"


def is_restrictive(row, index):
    return row.has_license() and index.class_of.get(key_of(row.ident)) not in ("permissive", None)


def judge(rows, answers, index):
    count = dict.fromkeys(("right", "wrong", "silent", "none", "named", "permissive"), 0)
    for row in rows:
        named = answers.get(row.copy, set())
        count[outcome(row, named, index)] += 1
        if is_restrictive(row, index) and index.permissive_only({i for i in named if not index.is_generic(i)}):
            count["permissive"] += 1
    return count


def short(idents):
    return ", ".join(sorted(re.sub(r"^LicenseRef-(scancode-)?", "", i) for i in idents)) or "-"


def unseen(program, rows, index, folder):
    """Each licence text, with its own licence unknown. Returns counts, and the rows where a licence was named."""
    without = Without(program, index, folder)
    if without.at < 0:
        return None
    count, named = dict.fromkeys(("silent", "wrong", "permissive"), 0), []
    for row in rows:
        if not row.has_license():
            continue
        run = measure.Run([without.make(row.ident), "license", "--json", row.copy])
        if run.status not in (0, 1):
            sys.exit(f"bench: the copy of the program without {row.ident} fails: {run.talk.strip()}")
        ids, klass, match = assay_answers(run)[row.copy]
        count["wrong" if ids and match != "residue" else "silent"] += 1
        if ids:
            named.append((row.label, short({row.ident}), short(ids), match, klass))
        if is_restrictive(row, index) and klass == "permissive":
            count["permissive"] += 1
    return count, named


# ---- all of texts/, for Assay alone ------------------------------------------------------------

def text_files():
    folder = os.path.join(TEXTS, "texts")
    return [os.path.join(folder, f) for f in sorted(os.listdir(folder)) if f.endswith(".LICENSE")]


def spread(items, n):
    return items if not n or n >= len(items) else [items[i * len(items) // n] for i in range(n)]


def head_of(path):
    """What the YAML head of a text of LicenseDB says: its key and SPDX id; empty texts say nothing."""
    with open(path, encoding="utf-8", errors="replace") as f:
        head, _, body = f.read().partition("\n---\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    ident = fields.get("spdx_license_key") or "LicenseRef-scancode-" + fields.get("key", "?")
    return ident.strip("'\""), bool(body.strip()) and "key" in fields


def report_texts(program, index, n):
    known = [(p, *head_of(p)) for p in spread(text_files(), n)]
    known = [(p, ident) for p, ident, has_text in known if has_text]
    run = measure.Run([program, "license", "--json", *[p for p, _ in known]])
    answers = assay_answers(run)
    count = dict.fromkeys(("right", "twin", "wrong", "silent"), 0)
    more_open = []
    for path, ident in known:
        ids, klass, _ = answers[path]
        keys = {key_of(i) for i in ids}
        state = ("silent" if not keys else "right" if keys == {key_of(ident)}
                 else "twin" if index.same_text(ident, ids) else "wrong")
        count[state] += 1
        if klass == "permissive" and state != "twin" and index.class_of.get(key_of(ident)) not in ("permissive", "unknown"):
            more_open.append(f"{os.path.basename(path)} named {short(ids)}")
    print(f"\n{len(known)} texts of ScanCode LicenseDB: {count['right']} named by the very id, {count['twin']} by another "
          f"id of the same text, {count['wrong']} wrong, {count['silent']} unnamed; {len(more_open)} called permissive "
          f"that are not; {run.seconds:.2f} s, {run.cpu_seconds:.2f} s of CPU, {run.peak_mb:.0f} MB")
    for line in more_open:
        print(f"    {line}")


def report_seventy(program, rows):
    """The time of 70 files in one process, start included."""
    extra = spread(text_files(), 70 - len(rows))
    files = [row.copy for row in rows] + extra
    size = sum(os.path.getsize(f) for f in files)
    runs = [measure.Run([program, "license", "--json", *files]) for _ in range(10)][1:]
    start = [measure.Run([program, "license", "--json", "/dev/null"]) for _ in range(10)][1:]
    wall = [r.seconds * 1e3 for r in runs]
    print(f"\n{len(files)} licence files, {size / 1e3:.0f} KB, one process, start included: median "
          f"{measure.median(wall):.1f} ms of 9 (from {min(wall):.1f} to {max(wall):.1f}), CPU "
          f"{measure.median([r.cpu_seconds * 1e3 for r in runs]):.1f} ms, {max(r.peak_mb for r in runs):.0f} MB; with one "
          f"empty file: {measure.median([r.seconds * 1e3 for r in start]):.1f} ms")


def peers(args, rows, folder):
    """(name, answers, seconds, peak) of every peer that is there."""
    plain = (("licensee", run_licensee), ("licensecheck", run_licensecheck))
    for name, run in plain:
        if measure.found(name):
            yield (name, *run(rows))
        else:
            measure.skip(name, "not installed (Debian packages ruby-licensee, licensecheck)")
    program = None if args.no_scancode else scancode_program()
    if program:
        yield ("ScanCode", *run_scancode(program, rows, folder))
    else:
        measure.skip("ScanCode", "--no-scancode" if args.no_scancode else "cannot be installed into .venv-bench")


def report_wrong(rows, results, index):
    head = ["text", "it is"] + [name for name, *_ in results]
    lines = []
    for row in rows:
        states = [outcome(row, answers.get(row.copy, set()), index) for _, answers, _, _ in results]
        if not {"wrong", "named"} & set(states):
            continue
        said = []
        for state, (_, answers, _, _) in zip(states, results):
            named = short(answers.get(row.copy, set()))
            said.append("right" if state in ("right", "none") else "silent" if state == "silent" else f"**{named}**")
        lines.append([row.label, short({row.ident}) if row.has_license() else "no licence", *said])
    print("\nRows on which a tool names something else (bold)\n")
    print(measure.table(head, lines))


def report(args, rows, folder, program, index):
    n_license = sum(row.has_license() for row in rows)
    results = [("assay", *run_assay(program, rows)), *peers(args, rows, folder)]
    lines = []
    for name, answers, seconds, peak in results:
        c = judge(rows, answers, index)
        lines.append([name, c["right"], c["wrong"], c["silent"], c["permissive"], c["named"], f"{seconds:.3f}", f"{peak:.0f}"])
    lost = unseen(program, rows, index, os.path.dirname(folder))
    if lost:
        c = lost[0]
        lines.append(["assay, that licence unknown to it", "-", c["wrong"], c["silent"], c["permissive"], "-", "-", "-"])
    print(f"{len(rows)} texts, {n_license} of them licences; all timed on the same files\n")
    print(measure.table(["tool", "right", "wrong", "silent", "called permissive though restrictive",
                         f"named one of {len(rows) - n_license} without", "wall s", "peak MB"], lines))
    report_wrong(rows, results, index)
    if lost and lost[1]:
        print("\nWhat was named when its own licence was taken out of the index\n")
        print(measure.table(["text", "it is", "named", "match", "class"], lost[1]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=int, metavar="N", help="also N texts of LicenseDB; 0 is all")
    parser.add_argument("--no-scancode", action="store_true", help="leave ScanCode out")
    args = parser.parse_args()
    if not os.path.isdir(TEXTS):
        measure.skip("license", "no licence texts; set ASSAY_SHARED")
        return
    program = measure.need_program()
    with open(os.path.join(measure.ROOT, "data", "licenses", "fingerprints.bin"), "rb") as f:
        index = Index(f.read())
    rows = [*rows_of_cases(), *rows_of_more()]
    print(measure.machine())
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as top:
        folder = os.path.join(top, "rows")
        copy_rows(rows, folder)
        report(args, rows, folder, program, index)
        report_seventy(program, rows)
        if args.texts is not None:
            report_texts(program, index, args.texts)


main()
