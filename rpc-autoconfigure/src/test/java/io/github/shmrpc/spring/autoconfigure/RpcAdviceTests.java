package io.github.shmrpc.spring.autoconfigure;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.spring.RpcAdvice;
import io.github.shmrpc.spring.RpcClientFactory;
import io.github.shmrpc.spring.RpcEndpoint;
import io.github.shmrpc.spring.RpcExceptionHandler;
import io.github.shmrpc.spring.sample.WorldService;
import io.github.shmrpc.spring.server.InvalidRpcAdviceException;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Beans that say what is answered to exceptions. */
class RpcAdviceTests {

    private static ApplicationContextRunner application(Class<?>... advice) {
        ApplicationContextRunner runner = RpcContextRunners.application()
            .withPropertyValues("rpc.server.endpoint=inproc:advice", "rpc.client.channels.world.endpoint=inproc:advice")
            .withBean(FailingWorld.class);
        for (Class<?> bean : advice) {
            runner = runner.withUserConfiguration(bean);
        }
        return runner;
    }

    private static void assertAnswer(WorldService world, String request, RpcStatus status, String text) {
        assertThatExceptionOfType(RpcException.class).isThrownBy(() -> world.move(new WorldService.Request(request, 1)))
            .withMessage(status + ": " + text);
    }

    @Test
    void nearestTypeOfTheFirstBeanThatHandlesItWins() {
        application(LastAdvice.class, FirstAdvice.class).run((context) -> {
            WorldService world = context.getBean(RpcClientFactory.class).client(WorldService.class, "world");
            assertAnswer(world, "number", RpcStatus.INVALID_ARGUMENT, "no number in game.World/move");
            assertAnswer(world, "argument", RpcStatus.OUT_OF_RANGE, "argument");
            assertAnswer(world, "state", RpcStatus.FAILED_PRECONDITION, "last");
            assertAnswer(world, "index", RpcStatus.FAILED_PRECONDITION, "last");
            assertAnswer(world, "answer", RpcStatus.ABORTED, "answer");
            assertAnswer(world, "other", RpcStatus.UNKNOWN, "handler failed");
        });
    }

    @Test
    void withoutAdviceNothingIsTold() {
        application()
            .run((context) -> assertAnswer(context.getBean(RpcClientFactory.class).client(WorldService.class, "world"),
                    "state", RpcStatus.UNKNOWN, "handler failed"));
    }

    @Test
    void methodThatCannotHandleIsNamed() {
        application(TextAdvice.class).run((context) -> assertThat(context).getFailure()
            .rootCause()
            .isInstanceOf(InvalidRpcAdviceException.class)
            .hasMessageContaining("TextAdvice.text: it must return an exception"));
        application(TwiceAdvice.class).run((context) -> assertThat(context).getFailure()
            .rootCause()
            .hasMessageContaining("handles IllegalStateException already"));
        application(OtherAdvice.class)
            .run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("and no String"));
    }

    @RpcEndpoint
    static class FailingWorld implements WorldService {

        @Override
        public Reply move(Request request) {
            throw switch (request.text()) {
                case "number" -> new NumberFormatException("number");
                case "argument" -> new IllegalArgumentException("argument");
                case "state" -> new IllegalStateException("state");
                case "index" -> new IndexOutOfBoundsException("index");
                case "answer" -> new RpcException(RpcStatus.ABORTED, "answer");
                default -> new UnsupportedOperationException("other");
            };
        }

        @Override
        public Reply sleep(Request request) {
            return new Reply("");
        }

    }

    @RpcAdvice
    @Order(1)
    static class FirstAdvice {

        @RpcExceptionHandler
        RpcException argument(IllegalArgumentException failure) {
            return new RpcException(RpcStatus.OUT_OF_RANGE, String.valueOf(failure.getMessage()));
        }

        @RpcExceptionHandler
        RpcException number(CallContext call, NumberFormatException failure) {
            return new RpcException(RpcStatus.INVALID_ARGUMENT, "no " + failure.getMessage() + " in " + call.method());
        }

    }

    @RpcAdvice
    @Order(2)
    static class LastAdvice {

        @RpcExceptionHandler({ IllegalStateException.class, IndexOutOfBoundsException.class,
                NumberFormatException.class })
        void states(RuntimeException failure) {
            throw new RpcException(RpcStatus.FAILED_PRECONDITION, "last");
        }

    }

    @RpcAdvice
    static class TextAdvice {

        @RpcExceptionHandler
        String text(IllegalStateException failure) {
            return "x";
        }

    }

    @RpcAdvice
    static class TwiceAdvice {

        @RpcExceptionHandler
        RpcException one(IllegalStateException failure) {
            return new RpcException(RpcStatus.INTERNAL, "1");
        }

        @RpcExceptionHandler(IllegalStateException.class)
        RpcException two() {
            return new RpcException(RpcStatus.INTERNAL, "2");
        }

    }

    @RpcAdvice
    static class OtherAdvice {

        @RpcExceptionHandler
        RpcException one(IllegalStateException failure, String text) {
            return new RpcException(RpcStatus.INTERNAL, text);
        }

    }

}
