package io.github.shmrpc.grpc.gateway;

/** What is on the class path. */
final class Presence {

    private Presence() {
    }

    static boolean of(String type) {
        try {
            Class.forName(type, false, Presence.class.getClassLoader());
            return true;
        }
        catch (ClassNotFoundException missing) {
            return false;
        }
    }

}
