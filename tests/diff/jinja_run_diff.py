#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""text/jinja_run.h beside Jinja in the immutable sandbox, set up as model loaders do it.

    jinja_run_diff.py JINJA_RENDER HOW_MANY_RANDOM

Real chat templates on conversations (jinja_cases.py), expressions chosen by hand, expressions made at random from one
seed. The text must be the same byte for byte; where Jinja raises, ours must fail, and the other way round. Then the origin of
bytes: conversations whose texts are written in characters that no template has. Each of those must come out as data.
"""
import copy, json, os, pathlib, random, struct, subprocess, sys
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import jinja_cases as cases

try:
    import jinja_oracle
except ImportError:
    print("1..0 # SKIP python3-jinja2 is not installed")
    sys.exit(0)

ENV = jinja_oracle.environment()
COMPILED = {}


def theirs(template, context):
    """(text, None) or (None, what it raised)."""
    try:
        if template not in COMPILED:
            COMPILED[template] = ENV.from_string(template)
        text = COMPILED[template].render(**copy.deepcopy(context))     # |indent changes a list
        text.encode()
        return text, None
    except Exception as e:                      # whatever a template makes Python raise
        return None, f"{type(e).__name__}: {e}"


def ours(program, pairs):
    """For each (template, context): (text, segments) or (None, the message)."""
    frames = []
    for template, context in pairs:
        t, c = template.encode(), json.dumps(context).encode()
        frames.append(b"%d %d\n%b%b" % (len(t), len(c), t, c))
    done = subprocess.run([program], input=b"".join(frames), capture_output=True)
    if done.returncode:
        raise SystemExit(f"{program} ended with {done.returncode}: {done.stderr.decode()[-2000:]}")
    out, at, answers = done.stdout, 0, []
    while at < len(out):
        end = out.index(b"\n", at)
        head = out[at:end].decode("utf-8", "replace").split(" ", 3)
        at = end + 1
        if head[0] == "no":
            answers.append((None, " ".join(head[1:])))
            continue
        n = int(head[1])
        starts = out[:end].rsplit(b"\n", 1)[-1].split()[2:]
        answers.append((out[at:at + n], [(s[:1] == b"t", int(s[1:])) for s in starts]))
        at += n + 1
    if len(answers) != len(pairs):
        raise SystemExit(f"{len(answers)} answers to {len(pairs)} questions")
    return answers


def compare(number, name, program, pairs, known=lambda template, why: False):
    faults, raised, passed = [], 0, 0
    for (template, context), (text, more) in zip(pairs, ours(program, pairs)):
        want, why = theirs(template, context)
        raised += want is None
        if want is None and text is not None:
            faults.append(f"Jinja raises {why}: {template[:300]!r}: ours gives {text[:100]!r}")
        elif want is not None and text is None:
            if known(template, more):
                passed += 1
                continue
            faults.append(f"ours fails ({more}): {template[:300]!r}: Jinja gives {want[:100]!r}")
        elif want is not None and text != want.encode():
            have = text.decode("utf-8", "replace")
            i = next((i for i, (x, y) in enumerate(zip(have, want)) if x != y), min(len(have), len(want)))
            faults.append(f"{template[:300]!r}: differs at {i}: ours {have[max(0, i - 30):i + 60]!r}, "
                          f"Jinja {want[max(0, i - 30):i + 60]!r}")
    ok = not faults
    said = f", {passed} that ours refuses by its limits" if passed else ""
    print(f"{'ok' if ok else 'not ok'} {number} - {name}: {len(pairs)}, of which Jinja raises {raised}{said}")
    for f in faults[:25]:
        print("#", f)
    return ok


def origins(number, program, templates):
    """No character that only the data have may lie in a part that is said to be the template's."""
    pairs = [(t, c) for t in templates for c in cases.conversations(cases.private)]
    faults, checked, seen = [], 0, 0
    for (template, context), (text, segments) in zip(pairs, ours(program, pairs)):
        if text is None:
            continue
        checked += 1
        ends = [at for _, at in segments[1:]] + [len(text)]
        for (mine, at), end in zip(segments, ends):
            part = text[at:end].decode()
            private = sum(cases.is_private(c) for c in part)
            seen += private
            if mine and private:
                faults.append(f"data in the template's part: {part[:100]!r}: {template[:60]!r}")
    ok = not faults and (not templates or seen > 1000)
    print(f"{'ok' if ok else 'not ok'} {number} - where bytes came from: {checked} renderings, {seen} characters of data")
    for f in faults[:25]:
        print("#", f)
    return ok


def templates():
    folder = pathlib.Path(os.environ.get("ASSAY_SHARED", "")) / "data" / "templates"
    more = [pathlib.Path(p) for p in os.environ.get("ASSAY_MORE_TEMPLATES", "").split(":") if p]
    return [p.read_text(encoding="utf-8") for f in [folder, *more] if f.is_dir() for p in sorted(f.glob("*.jinja"))]


def of_models():
    """The templates of the models beside the source, out of their GGUF files."""
    found, key = [], b"tokenizer.chat_template" + struct.pack("<I", 8)
    for path in sorted(pathlib.Path(os.environ.get("ASSAY_MODELS", "models")).glob("*/*.gguf")):
        with open(path, "rb") as f:
            head = f.read(64 << 20)
        at = head.find(key)
        if at >= 0:
            at += len(key)
            n = struct.unpack_from("<Q", head, at)[0]
            found.append(head[at + 8:at + 8 + n].decode())
    return found


def main():
    program, how_many = sys.argv[1], int(sys.argv[2])
    real = templates() + of_models()
    conversations = list(cases.conversations())
    rng = random.Random(20260304)
    print("1..5")
    good = [
        compare(1, f"{len(real)} real templates on {len(conversations)} conversations", program,
                [(t, c) for t in real for c in conversations]) if real else
        print("ok 1 - real templates # SKIP none here") or True,
        compare(2, "by hand", program, [(t, cases.CONTEXT) for t in cases.by_hand()], cases.limit),
        compare(3, "statements", program, [(t, cases.CONTEXT) for t in cases.STATEMENTS], cases.limit),
        compare(4, "at random", program, [(cases.random_template(rng), cases.CONTEXT) for _ in range(how_many)], cases.limit),
        origins(5, program, real),
    ]
    sys.exit(0 if all(good) else 1)


main()
