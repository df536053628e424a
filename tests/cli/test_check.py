# SPDX-License-Identifier: Apache-2.0
"""assay check: verdicts on real and made models, evidence that verifies, refusals, exits."""
import json, os, re, shutil, struct, sys, tempfile
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tap import *

TEXTS = SHARED + "/data/licenses"
HOSTED = ["--commercial", "yes", "--deployment", "hosted", "--users-month", "1000", "--country", "US", "--field",
          "general", "--modality", "text", "--modify", "no", "--train-others", "no"]


def text(path):
    raw = open(need(f"{TEXTS}/{path}", "no shared licence texts"), errors="replace").read()
    return raw.split("\n---\n", 1)[1] if raw.startswith("---\n") and path.startswith("texts/") else raw


def check(path, *args, expect=None):
    """The report of a model; the exit status must fit the answer."""
    status, out, err = run("check", "--json", path, *args)
    if not out:
        raise AssertionError(f"exit {status}: {err}")
    doc = json.loads(out)
    check_schema(doc, "assay.check-1.json")
    if "policy" not in doc:
        equal(status, 0 if doc["verdict"]["answer"].startswith("allow") else 1)
    if expect:
        equal(doc["verdict"]["answer"], expect)
    return doc


def ids(doc):
    return [c["id"] for c in doc["license"]["concluded"]]


def kinds(doc):
    return {c["kind"] for c in doc["license"]["conflicts"]}


def smollm2_is_apache_by_its_own_key():
    path = need(MODELS + "/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", "no models (./dev models)")
    doc = check(path, expect="allow-with-duties")
    declared = doc["license"]["declared"][0]
    equal((declared["id"], declared["raw"]), ("Apache-2.0", "apache-2.0"))
    e = declared["evidence"]
    with open(path, "rb") as f:
        f.seek(e["byte_from"])
        equal(f.read(e["byte_to"] - e["byte_from"]), b"apache-2.0")
    equal(doc["model"]["files"][0]["sha256"], "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53")


def minilm_says_apache_and_ships_mit():
    doc = check(need(MODELS + "/minilm", "no models (./dev models)"))
    equal("Apache-2.0" in [d["id"] for d in doc["license"]["declared"]], True)
    equal(ids(doc), ["MIT"])
    marco = [d for d in doc["license"]["datasets"] if "marco" in d["name"].lower()]
    equal([d["commercial"] for d in marco], ["no"])
    equal(any("MiniLM" in b["name"] for b in doc["license"]["bases"]), True)


def gemma_carries_its_terms_as_a_web_page():
    doc = check(need(MODELS + "/gemma3-270m", "no models (./dev models)"))
    equal("LicenseRef-scancode-gemma-tou-2025-03-24" in ids(doc), True)
    equal(doc["verdict"]["answer"] in ("ask", "cannot-tell"), True)


def nothing_examined_is_never_a_pass():
    for files in ({}, {"notes.txt": "hello"}, {"model.safetensors": safetensors()}, {"w.gguf": gguf({})},
                  {"README.md": "# A model\n\nIt is nice.\n"}):
        with Folder(files) as d:
            doc = check(d, expect="cannot-tell")
            status, out, _ = run("check", d)
            equal(status, 1)
            equal("CANNOT TELL" in out and "LICENSE" in out, True)


def an_unreadable_card_is_no_pass():
    with Folder({"README.md": "---\nlicense: [mit\n---\n# x\n", "model.safetensors": safetensors()}) as d:
        doc = check(d, expect="cannot-tell")
        equal(any("front matter" in r["text"] for r in doc["verdict"]["reasons"]), True)


def the_same_input_gives_the_same_bytes():
    with Folder({"LICENSE": text("texts/mit.LICENSE"), "README.md": "---\nlicense: mit\n---\n# x\n"}) as d:
        one, two = run("check", "--json", d)[1], run("check", "--json", d)[1]
        equal(one, two)
        check(d, *HOSTED, expect="allow")
        check(d, *[a if a != "hosted" else "redistribute" for a in HOSTED], expect="allow-with-duties")


def evidence_verifies_and_drift_is_found():
    with Folder({"LICENSE": text("texts/mit.LICENSE"), "README.md": "---\nlicense: mit\n---\n# x\n"}) as d:
        report = d + "/../" + os.path.basename(d) + ".json"
        doc = run("check", "--json", d)[1]
        try:
            with open(report, "w") as f:
                f.write(doc)
            equal(run("check", "--verify", report)[0], 0)
            with open(d + "/LICENSE", "a") as f:
                f.write("No commercial use.\n")
            status, out, err = run("check", "--verify", report)
            equal(status, 6)
            equal("drift: LICENSE" in out, True)
            os.remove(d + "/LICENSE")
            equal(run("check", "--verify", report)[0], 6)
        finally:
            os.remove(report)


def every_claim_points_at_what_it_says():
    with Folder({"LICENSE": text("cases/meta-llama__llama-models/models/llama3_1/LICENSE"),
                 "USE_POLICY.md": text("cases/meta-llama__llama-models/models/llama3_1/USE_POLICY.md"),
                 "README.md": "---\nlicense: llama3.1\n---\n# x\n", "model.safetensors": safetensors()}) as d:
        doc = check(d, *HOSTED, expect="allow-with-duties")
        for claim in doc["claims"]:
            equal(bool(claim["evidence"]) or claim["status"] == "unknown", True)
        for reason in doc["verdict"]["reasons"] + doc["verdict"]["duties"]:
            equal(bool(reason["evidence"]), True)


def thresholds_regions_and_fields_decide():
    llama = {"LICENSE": text("cases/meta-llama__llama-models/models/llama3_1/LICENSE"), "w.safetensors": safetensors()}
    with Folder(llama) as d:
        check(d, expect="cannot-tell")
        doc = check(d, "--commercial", "yes", "--deployment", "hosted", expect="cannot-tell")
        equal("users_month" in [u["key"] for u in doc["verdict"]["unknowns"]], True)
        big = [a if a != "1000" else "800000000" for a in HOSTED]
        check(d, *big, expect="ask")
    hunyuan = {"LICENSE.txt": text("cases/Tencent__Tencent-Hunyuan-Large/LICENSE.txt"), "w.safetensors": safetensors()}
    with Folder(hunyuan) as d:
        check(d, *[a if a != "US" else "DE" for a in HOSTED], expect="deny")
    nc = {"LICENSE": text("texts/cc-by-nc-4.0.LICENSE"), "w.safetensors": safetensors()}
    with Folder(nc) as d:
        check(d, *HOSTED, expect="deny")


def a_rider_is_never_a_plain_allow():
    body = text("texts/mit.LICENSE") + "\n\nNo military use of the Software is permitted.\n"
    with Folder({"LICENSE": body, "README.md": "---\nlicense: mit\n---\n", "w.safetensors": safetensors()}) as d:
        doc = check(d, *HOSTED)
        equal(doc["verdict"]["answer"].startswith("allow"), False)
        equal(doc["license"]["concluded"][0]["residue"] != [], True)
    body = text("cases/meta-llama__llama-models/models/llama3_1/LICENSE").replace("700 million", "1 million")
    with Folder({"LICENSE": body, "w.safetensors": safetensors()}) as d:
        doc = check(d, *HOSTED, expect="cannot-tell")
        equal(ids(doc), [])


def a_licence_for_the_weights_binds_wherever_it_lies():
    files = {"LICENSE": text("cases/facebookresearch__metaseq/LICENSE"),
             "projects/OPT/MODEL_LICENSE.md": text("cases/facebookresearch__metaseq/projects/OPT/MODEL_LICENSE.md")}
    with Folder(files) as d:
        check(d, *HOSTED, expect="deny")


def tag_and_text_that_disagree_are_reported():
    with Folder({"LICENSE": text("texts/cc-by-nc-4.0.LICENSE"), "README.md": "---\nlicense: mit\n---\n# x\n",
                 "w.safetensors": safetensors()}) as d:
        doc = check(d, *HOSTED, expect="deny")
        equal("declared-vs-text" in kinds(doc), True)
    with Folder({"LICENSE": text("texts/mit.LICENSE"), "README.md": "---\nlicense: mit\n---\n# x\n",
                 "w.safetensors": safetensors()}) as d:
        equal(kinds(check(d)) - {"missing-text"}, set())


def a_gate_that_refuses_the_eu_is_asked_about():
    card = "---\nlicense: mit\nextra_gated_eu_disallowed: true\n---\n# x\n"
    with Folder({"README.md": card, "LICENSE": text("texts/mit.LICENSE"), "w.safetensors": safetensors()}) as d:
        check(d, *HOSTED, expect="allow")
        check(d, *[a if a != "US" else "FR" for a in HOSTED], expect="ask")


def a_base_model_brings_its_terms():
    card = "---\nlicense: mit\nbase_model: meta-llama/Llama-3.1-8B\nbase_model_relation: finetune\n---\n# x\n"
    with Folder({"README.md": card, "LICENSE": text("texts/mit.LICENSE"), "w.safetensors": safetensors()}) as d:
        doc = check(d)
        base = doc["license"]["bases"][0]
        equal((base["license"], base["relation"]), ("LicenseRef-scancode-llama-3.1-license-2024", "finetune"))
        equal("users threshold" in base["drops"] and "naming" in base["drops"], True)
        equal("base-drops-terms" in kinds(doc), True)
        equal(doc["verdict"]["answer"].startswith("allow"), False)
    with Folder({"README.md": card.replace("meta-llama/Llama-3.1-8B", "nobody/unheard-of"),
                 "w.safetensors": safetensors()}) as d:
        check(d, *HOSTED, expect="cannot-tell")
    with Folder({"README.md": card.replace("license: mit", "license: apache-2.0")
                 .replace("meta-llama/Llama-3.1-8B", "microsoft/phi-4"), "w.safetensors": safetensors()}) as d:
        equal("base-drops-terms" in kinds(check(d)), False)


def malformed_files_are_refused_with_their_place():
    good = gguf({"general.license": "mit"})
    rows = [("w.gguf", good[:40], "byte"), ("w.gguf", b"GGUF" + bytes(100), "byte 4"),
            ("w.gguf", good.replace(struct.pack("<Q", 1), struct.pack("<Q", 1 << 60), 1), "byte"),
            ("w.safetensors", safetensors()[:20], "byte"), ("w.safetensors", struct.pack("<Q", 1 << 60), "byte"),
            ("config.json", '{"model_type": "x", "model_type": "y"}', "byte"),
            ("config.json", '{"model_type": [}', "byte")]
    for name, content, place in rows:
        with Folder({name: content}) as d:
            status, out, err = run("check", d)
            equal((status, out, len(err.splitlines()) <= 2), (3, "", True))
            equal(name in err and place in err, True)


def policy_refuses_with_five():
    with Folder({"LICENSE": text("texts/cc-by-nc-4.0.LICENSE"), "w.safetensors": safetensors()}) as d:
        policy = d + ".policy.yaml"
        try:
            with open(policy, "w") as f:
                f.write("allow_classes: [permissive]\n")
            doc = check(d, "--policy", policy)
            equal(doc["policy"]["allowed"], False)
            equal(run("check", d, "--policy", policy)[0], 5)
            with open(policy, "w") as f:
                f.write("allow_clases: [permissive]\n")
            status, out, err = run("check", d, "--policy", policy)
            equal((status, out), (3, ""))
            equal("line 1" in err, True)
        finally:
            os.remove(policy)


def wrong_use_is_refused():
    equal(run("check")[0], 2)
    equal(run("check", "a", "b")[0], 2)
    equal(run("check", ".", "--commercial", "perhaps")[0], 2)
    equal(run("check", ".", "--country", "XX")[0], 2)
    equal(run("check", "/nonexistent")[0], 4)
    equal(run("check", "/dev/null")[0], 7)


def a_folder_of_a_hubs_cache_is_read_through_its_links():
    rev = "0123456789abcdef0123456789abcdef01234567"
    with Folder({"models--acme--tiny/blobs/b1": "---\nlicense: mit\n---\n# x\n", "elsewhere": "MIT"}) as d:
        snapshot = f"{d}/models--acme--tiny/snapshots/{rev}"
        os.makedirs(snapshot)
        os.symlink("../../blobs/b1", snapshot + "/README.md")
        os.symlink("../../../elsewhere", snapshot + "/LICENSE")
        doc = check(snapshot, expect="cannot-tell")
        equal((doc["model"]["name"], doc["model"]["revision"]), ("acme/tiny", rev))
        equal(doc["license"]["declared"][0]["evidence"]["revision"], rev)
        equal([u["path"] for u in doc["model"]["unread"]], ["LICENSE"])


def links_that_lead_out_are_not_followed():
    with Folder({"README.md": "---\nlicense: mit\n---\n"}) as d:
        os.symlink("/etc/passwd", d + "/LICENSE")
        doc = check(d, expect="cannot-tell")
        equal([u["path"] for u in doc["model"]["unread"]], ["LICENSE"])


def no_escape_reaches_the_terminal():
    with Folder({"README.md": "---\nlicense: \"mit\\e[31m\"\n---\n# x\n", "a\x1b[2Jb.gguf": gguf({})}) as d:
        status, out, err = run("check", "-v", d)
        equal("\x1b" in out + err, False)


def the_sandbox_changes_no_byte():
    path = need(MODELS + "/minilm", "no models (./dev models)")
    with tempfile.TemporaryDirectory() as d:
        answers = []
        for how in ([], ["--no-sandbox"]):
            page = os.path.join(d, "page")
            status, out, err = run("check", "--json", "--html", page, *how, path)
            equal("warning: --no-sandbox" in err, bool(how))
            with open(page, "rb") as f:
                answers.append((status, out, f.read()))
        equal(answers[0], answers[1])
        wrong = os.path.join(d, "w.gguf")
        with open(wrong, "wb") as f:
            f.write(b"GGUF\3\0\0\0")
        status, out, err = run("check", "--html", page, wrong)
        equal((status, out), (3, ""))
        equal(run("check", "--html", page, "--no-sandbox", wrong)[2].splitlines()[1:], err.splitlines())
        with open(page, "rb") as f:
            equal(f.read(), answers[0][2])              # nothing is written when there is no answer


def the_screen_fits_eighty_columns():
    need(MODELS + "/minilm", "no models (./dev models)")
    for model in ("minilm", "smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"):
        _, out, _ = run("check", os.path.relpath(os.path.join(MODELS, model)))
        words = [w for line in out.splitlines() if len(line) > 80 for w in line.split()]
        equal([w for w in words if len(w) < 60], [])
        equal(len(out.splitlines()) <= 45, True)


main([smollm2_is_apache_by_its_own_key, minilm_says_apache_and_ships_mit, gemma_carries_its_terms_as_a_web_page,
      nothing_examined_is_never_a_pass, an_unreadable_card_is_no_pass, the_same_input_gives_the_same_bytes,
      evidence_verifies_and_drift_is_found, every_claim_points_at_what_it_says, thresholds_regions_and_fields_decide,
      a_rider_is_never_a_plain_allow, a_licence_for_the_weights_binds_wherever_it_lies,
      tag_and_text_that_disagree_are_reported, a_gate_that_refuses_the_eu_is_asked_about,
      a_base_model_brings_its_terms,
      malformed_files_are_refused_with_their_place, policy_refuses_with_five, wrong_use_is_refused,
      a_folder_of_a_hubs_cache_is_read_through_its_links,
      links_that_lead_out_are_not_followed, no_escape_reaches_the_terminal, the_sandbox_changes_no_byte,
      the_screen_fits_eighty_columns])
