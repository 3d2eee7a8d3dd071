package io.github.shmrpc.benchmarks.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How much later than asked for Linux may end a thread's sleep, to wake several threads
 * at once: 50 us unless set. A caller that must be on time would have to spin that long.
 */
final class TimerSlack {

    private static final Path CURRENT_THREAD = Path.of("/proc/thread-self");

    private TimerSlack() {
    }

    /**
     * For the current thread, which is a platform thread. Where that cannot be set, it
     * stays.
     */
    static void minimize() {
        try {
            String threadId = Files.readSymbolicLink(CURRENT_THREAD).getFileName().toString();
            Files.writeString(Path.of("/proc", threadId, "timerslack_ns"), "1");
        }
        catch (IOException ex) {
            // Not Linux, or not allowed: sleeps end later, and more is left to spinning.
        }
    }

}
