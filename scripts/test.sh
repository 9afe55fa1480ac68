#!/usr/bin/env bash
# Installs what is missing, builds, checks the formatting and the order of the rooms and runs all tests. The last line
# is "N passed, N failed, N skipped"; the exit status is not 0 if anything failed. All that the tests say is in tests.log
# in the build folder.
# Options: --asan (AddressSanitizer and UBSan), --tsan (ThreadSanitizer), --tidy (clang-tidy as well),
# --preset NAME, --no-install. What follows -- goes to scripts/run_tests.sh: NAME or NAME=FILTER.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=""
install=true
tidy=false
while [[ $# -gt 0 ]]; do
  case "$1" in
    --asan) preset=cpu-asan ;;
    --tsan) preset=cpu-tsan ;;
    --tidy) tidy=true ;;
    --no-install) install=false ;;
    --preset) preset="${2:?--preset needs a name}" && shift ;;
    --) shift && break ;;
    -h | --help) sed -n '2,6s/^# //p' "$0" && exit 0 ;;
    *) echo "test.sh: unknown option $1 (try --help)" >&2 && exit 2 ;;
  esac
  shift
done

passed=0
failed=0
skipped=0

# check NAME COMMAND...: one more check beside the tests of ctest.
check() {
  local name="$1"
  shift
  echo "== $name"
  if "$@"; then
    passed=$((passed + 1))
  else
    echo "FAILED: $name" >&2
    failed=$((failed + 1))
  fi
}

# finish: the line that is read by machines, alone on a line, and the exit status.
finish() {
  echo "$passed passed, $failed failed, $skipped skipped"
  [[ $failed -eq 0 ]] || exit 1
  exit 0
}

if $install; then
  scripts/install_dependencies.sh --tools
fi

if command -v clang-format >/dev/null; then
  check "formatting" scripts/format.sh --check
else
  echo "== formatting: skipped, no clang-format"
  skipped=$((skipped + 1))
fi

log="$(mktemp)"
trap 'rm -f "$log"' EXIT
check "order of the rooms" scripts/check_arrows.sh

# Why there are no tests of the Python package, empty where there are.
no_python=""
if [[ $preset == cpu-asan || $preset == cpu-tsan ]]; then
  no_python="an interpreter does not load what a sanitizer compiled"
elif ! $install && [[ ! -x build/python-environment/bin/python ]]; then
  no_python="--no-install, and there is no build/python-environment"
elif ! said="$(scripts/python_environment.sh 2>&1)"; then
  no_python="$(tail -n 1 <<<"$said")"
fi

echo "== build"
if ! scripts/build.sh ${preset:+"$preset"} 2>&1 | tee "$log"; then
  echo "FAILED: build" >&2
  failed=$((failed + 1))
  finish
fi
build="$(tail -n 1 "$log")"
preset="${build#build/}"
$tidy && check "clang-tidy" scripts/tidy.sh "$build"

# add PASSED FAILED SKIPPED: more of each.
add() {
  passed=$((passed + $1))
  failed=$((failed + $2))
  skipped=$((skipped + $3))
}

# On the screen what failed or was skipped, with the reason.
echo "== tests ($build/tests.log has all they say)"
quiet='^[^ ]+: (\[ +(RUN|OK|PASSED) +\]|\[[-=]+\]|\[ +(FAILED|SKIPPED) +\] .*[^)]$|Note: |Running main|ENDED with|$)'
scripts/run_tests.sh "$build" "$@" 2>&1 | tee "$build/tests.log" | grep --line-buffered -vE "$quiet" || true
if [[ "$(tail -n 1 "$build/tests.log")" =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
  add "${BASH_REMATCH[@]:1}"
else
  echo "FAILED: run_tests.sh has no summary" >&2
  add 0 1 0
fi

# One attribute of the summary that ctest or pytest writes.
summary() {
  sed -n "s/.*[[:space:]]$1=\"\([0-9]*\)\".*/\1/p" "$2" | head -n 1
}

[[ $# -eq 0 ]] || no_python="other tests are asked for"
[[ -n $no_python ]] || compgen -G "$build/python/burelu/_core*.so" >/dev/null || no_python="the build left it out"
echo "== Python package"
if [[ -n $no_python ]]; then
  echo "Python package: skipped, $no_python"
  add 0 0 1
else
  report="$PWD/$build/python_tests.xml"
  rm -f "$report"
  PYTHONPATH="$PWD/$build/python" OMP_WAIT_POLICY=passive MPLBACKEND=agg build/python-environment/bin/python -m pytest \
    -q -p no:cacheprovider --junit-xml "$report" || true
  if [[ -s $report ]]; then
    bad=$(($(summary failures "$report") + $(summary errors "$report")))
    skip="$(summary skipped "$report")"
    add $(($(summary tests "$report") - bad - skip)) "$bad" "$skip"
  else
    echo "FAILED: pytest wrote no summary" >&2
    add 0 1 0
  fi
  echo "== documentation site"
  status=0
  scripts/docs.sh "$build" || status=$?
  case $status in
    0) add 1 0 0 ;;
    3) echo "documentation site: skipped, its packages cannot be installed" && add 0 0 1 ;;
    *) echo "FAILED: documentation site" >&2 && add 0 1 0 ;;
  esac
fi

echo "== install and the README's example"
report="$PWD/$build/tests.xml"
rm -f "$report"
ctest --preset "$preset" --label-exclude gtest --output-junit "$report" || true
if [[ -s $report ]]; then
  bad="$(summary failures "$report")"
  skip=$(($(summary skipped "$report") + $(summary disabled "$report")))
  add $(($(summary tests "$report") - bad - skip)) "$bad" "$skip"
else
  echo "FAILED: ctest wrote no summary" >&2
  add 0 1 0
fi
finish
