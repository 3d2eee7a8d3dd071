/** The caller of a handler as Spring Security knows it. */
@NullMarked
package io.github.shmrpc.spring.security;

import org.jspecify.annotations.NullMarked;
