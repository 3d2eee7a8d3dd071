package io.github.shmrpc.spring.grpc;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.SslBundle;

/**
 * The keys of a bundle as they are now. An alias says of which reload it is, so that a
 * handshake meanwhile takes certificate and key of the same one. Thread-safe.
 */
final class ReloadedKeyManager extends X509ExtendedKeyManager {

    // Written by whoever reloads, one at a time.
    private volatile Keys current;

    ReloadedKeyManager(SslBundle bundle) {
        this.current = new Keys(0, managerOf(bundle), null);
    }

    synchronized void reload(SslBundle bundle) {
        Keys before = current;
        current = new Keys(before.number() + 1, managerOf(bundle), before.manager());
    }

    private static X509ExtendedKeyManager managerOf(SslBundle bundle) {
        return Arrays.stream(bundle.getManagers().getKeyManagers())
            .filter(X509ExtendedKeyManager.class::isInstance)
            .map(X509ExtendedKeyManager.class::cast)
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("The SSL bundle has no keys for TLS: " + bundle));
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        Keys keys = current;
        return keys.named(keys.manager().getClientAliases(keyType, issuers));
    }

    @Override
    public @Nullable String chooseClientAlias(String[] keyType, Principal @Nullable [] issuers,
            @Nullable Socket socket) {
        Keys keys = current;
        return keys.named(keys.manager().chooseClientAlias(keyType, issuers, socket));
    }

    @Override
    public @Nullable String chooseEngineClientAlias(String[] keyType, Principal @Nullable [] issuers,
            @Nullable SSLEngine engine) {
        Keys keys = current;
        return keys.named(keys.manager().chooseEngineClientAlias(keyType, issuers, engine));
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        Keys keys = current;
        return keys.named(keys.manager().getServerAliases(keyType, issuers));
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        Keys keys = current;
        return keys.named(keys.manager().chooseServerAlias(keyType, issuers, socket));
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers,
            @Nullable SSLEngine engine) {
        Keys keys = current;
        return keys.named(keys.manager().chooseEngineServerAlias(keyType, issuers, engine));
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        X509ExtendedKeyManager manager = current.of(alias);
        return manager == null ? null : manager.getCertificateChain(Keys.plain(alias));
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        X509ExtendedKeyManager manager = current.of(alias);
        return manager == null ? null : manager.getPrivateKey(Keys.plain(alias));
    }

    /**
     * What a reload brought.
     *
     * @param number of the reload
     * @param manager its keys
     * @param before those that handshakes under way may have
     */
    private record Keys(int number, X509ExtendedKeyManager manager, @Nullable X509ExtendedKeyManager before) {

        @Nullable String named(@Nullable String alias) {
            return alias == null ? null : number + ":" + alias;
        }

        String @Nullable [] named(String @Nullable [] aliases) {
            return aliases == null ? null
                    : Arrays.stream(aliases).map((alias) -> number + ":" + alias).toArray(String[]::new);
        }

        /** Null if it is older than that. */
        @Nullable X509ExtendedKeyManager of(String alias) {
            int given = Integer.parseInt(alias.substring(0, alias.indexOf(':')));
            return given == number ? manager : given == number - 1 ? before : null;
        }

        static String plain(String alias) {
            return alias.substring(alias.indexOf(':') + 1);
        }

    }

}
