# iris, γ 0.01: test accuracy of each method by the two protocols.
set terminal svg size 560,540 dynamic enhanced background '#ffffff' font 'Helvetica,Arial,sans-serif,16'
set output "accuracy/plots/iris_gamma_0.01.svg"
set encoding utf8
set border 3 lc rgb '#555555'
set tics nomirror out scale 0.5
set grid lc rgb '#dddddd' lt 1 lw 1
set key noenhanced
set datafile missing 'nan'
$bars << EOD
"burelu" 1 98.66666667 98.66666667
"burelu, gauss only" 2 97.33333333 97.33333333
"burelu, random only" 3 98.66666667 98.66666667
"burelu, columns only" 4 98.66666667 98.66666667
"burelu, rotate only" 5 100 100
"rounding, as published" 6 82.66666667 98.66666667
"rounding, shorter steps" 7 98.66666667 96
"SGD, 300 neurons" 8 93.33333333 97.33333333
"NNGP" 9 97.33333333 97.33333333
"NTK" 10 98.66666667 98.66666667
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
