/** An application to be tested. */
@NullMarked
package io.github.shmrpc.spring.test.game;

import org.jspecify.annotations.NullMarked;
