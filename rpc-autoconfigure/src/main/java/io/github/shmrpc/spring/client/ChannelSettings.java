package io.github.shmrpc.spring.client;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.client.ChannelOptions;

/**
 * What the properties say of a channel.
 *
 * @param endpoint where its server listens
 * @param options of the channel
 */
public record ChannelSettings(Endpoint endpoint, ChannelOptions options) {

}
