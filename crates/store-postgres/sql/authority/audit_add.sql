-- audit_add: adds a row to the audit.
INSERT INTO leasehold_authority.audit (at, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5)
