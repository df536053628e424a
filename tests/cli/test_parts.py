# SPDX-License-Identifier: Apache-2.0
"""What is open of a model: made repositories and real ones, the class with its reason, evidence that verifies."""
import json, os, sys, tempfile
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tap import *

TEXTS = SHARED + "/data/licenses"
FILLER = "x = 1  # enough bytes that the file is more than a name\n"
CARD = """---
license: apache-2.0
library_name: transformers
datasets: [org/corpus]
tags: ["arxiv:2501.00656"]
model-index:
- name: m
  results: [{task: {type: text-generation}, dataset: {type: d, name: d}, metrics: [{type: acc, value: 1}]}]
---
# m

A language model, trained on the data in data/ and described in paper/report.pdf.
"""


def text(path):
    raw = open(need(f"{TEXTS}/{path}", "no shared licence texts"), errors="replace").read()
    return raw.split("\n---\n", 1)[1] if raw.startswith("---\n") and path.startswith("texts/") else raw


def apache():
    return open(SOURCE + "/LICENSE").read()


def whole(**more):
    files = {"LICENSE": apache(), "README.md": CARD, "model.safetensors": safetensors(), "config.json":
             json.dumps({"model_type": "olmo2", "transformers_version": "4.47.0", "vocab_size": 5}),
             "modeling_olmo2.py": FILLER, "train.py": FILLER, "generate.py": FILLER, "eval/run_eval.py": FILLER,
             "eval/testset.jsonl": '{"q": "2 + 2 = ?", "a": "4"}\n' * 4, "data/part-000.jsonl": '{"text": "a"}\n' * 9,
             "data/DATASHEET.md": "# Datasheet\n\nWhat the corpus is made of, and how it was cleaned.\n",
             "scripts/preprocess_corpus.py": FILLER, "checkpoints/step1000/model.safetensors": safetensors(),
             "paper/paper.pdf": b"%PDF-1.4\n" + b"% a paper\n" * 9, "technical_report.pdf": b"%PDF-1.4\n" + b"% text\n" * 9,
             "eval_results/results.json": json.dumps({"task": "d", "acc": [1, 2, 3, 4, 5]}),
             "requirements.txt": "torch==2.5.1\ntransformers==4.47.0\nnumpy\n"}
    files.update(more)
    return {k: v for k, v in files.items() if v is not None}


def openness(path, *args):
    status, out, err = run("check", "--json", path, *args)
    if not out:
        raise AssertionError(f"exit {status}: {err}")
    doc = json.loads(out)
    check_schema(doc, "assay.check-1.json")
    return doc["openness"]


def of(files):
    with Folder(files) as d:
        return openness(d)


def part(o, name):
    return next(c for c in o["components"] if c["component"] == name)


def state(o, name):
    c = part(o, name)
    return c["state"], c["visibility"], c["rights"]


def mot(o, name):
    return next(c for c in o["mot"]["components"] if c["id"] == name)


def row(rows, name):
    return next(r for r in rows if r["name"] == name)


def a_whole_repository_is_open_source_and_class_1():
    o = of(whole())
    equal(o["class"], "open-source")
    missing = [c["id"] for c in o["mot"]["components"] if c["state"] != "included" and c["required"]]
    equal(missing, [])
    equal((o["mot"]["class"], o["mot"]["progress"]), (1, {"1": 100, "2": 100, "3": 100}))
    for name in ("source-code", "weights", "training-data", "evaluation-results", "licence-terms"):
        equal((name, state(o, name)), (name, ("open", "yes", "open")))
    equal(mot(o, "model-parameters-intermediate")["path"], "checkpoints/step1000/model.safetensors")
    equal(mot(o, "training-code")["path"], "train.py")
    equal(mot(o, "model-architecture")["path"], "modeling_olmo2.py")
    equal(mot(o, "data-card")["path"], "data/DATASHEET.md")
    equal((o["osaid"]["met"], [r["met"] for r in o["osaid"]["requirements"]]), ("yes", ["yes"] * 7))


def each_part_that_is_taken_away_is_missed():
    for files, ids, klass in ((["train.py"], "training-code", "open-weight"), (["generate.py", "modeling_olmo2.py"], None, None),
                              (["data/DATASHEET.md", "data/part-000.jsonl"], "data-card", "open-weight"),
                              (["model.safetensors", "checkpoints/step1000/model.safetensors"], "model-parameters-final",
                               "cannot-tell"), (["LICENSE"], None, "open-source")):
        o = of(whole(**{f: None for f in files}))
        if ids:
            equal((ids, mot(o, ids)["state"]), (ids, "missing"))
            equal(o["mot"]["class"] in (0, 3), True)
        if klass:
            equal((files, o["class"]), (files, klass))
    o = of(whole(**{"LICENSE": None}))
    equal(state(o, "licence-terms"), ("partly", "partly", "open"))          # named, but its text is not there


def a_restricted_licence_is_never_open_source():
    llama = text("cases/meta-llama__llama-models/models/llama3_1/LICENSE")
    o = of(whole(LICENSE=llama, **{"README.md": CARD.replace("apache-2.0", "llama3.1")}))
    equal(o["class"], "open-weight")
    equal("700000000 mau" in o["class_why"] and "use policy" in o["class_why"], True)
    equal(state(o, "weights"), ("restricted", "yes", "restricted"))
    equal(mot(o, "model-parameters-final")["state"], "invalid")
    equal((o["osaid"]["met"], o["eu_exemption"]["plausible"]), ("no", "no"))
    for files in ({"LICENSE": text("texts/cc-by-nc-4.0.LICENSE")}, {"LICENSE": text("cases/MoonshotAI__Kimi-K2/LICENSE")}):
        equal(of(whole(**files, **{"README.md": CARD.replace("license: apache-2.0\n", "")}))["class"], "open-weight")


def an_unknown_licence_cannot_be_told():
    odd = "Our Own Terms\n\nYou may use the model while we like it. We decide who you are and what you owe.\n" * 4
    for files in ({"LICENSE": odd}, {"LICENSE": apache() + "\nNo military use of the Work is permitted.\n"}):
        o = of(whole(**files))
        equal(o["class"], "cannot-tell")
        equal(state(o, "weights"), ("cannot-tell", "yes", "cannot-tell"))
        equal(o["eu_exemption"]["plausible"], "cannot-tell")
    o = of(whole(LICENSE=None, **{"README.md": CARD.replace("apache-2.0", "other")}))
    equal((o["class"], state(o, "weights")[2]), ("cannot-tell", "cannot-tell"))
    o = of(whole(LICENSE=None, **{"README.md": CARD.replace("license: apache-2.0\n", "")}))
    equal((o["class"], state(o, "weights"), state(o, "licence-terms")[0]),
          ("cannot-tell", ("restricted", "yes", "none"), "absent"))


def a_base_model_brings_its_terms_and_its_unknowns():
    o = of(whole(**{"README.md": CARD.replace("license:", "base_model: meta-llama/Llama-3.1-8B\nlicense:")}))
    equal((o["class"], state(o, "weights")[2]), ("open-weight", "restricted"))
    equal("base model meta-llama/Llama-3.1-8B" in o["class_why"], True)
    o = of(whole(**{"README.md": CARD.replace("license:", "base_model: Qwen/Qwen2.5-0.5B\nlicense:")}))
    equal((o["class"], "Qwen" in o["class_why"]), ("open-weight", True))    # its code and data were not looked at


def no_weights_is_closed_only_when_the_card_says_so():
    api = "# m\n\nThe weights are not publicly\nreleased. The model is available only through our **API**.\n"
    o = of({"README.md": api, "LICENSE": apache()})
    equal((o["class"], state(o, "weights")[:2]), ("closed", ("absent", "no")))
    equal(part(o, "weights")["evidence"][0]["line_from"], 3)
    for card in ("# m\n\nThe weights are released elsewhere.\n", "# m\n\n<!-- weights are not publicly available -->\n\nHello.\n",
                 "# m\n\nThe dataset is available only through the link below.\n"):
        equal((card, of({"README.md": card})["class"]), (card, "cannot-tell"))
    equal(of(whole(**{"README.md": CARD + "\nThe model is available only through our API.\n"}))["class"], "open-source")


def an_empty_folder_and_a_lone_file_cannot_be_told():
    for files in ({}, {"model.safetensors": safetensors()}):
        o = of(files)
        equal(o["class"], "cannot-tell")
        equal({c["state"] for c in o["components"] if c["component"] != "weights"}, {"cannot-tell"})
    with Folder({"w.gguf": gguf({"general.architecture": "llama", "general.license": "mit"}), "train.py": FILLER}) as d:
        o = openness(d + "/w.gguf")
    equal((o["class"], state(o, "training-data")[0], state(o, "source-code")), ("open-weight", "cannot-tell",
                                                                               ("partly", "partly", "open")))
    equal(mot(o, "inference-code")["path"], "llama.cpp")
    with Folder({"w.gguf": gguf({"general.architecture": "made-up", "general.license": "mit"})}) as d:
        equal(state(openness(d + "/w.gguf"), "source-code")[0], "cannot-tell")


def smollm2_minilm_and_gemma():
    path = need(MODELS + "/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", "no models (./dev models)")
    o = openness(path)
    equal((o["class"], state(o, "weights"), state(o, "evaluation-results")[0]), ("open-weight", ("open", "yes", "open"),
                                                                                 "cannot-tell"))
    o = openness(need(MODELS + "/minilm", "no models"))
    equal((o["class"], mot(o, "inference-code")["path"]), ("open-weight", "sentence-transformers"))
    equal(state(o, "training-data"), ("partly", "partly", "cannot-tell"))
    equal("21 data sets" in part(o, "training-data")["why"], True)
    equal(mot(o, "research-paper")["state"], "missing")         # the papers in its table are of data sets
    o = openness(need(MODELS + "/gemma3-270m", "no models"))
    equal((o["class"], state(o, "weights")[2], "use policy" in o["class_why"]), ("open-weight", "restricted", True))
    equal(row(o["eu_exemption"]["conditions"], "weights public")["met"], "cannot-tell")    # a gate asks first
    equal(o["eu_exemption"]["plausible"], "no")


def real_repositories_are_never_called_open_source():
    root = need(TEXTS + "/cases", "no shared cases")
    for name in sorted(os.listdir(root)):
        if os.path.isdir(f"{root}/{name}"):
            equal((name, openness(f"{root}/{name}")["class"]), (name, "cannot-tell"))     # no weights lie there


def pointers_stubs_and_tests_count_for_nothing():
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 4999999999\n"
    o = of({"README.md": CARD, "pytorch_model.bin": pointer, "train.py": "", "tests/test_train.py": FILLER,
            "data/big.parquet": pointer})
    equal((o["class"], state(o, "weights")[1]), ("cannot-tell", "cannot-tell"))
    equal("git-lfs" in part(o, "weights")["why"], True)
    equal(mot(o, "training-code")["state"], "missing")
    o = of(whole(**{"train.py": None, "deepspeed_config.json": json.dumps({"train_batch_size": 8, "zero_optimization": 1})}))
    equal((mot(o, "training-code")["state"], "only settings" in mot(o, "training-code")["why"]), ("missing", True))


def code_of_its_own_that_is_not_there_is_said():
    config = json.dumps({"model_type": "x", "auto_map": {"AutoModel": "modeling_x.X"}, "transformers_version": "4.1"})
    card = "---\nlicense: mit\n---\n# m\n\nHello.\n"
    o = of({"README.md": card, "config.json": config, "model.safetensors": safetensors()})
    equal(state(o, "source-code")[:2], ("absent", "no"))
    equal(part(o, "source-code")["evidence"][0]["path"], "config.json")


def compute_decides_on_systemic_risk():
    for words, met in (("Trained with 3.8 x 10^25 FLOPs.", "no"), ("About 6.3e24 FLOPs.", "yes"), ("10\u00b2\u2075 FLOP.", "yes"),
                       ("1.2\u00d710\u00b2\u2076 floating-point operations", "no"), ("It runs at 3e18 FLOP/s.", "cannot-tell"),
                       ("Below the threshold of 10^26 FLOP.", "cannot-tell"), ("In 2024 it took 10^24 FLOPs", "yes"),
                       ("Nothing.", "cannot-tell")):
        o = of(whole(**{"README.md": CARD + "\n" + words + "\n"}))
        equal((words, row(o["eu_exemption"]["conditions"], "no systemic risk")["met"]), (words, met))
        if met == "no":
            equal(o["eu_exemption"]["plausible"], "no")


def licences_of_code_and_data_are_kept_apart():
    o = of(whole(**{"data/LICENSE": text("texts/cc-by-nc-4.0.LICENSE")}))
    equal((state(o, "training-data")[2], state(o, "weights")[2]), ("restricted", "open"))
    equal((mot(o, "datasets")["state"], mot(o, "datasets")["license"]), ("invalid", "CC-BY-NC-4.0"))
    o = of(whole(**{"LICENSE": None, "LICENSE-CODE": text("texts/mit.LICENSE"),
                    "LICENSE-MODEL": text("cases/deepseek-ai__DeepSeek-LLM/LICENSE-MODEL"),
                    "README.md": CARD.replace("license: apache-2.0\n", "")}))
    equal((o["class"], state(o, "source-code"), state(o, "weights")[2]), ("open-weight", ("open", "yes", "open"), "restricted"))


def evidence_verifies_and_claims_are_made():
    with Folder(whole()) as d, tempfile.NamedTemporaryFile("w", suffix=".json") as report:
        report.write(run("check", "--json", d)[1])
        report.flush()
        equal(run("check", "--verify", report.name)[0], 0)
        doc = json.load(open(report.name))
        subjects = {c["subject"]: c for c in doc["claims"]}
        for c in doc["openness"]["components"]:
            claim = subjects["openness." + c["component"]]
            equal((claim["id"], claim["value"]), (c["claim"], c["state"]))
        for name in ("openness.class", "openness.mof", "openness.osaid", "openness.eu-exemption"):
            equal(subjects[name]["evidence"] != [], True)
        with open(d + "/train.py", "a") as f:
            f.write("# changed\n")
        equal(run("check", "--verify", report.name)[0], 6)


def twenty_thousand_files_and_long_names_are_read():
    files = {f"{'d' * 200}/{'train' * 30}{i}.py": FILLER for i in range(20)}
    files.update({f"data/{i:05}.jsonl": "{}\n" for i in range(19000)})
    files.update({"README.md": CARD + "weights are not " * 60000, "LICENSE": apache()})
    with Folder(files) as d:
        o = openness(d)
    equal(mot(o, "training-code")["path"].startswith("d" * 200), True)


main([a_whole_repository_is_open_source_and_class_1, each_part_that_is_taken_away_is_missed,
      a_restricted_licence_is_never_open_source, an_unknown_licence_cannot_be_told,
      a_base_model_brings_its_terms_and_its_unknowns, no_weights_is_closed_only_when_the_card_says_so,
      an_empty_folder_and_a_lone_file_cannot_be_told, smollm2_minilm_and_gemma,
      real_repositories_are_never_called_open_source, pointers_stubs_and_tests_count_for_nothing,
      code_of_its_own_that_is_not_there_is_said, compute_decides_on_systemic_risk,
      licences_of_code_and_data_are_kept_apart, evidence_verifies_and_claims_are_made,
      twenty_thousand_files_and_long_names_are_read])
