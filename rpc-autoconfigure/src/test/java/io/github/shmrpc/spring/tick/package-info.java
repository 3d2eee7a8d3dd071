/** The tick thread of docs/spring.md, as it is printed there. */
@NullMarked
package io.github.shmrpc.spring.tick;

import org.jspecify.annotations.NullMarked;
