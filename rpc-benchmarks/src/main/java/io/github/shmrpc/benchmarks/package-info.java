/**
 * Runs shmrpc and its peers side by side in processes of their own and reports what each
 * costs.
 */
@NullMarked
package io.github.shmrpc.benchmarks;

import org.jspecify.annotations.NullMarked;
