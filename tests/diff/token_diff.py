#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our tokens beside those of Hugging Face `tokenizers`, on the same tokenizer.json and the same random strings.

    token_diff.py TOKEN_IDS COUNT [NAME...]      COUNT strings for each tokenizer; NAME: these alone

Real files come with tools/oracles (they belong to the models and are not kept here); beside them small ones are
trained on the spot, so that each model, normalizer, pre-tokenizer and decoder that is read is compared."""
import json, os, random, struct, subprocess, sys, tempfile, unicodedata
sys.dont_write_bytecode = True
os.environ["TOKENIZERS_PARALLELISM"] = "false"

HERE = os.path.dirname(os.path.abspath(__file__))
ORACLES = os.environ.get("ASSAY_ORACLES", "")
if os.path.exists(ORACLES) and os.path.realpath(sys.prefix) != os.path.realpath(os.path.dirname(os.path.dirname(ORACLES))):
    os.execv(ORACLES, [ORACLES, *sys.argv])
try:
    import tokenizers
except ImportError:
    tokenizers = None

FILES = os.path.join(os.path.dirname(os.path.dirname(ORACLES)), "tokenizers")
MODELS = os.environ.get("ASSAY_MODELS", "models")
SEED = 20261125
OLD = unicodedata.ucd_3_2_0


def assigned(cp, old):
    """Is it a character; `old`: of the same class and order since Unicode 3.2, as the reference's tables are of several
    ages: regular expressions of 16, normal forms and BERT's classes of 8 and 9."""
    c = chr(cp)
    if 0xD800 <= cp < 0xE000 or unicodedata.category(c) == "Cn":
        return False
    return not old or (OLD.category(c) == unicodedata.category(c) and OLD.combining(c) == unicodedata.combining(c))


EMOJI = ["\U0001F600", "\U0001F469\u200d\U0001F4BB", "\U0001F1E9\U0001F1EA", "\u2764\ufe0f", "\U0001F44D\U0001F3FD",
         "\U0001F469\u200d\u2764\ufe0f\u200d\U0001F468"]
WORDS = """the of and to in is model licence We've I'LL don't they'RE it's O'Brien naive na\u00efve \u00fcber stra\u00dfe
 \u0130stanbul \u017f '\u017f x'\u017fy HTTPServer parseJSON iPhone eBay \u01c5ungla \u1e9eA ﬁ ﬃ \u212b A\u030a e\u0301\u0301
 \u4f60\u597d \u65e5\u672c\u8a9e \u3072\u3089\u304c\u306a \ud55c\uad6d\uc5b4 \u1112\u1161\u11ab \u0645\u0631\u062d\u0628\u0627 \u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35
 \u0928\u092e\u0938\u094d\u0924\u0947 \u0410\u0431\u0432 \u05e9\u05dc\u05d5\u05dd 3.14 1,000,000 2026-11-25 \u0661\u0662\u0663 \u00b2\u00bd\u2167""".split()
CODE = ["def f(x):\n    return x**2\n", "if (a != b && c) {\n\t\treturn -1;\r\n}", "#include <stdio.h>", "foo_bar.baz()", "x=>y->z::w",
        "\"\\n\"", "/* c */ // d", "<html><br/></html>", "$var = `ls -l`;", "a[i]+=1;", "0xDEADbeef", "=====", "/////", "!!!???"]
SPACES = [" ", "  ", "    ", "\t", "\n", "\r\n", "\n\n", " \n ", "\u00a0", "\u3000", "\u2003", "\u200b", "\u180e", "\x0b\x0c", "\u2028", "\u2581",
          "\u2581\u2581"]


class Strings:
    def __init__(self, seed, added, old):
        self.r = random.Random(seed)
        self.added = added or ["<s>"]
        self.pool = [cp for cp in range(0x110000) if assigned(cp, old)]
        self.small = [cp for cp in self.pool if 0x20 <= cp < 0x3000]
        self.marks = [cp for cp in self.pool if unicodedata.combining(chr(cp)) and assigned(cp, True)]
        self.kinds = [self.words, self.words, self.code, self.spaces, self.digits, self.unicode, self.near, self.marked,
                      self.special, self.mixed, self.repeated, self.invalid]

    def some(self, items, low=1, high=8):
        return [self.r.choice(items) for _ in range(self.r.randint(low, high))]

    def words(self):
        return self.r.choice(["", " "]).join(w + self.r.choice(["", " ", ", ", ". ", "'s ", "-"]) for w in self.some(WORDS))

    def code(self):
        return "".join(self.some(CODE + ["\n", "    ", "\t"]))

    def spaces(self):
        return "".join(x + self.r.choice(SPACES) * self.r.randint(0, 5) for x in self.some(["a", "1", ".", "B", "\u00e9", "", "\u4e2d"]))

    def digits(self):
        return "".join(self.some("0123456789 .,-x\u0663\u00b2\u2167", 1, 24))

    def unicode(self):
        return "".join(chr(c) for c in self.some(self.pool, 1, 12))

    def near(self):
        return "".join(chr(c) for c in self.some(self.small, 1, 16))

    def marked(self):
        return "".join(c + "".join(chr(x) for x in self.some(self.marks, 0, 4)) for c in self.some("aeoAn1 .\u4e2d\u1100\uac00" + "\u0915"))

    def special(self):
        def near(t):
            if self.r.random() < 0.3 and t:
                i = self.r.randrange(len(t))
                return t[:i] + self.r.choice(["", " ", t[i] * 2, "\u200b"]) + t[i + 1:]
            return t
        return "".join(near(t) + self.r.choice(["", " ", "\n", "a", "  b "]) for t in self.some(self.added, 1, 5))

    def mixed(self):
        return "".join(self.some(WORDS + CODE + SPACES + EMOJI + self.added[:40], 2, 12))

    def repeated(self):
        return "".join(x * self.r.randint(1, 60) for x in self.some(["a", " ", "ab", "\n", "1", "\u0301", "\u4e2d", ".", EMOJI[0], "\u2581", "aA"], 1, 3))

    def invalid(self):
        b = bytearray(self.mixed().encode())
        for _ in range(self.r.randint(1, 4)):
            at = self.r.randrange(len(b) + 1)
            b[at:at + self.r.randint(0, 2)] = bytes(self.r.choice([0x80, 0xC0, 0xC3, 0xE2, 0xE2, 0xED, 0xF0, 0xF4, 0xFF, 0x9F, 0xA0])
                                                    for _ in range(self.r.randint(0, 3)))
        return bytes(b)

    def next(self):
        s = self.r.choice(self.kinds)()
        return s if isinstance(s, bytes) else s.encode()


def ours(program, path, texts, *more):
    feed = b"".join(struct.pack("<I", len(t)) + t for t in texts)
    run = subprocess.run([program, path, *more], input=feed, capture_output=True)
    if run.returncode:
        raise RuntimeError(run.stderr.decode(errors="replace")[:300])
    out, at = [], 0
    for _ in texts:
        n, = struct.unpack_from("<I", run.stdout, at)
        ids = list(struct.unpack_from(f"<{n}I", run.stdout, at + 4))
        at += 4 + 4 * n
        n, = struct.unpack_from("<I", run.stdout, at)
        out.append((ids, run.stdout[at + 4:at + 4 + n].decode()))
        at += 4 + n
    return out


def load(path):
    tok = tokenizers.Tokenizer.from_file(path)
    tok.no_padding()
    tok.no_truncation()
    return tok


def differences(program, path, count, old, mine=None):
    """Strings that differ, the first five; and the number of strings. Decoded too, unless there are added tokens that are
    normalized: the reference decodes those as normalized, we as they are spelled. `mine`: the file that we read instead, a GGUF."""
    tok = load(path)
    decode = not mine and (not tok.normalizer or not any(t.normalized for t in tok.get_added_tokens_decoder().values()))
    added = [t.content for t in tok.get_added_tokens_decoder().values()]
    strings, bad, done = Strings(SEED, added, old), [], 0
    while done < count and len(bad) < 5:
        texts = [strings.next() for _ in range(min(2000, count - done))]
        if mine:                        # Gemma's converter writes added tokens of U+2581 as spaces: then it is not theirs
            texts = [t for t in texts if "\u2581".encode() not in t]
        done += len(texts)
        want = tok.encode_batch([t.decode("utf-8", "replace") for t in texts], add_special_tokens=False)
        for text, w, (ids, back) in zip(texts, want, ours(program, mine or path, texts)):
            if ids != w.ids:
                bad.append(f"{text!r}: ours {ids[:24]} theirs {w.ids[:24]} {w.tokens[:12]}")
            elif decode and back != tok.decode(w.ids, skip_special_tokens=False):
                bad.append(f"{text!r}: decoded {back!r}, theirs {tok.decode(w.ids, skip_special_tokens=False)!r}")
    return bad[:5], done


def save(tok, path):
    """As it is, but for the scores of Unigram: the reference reads 17 digits to the neighbouring double now and then."""
    whole = json.loads(tok.to_str())
    if whole["model"]["type"] == "Unigram":
        whole["model"]["vocab"] = [[text, round(score, 6)] for text, score in whole["model"]["vocab"]]
    with open(path, "w", encoding="utf-8") as f:
        json.dump(whole, f)


# ---- tokenizers trained on the spot ---------------------------------------------------------------

def corpus():
    r = random.Random(SEED)
    return [" ".join(r.choice(WORDS + CODE + SPACES) for _ in range(40)) for _ in range(300)]


def parts():
    """Each step that is read, in a pipeline of its own: name, model, trainer's options, how to set it up, old tables."""
    from tokenizers import decoders as D, models as M, normalizers as N, pre_tokenizers as P, trainers as T, AddedToken, Regex
    byte = dict(initial_alphabet=P.ByteLevel.alphabet(), vocab_size=600)
    flags = [AddedToken("<l>", lstrip=True), AddedToken("<r>", rstrip=True), AddedToken("<w>", single_word=True),
             AddedToken("word", single_word=True), AddedToken("Nor\u00e9", normalized=True), AddedToken("<sp>", special=True),
             AddedToken("<b>", lstrip=True, rstrip=True, normalized=True)]

    def made(model, trainer, norm=None, pre=None, dec=None, added=()):
        t = tokenizers.Tokenizer(model)
        if norm is not None:
            t.normalizer = norm
        if pre is not None:
            t.pre_tokenizer = pre
        if dec is not None:
            t.decoder = dec
        t.train_from_iterator(corpus(), trainer)
        t.add_tokens(list(added))
        return t

    def bpe(**kw):
        return made(M.BPE(), T.BpeTrainer(**byte), dec=D.ByteLevel(), **kw)

    def words(**kw):
        return made(M.BPE(unk_token="[U]"), T.BpeTrainer(special_tokens=["[U]"], vocab_size=500), **kw)

    def piece(**kw):
        return made(M.WordPiece(unk_token="[UNK]"), T.WordPieceTrainer(special_tokens=["[UNK]"], vocab_size=500),
                    dec=D.WordPiece(), **kw)

    def uni(**kw):
        return made(M.Unigram(), T.UnigramTrainer(special_tokens=["<unk>"], unk_token="<unk>", vocab_size=400), **kw)

    splits = ["removed", "isolated", "contiguous", "merged_with_previous", "merged_with_next"]
    yield "byte-level", bpe(pre=P.ByteLevel(add_prefix_space=False), added=flags), False
    yield "byte-level, prefix", bpe(pre=P.ByteLevel(add_prefix_space=True), norm=N.NFC(), added=flags), True
    yield "digits, byte-level", bpe(pre=P.Sequence([P.Digits(individual_digits=True), P.ByteLevel(add_prefix_space=False)])), False
    yield "falcon", bpe(pre=P.Sequence([P.Punctuation("contiguous"), P.ByteLevel(add_prefix_space=False), P.Digits(False),
                                        P.Split(Regex("[0-9][0-9][0-9]"), "isolated")])), True
    for s in splits:
        yield f"split, {s}", bpe(pre=P.Sequence([P.Split(Regex(r"\p{L}+|[0-9]"), s), P.ByteLevel(False, use_regex=False)])), False
        yield f"split by text, {s}", bpe(pre=P.Sequence([P.Split("a", s), P.ByteLevel(False, use_regex=False)])), False
        yield f"split, {s}, inverted", bpe(pre=P.Sequence([P.Split(Regex(r"\s+|\p{N}{2}"), s, invert=True),
                                                           P.ByteLevel(False, use_regex=False)])), False
        yield f"punctuation, {s}", words(pre=P.Sequence([P.WhitespaceSplit(), P.Punctuation(s)])), True
    for name, n in (("nfc", N.NFC()), ("nfd", N.NFD()), ("nfkc", N.NFKC()), ("nfkd", N.NFKD()), ("lowercase", N.Lowercase()),
                    ("strip accents", N.Sequence([N.NFD(), N.StripAccents()])), ("strip", N.Strip()), ("nmt", N.Nmt()),
                    ("replace", N.Replace("a", "bc")), ("replace by regex", N.Replace(Regex(" {2,}|\\d"), "_")),
                    ("prepend", N.Prepend("x "))):
        yield f"normalizer {name}", bpe(norm=n, pre=P.ByteLevel(add_prefix_space=False), added=flags), True
    yield "whitespace", words(pre=P.Whitespace()), True
    yield "fused unknown", made(M.BPE(unk_token="[U]", fuse_unk=True), T.BpeTrainer(special_tokens=["[U]"], vocab_size=300,
                                limit_alphabet=20), pre=P.WhitespaceSplit()), False
    for scheme in "always", "first", "never":
        for split in True, False:
            yield f"metaspace {scheme} {split}", uni(pre=P.Metaspace(prepend_scheme=scheme, split=split),
                                                     dec=D.Metaspace(prepend_scheme=scheme), added=flags), False
    yield "t5", uni(norm=N.NFKC(), pre=P.Sequence([P.WhitespaceSplit(), P.Metaspace()]), dec=D.Metaspace()), True
    yield "unigram alone", uni(), False
    yield "bert", piece(norm=N.BertNormalizer(), pre=P.BertPreTokenizer()), True
    yield "bert, cased", piece(norm=N.BertNormalizer(lowercase=False), pre=P.BertPreTokenizer()), True
    yield "wordpiece", piece(pre=P.WhitespaceSplit()), False


def real():
    for name in "llama3", "qwen3", "deepseek_v3", "gptoss", "gemma3", "llama2":
        yield name, os.path.join(FILES, name, "tokenizer.json"), name == "qwen3"
    yield "minilm", os.path.join(MODELS, "minilm", "tokenizer.json"), True


# ---- GGUF: the vocabulary is taken out of the file, and the pipeline written as the model's tokenizer.json has it --------------

def gguf_keys(path, wanted):
    """The keys `wanted` of a GGUF file: lists of strings, lists of numbers."""
    with open(path, "rb") as f:
        data = f.read(64 << 20)
    at, out = 24, {}
    sizes = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}

    def take(kind):
        nonlocal at
        if kind == 8:
            n, = struct.unpack_from("<Q", data, at)
            at += 8 + n
            return data[at - n:at].decode()
        if kind == 9:
            item, n = struct.unpack_from("<IQ", data, at)
            at += 12
            return [take(item) for _ in range(n)]
        at += struct.calcsize(sizes[kind])
        return struct.unpack_from(sizes[kind], data, at - struct.calcsize(sizes[kind]))[0]

    for _ in range(struct.unpack_from("<Q", data, 16)[0]):
        key = take(8)
        kind, = struct.unpack_from("<I", data, at)
        at += 4
        out[key] = take(kind)
    return {k: out.get("tokenizer.ggml." + k, []) for k in wanted}


def from_gguf(path, pre):
    k = gguf_keys(path, ("tokens", "merges", "token_type"))
    added = [{"id": i, "content": t, "special": kind == 3, "single_word": False, "lstrip": False, "rstrip": False,
              "normalized": False} for i, (t, kind) in enumerate(zip(k["tokens"], k["token_type"])) if kind in (2, 3, 4)]
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
            "pre_tokenizer": pre, "post_processor": None, "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
            "model": {"type": "BPE", "vocab": {t: i for i, t in enumerate(k["tokens"])}, "merges": k["merges"]}}


def ggufs(folder):
    """Name, the reference's file, ours, and whether old tables matter."""
    byte = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    digits = {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, byte]}
    shared = os.path.join(os.environ.get("ASSAY_SHARED", "../shared"), "data", "tokenizers")
    for name, path, pre in (("smollm2.gguf", os.path.join(MODELS, "smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"), digits),
                            ("starcoder.gguf", os.path.join(shared, "ggml-vocab-starcoder.gguf"), digits),
                            ("gpt-2.gguf", os.path.join(shared, "ggml-vocab-gpt-2.gguf"), byte)):
        if os.path.exists(path):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
                json.dump(from_gguf(path, pre), f)
        yield name, os.path.join(folder, name), path, False
    yield "gemma3.gguf", os.path.join(FILES, "gemma3", "tokenizer.json"), \
        os.path.join(MODELS, "gemma3-270m", "gemma-3-270m-q4_k_m.gguf"), False


def main():
    if tokenizers is None:
        print("1..0 # skip tokenizers is not installed (tools/oracles)")
        return
    program, count, names = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    number = 0

    def report(name, bad, done):
        nonlocal number
        number += 1
        print(f"{'not ok' if bad else 'ok'} {number} - {name}: {done} strings", flush=True)
        for b in bad:
            print(f"# {b}")

    for name, path, old in real():
        if names and name not in names:
            continue
        if not os.path.exists(path):
            number += 1
            print(f"ok {number} - {name} # skip there is no {name}/tokenizer.json (tools/oracles, tools/models)", flush=True)
            continue
        report(name, *differences(program, path, count, old))
    with tempfile.TemporaryDirectory() as folder:
        for name, path, mine, old in ggufs(folder):
            if names and name not in names:
                continue
            if not os.path.exists(path) or not os.path.exists(mine):
                number += 1
                print(f"ok {number} - {name} # skip there is no {path} or {mine}", flush=True)
                continue
            report(name, *differences(program, path, max(count // 4, 200), old, mine))
        for name, tok, old in parts():
            if names and name not in names:
                continue
            path = os.path.join(folder, "tokenizer.json")
            save(tok, path)
            try:
                report(name, *differences(program, path, max(count // 10, 200), old))
            except RuntimeError as problem:
                report(name, [str(problem)], 0)
    print(f"1..{number}")


if __name__ == "__main__":
    main()
