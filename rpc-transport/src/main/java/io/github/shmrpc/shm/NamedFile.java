package io.github.shmrpc.shm;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A file in a file system in memory, readable by its user alone. Its name goes as soon as
 * both sides have mapped it.
 */
final class NamedFile extends SegmentFile {

    NamedFile(Path path, Mapping mapping) {
        super(path, mapping);
    }

    /**
     * Makes and maps a file.
     * @throws IOException if there is no room for it: says where, and how much was needed
     */
    static NamedFile create(Path directory, String key, int length) throws IOException {
        Path path = directory.resolve(randomName(key));
        try (FileChannel file = FileChannel.open(path,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            fill(file, length);
            return new NamedFile(path, Mapping.map(file, length));
        }
        catch (IOException ex) {
            if (!(ex instanceof FileAlreadyExistsException)) {
                Files.deleteIfExists(path);
            }
            throw new IOException("No shared memory in " + directory + ": " + ex.getMessage() + ". A connection needs "
                    + length + " bytes, " + free(directory)
                    + " are free. Make the file system larger, or the rings and slots smaller", ex);
        }
    }

    /**
     * Maps a file that the peer made.
     * @throws IOException if it has another length or cannot be mapped
     */
    static NamedFile open(Path path, int length) throws IOException {
        try (FileChannel file = FileChannel.open(path,
                Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS))) {
            requireLength(path, file, length);
            return new NamedFile(path, Mapping.map(file, length));
        }
    }

    private static String free(Path directory) {
        try {
            return String.valueOf(Files.getFileStore(directory).getUsableSpace());
        }
        catch (IOException ex) {
            return "an unknown number";
        }
    }

    @Override
    void hide() {
        try {
            Files.deleteIfExists(path());
        }
        catch (IOException ex) {
            // The next start of this endpoint sweeps it.
        }
    }

}
