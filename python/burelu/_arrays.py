"""What callers pass, as arrays that the library reads in place.

A float64 array whose strides are whole doubles is passed as it is: C or Fortran order, slices, read-only, reversed.
Everything else that holds real numbers becomes one float64 array.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ._errors import DataError


def refuse_other_meanings(values: Any, name: str) -> None:
    """What NumPy would make numbers of that are not those the caller means."""
    if np.ma.is_masked(values):  # the numbers under the mask would count as if there were none
        raise DataError(f"{name} has masked entries, which burelu does not take; fill them in or leave their rows out")
    if getattr(getattr(values, "dtype", None), "kind", "") in ("m", "M"):
        raise DataError(f"{name} holds {values.dtype}, which are no real numbers; pass differences as float64")


@contextmanager
def beyond_doubles() -> Iterator[None]:
    """Whole numbers of Python overflow where NumPy makes float64 of them, for which scikit-learn has no sentence."""
    try:
        yield
    except OverflowError as error:
        raise DataError(f"X or y holds a whole number beyond the range of float64: {error}") from None


def matrix(values: Any, name: str, column: bool = False) -> np.ndarray:
    """Two axes of float64; with `column` one axis becomes a column."""
    refuse_other_meanings(values, name)
    if hasattr(values, "toarray"):
        raise DataError(f"{name} is a sparse matrix, which burelu does not take; pass {name}.toarray()")
    if hasattr(values, "detach"):  # of torch, with a gradient or on a device
        values = values.detach().cpu()
    try:
        array = np.asarray(values)
    except ValueError as error:  # rows of different lengths
        raise DataError(f"{name} is no array: {error}") from None
    if array.dtype.kind == "O":
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError, OverflowError) as error:  # whole numbers of Python beyond doubles overflow
            raise DataError(f"{name} holds something that is no number: {error}") from None
    if array.dtype.kind not in "fiub":
        raise DataError(f"{name} holds {array.dtype}, which are no real numbers")
    if column and array.ndim == 1:
        array = array[:, np.newaxis]
    if array.ndim != 2:
        axes = "1 or 2 axes" if column else "2 axes"
        raise DataError(f"{name} has {array.ndim} axes; pass an array with {axes}, one sample per row")
    if array.dtype != np.float64:
        array = array.astype(np.float64)
    if not array.flags.aligned or any(step % array.itemsize for step in array.strides):
        array = array.copy()
    return array


def same_rows(X: np.ndarray, Y: np.ndarray) -> None:
    """So that the sentence is about the arrays of the caller."""
    if X.shape[0] != Y.shape[0]:
        raise DataError(f"X has {X.shape[0]} rows but Y has {Y.shape[0]}; pass one target row per sample")


def one_hot(labels: Any) -> tuple[np.ndarray, np.ndarray]:
    """The classes in order and a column of 0 and 1 for each.

    Parameters
    ----------
    labels : array of shape (n,), of anything that can be sorted

    Returns
    -------
    classes : array of shape (c,)
    Y : float64 array of shape (n, c)
    """
    classes, index = np.unique(np.asarray(labels), return_inverse=True)
    Y = np.zeros((len(index), len(classes)))
    Y[np.arange(len(index)), index] = 1.0
    return classes, Y
