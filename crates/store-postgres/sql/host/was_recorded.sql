-- was_recorded: whether a host's latest batch has these entries, once no transaction writes to its chain any more.
SELECT j.entries = $2 FROM leasehold_host.chain AS c JOIN leasehold_host.journal AS j ON j.batch = c.batch
WHERE c.host = $1 FOR UPDATE OF c
