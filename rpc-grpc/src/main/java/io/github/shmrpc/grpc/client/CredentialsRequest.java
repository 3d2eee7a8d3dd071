package io.github.shmrpc.grpc.client;

import io.grpc.Attributes;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.SecurityLevel;

/** What credentials may ask about the call that they are for. */
final class CredentialsRequest extends CallCredentials.RequestInfo {

    private final ShmChannel channel;

    private final MethodDescriptor<?, ?> method;

    private final CallOptions options;

    CredentialsRequest(ShmChannel channel, MethodDescriptor<?, ?> method, CallOptions options) {
        this.channel = channel;
        this.method = method;
        this.options = options;
    }

    @Override
    public MethodDescriptor<?, ?> getMethodDescriptor() {
        return method;
    }

    @Override
    public CallOptions getCallOptions() {
        return options;
    }

    /**
     * What is said does not leave the host, and only processes of the same user can
     * connect: what gRPC's local credentials call so on Unix sockets.
     */
    @Override
    public SecurityLevel getSecurityLevel() {
        return SecurityLevel.PRIVACY_AND_INTEGRITY;
    }

    @Override
    public String getAuthority() {
        String own = options.getAuthority();
        return own == null ? channel.authority() : own;
    }

    @Override
    public Attributes getTransportAttrs() {
        return channel.attributes();
    }

}
