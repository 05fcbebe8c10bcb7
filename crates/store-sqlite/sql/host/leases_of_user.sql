-- leases_of_user: the leases of a user that are live.
SELECT client, family, product FROM lease WHERE holder = ?1 AND early = 0 AND expires > ?2
