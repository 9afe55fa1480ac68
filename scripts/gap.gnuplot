# Objective and proven lower bound against evaluations, from the table of scripts/report_history.cmake.
# gnuplot -e "table='history.txt'; picture='gap.png'" scripts/gap.gnuplot    (no picture: drawn in the terminal)
if (exists("picture")) {
  set terminal pngcairo size 800,500
  set output picture
} else {
  set terminal dumb size 100,26
}
set title "No network is below the lower curve"
set xlabel "evaluations, or cells of branch and bound"
set key right bottom
set datafile missing "nan"
stats table using 2 nooutput name "objective"
stats table using 3 nooutput name "bound"
# The first iterates can be orders of magnitude off: show where the curves meet, a quarter of the value at most.
smaller(a, b) = a < b ? a : b
larger(a, b) = a > b ? a : b
bottom = larger(bound_min, bound_max - 0.25 * abs(bound_max))
top = larger(bound_max, smaller(objective_max, objective_min + 0.25 * abs(objective_min)))
set yrange [bottom - 0.05 * (top - bottom) : top + 0.05 * (top - bottom) + 1e-12 * abs(top)]
plot table using 1:2 with lines linewidth 2 title "objective", \
     table using 1:3 with lines linewidth 2 title "proven lower bound"
