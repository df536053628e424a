#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write tests/golden/tflite with TensorFlow 2.21: python3 make_tflite.py DIR"""
import io
import os
import sys
import zipfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import tensorflow as tf

FLOATS, TEXT = [tf.TensorSpec([1, 4], tf.float32)], [tf.TensorSpec([], tf.string)]


def converted(function, spec, **how):
    module = tf.Module()
    module.w = tf.Variable(tf.ones([4, 2]))
    module.f = tf.function(lambda x: function(module, x), input_signature=spec)
    made = tf.lite.TFLiteConverter.from_concrete_functions([module.f.get_concrete_function()], module)
    for key, value in how.items():
        setattr(made, key, value)
    return made.convert()


def with_files(model, files, mode=zipfile.ZIP_STORED):
    out = io.BytesIO(model)
    out.seek(0, 2)
    with zipfile.ZipFile(out, "a", mode) as z:
        for name, text in files.items():
            z.writestr(zipfile.ZipInfo(name), text)
    return out.getvalue()


def main(folder):
    def put(name, data):
        with open(os.path.join(folder, name + ".tflite"), "wb") as f:
            f.write(data)

    dense = lambda m, x: tf.nn.relu(tf.matmul(x, m.w))
    plain = converted(dense, FLOATS)
    select = tf.lite.OpsSet.SELECT_TF_OPS
    put("plain", plain)
    put("offsets", converted(dense, FLOATS, _experimental_use_buffer_offset=True))
    put("files", with_files(plain, {"labels.txt": "cat\ndog\n"}))
    put("files_pickle", with_files(plain, {"labels.pkl": b"cposix\nsystem\n(S'id'\ntR."}))
    put("custom", converted(lambda m, x: tf.raw_ops.Zeta(x=x, q=x), FLOATS, allow_custom_ops=True))
    put("flex", converted(lambda m, x: tf.math.lgamma(x), FLOATS, target_spec=tf.lite.TargetSpec(
        supported_ops={tf.lite.OpsSet.TFLITE_BUILTINS, select})))
    put("flex_file", converted(lambda m, x: tf.io.read_file(x), TEXT, target_spec=tf.lite.TargetSpec(
        supported_ops={tf.lite.OpsSet.TFLITE_BUILTINS, select})))


main(sys.argv[1])
