-- find_clients: the first clients of a stretch whose name or address has a text in it, and that are of a kind: 0 any, 1 with a live
-- lease, 2 without, 3 twins, 4 forked, 5 with a live lease of a user; each with all its families.
SELECT client, family FROM client WHERE client IN (
    SELECT DISTINCT c.client FROM client AS c
    WHERE c.client > ?1 AND c.client <= ?2
      AND (?3 = '' OR instr(lower(c.host_name), ?3) > 0 OR instr(c.address, ?3) > 0)
      AND CASE ?4
          WHEN 0 THEN 1
          WHEN 1 THEN EXISTS (SELECT 1 FROM lease WHERE lease.client = c.client AND lease.family = c.family
                              AND lease.early = 0 AND lease.expires > ?5)
          WHEN 2 THEN c.last_seen > 0
              AND NOT EXISTS (SELECT 1 FROM lease WHERE lease.client = c.client AND lease.family = c.family
                              AND lease.early = 0 AND lease.expires > ?5)
          WHEN 3 THEN c.counts = 0 AND c.last_seen > 0
          WHEN 4 THEN EXISTS (SELECT 1 FROM lease WHERE lease.client = c.client AND lease.family = c.family AND lease.forks > 0)
          ELSE EXISTS (SELECT 1 FROM lease WHERE lease.client = c.client AND lease.family = c.family
                       AND lease.holder IS NOT NULL AND lease.early = 0 AND lease.expires > ?5)
          END
    ORDER BY c.client LIMIT ?6)
ORDER BY client, family
