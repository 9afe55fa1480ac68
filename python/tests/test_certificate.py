"""Certificates prove what they claim for their data and nothing for others."""

import pickle

import numpy as np
import pytest

import burelu
from burelu import _core


@pytest.fixture(scope="module", params=["relaxation", "branch"])
def solved(request, spiral):
    X, Y = spiral
    return burelu.solve(X, Y, 0.1, tolerance=0.05, bound=request.param)


def test_it_verifies(solved, spiral):
    certificate = solved.certificate
    assert certificate.lower_bound == solved.lower_bound
    assert certificate.gamma == 0.1
    assert certificate.W.shape == spiral[1].shape
    verdict = certificate.verify()
    assert verdict and verdict.lower_bound == pytest.approx(solved.lower_bound, rel=1e-6)
    assert certificate.verify(*spiral)


def test_other_data_are_refused(solved, spiral):
    X, Y = spiral
    assert not solved.certificate.verify(X + 0.5, Y)
    assert not solved.certificate.verify(X, Y[::-1])
    assert not solved.certificate.verify(X[:-1], Y[:-1])


def test_a_changed_proof_is_no_proof(solved, spiral):
    X, Y = spiral
    arrays = list(solved.certificate._core.arrays())
    arrays[4] = 1.5 * arrays[4]
    assert not burelu.Certificate(_core.Certificate(*arrays), X, Y).verify()
    arrays = list(solved.certificate._core.arrays())
    arrays[0] += 1.0  # a bound that is claimed and not proven
    verdict = burelu.Certificate(_core.Certificate(*arrays), X, Y).verify()
    assert not verdict or verdict.lower_bound < arrays[0] - 0.5


@pytest.mark.parametrize("place, change", [(4, slice(3)), (5, slice(0)), (6, slice(2)), (7, slice(1))])
def test_arrays_that_are_cut_off_do_not_crash(solved, spiral, place, change):
    arrays = list(solved.certificate._core.arrays())
    arrays[place] = arrays[place][change]
    try:
        verdict = burelu.Certificate(_core.Certificate(*arrays), *spiral).verify()
    except ValueError as error:
        assert "do not fit" in str(error)
    else:
        assert not verdict or solved.certificate.method == "branch"


def test_indices_out_of_range_do_not_crash(solved, spiral):
    for place in (5, 6):
        for step in (10**6, -(10**6)):
            arrays = list(solved.certificate._core.arrays())
            arrays[place] = arrays[place] + np.int32(step)
            verdict = burelu.Certificate(_core.Certificate(*arrays), *spiral).verify()
            assert not verdict or solved.certificate.method == "branch"
    arrays = list(solved.certificate._core.arrays())
    i, j, value = arrays[8]
    if len(value):
        arrays[8] = (i + np.int32(10**6), j, value)
        assert not burelu.Certificate(_core.Certificate(*arrays), *spiral).verify()


def test_it_is_kept_in_files_and_pickles(solved, spiral, tmp_path):
    path = tmp_path / "bound.cert"
    solved.certificate.save(path)
    for copy in (burelu.Certificate.load(path), pickle.loads(pickle.dumps(solved.certificate))):
        assert copy.lower_bound == solved.lower_bound and copy.method == solved.certificate.method
        with pytest.raises(burelu.DataError, match="pass X and Y"):
            copy.verify()
        assert copy.verify(*spiral)
    assert burelu.Certificate.load(path, *spiral).verify()
    with pytest.raises(burelu.DataError):
        burelu.Certificate.load(tmp_path / "nothing.cert")


def test_the_checker_of_the_command_line_reads_it(solved, program, tmp_path):
    solved.certificate.save(tmp_path / "bound.cert")
    solved.certificate.save_data(tmp_path / "data.csv")
    run = program("burelu-verify", tmp_path / "bound.cert", tmp_path / "data.csv")
    assert run.returncode == 0 and run.stdout.startswith("PROVEN"), run.stdout + run.stderr


def test_one_of_a_dominant_feature_keeps_what_it_rests_on(program, tmp_path):
    rng = np.random.default_rng(7)
    X = rng.normal(size=(24, 3))
    X[:, 0] = 1.7e9 * (1 + 2e-6 * np.arange(24))
    Y = 1 + np.sin(2 * X[:, 1])
    fit = burelu.train(X, Y, 0.1, bound="branch", tolerance=1e-2)
    assert fit.lower_bound > 0.9 * fit.objective and fit.certificate.verify()
    copy = pickle.loads(pickle.dumps(fit.certificate))
    assert copy.verify(X, Y).lower_bound == fit.certificate.verify().lower_bound
    copy.save(tmp_path / "bound.cert")
    fit.certificate.save_data(tmp_path / "data.csv")
    assert program("burelu-verify", tmp_path / "bound.cert", tmp_path / "data.csv").returncode == 0
