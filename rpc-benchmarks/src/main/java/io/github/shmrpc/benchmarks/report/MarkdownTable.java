package io.github.shmrpc.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A table that reads well as text, too: all cells of a column are equally wide. The first
 * column is left-aligned.
 */
final class MarkdownTable {

    private final List<List<String>> rows = new ArrayList<>();

    MarkdownTable(List<String> header) {
        rows.add(List.copyOf(header));
    }

    /**
     * @throws IllegalArgumentException if the row is not as long as the header
     */
    void add(List<String> row) {
        if (row.size() != rows.get(0).size()) {
            throw new IllegalArgumentException(
                    "A row has " + row.size() + " cells where the header has " + rows.get(0).size() + ": " + row);
        }
        rows.add(row.stream().map((cell) -> cell.replace("|", "\\|")).toList());
    }

    String render() {
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int column = 0; column < columns; column++) {
                // The rule below the header needs three characters.
                widths[column] = Math.max(3, Math.max(widths[column], row.get(column).length()));
            }
        }
        StringBuilder text = new StringBuilder();
        for (int index = 0; index < rows.size(); index++) {
            appendRow(text, rows.get(index), widths);
            if (index == 0) {
                appendRule(text, widths);
            }
        }
        return text.toString();
    }

    private static void appendRow(StringBuilder text, List<String> row, int[] widths) {
        for (int column = 0; column < widths.length; column++) {
            String padding = " ".repeat(widths[column] - row.get(column).length());
            text.append("| ").append((column == 0) ? row.get(column) + padding : padding + row.get(column)).append(' ');
        }
        text.append("|\n");
    }

    private static void appendRule(StringBuilder text, int[] widths) {
        for (int column = 0; column < widths.length; column++) {
            text.append("| ").append("-".repeat(widths[column] - 1)).append((column == 0) ? "- " : ": ");
        }
        text.append("|\n");
    }

}
