"""gamma as a number or as a share of gamma_max, the smallest gamma at which the zero network is optimal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Union

from . import _core
from ._arrays import matrix, same_rows
from ._errors import DataError

#: A number, or a text such as "5%": that share of gamma_max.
Gamma = Union[float, str]

#: What the command line takes where it is given none: most data are neither interpolated nor ignored.
DEFAULT_GAMMA = "5%"

#: How close the two values of gamma_max are wanted where only its order of magnitude is told.
ROUGHLY = 1.0


@dataclass(frozen=True)
class GammaMax:
    """The smallest gamma at which the zero network is optimal, from both sides.

    Attributes
    ----------
    lower : float
        Attained by a direction: below it some network beats none.
    upper : float
        Proven: from here on no network of any width beats the zero network.
    method : str
        What proved `upper`: 'branch' or 'relaxation'.
    """

    lower: float
    upper: float
    method: str


def gamma_max(
    X: Any,
    Y: Any,
    *,
    close: float = 2e-2,
    bound: str = "auto",
    threads: int | None = None,
    seed: int | None = None,
    device: str | None = None,
) -> GammaMax:
    """The smallest gamma at which the zero network is optimal: max over ||u|| = 1 of ||sum_i (x_i'u)_+ y_i||.

    Shares of it are of its upper value. It takes some milliseconds to a second.

    Parameters
    ----------
    X : float64 array of shape (n, d), one sample per row
    Y : float64 array of shape (n,) or (n, c), one target row per sample
    close : float
        Where the upper value is above (1 + close) times the lower one, more work brings it down: a short solve, some
        tenths of a second. 1 does where the order of magnitude is enough.
    bound, threads, seed, device
        As in `solve`.
    """
    X, Y = matrix(X, "X"), matrix(Y, "Y", column=True)
    same_rows(X, Y)
    options = dict(bound=bound, threads=threads, seed=seed, device=device)
    lower, upper, branched = _core.gamma_max(X, Y, float(close), options)
    return GammaMax(lower, upper, "branch" if branched else "relaxation")


def share_of(gamma: Any) -> float | None:
    """0.05 for "5%", None for what is no text. Throws `DataError` for other texts."""
    if not isinstance(gamma, str):
        return None
    try:
        share = float(gamma.removesuffix("%")) / 100.0
    except ValueError:
        share = -1.0
    if not gamma.endswith("%") or not 0.0 < share < float("inf"):
        raise DataError(f"gamma must be a number above 0 or a share of gamma_max such as '5%', not {gamma!r}")
    return share


def resolved(gamma: Any, X: Any, Y: Any, **options: Any) -> float:
    """gamma as a number. Where every gamma is above gamma_max, because X or Y is zero, a share is as good as 1."""
    share = share_of(gamma)
    if share is None:
        try:
            return float(gamma)
        except (TypeError, ValueError):
            raise DataError(f"gamma must be a number or a share of gamma_max such as '5%', not {gamma!r}") from None
    found = gamma_max(X, Y, **options)
    return share * found.upper if found.upper > 0.0 else 1.0
