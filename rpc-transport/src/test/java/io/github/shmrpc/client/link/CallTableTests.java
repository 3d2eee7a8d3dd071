package io.github.shmrpc.client.link;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class CallTableTests {

    @ParameterizedTest
    @CsvSource({ "1, 1", "2, 2", "3, 4", "1000, 1024", "65536, 65536" })
    void lengthIsAPowerOfTwo(int maxCalls, int length) {
        assertThat(new CallTable(maxCalls, 1).length()).isEqualTo(length);
    }

    @Test
    void callIsFoundByItsIdOnce() {
        CallTable table = new CallTable(4, 1);
        BlockingCall call = new BlockingCall();
        long id = table.add(call);

        assertThat(table.remove(id + 4)).isNull();
        assertThat(table.remove(id)).isSameAs(call);
        assertThat(table.remove(id)).isNull();
        assertThat(table.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = { 1, (1L << 31) - 3, (1L << 32) - 3, (1L << 62) })
    @Tag("F35")
    void idsGrowPastEveryBoundary(long firstId) {
        CallTable table = new CallTable(4, firstId);
        BlockingCall slow = new BlockingCall();
        long slowId = table.add(slow);
        long last = slowId;
        for (int i = 0; i < 100; i++) {
            BlockingCall call = new BlockingCall();
            long id = table.add(call);
            assertThat(id).isGreaterThan(last);
            assertThat(table.remove(last == slowId ? -1 : last)).isNull();
            assertThat(table.remove(id)).isSameAs(call);
            last = id;
        }
        assertThat(table.remove(slowId)).isSameAs(slow);
    }

    @Test
    void fullTableTakesNoCall() {
        CallTable table = new CallTable(2, 1);
        table.add(new BlockingCall());
        BlockingCall second = new BlockingCall();
        table.add(second);

        assertThat(table.add(new BlockingCall())).isEqualTo(CallTable.FULL);
        assertThat(table.remove(second)).isTrue();
        assertThat(table.add(new BlockingCall())).isPositive();
    }

    @Test
    @Tag("F58")
    void closedTableGivesUpItsCallsAndTakesNone() {
        CallTable table = new CallTable(4, 1);
        BlockingCall call = new BlockingCall();
        table.add(call);
        List<ClientCall> owned = new ArrayList<>();

        table.close(owned::add);

        assertThat(owned).containsExactly(call);
        assertThat(table.add(new BlockingCall())).isEqualTo(CallTable.CLOSED);
        assertThat(table.isEmpty()).isTrue();
    }

    @Test
    void callsAboveAnIdAreTakenOut() {
        CallTable table = new CallTable(8, 10);
        BlockingCall kept = new BlockingCall();
        BlockingCall above = new BlockingCall();
        table.add(kept);
        table.add(above);
        List<ClientCall> owned = new ArrayList<>();

        table.removeAbove(10, owned::add);

        assertThat(owned).containsExactly(above);
        assertThat(table.remove(10)).isSameAs(kept);
    }

}
