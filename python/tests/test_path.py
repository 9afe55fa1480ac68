"""Paths over gamma, and the estimators that choose one by cross-validation."""

import threading

import numpy as np
import pytest

import burelu
from burelu import BureluClassifierCV, BureluRegressorCV

OPTIONS = dict(count=4, ratio=0.05, tolerance=0.1, seed=0, threads=1)


@pytest.fixture(scope="module")
def walked(spiral):
    X, Y = spiral
    return burelu.path(X, Y, folds=3, labels=Y.argmax(axis=1), **OPTIONS)


def test_points_are_networks_with_bounds(walked, spiral):
    X, Y = spiral
    gammas = walked.column("gamma")
    assert len(gammas) == 4 and np.all(np.diff(gammas) < 0)
    np.testing.assert_allclose(gammas, walked.gamma_max.upper * np.geomspace(1, 0.05, 4))
    np.testing.assert_allclose(walked.column("share"), gammas / walked.gamma_max.upper)
    for point in walked.points:
        assert point.lower_bound <= point.objective * (1 + 1e-12)
        assert point.network.objective(X, Y, point.gamma) == pytest.approx(point.objective, rel=1e-12)
        assert point.certificate.gamma == point.gamma and point.certificate.verify()


def test_the_choice_is_that_of_the_scores(walked, spiral):
    labels = spiral[1].argmax(axis=1)
    assert walked.by_accuracy and walked.status == "solved"
    assert sorted(set(walked.folds)) == [0, 1, 2]
    for fold in range(3):  # classes of 20 rows, spread over the folds
        assert set(np.bincount(labels[walked.folds == fold])) <= {6, 7}
    mean = np.array([point.fold_accuracy.mean() for point in walked.points])
    error = np.array([point.fold_accuracy.std(ddof=1) / np.sqrt(3) for point in walked.points])
    np.testing.assert_allclose(walked.column("accuracy"), mean)
    best = int(np.argmax(mean))
    assert walked.best == walked.chosen == best
    assert walked.one_standard_error == int(np.flatnonzero(mean >= mean[best] - error[best] - 1e-12)[0])


def test_a_path_without_folds_chooses_nothing(spiral):
    found = burelu.path(*spiral, gammas=[1.0, 2.0], tolerance=0.1)
    assert list(found.column("gamma")) == [2.0, 1.0] and found.chosen == -1


def test_a_callback_ends_a_path(spiral):
    seen = []

    def callback(progress):
        seen.append((progress.done, progress.total))
        return len(seen) < 2

    found = burelu.path(*spiral, progress=callback, **OPTIONS)
    assert found.status == "interrupted" and len(found.points) == 2
    assert seen == [(1, 4), (2, 4)]

    def raising(progress):
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        burelu.path(*spiral, progress=raising, **OPTIONS)


def test_folds_side_by_side_call_back_one_at_a_time(spiral):
    inside, most = [], []

    def callback(progress):
        inside.append(threading.get_ident())
        most.append(len(inside))
        inside.pop()

    burelu.path(*spiral, folds=3, jobs=3, progress=callback, **{**OPTIONS, "threads": 3})
    assert max(most) == 1 and len(most) == 16


@pytest.mark.parametrize(
    "options, sentence",
    [
        (dict(gammas=[-1.0]), "gamma"),
        (dict(folds=1), "fold"),
        (dict(folds=100), "fold"),
        (dict(rule="worst"), "rule must be"),
        (dict(folds=2, labels=[0]), "label"),
        (dict(count=0), "gamma"),
    ],
)
def test_bad_options(spiral, options, sentence):
    with pytest.raises(burelu.DataError, match=sentence):
        burelu.path(*spiral, **{**OPTIONS, **options})


def test_classifier(iris):
    X, y = iris
    fit = BureluClassifierCV(n_gammas=4, eps=0.05, cv=3, tolerance=0.1, random_state=0).fit(X, np.array(list("abc"))[y])
    assert fit.score(X, np.array(list("abc"))[y]) > 0.85
    assert fit.gamma_ == fit.path_.points[fit.path_.chosen].gamma and fit.gamma_ in fit.gammas_
    assert fit.gammas_[0] == fit.gamma_max_
    assert fit.cv_scores_.shape == (4, 3)
    assert fit.cv_scores_.mean(axis=1)[fit.path_.chosen] == fit.cv_scores_.mean(axis=1).max()
    assert fit.certificate_.verify() and fit.lower_bound_ <= fit.objective_
    assert list(fit.history_["gamma"]) == list(fit.gammas_)
    careful = BureluClassifierCV(n_gammas=4, eps=0.05, cv=3, tolerance=0.1, rule="one_standard_error", random_state=0)
    assert careful.fit(X, y).gamma_ >= fit.gamma_


def test_regressor(iris):
    X, _ = iris
    fit = BureluRegressorCV(gammas=[0.5, 5.0, 50.0], cv=3, tolerance=0.1, random_state=0).fit(X[:, :2], X[:, 2:])
    assert list(fit.gammas_) == [50.0, 5.0, 0.5]
    assert fit.cv_scores_.mean(axis=1)[fit.path_.chosen] == fit.cv_scores_.mean(axis=1).min()
    assert fit.score(X[:, :2], X[:, 2:]) > 0.5


def test_folds_that_cannot_be(iris):
    X, y = iris
    for cv in (1, 2.5, True, "many"):
        with pytest.raises(burelu.DataError, match="cv must be"):
            BureluClassifierCV(cv=cv).fit(X, y)
    small = np.concatenate([np.flatnonzero(y == 0)[:10], np.flatnonzero(y == 1)[:3]])
    with pytest.warns(UserWarning, match="3 folds in place of 5"):
        BureluClassifierCV(n_gammas=2, eps=0.1, tolerance=0.1).fit(X[small], y[small])
