/**
 * The rings of shared memory under JMH; in their package, so that the real classes are
 * measured.
 */
@NullMarked
package io.github.shmrpc.shm;

import org.jspecify.annotations.NullMarked;
