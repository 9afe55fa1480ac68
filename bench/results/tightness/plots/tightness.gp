# Tightness against γ: the relative gap between best network and certified bound.
set terminal svg size 540,460 dynamic enhanced background '#ffffff' font 'Helvetica,Arial,sans-serif,16'
set output "tightness/plots/tightness.svg"
set encoding utf8
set border 3 lc rgb '#555555'
set tics nomirror out scale 0.5
set grid lc rgb '#dddddd' lt 1 lw 1
set key noenhanced
set datafile missing 'nan'
$d0 << EOD
0.01 17.69735514
0.1 9.000121558
EOD
$d1 << EOD
0.01 19.2439977
0.1 9.9402051
EOD
$d2 << EOD
0.01 11.17752036
0.1 5.333852499
EOD
$d3 << EOD
0.01 8.658271208
0.1 3.678886338
EOD
$d4 << EOD
0.01 14.58807456
0.1 8.73267925
EOD
$d5 << EOD
0.01 20.00720739
0.1 10.65588111
EOD
$d6 << EOD
0.01 23.79841176
0.1 15.33130905
EOD
$d7 << EOD
0.01 17.15627697
0.1 8.438915233
EOD
$d8 << EOD
0.01 16.62021347
0.1 8.472200058
EOD
$d9 << EOD
0.01 18.51566174
0.1 11.8119349
EOD
$d10 << EOD
0.01 21.88271075
0.1 2.107694337
EOD
set logscale x
set xtics (0.01,0.1)
set xrange [0.006999999999999999:0.13999999999999999]
set yrange [0:*]
set xlabel 'γ' offset 0,0.6
set ylabel 'gap, % of the best network'
set key below samplen 1 font ',14'
plot $d0 using 1:2 with linespoints pt 7 ps 0.8 lw 2 lc rgb "#0072b2" title "randomized_00", $d1 using 1:2 with linespoints pt 7 ps 0.8 lw 2 lc rgb "#d55e00" title "randomized_01", $d2 using 1:2 with linespoints pt 7 ps 0.8 lw 2 lc rgb "#009e73" title "randomized_02", $d3 using 1:2 with linespoints pt 7 ps 0.8 lw 2 lc rgb "#cc79a7" title "randomized_03", $d4 using 1:2 with linespoints pt 7 ps 0.8 lw 2 lc rgb "#e69f00" title "randomized_04", $d5 using 1:2 with linespoints pt 7 ps 0.8 lw 2 lc rgb "#56b4e9" title "randomized_05", $d6 using 1:2 with linespoints pt 7 ps 0.8 lw 2 lc rgb "#000000" title "randomized_06", $d7 using 1:2 with linespoints pt 7 ps 0.8 lw 2 lc rgb "#8a6d00" title "randomized_07", $d8 using 1:2 with linespoints pt 5 ps 0.8 lw 2 lc rgb "#0072b2" title "randomized_08", $d9 using 1:2 with linespoints pt 5 ps 0.8 lw 2 lc rgb "#d55e00" title "randomized_09", $d10 using 1:2 with linespoints pt 5 ps 0.8 lw 2 lc rgb "#009e73" title "spiral"
