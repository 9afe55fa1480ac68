"""A classifier whose gamma is chosen by cross-validation, with a picture.

    python choose_gamma.py [choose_gamma.png]

gamma weighs the squared weights against the summed loss. The path goes from gamma_max, where the zero network is the
best one, to a thousandth of it; the larger gamma, the smaller the gap that can be proven, and the best networks on new
data are seldom those of the smallest one.
"""

import sys

from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

import burelu


def main(picture: str | None = None, rows: int = 200) -> burelu.BureluClassifierCV:
    X, y = load_breast_cancer(return_X_y=True)
    X_train, X_test, y_train, y_test = train_test_split(X[:, :4], y, train_size=rows, random_state=0, stratify=y)
    model = burelu.BureluClassifierCV(n_gammas=6, eps=0.01, cv=3, tolerance=0.05, random_state=0)
    model.fit(X_train, y_train)

    print("    gamma  of gamma_max  held out     gap")
    for k, point in enumerate(model.path_.points):
        mark = "  <- chosen" if k == model.path_.chosen else ""
        print(f"{point.gamma:9.3f}  {point.share:11.2%}  {point.accuracy[0]:8.1%}  {point.relative_gap:6.2%}{mark}")
    print(f"on rows that it has not seen: {model.score(X_test, y_test):.1%} right")
    print(f"no network of any width is better on its {rows} rows by more than {model.gap_:.2%}")
    assert model.certificate_.verify(), "an independent checker agrees"

    if picture is not None:
        burelu.plot.path(model).figure.savefig(picture, bbox_inches="tight")
    return model


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
