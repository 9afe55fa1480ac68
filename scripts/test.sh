#!/usr/bin/env bash
# Installs what is missing, builds, checks the formatting and runs all tests. The last line is
# "N passed, N failed, N skipped"; the exit status is not 0 if anything failed.
# Options: --asan (AddressSanitizer and UBSan), --tsan (ThreadSanitizer), --tidy (clang-tidy as well),
# --preset NAME, --no-install. What follows -- goes to ctest.
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
    -h | --help) sed -n '2,5s/^# //p' "$0" && exit 0 ;;
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
echo "== build"
if ! scripts/build.sh ${preset:+"$preset"} 2>&1 | tee "$log"; then
  echo "FAILED: build" >&2
  failed=$((failed + 1))
  finish
fi
build="$(tail -n 1 "$log")"
preset="${build#build/}"
$tidy && check "clang-tidy" scripts/tidy.sh "$build"

# One attribute of the summary that ctest writes.
summary() {
  sed -n "s/.*[[:space:]]$1=\"\([0-9]*\)\".*/\1/p" "$2" | head -n 1
}

echo "== tests"
report="$PWD/$build/tests.xml"
rm -f "$report"
ctest --preset "$preset" --parallel "$(nproc)" --output-junit "$report" "$@" || true
if [[ ! -s $report ]]; then
  echo "FAILED: ctest wrote no summary" >&2
  failed=$((failed + 1))
  finish
fi
total="$(summary tests "$report")"
bad="$(summary failures "$report")"
skip=$(($(summary skipped "$report") + $(summary disabled "$report")))
passed=$((passed + total - bad - skip))
failed=$((failed + bad))
skipped=$((skipped + skip))
finish
