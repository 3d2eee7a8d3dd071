package io.github.shmrpc.it;

import java.lang.management.ManagementFactory;
import java.time.LocalDate;
import java.util.List;

import javax.management.JMException;
import javax.management.ObjectName;

import io.github.shmrpc.client.RpcChannel;

/** Makes raw and JSON calls in a JVM of its own, and says what that has loaded. */
public final class PlainClientMain {

    private PlainClientMain() {
    }

    /**
     * Prints {@code DONE} and the answers, and {@code LOADED} and the number of classes
     * of Protobuf.
     * @param args {@code endpoint}
     * @throws JMException if this JVM does not tell its classes
     */
    public static void main(String[] args) throws JMException {
        Settings settings = new Settings(args);
        try (RpcChannel channel = RpcChannel.open(settings.get("endpoint"))) {
            Person person = new Person("Ada", 36, LocalDate.of(1815, 12, 10), List.of());
            long sum = 0;
            for (int i = 0; i < 20_000; i++) {
                sum += Bytes.toLong(channel.call("PlainService/add", Bytes.ofLong(i), byte[].class));
            }
            Person older = channel.call("PlainService/older", person, Person.class);
            String carrier = Bytes.toText(channel.call("PlainService/connection", new byte[0], byte[].class));
            System.out.println("DONE " + sum + " " + older.age() + " " + carrier);
        }
        System.out.println("LOADED " + loadedClasses().lines().filter((line) -> line.contains("com.google.")).count()
                + " of " + loadedClasses().lines().filter((line) -> line.contains("io.github.shmrpc.")).count());
    }

    /** What {@code jcmd VM.class_hierarchy} says. */
    private static String loadedClasses() throws JMException {
        return (String) ManagementFactory.getPlatformMBeanServer()
            .invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"), "vmClassHierarchy",
                    new Object[] { new String[0] }, new String[] { String[].class.getName() });
    }

}
