"""The example scripts run, and the pictures are drawn."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import burelu

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def example(name):
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_example_is_run_here():
    named = Path(__file__).read_text()
    for path in EXAMPLES.glob("*.py"):
        assert f'example("{path.stem}")' in named


def test_certify_pytorch():
    pytest.importorskip("torch")
    judged = example("certify_pytorch").main()
    assert 0 < judged.relative_gap < 0.5


def test_choose_gamma(tmp_path):
    pytest.importorskip("matplotlib")
    model = example("choose_gamma").main(tmp_path / "picture.png", rows=60)
    assert model.path_.chosen >= 0 and (tmp_path / "picture.png").stat().st_size > 0


def test_tightness(tmp_path):
    pytest.importorskip("matplotlib")
    rows = example("tightness").main(tmp_path / "picture.png", shares=("5%", "50%"))
    for _, network, exact, relaxed in rows:
        assert relaxed <= network and network * (1 - 1.1e-3) <= exact <= network
    assert (tmp_path / "picture.png").stat().st_size > 0


def test_pictures(spiral):
    plt = pytest.importorskip("matplotlib.pyplot")
    X, Y = spiral
    result = burelu.solve(X, Y, 0.5, tolerance=0.05, bound="relaxation")
    drawn = burelu.plot.history(result).get_lines()[1].get_ydata()
    assert np.array_equal(drawn, result.history["lower_bound"], equal_nan=True)
    labels = np.array(["a", "b", "c"])[Y.argmax(axis=1)]
    fit = burelu.BureluClassifier(tolerance=0.1, random_state=0).fit(X, labels)
    assert burelu.plot.regions(fit, X, labels, steps=20) is not None
    assert burelu.plot.history(fit) is not None
    plt.close("all")
