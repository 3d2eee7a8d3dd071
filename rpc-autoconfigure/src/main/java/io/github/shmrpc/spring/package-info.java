/**
 * What a Spring application writes: annotations, customizers and
 * {@link io.github.shmrpc.spring.RpcClientFactory}. Public API.
 */
@NullMarked
package io.github.shmrpc.spring;

import org.jspecify.annotations.NullMarked;
