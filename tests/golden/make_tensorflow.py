#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write tests/golden/tensorflow with TensorFlow 2.21: python3 make_tensorflow.py DIR"""
import os
import shutil
import sys
import tempfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import tensorflow as tf

v1 = tf.compat.v1
TEXT = [tf.TensorSpec([], tf.string)]


def put(folder, name, data):
    with open(os.path.join(folder, name), "wb") as f:
        f.write(data)


def saved(folder, name, module, **more):
    with tempfile.TemporaryDirectory() as d:
        tf.saved_model.save(module, d, **more)
        shutil.copy(os.path.join(d, "saved_model.pb"), os.path.join(folder, name + ".pb"))
        if name == "vocabulary":
            for part in ("variables.index", "variables.data-00000-of-00001"):
                shutil.copy(os.path.join(d, "variables", part), os.path.join(folder, part))
            shutil.copy(os.path.join(d, "fingerprint.pb"), folder)


def of(function, spec=TEXT):
    module = tf.Module()
    module.f = tf.function(function, input_signature=spec)
    return module


def vocabulary(path):
    module = tf.Module()
    words = tf.lookup.TextFileInitializer(path, tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64,
                                          tf.lookup.TextFileIndex.LINE_NUMBER)
    module.table = tf.lookup.StaticHashTable(words, -1)
    module.w = tf.Variable([[1.0, 2.0]], name="w")
    module.f = tf.function(lambda x: tf.matmul(tf.cast(module.table.lookup(x), tf.float32)[:, None], module.w),
                           input_signature=[tf.TensorSpec([None], tf.string)])
    return module


def graph(build):
    with v1.Graph().as_default() as g:
        build()
        return g.as_graph_def().SerializeToString(deterministic=True)


def saver(prefix=None):
    """A graph with the saver of TensorFlow 1, and its variables."""
    with v1.Graph().as_default() as g:
        v1.get_variable("w", [2], use_resource=True)
        definition = v1.train.Saver(sharded=True, filename=prefix or "model").as_saver_def()
        return v1.train.export_meta_graph(graph_def=g.as_graph_def(), saver_def=definition).SerializeToString(
            deterministic=True)


def main(folder):
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as f:
        f.write("a\nb\n")
        f.flush()
        saved(folder, "vocabulary", vocabulary(f.name))
    saved(folder, "map_file", of(lambda x: next(iter(tf.data.Dataset.from_tensors(x).map(tf.io.read_file)))))
    saved(folder, "python", of(lambda x: tf.numpy_function(lambda t: t, [x], tf.string)))
    saved(folder, "write", of(lambda x: (tf.io.write_file("/tmp/x", x), x)[1]))
    saved(folder, "print_file", of(lambda x: (tf.print(x, output_stream="file:///tmp/x"), x)[1]))
    saved(folder, "print", of(lambda x: (tf.print(x), x)[1]))
    saved(folder, "save_there", of(lambda x: (tf.raw_ops.SaveV2(prefix="/tmp/x", tensor_names=["x"], shape_and_slices=[""],
                                                                tensors=[x]), x)[1]))
    saved(folder, "save_where", of(lambda x: (tf.raw_ops.SaveV2(prefix=tf.strings.lower(x), tensor_names=["x"],
                                                                shape_and_slices=[""], tensors=[x]), x)[1]))
    saved(folder, "restore_asked", of(lambda x: tf.raw_ops.RestoreV2(prefix=x, tensor_names=["x"], shape_and_slices=[""],
                                                                     dtypes=[tf.float32])[0]))
    put(folder, "saver.meta", saver())
    put(folder, "saver_there.meta", saver("/etc/model"))
    put(folder, "plain_graph.pb", graph(lambda: tf.add(v1.placeholder(tf.float32, [2], "x"), tf.constant([1.0, 2.0]), "y")))

    def passwords():
        table = tf.lookup.TextFileInitializer("/etc/passwd", tf.string, tf.lookup.TextFileIndex.WHOLE_LINE, tf.int64,
                                              tf.lookup.TextFileIndex.LINE_NUMBER)
        v1.add_to_collection("x", tf.lookup.StaticHashTable(table, -1).lookup(v1.placeholder(tf.string, [1])))
    put(folder, "table.pb", graph(passwords))
    plain = v1.GraphDef.FromString(open(os.path.join(folder, "plain_graph.pb"), "rb").read())
    plain.node[-1].op = "OrgExampleRun"
    put(folder, "unknown_graph.pb", plain.SerializeToString(deterministic=True))
    plain.node[-1].op = "Identity"
    plain.node[0].attr["_note"].s = b"\x80\x04\x95\x1d\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system" \
                                    b"\x94\x93\x94\x8c\x02id\x94\x85\x94R\x94."
    put(folder, "payload_graph.pb", plain.SerializeToString(deterministic=True))


main(sys.argv[1])
