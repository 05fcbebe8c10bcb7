package leasehold;

/** What went wrong. A refusal by a host is one too. */
public final class LeaseholdException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final String code;
    private final int number;
    private final String hint;

    LeaseholdException(String code, int number, String message, String hint) {
        super(message);
        this.code = code;
        this.number = number;
        this.hint = hint;
    }

    /** The stable code, such as {@code threshold-not-met}. */
    public String code() {
        return code;
    }

    /** Its number in {@code leasehold.h}. */
    public int number() {
        return number;
    }

    /** What to do about it; may be empty. */
    public String hint() {
        return hint;
    }
}
