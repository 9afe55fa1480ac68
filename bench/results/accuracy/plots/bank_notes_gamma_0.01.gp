# bank_notes, γ 0.01: test accuracy of each method by the two protocols.
set terminal svg size 560,540 dynamic enhanced background '#ffffff' font 'Helvetica,Arial,sans-serif,16'
set output "accuracy/plots/bank_notes_gamma_0.01.svg"
set encoding utf8
set border 3 lc rgb '#555555'
set tics nomirror out scale 0.5
set grid lc rgb '#dddddd' lt 1 lw 1
set key noenhanced
set datafile missing 'nan'
$bars << EOD
"burelu" 1 99.85422741 98.25072886
"burelu, gauss only" 2 99.70845481 97.95918367
"burelu, random only" 3 99.41690962 98.10495627
"burelu, columns only" 4 100 98.83381924
"burelu, rotate only" 5 99.41690962 97.81341108
"rounding, as published" 6 36.58892128 72.01166181
"rounding, shorter steps" 7 68.36734694 62.39067055
"SGD, 300 neurons" 8 99.85422741 98.97959184
"NNGP" 9 100 98.25072886
"NTK" 10 100 98.54227405
EOD
set yrange [10.6:0.4]
set xrange [0:112]
set xtics 0,20,100
set xlabel 'test rows right, %'
set ytics scale 0
unset grid
set grid x lc rgb '#dddddd' lt 1
set key above horizontal
plot $bars using (-1):2:ytic(1) with points pt 0 notitle, $bars using (0.5*$3):2:(0):3:($2-0.38):($2-0.01) with boxxyerror fs solid 0.85 noborder lc rgb "#0072b2" title 'honest', $bars using (0.5*$4):2:(0):4:($2+0.01):($2+0.38) with boxxyerror fs solid 0.85 noborder lc rgb "#e69f00" title 'paper', $bars using 3:($2-0.19):(sprintf('%.1f', $3)) with labels left offset 0.3,0 font ',14' notitle, $bars using 4:($2+0.19):(sprintf('%.1f', $4)) with labels left offset 0.3,0 font ',14' notitle
