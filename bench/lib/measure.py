# SPDX-License-Identifier: Apache-2.0
"""What the measurements share: run a program once, time it, and say on what machine."""
import os, shutil, statistics, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Run:
    """One run of a program: seconds from start to end, peak memory, exit status, what it printed."""

    def __init__(self, command, cwd=None):
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as talk:
            start = time.perf_counter()
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=talk, cwd=cwd)
            _, status, usage = os.wait4(child.pid, 0)
            self.seconds = time.perf_counter() - start
            child.returncode = os.waitstatus_to_exitcode(status)
            self.status = child.returncode
            self.peak_mb = usage.ru_maxrss / 1024
            self.cpu_seconds = usage.ru_utime + usage.ru_stime
            out.seek(0)
            self.out = out.read().decode("utf-8", "replace")
            talk.seek(0)
            self.talk = talk.read().decode("utf-8", "replace")


def program():
    """The assay to measure: $ASSAY, else the release build, else the ordinary one. None: not built."""
    if os.environ.get("ASSAY"):
        return os.path.abspath(os.environ["ASSAY"])
    for folder in ("build-release", "build"):
        path = os.path.join(ROOT, folder, "assay")
        if os.access(path, os.X_OK):
            return path
    return None


def need_program():
    path = program()
    if not path:
        sys.exit("bench: no program; `./dev build` makes one")
    return path


def median(values):
    return statistics.median(values)


def interleaved(commands, times):
    """Run A B ... A B ... so that a busy moment hits all alike. One list of Runs per command."""
    runs = [[] for _ in commands]
    for command in commands:                # warm: the file cache, the page cache of the programs
        Run(command)
    for _ in range(times):
        for at, command in enumerate(commands):
            runs[at].append(Run(command))
    return runs


def machine():
    """The machine in one line: processor, cores, load; so that a busy one is seen."""
    name = "processor unknown"
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as f:
            fields = [line.split(":", 1) for line in f if ":" in line]
        info = {key.strip(): value.strip() for key, value in reversed(fields)}
        name = f"{info.get('model name', name)} (family {info.get('cpu family', '?')}, model {info.get('model', '?')})"
    except OSError:
        pass
    return f"{name}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the run"


def table(head, rows):
    """A Markdown table, columns as wide as they need."""
    cells = [head] + [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    lines = ["| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths)) + " |" for row in cells]
    lines.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return "\n".join(line.rstrip() for line in lines)


def skip(what, why):
    print(f"skipped: {what}: {why}", flush=True)


def found(name):
    return shutil.which(name)
