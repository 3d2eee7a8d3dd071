@NullMarked
package io.github.shmrpc.spring.reactive;

import org.jspecify.annotations.NullMarked;
