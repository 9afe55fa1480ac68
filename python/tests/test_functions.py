"""solve and train against naive formulas and against the command line; what is passed is read in place."""

import json
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import burelu
from burelu import _core
from burelu._arrays import matrix
from conftest import DATA


def naive_objective(X, Y, gamma, U, V):
    loss = np.maximum(X @ U, 0.0) @ V.T - Y
    return 0.5 * np.sum(loss**2) + 0.5 * gamma * (np.sum(U**2) + np.sum(V**2))


def test_training_has_the_objective_of_its_network_and_a_bound_below(spiral):
    X, Y = spiral
    result = burelu.train(X, Y, 0.1, tolerance=1e-2)
    U, V = result.network.U, result.network.V
    assert U.shape == (2, result.network.width) and V.shape == (3, result.network.width)
    assert result.objective == pytest.approx(naive_objective(X, Y, 0.1, U, V), rel=1e-12)
    assert result.lower_bound <= result.objective
    assert result.relative_gap == pytest.approx(1 - result.lower_bound / result.objective, abs=1e-12)
    np.testing.assert_allclose(result.network.predict(X), np.maximum(X @ U, 0.0) @ V.T, atol=1e-12)
    assert result.network.objective(X, Y, 0.1) == result.objective
    assert result.certificate.verify().lower_bound == pytest.approx(result.lower_bound, rel=1e-6)


def test_balancing_keeps_the_function():
    rng = np.random.default_rng(0)
    network = burelu.Network(rng.normal(size=(3, 4)), rng.normal(size=(2, 4)))
    X = rng.normal(size=(9, 3))
    balanced = network.balanced()
    np.testing.assert_allclose(balanced.predict(X), network.predict(X), rtol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(balanced.U, axis=0), np.linalg.norm(balanced.V, axis=0))


@pytest.mark.parametrize(
    "data, gamma, bound",
    [("spiral.csv", 0.1, "auto"), ("iris_train.csv", 1.0, "auto"), ("iris_train.csv", 1.0, "relaxation")],
)
def test_bounds_are_those_of_the_command_line(program, tmp_path, data, gamma, bound):
    table = np.loadtxt(DATA / data, delimiter=",", skiprows=1)
    X, Y = table[:, :-1], burelu.one_hot(table[:, -1])[1]
    report = tmp_path / "report.json"
    options = ["--gamma", gamma, "--tol", "0.05", "--threads", 1, "--bound", bound, "--report", report, "--quiet"]
    run = program("burelu", "bound", DATA / data, *options)
    assert run.returncode == 0, run.stderr
    said = json.loads(report.read_text())["relaxation"]["lower_bound"]
    here = burelu.solve(X, Y, gamma, tolerance=0.05, threads=1, bound=bound)
    assert here.lower_bound == pytest.approx(said, rel=1e-12)


def test_gamma_is_a_number_or_a_share_of_gamma_max(spiral):
    X, Y = spiral
    most = burelu.gamma_max(X, Y)
    directions = np.array([[np.cos(t), np.sin(t)] for t in np.linspace(0, 2 * np.pi, 1000)]).T
    attained = np.linalg.norm(np.maximum(X @ directions, 0.0).T @ Y, axis=1).max()
    assert attained <= most.upper and most.lower <= most.upper
    assert attained == pytest.approx(most.lower, rel=1e-3)
    assert burelu.train(X, Y, 1.01 * most.upper).network.width == 0
    assert burelu.train(X, Y, 0.5 * most.lower, tolerance=1e-2).network.width > 0
    assert burelu.solve(X, Y, "50%", tolerance=0.1).gamma == 0.5 * most.upper
    assert burelu.solve(X, Y, tolerance=0.1).gamma == 0.05 * most.upper
    assert burelu.gamma_max(X, 0 * Y).upper == 0.0
    assert burelu.train(X, 0 * Y).objective == 0.0


def layouts(X):
    wide = np.zeros((X.shape[0], X.shape[1] + 3))
    wide[:, 1:-2] = X
    readonly = X.copy()
    readonly.setflags(write=False)
    return {
        "C": X,
        "Fortran": np.asfortranarray(X),
        "slice": wide[:, 1:-2],
        "reversed": X[::-1].copy()[::-1],
        "read-only": readonly,
    }


def test_layouts_are_read_in_place_and_give_the_same_bits(spiral):
    X, Y = spiral
    expected = burelu.solve(X, Y, 0.1, tolerance=0.1, threads=1, bound="relaxation").lower_bound
    for name, array in layouts(X).items():
        assert np.shares_memory(matrix(array, "X"), array), name
        result = burelu.solve(array, Y, 0.1, tolerance=0.1, threads=1, bound="relaxation")
        assert result.lower_bound == expected, name
        assert result.certificate.verify(), name


def test_other_arrays_are_taken_as_float64(spiral):
    X, Y = spiral
    X = np.round(8 * X) / 8  # the same numbers in every type
    hashed = _core.data_hash(X, Y, 0.1)
    unaligned = np.frombuffer(b"x" + X.tobytes(), dtype=np.uint8)[1:].view(np.float64).reshape(X.shape)
    packed = np.zeros(len(X), dtype=[("flag", "u1"), ("x", "<f8", 2)])
    packed["x"] = X
    others = [X.astype(np.float16), X.astype(np.float32), X.tolist(), X.astype(object), X.astype(">f8"), unaligned]
    for other in [*others, packed["x"]]:
        assert _core.data_hash(matrix(other, "X"), Y, 0.1) == hashed


def test_large_arrays_are_not_copied():
    code = """
import resource, numpy as np
from burelu import _core
from burelu._arrays import matrix
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
Y = np.ones((20000, 1))
for X in (np.ones((20000, 250)), np.ones((250, 20000)).T):
    before = peak()
    _core.data_hash(matrix(X, "X"), matrix(Y, "Y"), 0.1)
    _core.predict(matrix(X, "X"), np.ones((250, 1)), np.ones((1, 1)))
    print(peak() - before)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert max(map(int, run.stdout.split())) < 20, "MiB more than before, of an array of 38 MiB"


def test_other_threads_run_and_two_fits_at_once_are_as_alone(spiral):
    X, Y = spiral
    options = dict(gamma=0.1, tolerance=1e-2, threads=1, bound="relaxation")
    alone = burelu.train(X, Y, **options)
    results, ticks, done = {}, [], threading.Event()

    def fit(k):
        results[k] = burelu.train(X, Y, **options)

    def tick():
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.001)

    threads = [threading.Thread(target=fit, args=(k,)) for k in range(2)]
    ticker = threading.Thread(target=tick)
    for thread in [*threads, ticker]:
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    ticker.join()
    assert len(ticks) > 3
    for k in range(2):
        assert results[k].objective == alone.objective
        assert results[k].lower_bound == alone.lower_bound


def test_two_fits_at_once_with_threads_of_their_own(spiral):
    fits = {}

    def fit(seed):
        fits[seed] = burelu.train(*spiral, 0.1, tolerance=1e-2, threads=2, seed=seed)

    threads = [threading.Thread(target=fit, args=(seed,)) for seed in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in fits.values():
        assert result.status == "solved" and result.certificate.verify()
    assert fits[0].lower_bound <= fits[1].objective and fits[1].lower_bound <= fits[0].objective


def test_the_state_of_blas_and_openmp_is_the_callers():
    code = """
import numpy as np, burelu
from threadpoolctl import threadpool_info, threadpool_limits
X = np.random.default_rng(0).normal(size=(20, 3))
burelu.solve(X, X[:, :1], 0.5, tolerance=0.1)
burelu.BureluRegressorCV  # loads what scikit-learn brings
def state(): return {pool["filepath"]: pool["num_threads"] for pool in threadpool_info()}
works = [
    lambda: burelu.train(X, X[:, :1], 0.5, tolerance=0.1, threads=2),
    lambda: burelu.path(X, X[:, :1], count=2, folds=2, tolerance=0.5, threads=2),
    lambda: burelu.gamma_max(X, X[:, :1], threads=2),
    lambda: burelu.BureluRegressorCV(n_gammas=2, cv=2, tolerance=0.5).fit(X, X[:, 0]),
]
with threadpool_limits(3):
    before = state()
    for work in works:
        work()
        assert state() == before and len(before) > 1, (before, state())
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_callback_sees_checks_and_can_end_the_call(spiral):
    X, Y = spiral
    seen = []

    def callback(progress):
        seen.append((threading.get_ident(), progress.phase, progress.lower_bound))
        return len(seen) < 3

    result = burelu.solve(X, Y, 0.1, tolerance=1e-9, bound="relaxation", progress=callback)
    assert result.status == "interrupted"
    assert np.isfinite(result.lower_bound) and result.certificate.verify()
    assert len(seen) == 3 and {thread for thread, _, _ in seen} == {threading.get_ident()}
    assert {phase for _, phase, _ in seen} == {"solve"}


def test_what_a_callback_raises_arrives(spiral):
    def callback(progress):
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        burelu.solve(*spiral, 0.1, progress=callback)


def test_verbose_writes_a_line_per_check(spiral, capfd):
    burelu.solve(*spiral, 0.1, tolerance=0.1, bound="relaxation", verbose=2)
    lines = capfd.readouterr().err.splitlines()
    assert lines and all(line.startswith("burelu solve") and "bound" in line for line in lines)


def test_thinned_lines_end_with_the_last_check(spiral, capfd):
    seen = []
    burelu.solve(*spiral, 0.1, tolerance=0.1, bound="relaxation", verbose=1, progress=lambda p: seen.append(p.evaluations))
    lines = capfd.readouterr().err.splitlines()
    assert 1 <= len(lines) <= len(seen) and f" {seen[-1]} evals" in lines[-1]


def test_history_is_a_table(spiral):
    history = burelu.solve(*spiral, 0.1, tolerance=0.05, bound="relaxation").history
    assert {"evaluations", "seconds", "objective", "lower_bound"} <= set(history.dtype.names)
    bounds = history["lower_bound"][~np.isnan(history["lower_bound"])]
    assert len(bounds) and np.all(np.diff(bounds) >= 0)


def test_checkpoint_and_resume(spiral, tmp_path):
    X, Y = spiral
    path = tmp_path / "state"
    options = dict(gamma=0.1, tolerance=1e-2, threads=1, bound="relaxation")
    first = burelu.solve(X, Y, max_evaluations=200, checkpoint=path, **options)
    assert first.status == "evaluation_limit" and os.path.getsize(path) > 0
    resumed = burelu.solve(X, Y, resume=path, **options)
    assert resumed.status == "solved" and resumed.evaluations > first.evaluations
    assert resumed.lower_bound >= first.lower_bound
    with pytest.raises(burelu.DataError):
        burelu.solve(X, 2 * Y, resume=path, **options)
