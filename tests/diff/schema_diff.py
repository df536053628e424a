#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""JSON Schemas as grammars, beside the answers that others give.

    schema_diff.py PROGRAM TEXTS [SEED]

1. MaskBench: real schemas with instances. Every valid instance of a schema that is compiled is taken, no invalid one.
2. The official suite, drafts 7 and 2020-12: no invalid instance is taken, but for what the suite itself calls
   optional; valid ones are, but for other spellings of a number or an object (LEFT below).
3. Texts that a grammar allows, made at random: each is JSON, and jsonschema finds nothing wrong with it.
"""
import glob, json, os, re, subprocess, sys
from decimal import Decimal

PROGRAM, TEXTS = sys.argv[1], sys.argv[2]
SEED = sys.argv[3] if len(sys.argv) > 3 else "1"
DATA = os.path.join(os.environ["ASSAY_SHARED"], "data", "jsonschema")
AT_LEAST = 1300                                             # of 1,500 schemas are compiled
# Valid instances of the suite that are not taken: 1.0 for an integer, 0.0 for 0, keys of a const in another order, a
# format that only annotates by default, siblings of $ref before 2019, a vocabulary without "minimum", 1e308 where
# there is a bound, text of a nested schema with an $id.
LEFT = {"optional/float-overflow.json", "optional/anchor.json", "enum.json", "vocabulary.json", "type.json", "const.json",
        "format.json", "ref.json"}

n = 0


def ok(good, what, detail=()):
    global n
    n += 1
    print(f"{'' if good else 'not '}ok {n} - {what}")
    for line in list(detail)[:20]:
        print("#", line)


def run(paths, *options):
    done = subprocess.run([PROGRAM, *options], input="\n".join(paths) + "\n", stdout=subprocess.PIPE, text=True,
                          errors="surrogateescape")
    if done.returncode:
        ok(False, f"the program ended with {done.returncode}")
    rows, made = [], {}
    for line in done.stdout.split("\n"):
        if line.startswith("\t"):
            made.setdefault(rows[-1][0], []).append(line[1:])
        elif line:
            path, state, *counts, message = line.split("\t", 6)
            rows.append((path, state, *map(int, counts), message))
    return rows, made


def maskbench():
    rows, made = run(sorted(glob.glob(os.path.join(DATA, "maskbench", "data", "*.json"))), TEXTS, SEED)
    good = [r for r in rows if r[1] == "ok"]
    ok(len(good) >= AT_LEAST, f"MaskBench: {len(good)} of {len(rows)} schemas are compiled",
       sorted({r[6][:90] for r in rows if r[1] != "ok"}))
    missed = [f"{os.path.basename(r[0])}: {r[6]}" for r in good if r[2] != r[3]]
    ok(not missed and good, f"all {sum(r[2] for r in good)} valid instances are taken", missed)
    wrong = [f"{os.path.basename(r[0])}: {r[6]}" for r in good if r[5]]
    ok(not wrong and good, f"none of {sum(r[4] for r in good)} invalid instances is taken", wrong)
    return made


def suite():
    paths = sorted(p for draft in ("draft7", "draft2020-12")
                   for p in glob.glob(os.path.join(DATA, "JSON-Schema-Test-Suite", "tests", draft, "**", "*.json"), recursive=True))
    rows, _ = run(paths)
    part = lambda r: r[0].rsplit("#", 1)[0].split("/tests/")[1].split("/", 1)[1]
    rows = [r for r in rows if not part(r).startswith("optional/format") and part(r) != "optional/content.json"]
    good = [r for r in rows if r[1] == "ok"]
    wrong = [f"{r[0]}: {r[6]}" for r in good if r[5]]
    ok(not wrong and len(good) > 400, f"the suite: {len(good)} schemas, none of {sum(r[4] for r in good)} invalid instances is taken", wrong)
    missed = [f"{part(r)}: {r[6]}" for r in good if r[2] != r[3] and part(r) not in LEFT]
    ok(not missed, f"{sum(r[3] for r in good)} of {sum(r[2] for r in good)} valid instances are taken", missed)
    false = [r for r in rows if r[1] == "never" and r[2]]
    ok(not false, "a schema that nothing can satisfy has no valid instance", false)


def value_text(text):
    """The text with its escapes undone, roughly: enough to see odd characters."""
    return re.sub(r"\\u([0-9A-Fa-f]{4})", lambda m: chr(int(m[1], 16)), text)


def texts(made):
    try:
        import jsonschema
    except ImportError:
        ok(True, "texts made at random # SKIP python3-jsonschema is not installed")
        return
    wrong, total, unsure = [], 0, 0
    for path, lines in made.items():
        schema = json.load(open(path), parse_float=Decimal)["schema"]     # 81.27 is a multiple of 0.01
        kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
        if kind not in (jsonschema.Draft7Validator, jsonschema.Draft202012Validator):
            kind = jsonschema.Draft7Validator
        check = kind(schema)
        for text in lines:
            total += 1
            try:
                value = json.loads(text, parse_float=Decimal)
                bad = next(check.iter_errors(value), None)
                why = bad and bad.message
            except ValueError as e:
                why = str(e)
            except Exception as e:                          # a reference that jsonschema does not follow
                why = None
            # Python's \s, \d and \w hold more characters than those of ECMA-262.
            if why and re.search("does not match|not valid under", why) and re.search(r"[^ -~\t\n\r]", value_text(text)):
                unsure += 1
            elif why:
                wrong.append(f"{os.path.basename(path)}: {why[:100]}: {text[:160]}")
    ok(not wrong and unsure * 50 < total, f"{total} texts made at random satisfy their schemas, {unsure} of them unsure", wrong)


made = maskbench()
suite()
texts(made)
print(f"1..{n}")
