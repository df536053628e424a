# SPDX-License-Identifier: Apache-2.0
"""assay openness: the published results, a rule of our own beside it, the lists, the schema, exits, the screen."""
import glob, json, os, re, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tap import *

MOT = SHARED + "/data/mot"
HEAD = "framework: {name: 'Model Openness Framework', version: '1.0', date: '2024-12-15'}\n"


def yaml():
    try:
        import yaml as module
    except ImportError:
        raise Skip("python3-yaml is not installed")
    return module


def listings():
    need(MOT, "no shared listings")
    return sorted(glob.glob(MOT + "/models/*.yml")) + sorted(glob.glob(MOT + "/Test_Data/*.yml"))


def answer(*files):
    status, out, err = run("openness", "--json", *files)
    equal(err, "")
    return status, json.loads(out)


# ---- the rule again, from the framework's own lists --------------------------------------------------------

OPEN_DATA = """CC0-1.0 CC-BY-1.0 CC-BY-2.0 CC-BY-2.5 CC-BY-2.5-AU CC-BY-3.0 CC-BY-3.0-AT CC-BY-3.0-AU CC-BY-3.0-DE
    CC-BY-3.0-IGO CC-BY-3.0-NL CC-BY-3.0-US CC-BY-4.0 CC-BY-SA-1.0 CC-BY-SA-2.0 CC-BY-SA-2.0-UK CC-BY-SA-2.1-JP
    CC-BY-SA-2.5 CC-BY-SA-3.0 CC-BY-SA-3.0-AT CC-BY-SA-4.0 CDLA-Permissive-1.0 CDLA-Permissive-2.0 CDLA-Sharing-1.0
    ODC-PDDL-1.0 ODC-By-1.0 ODbL-1.0 GFDL-1.3 OGL-Canada-2.0 OGL-UK-2.0 OGL-UK-3.0""".split()


def lists():
    """{id: (open, content types)}; the second list wins."""
    known = {}
    for name in ("licenses.json", "mof-licenses.json"):
        for item in json.load(open(f"{MOT}/{name}"))["licenses"]:
            types = item.get("ContentType", [])
            known[item["licenseId"]] = (bool(item.get("isOsiApproved") or item.get("isFsfLibre")),
                                        [types] if isinstance(types, str) else types)
    for ident in OPEN_DATA + ["OpenMDW-1.0"]:
        known[ident] = (True, known.get(ident, (True, []))[1])
    return known


class Rule:
    """Sets and slices, where the program counts."""

    def __init__(self):
        self.known = lists()
        settings = yaml().safe_load(open(MOT + "/mof.settings.yml"))["components"]
        self.parts = {part["name"]: part for part in settings}

    def status(self, release, component):
        part = self.parts[component["name"]]
        license = component.get("license")
        if license is None:
            given = release.get("license") or {}
            license = ((given.get(part["content_type"]) or {}).get("name")
                       or (given.get("distribution") or {}).get("name"))
        if license in (None, "", "unlicensed"):
            return "unlicensed", license
        return ("included" if self.known.get(license, (False, []))[0] else "invalid"), license

    def judge(self, path):
        release = yaml().safe_load(open(path))["release"]
        found = {c["name"]: self.status(release, c) for c in release["components"]}
        included = {name for name, (state, _) in found.items() if state == "included"}
        needs = {k: [n for n, p in self.parts.items() if p["required"] and p["class"] >= k] for k in (1, 2, 3)}
        swap = "Technical report" not in included and "Research paper" in included
        if swap:
            needs = {k: [n for n in v if n != "Technical report"] + (["Research paper"] if k > 1 else [])
                     for k, v in needs.items()}
        progress, level = {1: 0, 2: 0, 3: 0}, 0
        for k in (3, 2, 1):
            have = len(included & set(needs[k]))
            progress[k] = min(have / len(needs[k]) * 100, 100)
            if have < len(needs[k]):
                break
            level = k
        return found, progress, level


def the_published_results_are_met():
    raw = open(need(MOT + "/Test_Data/expected_results.json", "no published results")).read()
    want = {m["release"]["name"]: m["classification"]
            for m in json.loads(re.sub(r",(\s*[\]}])", r"\1", raw))["models"]}
    files = sorted(glob.glob(MOT + "/Test_Data/*.yml"))
    _, doc = answer(*files)
    equal(len(files), len(want))
    for f in doc["files"]:
        expected = want.pop(f["release"]["name"])
        equal(f["mot"]["class"], expected["class"])
        equal(f["mot"]["label"], expected["label"])
        for k in "123":
            if abs(f["mot"]["progress"][k] - expected["progress"][k]) > 1e-6:
                raise AssertionError(f"{f['path']}: class {k} at {f['mot']['progress'][k]}")
    equal(want, {})


def every_listing_is_judged_like_the_rule_written_again():
    files, rule = listings(), Rule()
    _, doc = answer(*files)
    check_schema(doc, "assay.openness-1.json")
    equal(len(doc["files"]) >= 134, True)
    for path, f in zip(files, doc["files"]):
        found, progress, level = rule.judge(path)
        equal((path, f["mot"]["class"]), (path, level))
        equal((path, f["mot"]["progress"]), (path, {str(k): v for k, v in progress.items()}))
        for c in f["components"]:
            state, license = found.get(c["name"], ("missing", None))
            equal((path, c["name"], c["state"]), (path, c["name"], state))
            equal(c["license"], license if state in ("included", "invalid") else None)
            part = rule.parts[c["name"]]
            equal((c["type"], c["class"], c["required"]), (part["content_type"], part["class"], part["required"]))
            is_open, types = rule.known.get(license, (False, []))
            equal((c["open"], c["type_appropriate"]), (is_open, part["content_type"] in types))
        gaps = {g["name"] for g in f["next"]["gaps"]} if f["next"] else set()
        equal(gaps & {c["name"] for c in f["components"] if c["state"] == "included"}, set())
        equal(bool(gaps), level != 1)


def mending_every_gap_gives_the_next_class():
    """What `next` lists is enough: publish just these parts, and the class is reached."""
    for path in listings()[::9]:
        release = yaml().safe_load(open(path))["release"]
        _, doc = answer(path)
        if not doc["files"][0]["next"]:
            continue
        names = {g["name"] for g in doc["files"][0]["next"]["gaps"]}
        release["components"] = [c for c in release["components"] if c["name"] not in names] + \
            [{"name": n, "license": "OpenMDW-1.0"} for n in names]
        with Folder({"x.yml": yaml().safe_dump({"release": release})}) as d:
            _, again = answer(d + "/x.yml")
        reached = again["mot"]["class"]
        equal(1 <= reached <= doc["files"][0]["next"]["class"], True)


def the_lists_are_those_of_the_framework():
    need(MOT, "no shared listings")
    data = yaml().safe_load(open(SOURCE + "/data/mof.yaml"))["licenses"]
    ours = {x["id"]: (bool(x.get("open")), x.get("for", [])) for x in data}
    theirs = lists()
    equal(set(ours) ^ set(theirs), set())
    wrong = [k for k in ours if ours[k][0] != theirs[k][0] or set(ours[k][1]) != set(theirs[k][1])]
    equal(wrong, [])


def one_file_has_its_class_at_the_top():
    path = need(MOT + "/models/Amber.yml", "no shared listings")
    status, doc = answer(path)
    check_schema(doc, "assay.openness-1.json")
    equal(doc["mot"], doc["files"][0]["mot"])
    equal((status, doc["mot"]["class"]), (0, 1))
    equal(len(doc["files"][0]["components"]), 17)
    status, both = answer(path, path)
    equal("mot" in both, False)


def nothing_is_mended():
    text = HEAD + "release:\n  name: x\n  producer: p\n  license:\n    distribution: {name: %s}\n  components:\n" + \
        "".join(f"  - {{name: {n}}}\n" for n in ("Model architecture", "Model parameters (Final)", "Technical report",
                                                "Evaluation results", "Model card", "Data card"))
    with Folder({"x.yml": text % "Apache-2.0", "y/x.yml": text % "Apache 2.0"}) as d:
        equal(answer(d + "/x.yml")[1]["mot"]["class"], 3)
        status, doc = answer(d + "/y/x.yml")
        equal((status, doc["mot"]["class"]), (1, 0))
        findings = [f for f in doc["files"][0]["findings"] if f["rule"] == "unknown-license"]
        equal([(f["line"], f["suggest"]) for f in findings], [(6, "Apache-2.0")])
        status, _, _ = run("openness", d + "/x.yml", d + "/y/x.yml")
        equal(status, 1)


def the_screen_is_eighty_columns_wide():
    for path in listings():
        for option in ((), ("-v",)):
            status, out, err = run("openness", *option, path)
            equal(err, "")
            lines = out.splitlines()
            wide = [line for line in lines if len(line) > 80 and line != path and " " in line.strip()]
            equal((path, wide), (path, []))
            equal(status, 1 if "Unclassified" in lines else 0)
    status, out, _ = run("openness", MOT + "/models/Qwen1.5-MoE-A2.7B.yml")
    order = [out.index(word) for word in ("Unclassified", "Why not class III", "What is wrong in the listing")]
    equal(order, sorted(order))


def what_the_program_writes_fits_the_schema_of_the_framework():
    """tests/unit/test_mot_file.c holds the writer to this file."""
    doc = yaml().safe_load(open(SOURCE + "/tests/golden/mot/written.yml", encoding="utf-8"))
    try:
        import jsonschema
    except ImportError:
        raise Skip("python3-jsonschema is not installed")
    schema = json.load(open(need(MOT + "/mof_schema.json", "no schema of the framework")))
    jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker()).validate(doc)
    release = doc["release"]
    equal((release["name"], release["version"], release["producer"]), ('it\'s "M"', "1.0", "模型\n\x7f"))
    equal([c["name"] for c in release["components"]].count("Model card"), 1)
    equal(release["components"][1], {"name": "Model parameters (Final)", "license": "unlicensed",
                                     "component_path": "no: #x"})
    broken = dict(doc, release=dict(release, date=20260203))
    equal(jsonschema.Draft7Validator(schema).is_valid(broken), False)


def malformed_files_name_their_line():
    with Folder({"x.yml": HEAD + "release:\n  name: [\n", "y.yml": HEAD + "release:\n  license: MIT\n",
                 "z.yml": b"\xff\xfe", "empty.yml": ""}) as d:
        for name, line in (("x.yml", 4), ("y.yml", 3), ("z.yml", 1), ("empty.yml", 1)):
            status, out, err = run("openness", d + "/" + name)
            equal((status, out), (3, ""))
            equal(f"{d}/{name}: line {line}: " in err, True)
        status, out, err = run("openness", "--json", d)
        equal((status, out), (2, ""))
        equal("assay check" in err, True)
        equal(run("openness", d + "/none.yml")[0], 4)
    equal(run("openness")[0], 2)
    with Folder({"big.yml": "#" * (1 << 20) + "\n"}) as d:
        equal(run("openness", d + "/big.yml")[0], 9)


def hostile_text_reaches_no_terminal():
    text = HEAD + 'release:\n  name: "a\\e[31m"\n  producer: "\\u202e"\n  license: {}\n  components:\n' + \
        '  - {name: "x\\e[2J", license: "y\\a"}\n'
    with Folder({"x.yml": text}) as d:
        for option in ("-v", "--json"):
            _, out, err = run("openness", option, d + "/x.yml")
            equal(any(c in out + err for c in "\x1b\x07\u202e") and option == "-v", False)
            equal("\x1b" in out + err, False)


main([the_published_results_are_met, every_listing_is_judged_like_the_rule_written_again,
      mending_every_gap_gives_the_next_class, the_lists_are_those_of_the_framework, one_file_has_its_class_at_the_top,
      nothing_is_mended, the_screen_is_eighty_columns_wide,
      what_the_program_writes_fits_the_schema_of_the_framework, malformed_files_name_their_line,
      hostile_text_reaches_no_terminal])
