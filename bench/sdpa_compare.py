#!/usr/bin/env python3
"""The relaxation by a general solver: writes it as an SDPA sparse file, runs Debian's `sdpa`, compares with burelu.

The loss is (gamma/2) tr Y'(gamma I + Z_aa)^-1 Y once V is eliminated, so with T above Y'(gamma I + Z_aa)^-1 Y

    minimise  gamma/2 (tr T + tr Z_uu)
    subject   Z = [Z_aa Z_au; . Z_uu] >= 0,   [gamma I + Z_aa, Y; Y', T] >= 0,
              AA' = Z_aa >= 0,  AB' = Z_aa - Z_au X' >= 0,  BB' = Z_aa - Z_au X' - X Z_ua + X Z_uu X' >= 0 entrywise,
              diag(AB') = 0: substituted, Z_aa(i, i) = x_i' Z_ua(:, i).

The free variables are the entries of Z and T; the inequalities are one diagonal block. That is the smaller of the two
standard forms: n(n+1)/2 + nd + ... variables rather than 2 n^2 equality constraints with slacks.

usage: bench/sdpa_compare.py --burelu build/cpu/burelu [--sdpa sdpa] [--limit SECONDS] DATA@GAMMA@TOLERANCE ...
DATA is a file or builtin: specification; prints a Markdown table, --json FILE writes the figures. Seconds are those of
the processor (user and system), which another load on the machine distorts less than the clock.
"""
import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict

import numpy as np


class Variables:
    """Numbers the free entries; a linear form is a dict from variable (0: constant) to coefficient."""

    def __init__(self, X, c):
        self.X, self.numbers = X, {}
        self.n, self.d, self.c = X.shape[0], X.shape[1], c

    def entry(self, kind, i, j):
        key = (kind, max(i, j), min(i, j)) if kind != "au" else (kind, i, j)
        return self.numbers.setdefault(key, len(self.numbers) + 1)

    def aa(self, i, j):
        if i != j:
            return {self.entry("aa", i, j): 1.0}
        return {self.entry("au", i, k): self.X[i, k] for k in range(self.d) if self.X[i, k] != 0.0}

    def au_x(self, i, j):  # a_i' p_j = sum_k Z_au(i, k) X(j, k)
        return {self.entry("au", i, k): self.X[j, k] for k in range(self.d)}

    def pp(self, i, j):  # p_i' p_j
        form = defaultdict(float)
        for k in range(self.d):
            for m in range(self.d):
                form[self.entry("uu", k, m)] += self.X[i, k] * self.X[j, m]
        return form


def combine(*terms):
    out = defaultdict(float)
    for factor, form in terms:
        for variable, value in form.items():
            out[variable] += factor * value
    return out


def inequalities(v):
    """Every product of two of the rows a, b that is not tied."""
    for i in range(v.n):
        for j in range(v.n):
            if i == j:
                continue
            yield combine((1, v.aa(i, j)), (-1, v.au_x(i, j)))
            if j < i:
                yield v.aa(i, j)
                yield combine((1, v.aa(i, j)), (-1, v.au_x(i, j)), (-1, v.au_x(j, i)), (1, v.pp(i, j)))


def psd_blocks(v, Y, gamma):
    """Entries (block, row, column, linear form), upper triangle, from 1."""
    n, d, c = v.n, v.d, v.c
    for i in range(n):
        for j in range(i, n):
            form = v.aa(i, j)
            yield 1, i + 1, j + 1, form
            yield 2, i + 1, j + 1, combine((1, form), (gamma, {0: 1.0})) if i == j else form
        for k in range(d):
            yield 1, i + 1, n + k + 1, {v.entry("au", i, k): 1.0}
        for k in range(c):
            yield 2, i + 1, n + k + 1, {0: Y[i, k]}
    for k in range(d):
        for m in range(k, d):
            yield 1, n + k + 1, n + m + 1, {v.entry("uu", k, m): 1.0}
    for k in range(c):
        for m in range(k, c):
            yield 2, n + k + 1, n + m + 1, {v.entry("t", k, m): 1.0}


def write_sdpa(path, X, Y, gamma):
    v = Variables(X, Y.shape[1])
    lines = []  # (variable, block, row, column, value); F_0 is minus the constant
    count = 0
    for block, row, column, form in psd_blocks(v, Y, gamma):
        lines += [(k, block, row, column, -x if k == 0 else x) for k, x in form.items() if x != 0.0]
    for form in inequalities(v):
        count += 1
        lines += [(k, 3, count, count, x) for k, x in form.items() if x != 0.0]
    cost = np.zeros(len(v.numbers))
    for k in range(v.d):
        cost[v.entry("uu", k, k) - 1] = gamma / 2
    for k in range(v.c):
        cost[v.entry("t", k, k) - 1] = gamma / 2
    lines.sort()
    with open(path, "w") as file:
        file.write(f"{len(cost)}\n3\n{v.n + v.d} {v.n + v.c} {-count}\n")
        file.write(" ".join(repr(float(x)) for x in cost) + "\n")
        file.writelines(f"{k} {b} {i} {j} {x!r}\n" for k, b, i, j, x in ((*l[:4], float(l[4])) for l in lines))
    return len(cost)


def processor_seconds():
    """User and system seconds of finished children: what a shared machine does not distort."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run_sdpa(program, source, folder, limit, tolerance, threads):
    """Objective (the upper of SDPA's two values), the lower one, iterations, seconds; None at the limit."""
    out = os.path.join(folder, "out")
    parameters = os.path.join(folder, "param.sdpa")
    with open(parameters, "w") as file:  # defaults, but for epsilonStar and epsilonDash
        file.write("100\n%g\n1.0E2\n2.0\n-1.0E5\n1.0E5\n0.1\n0.2\n0.9\n%g\n" % (tolerance, tolerance))
    start, before = time.time(), processor_seconds()
    try:
        subprocess.run([program, "-ds", source, "-o", out, "-p", parameters, "-numThreads", str(threads)], check=True,
                       stdout=subprocess.DEVNULL, timeout=limit)
    except subprocess.TimeoutExpired:
        return None
    seconds = time.time() - start
    text = open(out).read()

    def value(key):
        return float(re.search(key + r"\s*=\s*([-+0-9.eE]+)", text).group(1))

    return {"phase": re.search(r"phase.value\s*=\s*(\w+)", text).group(1), "upper": value("objValPrimal"),
            "lower": value("objValDual"), "iterations": int(value("Iteration")), "seconds": seconds,
            "processor_seconds": processor_seconds() - before}


def run_burelu(arguments, data, gamma, tolerance, folder):
    report = os.path.join(folder, "report.json")
    prepared = os.path.join(folder, "data.csv")
    before = processor_seconds()
    subprocess.run([arguments.burelu, "bound", data, "--gamma", str(gamma), "--tol", str(tolerance), "--report", report,
                    "--quiet", "--save-data", prepared, "--threads", str(arguments.threads), "--time-limit",
                    str(arguments.limit), "--bound", "relaxation"], stdout=subprocess.DEVNULL)
    with open(report) as file:
        document = json.load(file)
    document["processor_seconds"] = processor_seconds() - before
    with open(prepared) as file:
        names = file.readline().strip().split(",")
    table = np.loadtxt(prepared, delimiter=",", skiprows=1, ndmin=2)
    is_target = np.array([name.startswith("y") for name in names])
    return document, table[:, ~is_target], table[:, is_target]


def compare(arguments, text):
    data, gamma, tolerance = text.rsplit("@", 2)
    gamma, tolerance = float(gamma), float(tolerance)
    with tempfile.TemporaryDirectory() as folder:
        report, X, Y = run_burelu(arguments, data, gamma, tolerance, folder)
        source = os.path.join(folder, "relaxation.dat-s")
        variables = write_sdpa(source, X, Y, gamma)
        other = run_sdpa(arguments.sdpa, source, folder, arguments.limit, tolerance, arguments.threads)
    relaxation = report["relaxation"]
    return {"data": os.path.basename(data), "gamma": gamma, "tolerance": tolerance, "n": X.shape[0], "d": X.shape[1],
            "c": Y.shape[1], "variables": variables, "sdpa": other, "limit": arguments.limit,
            "threads": arguments.threads, "load": os.getloadavg()[0],
            "burelu": {"status": report["status"], "objective": relaxation["objective"],
                       "lower_bound": relaxation["lower_bound"], "evaluations": relaxation["evaluations"],
                       "seconds": report["seconds"]["total"], "processor_seconds": report["processor_seconds"]}}


def row(r):
    mine, other = r["burelu"], r["sdpa"]
    first = f"| {r['data']} | {r['n']}×{r['d']}→{r['c']} | {r['gamma']:g} | {r['tolerance']:g} | "
    own = f"{mine['lower_bound']:.8g} | {mine['evaluations']} ({mine['status']}) | {mine['processor_seconds']:.2f} |"
    if other is None:
        return f"{first}– | – | > {r['limit']:g} (wall) | {own} – |"
    ratio = other["processor_seconds"] / mine["processor_seconds"]
    return (f"{first}{other['lower']:.8g} … {other['upper']:.8g} | {other['iterations']} ({other['phase']}) | "
            f"{other['processor_seconds']:.2f} | {own} {ratio:.2f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("instances", nargs="+", help="DATA@GAMMA@TOLERANCE")
    parser.add_argument("--burelu", required=True)
    parser.add_argument("--sdpa", default="sdpa")
    parser.add_argument("--limit", type=float, default=360.0, help="seconds for one solve")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json")
    arguments = parser.parse_args()
    results = []
    print("| data | n×d→c | γ | tolerance | sdpa: values | iterations | CPU s | burelu: bound | evaluations | CPU s "
          "| sdpa / burelu |")
    print("|---" * 11 + "|")
    for text in arguments.instances:
        results.append(compare(arguments, text))
        print(row(results[-1]), flush=True)
        if arguments.json:
            with open(arguments.json, "w") as file:
                json.dump(results, file, indent=1)
                file.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
