-- lease_times: when each lease ends.
SELECT family, expires, client, product FROM lease
