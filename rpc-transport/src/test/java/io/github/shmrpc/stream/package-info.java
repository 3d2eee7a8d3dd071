@NullMarked
package io.github.shmrpc.stream;

import org.jspecify.annotations.NullMarked;
