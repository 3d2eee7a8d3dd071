package io.github.shmrpc.unix;

import java.io.IOException;

import io.github.shmrpc.transport.HardenedMode;
import io.github.shmrpc.transport.TransportOptions;

/** Makes the segments that frames go through instead of the socket. Thread-safe. */
public interface MemoryCarrier {

    /**
     * Whether this side seals memory.
     * @param mode what is wanted
     * @return false if it is not wanted, or preferred and not possible
     * @throws IOException if it is required and not possible; the message says why
     */
    boolean seals(HardenedMode mode) throws IOException;

    /**
     * Makes a segment, for the accepting side.
     * @param key the endpoint's: part of the file's name
     * @param options directory and ring length
     * @param sealed whether it is to be sealed memory instead of a file
     * @return the segment, mapped
     * @throws IOException if there is no memory for it; the message says where and how
     * much was needed
     */
    SharedSegment create(String key, TransportOptions options, boolean sealed) throws IOException;

    /**
     * Maps the segment that an acceptor made, for the dialling side.
     * @param welcome what the acceptor told of it
     * @return the segment, mapped and checked
     * @throws SealedMemoryException if it is sealed and cannot be reached from here
     * @throws IOException if it is not what was told, or cannot be mapped
     */
    SharedSegment open(SegmentOffer welcome) throws IOException;

    /**
     * Deletes what dead servers of the same endpoint have left. The endpoint's lock is
     * held.
     * @param key the endpoint's: part of their names
     * @param options directory
     */
    void sweep(String key, TransportOptions options);

}
