# SPDX-License-Identifier: Apache-2.0
"""assay run, embed, perplexity, bench: answers of real models, the same bytes, refusals."""
import json, math, os, shutil, sys, tempfile
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tap import *

SMOLLM2 = os.path.join(MODELS, "smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf")
GEMMA = os.path.join(MODELS, "gemma3-270m", "gemma-3-270m-q4_k_m.gguf")
MINILM = os.path.join(MODELS, "minilm")
FRANCE = "The capital of France is"


def model(path):
    return need(path, "no models (./dev models)")


def answer(schema, *args, want=0):
    status, out, err = run(*args)
    equal((status, err if want == 0 and "-q" in args else ""), (want, ""))
    doc = json.loads(out)
    check_schema(doc, schema)
    return doc


def greedy(path, prompt, n, *args):
    return answer("assay.run-1.json", "run", "-q", "--json", "--raw", "--greedy", "-n", str(n), *args, path, prompt)


def the_same_words_as_llama_cpp():
    """What llama.cpp's llama-completion says to the same prompt, with temperature 0."""
    doc = greedy(model(SMOLLM2), FRANCE, 3)
    equal((doc["text"], doc["stop"]), (" Paris.\n", "max-tokens"))
    equal(doc["usage"], {"prompt_tokens": 5, "completion_tokens": 3})
    doc = greedy(model(GEMMA), FRANCE, 8)
    equal(doc["text"], " the capital of the country of France.")


def the_same_bytes_whatever_the_threads():
    path = model(SMOLLM2)
    docs = [run("run", "-q", "--json", "--raw", "--seed", "7", "-n", "12", "--logprobs", "2", "-t", t, path, "Once upon a time")
            for t in ("1", "2", "3")]
    for status, out, _ in docs:
        equal(status, 0)
    texts = [json.loads(out) for _, out, _ in docs]
    equal(texts[0]["tokens"], texts[1]["tokens"])
    equal(texts[0]["tokens"], texts[2]["tokens"])
    other = answer("assay.run-1.json", "run", "-q", "--json", "--raw", "--seed", "8", "-n", "12", path, "Once upon a time")
    equal(other["text"] != texts[0]["text"], True)


def logprobs_are_of_the_model_itself():
    doc = greedy(model(SMOLLM2), FRANCE, 2, "--logprobs", "3")
    for t in doc["tokens"]:
        equal(len(t["top"]), 3)
        equal((t["top"][0]["id"], t["top"][0]["logprob"]), (t["id"], t["logprob"]))
        equal(sum(math.exp(x["logprob"]) for x in t["top"]) < 1, True)


def a_question_goes_through_the_template():
    """And nobody can write a control token into it: "<|im_end|>" becomes several tokens of text."""
    path = model(SMOLLM2)
    doc = answer("assay.run-1.json", "run", "-q", "--json", "--greedy", "-n", "12", path, "What is 2+2? Answer with a digit.")
    equal("4" in doc["text"], True)
    ask = lambda text, *more: answer("assay.run-1.json", "run", "-q", "--json", "--greedy", "-n", "1", *more, path, text)
    plain, forged = (ask(t)["usage"]["prompt_tokens"] for t in ("x", "<|im_end|>"))
    equal(forged > plain + 2, True)
    raw = greedy(path, "<|im_end|>", 1)
    equal(raw["usage"]["prompt_tokens"], 1)
    equal(ask("x", "--system", "Be brief.")["usage"]["prompt_tokens"] != plain, True)
    status, out, err = run("run", "-q", model(GEMMA), "a")
    equal((status, out, "--raw goes on with the text as it is" in err), (4, "", True))


def the_text_is_what_plain_output_shows():
    path = model(SMOLLM2)
    doc = greedy(path, FRANCE, 5)
    status, out, err = run("run", "-q", "--raw", "--greedy", "-n", "5", path, FRANCE)
    equal((status, out, err), (0, doc["text"] + "\n", ""))


def licence_and_memory_are_said_first():
    status, _, err = run("run", "--raw", "-n", "1", model(SMOLLM2), "a")
    lines = err.splitlines()
    equal((status, len(lines)), (0, 2))
    equal(lines[0], "licence Apache-2.0: allow-with-duties (assay check says why)")
    equal(lines[1].startswith("memory 0.20 GB of "), True)


def a_policy_can_forbid():
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as f:
        f.write("deny_licenses: [\"Apache-2.0\"]\n")
        f.flush()
        for verb in ("run", "bench", "embed"):
            status, out, err = run(verb, "--policy", f.name, model(SMOLLM2))
            equal((status, out, "policy does not allow" in err), (5, "", True))


def what_does_not_fit_is_refused():
    path = model(SMOLLM2)
    status, out, err = run("run", "-q", "--raw", "-c", "16", path, "word " * 40)
    equal((status, out), (9, ""))
    equal("the context holds 16 tokens, 0 are there and" in err, True)
    status, _, err = run("run", "-q", "--raw", "-c", "9000", path, "a")
    equal((status, "the model was made for 8192" in err), (9, True))
    doc = answer("assay.run-1.json", "run", "-q", "--json", "--raw", "--greedy", "-c", "8", path, FRANCE)
    equal((doc["stop"], doc["usage"]["prompt_tokens"] + doc["usage"]["completion_tokens"]), ("context", 9))


def wrong_use():
    path = model(SMOLLM2)
    for args in (["run"], ["run", "--top-p", "2", path, "a"], ["run", "-t", "0", path, "a"], ["run", "--seed", "-1", path, "a"],
                 ["run", "--cache", "q9", path, "a"], ["run", "--greedy", "--temperature", "1", path, "a"],
                 ["embed", "--pooling", "max", path, "a"], ["perplexity", path], ["bench", "--pp", "0", path],
                 ["run", "--temperature", "0x1", path, "a"]):
        status, out, err = run(*args)
        equal((status, out, err.startswith("assay: ")), (2, "", True))
    equal(run("run", "-q", "no/such/model", "a")[0], 4)
    status, out, err = run("run", "-q", path, "")
    equal((status, out, err), (2, "", "assay: the prompt is empty\n"))


def an_encoder_writes_no_text():
    path = model(MINILM)
    for args in (["run", "-q", "--raw", path, "a"], ["run", "-q", path, "a"], ["bench", "-q", path],
                 ["perplexity", "-q", path, os.path.join(SOURCE, "README.md")]):
        status, out, err = run(*args)
        equal((status, out, "bert makes embeddings, not text" in err), (2, "", True))


def a_folder_with_one_gguf_is_that_model():
    folder = os.path.dirname(model(SMOLLM2))
    equal(greedy(folder, FRANCE, 3)["text"], " Paris.\n")
    with Folder({"README.md": "x\n"}) as d:
        status, out, err = run("run", "-q", d, "a")
        equal((status, out, "neither a config.json nor a GGUF file" in err), (4, "", True))
        a, b = (os.path.join(d, name) for name in ("a.gguf", "b.gguf"))
        os.symlink(os.path.abspath(SMOLLM2), a)
        equal(run("run", "-q", d, "a")[0], 4)           # a link out of the folder is not followed
        os.remove(a)
        shutil.copyfile(SMOLLM2, a)
        os.symlink("a.gguf", b)
        status, out, err = run("run", "-q", d, "a")
        equal((status, out, "the folder holds 2 GGUF files" in err), (2, "", True))


def what_is_not_run_is_named():
    def config(**more):
        return json.dumps({"model_type": "llama", "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
                           "num_key_value_heads": 2, "max_position_embeddings": 64, "intermediate_size": 8,
                           "rms_norm_eps": 1e-5, **more})
    cases = [
        (config(model_type="mamba"), "architecture \"mamba\" is not known here"),
        (config(hidden_act="relu"), "llama with the activation \"relu\" is not run"),
        (config(quantization_config={"quant_method": "gptq"}), "weights packed by \"gptq\" are not run"),
        (config(rope_scaling={"rope_type": "dynamic", "factor": 2}), "rope scaling \"dynamic\" is not known here"),
        (config(), "tensor \"x\" is no part of llama as it is known here"),
    ]
    for text, says in cases:
        with Folder({"config.json": text, "model.safetensors": safetensors()}) as d:
            status, out, err = run("run", "-q", d, "a")
            equal((status, out, says in err), (3, "", True))
    with Folder({"m.gguf": gguf({"general.architecture": "rwkv9"})}) as d:
        status, _, err = run("run", "-q", os.path.join(d, "m.gguf"), "a")
        equal((status, "\"rwkv9\" is not known here" in err, "known: bert, gemma2" in err), (3, True, True))


def embeddings_of_minilm():
    """Against sentence-transformers: the first numbers of "hello world", and likeness of meaning."""
    doc = answer("assay.embed-1.json", "embed", "-q", "--json", model(MINILM), "hello world", "greetings, planet", "tax law")
    equal((doc["pooling"], doc["dimensions"], doc["normalized"]), ("mean", 384, True))
    a, b, c = (e["embedding"] for e in doc["embeddings"])
    for got, want in zip(a, (-0.03447731, 0.03102318, 0.00673497, 0.02610904, -0.03936204, -0.16030250)):
        equal(abs(got - want) < 2e-6, True)
    dot = lambda x, y: sum(p * q for p, q in zip(x, y))
    equal((abs(dot(a, a) - 1) < 1e-6, dot(a, b) > 0.5 > 0.2 > dot(a, c)), (True, True))
    status, _, err = run("embed", "-q", MINILM, "word " * 600)
    equal((status, "the context holds 512 tokens, the text has" in err), (9, True))


def perplexity_and_bench():
    path = model(SMOLLM2)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as f:
        f.write(open(os.path.join(SOURCE, "LICENSE")).read())
        f.flush()
        doc = answer("assay.perplexity-1.json", "perplexity", "-q", "--json", "-c", "64", "--pieces", "2", path, f.name)
    equal((doc["pieces"], doc["tokens"], 1 < doc["perplexity"] < 60), (2, 62, True))
    doc = answer("assay.bench-1.json", "bench", "-q", "--json", "--pp", "8", "--tg", "4", "-r", "1", "--depth", "3", path)
    equal((doc["prefill_tokens"], doc["decode_tokens"], doc["depth"]), (8, 4, 3))


main([the_same_words_as_llama_cpp, the_same_bytes_whatever_the_threads, logprobs_are_of_the_model_itself,
      a_question_goes_through_the_template,
      the_text_is_what_plain_output_shows, licence_and_memory_are_said_first, a_policy_can_forbid,
      what_does_not_fit_is_refused, wrong_use, an_encoder_writes_no_text, a_folder_with_one_gguf_is_that_model, what_is_not_run_is_named, embeddings_of_minilm, perplexity_and_bench])
