#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""format/xml.h beside expat: what ours takes, expat takes, with the same events at the same bytes.

    xml_diff.py XML_EVENTS HOW_MANY_MUTANTS

Constructs by hand, every code point as a letter of a name, documents of this machine (pictures, settings), then mutants
of all, in UTF-8 and UTF-16, made at random from one seed. Ours is stricter: a document that only expat takes is no fault,
but for those by hand, where the marks say which ones both must take. What a DOCTYPE declares in [ ] ours does not read,
and says so; such a document only has to be one that says it.
"""
import pathlib, random, subprocess, sys
from xml.parsers import expat

BOTH = """<a/>|<a></a>|<a b="1"/>|<a b='"' c="'"/>|<a  b = "1"  />|<a>x</a >|<a>&lt;&amp;&gt;&quot;&apos;</a>|<a>&#65;&#x41;&#x10FFFF;</a>
<a b="&#10;x¶y\tz&lt;"/>|<a>x\r¶y\rz¶</a>|<a><![CDATA[<b>&amp;]]]]></a>|<a><![CDATA[]]></a>|<a><!-- c -->x<!----></a>|<?p?><a/>
<?xml version="1.0"?><a/>|<?xml version='1.0' encoding='utf-8'?><a/>|<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>¶<a/>¶
<?p  q r?><a><?p x\r¶y?></a><!-- c --><?p?>|<!DOCTYPE a><a/>|<!DOCTYPE a ><a/>|<!DOCTYPE a SYSTEM "x"><a/>|<!DOCTYPE a []><a/>
<!DOCTYPE a PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://x/y"  [ <!-- c --> ] ><a/>|<!DOCTYPE b SYSTEM 'x'><a/>|<a:b xmlns:a="u" a:c="1"/>
<été/>|<a>日本\U0001f600</a>|<a.b-c_d1/>|<a>]] ></a>|<a>]]</a>|<a>></a>|<a b=">"/>|<a b="]]>"/>|\ufeff<a/>|<a>\ufeff</a>|<a¶/>|<a>\x85\u2028</a>"""
NONE = """|<a>|</a>|<a/><b/>|<a></b>|<a b/>|<a b=1/>|<a b="1"c="2"/>|<a b="1" b="2"/>|<a b="<"/>|<a>&x;</a>|<a>&#0;</a>|<a>&#xD800;</a>|<a>&#;</a>
<a>&#x;</a>|<a>&amp</a>|<a>& </a>|<a>]]></a>|<a><!-- -- --></a>|<a><!-- c ---></a>|<a>\x01</a>|<a>\ufffe</a>|<1/>|<-a/>|<a><?xml?></a>
 <?xml version="1.0"?><a/>|<?xml version="1.0" standalone="no" encoding="utf-8"?><a/>|<?xml?><a/>|<?xml encoding="utf-8"?><a/>|x<a/>|<a/>x
<a/>&#32;|<![CDATA[x]]><a/>|<a/><!DOCTYPE a>|<!DOCTYPE a><!DOCTYPE a><a/>|<!DOCTYPE><a/>|<!DOCTYPE a PUBLIC "x"><a/>|<!DOCTYPE a PUBLIC "{" "x"><a/>
<a|<a |<a b|<a b=|<a b="|<a b="1|<a b="1"|<a/|</|<!|<!-|<!--|<?|<?p|<a><![CDATA[|<a><![CDATA[x]]|<a>&#1114112;</a>|<a b="&c;"/>|< a/>|<a / >"""
DECLARED = """<!DOCTYPE a [<!ENTITY x "y">]><a/>|<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a/>|<!DOCTYPE a [<!ATTLIST a b CDATA "1">]><a/>
<!DOCTYPE a [<!ELEMENT a (#PCDATA)>]><a/>|<!DOCTYPE a [<!ENTITY % x "y"> %x; ]><a/>|<!DOCTYPE a [<?p?>]><a/>|<!DOCTYPE a [<!ENTITY x ">">]><a/>"""
SIGNS = list("<>/=\"'&;![]-? \n\r\t:ab1#x%\ufffe\u00e9\u3042\u0301\x01") + ["<!--", "-->", "]]>", "<![CDATA[", "&lt;", "&#10;", "<?p ", "?>", "<b>",
                                                                   "</b>", "</a>", " c=\"1\"", "<!DOCTYPE a>", "<?xml version=\"1.0\"?>"]


def pieces(text):
    return [p for line in text.split("\n") for p in line.split("|")]


def unescaped(p):
    return p.replace("¶", "\n")


def theirs(data):
    """The line of xml_events, or None when expat refuses."""
    out, state = [], {"dtd": False, "text": []}
    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    h = lambda s: (s or "").encode("utf-8", "surrogatepass").hex()

    def flush():
        if state["text"]:
            out.append("T:" + h("".join(state["text"])))
        state["text"] = []

    def event(what):
        if not state["dtd"]:
            flush()
            out.append(what)

    def start(name, attrs):
        event(f"S@{parser.CurrentByteIndex}:{h(name)}" + "".join(f",{h(k)}={h(v)}" for k, v in zip(attrs[::2], attrs[1::2])))

    def doctype(name, system, public, subset):
        event(f"D:{h(name)}:{h(system)}:{h(public)}")
        state["dtd"] = True

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: event(f"E:{h(name)}")
    parser.CharacterDataHandler = lambda text: state["text"].append(text)
    parser.CommentHandler = lambda text: event(f"C@{parser.CurrentByteIndex}:{h(text)}")
    parser.ProcessingInstructionHandler = lambda target, text: event(f"P@{parser.CurrentByteIndex}:{h(target)}:{h(text)}")
    parser.StartDoctypeDeclHandler = doctype
    parser.EndDoctypeDeclHandler = lambda: state.update(dtd=False)
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError):
        return None
    return " ".join(["yes"] + out)


def blanks(line):
    """expat makes one blank of several in a public identifier."""
    words = []
    for w in line.split(" "):
        if w.startswith("D:"):
            head, public = w.rsplit(":", 1)
            w = head + ":" + " ".join(bytes.fromhex(public).decode().split()).encode().hex()
        words.append(w)
    return words


def ours(program, docs):
    frames = b"".join(len(d).to_bytes(4, "little") + d for d in docs)
    out = subprocess.run([program], input=frames, capture_output=True, check=True).stdout
    return [line.decode("utf-8", "replace") for line in out.splitlines()]


def encoded(rng, text):
    kind = rng.randrange(8)
    if kind == 0:
        return b"\xff\xfe" + text.encode("utf-16-le", "surrogatepass")
    if kind == 1:
        return b"\xfe\xff" + text.replace("utf-8", "utf-16").encode("utf-16-be", "surrogatepass")
    return text.encode("utf-8", "surrogatepass")


def mutant(rng, text):
    for _ in range(rng.randint(1, 3)):
        i = rng.randrange(len(text) + 1)
        text = text[:i] + rng.choice(SIGNS + [""] * 12) + text[i + rng.choice((0, 0, 1, 1, 2, 5)):]
    data = encoded(rng, text)
    if data and rng.randrange(10) == 0:
        i = rng.randrange(len(data))
        data = data[:i] + bytes([rng.randrange(256)]) + data[i + 1:]
    return data


def of_this_machine():
    found = []
    for top in ("/usr/share", "/etc"):
        for end in ("svg", "xml", "plist", "pmml"):
            found += sorted(p for p in pathlib.Path(top).rglob(f"*.{end}") if p.is_file() and p.stat().st_size < 1 << 20)[:120]
    return [p.read_bytes() for p in found]


def name_letters():
    """Each code point of the first plane as the first and the second letter of a name; both must agree if ours takes it."""
    for cp in list(range(0x20, 0xd800)) + list(range(0xe000, 0xfffe)):
        yield f"<{chr(cp)}a/>".encode()
        yield f"<a{chr(cp)}/>".encode()


def compare(number, name, docs, lines, wanted=None):
    faults, taken, also = [], 0, 0
    for data, line in zip(docs, lines):
        want = theirs(data)
        taken += line.startswith("yes")
        also += want is not None
        if line.startswith("yes") and (want is None or blanks(line) != blanks(want)):
            faults.append(f"{data[:200]!r}: ours {line[:160]}, expat {(want or 'no')[:160]}")
        if wanted and not line.startswith(wanted):
            faults.append(f"{data[:200]!r}: {line[:160]}, not \"{wanted}\"")
    ok = not faults and len(lines) == len(docs)
    print(f"{'ok' if ok else 'not ok'} {number} - {name}: {len(docs)}, ours takes {taken}, expat {also}")
    for f in faults[:20]:
        print("#", f)
    return ok


def main():
    program, how_many = sys.argv[1], int(sys.argv[2])
    rng = random.Random(20260721)
    both, none, declared = (list(map(unescaped, pieces(t))) for t in (BOTH, NONE, DECLARED))
    real = of_this_machine()
    base = both + none[1:] + declared + both + [d.decode("utf-8", "replace")[:1500] for d in real[::5]]
    wide = [b"\xff\xfe" + t.lstrip("\ufeff").encode("utf-16-le") for t in both if "utf-8" not in t.lower()]
    letters = list(name_letters())
    groups = [("both take", [t.encode() for t in both], "yes"), ("both take, in UTF-16", wide, "yes"),
              ("neither takes", [t.encode("utf-8", "surrogatepass") for t in none], "no"),
              ("declared", [t.encode() for t in declared], "declares"), ("letters of names", letters, None),
              ("documents of this machine", real, None), ("mutants", [mutant(rng, rng.choice(base)) for _ in range(how_many)], None)]
    print(f"1..{len(groups)}")
    good = [compare(i + 1, name, docs, ours(program, docs), wanted) for i, (name, docs, wanted) in enumerate(groups)]
    sys.exit(0 if all(good) else 1)


main()
