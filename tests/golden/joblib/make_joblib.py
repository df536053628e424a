#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make the files of this folder: what joblib writes for arrays of every kind, and for a model of scikit-learn.

    make_joblib.py NAME FOLDER      NAME: arrays (joblib >= 1.2), old (joblib 1.1, arrays without padding), forest
Written with joblib 1.6.0, 1.1.1; numpy 2.4.6; scikit-learn 1.9.1."""
import os, sys
import joblib, numpy as np


def arrays():
    fields = np.dtype([("left", "<i8"), ("right", "<i8"), ("gain", "<f8"), ("leaf", "u1")])
    floats = np.arange(6, dtype="<f8").reshape(2, 3)
    return {"floats": floats, "again": floats, "fortran": np.asfortranarray(floats), "big": floats.astype(">f4"),
            "words": np.array(["one", "three"]), "raw": np.array([b"cos\nsystem\n."]), "nodes": np.zeros(3, fields),
            "none": np.zeros((0, 4), "i2"), "one": np.array(7), "flags": np.array([True, False]),
            "days": np.array(["2026-01-02"], "M8[D]"), "objects": np.array([{"a": 1}, None], dtype=object),
            "end": np.float32(2), "complex": np.ones(2, "c16")}


def forest():
    from sklearn.ensemble import RandomForestClassifier
    return RandomForestClassifier(n_estimators=2, max_depth=2, random_state=0).fit([[0], [1], [2], [3]], [0, 0, 1, 1])


name, folder = sys.argv[1:]
joblib.dump(forest() if name == "forest" else arrays(), os.path.join(folder, name + ".joblib"))
