"""certify: how far a network of any origin can be from the best one."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _core
from ._arrays import matrix, one_hot, same_rows
from ._certificate import Certificate
from ._errors import DataError
from ._functions import OPTIONS, ProgressCallback, call
from ._gamma import DEFAULT_GAMMA, Gamma, resolved
from ._models import network_of
from ._results import NetworkCertificate, relaxation_of


def _targets(y: Any, outputs: int) -> np.ndarray:
    """Targets as numbers; labels as a column of 0 and 1 for each class, in sorted order."""
    labels = np.asarray(y.detach().cpu() if hasattr(y, "detach") else y)
    if labels.ndim == 1 and (outputs > 1 or labels.dtype.kind in "USO"):
        classes, Y = one_hot(labels)
        if len(classes) != outputs:
            raise DataError(f"y holds {len(classes)} classes, but the network has {outputs} outputs")
        return Y
    return matrix(y, "y", column=True)


def _last(model: Any, X: Any) -> tuple[Any, Any]:
    """The last step of a pipeline of scikit-learn with what reaches it; any other model as it is."""
    if not (hasattr(model, "steps") and hasattr(model, "named_steps")):
        return model, X
    for _, step in model.steps[:-1]:
        if step is not None and step != "passthrough":
            X = step.transform(X)
    return model.steps[-1][1], X


def _problem(model: Any, X: Any, y: Any) -> tuple[Any, np.ndarray, np.ndarray]:
    """The network with the data as it sees them."""
    if hasattr(model, "network_") and hasattr(model, "prepare"):  # an estimator of this package
        X, Y = model.prepare(X, y)
        return model.network_, X, Y
    network, bias = network_of(model)
    X = matrix(X, "X")
    if bias:
        X = np.hstack([X, np.ones((X.shape[0], 1))])
    return network, X, _targets(y, network.V.shape[0])


def certify(
    model: Any,
    X: Any,
    y: Any,
    gamma: Gamma | None = None,
    *,
    certificate: Certificate | None = None,
    bound: str = "auto",
    tolerance: float | None = None,
    time_limit: float | None = None,
    max_evaluations: int | None = None,
    rank: int | None = None,
    threads: int | None = None,
    seed: int | None = None,
    device: str | None = None,
    progress: ProgressCallback | None = None,
    verbose: int = 0,
) -> NetworkCertificate:
    """How far a network of any origin can be from the best network of any width for the same data and gamma.

    Parameters
    ----------
    model : torch.nn.Sequential(Linear, ReLU, Linear), scikit-learn's MLPRegressor (also last in a pipeline), a fitted
        estimator of this package, a `Network`, or a pair of arrays (U, V) of shapes (d, k) and (c, k)
        Biases count in the norm like any weight: the one of the inner layer is a row of U that reads a column of ones,
        which X gets here, the one of the outer layer a neuron that reads only that column.
    X : array of shape (n, d), as the network sees it
    y : array of shape (n,) or (n, c)
        Targets; where the network has several outputs, one axis holds labels, whose sorted order is that of the outputs.
    gamma : float or str
        Weight of the squared norms that the network is judged by, against a loss that is summed, not averaged; "5%" is
        that share of `gamma_max`. None takes that of the certificate or of the fit, else "5%".
    certificate : Certificate
        Of an earlier result for these data and gamma: its bound is proven again in place of a solve, so that one bound
        judges many networks.
    """
    model, X = _last(model, X)
    network, X, Y = _problem(model, X, y)
    same_rows(X, Y)
    if gamma is None:
        gamma = certificate.gamma if certificate is not None else getattr(model, "gamma_", DEFAULT_GAMMA)
    gamma = resolved(gamma, X, Y, bound=bound, threads=threads, seed=seed, device=device)
    if certificate is not None:
        return _judged(network, X, Y, gamma, certificate)
    options = dict(bound=bound, tolerance=tolerance, time_limit=time_limit, max_evaluations=max_evaluations, rank=rank)
    options.update(threads=threads, seed=seed, device=device)
    fields = call(_core.certify, X, Y, gamma, network.U, network.V, progress=progress, verbose=verbose, **options)
    relaxation = relaxation_of(fields.pop("relaxation"), X, Y, gamma)
    return NetworkCertificate(
        **fields,
        lower_bound=relaxation.lower_bound,
        gamma=gamma,
        network=network,
        certificate=relaxation.certificate,
        relaxation=relaxation,
    )


def _judged(network: Any, X: np.ndarray, Y: np.ndarray, gamma: float, certificate: Certificate) -> NetworkCertificate:
    if gamma != certificate.gamma:
        raise DataError(f"the certificate is for gamma = {certificate.gamma!r}, not {gamma!r}")
    verdict = certificate.verify(X, Y)
    if not verdict:
        raise DataError(f"the certificate proves no bound for these data: {verdict.reason}")
    given = network.objective(X, Y, gamma)
    balanced = network.balanced().objective(X, Y, gamma)
    best = min(given, balanced)
    gap = (best - verdict.lower_bound) / abs(best) if best else np.nan
    return NetworkCertificate(given, balanced, verdict.lower_bound, gap, gamma, network, certificate, None)


certify.__doc__ = (certify.__doc__ or "").rstrip() + OPTIONS
