-- put_chains: the end of each host's chain, from its seals.
INSERT INTO leasehold_host.chain (host, number, seal, batch)
SELECT s.host, s.number, s.seal, s.batch FROM leasehold_host.seal AS s
JOIN (SELECT host, max(number) AS number FROM leasehold_host.seal GROUP BY host) AS last USING (host, number)
ON CONFLICT (host) DO UPDATE SET number = excluded.number, seal = excluded.seal, batch = excluded.batch
