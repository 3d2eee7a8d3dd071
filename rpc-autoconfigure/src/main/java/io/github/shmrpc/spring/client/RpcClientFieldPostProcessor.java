package io.github.shmrpc.spring.client;

import java.lang.reflect.Constructor;

import io.github.shmrpc.spring.RpcClient;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.PropertyValues;
import org.springframework.beans.factory.annotation.AutowiredAnnotationBeanPostProcessor;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.beans.factory.support.RootBeanDefinition;

/**
 * Injects fields and setters marked {@link RpcClient} that lack {@code @Autowired}.
 * Leaves records alone: their components' annotations are on their final fields as well,
 * which only the constructor can set.
 */
public final class RpcClientFieldPostProcessor extends AutowiredAnnotationBeanPostProcessor {

    public RpcClientFieldPostProcessor() {
        setAutowiredAnnotationType(RpcClient.class);
    }

    @Override
    public void postProcessMergedBeanDefinition(RootBeanDefinition definition, Class<?> type, String name) {
        if (!type.isRecord()) {
            super.postProcessMergedBeanDefinition(definition, type, name);
        }
    }

    @Override
    public PropertyValues postProcessProperties(PropertyValues values, Object bean, String name) {
        return bean.getClass().isRecord() ? values : super.postProcessProperties(values, bean, name);
    }

    @Override
    public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean bean) {
        return bean.getBeanClass().isRecord() ? null : super.processAheadOfTime(bean);
    }

    /** Constructors are the business of the standard post-processor. */
    @Override
    public Constructor<?> @Nullable [] determineCandidateConstructors(Class<?> type, String name) {
        return null;
    }

}
