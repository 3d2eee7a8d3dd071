package io.github.shmrpc.spring.client;

import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
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
 * Leaves to the standard post-processor: classes that have none, which are nearly all;
 * records, whose components' annotations are on their final fields as well; and
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
        Boolean known = leftAlone.get(type);
        if (known == null) {
            known = type.isRecord() || isOfSpring(type) || !injectsClients(type);
            leftAlone.put(type, known);
        }
        return known;
    }

    /** Most beans are Spring's own, and a look at all their methods takes its time. */
    private static boolean isOfSpring(Class<?> type) {
        return type.getName().startsWith("org.springframework.");
    }

    private static boolean injectsClients(Class<?> type) {
        boolean[] found = new boolean[2];
        for (Class<?> declaring = ClassUtils.getUserClass(type); declaring != null
                && declaring != Object.class; declaring = declaring.getSuperclass()) {
            ReflectionUtils.doWithLocalFields(declaring, (field) -> found[0] |= isMarked(field));
            ReflectionUtils.doWithLocalMethods(declaring, (method) -> {
                boolean marked = isMarked(method);
                found[0] |= marked;
                found[1] |= marked && AnnotatedElementUtils.hasAnnotation(method, Bean.class);
            });
        }
        return found[0] && !found[1];
    }

    private static boolean isMarked(AnnotatedElement element) {
        return AnnotatedElementUtils.hasAnnotation(element, RpcClient.class);
    }

}
