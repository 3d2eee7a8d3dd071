/** The example of the README, as it is printed there. */
@NullMarked
package io.github.shmrpc.spring.example;

import org.jspecify.annotations.NullMarked;
