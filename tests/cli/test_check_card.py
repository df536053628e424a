# SPDX-License-Identifier: Apache-2.0
"""assay check --json, section "card": what a card answers, with lines that can be opened again."""
import json, os, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tap import *

CARDS = os.path.join(SOURCE, "tests", "golden", "cards")
RESULTS = "- dataset:\n    id: a/b\n    task_id: qa\n  value: 61.2\n"


def card_of(folder):
    status, out, err = run("check", "--json", folder)
    if not out:
        raise AssertionError(f"exit {status}: {err}")
    doc = json.loads(out)
    check_schema(doc, "assay.check-1.json")
    return doc, {t["topic"]: t for t in doc["card"]["topics"]}


def golden(name):
    with open(os.path.join(CARDS, name + ".md"), "rb") as f:
        return f.read()


def passages(folder, topic):
    for e in topic["evidence"]:
        with open(os.path.join(folder, e["path"]), "rb") as f:
            raw = f.read()
        part = raw[e["byte_from"]:e["byte_to"]]
        equal(raw[:e["byte_from"]].count(b"\n") + 1, e["line_from"])
        equal(raw[:e["byte_to"] - 1].count(b"\n") + 1, e["line_to"])
        yield part.decode()


def a_good_card_answers_all_with_its_lines():
    with Folder({"README.md": golden("good-long")}) as d:
        doc, topics = card_of(d)
        equal((doc["card"]["present"], doc["card"]["path"], doc["card"]["language"]), (True, "README.md", "en"))
        equal({t["state"] for t in topics.values()}, {"answered"})
        equal(any("longer than 256 tokens" in p for p in passages(d, topics["limitations"])), True)
        equal(any("triage@harbour.example" in p for p in passages(d, topics["contact"])), True)


def each_topic_is_a_claim_after_the_licence():
    with Folder({"README.md": golden("contradict-language")}) as d:
        doc, topics = card_of(d)
        claims = {c["id"]: c for c in doc["claims"]}
        status = {"silent": "unknown", "partly": "stated", "answered": "stated", "contradicted": "conflict"}
        for name, topic in topics.items():
            claim = claims[topic["claim"]]
            equal((claim["subject"], claim["status"]), ("card." + name, status[topic["state"]]))
            equal(claim["evidence"], topic["evidence"])
        equal(topics["languages"]["state"], "contradicted")
        equal([p.split(":")[0] for p in passages(d, topics["languages"])], ["language", "**Language(s) (NLP)"])
        subjects = [c["subject"] for c in doc["claims"]]
        first = subjects.index("card.intended-use")
        equal([s for s in subjects[first:] if s.startswith("license.")], [])
        equal(subjects[:first] != [], True)


def no_card_is_silence_and_says_so():
    with Folder({"LICENSE": "MIT"}) as d:
        doc, topics = card_of(d)
        equal((doc["card"]["present"], doc["card"]["path"]), (False, ""))
        equal({(t["state"], t["why"]) for t in topics.values()}, {("silent", "there is no model card")})


def a_template_is_silence():
    with Folder({"README.md": golden("template-untouched")}) as d:
        _, topics = card_of(d)
        equal({t["state"] for t in topics.values()}, {"silent"})
        equal(topics["limitations"]["why"], "only a slot that a template left behind")


def files_of_results_count():
    with Folder({"README.md": "# x\n", ".eval_results/a.yaml": RESULTS, ".eval_results/bad.yaml": "a: [",
                 ".eval_results/note.txt": RESULTS.replace("61.2", "1")}) as d:
        _, topics = card_of(d)
        equal(topics["evaluation-results"]["state"], "answered")
        equal([e["path"] for e in topics["evaluation-results"]["evidence"]], [".eval_results/a.yaml"])
        equal(["61.2" in p for p in passages(d, topics["evaluation-results"])], [True])
        equal((topics["evaluation-data"]["state"], topics["evaluation-metrics"]["state"]), ("answered", "partly"))


def a_changed_line_is_found_by_verify():
    with Folder({"README.md": golden("good-long")}) as d:
        report = d + "-report.json"
        with open(report, "w", encoding="utf-8") as f:
            f.write(run("check", "--json", d)[1])
        try:
            equal(run("check", "--verify", report)[0], 0)
            with open(d + "/README.md", "r+b") as f:
                raw = f.read().replace(b"longer than 256 tokens", b"longer than 512 tokens")
                f.seek(0)
                f.write(raw)
            equal(run("check", "--verify", report)[0], 6)
        finally:
            os.remove(report)


main([a_good_card_answers_all_with_its_lines, each_topic_is_a_claim_after_the_licence, no_card_is_silence_and_says_so,
      a_template_is_silence, files_of_results_count, a_changed_line_is_found_by_verify])
