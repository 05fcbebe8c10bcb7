package leasehold;

/** What the application may do. */
public enum StandingKind {
    /** No lease yet, within the initial grace: run, remind. */
    UNACTIVATED,
    /** A valid lease: run. */
    LICENSED,
    /** The lease has ended a short while ago, or the machine has become another one: run, warn. */
    GRACE,
    /** Read-only, or as the vendor decides. */
    REDUCED;

    static StandingKind of(int number) {
        return values()[number - 1];
    }
}
