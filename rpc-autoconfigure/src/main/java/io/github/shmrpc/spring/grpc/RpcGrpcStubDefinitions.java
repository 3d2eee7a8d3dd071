package io.github.shmrpc.spring.grpc;

import java.util.List;
import java.util.Map;

import io.github.shmrpc.spring.RpcClient;

import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.util.ClassUtils;

/**
 * Registers a bean definition for each stub under {@code rpc.client.grpc.stubs}, named
 * {@code channel#type}. A stub that several channels have is got by {@link RpcClient} or
 * {@link Qualifier} with the channel's name.
 */
public final class RpcGrpcStubDefinitions implements BeanDefinitionRegistryPostProcessor {

    /** Stubs by the names of their channels. */
    public static final String PROPERTY = "rpc.client.grpc.stubs";

    private final String factory;

    private final Environment environment;

    private final ResourceLoader resourceLoader;

    /**
     * Registers what the environment says.
     * @param factory name of the bean that makes stubs
     * @param environment has the properties
     * @param resourceLoader finds the stubs' classes
     */
    public RpcGrpcStubDefinitions(String factory, Environment environment, ResourceLoader resourceLoader) {
        this.factory = factory;
        this.environment = environment;
        this.resourceLoader = resourceLoader;
    }

    @Override
    public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
        if (AotDetector.useGeneratedArtifacts()) {
            // The definitions are part of the generated code.
            return;
        }
        ResolvableType lists = ResolvableType.forClassWithGenerics(List.class, String.class);
        ResolvableType maps = ResolvableType.forClassWithGenerics(Map.class, ResolvableType.forClass(String.class),
                lists);
        BindResult<Map<String, List<String>>> stubs = Binder.get(environment)
            .bind(PROPERTY, Bindable.<Map<String, List<String>>>of(maps));
        if (stubs.isBound()) {
            stubs.get().forEach((channel, types) -> types.forEach((type) -> register(registry, channel, type)));
        }
    }

    private void register(BeanDefinitionRegistry registry, String channel, String typeName) {
        Class<?> type = ClassUtils.resolveClassName(typeName, resourceLoader.getClassLoader());
        RootBeanDefinition definition = new RootBeanDefinition();
        definition.setTargetType(type);
        definition.setFactoryBeanName(factory);
        definition.setFactoryMethodName("stub");
        definition.getConstructorArgumentValues().addIndexedArgumentValue(0, type);
        definition.getConstructorArgumentValues().addIndexedArgumentValue(1, channel);
        definition.addQualifier(new AutowireCandidateQualifier(RpcClient.class, channel));
        AutowireCandidateQualifier qualifier = new AutowireCandidateQualifier(Qualifier.class, channel);
        // Else it equals the other one, whose type does not count, and is lost in code
        // generated ahead of time.
        qualifier.setAttribute("for", RpcClient.class.getName());
        definition.addQualifier(qualifier);
        definition.setLazyInit(true);
        registry.registerBeanDefinition(channel + "#" + type.getName(), definition);
    }

}
