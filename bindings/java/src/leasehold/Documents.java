package leasehold;

import java.lang.foreign.Arena;

/** Product keys and documents, looked at without a client. What they say is JSON. */
public final class Documents {
    private Documents() {}

    /**
     * Reads a product key as a user types it: {@code key}, {@code kind}, {@code number}. The hint of the exception has the key that was meant,
     * where only one can be.
     */
    public static String readKey(String typed) {
        try (var arena = Arena.ofConfined()) {
            return Native.textOf("lh_read_key", Native.text(arena, typed, "typed"));
        }
    }

    /** Verifies a document below a root key at a time in seconds since 1970; {@code revocations} may be null. */
    public static String verify(byte[] document, String root, long at, byte[] revocations) {
        try (var arena = Arena.ofConfined()) {
            var listed = revocations == null ? 0L : (long) revocations.length;
            return Native.textOf(
                    "lh_verify", Native.bytes(arena, document), (long) document.length, Native.text(arena, root, "root"), at,
                    Native.bytes(arena, revocations), listed);
        }
    }
}
