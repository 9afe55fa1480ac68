"""burelu: two-layer ReLU networks trained to certified quality.

Functions on NumPy arrays: `solve`, `train`, `certify`, `path`, `gamma_max`; estimators for scikit-learn:
`BureluClassifier`, `BureluRegressor` and, with a choice of gamma, `BureluClassifierCV`, `BureluRegressorCV`. Beside
every network stands a lower bound that no network of any width can beat, with a proof that an independent checker
confirms (`Certificate.verify`).
"""

from typing import TYPE_CHECKING, Any

from ._arrays import one_hot
from ._certificate import Certificate, Verdict
from ._certify import certify
from ._core import PathProgress, Progress, version as __version__
from ._errors import BureluError, DataError, DeviceError, OutOfMemoryError
from ._functions import solve, train
from ._gamma import GammaMax, gamma_max
from ._path import Path, PathPoint, path
from ._results import Network, NetworkCertificate, Relaxation, Training

if TYPE_CHECKING:
    from . import plot as plot
    from ._estimators import BureluClassifier, BureluClassifierCV, BureluRegressor, BureluRegressorCV

__all__ = [
    "BureluClassifier",
    "BureluClassifierCV",
    "BureluError",
    "BureluRegressor",
    "BureluRegressorCV",
    "Certificate",
    "DataError",
    "DeviceError",
    "GammaMax",
    "Network",
    "NetworkCertificate",
    "OutOfMemoryError",
    "Path",
    "PathPoint",
    "PathProgress",
    "Progress",
    "Relaxation",
    "Training",
    "Verdict",
    "certify",
    "gamma_max",
    "one_hot",
    "path",
    "solve",
    "train",
]

_ESTIMATORS = ("BureluClassifier", "BureluClassifierCV", "BureluRegressor", "BureluRegressorCV")


def __getattr__(name: str) -> Any:
    """Estimators import scikit-learn, which takes longer than everything else here, and pictures may have no use: both
    only where they are asked for."""
    if name in _ESTIMATORS:
        from . import _estimators

        return getattr(_estimators, name)
    if name == "plot":
        import importlib

        return importlib.import_module("burelu.plot")
    raise AttributeError(f"module 'burelu' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
