package io.github.shmrpc.grpc.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import static org.awaitility.Awaitility.await;

/**
 * Carries bytes between a client and a port, for one connection, until it is cut: from
 * then on it takes none from either side and says nothing of it.
 */
final class Cable implements AutoCloseable {

    private final ServerSocket near = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());

    private final List<Socket> ends = new CopyOnWriteArrayList<>();

    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    private final CountDownLatch closed = new CountDownLatch(1);

    private volatile boolean cut;

    Cable(int port) throws IOException {
        run(() -> {
            Socket client = near.accept();
            Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
            ends.addAll(List.of(client, server));
            run(() -> carry(client, server));
            carry(server, client);
        });
    }

    int port() {
        return near.getLocalPort();
    }

    void cut() {
        cut = true;
    }

    private void carry(Socket from, Socket to) throws IOException, InterruptedException {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        byte[] bytes = new byte[8192];
        for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
            if (cut) {
                closed.await();
            }
            out.write(bytes, 0, count);
        }
    }

    private void run(Carrying carrying) {
        Thread thread = new Thread(() -> {
            try {
                carrying.run();
            }
            catch (IOException | InterruptedException ended) {
                // As the test has.
            }
        }, "cable");
        threads.add(thread);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        near.close();
        for (Socket end : ends) {
            end.close();
        }
        closed.countDown();
        await().until(() -> threads.stream().noneMatch(Thread::isAlive));
    }

    /** What may fail when the test ends. */
    @FunctionalInterface
    private interface Carrying {

        void run() throws IOException, InterruptedException;

    }

}
