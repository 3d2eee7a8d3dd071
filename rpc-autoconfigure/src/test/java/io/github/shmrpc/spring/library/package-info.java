/** A contract outside of the application's packages. */
@NullMarked
package io.github.shmrpc.spring.library;

import org.jspecify.annotations.NullMarked;
