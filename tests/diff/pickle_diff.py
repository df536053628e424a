#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every global that a real unpickler asks for must be one that our machine told of.

    pickle_diff.py EVENTS-PROGRAM N-STREAMS [SEED]            prints TAP

Streams are mutated seeds (tests/corpus/pickle, the shared fixtures, streams made here). The oracles are CPython's
unpickler in C, its one in Python, and torch's of weights_only (where Debian's python3-torch is), with a find_class that
notes the name and gives an object which goes along with everything, so that a stream runs as far as it can. What a stream
computes (a name that is the result of a call) or what we called ambiguous covers the whole stream. The oracles are spared what cannot differ: streams that are
covered, that repeat one of the same batch, or that have no byte which is an opcode that asks for a name or an id.
"""
import gc, importlib.util, io, os, pickle, random, re, resource, struct, subprocess, sys, types, warnings

PROGRAM = sys.argv[1]
N = int(sys.argv[2])
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 20261125
SOURCE = os.environ.get("ASSAY_SOURCE", ".")
SHARED = os.environ.get("ASSAY_SHARED", "../shared")
BATCH = 10000
MEMORY_BYTES = 160 << 20                    # a memo of two million entries fits; a larger one we call ambiguous
ASKING = re.compile(b"[ciPQ\x82\x83\x84\x93]")      # GLOBAL INST PERSID BINPERSID EXT1 EXT2 EXT4 STACK_GLOBAL
OPCODES = b"(.012FIJKLMNPQRSTUVXabcd}eghijl]opqrst)uGB\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e" \
          b"C\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98"


class Meta(type):
    def __call__(cls, *args, **named):
        return object.__new__(cls)

    def append(cls, *_): pass
    extend = update = add = __setitem__ = __setstate__ = append


class Stub(metaclass=Meta):
    """Can be called, instantiated, filled, and given state."""

    def __new__(cls, *args, **named):
        return object.__new__(cls)

    def __call__(self, *args, **named):
        return Stub()

    def __setstate__(self, state): pass
    def append(self, *_): pass
    extend = update = add = __setitem__ = append


class Noting:
    def note(self):
        self.names, self.asked = set(), 0

    def find_class(self, module, name):
        self.names.add((module, name))
        return Stub

    def persistent_load(self, pid):
        self.asked += 1
        return Stub()


class InC(Noting, pickle.Unpickler):
    pass


class InPython(Noting, pickle._Unpickler):
    pass


class Anything:
    def __contains__(self, _):
        return True


class Allowed:
    """Torch's list of globals, when everything stands on it."""

    def __init__(self):
        self.paths = set()

    def __contains__(self, path):
        self.paths.add(path)
        return True

    def __getitem__(self, _):
        return Stub

    def values(self):
        return Anything()


def in_torch():
    """Its unpickler with nothing of the library around it, which takes seconds and much memory; or None and why."""
    torch, asked = types.ModuleType("torch"), Allowed()
    try:
        folder = importlib.util.find_spec("torch").submodule_search_locations[0]
        spec = importlib.util.spec_from_file_location("weights_only", os.path.join(folder, "_weights_only_unpickler.py"))
        module = importlib.util.module_from_spec(spec)
        sys.modules["torch"] = torch
        spec.loader.exec_module(module)
        if not callable(module._get_allowed_globals):
            raise ImportError("it has another list of globals")
    except (AttributeError, ImportError, OSError) as why:
        return None, f"torch's unpickler is not here: {why}"
    finally:
        sys.modules.pop("torch", None)
    torch.Tensor, torch.nn = type("Tensor", (), {}), types.SimpleNamespace(Parameter=Stub)
    torch.serialization = types.SimpleNamespace(_maybe_decode_ascii=lambda kind: "storage")
    module._get_allowed_globals = lambda: asked

    class InTorch(module.Unpickler):
        def note(self):
            self.names, self.asked = set(), 0
            asked.paths = self.names

        def persistent_load(self, pid):
            self.asked += 1
            return Stub()

    return InTorch, "with torch's unpickler"


def run(kind, stream):
    u = kind(io.BytesIO(stream))
    u.note()
    try:
        u.load()
    except (MemoryError, Exception):
        pass
    return u.names, u.asked


def missed(names, told):
    """What a loader asked for and was not told; torch's own knows names joined by a dot alone."""
    left = names - told
    joined = {f"{module}.{name}" for module, name in told} if left and isinstance(next(iter(left)), str) else ()
    return left.difference(joined)


# What torch.save writes of one tensor, for its unpickler knows few opcodes.
STATE = b"\x80\2ccollections\nOrderedDict\nq\0)Rq\1X\1\0\0\0wq\2ctorch._utils\n_rebuild_tensor_v2\nq\3((X\7\0\0\0storageq\4" \
        b"ctorch\nFloatStorage\nq\5X\1\0\0\0000q\6X\3\0\0\0cpuq\7K\1tq\x08QK\0K\1\x85q\x09K\1\x85q\x0a\x89h\0)Rq\x0btq\x0cRq\x0ds" \
        b"}q\x0eX\1\0\0\0vq\x0fK\1sb."


def seeds():
    found = [STATE] * 8
    for folder in (f"{SOURCE}/tests/corpus/pickle", f"{SHARED}/data/scan/picklescan/tests/data", f"{SHARED}/data/scan/picklescan/tests/data2",
                   f"{SHARED}/data/scan/modelaudit/tests/assets/pickles"):
        if os.path.isdir(folder):
            for name in sorted(os.listdir(folder)):
                path = os.path.join(folder, name)
                if os.path.isfile(path) and os.path.getsize(path) < 3000 and not name.endswith((".zip", ".7z", ".npz")):
                    found.append(open(path, "rb").read())
    return found


SNIPPETS = (b"g0\n", b"p1\n", b"h\0", b"q\1", b"\x94", b"\x93", b"2", b"0", b"R", b"b", b"(", b"t", b"cos\nsystem\n",
            b"\x8c\2os\x8c\6system\x93", b"p1\x002\n", b"g+1\n", b"Va\\u0062\n", b"S'o\\x73'\n", b"j\1\0\0\0",
            b"\x95\4\0\0\0\0\0\0\0", b"I01\n", b"L5L\n")


def mutate(below, pool):
    """One stream. `below(n)` is a random number from 0 to n - 1."""
    s = bytearray(pool[below(len(pool))])
    for _ in range((1, 1, 2, 3, 6)[below(5)]):
        how, at = below(8), below(len(s) + 1)
        if how == 0 and s:
            s[at % len(s)] = below(256)
        elif how == 1:
            s.insert(at, OPCODES[below(len(OPCODES))])
        elif how == 2 and s:
            del s[at % len(s):at % len(s) + 1 + below(4)]
        elif how == 3:
            other = pool[below(len(pool))]
            cut = below(len(other) + 1)
            s[at:at] = other[cut:cut + 1 + below(59)]
        elif how == 4 and s:
            s[at % len(s)] = OPCODES[below(len(OPCODES))]
        elif how == 5:
            s[at:at] = SNIPPETS[below(len(SNIPPETS))]
        elif how == 6:
            del s[at:]
        elif s:
            s[at % len(s)] ^= 1 << below(8)
    return bytes(s)


ESCAPE = re.compile(b"\\\\(..)")


def unescape(text):
    if b"\\" in text:
        text = ESCAPE.sub(lambda m: bytes((int(m[1], 16),)), text)
    return text.decode("utf-8", "replace")


def read_line(line):
    """The names told of, and whether an id was asked for; None: something covers the rest."""
    names, asked = set(), False
    for part in line.split(b"\x1e"):
        if part[:1] == b"N":
            module, _, name = part[1:].partition(b"\x1f")
            names.add((unescape(module), unescape(name)))
        elif part == b"P":
            asked = True
        elif part == b"?" or part == b"X":
            return None
    return names, asked


def main():
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, hard))        # a memo of a giant index is refused at once
    warnings.simplefilter("ignore")                                     # of escapes in streams
    sys.unraisablehook = lambda _: None
    rng, pool = random.Random(SEED), seeds()
    torch, why = in_torch()
    kinds = [InC, InPython] + ([torch] if torch else [])
    uniform = rng.random

    def below(n):
        return int(uniform() * n)

    gc.disable()                                                        # once a batch is enough
    made, given, broken, events = 0, 0, [], dict.fromkeys(kinds, 0)
    while made < N and not broken:
        batch = list(dict.fromkeys(mutate(below, pool) for _ in range(min(BATCH, N - made))))
        answer = subprocess.run([PROGRAM], input=b"".join(struct.pack("<I", len(s)) + s for s in batch),
                                capture_output=True,
                                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (hard, hard)))
        lines = answer.stdout.split(b"\n")[:-1]
        if answer.returncode or len(lines) != len(batch):
            broken.append(("the program ended", answer.stderr[-2000:], batch[len(lines)] if len(lines) < len(batch) else b""))
            break
        for stream, line in zip(batch, lines):
            told = ASKING.search(stream) and read_line(line)
            if not told:
                continue
            names, asked = told
            given += 1
            for kind in kinds:
                seen, persistent = run(kind, stream)
                events[kind] += len(seen)
                if missed(seen, names) or (persistent and not asked):
                    broken.append((kind.__name__, sorted(missed(seen, names)) or "persistent id", stream))
        made += min(BATCH, N - made)
        gc.collect()
    print(f"# {made} streams, {given} of them given to the oracles, seed {SEED}, globals asked for:",
          ", ".join(f"{n} {kind.__name__}" for kind, n in events.items()))
    print("1..2")
    for who, what, stream in broken[:10]:
        print(f"# {who}: {what}: {stream!r}")
    for i, (name, kind) in enumerate((("CPython", InC), ("torch", torch)), 1):
        wrong = any((who == "InTorch") == (kind is torch) for who, _, _ in broken)
        print(("not " if wrong else "") + f"ok {i} - every global that {name} asks for was told of" +
              ("" if kind else f" # SKIP {why}"))
    return 1 if broken else 0


sys.exit(main())
