package io.github.shmrpc.spring.test;

import org.springframework.boot.test.autoconfigure.TestSliceTestContextBootstrapper;

/** Starts the context of a {@link RpcTest}. */
class RpcTestContextBootstrapper extends TestSliceTestContextBootstrapper<RpcTest> {

}
