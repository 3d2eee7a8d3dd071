/**
 * The game's clients: a Spring application whose beans get the contracts injected.
 */
@NullMarked
package io.github.shmrpc.demo.client;

import org.jspecify.annotations.NullMarked;
