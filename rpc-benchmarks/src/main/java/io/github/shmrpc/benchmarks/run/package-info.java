/** The parent process: the plan, the rounds, the children and the samples they return. */
@NullMarked
package io.github.shmrpc.benchmarks.run;

import org.jspecify.annotations.NullMarked;
