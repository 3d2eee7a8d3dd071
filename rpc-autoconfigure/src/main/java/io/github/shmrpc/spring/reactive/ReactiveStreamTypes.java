package io.github.shmrpc.spring.reactive;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

import io.github.shmrpc.contract.StreamType;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.FlowAdapters;
import org.reactivestreams.Publisher;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.util.ClassUtils;

/**
 * The types of Reactor, RxJava, Mutiny and Kotlin's coroutines, as far as Spring's
 * {@link ReactiveAdapterRegistry} knows them. Found by {@link java.util.ServiceLoader}.
 */
public final class ReactiveStreamTypes implements StreamType.Provider {

    private static final boolean PRESENT = ClassUtils.isPresent("org.reactivestreams.FlowAdapters",
            ReactiveStreamTypes.class.getClassLoader());

    private static final boolean REACTOR_PRESENT = PRESENT
            && ClassUtils.isPresent("reactor.core.CoreSubscriber", ReactiveStreamTypes.class.getClassLoader());

    @Override
    public @Nullable StreamType find(Class<?> type) {
        // A stage is a reply for which no subscriber is needed.
        if (!PRESENT || CompletionStage.class.isAssignableFrom(type)) {
            return null;
        }
        ReactiveAdapter adapter = ReactiveAdapterRegistry.getSharedInstance().getAdapter(type);
        return adapter == null || adapter.getReactiveType() != type ? null : new Adapted(adapter);
    }

    /**
     * A type with its adapter.
     *
     * @param adapter of the type
     */
    private record Adapted(ReactiveAdapter adapter) implements StreamType {

        @Override
        public boolean isSingle() {
            return !adapter.isMultiValue();
        }

        @Override
        public Object of(Flow.Publisher<Object> messages) {
            Publisher<Object> call = FlowAdapters.toPublisher(messages);
            return adapter.fromPublisher(REACTOR_PRESENT ? ReactorContext.within(call) : call);
        }

        @Override
        public Flow.Publisher<?> publisher(Object value) {
            Object reply = REACTOR_PRESENT ? ReactorContext.captured(value) : value;
            return FlowAdapters.toFlowPublisher(adapter.toPublisher(reply));
        }

    }

}
