-- clear_times: a new snapshot takes the place of the log.
DELETE FROM times
