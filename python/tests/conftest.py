"""Data and programs that several tests use."""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

import burelu

DATA = Path(__file__).resolve().parents[2] / "tests" / "data"


def read(name):
    """X and labels of a CSV file whose last column is the label."""
    table = np.loadtxt(DATA / name, delimiter=",", skiprows=1)
    return np.ascontiguousarray(table[:, :-1]), table[:, -1].astype(int)


@pytest.fixture(scope="session")
def spiral():
    X, labels = read("spiral.csv")
    return X, burelu.one_hot(labels)[1]


@pytest.fixture(scope="session")
def iris():
    return read("iris_train.csv")


@pytest.fixture(scope="session")
def program():
    """Runs a program of the build that the package is from, or of BURELU_TEST_PROGRAMS."""
    folder = Path(os.environ.get("BURELU_TEST_PROGRAMS", Path(burelu.__file__).resolve().parent))
    # In a build folder the package's Python files are links; the extension lies where the build put it.
    if "BURELU_TEST_PROGRAMS" not in os.environ:
        folder = Path(burelu._core.__file__).resolve().parents[2]
    if not (folder / "burelu").is_file():
        pytest.skip("no program burelu beside the package; BURELU_TEST_PROGRAMS names its folder")

    def run(name, *arguments):
        command = [str(folder / name), *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=120)

    return run
