package leasehold;

import java.util.Optional;

/**
 * What a user who signs in has to be shown.
 *
 * @param address the address to open
 * @param code the code to enter there; none where a browser on this machine is to be opened
 * @param addressWithCode an address that has the code in it
 * @param seconds how long the client waits
 */
public record Prompt(String address, Optional<String> code, Optional<String> addressWithCode, long seconds) {}
