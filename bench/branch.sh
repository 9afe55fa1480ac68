#!/usr/bin/env bash
# Branch and bound on the sets of bench/results/branch.md: gap, cells and seconds of training with its proof, and of the
# checker. Usage: bench/branch.sh BUILD DATA > table.md, DATA a folder as scripts/get_data.sh makes; sets that are not
# there are left out. OMP_NUM_THREADS says how many threads.
set -euo pipefail
build="$(realpath "${1:?usage: bench/branch.sh BUILD DATA}")"
data="$(realpath "${2:?usage: bench/branch.sh BUILD DATA}")"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# seconds FILE COMMAND...: its processor and wall seconds into FILE, its output thrown away; a limit (exit 4) is a result.
seconds() {
  local file="$1" TIMEFORMAT='%U %R'
  shift
  { time { "$@" >/dev/null 2>&1 || [[ $? -eq 4 ]]; }; } 2>"$file"
}

# row NAME SOURCE OPTIONS...
row() {
  local name="$1" source="$2"
  shift 2
  [[ $source == builtin:* || -f $source ]] || return 0
  seconds train "$build/burelu" train "$source" "$@" --bound branch --time-limit "${LIMIT:-300}" --quiet --report r.json \
    --certificate c.cert --save-data d.csv
  seconds check "$build/burelu-verify" c.cert d.csv
  python3 - "$name" "$*" <<'EOF'
import json, sys
report = json.load(open("r.json"))
network, relaxation = report["network"], report["relaxation"]
gap = network["relative_gap"]
train, check = open("train").read().split(), open("check").read().split()
print("|", sys.argv[1], "|", sys.argv[2], "|", "none" if gap is None else f"{100 * gap:.3g} %", "|",
      f"{network['objective']:.8g}", "|", network["width"], "|", relaxation["cells"], "|", " / ".join(train), "|",
      report["status"], "|", check[0], "|", flush=True)
EOF
}

echo "| data | options | gap | objective | neurons | cells | processor / wall seconds | status | checker, seconds |"
echo "|---|---|---|---|---|---|---|---|---|"
for k in 0 1 2 3 4 5 6 7 8 9; do
  for gamma in .1 .01; do row "randomized_0$k" "$data/randomized/randomized_0$k.csv" --gamma "$gamma" --tol 9e-4; done
done
for gamma in .1 .01; do
  for tol in 9e-4 9e-5; do row spiral "$data/spiral.csv" --gamma "$gamma" --tol "$tol"; done
done
row randomized_00 "$data/randomized/randomized_00.csv" --gamma .1 --tol 9e-5
row "built-in spiral" builtin:spiral --gamma .1 --tol 5e-3
row iris_train "$data/iris_train.csv" --gamma .1 --tol 3e-3
for gamma in 3 1 .1; do row iris_train "$data/iris_train.csv" --gamma "$gamma" --standardize --bias --tol 1e-2; done
for shape in "30&d=3&c=1" "25&d=3&c=2" "25&d=4&c=2"; do row "teacher n=$shape" "builtin:teacher?n=$shape" --gamma .1 --tol 5e-3; done
for samples in 20 40; do row "teacher n=$samples&d=6&c=1" "builtin:teacher?n=$samples&d=6&c=1" --gamma .1 --tol 1e-2; done
for gamma in 5 1; do row bank_notes_train "$data/bank_notes_train.csv" --gamma "$gamma" --standardize --bias --tol 1e-2; done
row bank_notes_train "$data/bank_notes_train.csv" --gamma .1 --tol 1e-2
pima="$data/pima_indians_train.csv"
row "pima, seven features" "$pima" --ignore x7 --gamma 20 --standardize --tol 2e-2
row "pima, bias" "$pima" --gamma 50 --standardize --bias --tol 2e-2
for shape in "3&c=1" "3&c=3" "4&c=1" "4&c=2"; do
  row "teacher n=100000&d=$shape" "builtin:teacher?n=100000&d=$shape&noise=1" --gamma 5% --tol 1e-2
done
