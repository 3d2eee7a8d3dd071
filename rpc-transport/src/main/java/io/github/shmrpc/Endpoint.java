package io.github.shmrpc;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a server is reached: {@code shm:/run/game/world.sock},
 * {@code unix:/run/game/world.sock}, {@code inproc:world}. A bare path means
 * {@code shm:}. On other hosts: {@code grpcs://world.example:8443} (TLS),
 * {@code grpc://localhost:8080} (plain), with more of {@code host:port} after commas, or
 * {@code dns:///world.example:8443} for all addresses of a name.
 *
 * @param scheme the transport's name, lower case
 * @param address what the transport makes of it: an absolute path, a name, or hosts after
 * two or three slashes
 */
public record Endpoint(String scheme, String address) {

    /**
     * Longest path of a socket in bytes: a kernel limit of 107 less the name used while
     * taking over.
     */
    public static final int MAX_PATH_BYTES = 105;

    private static final Set<String> REMOTE = Set.of("grpc", "grpcs", "dns");

    private static final Pattern HOST_AND_PORT = Pattern
        .compile("(?<host>\\[[0-9A-Fa-f:.]+(%[\\w.-]+)?]|[\\w.-]+):(?<port>[0-9]{1,5})");

    private static final int MAX_PORT = 65_535;

    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*");

    public Endpoint {
        if (!SCHEME.matcher(scheme).matches()) {
            throw new IllegalArgumentException(
                    "Endpoint scheme '" + scheme + "' is not a name: use shm, unix, inproc, grpc or grpcs");
        }
        if (address.isBlank()) {
            throw new IllegalArgumentException("Endpoint '" + scheme + ":' names no address: add a path or a name");
        }
        scheme = scheme.toLowerCase(Locale.ROOT);
        address = address.strip();
        if (scheme.equals("shm") || scheme.equals("unix")) {
            address = checkedPath(scheme, address);
        }
        else if (isRemote(scheme)) {
            address = checkedHosts(scheme, address);
        }
    }

    /**
     * Reads an endpoint.
     * @param text {@code scheme:address}, or a path, which means {@code shm:}
     * @return the endpoint, with an absolute path
     * @throws IllegalArgumentException if the text is empty, or its path is longer than
     * {@link #MAX_PATH_BYTES}
     */
    public static Endpoint parse(String text) {
        String trimmed = text.strip();
        int colon = trimmed.indexOf(':');
        int slash = trimmed.indexOf('/');
        boolean barePath = colon < 0 || (slash >= 0 && slash < colon);
        if (trimmed.isEmpty()) {
            throw new IllegalArgumentException(
                    "Endpoint is empty: use a path or scheme:address, e.g. shm:/tmp/my.sock");
        }
        return barePath ? new Endpoint("shm", trimmed)
                : new Endpoint(trimmed.substring(0, colon), trimmed.substring(colon + 1));
    }

    /**
     * The address as a path.
     * @return an absolute path for the schemes {@code shm} and {@code unix}
     */
    public Path path() {
        return Path.of(address);
    }

    /**
     * Whether it is reached over a network.
     * @return true for the schemes {@code grpc}, {@code grpcs} and {@code dns}
     */
    public boolean isRemote() {
        return isRemote(scheme);
    }

    private static boolean isRemote(String scheme) {
        return REMOTE.contains(scheme);
    }

    private static String checkedHosts(String scheme, String address) {
        String shape = scheme.equals("dns") ? "dns:///name:port" : scheme + "://host:port, or several after commas";
        String slashes = scheme.equals("dns") ? "///" : "//";
        String given = scheme + ":" + address;
        if (!address.startsWith(slashes)) {
            throw new IllegalArgumentException("Endpoint '" + given + "' is not understood: use " + shape);
        }
        String hosts = address.substring(slashes.length());
        for (String host : hosts.split(",", -1)) {
            Matcher parts = HOST_AND_PORT.matcher(host.strip());
            if (!parts.matches() || (scheme.equals("dns") && hosts.contains(","))) {
                throw new IllegalArgumentException(
                        "Endpoint '" + given + "' is not understood at '" + host + "': use " + shape);
            }
            int port = Integer.parseInt(parts.group("port"));
            if (port < 1 || port > MAX_PORT) {
                throw new IllegalArgumentException(
                        "Endpoint '" + given + "' has port " + port + ": use 1 to " + MAX_PORT);
            }
        }
        return slashes + hosts.replace(" ", "");
    }

    private static String checkedPath(String scheme, String address) {
        String stripped = address.startsWith("//") ? address.substring(2) : address;
        if (stripped.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("Endpoint path holds a NUL character");
        }
        Path path = Path.of(stripped).toAbsolutePath().normalize();
        if (stripped.isEmpty() || path.getFileName() == null) {
            throw new IllegalArgumentException("Endpoint '" + scheme + ":" + address + "' names no file");
        }
        String absolute = path.toString();
        if (!absolute.equals(absolute.strip())) {
            throw new IllegalArgumentException("Endpoint path ends with a space: '" + scheme + ":" + absolute + "'");
        }
        int length = absolute.getBytes(StandardCharsets.UTF_8).length;
        if (length > MAX_PATH_BYTES) {
            throw new IllegalArgumentException("Endpoint path is too long: " + length + " bytes, at most "
                    + MAX_PATH_BYTES + " for a Unix socket. Use a shorter directory, e.g. /run/<app>: " + scheme + ":"
                    + absolute);
        }
        return absolute;
    }

    @Override
    public String toString() {
        return scheme + ":" + address;
    }

}
