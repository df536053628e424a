# SPDX-License-Identifier: Apache-2.0
"""What the checks share: the files of the project, and C with its comments blanked out."""
import os, re, subprocess, sys

SOURCE = (".c", ".h")
# Folders whose files are data, made by others or by a program.
DATA = ("data/", "tests/corpus/", "tests/golden/")

FLOORS = (
    ("base",),
    ("format", "tensor", "text", "net", "db"),
    ("claim", "engine", "store"),
    ("license", "openness", "scan"),
    ("llm", "hub"),
    ("passport", "know", "eval", "tune"),
    ("serve",),
    ("cli",),
)
FLOOR_OF = {name: i for i, names in enumerate(FLOORS) for name in names}
FREE = ("tests", "bench", "tools")          # these may include anything


def root():
    """The tree to check: the first argument, else the project."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else here


def files(top):
    """Paths below top, with '/', sorted: what git knows or would add; without git, what is there."""
    found = None
    if os.path.exists(os.path.join(top, ".git")):
        run = subprocess.run(["git", "-c", "safe.directory=*", "-C", top, "ls-files", "-z", "-co",
                              "--exclude-standard"], capture_output=True)
        if run.returncode == 0:
            found = [os.fsdecode(p) for p in run.stdout.split(b"\0") if p]
    if found is None:
        found = []
        for folder, names, leaves in os.walk(top):
            at_top = folder == top
            names[:] = [n for n in names if n not in (".git", ".venv", "__pycache__")
                        and not (at_top and (n.startswith("build") or n == "models"))]
            found += [os.path.relpath(os.path.join(folder, leaf), top) for leaf in leaves]
    return sorted({p.replace(os.sep, "/") for p in found if os.path.isfile(os.path.join(top, p))})


def read(top, path):
    with open(os.path.join(top, path), "rb") as f:
        return f.read()


def text(top, path):
    return read(top, path).decode("utf-8", "replace")


def is_data(path):
    return path.startswith(DATA)


TOKEN = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.S)


def bare(source):
    """The code of C source: comments, strings and characters blanked, lines kept."""
    return TOKEN.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), source)


def line_of(source, at):
    return source.count("\n", 0, at) + 1


def close(name, complaints):
    """Print the complaints, end the program."""
    for line in complaints:
        print(line)
    if complaints:
        print(f"{name}: {len(complaints)} found")
    sys.exit(1 if complaints else 0)
