package io.github.shmrpc;

import java.time.Duration;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Lets tests look for what they await each 20 ms instead of each 100: it is there within
 * milliseconds as a rule, and they wait for a thousand such things. Found by JUnit in
 * {@code META-INF/services}.
 */
public final class ShortPolls implements BeforeAllCallback {

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultPollInterval(Duration.ofMillis(20));
    }

}
