"""Estimators by scikit-learn's conventions, each fit with a lower bound that no network of any width can beat."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

from ._arrays import beyond_doubles, one_hot, refuse_other_meanings
from ._base import ATTRIBUTES, PARAMETERS, Estimator
from ._errors import BureluError, DataError
from ._functions import train
from ._gamma import DEFAULT_GAMMA, ROUGHLY, Gamma, gamma_max, resolved, share_of
from ._path import path


class _Classifier(ClassifierMixin, Estimator):
    """Classes to columns of 0 and 1, and outputs to classes."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = True
        return tags

    def fit(self, X: Any, y: Any) -> Any:
        """Trains and certifies.

        Parameters
        ----------
        X : array of shape (n, n_features)
        y : array of shape (n,), of numbers or texts
        """
        refuse_other_meanings(X, "X")
        refuse_other_meanings(y, "y")
        with beyond_doubles():
            X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        self.classes_, Y = one_hot(y)
        if len(self.classes_) < 2:
            raise DataError(f"y holds one class, {self.classes_.tolist()[0]!r}; a classifier needs two or more classes")
        self._fit_network(self._learn_features(X), Y)
        return self

    def _targets(self, y: Any) -> np.ndarray:
        index = np.searchsorted(self.classes_, y)
        known = self.classes_[np.minimum(index, len(self.classes_) - 1)] == np.asarray(y)
        if not np.all(known):
            raise DataError(f"y holds {np.asarray(y)[~known].tolist()[0]!r}, which is none of the classes of the fit")
        return np.eye(len(self.classes_))[index]

    def _labels(self, Y: np.ndarray) -> np.ndarray | None:
        return np.argmax(Y, axis=1)

    def _output_names(self) -> list[str]:
        return [str(name) for name in self.classes_]

    def decision_function(self, X: Any) -> np.ndarray:
        """Outputs of the network, shape (n, n_classes); for two classes their difference, shape (n,)."""
        outputs = self._outputs(X)
        return outputs[:, 1] - outputs[:, 0] if len(self.classes_) == 2 else outputs

    def predict(self, X: Any) -> np.ndarray:
        """The class with the largest output, the first of equals; shape (n,)."""
        largest = np.argmax(self._outputs(X), axis=1)
        return self.classes_[largest]


class _Regressor(RegressorMixin, Estimator):
    """One or many real targets."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: Any, y: Any) -> Any:
        """Trains and certifies.

        Parameters
        ----------
        X : array of shape (n, n_features)
        y : array of shape (n,) or (n, n_outputs)
        """
        refuse_other_meanings(X, "X")
        refuse_other_meanings(y, "y")
        with beyond_doubles():
            X, y = validate_data(self, X, y, dtype=np.float64, multi_output=True, y_numeric=True)
        self._one_axis = y.ndim == 1
        self._fit_network(self._learn_features(X), self._targets(y))
        return self

    def _targets(self, y: Any) -> np.ndarray:
        y = np.asarray(y, dtype=np.float64)
        return y[:, np.newaxis] if y.ndim == 1 else y

    def _labels(self, Y: np.ndarray) -> np.ndarray | None:
        return None

    def _output_names(self) -> list[str]:
        return [f"y{k}" for k in range(self.V_.shape[0])]

    def predict(self, X: Any) -> np.ndarray:
        """Outputs of the network, shape (n,) or (n, n_outputs) as y was."""
        outputs = self._outputs(X)
        return outputs[:, 0] if self._one_axis else outputs


class _OneGamma(Estimator):
    """One fit at a given gamma."""

    def __init__(
        self,
        gamma: Gamma = DEFAULT_GAMMA,
        *,
        standardize: bool = True,
        bias: bool = True,
        bound: str = "auto",
        tolerance: float = 1e-2,
        time_limit: float | None = None,
        max_evaluations: int | None = None,
        width: int | None = None,
        starts: int | None = 1,
        threads: int | None = 1,
        device: str = "auto",
        random_state: Any = None,
        verbose: int = 0,
    ):
        self.gamma = gamma
        self.standardize = standardize
        self.bias = bias
        self.bound = bound
        self.tolerance = tolerance
        self.time_limit = time_limit
        self.max_evaluations = max_evaluations
        self.width = width
        self.starts = starts
        self.threads = threads
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    def _fit_network(self, X: np.ndarray, Y: np.ndarray) -> None:
        options = self._options()
        share = share_of(self.gamma)
        same = {name: options[name] for name in ("bound", "threads", "seed", "device")}
        if share is None:  # a number needs no gamma_max, which is told all the same
            gamma = resolved(self.gamma, X, Y)
            self.gamma_max_ = gamma_max(X, Y, close=ROUGHLY, **same).upper
        else:
            self.gamma_max_ = gamma_max(X, Y, **same).upper
            gamma = share * self.gamma_max_ or 1.0
        training = train(X, Y, gamma, **options)
        self._keep(training, training.relaxation.history, training.status, training.message)


class _ManyGammas(Estimator):
    """A path, of which cross-validation chooses a point."""

    def __init__(
        self,
        *,
        gammas: Any = None,
        n_gammas: int = 10,
        eps: float = 1e-3,
        cv: int = 5,
        rule: str = "best",
        standardize: bool = True,
        bias: bool = True,
        bound: str = "auto",
        tolerance: float = 1e-2,
        time_limit: float | None = None,
        max_evaluations: int | None = None,
        width: int | None = None,
        starts: int | None = 1,
        threads: int | None = 1,
        device: str = "auto",
        random_state: Any = None,
        verbose: int = 0,
    ):
        self.gammas = gammas
        self.n_gammas = n_gammas
        self.eps = eps
        self.cv = cv
        self.rule = rule
        self.standardize = standardize
        self.bias = bias
        self.bound = bound
        self.tolerance = tolerance
        self.time_limit = time_limit
        self.max_evaluations = max_evaluations
        self.width = width
        self.starts = starts
        self.threads = threads
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    def _folds(self, rows: int, labels: np.ndarray | None) -> int:
        """As many as asked for, or as the smallest class has rows."""
        if isinstance(self.cv, bool) or not isinstance(self.cv, (int, np.integer)) or self.cv < 2:
            raise DataError(f"cv must be a whole number of folds, at least 2, not {self.cv!r}")
        if rows < self.cv:
            raise DataError(f"n_samples={rows} is fewer than the {self.cv} folds of cv")
        smallest = self.cv if labels is None else int(np.bincount(labels).min())
        if not 2 <= smallest < self.cv:
            return int(self.cv)
        warnings.warn(f"the smallest class has {smallest} rows: {smallest} folds in place of {self.cv}", stacklevel=4)
        return smallest

    def _fit_network(self, X: np.ndarray, Y: np.ndarray) -> None:
        labels = self._labels(Y)
        found = path(
            X,
            Y,
            gammas=self.gammas,
            count=self.n_gammas,
            ratio=self.eps,
            folds=self._folds(len(X), labels),
            labels=labels,
            rule=self.rule,
            **self._options(),
        )
        if found.chosen < 0:
            raise BureluError(f"{found.status}: the path ended before every fold had its scores; nothing was chosen")
        self.path_ = found
        self.gamma_max_ = found.gamma_max.upper
        self.gammas_ = found.column("gamma")
        score = "accuracy" if found.by_accuracy else "squared_error"
        self.cv_scores_ = np.array([getattr(point, "fold_" + score) for point in found.points])
        names = ("gamma", "objective", "lower_bound", "relative_gap", "squared_error", "accuracy", "r2", "seconds")
        history = np.empty(len(found.points), dtype=[(name, np.float64) for name in names])
        for name in names:
            history[name] = found.column(name)
        message = f"gamma = {found.points[found.chosen].gamma:.6g} was chosen by {found.folds.max() + 1} folds"
        self._keep(found.points[found.chosen], history, found.status, message)


class BureluClassifier(_Classifier, _OneGamma):
    """A two-layer ReLU network for classes, with a proven bound on how far it is from the best one.

    The targets are a column of 0 and 1 for each class and the loss is the squared one; the largest output decides.
    """


class BureluRegressor(_Regressor, _OneGamma):
    """A two-layer ReLU network for one or many real targets, with a proven bound on how far it is from the best one."""


class BureluClassifierCV(_Classifier, _ManyGammas):
    """`BureluClassifier` whose gamma is chosen by the accuracy on held-out rows, along a path of warm solves.

    Features are prepared once, before the folds are drawn.
    """


class BureluRegressorCV(_Regressor, _ManyGammas):
    """`BureluRegressor` whose gamma is chosen by the squared error on held-out rows, along a path of warm solves.

    Features are prepared once, before the folds are drawn.
    """


_GAMMA = """

    Parameters
    ----------
    gamma : float or str
        Weight of the squared norms, against a loss that is summed over samples and outputs; "5%" is that share of
        `gamma_max_`.
"""

_GAMMAS = """

    Parameters
    ----------
    gammas : array of numbers above 0
        None: a logarithmic grid from gamma_max down.
    n_gammas : int
        Of the grid.
    eps : float
        Its smallest gamma, as a share of gamma_max.
    cv : int
        Folds, drawn once for all gammas; those of a classifier keep the shares of the classes.
    rule : {'best', 'one_standard_error'}
        The best mean score, or the largest gamma whose score is within one standard error of it.
"""

_OF_PATHS = """\
    gammas_ : array of shape (n_gammas,), the largest first
    cv_scores_ : array of shape (n_gammas, cv)
        Accuracy, or mean squared error, on the rows of each fold.
    path_ : Path
        Everything that was found for every gamma. `history_` has one record for each.
"""


def _described() -> None:
    for kind in (BureluClassifier, BureluRegressor, BureluClassifierCV, BureluRegressorCV):
        many = issubclass(kind, _ManyGammas)
        text = (kind.__doc__ or "").rstrip() + (_GAMMAS if many else _GAMMA) + PARAMETERS + ATTRIBUTES
        kind.__doc__ = text + (_OF_PATHS if many else "")


_described()
