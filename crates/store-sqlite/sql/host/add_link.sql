-- add_link: in which batch a seal of a host's chain is.
INSERT INTO chain (host, number, batch) VALUES (?1, ?2, ?3)
