#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the seed files of tests/corpus/{gguf,safetensors,zip,tar,gz,sevenzip}: small, made here, one feature each.

    python3 tests/corpus/make_seeds.py        (writes beside itself; the result is checked in)
"""
import bz2
import gzip
import io
import json
import lzma
import os
import shutil
import struct
import subprocess
import tarfile
import tempfile
import zipfile
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
U8, I8, U16, I16, U32, I32, F32, BOOL, STR, ARR, U64, I64, F64 = range(13)
FMT = {U8: "B", I8: "b", U16: "H", I16: "h", U32: "I", I32: "i", F32: "f", BOOL: "?", U64: "Q", I64: "q", F64: "d"}


def text(s):
    b = s if isinstance(s, bytes) else s.encode()
    return struct.pack("<Q", len(b)) + b


def value(kind, v):
    if kind == STR:
        return text(v)
    if kind == ARR:
        item, items = v
        return struct.pack("<IQ", item, len(items)) + b"".join(value(item, i) for i in items)
    return struct.pack("<" + FMT[kind], v)


def gguf(kvs=(), tensors=(), data=b"", version=3, align=32):
    out = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(kvs))
    for key, kind, v in kvs:
        out += text(key) + struct.pack("<I", kind) + value(kind, v)
    for name, kind, dims, offset in tensors:
        out += text(name) + struct.pack("<I", len(dims)) + struct.pack(f"<{len(dims)}Q", *dims)
        out += struct.pack("<IQ", kind, offset)
    if tensors:
        out += b"\0" * (-len(out) % align) + data
    return out


def safetensors(entries, data=b"", pad=0):
    d = json.dumps(entries, separators=(",", ":")).encode() + b" " * pad
    return struct.pack("<Q", len(d)) + d + data


def entry(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


ORIGIN = [("general.architecture", STR, "llama"), ("general.license", STR, "apache-2.0"),
          ("general.base_model.count", U32, 1), ("general.base_model.0.name", STR, "Base"),
          ("general.base_model.0.repo_url", STR, "https://huggingface.co/org/base"),
          ("general.dataset.0.name", STR, "Corpus"), ("general.datasets", ARR, (STR, ["org/a", "org/b"])),
          ("general.tags", ARR, (STR, ["text-generation"])), ("general.languages", ARR, (STR, ["en", "de"]))]
GGUF = {
    "empty": gguf(),
    "v2": gguf([("general.name", STR, "x")], version=2),
    "v1": gguf(version=1),
    "numbers": gguf([(f"n.{k}", k, 1) for k in FMT]),
    "arrays": gguf([(f"a.{k}", ARR, (k, [1, 0])) for k in FMT]),
    "nested": gguf([("k", ARR, (ARR, [(ARR, [(U8, [1, 2])]), (ARR, [])]))]),
    "vocab": gguf([("tokenizer.ggml.model", STR, "gpt2"), ("tokenizer.ggml.tokens", ARR, (STR, list("abc"))),
                   ("tokenizer.ggml.scores", ARR, (F32, [0.0, 1.0, 2.0]))]),
    "origin": gguf(ORIGIN),
    "tensor_f32": gguf((), [("w", 0, [4, 2], 0)], b"\1" * 32),
    "tensor_q4": gguf((), [("w", 2, [32, 2], 0), ("v", 12, [256], 64)], b"\1" * (64 + 144)),
    "aligned_64": gguf([("general.alignment", U32, 64)], [("w", 1, [8], 0), ("b", 24, [3], 64)], b"\1" * 67, align=64),
    "scalar": gguf((), [("s", 28, [], 0)], b"\1" * 8),
    "overlap": gguf((), [("a", 0, [16], 0), ("b", 0, [16], 32)], b"\1" * 128),
    "cut": gguf(ORIGIN)[:-3],
}
SAFETENSORS = {
    "empty": safetensors({}),
    "padded": safetensors({}, pad=6),
    "meta": safetensors({"__metadata__": {"format": "pt", "license": "mit"}}),
    "one": safetensors({"w": entry("F32", [2, 2], 0, 16)}, b"\1" * 16),
    "two": safetensors({"b": entry("BF16", [3], 4, 10), "a": entry("F32", [], 0, 4)}, b"\1" * 10),
    "bits": safetensors({"a": entry("F4", [4], 0, 2), "b": entry("F6_E2M3", [4], 2, 5)}, b"\1" * 5),
    "zero": safetensors({"a": entry("I64", [0, 7], 0, 0), "b": entry("BOOL", [1], 0, 1)}, b"\1"),
    "escape": safetensors({"caf\u00e9 \"\U0001f600": entry("U8", [1], 0, 1)}, b"\1"),
    "hole": safetensors({"a": entry("U8", [1], 1, 2)}, b"\1\1"),
    "overlap": safetensors({"a": entry("U8", [2], 0, 2), "b": entry("U8", [2], 1, 3)}, b"\1" * 3),
    "wrap": safetensors({"a": entry("U8", [2**32, 2**32], 0, 0)}),
    "index": json.dumps({"metadata": {"total_size": 5}, "weight_map": {
        "a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}).encode(),
    "index_bad": b'{"weight_map":{"a":"../x.safetensors"}}',
}



def zipped(*members, method=0, comment=b"", before=b""):
    out = io.BytesIO()
    out.write(before)
    with zipfile.ZipFile(out, "a" if before else "w") as z:
        z.comment = comment
        for name, data in members:
            z.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return out.getvalue()


def spoiled(data, *changes):
    out = bytearray(data)
    for at, new in changes:
        out[at:at + len(new)] = new
    return bytes(out)


PICKLE = b"\x80\x02((X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0000X\3\0\0\0cpuK\2tQt."
EVIL = b"cos\nsystem\n(X\2\0\0\0idtR."
TORCH = zipped(("a/data.pkl", PICKLE), ("a/data/0", b"\0" * 8), ("a/version", b"3\n"), ("a/byteorder", b"little"))
ZIP = {
    "empty": zipped(),
    "stored": zipped(("a.pkl", EVIL)),
    "deflated": zipped(("a.txt", EVIL), ("b", b"0" * 300), method=8),
    "bzip2": zipped(("a.txt", EVIL), method=12),
    "lzma": zipped(("a.txt", EVIL), method=14),
    "comment": zipped(("a", b"x"), comment=b"PK\5\6 hello"),
    "prefix": zipped(("a", b"x"), before=b"#!/bin/sh\n"),
    "nested": zipped(("in.zip", zipped(("a.pkl", EVIL), method=8)), method=8),
    "torch": TORCH,
    "encrypted": spoiled(zipped(("a", EVIL)), (6, b"\1"), (62, b"\1")),
    "names": spoiled(zipped(("a", EVIL)), (30, b"b")),
    "escape": zipped(("../a", b"x"), ("C:\\b", b"y")),
    "cut": TORCH[:200],
    "hidden": zipped(("a", EVIL))[:-22] + zipped(("b", b"N.")),
}



def tarred(fmt, *members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=fmt) as t:
        for kind, name, data in members:
            info = tarfile.TarInfo(name)
            info.type, info.size, info.linkname = kind, len(data) if kind == b"0" else 0, "" if kind == b"0" else data
            t.addfile(info, io.BytesIO(data) if kind == b"0" else None)
    full = out.getvalue()
    return full[:(len(full.rstrip(b"\0")) + 511 & ~511) + 1024]


USTAR, GNU, PAX = tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT
TAR_OF = tarred(USTAR, (b"0", "a.pkl", EVIL))
TAR = {
    "ustar": TAR_OF,
    "prefix": tarred(USTAR, (b"0", "d" * 90 + "/" + "a" * 90, b"x")),
    "gnu": tarred(GNU, (b"0", "d" * 120, EVIL), (b"2", "l", "t" * 120)),
    "pax": tarred(PAX, (b"0", "d" * 120, EVIL), (b"1", "l", "\u00e9")),
    "links": tarred(USTAR, (b"2", "l", "../x"), (b"1", "h", "/etc/passwd"), (b"6", "pipe", ""), (b"5", "../d", "")),
    "behind": TAR_OF + TAR_OF,
    "v7": spoiled(TAR_OF, (148, b"%06o\0 " % (sum(TAR_OF[:148] + b" " * 8 + TAR_OF[156:257] + TAR_OF[265:512]))), (257, b"\0" * 8)),
    "sparse": tarred(GNU, (b"S", "s", "")),
    "torch": tarred(USTAR, (b"0", "sys_info", b"}."), (b"0", "pickle", b"\x80\2I1\nQ."),
                    (b"0", "tensors", b"\x80\2K\0."), (b"0", "storages", b"\x80\2K\0.")),
}
PACKED = {
    "gz": gzip.compress(EVIL, mtime=0), "bz2": bz2.compress(EVIL), "xz": lzma.compress(EVIL), "zlib": zlib.compress(EVIL),
    "lzma": lzma.compress(EVIL, lzma.FORMAT_ALONE), "tar_gz": gzip.compress(TAR_OF, mtime=0),
    "twice": gzip.compress(gzip.compress(EVIL, mtime=0), mtime=0), "two": gzip.compress(b"N.", mtime=0) * 2,
    "tail": zlib.compress(b"N.") + EVIL, "lz4": b"\x04\x22\x4d\x18\x64\x40\xa7\0\0\0\0", "zstd": b"\x28\xb5\x2f\xfd\0",
}


def seven_zips():
    """With 7z of p7zip; what is checked in stays when this machine has none."""
    if not shutil.which("7z"):
        return {}
    made = {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "d").mkdir()
        (root / "a.pkl").write_bytes(EVIL)
        (root / "d" / "b.txt").write_bytes(b"some text " * 20)
        (root / "empty").write_bytes(b"")
        (root / "link").symlink_to("../x")
        for path in (root / "a.pkl", root / "d" / "b.txt", root / "empty", root / "d", root / "link"):
            os.utime(path, (1600000000, 1600000000), follow_symlinks=False)
        kinds = {"lzma": ["-m0=lzma:d=64k"], "lzma2": ["-m0=lzma2:d=64k"], "copy": ["-m0=copy", "-mhc=off"], "bzip2": ["-m0=bzip2"],
                 "deflate": ["-m0=deflate"], "ppmd": ["-m0=ppmd"], "x86": ["-m0=bcj", "-m1=lzma2:d=64k"],
                 "bcj2": ["-mf=bcj2", "-m0=bcj2", "-m1=lzma:d=64k", "-m2=lzma:d=64k", "-m3=lzma:d=64k", "-mb0:1", "-mb0s1:2", "-mb0s2:3"],
                 "aes": ["-psecret"], "aes_names": ["-psecret", "-mhe=on"], "loose": ["-ms=off", "-m0=lzma:d=64k"]}
        for name, options in kinds.items():
            out = root / (name + ".7z")
            subprocess.run(["7z", "a", "-snl", "-bd", *options, str(out), "a.pkl", "d", "empty", "link"], cwd=root, check=True,
                           stdout=subprocess.DEVNULL)
            made[name] = out.read_bytes()
    return made


for folder, files in (("gguf", GGUF), ("safetensors", SAFETENSORS), ("zip", ZIP), ("tar", TAR), ("gz", PACKED),
                      ("sevenzip", seven_zips())):
    (HERE / folder).mkdir(exist_ok=True)
    for name, data in files.items():
        (HERE / folder / name).write_bytes(data)
