/** Tests of endpoints and clients within one JVM. */
@NullMarked
package io.github.shmrpc.spring.test;

import org.jspecify.annotations.NullMarked;
