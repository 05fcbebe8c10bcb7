package leasehold;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** What may be set about a client; what is not is taken from the environment, unless that is ignored. */
public final class ClientOptions {
    private final Map<String, String> texts = new LinkedHashMap<>();
    private int flags;
    private Duration connectTimeout = Duration.ZERO;

    /** The state folder. */
    public ClientOptions state(String folder) {
        return set("state", folder);
    }

    /** Addresses of hosts, in the order in which they are tried. */
    public ClientOptions hosts(String... addresses) {
        return set("hosts", String.join(",", addresses));
    }

    /** The root key that the manifest must have, 64 hexadecimal digits. */
    public ClientOptions root(String key) {
        return set("root", key);
    }

    /** A file with the certificates trusted for https hosts, and no others. */
    public ClientOptions caFile(String file) {
        return set("ca_file", file);
    }

    /** The id by which a container is recognised. */
    public ClientOptions instance(String id) {
        return set("instance", id);
    }

    /** The name that hosts get to know; an empty text for none. */
    public ClientOptions hostName(String name) {
        return set("host_name", name);
    }

    /** Servers of a directory by commas, {@code domain} or {@code off}. */
    public ClientOptions directory(String servers) {
        return set("directory", servers);
    }

    /** As whom the directory is read. */
    public ClientOptions directoryUser(String name, String password) {
        return set("directory_user", name).set("directory_password", password);
    }

    /** The base of a directory that is not Active Directory. */
    public ClientOptions directoryBase(String base) {
        return set("directory_base", base);
    }

    /** For tests: seconds with a sign, or a file that holds them. */
    public ClientOptions testClock(String clock) {
        return set("test_clock", clock);
    }

    /** How long one address may take to accept a connection. */
    public ClientOptions connectTimeout(Duration timeout) {
        connectTimeout = timeout;
        return this;
    }

    /** Looks for no hosts in DNS. */
    public ClientOptions noDns() {
        flags |= 2;
        return this;
    }

    /** Takes nothing from the environment. */
    public ClientOptions noEnvironment() {
        flags |= 1;
        return this;
    }

    private ClientOptions set(String name, String text) {
        texts.put(name, text);
        return this;
    }

    MemorySegment given(Arena arena) {
        var given = arena.allocate(Native.OPTIONS);
        Native.set(Native.OPTIONS, given, "size", Native.OPTIONS.byteSize());
        Native.set(Native.OPTIONS, given, "flags", flags);
        Native.set(Native.OPTIONS, given, "connect_timeout_ms", (int) connectTimeout.toMillis());
        texts.forEach((name, text) -> Native.set(Native.OPTIONS, given, name, Native.text(arena, text, name)));
        return given;
    }
}
