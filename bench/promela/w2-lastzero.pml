/* W2: lastzero(N). Task 0 looks for the last zero from N downwards; task j makes a[j] = a[j-1] + 1.
 * Tasks end in `false` so that the order in which processes are removed makes no states. */
byte a[N + 1];

active proctype scanner() {
  byte i = N;
  do
  :: d_step { a[i] != 0 -> i-- }
  :: a[i] == 0 -> break
  od;
end:
  false
}

active [N] proctype writer() {
  byte seen = 0;
  seen = a[_pid - 1];
  d_step { a[_pid] = seen + 1; seen = 0 };
end:
  false
}
