#!/usr/bin/env bash
# burelu path on the sets of bench/results/path.md: 20 gammas from gamma_max to a thousandth of it with five folds, its
# time, choice and test accuracy; then the relaxation alone along the path, and as many single solves of it from scratch
# at the same tolerance. Usage: bench/path.sh BUILD DATA [SET...] > table.md, DATA a folder as scripts/get_data.sh makes;
# sets that are not there are left out. Environment: THREADS (2), COLD (2000), the evaluations of a cold solve at most;
# COLD=0 leaves these solves out.
set -euo pipefail
build="$(realpath "${1:?usage: bench/path.sh BUILD DATA [SET...]}")"
data="$(realpath "${2:?usage: bench/path.sh BUILD DATA [SET...]}")"
shift 2
threads="${THREADS:-2}"
cold="${COLD:-2000}"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# seconds FILE COMMAND...: its processor and wall seconds into FILE, its output thrown away; a limit (exit 4) is a result.
seconds() {
  local file="$1" TIMEFORMAT='%U %R'
  shift
  { time { "$@" >/dev/null 2>&1 || [[ $? -eq 4 ]]; }; } 2>"$file"
}

row() {
  local name="$1" train="$data/$1_train.csv" test="$data/$1_test.csv"
  [[ -f $train && -f $test ]] || return 0
  local how=(--standardize --bias --quiet)
  rm -f cold_*.json
  seconds time "$build/burelu" path "$train" "${how[@]}" --folds 5 --threads "$threads" --report path.json --out m.npz
  "$build/burelu" evaluate m.npz "$test" --quiet --report test.json
  "$build/burelu" path "$train" "${how[@]}" --folds 0 --threads 1 --bound relaxation --report warm.json
  local k=0 gamma
  for gamma in $([[ $cold -eq 0 ]] || python3 -c 'import json
for point in json.load(open("warm.json"))["path"]["points"]: print(repr(point["gamma"]))'); do
    "$build/burelu" bound "$train" "${how[@]}" --gamma "$gamma" --tol 1e-2 --bound relaxation --threads 1 \
      --max-evaluations "$cold" --report "cold_$k.json" || [[ $? -eq 4 ]]
    k=$((k + 1))
  done
  python3 - "$name" <<'EOP'
import glob, json, sys
path = json.load(open("path.json"))["path"]
warm = json.load(open("warm.json"))["path"]["points"]
cold = [json.load(open(f"cold_{k}.json"))["relaxation"] for k in range(len(glob.glob("cold_*.json")))]
user, wall = open("time").read().split()
chosen = next(p for p in path["points"] if p["gamma"] == path["chosen"])
accuracy = chosen["accuracy"]
mine, theirs = sum(p["evaluations"] for p in warm), sum(c["evaluations"] for c in cold)
below = max((1.0 - p["lower_bound"] / c["lower_bound"] for p, c in zip(warm, cold) if c["lower_bound"]), default=None)
print("|", sys.argv[1], f"| {user} / {wall} | {path['chosen']:.4g}, {100 * chosen['share']:.2g} % | "
      f"{100 * accuracy['mean']:.1f} ± {100 * accuracy['standard_error']:.1f} % | "
      f"{100 * json.load(open('test.json'))['accuracy']:.1f} % | {mine:,} | "
      + (f"{theirs:,} | {theirs / mine:.1f} | {100 * below:.2f} % |" if cold else "- | - | - |"), flush=True)
EOP
}

echo "| data | processor / wall seconds | γ chosen, share of γ_max | held out | test | evaluations, relaxation alone | cold | ratio | bound below the cold one's, at most |"
echo "|---|---|---|---|---|---|---|---|---|"
[[ $# -gt 0 ]] || set -- iris pima_indians ionosphere bank_notes mnist_pca20
for name in "$@"; do row "$name"; done
