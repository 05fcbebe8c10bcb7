-- put_lease: a lease as the journal leaves it.
INSERT INTO lease (client, family, product, lease, request, issued, expires, seal, forks, released, early, holder)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
ON CONFLICT (client, family, product) DO UPDATE SET lease = excluded.lease, request = excluded.request,
    issued = excluded.issued, expires = excluded.expires, seal = excluded.seal, forks = excluded.forks,
    released = excluded.released, early = excluded.early, holder = excluded.holder
