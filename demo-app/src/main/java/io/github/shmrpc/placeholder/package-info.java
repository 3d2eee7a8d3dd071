/**
 * Stands in for the code of this module until it is there.
 */
@NullMarked
package io.github.shmrpc.placeholder;

import org.jspecify.annotations.NullMarked;
