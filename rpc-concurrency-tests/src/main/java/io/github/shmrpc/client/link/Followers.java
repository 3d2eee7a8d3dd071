package io.github.shmrpc.client.link;

/** What callers do that wait for the poll role, in the order of {@link CallWaiter}. */
final class Followers {

    private Followers() {
    }

    /** A call whose caller is about to park, or has parked. */
    static BlockingCall following(CallTable table, PollRole role) {
        BlockingCall call = new BlockingCall();
        table.add(call);
        call.follows();
        role.enter();
        return call;
    }

    /** The caller does not want the role any more. */
    static void leave(BlockingCall call, PollRole role) {
        call.unfollows();
        role.exit();
        if (role.takeBaton(call)) {
            role.wakeOne();
        }
    }

}
