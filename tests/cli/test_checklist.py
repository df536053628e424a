#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The twelve questions: what answers them, what never does, and a screen that fits."""
import json, os, sys, tempfile
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tap import *

ENV = {"XDG_DATA_HOME": "/nonexistent"}
HOSTED = ["--commercial", "yes", "--deployment", "hosted", "--users-month", "1000", "--country", "US", "--field",
          "general", "--modality", "text", "--modify", "no", "--train-others", "no"]
NEVER_BY_THE_PROGRAM = (6, 8, 10, 11, 12)
CARD = """---
license: {license}
datasets: [ms_marco]
model-index:
- name: m
  results:
  - task: {{type: text-generation}}
    dataset: {{name: MMLU, type: mmlu}}
    metrics:
    - {{type: accuracy, value: 51.2}}
---
# M

## Intended use

It is intended for summarising support tickets in English, inside a company.

## Out-of-scope use

It must not be used for decisions about people, such as hiring or credit.

## Limitations

It invents facts, fails on long inputs above 2048 tokens and knows nothing after 2024.

## Bias, risks

The model repeats gender stereotypes found in its training data; outputs may be toxic.

## Training data

Trained on 12 billion tokens of English web pages and 500,000 support tickets, deduplicated.

## Evaluation results

| benchmark | accuracy |
|-----------|----------|
| MMLU      | 51.2     |

## Contact

Write to models@acme-research.eu.
"""


def checklist(path, *args):
    status, out, err = run("check", "--json", path, *args, env=ENV)
    if not out:
        raise AssertionError(f"exit {status}: {err}")
    doc = json.loads(out)
    check_schema(doc, "assay.check-1.json")
    ids = {c["id"] for c in doc["claims"]}
    for x in doc["checklist"]:
        equal(x["status"], x["found"])
        equal(x["next"] == "", x["status"] == "answered")
        equal(x["status"] == "open" or x["answer"] != "", True)
        equal(set(x["claims"]) <= ids, True)
        if x["n"] in NEVER_BY_THE_PROGRAM:
            equal(x["status"] == "answered", False)
    return {x["n"]: x for x in doc["checklist"]}, doc


def bare_weights_leave_most_of_it_open_or_silent():
    with Folder({"w.gguf": gguf({"general.architecture": "llama"})}) as m:
        q, _ = checklist(m)
        equal(q[2]["status"], "silent")
        equal([q[n]["status"] for n in (4, 5, 6, 9)], ["silent"] * 4)
        equal([q[n]["status"] for n in (8, 12)], ["open"] * 2)
        q, doc = checklist(m, *HOSTED)
        equal((doc["verdict"]["answer"], q[3]["status"]), ("cannot-tell", "silent"))


def a_card_answers_what_it_says():
    with Folder({"README.md": CARD.format(license="apache-2.0")}) as m:
        q, _ = checklist(m)
        equal([q[n]["status"] for n in (2, 4, 5, 9)], ["answered"] * 4)
        equal(q[6]["status"], "partly")                 # the publisher's examples
        equal("not yours" in q[6]["answer"], True)
        equal(q[11]["status"], "partly")
        equal("MS MARCO" in q[5]["answer"] and "not for commercial use" in q[5]["answer"], True)
        equal(q[12]["status"], "open")


def a_slot_of_a_template_answers_nothing():
    with Folder({"README.md": "---\nlicense: mit\n---\n# M\n\n## Limitations\n\n[More Information Needed]\n\n## Bias, "
                              "risks\n\n## Intended use\n"}) as m:
        q, _ = checklist(m)
        equal([q[n]["status"] for n in (4, 6, 9)], ["silent"] * 3)


def commercial_use_follows_the_verdict():
    for license, want, status in (("apache-2.0", "allow", "answered"), ("cc-by-nc-4.0", "deny", "answered"),
                                  ("llama3.1", "cannot-tell", None)):
        with Folder({"README.md": CARD.format(license=license)}) as m:
            q, doc = checklist(m)
            equal((q[3]["status"], "--commercial" in q[3]["next"]), ("partly", True))
            q, doc = checklist(m, *HOSTED)
            equal(doc["verdict"]["answer"] in q[3]["answer"], True)
            if status:
                equal((doc["verdict"]["answer"], q[3]["status"]), (want, status))
            q, doc = checklist(m, "--commercial", "yes")
            if doc["verdict"]["answer"] in ("ask", "cannot-tell"):
                equal(q[3]["status"] in ("partly", "contradicted"), True)
                for u in doc["verdict"]["unknowns"]:
                    equal("--" + u["key"] in q[3]["answer"], True)


def statements_that_disagree_are_a_contradiction():
    with Folder({"README.md": CARD.format(license="apache-2.0"), "w.gguf": gguf({"general.license": "mit"})}) as m:
        q, doc = checklist(m)
        equal((len(doc["license"]["conflicts"]) > 0, q[2]["status"]), (True, "contradicted"))


def a_price_answers_a_part_of_the_cost():
    path = need(MODELS + "/smollm2", "no models (./dev models)")
    q, _ = checklist(path)
    equal((q[7]["status"], q[8]["status"]), ("partly", "open"))
    with tempfile.TemporaryDirectory(prefix="assay-cache-") as cache:
        status, out, _ = run("check", "--json", path, "--price-hour", "2", env=dict(ENV, XDG_CACHE_HOME=cache))
    q = {x["n"]: x for x in json.loads(out)["checklist"]}
    equal((q[7]["status"], q[8]["status"]), ("answered", "partly"))
    equal("Maintenance is not in it" in q[8]["answer"], True)


def the_screen_fits():
    for name in ("smollm2", "minilm"):
        path = need(f"{MODELS}/{name}", "no models (./dev models)")
        out = run("check", path, env=ENV)[1]
        lines = out.rstrip("\n").split("\n")
        equal(len(lines) <= 45, True)
        equal([x for x in lines if len(x) > 80], [])
        equal("\x1b" in out, False)
        for n in range(1, 13):
            equal(sum(x.startswith(f"  {n:2} ") and x[5] in "+~-!?" for x in lines), 1)


def every_question_is_told_in_full_with_v():
    with Folder({"README.md": CARD.format(license="mit")}) as m:
        out = run("check", "-v", m, env=ENV)[1]
        q, doc = checklist(m)
        flat = " ".join(out.split())
        for x in q.values():
            equal(x["question"] in flat and " ".join(x["answer"].split()) in flat, True)
        for word in ("Signals of trust", "What the card answers", "Model Openness Framework", "OSAID 1.0", "README.md:"):
            equal(word in out, True)


main([bare_weights_leave_most_of_it_open_or_silent, a_card_answers_what_it_says, a_slot_of_a_template_answers_nothing,
      commercial_use_follows_the_verdict, statements_that_disagree_are_a_contradiction,
      a_price_answers_a_part_of_the_cost, the_screen_fits, every_question_is_told_in_full_with_v])
