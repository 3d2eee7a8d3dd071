package io.github.shmrpc.grpc.interop;

import java.util.ArrayList;
import java.util.List;

import org.junit.runners.BlockJUnit4ClassRunner;
import org.junit.runners.model.FrameworkMethod;
import org.junit.runners.model.InitializationError;

/** Runs each test as often as the system property {@code interop.repetitions} says. */
public final class RepeatedRunner extends BlockJUnit4ClassRunner {

    public RepeatedRunner(Class<?> type) throws InitializationError {
        super(type);
    }

    @Override
    protected List<FrameworkMethod> computeTestMethods() {
        List<FrameworkMethod> once = super.computeTestMethods();
        List<FrameworkMethod> all = new ArrayList<>();
        for (int i = Integer.getInteger("interop.repetitions", 1); i > 0; i--) {
            all.addAll(once);
        }
        return all;
    }

}
