/**
 * What newer JDKs know of threads. Internal.
 */
@NullMarked
package io.github.shmrpc.thread;

import org.jspecify.annotations.NullMarked;
