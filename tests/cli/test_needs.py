# SPDX-License-Identifier: Apache-2.0
"""assay check: what a model needs and costs. The tensor bytes of real files are counted here by other means."""
import json, os, struct, subprocess, sys, tempfile
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tap import *

SMOLLM2 = MODELS + "/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
GEMMA = MODELS + "/gemma3-270m/gemma-3-270m-q4_k_m.gguf"
NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
BLOCKS = {0: (1, 4), 1: (1, 2), 3: (32, 20), 6: (32, 22), 8: (32, 34), 12: (256, 144), 14: (256, 210)}
LLAMA_8B = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 4096, "num_hidden_layers": 32,
            "intermediate_size": 14336, "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 128256,
            "max_position_embeddings": 131072}
QWEN_7B = {"model_type": "qwen2", "hidden_size": 3584, "intermediate_size": 18944, "num_hidden_layers": 28,
           "num_attention_heads": 28, "num_key_value_heads": 4, "max_position_embeddings": 32768, "vocab_size": 152064,
           "sliding_window": 131072, "use_sliding_window": False, "max_window_layers": 28}


def needs(path, *args, env=None):
    status, out, err = run("check", "--json", "--no-hash", path, *args, env=env)
    if not out:
        raise AssertionError(f"exit {status}: {err}")
    doc = json.loads(out)
    check_schema(doc, "assay.check-1.json")
    return doc["needs"], doc


def tensor_bytes(path):
    """The sum of the tensors' bytes, read here with nothing of Assay's."""
    data = open(need(path, "no models (./dev models)"), "rb").read()
    at = 24

    def number(fmt):
        nonlocal at
        v = struct.unpack_from("<" + fmt, data, at)[0]
        at += struct.calcsize("<" + fmt)
        return v

    def skip_text():
        nonlocal at
        n = number("Q")
        at += n

    def skip(kind):
        nonlocal at
        if kind == 8:
            skip_text()
        elif kind == 9:
            item, n = number("I"), number("Q")
            if item == 8:
                for _ in range(n):
                    skip_text()
            else:
                at += n * struct.calcsize(NUMBERS[item])
        else:
            at += struct.calcsize(NUMBERS[kind])

    n_tensors, n_keys = struct.unpack_from("<QQ", data, 8)
    for _ in range(n_keys):
        skip_text()
        skip(number("I"))
    total = elements = 0
    for _ in range(n_tensors):
        skip_text()
        dims = [number("Q") for _ in range(number("I"))]
        per, size = BLOCKS[number("I")]
        number("Q")
        n = 1
        for d in dims:
            n *= d
        elements += n
        total += n // per * size
    return total, elements


def real_files_to_the_byte():
    for path, kv in ((SMOLLM2, 30 * 2 * 3 * 64 * 2 * 4096), (GEMMA, (3 * 4096 + 15 * 512) * 2 * 256 * 2)):
        total, elements = tensor_bytes(path)
        n, _ = needs(path)
        own = [w for w in n["weights"] if w["own"]]
        equal([w["bytes"] for w in own], [total])
        equal(n["parameters"], elements)
        equal([c["kv_f16_bytes"] for c in n["contexts"] if c["tokens"] == 4096], [kv])
        equal(own[0]["total_bytes"], total + kv + n["work_bytes"])


def published_configurations():
    for config, per_token in ((LLAMA_8B, 128 * 1024), (QWEN_7B, 56 * 1024)):
        with Folder({"config.json": json.dumps(config)}) as d:
            n, doc = needs(d)
            equal((n["known"], n["weights"]), (True, []))
            equal("no weights" in n["why"], True)
            for c in n["contexts"]:
                equal((c["kv_f16_bytes"], c["total_bytes"]), (c["tokens"] * per_token, None))
            equal(n["contexts"][-1]["tokens"], config["max_position_embeddings"])
            claim = [c for c in doc["claims"] if c["subject"] == "needs.memory"][0]
            path = os.path.join(d, "config.json")
            text = open(path).read()
            shown = sorted(text[e["byte_from"]:e["byte_to"]] for e in claim["evidence"])
            equal("32" in shown or "28" in shown, True)


def an_encoder_keeps_no_cache():
    n, _ = needs(need(MODELS + "/minilm", "no models (./dev models)"))
    equal([(c["tokens"], c["kv_f16_bytes"]) for c in n["contexts"]], [(512, 0)])
    equal(n["parameters"], 22713216)            # position_ids are no weights
    equal(n["weights"][0]["bytes"], 22713216 * 4 + 512 * 8)


def the_default_knows_nothing_of_this_machine():
    path = need(SMOLLM2, "no models (./dev models)")
    n, _ = needs(path)
    text = json.dumps(n)
    equal(any(word in text for word in ("machine", "fits", "per_second", "cost")), False)
    equal(run("check", "--json", "--no-hash", path), run("check", "--json", "--no-hash", path, "--context", "4096"))
    n, _ = needs(path, "--context", "3000")
    equal([c["tokens"] for c in n["contexts"]], [2048, 3000, 4096, 8192])


def speed_and_cost_when_asked():
    path = need(SMOLLM2, "no models (./dev models)")
    with tempfile.TemporaryDirectory() as cache:
        env = {"XDG_CACHE_HOME": cache}
        n, doc = needs(path, "--machine", env=env)
        own = n["weights"][0]
        equal(own["fits"] and own["prefill_tokens_per_second"] > 1 and own["decode_tokens_per_second"] > 0.1, True)
        equal(len(n["assumptions"]) >= 5 and "cost" not in n, True)
        equal([c["status"] for c in doc["claims"] if c["subject"] == "needs.speed"], ["concluded"])
        before = os.stat(cache + "/assay/machine.json").st_mtime_ns
        again, _ = needs(path, "--price-hour", "0.36", "--api-price-completion", "2", env=env)
        equal(os.stat(cache + "/assay/machine.json").st_mtime_ns, before)      # remembered, not measured again
        equal(again["machine"], n["machine"])
        equal(abs(again["cost"]["completion_million"] * own["decode_tokens_per_second"] - 100) < 1, True)
        equal((again["cost"]["api_completion_million"], again["cost"]["api_prompt_million"]), (2, None))
        bytes_read = own["bytes"] + [c for c in n["contexts"] if c["tokens"] == 4096][0]["kv_f16_bytes"]
        most = n["machine"]["read_gb_s"] * 1e9 / bytes_read
        equal(own["decode_tokens_per_second"] <= most, True)                   # never above the bandwidth
        open(cache + "/assay/machine.json", "w").write("{ broken")
        needs(path, "--machine", env=env)
        json.load(open(cache + "/assay/machine.json"))


def wrong_numbers_are_refused():
    with Folder({"config.json": json.dumps(LLAMA_8B)}) as d:
        for args in (["--context", "0"], ["--context", "x"], ["--price-hour", "-1"], ["--price-hour", "nan"],
                     ["--price-kwh", "0.3"], ["--watts", "100"], ["--price-hour", "1", "--price-kwh", "1", "--watts", "1"],
                     ["--api-price-prompt", "1e9"]):
            status, out, err = run("check", d, *args)
            equal((status, out, err.startswith("assay: ")), (2, "", True))


def broken_numbers_cost_no_answer_about_the_licence():
    with Folder({"config.json": json.dumps(dict(LLAMA_8B, num_hidden_layers="32")), "LICENSE": "x"}) as d:
        n, doc = needs(d)
        equal((n["known"], "num_hidden_layers" in n["why"]), (False, True))
        equal(doc["verdict"]["answer"], "cannot-tell")
    with Folder({"config.json": json.dumps(dict(LLAMA_8B, num_hidden_layers=10**6))}) as d:
        equal("more than 1024" in needs(d)[0]["why"], True)
    with Folder({"model.safetensors": safetensors()}) as d:
        equal(needs(d)[0]["why"], "no config.json beside the weights")


def parts_packed_weights_and_seconds():
    def tensors(entries):
        head, at = {}, 0
        for name, dtype, shape, size in entries:
            head[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + size]}
            at += size
        raw = json.dumps(head).encode()
        return struct.pack("<Q", len(raw)) + raw + bytes(at)
    config = {"model_type": "llama", "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
              "num_key_value_heads": 2, "max_position_embeddings": 64}
    part = tensors([("model.layers.0.self_attn.k_proj.weight", "F16", [4, 8], 64),
                    ("model.layers.0.self_attn.v_proj.weight", "F16", [4, 8], 64)])
    with Folder({"config.json": json.dumps(config), "model-00001-of-00002.safetensors": part}) as d:
        n, _ = needs(d)
        equal((n["weights"], n["why"]), ([], "the weights are incomplete: 1 of 2 parts are here"))
        equal([c["kv_f16_bytes"] for c in n["contexts"]], [64 * 8 * 2])     # 4 + 4 by the shapes, not 8 + 8
        equal(any("shapes" in a for a in n["assumptions"]), True)
    other = tensors([("lm_head.weight", "F16", [16, 8], 256)])
    with Folder({"config.json": json.dumps(config), "model-00001-of-00002.safetensors": part,
                 "model-00002-of-00002.safetensors": other, "consolidated.safetensors": part,
                 "onnx/model.safetensors": part}) as d:
        n, _ = needs(d)
        equal([(w["type"], w["bytes"]) for w in n["weights"] if w["own"]], [("F16", 64 + 64 + 256)])
    packed = tensors([("model.layers.0.mlp.up_proj.qweight", "I32", [8, 8], 256)])
    with Folder({"config.json": json.dumps(config), "model.safetensors": packed}) as d:
        n, _ = needs(d)
        equal([w["bits_per_weight"] for w in n["weights"]], [None])
        equal(n["parameters"], None)


def the_report_with_needs_verifies():
    path = need(SMOLLM2, "no models (./dev models)")
    status, out, _ = run("check", "--json", "--no-hash", path)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
        f.write(out)
        f.flush()
        equal(run("check", "--verify", f.name, path)[0], 0)


SMALL_PARENT = """import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdin=0, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
sys.exit(done.returncode)"""


def peak_bytes(text, *args):
    """The largest resident size of one run of the program, which reads `text`. A child counts what its parent held when it
    was started, so that a small one starts it."""
    done = subprocess.run([sys.executable, "-I", "-S", "-c", SMALL_PARENT, os.path.abspath(ASSAY), *args], input=text.encode(),
                          capture_output=True)
    equal(done.returncode, 0)
    return int(done.stdout)


def a_real_run_takes_what_was_predicted():
    """Beside the program itself and the vocabulary, which `assay tokenize` takes too."""
    path = need(SMOLLM2, "no models (./dev models)")
    with open(ASSAY, "rb") as f:
        if b"__asan_init" in f.read():
            raise Skip("a sanitizer takes memory of its own")
    n, _ = needs(path, "--context", "512")
    predicted = n["weights"][0]["total_bytes"]
    text = "word " * 480
    own = peak_bytes(text, "tokenize", path)
    took = peak_bytes(text, "run", "-q", "--raw", "--context", "512", "--max-tokens", "4", path) - own
    equal((abs(took - predicted) <= predicted * 0.05, own < predicted / 3), (True, True))


main([real_files_to_the_byte, published_configurations, an_encoder_keeps_no_cache,
      the_default_knows_nothing_of_this_machine, speed_and_cost_when_asked, wrong_numbers_are_refused,
      broken_numbers_cost_no_answer_about_the_licence, parts_packed_weights_and_seconds,
      the_report_with_needs_verifies, a_real_run_takes_what_was_predicted])
