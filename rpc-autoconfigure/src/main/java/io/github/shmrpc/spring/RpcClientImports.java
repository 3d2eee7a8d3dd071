package io.github.shmrpc.spring;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.util.ClassUtils;

/**
 * What all {@link ImportRpcClients} of a context ask for. Kept in attributes of a bean
 * definition until all definitions are known, because only then it is clear which
 * contracts have local implementations.
 */
public final class RpcClientImports {

    private static final String BEAN_NAME = RpcClientImports.class.getName();

    private static final String TYPES = "types";

    private static final String PACKAGES = "packages";

    private RpcClientImports() {
    }

    /**
     * Names of the contracts asked for one by one.
     * @param registry of the context
     * @return class names
     */
    public static Set<String> types(BeanDefinitionRegistry registry) {
        return read(registry, TYPES);
    }

    /**
     * The packages to search.
     * @param registry of the context
     * @return package names
     */
    public static Set<String> packages(BeanDefinitionRegistry registry) {
        return read(registry, PACKAGES);
    }

    @SuppressWarnings("unchecked")
    private static Set<String> read(BeanDefinitionRegistry registry, String attribute) {
        if (!registry.containsBeanDefinition(BEAN_NAME)) {
            return Set.of();
        }
        Object value = registry.getBeanDefinition(BEAN_NAME).getAttribute(attribute);
        return (value != null) ? (Set<String>) value : Set.of();
    }

    private static void add(BeanDefinitionRegistry registry, String attribute, Iterable<String> names) {
        if (!registry.containsBeanDefinition(BEAN_NAME)) {
            RootBeanDefinition definition = new RootBeanDefinition(RpcClientImports.class);
            definition.setRole(BeanDefinition.ROLE_INFRASTRUCTURE);
            definition.setLazyInit(true);
            registry.registerBeanDefinition(BEAN_NAME, definition);
        }
        Set<String> all = new LinkedHashSet<>(read(registry, attribute));
        names.forEach(all::add);
        registry.getBeanDefinition(BEAN_NAME).setAttribute(attribute, all);
    }

    /** Collects what the annotations of one configuration class ask for. */
    static final class Registrar implements ImportBeanDefinitionRegistrar {

        @Override
        public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
            for (Map<String, Object> attributes : metadata.getMergedRepeatableAnnotationAttributes(
                    ImportRpcClients.class, ImportRpcClients.Container.class, true)) {
                Set<String> types = names(attributes, "types");
                Set<String> packages = names(attributes, "basePackages");
                if (types.isEmpty() && packages.isEmpty()) {
                    packages = Set.of(ClassUtils.getPackageName(metadata.getClassName()));
                }
                add(registry, TYPES, types);
                add(registry, PACKAGES, packages);
            }
        }

        private static Set<String> names(Map<String, Object> attributes, String attribute) {
            Object names = attributes.get(attribute);
            return (names instanceof String[] strings) ? new LinkedHashSet<>(Arrays.asList(strings)) : Set.of();
        }

    }

}
