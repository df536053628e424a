# SPDX-License-Identifier: Apache-2.0
"""assay diff: two revisions of made models, real licences, what is not compared, hostile input, exits."""
import difflib, json, os, random, re, shutil, struct, subprocess, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tap import *

LICENSES = SHARED + "/data/licenses/"
USE = ["--commercial", "yes", "--deployment", "hosted", "--users-month", "1000", "--country", "US", "--field", "general",
       "--modality", "text", "--modify", "no", "--train-others", "no"]


def licence(path):
    return need(LICENSES + path, "no shared licence texts")


def read(path):
    return open(licence(path), errors="replace").read()


def mit():
    raw = read("texts/mit.LICENSE")
    return raw.split("\n---\n", 1)[1] if raw.startswith("---\n") else raw


def diff(a, b, *args, expect=1):
    status, out, err = run("diff", "--json", a, b, *args)
    if not out:
        raise AssertionError(f"exit {status}: {err}")
    doc = json.loads(out)
    check_schema(doc, "assay.diff-1.json")
    equal(status, expect)
    equal(doc["differs"], status == 1)
    equal(sum(p["changes"] for p in doc["parts"]), len(doc["changes"]))
    order = [p["part"] for p in doc["parts"]]
    equal([c["part"] for c in doc["changes"]], sorted((c["part"] for c in doc["changes"]), key=order.index))
    return doc


def changes(doc, part, item=None, scope=None):
    return [c for c in doc["changes"] if c["part"] == part and item in (None, c["item"]) and scope in (None, c["scope"])]


def one(doc, part, item, scope=None):
    found = changes(doc, part, item, scope)
    if len(found) != 1:
        raise AssertionError(f"{len(found)} changes of {part} {item!r}: {[c['item'] for c in changes(doc, part)]}")
    return found[0]


def values(c):
    return tuple(c[k] and c[k]["value"] for k in "ab")


def part(doc, word):
    return next(p for p in doc["parts"] if p["part"] == word)


def gaps(doc, word=None):
    return [g["text"] for g in doc["not_compared"] if word in (None, g["part"])]


def weights(tensors, meta=None):
    """safetensors from {name: (dtype, shape, bytes)}."""
    head, at, data = {}, 0, b""
    for name, (dtype, shape, raw) in tensors.items():
        head[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(raw)]}
        at += len(raw)
        data += raw
    if meta:
        head["__metadata__"] = meta
    raw = json.dumps(head).encode()
    return struct.pack("<Q", len(raw)) + raw + data


def two(a, b, *args, expect=1):
    with Folder(a) as x, Folder(b) as y:
        return diff(x, y, *args, expect=expect)


CARD = """---
license: mit
language: [en]
---
# A model

It is small.

## Limitations

It does not know the year.

## Training data

None of note.
"""


def base():
    return {"LICENSE": mit(), "README.md": CARD, "config.json": '{"model_type": "llama", "layers": 2}',
            "tokenizer_config.json": json.dumps({"chat_template": "{% for m in messages %}\n{{ m }}\n{% endfor %}", "n": 1}),
            "model.safetensors": weights({"x": ("F32", [2], bytes(8)), "y": ("F16", [2, 2], bytes(range(8)))})}


# ---- what is equal ----------------------------------------------------------------------

def the_same_model_twice_has_no_difference():
    doc = two(base(), base(), expect=0)
    equal(doc["changes"], [])
    for word in ("verdict", "license", "clauses", "license-texts", "weights", "card", "files", "configuration"):
        equal((word, part(doc, word)["compared"]), (word, True))
    equal(part(doc, "weights")["same"], 2)
    equal(part(doc, "files")["same"], 5)
    with Folder(base()) as x:
        status, out, _ = run("diff", x, x)
        equal((status, "differs" in out or "No difference" in out), (0, True))
        equal(run("diff", "--json", x, x), run("diff", "--json", x, x))


def what_was_not_compared_is_never_called_equal():
    a, b = base(), base()
    b["model.safetensors"] = weights({"x": ("F32", [2], b"\1" + bytes(7)), "y": ("F16", [2, 2], bytes(range(8)))})
    doc = two(a, b, "--no-hash", expect=0)
    equal(any("2 tensors were not compared (--no-hash)" in g for g in gaps(doc, "weights")), True)
    equal(any("5 files" in g and "--no-hash" in g for g in gaps(doc, "files")), True)
    equal(part(doc, "weights")["same"], 0)
    with Folder(a) as x, Folder(b) as y:
        out = run("diff", "--no-hash", x, y)[1]
        equal("not everything was compared" in out and "--no-hash" in out, True)
    doc = two({"LICENSE": mit(), "pytorch_model.bin": b"x"}, {"LICENSE": mit(), "pytorch_model.bin": b"y"})
    equal(any("pytorch_model.bin" in g for g in gaps(doc, "weights")), True)
    equal(part(doc, "weights")["compared"], False)
    equal(values(one(doc, "files", "pytorch_model.bin"))[0].startswith("1 bytes, sha256 2d71"), True)


# ---- weights and files ------------------------------------------------------------------

def one_value_of_one_tensor():
    a, b = base(), base()
    b["model.safetensors"] = weights({"x": ("F32", [2], bytes(4) + b"\0\0\x80\x3f"), "y": ("F16", [2, 2], bytes(range(8)))})
    with Folder(a) as x, Folder(b) as y:
        doc = diff(x, y)
        c = one(doc, "weights", "x")
        equal(c["text"], "2 of 8 bytes differ, the first at byte 6 of the tensor")
        equal([w["item"] for w in changes(doc, "weights")], ["x"])
        equal({c["item"] for c in doc["changes"]}, {"x", "model.safetensors"})
        for folder, side in ((x, "a"), (y, "b")):
            e = c[side]["evidence"][0]
            raw = open(f"{folder}/{e['path']}", "rb").read()[e["byte_from"]:e["byte_to"]]
            equal(len(raw), 8)
            equal(__import__("hashlib").sha256(raw).hexdigest(), e["sha256"])


def tensors_come_go_and_change_their_type():
    a, b = base(), base()
    b["model.safetensors"] = weights({"y": ("BF16", [2, 2], bytes(range(8))), "z": ("U8", [1], b"\0")}, {"format": "pt"})
    doc = two(a, b)
    equal({c["item"]: (c["kind"], values(c)) for c in changes(doc, "weights")},
          {"x": ("removed", ("F32 [2]", None)), "y": ("changed", ("F16 [2, 2]", "BF16 [2, 2]")),
           "z": ("added", (None, "U8 [1]"))})
    equal(part(doc, "weights")["note"], "tensors: 0 equal, 0 with other bytes, 1 of another type, 0 of another shape, 1 "
          "added, 1 removed")
    equal(values(one(doc, "metadata", "format")), (None, "pt"))


def resharding_changes_files_and_no_tensor():
    a, b = base(), base()
    del b["model.safetensors"]
    b["model-00001-of-00002.safetensors"] = weights({"x": ("F32", [2], bytes(8))})
    b["model-00002-of-00002.safetensors"] = weights({"y": ("F16", [2, 2], bytes(range(8)))})
    doc = two(a, b)
    equal(changes(doc, "weights"), [])
    equal(part(doc, "weights")["same"], 2)
    equal(len(changes(doc, "files")), 3)


def renamed_files_are_told_by_their_digest():
    a, b = base(), base()
    b["LICENSE.txt"] = b.pop("LICENSE")
    doc = two(a, b)
    c = one(doc, "files", "LICENSE")
    equal((c["kind"], c["scope"]), ("renamed", "LICENSE.txt"))
    equal(changes(doc, "license-texts"), [])


def gguf_keys_and_the_chat_template():
    a = gguf({"general.license": "mit", "general.name": "a", "tokenizer.chat_template": "one\ntwo\nthree"})
    b = gguf({"general.license": "mit", "general.size_label": "1B", "tokenizer.chat_template": "one\n2\nthree"})
    doc = two({"w.gguf": a}, {"v.gguf": b})
    equal(values(one(doc, "metadata", "general.name")), ("a", None))
    equal(values(one(doc, "metadata", "general.size_label")), (None, "1B"))
    c = one(doc, "chat-template", "tokenizer.chat_template")
    equal([(p["a"]["line_from"], p["a"]["text"], p["b"]["text"]) for p in c["passages"]], [(2, "two", "2")])
    e = c["b"]["evidence"][0]
    equal(b[e["byte_from"]:e["byte_to"]], b"one\n2\nthree")


def configurations_key_by_key():
    a, b = base(), base()
    b["config.json"] = '{"model_type": "llama", "layers": 3, "rope": {"x.y": [1, 2]}}'
    b["tokenizer_config.json"] = json.dumps({"chat_template": "{% for m in messages %}\n{{ m.x }}\n{% endfor %}", "n": "1"})
    doc = two(a, b)
    equal(values(one(doc, "configuration", "layers", "config.json")), ("2", "3"))
    equal(values(one(doc, "configuration", 'rope["x.y"]', "config.json")), (None, "[1, 2]"))
    equal(values(one(doc, "configuration", "n", "tokenizer_config.json")), ("1", '"1"'))
    c = one(doc, "chat-template", "chat_template", "tokenizer_config.json")
    equal([(p["a"]["line_from"], p["b"]["text"]) for p in c["passages"]], [(2, "{{ m.x }}")])


# ---- the card ---------------------------------------------------------------------------

def the_card_by_key_and_heading():
    a, b = base(), base()
    b["README.md"] = CARD.replace("language: [en]", "language: [en, fr]").replace(
        "## Limitations\n\nIt does not know the year.\n\n", "").replace("None of note.", "Much.\n\nOf note.")
    doc = two(a, b)
    equal(values(one(doc, "card", "language", "front matter")), ('["en"]', '["en", "fr"]'))
    gone = one(doc, "card", "A model / Limitations", "sections")
    equal((gone["kind"], gone["a"]["evidence"][0]["line_from"]), ("removed", 9))
    c = one(doc, "card", "A model / Training data", "sections")
    equal([(p["a"]["line_from"], p["b"]["line_from"], p["b"]["line_to"], p["b"]["text"]) for p in c["passages"]],
          [(15, 11, 13, "Much.\n\nOf note.")])


def a_broken_front_matter_is_no_empty_one():
    b = base()
    b["README.md"] = CARD.replace("license: mit", "license: [mit")
    doc = two(base(), b)
    equal(any("front matters were not compared" in g for g in gaps(doc, "card")), True)
    equal(changes(doc, "card", scope="front matter"), [])


# ---- licences ---------------------------------------------------------------------------

def relicensing_is_said_plainly():
    doc = diff("LicenseRef-Yi-Community-2.1", "Apache-2.0", *USE)
    c = one(doc, "license", "terms")
    equal(c["direction"], "looser")
    equal(c["text"].startswith("Yi Series Models Community License Agreement -> Apache License 2.0: looser"), True)
    equal(values(one(doc, "clauses", "commercial use")), ("conditional", "yes"))
    equal(values(one(doc, "clauses", "duty: register (commercial)"))[1], None)
    equal(one(doc, "clauses", "sublicensing")["direction"], "looser")
    equal(one(doc, "verdict", "answer")["direction"], "looser")
    back = diff("Apache-2.0", "LicenseRef-Yi-Community-2.1", *USE)
    equal(one(back, "license", "terms")["direction"], "stricter")
    equal(diff("mit", "MIT License", expect=0)["changes"], [])


def every_clause_turns_round_with_its_sides():
    other = {"looser": "stricter", "stricter": "looser", "different": "different", "cannot-tell": "cannot-tell", None: None}
    kinds = {"added": "removed", "removed": "added", "changed": "changed"}
    ids = ["MIT", "gemma", "llama4", "AGPL-3.0-only", "LicenseRef-scancode-stability-ai-community-2024",
           "LicenseRef-scancode-exaone-ai-model-1.1-nc"]
    for n, i in enumerate(ids):
        for k in ids[:n]:
            there = [(c["item"], c["kind"], c["direction"], values(c)) for c in changes(diff(i, k, *USE), "clauses")]
            back = [(c["item"], kinds[c["kind"]], other[c["direction"]], values(c)[::-1])
                    for c in changes(diff(k, i, *USE), "clauses")]
            equal(sorted(map(str, there)), sorted(map(str, back)))


def real_sister_versions():
    llama = ["cases/meta-llama__llama-models/models/llama3_1", "more/meta-llama__llama-models/models/llama3_2",
             "more/meta-llama__llama-models/models/llama4"]
    doc = diff(licence(llama[0] + "/LICENSE"), licence(llama[1] + "/LICENSE"))
    c = one(doc, "clauses", "region: EU")
    equal((values(c), c["direction"]), ((None, "excluded for multimodal models"), "stricter"))
    equal(one(doc, "license", "terms")["direction"], "stricter")
    doc = diff(licence(llama[1] + "/LICENSE"), licence(llama[2] + "/LICENSE"))
    equal(values(one(doc, "clauses", "region: EU")), ("excluded for multimodal models", "excluded"))
    doc = diff(licence("cases/LG-AI-EXAONE__EXAONE-3.5/LICENSE"), licence("more/LG-AI-EXAONE__EXAONE-4.0/LICENSE"))
    c = one(doc, "clauses", "owner of the outputs")
    equal((values(c), c["direction"]), (("licensor", "user"), "looser"))
    equal([e["path"] for e in c["a"]["evidence"]], ["LICENSE", "catalogue:exaone-ai-model-1.1-nc.yaml"])
    doc = diff(licence("cases/OpenMDW__OpenMDW/1.0/LICENSE.openmdw"), licence("more/OpenMDW__OpenMDW/1.1/LICENSE.OpenMDW-1.1"))
    equal(one(doc, "clauses", "ends, or: copyright_suit")["direction"], "stricter")
    doc = diff(licence("cases/QwenLM__Qwen/Tongyi Qianwen LICENSE AGREEMENT"),
               licence("more/QwenLM__Qwen/Tongyi Qianwen RESEARCH LICENSE AGREEMENT"))
    c = one(doc, "clauses", "commercial use")
    equal((values(c), c["direction"]), (("conditional", "no"), "stricter"))
    doc = diff(licence("cases/Tencent__Tencent-Hunyuan-Large/LICENSE.txt"), licence("more/Tencent-Hunyuan__Hunyuan-A13B/LICENSE"))
    equal({c["item"] for c in changes(doc, "clauses") if c["decisive"]}, {"region: GB", "region: KR"})
    e = one(doc, "clauses", "region: KR")["b"]["evidence"][0]
    equal((e["path"], e["line_from"]), ("LICENSE", 3))


def a_threshold_that_moves():
    doc = diff(licence("cases/meta-llama__llama-models/models/llama3_1/LICENSE"), licence("cases/QwenLM__Qwen/Tongyi Qianwen LICENSE AGREEMENT"))
    c = one(doc, "clauses", "threshold: mau")
    equal((values(c), c["direction"]), (("700000000", "100000000"), "stricter"))


def a_changed_text_is_near_and_nothing_is_concluded():
    raw = read("cases/meta-llama__llama-models/models/llama3_1/LICENSE")
    with Folder({"a/LICENSE": raw, "b/LICENSE": raw.replace("700 million", "100 million")}) as x:
        doc = diff(x + "/a/LICENSE", x + "/b/LICENSE")
        c = one(doc, "license", "terms")
        equal((c["direction"], c["b"]["value"]), ("cannot-tell", "no known licence"))
        equal(changes(doc, "clauses"), [])
        equal(any("near LicenseRef-scancode-llama-3.1" in g for g in gaps(doc, "clauses")), True)
        p = one(doc, "license-texts", "LICENSE")["passages"]
        equal([(q["a"]["text"], q["b"]["text"]) for q in p], [("700", "100")])
        line = next(i for i, text in enumerate(raw.split("\n"), 1) if "700 million" in text)
        equal((p[0]["a"]["line_from"], p[0]["b"]["line_from"]), (line, line))


def a_rider_is_shown_and_its_effect_is_not_known():
    b = base()
    b["LICENSE"] = mit() + "\nYou may not use the Software in the European Union.\n"
    doc = two(base(), b)
    c = one(doc, "license", "text: LICENSE")
    equal((c["direction"], values(c)), ("cannot-tell", ("MIT, word for word", "MIT, and more that it does not explain")))
    p = one(doc, "license-texts", "LICENSE")["passages"]
    equal(len(p) == 1 and "European Union" in p[0]["b"]["text"] and p[0]["a"]["line_to"] == 0, True)
    equal(any("beside MIT stands text" in g for g in gaps(doc, "clauses")), True)
    equal(one(doc, "verdict", "answer")["direction"] in ("stricter", "cannot-tell"), True)


def another_holder_is_the_same_licence_and_another_text():
    a, b = base(), base()
    a["LICENSE"] = "MIT License\n\nCopyright (c) 2025 Somebody\n\n" + mit()
    b["LICENSE"] = a["LICENSE"].replace("2025 Somebody", "2026 Somebody Else")
    doc = two(a, b)
    c = one(doc, "license-texts", "LICENSE")
    equal("same words" in c["text"] and "Somebody Else" in c["passages"][0]["b"]["text"], True)
    equal(changes(doc, "clauses") + changes(doc, "license"), [])


def a_dropped_policy_is_not_a_looser_one():
    a = {"LICENSE": read("cases/meta-llama__llama-models/models/llama3_1/LICENSE"),
         "USE_POLICY.md": read("cases/meta-llama__llama-models/models/llama3_1/USE_POLICY.md"), "model.safetensors": safetensors()}
    b = {k: v for k, v in a.items() if k != "USE_POLICY.md"}
    doc = two(a, b)
    fields = [c for c in changes(doc, "clauses") if c["item"].startswith("field: ")]
    equal(len(fields) > 2 and {c["direction"] for c in fields}, {"cannot-tell"})
    equal(one(doc, "files", "USE_POLICY.md")["kind"], "removed")


def declared_terms_and_bases():
    b = base()
    b["README.md"] = CARD.replace("license: mit", "license: llama3.1\nbase_model: meta-llama/Llama-3.1-8B\ndatasets: [ms_marco]")
    doc = two(base(), b)
    c = one(doc, "license", "declared: front matter key license")
    equal(values(c), ('"mit" (MIT)', '"llama3.1" (LicenseRef-scancode-llama-3.1-license-2024)'))
    equal(one(doc, "bases", "meta-llama/Llama-3.1-8B")["kind"], "added")
    equal(one(doc, "datasets", "ms_marco")["kind"], "added")
    equal(one(doc, "license", "terms", "model")["direction"], "stricter")


# ---- the passages against another implementation ------------------------------------------

def apply(old, passages):
    """The new lines, from the old ones and what the report says."""
    made, at = [], 0
    for p in passages:
        first = p["a"]["line_from"] - 1 if p["a"]["line_to"] else p["b"]["line_from"] - 1 - len(made) + at
        made += old[at:first]
        at = max(first, p["a"]["line_to"])
        made += p["b"]["text"].split("\n") if p["b"]["line_to"] else []
    return made + old[at:]


def passages_make_b_of_a_and_are_as_few_as_gnu_diff_finds():
    rng = random.Random(7)
    if not shutil.which("diff"):
        raise Skip("no diff(1)")
    for round_ in range(25):
        words = ["a", "b", "{", "}", "{% if x %}", "end"][:rng.randint(2, 6)]
        a = [rng.choice(words) for _ in range(rng.randint(1, 60))] + ["."]
        b = [rng.choice(words) if rng.random() < 0.3 else line for line in a if rng.random() > 0.1] + ["end of b"]
        with Folder({"chat_template.jinja": "\n".join(a) + "\n", "LICENSE": "x"}) as x, \
                Folder({"chat_template.jinja": "\n".join(b) + "\n", "LICENSE": "x"}) as y:
            passages = one(diff(x, y), "chat-template", "text")["passages"]
            equal(apply(a, passages), b)
            gnu = subprocess.run(["diff", "--minimal", "-a", x + "/chat_template.jinja", y + "/chat_template.jinja"],
                                 capture_output=True, text=True).stdout.splitlines()
            size = sum((q["line_to"] - q["line_from"] + 1 if q["line_to"] else 0) for p in passages for q in (p["a"], p["b"]))
            equal(size, sum(line[0] in "<>" for line in gnu))
            matched = sum(m.size for m in difflib.SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks())
            equal(size <= len(a) + len(b) - 2 * matched, True)


# ---- exits and hostile input ------------------------------------------------------------

def exits_and_kinds():
    with Folder(base()) as x:
        for args, want in ((["diff"], 2), (["diff", x], 2), (["diff", x, "mit"], 2), (["diff", x, x + "/LICENSE"], 2),
                           (["diff", "mit", "no-such-licence"], 4), (["diff", x + "/nothing", x], 4),
                           (["diff", x, x, "--country", "XX"], 2), (["diff", x + "/LICENSE", "mit"], 0)):
            status, out, err = run(*args)
            equal((args[1:], status), (args[1:], want))
            equal(out == "" and err.startswith("assay: "), want != 0)
        with open(x + "/config.json", "w") as f:
            f.write("{")
        status, _, err = run("diff", x, x)
        equal((status, "config.json" in err), (3, True))


def hostile_names_and_texts_reach_no_terminal():
    a, b = base(), base()
    b["config.json"] = '{"model_type": "llama", "\\u001b[31mlayers\\u202e": "\\u001b]0;x\\u0007", "": {"": [[[]], {}]}}'
    b["README.md"] = CARD.replace("small", "\x1b[2Jsmall\u202e")
    b["LICENSE"] = mit() + "\n\x1b[31mNo use at all.\x07\n"
    b["tokenizer_config.json"] = "[" * 100000
    b["generation_config.json"] = "\xff\xfe"
    with Folder(a) as x, Folder(b) as y:
        for args in ([], ["-v"]):
            status, out, err = run("diff", x, y, *args)
            equal((status, err), (1, ""))
            equal(re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", out), None)
            equal(max(len(line) for line in out.splitlines() if " " in line.strip()) <= 80, True)
        doc = diff(x, y)
        equal(any("tokenizer_config.json: no JSON" in g for g in gaps(doc)), True)


def a_link_that_leads_out_is_said():
    with Folder(base()) as x, Folder(base()) as y:
        os.remove(y + "/tokenizer_config.json")
        os.symlink("/etc/hostname", y + "/tokenizer_config.json")
        doc = diff(x, y)
        equal(any("leads out" in g for g in gaps(doc, "configuration")), True)


main([the_same_model_twice_has_no_difference, what_was_not_compared_is_never_called_equal, one_value_of_one_tensor,
      tensors_come_go_and_change_their_type, resharding_changes_files_and_no_tensor,
      renamed_files_are_told_by_their_digest, gguf_keys_and_the_chat_template, configurations_key_by_key,
      the_card_by_key_and_heading, a_broken_front_matter_is_no_empty_one, relicensing_is_said_plainly,
      every_clause_turns_round_with_its_sides, real_sister_versions, a_threshold_that_moves,
      a_changed_text_is_near_and_nothing_is_concluded, a_rider_is_shown_and_its_effect_is_not_known,
      another_holder_is_the_same_licence_and_another_text, a_dropped_policy_is_not_a_looser_one,
      declared_terms_and_bases,
      passages_make_b_of_a_and_are_as_few_as_gnu_diff_finds, exits_and_kinds, hostile_names_and_texts_reach_no_terminal,
      a_link_that_leads_out_is_said])
