package io.github.shmrpc.spring.server;

import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.spring.RpcServerReplacedEvent;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ApplicationContext;

/**
 * What a context does when another process has taken its endpoint over: tells it, and
 * closes if that is wanted.
 *
 * @param server the context's
 * @param context is told
 * @param closes whether it is closed
 */
public record ReplacedServer(ObjectProvider<RpcServer> server, ApplicationContext context,
        boolean closes) implements Runnable {

    @Override
    public void run() {
        context.publishEvent(new RpcServerReplacedEvent(server.getObject()));
        if (closes) {
            SpringApplication.exit(context);
        }
    }

}
