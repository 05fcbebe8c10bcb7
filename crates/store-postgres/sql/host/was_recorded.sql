-- was_recorded: the number of a host's latest batch where it has these entries, once no transaction writes to its chain any more.
SELECT c.batch FROM leasehold_host.chain AS c JOIN leasehold_host.journal AS j ON j.batch = c.batch
WHERE c.host = $1 AND j.entries = $2 FOR UPDATE OF c
