package io.github.shmrpc.codec;

import java.io.Serial;

import org.jspecify.annotations.Nullable;

/**
 * A message that cannot be encoded, or bytes that are no such message. Its text may hold
 * what a peer sent: it is capped at {@link #MAX_MESSAGE_LENGTH}, and characters that
 * could mislead a log or a terminal are escaped.
 */
public final class CodecException extends Exception {

    /** Longest text in characters. */
    public static final int MAX_MESSAGE_LENGTH = 512;

    private static final String CUT = "...";

    @Serial
    private static final long serialVersionUID = 1L;

    public CodecException(String message, @Nullable Throwable cause) {
        super(printable(message), cause);
    }

    private static String printable(String text) {
        StringBuilder printable = new StringBuilder(Math.min(text.length(), MAX_MESSAGE_LENGTH));
        int cut = 0;
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (isPlain(character)) {
                printable.append(character);
            }
            else {
                printable.append(String.format("\\u%04x", (int) character));
            }
            if (printable.length() <= MAX_MESSAGE_LENGTH - CUT.length()) {
                cut = printable.length();
            }
            else if (printable.length() > MAX_MESSAGE_LENGTH) {
                printable.setLength(cut);
                return printable.append(CUT).toString();
            }
        }
        return printable.toString();
    }

    private static boolean isPlain(char character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED,
                    Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                false;
            default -> true;
        };
    }

}
