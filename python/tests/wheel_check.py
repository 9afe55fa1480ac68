"""An installed burelu from end to end, against the command line: python wheel_check.py FOLDER_OF_THE_PROGRAMS."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import burelu

DATA = Path(__file__).resolve().parents[2] / "tests" / "data"


def check(name, gamma, bound, programs, folder):
    table = np.loadtxt(DATA / name, delimiter=",", skiprows=1)
    X, labels = table[:, :-1], table[:, -1].astype(int)
    options = ["--gamma", str(gamma), "--tol", "1e-2", "--threads", "1", "--bound", bound, "--quiet"]
    report = folder / "report.json"
    subprocess.run([programs / "burelu", "bound", DATA / name, *options, "--report", report], check=True)
    said = json.loads(report.read_text())["relaxation"]["lower_bound"]

    result = burelu.train(X, burelu.one_hot(labels)[1], gamma, bound=bound, tolerance=1e-2, threads=1)
    assert abs(result.lower_bound - said) <= 1e-12 * abs(said), (name, bound, result.lower_bound, said)
    assert result.lower_bound <= result.objective
    assert result.certificate.verify(), name
    result.certificate.save(folder / "bound.cert")
    result.certificate.save_data(folder / "data.csv")
    subprocess.run([programs / "burelu-verify", folder / "bound.cert", folder / "data.csv"], check=True)

    fit = burelu.BureluClassifier(tolerance=1e-2, random_state=0).fit(X, labels)
    assert fit.lower_bound_ <= fit.objective_ and fit.certificate_.verify()
    print(f"{name} {bound}: bound {result.lower_bound!r}, {fit.score(X, labels):.1%} right, gap {fit.gap_:.2%}")


def main():
    programs = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        check("iris_train.csv", 1.0, "auto", programs, Path(folder))
        check("iris_train.csv", 1.0, "relaxation", programs, Path(folder))
        check("spiral.csv", 0.1, "auto", programs, Path(folder))
    print(f"burelu {burelu.__version__} in {Path(burelu.__file__).parent} agrees with the command line")


main()
