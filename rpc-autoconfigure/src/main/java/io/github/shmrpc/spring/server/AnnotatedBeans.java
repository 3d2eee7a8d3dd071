package io.github.shmrpc.spring.server;

import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.type.MethodMetadata;

/**
 * Finds beans by an annotation of ours. Leaves out what Spring Boot itself declares,
 * which is most of an application's beans, as a look at each of their types takes its
 * time.
 */
final class AnnotatedBeans {

    private static final String BOOT = "org.springframework.boot.";

    private AnnotatedBeans() {
    }

    /**
     * Names of the beans that have an annotation. Creates none.
     * @param beanFactory of the context
     * @param annotation on a bean's type, or on the method that makes it
     * @return in the order of their definitions
     */
    static Set<String> names(ConfigurableListableBeanFactory beanFactory, Class<? extends Annotation> annotation) {
        List<String> candidates = candidates(beanFactory);
        for (String singleton : beanFactory.getSingletonNames()) {
            if (!beanFactory.containsBeanDefinition(singleton)) {
                candidates.add(singleton);
            }
        }
        Set<String> names = new LinkedHashSet<>();
        for (String name : candidates) {
            if (beanFactory.findAnnotationOnBean(name, annotation) != null) {
                names.add(name);
            }
        }
        return names;
    }

    /**
     * Names of the beans that may be the application's.
     * @param beanFactory of the context
     * @return those with a definition that is not abstract, in order
     */
    static List<String> candidates(ConfigurableListableBeanFactory beanFactory) {
        List<String> names = new ArrayList<>();
        for (String name : beanFactory.getBeanDefinitionNames()) {
            BeanDefinition definition = beanFactory.getBeanDefinition(name);
            if (!definition.isAbstract() && !isOfBoot(definition)) {
                names.add(name);
            }
        }
        return names;
    }

    private static boolean isOfBoot(BeanDefinition definition) {
        MethodMetadata factory = (definition instanceof AnnotatedBeanDefinition annotated)
                ? annotated.getFactoryMethodMetadata() : null;
        String declaring = (factory != null) ? factory.getDeclaringClassName() : definition.getBeanClassName();
        return declaring != null && declaring.startsWith(BOOT);
    }

}
