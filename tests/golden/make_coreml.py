#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write tests/golden/coreml with coremltools 9: python3 make_coreml.py DIR"""
import os
import shutil
import sys
import tempfile

import coremltools as ct
import numpy as np
from coremltools.converters.mil import Builder as mb
from coremltools.proto import Model_pb2


def main(folder):
    def put(name, spec):
        with open(os.path.join(folder, name + ".mlmodel"), "wb") as f:
            f.write(spec.SerializeToString(deterministic=True))

    @mb.program(input_specs=[mb.TensorSpec(shape=(1, 4))])
    def small(x):
        return mb.relu(x=mb.add(x=x, y=np.ones((1, 4), dtype=np.float32)))

    @mb.program(input_specs=[mb.TensorSpec(shape=(1, 4))])
    def larger(x):
        return mb.matmul(x=mb.matmul(x=x, y=np.ones((4, 64), dtype=np.float32)), y=np.ones((64, 33), dtype=np.float32))

    network = ct.convert(small, convert_to="neuralnetwork").get_spec()
    put("network", network)
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "m.mlpackage")
        ct.convert(larger, convert_to="mlprogram", compute_precision=ct.precision.FLOAT16).save(path)
        data = os.path.join(path, "Data", "com.apple.CoreML")
        shutil.copy(os.path.join(data, "model.mlmodel"), os.path.join(folder, "program.mlmodel"))
        shutil.copy(os.path.join(data, "weights", "weight.bin"), os.path.join(folder, "weight.bin"))
        shutil.copy(os.path.join(path, "Manifest.json"), os.path.join(folder, "Manifest.json"))
    program = Model_pb2.Model.FromString(open(os.path.join(folder, "program.mlmodel"), "rb").read())
    block = next(iter(program.mlProgram.functions["main"].block_specializations.values()))
    operation = next(o for o in block.operations if o.attributes["val"].HasField("blobFileValue"))
    operation.attributes["val"].blobFileValue.fileName = "@model_path/../../../x.bin"
    put("program_above", program)
    operation.attributes["val"].blobFileValue.fileName = "@model_path/weights/weight.bin"
    custom = block.operations.add(type="custom_layer")
    custom.attributes["class_name"].immediateValue.tensor.strings.values.append("MyOperation")
    put("program_custom", program)

    layered = Model_pb2.Model.FromString(network.SerializeToString())
    layer = layered.neuralNetwork.layers.add(name="own")
    layer.custom.className = "MyLayer"
    put("layer", layered)
    inside = Model_pb2.Model(specificationVersion=4, description=network.description)
    inside.pipeline.models.add().CopyFrom(network)
    put("pipeline", inside)
    inside.pipeline.models.add().CopyFrom(layered)
    put("pipeline_layer", inside)
    own = Model_pb2.Model(specificationVersion=4, description=network.description)
    own.customModel.className = "MyModel"
    put("own", own)
    link = Model_pb2.Model(specificationVersion=5, description=network.description)
    link.linkedModel.linkedModelFile.linkedModelFileName.defaultValue = "other.mlmodelc"
    link.linkedModel.linkedModelFile.linkedModelSearchPath.defaultValue = "."
    put("linked", link)
    link.linkedModel.linkedModelFile.linkedModelSearchPath.defaultValue = "../../Library"
    put("linked_above", link)


main(sys.argv[1])
