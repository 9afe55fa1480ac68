"""What cannot be used is refused in one sentence, as an exception of the package's own classes."""

import numpy as np
import pytest

import burelu

GOOD = np.array([[1.0, 0.5], [-0.5, 1.0], [-1.0, -0.25], [0.75, -1.0]])
Y = np.array([1.0, 0.0, 1.0, 0.0])


class Sparse:
    def toarray(self):
        return GOOD


def changed(value):
    X = GOOD.copy()
    X[2, 1] = value
    return X


@pytest.mark.parametrize(
    "X, sentence",
    [
        (changed(np.nan), "X row 2, column 1 .* NaN"),
        (changed(np.inf), "infinite"),
        (changed(1e200), "1e100"),
        (GOOD.astype(object) * 1j, "no number"),
        (np.array([["a", "b"]] * 4, dtype=object), "no number"),
        (np.array([["a", "b"]] * 4), "no real numbers"),
        (GOOD.astype(complex), "no real numbers"),
        (GOOD[0], "1 axes"),
        (GOOD[np.newaxis], "3 axes"),
        (np.float64(3.0), "0 axes"),
        (GOOD[:0], "0 rows"),
        (GOOD[:3], "X has 3 rows but Y has 4"),
        (GOOD[:, :0], "no columns"),
        ([[1.0], [1.0, 2.0], [3.0], [4.0]], "no array"),
        (None, "no number|axes"),
        ({"x": 1}, "no number|axes"),
        (Sparse(), "sparse"),
        (np.ma.masked_less(GOOD, 0.0), "masked entries"),
        (np.array([[10**400, 1]] * 4, dtype=object), "no number"),
        (np.array(["2020-01-01"] * 8, dtype="datetime64[D]").reshape(4, 2), "no real numbers"),
    ],
)
def test_data(X, sentence):
    with pytest.raises(burelu.DataError, match=sentence) as caught:
        burelu.solve(X, Y, 0.1)
    assert isinstance(caught.value, ValueError) and "\n" not in str(caught.value)


def test_no_rows_at_all():
    with pytest.raises(burelu.DataError, match="no rows"):
        burelu.solve(GOOD[:0], Y[:0], 0.1)


@pytest.mark.parametrize(
    "option, value, sentence",
    [
        ("gamma", 0.0, "gamma"),
        ("gamma", np.nan, "gamma"),
        ("gamma", "much", "gamma must be a number"),
        ("gamma", "-5%", "gamma must be a number"),
        ("gamma", "%", "gamma must be a number"),
        ("gamma", None, "gamma must be a number"),
        ("tolerance", 0.0, "tolerance"),
        ("tolerance", "small", "tolerance must be a number"),
        ("time_limit", -1.0, "time_limit"),
        ("max_evaluations", -1, "max_evaluations"),
        ("max_evaluations", 1.5, "max_evaluations must be a whole number"),
        ("rank", 2**40, "rank"),
        ("threads", True, "threads must be a whole number"),
        ("seed", -1, "seed"),
        ("bound", "best", "bound must be 'auto', 'relaxation' or 'branch'"),
        ("device", "abacus", "device|abacus"),
        ("device", 3, "device must be a text"),
        ("resume", "/nowhere/at/all", "/nowhere/at/all"),
    ],
)
def test_options(option, value, sentence):
    with pytest.raises(burelu.DataError, match=sentence):
        burelu.solve(GOOD, Y, **{option: value})


def test_numbers_of_numpy_are_numbers():
    result = burelu.train(GOOD, Y, np.float32(0.5), rank=np.int64(4), time_limit=np.int32(60), seed=np.uint64(3), width=np.int8(3))
    assert result.network.width <= 3


def test_a_device_that_is_not_there():
    if burelu._core.with_cuda:
        pytest.skip("built with CUDA")
    with pytest.raises(burelu.DeviceError, match="CUDA|cuda"):
        burelu.solve(GOOD, Y, 0.1, device="cuda:7")


def test_too_little_memory():
    assert issubclass(burelu.OutOfMemoryError, MemoryError)


def test_options_that_do_not_exist():
    with pytest.raises(TypeError, match="speed"):
        burelu.solve(GOOD, Y, 0.1, speed=9)


def test_networks():
    with pytest.raises(burelu.DataError, match="is no network"):
        burelu.certify(3, GOOD, Y)
    with pytest.raises(burelu.DataError):
        burelu.certify((np.ones((5, 2)), np.ones((1, 2))), GOOD, Y)
    with pytest.raises(burelu.DataError, match="finite"):
        burelu.certify((np.full((2, 2), np.nan), np.ones((1, 2))), GOOD, Y)
    with pytest.raises(burelu.DataError, match="2 classes, but the network has 3"):
        burelu.certify((np.ones((2, 2)), np.ones((3, 2))), GOOD, ["a", "b", "a", "b"])


@pytest.mark.parametrize("name", ["BureluRegressor", "BureluClassifier", "BureluRegressorCV"])
def test_estimators_refuse_whole_numbers_beyond_doubles(name):
    pytest.importorskip("sklearn")
    huge = np.array([[10**400, 1]] * 4, dtype=object)
    with pytest.raises(burelu.DataError, match="beyond the range of float64") as caught:
        getattr(burelu, name)().fit(huge, Y)
    assert isinstance(caught.value, ValueError) and "\n" not in str(caught.value)


def test_targets_and_later_rows_beyond_doubles_are_refused():
    pytest.importorskip("sklearn")
    huge = np.array([10**400, 1, 2, 3], dtype=object)
    with pytest.raises(burelu.DataError, match="beyond the range of float64"):
        burelu.BureluRegressor().fit(GOOD, huge)
    fit = burelu.BureluRegressor().fit(GOOD, Y)
    with pytest.raises(burelu.DataError, match="beyond the range of float64"):
        fit.predict(np.array([[10**400, 1]], dtype=object))
    with pytest.raises(burelu.DataError, match="beyond the range of float64"):
        fit.prepare(GOOD, huge)


@pytest.mark.parametrize("bad, sentence", [(np.ma.masked_less(GOOD, 0.0), "masked"), (np.full((4, 2), 5, "M8[s]"), "no real")])
def test_estimators_refuse_what_numpy_would_reinterpret(bad, sentence):
    pytest.importorskip("sklearn")
    model = burelu.BureluRegressor().fit(GOOD, Y)
    for call in (lambda: model.predict(bad), lambda: burelu.BureluRegressor().fit(bad, Y)):
        with pytest.raises(burelu.DataError, match=sentence):
            call()
    with pytest.raises(burelu.DataError, match="masked"):
        burelu.BureluRegressor().fit(GOOD, np.ma.masked_less(Y, 0.5))


def test_one_class_is_named_as_the_caller_wrote_it():
    pytest.importorskip("sklearn")
    for label in (0, "setosa"):
        with pytest.raises(burelu.DataError, match=f"one class, {label!r};"):
            burelu.BureluClassifier().fit(GOOD, np.array([label] * 4))
