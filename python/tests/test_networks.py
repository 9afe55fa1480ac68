"""Networks from elsewhere and for elsewhere: scikit-learn, PyTorch, ONNX, the command line."""

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import burelu


@pytest.fixture(scope="module")
def fitted(iris):
    return burelu.BureluClassifier(gamma=3.0, tolerance=1e-2, random_state=0).fit(*iris)


def mlp(X, Y, **options):
    return MLPRegressor(hidden_layer_sizes=(6,), max_iter=30, random_state=0, solver="lbfgs", **options).fit(X, Y)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_mlp_regressor(iris):
    X, y = iris
    Y = burelu.one_hot(y)[1]
    model = mlp(X, Y)
    judged = burelu.certify(model, X, y, gamma=1.0, tolerance=0.1)
    ones = np.column_stack([X, np.ones(len(X))])
    np.testing.assert_allclose(judged.network.predict(ones), model.predict(X), atol=1e-6)
    assert judged.lower_bound <= judged.balanced_objective <= judged.objective * (1 + 1e-12)
    assert judged.certificate.verify(ones, Y)
    pipeline = make_pipeline(StandardScaler().fit(X), model)
    assert burelu.certify(pipeline, X, Y, 1.0, tolerance=0.1).objective > 0


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_what_is_no_network_of_ours(iris):
    X, y = iris
    with pytest.raises(burelu.DataError, match="softmax"):
        burelu.certify(MLPClassifier(hidden_layer_sizes=(4,), max_iter=2).fit(X, y), X, y)
    with pytest.raises(burelu.DataError, match="tanh"):
        burelu.certify(mlp(X, y, activation="tanh"), X, y)
    with pytest.raises(burelu.DataError, match="2 hidden layers"):
        burelu.certify(MLPRegressor(hidden_layer_sizes=(3, 3), max_iter=2).fit(X, y), X, y)


def test_weights_and_one_bound_for_many_networks(spiral):
    X, Y = spiral
    best = burelu.train(X, Y, 0.1, tolerance=1e-2)
    direct = burelu.certify((best.network.U, best.network.V), X, Y, 0.1, tolerance=1e-2)
    assert direct.objective == best.objective and direct.relative_gap <= 1e-2
    worse = burelu.Network(best.network.U, 2 * best.network.V)
    judged = burelu.certify(worse, X, Y, 0.1, certificate=best.certificate)
    assert judged.lower_bound == pytest.approx(best.lower_bound, rel=1e-6)
    assert judged.relative_gap > best.relative_gap
    assert judged.relaxation is None
    with pytest.raises(burelu.DataError, match="gamma"):
        burelu.certify(worse, X, Y, 0.2, certificate=best.certificate)
    with pytest.raises(burelu.DataError, match="other data"):
        burelu.certify(worse, X[::-1], Y, 0.1, certificate=best.certificate)


def test_estimators_of_our_own(fitted, iris):
    judged = burelu.certify(fitted, *iris, certificate=fitted.certificate_)
    assert judged.objective == pytest.approx(fitted.objective_, rel=1e-12)
    pipeline = make_pipeline(StandardScaler(), burelu.BureluClassifier("20%", tolerance=0.1, random_state=0)).fit(*iris)
    judged = burelu.certify(pipeline, *iris, tolerance=0.1)
    assert judged.gamma == pipeline[-1].gamma_
    assert judged.objective == pytest.approx(pipeline[-1].objective_, rel=1e-12)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("standardize", [True, False])
def test_torch(iris, bias, standardize):
    torch = pytest.importorskip("torch")
    X, y = iris
    options = dict(gamma=3.0, tolerance=0.1, random_state=0)
    fit = burelu.BureluClassifier(bias=bias, standardize=standardize, **options).fit(X, y)
    module = fit.to_torch()
    outputs = module(torch.from_numpy(X)).detach().numpy()
    assert outputs.shape == (len(X), 3)
    assert np.array_equal(fit.classes_[outputs.argmax(axis=1)], fit.predict(X))
    np.testing.assert_allclose(outputs, fit.network_.predict(fit.prepare(X, y)[0]), atol=1e-6)


def test_modules_of_torch_are_certified(iris):
    torch = pytest.importorskip("torch")
    X, y = iris
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Dropout(0.1), torch.nn.Linear(8, 3)).eval()
    judged = burelu.certify(module, torch.from_numpy(X), torch.from_numpy(y), 1.0, tolerance=0.1)
    outputs = module(torch.from_numpy(X).float()).detach().numpy()
    ones = np.column_stack([X, np.ones(len(X))])
    np.testing.assert_allclose(judged.network.predict(ones), outputs, atol=1e-5)
    assert judged.lower_bound <= judged.balanced_objective
    plain = torch.nn.Sequential(torch.nn.Linear(4, 8, bias=False), torch.nn.ReLU(), torch.nn.Linear(8, 3, bias=False))
    assert burelu.certify(plain, X, y, 1.0, tolerance=0.1).network.U.shape == (4, 8)
    deep = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 3))
    with pytest.raises(burelu.DataError, match="Linear, Tanh, Linear"):
        burelu.certify(deep, X, y)


def test_onnx(fitted, iris, tmp_path):
    runtime = pytest.importorskip("onnxruntime")
    content = fitted.to_onnx(tmp_path / "model.onnx")
    assert (tmp_path / "model.onnx").read_bytes() == content
    outputs = runtime.InferenceSession(content).run(["Y"], {"X": iris[0]})[0]
    np.testing.assert_allclose(outputs, fitted.network_.predict(fitted.prepare(*iris)[0]), atol=1e-9)


def test_models_for_the_command_line(fitted, iris, program, tmp_path):
    X, y = iris
    data = tmp_path / "iris.csv"
    np.savetxt(data, np.column_stack([X, y]), fmt="%.17g", delimiter=",", header="x0,x1,x2,x3,label", comments="")
    for name in ("model.safetensors", "model.npz", "model.onnx"):
        fitted.save(tmp_path / name)
        run = program("burelu", "predict", tmp_path / name, data, "--classes", "--out", tmp_path / "classes.npy")
        assert run.returncode == 0, run.stderr
        assert [int(label) for label in np.load(tmp_path / "classes.npy")] == list(fitted.predict(X))
