#!/usr/bin/env python3
"""The picture of the README: the gap that is proven by the relaxation and by branch and bound, set by set.

usage: bench/gaps_svg.py bench/results/branch.md docs/images/gaps.svg

Reads the two tables of recorded runs (columns data, options, gap): with `--tol` those of branch and bound, of which the
smallest gap of a set counts, without it the relaxation's. One row per set and gamma, the ten randomized sets in one.
"""
import math
import sys

WIDTH, LEFT, RIGHT, ROW, TOP = 760, 250, 24, 24, 44
LOW, HIGH = 0.003, 100.0  # percent, the ends of the axis
RELAXATION, BRANCH = "#b3541e", "#1b5e8c"


def problem_of(data, options):
    """("spiral", "γ 0.1") of the first two columns, whichever table they are of."""
    name = data.replace("builtin:", "").replace(".csv", "").replace("_train", "").replace("teacher?", "teacher ")
    words = options.split()
    gamma = float(words[words.index("--gamma") + 1])
    extra = " standardised, bias" if "--standardize" in words else ""
    return ("randomized" if name.startswith("randomized") else name + extra), gamma


def gaps_of(lines):
    """{(set, gamma): ([relaxation's gaps], [branch and bound's])}, in the order of the file."""
    best = {}
    for line in lines:
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) < 7 or "--gamma" not in cells[1] or not cells[2].endswith("%"):
            continue
        kind = 1 if "--tol" in cells[1] else 0
        key = (problem_of(cells[0], cells[1]), kind, cells[0].replace(".csv", ""))
        gap = float(cells[2].rstrip(" %"))
        best[key] = min(gap, best.get(key, gap))
    out = {}
    for (problem, kind, _), gap in best.items():
        out.setdefault(problem, ([], []))[kind].append(gap)
    return {problem: both for problem, both in out.items() if both[0] and both[1]}


def x_of(gap):
    share = math.log(min(max(gap, LOW), HIGH) / LOW) / math.log(HIGH / LOW)
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def text(x, y, words, anchor="start", size=13):
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="#222">{words}</text>'


def dot(x, y, color, filled):
    return (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{color if filled else "#fff"}" stroke="{color}" '
            f'stroke-width="2"/>')


def picture(gaps):
    bottom = TOP + ROW * len(gaps)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 44}" font-family="sans-serif">',
           f'<rect width="{WIDTH}" height="{bottom + 44}" fill="#fff"/>',
           dot(LEFT + 6, 20, BRANCH, True), text(LEFT + 18, 24.5, "branch and bound"),
           dot(LEFT + 166, 20, RELAXATION, False), text(LEFT + 178, 24.5, "relaxation")]
    for tick in (0.01, 0.1, 1.0, 10.0, 100.0):
        out.append(f'<line x1="{x_of(tick):.1f}" x2="{x_of(tick):.1f}" y1="{TOP - 8}" y2="{bottom}" stroke="#ddd"/>')
        out.append(text(x_of(tick), bottom + 16, f"{tick:g} %", "middle", 12))
    out.append(text((LEFT + WIDTH - RIGHT) / 2, bottom + 35, "gap between the network and the proven bound", "middle"))
    for k, ((name, gamma), (relaxation, branch)) in enumerate(gaps.items()):
        y = TOP + ROW * (k + 0.5)
        title = "ten randomized sets" if name == "randomized" else name.replace("&c=1", "").replace("&", ", ")
        title = title.replace("_", " ")
        out.append(text(LEFT - 10, y + 4.5, f"{title}, γ {gamma:g}", "end"))
        out.append(f'<line x1="{x_of(max(branch)):.1f}" x2="{x_of(min(relaxation)):.1f}" y1="{y:.1f}" y2="{y:.1f}" '
                   f'stroke="#bbb"/>')
        out += [dot(x_of(gap), y, RELAXATION, False) for gap in relaxation]
        out += [dot(x_of(gap), y, BRANCH, True) for gap in branch]
    return "\n".join(out + ["</svg>", ""])


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        gaps = gaps_of(file)
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write(picture(gaps))


if __name__ == "__main__":
    main()
