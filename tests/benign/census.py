#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The imports of 2,048 real model files, written again as pickles and scanned: no honest file may be called UNSAFE.

    census.py            prints TAP; ASSAY names the program, ASSAY_SHARED the folder with data/scan/pickleball

The table tells what each file imports, and nothing more. So each row is written by Python's own pickler from objects of
stand-ins for these classes and functions, each as its library has it pickled (a call, an object and its state, an id of a
storage), and stands in an archive as torch.save makes it.
"""
import collections, importlib, io, json, os, pickle, subprocess, sys, tempfile, types, zipfile

ASSAY = os.environ.get("ASSAY", "build/assay")
SHARED = os.environ.get("ASSAY_SHARED", "../shared")
TABLE = os.path.join(SHARED, "data", "scan", "pickleball", "surveys", "traced_models.csv")
CLEAN_AT_LEAST = 0.97

# Why these are for a person to look at. What is met and stands in no line fails the test, and so does a line that is not met.
REVIEWED = {
    "__main__": "a class of the script that trained the model: nobody but its author knows it",
    "__torch__": "a class whose code stands as TorchScript in the same file",
    "TTS": "classes of an application, not read for the list",
    "flair": "classes of an application, not read for the list",
    "simpletransformers": "classes of an application, not read for the list",
    "yolov5": "classes of an application; a repository often brings its own under these names",
    "pyannote": "classes of an application, not read for the list",
    "transformers.deepspeed": "a class that stands between two libraries, not read for the list",
}


def rows():
    """(repository, file, [(module, name), ...]): three fields a file behind repository and tags, some at the end missing."""
    for line in open(TABLE, encoding="utf-8", newline=""):
        fields = line.rstrip("\r\n").split("|")
        for i in range(2, len(fields), 3):
            lines = [text.split(" ") for text in ",".join(fields[i + 1:i + 2]).split(",") if text]
            assert all(len(x) == 4 and (x[0], x[2]) == ("from", "import") for x in lines), lines
            if lines:
                yield fields[0], fields[i], [(x[1], x[3]) for x in lines]


class Storage:
    """Stands for tensor bytes outside of the stream."""

    def __init__(self, kind, key):
        self.kind, self.key = kind, key

    def raw(self):
        name = self.kind.__name__
        return bytes(4 * next((n for part, n in WIDE.items() if name.startswith(part)), 1))


class Call:
    """What REDUCE writes, with state for BUILD or without."""

    def __init__(self, *reduced):
        self.reduced = reduced


class Writer(pickle.Pickler):
    def persistent_id(self, obj):
        return ("storage", obj.kind, obj.key, "cpu", 4) if isinstance(obj, Storage) else None

    def reducer_override(self, obj):
        return obj.reduced if isinstance(obj, Call) else NotImplemented


REAL = ("collections", "_codecs", "argparse", "typing")
WIDE = {"Float": 4, "Long": 8, "Half": 2, "BFloat16": 2, "Int": 4, "Double": 8}
CALLED = {"device": ("cpu",), "Size": ((2, 2),), "encode": ("\xff\0", "latin1"), "defaultdict": (None,),
          "OrderedDict": (), "IterableSimpleNamespace": ()}
ENUMS = ("SchedulerType", "IntervalStrategy", "HubStrategy", "OptimizerNames", "EvaluationStrategy", "FSDPOption",
         "DistributedType", "Problem", "Resolution")
VALUES = ("float32", "float8_e4m3fn", "Any")


def stand_in(module, name):
    """The class or function of that name; made when its module is not Python's own."""
    parts = module.split(".")
    for above in (".".join(parts[:n + 1]) for n in range(len(parts))):
        if above not in sys.modules:
            sys.modules[above] = importlib.import_module(above) if parts[0] in REAL else types.ModuleType(above)
    there = sys.modules[module]
    if not hasattr(there, name):
        made = type(name, (str,) if name == "TorchVersion" else (), {"__module__": module})
        if name.startswith("_") and not name.startswith("___"):
            made = eval("lambda *_: None")
            made.__module__, made.__name__, made.__qualname__ = module, name, name
        setattr(there, name, made)
    return getattr(there, name)


class File:
    """The objects of one file: each import is used once, in the way of its library."""

    def __init__(self, imports):
        self.has = set(imports)
        self.storages = []
        self.objects = {f"{module}.{name}": self.make(module, name) for module, name in imports}

    def kind(self):
        kinds = [x for x in sorted(self.has) if x[0] == "torch" and x[1].endswith("Storage")] or \
                [x for x in sorted(self.has) if x[1] == "UntypedStorage"]
        return stand_in(*kinds[0]) if kinds else None

    def storage(self, kind):
        self.storages.append(Storage(kind, str(len(self.storages))))
        return self.storages[-1]

    def tensor(self, module, name):
        kind = self.kind()
        assert kind, "a tensor, and no storage is imported"
        hooks = collections.OrderedDict() if ("collections", "OrderedDict") in self.has else None
        more = (stand_in("torch", "float8_e4m3fn"),) if name.endswith("v3") else ()
        return Call(stand_in(module, name), (self.storage(kind), 0, (2, 2), (2, 1), False, hooks, *more))

    def array(self, module, name):
        dtype = Call(stand_in("numpy", "dtype"), ("f4", False, True), (3, "<", None, None, None, -1, -1, 0))
        raw = Call(stand_in("_codecs", "encode"), ("\0\0\x80?", "latin1"))
        if name == "scalar":
            return Call(stand_in(module, name), (dtype, raw))
        return Call(stand_in(module, name), (stand_in("numpy", "ndarray"), (0,), raw), (1, (1,), dtype, False, raw))

    def make(self, module, name):
        found = stand_in(module, name)
        if name.endswith("Storage"):
            return self.storage(found)
        if name.startswith("_rebuild_tensor"):
            return self.tensor(module, name)
        if name == "_rebuild_parameter":
            return Call(found, (self.tensor("torch._utils", "_rebuild_tensor_v2"), True, collections.OrderedDict()))
        if name == "_rebuild_from_type_v2":
            tensor = self.tensor("torch._utils", "_rebuild_tensor_v2")
            return Call(found, (tensor.reduced[0], stand_in("torch", "Tensor"), tensor.reduced[1], {"x": 1}))
        if name in ("_reconstruct", "scalar"):
            return self.array(module, name)
        if (module, name) == ("numpy", "dtype"):
            return Call(found, ("f4", False, True), (3, "<", None, None, None, -1, -1, 0))
        if name in CALLED:
            return Call(found, CALLED[name], *([{"task": "detect"}] if name == "IterableSimpleNamespace" else []))
        if name in ENUMS:
            return Call(found, ("linear",))
        if name in VALUES or (module, name) in (("numpy", "ndarray"), ("torch", "Tensor")):
            return found
        one = found("1.13.1") if name == "TorchVersion" else found()
        one.__dict__.update(training=True, seed=1, note="x")
        return one

    def archive(self, stem):
        stream, packed = io.BytesIO(), io.BytesIO()
        Writer(stream, 2).dump(self.objects)
        with zipfile.ZipFile(packed, "w") as z:
            z.writestr(f"{stem}/data.pkl", stream.getvalue())
            for storage in self.storages:
                z.writestr(f"{stem}/data/{storage.key}", storage.raw())
            z.writestr(f"{stem}/version", "3\n")
        return packed.getvalue(), stream.getvalue()


def imported(stream):
    """What the stream names, by a reading of its own: the test of the test."""
    import pickletools
    return {tuple(arg.split(" ")) for op, arg, _ in pickletools.genops(stream) if op.name == "GLOBAL"}


def reason(what):
    name = what.rsplit(" ", 1)[-1]
    return next((key for key in REVIEWED if name == key or name.startswith(key + ".")), name)


def main():
    if not os.path.exists(TABLE):
        print("1..1\nok 1 - census # SKIP the shared data is not there")
        return 0
    with tempfile.TemporaryDirectory(prefix="assay-census-") as folder:
        lost = []
        for i, (_, name, imports) in enumerate(rows()):
            packed, stream = File(imports).archive("archive")
            if set(imports) - imported(stream):
                lost.append((name, set(imports) - imported(stream)))
            with open(os.path.join(folder, f"{i:04}.bin"), "wb") as f:
                f.write(packed)
        run = subprocess.run([ASSAY, "scan", "--json", folder], capture_output=True, stdin=subprocess.DEVNULL)
        files = json.loads(run.stdout)["files"]
    verdicts = collections.Counter(f["verdict"] for f in files)
    unsafe = [x["what"] for f in files for x in f["findings"] if f["verdict"] not in ("CLEAN", "REVIEW")]
    named = collections.Counter((x["rule"], x["what"]) for f in files for x in f["findings"])
    met = {reason(what) for _, what in named}
    share = verdicts["CLEAN"] / len(files)
    print(f"# {len(files)} files, {dict(verdicts)}, {100 * share:.2f} % CLEAN")
    for (rule, what), n in sorted(named.items()):
        print(f"# {n} x {rule}: {what}: {REVIEWED.get(reason(what), 'no reason is written down')}")
    checks = [("every import stands in the stream written for it", not lost),
              ("2,048 files", len(files) == 2048), ("none is UNSAFE, none INCOMPLETE", not unsafe),
              (f"at least {CLEAN_AT_LEAST:.0%} are CLEAN", share >= CLEAN_AT_LEAST),
              ("what is for review has its reason", met == set(REVIEWED))]
    print(f"1..{len(checks)}")
    for x in lost[:5] + unsafe[:5] + sorted(met ^ set(REVIEWED)):
        print(f"# {x}")
    for i, (text, holds) in enumerate(checks, 1):
        print(f"{'ok' if holds else 'not ok'} {i} - {text}")
    return 0 if all(holds for _, holds in checks) else 1


sys.exit(main())
