package io.github.shmrpc.grpc.remote;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A key with its certificate.
 *
 * @param store of both
 */
record Identity(KeyStore store) {

    private static final AtomicInteger FILES = new AtomicInteger();

    private static final String KEY = "key";

    private static final String AUTHORITY = "authority";

    private static final char[] PASSWORD = "password".toCharArray();

    /** Of localhost and 127.0.0.1, valid now. */
    static Identity ofLocalhost(Path directory) {
        return create(directory, "localhost", "-ext", "san=dns:localhost,ip:127.0.0.1");
    }

    /**
     * Makes one with the JDK's tool.
     * @param name common name of its owner
     * @param options of the certificate
     */
    static Identity create(Path directory, String name, String... options) {
        Path file = directory.resolve(name + FILES.incrementAndGet() + ".p12");
        keytool(file, generated(KEY, name, options));
        return load(file);
    }

    /**
     * Of localhost, signed by an authority that is the one to be trusted, and expired.
     */
    static Identity expired(Path directory) {
        Path file = directory.resolve("expired" + FILES.incrementAndGet() + ".p12");
        Path authority = directory.resolve("authority" + FILES.incrementAndGet() + ".p12");
        String request = file + ".csr";
        String certificate = file + ".crt";
        String signer = authority + ".crt";
        keytool(authority, generated(AUTHORITY, AUTHORITY, "-ext", "bc:c"));
        keytool(authority, "-exportcert", "-alias", AUTHORITY, "-file", signer);
        keytool(file, generated(KEY, "localhost"));
        keytool(file, "-certreq", "-alias", KEY, "-file", request);
        keytool(authority, "-gencert", "-alias", AUTHORITY, "-infile", request, "-outfile", certificate, "-startdate",
                "-10d", "-validity", "5", "-ext", "san=dns:localhost");
        keytool(file, "-importcert", "-noprompt", "-alias", AUTHORITY, "-file", signer);
        keytool(file, "-importcert", "-noprompt", "-alias", KEY, "-file", certificate);
        return load(file);
    }

    private static String[] generated(String alias, String name, String... options) {
        List<String> command = new ArrayList<>(
                List.of("-genkeypair", "-alias", alias, "-dname", "CN=" + name, "-keyalg", "EC"));
        command.addAll(List.of(options));
        return command.toArray(String[]::new);
    }

    private static void keytool(Path file, String... options) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(options));
        command
            .addAll(List.of("-storetype", "PKCS12", "-storepass", new String(PASSWORD), "-keystore", file.toString()));
        try {
            Process tool = new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(tool.waitFor()).describedAs(output).isZero();
        }
        catch (IOException | InterruptedException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static Identity load(Path file) {
        try (InputStream bytes = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(bytes, PASSWORD);
            return new Identity(store);
        }
        catch (IOException | GeneralSecurityException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** Proves to be this one. */
    KeyManager[] key() {
        try {
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, PASSWORD);
            return factory.getKeyManagers();
        }
        catch (GeneralSecurityException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** Trusts nobody but who has signed it. */
    TrustManager[] trust() {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            Certificate[] chain = store.getCertificateChain(KEY);
            trusted.setCertificateEntry(KEY, chain[chain.length - 1]);
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(trusted);
            return factory.getTrustManagers();
        }
        catch (GeneralSecurityException | IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

}
