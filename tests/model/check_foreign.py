"""check_foreign.py write|read FOLDER: networks of other programs, both ways. Exit code 77: none of them is there.

write: PyTorch and scikit-learn networks as files, each with its inputs NAME.X.npy and its own outputs NAME.Y.npy; the list
of files in written.txt, of packages that are absent in absent.txt.
read: models that burelu wrote (m.safetensors, m.npz, m.onnx), X.npy and Y.npy: computed again by numpy, PyTorch and onnxruntime.
"""
import os
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")  # tests run side by side

try:
    import numpy
except ImportError as error:
    print(error)
    sys.exit(77)

FOLDER = sys.argv[2]
absent = []


def package(name):
    try:
        return __import__(name, fromlist=["x"])
    except ImportError as error:
        absent.append(str(error))
        return None


torch = package("torch")
safetensors = package("safetensors.numpy")
sklearn = package("sklearn.neural_network")
skl2onnx = package("skl2onnx")
onnxruntime = package("onnxruntime")

numpy.random.seed(0)
X = numpy.random.standard_normal((50, 4)).astype(numpy.float32)
written = []


def put(name, bytes_or_save, inputs, outputs):
    path = f"{FOLDER}/{name}"
    if callable(bytes_or_save):
        bytes_or_save(path)
    else:
        with open(path, "wb") as file:
            file.write(bytes_or_save)
    numpy.save(path + ".X.npy", inputs.astype(numpy.float64))
    outputs = numpy.asarray(outputs, dtype=numpy.float64)
    numpy.save(path + ".Y.npy", outputs.reshape(len(inputs), -1))
    written.append(name)


def write_torch():
    """state_dicts as safetensors and NPZ, plain and wrapped, with and without biases; exports to ONNX."""
    layers = torch.nn
    nets = {
        "plain": layers.Sequential(layers.Linear(4, 7), layers.ReLU(), layers.Linear(7, 3)),
        "unbiased": layers.Sequential(layers.Linear(4, 7, bias=False), layers.ReLU(), layers.Linear(7, 2, bias=False)),
        "outer": layers.Sequential(layers.Linear(4, 7, bias=False), layers.ReLU(), layers.Linear(7, 1)),
    }
    nets["wrapped"] = layers.DataParallel(nets["plain"])
    for name, net in nets.items():
        net.eval()
        state = {key: value.numpy() for key, value in net.state_dict().items()}
        Y = net(torch.from_numpy(X)).detach().numpy()
        put(f"torch_{name}.npz", lambda path: numpy.savez(path, **state), X, Y)
        if safetensors is not None:
            put(f"torch_{name}.safetensors", safetensors.save(state), X, Y)
    mean, scale = X.mean(0), X.std(0)
    state = {key: value.numpy() for key, value in nets["plain"].state_dict().items()}
    Y = nets["plain"](torch.from_numpy((X - mean) / scale)).detach().numpy()
    put("torch_scaled.npz", lambda path: numpy.savez(path, mean=mean, scale=scale, **state), X, Y)
    if package("onnxscript") is not None or torch.__version__ < "2.5":
        for name in ("plain", "unbiased", "outer"):
            Y = nets[name](torch.from_numpy(X)).detach().numpy()
            put(f"torch_{name}.onnx", lambda path: torch.onnx.export(nets[name], (torch.from_numpy(X),), path), X, Y)


def write_like_torch():
    """What PyTorch would save, where it is absent: the same names and layout."""
    weights = {"0.weight": (7, 4), "0.bias": (7,), "2.weight": (3, 7), "2.bias": (3,)}
    state = {name: numpy.random.standard_normal(shape).astype(numpy.float32) for name, shape in weights.items()}
    hidden = numpy.maximum(X @ state["0.weight"].T + state["0.bias"], 0)
    Y = hidden @ state["2.weight"].T + state["2.bias"]
    put("layers.npz", lambda path: numpy.savez(path, **state), X, Y)
    if safetensors is not None:
        put("layers.safetensors", safetensors.save(state), X, Y)


def write_sklearn():
    from sklearn.decomposition import PCA
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

    def network():
        return sklearn.MLPRegressor(hidden_layer_sizes=(6,), max_iter=5, random_state=0)

    one, two = X[:, 0] * X[:, 1], X[:, :2] ** 2
    pipelines = {
        "plain": network(),
        "standard": make_pipeline(StandardScaler(), network()),
        "minmax": make_pipeline(MinMaxScaler(), network()),
        "maxabs": make_pipeline(MaxAbsScaler(), network()),
        "robust": make_pipeline(RobustScaler(), network()),
        "pca": make_pipeline(StandardScaler(), PCA(2, whiten=True), network()),
    }
    for name, pipeline in pipelines.items():
        for kind, inputs in (("32", X), ("64", X.astype(numpy.float64))):
            for targets, y in (("one", one), ("two", two)):
                if (targets == "two" or kind == "32") and name not in ("plain", "minmax"):
                    continue
                pipeline.fit(inputs, y)
                graph = skl2onnx.to_onnx(pipeline, inputs[:1]).SerializeToString()
                put(f"sklearn_{name}_{kind}_{targets}.onnx", graph, inputs, pipeline.predict(inputs))


def near(ours, theirs, name):
    error = numpy.abs(numpy.asarray(theirs) - ours).max() / max(1.0, numpy.abs(ours).max())
    if not error <= 1e-6:
        sys.exit(f"{name}: the outputs differ by {error}")
    print(name, error)


def read():
    inputs, Y = numpy.load(f"{FOLDER}/X.npy"), numpy.load(f"{FOLDER}/Y.npy")
    models = {"npz": dict(numpy.load(f"{FOLDER}/m.npz"))}
    if safetensors is not None:
        models["safetensors"] = safetensors.load_file(f"{FOLDER}/m.safetensors")
    for name, model in models.items():  # docs/formats.md: divisor, mean and scale, center and components, ones
        x = (inputs / 3.0 - model["mean"]) / model["scale"]
        x = (x - model["center"]) @ model["components"].T
        x = numpy.hstack([x, numpy.ones((len(x), 1))])
        near(Y, numpy.maximum(x @ model["U"], 0) @ model["V"].T, name)
        if torch is not None:
            inner = torch.nn.Linear(*model["U"].shape, bias=False, dtype=torch.float64)
            outer = torch.nn.Linear(*model["V"].shape[::-1], bias=False, dtype=torch.float64)
            inner.weight.data = torch.from_numpy(model["U"].T.copy())
            outer.weight.data = torch.from_numpy(model["V"].copy())
            near(Y, outer(torch.relu(inner(torch.from_numpy(x)))).detach().numpy(), "torch " + name)
    if onnxruntime is not None:
        session = onnxruntime.InferenceSession(f"{FOLDER}/m.onnx", providers=["CPUExecutionProvider"])
        near(Y, session.run(["Y"], {"X": inputs})[0], "onnxruntime")


if sys.argv[1] == "write":
    write_like_torch()
    if torch is not None:
        write_torch()
    if sklearn is not None and skl2onnx is not None:
        write_sklearn()
    with open(f"{FOLDER}/written.txt", "w", encoding="utf-8") as file:
        file.writelines(name + "\n" for name in written)
    with open(f"{FOLDER}/absent.txt", "w", encoding="utf-8") as file:
        file.writelines(reason + "\n" for reason in absent)
else:
    read()
