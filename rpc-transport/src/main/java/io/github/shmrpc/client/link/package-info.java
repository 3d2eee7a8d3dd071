/**
 * One connection from the caller's side: the calls in flight, and who polls for their
 * replies. Internal.
 */
@NullMarked
package io.github.shmrpc.client.link;

import org.jspecify.annotations.NullMarked;
