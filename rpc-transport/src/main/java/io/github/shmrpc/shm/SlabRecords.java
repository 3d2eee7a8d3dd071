package io.github.shmrpc.shm;

import io.github.shmrpc.transport.ProtocolException;

/**
 * What records that are about slots mean to a connection. Holder of the poll role only.
 */
interface SlabRecords {

    /** Of a ring without a slab: all of them are wrong. */
    SlabRecords NONE = new SlabRecords() {

        @Override
        public InboundSlots inbound() throws ProtocolException {
            throw new ProtocolException("A slot was sent where there is no slab");
        }

        @Override
        public void wanted() throws ProtocolException {
            throw new ProtocolException("A slab was wanted where there is none");
        }

        @Override
        public void offered(String path, int slots, int slotLength) throws ProtocolException {
            throw new ProtocolException("A slab was offered where there is none");
        }

        @Override
        public void mapped(boolean done) throws ProtocolException {
            throw new ProtocolException("A slab was mapped where there is none");
        }

    };

    /**
     * The slots that the peer writes to.
     * @throws ProtocolException if both sides have not agreed on any
     */
    InboundSlots inbound() throws ProtocolException;

    /** {@link RingDescriptor#SLAB_WANTED}. */
    void wanted() throws ProtocolException;

    /** {@link RingDescriptor#SLAB_OFFERED}. */
    void offered(String path, int slots, int slotLength) throws ProtocolException;

    /** {@link RingDescriptor#SLAB_MAPPED}. */
    void mapped(boolean done) throws ProtocolException;

}
