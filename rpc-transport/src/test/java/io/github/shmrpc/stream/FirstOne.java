package io.github.shmrpc.stream;

/**
 * Asks for one message and keeps no more, whatever comes when more is asked for. Between
 * hosts a hundred thousand are under way, and the list, which is copied for each, would
 * take longer than all the rest.
 *
 * @param <T> of messages
 */
final class FirstOne<T> extends Collector<T> {

    FirstOne() {
        super(1);
    }

    @Override
    public void onNext(T message) {
        if (messages.isEmpty()) {
            super.onNext(message);
        }
    }

}
