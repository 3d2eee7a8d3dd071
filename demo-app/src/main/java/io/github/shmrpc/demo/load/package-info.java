/**
 * Many calls, each answer checked.
 */
@NullMarked
package io.github.shmrpc.demo.load;

import org.jspecify.annotations.NullMarked;
