/**
 * From contracts and named channels to bean definitions that can be injected. Internal.
 */
@NullMarked
package io.github.shmrpc.spring.client;

import org.jspecify.annotations.NullMarked;
