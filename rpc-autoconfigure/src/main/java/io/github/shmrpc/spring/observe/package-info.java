/** Meters of server and channels, for Micrometer. */
@NullMarked
package io.github.shmrpc.spring.observe;

import org.jspecify.annotations.NullMarked;
