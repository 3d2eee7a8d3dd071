package io.github.shmrpc.logging;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

import static org.assertj.core.api.Assertions.assertThat;

class RateLimitedLogTests {

    private static final long MINUTE_NS = 60_000_000_000L;

    private final List<String> lines = new ArrayList<>();

    private final AtomicLong clock = new AtomicLong(-5);

    private final RateLimitedLog log = new RateLimitedLog(logger(), clock::get);

    private Logger logger() {
        return (Logger) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Logger.class },
                (self, method, arguments) -> {
                    Object[] parts = (Object[]) arguments[1];
                    lines.add("" + parts[0] + parts[1]);
                    return null;
                });
    }

    @Test
    @Tag("F78")
    void tenLinesOfAKindAreWrittenInAMinute() {
        for (int i = 0; i < 1000; i++) {
            log.warn("a", "line " + i, null);
        }
        log.warn("b", "another kind", null);
        assertThat(lines).hasSize(11).startsWith("line 0").endsWith("another kind");
    }

    @Test
    @Tag("F78")
    void nextMinuteTellsHowManyWereLeftOut() {
        for (int i = 0; i < 15; i++) {
            log.warn("a", "line", null);
        }
        clock.addAndGet(MINUTE_NS);
        log.warn("a", "later", null);
        log.warn("a", "last", null);
        assertThat(lines).hasSize(12).endsWith("later (5 more of this kind were not logged)", "last");
    }

    @Test
    @Tag("F78")
    void kindsAreBounded() {
        for (int i = 0; i < 10_000; i++) {
            log.warn("kind " + i, "line", null);
        }
        assertThat(lines).hasSize(512 + 10);
    }

    @Test
    @Tag("T12")
    void controlCharactersAreEscaped() {
        log.warn("a", "one\r\ntwo\u0000\u2028\u0085three", null);
        assertThat(lines).containsExactly("one\\u000d\\u000atwo\\u0000\\u2028\\u0085three");
    }

}
