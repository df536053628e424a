# SPDX-License-Identifier: Apache-2.0
"""What the tests of the program share: run it, look at the answer, print TAP."""
import json, os, shutil, struct, subprocess, sys, tempfile, traceback

ASSAY = os.environ.get("ASSAY", "build/assay")
SOURCE = os.environ.get("ASSAY_SOURCE", ".")
SHARED = os.environ.get("ASSAY_SHARED", "../shared")
MODELS = os.environ.get("ASSAY_MODELS", "models")


class Skip(Exception):
    pass


def run(*args, cwd=None, env=None):
    """(exit status, stdout, stderr) of the program."""
    done = subprocess.run([os.path.abspath(ASSAY), *args], cwd=cwd, capture_output=True, stdin=subprocess.DEVNULL,
                          env=dict(os.environ, **(env or {})))
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def equal(got, want):
    if got != want:
        raise AssertionError(f"got {got!r}, want {want!r}")


def need(path, what):
    if not os.path.exists(path):
        raise Skip(what)
    return path


def schema_of(name):
    return json.load(open(os.path.join(SOURCE, "data", "schemas", name)))


def check_schema(doc, name):
    try:
        import jsonschema
    except ImportError:
        raise Skip("python3-jsonschema is not installed")
    jsonschema.Draft202012Validator(schema_of(name)).validate(doc)


class Folder:
    """A temporary model folder: Folder({"LICENSE": "text", "w.gguf": b"..."})."""

    def __init__(self, files):
        self.files = files

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="assay-test-")
        for name, content in self.files.items():
            path = os.path.join(self.path, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as f:
                f.write(content if isinstance(content, bytes) else content.encode())
        return self.path

    def __exit__(self, *_):
        shutil.rmtree(self.path)


def gguf(keys):
    """A GGUF v3 file without tensors that holds these string keys."""
    def string(x):
        return struct.pack("<Q", len(x.encode())) + x.encode()
    body = b"".join(string(k) + struct.pack("<I", 8) + string(v) for k, v in keys.items())
    return b"GGUF" + struct.pack("<IQQ", 3, 0, len(keys)) + body


def safetensors(meta=None):
    """A safetensors file with one tensor of one float."""
    head = {"x": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}
    if meta:
        head["__metadata__"] = meta
    raw = json.dumps(head).encode()
    return struct.pack("<Q", len(raw)) + raw + bytes(4)


def main(tests):
    failed = 0
    print(f"1..{len(tests)}")
    for i, test in enumerate(tests, 1):
        name = test.__name__
        try:
            test()
            print(f"ok {i} - {name}")
        except Skip as why:
            print(f"ok {i} - {name} # SKIP {why}")
        except Exception:
            failed += 1
            for line in traceback.format_exc().splitlines():
                print(f"# {line}")
            print(f"not ok {i} - {name}")
        sys.stdout.flush()
    sys.exit(1 if failed else 0)
