"""How far is a network that PyTorch trained from the best one?

    python certify_pytorch.py

A small network learns iris by Adam on the objective that burelu judges: the summed squared loss and gamma/2 times the
squared weights, biases included. burelu proves a bound that no network of any width can beat, trains one of its own
that all but attains it, and so says what Adam left on the table.
"""

import numpy as np
import torch
from sklearn.datasets import load_iris
from sklearn.preprocessing import StandardScaler

import burelu

GAMMA = 3.0


def train_by_adam(X: np.ndarray, Y: np.ndarray, gamma: float, steps: int = 2000, width: int = 30) -> torch.nn.Module:
    torch.manual_seed(0)
    module = torch.nn.Sequential(torch.nn.Linear(X.shape[1], width), torch.nn.ReLU(), torch.nn.Linear(width, Y.shape[1]))
    module.double()
    inputs, targets = torch.from_numpy(X), torch.from_numpy(Y)
    optimiser = torch.optim.Adam(module.parameters(), lr=1e-2)
    for _ in range(steps):
        optimiser.zero_grad()
        weights = sum((parameter**2).sum() for parameter in module.parameters())
        (0.5 * ((module(inputs) - targets) ** 2).sum() + 0.5 * gamma * weights).backward()
        optimiser.step()
    return module


def main() -> burelu.NetworkCertificate:
    X, labels = load_iris(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    _, Y = burelu.one_hot(labels)
    module = train_by_adam(X, Y, GAMMA)

    judged = burelu.certify(module, X, Y, GAMMA, tolerance=1e-2)
    print(f"the module's objective: {judged.objective:.4f}")
    print(f"no network of any width is below {judged.lower_bound:.4f}")
    print(f"so the module is at most {judged.relative_gap:.2%} above the best network")

    ones = np.column_stack([X, np.ones(len(X))])  # what the module's biases read
    assert judged.certificate is not None and judged.certificate.verify(ones, Y), "an independent checker agrees"
    own = burelu.train(ones, Y, GAMMA, tolerance=1e-2)
    print(f"burelu's own network: {own.objective:.4f} with {own.network.width} neurons, gap {own.relative_gap:.2%}")

    # One bound judges many networks: here the module of every further run would cost no solve.
    again = burelu.certify(module, X, Y, GAMMA, certificate=judged.certificate)
    print(f"judged by the saved bound: gap {again.relative_gap:.2%}")
    return judged


if __name__ == "__main__":
    main()
