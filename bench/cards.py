#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What real model cards answer, topic by topic, and how long it takes to find out.

    bench/cards.py [FOLDER]

FOLDER holds cards (*.md) anywhere below it; default: $ASSAY_SHARED/data/cards. Each card is copied into a folder
of its own and checked with `assay check --json --no-hash`. One row per card, one letter per topic:

    A answered   p partly   . silent   ! contradicted          (checklist: o open)

then counts per topic, the same for the twelve questions when the report has a checklist, and times: the
program over all cards, and a card of 1 MB (real cards one after another) beside a card of one line, whose
difference is the reading. The aim: under 50 ms for 1 MB.
"""
import json, os, sys, tempfile
from lib import measure

LETTER = {"answered": "A", "partly": "p", "silent": ".", "contradicted": "!", "open": "o"}
BIG = 1000000


def cards_below(folder):
    found = []
    for top, _, names in os.walk(folder):
        found += [os.path.join(top, name) for name in names if name.endswith(".md")]
    return sorted(found)


def check(program, folder):
    run = measure.Run([program, "check", "--json", "--no-hash", folder])
    if not run.out:
        return run, None
    return run, json.loads(run.out)


def put(scratch, name, raw):
    folder = os.path.join(scratch, name)
    os.makedirs(folder)
    with open(os.path.join(folder, "README.md"), "wb") as f:
        f.write(raw)
    return folder


def entries(checklist):
    """The questions of a checklist, however it is wrapped."""
    if isinstance(checklist, dict):
        checklist = next((v for v in checklist.values() if isinstance(v, list)), [])
    return [(str(q.get("n", i + 1)), q.get("status", "?")) for i, q in enumerate(checklist or [])]


def counts(title, rows):
    """How often each state was given: rows of [(name, state), ...], one list per card."""
    states = [s for s in LETTER if any(state == s for row in rows for _, state in row)]
    names = [name for name, _ in rows[0]]
    body = []
    for i, name in enumerate(names):
        body.append([name] + [sum(row[i][1] == s for row in rows) for s in states])
    total = [sum(state == s for row in rows for _, state in row) for s in states]
    print(f"\n{title}, {len(rows)} cards\n")
    print(measure.table(["", *states], body + [["all", *total]]))


def speed(program, scratch, paths):
    text = b""
    for path in paths:
        with open(path, "rb") as f:
            raw = f.read()
        text += raw.split(b"\n---", 1)[-1] if raw.startswith(b"---") else raw
    big = put(scratch, "big", (text * (BIG // max(len(text), 1) + 1))[:BIG])
    small = put(scratch, "small", b"# x\n")
    command = [program, "check", "--json", "--no-hash"]
    runs = measure.interleaved([command + [big], command + [small]], 9)
    cpu = [measure.median([r.cpu_seconds for r in row]) * 1e3 for row in runs]
    wall = [measure.median([r.seconds for r in row]) * 1e3 for row in runs]
    print(f"\na card of 1 MB: {wall[0]:.1f} ms, {cpu[0]:.1f} ms of CPU; of one line: {wall[1]:.1f} ms, {cpu[1]:.1f} ms; "
          f"the difference: {wall[0] - wall[1]:.1f} ms, {cpu[0] - cpu[1]:.1f} ms of CPU (median of 9; it includes the "
          "judge of licences, who reads the same card)")


def main():
    shared = os.environ.get("ASSAY_SHARED", os.path.join(measure.ROOT, "..", "shared"))
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(shared, "data", "cards")
    paths = cards_below(folder)
    if not paths:
        measure.skip("cards", f"no *.md below {folder}")
        return
    program = measure.need_program()
    print(measure.machine())
    table, topics, lists, seconds = [], [], [], []
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as scratch:
        for i, path in enumerate(paths):
            with open(path, "rb") as f:
                run, doc = check(program, put(scratch, f"card{i}", f.read()))
            name = os.path.relpath(path, folder)
            if doc is None or "card" not in doc:
                sys.exit(f"bench: {name}: no card in the report: {run.talk.strip()}")
            seconds.append(run.seconds)
            topics.append([(t["topic"], t["state"]) for t in doc["card"]["topics"]])
            row = [name[-46:], os.path.getsize(path), doc["card"]["language"] or "-",
                   " ".join(LETTER.get(s, "?") for _, s in topics[-1])]
            questions = entries(doc.get("checklist"))
            if questions:
                lists.append(questions)
                row.append(" ".join(LETTER.get(s, "?") for _, s in questions))
            table.append(row)
        head = ["card", "bytes", "language", "topics"] + (["questions"] if lists else [])
        print(f"\ntopics in this order: {', '.join(t for t, _ in topics[0])}\n")
        print(measure.table(head, table))
        counts("topics", topics)
        if lists:
            counts("questions", lists)
        print(f"\n{len(paths)} cards, {sum(seconds):.2f} s in all, {measure.median(seconds) * 1e3:.1f} ms the median program")
        speed(program, scratch, paths)


main()
