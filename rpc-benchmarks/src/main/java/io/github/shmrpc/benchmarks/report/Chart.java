package io.github.shmrpc.benchmarks.report;

import java.util.List;

/**
 * A plot of lines over two axes.
 *
 * @param title above the plot
 * @param series lines, in the order of the legend
 */
record Chart(String title, Axis x, Axis y, List<Series> series) {

    /**
     * One axis, logarithmic.
     *
     * @param label with the unit
     * @param ticks where to label it, growing; empty for powers of ten
     */
    record Axis(String label, List<Tick> ticks) {

        static Axis powersOfTen(String label) {
            return new Axis(label, List.of());
        }

    }

    /** A label at a value. */
    record Tick(double value, String label) {
    }

    /**
     * One line.
     *
     * @param color index of its colour: the same peer has the same in all plots
     * @param points with growing x, all values greater than 0
     */
    record Series(String name, int color, List<Point> points) {
    }

    record Point(double x, double y) {
    }

}
