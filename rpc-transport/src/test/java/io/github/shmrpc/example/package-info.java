/**
 * The snippets of the documentation, compiled and run.
 */
@NullMarked
package io.github.shmrpc.example;

import org.jspecify.annotations.NullMarked;
