/** The call that is being served, for Micrometer's context propagation. Internal. */
@NullMarked
package io.github.shmrpc.spring.context;

import org.jspecify.annotations.NullMarked;
