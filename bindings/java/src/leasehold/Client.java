package leasehold;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The client of one product on this machine. Close it; every thread may use it. Opening waits for nothing and asking how it stands is cheap; what
 * waits for the network says so. Failures are {@link LeaseholdException}.
 */
public final class Client implements AutoCloseable {
    private final AtomicLong handle = new AtomicLong();

    /** Opens the client of the product that {@code manifest} describes. */
    public Client(byte[] manifest, ClientOptions options) {
        try (var arena = Arena.ofConfined()) {
            var out = arena.allocate(JAVA_LONG);
            var length = manifest == null ? 0L : (long) manifest.length;
            Native.call("lh_client_open", Native.bytes(arena, manifest), length, options.given(arena), out);
            handle.set(out.get(JAVA_LONG, 0));
        }
    }

    /** Opens the client of the product that {@code manifest} describes, with what the environment sets. */
    public Client(byte[] manifest) {
        this(manifest, new ClientOptions());
    }

    /** Opens the client of the manifest in a file. */
    public static Client open(Path manifest, ClientOptions options) throws IOException {
        return new Client(Files.readAllBytes(manifest), options);
    }

    /** May be called twice. Everything else then fails with {@code bad-handle}. */
    @Override
    public void close() {
        var open = handle.getAndSet(0);
        if (open != 0) {
            Native.call("lh_client_close", open);
        }
    }

    /** What the product may do now. */
    public Standing standing() {
        try (var arena = Arena.ofConfined()) {
            var given = arena.allocate(Native.STANDING);
            Native.set(Native.STANDING, given, "size", Native.STANDING.byteSize());
            Native.call("lh_client_standing", handle.get(), given);
            return Native.standing(given);
        }
    }

    /** Whether the application may offer the feature of this name now. */
    public boolean feature(String name) {
        try (var arena = Arena.ofConfined()) {
            var has = arena.allocate(JAVA_INT);
            Native.call("lh_client_feature", handle.get(), Native.text(arena, name, "name"), has);
            return has.get(JAVA_INT, 0) == 1;
        }
    }

    /** The standing in words for the user. */
    public String message() {
        return Native.textOf("lh_client_message", handle.get());
    }

    /** All that the standing rests on, as JSON: what {@code leasehold client status --json} prints. */
    public String status() {
        return Native.textOf("lh_client_status", handle.get());
    }

    /** What {@code leasehold doctor --json} prints. Waits for the network. */
    public String doctor() {
        return Native.textOf("lh_client_doctor", handle.get());
    }

    /** Asks for a lease now. Waits for the network. */
    public void activate() {
        Native.call("lh_client_activate", handle.get());
    }

    /** Activates the product with a multiple key, at the vendor's authority. Waits for the network. */
    public void activate(String key, String authority) {
        try (var arena = Arena.ofConfined()) {
            var address = Native.text(arena, authority, "authority");
            Native.call("lh_client_activate_with_key", handle.get(), Native.text(arena, key, "key"), address);
        }
    }

    /** Renews the lease now. Waits for the network. */
    public void renew() {
        Native.call("lh_client_renew", handle.get());
    }

    /**
     * Borrows: asks a host for a lease that lasts for so long, to be used without a network; {@link #release} gives it back earlier. Waits
     * for the network.
     *
     * @throws LeaseholdException with the code {@code borrowed-less} where the lease that was given ends before
     */
    public void borrow(Duration length) {
        Native.call("lh_client_borrow", handle.get(), Math.max(length.getSeconds(), 0));
    }

    /** Asks for a lease if it is time to; for programs with a loop of their own. */
    public void tick() {
        Native.call("lh_client_tick", handle.get());
    }

    /** Gives the lease back. Waits for the network. */
    public void release() {
        Native.call("lh_client_release", handle.get());
    }

    /** The request for a host, to be carried there as a file. */
    public byte[] requestForHost() {
        return Native.bytesOf("lh_client_request_for_host", handle.get());
    }

    /** The request of a machine with a multiple key, to be carried to the vendor. */
    public byte[] requestForVendor(String key) {
        try (var arena = Arena.ofConfined()) {
            return Native.bytesOf("lh_client_request_for_vendor", handle.get(), Native.text(arena, key, "key"));
        }
    }

    /** Stores the answer to a request that was carried. */
    public void install(byte[] answer) {
        try (var arena = Arena.ofConfined()) {
            Native.call("lh_client_install", handle.get(), Native.bytes(arena, answer), answer == null ? 0L : (long) answer.length);
        }
    }

    /** Renews in the background from now on; {@code listener} may be null. */
    public void startRenewing(LeaseholdListener listener) {
        var stub = MemorySegment.NULL;
        if (listener != null) {
            var target = MethodHandles.insertArguments(TELL, 0, listener);
            // The library may call it until it has ended the thread, which the client does not wait for: it stays for good, some hundred bytes.
            stub = Native.upcall(target, FunctionDescriptor.ofVoid(ADDRESS, ADDRESS), Arena.global());
        }
        Native.call("lh_client_start_renewing", handle.get(), stub, MemorySegment.NULL);
    }

    /** Renews in the background no more. The listener is not called again once this returns. */
    public void stopRenewing() {
        Native.call("lh_client_stop_renewing", handle.get());
    }

    /** Has the user sign in, and asks for a lease. Waits for the user until {@code giveUp} says so. */
    public void signIn(boolean browser, Consumer<Prompt> show, BooleanSupplier giveUp) {
        var signingIn = new SigningIn(show, giveUp, new RuntimeException[1]);
        try (var arena = Arena.ofShared()) {
            var target = MethodHandles.insertArguments(SHOW, 0, signingIn);
            var stub = Native.upcall(target, FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS), arena);
            Native.call("lh_client_sign_in", handle.get(), browser ? 1 : 0, stub, MemorySegment.NULL);
        } finally {
            if (signingIn.thrown()[0] != null) {
                throw signingIn.thrown()[0];
            }
        }
    }

    /** Gives the user's lease back and forgets the tokens. */
    public void signOut() {
        Native.call("lh_client_sign_out", handle.get());
    }

    /** The devices on which the user holds leases, as JSON. */
    public String devices() {
        return Native.textOf("lh_client_devices", handle.get());
    }

    /** Ends the user's leases on a device; whether there were any. */
    public boolean freeDevice(String device) {
        try (var arena = Arena.ofConfined()) {
            var freed = arena.allocate(JAVA_INT);
            Native.call("lh_client_free_device", handle.get(), Native.text(arena, device, "device"), freed);
            return freed.get(JAVA_INT, 0) == 1;
        }
    }

    private record SigningIn(Consumer<Prompt> show, BooleanSupplier giveUp, RuntimeException[] thrown) {}

    @SuppressWarnings("unused") // called from C
    private static void tell(LeaseholdListener listener, MemorySegment context, MemorySegment pointer) {
        try {
            var given = pointer.reinterpret(Native.EVENT.byteSize());
            var kind = LeaseholdEvent.Kind.values()[Native.number(Native.EVENT, given, "kind") - 1];
            var error = Native.resultName(Native.number(Native.EVENT, given, "result"));
            var standing = Native.standing(given.asSlice(STANDING_IN_EVENT, Native.STANDING.byteSize()));
            listener.happened(new LeaseholdEvent(kind, error, Native.textIn(Native.EVENT, given, "message"), standing));
        } catch (Throwable thrown) {
            // What leaves an upcall ends the virtual machine.
            var thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, thrown);
        }
    }

    @SuppressWarnings("unused") // called from C
    private static int show(SigningIn signingIn, MemorySegment context, MemorySegment pointer) {
        try {
            if (pointer.address() != 0) {
                var given = pointer.reinterpret(Native.PROMPT.byteSize());
                signingIn.show().accept(new Prompt(
                        Native.textIn(Native.PROMPT, given, "address"),
                        Optional.ofNullable(Native.textIn(Native.PROMPT, given, "code")),
                        Optional.ofNullable(Native.textIn(Native.PROMPT, given, "address_with_code")),
                        Native.wide(Native.PROMPT, given, "seconds")));
            }
            return signingIn.giveUp().getAsBoolean() ? 1 : 0;
        } catch (RuntimeException thrown) {
            signingIn.thrown()[0] = thrown;
            return 1;
        }
    }

    private static final long STANDING_IN_EVENT =
            Native.EVENT.byteOffset(java.lang.foreign.MemoryLayout.PathElement.groupElement("standing"));
    private static final MethodHandle TELL = method("tell", void.class, LeaseholdListener.class);
    private static final MethodHandle SHOW = method("show", int.class, SigningIn.class);

    private static MethodHandle method(String name, Class<?> returned, Class<?> first) {
        try {
            var type = MethodType.methodType(returned, first, MemorySegment.class, MemorySegment.class);
            return MethodHandles.lookup().findStatic(Client.class, name, type);
        } catch (ReflectiveOperationException error) {
            throw new IllegalStateException(error);
        }
    }
}
