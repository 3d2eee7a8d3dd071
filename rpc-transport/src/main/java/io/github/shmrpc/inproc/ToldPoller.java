package io.github.shmrpc.inproc;

import java.io.IOException;
import java.util.Objects;

import io.github.shmrpc.Endpoint;
import io.github.shmrpc.transport.Connection;
import io.github.shmrpc.transport.ConnectionHandler;
import io.github.shmrpc.transport.Dialled;
import io.github.shmrpc.transport.InboundFrame;
import io.github.shmrpc.transport.Poller;
import io.github.shmrpc.transport.TransportOptions;
import org.jspecify.annotations.Nullable;

/**
 * Polls ends of connections within the JVM for which no thread waits: whoever carries
 * their frames elsewhere is told when there is something to poll.
 */
public final class ToldPoller implements Poller {

    private final ReadyEnds ends;

    /**
     * A poller of no ends yet.
     * @param tell run by any thread when an end that had nothing to poll has something,
     * be it that it has ended; returns soon
     */
    public ToldPoller(Runnable tell) {
        this.ends = new ReadyEnds(tell);
    }

    ReadyEnds ends() {
        return ends;
    }

    /**
     * Makes a connection, the accepting end of which is polled here. Never blocks.
     * @param endpoint what the ends are called in texts
     * @param options limits of both ends, and waiting of the dialling one
     * @param handler is told of the accepting end, before this returns that it is open
     * @param diallerHandler is told of the end of the other
     * @return the dialling end
     * @throws IOException never, as nobody refuses it
     */
    public Dialled accept(Endpoint endpoint, TransportOptions options, ConnectionHandler handler,
            ConnectionHandler diallerHandler) throws IOException {
        InprocAcceptor acceptor = new InprocAcceptor(endpoint, options, handler, ends, this);
        InprocPoller dialler = new InprocPoller(options.waitMode(), options.clientSpin());
        return Objects.requireNonNull(
                acceptor.accept(options, InprocAcceptor.local(options), diallerHandler, dialler.ends(), dialler, true));
    }

    @Override
    public @Nullable Connection poll(InboundFrame frame) {
        return ends.poll(frame);
    }

    /** Nobody waits here. */
    @Override
    public void await(long timeoutNs) {
        throw new UnsupportedOperationException("Who polls here is told when there is something to poll");
    }

    @Override
    public void wakeup() {
        // Nobody sleeps.
    }

}
