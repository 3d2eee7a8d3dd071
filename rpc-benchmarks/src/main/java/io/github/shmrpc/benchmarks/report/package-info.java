/** Samples made readable: a table, a JSON file and plots. */
@NullMarked
package io.github.shmrpc.benchmarks.report;

import org.jspecify.annotations.NullMarked;
