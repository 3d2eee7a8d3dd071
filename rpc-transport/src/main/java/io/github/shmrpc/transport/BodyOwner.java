package io.github.shmrpc.transport;

/**
 * Owns memory that frames refer to instead of having its bytes copied: a carrier's, in
 * slots. Thread-safe.
 */
public interface BodyOwner {

    /**
     * Takes the memory back: the frame refers to it no more. Called once for each time
     * that a slot was lent.
     * @param slot which memory
     */
    void release(int slot);

    /**
     * The application gets to see the memory itself, and may keep what it gets: touching
     * it must never do worse than to fail.
     */
    default void exposed() {
    }

}
