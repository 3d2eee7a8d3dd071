package io.github.shmrpc.grpc.call;

import java.util.concurrent.atomic.AtomicBoolean;

import io.grpc.ClientStreamTracer;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.StreamTracer;

/** The tracers of one call, told together. Thread-safe as far as they are. */
public final class Tracers {

    /** Of calls that nobody traces. */
    public static final Tracers NONE = new Tracers();

    private final StreamTracer[] all;

    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * The tracers of a call.
     * @param all told in this order
     */
    public Tracers(StreamTracer... all) {
        this.all = all;
    }

    /**
     * What a server's tracers make of a call's context.
     * @param base without them
     * @return of the call
     */
    public Context filter(Context base) {
        Context filtered = base;
        for (StreamTracer tracer : all) {
            if (tracer instanceof ServerStreamTracer server) {
                filtered = server.filterContext(filtered);
            }
        }
        return filtered;
    }

    public void serverCallStarted(ServerStreamTracer.ServerCallInfo<?, ?> call) {
        for (StreamTracer tracer : all) {
            if (tracer instanceof ServerStreamTracer server) {
                server.serverCallStarted(call);
            }
        }
    }

    public void outboundHeaders() {
        for (StreamTracer tracer : all) {
            if (tracer instanceof ClientStreamTracer client) {
                client.outboundHeaders();
            }
        }
    }

    public void inboundHeaders(Metadata headers) {
        for (StreamTracer tracer : all) {
            if (tracer instanceof ClientStreamTracer client) {
                client.inboundHeaders(headers);
            }
        }
    }

    public void inboundTrailers(Metadata trailers) {
        for (StreamTracer tracer : all) {
            if (tracer instanceof ClientStreamTracer client) {
                client.inboundTrailers(trailers);
            }
        }
    }

    void outboundMessage(int number) {
        for (StreamTracer tracer : all) {
            tracer.outboundMessage(number);
        }
    }

    void outboundMessageSent(int number, long wireLength, long plainLength) {
        for (StreamTracer tracer : all) {
            tracer.outboundMessageSent(number, wireLength, plainLength);
            tracer.outboundWireSize(wireLength);
            tracer.outboundUncompressedSize(plainLength);
        }
    }

    void inboundMessage(int number) {
        for (StreamTracer tracer : all) {
            tracer.inboundMessage(number);
        }
    }

    void inboundMessageRead(int number, long wireLength, long plainLength) {
        for (StreamTracer tracer : all) {
            tracer.inboundMessageRead(number, wireLength, plainLength);
            tracer.inboundWireSize(wireLength);
            tracer.inboundUncompressedSize(plainLength);
        }
    }

    /**
     * The call is over. Told once.
     * @param status how it ended
     */
    public void closed(Status status) {
        if (all.length > 0 && closed.compareAndSet(false, true)) {
            for (StreamTracer tracer : all) {
                tracer.streamClosed(status);
            }
        }
    }

}
