# pima_indians, γ 0.01: test accuracy of each method by the two protocols.
set terminal svg size 560,540 dynamic enhanced background '#ffffff' font 'Helvetica,Arial,sans-serif,16'
set output "accuracy/plots/pima_indians_gamma_0.01.svg"
set encoding utf8
set border 3 lc rgb '#555555'
set tics nomirror out scale 0.5
set grid lc rgb '#dddddd' lt 1 lw 1
set key noenhanced
set datafile missing 'nan'
$bars << EOD
"burelu" 1 65.36458333 61.19791667
"burelu, gauss only" 2 60.67708333 55.72916667
"burelu, random only" 3 61.19791667 57.8125
"burelu, columns only" 4 59.375 55.72916667
"burelu, rotate only" 5 60.9375 57.03125
"rounding, as published" 6 65.625 66.92708333
"rounding, shorter steps" 7 59.63541667 56.51041667
"SGD, 300 neurons" 8 67.44791667 54.94791667
"NNGP" 9 69.27083333 60.15625
"NTK" 10 69.27083333 61.97916667
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
