/**
 * Java types as JSON. The only package that uses Jackson. Public API.
 */
@NullMarked
package io.github.shmrpc.codec.json;

import org.jspecify.annotations.NullMarked;
