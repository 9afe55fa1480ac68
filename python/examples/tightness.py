"""How tight is the semidefinite relaxation?

    python tightness.py [tightness.png]

On two arms of a spiral, for several gammas: the bound of the relaxation, the bound of branch and bound, and the best
network. The gap of branch and bound is a rounding of zero, so the distance of the other two is the relaxation's own.
"""

import sys
from collections.abc import Sequence

import numpy as np

import burelu


def spiral(rows: int = 30, arms: int = 2, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Points on arms that wind around the origin, and their arms as columns of 0 and 1."""
    rng = np.random.default_rng(seed)
    arm = np.arange(rows) % arms
    radius = np.linspace(0.1, 1.0, rows)
    angle = 2 * np.pi * arm / arms + 3 * radius + 0.1 * rng.normal(size=rows)
    return radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]), np.eye(arms)[arm]


def main(picture: str | None = None, shares: Sequence[str] = ("2%", "5%", "20%", "50%")) -> list[tuple[float, ...]]:
    X, Y = spiral()
    rows: list[tuple[float, ...]] = []
    for share in shares:
        exact = burelu.train(X, Y, share, bound="branch", tolerance=1e-3)
        relaxed = burelu.solve(X, Y, exact.gamma, bound="relaxation", tolerance=1e-2)
        rows.append((exact.gamma, exact.objective, exact.lower_bound, relaxed.lower_bound))
    print("   gamma  network  branch and bound   gap    relaxation   gap")
    for gamma, network, bound, below in rows:
        gaps = (1 - bound / network, 1 - below / network)
        print(f"{gamma:8.4f} {network:8.4f} {bound:17.4f} {gaps[0]:6.2%} {below:12.4f} {gaps[1]:6.2%}")

    if picture is not None:
        import matplotlib.pyplot as plt

        gammas, networks, _, bounds = np.array(rows).T
        figure, ax = plt.subplots()
        ax.semilogx(gammas, 100 * (1 - bounds / networks), marker="o")
        ax.set_xlabel("gamma")
        ax.set_ylabel("gap of the relaxation, %")
        figure.savefig(picture, bbox_inches="tight")
    return rows


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
