/* W3: the end of writeback of a page that truncate frees and another file reuses, with N extra waiters.
 * Every transition is one operation on a flag, the reference count or the wait list; a waiter is woken by
 * being taken off the list, and goes on without looking at the flag again.
 * FIXED: the completion holds a reference of its own from before the clear until after the last wake-up. */
bool writeback = true, waiters = false, locked = false, cached = true, submitted = false, free = false;
byte refs = 2;                              /* the page cache's and truncate's */
chan queue = [N + 2] of { pid };

inline put_page() {
  if
  :: d_step { refs == 1 -> refs = 0 }; free = true
  :: d_step { refs > 1 -> refs-- }
  fi
}

inline wait_on_page_bit() {
  queue!_pid;
  waiters = true;
  if
  :: writeback -> !queue??[eval(_pid)]
  :: !writeback ->
     if
     :: d_step { queue??[eval(_pid)] -> queue??eval(_pid) }
     :: !queue??[eval(_pid)]
     fi
  fi
}

inline wait_on_page_writeback() {
  if
  :: !writeback
  :: writeback -> wait_on_page_bit()
  fi
}

inline end_page_writeback() {
#ifdef FIXED
  refs++;
#endif
  d_step { assert(writeback); writeback = false };
  if
  :: !waiters
  :: d_step { waiters -> waiters = false };
     do
     :: queue?_
     :: empty(queue) -> break
     od
  fi;
#ifdef FIXED
  put_page()
#endif
}

active proctype completion() {
  end_page_writeback();
  submitted;
  end_page_writeback();
end:
  false
}

active proctype truncate() {
  d_step { !locked -> locked = true };
  wait_on_page_writeback();
  cached = false;
  put_page();
  locked = false;
  put_page();
end:
  false
}

active proctype owner() {
  free;
  refs = 1;
  d_step { !locked -> locked = true };
  writeback = true;
  submitted = true;
  locked = false;
  d_step { !locked -> locked = true };
  wait_on_page_writeback();
  assert(!writeback);
  locked = false;
end:
  false
}

active [N] proctype extra() {
  if
  :: d_step { refs > 0 -> refs++ };
     wait_on_page_bit();
     put_page()
  :: refs == 0
  fi;
end:
  false
}
