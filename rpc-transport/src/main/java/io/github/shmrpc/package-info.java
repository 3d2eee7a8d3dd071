/**
 * The words of the API: annotations, status, deadline, options, metadata, endpoint.
 * Public API.
 */
@NullMarked
package io.github.shmrpc;

import org.jspecify.annotations.NullMarked;
