#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What transformers says about a tiny model of each architecture: logits and greedy tokens, into arch/<name>.json.

    python3 make_tiny_models.py [NAME...]            (needs torch and transformers)

No weights are kept. Element i of a tensor is made from the tensor's name and i by `values` below; the test makes the same
numbers, writes them as a Hugging Face folder, and holds the engine against what is kept here: the configuration as
transformers saves it, the names and shapes of the tensors, a prompt, the logits at some of its places, and the tokens
that follow greedily. Every model is made so that what is special about its architecture is reached: windows shorter than
the prompt, heads whose length is not embedding / heads, queries that share keys, scales that are not 1.
"""
import json, os, sys
os.environ["OMP_NUM_THREADS"] = "1"
import numpy, torch, transformers

HERE = os.path.dirname(os.path.abspath(__file__))
VOCAB, PROMPT, GREEDY = 304, 40, 64
PLACES = [0, 7, 19, 39]


def values(name, n, columns):
    """Numbers of a tensor: splitmix64 of FNV-1a(name) + i, as (-1, 1) times a factor; norms are near 1."""
    seed = 0xcbf29ce484222325
    for b in name.encode():
        seed = (seed ^ b) * 0x100000001b3 % 2**64
    with numpy.errstate(over="ignore"):
        x = numpy.uint64(seed) + (numpy.arange(n, dtype=numpy.uint64) + numpy.uint64(1)) * numpy.uint64(0x9e3779b97f4a7c15)
        x = (x ^ (x >> numpy.uint64(30))) * numpy.uint64(0xbf58476d1ce4e5b9)
        x = (x ^ (x >> numpy.uint64(27))) * numpy.uint64(0x94d049bb133111eb)
        x = x ^ (x >> numpy.uint64(31))
    unit = ((x >> numpy.uint64(40)).astype(numpy.float64) - 2**23) / 2**23
    if "norm" in name.lower() and columns == 0:
        return (("bias" not in name) + 0.25 * unit).astype(numpy.float32)
    if columns == 0:
        return (0.5 * unit).astype(numpy.float32)
    return (unit * (1.0 if "embed" in name else 2.0 / columns ** 0.5)).astype(numpy.float32)


def fill(model):
    state, shapes = model.state_dict(), {}
    tied = model.config.tie_word_embeddings if hasattr(model.config, "tie_word_embeddings") else False
    for name, t in state.items():
        if tied and name in ("lm_head.weight", "decoder.weight"):
            continue
        columns = t.shape[1] if t.dim() > 1 else 0
        t.copy_(torch.from_numpy(values(name, t.numel(), columns)).reshape(t.shape))
        shapes[name] = list(t.shape)
    return shapes


BASE = dict(vocab_size=VOCAB, hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
            num_key_value_heads=2, max_position_embeddings=256, bos_token_id=1, eos_token_id=None, pad_token_id=None)
LLAMA3 = dict(rope_type="llama3", rope_theta=10000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=64)
YARN = dict(rope_type="yarn", rope_theta=10000.0, factor=4.0, original_max_position_embeddings=64)
LONG = dict(rope_type="longrope", rope_theta=10000.0,
            short_factor=[1.0 + 0.02 * i for i in range(6)], long_factor=[1.0 + 0.4 * i for i in range(6)])
MODELS = {
    "llama": ("LlamaConfig", dict(tie_word_embeddings=False)),
    "llama-tied-bias": ("LlamaConfig", dict(tie_word_embeddings=True, attention_bias=True, mlp_bias=True, head_dim=24)),
    "llama3-factors": ("LlamaConfig", dict(rope_parameters=LLAMA3)),
    "llama-linear": ("LlamaConfig", dict(rope_parameters=dict(rope_type="linear", rope_theta=10000.0, factor=4.0))),
    "llama-yarn": ("LlamaConfig", dict(rope_parameters=YARN)),
    "mistral-window": ("MistralConfig", dict(sliding_window=8)),
    "qwen2": ("Qwen2Config", dict(tie_word_embeddings=True)),
    "qwen3": ("Qwen3Config", dict(head_dim=40, num_hidden_layers=3)),
    "gemma2": ("Gemma2Config", dict(head_dim=24, sliding_window=8, query_pre_attn_scalar=20, num_hidden_layers=4,
                                    attn_logit_softcapping=5.0, final_logit_softcapping=9.0)),
    "gemma3": ("Gemma3TextConfig", dict(head_dim=24, sliding_window=8, query_pre_attn_scalar=20, num_hidden_layers=7)),
    "phi3": ("Phi3Config", dict(sliding_window=None, tie_word_embeddings=False, original_max_position_embeddings=128,
                                partial_rotary_factor=0.75, rope_parameters=dict(LONG, partial_rotary_factor=0.75))),
    "phi3-long": ("Phi3Config", dict(sliding_window=30, tie_word_embeddings=False, original_max_position_embeddings=32,
                                     partial_rotary_factor=0.75, rope_parameters=dict(LONG, partial_rotary_factor=0.75))),
    "smollm3": ("SmolLM3Config", dict(num_hidden_layers=5, no_rope_layer_interval=4)),
    "olmo2": ("Olmo2Config", dict()),
    "granite": ("GraniteConfig", dict(embedding_multiplier=3.0, residual_multiplier=0.4, attention_multiplier=0.3,
                                      logits_scaling=4.0)),
}


ENCODERS = {
    "bert": ("BertConfig", dict(hidden_size=64, num_attention_heads=4, intermediate_size=96, max_position_embeddings=64)),
    "nomic-bert": ("NomicBertConfig", dict(hidden_size=64, num_attention_heads=4, intermediate_size=96)),
    "modern-bert": ("ModernBertConfig", dict(hidden_size=64, num_attention_heads=4, intermediate_size=96, num_hidden_layers=5,
                                             local_attention=8, global_attn_every_n_layers=3, max_position_embeddings=256,
                                             bos_token_id=1, eos_token_id=2, cls_token_id=1, sep_token_id=2)),
}


def write(name, config, more):
    saved = json.loads(config.to_json_string(use_diff=False))
    keep = {k: v for k, v in saved.items() if k not in ("transformers_version", "_name_or_path", "id2label", "label2id")}
    with open(os.path.join(HERE, "arch", name + ".json"), "w") as f:
        json.dump({"config": keep, **more}, f, separators=(",", ":"))
        f.write("\n")


def make_encoder(name):
    kind, more = ENCODERS[name]
    config = getattr(transformers, kind)(**{**dict(vocab_size=VOCAB, num_hidden_layers=2, pad_token_id=0), **more})
    config._attn_implementation = "eager"
    model = transformers.AutoModel.from_config(config, dtype=torch.float32).eval()
    with torch.no_grad():
        shapes = fill(model)
        prompt = [(i * i * 7 + i * 13 + 5) % VOCAB for i in range(PROMPT)]
        hidden = model(torch.tensor([prompt]), attention_mask=torch.ones(1, PROMPT)).last_hidden_state[0]
    write(name, config, {"tensors": shapes, "prompt": prompt, "places": PLACES,
                         "hidden": [[float("%.9g" % v) for v in hidden[p].tolist()] for p in PLACES]})
    print(f"{name}: hidden {float(hidden.std()):.3g}")


def make(name):
    if name in ENCODERS:
        return make_encoder(name)
    kind, more = MODELS[name]
    config = getattr(transformers, kind)(**{**BASE, **more})
    config._attn_implementation = "eager"
    torch.manual_seed(0)
    model = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.float32).eval()
    with torch.no_grad():
        shapes = fill(model)
        prompt = [(i * i * 7 + i * 13 + 5) % VOCAB for i in range(PROMPT)]
        logits = model(torch.tensor([prompt])).logits[0]
        ids, margin = list(prompt), 9.0
        for _ in range(GREEDY):
            last = model(torch.tensor([ids]), use_cache=False).logits[0, -1]
            top = torch.topk(last, 2).values
            margin = min(margin, float(top[0] - top[1]))
            ids.append(int(last.argmax()))
    write(name, config, {"tensors": shapes, "prompt": prompt, "greedy": ids[PROMPT:], "places": PLACES,
                         "logits": [[float("%.9g" % v) for v in logits[p].tolist()] for p in PLACES]})
    print(f"{name}: smallest margin of a greedy token {margin:.2g}, logits {float(logits.std()):.3g}, different tokens {len(set(ids))}")


for which in sys.argv[1:] or [*MODELS, *ENCODERS]:
    make(which)
