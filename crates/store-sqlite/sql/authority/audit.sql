-- audit: the newest rows of the audit, newest first.
SELECT number, at, actor, action, subject, detail FROM audit ORDER BY number DESC LIMIT ?1;
