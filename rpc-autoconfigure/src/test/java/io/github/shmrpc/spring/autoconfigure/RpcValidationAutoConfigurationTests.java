package io.github.shmrpc.spring.autoconfigure;

import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.RpcEndpoint;
import io.github.shmrpc.spring.server.RequestValidation;
import jakarta.validation.Valid;
import jakarta.validation.Validator;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.NotBlank;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class RpcValidationAutoConfigurationTests {

    private final ApplicationContextRunner bare = RpcContextRunners.application()
        .withConfiguration(AutoConfigurations.of(RpcValidationAutoConfiguration.class))
        .withUserConfiguration(Shop.class)
        .withPropertyValues("rpc.server.endpoint=inproc:validation-tests",
                "rpc.client.channels.shop.endpoint=inproc:validation-tests");

    private final ApplicationContextRunner runner = bare
        .withConfiguration(AutoConfigurations.of(ValidationAutoConfiguration.class));

    private static String buy(ApplicationContext context, Order order) {
        return context.getBean(RpcClientFactory.class).channel("shop").call("Shop/buy", order, String.class);
    }

    @Test
    void validRequestsReachTheHandler() {
        runner.run((context) -> assertThat(buy(context, new Order("sword", new Amount(2)))).isEqualTo("2 sword"));
    }

    @Test
    void invalidRequestsAreRefusedWithTheirFields() {
        runner.run((context) -> {
            RpcException refused = catchThrowableOfType(RpcException.class,
                    () -> buy(context, new Order(" ", new Amount(200))));
            assertThat(refused.status()).isEqualTo(RpcStatus.INVALID_ARGUMENT);
            assertThat(refused.detail()).contains("Shop/buy", "amount.count must be less than or equal to 99",
                    "item must not be blank");
            assertThat(refused.details()).singleElement().satisfies((detail) -> {
                assertThat(detail.type()).isEqualTo("type.googleapis.com/google.rpc.BadRequest");
                assertThat(detail.text()).contains("amount.count", "item", "must not be blank");
            });
        });
    }

    @Test
    void backsOff() {
        runner.withPropertyValues("rpc.server.validation.enabled=false")
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RequestValidation.class));
        runner.withPropertyValues("rpc.server.enabled=false")
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RequestValidation.class));
        runner.withClassLoader(new FilteredClassLoader(Validator.class))
            .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RequestValidation.class));
        bare.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RequestValidation.class));
    }

    /**
     * A request.
     *
     * @param item not blank
     * @param amount valid itself
     */
    record Order(@NotBlank String item, @Valid Amount amount) {

    }

    /**
     * A part of a request.
     *
     * @param count at most 99
     */
    record Amount(@Max(99) int count) {

    }

    @RpcEndpoint
    static class Shop {

        public String buy(Order order) {
            return order.amount().count() + " " + order.item();
        }

    }

}
