// SPDX-License-Identifier: Apache-2.0
/* scan/openvino_ops.h - the operators of OpenVINO's opsets 1 to 17, as the type of a layer calls them, sorted by bytes.
 *
 * Source: the classes ov::op::v0 to v17 of OpenVINO 2026.4; four are called otherwise in a file (Const, PReLU, ReLU,
 * SoftMax). */
#ifndef ASSAY_SCAN_OPENVINO_OPS_H
#define ASSAY_SCAN_OPENVINO_OPS_H

static const char *const openvino_ops[] = {
    "Abs", "Acos", "Acosh", "AdaptiveAvgPool", "AdaptiveMaxPool", "Add", "Asin", "Asinh", "Assign", "Atan", "Atanh",
    "AvgPool", "BGRtoNV12", "BatchNormInference", "BatchToSpace", "BinaryConvolution", "BitwiseAnd",
    "BitwiseLeftShift", "BitwiseNot", "BitwiseOr", "BitwiseRightShift", "BitwiseXor", "Broadcast", "Bucketize",
    "CTCGreedyDecoder", "CTCGreedyDecoderSeqLen", "CTCLoss", "Ceiling", "Clamp", "Col2Im", "Concat", "Const",
    "Convert", "ConvertLike", "ConvertPromoteTypes", "Convolution", "ConvolutionBackpropData", "Cos", "Cosh",
    "CumSum", "DFT", "DeformableConvolution", "DeformablePSROIPooling", "DepthToSpace", "DetectionOutput", "Divide",
    "Einsum", "Elu", "EmbeddingBagOffsets", "EmbeddingBagOffsetsSum", "EmbeddingBagPacked", "EmbeddingBagPackedSum",
    "EmbeddingSegmentsSum", "Equal", "Erf", "ErfInv", "Exp", "ExperimentalDetectronDetectionOutput",
    "ExperimentalDetectronGenerateProposalsSingleImage", "ExperimentalDetectronPriorGridGenerator",
    "ExperimentalDetectronROIFeatureExtractor", "ExperimentalDetectronTopKROIs", "ExtractImagePatches", "Eye",
    "FakeConvert", "FakeQuantize", "Floor", "FloorMod", "GRN", "GRUCell", "GRUSequence", "Gather", "GatherElements",
    "GatherND", "GatherTree", "Gelu", "GenerateProposals", "Greater", "GreaterEqual", "GridSample",
    "GroupConvolution", "GroupConvolutionBackpropData", "GroupNormalization", "GroupedMatMul", "HSigmoid", "HSwish",
    "HardSigmoid", "I420toBGR", "I420toRGB", "IDFT", "IRDFT", "ISTFT", "Identity", "If", "Interpolate", "Inverse",
    "IsFinite", "IsInf", "IsNaN", "LRN", "LSTMCell", "LSTMSequence", "Less", "LessEqual", "Log", "LogSoftmax",
    "LogicalAnd", "LogicalNot", "LogicalOr", "LogicalXor", "Loop", "MVN", "MatMul", "MatrixNms", "MaxPool", "Maximum",
    "Minimum", "Mish", "Mod", "MulticlassNms", "Multinomial", "Multiply", "NMSRotated", "NV12toBGR", "NV12toRGB",
    "Negative", "NonMaxSuppression", "NonZero", "NormalizeL2", "NotEqual", "OneHot", "PReLU", "PSROIPooling", "Pad",
    "Parameter", "Power", "PriorBox", "PriorBoxClustered", "Proposal", "RDFT", "RGBtoNV12", "RNNCell", "RNNSequence",
    "ROIAlign", "ROIAlignRotated", "ROIPooling", "RandomUniform", "Range", "ReLU", "ReadValue", "ReduceL1",
    "ReduceL2", "ReduceLogicalAnd", "ReduceLogicalOr", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd",
    "ReduceSum", "RegionYolo", "ReorgYolo", "Reshape", "Result", "Reverse", "ReverseSequence", "Roll", "Round",
    "STFT", "ScaledDotProductAttention", "ScatterElementsUpdate", "ScatterNDUpdate", "ScatterUpdate", "SearchSorted",
    "SegmentMax", "Select", "Selu", "ShapeOf", "ShuffleChannels", "Sigmoid", "Sign", "Sin", "Sinh", "Slice",
    "SliceScatter", "SoftMax", "SoftPlus", "SoftSign", "SpaceToBatch", "SpaceToDepth", "SparseFillEmptyRows", "Split",
    "Sqrt", "SquaredDifference", "Squeeze", "StridedSlice", "StringTensorPack", "StringTensorUnpack", "Subtract",
    "Swish", "Tan", "Tanh", "TensorIterator", "Tile", "TopK", "Transpose", "Unique", "Unsqueeze", "VariadicSplit",
    "Xor",
};

#endif
