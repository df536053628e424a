# SPDX-License-Identifier: Apache-2.0
"""assay tokenize: the pairs of text and ids, a model's folder, trust, decoding, the schema, exits, the screen."""
import json, os, subprocess, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tap import *

SMALL = {"added_tokens": [{"id": 4, "content": "<|end|>", "special": True, "single_word": False, "lstrip": False, "rstrip": False,
                           "normalized": False}],
         "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False}, "decoder": {"type": "ByteLevel"},
         "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "\u0120": 3}, "merges": ["a b"]}}


def tokenize(path, text, *args):
    done = subprocess.run([os.path.abspath(ASSAY), "tokenize", *args, path], input=text, capture_output=True)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def answer(path, text, *args):
    status, out, err = tokenize(path, text, "--json", *args)
    equal((status, err), (0, ""))
    doc = json.loads(out)
    check_schema(doc, "assay.tokenize-1.json")
    return doc


def pair_of_one_model():
    model = need(SHARED + "/data/tokenizers/ggml-vocab-gpt-2.gguf", "no shared vocabularies")
    texts = open(model + ".inp", encoding="utf-8", newline="").read().split("\n__ggml_vocab_test__\n")
    for text, want in list(zip(texts, open(model + ".out")))[::6]:
        doc = answer(model, text.encode(), "--no-special")
        equal((doc["ids"], doc["source"], doc["kind"]), ([int(x) for x in want.split()], "gguf", "bpe"))
        equal(tokenize(model, want.encode(), "--decode")[1], text)


def a_folder_with_a_tokenizer():
    with Folder({"tokenizer.json": json.dumps(SMALL), "tokenizer_config.json": '{"eos_token": "<|end|>"}'}) as path:
        doc = answer(path, b"ab <|end|>")
        equal((doc["ids"], doc["source"], doc["vocabulary"], doc["bytes"]), ([2, 3, 4], "tokenizer.json", 5, 10))
        equal([t["piece"] for t in doc["tokens"]], ["ab", " ", "<|end|>"])
        equal([t["type"] for t in doc["tokens"]], ["normal", "normal", "special"])
        equal(answer(path + "/tokenizer.json", b"ab", "--no-special")["ids"], [2])
        equal(answer(path, b"ab <|end|>", "--no-special")["ids"], [2, 3])
        equal(answer(path, b"2, 3 4\n", "--decode")["text"], "ab <|end|>")
        equal(tokenize(path, b"2 4", "--decode", "--no-special"), (0, "ab", ""))
        equal(tokenize(path, b"ab\xff")[0], 0)


def the_screen():
    with Folder({"tokenizer.json": json.dumps(SMALL)}) as path:
        status, out, _ = tokenize(path, b"ab <|end|>")
        equal((status, out), (0, '       2  "ab"\n       3  " "\n       4  "<|end|>"  (special)\n'
                                 "3 tokens, 10 bytes; bpe, 5 tokens in the vocabulary\n"))


def minilm():
    doc = answer(need(MODELS + "/minilm", "no minilm (./dev models)"), "Hello, wörld!".encode())
    equal((doc["ids"], doc["kind"]), ([101, 7592, 1010, 2088, 999, 102], "wordpiece"))


def smollm2():
    model = need(MODELS + "/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", "no smollm2 (./dev models)")
    doc = answer(model, "<|im_start|>user\nHello 42<|im_end|>\n".encode())
    equal([t["piece"] for t in doc["tokens"]], ["<|im_start|>", "user", "\n", "Hello", " ", "4", "2", "<|im_end|>", "\n"])
    equal([t["type"] for t in answer(model, b"<|im_end|>", "--no-special")["tokens"]].count("special"), 0)


def what_is_wrong_is_said():
    def fails(files, status, *words, text=b"a", args=()):
        with Folder(files) as path:
            got, out, err = tokenize(path, text, *args)
            equal((got, out), (status, ""))
            for word in words:
                equal(word in err, True)
    fails({"README.md": "x"}, 4, "neither a tokenizer.json nor a GGUF file")
    fails({"tokenizer.json": "{"}, 3, "tokenizer.json")
    fails({"tokenizer.json": '{"model": {"type": "WordLevel"}}'}, 3, "WordLevel")
    fails({"m.gguf": gguf({"general.name": "x"})}, 4, "tokenizer.ggml.model")
    fails({"m.gguf": gguf({"tokenizer.ggml.model": "rwkv"})}, 3, "'rwkv'")
    fails({"m.gguf": gguf({"tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": "new-thing"})}, 3, "'new-thing'", "hint")
    fails({"tokenizer.json": json.dumps(SMALL)}, 3, "no list of ids", text=b"1 x", args=("--decode",))
    fails({"tokenizer.json": json.dumps(SMALL)}, 3, "no id 5", text=b"5", args=("--decode",))
    equal(tokenize("/nowhere", b"")[0], 4)
    equal(run("tokenize")[0], 2)


main([pair_of_one_model, a_folder_with_a_tokenizer, the_screen, minilm, smollm2, what_is_wrong_is_said])
