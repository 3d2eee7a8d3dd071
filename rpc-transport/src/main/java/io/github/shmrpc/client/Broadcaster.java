package io.github.shmrpc.client;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

import io.github.shmrpc.BroadcastOptions;
import io.github.shmrpc.CallKind;
import io.github.shmrpc.CallOptions;
import io.github.shmrpc.SlowPeer;
import io.github.shmrpc.client.link.BlockingCall;
import io.github.shmrpc.client.link.BlockingCalls;
import io.github.shmrpc.contract.ContractMethods;
import io.github.shmrpc.contract.KeyReader;
import io.github.shmrpc.contract.MethodSignature;
import io.github.shmrpc.duplex.CallerHalf;
import io.github.shmrpc.transport.OutboundFrame;
import org.jspecify.annotations.Nullable;

/**
 * Sends the messages of a contract's one-way methods to many peers: each is encoded once,
 * and only its header is written anew for each peer. Any thread.
 */
final class Broadcaster {

    private final Supplier<Iterable<CallerHalf>> peers;

    private final Lanes lanes;

    private final Map<Method, KeyReader> keys = new HashMap<>();

    /**
     * What makes messages wait in one line: those of equal broadcasts.
     *
     * @param contract of their methods
     * @param slowPeer what becomes of them
     * @param queueLength how many may wait
     */
    record Lanes(Class<?> contract, SlowPeer slowPeer, int queueLength) {
    }

    /**
     * A broadcast to whoever is there when a message is sent.
     * @param contract its methods
     * @param options its settings
     * @param peers who gets the next message
     * @throws IllegalArgumentException naming each method that cannot be broadcast
     */
    Broadcaster(ContractMethods contract, BroadcastOptions options, Supplier<Iterable<CallerHalf>> peers) {
        this.peers = peers;
        this.lanes = new Lanes(contract.contract(), options.slowPeer(), options.queueLength());
        List<String> problems = new ArrayList<>();
        for (MethodSignature signature : contract.methods()) {
            if (signature.kind() != CallKind.ONE_WAY) {
                problems.add(MethodSignature.describe(signature.method())
                        + ": it is answered; only methods with @RpcMethod(oneWay = true) can be broadcast");
            }
            else if (options.slowPeer() == SlowPeer.CONFLATE) {
                readKey(signature, problems);
            }
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("Contract " + contract.contract().getName()
                    + " cannot be broadcast:\n  - " + String.join("\n  - ", problems));
        }
    }

    private void readKey(MethodSignature signature, List<String> problems) {
        try {
            keys.put(signature.method(), KeyReader.of(signature, "its messages are conflated"));
        }
        catch (IllegalArgumentException refused) {
            problems.add(MethodSignature.describe(signature.method()) + ": " + refused.getMessage());
        }
    }

    /**
     * Sends a message.
     * @param method that is called
     * @param signature of the method
     * @throws io.github.shmrpc.RpcException not executed: if it cannot be encoded or is
     * too long
     */
    void send(ClientMethod method, MethodSignature signature, @Nullable Object request, CallOptions options)
            throws Throwable {
        KeyReader reader = keys.get(signature.method());
        Object key = reader == null ? null : reader.read(Objects.requireNonNull(request));
        BlockingCall scratch = BlockingCalls.acquire();
        try {
            OutboundFrame frame = scratch.request();
            method.encode(request, options, frame);
            frame.gather();
            BroadcastMessage message = new BroadcastMessage(frame, method.key(), key);
            for (CallerHalf peer : peers.get()) {
                ((PeerChannel) peer).send(lanes, message);
            }
        }
        finally {
            BlockingCalls.release(scratch);
        }
    }

}
