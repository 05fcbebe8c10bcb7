"""Verifies a journal as docs/journal.md describes it, from that page alone. Prints what it counts, or what is wrong (exit status 1).

    verify.py JOURNAL ROOT-KEY-IN-HEX

Python 3.11 and its standard library; signatures by the module `cryptography` where it is there, else by `openssl pkeyutl`.
"""

import collections
import datetime
import hashlib
import json
import subprocess
import sys
import tempfile

HOUR = 3600
P = 2**255 - 19


class Wrong(Exception):
    pass


def demand(holds, words):
    if not holds:
        raise Wrong(words)


# CBOR: what journals and documents are made of, deterministic.

class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        demand(self.at + size <= len(self.data), "ends too early")
        self.at += size
        return self.data[self.at - size:self.at]

    def head(self):
        first = self.take(1)[0]
        major, short = first >> 5, first & 31
        if short < 24:
            return major, short
        demand(short < 28, "a length that is not given")
        size = 1 << (short - 24)
        number = int.from_bytes(self.take(size), "big")
        demand(number >= (24 if size == 1 else 1 << (4 * size)), "not the shortest form")
        return major, number

    def value(self, depth=0):
        demand(depth < 16, "nested too deep")
        major, number = self.head()
        if major == 0:
            return number
        if major == 1:
            return -1 - number
        if major == 2:
            return bytes(self.take(number))
        if major == 3:
            return self.take(number).decode()
        if major == 4:
            return [self.value(depth + 1) for _ in range(number)]
        if major == 5:
            found, last = {}, b""
            for _ in range(number):
                begin = self.at
                key = self.value(depth + 1)
                encoded = self.data[begin:self.at]
                demand(encoded > last, "keys that are not sorted")
                last = encoded
                found[key] = self.value(depth + 1)
            return found
        if major == 6:
            return ("tag", number, self.value(depth + 1))
        raise Wrong("a kind of value that there is not")


def whole(data):
    reader = Reader(data)
    value = reader.value()
    demand(reader.at == len(data), "bytes behind an item")
    return value


def encoded_head(major, number):
    for short, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 24:
            return bytes([major << 5 | number])
        if number < 1 << (8 * size):
            return bytes([major << 5 | short]) + number.to_bytes(size, "big")
    raise Wrong("a number that is too large")


def encode(value):
    if isinstance(value, bool):
        raise Wrong("no such value")
    if isinstance(value, int):
        return encoded_head(0, value) if value >= 0 else encoded_head(1, -1 - value)
    if isinstance(value, bytes):
        return encoded_head(2, len(value)) + value
    if isinstance(value, str):
        return encoded_head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return encoded_head(4, len(value)) + b"".join(map(encode, value))
    pairs = sorted((encode(key), encode(item)) for key, item in value.items())
    return encoded_head(5, len(pairs)) + b"".join(key + item for key, item in pairs)


# Signatures.

def signed(key, message, signature):
    for half in (signature[:32], key):
        demand(int.from_bytes(half, "little") & (2**255 - 1) < P, "a point that is not canonical")
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
            return True
        except InvalidSignature:
            return False
    except ImportError:
        pass
    der = bytes.fromhex("302a300506032b6570032100") + key
    with tempfile.NamedTemporaryFile() as k, tempfile.NamedTemporaryFile() as m, tempfile.NamedTemporaryFile() as s:
        for file, content in ((k, der), (m, message), (s, signature)):
            file.write(content)
            file.flush()
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", k.name, "-rawin", "-in", m.name]
        return subprocess.run(command + ["-sigfile", s.name], capture_output=True).returncode == 0


def sig_structure(typ, external, payload):
    return encode(["Signature1", encode({1: -8, 16: typ}), external, payload])


def key_id(key):
    return hashlib.sha256(key).digest()[:16]


# Certificates.

def envelope(data, typ):
    value = whole(data)
    demand(isinstance(value, tuple) and value[1] == 18 and len(value[2]) == 4, "no COSE_Sign1")
    protected, unprotected, payload, signature = value[2]
    demand(protected == encode({1: -8, 16: typ}) and list(unprotected) == [4], "not the headers of a certificate")
    return unprotected[4], payload, signature


def certificate(host, authority, root):
    kid, payload, signature = envelope(authority, "lh-authority")
    demand(kid == key_id(root), "another root key")
    demand(signed(root, sig_structure("lh-authority", b"", payload), signature), "the root has not signed this")
    above = whole(payload)
    authority_key = above[8][1][-2]
    kid, payload, signature = envelope(host, "lh-host")
    demand(kid == key_id(authority_key), "another authority")
    demand(signed(authority_key, sig_structure("lh-host", b"", payload), signature), "the authority has not signed this")
    claims = whole(payload)
    issued = claims[6]
    demand(above[5] <= issued + 4 * HOUR and issued < above[4], "the authority's certificate did not hold then")
    times = max(issued, above[5]), min(claims[4], above[4])
    return claims[8][1][-2], times, claims[-70000][2]


# What a host may give.

def within(grant, kind, time, body, expires):
    if kind == 5:
        limit = {1: None, 2: grant[3], 3: grant.get(9), 4: grant.get(13)}[body[4]]
        fits = body.get(7) == limit and (limit is not None or body[4] == 1)
        counts = (6 in body) == (body[4] == 2) and body.get(6, -1) < grant[3]
        return fits and counts and body[5] <= grant[7]
    ends = min(time + grant[5], grant.get(11, 2**64))
    fits = expires <= ends and (body[3], body[4], body[5]) == (grant[6], grant[7], grant[8])
    fits = fits and set(body.get(10, [])) <= set(grant.get(12, []))
    if body[9] == 3:
        return fits and 13 in grant and 8 not in body
    return fits and body[9] == 0 and body.get(8, -1) >= grant[3]


def may_give(certificates, kind, time, body, expires):
    for (begins, ends), grants in certificates:
        if begins <= time + 4 * HOUR and time < ends:
            of = [grant for grant in grants if grant[1] == body[2] and body[1] in grant[2]]
            if of and within(of[0], kind, time, body, expires):
                return True
    return False


# Seals.

def root_of(leaves):
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def fingerprint(data):
    present = data[0]
    demand(present < 64 and present and len(data) == 1 + 8 * present.bit_count(), "not a fingerprint")
    numbers = [n for n in range(1, 7) if present >> (n - 1) & 1]
    return {n: data[1 + 8 * at:9 + 8 * at] for at, n in enumerate(numbers)}


def rebuilt(kind, time, entry, terms):
    number, client, cti, request, *rest = entry
    demand(number < len(terms) and all(len(id) == 16 for id in (client, cti, request)), "not a document")
    own = terms[number]
    if kind == 4:
        demand(own[0] == 2 and len(rest) in (2, 3), "not a lease")
        _, family, product, renewal, retry, grace, method, features = own
        body = {1: product, 2: family, 3: renewal, 4: retry, 5: grace, 6: fingerprint(rest[1]), 7: request, 9: method}
        if len(rest) == 3:
            body[8] = rest[2]
        if features:
            body[10] = features
        return {4: rest[0], 6: time, 7: cti, 8: {3: client}, -70000: body}
    demand(own[0] == 3, "not a refusal")
    _, family, product, code, retry = own
    demand(len(rest) == {1: 0, 2: 2, 3: 1, 4: 1}[code], "not the members of this refusal")
    body = {1: product, 2: family, 3: request, 4: code, 5: retry}
    if code == 2:
        body[6] = rest[0]
    if code != 1:
        body[7] = rest[-1]
    return {6: time, 7: cti, 8: {3: client}, -70000: body}


class Journal:
    def __init__(self, root):
        self.root, self.chains, self.times, self.open = root, {}, {}, False
        self.seals = self.parts = 0
        self.months = collections.defaultdict(lambda: [set(), 0, 0])

    def begin(self, tips):
        named = {host: (number, seal) for host, number, seal in tips}
        demand(list(named) == sorted(named) and len(named) == len(tips), "tips that are not sorted")
        for host, tip in self.chains.items():
            demand(named.get(host) == tip, "the part does not begin where the one before has ended")
        self.chains.update(named)
        self.open, self.parts, self.digest = True, self.parts + 1, hashlib.sha256()
        self.order, self.keys, self.certificates, self.given = [], {}, {}, set()
        self.terms, self.fresh = [], set()

    def certificate(self, host, authority):
        demand((host, authority) not in self.given, "a certificate stands twice")
        self.given.add((host, authority))
        key, times, grants = certificate(host, authority, self.root)
        name = key_id(key)
        if name not in self.keys:
            self.order.append(name)
            self.keys[name], self.certificates[name] = key, []
        self.certificates[name].append((times, grants))

    def seal(self, item):
        kind, host, number = item[:3]
        demand(host < len(self.order), "no certificate introduces this host")
        name = self.order[host]
        before, previous = self.chains.get(name, (0, bytes(32)))
        demand(number == before + 1, f"seal {number} stands where seal {before + 1} is to stand")
        if kind == 6:
            _, _, _, what, size, root, signature = item
            demand(what in (0, 1) and size > 0 and len(root) == 32, "not a pruned seal")
            typ = ["lh-lease", "lh-refusal"][what]
        else:
            _, _, _, time, signature, entries = item
            demand(1 <= len(entries) <= 4096, "no document")
            documents = [rebuilt(kind, time, entry, self.terms) for entry in entries]
            self.fresh -= {entry[0] for entry in entries}
            leaves = [hashlib.sha256(b"\x00" + encode(document)).digest() for document in documents]
            root, size, typ = root_of(leaves), len(leaves), ["lh-lease", "lh-refusal"][kind - 4]
        data = previous + number.to_bytes(8, "big") + size.to_bytes(8, "big") + root
        seal = hashlib.sha256(b"\x02" + data).digest()
        message = sig_structure(typ, b"leasehold seal 2", seal)
        demand(signed(self.keys[name], message, signature), f"the signature of seal {number} does not hold")
        demand(not self.fresh, "terms that the next seal does not use")
        if kind != 6:
            self.allowed(kind, name, time, documents)
        self.chains[name] = (number, seal)
        self.seals += 1

    def allowed(self, kind, name, time, documents):
        demand(time + 4 * HOUR >= self.times.get(name, 0), "the seal is older than the one before")
        self.times[name] = time
        month = datetime.datetime.fromtimestamp(time, datetime.timezone.utc).strftime("%Y-%m")
        for document in documents:
            body = document[-70000]
            demand(may_give(self.certificates[name], kind, time, body, document.get(4)), "the host may not give this")
            row = self.months[month, body[2]]
            if kind == 4:
                row[0].add(document[8][3])
                row[1] += 1
            else:
                row[2] += 1

    def end(self, tips, digest):
        demand(not self.fresh, "terms that no seal uses")
        demand(tips == [[host, *self.chains[host]] for host in sorted(self.chains)], "the end names other seals")
        demand(digest == self.digest.digest(), "the digest is not that of the part")
        self.open = False

    def take(self, framed, data):
        item = whole(data)
        demand(isinstance(item, list) and item, "no item")
        if item[0] != 7 and self.open:
            self.digest.update(framed)
        kind, length = item[0], len(item)
        demand({0: 3, 1: 3, 2: 8, 3: 5, 4: 6, 5: 6, 6: 7, 7: 3}.get(kind) == length, "no item of a journal")
        demand(self.open != (kind == 0), "an item outside of a part, or a part within one")
        if kind == 0:
            demand(item[1] == "leasehold journal 1", "a journal of another version")
            self.begin(item[2])
            self.digest.update(framed)
        elif kind == 1:
            self.certificate(*item[1:])
        elif kind in (2, 3):
            demand(item not in self.terms, "terms that were given before")
            self.fresh.add(len(self.terms))
            self.terms.append(item)
        elif kind == 7:
            self.end(*item[1:])
        else:
            self.seal(item)


def verify(data, root):
    journal, reader = Journal(root), Reader(data)
    while reader.at < len(data):
        begin = reader.at
        try:
            major, size = reader.head()
            demand(major == 2 and size <= 1 << 20, "not the head of an item")
            content = reader.take(size)
            journal.take(data[begin:reader.at], content)
        except Wrong as wrong:
            raise Wrong(f"byte {begin}: {wrong}") from wrong
        except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
            raise Wrong(f"byte {begin}: malformed: {error!r}") from error
    demand(journal.parts and not journal.open, "the journal was cut")
    return journal


def main():
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    try:
        journal = verify(data, bytes.fromhex(sys.argv[2]))
    except Wrong as wrong:
        print(wrong, file=sys.stderr)
        sys.exit(1)
    months = [
        {"month": month, "family": family, "clients": len(clients), "leases": leases, "refusals": refusals}
        for (month, family), (clients, leases, refusals) in sorted(journal.months.items())
    ]
    hosts = [{"host": host.hex(), "seal": number, "seal_hash": seal.hex()} for host, (number, seal) in sorted(journal.chains.items())]
    print(json.dumps({"seals": journal.seals, "parts": journal.parts, "months": months, "hosts": hosts}))


if __name__ == "__main__":
    main()
