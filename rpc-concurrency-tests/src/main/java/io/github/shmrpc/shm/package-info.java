/**
 * What the memory model allows the rings and slots to do; in their package, so that the
 * real classes are tested.
 */
@NullMarked
package io.github.shmrpc.shm;

import org.jspecify.annotations.NullMarked;
