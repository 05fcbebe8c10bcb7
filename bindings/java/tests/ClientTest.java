import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import leasehold.Client;
import leasehold.ClientOptions;
import leasehold.Documents;
import leasehold.LeaseholdEvent;
import leasehold.LeaseholdException;
import leasehold.StandingKind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Against a real host, which scripts/bindings starts. */
class ClientTest {
    @BeforeEach
    void theHostIsWell() throws Exception {
        command("fault", "{\"fault\": \"none\"}");
    }

    @Test
    void everyStandingIsSeen() throws Exception {
        try (var client = open("standings")) {
            assertEquals(StandingKind.UNACTIVATED, client.standing().kind());
            assertFalse(client.feature("simulation"));
            client.activate();
            var standing = client.standing();
            assertEquals(StandingKind.LICENSED, standing.kind());
            assertTrue(standing.now().isBefore(standing.renewAt().get()) && standing.renewAt().get().isBefore(standing.until().get()));
            assertTrue(client.feature("simulation"));
            assertTrue(client.message().startsWith("activated until "));
            assertTrue(client.status().contains("\"licensed\"") && client.doctor().contains("\"checks\""));
            command("clock", "{\"advance\": \"181d\"}");
            assertEquals(StandingKind.GRACE, client.standing().kind());
            assertEquals("expired", client.standing().why().get());
            command("clock", "{\"advance\": \"30d\"}");
            assertFalse(client.standing().allowsChanges());
            client.activate();
            client.release();
        }
    }

    @Test
    void aPlaceIsBorrowedAsLongAsTheLicenceLetsIt() throws Exception {
        try (var client = open("borrowed")) {
            var before = client.standing().now();
            client.borrow(Duration.ofDays(3));
            assertTrue(Duration.between(before, client.standing().until().get()).compareTo(Duration.ofDays(3)) >= 0);
            fails("borrowed-less", () -> client.borrow(Duration.ofDays(400)));
            assertEquals(StandingKind.LICENSED, client.standing().kind());
            client.release();
            assertEquals(StandingKind.UNACTIVATED, client.standing().kind());
        }
    }

    @Test
    void aRefusalIsAnExceptionWithItsCode() throws Exception {
        try (var client = open("refused")) {
            command("fault", "{\"fault\": \"capacity-reached\"}");
            fails("capacity-reached", client::activate);
            command("fault", "{\"fault\": \"dead\"}");
            fails("host-unreachable", client::activate);
        }
    }

    @Test
    void itRenewsInTheBackgroundAndSaysSo() throws Exception {
        var told = new CountDownLatch(1);
        try (var client = open("background")) {
            client.startRenewing(event -> {
                if (event.kind() == LeaseholdEvent.Kind.CHANGED && event.standing().kind() == StandingKind.LICENSED) {
                    told.countDown();
                }
                throw new IllegalStateException("ends here");
            });
            fails("already-renewing", () -> client.startRenewing(null));
            told.await();
            client.stopRenewing();
        }
    }

    @Test
    void aClosedClientIsAnExceptionAndClosingTwiceIsNone() throws Exception {
        var client = open("closed");
        // What a thread throws is lost unless it is kept.
        var thrown = new ConcurrentLinkedQueue<Throwable>();
        var begin = new CountDownLatch(1);
        var threads = new ArrayList<Thread>();
        for (var i = 0; i < 8; i++) {
            var kind = i % 2 == 0 ? Thread.ofVirtual() : Thread.ofPlatform();
            threads.add(kind.uncaughtExceptionHandler((thread, error) -> thrown.add(error)).start(() -> {
                try {
                    begin.await();
                    client.close();
                } catch (InterruptedException interrupted) {
                    thrown.add(interrupted);
                }
            }));
        }
        begin.countDown();
        for (var thread : threads) {
            thread.join();
        }
        assertEquals(List.of(), List.copyOf(thrown));
        client.close();
        for (Executable call : new Executable[] {
            client::standing, client::message, client::status, client::activate, client::renew, client::tick, client::release,
            client::requestForHost, client::stopRenewing, client::signOut, client::devices, () -> client.startRenewing(null),
        }) {
            fails("bad-handle", call);
        }
    }

    @Test
    void badInputIsAnExceptionWithAMessage() throws Exception {
        fails("invalid-argument", () -> new Client(null));
        fails("malformed", () -> new Client(new byte[0]));
        fails("malformed", () -> new Client(new byte[] {1, 2, 3}));
        fails("invalid-argument", () -> new Client(manifest(), new ClientOptions().hosts("a:0")));
        fails("invalid-argument", () -> new Client(manifest(), new ClientOptions().state("a\0b")));
        fails("foreign-manifest", () -> new Client(manifest(), new ClientOptions().root("01".repeat(32))));
        try (var client = open("input")) {
            fails("not-a-product-key", () -> client.activate("not a key", "authority"));
            fails("invalid-argument", () -> client.install(null));
            fails("malformed", () -> client.install(new byte[] {1}));
            fails("invalid-argument", () -> client.feature(null));
            assertEquals((byte) 0xd2, client.requestForHost()[0]);
        }
        try (var client = new Client(manifest(), options("nowhere").state("/proc/no-such-place"))) {
            fails("state-unusable", client::activate);
        }
        var full = System.getenv("LEASEHOLD_TEST_FULL_DISK");
        if (full != null) {
            try (var client = new Client(manifest(), options("full").state(full))) {
                fails("state-full", client::activate);
            }
        }
    }

    @Test
    void vectors() throws Exception {
        for (var line : Files.readAllLines(Path.of(System.getenv("LEASEHOLD_TEST_VECTORS")))) {
            var fields = line.split("\t", -1);
            String found;
            try {
                found = fields[0].equals("key") ? Documents.readKey(fields[1]) : verified(fields);
            } catch (LeaseholdException error) {
                found = error.code();
            }
            assertTrue(found.contains(fields[fields[0].equals("key") ? 2 : 6]), line.substring(0, Math.min(60, line.length())) + found);
        }
    }

    private static String verified(String[] fields) {
        var revocations = fields[5].isEmpty() ? null : HexFormat.of().parseHex(fields[5]);
        Documents.verify(HexFormat.of().parseHex(fields[2]), fields[3], Long.parseUnsignedLong(fields[4]), revocations);
        return "valid";
    }

    private static ClientOptions options(String name) {
        return new ClientOptions().state(System.getenv("LEASEHOLD_TEST_FOLDER") + "/" + name).instance(name).noDns();
    }

    private static Client open(String name) throws Exception {
        return new Client(manifest(), options(name));
    }

    private static byte[] manifest() throws Exception {
        return Files.readAllBytes(Path.of(System.getenv("LEASEHOLD_TEST_MANIFEST")));
    }

    private static void command(String path, String body) throws Exception {
        var address = URI.create(System.getenv("LEASEHOLD_TEST_CONTROL") + "/test/" + path);
        var request = HttpRequest.newBuilder(address).POST(HttpRequest.BodyPublishers.ofString(body)).build();
        try (var http = HttpClient.newHttpClient()) {
            assertEquals(200, http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode());
        }
    }

    private static void fails(String code, Executable call) {
        var error = assertThrows(LeaseholdException.class, call);
        assertEquals(code, error.code(), error.getMessage());
        assertFalse(error.getMessage().isEmpty());
    }
}
