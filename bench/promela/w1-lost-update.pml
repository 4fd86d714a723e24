/* W1: N tasks add one to x, K times each, by a read and a write.
 * One transition for each; the local copy is dead after the write and is reset there. */
byte x = 0;

active [N] proctype updater() {
  byte done = 0, seen = 0;
end:
  do
  :: d_step { done < K; seen = x };
     d_step { x = seen + 1; seen = 0; done++ }
  od
}
