#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write tests/golden/gguf_keys/<file>.json: what another reader (PyPI gguf) finds in real GGUF files.

    pip install gguf; python3 tests/golden/make_gguf_keys.py FILE.gguf ...

Per file: keys with type, item type and count, the value of numbers, the length and sha256 of strings;
tensors with type, dims, place and size. tests/unit/test_gguf.c compares them with what format/gguf.h finds.
"""
import hashlib
import json
import sys
from pathlib import Path

from gguf import GGUFReader, GGUFValueType

NAMES = {"UINT8": "u8", "INT8": "i8", "UINT16": "u16", "INT16": "i16", "UINT32": "u32", "INT32": "i32",
         "FLOAT32": "f32", "BOOL": "bool", "STRING": "string", "ARRAY": "array", "UINT64": "u64",
         "INT64": "i64", "FLOAT64": "f64"}


def key(field):
    types = [NAMES[t.name] for t in field.types]
    is_array = field.types[0] == GGUFValueType.ARRAY
    out = {"key": field.name, "type": types[0], "n": len(field.data) if is_array else 1}
    if is_array:
        out["item_type"] = types[-1]
    elif types[0] == "string":
        data = bytes(field.parts[field.data[0]])
        out["text_sha256"] = hashlib.sha256(data).hexdigest()
        out["n_bytes"] = len(data)
    else:
        out["value"] = repr(field.contents())
    return out


def main(paths):
    folder = Path(__file__).resolve().parent / "gguf_keys"
    folder.mkdir(exist_ok=True)
    for path in map(Path, paths):
        r = GGUFReader(path)
        fields = [f for f in r.fields.values() if not f.name.startswith("GGUF.")]
        tensors = [{"name": t.name, "type": t.tensor_type.name, "dims": [int(d) for d in t.shape],
                    "byte_from": int(t.data_offset), "n_bytes": int(t.n_bytes)} for t in r.tensors]
        doc = {"file": path.name, "alignment": int(r.alignment), "data_offset": int(r.data_offset),
               "keys": [key(f) for f in fields], "tensors": tensors}
        rows = ",\n".join(f'  "{k}": ' + ("[\n    " + ",\n    ".join(json.dumps(i) for i in v) + "]" if v else "[]")
                          if isinstance(v, list) else f'  "{k}": {json.dumps(v)}' for k, v in doc.items())
        (folder / (path.name + ".json")).write_text("{\n" + rows + "\n}\n")


main(sys.argv[1:])
