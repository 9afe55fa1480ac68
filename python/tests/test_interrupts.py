"""Ctrl-C: the best so far at the first one, an exception at the second, and an interpreter that goes on after both."""

import signal
import subprocess
import sys
import time

import pytest

from conftest import DATA

START = """
import os, signal, sys, time, numpy as np, burelu
table = np.loadtxt(sys.argv[1], delimiter=",", skiprows=1)
X, Y = table[:, :-1], burelu.one_hot(table[:, -1])[1]
endless = dict(gamma=0.1, tolerance=1e-12, bound="relaxation")
def said(*words): print(*words, flush=True)
def goes_on(): said("goes on" if burelu.train(X, Y, 1.0, tolerance=0.1).certificate.verify() else "is broken")
"""


def run(code, *signals):
    """What the program prints; `signals` are sent one after the other once it has printed its first line."""
    command = [sys.executable, "-c", START + code, str(DATA / "spiral.csv")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "begins\n"
        time.sleep(0.5 if signals else 0)  # until it is in the library
        for number in signals:
            process.send_signal(number)
            time.sleep(0.02)
        printed, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return printed.splitlines()


def test_the_first_returns_the_best_so_far():
    code = """
def strike(progress):
    if progress.evaluations > 100: os.kill(os.getpid(), signal.SIGINT)
said("begins")
said(burelu.solve(X, Y, progress=strike, **endless).status)
goes_on()
"""
    assert run(code) == ["interrupted", "goes on"]


def test_without_a_callback():
    code = """
said("begins")
said(burelu.solve(X, Y, **endless).status)
goes_on()
"""
    assert run(code, signal.SIGINT) == ["interrupted", "goes on"]


def test_the_second_is_raised():
    code = """
def strike(number, frame):
    if frame.f_code.co_name == "call": raise KeyboardInterrupt
signal.signal(signal.SIGALRM, strike)
said("begins")
try:
    signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0002)  # many times while the solve ends
    said(burelu.solve(X, Y, **endless).status)
except KeyboardInterrupt:
    said("raised")
signal.setitimer(signal.ITIMER_REAL, 0)
goes_on()
"""
    assert run(code) == ["raised", "goes on"]


@pytest.mark.parametrize("what", ["burelu.solve(X, Y, **endless)", "burelu.train(X, Y, **endless)", "burelu.path(X, Y, folds=3, count=200)"])
def test_several_in_a_row_do_no_harm(what):
    code = f"""
outcome = []
def attempt():
    try:
        outcome.append({what}.status)
        time.sleep(0.5)  # for what comes after the end
    except KeyboardInterrupt:
        outcome.append("raised")
        time.sleep(0.5)
said("begins")
while not outcome:
    try:
        attempt()
    except KeyboardInterrupt:
        pass
signal.signal(signal.SIGINT, signal.SIG_IGN)
said(outcome[0])
goes_on()
"""
    printed = run(code, signal.SIGINT, signal.SIGINT, signal.SIGINT)
    assert printed[1] == "goes on" and printed[0] in ("interrupted", "raised")


def test_a_share_of_a_gamma_that_was_not_found_is_none():
    code = """
rng = np.random.default_rng(0)
X = rng.normal(size=(300, 9))
def strike(number, frame):
    if frame.f_code.co_name == "gamma_max": raise KeyboardInterrupt
signal.signal(signal.SIGALRM, strike)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
said("begins")
try:
    burelu.train(X, X[:, :1], "5%", max_evaluations=10)
except KeyboardInterrupt:
    said("raised")
signal.setitimer(signal.ITIMER_REAL, 0)
"""
    assert run(code) == ["raised"]
