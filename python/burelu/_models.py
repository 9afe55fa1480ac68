"""Networks from elsewhere, read without importing what made them, and networks for elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._arrays import matrix
from ._errors import DataError
from ._results import Network

#: Layers that pass numbers through when a network predicts.
_PASSED_OVER = {"Dropout", "Identity", "Flatten"}


def network_of(model: Any) -> tuple[Network, bool]:
    """The network, and whether its last row of U is for a column of ones that the data must get.

    Takes a `Network`, a pair (U, V), a torch.nn.Sequential of Linear, ReLU, Linear, or scikit-learn's MLPRegressor with
    one hidden layer and ReLU.
    """
    if isinstance(model, Network):
        return model, False
    if isinstance(model, (tuple, list)) and len(model) == 2 and not hasattr(model, "coefs_"):
        return Network(matrix(model[0], "U"), matrix(model[1], "V")), False
    if hasattr(model, "coefs_") and hasattr(model, "intercepts_"):
        return _of_mlp(model)
    if hasattr(model, "children") and hasattr(model, "state_dict"):
        return _of_torch(model)
    raise DataError(
        f"{type(model).__name__} is no network that burelu knows; pass a torch.nn.Sequential, scikit-learn's "
        "MLPRegressor or a pair (U, V)"
    )


def _of_mlp(model: Any) -> tuple[Network, bool]:
    name = type(model).__name__
    if len(model.coefs_) != 2:
        raise DataError(f"{name} has {len(model.coefs_) - 1} hidden layers; burelu's networks have one")
    if model.activation != "relu":
        raise DataError(f"{name} has the activation {model.activation!r}; burelu's networks have 'relu'")
    if model.out_activation_ != "identity":
        raise DataError(
            f"{name} ends in {model.out_activation_!r}, but it is the squared loss of the outputs that is judged; fit "
            "an MLPRegressor to one-hot targets instead"
        )
    inner, outer = (np.asarray(weights, dtype=np.float64) for weights in model.coefs_)
    return _with_biases(inner, model.intercepts_[0], outer.T, model.intercepts_[1])


def _leaves(model: Any) -> list[Any]:
    children = list(model.children())
    return [leaf for child in children for leaf in _leaves(child)] if children else [model]


def _of_torch(model: Any) -> tuple[Network, bool]:
    layers = [layer for layer in _leaves(model) if type(layer).__name__ not in _PASSED_OVER]
    kinds = [type(layer).__name__ for layer in layers]
    if kinds != ["Linear", "ReLU", "Linear"]:
        raise DataError(
            f"the module is {', '.join(kinds) or 'empty'}; burelu's networks are Linear, ReLU, Linear, and it is the "
            "squared loss of the outputs that is judged"
        )
    inner, outer = layers[0], layers[2]

    def numbers(tensor: Any) -> Any:
        return None if tensor is None else tensor.detach().cpu().double().numpy()

    return _with_biases(numbers(inner.weight).T, numbers(inner.bias), numbers(outer.weight), numbers(outer.bias))


def _with_biases(U: np.ndarray, inner: Any, V: np.ndarray, outer: Any) -> tuple[Network, bool]:
    """A bias of the inner layer is one more row of U; one of the outer layer a neuron that reads the ones alone."""
    if inner is None and outer is None:
        return Network(U, V), False
    row = np.zeros(U.shape[1]) if inner is None else np.asarray(inner, dtype=np.float64)
    U = np.vstack([U, row])
    if outer is not None and np.any(outer):
        neuron = np.zeros((U.shape[0], 1))
        neuron[-1, 0] = 1.0
        U = np.hstack([U, neuron])
        V = np.hstack([V, np.asarray(outer, dtype=np.float64)[:, np.newaxis]])
    return Network(U, V), True


def layers_of(network: Network, mean: Any, scale: Any, bias: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two linear layers with the preparation inside: weights (k, d) and biases (k,) of the inner, (c, k) of the outer."""
    U = network.U[:-1] if bias else network.U
    offset = network.U[-1] if bias else np.zeros(network.width)
    if mean is not None:
        U = U / scale[:, np.newaxis]
        offset = offset - mean @ U
    return np.ascontiguousarray(U.T), np.array(offset), network.V


def torch_module(inner: np.ndarray, offset: np.ndarray, outer: np.ndarray) -> Any:
    """The layers as torch.nn.Sequential(Linear, ReLU, Linear), in double precision."""
    try:
        import torch
    except ImportError:
        raise ImportError("to_torch() needs PyTorch: pip install torch") from None
    first = torch.nn.Linear(inner.shape[1], inner.shape[0], bias=True, dtype=torch.float64)
    last = torch.nn.Linear(outer.shape[1], outer.shape[0], bias=False, dtype=torch.float64)
    with torch.no_grad():
        first.weight.copy_(torch.from_numpy(np.array(inner)))
        first.bias.copy_(torch.from_numpy(np.array(offset)))
        last.weight.copy_(torch.from_numpy(np.array(outer)))
    return torch.nn.Sequential(first, torch.nn.ReLU(), last)
