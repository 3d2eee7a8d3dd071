/**
 * The frame SPI: what carries opaque frames between two peers. Public API for those who
 * write a carrier.
 */
@NullMarked
package io.github.shmrpc.transport;

import org.jspecify.annotations.NullMarked;
