/** Servers in containers, as far as no engine is needed. */
@NullMarked
package io.github.shmrpc.spring.test.container;

import org.jspecify.annotations.NullMarked;
