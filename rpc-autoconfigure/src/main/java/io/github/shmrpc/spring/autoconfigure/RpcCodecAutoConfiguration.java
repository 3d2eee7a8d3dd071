package io.github.shmrpc.spring.autoconfigure;

import io.github.shmrpc.codec.Codec;
import io.github.shmrpc.codec.Codecs;
import io.github.shmrpc.codec.json.JsonCodec;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration of the codecs that server and channels use: those on the class path,
 * JSON with the application's {@link JsonMapper}, and beans of type {@link Codec}.
 */
@AutoConfiguration(afterName = "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration")
@ConditionalOnClass(Codecs.class)
public final class RpcCodecAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean
    Codecs rpcCodecs(ObjectProvider<Codec> additional) {
        Codecs codecs = Codecs.defaults();
        for (Codec codec : additional.orderedStream().toList()) {
            codecs = codecs.with(codec);
        }
        return codecs;
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(JsonMapper.class)
    static class JsonConfiguration {

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnSingleCandidate(JsonMapper.class)
        JsonCodec rpcJsonCodec(JsonMapper mapper) {
            return JsonCodec.builder().mapper(mapper).build();
        }

    }

}
