package io.github.shmrpc.client;

import java.util.concurrent.atomic.AtomicBoolean;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.client.link.BlockingCall;
import io.github.shmrpc.client.link.BlockingCalls;
import io.github.shmrpc.contract.MethodName;
import io.github.shmrpc.protocol.FrameReader;
import io.github.shmrpc.protocol.FrameWriter;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.OutboundFrame;
import io.github.shmrpc.transport.ProtocolException;

/**
 * Has the JVM load what a first call needs while its connection is being made: a call
 * that goes nowhere, with nothing of the application's in it.
 */
final class FirstCall {

    private static final AtomicBoolean PREPARED = new AtomicBoolean();

    private FirstCall() {
    }

    /** Once in a JVM; later it does nothing. Any thread. */
    static void prepare() {
        if (!PREPARED.compareAndSet(false, true)) {
            return;
        }
        MethodName.canonical("shmrpc.First/call");
        CallContext.currentOrNull();
        BlockingCall call = BlockingCalls.acquire();
        try {
            call.begin(1);
            rehearse(call.request(), call.remainingNs());
        }
        finally {
            BlockingCalls.release(call);
        }
    }

    private static void rehearse(OutboundFrame request, long timeoutNs) {
        FrameWriter.beginRequest(request, (byte) 0, 0, CallOptions.defaults().metadata(), 0);
        FrameWriter.address(request, 1, 1, timeoutNs);
        InboundFrame read = new InboundFrame();
        read.append(request.array(), 0, request.length());
        try {
            FrameReader.validate(read);
        }
        catch (ProtocolException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

}
