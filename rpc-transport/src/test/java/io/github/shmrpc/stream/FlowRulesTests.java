package io.github.shmrpc.stream;

import java.io.IOException;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.shmrpc.CallOptions;
import io.github.shmrpc.RpcStream;
import io.github.shmrpc.client.RpcChannel;
import io.github.shmrpc.protocol.FrameBacklog;
import io.github.shmrpc.protocol.FramePool;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.server.RpcServer;
import io.github.shmrpc.transport.Connection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;
import org.reactivestreams.tck.flow.FlowSubscriberBlackboxVerification;
import org.testng.SkipException;
import org.testng.annotations.Test;

import static org.awaitility.Awaitility.await;

/** The rules of Reactive Streams, as its own test kit has them. */
@Timeout(180)
@Tag("F55")
class FlowRulesTests {

    private static final RpcServer SERVER = RpcServer.builder("inproc:flow-rules")
        .register(new NumbersService())
        .build();

    private static final RpcChannel CHANNEL = RpcChannel.open("inproc:flow-rules");

    @BeforeAll
    static void start() throws IOException {
        SERVER.start();
    }

    @AfterAll
    static void stop() {
        CHANNEL.close();
        SERVER.close();
    }

    @TestFactory
    Stream<DynamicTest> messagesOfTheServer() {
        return rules(MessagesOfTheServer::new);
    }

    @TestFactory
    Stream<DynamicTest> messagesOfTheCaller() {
        return rules(MessagesOfTheCaller::new);
    }

    @TestFactory
    Stream<DynamicTest> messagesOfAnIterable() {
        return rules(MessagesOfAnIterable::new);
    }

    @TestFactory
    Stream<DynamicTest> whoSends() {
        return rules(WhoSends::new);
    }

    private static Stream<DynamicTest> rules(Supplier<Object> verification) {
        return Arrays.stream(verification.get().getClass().getMethods())
            .filter((method) -> method.isAnnotationPresent(Test.class) && !method.getName().startsWith("untested_"))
            .sorted(Comparator.comparing(Method::getName))
            .map((method) -> DynamicTest.dynamicTest(method.getName(), () -> verify(verification.get(), method)));
    }

    private static void verify(Object verification, Method rule) throws Throwable {
        WhoSends sender = verification instanceof WhoSends own ? own : null;
        try {
            if (sender != null) {
                sender.startPublisherExecutorService();
            }
            verification.getClass().getMethod("setUp").invoke(verification);
            rule.invoke(verification);
        }
        catch (InvocationTargetException thrown) {
            Throwable cause = thrown.getCause();
            if (cause instanceof SkipException skipped) {
                Assumptions.abort(String.valueOf(skipped.getMessage()));
            }
            throw cause != null ? cause : thrown;
        }
        finally {
            if (sender != null) {
                sender.shutdownPublisherExecutorService();
            }
        }
    }

    private static Iterable<Integer> upTo(long limit) {
        return () -> IntStream.rangeClosed(1, (int) limit).boxed().iterator();
    }

    /** Patient with signals that must come; those that must not have 100 ms to do so. */
    private static TestEnvironment environment() {
        return new TestEnvironment(10_000, 100, 100);
    }

    /** The rules for publishers. */
    public abstract static class PublisherRules extends FlowPublisherVerification<Integer> {

        PublisherRules() {
            super(environment());
        }

        /**
         * In place of the original, which gives the publisher and the JVM's own threads
         * 400 ms. Eventually is what the rule says.
         */
        @Override
        @Test
        public void required_spec313_cancelMustMakeThePublisherEventuallyDropAllReferencesToTheSubscriber() {
            Flow.Publisher<Integer> publisher = createFlowPublisher(3);
            WeakReference<Collector<Integer>> subscriber = cancelledSubscriber(publisher);
            try {
                await().until(() -> {
                    System.gc();
                    return subscriber.get() == null;
                });
            }
            finally {
                Reference.reachabilityFence(publisher);
            }
        }

        private static WeakReference<Collector<Integer>> cancelledSubscriber(Flow.Publisher<Integer> publisher) {
            Collector<Integer> subscriber = new Collector<>(1);
            publisher.subscribe(subscriber);
            await().until(() -> subscriber.messages.size() == 1);
            subscriber.subscription.join().cancel();
            return new WeakReference<>(subscriber);
        }

    }

    /** A call's publisher at the client. */
    public static final class MessagesOfTheServer extends PublisherRules {

        @Override
        public Flow.Publisher<Integer> createFlowPublisher(long elements) {
            return CHANNEL.proxy(Numbers.class).count((int) elements, CallOptions.defaults());
        }

        @Override
        public Flow.Publisher<Integer> createFailedFlowPublisher() {
            return CHANNEL.proxy(Numbers.class).count(1, CallOptions.timeout(Duration.ZERO));
        }

        @Override
        public long maxElementsFromPublisher() {
            return Integer.MAX_VALUE - 1;
        }

    }

    /** What a handler subscribes to: once. */
    public static final class MessagesOfTheCaller extends PublisherRules {

        @Override
        public Flow.Publisher<Integer> createFlowPublisher(long elements) {
            return CHANNEL.proxy(Numbers.class).doubled(RpcStream.of(upTo(elements)));
        }

        @Override
        public Flow.Publisher<Integer> createFailedFlowPublisher() {
            InboundStream failed = InboundStream.failed(new IllegalStateException("failed from the beginning"));
            return (subscriber) -> failed.subscribe(new Casting(subscriber));
        }

        @Override
        public long maxElementsFromPublisher() {
            return 10_000;
        }

    }

    /** {@link RpcStream#of(Iterable)}. */
    public static final class MessagesOfAnIterable extends PublisherRules {

        @Override
        public Flow.Publisher<Integer> createFlowPublisher(long elements) {
            return RpcStream.of(upTo(elements));
        }

        @Override
        public Flow.Publisher<Integer> createFailedFlowPublisher() {
            return RpcStream.of(() -> {
                throw new IllegalStateException("no iterator");
            });
        }

        @Override
        public long maxElementsFromPublisher() {
            return Integer.MAX_VALUE - 1;
        }

    }

    /** The subscriber that puts messages on the wire. */
    public static final class WhoSends extends FlowSubscriberBlackboxVerification<Object> {

        public WhoSends() {
            super(environment());
        }

        @Override
        public Flow.Subscriber<Object> createFlowSubscriber() {
            Connection connection = (Connection) Proxy.newProxyInstance(getClass().getClassLoader(),
                    new Class<?>[] { Connection.class }, (self, method, arguments) -> true);
            FramePool frames = new FramePool();
            FrameBacklog backlog = new FrameBacklog(connection, frames, new AtomicInteger(), 1000, System::nanoTime,
                    () -> {
                    });
            return new OutboundStream(
                    new ConnectionStreams(backlog, frames), 1, false, (message, frame, callId,
                            fromCallee) -> FrameWriter.beginMessage(frame, callId, (byte) 1, fromCallee),
                    new OutboundStream.Listener() {

                        @Override
                        public void completed() {
                        }

                        @Override
                        public void failed(Throwable failure) {
                        }
                    });
        }

        @Override
        public Object createElement(int element) {
            return element;
        }

    }

    /** Messages as numbers. */
    private static final class Casting implements Flow.Subscriber<Object> {

        private final Flow.Subscriber<? super Integer> target;

        Casting(Flow.Subscriber<? super Integer> target) {
            this.target = target;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            target.onSubscribe(subscription);
        }

        @Override
        public void onNext(Object message) {
            target.onNext((Integer) message);
        }

        @Override
        public void onError(Throwable failure) {
            target.onError(failure);
        }

        @Override
        public void onComplete() {
            target.onComplete();
        }

    }

}
