#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make the files of this folder: HDF5 in its old and its new layout, and files that lead out of themselves.

    make_h5.py FOLDER           written with h5py 3.16.0"""
import os, sys
import h5py, numpy as np

DENSE = '{"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "config": {"units": 2}}]}}'
LAMBDA = DENSE.replace("Dense", "Lambda")


def layers(f, n):
    top = f.create_group("model_weights")
    top.attrs["layer_names"] = [f"dense_{i}".encode() for i in range(n)]
    for i in range(n):
        f.create_dataset(f"model_weights/dense_{i}/kernel", data=np.zeros((2, 2), "f4"))
    top.attrs["backend"] = "tensorflow"


def make(name, libver=None, **more):
    return h5py.File(os.path.join(sys.argv[1], name + ".h5"), "w", libver=libver, **more)


with make("old") as f:
    f.attrs["model_config"] = DENSE
    f.attrs["keras_version"] = np.bytes_("2.15.0")
    layers(f, 10)
with make("old_lambda") as f:
    f.attrs["model_config"] = np.bytes_(LAMBDA)
    layers(f, 1)
with make("new", "latest") as f:
    f.attrs["model_config"] = DENSE
    layers(f, 3)
with make("new_lambda", "latest") as f:
    f.attrs["model_config"] = LAMBDA
with make("dense", "latest") as f:
    for i in range(12):
        f.attrs[f"a{i}"] = "x"
    f.attrs["model_config"] = LAMBDA
with make("block", userblock_size=512) as f:
    f.attrs["training_config"] = LAMBDA
with make("link") as f:
    f["far"] = h5py.ExternalLink("/etc/passwd", "/x")
with make("storage") as f:
    f.create_dataset("x", (4,), "i1", external=[("/etc/passwd", 0, 4)])
with make("virtual", "latest") as f:
    layout = h5py.VirtualLayout((4,), "i1")
    layout[:] = h5py.VirtualSource("other.h5", "x", (4,))
    f.create_virtual_dataset("x", layout)
with make("soft") as f:
    f["x"] = h5py.SoftLink("/nowhere")
    f["again"] = f["/"]
    f.attrs["numbers"] = np.arange(3)
