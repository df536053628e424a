#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Rendering a conversation of 100 messages beside Jinja: CPU milliseconds of one rendering.

    bench/template.py [BUILD]

Jinja renders a template that it has compiled, in its immutable sandbox; ours walks the tree of one that it has parsed. Both are
given the conversation in memory (ours as parsed JSON, which it makes values of each time). Median of seven, interleaved.
"""
import json, os, pathlib, statistics, subprocess, sys, time
sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "diff"))
SHARED = pathlib.Path(os.environ.get("ASSAY_SHARED", ROOT / ".." / "shared"))
NAMES = ("Qwen-Qwen3-0.6B", "meta-llama-Llama-3.1-8B-Instruct", "google-gemma-2-2b-it", "deepseek-ai-DeepSeek-V3.1", "MiniMax-M2",
         "unsloth-Apriel-1.5")


def conversation():
    text = "A sentence of some length, as people write them when they ask for something. " * 4
    turns = [{"role": "assistant" if i % 2 else "user", "content": f"{i}. {text}"} for i in range(100)]
    return {"messages": turns, "tools": None, "documents": None, "add_generation_prompt": True, "bos_token": "<s>", "eos_token": "</s>"}


def theirs(compiled, context, times):
    begin = time.process_time()
    for _ in range(times):
        compiled.render(**context)
    return (time.process_time() - begin) / times * 1e3


def ours(program, template, context, times):
    t, c = template.encode(), json.dumps(context).encode()
    done = subprocess.run([program, str(times)], input=b"%d %d\n%b%b" % (len(t), len(c), t, c), capture_output=True, check=True)
    return float(done.stdout) * 1e3


def main():
    sys.argv[1:] = sys.argv[1:] or [str(ROOT / "build")]
    import jinja_oracle
    program, context = sys.argv[1] + "/tests/jinja_render", conversation()
    print("| template | bytes | assay ms | Jinja ms | ratio |\n|---|---|---|---|---|")
    for name in NAMES:
        template = (SHARED / "data" / "templates" / f"{name}.jinja").read_text(encoding="utf-8")
        compiled = jinja_oracle.environment().from_string(template)
        n = len(compiled.render(**context).encode())
        pairs = [(ours(program, template, context, 200), theirs(compiled, context, 40)) for _ in range(7)]
        a, b = (statistics.median(x) for x in zip(*pairs))
        print(f"| {name} | {n:,} | {a:.3f} | {b:.3f} | {b / a:.1f} |")


main()
