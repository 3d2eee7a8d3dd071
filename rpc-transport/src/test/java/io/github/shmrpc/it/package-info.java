/**
 * Tests with JVMs of their own: what happens to calls when processes are many, die, stop
 * or misbehave.
 */
@NullMarked
package io.github.shmrpc.it;

import org.jspecify.annotations.NullMarked;
