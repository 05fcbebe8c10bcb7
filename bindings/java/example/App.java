import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import leasehold.Client;
import leasehold.ClientOptions;

/** A drawing program with a licence: {@code App acme-cad.lh}, then {@code draw} or {@code simulate}, a line each. */
final class App {
    public static void main(String[] arguments) throws IOException {
        // A real application holds its manifest among its resources.
        try (var client = Client.open(Path.of(arguments[0]), new ClientOptions())) {
            System.out.println(describe(client));
            var lines = new BufferedReader(new InputStreamReader(System.in));
            for (var command = lines.readLine(); command != null; command = lines.readLine()) {
                if (command.equals("activate")) {
                    client.activate();
                    System.out.println(describe(client));
                } else if (command.equals("draw") && client.standing().allowsChanges()) {
                    System.out.println("drawn");
                } else if (command.equals("simulate") && client.feature("simulation")) {
                    System.out.println("simulated");
                } else {
                    System.out.println(command + ": not possible; " + describe(client));
                }
            }
        }
    }

    private static String describe(Client client) {
        var standing = client.standing();
        return switch (standing.kind()) {
            case LICENSED -> "licensed";
            case REDUCED -> "read-only (" + standing.why().orElse("") + ")";
            case UNACTIVATED, GRACE -> client.message();
        };
    }
}
