/**
 * What the pages of the documentation print and no other test has: compiled, and compared
 * with the pages. None of it is run.
 */
@NullMarked
package io.github.shmrpc.spring.pages;

import org.jspecify.annotations.NullMarked;
