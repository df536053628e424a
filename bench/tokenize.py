#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Speed of tokenizers beside Hugging Face's `tokenizers`, on one thread.

    bench/tokenize.py [NAME...]

The texts: English, the licence texts of $ASSAY_SHARED (../shared), and C, this project's sources; each cut into pieces of
about 4 KB, as prompts are. Both sides get the same pieces of the same tokenizer.json (tools/oracles brings them), nothing but
ids is asked for, and tokens are counted on both sides and must agree. Seconds of processor time, median of 5 after one
to warm up; the reference keeps a cache of words across the rounds, we keep what a word that is a token comes to.
"""
import glob, os, statistics, struct, subprocess, sys, time
from lib import measure

SHARED = os.environ.get("ASSAY_SHARED", os.path.join(measure.ROOT, "..", "shared"))
VENV = os.path.join(measure.ROOT, ".venv")
if os.path.realpath(sys.prefix) != os.path.realpath(VENV) and os.path.exists(VENV + "/bin/python"):
    os.execv(VENV + "/bin/python", [VENV + "/bin/python", *sys.argv])
os.environ["TOKENIZERS_PARALLELISM"] = "false"
PIECE, TOTAL = 4096, 3 << 20


def pieces(paths):
    text = ""
    for path in sorted(paths):
        text += open(path, encoding="utf-8", errors="replace").read() + "\n"
        if len(text) > TOTAL:
            break
    return [text[at:at + PIECE] for at in range(0, min(len(text), TOTAL), PIECE)]


def texts():
    yield "English", pieces(glob.glob(SHARED + "/data/licenses/texts/*"))
    yield "C", pieces(p for d in ("base", "format", "license", "scan", "text", "engine", "passport")
                      for p in glob.glob(os.path.join(measure.ROOT, d, "*.[ch]")))


def ours(program, path, parts):
    feed = b"".join(struct.pack("<I", len(p)) + p for p in (x.encode() for x in parts))
    out = subprocess.run([program, path, "time"], input=feed, capture_output=True, check=True).stdout.split()
    seconds = [float(x) for x in out[0::3]][1:]
    return int(out[1]), int(out[2]), statistics.median(seconds)


def theirs(path, parts):
    import tokenizers
    tok = tokenizers.Tokenizer.from_file(path)
    tok.no_padding()
    tok.no_truncation()
    seconds = []
    for _ in range(6):
        began, tokens = time.process_time(), 0
        for part in parts:
            tokens += len(tok.encode(part, add_special_tokens=False).ids)
        seconds.append(time.process_time() - began)
    return tokens, statistics.median(seconds[1:])


def main():
    program = os.path.join(os.path.dirname(os.environ.get("ASSAY", "build-release/assay")), "tests", "token_ids")
    names = sys.argv[1:] or ["llama3", "qwen3", "deepseek_v3", "gptoss", "gemma3", "llama2", "minilm"]
    print("| tokenizer | text | ours MB/s | tokenizers MB/s | times | tokens |\n|---|---|---|---|---|---|")
    for name in names:
        path = os.path.join(VENV, "tokenizers", name, "tokenizer.json")
        path = path if name != "minilm" else os.path.join(measure.ROOT, "models", "minilm", "tokenizer.json")
        if not os.path.exists(path):
            print(f"{name}: skipped, there is no {path} (tools/oracles, tools/models)")
            continue
        for kind, parts in texts():
            size, count, mine = ours(program, path, parts)
            their_count, peer = theirs(path, parts)
            if count != their_count:
                sys.exit(f"{name}, {kind}: {count} tokens, the reference has {their_count}")
            print(f"| {name} | {kind} | {size / mine / 1e6:.1f} | {size / peer / 1e6:.1f} | {peer / mine:.1f} | {count} |", flush=True)


if __name__ == "__main__":
    main()
