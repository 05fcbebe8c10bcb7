-- touch: a write of no meaning, by which it is seen whether anything can be written.
UPDATE folded SET batch = batch
