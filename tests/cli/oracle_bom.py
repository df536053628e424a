# SPDX-License-Identifier: Apache-2.0
"""Run by the oracles' own Python: judge documents with other people's validators.

    python oracle_bom.py FILE...     CycloneDX: the official schema of the version that the file names, strictly

Prints "FILE: complaint" for each complaint, and nothing when there is none.
"""
import functools, json, sys


@functools.cache
def validator(version):
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator
    return JsonStrictValidator(SchemaVersion.from_version(version))


def cyclonedx(text):
    found = validator(json.loads(text)["specVersion"]).validate_str(text)
    return [] if found is None else [str(found)[:2000]]


for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as f:
        for complaint in cyclonedx(f.read()):
            print(path + ":", complaint.replace("\n", " "))
