# SPDX-License-Identifier: Apache-2.0
"""assay check --cyclonedx, --spdx, --mot: documents that others can read, whole files, the same bytes each time."""
import hashlib, json, os, re, resource, signal, subprocess, sys, tempfile
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tap import *

ORACLES = os.environ.get("ASSAY_ORACLES", ".venv/bin/python")
ORACLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "oracle_bom.py")
CASES = ("QwenLM__Qwen", "THUDM__ChatGLM3", "databricks__dbrx", "google-deepmind__gemma", "meta-llama__llama-models",
         "openai__gpt-oss")
made = []                       # every document that a test made; the oracle judges them all at the end
place = tempfile.TemporaryDirectory(prefix="assay-test-")

LLAMA = {"README.md": "---\nlicense: other\nlicense_name: my-own\nbase_model: meta-llama/Llama-3.1-8B\n"
                      "datasets: [ms_marco, nobody/knows-it]\npipeline_tag: text-generation\nmodel-index:\n- name: x\n"
                      "  results:\n  - task: {type: text-generation}\n    dataset: {name: WikiText, config: v1, split: test}\n"
                      "    metrics:\n    - {type: perplexity, value: 7.25}\n    - {type: acc, value: '0.5'}\n---\n# My tune\n",
         "model.safetensors": safetensors()}
EITHER = {"README.md": "---\nlicense: MIT OR Apache-2.0\n---\n# x\n", "model.safetensors": safetensors()}
MIXED = {"README.md": "---\nlicense: MIT AND (Apache-2.0 OR BSD-3-Clause)\n---\n# x\n", "model.safetensors": safetensors()}
HOSTILE = {'a "quoted"\n\x1b[31mname\\.safetensors': safetensors(), b"bad\xff\xfe.safetensors": safetensors(),
           "\u202egpj.gguf": gguf({"general.license": 'mit"\\\x07\u2028', "general.name": "x\x00y"}),
           "README.md": b"---\nlicense: \"m\\x01it \\u2028\"\nbase_model: \"a/b\\\"c\"\ndatasets: [\"<d>\\x7f\"]\n---\n\xff\xfe\n"}


def paths(model, *kinds):
    """Fresh names for documents about a model."""
    fresh = [os.path.join(place.name, f"{len(made) + i}-{kind}.json") for i, kind in enumerate(kinds)]
    made.extend((path, model) for path in fresh)
    return fresh


def load(path):
    with open(path, "rb") as f:
        return json.loads(f.read().decode())


def answered(result):
    status, out, err = result
    equal((status in (0, 1), err), (True, ""))
    return out


def documents(model, *args):
    """CycloneDX 1.7 and 1.6 and SPDX of a model; each must be the same a second time, also on stdout."""
    new, old, spdx, same = paths(model, "17", "16", "spdx", "spdx")
    equal(answered(run("check", "--cyclonedx", new, "--spdx", spdx, *args, "--", model)) != "", True)
    out = answered(run("check", "--cyclonedx", "-", "--spdx", same, *args, "--", model))
    equal(open(new, encoding="utf-8").read() == out, True)
    equal(open(same, "rb").read() == open(spdx, "rb").read(), True)
    equal(answered(run("check", "--cyclonedx-version", "1.6", "--cyclonedx", old, *args, "--", model)) != "", True)
    equal([load(new)["specVersion"], load(old)["specVersion"]], ["1.7", "1.6"])
    files_agree(model, load(new), load(spdx))
    for doc in load(new), load(old):
        places_are_right(model, doc)
        references_lead_somewhere(doc)
    return load(new), load(old), load(spdx)


def files_agree(model, cdx, spdx):
    """Every file of the report is in both documents with its digest."""
    report = json.loads(answered(run("check", "--json", "--", model)))
    want = [(f["path"], f["sha256"]) for f in report["model"]["files"]]
    equal([(c["name"], c["hashes"][0]["content"]) for c in cdx["metadata"]["component"].get("components", [])], want)
    files = [x for x in spdx["@graph"] if x["type"] == "software_File"]
    equal([(f["name"], f["verifiedUsing"][0]["hashValue"]) for f in files], want)


def find(value, key):
    """All values of a key, at any depth."""
    if isinstance(value, dict):
        for k, v in value.items():
            if k == key:
                yield v
            yield from find(v, key)
    elif isinstance(value, list):
        for v in value:
            yield from find(v, key)


def places_are_right(model, doc):
    """The bytes that each occurrence names have the digest that it gives, and start in the line that it gives."""
    folder = model if os.path.isdir(model) else os.path.dirname(model)
    for o in (x for occurrences in find(doc, "occurrences") for x in occurrences):
        m = re.search(r"; bytes (\d+)-(\d+)( of the text of the PDF)?, sha256 ([0-9a-f]{64})$", o["additionalContext"])
        start, end = int(m.group(1)), int(m.group(2))
        if m.group(3):
            equal("line" in o or "offset" in o, False)
            continue
        with open(os.path.join(folder, o["location"]), "rb") as f:
            before, passage = f.read(start), f.read(end - start)
        equal((o["offset"], hashlib.sha256(passage).hexdigest()), (start, m.group(4)))
        if "line" in o:
            equal((o["location"], o["line"]), (o["location"], before.count(b"\n") + 1))


def references_lead_somewhere(doc):
    refs = list(find(doc, "bom-ref"))
    equal(len(refs), len(set(refs)))
    used = list(find(doc, "ref")) + list(find(doc, "attributedTo"))
    used += [x for names in find(doc, "assemblies") for x in names]
    equal([x for x in used if x not in refs], [])
    for pointers in find(doc, "pointers"):
        for pointer in pointers:
            at = doc
            for part in pointer.split("/")[1:]:
                at = at[int(part)] if isinstance(at, list) else at[part]


def properties(part):
    found = {}
    for p in part.get("properties", []):
        found.setdefault(p["name"], []).append(p["value"])
    return found


def of_type(spdx, kind):
    return [x for x in spdx["@graph"] if x["type"] == kind]


def related(spdx, kind):
    return [(x["from"].split("#")[1], [to.split("#")[-1] for to in x["to"]]) for x in of_type(spdx, "Relationship")
            if x["relationshipType"] == kind]


def real_models_give_documents():
    for name in ("smollm2", "minilm", "gemma3-270m"):
        doc, old, spdx = documents(need(f"{MODELS}/{name}", "no models (./dev models)"))
        model = doc["metadata"]["component"]
        equal(model["type"], "machine-learning-model")
        equal(len(model["evidence"]["occurrences"]) > 0, True)
        equal(len(model["evidence"]["identity"][0]["concludedValue"]), 64)
        if name == "minilm":                    # its card, in its own words, where it answers
            equal(properties(model)["assay:card.limitations"], ["answered"])
            equal("256 word pieces" in model["modelCard"]["considerations"]["technicalLimitations"][0], True)
            equal("256 word pieces" in of_type(spdx, "ai_AIPackage")[0]["ai_limitation"], True)
        equal(len(related(spdx, "hasDeclaredLicense")), 1 + len(related(spdx, "descendantOf")))
        equal(len(related(spdx, "hasConcludedLicense")) >= 1, True)
    equal("licenseText" in json.dumps(spdx) and "<html" not in json.dumps(spdx), True)     # Gemma's terms, without markup


def folders_of_real_licences_give_documents():
    for case in CASES:
        folder = need(f"{SHARED}/data/licenses/cases/{case}", "no shared licence cases")
        doc, old, spdx = documents(folder, "--document-date", "2026-02-28")
        equal(doc["metadata"]["timestamp"], "2026-02-28T00:00:00Z")
        equal("citations" in old, False)
        equal("citations" in doc, bool(doc["metadata"]["component"].get("licenses")) or "components" in doc)
        equal(of_type(spdx, "CreationInfo")[0]["created"], "2026-02-28T00:00:00Z")


def licences_say_who_says_so():
    model = need(MODELS + "/smollm2", "no models (./dev models)")
    doc = json.loads(answered(run("check", "--cyclonedx", "-", model)))
    equal([(x["license"]["id"], x["license"]["acknowledgement"]) for x in doc["metadata"]["component"]["licenses"]],
          [("Apache-2.0", "declared")])
    equal("timestamp" in doc["metadata"], False)
    text = open(os.path.join(SOURCE, "LICENSE")).read()
    with Folder({"README.md": "---\nlicense: mit\n---\n", "LICENSE": text, "model.safetensors": safetensors()}) as d:
        doc, _, spdx = documents(d)
        model = doc["metadata"]["component"]
        equal([(x["license"]["id"], x["license"]["acknowledgement"]) for x in model["licenses"]],
              [("MIT", "declared"), ("Apache-2.0", "concluded")])
        equal(len(properties(model)["assay:license.conflict"]), 1)
        equal([x["simplelicensing_licenseExpression"] for x in of_type(spdx, "simplelicensing_LicenseExpression")],
              ["MIT", "Apache-2.0"])
        names = {x["spdxId"].split("#")[1]: x["name"] for x in of_type(spdx, "software_File")}
        equal([[names[to] for to in tos] for _, tos in related(spdx, "hasEvidence")], [["README.md"], ["LICENSE"]])


def no_licence_is_no_licence():
    for files in ({}, {"w.gguf": gguf({})}, {"README.md": "# A model\n\nIt is nice.\n"}):
        with Folder(files) as d:
            doc, old, spdx = documents(d)
            model = doc["metadata"]["component"]
            equal(("licenses" in model, properties(model)["assay:verdict.answer"]), (False, ["cannot-tell"]))
            for kind in "hasDeclaredLicense", "hasConcludedLicense":
                equal(related(spdx, kind), [("model", ["expandedlicensing_NoAssertionLicense"])])


def a_restricted_base_and_data_sets_are_named():
    with Folder(LLAMA) as d:
        doc, old, spdx = documents(d)
        model = doc["metadata"]["component"]
        base = model["pedigree"]["ancestors"][0]
        equal((base["group"], base["name"], properties(base)["assay:known"]), ("meta-llama", "Llama-3.1-8B", ["yes"]))
        equal(base["licenses"][0]["license"]["acknowledgement"], "concluded")
        equal("Llama" in str(properties(model)["assay:verdict.reason"]), True)
        equal([(c["type"], c["name"], properties(c)["assay:known"][0]) for c in doc["components"]],
              [("data", "ms_marco", "yes"), ("data", "knows-it", "no")])
        card = model["modelCard"]
        equal(card["modelParameters"]["task"], "text-generation")
        equal([x["ref"] for x in card["modelParameters"]["datasets"]], ["dataset-1", "dataset-2"])
        equal(card["quantitativeAnalysis"]["performanceMetrics"],
              [{"type": "perplexity", "value": "7.25", "slice": "WikiText (v1), test"},
               {"type": "acc", "value": "0.5", "slice": "WikiText (v1), test"}])
        equal([x["license"]["name"] for x in model["licenses"]], ["my-own"])
        equal(related(spdx, "descendantOf")[0], ("model", ["base-1"]))
        equal(related(spdx, "trainedOn"), [("model", ["dataset-1", "dataset-2"])])
        equal([x["value"] for x in of_type(spdx, "ai_AIPackage")[0]["ai_metric"]], ["7.25", "0.5"])
        equal([x["name"] for x in of_type(spdx, "expandedlicensing_CustomLicense")][0], "my-own")
    with Folder({"my-llama-3.1-tune.gguf": gguf({"general.name": "Llama 3.1 tune"})}) as d:
        doc, _, spdx = documents(d)             # a name that hints is no ancestor
        equal("pedigree" in doc["metadata"]["component"], False)
        equal(related(spdx, "descendantOf"), [])
        equal(len(properties(doc["metadata"]["component"])["assay:base.hinted"]) > 0, True)


def expressions_stay_whole_where_the_format_can_hold_them():
    with Folder(EITHER) as d:
        for doc in documents(d)[:2]:
            equal([x["expression"] for x in doc["metadata"]["component"]["licenses"]], ["MIT OR Apache-2.0"])
    with Folder(dict(EITHER, LICENSE=open(os.path.join(SOURCE, "LICENSE")).read())) as d:
        doc, old, spdx = documents(d)
        equal([x.get("expression") for x in doc["metadata"]["component"]["licenses"]], ["MIT OR Apache-2.0", None])
        equal([x["license"]["id"] for x in old["metadata"]["component"]["licenses"]], ["MIT", "Apache-2.0", "Apache-2.0"])
    with Folder(MIXED) as d:
        doc = documents(d)[0]
        equal([x["license"]["id"] for x in doc["metadata"]["component"]["licenses"]], ["MIT", "Apache-2.0", "BSD-3-Clause"])


def listing(model):
    """The listing for the Model Openness Tool, judged by its own schema."""
    try:
        import jsonschema, yaml
    except ImportError:
        raise Skip("python3-jsonschema or python3-yaml is not installed")
    doc = yaml.safe_load(answered(run("check", "--mot", "-", "--", model)))
    schema = json.load(open(need(f"{SHARED}/data/mot/mof_schema.json", "no shared schema of the framework")))
    jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker()).validate(doc)
    return doc


def the_framework_takes_the_listing():
    with Folder(LLAMA) as d:
        release = listing(d)["release"]
        equal((release["name"], release["origin"]), (os.path.basename(d), "meta-llama/Llama-3.1-8B"))
        parts = {x["name"]: x for x in release["components"]}
        equal((parts["Model parameters (Final)"]["component_path"], "Training code" in parts), ("model.safetensors", False))
    with Folder({}) as d:
        equal(listing(d)["release"]["components"], [])
    cache = {"models--org--name/snapshots/0123abc/model.safetensors": safetensors()}
    with Folder(cache) as d:
        release = listing(d + "/models--org--name/snapshots/0123abc")["release"]
        equal((release["producer"], release["name"], release["version"]), ("org", "name", "0123abc"))
        doc, _, spdx = documents(d + "/models--org--name/snapshots/0123abc")
        model = doc["metadata"]["component"]
        equal((model["group"], model["name"], model["version"]), ("org", "name", "0123abc"))
        equal(of_type(spdx, "ai_AIPackage")[0]["software_packageVersion"], "0123abc")


def hostile_names_break_nothing():
    d = tempfile.mkdtemp(prefix="assay-test-")
    try:
        for name, content in HOSTILE.items():
            with open(os.path.join(os.fsencode(d), os.fsencode(name)), "wb") as f:
                f.write(content if isinstance(content, bytes) else content.encode())
        new, old, spdx = paths("hostile names", "17", "16", "spdx")
        out = answered(run("check", "--cyclonedx", new, "--spdx", spdx, d))
        equal("\x1b" in out, False)
        answered(run("check", "--cyclonedx", old, "--cyclonedx-version", "1.6", d))
        listing(d)
        for path in new, old, spdx:
            raw = open(path, "rb").read()
            equal(any(c < 32 and c != 10 for c in raw), False)
            load(path)
    finally:
        shutil.rmtree(os.fsencode(d))


def no_hash_leaves_digests_out():
    with Folder(EITHER) as d:
        doc = json.loads(answered(run("check", "--no-hash", "--cyclonedx", "-", d)))
        equal(("hashes" in json.dumps(doc), "identity" in json.dumps(doc)), (False, False))
        equal("assay:model.digest" in json.dumps(doc), False)


def the_old_files_stay_when_a_new_one_cannot_be_written():
    with Folder({"m/README.md": "---\nlicense: mit\n---\n", "old.json": "old"}) as d:
        def small():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))
        done = subprocess.run([os.path.abspath(ASSAY), "check", "--cyclonedx", "old.json", "m"], cwd=d,
                              stdin=subprocess.DEVNULL, capture_output=True, preexec_fn=small, text=True)
        equal((done.returncode, done.stdout), (7, ""))
        equal("old.json" in done.stderr, True)
        status, out, err = run("check", "--cyclonedx", "old.json", "--spdx", "none/x.json", "m", cwd=d)
        equal((status, out, "none/x.json" in err), (4, "", True))
        equal((open(os.path.join(d, "old.json")).read(), sorted(os.listdir(d))), ("old", ["m", "old.json"]))
        status, out, err = run("check", "--cyclonedx", "/dev/full", "m", cwd=d)
        equal((status, out, "/dev/full" in err), (7, "", True))


def wrong_options_are_refused():
    with Folder({"README.md": "x"}) as d:
        for args in (["--cyclonedx-version", "1.5"], ["--document-date", "2026-13-01"], ["--document-date", "2026-02-30"], ["--document-date", "today"],
                     ["--json", "--cyclonedx", "-"], ["--cyclonedx", "-", "--spdx", "-"], ["--verify", "x", "--spdx", "y"],
                     ["--cyclonedx", "same", "--spdx", "same"]):
            status, out, err = run("check", *args, d)
            equal((args, status, out, any(a in err for a in args if a.startswith("--"))), (args, 2, "", True))
        equal(os.listdir(d), ["README.md"])


def no_option_of_a_verb_is_there_twice():
    """A use has options of its own names; ours must not hide one."""
    for verb in re.findall(r"^  (\w+) ", run("help")[1], re.M):
        names = re.findall(r"^ +(?:-\w, )?--([\w-]+)", run("help", verb)[1], re.M)
        names = [name.replace("_", "-") for name in names]
        equal((verb, sorted(names)), (verb, sorted(set(names))))
    with Folder(EITHER) as d:
        doc = json.loads(answered(run("check", "--date", "2026-01-02", "--cyclonedx", "-", d)))
        equal("timestamp" in doc["metadata"], False)
        use = json.loads(properties(doc["metadata"]["component"])["assay:verdict.use"][0])
        equal(use["date"], "2026-01-02")


def others_read_every_document():
    """Last: the oracles' complaints, with the model that gave the document."""
    equal(len(made) > 40, True)
    done = subprocess.run([need(ORACLES, "no oracles (tools/oracles)"), ORACLE, *(path for path, _ in made)],
                          capture_output=True, text=True)
    if "ModuleNotFoundError" in done.stderr + done.stdout:
        raise Skip("no oracles (tools/oracles)")
    said = done.stdout
    for path, model in made:
        said = said.replace(path, f"{model} ({os.path.basename(path)})")
    equal((said, done.stderr, done.returncode), ("", "", 0))


main([real_models_give_documents, folders_of_real_licences_give_documents, licences_say_who_says_so, no_licence_is_no_licence,
      a_restricted_base_and_data_sets_are_named, expressions_stay_whole_where_the_format_can_hold_them,
      the_framework_takes_the_listing, hostile_names_break_nothing, no_hash_leaves_digests_out, the_old_files_stay_when_a_new_one_cannot_be_written,
      wrong_options_are_refused, no_option_of_a_verb_is_there_twice, others_read_every_document])
