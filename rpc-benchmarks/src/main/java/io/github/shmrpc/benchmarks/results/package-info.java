/** What a run measured, and whether that is what was aimed at. */
@NullMarked
package io.github.shmrpc.benchmarks.results;

import org.jspecify.annotations.NullMarked;
