#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write tests/golden/onnx/*.onnx with the onnx package: python3 make_onnx.py DIR"""
import os
import sys

import onnx
from onnx import TensorProto, helper


def save(folder, name, nodes, initializer=(), functions=(), opsets=(("", 21),)):
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    graph = helper.make_graph(nodes, "g", [x], [y], initializer=list(initializer))
    model = helper.make_model(graph, functions=list(functions), producer_name="assay",
                              opset_imports=[helper.make_opsetid(d, v) for d, v in opsets])
    with open(os.path.join(folder, name + ".onnx"), "wb") as f:
        f.write(model.SerializeToString(deterministic=True))


def external(location, **more):
    t = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[1])
    t.data_location = TensorProto.EXTERNAL
    for key, value in {"location": location, **more}.items():
        t.external_data.add(key=key, value=value)
    return t


def main(folder):
    add = helper.make_node("Add", ["x", "w"], ["y"], name="add")
    w = helper.make_tensor("w", TensorProto.FLOAT, [1], [2.0])
    save(folder, "plain", [add], [w])
    save(folder, "beside", [add], [external("weights.bin", offset="0", length="4")])
    save(folder, "above", [add], [external("../../etc/passwd")])
    save(folder, "absolute", [add], [external("/etc/passwd")])
    save(folder, "offset", [add], [external("weights.bin", offset="-8")])
    save(folder, "custom", [helper.make_node("Run", ["x"], ["y"], name="run", domain="org.example")],
         opsets=(("", 21), ("org.example", 1)))
    body = helper.make_function("org.example", "Twice", ["x"], ["y"], [helper.make_node("Add", ["x", "x"], ["y"])],
                                [helper.make_opsetid("", 21)])
    save(folder, "function", [helper.make_node("Twice", ["x"], ["y"], domain="org.example")], functions=[body],
         opsets=(("", 21), ("org.example", 1)))
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    deep = helper.make_graph([helper.make_node("Constant", [], ["y"], value=external("../w"))], "branch", [], [out])
    save(folder, "branch", [helper.make_node("If", ["x"], ["y"], then_branch=deep, else_branch=deep)])


main(sys.argv[1])
