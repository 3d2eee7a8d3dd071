package io.github.shmrpc.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.Method;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.VMDisconnectedException;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.IllegalConnectorArgumentsException;
import com.sun.jdi.connect.ListeningConnector;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.request.BreakpointRequest;
import com.sun.jdi.request.ClassPrepareRequest;
import com.sun.jdi.request.EventRequest;

/**
 * Stops a child JVM, with all of its threads, at a {@link Step}. For one thread, that of
 * the test.
 */
final class Debugger implements AutoCloseable {

    private static final long LIMIT_MS = ChildJvm.LIMIT.toMillis();

    /** Soon started, and soon cleared away by the kernel. */
    private static final String SMALL = " -Xmx64m -XX:+UseSerialGC -XX:TieredStopAtLevel=1";

    private final VirtualMachine machine;

    private Debugger(VirtualMachine machine) {
        this.machine = machine;
    }

    /**
     * Starts a JVM that runs under a debugger.
     *
     * @param jvm the process
     * @param debugger holds it before its first instruction
     */
    record Started(ChildJvm jvm, Debugger debugger) {

        static Started start(Path directory, Class<?> main, String... arguments) {
            ListeningConnector connector = Bootstrap.virtualMachineManager()
                .listeningConnectors()
                .stream()
                .filter((candidate) -> candidate.transport().name().equals("dt_socket"))
                .findFirst()
                .orElseThrow();
            Map<String, Connector.Argument> where = connector.defaultArguments();
            Objects.requireNonNull(where.get("localAddress")).setValue("127.0.0.1");
            try {
                String address = connector.startListening(where);
                try {
                    String options = "-agentlib:jdwp=transport=dt_socket,server=n,suspend=y,address=127.0.0.1:"
                            + address.substring(address.lastIndexOf(':') + 1) + SMALL;
                    ChildJvm jvm = ChildJvm.start(directory, List.of("env", "JDK_JAVA_OPTIONS=" + options),
                            System.getProperty("java.class.path"), main, arguments);
                    VirtualMachine machine = connector.accept(where);
                    // Its start. To answer that later would let it run on from a step.
                    machine.eventQueue().remove();
                    return new Started(jvm, new Debugger(machine));
                }
                finally {
                    connector.stopListening(where);
                }
            }
            catch (IOException ex) {
                throw new UncheckedIOException(ex);
            }
            catch (IllegalConnectorArgumentsException | InterruptedException ex) {
                throw new IllegalStateException(ex);
            }
        }

    }

    /** Lets it run, for the first time or again, without a stop. */
    void run() {
        machine.resume();
    }

    /** The next thread that comes to the step stops everything. */
    void arm(Step step) {
        List<ReferenceType> loaded = machine.classesByName(step.type());
        if (loaded.isEmpty()) {
            ClassPrepareRequest prepared = machine.eventRequestManager().createClassPrepareRequest();
            prepared.addClassFilter(step.type());
            prepared.putProperty(Step.class, step);
            prepared.enable();
        }
        loaded.forEach((type) -> stopAt(type, step));
    }

    private void stopAt(ReferenceType type, Step step) {
        List<Method> methods = type.methodsByName(step.method()).stream().filter((m) -> !m.isAbstract()).toList();
        if (methods.isEmpty()) {
            throw new IllegalStateException("No such step: " + type.name() + "." + step.method());
        }
        for (Method method : methods) {
            BreakpointRequest stop = machine.eventRequestManager().createBreakpointRequest(method.location());
            if (step.passes() > 0) {
                stop.addCountFilter(step.passes() + 1);
            }
            stop.setSuspendPolicy(EventRequest.SUSPEND_ALL);
            stop.enable();
        }
    }

    /** Waits until the step is reached. It is not stopped at again. */
    void awaitStop() {
        long endMs = System.nanoTime() / 1_000_000 + LIMIT_MS;
        try {
            while (endMs - System.nanoTime() / 1_000_000 > 0) {
                EventSet events = machine.eventQueue().remove(1000);
                if (events != null && isStop(events)) {
                    machine.eventRequestManager().deleteAllBreakpoints();
                    return;
                }
            }
        }
        catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        throw new IllegalStateException("The step was not reached");
    }

    private boolean isStop(EventSet events) {
        boolean stop = false;
        for (Event event : events) {
            if (event instanceof ClassPrepareEvent prepared) {
                stopAt(prepared.referenceType(), (Step) prepared.request().getProperty(Step.class));
            }
            stop |= event instanceof BreakpointEvent;
        }
        if (!stop) {
            events.resume();
        }
        return stop;
    }

    @Override
    public void close() {
        try {
            machine.dispose();
        }
        catch (VMDisconnectedException ex) {
            // It is dead.
        }
    }

}
