#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make tests/golden/row_decode.bin: blocks of random bytes, and what the `gguf` package makes of them.

    python3 make_row_decode.py > row_decode.bin

For each type: u32 type, u32 elements, u32 bytes, the bytes, the elements as f32; all little-endian. Needs gguf of PyPI
(0.19.0 was used) and numpy. MXFP4 with an exponent of 255 and scales that are infinite or NaN are left out.
"""
import struct, sys
import numpy as np
from gguf import GGMLQuantizationType as T, GGML_QUANT_SIZES
from gguf.quants import dequantize

# The f16 words of a block, by byte offset.
HALVES = {T.F16: [0], T.Q4_0: [0], T.Q4_1: [0, 2], T.Q5_0: [0], T.Q5_1: [0, 2], T.Q8_0: [0], T.Q2_K: [80, 82],
          T.Q3_K: [108], T.Q4_K: [0, 2], T.Q5_K: [0, 2], T.Q6_K: [208], T.IQ4_NL: [0], T.IQ4_XS: [0], T.MXFP4: [],
          T.BF16: [], T.F32: []}
random = np.random.default_rng(7)
for kind, offsets in HALVES.items():
    elements, size = GGML_QUANT_SIZES[kind]
    n = 3 if elements == 256 else 12 if elements == 32 else 96
    raw = random.integers(0, 256, (n, size), dtype=np.uint8)
    if kind in (T.F32, T.BF16):
        words = random.standard_normal(n).astype(np.float32)
        raw = words.view(np.uint8).reshape(n, 4)[:, 4 - size:].copy()
    for at in offsets:
        words = (random.standard_normal(n) * 0.1).astype(np.float16)
        words[-1] = np.float16(6e-7)                    # below the normal numbers
        raw[:, at:at + 2] = words.view(np.uint8).reshape(n, 2)
    if kind == T.MXFP4:
        raw[:, 0] = random.integers(100, 150, n)
        raw[:2, 0] = [0, 1]
    out = dequantize(raw.reshape(1, -1), kind).astype("<f4").reshape(-1)
    assert out.size == n * elements and np.isfinite(out).all()
    sys.stdout.buffer.write(struct.pack("<3I", int(kind), out.size, raw.size) + raw.tobytes() + out.tobytes())
