package io.github.shmrpc.spring.server;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

import io.github.shmrpc.StatusDetail;

/**
 * The message {@code google.rpc.BadRequest}, which other languages know, too. Written by
 * hand, as an application that uses no protobuf should not need it for this.
 */
final class BadRequestDetail {

    static final String TYPE = "type.googleapis.com/google.rpc.BadRequest";

    /** Length-delimited field 1: field_violations, and in each of them the field. */
    private static final int FIRST = (1 << 3) | 2;

    /** Length-delimited field 2: the description. */
    private static final int SECOND = (2 << 3) | 2;

    private BadRequestDetail() {
    }

    static StatusDetail of(List<FieldViolation> violations) {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        for (FieldViolation violation : violations) {
            ByteArrayOutputStream one = new ByteArrayOutputStream();
            write(one, FIRST, violation.field().getBytes(StandardCharsets.UTF_8));
            write(one, SECOND, violation.description().getBytes(StandardCharsets.UTF_8));
            write(message, FIRST, one.toByteArray());
        }
        return StatusDetail.of(TYPE, message.toByteArray());
    }

    private static void write(ByteArrayOutputStream target, int tag, byte[] bytes) {
        target.write(tag);
        int length = bytes.length;
        while (length > 0x7f) {
            target.write((length & 0x7f) | 0x80);
            length >>>= 7;
        }
        target.write(length);
        target.writeBytes(bytes);
    }

    /**
     * What is wrong with a field.
     *
     * @param field its path
     * @param description of what it should be
     */
    record FieldViolation(String field, String description) {

    }

}
