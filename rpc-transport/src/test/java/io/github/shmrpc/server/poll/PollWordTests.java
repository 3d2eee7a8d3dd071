package io.github.shmrpc.server.poll;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PollWordTests {

    private final PollWord word = new PollWord();

    @Test
    void holderEntersAndLeaves() {
        long serving = word.enter(PollWord.INITIAL);
        assertThat(PollWord.isServing(word.get())).isTrue();
        assertThat(word.leave(serving)).isTrue();
        assertThat(word.get()).isEqualTo(PollWord.afterLeave(serving)).isNotEqualTo(PollWord.INITIAL);
        assertThat(PollWord.isServing(word.get())).isFalse();
    }

    @Test
    void onlyServingWordIsTaken() {
        assertThat(word.take(word.get())).isFalse();
        long serving = word.enter(PollWord.INITIAL);
        assertThat(word.take(serving)).isTrue();
        assertThat(PollWord.term(word.get())).isEqualTo(1);
        assertThat(PollWord.isServing(word.get())).isFalse();
    }

    @Test
    void holderIsLostOnceTheRoleWasTaken() {
        long serving = word.enter(PollWord.INITIAL);
        word.take(serving);
        assertThat(word.leave(serving)).isFalse();
    }

    @Test
    void roleThatWasLeftCannotBeTaken() {
        long serving = word.enter(PollWord.INITIAL);
        word.leave(serving);
        assertThat(word.take(serving)).isFalse();
    }

    @Test
    void wordSeenInAnEarlierCallCannotTakeALaterOne() {
        long seen = word.enter(PollWord.INITIAL);
        word.leave(seen);
        word.enter(PollWord.afterLeave(seen));
        assertThat(word.take(seen)).isFalse();
        assertThat(PollWord.isServing(word.get())).isTrue();
    }

    @Test
    void lateHolderOfAnEarlierTermCannotLeaveALaterOne() {
        long first = word.enter(PollWord.INITIAL);
        word.take(first);
        long second = word.enter(PollWord.afterTake(first));
        assertThat(word.leave(first)).isFalse();
        assertThat(word.leave(second)).isTrue();
    }

    @Test
    void sequenceThatOverflowsLeavesTheTermAlone() {
        long lastOfTerm = (7L << 48) | ((1L << 48) - 2);
        word.set(lastOfTerm);
        long serving = word.enter(lastOfTerm);
        assertThat(word.leave(serving)).isTrue();
        assertThat(word.get()).isEqualTo(7L << 48);
    }

    @Test
    void termThatOverflowsBeginsAnew() {
        long last = 0xFFFFL << 48;
        word.set(last);
        long serving = word.enter(last);
        assertThat(word.take(serving)).isTrue();
        assertThat(PollWord.term(word.get())).isZero();
        assertThat(word.leave(serving)).isFalse();
    }

}
