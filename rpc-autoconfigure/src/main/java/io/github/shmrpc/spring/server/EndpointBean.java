package io.github.shmrpc.spring.server;

import java.util.List;

import io.github.shmrpc.Dispatch;

/**
 * A bean to serve.
 *
 * @param name the bean's name
 * @param handler what calls go through: the bean with its advice
 * @param type the class behind any proxy
 * @param service the service's name, empty for the type's own
 * @param dispatch where its handlers run
 * @param channels over which it is exported instead of being served
 */
record EndpointBean(String name, Object handler, Class<?> type, String service, Dispatch dispatch,
        List<String> channels) {

}
