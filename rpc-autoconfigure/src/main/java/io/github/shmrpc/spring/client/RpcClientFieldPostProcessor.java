package io.github.shmrpc.spring.client;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.shmrpc.spring.RpcClient;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.PropertyValues;
import org.springframework.beans.factory.annotation.AutowiredAnnotationBeanPostProcessor;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Injects fields and setters marked {@link RpcClient} that lack {@code @Autowired}.
 * Leaves Spring's own classes and two other kinds to the standard post-processor:
 * records, whose components' annotations are on their final fields as well, and
 * configurations that mark a {@code @Bean} method with it to say what its bean is, not
 * what to inject.
 */
public final class RpcClientFieldPostProcessor extends AutowiredAnnotationBeanPostProcessor {

    private final Map<Class<?>, Boolean> leftAlone = new ConcurrentHashMap<>();

    public RpcClientFieldPostProcessor() {
        setAutowiredAnnotationType(RpcClient.class);
    }

    @Override
    public void postProcessMergedBeanDefinition(RootBeanDefinition definition, Class<?> type, String name) {
        if (!isLeftAlone(type)) {
            super.postProcessMergedBeanDefinition(definition, type, name);
        }
    }

    @Override
    public PropertyValues postProcessProperties(PropertyValues values, Object bean, String name) {
        return isLeftAlone(bean.getClass()) ? values : super.postProcessProperties(values, bean, name);
    }

    @Override
    public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean bean) {
        return isLeftAlone(bean.getBeanClass()) ? null : super.processAheadOfTime(bean);
    }

    /** Constructors are the business of the standard post-processor. */
    @Override
    public Constructor<?> @Nullable [] determineCandidateConstructors(Class<?> type, String name) {
        return null;
    }

    private boolean isLeftAlone(Class<?> type) {
        return leftAlone.computeIfAbsent(type,
                (unknown) -> unknown.isRecord() || isOfSpring(unknown) || declaresClients(unknown));
    }

    /** Most beans are Spring's own, and a look at all their methods takes its time. */
    private static boolean isOfSpring(Class<?> type) {
        return type.getName().startsWith("org.springframework.");
    }

    private static boolean declaresClients(Class<?> type) {
        for (Method method : ReflectionUtils.getUniqueDeclaredMethods(ClassUtils.getUserClass(type))) {
            if (AnnotatedElementUtils.hasAnnotation(method, RpcClient.class)
                    && AnnotatedElementUtils.hasAnnotation(method, Bean.class)) {
                return true;
            }
        }
        return false;
    }

}
