package leasehold;

/** Whom a client tells what happens in the background, on a thread of the library. What it throws ends there. */
@FunctionalInterface
public interface LeaseholdListener {
    /** Called one call at a time, and not any more once the client is closed. */
    void happened(LeaseholdEvent event);
}
