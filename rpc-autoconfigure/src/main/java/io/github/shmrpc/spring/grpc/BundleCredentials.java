package io.github.shmrpc.spring.grpc;

import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;

/** Spring's SSL bundles as gRPC's credentials, which follow their reload. */
public final class BundleCredentials {

    private BundleCredentials() {
    }

    /**
     * A server's credentials.
     * @param bundles of the context
     * @param name of one of them
     * @param clientAuth whether clients show a certificate
     * @return connections that are made later than a reload have what that brought
     * @throws org.springframework.boot.ssl.NoSuchSslBundleException if there is none of
     * the name
     */
    public static ServerCredentials of(SslBundles bundles, String name, TlsServerCredentials.ClientAuth clientAuth) {
        SslBundle bundle = bundles.getBundle(name);
        ReloadedKeyManager keys = new ReloadedKeyManager(bundle);
        ReloadedTrustManager trust = new ReloadedTrustManager(bundle);
        bundles.addBundleUpdateHandler(name, (reloaded) -> {
            keys.reload(reloaded);
            trust.reload(reloaded);
        });
        return TlsServerCredentials.newBuilder().keyManager(keys).trustManager(trust).clientAuth(clientAuth).build();
    }

}
