package leasehold;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a client may do now, and until when.
 *
 * @param kind what the application may do
 * @param actual the same without regard to the manifest's mode
 * @param why the code of why it is not licensed ({@code expired}), where there is such a reason
 * @param until when it ends by itself
 * @param renewAt when the client renews next
 * @param daysLeft whole days until it ends by itself
 * @param now the time that it was decided for
 * @param clockSetBack whether the clock of this machine is set back
 */
public record Standing(
        StandingKind kind,
        StandingKind actual,
        Optional<String> why,
        Optional<Instant> until,
        Optional<Instant> renewAt,
        OptionalLong daysLeft,
        Instant now,
        boolean clockSetBack) {

    /** Everything works until the standing is reduced. */
    public boolean allowsChanges() {
        return kind != StandingKind.REDUCED;
    }
}
