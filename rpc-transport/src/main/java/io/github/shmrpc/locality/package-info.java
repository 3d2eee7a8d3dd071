/**
 * Services by name: on this host where they run here, elsewhere where they do not. API.
 */
@NullMarked
package io.github.shmrpc.locality;

import org.jspecify.annotations.NullMarked;
