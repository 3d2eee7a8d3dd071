/** Servers in containers. */
@NullMarked
package io.github.shmrpc.spring.test.container;

import org.jspecify.annotations.NullMarked;
