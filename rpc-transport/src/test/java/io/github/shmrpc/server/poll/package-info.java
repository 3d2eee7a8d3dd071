@NullMarked
package io.github.shmrpc.server.poll;

import org.jspecify.annotations.NullMarked;
