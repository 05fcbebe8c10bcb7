-- token_used: notes when a token was last used.
UPDATE leasehold_authority.token SET used = $2 WHERE name = $1
