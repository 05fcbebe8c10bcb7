'use strict';
// Against a real host, which scripts/bindings starts.
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { beforeEach, test } = require('node:test');
const { Client, readKey, verify } = require('leasehold');

const env = process.env;
const manifest = fs.readFileSync(env.LEASEHOLD_TEST_MANIFEST);

async function command(name, body) {
  const answer = await fetch(`${env.LEASEHOLD_TEST_CONTROL}/test/${name}`, { method: 'POST', body: JSON.stringify(body) });
  assert.ok(answer.ok, name);
}

function open(name, options = {}) {
  return new Client(manifest, { state: path.join(env.LEASEHOLD_TEST_FOLDER, name), instance: name, dns: false, ...options });
}

beforeEach(() => command('fault', { fault: 'none' }));

const fails = (code) => (error) => error instanceof Error && error.code === code && error.message.length > 0;

test('every standing is seen', async () => {
  const client = open('standings');
  assert.equal(client.standing().kind, 'unactivated');
  assert.equal(client.feature('simulation'), false);
  await client.activate();
  const standing = client.standing();
  assert.equal(standing.kind, 'licensed');
  assert.ok(standing.now < standing.renewAt && standing.renewAt < standing.until && standing.why === null);
  assert.equal(client.feature('simulation'), true);
  assert.match(client.message(), /^activated until /);
  assert.equal(client.status().standing, 'licensed');
  assert.ok((await client.doctor()).checks.length > 0);
  await command('clock', { advance: '181d' });
  assert.deepEqual([client.standing().kind, client.standing().why], ['grace', 'expired']);
  await command('clock', { advance: '30d' });
  assert.equal(client.standing().allowsChanges, false);
  await client.activate();
  await client.renew();
  await client.release();
  client.close();
});

test('a refusal is an error with its code', async () => {
  const client = open('refused');
  await command('fault', { fault: 'capacity-reached' });
  await assert.rejects(client.activate(), (error) => fails('capacity-reached')(error) && error.hint.length > 0);
  await command('fault', { fault: 'dead' });
  await assert.rejects(client.activate(), fails('host-unreachable'));
  client.close();
});

test('a place is borrowed as long as the licence lets it', async () => {
  const client = open('borrowed');
  const before = client.standing().now;
  await client.borrow(3 * 86400);
  assert.ok(client.standing().until - before >= 3 * 86400 * 1000);
  await assert.rejects(client.borrow(400 * 86400), fails('borrowed-less'));
  await assert.rejects(client.borrow(NaN), TypeError);
  assert.equal(client.standing().kind, 'licensed');
  await client.release();
  assert.equal(client.standing().kind, 'unactivated');
  client.close();
});

test('it renews in the background and says so', async () => {
  const client = open('background');
  const changed = new Promise((resolve) => client.startRenewing((event) => event.kind === 'changed' && resolve(event)));
  assert.throws(() => client.startRenewing(), fails('already-renewing'));
  // The renewer does not keep the process alive, so the test does.
  const alive = setInterval(() => {}, 1000);
  assert.equal((await changed).standing.kind, 'licensed');
  clearInterval(alive);
  client.stopRenewing();
  client.startRenewing();
  client.close();
});

test('a closed client is an error, and closing twice is none', async () => {
  const client = open('closed');
  client.close();
  client.close();
  for (const method of ['standing', 'message', 'status', 'startRenewing', 'stopRenewing']) {
    assert.throws(() => client[method](), fails('bad-handle'), method);
  }
  for (const method of ['activate', 'renew', 'tick', 'release', 'doctor', 'requestForHost', 'signOut', 'devices']) {
    await assert.rejects(client[method](), fails('bad-handle'), method);
  }
});

test('bad input is an error with a message', async () => {
  assert.throws(() => new Client(Buffer.alloc(0)), fails('malformed'));
  assert.throws(() => new Client(Buffer.from('junk')), fails('malformed'));
  assert.throws(() => new Client('junk'), fails('invalid-argument'));
  assert.throws(() => new Client(), fails('invalid-argument'));
  assert.throws(() => new Client(manifest, { hosts: 'a:0' }), fails('invalid-argument'));
  assert.throws(() => new Client(manifest, { state: 7 }), fails('invalid-argument'));
  assert.throws(() => new Client(manifest, { state: 'a\0b' }), fails('invalid-argument'));
  assert.throws(() => new Client(manifest, { root: '01'.repeat(32) }), fails('foreign-manifest'));
  assert.throws(() => Client.fromFile('/no/such/file'), { code: 'ENOENT' });
  const client = open('input');
  assert.throws(() => client.feature(), fails('invalid-argument'));
  assert.throws(() => client.startRenewing(7), TypeError);
  await assert.rejects(client.activate('not a key', 'authority'), fails('not-a-product-key'));
  await assert.rejects(client.install(Buffer.from('junk')), fails('malformed'));
  await assert.rejects(client.install('junk'), fails('invalid-argument'));
  await assert.rejects(client.signIn(7), fails('invalid-argument'));
  await assert.rejects(client.signIn(() => {}, { signal: AbortSignal.abort() }), { name: 'AbortError' });
  assert.equal((await client.requestForHost())[0], 0xd2);
  client.close();
  const nowhere = open('nowhere', { state: '/proc/no-such-place' });
  await assert.rejects(nowhere.activate(), fails('state-unusable'));
  nowhere.close();
  if (env.LEASEHOLD_TEST_FULL_DISK) {
    const full = open('full', { state: env.LEASEHOLD_TEST_FULL_DISK });
    await assert.rejects(full.activate(), fails('state-full'));
    full.close();
  }
});

test('vectors', () => {
  const read = (name) => JSON.parse(fs.readFileSync(path.join(env.LEASEHOLD_VECTORS, `${name}.json`)));
  const keys = read('keys');
  for (const { typed, key, kind, number } of keys.valid) assert.deepEqual(readKey(typed), { key, kind, number });
  for (const { typed, why } of keys.invalid) assert.throws(() => readKey(typed), fails(why), typed);
  for (const { name, hex, root, at, revocations, valid, reason } of read('documents').cases) {
    const listed = revocations ? Buffer.from(revocations, 'hex') : undefined;
    const verified = () => verify(Buffer.from(hex, 'hex'), root, new Date(at * 1000), listed);
    if (valid) assert.ok(verified().type, name);
    else assert.throws(verified, fails(reason), name);
  }
});
