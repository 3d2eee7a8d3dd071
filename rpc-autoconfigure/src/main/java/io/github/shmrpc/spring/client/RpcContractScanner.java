package io.github.shmrpc.spring.client;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

import io.github.shmrpc.RpcContract;

import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.core.type.filter.AnnotationTypeFilter;

/** Finds interfaces marked {@link RpcContract}. Reads class files and loads no class. */
final class RpcContractScanner extends ClassPathScanningCandidateComponentProvider {

    RpcContractScanner(Environment environment, ResourceLoader resourceLoader) {
        super(false, environment);
        setResourceLoader(resourceLoader);
        addIncludeFilter(new AnnotationTypeFilter(RpcContract.class, false));
    }

    Set<String> scan(Collection<String> packages) {
        Set<String> names = new LinkedHashSet<>();
        for (String basePackage : packages) {
            for (BeanDefinition candidate : findCandidateComponents(basePackage)) {
                String name = candidate.getBeanClassName();
                if (name != null) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    @Override
    protected boolean isCandidateComponent(AnnotatedBeanDefinition definition) {
        AnnotationMetadata metadata = definition.getMetadata();
        return metadata.isInterface() && metadata.isIndependent() && !metadata.isAnnotation();
    }

}
