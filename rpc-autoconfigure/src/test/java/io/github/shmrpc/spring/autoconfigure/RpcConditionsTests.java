package io.github.shmrpc.spring.autoconfigure;

import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.actuate.RpcActuatorEndpoint;
import io.github.shmrpc.spring.client.RpcChannels;
import io.github.shmrpc.spring.client.RpcClientDefinitions;
import io.github.shmrpc.spring.server.EndpointBeans;
import io.github.shmrpc.spring.server.ServiceUsers;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import jakarta.validation.Validator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.annotation.Configurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.grpc.client.autoconfigure.GrpcClientProperties;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.core.type.MethodMetadata;
import org.springframework.grpc.client.ClientInterceptorsConfigurer;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Takes away, one at a time, whatever the conditions of the auto-configurations ask for,
 * and sees which beans are left. Goes through all conditions that there are: one that it
 * does not know how to break fails it. Contexts are only defined, none of their beans is
 * made.
 */
class RpcConditionsTests {

    private static final String UNSET = "<unset>";

    private static final String ENDPOINT = "rpc.server.endpoint";

    private static final String PORT = "rpc.server.grpc.port";

    private static final Map<String, String> NO_SERVER = Map.of(ENDPOINT, "", PORT, UNSET);

    private static final Map<String, String> PROPERTIES = Map.of(ENDPOINT, "inproc:conditions", PORT, "0",
            "rpc.observation.mode", "full", "management.endpoints.web.exposure.include", "rpc",
            "rpc.server.security.services.[a.B]", "root");

    /** What other libraries bring. */
    private static final Set<Class<?>> OTHERS = Set.of(MeterRegistry.class, ObservationRegistry.class, Tracer.class,
            Propagator.class, Validator.class, JsonMapper.class, DiscoveryClient.class, GrpcClientProperties.class,
            ClientInterceptorsConfigurer.class);

    /** How to be without a bean of ours. */
    private static final Map<Class<?>, Map<String, String>> WITHOUT = Map.of(RpcServer.class, NO_SERVER,
            RpcChannels.class, Map.of("rpc.client.enabled", "false"), RpcClientFactory.class,
            Map.of("rpc.client.enabled", "false"), EndpointBeans.class, Map.of("rpc.server.enabled", "false"),
            RpcActuatorEndpoint.class, Map.of("management.endpoints.web.exposure.include", "health"),
            ServiceUsers.class, Map.of("rpc.server.security.services.[a.B]", UNSET));

    /** How to break a condition of our own. */
    private static final Map<String, Map<String, String>> OWN_CONDITIONS = Map.of("OnServerEndpointCondition",
            Map.of(ENDPOINT, " ", PORT, ""), "OnMetrics", Map.of("rpc.observation.mode", "off"), "OnServerOrChannels",
            Map.of(ENDPOINT, "", PORT, "", "rpc.client.enabled", "false"), "OnServiceListsCondition",
            Map.of("rpc.server.security.services.[a.B]", UNSET), "OnPortCondition", Map.of(PORT, ""),
            "OnAnythingToCheck", Map.of("rpc.server.security.services.[a.B]", UNSET));

    /** What must not be there, either, for that. */
    private static final Map<String, Class<?>> OR_CLASSES = Map.of("OnAnythingToCheck", SecurityContextHolder.class);

    // -- What there is

    @Test
    void everyBeanIsThereWithAllThatItAsksFor() {
        Set<String> all = new TreeSet<>();
        beanMethods().forEach((method) -> all.add(method.getMethodName()));
        Set<String> there = new TreeSet<>(defined(new Setup()).keySet());
        there.addAll(defined(new Setup().with(NO_SERVER)).keySet());
        assertThat(there).containsExactlyInAnyOrderElementsOf(all);
    }

    // -- Conditions

    @TestFactory
    Stream<DynamicTest> everyConditionKeepsItsBeansAway() {
        List<DynamicTest> tests = new ArrayList<>();
        for (AnnotationMetadata configuration : configurations()) {
            Set<String> beans = within(configuration);
            breaks(configuration).forEach((name, setup) -> tests
                .add(DynamicTest.dynamicTest(ClassUtils.getShortName(configuration.getClassName()) + ": " + name,
                        () -> assertThat(defined(setup).keySet()).doesNotContainAnyElementsOf(beans))));
            for (MethodMetadata method : configuration.getAnnotatedMethods(Bean.class.getName())) {
                breaks(method)
                    .forEach((name, setup) -> tests.add(DynamicTest.dynamicTest(method.getMethodName() + ": " + name,
                            () -> assertThat(defined(setup)).doesNotContainKey(method.getMethodName()))));
            }
        }
        assertThat(tests).hasSizeGreaterThan(30);
        return tests.stream();
    }

    /** Ways to break each condition of a class or method, by what they do. */
    private static Map<String, Setup> breaks(AnnotatedTypeMetadata metadata) {
        Map<String, Setup> setups = new HashMap<>();
        MergedAnnotations annotations = metadata.getAnnotations();
        if (isWithoutServer(metadata)) {
            setups.put("with a server", new Setup());
        }
        for (MergedAnnotation<?> annotation : annotations) {
            if (annotation.getDistance() == 0 && isCondition(annotation)) {
                addBreaks(annotation, setups);
            }
        }
        return setups;
    }

    private static boolean isWithoutServer(AnnotatedTypeMetadata metadata) {
        MergedAnnotation<ConditionalOnMissingBean> missing = metadata.getAnnotations()
            .get(ConditionalOnMissingBean.class);
        return missing.isPresent()
                && !(metadata instanceof MethodMetadata method
                        && method.getReturnTypeName().equals(RpcServer.class.getName()))
                && Arrays.asList(missing.getClassArray("value")).contains(RpcServer.class);
    }

    private static boolean isCondition(MergedAnnotation<?> annotation) {
        Class<? extends Annotation> type = annotation.getType();
        return type == Conditional.class
                || (type.isAnnotationPresent(Conditional.class) && type != ConditionalOnMissingBean.class);
    }

    private static void addBreaks(MergedAnnotation<?> annotation, Map<String, Setup> setups) {
        Class<? extends Annotation> type = annotation.getType();
        if (type == ConditionalOnClass.class) {
            for (String hidden : annotation.getStringArray("value")) {
                setups.put("without class " + hidden, new Setup().hiding(hidden));
            }
        }
        else if (type == ConditionalOnBean.class || type == ConditionalOnSingleCandidate.class) {
            Object beans = annotation.asMap().get("value");
            for (Class<?> bean : (beans instanceof Class<?>[] several) ? several
                    : new Class<?>[] { (Class<?>) beans }) {
                setups.put("without bean " + bean.getSimpleName(), new Setup().without(bean));
            }
        }
        else if (type == ConditionalOnBooleanProperty.class) {
            for (String name : annotation.getStringArray("name")) {
                setups.put(name + "=false", new Setup().with(Map.of(name, "false")));
            }
        }
        else if (type == ConditionalOnProperty.class) {
            for (String name : annotation.getStringArray("name")) {
                setups.put(name + "=off", new Setup().with(Map.of(name, "off")));
            }
            for (String name : annotation.getStringArray("value")) {
                setups.put("without " + name, new Setup().with(Map.of(name, UNSET)));
            }
        }
        else if (type == ConditionalOnAvailableEndpoint.class) {
            setups.put("not exposed", new Setup().with(Map.of("management.endpoints.web.exposure.include", "health")));
        }
        else if (type == ConditionalOnEnabledHealthIndicator.class) {
            setups.put("no health", new Setup().with(Map.of("management.health.rpc.enabled", "false")));
        }
        else {
            for (Class<?> condition : annotation.getClassArray("value")) {
                Map<String, String> broken = OWN_CONDITIONS.get(condition.getSimpleName());
                Setup setup = new Setup().with(Objects.requireNonNull(broken, "how to break " + condition));
                Class<?> orClass = OR_CLASSES.get(condition.getSimpleName());
                setups.put("without " + condition.getSimpleName(),
                        (orClass != null) ? setup.hiding(orClass.getName()) : setup);
            }
        }
    }

    // -- Backing off

    @TestFactory
    Stream<DynamicTest> everyBeanBacksOff() {
        return beanMethods().map((method) -> DynamicTest.dynamicTest(method.getMethodName(), () -> backsOff(method)));
    }

    private static void backsOff(MethodMetadata method) throws ClassNotFoundException {
        String name = method.getMethodName();
        if (name.equals("rpcGrpcStubDefinitions")) {
            // Only reads what the configuration names.
            return;
        }
        MergedAnnotation<ConditionalOnMissingBean> condition = method.getAnnotations()
            .get(ConditionalOnMissingBean.class);
        assertThat(condition.isPresent()).as("condition of " + name).isTrue();
        List<String> names = Arrays.asList(condition.getStringArray("name"));
        Class<?>[] types = condition.getClassArray("value");
        Class<?> type = (types.length > 0) ? types[types.length - 1]
                : ClassUtils.forName(method.getReturnTypeName(), RpcConditionsTests.class.getClassLoader());
        Setup setup = isWithoutServer(method) ? new Setup().with(NO_SERVER) : new Setup();
        setup.own = names.isEmpty() ? "own" : names.get(0);
        setup.ownType = type;
        assertThat(defined(setup)).as("beans beside one of the application's").doesNotContainKey(name);
    }

    // -- Contexts

    /** The beans of ours that a context defines, by their names. */
    private static Map<String, MethodMetadata> defined(Setup setup) {
        Map<String, MethodMetadata> found = new HashMap<>();
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            context.setClassLoader(new FilteredClassLoader(setup.hidden::contains));
            TestPropertyValues.of(setup.properties).applyTo(context);
            Set<Class<?>> others = new HashSet<>(OTHERS);
            others.removeAll(setup.missing);
            others.removeIf((type) -> setup.hidden.contains(type.getName()));
            others.forEach((type) -> context.registerBeanDefinition(type.getName(), new RootBeanDefinition(type)));
            if (setup.ownType != null) {
                RootBeanDefinition own = new RootBeanDefinition(setup.ownType);
                if (setup.ownType == RpcClientDefinitions.class) {
                    // Made at once, as it defines beans.
                    own.setInstanceSupplier(() -> new RpcClientDefinitions(context.getBeanFactory(),
                            context.getEnvironment(), context));
                }
                context.registerBeanDefinition(setup.own, own);
            }
            context.register(autoConfigurations());
            context.addBeanFactoryPostProcessor((beanFactory) -> {
                for (String name : beanFactory.getBeanDefinitionNames()) {
                    BeanDefinition definition = beanFactory.getBeanDefinition(name);
                    MethodMetadata method = (definition instanceof AnnotatedBeanDefinition annotated)
                            ? annotated.getFactoryMethodMetadata() : null;
                    if (method != null && method.getDeclaringClassName().startsWith("io.github.shmrpc.")) {
                        found.put(name, method);
                    }
                }
                throw new DefinedException();
            });
            context.refresh();
        }
        catch (DefinedException enough) {
            return found;
        }
        throw new AssertionError("The context was not to be refreshed");
    }

    /** In the order in which Boot takes them. */
    private static Class<?>[] autoConfigurations() {
        List<Class<?>> ours = new ArrayList<>();
        for (String name : ImportCandidates.load(AutoConfiguration.class, null)) {
            if (name.startsWith("io.github.shmrpc.")) {
                ours.add(ClassUtils.resolveClassName(name, null));
            }
        }
        return Configurations.getClasses(AutoConfigurations.of(ours.toArray(Class<?>[]::new)));
    }

    /** All classes with beans, the outer before the inner. */
    private static List<AnnotationMetadata> configurations() {
        List<AnnotationMetadata> found = new ArrayList<>();
        for (Class<?> type : autoConfigurations()) {
            found.add(AnnotationMetadata.introspect(type));
            Arrays.stream(type.getDeclaredClasses())
                .filter((inner) -> inner.isAnnotationPresent(Configuration.class))
                .forEach((inner) -> found.add(AnnotationMetadata.introspect(inner)));
        }
        return found;
    }

    /** Names of the beans of a class and of those within it. */
    private static Set<String> within(AnnotationMetadata configuration) {
        Set<String> names = new TreeSet<>();
        beanMethods().filter((method) -> method.getDeclaringClassName().startsWith(configuration.getClassName()))
            .forEach((method) -> names.add(method.getMethodName()));
        return names;
    }

    private static Stream<MethodMetadata> beanMethods() {
        return configurations().stream().flatMap((type) -> type.getAnnotatedMethods(Bean.class.getName()).stream());
    }

    private static final class DefinedException extends RuntimeException {

        private static final long serialVersionUID = 1L;

    }

    /** What a context has. */
    private static final class Setup {

        final Map<String, String> properties = new HashMap<>(PROPERTIES);

        final Set<String> hidden = new HashSet<>();

        final Set<Class<?>> missing = new HashSet<>();

        String own = "own";

        @Nullable Class<?> ownType;

        Setup with(Map<String, String> changed) {
            properties.putAll(changed);
            properties.values().removeIf(UNSET::equals);
            return this;
        }

        Setup hiding(String className) {
            hidden.add(className);
            return this;
        }

        Setup without(Class<?> bean) {
            missing.add(bean);
            return OTHERS.contains(bean) ? this : with(Objects.requireNonNull(WITHOUT.get(bean)));
        }

    }

}
