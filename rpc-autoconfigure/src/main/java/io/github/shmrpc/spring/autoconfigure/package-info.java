/**
 * Auto-configurations and the properties {@code rpc.*} that they read. The properties are
 * public API.
 */
@NullMarked
package io.github.shmrpc.spring.autoconfigure;

import org.jspecify.annotations.NullMarked;
