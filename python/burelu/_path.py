"""path: networks with their bounds for many gammas, and the choice of gamma by cross-validation."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any, Callable

import numpy as np

from . import _core
from ._arrays import matrix, same_rows
from ._certificate import Certificate
from ._gamma import GammaMax
from ._progress import PathLine
from ._results import Network


@dataclass(frozen=True, eq=False)
class PathPoint:
    """One gamma of a path.

    Attributes
    ----------
    gamma : float
    share : float
        Of gamma_max, its upper value.
    status : str
    network : Network
        Trained on all rows.
    objective : float
        Of the network.
    lower_bound : float
        No network of any width is below.
    relative_gap : float
    certificate : Certificate | None
    evaluations : int
    cells : int
    seconds : float
    squared_error : tuple[float, float]
        Of held-out rows: mean over the folds, standard error; NaN without folds.
    accuracy : tuple[float, float]
    r2 : tuple[float, float]
    fold_squared_error : np.ndarray
        Of each fold.
    fold_accuracy : np.ndarray
    fold_r2 : np.ndarray
    """

    gamma: float
    share: float
    status: str
    network: Network = field(repr=False)
    objective: float
    lower_bound: float
    relative_gap: float
    certificate: Certificate | None = field(repr=False)
    evaluations: int = field(repr=False)
    cells: int = field(repr=False)
    seconds: float = field(repr=False)
    squared_error: tuple[float, float]
    accuracy: tuple[float, float]
    r2: tuple[float, float] = field(repr=False)
    fold_squared_error: np.ndarray = field(repr=False)
    fold_accuracy: np.ndarray = field(repr=False)
    fold_r2: np.ndarray = field(repr=False)


@dataclass(frozen=True, eq=False)
class Path:
    """Result of `path`: its points have the largest gamma first.

    Attributes
    ----------
    points : list[PathPoint]
    gamma_max : GammaMax
    best : int
        The point of the best score; -1 without folds.
    one_standard_error : int
        The largest gamma whose score is within one standard error of the best.
    chosen : int
        By the rule.
    by_accuracy : bool
        What chose: accuracy where there are labels, else the squared error.
    folds : np.ndarray
        Of each row.
    status : str
    seconds : float
    """

    points: list[PathPoint] = field(repr=False)
    gamma_max: GammaMax
    best: int
    one_standard_error: int
    chosen: int
    by_accuracy: bool
    folds: np.ndarray = field(repr=False)
    status: str
    seconds: float

    def column(self, name: str) -> np.ndarray:
        """One field of all points, for example ``column("gamma")``; scores are their means."""
        values = [getattr(point, name) for point in self.points]
        return np.array([value[0] if isinstance(value, tuple) else value for value in values])


def _jobs(jobs: int | None, threads: int | None, folds: int) -> int:
    most = (os.cpu_count() or 1) if threads is None else threads
    return max(min(most if jobs is None else jobs, folds), 1)


def _point(fields: dict[str, Any], X: np.ndarray, Y: np.ndarray) -> PathPoint:
    core = fields.pop("certificate")
    network = Network(fields.pop("U"), fields.pop("V"))
    return PathPoint(**fields, network=network, certificate=Certificate(core, X, Y) if core else None)


def path(
    X: Any,
    Y: Any,
    *,
    gammas: Any = None,
    count: int = 20,
    ratio: float = 1e-3,
    folds: int = 0,
    labels: Any = None,
    rule: str = "best",
    jobs: int | None = None,
    bound: str = "auto",
    tolerance: float | None = 1e-2,
    time_limit: float | None = None,
    max_evaluations: int | None = None,
    width: int | None = None,
    starts: int | None = None,
    threads: int | None = None,
    seed: int | None = None,
    device: str | None = None,
    progress: Callable[[_core.PathProgress], Any] | None = None,
    verbose: int = 0,
) -> Path:
    """Networks with their bounds for many gammas, each solve started from the one before.

    Parameters
    ----------
    X : float64 array of shape (n, d), one sample per row
    Y : float64 array of shape (n,) or (n, c), one target row per sample
    gammas : array of numbers above 0
        None: a logarithmic grid of `count` from gamma_max down to `ratio` times it.
    folds : int
        Of cross-validation, drawn once for all gammas by `seed`; 0: none.
    labels : array of n whole numbers from 0 on
        Class of each row: folds keep their shares, and their accuracy chooses in place of the squared error.
    rule : {'best', 'one_standard_error'}
        The best mean score, or the largest gamma whose score is within one standard error of it.
    jobs : int
        Folds side by side, each with its share of the threads; None chooses.
    time_limit : float, seconds
        Of the whole path: what was finished is returned.
    bound, tolerance, max_evaluations, width, starts, threads, seed, device
        Of each network, as in `train`.
    progress : callable
        Called once per network, by one thread at a time; returning False ends the path with what was finished.
    verbose : int
        1: a live line.
    """
    X, Y = matrix(X, "X"), matrix(Y, "Y", column=True)
    same_rows(X, Y)
    grid = [] if gammas is None else np.asarray(gammas, dtype=np.float64).ravel().tolist()
    classes = [] if labels is None else np.asarray(labels).astype(np.int64).tolist()
    options = dict(bound=bound, tolerance=tolerance, time_limit=time_limit, max_evaluations=max_evaluations)
    options.update(width=width, starts=starts, threads=threads, seed=seed, device=device)
    line = PathLine(progress) if verbose else progress
    found = _core.path(X, Y, grid, count, ratio, folds, classes, rule, _jobs(jobs, threads, folds), options, line)
    if isinstance(line, PathLine):
        line.close()
    points = [_point(fields, X, Y) for fields in found.pop("points")]
    lower, upper, branched = found.pop("gamma_max")
    return Path(**found, points=points, gamma_max=GammaMax(lower, upper, "branch" if branched else "relaxation"))
