-- serving: settings of a connection that decides, as far as the database has them. Plans are made once and by index,
-- since tables grow under them; commits are on disk before they are answered, also where the database is set otherwise.
SELECT set_config(wanted.name, wanted.value, false)
FROM (VALUES ('statement_timeout', '5s'), ('lock_timeout', '4s'), ('idle_in_transaction_session_timeout', '5s'),
             ('tcp_keepalives_idle', '9'), ('tcp_keepalives_interval', '3'), ('tcp_keepalives_count', '3'),
             ('synchronous_commit', 'on'), ('plan_cache_mode', 'force_generic_plan'), ('jit', 'off'),
             ('enable_seqscan', 'off'), ('enable_hashjoin', 'off'), ('enable_mergejoin', 'off'))
     AS wanted (name, value)
JOIN pg_catalog.pg_settings AS present ON present.name = wanted.name
WHERE wanted.name <> 'synchronous_commit' OR present.setting = 'off'
