/** Contracts of an application, which is searched for them. */
@NullMarked
package io.github.shmrpc.spring.sample;

import org.jspecify.annotations.NullMarked;
