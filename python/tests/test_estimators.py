"""The estimators by scikit-learn's conventions, and what they say of a fit."""

import json
import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import burelu
from burelu import BureluClassifier, BureluClassifierCV, BureluRegressor, BureluRegressorCV

#: Of the defaults only what bounds the work differs. With all of them at their defaults the checks of the other three
#: take minutes of processor time (bench/results/python.md).
LIGHT = dict(tolerance=0.2, width=16, bound="relaxation")
FEW = dict(n_gammas=3, eps=0.1, cv=2)


@parametrize_with_checks(
    [
        BureluClassifier(),
        BureluRegressor("20%", **LIGHT),
        BureluClassifierCV(**LIGHT, **FEW),
        BureluRegressorCV(**LIGHT, **FEW),
    ]
)
def test_conventions(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def classifier(iris):
    return BureluClassifier(gamma=3.0, tolerance=1e-2, random_state=0).fit(*iris)


def test_what_a_fit_says(classifier, iris):
    X, y = iris
    assert classifier.score(X, y) > 0.9
    assert classifier.U_.shape == (5, classifier.n_neurons_) and classifier.V_.shape == (3, classifier.n_neurons_)
    assert 0.0 <= classifier.gap_ <= 1e-2
    assert classifier.lower_bound_ <= classifier.objective_
    assert classifier.gamma_ == 3.0 < classifier.gamma_max_ and classifier.status_ == "solved"
    assert len(classifier.history_) > 0
    prepared, targets = classifier.prepare(X, y)
    np.testing.assert_allclose(prepared[:, :4], (X - X.mean(axis=0)) / X.std(axis=0), atol=1e-12)
    assert np.all(prepared[:, 4] == 1.0) and np.array_equal(targets, np.eye(3)[y])
    assert classifier.network_.objective(prepared, targets, 3.0) == pytest.approx(classifier.objective_, rel=1e-12)


def test_its_certificate(classifier, iris, tmp_path):
    verdict = classifier.certificate_.verify()
    assert verdict and verdict.lower_bound == pytest.approx(classifier.lower_bound_, rel=1e-6)
    classifier.certificate_.save(tmp_path / "iris.cert")
    loaded = burelu.Certificate.load(tmp_path / "iris.cert")
    assert loaded.verify(*classifier.prepare(*iris))


def test_it_is_what_the_command_line_trains(program, iris, tmp_path):
    X, y = iris
    data = tmp_path / "iris.csv"
    np.savetxt(data, np.column_stack([X, y]), fmt="%.17g", delimiter=",", header="a,b,c,d,label", comments="")
    run = program("burelu", "train", data, "--standardize", "--bias", "--gamma", 3, "--threads", 1, "--tol", 1e-2, "--seed", 7,
                  "--out", tmp_path / "model.npz", "--quiet")  # fmt: skip
    assert run.returncode == 0, run.stderr
    model = np.load(tmp_path / "model.npz")
    fit = BureluClassifier(gamma=3.0, tolerance=1e-2)
    prepared = fit.fit(X, y).prepare(X, y)
    here = burelu.train(*prepared, 3.0, tolerance=1e-2, seed=7, threads=1)
    assert np.array_equal(model["U"], here.network.U) and np.array_equal(model["V"], here.network.V)


def test_its_gamma_is_that_of_the_command_line(program, iris, tmp_path):
    X, y = iris
    data = tmp_path / "iris.csv"
    np.savetxt(data, np.column_stack([X, y]), fmt="%.17g", delimiter=",", header="a,b,c,d,label", comments="")
    options = ["--standardize", "--bias", "--threads", 1, "--tol", 0.1, "--seed", 7, "--quiet"]
    run = program("burelu", "bound", data, *options, "--report", tmp_path / "report.json")
    assert run.returncode == 0, run.stderr
    fit = BureluClassifier(tolerance=0.1, random_state=0).fit(X, y)
    assert fit.gamma_ == 0.05 * fit.gamma_max_
    most = burelu.gamma_max(*fit.prepare(X, y), threads=1, seed=7).upper
    assert json.loads((tmp_path / "report.json").read_text())["problem"]["gamma"] == pytest.approx(0.05 * most, rel=1e-12)


@pytest.mark.parametrize("gamma, close", [(3.0, 1.0), ("5%", 2e-2)])
def test_gamma_max_beside_a_number_is_found_roughly(iris, gamma, close):
    fit = BureluClassifier(gamma, tolerance=0.2, bound="relaxation", random_state=0).fit(*iris)
    prepared = fit.prepare(*iris)
    upper = {
        c: burelu.gamma_max(*prepared, close=c, bound="relaxation", threads=1, seed=7).upper for c in (1.0, 2e-2)
    }
    assert upper[2e-2] < upper[1.0]
    assert fit.gamma_max_ == pytest.approx(upper[close], rel=1e-3)


def test_the_network_is_the_same_on_two_threads(iris):
    fits = [BureluClassifier(gamma=3.0, tolerance=0.1, random_state=3, threads=k).fit(*iris) for k in (1, 2)]
    assert np.array_equal(fits[0].U_, fits[1].U_) and fits[0].lower_bound_ == fits[1].lower_bound_


def test_a_seed_gives_the_same_network(iris):
    fits = [BureluClassifier(gamma=1.0, tolerance=0.1, random_state=3).fit(*iris) for _ in range(2)]
    assert np.array_equal(fits[0].U_, fits[1].U_)


def test_texts_are_classes(iris):
    X, y = iris
    names = np.array(["setosa", "versicolor", "virginica"])
    for labels in (names[y], names[y].astype(object), list(names[y])):
        fit = BureluClassifier(gamma=3.0, tolerance=0.1, random_state=0).fit(X, labels)
        assert list(fit.classes_) == list(names)
        assert set(fit.predict(X)) <= set(names)
        assert np.mean(fit.predict(X) == names[y]) > 0.8
    with pytest.raises(burelu.DataError, match="'tulip'"):
        fit.prepare(X[:1], ["tulip"])


def test_two_classes_have_one_score(iris):
    X, y = iris
    fit = BureluClassifier(gamma=3.0, tolerance=0.1, random_state=0).fit(X, y > 0)
    score = fit.decision_function(X)
    assert score.shape == (len(X),)
    assert np.array_equal(fit.predict(X), score > 0)


def test_one_class_is_refused(iris):
    with pytest.raises(ValueError, match="one class"):
        BureluClassifier().fit(iris[0], np.zeros(len(iris[0])))


def test_many_outputs(iris):
    X, _ = iris
    fit = BureluRegressor(gamma=1.0, tolerance=0.1, random_state=0).fit(X[:, :2], X[:, 2:])
    assert fit.predict(X[:, :2]).shape == (len(X), 2)
    assert fit.score(X[:, :2], X[:, 2:]) > 0.5
    one = BureluRegressor(gamma=1.0, tolerance=0.1, random_state=0).fit(X[:, :2], X[:, 2])
    assert one.predict(X[:, :2]).shape == (len(X),)


def test_without_preparation_the_array_is_the_callers(iris):
    X, y = iris
    fit = BureluClassifier(gamma=3.0, tolerance=0.1, standardize=False, bias=False, random_state=0).fit(X, y)
    assert np.shares_memory(fit.certificate_._X, X)
    assert fit.U_.shape[0] == 4


def test_search_pipeline_clone_and_processes(iris):
    X, y = iris
    model = BureluClassifier(gamma=3.0, tolerance=0.1, random_state=0)
    assert clone(model).get_params() == model.get_params()
    assert cross_val_score(model, X, y, cv=3).mean() > 0.8
    pipeline = make_pipeline(StandardScaler(), BureluClassifier(tolerance=0.1, standardize=False, random_state=0))
    search = GridSearchCV(pipeline, {"bureluclassifier__gamma": [1.0, 10.0]}, cv=2, n_jobs=2).fit(X, y)
    assert search.best_score_ > 0.8
    assert search.best_estimator_[-1].gap_ <= 0.1


def test_pickles_predict_the_same(classifier, iris):
    copy = pickle.loads(pickle.dumps(classifier))
    assert np.array_equal(copy.decision_function(iris[0]), classifier.decision_function(iris[0]))
    assert copy.certificate_.verify(*copy.prepare(*iris))


def test_tables_of_pandas(iris):
    pandas = pytest.importorskip("pandas")
    X, y = iris
    table = pandas.DataFrame(X, columns=list("abcd"))
    labels = pandas.Series(pandas.Categorical.from_codes(y, ["x", "y", "z"]))
    fit = BureluClassifier(gamma=3.0, tolerance=0.1, random_state=0).fit(table, labels)
    assert list(fit.feature_names_in_) == list("abcd")
    assert set(fit.predict(table)) <= {"x", "y", "z"}
    with pytest.raises(ValueError, match="feature names"):
        fit.predict(table[list("dcba")])
    table["kind"] = pandas.Categorical(["u"] * len(table))
    with pytest.raises(ValueError):
        fit.fit(table, labels)


@pytest.mark.parametrize("estimator", [BureluClassifier, BureluRegressor])
def test_bad_input(estimator, iris):
    sparse = pytest.importorskip("scipy.sparse")
    X, y = iris
    y = y.astype(float)
    for bad in (sparse.csr_matrix(X), X[0], X[:, :, None], np.where(X == X.max(), np.nan, X), X.astype(complex), X[:-1]):
        with pytest.raises((ValueError, TypeError)):
            estimator().fit(bad, y)
    with pytest.raises(burelu.DataError, match="gamma"):
        estimator(gamma="much").fit(X, y)
    readonly = X.astype(np.float16)[::2]
    readonly.setflags(write=False)
    fit = estimator(gamma=10.0, tolerance=0.1).fit(readonly, y[::2].tolist())
    assert len(fit.predict(readonly.tolist())) == len(readonly)


def test_a_limit_is_warned_of(iris):
    with pytest.warns(ConvergenceWarning, match="evaluation_limit"):
        fit = BureluClassifier(gamma=0.1, bound="relaxation", max_evaluations=100).fit(*iris)
    assert fit.certificate_.verify()
