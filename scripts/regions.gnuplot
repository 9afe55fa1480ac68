# The class that the network gives to each point of a grid, and the samples it learned from: rows "x0,x1,class".
# gnuplot -e "regions='regions.txt'; samples='samples.txt'; picture='regions.png'" scripts/regions.gnuplot
set terminal pngcairo size 720,640
set output picture
set title "What the network learned (areas) and the samples (dots), colours by class"
set datafile separator ","
set size square
set palette maxcolors 3 defined (0 "#cfe5f7", 1 "#f8e3b0", 2 "#d3edcb")
set cbrange [0:2]
unset colorbox
set key outside right top
set autoscale fix
array colour[3] = ["#0b5fa5", "#c46210", "#2e7d32"]
array shape[3] = [7, 5, 9]
plot regions using 1:2:3 with image notitle, \
     for [k = 0:2] samples using 1:($3 == k ? $2 : NaN) with points pointtype shape[k + 1] pointsize 1.2 \
         linecolor rgb colour[k + 1] title sprintf("class %d", k)
