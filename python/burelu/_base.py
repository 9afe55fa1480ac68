"""What all estimators share: parameters, preparation, what a fit leaves behind, the ways to other programs."""

from __future__ import annotations

import os
import warnings
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from . import _core
from ._arrays import beyond_doubles, refuse_other_meanings
from ._models import layers_of, torch_module

ATTRIBUTES = """
    Attributes
    ----------
    U_ : array of shape (d, k)
        Input weights, one column per neuron. With `bias` the last row is for a column of ones.
    V_ : array of shape (c, k)
        Output weights of the same neurons.
    network_ : Network
        Both, as a network on prepared data (`prepare`).
    n_neurons_ : int
    objective_ : float
        Of the network: 1/2 ||f(X) - Y||^2 + gamma/2 (||U||^2 + ||V||^2), the loss summed, not averaged.
    lower_bound_ : float
        Proven: no network of any width has a smaller objective on these data.
    gap_ : float
        (objective_ - lower_bound_) / |objective_|: how far the network can be from the best one, at most.
    gamma_ : float
        The weight of the squared norms that was used.
    gamma_max_ : float
        Proven: from here on no network beats the zero network. The smallest such value to some percent; where gamma
        is a number only its order of magnitude.
    certificate_ : Certificate
        Proof of `lower_bound_`: ``certificate_.verify()`` checks it, ``certificate_.save(path)`` writes it.
    history_ : structured array
        One record per check of the solve: evaluations, seconds, objective, lower_bound, ...
    status_, message_ : str
        Why the solve ended.
    mean_, scale_ : arrays of shape (n_features_in_,), or None
        What `standardize` subtracts and divides by.
    n_features_in_ : int
    feature_names_in_ : array of str
        Where X had names.
"""

PARAMETERS = """\
    standardize : bool
        Features to mean 0 and standard deviation 1.
    bias : bool
        Append a column of ones to the features; its weights count in the norm.
    bound : {'auto', 'relaxation', 'branch'}
        What proves the bound, see `burelu.solve`.
    tolerance : float
        Ends when the proven relative gap is below.
    time_limit : float, seconds
        None: no limit.
    max_evaluations : int
        Interaction passes at most; None: no limit.
    width : int
        Neurons; None chooses.
    starts : int
        Starting points of the network. More cost as much again each and seldom lower the objective by a thousandth;
        None chooses as `burelu.train` does.
    threads : int
        Threads of one fit; None: all that the process may use. The network is the same for any number of them; one
        leaves it to `n_jobs` of a search how many fits there are side by side.
    device : str
        'auto', 'cpu', 'cuda' or 'cuda:K'.
    random_state : int, RandomState instance or None
        Of starting points and sampling.
    verbose : int
        1: a live line while fitting.
"""


class Estimator(BaseEstimator):
    """What classifiers and regressors share; what a fit does with the prepared data is `_fit_network`."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.input_tags.sparse = False
        return tags

    def _features(self, X: np.ndarray) -> np.ndarray:
        """As the network sees them; X itself where nothing is asked for."""
        if self.mean_ is None and not self.bias:
            return X
        nothing = np.empty(0)
        mean = nothing if self.mean_ is None else self.mean_
        scale = nothing if self.scale_ is None else self.scale_
        return _core.prepare(X, mean, scale, bool(self.bias))

    def _learn_features(self, X: np.ndarray) -> np.ndarray:
        self.mean_ = self.scale_ = None
        if not self.standardize and not self.bias:
            return X
        X, mean, scale = _core.fit_preparation(X, bool(self.standardize), bool(self.bias))
        if self.standardize:
            self.mean_, self.scale_ = mean, scale
        return X

    def _options(self) -> dict[str, Any]:
        names = ("bound", "tolerance", "time_limit", "max_evaluations", "width", "starts", "threads", "device", "verbose")
        options = {name: getattr(self, name) for name in names}
        options["seed"] = int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))
        return options

    def _fit_network(self, X: np.ndarray, Y: np.ndarray) -> None:
        """X and Y as the solver sees them."""
        raise NotImplementedError

    def _keep(self, fit: Any, history: np.ndarray, status: str, message: str) -> None:
        """A `Training` or a `PathPoint`."""
        if status in ("time_limit", "evaluation_limit", "interrupted", "device_failed"):
            warnings.warn(f"{status}: {message}", ConvergenceWarning, stacklevel=4)
        self.network_ = fit.network
        self.U_, self.V_ = fit.network.U, fit.network.V
        self.n_neurons_ = fit.network.width
        self.gamma_ = fit.gamma
        self.objective_ = fit.objective
        self.lower_bound_ = fit.lower_bound
        self.gap_ = fit.relative_gap
        self.certificate_ = fit.certificate
        self.history_, self.status_, self.message_ = history, status, message

    def _outputs(self, X: Any) -> np.ndarray:
        check_is_fitted(self)
        refuse_other_meanings(X, "X")
        with beyond_doubles():
            X = validate_data(self, X, reset=False, dtype=np.float64)
        return self.network_.predict(self._features(X))

    def prepare(self, X: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
        """X and Y as the solver sees them: what a certificate is about.

        Returns
        -------
        X : float64 array of shape (n, d)
        Y : float64 array of shape (n, c)
        """
        check_is_fitted(self)
        refuse_other_meanings(X, "X")
        with beyond_doubles():
            X = validate_data(self, X, reset=False, dtype=np.float64)
        with beyond_doubles():
            return self._features(X), self._targets(y)

    def _fields(self) -> dict[str, Any]:
        """Of a model file."""
        nothing = np.empty(0)
        names = getattr(self, "feature_names_in_", [f"x{j}" for j in range(self.n_features_in_)])
        return {
            "mean": nothing if self.mean_ is None else self.mean_,
            "scale": nothing if self.scale_ is None else self.scale_,
            "bias": bool(self.bias),
            "features": [str(name) for name in names],
            "classes": hasattr(self, "classes_"),
            "names": self._output_names(),
            "gamma": self.gamma_,
            "objective": self.objective_,
            "lower_bound": self.lower_bound_,
            "relative_gap": self.gap_,
            "provenance": {"program": f"burelu {_core.version} (Python)", "status": self.status_},
        }

    def to_torch(self) -> Any:
        """torch.nn.Sequential(Linear, ReLU, Linear) in double precision, the preparation inside its first layer.

        Its outputs are those of the network, shape (n, c): for a classifier a score for each class.
        """
        check_is_fitted(self)
        return torch_module(*layers_of(self.network_, self.mean_, self.scale_, bool(self.bias)))

    def to_onnx(self, path: str | os.PathLike[str] | None = None) -> bytes:
        """The network with its preparation as an ONNX graph (opset 17, double precision), input X and output Y.

        Returns the bytes of the file, and writes it where a path is given.
        """
        check_is_fitted(self)
        content = _core.onnx_bytes(self.U_, self.V_, self._fields())
        if path is not None:
            with open(path, "wb") as file:
                file.write(content)
        return content

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the model for the program `burelu`: safetensors, or NPZ or ONNX where the name ends so."""
        check_is_fitted(self)
        _core.write_model(os.fspath(path), self.U_, self.V_, self._fields())
