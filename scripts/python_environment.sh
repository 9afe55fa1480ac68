#!/usr/bin/env bash
# Makes a virtual environment with what building and testing the Python package needs, or says in one line why it cannot.
# The last line printed is its interpreter. What is there already is kept. PYTHON names another interpreter.
# usage: scripts/python_environment.sh [FOLDER]   default: build/python-environment
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder="${1:-$PWD/build/python-environment}"
packages=("nanobind>=3" "nanobind-backend>=1" "numpy>=1.24" "scikit-learn>=1.6" pytest pandas matplotlib onnxruntime mypy)
modules="nanobind, nanobind_backend, numpy, sklearn, pytest"

fail() {
  echo "no Python environment: $*" >&2
  exit 1
}

python="${PYTHON:-python3}"
command -v "$python" >/dev/null || fail "there is no $python"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || fail "$python is older than 3.10"
if [[ ! -x $folder/bin/python ]]; then
  "$python" -m venv "$folder" >/dev/null 2>&1 || { rm -rf "$folder" && fail "$python cannot make one (python3-venv)"; }
fi
# A machine without a way to a package index says so within a minute.
if ! "$folder/bin/python" -c "import $modules" 2>/dev/null; then
  timeout 600 "$folder/bin/python" -m pip install -q --disable-pip-version-check --retries 1 --timeout 20 \
    "${packages[@]}" >"$folder/pip.log" 2>&1 || fail "pip could not install ${packages[*]} ($(tail -n 1 "$folder/pip.log"))"
fi
echo "$folder/bin/python"
