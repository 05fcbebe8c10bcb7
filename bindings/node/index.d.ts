/** What the application may do: run and remind, run, run and warn, or read only. */
export type StandingKind = 'unactivated' | 'licensed' | 'grace' | 'reduced';

/** What a client may do now, and until when. */
export interface Standing {
  readonly kind: StandingKind;
  /** The same without regard to the manifest's mode. */
  readonly actual: StandingKind;
  /** The code of why it is not licensed (`expired`); null where there is no such reason. */
  readonly why: string | null;
  readonly mode: 'enforce' | 'advise' | 'observe';
  /** When it ends by itself; null where it does not. */
  readonly until: Date | null;
  readonly renewAt: Date | null;
  readonly daysLeft: number | null;
  /** The time that it was decided for. */
  readonly now: Date;
  readonly clockSetBack: boolean;
  /** Everything works until the standing is reduced. */
  readonly allowsChanges: boolean;
}

/** What is thrown, and what promises are rejected with. A refusal by a host is one too. */
export interface LeaseholdError extends Error {
  /** The stable code, such as `threshold-not-met`. */
  readonly code: string;
  /** Its number in `leasehold.h`. */
  readonly number: number;
  /** What to do about it; may be empty. */
  readonly hint: string;
}

/** What may be set about a client; what is not is taken from the environment. */
export interface ClientOptions {
  /** The state folder. */
  state?: string;
  /** Addresses of hosts, in the order in which they are tried. */
  hosts?: string | readonly string[];
  /** The root key that the manifest must have, 64 hexadecimal digits. */
  root?: string;
  /** A file with the certificates trusted for https hosts, and no others. */
  caFile?: string;
  /** The id by which a container is recognised. */
  instance?: string;
  /** The name that hosts get to know; an empty text for none. */
  hostName?: string;
  /** Servers of a directory by commas, `domain` or `off`. */
  directory?: string;
  directoryUser?: string;
  directoryPassword?: string;
  directoryBase?: string;
  /** For tests: seconds with a sign, or a file that holds them. */
  testClock?: string;
  /** How long one address may take to accept a connection, in milliseconds. */
  connectTimeout?: number;
  /** Whether hosts are looked for in DNS. */
  dns?: boolean;
  /** Whether what is not set is taken from the environment. */
  environment?: boolean;
}

/** What happened in the background: an attempt to get a lease, or another standing than before. */
export interface LeaseholdEvent {
  readonly kind: 'attempt' | 'changed';
  /** The code of what went wrong; null where nothing did. */
  readonly error: string | null;
  readonly message: string;
  readonly standing: Standing;
}

/** What the user has to be shown. */
export interface Prompt {
  readonly address: string;
  /** The code to enter there; null where a browser on this machine is to be opened. */
  readonly code: string | null;
  readonly addressWithCode: string | null;
  readonly seconds: number;
}

/** A device on which the user holds leases. Times are seconds since 1970. */
export interface Device {
  readonly client: string;
  readonly name: string | null;
  readonly products: readonly string[];
  readonly since: number;
  readonly until: number;
}

/** The client of one product on this machine. Opening waits for nothing; what waits for the network returns a promise. */
export class Client {
  /** `manifest` is what `leasehold vendor manifest` writes. */
  constructor(manifest: Uint8Array, options?: ClientOptions);
  static fromFile(path: string, options?: ClientOptions): Client;
  /** May be called twice. Everything else then fails with `bad-handle`. */
  close(): void;
  standing(): Standing;
  /** Whether the application may offer the feature of this name now. */
  feature(name: string): boolean;
  /** The standing in words for the user. */
  message(): string;
  /** All that the standing rests on: what `leasehold client status --json` prints. */
  status(): Record<string, unknown>;
  /** Renews in the background. The process may end meanwhile. */
  startRenewing(changed?: (event: LeaseholdEvent) => void): void;
  stopRenewing(): void;
  /** Asks a host for a lease, or with a multiple key the vendor's authority. */
  activate(key?: string, authority?: string): Promise<void>;
  renew(): Promise<void>;
  /**
   * Borrows: asks a host for a lease that lasts for so many seconds, to be used without a network; `release` gives it back earlier. Where the
   * lease that was given ends before, that is a LeaseholdError with the code `borrowed-less`.
   */
  borrow(seconds: number): Promise<void>;
  /** Asks for a lease if it is time to; for programs with a loop of their own. */
  tick(): Promise<void>;
  release(): Promise<void>;
  /** What `leasehold doctor --json` prints. */
  doctor(): Promise<Record<string, unknown>>;
  /** The request for a host, to be carried there as a file. */
  requestForHost(): Promise<Buffer>;
  /** The request of a machine with a multiple key, to be carried to the vendor. */
  requestForVendor(key: string): Promise<Buffer>;
  /** Stores the answer to a request that was carried. */
  install(answer: Uint8Array): Promise<void>;
  /** Has the user sign in, until `signal` aborts. */
  signIn(show: (prompt: Prompt) => void, options?: { browser?: boolean; signal?: AbortSignal }): Promise<void>;
  signOut(): Promise<void>;
  devices(): Promise<Device[]>;
  freeDevice(device: string): Promise<boolean>;
}

/** Reads a product key as a user types it. */
export function readKey(typed: string): { key: string; kind: 'generic' | 'host' | 'multiple'; number: number };

/** Verifies a document below a root key. Times are seconds since 1970. */
export function verify(
  document: Uint8Array,
  root: string,
  at?: Date,
  revocations?: Uint8Array,
): { type: string; signer: string; issued: number | null; expires: number | null };

/** The release of the C library. */
export const version: string;
