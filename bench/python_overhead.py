"""What the Python package costs beside the program `burelu`: the same solve by both in turns, in user seconds.

    PYTHONPATH=build/cpu/python python bench/python_overhead.py build/cpu DATA.csv [PAIRS] [GAMMA]

DATA.csv has a column `label` last. A pair is gamma_max and one solve by each, to the same proven bound, the order changing
from pair to pair. User seconds, which hardly depend on what else the machine does: of the calls, with all that the package
does in Python, and of the program less those of its --dry-run, which starts, reads and prepares alike.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import burelu

SAME = dict(bound="relaxation", threads=1)


def user(who):
    return resource.getrusage(who).ru_utime


def by_program(command, *more):
    before = user(resource.RUSAGE_CHILDREN)
    subprocess.run([*command, *more], check=True, stdout=subprocess.DEVNULL)
    return user(resource.RUSAGE_CHILDREN) - before


def by_package(X, Y, gamma, said):
    before = user(resource.RUSAGE_SELF)
    burelu.gamma_max(X, Y, **SAME)
    result = burelu.solve(X, Y, gamma, tolerance=1e-3, **SAME)
    seconds = user(resource.RUSAGE_SELF) - before
    assert abs(result.lower_bound - said["lower_bound"]) <= 1e-12 * abs(said["lower_bound"]), "not the same solve"
    assert result.evaluations == said["evaluations"]
    return seconds


def main(build, data, pairs="10", gamma="20"):
    os.environ["OMP_WAIT_POLICY"] = "passive"
    table = np.loadtxt(data, delimiter=",", skiprows=1)
    fit = burelu.BureluClassifier(10 * float(gamma), bound="relaxation", tolerance=0.9).fit(table[:, :-1], table[:, -1])
    X, Y = fit.prepare(table[:, :-1], table[:, -1])
    command = [Path(build) / "burelu", "bound", data, "--standardize", "--bias", "--gamma", gamma, "--tol", "1e-3"]
    command += ["--bound", "relaxation", "--threads", "1", "--quiet"]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        by_program(command, "--report", report)
        said = json.loads(report.read_text())["relaxation"]
    beside = statistics.median(by_program(command, "--dry-run") for _ in range(int(pairs)))
    print(f"start, reading and preparation of the program: {beside:.3f} s, not counted")
    print("| program | package | ratio |\n|---|---|---|")
    rows = []
    for k in range(int(pairs)):
        times = {}
        for who in ("program", "package") if k % 2 else ("package", "program"):
            ours = who == "package"
            times[who] = by_package(X, Y, float(gamma), said) if ours else by_program(command) - beside
        rows.append((times["program"], times["package"], times["package"] / times["program"]))
        print("| {:.3f} | {:.3f} | {:.3f} |".format(*rows[-1]), flush=True)
    print("medians: program {:.3f} s, package {:.3f} s, ratio {:.3f}".format(*map(statistics.median, zip(*rows))))


if __name__ == "__main__":
    main(*sys.argv[1:])
