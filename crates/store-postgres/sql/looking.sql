-- looking: settings of a connection that looks, copies or checks, as far as the database has them.
SELECT set_config(wanted.name, wanted.value, false)
FROM (VALUES ('statement_timeout', '0'), ('lock_timeout', '30s'), ('idle_in_transaction_session_timeout', '0'),
             ('tcp_keepalives_idle', '9'), ('tcp_keepalives_interval', '3'), ('tcp_keepalives_count', '3'),
             ('synchronous_commit', 'on'), ('jit', 'off'))
     AS wanted (name, value)
JOIN pg_catalog.pg_settings AS present ON present.name = wanted.name
WHERE wanted.name <> 'synchronous_commit' OR present.setting = 'off'
