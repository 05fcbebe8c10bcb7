'use strict';

const fs = require('node:fs');
const native = require(`./prebuilds/${process.platform}-${process.arch}/leasehold.node`);

const KINDS = [undefined, 'unactivated', 'licensed', 'grace', 'reduced'];
const MODES = ['enforce', 'advise', 'observe'];
const EVENTS = [undefined, 'attempt', 'changed'];
// In the order of addon.c.
const OPERATIONS = ['activate', 'activateWithKey', 'renew', 'borrow', 'tick', 'release', 'doctor', 'requestForHost', 'requestForVendor', 'install', 'signIn', 'signOut', 'devices', 'freeDevice'];

const time = (seconds) => (seconds === -1 ? null : new Date(seconds * 1000));

function standing(given) {
  const kind = KINDS[given.kind];
  return Object.freeze({
    kind,
    actual: KINDS[given.actual],
    why: given.why,
    mode: MODES[given.mode],
    until: time(given.until),
    renewAt: time(given.renewAt),
    daysLeft: given.daysLeft === -1 ? null : given.daysLeft,
    now: time(given.now),
    clockSetBack: given.clockSetBack,
    allowsChanges: kind !== 'reduced',
  });
}

class Client {
  #handle = 0n;
  #watcher = null;

  constructor(manifest, options = {}) {
    const flags = (options.environment === false ? 1 : 0) | (options.dns === false ? 2 : 0);
    const hosts = Array.isArray(options.hosts) ? options.hosts.join(',') : options.hosts;
    this.#handle = native.open(manifest, { ...options, flags, hosts, connectTimeout: options.connectTimeout ?? 0 });
  }

  static fromFile(path, options) {
    return new Client(fs.readFileSync(path), options);
  }

  close() {
    const [handle, watcher] = [this.#handle, this.#watcher];
    [this.#handle, this.#watcher] = [0n, null];
    if (handle !== 0n) native.close(handle, watcher);
  }

  standing() {
    return standing(native.standing(this.#handle));
  }

  feature(name) {
    return native.feature(this.#handle, name);
  }

  message() {
    return native.message(this.#handle);
  }

  status() {
    return JSON.parse(native.status(this.#handle));
  }

  startRenewing(changed = () => {}) {
    if (typeof changed !== 'function') throw new TypeError('changed is no function');
    this.#watcher = native.startRenewing(this.#handle, (event) => {
      // What it throws is uncaught as elsewhere; the addon could not say where it came from.
      const tell = (told) => queueMicrotask(() => changed(told));
      tell({ kind: EVENTS[event.kind], error: event.error, message: event.message, standing: standing(event.standing) });
    });
  }

  stopRenewing() {
    native.stopRenewing(this.#handle, this.#watcher);
    this.#watcher = null;
  }

  async activate(key, authority) {
    await (key === undefined ? this.#start('activate') : this.#start('activateWithKey', key, authority));
  }

  async renew() {
    await this.#start('renew');
  }

  async borrow(seconds) {
    if (!Number.isFinite(seconds)) throw new TypeError('seconds is no number');
    await this.#start('borrow', seconds);
  }

  async tick() {
    await this.#start('tick');
  }

  async release() {
    await this.#start('release');
  }

  async doctor() {
    return JSON.parse(await this.#start('doctor'));
  }

  async requestForHost() {
    return this.#start('requestForHost');
  }

  async requestForVendor(key) {
    return this.#start('requestForVendor', key);
  }

  async install(answer) {
    await this.#start('install', answer);
  }

  async signIn(show, { browser = false, signal } = {}) {
    signal?.throwIfAborted();
    const stop = new Uint8Array(1);
    const abort = () => (stop[0] = 1);
    signal?.addEventListener('abort', abort);
    try {
      await this.#start('signIn', browser ? 1 : 0, show, stop);
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  async signOut() {
    await this.#start('signOut');
  }

  async devices() {
    return JSON.parse(await this.#start('devices'));
  }

  async freeDevice(device) {
    return this.#start('freeDevice', device);
  }

  #start(operation, ...values) {
    return native.start(this.#handle, OPERATIONS.indexOf(operation), ...values);
  }
}

if (Symbol.dispose) Client.prototype[Symbol.dispose] = Client.prototype.close;

function readKey(typed) {
  return JSON.parse(native.readKey(typed));
}

function verify(document, root, at = new Date(), revocations = undefined) {
  return JSON.parse(native.verify(document, root, Math.floor(at.getTime() / 1000), revocations));
}

module.exports = { Client, readKey, verify, version: native.version };
