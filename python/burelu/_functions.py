"""solve and train: the C++ interface on NumPy arrays.

The problem is min over networks of any width of 1/2 ||(X U)_+ V' - Y||^2 + gamma/2 (||U||^2 + ||V||^2), the loss
summed over samples and outputs.
"""

from __future__ import annotations

import os
from typing import Any, Callable

from . import _core
from ._arrays import matrix, same_rows
from ._gamma import DEFAULT_GAMMA, Gamma, resolved
from ._progress import ProgressLine
from ._results import Network, Relaxation, Training, relaxation_of

ProgressCallback = Callable[["_core.Progress"], Any]

OPTIONS = """
    bound : {'auto', 'relaxation', 'branch'}
        What proves the bound: branch and bound where the features are few and the relaxation where that does not end,
        the relaxation alone, or branch and bound alone (up to 16 features).
    tolerance : float
        Ends when the proven relative gap is below.
    time_limit : float, seconds
        None: no limit. The best proven bound so far is returned.
    max_evaluations : int
        Interaction passes at most; None: no limit.
    rank, threads, seed, device
        As in the C++ structure SolveOptions; None chooses. `threads` counts those of this call, all by default.
    progress : callable
        Called once per check from the calling thread with an object that has evaluations, seconds, objective,
        lower_bound, phase, ... Returning False ends the call with the best so far; an exception is raised again here.
    verbose : int
        1: a live line with a bar (a thinning line per check where standard error is no terminal), 2: every check.

    Notes
    -----
    Ctrl-C ends the call with the best so far and status 'interrupted'; a second one raises KeyboardInterrupt.
    The interpreter's lock is released, and contiguous float64 arrays are not copied: do not write to them meanwhile.
"""


def call(work: Callable[..., Any], *arguments: Any, progress: ProgressCallback | None, verbose: int, **options: Any) -> Any:
    """work(*arguments, options, progress) with what `verbose` shows."""
    for name in ("checkpoint", "resume", "device"):
        if isinstance(options.get(name), os.PathLike):
            options[name] = os.fspath(options[name])
    if not verbose:
        return work(*arguments, options, progress)
    tolerance = options.get("tolerance")
    line = ProgressLine(verbose, 1e-3 if tolerance is None else tolerance, progress)
    try:
        return work(*arguments, options, line)
    finally:
        line.close()


def problem_of(X: Any, Y: Any) -> tuple[Any, Any]:
    X, Y = matrix(X, "X"), matrix(Y, "Y", column=True)
    same_rows(X, Y)
    return X, Y


def solve(
    X: Any,
    Y: Any,
    gamma: Gamma = DEFAULT_GAMMA,
    *,
    bound: str = "auto",
    tolerance: float | None = None,
    time_limit: float | None = None,
    max_evaluations: int | None = None,
    rank: int | None = None,
    threads: int | None = None,
    seed: int | None = None,
    device: str | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_interval: float | None = None,
    resume: str | os.PathLike[str] | None = None,
    progress: ProgressCallback | None = None,
    verbose: int = 0,
) -> Relaxation:
    """A proven lower bound on the objective of every network of any width.

    Parameters
    ----------
    X : float64 array of shape (n, d), one sample per row
        Append a column of ones for a bias.
    Y : float64 array of shape (n,) or (n, c), one target row per sample
        For classes a column of 0 and 1 for each, see `one_hot`.
    gamma : float or str
        Weight of the squared norms, above 0; "5%" is that share of `gamma_max`.
    """
    X, Y = problem_of(X, Y)
    options = {name: value for name, value in locals().items() if name not in ("X", "Y", "gamma", "progress", "verbose")}
    gamma = resolved(gamma, X, Y, bound=bound, threads=threads, seed=seed, device=device)
    return relaxation_of(call(_core.solve, X, Y, gamma, progress=progress, verbose=verbose, **options), X, Y, gamma)


def train(
    X: Any,
    Y: Any,
    gamma: Gamma = DEFAULT_GAMMA,
    *,
    bound: str = "auto",
    tolerance: float | None = None,
    time_limit: float | None = None,
    max_evaluations: int | None = None,
    width: int | None = None,
    starts: int | None = None,
    polish_iterations: int | None = None,
    rank: int | None = None,
    threads: int | None = None,
    seed: int | None = None,
    device: str | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_interval: float | None = None,
    resume: str | os.PathLike[str] | None = None,
    progress: ProgressCallback | None = None,
    verbose: int = 0,
) -> Training:
    """A network, and how far it can be from the best network of any width.

    Parameters
    ----------
    X : float64 array of shape (n, d), one sample per row
        Append a column of ones for a bias.
    Y : float64 array of shape (n,) or (n, c), one target row per sample
        For classes a column of 0 and 1 for each, see `one_hot`.
    gamma : float or str
        Weight of the squared norms, above 0; "5%" is that share of `gamma_max`.
    width, starts, polish_iterations : int
        Neurons, starting points and L-BFGS steps per start; None chooses.
    """
    X, Y = problem_of(X, Y)
    options = {name: value for name, value in locals().items() if name not in ("X", "Y", "gamma", "progress", "verbose")}
    gamma = resolved(gamma, X, Y, bound=bound, threads=threads, seed=seed, device=device)
    fields = call(_core.train, X, Y, gamma, progress=progress, verbose=verbose, **options)
    relaxation = relaxation_of(fields["relaxation"], X, Y, gamma)
    return Training(
        network=Network(fields["U"], fields["V"]),
        objective=fields["objective"],
        lower_bound=relaxation.lower_bound,
        relative_gap=fields["relative_gap"],
        gamma=gamma,
        status=relaxation.status,
        message=relaxation.message,
        relaxation=relaxation,
        network_evaluations=fields["network_evaluations"],
        seconds=fields["seconds"],
    )


_CHECKPOINTS = """
    checkpoint, checkpoint_interval, resume
        As in the C++ structure SolveOptions; None leaves them out."""

for _function in (solve, train):
    _function.__doc__ = (_function.__doc__ or "").rstrip() + _CHECKPOINTS + OPTIONS
