package io.github.shmrpc.grpc.gateway;

import java.lang.reflect.Type;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.MethodDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Empty;
import com.google.protobuf.Message;
import io.github.shmrpc.server.ServedMethod;
import io.grpc.BindableService;
import io.grpc.protobuf.ProtoFileDescriptorSupplier;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import org.jspecify.annotations.Nullable;

/**
 * gRPC's server reflection, and what it needs to know of our services: a description as
 * if they had been declared in a {@code .proto} file. Methods whose messages are not
 * protobuf are not in it. Only where {@code grpc-services} is.
 */
final class ServerReflection {

    static final String SERVICE = "grpc.reflection.v1.ServerReflection";

    private ServerReflection() {
    }

    static boolean isPresent() {
        return Presence.of("io.grpc.protobuf.services.ProtoReflectionServiceV1");
    }

    static BindableService service() {
        return ProtoReflectionServiceV1.newInstance();
    }

    /**
     * What describes a service.
     * @param name of the service
     * @param methods all of it
     * @return {@code null} if it cannot be described
     */
    static @Nullable Object describe(String name, List<ServedMethod> methods) {
        Map<String, FileDescriptor> files = new LinkedHashMap<>();
        ServiceDescriptorProto.Builder service = ServiceDescriptorProto.newBuilder()
            .setName(name.substring(name.lastIndexOf('.') + 1));
        for (ServedMethod method : methods) {
            Descriptor request = message(method.request());
            Descriptor reply = message(method.reply());
            if (request != null && reply != null) {
                files.put(request.getFile().getFullName(), request.getFile());
                files.put(reply.getFile().getFullName(), reply.getFile());
                service.addMethod(MethodDescriptorProto.newBuilder()
                    .setName(method.name().substring(method.name().lastIndexOf('/') + 1))
                    .setInputType('.' + request.getFullName())
                    .setOutputType('.' + reply.getFullName())
                    .setClientStreaming(method.kind().callerStreams())
                    .setServerStreaming(method.kind().calleeStreams()));
            }
        }
        FileDescriptor file = declaring(name, files.values());
        return supplier(file != null ? file : build(name, service.build(), files.values()));
    }

    /** The file that has the same service already. */
    private static @Nullable FileDescriptor declaring(String name, Collection<FileDescriptor> files) {
        return files.stream()
            .filter((file) -> file.getServices().stream().anyMatch((known) -> known.getFullName().equals(name)))
            .findAny()
            .orElse(null);
    }

    private static @Nullable FileDescriptor build(String name, ServiceDescriptorProto service,
            Collection<FileDescriptor> files) {
        FileDescriptorProto.Builder file = FileDescriptorProto.newBuilder()
            .setName("shmrpc/" + name.replace('.', '/') + ".proto")
            .setSyntax("proto3")
            .setPackage(name.substring(0, Math.max(0, name.lastIndexOf('.'))))
            .addService(service);
        files.forEach((used) -> file.addDependency(used.getFullName()));
        try {
            return FileDescriptor.buildFrom(file.build(), files.toArray(new FileDescriptor[0]));
        }
        catch (DescriptorValidationException unfit) {
            // Names of ours may be none of protobuf's.
            return null;
        }
    }

    private static @Nullable ProtoFileDescriptorSupplier supplier(@Nullable FileDescriptor file) {
        return file == null ? null : () -> file;
    }

    /** Of no message: an empty one. */
    private static @Nullable Descriptor message(@Nullable Type type) {
        if (type == null) {
            return Empty.getDescriptor();
        }
        if (type instanceof Class<?> known && Message.class.isAssignableFrom(known)) {
            try {
                return (Descriptor) known.getMethod("getDescriptor").invoke(null);
            }
            catch (ReflectiveOperationException notGenerated) {
                return null;
            }
        }
        return null;
    }

}
