package io.github.shmrpc.spring.client;

import javax.lang.model.element.Modifier;

import io.github.shmrpc.spring.aot.ServiceHints;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.generate.GeneratedMethod;
import org.springframework.aot.generate.GenerationContext;
import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.aot.BeanRegistrationCode;
import org.springframework.beans.factory.aot.BeanRegistrationCodeFragments;
import org.springframework.beans.factory.aot.BeanRegistrationCodeFragmentsDecorator;
import org.springframework.beans.factory.support.InstanceSupplier;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.javapoet.ClassName;
import org.springframework.javapoet.CodeBlock;

/**
 * Writes the code that makes clients, for applications whose beans are prepared ahead of
 * time. The names of the channels are then those of the build; their settings are not.
 */
class RpcClientAotProcessor implements BeanRegistrationAotProcessor {

    @Override
    public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean bean) {
        Object channel = bean.getMergedBeanDefinition().getAttribute(RpcClientDefinitions.CHANNEL_ATTRIBUTE);
        return (channel instanceof String name) ? BeanRegistrationAotContribution
            .withCustomCodeFragments((fragments) -> new ClientFragments(fragments, bean.getBeanClass(), name)) : null;
    }

    /** The code of one client. */
    private static final class ClientFragments extends BeanRegistrationCodeFragmentsDecorator {

        private static final String BEAN = "registeredBean";

        private final Class<?> contract;

        private final String channel;

        ClientFragments(BeanRegistrationCodeFragments delegate, Class<?> contract, String channel) {
            super(delegate);
            this.contract = contract;
            this.channel = channel;
        }

        @Override
        public ClassName getTarget(RegisteredBean bean) {
            return ClassName.get(contract);
        }

        @Override
        public CodeBlock generateInstanceSupplierCode(GenerationContext generationContext,
                BeanRegistrationCode beanRegistrationCode, boolean allowDirectSupplierShortcut) {
            ServiceHints.registerContract(generationContext.getRuntimeHints(), contract);
            GeneratedMethod client = beanRegistrationCode.getMethods()
                .add("getClient",
                        (method) -> method.addJavadoc("Make the client of '$T'.", contract)
                            .addModifiers(Modifier.PRIVATE, Modifier.STATIC)
                            .returns(contract)
                            .addParameter(RegisteredBean.class, BEAN)
                            .addStatement("return $T.client($L, $T.class, $S)", RpcClientDefinitions.class, BEAN,
                                    contract, channel));
            return CodeBlock.of("$T.of($L)", InstanceSupplier.class, client.toMethodReference().toCodeBlock());
        }

    }

}
