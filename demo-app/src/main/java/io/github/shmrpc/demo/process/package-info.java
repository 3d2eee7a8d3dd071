/**
 * A server in a second JVM, and what it leaves behind.
 */
@NullMarked
package io.github.shmrpc.demo.process;

import org.jspecify.annotations.NullMarked;
