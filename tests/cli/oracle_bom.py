# SPDX-License-Identifier: Apache-2.0
"""Run by the oracles' own Python: judge documents with other people's readers and validators.

    python oracle_bom.py FILE...

CycloneDX: the official schema of the version that the file names, strictly. SPDX: read into the model of
the specification, which refuses what a class does not have; every id that is used must be there; what
the reader writes again must say the same. Prints "FILE: complaint" for each, and nothing when there is none.
"""
import functools, io, json, pathlib, sys, warnings


@functools.cache
def validator(version):
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator
    return JsonStrictValidator(SchemaVersion.from_version(version))


def cyclonedx(doc, text):
    found = validator(doc["specVersion"]).validate_str(text)
    return [] if found is None else [str(found)[:2000]]


def same(value):
    """A JSON value without what may differ between two writers: the order of keys, of elements and of lists."""
    if isinstance(value, dict):
        return sorted((k, same(v)) for k, v in value.items() if k != "@id")
    return sorted((same(v) for v in value), key=repr) if isinstance(value, list) else value


def elements(doc):
    """By id, without the creation info, whose place in the document is the writer's choice."""
    return {x["spdxId"]: same({k: v for k, v in x.items() if k != "creationInfo"}) for x in doc["@graph"] if "spdxId" in x}


def spdx(doc, path):
    import spdx_python_model
    warnings.simplefilter("error")
    try:
        model, objects = spdx_python_model.load(pathlib.Path(path))
        again = io.BytesIO()
        model.JSONLDSerializer().write(objects, again)
    except Exception as e:
        return [f"{type(e).__name__}: {e}"[:2000]]
    found = [f"the id {x} is used and not there" for x in objects.missing_ids]
    want, got = elements(doc), elements(json.loads(again.getvalue()))
    return found + [f"{x}: {want.get(x)} is read as {got.get(x)}" for x in sorted({*want, *got}) if want.get(x) != got.get(x)]


for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as f:
        text = f.read()
    doc = json.loads(text)
    for complaint in spdx(doc, path) if "@graph" in doc else cyclonedx(doc, text):
        print(path + ":", complaint.replace("\n", " "))
