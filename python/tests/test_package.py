"""What the package consists of: names, types, and what importing it costs."""

import ast
import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

import burelu

FOLDER = Path(burelu._core.__file__).parent


def test_every_public_name_is_there_and_described():
    for name in burelu.__all__:
        assert inspect.getdoc(getattr(burelu, name)), name
    assert burelu.__version__.count(".") == 2


@pytest.mark.parametrize("function", [burelu.solve, burelu.train, burelu.certify, burelu.path, burelu.gamma_max])
def test_every_parameter_is_described(function):
    text = inspect.getdoc(function)
    for name in inspect.signature(function).parameters:
        assert name in text.split("Parameters", 1)[1], name


def test_stubs_name_what_the_extensions_have():
    assert (FOLDER / "py.typed").exists()
    for module in (burelu._core, burelu._certificate._verify):
        tree = ast.parse((FOLDER / (module.__name__.rsplit(".", 1)[1] + ".pyi")).read_text())
        named = {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
        there = {name for name, value in vars(module).items() if callable(value) and not name.startswith("__")}
        assert named == there


def test_types_are_strict():
    """Those of the package, and what a user's program sees of them: the examples."""
    pytest.importorskip("mypy")
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", "mypy", "--config-file", root / "pyproject.toml", "--cache-dir", FOLDER.parent / "mypy"]
    environment = {**os.environ, "MYPYPATH": str(FOLDER.parent)}
    for what in (["-p", "burelu"], sorted((root / "python" / "examples").glob("*.py"))):
        run = subprocess.run([*command, *what], capture_output=True, text=True, env=environment)
        assert run.returncode == 0, run.stdout + run.stderr


def test_importing_it_imports_neither_scikit_learn_nor_torch():
    code = "import sys, burelu; print([m for m in ('sklearn', 'torch', 'matplotlib', 'pandas') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_a_network_is_certified_without_scikit_learn():
    code = """
import sys
sys.modules["sklearn"] = sys.modules["torch"] = None
import numpy as np, burelu
X = np.random.default_rng(0).normal(size=(9, 2))
print(burelu.certify((np.ones((2, 3)), np.ones((1, 3))), X, X[:, :1], "20%", tolerance=0.1).relative_gap > 0)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "True"


@pytest.mark.parametrize("interpreter, reason", [("no-such-python", "there is no no-such-python"), ("false", "older than 3.10")])
def test_an_environment_that_cannot_be_says_why(tmp_path, interpreter, reason):
    script = Path(__file__).resolve().parents[2] / "scripts" / "python_environment.sh"
    environment = {**os.environ, "PYTHON": interpreter}
    run = subprocess.run([script, tmp_path / "new"], capture_output=True, text=True, env=environment)
    assert run.returncode == 1 and reason in run.stderr and not (tmp_path / "new").exists()
    assert len(run.stderr.splitlines()) == 1
