# The class that the network gives to each point of a grid, and the samples it learned from: rows "x0,x1,class".
# gnuplot -e "regions='regions.txt'; samples='samples.txt'; picture='regions.png'" scripts/regions.gnuplot
set terminal pngcairo size 640,640
set output picture
set title "Classes the network learned, and the samples"
set datafile separator ","
set size square
set palette maxcolors 3 defined (0 "#88ccee", 1 "#eecc66", 2 "#ee99aa")
set cbrange [0:2]
unset colorbox
unset key
set autoscale fix
plot regions using 1:2:3 with image, \
     samples using 1:2:3 with points pointtype 7 pointsize 1.1 linecolor palette, \
     samples using 1:2 with points pointtype 6 pointsize 1.1 linecolor "black"
