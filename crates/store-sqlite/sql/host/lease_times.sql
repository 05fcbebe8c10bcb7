-- lease_times: when each lease ends that was not ended early.
SELECT family, expires FROM lease WHERE early = 0
