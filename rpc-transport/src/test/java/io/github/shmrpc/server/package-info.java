@NullMarked
package io.github.shmrpc.server;

import org.jspecify.annotations.NullMarked;
