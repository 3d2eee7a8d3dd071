/**
 * What a contract's interface or a handler's class says about its methods: names, message
 * types, options. Internal; used by both sides.
 */
@NullMarked
package io.github.shmrpc.contract;

import org.jspecify.annotations.NullMarked;
