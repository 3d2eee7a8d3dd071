package io.github.shmrpc.error;

import java.io.IOException;
import java.io.Serial;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import io.github.shmrpc.RpcError;
import io.github.shmrpc.RpcException;
import io.github.shmrpc.RpcMethod;
import io.github.shmrpc.RpcStatus;
import io.github.shmrpc.StatusDetail;
import io.github.shmrpc.codec.CodecException;
import io.github.shmrpc.codec.Codecs;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class MethodErrorsTests {

    private static MethodErrors errorsOf(String method) {
        return MethodErrors.of(method(method), Codecs.defaults());
    }

    private static Method method(String name) {
        return Arrays.stream(Contract.class.getDeclaredMethods())
            .filter((method) -> method.getName().equals(name))
            .findFirst()
            .orElseThrow();
    }

    private static RpcException answer(String method, Throwable failure) throws CodecException {
        return Objects.requireNonNull(errorsOf(method).answer(failure));
    }

    private static Throwable roundTrip(String method, Throwable failure) throws CodecException {
        return errorsOf(method).rebuilt(answer(method, failure));
    }

    @Test
    void constructorThatTakesMostIsUsed() throws CodecException {
        Priced priced = (Priced) roundTrip("buy", new Priced("too dear", new BigDecimal("1.10"), List.of("a", "b")));
        assertThat(priced).hasMessage("too dear").hasNoCause();
        assertThat(priced.price).isEqualTo(new BigDecimal("1.10"));
        assertThat(priced.items).containsExactly("a", "b");
        assertThat(((Priced) roundTrip("buy", new Priced("x", null, List.of()))).price).isNull();
    }

    @Test
    void namesOfTheAnnotationStandForThoseOfParameters() throws CodecException {
        Named named = (Named) roundTrip("rename", new Named("new", "old"));
        assertThat(named.before).isEqualTo("old");
        assertThat(named.after).isEqualTo("new");
    }

    @Test
    void exceptionsOfLibrariesKeepTheirText() throws CodecException {
        assertThat(roundTrip("read", new IOException("no disk"))).isExactlyInstanceOf(IOException.class)
            .hasMessage("no disk");
        assertThat(roundTrip("read", new java.io.FileNotFoundException("here"))).isExactlyInstanceOf(IOException.class)
            .hasMessage("here");
        assertThat(roundTrip("read", new IOException())).hasMessage(null);
    }

    @Test
    void annotationOfASuperclassGivesTheStatusOnly() throws CodecException {
        RpcException answer = answer("buy", new Cheaper());
        assertThat(answer.status()).isEqualTo(RpcStatus.OUT_OF_RANGE);
        assertThat(answer.type()).isEqualTo("priced");
        RpcException undeclared = answer("read", new Cheaper());
        assertThat(undeclared.status()).isEqualTo(RpcStatus.OUT_OF_RANGE);
        assertThat(undeclared.type()).isEqualTo("Cheaper");
    }

    @Test
    void subclassOfRpcExceptionKeepsItsOwnParts() throws CodecException {
        RpcException answer = answer("own", new Own());
        assertThat(answer.status()).isEqualTo(RpcStatus.DATA_LOSS);
        assertThat(answer.type()).isEqualTo("Own");
        assertThat(answer.detail("d").map(StatusDetail::text)).hasValue("v");
        assertThat(errorsOf("own").rebuilt(answer)).isInstanceOf(Own.class);
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "[]", "{\"price\":\"x\"}", "{\"items\":[]", "null" })
    @Tag("T9")
    void malformedDataIsNotRebuilt(String data) {
        RpcException answer = RpcException.builder(RpcStatus.OUT_OF_RANGE, "x")
            .type("priced")
            .detail(StatusDetail.of("priced", data))
            .build();
        assertThat(errorsOf("buy").rebuilt(answer)).isSameAs(answer);
        assertThat(answer.getSuppressed()).hasSize(1);
    }

    @Test
    void answersOfOtherTypesAreLeftAlone() {
        RpcException answer = RpcException.builder(RpcStatus.OUT_OF_RANGE, "x")
            .type("java.lang.IllegalStateException")
            .build();
        assertThat(errorsOf("buy").rebuilt(answer)).isSameAs(answer);
        assertThat(MethodErrors.NONE.rebuilt(answer)).isSameAs(answer);
    }

    @Test
    void generalExceptionsDeclareNothing() throws CodecException {
        MethodErrors errors = errorsOf("anything");
        assertThat(errors.answer(new Exception("secret"))).isNull();
        assertThat(errors.answer(new IllegalStateException("secret"))).isNull();
        assertThat(errors.answer(new IOException("secret"))).isNull();
    }

    @Test
    void whatCannotBeRebuiltIsRefusedWithItsReason() {
        assertRefused("isAbstract", "it is abstract");
        assertRefused("inner", "it is an inner class");
        assertRefused("opaque", "compile it with -parameters");
        assertRefused("ok", "needs another status");
        assertRefused("sameName", "has the name 'IOException' on the wire");
        assertRefused("hidden", "declare it by throws");
        assertRefused("thread", "JSON cannot carry java.lang.Thread");
    }

    private static void assertRefused(String method, String reason) {
        assertThatIllegalArgumentException().isThrownBy(() -> errorsOf(method)).withMessageContaining(reason);
    }

    interface Contract {

        void buy() throws Priced;

        void rename() throws Named;

        void read() throws IOException;

        void own() throws Own;

        void anything() throws Exception, RuntimeException;

        void isAbstract() throws Abstract;

        void inner() throws Inner;

        void opaque() throws Opaque;

        void ok() throws Fine;

        void sameName() throws IOException, MethodErrorsTests.IOException2;

        void thread() throws OfThread;

        @RpcMethod(errors = Fine.class)
        void hidden();

    }

    @RpcError(code = RpcStatus.OUT_OF_RANGE, type = "priced")
    static class Priced extends Exception {

        @Serial
        private static final long serialVersionUID = 1L;

        @Nullable final BigDecimal price;

        final transient List<String> items;

        Priced(String message, Throwable cause) {
            super(message, cause);
            this.price = null;
            this.items = List.of();
        }

        Priced(String message, @Nullable BigDecimal price, List<String> items) {
            super(message);
            this.price = price;
            this.items = Objects.requireNonNull(items);
        }

    }

    static final class Cheaper extends Priced {

        @Serial
        private static final long serialVersionUID = 1L;

        Cheaper() {
            super("cheaper", null, List.of());
        }

    }

    @RpcError(data = { "after", "before" })
    static final class Named extends RuntimeException {

        @Serial
        private static final long serialVersionUID = 1L;

        final String before;

        final String after;

        Named(String a, String b) {
            this.after = a;
            this.before = b;
        }

    }

    static final class Own extends RpcException {

        @Serial
        private static final long serialVersionUID = 1L;

        Own() {
            super(RpcException.builder(RpcStatus.DATA_LOSS, "lost").detail(StatusDetail.of("d", "v")));
        }

    }

    abstract static class Abstract extends Exception {

        @Serial
        private static final long serialVersionUID = 1L;

    }

    @SuppressWarnings("ClassCanBeStatic")
    final class Inner extends Exception {

        @Serial
        private static final long serialVersionUID = 1L;

    }

    static final class Opaque extends Exception {

        @Serial
        private static final long serialVersionUID = 1L;

        private final String inside;

        Opaque(int length) {
            this.inside = "x".repeat(length);
        }

        @Override
        public String getMessage() {
            return inside;
        }

    }

    @RpcError(code = RpcStatus.OK)
    static final class Fine extends Exception {

        @Serial
        private static final long serialVersionUID = 1L;

    }

    @RpcError(type = "IOException")
    static final class IOException2 extends Exception {

        @Serial
        private static final long serialVersionUID = 1L;

    }

    static final class OfThread extends Exception {

        @Serial
        private static final long serialVersionUID = 1L;

        final transient Thread thread;

        OfThread(Thread thread) {
            this.thread = thread;
        }

    }

}
