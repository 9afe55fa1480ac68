#!/usr/bin/env bash
# Builds the documentation site in build/site (mkdocs.yml). It needs a built package (scripts/build.sh) and what pip
# installs; a link to a page that is not there is an error. Ends with 3 where its packages cannot be installed.
# usage: scripts/docs.sh [FOLDER]   the folder of the build, default: build/cuda or build/cpu
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

build="${1:-}"
for folder in build/cuda build/cpu; do
  [[ -z $build ]] && compgen -G "$folder/python/burelu/_core*.so" >/dev/null && build="$folder"
done
[[ -n $build ]] || { echo "docs.sh: no built Python package; run scripts/python_environment.sh and scripts/build.sh" >&2 && exit 3; }
python="$(scripts/python_environment.sh | tail -n 1)"
if ! "$python" -c "import mkdocs, mkdocstrings" 2>/dev/null; then
  timeout 300 "$python" -m pip install -q --disable-pip-version-check --retries 1 --timeout 20 mkdocs "mkdocstrings[python]" ||
    { echo "docs.sh: pip could not install mkdocs" >&2 && exit 3; }
fi
PYTHONPATH="$PWD/$build/python" "$python" -m mkdocs build --strict -q
echo build/site/index.html
