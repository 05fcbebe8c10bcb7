// The OpenID provider `oidc-provider`, as an organisation would run it, and a user who fills in its pages. The test asks for what
// happens in the organisation below /test: groups, disabled accounts, changed keys, a user at a browser.
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import process from 'node:process';

import Provider from 'oidc-provider';

// The provider warns of what is for trying out only.
console.info = console.warn = () => {};

// The test's clock is the provider's.
const real = Date.now;
let ahead = 0;
Date.now = () => real() + ahead;

const accounts = new Map();
let keys = [newKey('k1')];
let provider, issuer, away = false;

// What the provider remembers outlives a change of its keys.
const stored = new Map();
class Store {
  constructor(name) { this.name = name; }
  key(id) { return `${this.name}:${id}`; }
  async upsert(id, payload) { stored.set(this.key(id), payload); }
  async find(id) { return stored.get(this.key(id)); }
  async destroy(id) { stored.delete(this.key(id)); }
  async consume(id) { stored.get(this.key(id)).consumed = Math.floor(Date.now() / 1000); }
  async findBy(member, value) {
    return [...stored].find(([key, payload]) => key.startsWith(`${this.name}:`) && payload[member] === value)?.[1];
  }
  async findByUid(uid) { return this.findBy('uid', uid); }
  async findByUserCode(code) { return this.findBy('userCode', code); }
  async revokeByGrantId(grant) {
    for (const [key, payload] of stored) if (payload.grantId === grant) stored.delete(key);
  }
}

function newKey(kid, type = 'rsa') {
  const pair = type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : type === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
  const alg = { rsa: 'RS256', ec: 'ES256', okp: 'EdDSA' }[type];
  return { ...pair.privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg };
}

function account(id) {
  if (!accounts.has(id)) accounts.set(id, { groups: ['cad-users'], disabled: false });
  return accounts.get(id);
}

function make(alg) {
  const made = new Provider(issuer, {
    clients: [{
      client_id: 'leasehold',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      response_types: ['code'],
      redirect_uris: ['http://127.0.0.1/callback'],
      id_token_signed_response_alg: alg,
    }, {
      // A dashboard, by which administrators sign in: with a secret, and its port known to no one before it serves.
      client_id: 'leasehold-admin',
      client_secret: 'a secret: with + and /',
      application_type: 'native',
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      redirect_uris: ['http://127.0.0.1/sign-in/callback'],
      id_token_signed_response_alg: alg,
    }],
    adapter: Store,
    jwks: { keys },
    cookies: { keys: ['for tests'] },
    claims: { openid: ['sub'], groups: ['groups'] },
    scopes: ['openid', 'offline_access', 'groups'],
    conformIdTokenClaims: false,
    features: { deviceFlow: { enabled: true }, revocation: { enabled: true }, devInteractions: { enabled: true } },
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256', 'EdDSA'] },
    ttl: {
      IdToken: 300, RefreshToken: 2592000, DeviceCode: 600, AccessToken: 300, Interaction: 600, Session: 600, Grant: 2592000,
    },
    async findAccount(ctx, id) {
      const known = account(id);
      if (known.disabled) return undefined;
      return { accountId: id, claims: async () => ({ sub: id, groups: known.groups }) };
    },
  });
  made.use(async (ctx, next) => {
    await next();
    if (ctx.path === '/device/auth' && ctx.status === 200) ctx.body.interval = 1;
  });
  return made;
}

// A user at a browser: follows the pages, fills in the forms, ends at an address that is not the provider's.
async function walk(url, fields, follows = true) {
  const cookies = new Map();
  let method = 'GET', body;
  for (let step = 0; step < 20; step += 1) {
    const inside = url.startsWith(issuer);
    if (!inside && !follows) return url;
    const headers = { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
    if (body) headers['content-type'] = 'application/x-www-form-urlencoded';
    const answer = await fetch(url, { method, body, headers: inside ? headers : {}, redirect: 'manual' });
    if (!inside) return answer.status;
    for (const line of answer.headers.getSetCookie()) {
      const [name, value] = line.split(';')[0].split(/=(.*)/s);
      if (value === '') cookies.delete(name); else cookies.set(name, value);
    }
    const page = await answer.text();
    if (answer.status >= 300 && answer.status < 400) {
      [url, method, body] = [new URL(answer.headers.get('location'), url).href, 'GET', undefined];
      continue;
    }
    const form = page.match(/<form[^>]*action="([^"]+)"[^>]*>(.*?)<\/form>/s);
    if (!form) return answer.status;
    const values = new URLSearchParams();
    for (const [input] of form[2].matchAll(/<input[^>]*>/g)) {
      const name = input.match(/name="([^"]+)"/)?.[1];
      if (name) values.set(name, fields[name] ?? input.match(/value="([^"]*)"/)?.[1] ?? '');
    }
    [url, method, body] = [new URL(form[1].replaceAll('&amp;', '&'), url).href, 'POST', values.toString()];
  }
  throw new Error('the pages do not end');
}

const acts = {
  // A user signs in at the address that the client has shown.
  user: ({ url, login, code }) => walk(url, { login, password: 'x', user_code: code }),
  // The same; where the provider leads the user then.
  leave: ({ url, login }) => walk(url, { login, password: 'x' }, false),
  groups: ({ login, groups }) => { account(login).groups = groups; },
  disable: ({ login }) => { account(login).disabled = true; },
  // New keys; the former one stays for those who ask, unless it is withdrawn.
  rotate: ({ kid, type, keep }) => {
    const key = newKey(kid, type);
    keys = [key, ...(keep ? keys : [])];
    provider = make(key.alg);
  },
  advance: ({ seconds }) => { ahead += seconds * 1000; },
  away: ({ is }) => { away = is; },
};

async function answer(request, response) {
  if (!request.url.startsWith('/test/')) {
    if (away) return request.socket.destroy();
    return provider.callback()(request, response);
  }
  let text = '';
  for await (const part of request) text += part;
  try {
    const result = await acts[request.url.slice('/test/'.length)](JSON.parse(text || '{}'));
    response.end(JSON.stringify({ result: result ?? null }));
  } catch (error) {
    response.writeHead(500).end(String(error.stack));
  }
}

function listen(server) {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));
}

// The test speaks with it in plain HTTP, also where users reach it by TLS alone.
const [name, certificate, key] = process.argv.slice(2);
const port = await listen(http.createServer(answer));
issuer = `http://${name}:${port}`;
if (certificate) {
  const served = https.createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, answer);
  issuer = `https://${name}:${await listen(served)}`;
}
provider = make('RS256');
console.log(JSON.stringify({ issuer, control: `127.0.0.1:${port}`, now: Math.floor(Date.now() / 1000) }));
process.stdin.on('end', () => process.exit(0)).resume();
