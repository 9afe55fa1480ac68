"""What the functions return."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import _core
from ._arrays import matrix
from ._certificate import Certificate


@dataclass(frozen=True, eq=False)
class Network:
    """The network f(x) = sum_j v_j (u_j' x)_+ of k neurons; u_j and v_j are columns of U and V.

    Attributes
    ----------
    U : np.ndarray
        shape (d, k).
    V : np.ndarray
        shape (c, k).
    """

    U: np.ndarray
    V: np.ndarray

    @property
    def width(self) -> int:
        return int(self.U.shape[1])

    def predict(self, X: Any) -> np.ndarray:
        """The outputs (X U)_+ V', shape (n, c), for X of shape (n, d)."""
        return _core.predict(matrix(X, "X"), self.U, self.V)

    def objective(self, X: Any, Y: Any, gamma: float) -> float:
        """1/2 ||(X U)_+ V' - Y||^2 + gamma/2 (||U||^2 + ||V||^2), the loss summed over samples and outputs."""
        return _core.objective(matrix(X, "X"), matrix(Y, "Y", column=True), gamma, self.U, self.V)

    def balanced(self) -> Network:
        """The same function with ||u_j|| = ||v_j|| in every neuron, without dead ones; its objective is no larger."""
        return Network(*_core.balanced(self.U, self.V))


@dataclass(frozen=True, eq=False)
class Relaxation:
    """Result of `solve`. NaN stands for what was not computed.

    Attributes
    ----------
    status : str
        'solved', 'evaluation_limit', 'time_limit', 'interrupted', 'device_failed' or 'stalled'.
    message : str
        One sentence: why it ended, what to do.
    lower_bound : float
        Proven: no network of any width has a smaller objective.
    objective : float
        Of the relaxation's factor: an estimate; where it was not solved, of the network.
    relative_gap : float
        (objective - lower_bound) / |objective|.
    infeasibility : float
        Largest violated product over the largest squared row norm.
    relaxation_bound : float
        What the relaxation proved.
    branch_bound : float
        What branch and bound proved; the better one counts.
    rank : int
        Columns of the factor.
    evaluations : int
        Interaction passes, each over the listed pairs of samples.
    cells : int
        Of branch and bound.
    gamma : float
        Weight of the squared norms.
    certificate : Certificate | None
        Proof of `lower_bound`.
    factor : dict[str, np.ndarray]
        A (m, r), U (d, r), V (c, r) of the relaxation.
    history : np.ndarray
        One record per check: evaluations, seconds, objective, lower_bound, ...
    presolve : dict[str, Any]
        zero_rows, merged_rows, rank of X, constant_loss.
    seconds : dict[str, float]
        presolve, solve, certify, extract, total.
    device : str
        Where it ran.
    threads : int
    """

    status: str
    message: str
    lower_bound: float
    objective: float
    relative_gap: float
    infeasibility: float
    relaxation_bound: float
    branch_bound: float
    rank: int
    evaluations: int
    cells: int
    gamma: float
    certificate: Certificate | None = field(repr=False)
    factor: dict[str, np.ndarray] = field(repr=False)
    history: np.ndarray = field(repr=False)
    presolve: dict[str, Any] = field(repr=False)
    seconds: dict[str, float] = field(repr=False)
    device: str = ""
    threads: int = 0


@dataclass(frozen=True, eq=False)
class Training:
    """Result of `train`.

    Attributes
    ----------
    network : Network
    objective : float
        Of the network.
    lower_bound : float
        No network of any width is below.
    relative_gap : float
        (objective - lower_bound) / |objective|: how far the network can be from the best one.
    gamma : float
        Weight of the squared norms.
    status : str
    message : str
    relaxation : Relaxation
    network_evaluations : int
        Loss-and-gradient evaluations spent on networks.
    seconds : dict[str, float]
    """

    network: Network = field(repr=False)
    objective: float
    lower_bound: float
    relative_gap: float
    gamma: float
    status: str
    message: str
    relaxation: Relaxation = field(repr=False)
    network_evaluations: int
    seconds: dict[str, float] = field(repr=False)

    @property
    def certificate(self) -> Certificate | None:
        """Proof of `lower_bound`."""
        return self.relaxation.certificate


@dataclass(frozen=True, eq=False)
class NetworkCertificate:
    """Result of `certify`.

    Attributes
    ----------
    objective : float
        Of the network as given.
    balanced_objective : float
        With its neurons balanced: the same function, and never more but for rounding.
    lower_bound : float
        No network of any width is below.
    relative_gap : float
        (the smaller objective - lower_bound) / |objective|.
    gamma : float
        Weight of the squared norms.
    network : Network
        As read from the model; a bias is the last row of U.
    certificate : Certificate | None
        Proof of `lower_bound`.
    relaxation : Relaxation | None
        None where the bound was given.
    """

    objective: float
    balanced_objective: float
    lower_bound: float
    relative_gap: float
    gamma: float
    network: Network = field(repr=False)
    certificate: Certificate | None = field(repr=False)
    relaxation: Relaxation | None = field(repr=False)


def relaxation_of(fields: dict[str, Any], X: np.ndarray, Y: np.ndarray, gamma: float) -> Relaxation:
    """From what the extension returns."""
    columns = fields["history"]
    kinds = [(name, values.dtype) for name, values in columns.items()]
    history = np.empty(len(columns["seconds"]), dtype=kinds)
    for name, values in columns.items():
        history[name] = values
    core = fields["certificate"]
    certificate = Certificate(core, X, Y) if core else None
    return Relaxation(**{**fields, "history": history, "certificate": certificate, "gamma": gamma})
