package io.github.shmrpc.client.link;

import io.github.shmrpc.duplex.AcceptedPeer;

/**
 * The replies of a peer that has dialled: they come with all else that it sends, through
 * the threads that poll for its server. A thread that waits for one parks.
 */
final class AcceptedReplies implements Replies {

    private final AcceptedPeer peer;

    private final Expiry expiry;

    // Any thread.
    private volatile boolean ended;

    AcceptedReplies(AcceptedPeer peer, CallTable table) {
        this.peer = peer;
        this.expiry = new Expiry(table);
    }

    @Override
    public void start() {
        // The server polls already.
    }

    @Override
    public void beforeWait(String method) {
        peer.beforeWait(method);
    }

    @Override
    public Wait await(BlockingCall call) {
        return call.parks() ? call.parkUntilDone(call.deadlineNs()) : Wait.DONE;
    }

    @Override
    public boolean helpOnce() {
        return false;
    }

    @Override
    public void help(DependentCall call, long untilNs) {
        // The server polls.
    }

    @Override
    public void addCall() {
        // The server polls anyway.
    }

    @Override
    public void sentCall(long deadlineNs) {
        if (expiry.expiresAt(deadlineNs)) {
            expireLater();
        }
    }

    private void expireLater() {
        long remainingNs = expiry.remainingNs();
        if (remainingNs != Expiry.NEVER) {
            peer.schedule(this::expire, remainingNs);
        }
    }

    private void expire() {
        expiry.expireCalls();
        if (!ended) {
            expireLater();
        }
    }

    @Override
    public void removeCall() {
        // The server polls anyway.
    }

    @Override
    public void wakeup() {
        // Who polls does not wait for a call.
    }

    @Override
    public void interrupt() {
        // The carrier tells the server's poller.
    }

    @Override
    public void end() {
        ended = true;
    }

    @Override
    public boolean hasEnded() {
        return ended;
    }

    @Override
    public int pollSome(int limit) {
        return 0;
    }

    @Override
    public void wakeReader() {
        // The server polls.
    }

}
