package io.github.shmrpc.demo.report;

import java.io.Console;

/** Whether somebody watches. */
public final class Terminal {

    private Terminal() {
    }

    /**
     * Whether standard output is a terminal. Without {@code Console.isTerminal} (before
     * JDK 22) input has to be one, too.
     * @return true if it is
     */
    @SuppressWarnings("SystemConsoleNull") // It still is null before JDK 22, and later
                                           // ones are asked below.
    public static boolean isInteractive() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            // From JDK 22 on there may be a console that is no terminal.
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        }
        catch (NoSuchMethodException ex) {
            return true;
        }
        catch (ReflectiveOperationException ex) {
            return false;
        }
    }

}
