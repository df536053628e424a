# SPDX-License-Identifier: Apache-2.0
"""assay license: labelled cases with every fact, the JSON's schema, exits, hostile names."""
import csv, json, os, re, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tap import *

WORDS = {"Y": "yes", "N": "no", "C": "conditional", "NC": "noncommercial", "?": "unsaid"}


def cases():
    path = need(SHARED + "/data/licenses/cases/cases.tsv", "no shared licence texts")
    return list(csv.DictReader(open(path), delimiter="\t", quoting=csv.QUOTE_NONE))


def first_word(cell):
    return WORDS[re.match(r"(NC|Y|N|C|\?)", cell).group(1)]


def every_case_has_its_id_and_facts():
    rows = cases()
    files = [f"{SHARED}/data/licenses/cases/{r['folder']}/{r['file']}" for r in rows]
    status, out, err = run("license", "--json", *files)
    doc = json.loads(out)
    equal(err, "")
    check_schema(doc, "assay.license-1.json")
    wrong = []

    def expect(row, what, got, want):
        if got != want:
            wrong.append(f"{row['folder']}/{row['file']}: {what} is {got!r}, want {want!r}")

    for row, f in zip(rows, doc["files"]):
        ids = [c["id"] for c in f["concluded"]]
        expect(row, "id", ids, [] if row["licence"] == "-" else [row["licence"]])
        if row["licence"] == "-" or row["role"] == "policy":
            expect(row, "class", f["class"], "none")
            continue
        expect(row, "match", f["match"], "exact")
        facts = f["facts"]
        for column in ("commercial", "redistribute", "modify"):
            expect(row, column, facts[column], first_word(row[column]))
        outputs = row["outputs_train_others"]
        named = outputs.startswith("Y (with") or outputs.startswith("Y (Cosmos")
        expect(row, "outputs", facts["outputs_train_others"] in (("yes", "conditional") if named else
               (first_word(outputs),)), True)
        expect(row, "use_policy", facts["use_policy"], "no" if row["use_policy"].startswith("-") else "yes")
        expect(row, "share_changes", facts["share_changes"],
               {"-": "no", "restrictions only": "restrictions"}.get(row["share_changes"], row["share_changes"]))
        expect(row, "osi", facts["osi"], "yes" if row["osi"].startswith("Y") else "no")
        expect(row, "mof", facts["mof"], "yes" if row["mof"].startswith("Y") else "no")
        figure = re.search(r">(?:USD )?(\d+) M", row["threshold"])
        amounts = [t["amount"] for t in facts["thresholds"]]
        expect(row, "threshold", int(figure.group(1)) * 1000000 in amounts if figure else amounts == [], True)
        expect(row, "region", any("EU" in r["exclude"] for r in facts["regions"]), row["region"].startswith("EU"))
        expect(row, "permissive", f["class"] == "permissive" and row["commercial"] != "Y", False)
    equal(wrong, [])


def the_whole_collection_in_one_go():
    folder = need(SHARED + "/data/licenses/texts", "no shared licence texts")
    files = sorted(os.path.join(folder, n) for n in os.listdir(folder) if n.endswith(".LICENSE"))
    status, out, _ = run("license", "--json", *files)
    doc = json.loads(out)
    equal(len(doc["files"]), len(files))
    check_schema(doc, "assay.license-1.json")


def an_unknown_text_is_said_as_unknown_with_the_nearest():
    mit = need(SHARED + "/data/licenses/texts/mit.LICENSE", "no shared licence texts")
    body = open(mit).read().split("---\n\n", 1)[1]
    with Folder({"LICENSE": body.replace("without restriction", "without commercial restriction")}) as d:
        status, out, _ = run("license", "--json", d + "/LICENSE")
        f = json.loads(out)["files"][0]
        equal(status, 1)
        equal((f["match"], f["concluded"], f["nearest"][0]["id"]), ("near", [], "MIT"))
        equal(f["class"] == "permissive", False)
        status, out, _ = run("license", d + "/LICENSE")
        equal("nearest is MIT" in out and re.search(r"lines 3-3 .*commercial", out) is not None, True)


def the_catalogue_can_be_listed_and_shown():
    status, out, _ = run("license", "--list")
    equal(status, 0)
    equal(len(out.splitlines()) >= 90, True)
    for name in ("Apache-2.0", "apache-2.0", "llama3.1", "Apache License 2.0"):
        status, out, _ = run("license", "--show", name)
        equal(status, 0)
    status, out, _ = run("license", "--show", "Apache-2.0", "--json")
    equal(json.loads(out)["license"]["id"], "Apache-2.0")
    equal(run("license", "--show", "no-such-license")[0], 4)


def wrong_use_is_refused():
    equal(run("license")[0], 2)
    equal(run("license", "--nope")[0], 2)
    equal(run("license", "--json", "--json", "x")[0], 2)
    equal(run("license", "--show")[0], 2)
    equal(run("nonsense")[0], 2)
    status, out, err = run("license", "/nonexistent/LICENSE")
    equal((status, out), (4, ""))
    equal("cannot open" in err, True)


def hostile_bytes_reach_no_terminal():
    with Folder({"LICENSE": b"\x00\x01binary"}) as d:
        status, out, err = run("license", d + "/LICENSE")
        equal((status, out), (3, ""))
        equal("byte 0" in err, True)
    with Folder({"LIC\x1b[31mENSE": "license \x1b[2J agreement"}) as d:
        _, out, err = run("license", d + "/LIC\x1b[31mENSE")
        equal("\x1b" in out + err, False)


def an_empty_file_is_no_licence():
    with Folder({"LICENSE": ""}) as d:
        status, out, _ = run("license", "--json", d + "/LICENSE")
        equal(json.loads(out)["files"][0]["class"], "none")


main([every_case_has_its_id_and_facts, the_whole_collection_in_one_go,
      an_unknown_text_is_said_as_unknown_with_the_nearest, the_catalogue_can_be_listed_and_shown,
      wrong_use_is_refused, hostile_bytes_reach_no_terminal, an_empty_file_is_no_licence])
