/** What server and channels show of themselves through Spring Boot's Actuator. */
@NullMarked
package io.github.shmrpc.spring.actuate;

import org.jspecify.annotations.NullMarked;
