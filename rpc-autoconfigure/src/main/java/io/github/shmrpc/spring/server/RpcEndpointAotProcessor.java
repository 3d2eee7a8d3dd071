package io.github.shmrpc.spring.server;

import io.github.shmrpc.spring.RpcEndpoint;
import io.github.shmrpc.spring.aot.ServiceHints;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.aot.BeanRegistrationAotContribution;
import org.springframework.beans.factory.aot.BeanRegistrationAotProcessor;
import org.springframework.beans.factory.support.RegisteredBean;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

/** Tells a native image of the methods and messages of endpoints. */
class RpcEndpointAotProcessor implements BeanRegistrationAotProcessor {

    @Override
    public @Nullable BeanRegistrationAotContribution processAheadOfTime(RegisteredBean bean) {
        Class<?> type = ClassUtils.getUserClass(bean.getBeanClass());
        return AnnotatedElementUtils.hasAnnotation(type, RpcEndpoint.class)
                ? (context, code) -> ServiceHints.registerEndpoint(context.getRuntimeHints(), type) : null;
    }

}
