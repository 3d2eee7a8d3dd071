/**
 * What was asked for on the command line.
 */
@NullMarked
package io.github.shmrpc.demo.options;

import org.jspecify.annotations.NullMarked;
