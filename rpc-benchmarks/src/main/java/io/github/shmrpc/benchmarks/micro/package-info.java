/** JMH benchmarks of the pieces. */
@NullMarked
package io.github.shmrpc.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
