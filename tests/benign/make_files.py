#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Honest model files, written by the libraries themselves.

    make_files.py KIND FOLDER        KIND is a function below; exit 77 and a line when its library is not here

Everything is small and made from one seed.
"""
import io, itertools, os, pickle, sys, warnings

FOLDER = sys.argv[2]


def path(name):
    return os.path.join(FOLDER, name)


def pickled(name, obj, protocols=range(6)):
    for protocol in protocols:
        attempt(lambda where: written(where, pickle.dumps(obj, protocol)), f"{name}.p{protocol}.pkl")


def written(where, raw):
    with open(where, "wb") as f:
        f.write(raw)


def attempt(write, name):
    """Have a library write the file; when it cannot store such an object, there is none."""
    try:
        write(path(name))
    except Exception:
        if os.path.exists(path(name)):
            os.remove(path(name))


# ---- numpy ----

def numpy():
    import numpy as np
    rng = np.random.RandomState(1)
    plain = {name: rng.rand(3, 4).astype(name) for name in ("f2", "f4", "f8", ">f4", "i1", "i8", "u2", "c8", "?")}
    odd = {"empty": np.zeros((0, 3)), "scalar": np.array(3.0), "fortran": np.asfortranarray(rng.rand(3, 4)),
           "text": np.array(["a", "bcd"]), "bytes": np.array([b"a", b"bcd"]), "times": np.array(["2020-01-01"], "M8[D]"),
           "spans": np.array([5], "m8[s]"), "fields": np.zeros(3, [("a", "i4"), ("b", "f8", (2,)), ("c", "U5")]),
           "record": np.rec.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]), "objects": np.array([1, "a", None, [2, 3]], object),
           "nested": np.array([np.zeros(2), {"a": np.ones(1)}], object), "masked": np.ma.array([1, 2], mask=[0, 1]),
           "matrix": np.matrix([[1, 2]])}
    for name, array in {**plain, **odd}.items():
        stem = "array-" + name.replace(">", "big-").replace("?", "bool")
        pickled(stem, array)
        np.save(path(f"{stem}.npy"), np.asarray(array), allow_pickle=True)
        np.savez(path(f"{stem}.npz"), array, x=np.asarray(array))
        np.savez_compressed(path(f"{stem}-packed.npz"), x=np.asarray(array))
    for i, scalar in enumerate([np.float32(1), np.int64(-2), np.bool_(True), np.str_("x"), np.complex64(1j),
                                np.datetime64("2020-01-01"), np.void(b"ab"), np.dtype("f4"), np.dtype([("a", "i4")])]):
        pickled(f"scalar-{i}", scalar)
    pickled("random-state", rng)
    for name in ("MT19937", "PCG64", "Philox", "SFC64"):
        pickled(f"generator-{name}", np.random.Generator(getattr(np.random, name)(1)))
        pickled(f"bits-{name}", getattr(np.random, name)(1))
    pickled("ufuncs", [np.log1p, np.exp, np.add])


# ---- scikit-learn ----

def estimators():
    """(name, fitted): every estimator on the first of several data that it takes, then such as people put together."""
    import numpy as np
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.utils import all_estimators
    rng = np.random.RandomState(0)
    x = rng.rand(30, 4) + 0.1
    words = ["the cat sat", "a dog ran", "the cat ran off"] * 10
    records = [{"a": 1, "b": "x"}, {"a": 2, "c": "y"}] * 15
    for name, kind in all_estimators():
        for n in (2, 3) if "Classif" in name or "Logistic" in name else (2,):
            y = np.arange(30) % n
            made = (lambda: kind(), lambda: kind(LogisticRegression()), lambda: kind(LinearRegression()),
                    lambda: kind([("a", LogisticRegression()), ("b", LogisticRegression())]),
                    lambda: kind([("a", LinearRegression())]), lambda: kind(LogisticRegression(), {"C": [1, 2]}),
                    lambda: kind(n_components=2), lambda: kind([("a", "passthrough", [0])]))
            data = ((x, y), (x,), (y,), (x, y + 0.5), (x, x), (x[:, 0], y), (words,), (records,), (x, (x > 0.6).astype(int)))
            for make, args in itertools.product(made, data):
                try:
                    yield f"{name}-{n}", make().fit(*args)
                    break
                except Exception:
                    continue
    yield from put_together(x, np.arange(30) % 2, words)


def put_together(x, y, words):
    import numpy as np
    from sklearn import (cluster, compose, decomposition, ensemble, feature_extraction, feature_selection, gaussian_process,
                         impute, linear_model, metrics, model_selection, neighbors, pipeline, preprocessing, svm, tree)
    kernels = gaussian_process.kernels
    scaled = lambda last: pipeline.make_pipeline(preprocessing.StandardScaler(), last)
    yield "pipeline-svc", scaled(svm.SVC(probability=True)).fit(x, y)
    yield "pipeline-pca", scaled(pipeline.make_pipeline(decomposition.PCA(2), neighbors.KNeighborsClassifier())).fit(x, y)
    yield "union", pipeline.make_union(decomposition.PCA(2), feature_selection.SelectKBest(k=2)).fit(x, y)
    yield "columns", compose.make_column_transformer((preprocessing.StandardScaler(), [0, 1]), (preprocessing.MinMaxScaler(), slice(2, 4)),
                                                     remainder="passthrough").fit(x, y)
    for classes in (feature_extraction.text.CountVectorizer, feature_extraction.text.TfidfVectorizer,
                    feature_extraction.text.HashingVectorizer):
        yield f"text-{classes.__name__}", pipeline.make_pipeline(classes(), linear_model.SGDClassifier()).fit(words, y)
    yield "functions", pipeline.make_pipeline(preprocessing.FunctionTransformer(np.log1p), linear_model.Ridge()).fit(x, y)
    yield "grid", model_selection.GridSearchCV(svm.SVC(), {"C": [1, 10]}, cv=model_selection.StratifiedKFold(2), scoring="f1").fit(x, y)
    yield "random", model_selection.RandomizedSearchCV(tree.DecisionTreeClassifier(), {"max_depth": [1, 2, 3]}, n_iter=2, cv=2).fit(x, y)
    yield "grid-scorer", model_selection.GridSearchCV(linear_model.Ridge(), {"alpha": [1, 2]}, cv=2,
                                                      scoring=metrics.make_scorer(metrics.mean_squared_error)).fit(x, y)
    yield "voting", ensemble.VotingClassifier([("a", svm.SVC()), ("b", tree.DecisionTreeClassifier())]).fit(x, y)
    yield "stacking", ensemble.StackingRegressor([("a", linear_model.Ridge()), ("b", tree.DecisionTreeRegressor())]).fit(x, y)
    yield "imputed", pipeline.make_pipeline(impute.SimpleImputer(), preprocessing.PolynomialFeatures(), linear_model.Lasso()).fit(x, y)
    for i, kernel in enumerate((kernels.RBF() + kernels.WhiteKernel(), 2.0 * kernels.Matern(nu=1.5), kernels.RationalQuadratic())):
        yield f"process-{i}", gaussian_process.GaussianProcessRegressor(kernel).fit(x, y)
    yield "kernels", [kernels.ExpSineSquared(), kernels.DotProduct() ** 2, kernels.PairwiseKernel(),
                      kernels.CompoundKernel([kernels.RBF()])]
    for metric in ("euclidean", "manhattan", "chebyshev", "minkowski"):
        yield f"tree-{metric}", neighbors.KNeighborsClassifier(algorithm="ball_tree", metric=metric).fit(x, y)
        yield f"kd-{metric}", neighbors.NearestNeighbors(algorithm="kd_tree", metric=metric).fit(x)
    for loss in ("hinge", "log_loss", "modified_huber", "squared_hinge", "perceptron"):
        yield f"sgd-{loss}", linear_model.SGDClassifier(loss=loss).fit(x, y)
    for loss in ("squared_error", "huber", "epsilon_insensitive"):
        yield f"sgd-{loss}", linear_model.SGDRegressor(loss=loss).fit(x, y)
    for loss in ("squared_error", "absolute_error", "huber", "quantile"):
        yield f"boosted-{loss}", ensemble.GradientBoostingRegressor(loss=loss, n_estimators=3).fit(x, y)
    for loss in ("squared_error", "absolute_error", "poisson"):
        yield f"histogram-{loss}", ensemble.HistGradientBoostingRegressor(loss=loss, max_iter=3).fit(x, y)
    for name in metrics.get_scorer_names():
        yield f"scorer-{name}", metrics.get_scorer(name)
    split = model_selection
    yield "splits", [kind() for kind in (split.KFold, split.GroupKFold, split.StratifiedKFold, split.RepeatedKFold, split.LeaveOneOut,
                                         split.RepeatedStratifiedKFold, split.ShuffleSplit, split.StratifiedShuffleSplit,
                                         split.TimeSeriesSplit, split.GroupShuffleSplit, split.LeaveOneGroupOut)]
    yield "clusters", scaled(cluster.KMeans(2)).fit(x)


def sklearn():
    """As pickles, by joblib, and by skops where it is."""
    import joblib
    try:
        from skops.io import dumps as skopsed
    except ImportError:
        skopsed = None
    for i, (name, fitted) in enumerate(estimators()):
        pickled(name, fitted)
        ways = {"raw": 0, "zlib": 3}
        if i % 12 == 0:
            ways.update({"gz": ("gzip", 3), "bz2": ("bz2", 3), "xz": ("xz", 3), "lzma": ("lzma", 3)})
        for ending, compress in ways.items():
            attempt(lambda where: joblib.dump(fitted, where, compress=compress), f"{name}.{ending}.joblib")
        if skopsed:
            attempt(lambda where: written(where, skopsed(fitted)), f"{name}.skops")


# ---- torch ----

def torch_modules():
    import torch
    from torch import nn
    yield "mlp", nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Dropout(0.1), nn.LayerNorm(8), nn.Linear(8, 2), nn.Softmax(-1))
    yield "convolutions", nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.SiLU(), nn.MaxPool2d(2),
                                        nn.ConvTranspose2d(4, 3, 2), nn.Upsample(scale_factor=2), nn.Flatten())
    yield "recurrent", nn.ModuleDict({"rnn": nn.LSTM(4, 4, 2), "gru": nn.GRU(4, 4), "embed": nn.Embedding(10, 4)})
    yield "transformer", nn.Transformer(8, 2, 1, 1, 16)
    yield "attention", nn.ModuleList([nn.MultiheadAttention(8, 2), nn.Identity(), nn.PReLU(), nn.GELU()])
    yield "parameters", nn.ParameterDict({"a": nn.Parameter(torch.ones(2)), "b": nn.Parameter(torch.ones(2, 2), False)})
    yield "loss", nn.ModuleList([nn.CrossEntropyLoss(), nn.MSELoss(), nn.BCEWithLogitsLoss(), nn.L1Loss()])
    normed = nn.Linear(3, 3)
    normed.register_buffer("steps", torch.zeros(1, dtype=torch.long))
    yield "buffers", normed


def torch_tensors():
    import torch
    for kind in ("float16", "bfloat16", "float32", "float64", "int8", "uint8", "int16", "int32", "int64", "bool", "complex64",
                 "complex128"):
        yield kind, torch.ones(3, 2).to(getattr(torch, kind))
    yield "view", torch.arange(12.).reshape(3, 4)[1:, ::2]
    yield "shared", [torch.arange(6.)] * 2
    yield "scalar", torch.tensor(1.5)
    yield "none", torch.zeros(0, 3)
    yield "sparse", torch.eye(3).to_sparse()
    yield "rows", torch.eye(3).to_sparse_csr()
    yield "quantised", torch.quantize_per_tensor(torch.rand(2, 2), 0.1, 1, torch.qint8)
    yield "channels", torch.quantize_per_channel(torch.rand(2, 2), torch.ones(2), torch.zeros(2), 0, torch.quint8)
    yield "meta", torch.empty(2, 2, device="meta")
    yield "last", torch.rand(1, 2, 3, 3).to(memory_format=torch.channels_last)
    yield "gradient", torch.rand(2, requires_grad=True)
    yield "parameter", torch.nn.Parameter(torch.rand(2))
    yield "conjugate", torch.ones(2, dtype=torch.complex64).conj()
    yield "attributes", marked(torch.nn.Parameter(torch.rand(2)))
    yield "storage", torch.rand(3).storage()
    yield "generator", torch.random.get_rng_state()
    yield "mixed", {"epoch": 3, "size": torch.Size([1, 2]), "device": torch.device("cpu"), "type": torch.float32,
                    "best": 0.5, "names": ["a"], "layout": torch.strided, "w": torch.ones(1)}


def marked(tensor):
    tensor.note = "kept"
    return tensor


def torch_states():
    import torch
    for name, module in torch_modules():
        yield f"state-{name}", module.state_dict()
        yield f"module-{name}", module
    for kind in ("SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam", "RAdam", "ASGD", "Rprop", "LBFGS"):
        module = torch.nn.Linear(2, 2)
        steps = getattr(torch.optim, kind)(module.parameters(), lr=0.1)
        module(torch.ones(1, 2)).sum().backward()
        steps.step(lambda: 1.0)
        plan = torch.optim.lr_scheduler.StepLR(steps, 2)
        yield f"optimizer-{kind}", steps.state_dict()
        yield f"checkpoint-{kind}", {"epoch": 1, "model": module.state_dict(), "optimizer": steps.state_dict(),
                                     "plan": plan.state_dict(), "loss": torch.tensor(0.5), "seed": torch.get_rng_state()}
    small = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.ReLU())
    yield "state-dynamic", torch.quantization.quantize_dynamic(small, {torch.nn.Linear}, dtype=torch.qint8).state_dict()


def torch():
    import torch
    torch.manual_seed(0)
    for name, obj in itertools.chain(torch_tensors(), torch_states()):
        for protocol in (2, 4):
            for zipped in (True, False):
                attempt(lambda where: torch.save(obj, where, pickle_protocol=protocol, _use_new_zipfile_serialization=zipped),
                        f"{name}.p{protocol}.{'pt' if zipped else 'bin'}")
        pickled(f"pickled-{name}", obj, (0, 2, 4))
    from torch import _weights_only_unpickler
    names = (p.rpartition(".") for p in _weights_only_unpickler._get_allowed_globals())
    written(path("weights-only.pkl"), b"\x80\2]" + b"".join(f"c{module}\n{name}\na".encode() for module, _, name in names) + b".")


    torch.jit.trace(torch.nn.Linear(2, 2), torch.ones(1, 2)).save(path("traced.pt"))


# ---- others ----

def pandas():
    import numpy as np, pandas as pd
    frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", None], "c": [1.0, 2.5, np.nan], "e": pd.Categorical(["u", "v", "u"]),
                          "d": pd.to_datetime(["2020-01-01"] * 3), "f": [True, False, True]})
    made = {"frame": frame, "series": frame["a"], "text": frame["b"], "rows": frame.set_index(["a", "b"]), "days": frame.set_index("d"),
            "integers": frame["a"].astype("Int64"), "zone": pd.Series(pd.date_range("2020", periods=2, tz="UTC")),
            "months": pd.Series(pd.period_range("2020", periods=2, freq="M")), "ranges": pd.cut(frame["c"], 2),
            "moment": pd.Timestamp("2020"), "span": pd.Timedelta("1D"), "sparse": pd.Series(pd.arrays.SparseArray([0, 0, 1]))}
    for name, obj in made.items():
        pickled(name, obj)


class Net:
    """Stands for a class of the script that trained a model."""

    def __init__(self):
        self.weights = [0.5]


def own():
    pickled("own", Net())


def xgboost():
    import numpy as np, xgboost as xgb
    x, y = np.random.RandomState(0).rand(30, 4), np.arange(30) % 2
    for kind in (xgb.XGBClassifier, xgb.XGBRegressor, xgb.XGBRFClassifier, xgb.XGBRFRegressor):
        model = kind(n_estimators=3).fit(x, y)
        pickled(kind.__name__, model)
        pickled(f"booster-{kind.__name__}", model.get_booster())
        for ending in ("json", "ubj"):
            model.save_model(path(f"{kind.__name__}.{ending}"))
    pickled("XGBRanker", xgb.XGBRanker(n_estimators=3).fit(x, y, group=[30]))


def lightgbm():
    import lightgbm as lgb, numpy as np
    x, y = np.random.RandomState(0).rand(60, 4), np.arange(60) % 2
    for kind, more in ((lgb.LGBMClassifier, {}), (lgb.LGBMRegressor, {}), (lgb.LGBMRanker, {"group": [60]})):
        model = kind(n_estimators=3, min_child_samples=2, verbose=-1).fit(x, y, **more)
        pickled(kind.__name__, model)
        pickled(f"booster-{kind.__name__}", model.booster_)
        model.booster_.save_model(path(f"{kind.__name__}.txt"))


def onnx():
    import numpy as np, onnx
    from onnx import TensorProto, helper, numpy_helper
    rng = np.random.RandomState(0)
    of = lambda name, *shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    for opset in (11, 13, 17, 21):
        for name, nodes in {"mlp": [("MatMul", "xw", "a"), ("Add", "ab", "c"), ("Relu", "c", "y")],
                            "softmax": [("MatMul", "xw", "c"), ("Softmax", "c", "y")],
                            "norm": [("MatMul", "xw", "c"), ("Sigmoid", "c", "d"), ("Mul", "cd", "y")]}.items():
            weights = [numpy_helper.from_array(rng.rand(4, 4).astype("f4"), "w"), numpy_helper.from_array(np.zeros(4, "f4"), "b")]
            graph = helper.make_graph([helper.make_node(op, list(ins), [out]) for op, ins, out in nodes], name,
                                      [of("x", 1, 4)], [of("y", 1, 4)], weights)
            model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
            onnx.save(model, path(f"{name}-{opset}.onnx"))
            onnx.save(model, path(f"{name}-{opset}-outside.onnx"), save_as_external_data=True, size_threshold=0,
                      location=f"{name}-{opset}.data")


def keras():
    os.environ["KERAS_BACKEND"] = "numpy"
    import keras
    from keras import layers as l
    image, row, text = keras.Input((8, 8, 1)), keras.Input((4,)), keras.Input((6,), dtype="int32")
    made = {
        "layers": keras.Sequential([keras.Input((4,)), l.Dense(8, "relu"), l.Dropout(0.1), l.BatchNormalization(), l.Dense(2, "softmax")]),
        "image": keras.Model(image, l.Dense(2)(l.Flatten()(l.MaxPooling2D()(l.Conv2D(2, 3, activation="relu")(image))))),
        "two": keras.Model([row, text], l.Concatenate()([l.Dense(3)(row), l.GlobalAveragePooling1D()(l.Embedding(9, 3)(text))])),
        "attention": keras.Model(text, l.MultiHeadAttention(2, 4)(l.Embedding(9, 4)(text), l.Embedding(9, 4)(text))),
        "normal": keras.Model(row, l.LayerNormalization()(l.Dense(4, kernel_regularizer="l2", kernel_initializer="he_normal",
                                                                 kernel_constraint=keras.constraints.MaxNorm(2))(row))),
        "operations": keras.Model(row, keras.ops.relu(row * 2.0) + keras.ops.mean(row)),
        "separable": keras.Sequential([keras.Input((8, 8, 2)), l.SeparableConv2D(3, 2), l.GlobalMaxPooling2D(), l.Rescaling(0.5)]),
    }
    for name, model in made.items():
        if name == "layers":
            model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        model.save(path(f"{name}.keras"))
        model.save(path(f"{name}.h5"))
        model.save_weights(path(f"{name}.weights.h5"))
        written(path(f"{name}-keras.json"), model.to_json().encode())


def safetensors():
    import ml_dtypes, numpy as np
    from safetensors.numpy import save_file
    for i, kind in enumerate(("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?", "c8", ml_dtypes.bfloat16)):
        save_file({"a": np.ones((2, 3), kind), "b": np.zeros(0, kind), "c": np.ones((), kind)}, path(f"{i}.safetensors"),
                  metadata={"format": "pt"} if i % 2 else None)


KINDS = (numpy, sklearn, torch, pandas, own, xgboost, lightgbm, onnx, keras, safetensors)

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    out, sys.stdout = sys.stdout, io.StringIO()                             # libraries talk
    try:
        next(kind for kind in KINDS if kind.__name__ == sys.argv[1])()
    except ImportError as why:
        print(why, file=out)
        sys.exit(77)
