-- add_times: a snapshot of times, or what one step of folding has changed.
INSERT INTO times (kind, data) VALUES (?1, ?2)
