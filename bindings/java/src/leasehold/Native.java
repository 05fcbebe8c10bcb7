package leasehold;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/** The C library: its functions and structs as leasehold.h has them, on 64-bit platforms. */
final class Native {
    static final int ABI_VERSION = 1 << 16;
    static final StructLayout ERROR = MemoryLayout.structLayout(
            JAVA_INT.withName("code"), MemoryLayout.paddingLayout(4), ADDRESS.withName("name"), ADDRESS.withName("message"), ADDRESS.withName("hint"));
    static final StructLayout OPTIONS = MemoryLayout.structLayout(
            JAVA_LONG.withName("size"), JAVA_INT.withName("flags"), JAVA_INT.withName("connect_timeout_ms"),
            ADDRESS.withName("state"), ADDRESS.withName("hosts"), ADDRESS.withName("root"), ADDRESS.withName("ca_file"),
            ADDRESS.withName("instance"), ADDRESS.withName("host_name"), ADDRESS.withName("directory"),
            ADDRESS.withName("directory_user"), ADDRESS.withName("directory_password"),
            ADDRESS.withName("directory_base"), ADDRESS.withName("test_clock"));
    static final StructLayout STANDING = MemoryLayout.structLayout(
            JAVA_LONG.withName("size"), JAVA_INT.withName("standing"), JAVA_INT.withName("actual"), JAVA_INT.withName("why"),
            JAVA_INT.withName("mode"), JAVA_LONG.withName("until"), JAVA_LONG.withName("renew_at"),
            JAVA_LONG.withName("days_left"), JAVA_LONG.withName("now"), JAVA_INT.withName("clock_set_back"),
            JAVA_INT.withName("reserved"));
    static final StructLayout EVENT = MemoryLayout.structLayout(
            JAVA_LONG.withName("size"), JAVA_INT.withName("kind"), JAVA_INT.withName("result"), ADDRESS.withName("message"),
            STANDING.withName("standing"));
    static final StructLayout PROMPT = MemoryLayout.structLayout(
            JAVA_LONG.withName("size"), ADDRESS.withName("address"), ADDRESS.withName("code"),
            ADDRESS.withName("address_with_code"), JAVA_LONG.withName("seconds"));

    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup LIBRARY = load();
    private static final Map<String, MethodHandle> FUNCTIONS = new ConcurrentHashMap<>();
    private static final MethodHandle LAST_ERROR = LINKER.downcallHandle(find("lh_last_error"), FunctionDescriptor.of(ADDRESS));
    private static final MethodHandle RESULT_NAME =
            LINKER.downcallHandle(find("lh_result_name"), FunctionDescriptor.of(ADDRESS, JAVA_INT));
    private static final MethodHandle FREE = LINKER.downcallHandle(find("lh_free"), FunctionDescriptor.ofVoid(ADDRESS));

    static {
        call("lh_check_abi", ABI_VERSION);
    }

    private Native() {}

    /** Calls a function that returns a result code; throws what it has failed with. */
    static void call(String name, Object... arguments) {
        try {
            var code = (int) FUNCTIONS.computeIfAbsent(name, key -> function(key, arguments)).invokeWithArguments(arguments);
            if (code != 0) {
                // No thread, a virtual one neither, is parted from its carrier between the two calls: nothing blocks there.
                throw lastError();
            }
        } catch (RuntimeException | Error error) {
            throw error;
        } catch (Throwable error) {
            throw new IllegalStateException(error);
        }
    }

    /** Calls a function whose last argument is where it puts a text. */
    static String textOf(String name, Object... arguments) {
        try (var arena = Arena.ofConfined()) {
            var out = arena.allocate(ADDRESS);
            call(name, with(arguments, out));
            var given = out.get(ADDRESS, 0);
            try {
                return text(given);
            } finally {
                free(given);
            }
        }
    }

    /** Calls a function whose last arguments are where it puts bytes. */
    static byte[] bytesOf(String name, Object... arguments) {
        try (var arena = Arena.ofConfined()) {
            var out = arena.allocate(ADDRESS);
            var length = arena.allocate(JAVA_LONG);
            call(name, with(with(arguments, out), length));
            var given = out.get(ADDRESS, 0);
            try {
                return given.reinterpret(length.get(JAVA_LONG, 0)).toArray(JAVA_BYTE);
            } finally {
                free(given);
            }
        }
    }

    /** A text for C; null where it is. */
    static MemorySegment text(Arena arena, String text, String name) {
        if (text == null) {
            return MemorySegment.NULL;
        }
        if (text.indexOf('\0') >= 0) {
            throw new LeaseholdException("invalid-argument", 1, name + " has a zero in it", "");
        }
        return arena.allocateFrom(text);
    }

    /** Bytes for C, which refuses null; none at all have an address, too. */
    static MemorySegment bytes(Arena arena, byte[] bytes) {
        if (bytes == null) {
            return MemorySegment.NULL;
        }
        var copy = arena.allocate(Math.max(bytes.length, 1));
        MemorySegment.copy(bytes, 0, copy, JAVA_BYTE, 0, bytes.length);
        return copy;
    }

    static String text(MemorySegment given) {
        return given.address() == 0 ? null : given.reinterpret(Long.MAX_VALUE).getString(0);
    }

    static void set(StructLayout layout, MemorySegment struct, String member, Object value) {
        layout.varHandle(PathElement.groupElement(member)).set(struct, 0L, value);
    }

    static int number(StructLayout layout, MemorySegment struct, String member) {
        return (int) layout.varHandle(PathElement.groupElement(member)).get(struct, 0L);
    }

    static long wide(StructLayout layout, MemorySegment struct, String member) {
        return (long) layout.varHandle(PathElement.groupElement(member)).get(struct, 0L);
    }

    static String textIn(StructLayout layout, MemorySegment struct, String member) {
        return text((MemorySegment) layout.varHandle(PathElement.groupElement(member)).get(struct, 0L));
    }

    static Optional<String> resultName(int code) {
        try {
            return code == 0 ? Optional.empty() : Optional.of(text((MemorySegment) RESULT_NAME.invokeExact(code)));
        } catch (Throwable error) {
            throw new IllegalStateException(error);
        }
    }

    static Standing standing(MemorySegment given) {
        var days = wide(STANDING, given, "days_left");
        return new Standing(
                StandingKind.of(number(STANDING, given, "standing")),
                StandingKind.of(number(STANDING, given, "actual")),
                resultName(number(STANDING, given, "why")),
                time(wide(STANDING, given, "until")),
                time(wide(STANDING, given, "renew_at")),
                days == -1 ? OptionalLong.empty() : OptionalLong.of(days),
                Instant.ofEpochSecond(wide(STANDING, given, "now")),
                number(STANDING, given, "clock_set_back") == 1);
    }

    static MemorySegment upcall(MethodHandle target, FunctionDescriptor descriptor, Arena arena) {
        return LINKER.upcallStub(target, descriptor, arena);
    }

    private static Optional<Instant> time(long seconds) {
        return seconds == -1 ? Optional.empty() : Optional.of(Instant.ofEpochSecond(seconds));
    }

    private static LeaseholdException lastError() throws Throwable {
        var last = ((MemorySegment) LAST_ERROR.invokeExact()).reinterpret(ERROR.byteSize());
        return new LeaseholdException(
                textIn(ERROR, last, "name"), number(ERROR, last, "code"), textIn(ERROR, last, "message"), textIn(ERROR, last, "hint"));
    }

    private static void free(MemorySegment given) {
        try {
            FREE.invokeExact(given);
        } catch (Throwable error) {
            throw new IllegalStateException(error);
        }
    }

    private static Object[] with(Object[] arguments, Object last) {
        var all = java.util.Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = last;
        return all;
    }

    /** Each function is always called with values of the same kinds. */
    private static MethodHandle function(String name, Object[] arguments) {
        var layouts = new MemoryLayout[arguments.length];
        for (var at = 0; at < arguments.length; at++) {
            layouts[at] = switch (arguments[at]) {
                case Integer ignored -> JAVA_INT;
                case Long ignored -> JAVA_LONG;
                default -> ADDRESS;
            };
        }
        return LINKER.downcallHandle(find(name), FunctionDescriptor.of(JAVA_INT, layouts));
    }

    private static MemorySegment find(String name) {
        return LIBRARY.find(name).orElseThrow(() -> new UnsatisfiedLinkError("the library has no " + name + ": it is another version"));
    }

    /** The library that a property names, or the one in this jar, which is copied to where it can be loaded. */
    private static SymbolLookup load() {
        var named = System.getProperty("leasehold.library");
        if (named != null) {
            return SymbolLookup.libraryLookup(Path.of(named), Arena.global());
        }
        var file = System.mapLibraryName("leasehold");
        var platform = System.getProperty("os.name").split(" ")[0].toLowerCase() + "-" + System.getProperty("os.arch");
        try (var library = Native.class.getResourceAsStream("/native/" + platform + "/" + file)) {
            if (library == null) {
                throw new UnsatisfiedLinkError("this package has no library for " + platform);
            }
            var folder = Files.createTempDirectory("leasehold");
            var copy = folder.resolve(file);
            Files.copy(library, copy, StandardCopyOption.REPLACE_EXISTING);
            var lookup = SymbolLookup.libraryLookup(copy, Arena.global());
            // It is loaded and needs its name no more.
            try {
                Files.delete(copy);
                Files.delete(folder);
            } catch (IOException stays) {
                copy.toFile().deleteOnExit();
            }
            return lookup;
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }
}
