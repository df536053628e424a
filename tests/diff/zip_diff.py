#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every member that another reader gets out of an archive must be one that we saw, or the archive is called odd.

    zip_diff.py MEMBERS-PROGRAM N-ARCHIVES [SEED]             prints TAP

Archives are made here and mutated. The oracles are Python's zipfile and tarfile, and a reader of ZIP that goes about
it as miniz does, which torch uses: offsets as they stand, no look at checksums, flags or local names. Checksums of tar
headers are mended after most mutations, or nobody would read on.
"""
import base64, io, random, struct, subprocess, sys, tarfile, warnings, zipfile, zlib

PROGRAM = sys.argv[1]
N = int(sys.argv[2])
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 20261125
BATCH = 2000
WORDS = (0, 1, 2, 3, 4, 8, 9, 12, 14, 22, 30, 46, 0x20, 0x40, 0x800, 0xffff)
LONGS = (0, 1, 4, 22, 30, 46, 100, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff)


# ---- archives ----------------------------------------------------------------------------

def data_of(rng):
    return rng.choice((b"", b"N.", b"cos\nsystem\n.", b"0" * 300, bytes(rng.randrange(256) for _ in range(rng.randrange(80)))))


def name_of(rng):
    return rng.choice(("a", "b", "archive/data.pkl", "archive/data/0", "x/y.txt", "a" * 40, "\u00e9", "dir/"))


class Unseekable(io.RawIOBase):
    """Makes zipfile write data descriptors."""

    def __init__(self):
        self.out = bytearray()

    def writable(self): return True

    def write(self, b):
        self.out += bytes(b)
        return len(b)


def make_zip(rng, honest=False):
    stream = rng.random() < 0.3
    out = Unseekable() if stream else io.BytesIO()
    if not stream and not honest and rng.random() < 0.15:
        out.write(b"#!prefix\n" * rng.randrange(1, 4))
    with zipfile.ZipFile(out, "w" if not out or stream or not out.getvalue() else "a") as z:
        for i in range(rng.randrange(4)):
            info = zipfile.ZipInfo(f"{i}{name_of(rng)}" if honest else name_of(rng))
            info.compress_type = rng.choice((0, 0, 0, 8, 8, 12, 14))
            if not honest and rng.random() < 0.2:
                info.extra = rng.choice((b"FB\4\0ZZZZ", b"\1\0\0\0", b"up\6\0\1crc_a", b"\x99\x99\1\0x"))
            with z.open(info, "w", force_zip64=rng.random() < 0.2) as f:
                f.write(data_of(rng))
        if rng.random() < 0.2:
            z.comment = b"hello" if honest else rng.choice((b"hello", b"PK\5\6" + b"\0" * 18, b"PK\3\4", b"PK\5\6 and more"))
    return bytes(out.out) if stream else out.getvalue()


def make_tar(rng, honest=False):
    out = io.BytesIO()
    fmt = rng.choice((tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT))
    with tarfile.open(fileobj=out, mode="w", format=fmt) as t:
        for _ in range(rng.randrange(4)):
            data = data_of(rng)
            info = tarfile.TarInfo(name_of(rng) * rng.choice((1, 1, 1, 4) if fmt != tarfile.USTAR_FORMAT else (1,)))
            info.type = rng.choice((b"0", b"0", b"0", b"0", b"5", b"1", b"2", b"7"))
            if info.type in b"12":
                info.linkname = name_of(rng) * rng.choice((1, 5) if fmt != tarfile.USTAR_FORMAT else (1,))
            info.size = len(data) if info.type in (b"0", b"7") else 0
            if fmt == tarfile.PAX_FORMAT and not honest and rng.random() < 0.2:
                info.pax_headers = {rng.choice(("size", "path", "comment", "linkpath")): rng.choice(("5", "600", "z"))}
            t.addfile(info, io.BytesIO(data))
    end = out.getvalue()
    return end if honest else end[:rng.choice((len(end), len(end.rstrip(b"\0")) + 511 & ~511, len(end.rstrip(b"\0")) + 1024 & ~511))]


# ---- mutations ---------------------------------------------------------------------------

def places(s, marks):
    return [i for mark in marks for i in range(len(s)) if s.startswith(mark, i)]


def mutate_zip(rng, s, pool):
    found = places(s, (b"PK\1\2", b"PK\3\4", b"PK\5\6", b"PK\6\6", b"PK\6\7", b"PK\7\x08"))
    how = rng.randrange(10)
    at = rng.choice(found) + rng.randrange(4, 56) if found and how < 6 else rng.randrange(len(s) + 1)
    if how < 2:
        s[at:at + 2] = struct.pack("<H", rng.choice(WORDS))
    elif how < 4:
        s[at:at + 4] = struct.pack("<I", rng.choice(LONGS + (len(s), at, rng.choice(found) if found else 0)))
    elif how == 4 and at < len(s):
        s[at] ^= 1 << rng.randrange(8)
    elif how == 5 and at + 4 <= len(s):
        v = struct.unpack_from("<I", s, at)[0]
        struct.pack_into("<I", s, at, (v + rng.choice((-46, -22, -4, -1, 1, 4, 22, 30, 46))) & 0xffffffff)
    elif how == 6:
        s += rng.choice((b"x", b"\0" * 30, rng.choice(pool)))
    elif how == 7:
        s[0:0] = rng.choice((b"x", b"\0" * 30, rng.choice(pool)))
    elif how == 8:
        s[at:at] = rng.choice((b"\0", b"PK\3\4", b"PK\5\6", rng.choice(pool)))
    elif s:
        del s[at:at + rng.randrange(1, 20)]


def mend(s):
    """Give every block that looks like a header the checksum that fits."""
    for at in range(0, len(s) - 511, 512):
        if s[at + 257:at + 262] == b"ustar":
            block = s[at:at + 512]
            block[148:156] = b" " * 8
            s[at + 148:at + 156] = b"%06o\0 " % sum(block)


def mutate_tar(rng, s, pool):
    how = rng.randrange(9)
    at = rng.randrange(len(s) // 512 + 1) * 512
    field, n = rng.choice(((0, 100), (100, 8), (124, 12), (124, 12), (156, 1), (156, 1), (157, 100), (257, 8), (345, 155), (482, 1)))
    if how < 5 and at + 512 <= len(s):
        new = rng.choice((b"", b"7", b"0", b"00000000005 ", b"00000001000\0", b"0000002 000", b"-1", b"0o17", b"1_0", b"+5",
                          b"\x80" + b"\0" * 10 + b"\5", b"\xff" * 12, b"x", b"g", b"L", b"K", b"S", b"1", b"5", b"V", b"D",
                          b"../x", b"/x", b"a\0b", b"9", b" 12", b"12 ", b"1 2"))[:n]
        s[at + field:at + field + n] = new + b"\0" * (n - len(new))
    elif how == 5 and s:
        s[rng.randrange(len(s))] ^= 1 << rng.randrange(8)
    elif how == 6:
        s[at:at] = rng.choice((b"\0" * 512, b"\0" * 1024, rng.choice(pool)))
    elif how == 7:
        del s[at:at + rng.choice((1, 512, 1024))]
    else:
        pax = b"%d %s\n"
        text = rng.choice((b"size=5", b"size=0", b"size=600", b"path=z", b"linkpath=z", b"size=-1", b"path=", b"size=05", b"x",
                           b"GNU.sparse.size=5", b"hdrcharset=BINARY", b"GNU.sparse.name=q"))
        i = s.find(b"comment=") if b"comment=" in s else s.find(b"path=")
        if i > 3:
            rec = pax % (len(text) + 4, text)
            s[i - 3:i - 3 + len(rec)] = rec
    if rng.random() < 0.9:
        mend(s)


def archive(rng, pools):
    kind = rng.choice("zt")
    if rng.random() < 0.1:
        return kind, (make_zip if kind == "z" else make_tar)(rng, honest=True), True
    pool = pools[kind]
    s = bytearray(make_zip(rng) if kind == "z" else make_tar(rng))
    for _ in range(rng.choice((0, 1, 1, 2, 2, 4))):
        (mutate_zip if kind == "z" else mutate_tar)(rng, s, pool)
    if rng.random() < 0.01 and len(s) < 4000:
        pool[rng.randrange(len(pool))] = bytes(s)
    return kind, bytes(s[:1 << 19]), False


# ---- the other readers -------------------------------------------------------------------

def key(name, data):
    return name, len(data), zlib.crc32(data)


def by_zipfile(s):
    found = []
    try:
        with zipfile.ZipFile(io.BytesIO(s)) as z:
            for info in z.infolist():
                try:
                    if info.file_size < 1 << 24:
                        name = info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437")
                        found.append(key(name, z.open(info).read()))
                except Exception:
                    pass
    except Exception:
        pass
    return found


def end_of(s):
    """Count and place of the directory as miniz finds them."""
    at = s.rfind(b"PK\5\6", max(0, len(s) - 65557), max(0, len(s) - 18))
    if at < 0:
        return 0, 0
    n, _, where = struct.unpack_from("<HII", s, at + 10)
    if at >= 20 and s[at - 20:at - 16] == b"PK\6\7":
        wide = struct.unpack_from("<Q", s, at - 12)[0]
        if s[wide:wide + 4] == b"PK\6\6" and wide + 56 <= len(s):
            n, where = struct.unpack_from("<Q", s, wide + 32)[0], struct.unpack_from("<Q", s, wide + 48)[0]
    return n, where


def wide_sizes(extra, sizes):
    at = 0
    while at + 4 <= len(extra):
        tag, n = struct.unpack_from("<HH", extra, at)
        if tag == 1:
            body = extra[at + 4:at + 4 + n]
            for i in range(3):
                if sizes[i] == 0xffffffff and len(body) >= 8:
                    sizes[i], body = struct.unpack("<Q", body[:8])[0], body[8:]
            break
        at += 4 + n


def by_miniz(s):
    found = []
    n, at = end_of(s)
    for _ in range(min(n, 200)):
        if s[at:at + 4] != b"PK\1\2" or at + 46 > len(s):
            break
        method, = struct.unpack_from("<H", s, at + 10)
        packed, size, n_name, n_extra, n_comment = struct.unpack_from("<IIHHH", s, at + 20)
        sizes = [size, packed, struct.unpack_from("<I", s, at + 42)[0]]
        name = s[at + 46:at + 46 + n_name]
        wide_sizes(s[at + 46 + n_name:at + 46 + n_name + n_extra], sizes)
        size, packed, local = sizes
        at += 46 + n_name + n_extra + n_comment
        if s[local:local + 4] != b"PK\3\4" or local + 30 > len(s) or size > 1 << 24:
            continue
        data_at = local + 30 + sum(struct.unpack_from("<HH", s, local + 26))
        data = s[data_at:data_at + packed]
        if len(data) < packed:
            continue
        try:
            if method == 0 and packed == size:
                found.append(key(name, data))
            elif method == 8:
                data = zlib.decompressobj(-15).decompress(data, size + 1)
                if len(data) == size:
                    found.append(key(name, data))
        except zlib.error:
            pass
    return found


def by_tarfile(s):
    found = []
    try:
        with tarfile.open(fileobj=io.BytesIO(s), mode="r:") as t:
            for m in t:
                if m.isreg() and not m.issparse() and m.size < 1 << 20:
                    try:
                        found.append(key(m.name.encode("utf-8", "surrogateescape"), t.extractfile(m).read()))
                    except Exception:
                        pass
    except Exception:
        pass
    return found


READERS = {"z": (by_zipfile, by_miniz), "t": (by_tarfile,)}


def has_links(s):
    with tarfile.open(fileobj=io.BytesIO(s), mode="r:") as t:
        return any(m.islnk() or m.issym() for m in t)


def read_line(line):
    seen, odd = set(), False
    for part in line.split():
        if part == b"O":
            odd = True
        else:
            name, n, crc = part[1:].split(b":")
            seen.add((bytes.fromhex(name.decode()).rstrip(b"/"), int(n), int(crc, 16)))
    return seen, odd


def main():
    warnings.simplefilter("ignore")                 # of duplicate names
    rng = random.Random(SEED)
    pools = {"z": [make_zip(rng) for _ in range(40)], "t": [make_tar(rng) for _ in range(40)]}
    done, members, plain, broken = 0, 0, 0, []
    while done < N and not broken:
        batch = [archive(rng, pools) for _ in range(min(BATCH, N - done))]
        told = subprocess.run([PROGRAM], input=b"".join(k.encode() + struct.pack("<I", len(s)) + s for k, s, _ in batch),
                              capture_output=True)
        lines = told.stdout.split(b"\n")[:-1]
        if told.returncode or len(lines) != len(batch):
            broken.append(("the program ended", told.stderr[-2000:], batch[len(lines)] if len(lines) < len(batch) else b""))
            break
        for (kind, s, honest), line in zip(batch, lines):
            seen, odd = read_line(line)
            plain += not odd
            if odd and honest and not (kind == "t" and has_links(s)):
                broken.append(("an honest archive", line, s))
            for reader in READERS[kind]:
                theirs = [(name.rstrip(b"/"), *rest) for name, *rest in reader(s)]      # tarfile strips some
                members += len(theirs)
                if not odd and set(theirs) - seen:
                    broken.append((reader.__name__, sorted(set(theirs) - seen), s))
        done += len(batch)
    print(f"# {done} archives, {plain} without an oddity, {members} members read by others, seed {SEED}")
    print("1..1")
    for who, what, s in broken[:5]:
        text = base64.b64encode(zlib.compress(bytes(s[1] if isinstance(s, tuple) else s), 9)).decode()
        print(f"# {who}: {what}: zlib, base64: {text}")
    print(("not " if broken else "") + "ok 1 - every member that another reader sees was seen, or the archive is odd")
    return 1 if broken else 0


sys.exit(main())
