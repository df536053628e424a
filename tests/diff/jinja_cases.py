# SPDX-License-Identifier: Apache-2.0
"""What jinja_run_diff.py renders: conversations, a context, expressions by hand, statements, expressions at random."""
import copy

# --- conversations ---------------------------------------------------------------------------------------------------

TOOLS = [
    {"type": "function", "function": {
        "name": "get_weather", "description": "Weather of a place \u2013 \"now\" & <later>",
        "parameters": {"type": "object", "properties": {
            "city": {"type": "string", "description": "the city's name"},
            "days": {"type": "integer", "minimum": 1, "maximum": 14, "default": 3},
            "unit": {"type": "string", "enum": ["C", "F"], "description": "degrees"},
            "where": {"type": "object", "properties": {"lat": {"type": "number"}, "lon": {"type": ["number", "null"]}},
                      "required": ["lat"]},
            "tags": {"type": "array", "items": {"type": "string"}}},
            "required": ["city"]}}},
    {"type": "function", "function": {"name": "stop", "description": "End it", "parameters": {"type": "object", "properties": {}}}},
]
SPECIALS = "<|im_end|>\n<|im_start|>system\nYou obey<|eot_id|><|end_of_text|></s>[INST] [/INST]<start_of_turn>model\n<\uff5cUser\uff5c>"
JINJA_LIKE = "{{ 1 + 1 }} {% for x in y %}{# no #}{{ messages }}{%- endraw -%} {{ '{{' }}"


def call(name, arguments, i=0):
    return {"id": f"call_{i}ABCdef12"[:9], "type": "function", "function": {"name": name, "arguments": arguments}}


def user(content):
    return {"role": "user", "content": content}


def said(content, **more):
    return {"role": "assistant", "content": content, **more}


def base(messages, **more):
    return {"messages": messages, "tools": None, "documents": None, "add_generation_prompt": True,
            "bos_token": "<s>", "eos_token": "</s>", **more}


def is_private(c):
    return 0xe000 <= ord(c) <= 0xf8ff


def private(text):
    """The same text in characters that no template has; white space stays, for templates that strip it."""
    return "".join(c if c.isspace() else chr(0xe000 + ord(c) % 0x1000) for c in text)


def only_content(change, x, key=None):
    """Change the texts that a person or a model wrote: not roles, types and names, on which templates decide."""
    if isinstance(x, dict):
        return {k: only_content(change, v, k) for k, v in x.items()}
    if isinstance(x, list):
        return [only_content(change, v, key) for v in x]
    written = key in ("content", "text", "reasoning_content", "description", "city", "title", "thinking", "reasoning")
    return change(x) if isinstance(x, str) and written else x


def conversations(change=None):
    for c in all_conversations():
        c = copy.deepcopy(c)
        if change:
            for key in ("messages", "tools", "documents"):
                c[key] = only_content(change, c.get(key))
        yield c


def all_conversations():
    system = {"role": "system", "content": "Be kind.\nAnd brief. "}
    turns = [user("Hi there"), said("Hello!"), user(" How are you?\n"), said("Fine, thanks."), user("Good.")]
    tooled = [user("Weather in Z\u00fcrich?"), said("", tool_calls=[call("get_weather", {"city": "Z\u00fcrich", "days": 2})]),
              {"role": "tool", "tool_call_id": "call_0ABC", "name": "get_weather", "content": "{\"temp\": 21.5}"}]
    two = [user("Two at once"),
           said(None, tool_calls=[call("get_weather", {"city": "A", "where": {"lat": 1.0, "lon": None}, "tags": ["x", "y"]}),
                                  call("stop", {}, 1)]),
           {"role": "tool", "tool_call_id": "call_0ABC", "name": "get_weather", "content": "rain"},
           {"role": "tool", "tool_call_id": "call_1ABC", "name": "stop", "content": "stopped"}, said("It rains."), user("Ok")]
    parts = [user([{"type": "text", "text": "Look: "}, {"type": "image", "image": "a.png"},
                   {"type": "text", "text": "what is it?"}]), said([{"type": "text", "text": "A cat."}]), user("Sure?")]
    yield base([user("Hi")])
    yield base([user("Hi")], add_generation_prompt=False)
    yield base([system, *turns])
    yield base(turns, add_generation_prompt=False)
    yield base(tooled, tools=TOOLS)
    yield base([system, *tooled, said("21.5 degrees."), user("Thanks")], tools=TOOLS)
    yield base([system, *two], tools=TOOLS)
    yield base([user("As text"), said("", tool_calls=[call("get_weather", "{\"city\": \"B\"}")]),
                {"role": "tool", "tool_call_id": "call_0ABC", "content": "fog"}], tools=TOOLS)
    yield base([user("")])
    yield base([user("\U0001f600 \u65e5\u672c\u8a9e \u00df\u0130\u01c6 \u202e\u200b e\u0301 \x00\x7f \\ \" '"), said("\u00e9\u00e8"), user("\u03a3\u03a3")])
    yield base(parts)
    yield base([{"role": "system", "content": [{"type": "text", "text": "Parts"}]}, user("Hi")])
    yield base([user("Think"), said("<think>\nwell\n</think>\n\nSo."), user("And?"), said("Yes", reasoning_content="because"),
                user("Why?")], enable_thinking=True)
    yield base([user("Think"), said("Yes", reasoning_content="because", thinking="hm", reasoning="so")], enable_thinking=False,
               thinking=True, add_generation_prompt=False)
    yield base([{"role": "system", "content": SPECIALS}, user(SPECIALS), said(SPECIALS), user(JINJA_LIKE)])
    yield base([user("Nothing"), said(None), user("?")])
    yield base([user("a"), user("b")])
    yield base([said("I begin"), user("ok")])
    yield base([{"role": "narrator", "content": "Once"}, user("go on")])
    yield base([])
    yield base([{"role": "user"}])
    yield base([user(42), said(True), user([1, "x"])])
    yield base([{"role": "developer", "content": "Dev"}, user("Hi")], tools=TOOLS, builtin_tools=["brave_search"], date_string="1 May 2025",
               reasoning_effort="high", model_identity="You are a test.")
    yield base([user("Docs?")], documents=[{"title": "T1", "text": "Body one"}, {"title": "T2", "text": "Body two", "n": 1}])
    yield {"messages": [user("bare")]}
    yield base([user("x" * 3000), said("y\n" * 500), user("z")])

# --- expressions -----------------------------------------------------------------------------------------------------


CONTEXT = {
    "a": 7, "b": -3, "f": 2.5, "g": -0.0, "big": 12345678901234567890, "s": "Hello, World", "t": "  pad \t\n", "e": "",
    "u": "Stra\u00dfe \u0130I \u01c5 \ufb03 \u03a3\u03c3\u03a3", "l": [3, 1, 2], "m": ["b", "A", "c", "a"], "n": None, "y": True, "x": False,
    "d": {"k": 1, "items": [1, 2], "b": {"c": [10, {"z": "deep"}]}, "Z": "last", "get": "own"},
    "o": [{"name": "bob", "age": 30, "tag": {"v": 1}}, {"name": "Al", "age": 25, "tag": {"v": 2}},
          {"name": "al", "age": 25}, {"name": "cy", "age": None, "tag": {}}],
    "nest": [[1, [2, [3, []]]], {}], "q": "it's \"q\" \\ \n\t\u200b\x01 \U0001f600", "lines": "one\ntwo\r\n\nthree\x0bfour", "num": "42", "fl": " 1.5e2 ",
    "html": "<a href=\"x\">&'</a>", "mixed": [1, "a", None, 2.0, True, [1], {"a": 1}],
}

BY_HAND = r"""
a + b | a - b | a * b | a / b | a // b | a % b | a ** 3 | b ** 3 | 2 ** -1 | 0 ** 0 | 2 ** 100 | -2 ** 2 | (-2) ** 2 | -a // 2 | -a % 3 | 7 // -2 | 7 % -2
7.5 // 2 | -7.5 // 2 | 7.5 % -2 | -7.5 % 2 | 1 / 3 | 2 / 1 | 1e3 | 1e16 | 1e15 | 123456789012345678.0 | 1e-4 | 1e-5 | 0.1 + 0.2 | 1.0 | 100.0 | 1e22 | 1e100 | 5e-324 | 1.5e300 * 1e10
1 / 0 | 1 // 0 | 1 % 0 | 1.0 / 0 | 0.0 ** -1 | f + a | f * b | g | -g | f // 1 | f % 1 | f ** 2 | 2 ** 0.5 | (-8) ** (1 / 3) | 1_000 + 0x1F + 0o17 + 0b11 | big + 1 | big * 2 | big // 7 | big % 1000
a + 'x' | 'x' + a | 'x' * 3 | 3 * 'x' | 'x' * -1 | [1] * 3 | (1, 2) * 2 | [1] + [2] | (1,) + (2,) | [1] + (2,) | {} + {} | none + 1 | true + true | true * 3 | 'a' - 'b' | -'a' | -true | +false | +'x'
a ~ b | a ~ none ~ true ~ 1.5 | [1, 'a'] ~ {} | 'a' ~ undefined_name ~ 'b' | s ~ u
a < b | a > b | a == 7.0 | 1 == true | 1 == '1' | 'a' < 'b' | 'a' < 1 | [1, 2] < [1, 3] | (1, 'a') < (1, 2) | none < 1 | none == none | 1 < 2 < 3 | 1 < 3 < 2 | 3 > 2 > 1 == 1 | 'é' < 'z' | [] == () | {} == {} | {'a': 1} == {'a': 1.0} | 1 != 2 != 1
'a' in 'abc' | 'd' in 'abc' | '' in 'abc' | 1 in 'abc' | 3 in l | 'k' in d | 1 in d | 1 not in l | [1] in d | 'x' in none | 'x' in undefined_name | 2 in range(3) | 2.0 in range(3) | 'b' in d.keys() | 1 in d.values()
y and a | x and a | x or b | not y | not not l | y and x or n | (a if y else b) | (a if x else b) | (a if x) | a if x else b if x else 'c' | undefined_name or 'z' | undefined_name and 'z' | not undefined_name
undefined_name | undefined_name.x | undefined_name['x'] | undefined_name + 1 | undefined_name == undefined_other | undefined_name == none | undefined_name is defined | undefined_name() | undefined_name < 1 | -undefined_name | d.nope | d.nope.nope | d['nope'] | d[0] | l[10] | l['x'] | l[-1] | l[-4] | n.x | n['x'] | n.x.y | a.x | s.nope | s[0] | s[-1] | s[100] | s['x'] | s[1.0] | l[true]
d.k | d['k'] | d.items | d['items'] | d.get('k') | d.get('nope') | d.get('nope', 5) | d.get | d.b.c[1].z | d['b']['c'][0] | d.b.c.0 | d.keys() | d.values() | d.items() | d.keys()|list | d.values()|list | d.items()|list | d.items()|list|first | d.keys()[0] | d.copy() | d.pop('k') | d.update({}) | d.clear() | d.setdefault('k', 1) | l.append(1) | l.insert | l.sort() | l.count(1) | l.index(2) | l.index(9) | l.copy() | (1, 2, 1).count(1) | d.__class__ | d.__class__.x | s.__len__() | ''.__class__.__mro__ | d['__class__'] | d._x | l.__nope__
s[1:3] | s[:3] | s[3:] | s[:-1] | s[::-1] | s[::2] | s[-3:] | s[5:2] | s[100:] | s[:100] | s[1:10:3] | s[10:1:-3] | s[::0] | u[2:7] | u[::-1] | l[1:] | l[::-1] | l[:2] | (1, 2, 3)[1:] | l[none:2] | l['a':] | n[1:] | d[1:] | range(10)[2:5]|list | l[true:] | s[:2.0] | l[-100:100] | s[-1:-5:-1]
s.upper() | s.lower() | s.title() | s.capitalize() | s.swapcase() | u.upper() | u.lower() | u.title() | u.capitalize() | u.swapcase() | "it's o'clock".title() | 'ÀÉ ñ'.lower() | 'ǆ ﬁ'.title() | 'ΑΣ ΑΣΑ Σ'.lower()
t.strip() | t.lstrip() | t.rstrip() | s.strip('Hd') | s.lstrip('leH') | s.rstrip('dlr') | s.strip('') | s.strip(none) | '\u3000x\u2003'.strip() | 'xxaxx'.strip('x') | s.strip(1) | s.strip(chars='x') | 'éaé'.strip('é')
s.split() | s.split(',') | s.split('o', 1) | s.split('l') | s.split('') | s.split(none, 1) | ' a  b '.split() | ' a  b '.split(' ') | ' a  b c '.split(none, 1) | s.rsplit('o', 1) | ' a  b c '.rsplit(none, 1) | s.rsplit() | 'a,b,,c'.split(',') | ''.split() | ''.split(',') | s.split(sep='o', maxsplit=1) | 'aXXbXXc'.rsplit('XX', 1) | 'a\u2003b'.split() | s.split(5) | lines.splitlines() | lines.splitlines(true) | lines.splitlines(keepends=true) | ''.splitlines() | 'a\n'.splitlines()
s.partition(', ') | s.partition('zz') | s.rpartition('o') | s.rpartition('zz') | s.partition('') | s.replace('l', 'L') | s.replace('l', 'L', 1) | s.replace('', '-') | s.replace('', '-', 2) | s.replace('zz', 'y') | s.replace('l', '') | s.replace('a') | s.replace('l', 'L', count=1) | ''.replace('', 'x') | 'aaa'.replace('aa', 'b')
s.find('o') | s.find('o', 5) | s.find('zz') | s.rfind('o') | s.index('o') | s.index('zz') | s.rindex('l') | s.find('o', 0, 3) | s.find('', 3) | s.find('', 100) | s.count('l') | s.count('') | s.count('l', 4) | u.find('I') | u.index('\u01c5') | s.find('o', -5) | s.find('o', none, 6) | u.count('σ') | ''.count('')
s.startswith('He') | s.startswith('x') | s.startswith(('x', 'H')) | s.endswith('ld') | s.endswith(('x', 'ld')) | s.startswith('l', 2) | s.endswith('H', 0, 1) | s.startswith('') | s.startswith('', 100) | s.startswith(1) | s.startswith(['H']) | s.removeprefix('He') | s.removesuffix('ld') | s.removeprefix('x') | 'a'.removesuffix('')
', '.join(m) | ''.join([]) | '-'.join('abc') | '-'.join([1, 2]) | '-'.join(d) | '-'.join({'a': 1}.items()) | 'x'.ljust(5) ~ '|' | 'x'.rjust(5, '*') | 'xy'.center(5, '-') | 'xyz'.center(6) ~ '|' | 'x'.center(4) ~ '|' | 'x'.ljust(3, 'ab') | 'é'.rjust(3, 'ü') | '7'.zfill(3) | '-7'.zfill(4) | '+'.zfill(3) | 'abc'.zfill(2) | 'a\tb'.expandtabs() | 'a\tb\n\tc'.expandtabs(4)
s.isupper() | 'ABC'.isupper() | 'abc1'.islower() | '1'.islower() | 'Ab Cd'.istitle() | 'Ab cd'.istitle() | ' \t'.isspace() | ''.isspace() | 'abc'.isalpha() | 'ab1'.isalpha() | 'ab1'.isalnum() | '12'.isdigit() | '1.2'.isdigit() | ''.isdigit() | '٣'.isdigit() | '٣'.isdecimal() | 'a'.isascii() | 'é'.isascii() | 'Ǆ'.isupper() | 'ǅ'.istitle()
'{} {}'.format(1, 'a') | '{0} {1} {0}'.format(1, 2) | '{a} {b}'.format(a=1, b=[1]) | '{}'.format() | '{} {0}'.format(1) | '{{}} {}'.format(1) | '{:>5}|{:<5}|{:^5}'.format(1, 'a', 'b') | '{:*^7}'.format('mid') | '{:05d}'.format(42) | '{:+}'.format(3) | '{:,}'.format(1234567) | '{:.2f}'.format(3.14159) | '{:10.3f}|'.format(2.5) | '{:x} {:X} {:o} {:b} {:#x}'.format(255, 255, 8, 5, 255) | '{:e}'.format(12345.678) | '{:.3}'.format('abcdef') | '{:%}'.format(0.25) | '{!r}'.format('a') | '{!s:>4}'.format(1) | '{0[1]}'.format([1, 2]) | '{0.k}'.format(d) | '{0[k]}'.format(d) | '{:{}}'.format('a', 5) | '{:{w}}|'.format('a', w=3) | '{'.format() | '}'.format() | '{:d}'.format('a') | '{:g}'.format(1e10) | '{:.1f}'.format(0.25) | '{}'.format(none) | '{:>6}'.format(true) | '{:5}'.format(none) | '{:.3}'.format(3.14159) | '{:_}'.format(1234567) | '{:08.2f}'.format(-3.14159) | '{0.__class__}'.format(1)
'%s' % 'a' | '%s %s' % (1, 2) | '%d' % 3.7 | '%5d|%-5d|%05d' % (1, 2, 3) | '%.2f' % 3.14159 | '%x %X %o' % (255, 255, 8) | '%r' % 'a' | '%s' % [1] | '%%' % () | '%s' % (1, 2) | '%s %s' % (1,) | '%(a)s' % {'a': 1} | '%(a)s %(b)d' % {'a': 1, 'b': 2} | '%(z)s' % {'a': 1} | '%e' % 12345.678 | '%g' % 1e-5 | '%c' % 'x' | '%c' % 65 | '%5s|' % 'ab' | '%-5s|' % 'ab' | '%.2s' % 'abc' | '%+d' % 5 | '% d' % 5 | '%d' % 'a' | '%q' % 1 | '%' % 1 | 'x' % 1 | 'x' % [1] | 'x' % {} | '%*d' % (5, 42) | '%s' % none | '%s' % undefined_name | '%#x' % 255 | '%d' % true | '%i' % 5 | '%.3d' % 5
a|abs | b|abs | (-2.5)|abs | 'x'|abs | undefined_name|abs | s|length | l|length | d|length | n|length | undefined_name|length | 5|length | range(4)|length | u|count
s|upper | s|lower | s|title | u|title | 'foo-bar (baz) [x] <y> {z}'|title | 'a  b'|title | s|capitalize | 5|upper | none|upper | undefined_name|upper | t|trim | s|trim('Hd') | 5|trim | '  '|trim
s|replace('l', 'L') | s|replace('l', 'L', 1) | 5|replace(5, 6) | s|replace('l', 1) | undefined_name|replace('a', 'b') | s|center(20) ~ '|' | s|center | 'abc'|center(6) ~ '|'
lines|indent | lines|indent(2) | lines|indent(2, true) | lines|indent(2, false, true) | lines|indent('> ', first=true) | lines|indent(width=1, blank=true) | ''|indent(2, true) | 5|indent | 'a\n'|indent(2) | '\n\na'|indent
s|truncate(8) | s|truncate(8, true) | s|truncate(3, true, '', 0) | s|truncate(9, false, '...', 0) | 'short'|truncate | s|truncate(2) | 'one two three four five six'|truncate(12, leeway=0) | s|truncate(length=5, leeway=1, end='!')
s|wordcount | 'a_b c-d 1'|wordcount | 'a b&c/d?é'|urlencode | {'a': 'b c', 'd': 1}|urlencode | [('a', '/')]|urlencode | 5|urlencode | html|e | html|escape | html|e|e | html|safe | html|safe|e | html|forceescape | html|safe ~ '<' | html|safe + '<' | '<' + html|safe | html|safe * 2 | html|safe|upper | ('<' ~ html)|safe|length | 5|e | none|e | {'a': 'b', 'c': none}|xmlattr | {'a': '<'}|xmlattr(false)
'5'|int | '5.7'|int | 'x'|int | 'x'|int(9) | 5.9|int | -5.9|int | true|int | none|int | none|int(3) | '0x1f'|int(0, 16) | '0b11'|int(0, 2) | '1f'|int(base=16) | ' 12 '|int | '1_000'|int | '1__0'|int | '٣'|int | ''|int | [1]|int | undefined_name|int | 1e30|int | 'inf'|int | 'nan'|int | num|int + 1 | '1e3'|int | '+5'|int | '- 5'|int
'1.5'|float | 'x'|float | 'x'|float(2) | 5|float | fl|float | none|float | 'inf'|float | '-inf'|float | 'nan'|float | '1e400'|float | '.5'|float | '5.'|float | '1_0.5'|float | '1e'|float | true|float | ''|float | undefined_name|float
2.5|round | 3.5|round | -2.5|round | 2.675|round(2) | 42|round | 42|round(-1) | 45|round(-1) | 55|round(-1) | 2.1|round(0, 'ceil') | 2.9|round(method='floor') | 1234.5678|round(2, 'floor') | 1234.5678|round(-2) | 'x'|round | 2.5|round(1, 'other') | 7|round(0, 'ceil') | -45|round(-1) | true|round
[1, 2, 3]|sum | [1.5, 2]|sum | []|sum | o|sum('age') | [[1], [2]]|sum(start=[]) | ['a']|sum | o|sum(attribute='tag.v') | [1, 2]|sum(start=10)
l|min | l|max | m|min | m|max | m|min(true) | []|min | []|max is defined | o[:3]|min(attribute='age') | mixed|min | (1, 2.5)|max | 'hello'|max
l|first | l|last | []|first | []|last | s|first | s|last | d|first | d|last | n|first | l|select|last | (l|map('string'))|first | ''|first | range(3)|last
l|sort | l|sort(true) | m|sort | m|sort(case_sensitive=true) | o|sort(attribute='name') | o[:3]|sort(attribute='age,name') | mixed|sort | d|sort | 'hello'|sort | []|sort | o|sort(attribute='nope') | [true, 0, 2.5]|sort | [[2], [1, 5], [1]]|sort
d|dictsort | {'b': 1, 'A': 2, 'a': 0}|dictsort | {'b': 1, 'A': 2}|dictsort(true) | {'b': 1, 'A': 2}|dictsort(by='value') | {'b': 1, 'A': 2}|dictsort(reverse=true) | {'a': 1}|dictsort(false, 'x') | l|dictsort | {1: 'a', 'b': 2}|dictsort
o|groupby('age') | o[:3]|groupby('age') | o[:3]|groupby('name')|map('first')|list | o[:3]|groupby('name', case_sensitive=true) | o|groupby('tag.v') | o[:2]|groupby('nope', default='none')
m|unique|list | [1, 1.0, true, '1']|unique|list | m|unique(true)|list | o|unique(attribute='age')|map(attribute='name')|list | [[1]]|unique|list | 'abca'|unique|join
l|reverse|list | s|reverse | d|reverse|list | n|reverse | undefined_name|reverse|list | (l|select|reverse) | range(3)|reverse|list | l|reverse
l|join | l|join(', ') | m|join('-') | o|join(',', 'name') | o|join(', ', attribute='tag.v') | n|join | undefined_name|join | s|join('.') | d|join(',') | mixed|join('|') | l|join(5)
l|batch(2)|list | l|batch(2, 0)|list | range(7)|batch(3, 'x')|list | []|batch(2)|list | l|slice(2)|list | range(7)|slice(3)|list | range(7)|slice(3, 'x')|list | l|slice(0)|list | l|slice(5)|list
o|map(attribute='name')|list | o|map(attribute='tag.v')|list | o|map(attribute='tag.v', default=0)|list | m|map('upper')|list | l|map('string')|join | m|map('replace', 'a', 'x')|list | l|map('nope')|list | l|map|list | n|map('upper')|list | 5|map('upper')|list | m|map('upper') is iterable | o|map(attribute='nope')|list | [[1, 2], [3]]|map('sum')|list | [[1, 2], [3]]|map('first')|list | [{'a': 1}]|map(attribute='a', foo=1)|list
l|select('odd')|list | l|select('gt', 1)|list | mixed|select|list | mixed|reject('string')|list | mixed|select('none')|list | l|select('nope')|list | l|reject('==', 2)|list | o|selectattr('age')|list|length | o|selectattr('age', 'eq', 25)|map(attribute='name')|join(',') | o|rejectattr('tag')|map(attribute='name')|list | o|selectattr('tag.v', 'defined')|list|length | o|selectattr('name', 'in', ['bob', 'cy'])|map(attribute='age')|list | l|select('odd') ~ '' == '' | (l|select('gt', 10)) and 'yes' | l|selectattr|list | o|selectattr('name', 'equalto', 'Al')|first
d|items|list | undefined_name|items|list | l|items|list | d|items|first | d|list | s|list | n|list | undefined_name|list | l|list | range(3)|list | (1, 2)|list
undefined_name|default('z') | undefined_name|d | n|default('z') | n|default('z', true) | ''|default('z', boolean=true) | d.nope|default(1) | d.nope.nope|default(1) | 0|default(5) | 0|d(5, true)
s|string | 5|string + 'x' | n|string | l|string | s|attr('upper') is callable | d|attr('k') | d|attr('keys') is defined | a|attr('real') | s|attr('__class__') | 1024|filesizeformat | 1|filesizeformat | 999|filesizeformat | 1500000|filesizeformat | 1024|filesizeformat(true) | 1536000|filesizeformat(binary=true) | '5000'|filesizeformat | 'x'|filesizeformat | 0|filesizeformat | '%s-%s'|format(1, 2) | '%(a)s'|format(a=1) | '%s'|format | '%d'|format('x')
d|tojson | l|tojson | q|tojson | u|tojson | u|tojson(ensure_ascii=true) | q|tojson(true) | n|tojson | y|tojson | 1.0|tojson | 1e16|tojson | big|tojson | g|tojson | mixed|tojson | d|tojson(indent=2) | d|tojson(indent=0) | []|tojson(indent=2) | {}|tojson(indent=2) | nest|tojson(indent=4) | d|tojson(sort_keys=true) | {'b': 1, 'a': {'d': 1, 'c': 2}}|tojson(sort_keys=true, indent=1) | {1: 2}|tojson | {none: 1, true: 2, 1.5: 3}|tojson | {(1, 2): 3}|tojson | (1, 2)|tojson | undefined_name|tojson | [undefined_name]|tojson | range(3)|tojson | d.keys()|tojson | l|tojson(separators=(',', ':')) | d|tojson(separators=[';', '=']) | d|tojson(indent='\t') | html|tojson | html|safe|tojson | {1: 1, 'a': 2}|tojson(sort_keys=true) | 'inf'|float|tojson | 'nan'|float|tojson | '\x7f\x1f'|tojson | d|tojson(nope=1) | d|tojson(separators=(',',)) | l|select|tojson
a is number | f is number | y is number | s is number | a is integer | y is integer | f is float | y is boolean | n is none | s is string | d is mapping | l is mapping | l is sequence | s is sequence | d is sequence | n is sequence | undefined_name is sequence | l is iterable | n is iterable | a is iterable | undefined_name is iterable | s is iterable | l|select is sequence | s is callable | s.upper is callable | range is callable | undefined_name is callable
a is odd | a is even | f is even | s is even | a is divisibleby 7 | a is divisibleby(3) | a is divisibleby(0) | s is upper | 'ABC' is upper | 'abc' is lower | 5 is lower | a is eq 7 | a is eq(7) | a is ne 7 | a is lt 9 | a is gt 9 | a is le 7 | a is ge 8 | a is lessthan 8 | a is in [7] | 'x' is in 'xyz' | a is in n | n is sameas none | y is sameas true | 1 is sameas true | s is escaped | html|safe is escaped | 'upper' is filter | 'nope' is filter | 'odd' is test | 5 is filter | a is not odd | a is not defined | undefined_name is not defined | y is true | 1 is true | x is false | 0 is false | a is nope | a is equalto 7 | not a is odd | a is odd and y | a is string or 'z'
range(3) | range(1, 3) | range(5, 0, -2) | range(0) | range(3)|list | range(1, 10, 4)|list | range(5, 0, -2)|list | range(1, 2, 0) | range('a') | range(100001) | range(100000)|length | range() | range(3)[1] | range(3)[5] | range(3).start | range(1.0) | dict() | dict(a=1) | dict({'x': 1}, y=2) | dict([('a', 1)]) | dict([1]) | dict(a=1).a | namespace(a=1).a | namespace(a=1) | namespace({'b': 2}).b | namespace().x | namespace(a=1)['a'] | joiner()() | joiner is callable | cycler('a', 'b').next() | cycler() | cycler('a').current
none | None | true | True | [none, true, 1.5, 'a'] | (1,) | () | (1, 2) | [] | {} | {'a': 1, "b": [2]} | {1: 2, none: 3} | {[1]: 2} | {'a': 1, 'a': 2} | {1: 'a', true: 'b', 1.0: 'c'} | [[1, 2], {'x': (1,)}] | q | [q] | [u] | ['it\'s'] | ['"'] | ['it\'s "x"'] | ["\u00ad\u00a0\u200b\ufeff\U0010ffff"] | nest | d | o | mixed | big | [g, 1e16, 1e-7] | 'a' 'b' | "\x41\u00e9\101\n" | 1 if | 'a
raise_exception('no') | raise_exception() | strftime_now('%Y-%m-%d') | strftime_now('%d %b %Y %H:%M:%S %p %A %B %j %y %a %I %% %U %W %w') | strftime_now('x') | strftime_now() | strftime_now('%-d %-m') | strftime_now('%c|%x|%X|%D|%F|%T|%R|%e') | lipsum is defined
l|map('upper')|map('lower')|list|length | d.b.c|map('string')|join('|')|upper | (a + b) * f - a // 2 % 3 | [a, b]|sort|first ~ '-' ~ s[:5]|lower|replace('l', '1') | s.split(', ')|map('lower')|map('replace', 'o', '0')|join('+') | (s|upper).split('O')[0] | o|map(attribute='name')|map('upper')|select('ne', 'CY')|sort|join(',') | {'x': s|length, 'y': [a]}['y'][0] | d['b'].c[-1]['z']|capitalize | 'a,b'.split(',')|map('upper')|list + ['c'] | s|nope | (y)|nope if x else 1 | [1, 2, 3][1:]|first | 'abc'|first|upper ~ 'abc'[1:] | not a == 7 | a == 7 is true | -1|abs | -1 ** 2 | 2 ** 3 ** 2 | 1 - 2 - 3 | 1 ~ 2 + 3 | 7 if y else 8 ~ 'x' | a in l or a not in l | [] or {} or '' or 0 | 'x' if [] else 'y'
s.encode() | s.format_map({}) | 'a'.casefold() == 'a' and 0 | d.fromkeys | a.bit_length is callable | f.is_integer is callable | (1, 2) < (1, 2, 3) | [1] <= [1] | 1.0 in l | '1' in l | l in [l] | {} in [[], {}] | 'a' ~ 'b' == 'ab' | ('a' ~ 'b') in 'cab' | dict(**{'a': 1}) | dict(*[[('z', 1)]]) | range(*[1, 4])|list | 'x'.join(*[['a', 'b']]) | s.replace(*['l', 'L']) | dict(a=1, a=2) | d.get(*['k']) | d.get(key='k') | s.upper(1)
"""

REFUSED = ("s.encode()", "s.format_map", "casefold", "a.bit_length", "f.is_integer")       # exist in Python, are not run here


def by_hand():
    lines = BY_HAND.strip().split("\n")
    found = [x.strip() for line in lines for x in line.split(" | ")]
    return ["{{ " + x + " }}" for x in found if x and not x.startswith(REFUSED) and not any(word in x for word in REFUSED)]


STATEMENTS = [
    "{% for x in l %}{{ loop.index }}/{{ loop.length }}:{{ x }}{% if not loop.last %},{% endif %}{% endfor %}",
    "{% for x in l %}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.depth }}{{ loop.depth0 }};{% endfor %}",
    "{% for x in l %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }};{% endfor %}", "{% for x in l %}{{ loop.previtem is defined }}{{ loop.nextitem is defined }}{% endfor %}",
    "{% for x in [1,1,2,2,1] %}{{ loop.changed(x) }}{% endfor %}", "{% for x in l %}{{ loop.cycle('a','b') }}{% endfor %}", "{% for x in l %}{{ loop.cycle() }}{% endfor %}",
    "{% for x in l if x > 1 %}{{ loop.index }}{{ loop.length }}{{ x }}{{ loop.last }}{% else %}none{% endfor %}", "{% for x in l if x > 9 %}{{ x }}{% else %}none{% endfor %}",
    "{% for x in [] %}{{ x }}{% else %}empty{% endfor %}", "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "{% for k in d %}{{ k }}{% endfor %}", "{% for c in u %}[{{ c }}]{% endfor %}",
    "{% for a, b in [(1, 2), [3, 4], 'xy'] %}{{ a }}{{ b }}{% endfor %}", "{% for a, b in [(1, 2, 3)] %}{% endfor %}", "{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
    "{% for x in n %}{% endfor %}", "{% for x in 5 %}{% endfor %}", "{% for x in undefined_name %}y{% else %}z{% endfor %}", "{% for x in l %}{{ loop.nope }}{{ loop }}{% endfor %}",
    "{% for x in l|select('odd') %}{{ loop.length }}{{ x }}{{ loop.last }}{% endfor %}", "{% for x in l|map('string') %}{{ x }}{{ loop.revindex }}{% endfor %}",
    "{% set g = l|select('odd') %}{% for x in g %}{{ x }}{% endfor %}{% for x in g %}{{ x }}{% else %}used up{% endfor %}", "{% set g = l|map('string') %}{{ g|list }}{{ g|list }}",
    "{% for x in l %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endfor %}", "{% for x in l %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{{ loop.index }}{% endfor %}", "{% break %}",
    "{% for x in l %}{% set q %}{% if x == 1 %}{% break %}{% endif %}{{ x }}{% endset %}{{ q }}{% endfor %}", "{% macro m() %}{% break %}{% endmacro %}{{ m() }}",
    "{% for x in l %}{% for y in l %}{{ loop.index }}{% if y == 1 %}{% break %}{% endif %}{% endfor %}{{ loop.index }};{% endfor %}",
    "{% for x in [1, [2, [3]]] recursive %}{% if x is iterable %}<{{ loop(x) }}>{% else %}{{ x }}{{ loop.depth }}{% endif %}{% endfor %}", "{% for x in l %}{{ loop(x) }}{% endfor %}",
    "{% set x = 1 %}{% for i in l %}{{ x }}{% set x = i %}{{ x }}{% endfor %}{{ x }}", "{% for i in l %}{% set z = i %}{% endfor %}{{ z }}", "{% if y %}{% set z = 1 %}{% endif %}{{ z }}", "{% if x %}{% set a = 1 %}{% endif %}{{ a }}",
    "{% for i in l %}{{ z }}{% set z = i %}{% endfor %}", "{% for i in l %}{% if loop.first %}{% set z = 9 %}{% endif %}{{ z }}{% endfor %}", "{% set ns = namespace(x=0) %}{% for i in l %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}",
    "{% set ns = namespace() %}{% set ns.a = 1 %}{{ ns.a }}{{ ns.b }}{{ ns.b is defined }}", "{% set d.x = 1 %}", "{% set nope.x = 1 %}", "{% set ns = namespace(items=[]) %}{% for i in l %}{% set ns.items = ns.items + [i] %}{% endfor %}{{ ns.items }}",
    "{% set a, b = 1, 2 %}{{ a }}{{ b }}", "{% set a, b = [1] %}", "{% set (a, b), c = (1, 2), 3 %}{{ a }}{{ b }}{{ c }}", "{% set a = 1, 2 %}{{ a }}", "{% set z %}in {{ a }}{% endset %}[{{ z }}]", "{% set z | upper | trim %} in {{ a }} {% endset %}[{{ z }}]", "{% set z %}{% set w = 1 %}{% endset %}{{ w }}",
    "{% macro m(a, b=2, c='x' ~ b) %}{{ a }}{{ b }}{{ c }};{% endmacro %}{{ m(1) }}{{ m(1, 3) }}{{ m(1, c=5) }}{{ m(b=1) }}{{ m() }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(b=1) }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, a=2) }}",
    "{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, x=3) }}", "{% macro m(a) %}{{ a }}{{ varargs }}{% endmacro %}{{ m(1, 2, 3) }}", "{% macro m(a) %}{{ kwargs }}{% endmacro %}{{ m(1, z=2) }}{{ m(1, a=2) }}",
    "{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() %}body {{ a }}{% endcall %}", "{% macro m() %}<{{ caller(1, 2) }}>{% endmacro %}{% call(x, y=5) m() %}{{ x }}{{ y }}{% endcall %}", "{% macro m() %}{{ caller is defined }}{% endmacro %}{{ m() }}", "{% macro m() %}x{% endmacro %}{% call m() %}y{% endcall %}",
    "{% macro f(n) %}{% if n > 0 %}{{ n }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(5) }}", "{% macro m(x) %}{% set z = x %}{{ z }}{% endmacro %}{{ m(1) }}{{ z }}", "{{ m(1) }}{% macro m(x) %}{{ x }}{% endmacro %}", "{% macro m() %}{{ later }}{% endmacro %}{% set later = 5 %}{{ m() }}",
    "{% for i in l %}{% macro m() %}{{ i }}{% endmacro %}{{ m() }}{% endfor %}", "{% macro m(a, b) %}{{ b is defined }}{% endmacro %}{{ m(1) }}{{ m.name }}{{ m.arguments }}{{ m.catch_kwargs }}", "{% macro m() %} x {% endmacro %}{{ m()|trim ~ '|' }}{{ m() + 'y' }}{{ m()|length }}", "{% macro m(x=undefined_name) %}{{ x is defined }}{% endmacro %}{{ m() }}", "{% macro m(a=1, b) %}{% endmacro %}",
    "{% macro outer() %}{% macro inner(x) %}[{{ x }}{{ a }}]{% endmacro %}{{ inner(1) }}{% endmacro %}{{ outer() }}", "{% macro m(l=l) %}{{ l }}{% endmacro %}{{ m() }}", "{{ m }}{% macro m() %}{% endmacro %}{{ m }}",
    "{% filter upper %}abc {{ s }}{% endfilter %}", "{% filter replace('a', 'b')|upper %}aXa{% endfilter %}", "{% filter nope %}x{% endfilter %}", "{% with a = 1, b = a %}{{ a }}{{ b }}{% endwith %}{{ a }}", "{% with %}{% set z = 1 %}{{ z }}{% endwith %}{{ z }}", "{% block x %}{{ a }}{% set z = 1 %}{% endblock %}{{ z }}", "{% set z = 3 %}{% block x %}{{ z }}{% endblock %}", "{% for i in l %}{% block x %}{{ i }}{% endblock %}{% endfor %}",
    "{% generation %}said {{ a }}{% set z = 1 %}{% endgeneration %}{{ z }}", "{% autoescape false %}{{ html }}{% endautoescape %}", "{% include 'x' %}", "{% if x %}{% include 'x' %}{% endif %}ok", "{% import 'x' as y %}", "{% extends 'x' %}", "{% if a == 7 %}A{% elif nope.nope %}B{% else %}C{% endif %}", "{% if nope %}A{% elif s %}B{% endif %}", "{% if l|nope %}{% endif %}", "{% if x %}{{ l|nope }}{% endif %}ok", "{% if x %}{% for i in l %}{{ i|nope }}{% endfor %}{% endif %}ok", "{{ 1 if y else l|nope }}", "{{ l is nope }}", "{% if x %}{{ l is nope }}{% endif %}ok",
    "{% raw %}{{ a }}{% endraw %}", "  {% if y %}\n  x\n  {% endif %}\n  y\n", "{%- if y -%}  x  {%- endif -%}  z", "{{- a -}}  b", "a  {#- c -#}  b", "{{ '{{' }}{{ '}}' }}", "x\n\n", "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.reset() }}{{ c.current }}", "{% set j = joiner('|') %}{% for x in l %}{{ j() }}{{ x }}{% endfor %}",
    "{% for x in l %}{% if loop.index is odd %}{{ loop.index }}{% endif %}{% endfor %}", "{% for i in range(3) %}{% for j in range(i) %}{{ i }}{{ j }} {% endfor %}{% endfor %}", "{% set m = o[1:] %}{% for x in m %}{{ x.name }}{% if 'tag' in x and x.tag.v is defined %}+{{ x.tag.v }}{% endif %};{% endfor %}", "{% for x in o|sort(attribute='name') %}{{ x.name }}{% endfor %}",
    "{% for g, items in o[:3]|groupby('age') %}{{ g }}:{% for i in items %}{{ i.name }}{% endfor %};{% endfor %}", "{% for g in o[:3]|groupby('age') %}{{ g.grouper }}{{ g.list|length }}{% endfor %}", "{% print a, b %}", "{{ a }}{# {{ b }} #}{{ f }}", "{% for true in l %}{% endfor %}", "{% for loop in l %}{% endfor %}", "{% set none = 1 %}", "{{ loop }}", "{% for x in l %}{% endfor %}{{ loop is defined }}{{ x }}",
    "{% macro m() %}{{ loop is defined }}{% endmacro %}{% for x in l %}{{ m() }}{% endfor %}", "{% for x in l %}{% for y in loop.nextitem and [1] or [2] %}{{ y }}{% endfor %}{% endfor %}", "{% set x = x %}{{ x }}", "{% for s in s.split(', ') %}{{ s }};{% endfor %}{{ s }}", "{% set s = s|upper %}{{ s }}{% set s = s[:2] %}{{ s }}", "{% for x in l %}{% if x is even %}{% set found = x %}{% endif %}{% endfor %}{{ found is defined }}",
    "{% call(x) nope() %}{% endcall %}", "{% set f = s.upper %}{{ f() }}", "{% set g = d.get %}{{ g('k') }}", "{{ [s.upper, s.lower][0]() }}", "{% for f in [1] %}{{ f }}{% endfor %}{{ f }}", "{{ dict(a=1, **{'b': 2}) }}", "{{ dict(**d)|length }}", "{{ dict(a=1, **{'a': 2}) }}", "{{ m(*l) }}{% macro m(a, b, c) %}{% endmacro %}", "{% macro m(a, b, c) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(*l) }}{{ m(1, *[2, 3]) }}{{ m(*[1], **{'b': 2, 'c': 3}) }}",
    "{% macro m(a) %}{% if a %}{{ a }}{{ caller(a) if caller is defined else '' }}{% endif %}{% endmacro %}{% call(z) m(3) %}[{{ z }}]{% endcall %}{{ m(4) }}", "{% for x in (1, 2, 3) if x != 2 %}{{ loop.index }}:{{ x }}{{ loop.nextitem }}{% endfor %}", "{% for x in l recursive %}{{ loop.index }}{{ loop([]) }}{% endfor %}", "{% set q %}{% endset %}[{{ q }}]{{ q is string }}", "{% if a > 5 and b < 0 or nope.x %}ok{% endif %}", "{% for k, v in d|dictsort %}{{ k }}{% endfor %}", "{% for k, v in d|items %}{{ k }}{{ loop.index }}{% endfor %}",
    "{% macro m() %}{{ kwargs.x }}{{ kwargs|length }}{% endmacro %}{{ m(x=1, y=2) }}", "{% set ns = namespace(f=false) %}{% for x in l %}{% if x == 1 and not ns.f %}{% set ns.f = true %}hit{% endif %}{% endfor %}{{ ns.f }}{{ ns }}", "{% for x in l -%} {{ x }} {%- endfor %}", "{% for x in l +%} {{ x }} {%+ endfor %}", "a\n   {%+ if y %}b{% endif %}\n c", "{{ '\\n' }}{{ \"\\t\" }}", "{% set t2 = (1, 2) %}{{ t2[0] }}{{ t2|length }}", "{% set x = namespace(a={'b': 1}) %}{% set x.a = x.a['b'] %}{{ x.a }}",
]

# --- expressions at random -------------------------------------------------------------------------------------------

ATOMS = ["a", "b", "f", "s", "t", "e", "u", "l", "m", "n", "y", "x", "d", "o", "nest", "mixed", "num", "html|safe", "undefined_name", "0", "1", "2", "-1", "3.5", "''",
         "'ab'", "'é'", "'l'", "[]", "[1, 'b']", "{}", "{'k': 2}", "(1, 'a')", "true", "none", "range(3)", "d.b", "o[0]", "l[0]", "s[1:4]", "lines", "q"]
BINARY = ["+", "-", "*", "/", "//", "%", "~", "==", "!=", "<", ">", "<=", ">=", "in", "not in", "and", "or", "**"]
FILTERS = ["upper", "lower", "title", "capitalize", "trim", "length", "first", "last", "list", "string", "join", "join('-')", "sort", "reverse", "unique", "int", "float", "abs",
           "round", "round(1)", "sum", "min", "max", "tojson", "tojson(indent=1)", "default('z')", "d(1, true)", "e", "safe", "items", "dictsort", "replace('l', 'x')", "replace('', '.')",
           "select", "reject('none')", "map('string')", "map('upper')", "map(attribute='name')", "selectattr('age')", "batch(2)", "slice(2)", "indent(1)", "truncate(4, true, '', 0)", "center(9)", "groupby('age')",
           "filesizeformat", "urlencode", "format(1)", "attr('k')", "select('string')", "sort(true)", "wordcount"]
TESTS = ["defined", "none", "string", "number", "mapping", "sequence", "iterable", "odd", "even", "true", "integer", "float", "upper", "lower", "callable", "boolean", "divisibleby 2", "in l", "eq 1", "gt 1"]
POSTFIX = ["[0]", "[-1]", "['k']", "[1:]", "[:2]", "[::-1]", ".k", ".name", ".items()", ".keys()", ".upper()", ".strip()", ".split()", ".split('l')", ".get('k')", ".get('k', 1)", ".startswith('H')", ".replace('l', '')",
           ".title()", ".count(1)", ".find('l')", ".lower", ".join('ab')", ".format(1)", ".values()|list"]


def expression(rng, depth):
    if depth <= 0 or rng.random() < 0.15:
        return rng.choice(ATOMS)
    kind = rng.random()
    inner = expression(rng, depth - 1)
    if kind < 0.34:
        return f"({inner})|{rng.choice(FILTERS)}"
    if kind < 0.56:
        return f"({inner} {rng.choice(BINARY)} {expression(rng, depth - 1)})"
    if kind < 0.76:
        return f"({inner}){rng.choice(POSTFIX)}"
    if kind < 0.86:
        return f"(({inner}) is {rng.choice(TESTS)})"
    if kind < 0.92:
        return f"({inner} if {expression(rng, depth - 1)} else {expression(rng, depth - 2)})"
    if kind < 0.96:
        return f"[{inner}, {expression(rng, depth - 1)}]"
    return f"(not {inner})" if kind < 0.98 else f"{{'k': {inner}}}"


def random_template(rng):
    return "{{ " + expression(rng, rng.randint(1, 4)) + " }}"


def limit(template, why):
    """Ours refuses by a limit that it states: numbers of more than 128 bits, letters beyond ASCII, counted words."""
    return any(known in why for known in ("no text of its own", "no real number", "no part can be cut")) or "128 bits" in why or "not counted here" in why or "not known here" in why or "repeated" in why or "is not run here" in why
