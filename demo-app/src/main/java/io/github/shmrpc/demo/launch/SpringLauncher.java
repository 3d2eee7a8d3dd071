package io.github.shmrpc.demo.launch;

import java.util.List;
import java.util.Map;

import io.github.shmrpc.demo.options.UsageException;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindException;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Starts Spring applications that the main thread closes, and tells on one line why they
 * do not start.
 */
public final class SpringLauncher {

    private static final String MANAGEMENT_PORT = "--management.server.port=";

    private SpringLauncher() {
    }

    /**
     * Starts an application.
     * @param application its configuration
     * @param properties values for what is given nowhere else
     * @param arguments further ones as {@code --name=value}
     * @return the running application; the caller closes it
     * @throws UsageException if the value of a property is wrong
     * @throws StartException if something else is
     * @throws InterruptedException if somebody wants to stop
     */
    public static ConfigurableApplicationContext launch(Class<?> application, Map<String, Object> properties,
            List<String> arguments) throws UsageException, StartException, InterruptedException {
        try {
            return new SpringApplicationBuilder(application).registerShutdownHook(false)
                .web(webType(arguments))
                .properties(properties)
                .run(arguments.toArray(String[]::new));
        }
        catch (RuntimeException ex) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            String analysis = OneLineFailureReporter.takeLine();
            String message = (analysis != null) ? analysis
                    : application.getSimpleName() + " did not start: " + ex.getMessage();
            if (isWrongProperty(ex)) {
                throw new UsageException(message, ex);
            }
            throw new StartException(message, ex);
        }
    }

    /** HTTP is served only where somebody names a port to look after the application. */
    private static WebApplicationType webType(List<String> arguments) {
        boolean managed = arguments.stream().anyMatch((argument) -> argument.startsWith(MANAGEMENT_PORT));
        return managed ? WebApplicationType.SERVLET : WebApplicationType.NONE;
    }

    private static boolean isWrongProperty(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException || cause instanceof ConfigurationPropertiesBindException
                    || cause instanceof InvalidConfigurationPropertyValueException) {
                return true;
            }
        }
        return false;
    }

}
