package io.github.shmrpc.benchmarks.report;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

import io.github.shmrpc.benchmarks.report.Chart.Axis;
import io.github.shmrpc.benchmarks.report.Chart.Point;
import io.github.shmrpc.benchmarks.report.Chart.Series;
import io.github.shmrpc.benchmarks.report.Chart.Tick;

/**
 * Draws a {@link Chart} as SVG. Both axes are logarithmic: what is compared differs by
 * orders of magnitude.
 */
final class SvgChart {

    private static final int WIDTH = 960;

    private static final int HEIGHT = 540;

    private static final int LEFT = 80;

    private static final int RIGHT = WIDTH - 220;

    private static final int TOP = 50;

    private static final int BOTTOM = HEIGHT - 65;

    private static final int LEGEND_LEFT = RIGHT + 20;

    private static final int LEGEND_LINE_HEIGHT = 22;

    /**
     * Told apart by most readers, also with red-green blindness; then again with dashes.
     */
    private static final List<String> COLORS = List.of("#222222", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00",
            "#56b4e9", "#7f3c8d");

    private final StringBuilder svg = new StringBuilder();

    private final Chart chart;

    private final Scale x;

    private final Scale y;

    private SvgChart(Chart chart) {
        this.chart = chart;
        x = Scale.of(chart, Point::x, chart.x(), LEFT, RIGHT);
        y = Scale.of(chart, Point::y, chart.y(), BOTTOM, TOP);
    }

    /**
     * @throws IllegalArgumentException if the chart has no points
     */
    static String render(Chart chart) {
        if (chart.series().stream().allMatch((series) -> series.points().isEmpty())) {
            throw new IllegalArgumentException("Nothing to draw in '" + chart.title() + "'");
        }
        SvgChart drawing = new SvgChart(chart);
        drawing.draw();
        return drawing.svg.toString();
    }

    private void draw() {
        line("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" "
                + "font-size=\"13\">", WIDTH, HEIGHT);
        line("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, HEIGHT);
        text((LEFT + RIGHT) / 2.0, TOP - 22, "middle", "font-size=\"16\" font-weight=\"bold\"", chart.title());
        drawAxes();
        for (int index = 0; index < chart.series().size(); index++) {
            drawSeries(chart.series().get(index), index);
        }
        line("</svg>");
    }

    private void drawAxes() {
        for (Tick tick : x.ticks()) {
            double at = x.at(tick.value());
            line("<path d=\"M%.1f %d V%d\" stroke=\"#dddddd\"/>", at, TOP, BOTTOM);
            text(at, BOTTOM + 18, "middle", "", tick.label());
        }
        for (Tick tick : y.ticks()) {
            double at = y.at(tick.value());
            line("<path d=\"M%d %.1f H%d\" stroke=\"#dddddd\"/>", LEFT, at, RIGHT);
            text(LEFT - 8, at + 4, "end", "", tick.label());
        }
        line("<path d=\"M%d %d V%d H%d\" stroke=\"#444444\" fill=\"none\"/>", LEFT, TOP, BOTTOM, RIGHT);
        text((LEFT + RIGHT) / 2.0, BOTTOM + 45, "middle", "", chart.x().label());
        text(20, (TOP + BOTTOM) / 2.0, "middle", String.format("transform=\"rotate(-90 20 %d)\"", (TOP + BOTTOM) / 2),
                chart.y().label());
    }

    private void drawSeries(Series series, int index) {
        String color = COLORS.get(series.color() % COLORS.size());
        String dashes = (series.color() < COLORS.size()) ? "" : " stroke-dasharray=\"6 4\"";
        String path = series.points()
            .stream()
            .map((point) -> String.format(Locale.ROOT, "%.1f,%.1f", x.at(point.x()), y.at(point.y())))
            .collect(Collectors.joining(" "));
        line("<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s/>", path, color, dashes);
        for (Point point : series.points()) {
            line("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>", x.at(point.x()), y.at(point.y()), color);
        }
        double at = TOP + 10 + (double) index * LEGEND_LINE_HEIGHT;
        line("<path d=\"M%d %.1f h24\" stroke=\"%s\" stroke-width=\"3\"%s/>", LEGEND_LEFT, at, color, dashes);
        text(LEGEND_LEFT + 32, at + 4, "start", "", series.name());
    }

    private void text(double atX, double atY, String anchor, String attributes, String content) {
        line("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"#222222\" %s>%s</text>", atX, atY, anchor,
                attributes, escape(content));
    }

    private static String escape(String content) {
        return content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private void line(String format, Object... arguments) {
        svg.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }

    /** Maps values to places along an axis. */
    private record Scale(double lowest, double highest, int from, int to, List<Tick> ticks) {

        static Scale of(Chart chart, ToDoubleFunction<Point> value, Axis axis, int from, int to) {
            double[] values = chart.series()
                .stream()
                .flatMap((series) -> series.points().stream())
                .mapToDouble(value)
                .sorted()
                .toArray();
            double least = values[0];
            double most = values[values.length - 1];
            if (axis.ticks().isEmpty()) {
                List<Tick> ticks = powersOfTen(least, most);
                return new Scale(ticks.get(0).value(), ticks.get(ticks.size() - 1).value(), from, to, ticks);
            }
            List<Tick> shown = axis.ticks()
                .stream()
                .filter((tick) -> tick.value() >= least * 0.999 && tick.value() <= most * 1.001)
                .toList();
            // A little room on both sides, also where there is but one value.
            return new Scale(least / 1.15, most * 1.15, from, to, shown);
        }

        private static List<Tick> powersOfTen(double least, double most) {
            int first = (int) Math.floor(Math.log10(least));
            int last = Math.max(first + 1, (int) Math.ceil(Math.log10(most)));
            List<Tick> ticks = new ArrayList<>();
            for (int power = first; power <= last; power++) {
                double value = Math.pow(10, power);
                ticks.add(new Tick(value, label(value)));
            }
            return ticks;
        }

        private static String label(double value) {
            if (value >= 1e6) {
                return Math.round(value / 1e6) + " M";
            }
            if (value >= 1e3) {
                return Math.round(value / 1e3) + " k";
            }
            return (value >= 1) ? Long.toString(Math.round(value)) : BigDecimal.valueOf(value).toPlainString();
        }

        double at(double value) {
            double part = Math.log(value / lowest) / Math.log(highest / lowest);
            return from + part * (to - from);
        }

    }

}
