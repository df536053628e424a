# SPDX-License-Identifier: Apache-2.0
"""assay check --html and --md: strict, self-contained, accessible, printable; a stranger's text stays text.

Judges: html5lib (validity), html.parser (structure), axe-core in headless Chromium (accessibility, in light, dark and
on a phone), Chromium's printer (pages), markdown-it (Markdown). Each that is missing skips with the reason.
"""
import glob, html, html.parser, json, os, re, shutil, subprocess, sys, tempfile
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tap import *

USE = ["--commercial", "yes", "--deployment", "hosted", "--users-month", "5000", "--country", "DE"]
REAL = ("smollm2", "minilm", "gemma3-270m")
EVIL = ("</title></style><script>alert(1)</script>|`x`|[a](javascript:b)<img src=x onerror=y>\u202eexe.txt\u202c\u0007"
        " http://evil.example/ www.evil.example \\ &lt; *b* _c_ <!-- ")
NAMES = {"a|b`c``.txt": "x", "<b onclick=x>.md": "# x", "LICENSE.\u202egpj": "no licence at all, but words",
         "\u200b.bin": b"\0", "q\"'>.json": "{}", "caf\u00e9 \U0001f600.txt": "x"}
VOID = {"meta", "link", "br", "use", "circle", "path"}
ALLOWED = {
    "html": {"lang"}, "head": set(), "meta": {"charset", "name", "content", "http-equiv"}, "title": set(),
    "link": {"rel", "href"}, "style": set(), "body": set(), "a": {"class", "href"}, "header": set(), "p": {"class"},
    "svg": {"class", "aria-hidden", "width", "height"}, "symbol": {"id", "viewbox"}, "use": {"href"},
    "circle": {"cx", "cy", "r", "class"}, "path": {"d", "class"}, "h1": set(), "h2": {"id"}, "h3": set(),
    "dl": {"class"}, "div": {"class"}, "dt": set(), "dd": set(), "nav": {"aria-label"}, "ol": set(), "ul": {"class"},
    "li": set(), "main": {"id", "tabindex"}, "section": {"id", "aria-labelledby"}, "span": {"class"}, "strong": set(),
    "code": {"class"}, "table": {"class", "role"}, "caption": set(), "thead": {"role"}, "tbody": {"role"},
    "tr": {"role"}, "th": {"scope", "role", "class", "data-l"}, "td": {"role", "class", "data-l"}, "details": {"class"},
    "summary": set(), "br": set(),
}


class Page(html.parser.HTMLParser):
    """Every element and attribute; the texts; and that what is opened is closed."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.stack, self.text, self.style = [], [], [], ""
        self.feed(text)
        self.close()
        equal(self.stack, [])

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            equal(self.stack.pop(), tag)

    def handle_data(self, data):
        if "style" in self.stack:
            self.style += data
        else:
            self.text.append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data[:80]!r}")

    def handle_pi(self, data):
        raise AssertionError(f"a processing instruction: {data[:80]!r}")


def written(path, *args):
    """Both reports of one model."""
    with tempfile.TemporaryDirectory() as d:
        page, text = os.path.join(d, "r.html"), os.path.join(d, "r.md")
        status, _, err = run("check", path, "--html", page, "--md", text, *args)
        if status not in (0, 1, 5):
            raise AssertionError(f"exit {status}: {err}")
        return tuple(open(p, "rb").read().decode("utf-8", "strict") for p in (page, text))


def hostile():
    """A model that is hostile wherever a stranger can write."""
    said = json.dumps(EVIL)                                     # a JSON string is YAML too
    card = f"---\nlicense: other\nlicense_name: {said}\nbase_model: [{said}, acme/x]\ndatasets: [{said}, ms_marco]\n---\n" \
           f"# {EVIL}\n\nReleased under the {EVIL} licence.\n\n## Limitations\n\n{EVIL}\n"
    with Folder({"m/README.md": card, "m/w.gguf": gguf({"general.license": EVIL, "general.name": EVIL,
                                                        "general.architecture": "llama"}), **{"m/" + k: v
                 for k, v in NAMES.items()}}) as d:
        model = os.path.join(d, "<i>m|`\u202e")
        os.rename(os.path.join(d, "m"), model)
        policy = os.path.join(d, "p.yaml")
        with open(policy, "w") as f:
            f.write(f"exceptions:\n  - {{name: '*', until: 2099-01-01, by: {said}, reason: {said}}}\n"
                    "allow_classes: [permissive]\n")
        yield from written(model, "--policy", policy, *USE)


def real(name):
    return written(need(os.path.join(MODELS, name), "no models (./dev models)"), *USE)


def pages():
    """The hostile page first, then those of real models that are here."""
    found = [("hostile", *hostile())]
    return found + [(name, *real(name)) for name in REAL if os.path.exists(os.path.join(MODELS, name))]


def check_structure(page):
    p = Page(page)
    for tag, attrs in p.tags:
        if tag not in ALLOWED or set(attrs) - ALLOWED[tag]:
            raise AssertionError(f"unexpected <{tag} {attrs}>")
        for name in ("href",):
            if name in attrs and not re.fullmatch(r"#[a-z-]+|data:,", attrs[name]):
                raise AssertionError(f"an address: {attrs[name]!r}")
    equal([a["content"].split(";")[0] for t, a in p.tags if "http-equiv" in a], ["default-src 'none'"])
    if re.search(r"url\(|@import|image\(|image-set", p.style):
        raise AssertionError("the style loads something")
    ids = [a["id"] for _, a in p.tags if "id" in a]
    equal(len(ids), len(set(ids)))
    equal({a["href"][1:] for _, a in p.tags if a.get("href", "").startswith("#")} - set(ids), set())
    equal([a.get("lang") for t, a in p.tags if t == "html"], ["en-GB"])
    equal(next(a for t, a in p.tags if t == "a"), {"class": "skip", "href": "#report"})
    levels = [int(t[1]) for t, _ in p.tags if re.fullmatch("h[1-6]", t)]
    equal((levels[0], levels.count(1)), (1, 1))
    equal([(x, y) for x, y in zip(levels, levels[1:]) if y > x + 1], [])
    n = {tag: sum(t == tag for t, _ in p.tags) for tag in ("table", "caption", "thead")}
    equal(len(set(n.values())), 1)
    equal([a for t, a in p.tags if t == "th" and a.get("scope") not in ("row", "col")], [])
    return p


def the_pages_hold_only_our_elements():
    for name, page, _ in pages():
        check_structure(page)
        bad = re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]", page)
        equal((name, bad), (name, []))
    p = check_structure(hostile_page := next(hostile()))
    text = "".join(p.text)
    equal("<script>alert(1)</script>" in text and "[U+202E]" in text and "[U+0007]" in text, True)
    equal("http://evil.example/" in text and "[a](javascript:b)" in text, True)
    for path in ("a|b`c``.txt", "<b onclick=x>.md", "LICENSE.[U+202E]gpj", "[U+200B].bin", "caf\u00e9 \U0001f600.txt"):
        equal((path, path in text), (path, True))
    equal("<i>m" in hostile_page, False)


def the_pages_are_valid():
    try:
        import html5lib
    except ImportError:
        raise Skip("python3-html5lib is not installed")
    for _, page, _ in pages():
        html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    for broken in ("<p><div></p>", "<!DOCTYPE html><title>x</title><p><details></details></p>"):
        try:
            html5lib.HTMLParser(strict=True).parse(broken)
        except html5lib.html5parser.ParseError:
            continue
        raise AssertionError("the oracle accepts anything")


def the_same_model_gives_the_same_bytes():
    with Folder({"README.md": "---\nlicense: mit\n---\n# x\n"}) as d:
        equal(written(d), written(d))
        one = run("check", d, "--html", "-")[1]
        equal(one, written(d)[0])
        equal(run("check", d, "--html", "-", "--md", "-")[0], 2)


def the_verdict_is_the_one_of_the_json():
    words = {"allow": "Allowed", "allow-with-duties": "Allowed, with duties", "ask": "Ask first",
             "cannot-tell": "Cannot tell", "deny": "Not allowed"}
    for files in ({"README.md": "---\nlicense: mit\n---\n"}, {"README.md": "---\nlicense: cc-by-nc-4.0\n---\n"}, {}):
        with Folder(files) as d:
            doc = json.loads(run("check", "--json", d, *USE)[1])
            page, text = written(d, *USE)
            word = words[doc["verdict"]["answer"]]
            equal(re.search(r'<div class="verdict \w+">\n<p><span class="st \w+"><svg[^>]*><use[^>]*/></svg>([^<]*)', page).group(1),
                  word)
            equal(f" {word}**\n" in text.split("### ")[0], True)
            for reason in doc["verdict"]["reasons"]:
                equal(html.escape(reason["text"])[1:].replace("&#x27;", "&#39;") in page, True)
                for e in reason["evidence"]:
                    equal(e["sha256"] in page and e["sha256"] in text, True)
            for f in doc["model"]["files"]:
                equal(f["sha256"] in page and f["sha256"] in text, True)


# ---- a browser -------------------------------------------------------------------------

def chromium(*args):
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        raise Skip("chromium is not installed")
    with tempfile.TemporaryDirectory(prefix="assay-chromium-") as home:
        return subprocess.run([program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                               "--hide-scrollbars", "--no-first-run", "--disable-background-networking",
                               "--disable-component-update", "--disable-extensions", "--allow-file-access-from-files",
                               "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={home}", *args],
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=280,
                              env=dict(os.environ, HOME=home)).stdout.decode(errors="replace")


def axe_source():
    found = sorted(glob.glob(os.path.join(SOURCE, ".venv", "lib", "*", "site-packages", "axe_playwright_python", "axe.min.js")))
    return open(need(found[0] if found else "/nonexistent", "no axe-core (tools/oracles)"), encoding="utf-8").read()


def judged(jobs, dark=False):
    """How wide each page (name, width, page, axe or not) becomes in a frame of that width, and what axe finds in it. A
    report has no script: it is put into a frame of a page that has, without the policy that forbids it to run there."""
    def inline(doc):
        return json.dumps(doc).replace("</", "<" + chr(92) + "/")
    bare = [{"name": name, "width": width, "axe": axe,
             "page": re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>\n', "", page)} for name, width, page, axe in jobs]
    equal([len(b["page"]) < len(j[2]) for b, j in zip(bare, jobs)], [True] * len(jobs))
    outer = f"""<!DOCTYPE html><meta charset=utf-8><body>
<script id=jobs type=application/json>{inline(bare)}</script>
<script id=axe type=application/json>{inline(axe_source())}</script>
<script>
const said = id => JSON.parse(document.getElementById(id).textContent);
const judge = async job => {{
  const f = document.createElement("iframe");
  f.style = `border:0;height:900px;width:${{job.width}}px`;
  await new Promise(done => {{ f.onload = done; f.srcdoc = job.page; document.body.append(f); }});
  const w = f.contentWindow, d = f.contentDocument;
  if (job.axe) w.eval(said("axe"));
  const r = job.axe ? await w.axe.run(d, {{resultTypes: ["violations"]}}) : {{passes: [], violations: []}};
  const out = {{name: job.name, width: job.width, wide: d.documentElement.scrollWidth, passes: r.passes.length,
    dark: w.matchMedia("(prefers-color-scheme: dark)").matches, violations: r.violations.map(v => (
      {{id: v.id, impact: v.impact, nodes: v.nodes.slice(0, 3).map(n => n.html + " " + n.failureSummary)}}))}};
  f.remove();
  return out;
}};
(async () => {{
  const all = [];
  for (const job of said("jobs")) all.push(await judge(job));
  const pre = document.createElement("pre");
  pre.id = "out";
  pre.textContent = JSON.stringify(all);
  document.body.replaceChildren(pre);
}})();
</script>"""
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "outer.html")
        with open(path, "w", encoding="utf-8") as f:
            f.write(outer)
        dom = chromium("--dump-dom", "--virtual-time-budget=120000", "--window-size=1200,1000",
                       f"--blink-settings=preferredColorScheme={0 if dark else 1}", "file://" + path)
    found = re.search(r'<pre id="out">(.*?)</pre>', dom, re.S)
    if not found:
        raise AssertionError(f"chromium gave nothing: {dom[-300:]!r}")
    return json.loads(html.unescape(found.group(1)))


def serious(r):
    return [v for v in r["violations"] if v["impact"] in ("serious", "critical")]


def axe_finds_nothing_serious():
    axe_source()
    made = pages()
    open_ones = [(name, page.replace("<details ", "<details open ")) for name, page, _ in made]
    light = [(name, 1000, page, True) for name, page in open_ones[:2]]
    light += [(name, 360, page, name == "hostile") for name, page in open_ones]
    dark = [("hostile", 1000, made[0][1], True)]
    for jobs, is_dark in ((light, False), (dark, True)):
        results = judged(jobs, is_dark)
        equal(len(results), len(jobs))
        for r, job in zip(results, jobs):
            equal((r["name"], r["width"], is_dark, serious(r)), (r["name"], r["width"], is_dark, []))
            equal((r["name"], r["passes"] > 10, r["dark"]), (r["name"], job[3], is_dark))
            equal((r["name"], r["width"], r["wide"] <= r["width"]), (r["name"], r["width"], True))


def axe_can_find_something():
    page = next(hostile()).replace('<html lang="en-GB">', "<html>").replace("--quiet: #565d66", "--quiet: #b5b5b5")
    wide = page.replace("<h1>", '<h1 style="width:500px">')
    found = judged([("pale", 1000, page, True), ("wide", 360, wide, False)])
    equal({v["id"] for v in serious(found[0])} >= {"html-has-lang", "color-contrast"}, True)
    equal(found[1]["wide"] > 360, True)


def it_prints_on_two_to_four_pages():
    if not shutil.which("pdfinfo"):
        raise Skip("poppler-utils is not installed")
    for name in REAL:
        page = real(name)[0]
        with tempfile.TemporaryDirectory() as d:
            path, pdf = os.path.join(d, "r.html"), os.path.join(d, "r.pdf")
            with open(path, "w", encoding="utf-8") as f:
                f.write(page)
            chromium("--no-pdf-header-footer", f"--print-to-pdf={pdf}", "file://" + path)
            need(pdf, "chromium printed nothing")
            info = subprocess.run(["pdfinfo", pdf], capture_output=True, text=True).stdout
            text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True).stdout
        n = int(re.search(r"Pages:\s+(\d+)", info).group(1))
        equal((name, n in (2, 3, 4)), (name, True))
        equal(re.search(r"Page size:\s+(.*)", info).group(1).startswith("59"), True)        # A4: 595 x 842 points
        equal((name, len(re.findall(rf"Page \d of {n}\b", text))), (name, n))               # at the foot of each
        equal((name, text.count(os.path.basename(name)) >= n), (name, True))                # its name at the head


# ---- Markdown --------------------------------------------------------------------------

def tokens(text):
    try:
        from markdown_it import MarkdownIt
    except ImportError:
        raise Skip("python3-markdown-it is not installed")
    flat = []
    for t in MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text):
        flat += [t, *(t.children or [])]
    return flat


def the_markdown_holds_no_html_and_whole_tables():
    for name, _, text in pages():
        kinds = [t.type for t in tokens(text)]
        wild = {k for k in kinds if k.startswith(("html", "link", "image", "em_", "s_", "fence", "code_block", "blockquote", "ordered"))}
        equal((name, wild), (name, set()))
        lines = text.split("\n")
        heads = [i for i, line in enumerate(lines) if re.fullmatch(r"\|( -{3}:? \|)+", line)]
        equal((name, kinds.count("table_open")), (name, len(heads)))
        rows = 0
        for i in heads:
            cells = lines[i].count("|")
            for line in [lines[i - 1]] + lines[i + 1:]:
                if not line.startswith("|"):
                    break
                rows += 1
                equal((name, line, len(re.findall(r"(?<!\\)(?:\\\\)*\|", line))), (name, line, cells))
        equal((name, kinds.count("tr_open")), (name, rows))
        equal((name, re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", text)), (name, []))
        equal((name, [t.content for t in tokens(text) if t.type == "text" and re.search(r"https?://|\bwww\.", t.content)
               and not re.search(r"\\:|www\\", text)]), (name, []))
    shown = [t.content for t in tokens(list(hostile())[1]) if t.type in ("text", "code_inline", "text_special")]
    equal("[U+202E]" in "".join(shown) and "<script>alert(1)</script>" in "".join(shown), True)
    equal("html_inline" in [t.type for t in tokens("a <b>")], True)


def both_say_the_same():
    """Every word of the Markdown's statements stands on the page too, and each section of it."""
    for name, page, text in pages():
        p = Page(page)
        words = set(re.findall(r"[A-Za-z]{3,}", " ".join(p.text)))
        missing = {w for w in re.findall(r"[A-Za-z]{3,}", text)} - words
        equal((name, missing - {"those", "numbers", "above", "point"}), (name, set()))
        titles = re.findall(r"(?m)^## \d+\. (.*)$", text)
        here = re.findall(r'<h2 id="[a-z-]+"><span class="no">\d+</span> ([^<]*)</h2>', page)
        equal((name, titles[:len(here)]), (name, here))


main([the_pages_hold_only_our_elements, the_pages_are_valid, the_same_model_gives_the_same_bytes,
      the_verdict_is_the_one_of_the_json, axe_finds_nothing_serious, axe_can_find_something,
      it_prints_on_two_to_four_pages, the_markdown_holds_no_html_and_whole_tables, both_say_the_same])
