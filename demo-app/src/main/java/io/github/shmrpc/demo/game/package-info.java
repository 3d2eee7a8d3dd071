/**
 * What the players and the world agree on: contracts and their JSON messages. The
 * protobuf messages are generated.
 */
@NullMarked
package io.github.shmrpc.demo.game;

import org.jspecify.annotations.NullMarked;
