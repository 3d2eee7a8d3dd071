package io.github.shmrpc.grpc.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** Keys and certificates made by the JDK's {@code keytool}, in a directory. */
final class Certificates {

    private static final String AUTHORITY = "ca";

    private static final String PASSWORD = "changeit";

    private final Path directory;

    Certificates(Path directory) {
        this.directory = directory;
    }

    /** Makes a key with a certificate that vouches for itself. */
    Path make(String name) throws Exception {
        return make(name, "key", "CN=" + name + ",O=test", "-ext", "san=dns:localhost,ip:127.0.0.1");
    }

    /** Makes a key whose certificate was valid once, and that of an authority. */
    Path makeExpired(String name) throws Exception {
        make(name, AUTHORITY, "CN=authority", "-ext", "bc:c");
        return make(name, "key", "CN=" + name, "-signer", AUTHORITY, "-startdate", "2020/01/01 00:00:00", "-validity",
                "1");
    }

    private Path make(String name, String alias, String subject, String... more) throws Exception {
        Path store = directory.resolve(name + ".p12");
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias",
                        alias, "-keyalg", "EC", "-groupname", "secp256r1", "-dname", subject, "-storetype", "PKCS12",
                        "-keystore", store.toString(), "-storepass", PASSWORD));
        command.addAll(List.of(more));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).as(output).isZero();
        return store;
    }

    static KeyManager[] keys(Path store) throws GeneralSecurityException, IOException {
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        KeyStore own = load(store);
        if (own.containsAlias(AUTHORITY)) {
            own.deleteEntry(AUTHORITY);
        }
        factory.init(own, PASSWORD.toCharArray());
        return factory.getKeyManagers();
    }

    /** Trusts the certificates of some stores, or their authorities if they have one. */
    static TrustManager[] trust(Path... stores) throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        for (Path store : stores) {
            KeyStore keys = load(store);
            String alias = keys.containsAlias(AUTHORITY) ? AUTHORITY : "key";
            trusted.setCertificateEntry(store.getFileName().toString(), keys.getCertificate(alias));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return factory.getTrustManagers();
    }

    private static KeyStore load(Path store) throws GeneralSecurityException, IOException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream bytes = Files.newInputStream(store)) {
            keys.load(bytes, PASSWORD.toCharArray());
        }
        return keys;
    }

}
