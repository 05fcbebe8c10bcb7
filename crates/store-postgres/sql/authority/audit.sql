-- audit: rows of the audit older than a number, newest first.
SELECT number, at, actor, action, subject, detail FROM leasehold_authority.audit WHERE number < $1 ORDER BY number DESC LIMIT $2
