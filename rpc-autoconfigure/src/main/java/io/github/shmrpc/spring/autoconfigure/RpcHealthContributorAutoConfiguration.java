package io.github.shmrpc.spring.autoconfigure;

import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.spring.actuate.RpcHealthContributors;
import io.github.shmrpc.spring.client.RpcChannels;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/**
 * Auto-configuration of the health of server and channels, {@code rpc} among the health
 * contributors.
 */
@AutoConfiguration(after = { RpcClientAutoConfiguration.class, RpcServerAutoConfiguration.class })
@ConditionalOnClass({ HealthContributor.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnEnabledHealthIndicator("rpc")
@Conditional(RpcHealthContributorAutoConfiguration.OnServerOrChannels.class)
public final class RpcHealthContributorAutoConfiguration {

    /** Asks for no server, which is made last of all beans. */
    @Bean
    @ConditionalOnMissingBean(name = { "rpcHealthIndicator", "rpcHealthContributor" })
    HealthContributor rpcHealthContributor(ListableBeanFactory beanFactory, ObjectProvider<RpcServer> server,
            ObjectProvider<RpcChannels> channels) {
        boolean serves = beanFactory.getBeanNamesForType(RpcServer.class, true, false).length > 0;
        @Nullable RpcChannels known = channels.getIfUnique();
        return RpcHealthContributors.of(serves ? server::getObject : null, known);
    }

    /** Whether there is anything to look after. */
    static final class OnServerOrChannels extends AnyNestedCondition {

        OnServerOrChannels() {
            super(ConfigurationPhase.REGISTER_BEAN);
        }

        @ConditionalOnBean(RpcServer.class)
        static class OnServer {

        }

        @ConditionalOnBean(RpcChannels.class)
        static class OnChannels {

        }

    }

}
