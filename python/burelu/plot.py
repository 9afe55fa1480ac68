"""Pictures by matplotlib (``pip install burelu[plot]``). Each function draws on the axes it is given, or on new ones."""

from __future__ import annotations

from typing import Any

import numpy as np


def _axes(ax: Any) -> Any:
    if ax is not None:
        return ax
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise ImportError("burelu.plot needs matplotlib: pip install matplotlib") from None
    return plt.subplots()[1]


def history(fit: Any, ax: Any = None) -> Any:
    """The proven bound and the objective over seconds, of a result of `solve` or `train` or of a fitted estimator."""
    ax = _axes(ax)
    checks = getattr(fit, "history_", None)
    if checks is None:
        checks = getattr(fit, "relaxation", fit).history
    ax.plot(checks["seconds"], checks["objective"], color="tab:gray", label="objective")
    ax.plot(checks["seconds"], checks["lower_bound"], color="tab:blue", label="proven bound")
    ax.set_xlabel("seconds")
    ax.legend()
    return ax


def path(found: Any, ax: Any = None) -> Any:
    """The held-out score over gamma with its standard error, and the gap that is proven, of a `Path` or a fitted CV."""
    found = getattr(found, "path_", found)
    ax = _axes(ax)
    gammas = found.column("gamma")
    if found.chosen >= 0:
        name = "accuracy" if found.by_accuracy else "squared_error"
        mean, error = np.array([getattr(point, name) for point in found.points]).T
        ax.errorbar(gammas, mean, yerr=error, color="tab:blue", marker="o", capsize=3)
        ax.axvline(gammas[found.chosen], color="tab:blue", linestyle=":")
        ax.set_ylabel(f"held-out {name.replace('_', ' ')}", color="tab:blue")
    gaps = ax.twinx()
    gaps.plot(gammas, 100 * found.column("relative_gap"), color="tab:red", marker=".")
    gaps.set_ylabel("gap to the best network of any width, at most, %", color="tab:red")
    ax.set_xscale("log")
    ax.set_xlabel("gamma")
    return ax


def regions(classifier: Any, X: Any, y: Any, ax: Any = None, steps: int = 200) -> Any:
    """The classes that a fitted classifier of two features gives to the plane, with samples on it."""
    ax = _axes(ax)
    X = np.asarray(X)
    low, high = X.min(axis=0), X.max(axis=0)
    margin = 0.1 * (high - low)
    grid = np.meshgrid(*(np.linspace(a - m, b + m, steps) for a, b, m in zip(low, high, margin)))
    predicted = classifier.predict(np.column_stack([axis.ravel() for axis in grid]))
    ax.contourf(*grid, np.searchsorted(classifier.classes_, predicted).reshape(grid[0].shape), alpha=0.3, cmap="viridis")
    ax.scatter(*X.T, c=np.searchsorted(classifier.classes_, y), cmap="viridis", edgecolor="black", s=20)
    return ax
