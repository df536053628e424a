#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`assay check` of one model file beside what the machine can do.

    bench/check.py [--size-mb N]

The file: models/smollm2 when `./dev models` brought it, else a GGUF made here. Five commands in turn
(A B C D E A B ...), nine times after one warm round, so that all see the same machine:

    assay check --json --no-hash     what the file says, no digest
    assay check --json               the same with the digest of every file
    openssl dgst -sha256             the peer: the digest alone
    dd of=/dev/null                  the limit: the file through read(2), from the page cache
    openssl version                  starting a program that does nothing

The aim: --no-hash under 50 ms for 100 MB; with hashing within 1.10 x of openssl.
"""
import argparse, glob, os, re, struct, sys, tempfile
from lib import measure


def gguf(path, size):
    """A small but whole GGUF v3: a few keys, one F32 tensor that fills the size."""
    def text(s):
        return struct.pack("<Q", len(s)) + s.encode()

    keys = {"general.architecture": "llama", "general.name": "bench", "general.license": "apache-2.0"}
    n = max(size // 4, 32)
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, len(keys))
    for key, value in keys.items():
        head += text(key) + struct.pack("<I", 8) + text(value)
    head += text("token_embd.weight") + struct.pack("<IQIQ", 1, n, 0, 0)
    head += bytes(-len(head) % 32)
    block = os.urandom(1 << 20)
    with open(path, "wb") as f:
        f.write(head)
        left = n * 4
        while left:
            left -= f.write(block[:min(left, len(block))])


def model_file(folder, size_mb):
    """The file to check, alone in its folder but for its card."""
    real = sorted(glob.glob(os.path.join(measure.ROOT, "models", "smollm2", "*.gguf")))
    if real and not size_mb:
        return real[0], "the real " + os.path.basename(real[0])
    path = os.path.join(folder, "bench.gguf")
    gguf(path, (size_mb or 100) * 1000000)
    return path, "a GGUF made here"


def openssl_speed():
    """SHA-256 over 16 KB blocks, MB/s, as openssl measures itself; None when it cannot."""
    run = measure.Run(["openssl", "speed", "-seconds", "2", "-bytes", "16384", "-evp", "sha256"])
    m = re.findall(r"^sha256\s+([\d.]+)k", run.out, re.M | re.I)
    return float(m[-1]) / 1000 if m else None


def cell(runs, size):
    wall = measure.median([r.seconds for r in runs])
    return [f"{wall * 1e3:.1f}", f"{min(r.seconds for r in runs) * 1e3:.1f}",
            f"{measure.median([r.cpu_seconds for r in runs]) * 1e3:.1f}", f"{size / 1e6 / wall:.0f}",
            f"{max(r.peak_mb for r in runs):.0f}"]


def report(program, path, what):
    size = os.path.getsize(path)
    peer = measure.found("openssl")
    commands = [("assay check --no-hash", [program, "check", "--json", "--no-hash", path]),
                ("assay check", [program, "check", "--json", path]),
                ("dd of=/dev/null (limit: reading)", ["dd", "if=" + path, "of=/dev/null", "bs=1M", "status=none"])]
    if peer:
        commands += [("openssl dgst -sha256 (peer)", [peer, "dgst", "-sha256", path]),
                     ("openssl version (a start)", [peer, "version"])]
    else:
        measure.skip("openssl", "not installed")
    runs = dict(zip([name for name, _ in commands], measure.interleaved([c for _, c in commands], 9)))
    if any(r.status not in (0, 1) for r in runs["assay check"] + runs["assay check --no-hash"]):
        sys.exit(f"bench: assay check failed: {runs['assay check'][0].talk.strip()}")
    print(f"{what}, {size / 1e6:.1f} MB; median of 9, in turn\n")
    print(measure.table(["command", "wall ms", "best ms", "CPU ms", "MB/s", "peak MB"],
                        [[name, *cell(r, size)] for name, r in runs.items()]))
    plain = measure.median([r.seconds for r in runs["assay check --no-hash"]])
    print(f"\nwithout hashing: {plain * 1e3:.1f} ms (aim: under 50)")
    if peer:
        a, b = runs["assay check"], runs["openssl dgst -sha256 (peer)"]
        wall = measure.median([r.seconds for r in a]) / measure.median([r.seconds for r in b])
        cpu = measure.median([r.cpu_seconds for r in a]) / measure.median([r.cpu_seconds for r in b])
        pairs = measure.median([x.seconds / y.seconds for x, y in zip(a, b)])
        print(f"with hashing against openssl: {wall:.3f} x of the medians, {pairs:.3f} x as median of the pairs, "
              f"{cpu:.3f} x of the CPU time (aim: 1.10 at most)")
        speed = openssl_speed()
        if speed:
            print(f"limit: SHA-256 of this machine by `openssl speed`, 16 KB blocks: {speed:.0f} MB/s, "
                  f"{size / 1e3 / speed:.1f} ms for this file")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size-mb", type=int, default=0, help="make a file of this size instead of the real one")
    args = parser.parse_args()
    program = measure.need_program()
    print(measure.machine())
    if measure.Run([program, "help", "check"]).status:
        measure.skip("check", "this program has no verb check")
        return
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
        report(program, *model_file(folder, args.size_mb))


main()
