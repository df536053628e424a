#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every global that a real unpickler asks for must be one that our machine told of.

    pickle_diff.py EVENTS-PROGRAM N-STREAMS [SEED]            prints TAP

Streams are mutated seeds (tests/corpus/pickle, the shared fixtures, streams made here). The oracles are CPython's
unpickler in C and its one in Python, with a find_class that notes the name and gives an object which goes along
with everything, so that a stream runs as far as it can. What a stream computes (a name that is the result of a call)
or what we called ambiguous covers what follows it.
"""
import io, os, pickle, random, resource, struct, subprocess, sys, warnings

PROGRAM = sys.argv[1]
N = int(sys.argv[2])
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 20261125
SOURCE = os.environ.get("ASSAY_SOURCE", ".")
SHARED = os.environ.get("ASSAY_SHARED", "../shared")
BATCH = 4000
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


def run(kind, stream):
    u = kind(io.BytesIO(stream))
    u.note()
    try:
        u.load()
    except (MemoryError, Exception):
        pass
    return u.names, u.asked




def seeds():
    found = []
    for folder in (f"{SOURCE}/tests/corpus/pickle", f"{SHARED}/data/scan/picklescan/tests/data", f"{SHARED}/data/scan/picklescan/tests/data2",
                   f"{SHARED}/data/scan/modelaudit/tests/assets/pickles"):
        if os.path.isdir(folder):
            for name in sorted(os.listdir(folder)):
                path = os.path.join(folder, name)
                if os.path.isfile(path) and os.path.getsize(path) < 3000 and not name.endswith((".zip", ".7z", ".npz")):
                    found.append(open(path, "rb").read())
    return found


def mutate(rng, pool):
    s = bytearray(rng.choice(pool))
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        how, at = rng.randrange(8), rng.randrange(len(s) + 1)
        if how == 0 and s:
            s[at % len(s)] = rng.randrange(256)
        elif how == 1:
            s[at:at] = bytes((rng.choice(OPCODES),))
        elif how == 2 and s:
            del s[at % len(s):at % len(s) + rng.randrange(1, 5)]
        elif how == 3:
            other = rng.choice(pool)
            cut = rng.randrange(len(other) + 1)
            s[at:at] = other[cut:cut + rng.randrange(1, 60)]
        elif how == 4 and s:
            s[at % len(s)] = rng.choice(OPCODES)
        elif how == 5:
            s[at:at] = rng.choice((b"g0\n", b"p1\n", b"h\0", b"q\1", b"\x94", b"\x93", b"2", b"0", b"R", b"b", b"(", b"t",
                                   b"cos\nsystem\n", b"\x8c\2os\x8c\6system\x93", b"p1\x002\n", b"g+1\n", b"Va\\u0062\n",
                                   b"S'o\\x73'\n", b"j\1\0\0\0", b"\x95\4\0\0\0\0\0\0\0", b"I01\n", b"L5L\n"))
        elif how == 6:
            del s[at:]
        elif s:
            s[at % len(s)] ^= 1 << rng.randrange(8)
    return bytes(s)


def unescape(text):
    out, i = bytearray(), 0
    while i < len(text):
        if text[i] == 0x5c:
            out.append(int(text[i + 1:i + 3], 16))
            i += 3
        else:
            out.append(text[i])
            i += 1
    return out.decode("utf-8", "replace")


def read_line(line):
    """Names, whether something covers the rest, and whether an id was asked for."""
    names, covered, asked = set(), False, False
    for part in line.split(b"\x1e"):
        if part[:1] == b"N":
            module, _, name = part[1:].partition(b"\x1f")
            names.add((unescape(module), unescape(name)))
        covered = covered or part in (b"?", b"X")
        asked = asked or part == b"P"
    return names, covered, asked


def main():
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (400 << 20, hard))           # a memo of a giant index is refused at once
    warnings.simplefilter("ignore")                                     # of escapes in streams
    sys.unraisablehook = lambda _: None
    rng, pool = random.Random(SEED), seeds()
    done, events, broken = 0, 0, []
    while done < N and not broken:
        batch = [mutate(rng, pool) for _ in range(min(BATCH, N - done))]
        told = subprocess.run([PROGRAM], input=b"".join(struct.pack("<I", len(s)) + s for s in batch),
                              capture_output=True,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (hard, hard)))
        lines = told.stdout.split(b"\n")[:-1]
        if told.returncode or len(lines) != len(batch):
            broken.append(("the program ended", told.stderr[-2000:], batch[len(lines)] if len(lines) < len(batch) else b""))
            break
        for stream, line in zip(batch, lines):
            names, covered, asked = read_line(line)
            for kind in (InC, InPython):
                seen, persistent = run(kind, stream)
                events += len(seen)
                if not covered and (seen - names or (persistent and not asked)):
                    broken.append((kind.__name__, sorted(seen - names) or "persistent id", stream))
        done += len(batch)
    print(f"# {done} streams, {events} globals asked for, seed {SEED}")
    print("1..1")
    for who, what, stream in broken[:10]:
        print(f"# {who}: {what}: {stream!r}")
    print(("not " if broken else "") + "ok 1 - every global that CPython asks for was told of")
    return 1 if broken else 0


sys.exit(main())
