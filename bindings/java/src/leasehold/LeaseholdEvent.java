package leasehold;

import java.util.Optional;

/**
 * What happened in the background.
 *
 * @param kind what happened
 * @param error the code of what went wrong, where something did
 * @param message what went wrong, in one line
 * @param standing how the client stands now
 */
public record LeaseholdEvent(Kind kind, Optional<String> error, String message, Standing standing) {
    /** What happened. */
    public enum Kind {
        /** The client has asked for a lease. */
        ATTEMPT,
        /** The standing or the features are others than before. */
        CHANGED
    }
}
