#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The engine beside llama.cpp's: speed, start, memory, and whether both say the same.

    bench/engine.py MODEL.gguf FOLDER [--repeat N] [--threads 1,2] [--agree N]

FOLDER holds llama-bench, llama-completion and llama-perplexity. The programs take turns, so that both meet the same
neighbours; the median and the best of N runs are shown, and the ratio of the two programs in each (above 1: ours is faster).
Start: from the command to the first token, cold process, warm files. --agree N: the first N of the prompts below, greedy.
"""
import argparse, json, os, statistics, subprocess
from lib import measure

ASSAY = measure.need_program()
PROMPTS = [
    "The capital of France is", "Once upon a time there was a", "Water boils at", "The first president of the United States was",
    "In the year 1969,", "def fibonacci(n):", "The three primary colours are", "To make bread you need", "The opposite of hot is",
    "A triangle has", "My favourite book is", "The sun rises in the", "Photosynthesis is the process by which",
    "Shakespeare wrote", "The largest planet is", "2, 4, 6, 8,", "Dear Sir or Madam,", "The quick brown fox",
    "An apple a day", "The chemical symbol for gold is",
]


def ours(model, prefill, decode, threads):
    out = subprocess.run([ASSAY, "bench", "-q", "--json", "--pp", str(prefill), "--tg", str(decode), "-r", "1", "-t", str(threads),
                          model], capture_output=True, check=True).stdout
    doc = json.loads(out)
    return doc["prefill_tok_s"], doc["decode_tok_s"]


def theirs(folder, model, prefill, decode, threads):
    out = subprocess.run([os.path.join(folder, "llama-bench"), "-m", model, "-p", str(prefill), "-n", str(decode), "-r", "1",
                          "-t", str(threads), "-o", "json"], capture_output=True, check=True).stdout
    rows = json.loads(out)
    return tuple(next(r["avg_ts"] for r in rows if r[key]) for key in ("n_prompt", "n_gen"))


def speed(args, threads):
    a, b = [], []
    for _ in range(args.repeat):
        a.append(ours(args.model, 512, 64, threads))
        b.append(theirs(args.folder, args.model, 512, 64, threads))
    for i, what in enumerate(("prefill 512", "decode 64")):
        x, y = sorted(r[i] for r in a), sorted(r[i] for r in b)
        mid = statistics.median(x), statistics.median(y)
        print(f"| {what} | {threads} | {mid[0]:.1f} ({x[-1]:.1f}) | {mid[1]:.1f} ({y[-1]:.1f}) | {mid[0] / mid[1]:.2f} "
              f"({x[-1] / y[-1]:.2f}) |", flush=True)


def completion(folder, model, prompt, n, threads):
    return [os.path.join(folder, "llama-completion"), "-m", model, "-p", prompt, "-n", str(n), "--temp", "0", "-no-cnv",
            "--no-warmup", "-t", str(threads), "-c", "4096"]


def run_raw(model, prompt, n, threads):
    return [ASSAY, "run", "-q", "--raw", "--greedy", "-n", str(n), "-t", str(threads), model, prompt]


def start(args):
    times, peaks = ([], []), ([], [])
    for _ in range(args.repeat):
        for i, command in enumerate((run_raw(args.model, "Hello", 1, 2), completion(args.folder, args.model, "Hello", 1, 2))):
            run = measure.Run(command)
            times[i].append(run.seconds)
            peaks[i].append(run.peak_mb)
    for what, unit, rows in (("one token, cold process", "s", times), ("peak memory", "MB", peaks)):
        x, y = (statistics.median(r) for r in rows)
        print(f"| {what}, {unit} | 2 | {x:.2f} ({min(rows[0]):.2f}) | {y:.2f} ({min(rows[1]):.2f}) | {y / x:.2f} "
              f"({min(rows[1]) / min(rows[0]):.2f}) |", flush=True)


def agree(args):
    same = 0
    for prompt in PROMPTS[:args.agree]:
        a = subprocess.run(run_raw(args.model, prompt, 24, 1), capture_output=True, text=True, check=True).stdout.rstrip()
        b = subprocess.run(completion(args.folder, args.model, prompt, 24, 1), capture_output=True, text=True,
                           check=True, stdin=subprocess.DEVNULL).stdout.rstrip()
        b = b.split(prompt, 1)[-1].replace("[end of text]", "").rstrip()
        same += a == b
        if a != b:
            at = next((i for i, (p, q) in enumerate(zip(a, b)) if p != q), min(len(a), len(b)))
            print(f"# {prompt!r}: the same for {at} characters, then {a[at:at + 30]!r} and {b[at:at + 30]!r}", flush=True)
    print(f"the same 24 tokens for {same} of {args.agree} prompts", flush=True)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("model")
    p.add_argument("folder")
    p.add_argument("--repeat", type=int, default=5)
    p.add_argument("--threads", default="1,2")
    p.add_argument("--agree", type=int, default=0)
    args = p.parse_args()
    print("| what | threads | assay: median (best) | llama.cpp | ratio of medians (of bests) |\n|---|---|---|---|---|")
    for threads in args.threads.split(","):
        if args.repeat:
            speed(args, int(threads))
    if args.repeat:
        start(args)
    if args.agree:
        agree(args)


main()
