/** An application that is restarted within its JVM. */
@NullMarked
package io.github.shmrpc.demo.devtools;

import org.jspecify.annotations.NullMarked;
