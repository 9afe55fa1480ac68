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
    """The network f(x) = sum_j v_j (u_j' x)_+ of k neurons; u_j and v_j are columns of U and V."""

    U: np.ndarray  #: shape (d, k)
    V: np.ndarray  #: shape (c, k)

    @property
    def width(self) -> int:
        return self.U.shape[1]

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
    """Result of `solve`. NaN stands for what was not computed."""

    status: str  #: 'solved', 'evaluation_limit', 'time_limit', 'interrupted', 'device_failed' or 'stalled'
    message: str  #: one sentence: why it ended, what to do
    lower_bound: float  #: proven: no network of any width has a smaller objective
    objective: float  #: of the relaxation's factor: an estimate; where it was not solved, of the network
    relative_gap: float  #: (objective - lower_bound) / |objective|
    infeasibility: float  #: largest violated product over the largest squared row norm
    relaxation_bound: float  #: what the relaxation proved
    branch_bound: float  #: what branch and bound proved; the better one counts
    rank: int  #: columns of the factor
    evaluations: int  #: interaction passes, each over all pairs of samples
    cells: int  #: of branch and bound
    gamma: float  #: weight of the squared norms
    certificate: Certificate | None = field(repr=False)  #: proof of `lower_bound`
    factor: dict[str, np.ndarray] = field(repr=False)  #: A (m, r), U (d, r), V (c, r) of the relaxation
    history: np.ndarray = field(repr=False)  #: one record per check: evaluations, seconds, objective, lower_bound, ...
    presolve: dict[str, Any] = field(repr=False)  #: zero_rows, merged_rows, rank of X, constant_loss
    seconds: dict[str, float] = field(repr=False)  #: presolve, solve, certify, extract, total
    device: str = ""  #: where it ran
    threads: int = 0


@dataclass(frozen=True, eq=False)
class Training:
    """Result of `train`."""

    network: Network = field(repr=False)
    objective: float  #: of the network
    lower_bound: float  #: no network of any width is below
    relative_gap: float  #: (objective - lower_bound) / |objective|: how far the network can be from the best one
    gamma: float  #: weight of the squared norms
    status: str
    message: str
    relaxation: Relaxation = field(repr=False)
    network_evaluations: int  #: loss-and-gradient evaluations spent on networks
    seconds: dict[str, float] = field(repr=False)

    @property
    def certificate(self) -> Certificate | None:
        """Proof of `lower_bound`."""
        return self.relaxation.certificate


@dataclass(frozen=True, eq=False)
class NetworkCertificate:
    """Result of `certify`."""

    objective: float  #: of the network as given
    balanced_objective: float  #: with its neurons balanced: the same function, and never more but for rounding
    lower_bound: float  #: no network of any width is below
    relative_gap: float  #: (the smaller objective - lower_bound) / |objective|
    gamma: float  #: weight of the squared norms
    network: Network = field(repr=False)  #: as read from the model; a bias is the last row of U
    certificate: Certificate | None = field(repr=False)  #: proof of `lower_bound`
    relaxation: Relaxation | None = field(repr=False)  #: None where the bound was given


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
