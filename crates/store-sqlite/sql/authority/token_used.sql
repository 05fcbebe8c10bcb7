-- token_used: notes when a token was last used.
UPDATE token SET used = ?2 WHERE name = ?1;
