/**
 * Starting Spring applications and a second JVM, and cleaning up after them.
 */
@NullMarked
package io.github.shmrpc.demo.launch;

import org.jspecify.annotations.NullMarked;
