package io.github.shmrpc.spring.grpc;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Objects;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslManagerBundle;

import static org.assertj.core.api.Assertions.assertThat;

class ReloadedKeyManagerTests {

    private static final String[] RSA = { "RSA" };

    private static final X509Certificate[] NO_CERTIFICATES = {};

    @Test
    void handshakeDuringAReloadTakesCertificateAndKeyOfOneBundle() {
        Keys before = new Keys();
        Keys after = new Keys();
        ReloadedKeyManager manager = new ReloadedKeyManager(bundle(before));
        String chosen = Objects.requireNonNull(manager.chooseEngineServerAlias("RSA", null, null));
        manager.getCertificateChain(chosen);
        manager.reload(bundle(after));
        manager.getPrivateKey(chosen);
        assertThat(before.taken).isEqualTo("chain of world, key of world, ");
        assertThat(after.taken).isEmpty();

        String next = Objects.requireNonNull(manager.chooseEngineClientAlias(RSA, null, null));
        manager.getPrivateKey(next);
        manager.getCertificateChain(next);
        assertThat(after.taken).isEqualTo("key of world, chain of world, ");
    }

    private static SslBundle bundle(X509ExtendedKeyManager keys) {
        return SslBundle.of(null, null, null, null, new SslManagerBundle() {

            @Override
            public KeyManager[] getKeyManagers() {
                return new KeyManager[] { keys };
            }

            @Override
            public KeyManagerFactory getKeyManagerFactory() {
                throw new UnsupportedOperationException();
            }

            @Override
            public TrustManagerFactory getTrustManagerFactory() {
                throw new UnsupportedOperationException();
            }
        });
    }

    /** Has one alias, and notes what is taken. */
    private static final class Keys extends X509ExtendedKeyManager {

        private String taken = "";

        @Override
        public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
            return new String[] { "world" };
        }

        @Override
        public String chooseClientAlias(String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return "world";
        }

        @Override
        public String chooseEngineClientAlias(String[] keyType, Principal @Nullable [] issuers,
                javax.net.ssl.@Nullable SSLEngine engine) {
            return "world";
        }

        @Override
        public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
            return new String[] { "world" };
        }

        @Override
        public String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return "world";
        }

        @Override
        public String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers,
                javax.net.ssl.@Nullable SSLEngine engine) {
            return "world";
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            taken += "chain of " + alias + ", ";
            return NO_CERTIFICATES;
        }

        @Override
        public @Nullable PrivateKey getPrivateKey(String alias) {
            taken += "key of " + alias + ", ";
            return null;
        }

    }

}
