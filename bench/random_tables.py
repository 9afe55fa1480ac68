#!/usr/bin/env python3
# Random tables with columns of sizes 10^-9 to 10^9: every run must end in time with a proven bound.
#
#   bench/random_tables.py BUILD [--count N] [--first K] [--jobs J] [--rows FILE.jsonl] [--out FILE.md]
#
# Each table has n rows (1 to 60), d features (1 to 80) of which some are scaled by 10^k with k uniform in [-9, 9], some
# constant, some copies of others, duplicate rows, c targets (1 to 20) of sizes 10^-3 to 10^3, and gamma between 1e-6 and
# 10 times the least gamma for which the zero network is optimal (from below, by ascent). `burelu train` gets 20,000
# evaluations and 19 s; burelu-verify checks its certificate. Standard library only; BUILD holds both programs.
import argparse, json, math, os, platform, random, subprocess, sys, tempfile, time


def column(rng, n):
    kind = rng.random()
    if kind < 0.06:
        return [rng.choice([0.0, 1.0, 2024.0])] * n
    values = [rng.gauss(0, 1) for _ in range(n)]
    if kind < 0.2:
        values = [abs(v) + 3.0 for v in values]  # all of one sign: rows nearly parallel where it is large
    if kind < 0.9:
        size = 10.0 ** rng.uniform(-9, 9)
        values = [v * size for v in values]
    return values


def table(seed):
    rng = random.Random(seed)
    n, d, c = rng.randint(1, 60), rng.randint(1, 80), rng.randint(1, 20)
    columns = []
    for _ in range(d):
        columns.append(list(rng.choice(columns)) if columns and rng.random() < 0.05 else column(rng, n))
    X = [[columns[j][i] for j in range(d)] for i in range(n)]
    size = 10.0 ** rng.uniform(-3, 3)
    Y = [[size * rng.gauss(0, 1) for _ in range(c)] for _ in range(n)]
    for i in range(1, n):
        if rng.random() < 0.08:
            X[i] = list(X[rng.randrange(i)])
    return X, Y, threshold(X, Y, rng) * 10.0 ** rng.uniform(-6, 1)


def threshold(X, Y, rng):
    """max over unit u of ||Y'(Xu)_+||, from below: ascent from the rows and at random."""
    best = 0.0
    starts = sorted(range(len(X)), key=lambda i: -sum(v * v for v in X[i]) * sum(v * v for v in Y[i]))[:3]
    for u in [list(X[i]) for i in starts] + [[rng.gauss(0, 1) for _ in X[0]] for _ in range(2)]:
        for _ in range(12):
            norm = math.sqrt(sum(v * v for v in u))
            if norm == 0.0:
                break
            u = [v / norm for v in u]
            a = [max(sum(x * v for x, v in zip(row, u)), 0.0) for row in X]
            w = [sum(ai * y[j] for ai, y in zip(a, Y)) for j in range(len(Y[0]))]
            best = max(best, math.sqrt(sum(v * v for v in w)))
            g = [sum(yj * wj for yj, wj in zip(y, w)) if ai > 0.0 else 0.0 for ai, y in zip(a, Y)]
            u = [sum(gi * row[j] for gi, row in zip(g, X)) for j in range(len(u))]
    return best if best > 0.0 else 1.0


def write(path, X, Y):
    with open(path, "w") as out:
        out.write(",".join([f"x{j}" for j in range(len(X[0]))] + [f"y{j}" for j in range(len(Y[0]))]) + "\n")
        for x, y in zip(X, Y):
            out.write(",".join(map(repr, x + y)) + "\n")


def run(build, folder, seed):
    X, Y, gamma = table(seed)
    data, report, certificate = (os.path.join(folder, name) for name in ("d.csv", "r.json", "c.txt"))
    for path in (report, certificate):
        if os.path.exists(path):
            os.remove(path)
    write(data, X, Y)
    targets = ",".join(f"y{j}" for j in range(len(Y[0])))
    env = dict(os.environ, OMP_NUM_THREADS="1", OMP_WAIT_POLICY="passive")
    command = [os.path.join(build, "burelu"), "train", data, "--target", targets, "--gamma", repr(gamma), "--report",
               report, "--certificate", certificate, "--max-evaluations", "20000", "--time-limit", "19",
               "--log-level", "error"]
    begun = time.time()
    row = {"seed": seed, "n": len(X), "d": len(X[0]), "c": len(Y[0]), "gamma": gamma, "faults": []}
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        row.update(status="hangs", seconds=120.0, bound=None, network=None)
        row["faults"].append("does not end")
        return row
    row["seconds"] = time.time() - begun
    if done.returncode not in (0, 4) or not os.path.exists(report):
        row.update(status=f"exit {done.returncode}", bound=None, network=None)
        row["faults"].append(done.stderr.strip()[-200:] or "no report")
        return row
    said = json.load(open(report))
    relaxation, network = said["relaxation"], said["network"]
    row.update(status=said["status"], evaluations=relaxation["evaluations"], bound=relaxation["lower_bound"],
               network=network["objective"], relaxation=relaxation["objective"],
               zero=0.5 * sum(v * v for y in Y for v in y))
    if row["bound"] is None:
        row["faults"].append("no bound")
    elif row["bound"] > row["network"] * (1 + 1e-12):
        row["faults"].append("bound above the network")
    if row["evaluations"] > 20000:
        row["faults"].append("too many evaluations")
    if row["bound"] is not None:
        checked = subprocess.run([os.path.join(build, "burelu-verify"), certificate, data, "--gamma", repr(gamma)], env=env,
                                 capture_output=True, text=True)
        if checked.returncode != 0:
            row["faults"].append("burelu-verify: " + (checked.stdout + checked.stderr).strip()[-150:])
    return row


def summary(rows, arguments):
    statuses = {}
    for row in rows:
        statuses[row["status"]] = statuses.get(row["status"], 0) + 1
    above = [r for r in rows if r["bound"] is not None and r["bound"] > 0.0]
    ratios = sorted(r["bound"] / r["network"] for r in above if r["network"])
    seconds = sorted(r["seconds"] for r in rows)
    faulty = [r for r in rows if r["faults"]]
    quantile = lambda v, q: v[min(int(q * len(v)), len(v) - 1)] if v else float("nan")
    lines = [
        "# Random tables",
        "",
        f"`{' '.join(['bench/random_tables.py'] + sys.argv[1:])}`, {platform.machine()}, {os.cpu_count()} processors, "
        f"commit {commit(arguments.build)}; one thread a run.",
        "",
        "| | |",
        "|---|---|",
        f"| tables | {len(rows)} |",
        f"| status | {', '.join(f'{k} {v}' for k, v in sorted(statuses.items()))} |",
        f"| bound above 0 | {len(above)} ({100.0 * len(above) / len(rows):.1f} %) |",
        f"| bound over network, quantiles 5, 25, 50, 75 % | "
        f"{', '.join(f'{quantile(ratios, q):.3g}' for q in (0.05, 0.25, 0.5, 0.75))} |",
        f"| seconds, median, 95 %, most | {quantile(seconds, 0.5):.2f}, {quantile(seconds, 0.95):.2f}, {seconds[-1]:.2f} |",
        f"| faults | {len(faulty)} |",
        "",
    ]
    lines += [f"- table {r['seed']} (n {r['n']}, d {r['d']}, c {r['c']}): {'; '.join(r['faults'])}" for r in faulty]
    return "\n".join(lines) + "\n"


def commit(build):
    """Of the program that ran."""
    said = subprocess.run([os.path.join(build, "burelu"), "info"], capture_output=True, text=True).stdout
    return next((line.split()[-1] for line in said.splitlines() if line.startswith("commit")), "unknown")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out")
    parser.add_argument("--rows", help="JSON lines, one a table, as they come; what is there already is not run again")
    arguments = parser.parse_args()
    from concurrent.futures import ThreadPoolExecutor

    known = {}
    if arguments.rows and os.path.exists(arguments.rows):
        known = {row["seed"]: row for row in map(json.loads, open(arguments.rows))}

    def one(seed):
        if seed in known:
            return known[seed]
        with tempfile.TemporaryDirectory() as folder:
            row = run(os.path.abspath(arguments.build), folder, seed)
        if arguments.rows:
            with open(arguments.rows, "a") as out:
                out.write(json.dumps(row) + "\n")
        return row

    with ThreadPoolExecutor(arguments.jobs) as pool:
        rows = list(pool.map(one, range(arguments.first, arguments.first + arguments.count)))
    text = summary(rows, arguments)
    print(text)
    if arguments.out:
        with open(arguments.out, "w") as out:
            out.write(text)
    sys.exit(1 if any(r["faults"] for r in rows) else 0)


if __name__ == "__main__":
    main()
