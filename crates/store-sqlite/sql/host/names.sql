-- names: all ids.
SELECT id, text FROM name
