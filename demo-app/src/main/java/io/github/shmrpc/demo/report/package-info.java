/**
 * What a run came to, for people and for programs.
 */
@NullMarked
package io.github.shmrpc.demo.report;

import org.jspecify.annotations.NullMarked;
