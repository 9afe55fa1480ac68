"""Certificates: lower bounds with their proofs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import _core, _verify
from ._arrays import matrix
from ._errors import DataError


@dataclass(frozen=True)
class Verdict:
    """What the checker of certificates found; true where a bound is proven.

    Attributes
    ----------
    valid : bool
    reason : str
        What fails, where it does.
    lower_bound : float
        Proven: no network of any width has a smaller objective.
    cells : int
        Of branch and bound.
    """

    valid: bool
    reason: str
    lower_bound: float
    cells: int

    def __bool__(self) -> bool:
        return self.valid


class Certificate:
    """A lower bound on the objective of every network of any width, with its proof.

    The proof is about X, Y and gamma as the solver saw them. After a fit they are at hand (by reference, not as a copy,
    and not in a pickle), so that ``certificate.verify()`` needs no arguments.
    """

    def __init__(self, core: _core.Certificate, X: np.ndarray | None = None, Y: np.ndarray | None = None):
        self._core = core
        self._X = X
        self._Y = Y

    @property
    def lower_bound(self) -> float:
        """As proven by the solver."""
        return self._core.lower_bound

    @property
    def gamma(self) -> float:
        """Weight of the squared norms that the bound is for."""
        return self._core.gamma

    @property
    def data_hash(self) -> int:
        """FNV-1a, 64 bits, of shapes, X, Y and gamma (docs/formats.md)."""
        return self._core.data_hash

    @property
    def method(self) -> str:
        """'branch' where branch and bound proves it, else 'relaxation'."""
        return "branch" if self._core.branched else "relaxation"

    @property
    def W(self) -> np.ndarray:
        """The dual point, shape (n, c)."""
        W: np.ndarray = self._core.arrays()[4]
        return W

    def verify(self, X: Any = None, Y: Any = None) -> Verdict:
        """Derives the bound again from the data alone, in interval arithmetic.

        The checker is that of the program `burelu-verify`: it shares no code with the solver. A bound of branch and
        bound takes it about as long as the solver took to find it.

        Parameters
        ----------
        X : array of shape (n, d)
        Y : array of shape (n,) or (n, c)
            The prepared data (``estimator.prepare(X, y)``); without them those of the fit.
        """
        if X is None and Y is None:
            X, Y = self._X, self._Y
        if X is None or Y is None:
            raise DataError("this certificate does not have its data beside it; pass X and Y as the solver saw them")
        X, Y = matrix(X, "X"), matrix(Y, "Y", column=True)
        arrays = self._core.arrays()
        # A certificate of other data proves nothing about these, but could by chance: the hash tells them apart.
        if X.shape[0] == Y.shape[0] and _core.data_hash(X, Y, self.gamma) != self.data_hash:
            return Verdict(False, "the certificate is of other data, another preparation or another gamma", np.nan, 0)
        return Verdict(*_verify.check(X, Y, *arrays))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the file that `burelu-verify` and ``burelu certify --bound`` read; it appears whole or not at all."""
        self._core.save(os.fspath(path))

    def save_data(self, path: str | os.PathLike[str]) -> None:
        """Writes X and Y as the solver saw them as CSV, every bit of them: what `burelu-verify` checks against."""
        if self._X is None or self._Y is None:
            raise DataError("this certificate does not have its data beside it")
        names = [f"x{j}" for j in range(self._X.shape[1])] + [f"y{j}" for j in range(self._Y.shape[1])]
        np.savetxt(path, np.hstack([self._X, self._Y]), fmt="%.17g", delimiter=",", header=",".join(names), comments="")

    @classmethod
    def load(cls, path: str | os.PathLike[str], X: Any = None, Y: Any = None) -> Certificate:
        """Reads what `save` or ``burelu train --certificate`` wrote; X and Y are kept for `verify`."""
        core = _core.Certificate.load(os.fspath(path))
        return cls(core, None if X is None else matrix(X, "X"), None if Y is None else matrix(Y, "Y", column=True))

    def __getstate__(self) -> tuple[Any, ...]:
        return self._core.arrays()

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self._core, self._X, self._Y = _core.Certificate(*state), None, None

    def __repr__(self) -> str:
        return f"Certificate(lower_bound={self.lower_bound:.9g}, gamma={self.gamma:g}, method={self.method!r})"
