#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""text/jinja.h beside Jinja's own parser: what each takes, and how many bytes of text and of strings it sees there.

    jinja_diff.py JINJA_ACCEPT HOW_MANY_MUTANTS

Real chat templates (ASSAY_SHARED/data/templates), constructs by hand, then mutants of both, made at random from one
seed. What ours takes and Jinja does not is fine when Jinja's reason is one of meaning, which is not a parser's business.
So is what follows a load (include, import, from, extends): the scanner refuses those whatever they say.
What Jinja takes and ours does not is a fault: the scanner would call a template unread that a loader runs.
"""
import os, pathlib, random, subprocess, sys, tempfile

try:
    import jinja2
    from jinja2 import nodes
    from jinja2.ext import Extension
except ImportError:
    print("1..0 # SKIP python3-jinja2 is not installed")
    sys.exit(0)

BY_HAND = """{{ a }}|{{- a -}} b|{%- if a +%}\n x {%+ endif -%}\n y|{# c #}\n x|{#- c -#} x|  {% if a %}\n  b\n  {% endif %}\n
{% raw %}{{ a }}{% endraw %}|  {%- raw -%}  {{ x }}  {%- endraw -%}  y|{{ "a" 'b' }}|{{ 'a\\n\\x41\\u0041\\'' }}
{{ a.b.c[1]['x'](1, x=2, *y, **z) }}|{{ a[1:2, ::3, :] }}|{{ a[:] }}|{{ a.0.1 }}|{{ 1.5 + 1e3 - 0x1F * 1_000 // 2 % 3 ** 2 }}
{{ -x|abs }}|{{ not a and b or c }}|{{ a < b <= c != d }}|{{ a not in b in c }}|{{ a ~ b ~ c }}|{{ a if b else c if d }}
{{ a is defined }}|{{ a is not divisibleby 3 }}|{{ a is divisibleby(3) and b }}|{{ a is sameas b.c }}|{{ a|b|c.d(1)|e }}
{{ [1, 2,] }}|{{ {'a': 1, 'b': {},} }}|{{ () }}|{{ (1,) }}|{{ 1, 2 }}|{{ {} }}|{{ {'a': {'b': 1}} }}
{% for a in b %}{{ loop.index }}{% else %}n{% endfor %}|{% for a, b in c.items() if a recursive %}{{ loop(a) }}{% endfor %}
{% set a = 1 %}|{% set a, b = 1, 2 %}|{% set n.x = 1 %}|{% set a %}x{% endset %}|{% set a | upper %}x{% endset %}
{% macro m(a, b=1) %}{{ caller() }}{% endmacro %}|{% call(x) m(1) %}{{ x }}{% endcall %}|{% filter upper|trim %}x{% endfilter %}
{% block b %}x{% endblock b %}|{% with a = 1, b = 2 %}{{ a }}{% endwith %}|{% autoescape true %}x{% endautoescape %}
{% for a in b %}{% if a %}{% break %}{% else %}{% continue %}{% endif %}{% endfor %}|{% generation %}x{% endgeneration %}
{% include 'a' ignore missing with context %}|{% import 'a' as b %}|{% from 'a' import b as c, d %}|{% extends 'a' %}
{% do a.append(1) %}|{% print 1, 2 %}|{% if a: %}x{% elif b %}y{% else: %}z{% endif %}|{{ true, False, None, none }}
{{ a|}}|{{ a..b }}|{{ a[ }}|{% if %}|{% endif %}|{{ 'a }}|{{ (a] }}|{# a|{% raw %}|{{ a b }}|{{ a is }}|{% for a b %}|{{ } }}|{{
{{ loop["index"] }}|{{ "}}" }}|{{ '{%' }}|{{ a["}}"] }}|text { and } and {a}|{{{ 'a': 1 }}}|{{ a -}}\n\n\n  b|x\n\n|x\r\n
{{ 'é' ~ "日本" }}|é{{- a }}|\u00a0{{- a }}\u3000|{{ a\u00a0}}|{{ 07 }}|{{ 00 }}|{{ 1_ }}|{{ a.b.1e5 }}|{{ 1.e }}|{{ 2 if 3 }}"""
SIGNS = list("{}%#-+|.,:()[]'\"~ =<>!\n\\_a1*/") + ["{%", "%}", "{{", "}}", " if ", " in ", " not ", " is ", " else ", "-%}", "{%-"]
LOADS = ("include", "import", "extends", "from")
MEANING = ("assign", "can't", "chain", "name:", "Invalid character in identifier", "must be", "invalid")


class Generation(Extension):
    """{% generation %}, which loaders add to mark what a model said."""
    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        return nodes.Scope(parser.parse_statements(("name:endgeneration",), drop_needle=True), lineno=line)


ENV = jinja2.Environment(trim_blocks=True, lstrip_blocks=True,
                         extensions=["jinja2.ext.loopcontrols", "jinja2.ext.do", Generation])


def theirs(text):
    """(None, bytes of text) when Jinja takes it, else (why, 0)."""
    try:
        tree = ENV.parse(text)
    except (jinja2.TemplateSyntaxError, SyntaxError, RecursionError, UnicodeError, ValueError) as e:
        return str(e) or type(e).__name__, 0
    return None, sum(len(d.data.encode("utf-8", "surrogatepass")) for d in tree.find_all(nodes.TemplateData))


def mutant(rng, text):
    for _ in range(rng.randint(1, 3)):
        i = rng.randrange(len(text) + 1)
        k = rng.choice((0, 0, 1, 1, 2, 5))
        text = text[:i] + rng.choice(SIGNS + [""] * 12) + text[i + k:]
    return text


def inputs(how_many):
    folder = pathlib.Path(os.environ.get("ASSAY_SHARED", "")) / "data" / "templates"
    real = [p.read_text(encoding="utf-8") for p in sorted(folder.glob("*.jinja"))] if folder.is_dir() else []
    hand = [x for line in BY_HAND.split("\n") for x in line.split("|") if x] + BY_HAND.split("\n")
    rng = random.Random(20240117)
    pieces = hand + [t[i:i + 300] for t in real for i in range(0, len(t), 2000)]
    return real, hand, [mutant(rng, rng.choice(pieces)) for _ in range(how_many)]


def ours(program, texts):
    with tempfile.TemporaryDirectory() as top:
        names = []
        for i, text in enumerate(texts):
            names.append(os.path.join(top, f"{i}"))
            pathlib.Path(names[-1]).write_bytes(text.encode("utf-8", "surrogatepass"))
        out = []
        for i in range(0, len(names), 1000):
            out += subprocess.run([program] + names[i:i + 1000], capture_output=True, check=True).stdout.splitlines()
    return [line.decode("utf-8", "replace") for line in out]


def compare(name, texts, lines, number):
    faults, taken = [], 0
    for text, line in zip(texts, lines):
        why, data = theirs(text)
        text_ok = "\r" in text or f"data={data} " in line + " "
        taken += why is None
        if why is None and not (line.startswith("yes") and text_ok):
            faults.append(f"Jinja takes, {data} bytes of text: {text[:200]!r}: {line[:100]}")
        elif why is not None and line.startswith("yes") and not any(m in why for m in MEANING) and \
                not any(word in text for word in LOADS):
            faults.append(f"Jinja refuses ({why}): {text[:200]!r}")
    ok = not faults and len(lines) == len(texts)
    print(f"{'ok' if ok else 'not ok'} {number} - {name}: {len(texts)}, Jinja takes {taken}")
    for f in faults[:20]:
        print("#", f)
    return ok


def main():
    program, how_many = sys.argv[1], int(sys.argv[2])
    real, hand, mutants = inputs(how_many)
    print("1..3")
    good = [compare(name, texts, ours(program, texts), i + 1) if texts else
            print(f"ok {i + 1} - {name} # SKIP no real templates here") or True
            for i, (name, texts) in enumerate((("real templates", real), ("by hand", hand), ("mutants", mutants)))]
    sys.exit(0 if all(good) else 1)


main()
