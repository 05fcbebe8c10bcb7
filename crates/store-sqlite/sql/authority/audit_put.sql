-- audit_put: adds a row of another store's audit, with its number.
INSERT INTO audit (number, at, actor, action, subject, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6);
