/**
 * Unix domain sockets: endpoint file, peer credentials, handshake, and the carrier that
 * sends frames through the socket. Internal.
 */
@NullMarked
package io.github.shmrpc.unix;

import org.jspecify.annotations.NullMarked;
