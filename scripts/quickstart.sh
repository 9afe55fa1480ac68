#!/usr/bin/env bash
# From a fresh machine to a certified network: installs what is missing, builds, trains on built-in data, lets the
# independent program check the bound, and draws what happened. Results go to build/quickstart.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\n== %s\n' "$*"; }

# run COMMAND...: shows a command of burelu as one would type it, then runs it.
run() {
  printf '$ %s\n' "$*"
  "$@"
}

# rows NAME...: these rows of a summary on standard input.
rows() {
  local names
  names="$(IFS='|' && echo "$*")"
  grep -E "^($names)  "
}

# The grid of points whose classes are drawn: 121 x 121 over the square that holds the spiral.
grid() {
  awk 'BEGIN {
    print "x0,x1"
    for (i = 0; i <= 120; ++i) for (j = 0; j <= 120; ++j) printf "%g,%g\n", -0.6 + 0.01 * i, -0.6 + 0.01 * j
  }'
}

# draw: two pictures from the report, the model and the data that were written; one more in the terminal.
draw() {
  cmake -DREPORT="$out/report.json" -DTABLE="$out/history.txt" -P scripts/report_history.cmake
  gnuplot -e "table='$out/history.txt'; picture='$out/gap.png'" scripts/gap.gnuplot

  grid >"$out/grid.csv"
  "$burelu" predict "$out/model.safetensors" "$out/grid.csv" --classes --out "$out/classes.csv"
  paste -d, "$out/grid.csv" "$out/classes.csv" | tail -n +2 >"$out/regions.txt"
  # The data as used: columns x0,x1,... and y0,y1,... with a one in the column of the class.
  awk -F, 'NR == 1 { for (j = 1; j <= NF; ++j) if ($j == "y0") first = j }
    NR > 1 { for (j = first; j <= NF; ++j) if ($j > 0.5) print $1 "," $2 "," j - first }' \
    "$out/data.csv" >"$out/samples.txt"
  gnuplot -e "regions='$out/regions.txt'; samples='$out/samples.txt'; picture='$out/regions.png'" \
    scripts/regions.gnuplot

  gnuplot -e "table='$out/history.txt'" scripts/gap.gnuplot
}

scripts/install_dependencies.sh

say "building (the first time takes some minutes)"
log="$(mktemp)"
trap 'rm -f "$log"' EXIT
scripts/build.sh "" burelu_program burelu_verify | tee "$log"
build="$(tail -n 1 "$log")"
burelu="$build/burelu"
out=build/quickstart
mkdir -p "$out"

say "training on a spiral of three classes"
run "$burelu" train builtin:spiral --bias --gamma auto --out "$out/model.safetensors" --report "$out/report.json" \
  --certificate "$out/bound.cert" --save-data "$out/data.csv" >"$out/summary.txt" 2>"$out/train.log" ||
  [[ $? -eq 4 ]] || { cat "$out/train.log" && exit 1; }  # 4: short of the tolerance, certified
rows gamma problem network "lower bound" gap meaning next <"$out/summary.txt"

say "checking the bound with a program that shares no code with the solver"
run "$burelu" verify "$out/bound.cert" "$out/data.csv"

say "classes of the training data"
run "$burelu" evaluate "$out/model.safetensors" builtin:spiral

say "the gap closing"
draw || echo "quickstart.sh: the pictures could not be drawn; the results above stand" >&2

cat <<END

Model, report, certificate and the log of the solve are in $out; pictures: $out/gap.png and $out/regions.png.
Your own data: $burelu train data.csv --label COLUMN --standardize --bias --gamma auto --out model.safetensors
END
