package io.github.shmrpc.spring.client;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

import io.github.shmrpc.spring.RpcClient;
import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.RpcClientImports;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.NamedBeanHolder;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.type.classreading.MetadataReaderFactory;
import org.springframework.util.ClassUtils;

/**
 * Registers a bean definition for each contract and channel, named {@code channel#type},
 * once all other definitions are known.
 * <ul>
 * <li>The one of the contract's own channel is what plain injection by type gets.
 * <li>Those of the other channels are fallbacks: they are got by {@link RpcClient}, by
 * {@link Qualifier}, and as part of collections.
 * <li>If the context has a bean of that type already, an endpoint or a test's fake, plain
 * injection gets that one, and clients are got only by a qualifier.
 * <li>One more, {@code #type}, is the same client as the own channel's, for
 * {@link RpcClient} without a name.
 * </ul>
 * All are lazy: a contract that nobody injects needs no channel.
 */
public final class RpcClientDefinitions implements BeanDefinitionRegistryPostProcessor {

    /** Marks our definitions. The value is the channel's name. */
    static final String CHANNEL_ATTRIBUTE = RpcClientDefinitions.class.getName() + ".channel";

    /** Boot's bean that has what the component scan has read of the same classes. */
    private static final String CLASSES_READ = "org.springframework.boot.autoconfigure.internalCachingMetadataReaderFactory";

    private static final Log logger = LogFactory.getLog(RpcClientDefinitions.class);

    private final ConfigurableListableBeanFactory beanFactory;

    private final Environment environment;

    private final ResourceLoader resourceLoader;

    public RpcClientDefinitions(ConfigurableListableBeanFactory beanFactory, Environment environment,
            ResourceLoader resourceLoader) {
        this.beanFactory = beanFactory;
        this.environment = environment;
        this.resourceLoader = resourceLoader;
    }

    @Override
    public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
        if (AotDetector.useGeneratedArtifacts()) {
            // The definitions are part of the generated code.
            return;
        }
        Set<String> channels = configuredChannels();
        for (String name : contractNames(registry)) {
            Class<?> contract = ClassUtils.resolveClassName(name, resourceLoader.getClassLoader());
            register(registry, contract, channels);
        }
    }

    private Set<String> configuredChannels() {
        BindResult<Map<String, Object>> channels = Binder.get(environment)
            .bind("rpc.client.channels", Bindable.mapOf(String.class, Object.class));
        return channels.isBound() ? channels.get().keySet() : Set.of();
    }

    private Set<String> contractNames(BeanDefinitionRegistry registry) {
        Set<String> packages = new LinkedHashSet<>(RpcClientImports.packages(registry));
        if (AutoConfigurationPackages.has(beanFactory)) {
            packages.addAll(AutoConfigurationPackages.get(beanFactory));
        }
        Set<String> names = new LinkedHashSet<>(RpcClientImports.types(registry));
        names.addAll(scanner().scan(packages));
        return names;
    }

    private RpcContractScanner scanner() {
        RpcContractScanner scanner = new RpcContractScanner(environment, resourceLoader);
        if (beanFactory.containsBean(CLASSES_READ)) {
            scanner.setMetadataReaderFactory(beanFactory.getBean(CLASSES_READ, MetadataReaderFactory.class));
        }
        return scanner;
    }

    private void register(BeanDefinitionRegistry registry, Class<?> contract, Set<String> channels) {
        boolean local = hasLocalBean(registry, contract);
        String own = RpcChannels.channelOf(contract);
        Set<String> all = new LinkedHashSet<>();
        all.add(own);
        all.addAll(channels);
        for (String channel : all) {
            String name = beanName(channel, contract);
            RootBeanDefinition definition = definition(name, contract, channel);
            definition.setFallback(local || !channel.equals(own));
            definition.setDefaultCandidate(!local);
            register(registry, name, definition);
        }
        register(registry, beanName("", contract), unnamedDefinition(contract, beanName(own, contract)));
        if (local && logger.isDebugEnabled()) {
            logger.debug("Plain injection of " + contract.getName()
                    + " gets the local bean; @RpcClient gets the remote one");
        }
    }

    private static String beanName(String channel, Class<?> contract) {
        return channel + "#" + contract.getName();
    }

    private static void register(BeanDefinitionRegistry registry, String name, RootBeanDefinition definition) {
        if (!registry.containsBeanDefinition(name)) {
            registry.registerBeanDefinition(name, definition);
        }
    }

    private boolean hasLocalBean(BeanDefinitionRegistry registry, Class<?> contract) {
        for (String name : beanFactory.getBeanNamesForType(contract, true, false)) {
            if (registry.containsBeanDefinition(name) && isInjectedByType(registry.getBeanDefinition(name))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isInjectedByType(BeanDefinition definition) {
        return !definition.hasAttribute(CHANNEL_ATTRIBUTE) && definition.isAutowireCandidate()
                && !(definition instanceof AbstractBeanDefinition bean && !bean.isDefaultCandidate());
    }

    private <T> RootBeanDefinition definition(String name, Class<T> contract, String channel) {
        RootBeanDefinition definition = new RootBeanDefinition(contract,
                () -> client(beanFactory, name, contract, channel));
        AutowireCandidateQualifier qualifier = new AutowireCandidateQualifier(Qualifier.class, channel);
        // Else it equals the other one, whose type does not count, and is lost in code
        // generated ahead of time.
        qualifier.setAttribute("for", RpcClient.class.getName());
        definition.addQualifier(new AutowireCandidateQualifier(RpcClient.class, channel));
        definition.addQualifier(qualifier);
        return prepared(definition, channel);
    }

    /**
     * The client of a bean, for code that was generated ahead of time.
     * @param bean one of our definitions
     * @param contract its type
     * @param channel its channel, empty for the contract's own
     * @param <T> the contract
     * @return a proxy
     */
    public static <T> T client(RegisteredBean bean, Class<T> contract, String channel) {
        return channel.isEmpty()
                ? bean.getBeanFactory().getBean(beanName(RpcChannels.channelOf(contract), contract), contract)
                : client(bean.getBeanFactory(), bean.getBeanName(), contract, channel);
    }

    private static <T> T client(ConfigurableListableBeanFactory beanFactory, String name, Class<T> contract,
            String channel) {
        NamedBeanHolder<RpcClientFactory> factory = beanFactory.resolveNamedBean(RpcClientFactory.class);
        // So that channels close after the beans that use them.
        beanFactory.registerDependentBean(factory.getBeanName(), name);
        return factory.getBeanInstance().client(contract, channel);
    }

    private <T> RootBeanDefinition unnamedDefinition(Class<T> contract, String namedBean) {
        RootBeanDefinition definition = new RootBeanDefinition(contract,
                () -> beanFactory.getBean(namedBean, contract));
        definition.addQualifier(new AutowireCandidateQualifier(RpcClient.class, ""));
        definition.setDefaultCandidate(false);
        definition.setFallback(true);
        definition.setDependsOn(namedBean);
        return prepared(definition, "");
    }

    private static RootBeanDefinition prepared(RootBeanDefinition definition, String channel) {
        definition.setAttribute(CHANNEL_ATTRIBUTE, channel);
        definition.setLazyInit(true);
        // A contract that extends AutoCloseable has a remote method close, which is not
        // the bean's.
        definition.setDestroyMethodName("");
        return definition;
    }

}
