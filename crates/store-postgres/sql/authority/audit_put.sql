-- audit_put: adds a row of another store's audit, with its number, after which rows are counted on.
WITH put AS (
    INSERT INTO leasehold_authority.audit (number, at, actor, action, subject, detail) OVERRIDING SYSTEM VALUE
    VALUES ($1, $2, $3, $4, $5, $6)
)
SELECT setval('leasehold_authority.audit_number_seq',
              greatest($1, (SELECT last_value FROM leasehold_authority.audit_number_seq)))
