#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Signals of trust: what is seen, with evidence that verifies; what is absent; what a folder cannot show."""
import hashlib, json, os, sys, tempfile
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tap import *

ENV = {"XDG_DATA_HOME": "/nonexistent"}
CARD = """---
license: mit
model_creator: Example Org
extra_gated_prompt: Tell us who you are
extra_gated_fields:
  Name: text
---
# M

- **Developed by:** [More Information Needed]
- **Model Release Date:** 18 April 2030

```python
m = load("x", revision="step-1000")
m = load("x", revision='v2')
m = load("x", revision="main", default_revision="none")
```

## Changelog

2030-01-02: first.

## Security policy

Write to security@example.org.
"""


def sha(x):
    return hashlib.sha256(x if isinstance(x, bytes) else x.encode()).hexdigest()


def trust(path, *args):
    status, out, err = run("check", "--json", path, *args, env=ENV)
    if not out:
        raise AssertionError(f"exit {status}: {err}")
    doc = json.loads(out)
    check_schema(doc, "assay.check-1.json")
    claims = {c["id"]: c for c in doc["claims"]}
    for s in doc["trust"]:
        equal(s["state"] == "seen", s["value"] != "")
        if s["claim"]:
            equal(claims[s["claim"]]["subject"], "trust." + s["name"])
            equal(claims[s["claim"]]["status"] == "unknown", s["evidence"] == [])
    with tempfile.NamedTemporaryFile("w", suffix=".json") as f:      # every pointer opens again
        f.write(out)
        f.flush()
        equal(run("check", "--verify", f.name, path, env=ENV)[0], 0)
    return {s["name"]: s for s in doc["trust"]}, claims, doc


def states(t, state):
    return {name for name, s in t.items() if s["state"] == state}


def nothing_is_seen_in_a_bare_model():
    with Folder({"w.gguf": gguf({"general.architecture": "llama"})}) as m:
        t, _, doc = trust(m)
        equal(states(t, "seen"), set())
        equal(states(t, "not-visible-offline"), {"downloads", "response-time", "open-issues", "later-revisions"})
        entry = doc["checklist"][9]
        equal((entry["status"], entry["claims"]), ("silent", []))


def what_the_card_says_is_seen_and_a_template_is_not():
    with Folder({"README.md": CARD}) as m:
        t, _, doc = trust(m)
        equal(t["publisher"]["value"], "Example Org (card, model_creator)")
        equal("18 April 2030" in t["revision-date"]["value"], True)
        equal("extra_gated_prompt" in t["gate"]["value"] and "extra_gated_fields" in t["gate"]["value"], True)
        releases = t["intermediate-releases"]["value"]
        equal(["step-1000" in releases, "v2" in releases, "main" in releases, "none" in releases],
              [True, True, False, False])
        equal([t[x]["state"] for x in ("changelog", "security-policy", "signature", "digest-list")],
              ["seen", "seen", "absent", "absent"])
        equal(doc["checklist"][9]["status"], "partly")          # a signal is no grade


def keys_of_the_weights_are_seen():
    with Folder({"w.gguf": gguf({"general.author": "Ada", "general.quantized_by": "Bob"})}) as m:
        t, _, _ = trust(m)
        equal(t["publisher"]["value"], "Ada (gguf, general.author), Bob (gguf, general.quantized_by)")
        alone, _, _ = trust(m + "/w.gguf")
        equal("folder around the file was not examined" in alone["signature"]["why"], True)


def files_are_seen_by_their_names():
    with Folder({"README.md": "# M\n", "model.sig": "x", "w.safetensors.asc": "x", "CHANGELOG.md": "## 2030-02-03\n",
                 "SECURITY.md": "x", "MAINTAINERS": "Ada", "checkpoint-10/a.json": "{}", "checkpoint-10/b.json": "{}",
                 "checkpoint-20/a.json": "{}", "runs/global_step5/c.json": "{}", "checkpoints/a.json": "{}"}) as m:
        t, claims, _ = trust(m)
        equal("model.sig" in t["signature"]["value"] and "not verified" in t["signature"]["value"], True)
        equal(t["changelog"]["value"], "CHANGELOG.md")
        equal(t["revision-date"]["value"], "2030-02-03 (CHANGELOG.md)")
        equal(t["security-policy"]["value"], "SECURITY.md")
        equal("MAINTAINERS" in t["contact"]["value"], True)
        equal(t["intermediate-releases"]["value"], "3 folders such as checkpoint-10")


def digests_that_match_are_counted():
    with Folder({"a": "a", "b": "b", "sub/c": "c", "d": "d"}) as m:
        lists = {"SHA256SUMS": f"{sha('a')}  a\n{sha('b')} *./b\n{sha('x')}  gone\n",
                 "sub/checksums.txt": f"SHA256 (c) = {sha('c').upper()}\n{sha('a')}  a\nnoise\n",
                 "d.sha256": sha("d") + "\n", "e.sha256": "0" * 40 + "  a\n"}
        for name, text in lists.items():
            with open(os.path.join(m, name), "w") as f:
                f.write(text)
        t, claims, doc = trust(m)
        value = t["digest-list"]["value"]
        equal("5 of 6 listed digests match" in value, True)
        equal("1 of the listed files is not here" in value, True)
        equal("1 of another kind" in value, True)
        equal(claims[t["digest-list"]["claim"]]["status"], "concluded")
        unhashed, _, _ = trust(m, "--no-hash")
        equal("0 of 6" in unhashed["digest-list"]["value"] and "5 not compared" in unhashed["digest-list"]["value"], True)


def a_digest_that_differs_is_a_conflict_with_both_sides():
    with Folder({"a": "a", "b": "b", "SHA256SUMS": f"{sha('a')}  a\n{sha('not b')}  b\n"}) as m:
        t, claims, doc = trust(m)
        claim = claims[t["digest-list"]["claim"]]
        equal(claim["status"], "conflict")
        equal("1 differs: b" in claim["value"], True)
        line, file = claim["evidence"]
        equal((line["path"], line["line_from"]), ("SHA256SUMS", 2))
        equal((file["path"], file["byte_to"], file["sha256"]), ("b", 1, sha("b")))
        entry = doc["checklist"][9]
        equal((entry["status"], claim["id"] in entry["claims"]), ("contradicted", True))
        equal("differ" in entry["answer"], True)


def a_list_cannot_lead_out_of_the_model_or_bear_itself_out():
    with Folder({"SHA256SUMS": f"{sha('root')}  ../x\n{sha('root')}  /etc/passwd\n{sha('root')}  SHA256SUMS\n",
                 "sub/SHA256SUMS": f"{sha('top')}  top\n", "top": "top"}) as m:
        t, _, _ = trust(m)
        value = t["digest-list"]["value"]
        equal("1 of 4 listed digests match" in value and "3 of the listed files are not here" in value, True)


def the_revision_is_seen_where_it_is_noted():
    commit = "0123456789abcdef0123456789abcdef01234567"
    with Folder({f".cache/huggingface/download/{n}.metadata": f"{commit}\nx\n1\n" for n in "ab"}) as m:
        t, claims, _ = trust(m)
        equal(commit in t["revision"]["value"] and "2 files" in t["revision"]["value"], True)
        with open(m + "/.cache/huggingface/download/b.metadata", "w") as f:
            f.write("f" * 40 + "\nx\n1\n")
        t, claims, doc = trust(m)
        equal(claims[t["revision"]["claim"]]["status"], "conflict")
        equal(doc["checklist"][9]["status"], "contradicted")
    with Folder({".git/HEAD": "ref: refs/heads/main\n", ".git/refs/heads/main": commit + "\n", "a": "a"}) as m:
        t, _, _ = trust(m)
        equal(t["revision"]["value"], f"{commit} (git, refs/heads/main)")
        equal(t["revision"]["evidence"][0]["path"], ".git/refs/heads/main")
    for head in ("ref: refs/heads/../../../x\n", "ref: refs/heads//etc/passwd\n", "ref: refs/tags/x\n", "x\n", ""):
        with Folder({".git/HEAD": head, "x": commit + "\n", "a": "a"}) as m:
            equal(trust(m)[0]["revision"]["state"], "absent")
    with Folder({"models--org--m/snapshots/aaa/README.md": "# M\n"}) as top:
        t, _, _ = trust(top + "/models--org--m/snapshots/aaa")
        equal(t["revision"]["value"], "aaa (name of the hub's cache folder)")
        equal(t["publisher"]["value"], "org (name of the hub's cache folder)")
        equal((t["publisher"]["evidence"], t["revision"]["evidence"]), ([], []))


def hostile_text_stays_text():
    with Folder({"README.md": "---\nauthor: \"a\\e[31mb\"\n---\n- **Developed by:** \x1b]0;x\x07 y\n",
                 "\x1b[2J.sig": "x"}) as m:
        out = run("check", "-v", m, env=ENV)[1]
        equal("\x1b" in out or "\x07" in out, False)
        equal("Signals of trust" in out, True)


main([nothing_is_seen_in_a_bare_model, what_the_card_says_is_seen_and_a_template_is_not, keys_of_the_weights_are_seen,
      files_are_seen_by_their_names, digests_that_match_are_counted, a_digest_that_differs_is_a_conflict_with_both_sides,
      a_list_cannot_lead_out_of_the_model_or_bear_itself_out, the_revision_is_seen_where_it_is_noted,
      hostile_text_stays_text])
