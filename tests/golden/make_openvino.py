#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write tests/golden/openvino/small.{xml,bin} with OpenVINO itself (2026.4.1 when they were checked in).

    python3 tests/golden/make_openvino.py        (needs the package openvino; the result is checked in)
"""
from pathlib import Path

import numpy as np
import openvino as ov
from openvino import opset13 as op

HERE = Path(__file__).resolve().parent / "openvino"


def small():
    x = op.parameter([1, 4], np.float32, name="in")
    y = op.matmul(x, op.constant(np.arange(16, dtype=np.float32).reshape(4, 4)), False, False)
    y = op.add(op.relu(y), op.constant(np.ones((1, 4), np.float32)))
    return ov.Model([op.result(op.softmax(y, 1))], [x], "small")


ov.save_model(small(), HERE / "small.xml", compress_to_fp16=False)
