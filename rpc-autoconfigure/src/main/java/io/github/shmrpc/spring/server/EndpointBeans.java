package io.github.shmrpc.spring.server;

import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.github.shmrpc.RpcContract;
import io.github.shmrpc.spring.RpcEndpoint;
import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.target.SimpleBeanTargetSource;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

/**
 * Finds the beans marked {@link RpcEndpoint}, behind whatever proxy or factory they are.
 */
public final class EndpointBeans {

    private final ConfigurableListableBeanFactory beanFactory;

    public EndpointBeans(ConfigurableListableBeanFactory beanFactory) {
        this.beanFactory = beanFactory;
    }

    /**
     * Names of the beans whose definition shows that they are endpoints. Creates none.
     * @return bean names
     */
    public Set<String> declaredNames() {
        Set<String> names = AnnotatedBeans.names(beanFactory, RpcEndpoint.class);
        names.removeIf(ScopedProxyUtils::isScopedTarget);
        return names;
    }

    /**
     * The same without those that are exported over a channel.
     * @return bean names
     */
    public Set<String> servedNames() {
        Set<String> names = declaredNames();
        names.removeIf((name) -> !channelsOf(name).isEmpty());
        return names;
    }

    /**
     * The channels over which endpoints are exported. Creates no endpoint.
     * @return names of channels, sorted
     */
    public Set<String> exportingChannels() {
        Set<String> channels = new TreeSet<>();
        for (String name : declaredNames()) {
            channels.addAll(channelsOf(name));
        }
        return channels;
    }

    /**
     * The endpoints that a channel exports. Creates none: each is fetched when called.
     */
    List<EndpointBean> exported(String channel) {
        return declaredNames().stream()
            .filter((name) -> channelsOf(name).contains(channel))
            .map((name) -> endpoint(name, fetchingProxy(name)))
            .toList();
    }

    private List<String> channelsOf(String name) {
        RpcEndpoint annotation = beanFactory.findAnnotationOnBean(name, RpcEndpoint.class, false);
        return annotation == null ? List.of() : List.of(annotation.channel());
    }

    /**
     * Creates all endpoints that are served. A bean method that returns a contract may
     * hide one, so those beans are created to look.
     */
    List<EndpointBean> find() {
        Set<String> declared = servedNames();
        List<EndpointBean> found = new ArrayList<>();
        for (String name : AnnotatedBeans.candidates(beanFactory)) {
            if (declared.contains(name) || isHiddenEndpoint(name)) {
                found.add(endpoint(name));
            }
        }
        for (String name : declared) {
            if (!beanFactory.containsBeanDefinition(name)) {
                found.add(endpoint(name));
            }
        }
        return found;
    }

    private boolean isHiddenEndpoint(String name) {
        BeanDefinition definition = beanFactory.getBeanDefinition(name);
        if (definition.isAbstract() || !channelsOf(name).isEmpty() || ScopedProxyUtils.isScopedTarget(name)
                || !definition.isSingleton()) {
            return false;
        }
        Class<?> declaredType = AutoProxyUtils.determineTargetClass(beanFactory, name);
        if (declaredType == null) {
            return false;
        }
        if (AnnotatedElementUtils.hasAnnotation(declaredType, RpcEndpoint.class)) {
            return true;
        }
        return definition.getFactoryMethodName() != null && declaredType.isInterface()
                && AnnotatedElementUtils.hasAnnotation(declaredType, RpcContract.class)
                && AnnotatedElementUtils.hasAnnotation(userClass(beanFactory.getBean(name)), RpcEndpoint.class);
    }

    private EndpointBean endpoint(String name) {
        return endpoint(name, beanFactory.isSingleton(name) ? beanFactory.getBean(name) : fetchingProxy(name));
    }

    private EndpointBean endpoint(String name, Object handler) {
        Class<?> type = userClass(handler);
        requireCallable(name, handler, type);
        RpcEndpoint annotation = annotation(name, type);
        return new EndpointBean(name, handler, type, annotation.service(), annotation.dispatch(),
                List.of(annotation.channel()));
    }

    private RpcEndpoint annotation(String name, Class<?> type) {
        RpcEndpoint onBean = beanFactory.findAnnotationOnBean(name, RpcEndpoint.class);
        RpcEndpoint annotation = (onBean != null) ? onBean
                : AnnotatedElementUtils.findMergedAnnotation(type, RpcEndpoint.class);
        if (annotation == null) {
            throw new IllegalStateException("Bean '" + name + "' lost its @RpcEndpoint: " + type.getName());
        }
        return annotation;
    }

    /**
     * Stands for a bean of a scope other than singleton, or for one that does not exist
     * yet, and asks for it at each call.
     */
    private Object fetchingProxy(String name) {
        SimpleBeanTargetSource source = new SimpleBeanTargetSource();
        source.setTargetBeanName(name);
        source.setBeanFactory(beanFactory);
        ProxyFactory factory = new ProxyFactory();
        factory.setTargetSource(source);
        Class<?> type = AutoProxyUtils.determineTargetClass(beanFactory, name);
        if (type != null) {
            factory.setInterfaces(ClassUtils.getAllInterfacesForClass(type));
        }
        factory.setProxyTargetClass(type == null || !Modifier.isFinal(type.getModifiers()));
        return factory.getProxy(beanFactory.getBeanClassLoader());
    }

    private static void requireCallable(String name, Object handler, Class<?> type) {
        if (AopUtils.isJdkDynamicProxy(handler) && contractOf(type) == null) {
            throw new InvalidRpcEndpointException(name, type,
                    "it is behind a proxy of its interfaces, through which methods of its class cannot be called, and"
                            + " it implements no interface marked @RpcContract",
                    null);
        }
    }

    private static @Nullable Class<?> contractOf(Class<?> type) {
        for (Class<?> candidate : ClassUtils.getAllInterfacesForClass(type)) {
            if (candidate.isAnnotationPresent(RpcContract.class)) {
                return candidate;
            }
        }
        return null;
    }

    private static Class<?> userClass(Object bean) {
        return ClassUtils.getUserClass(AopProxyUtils.ultimateTargetClass(bean));
    }

}
