package io.github.shmrpc.spring.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.shmrpc.server.ExceptionHandler;
import io.github.shmrpc.spring.RpcAdvice;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.annotation.AnnotationAwareOrderComparator;

/** Finds the beans marked {@link RpcAdvice}. */
public final class AdviceBeans {

    private final ConfigurableListableBeanFactory beanFactory;

    public AdviceBeans(ConfigurableListableBeanFactory beanFactory) {
        this.beanFactory = beanFactory;
    }

    /**
     * Creates all of them.
     * @return their exception handlers, in the order of the beans
     * @throws InvalidRpcAdviceException if a method of one cannot be a handler
     */
    public List<ExceptionHandler> find() {
        List<Map.Entry<String, Object>> beans = new ArrayList<>();
        for (String name : AnnotatedBeans.names(beanFactory, RpcAdvice.class)) {
            beans.add(Map.entry(name, beanFactory.getBean(name)));
        }
        beans.sort(Map.Entry.comparingByValue(AnnotationAwareOrderComparator.INSTANCE));
        List<ExceptionHandler> handlers = new ArrayList<>();
        for (Map.Entry<String, Object> bean : beans) {
            handlers.add(AdviceBean.of(bean.getKey(), bean.getValue()));
        }
        return handlers;
    }

}
