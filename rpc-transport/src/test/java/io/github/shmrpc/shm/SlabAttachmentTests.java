package io.github.shmrpc.shm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.github.shmrpc.transport.ProtocolException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What each side makes of a peer that lies, dies or cannot, while they agree on a slab.
 */
class SlabAttachmentTests {

    private static final int SLOTS = 2;

    private static final int SLOT_LENGTH = 64 * 1024;

    @TempDir
    private Path directory = Path.of("");

    private final List<Sent> ofAcceptor = new ArrayList<>();

    private final List<Sent> ofDialler = new ArrayList<>();

    private boolean hasRoom = true;

    private SegmentDirectory files = new SegmentDirectory(directory, false);

    private @Nullable SlabAttachment acceptor;

    private @Nullable SlabAttachment dialler;

    @BeforeEach
    void useFiles() {
        files = new SegmentDirectory(directory, false);
    }

    private SlabAttachment acceptor() {
        SlabAttachment made = new SlabAttachment(false, files, "key", SLOTS, SLOT_LENGTH, Runnable::run,
                (type, first, second, rest) -> hasRoom && ofAcceptor.add(new Sent(type, first, rest)));
        acceptor = made;
        return made;
    }

    private SlabAttachment dialler() {
        SlabAttachment made = new SlabAttachment(true, files, "", 0, SLOT_LENGTH, Runnable::run,
                (type, first, second, rest) -> hasRoom && ofDialler.add(new Sent(type, first, rest)));
        dialler = made;
        return made;
    }

    @AfterEach
    void close() throws IOException {
        Stream.of(acceptor, dialler).filter((each) -> each != null).forEach((each) -> each.close());
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).as("files left behind").isEmpty();
        }
    }

    private static String path(List<Sent> sent) {
        return new String(sent.get(0).rest, StandardCharsets.UTF_8);
    }

    @Test
    void bothSidesHaveTheSlabOnceItIsMapped() throws ProtocolException {
        SlabAttachment server = acceptor();
        SlabAttachment client = dialler();
        assertThat(client.forLargeMessage()).isNull();
        assertThat(ofDialler).extracting(Sent::type).containsExactly(RingDescriptor.SLAB_WANTED);
        server.wanted();
        client.offered(path(ofAcceptor), SLOTS, SLOT_LENGTH);
        assertThat(ofDialler.get(1)).extracting(Sent::type, Sent::first).containsExactly(RingDescriptor.SLAB_MAPPED, 1);
        server.mapped(true);

        assertThat(server.forLargeMessage()).isNotNull();
        assertThat(client.forLargeMessage()).isNotNull();
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_22)
    void slabBesideSealedRingsIsSealed() throws IOException {
        files = SegmentDirectory.ofSealed();
        SlabAttachment server = acceptor();
        SlabAttachment client = dialler();
        server.wanted();
        assertThat(path(ofAcceptor)).startsWith("/proc/");
        client.offered(path(ofAcceptor), SLOTS, SLOT_LENGTH);
        server.mapped(true);

        assertThat(server.forLargeMessage()).isNotNull();
        assertThat(client.forLargeMessage()).isNotNull();
    }

    @Test
    @Tag("F48")
    @EnabledForJreRange(min = JRE.JAVA_22)
    void diallerThatDoesNotSealTheSlabIsRefused() throws IOException {
        files = SegmentDirectory.ofSealed();
        SlabAttachment server = acceptor();
        server.wanted();
        assertLie("seals", () -> server.mapped(true));
        assertThat(server.forLargeMessage()).isNull();
    }

    @Test
    void askingAgainAndAgainMakesOneSlab() throws ProtocolException {
        SlabAttachment server = acceptor();
        for (int i = 0; i < 100; i++) {
            server.wanted();
        }
        assertThat(ofAcceptor).hasSize(1);
    }

    @Test
    void peerThatDiesBeforeItHasMappedLeavesNoFile() throws ProtocolException {
        acceptor().wanted();
        assertThat(Path.of(path(ofAcceptor))).exists();
    }

    @Test
    void peerWithoutRoomForTheOfferGetsNone() throws ProtocolException {
        hasRoom = false;
        SlabAttachment server = acceptor();
        server.wanted();
        assertThat(server.forLargeMessage()).isNull();
    }

    @Test
    void diallerThatCannotMapSaysSoAndBothGoOnWithout() throws ProtocolException {
        SlabAttachment server = acceptor();
        SlabAttachment client = dialler();
        server.wanted();
        client.offered(directory.resolve("missing").toString(), SLOTS, SLOT_LENGTH);
        assertThat(ofDialler).extracting(Sent::type, Sent::first).containsExactly(tuple(RingDescriptor.SLAB_MAPPED, 0));
        server.mapped(false);

        assertThat(server.forLargeMessage()).isNull();
        assertThat(client.forLargeMessage()).isNull();
    }

    @Test
    @Tag("F32")
    @Tag("F69")
    void serverThatLiesIsAProtocolError() throws IOException {
        SlabAttachment client = dialler();
        assertLie("no path", () -> client.offered("\0", SLOTS, SLOT_LENGTH));
        assertLie("not beside its rings", () -> client.offered("/etc/passwd", SLOTS, SLOT_LENGTH));
        assertLie("not beside its rings", () -> client.offered("", SLOTS, SLOT_LENGTH));
        Path empty = Files.createFile(directory.resolve("empty"));
        assertLie("has 0 bytes", () -> client.offered(empty.toString(), SLOTS, SLOT_LENGTH));
        assertThat(empty).as("a file that is no slab").exists();
        Files.delete(empty);
        assertLie("acceptor asked", client::wanted);
        assertLie("not offered", () -> client.mapped(true));
        assertLie("no slab", client::inbound);
    }

    @Test
    @Tag("F32")
    void clientThatLiesIsAProtocolError() {
        SlabAttachment server = acceptor();
        assertLie("not expected", () -> server.offered("/dev/shm/mine", SLOTS, SLOT_LENGTH));
        assertLie("not offered", () -> server.mapped(true));
        assertLie("no slab", server::inbound);
    }

    private static void assertLie(String text, ThrowingCallable lie) {
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(lie).withMessageContaining(text);
    }

    @SuppressWarnings("ArrayRecordComponent") // Nobody compares it.
    private record Sent(int type, int first, byte[] rest) {
    }

}
