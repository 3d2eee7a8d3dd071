package io.github.shmrpc;

import java.nio.ByteBuffer;

/**
 * Where a handler writes its reply, so that large ones need no copy: over shared memory
 * that is the memory which the caller reads from.
 *
 * <pre class="code">
 * public void resize(ByteBuffer image, ReplyBuffer reply) {
 *     ByteBuffer smaller = reply.allocate(image.remaining() / 4);
 *     ...
 * }
 * </pre>
 *
 * A method that takes one is {@code void} and takes its request as a {@link ByteBuffer},
 * which is then not a copy either. Both buffers are the call's own until the method
 * returns; what comes of using them later is undefined, though it harms neither the
 * process nor other connections. A handler that never allocates replies with nothing. For
 * the thread that runs the handler.
 */
public interface ReplyBuffer {

    /**
     * Makes room for the reply. Once.
     * @param length of the reply in bytes, 0 or more: all of it is sent, whatever was
     * written
     * @return big-endian, its position at the first byte, with so much remaining; the
     * bytes are undefined
     * @throws RpcException RESOURCE_EXHAUSTED if the reply would be too long
     * @throws IllegalStateException if the handler has returned, or has allocated before
     */
    ByteBuffer allocate(int length);

}
