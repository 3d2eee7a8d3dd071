package io.github.shmrpc.spring.server;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

import io.github.shmrpc.CallContext;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.server.ServerInterceptor;
import io.github.shmrpc.spring.server.BadRequestDetail.FieldViolation;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validator;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that break the constraints of their type, with INVALID_ARGUMENT and
 * what is wrong with which field. Types without constraints cost one look into a table.
 */
public final class RequestValidation implements ServerInterceptor {

    private final Validator validator;

    private final Map<Class<?>, Boolean> constrained = new ConcurrentHashMap<>();

    public RequestValidation(Validator validator) {
        this.validator = validator;
    }

    @Override
    public @Nullable Object intercept(CallContext call, @Nullable Object request, Next next) throws Throwable {
        if (request != null && isConstrained(request.getClass())) {
            validate(call, request);
        }
        return next.proceed(request);
    }

    private boolean isConstrained(Class<?> type) {
        Boolean known = constrained.get(type);
        return (known != null) ? known : constrained.computeIfAbsent(type,
                (unknown) -> validator.getConstraintsForClass(unknown).isBeanConstrained());
    }

    private void validate(CallContext call, Object request) {
        Set<ConstraintViolation<Object>> violations = validator.validate(request);
        if (!violations.isEmpty()) {
            List<FieldViolation> fields = violations.stream()
                .map((violation) -> new FieldViolation(violation.getPropertyPath().toString(), violation.getMessage()))
                .sorted(Comparator.comparing(FieldViolation::field).thenComparing(FieldViolation::description))
                .toList();
            String text = fields.stream()
                .map((field) -> field.field() + " " + field.description())
                .collect(Collectors.joining(", "));
            throw RpcException
                .builder(RpcStatus.INVALID_ARGUMENT, "request of " + call.method() + " is invalid: " + text)
                .detail(BadRequestDetail.of(fields))
                .build();
        }
    }

}
