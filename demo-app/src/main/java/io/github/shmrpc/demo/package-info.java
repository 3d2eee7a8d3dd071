/**
 * A small game that shows, times and strains the calls: the main class and a class for
 * each mode.
 */
@NullMarked
package io.github.shmrpc.demo;

import org.jspecify.annotations.NullMarked;
