/** What an application needs whose beans are prepared ahead of time. Internal. */
@NullMarked
package io.github.shmrpc.spring.aot;

import org.jspecify.annotations.NullMarked;
