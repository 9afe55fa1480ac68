"""What `verbose` shows: a live line with a bar on a terminal, a thinning line per check elsewhere."""

from __future__ import annotations

import math
import sys
from typing import Any, Callable

_WIDTH = 20


def _share(gap: float, tolerance: float) -> float:
    """How much of the way from a gap of 1 to the tolerance is done, on a logarithmic scale."""
    if not gap > 0.0 or not 0.0 < tolerance < 1.0:
        return 1.0 if gap <= tolerance else 0.0
    return min(max(math.log(gap) / math.log(tolerance), 0.0), 1.0)


class ProgressLine:
    """A progress callback that writes to standard error and asks another one, if there is one."""

    def __init__(self, verbose: int, tolerance: float, inner: Callable[[Any], Any] | None = None):
        self._verbose = verbose
        self._tolerance = tolerance
        self._inner = inner
        self._live = sys.stderr.isatty() and verbose == 1
        self._next = 0.0
        self._open = False
        self._left_out = ""

    def __call__(self, progress: Any) -> Any:
        self._show(progress)
        return None if self._inner is None else self._inner(progress)

    def _show(self, progress: Any) -> None:
        line = self._line(progress)
        if self._verbose == 1 and not self._live:
            self._left_out = line
            if progress.seconds < self._next:
                return
            self._next = 1.1 * progress.seconds + 0.1
            self._left_out = ""
        if self._live:
            sys.stderr.write("\r" + line.ljust(100))
            self._open = True
        else:
            sys.stderr.write(line + "\n")
        sys.stderr.flush()

    def _line(self, progress: Any) -> str:
        training = not math.isnan(progress.network_objective)
        objective = progress.network_objective if training else progress.objective
        gap = (objective - progress.lower_bound) / abs(objective) if objective else math.nan
        done = round(_WIDTH * _share(gap, self._tolerance))
        unit = "cells" if progress.phase == "branch" else "evals"
        return (
            f"burelu {progress.phase:8} [{'#' * done}{'-' * (_WIDTH - done)}] {progress.evaluations:>8} {unit} "
            f"{progress.seconds:8.2f} s  objective {objective:.7g}  bound {progress.lower_bound:.7g}  gap {gap:.1e}"
        )

    def close(self) -> None:
        """Leaves the live line; of thinned lines the last one is always shown."""
        if self._left_out:
            sys.stderr.write(self._left_out + "\n")
            self._left_out = ""
        if self._open:
            sys.stderr.write("\n")
            self._open = False


class PathLine:
    """The same for a path: a bar of networks, with what is left."""

    def __init__(self, inner: Callable[[Any], Any] | None = None):
        self._inner = inner
        self._live = sys.stderr.isatty()

    def __call__(self, progress: Any) -> Any:
        done = round(_WIDTH * progress.done / max(progress.total, 1))
        line = (
            f"burelu path [{'#' * done}{'-' * (_WIDTH - done)}] {progress.done}/{progress.total} networks  "
            f"gamma {progress.gamma:.4g}  {progress.seconds:.1f} s, {progress.seconds_left:.0f} s left"
        )
        sys.stderr.write("\r" + line.ljust(100) if self._live else line + "\n")
        sys.stderr.flush()
        return None if self._inner is None else self._inner(progress)

    def close(self) -> None:
        """Leaves the live line."""
        if self._live:
            sys.stderr.write("\n")
