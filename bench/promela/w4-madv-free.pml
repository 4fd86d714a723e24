/* W4: direct I/O into N lazily freed pages, one after the other, against reclaim of the same pages.
 * Every transition is one operation on a page-table entry, a count, a flag or the page-table lock.
 * FIXED: reclaim discards a page only if refcount - 1 == mapcount, the count read first. */
#define NONE 0
#define LAZY 1                              /* the page that MADV_FREE marked */
#define FRESH 2                             /* a page that a fault put there after the other was discarded */

byte pte[N] = LAZY;
byte refs[N] = 1, mapped[N] = 1;            /* of the lazily freed page */
bool dirty[N] = false;
bool written[N] = false;                    /* the device's data are in the page that the direct I/O holds */
byte submitted = 0, completed = 0;
bool page_table_lock = false;

active proctype user() {
  byte i = 0;
  bool fresh = false;
  do
  :: i == N -> break
  :: i < N && pte[i] == NONE -> goto slow
  :: i < N && pte[i] != NONE ->
     if
     :: refs[i] == 0 -> goto slow
     :: d_step { refs[i] > 0 -> refs[i]++ }
     fi;
     if
     :: pte[i] == LAZY -> goto pinned
     :: pte[i] != LAZY -> refs[i]--; goto slow
     fi;
slow:
     atomic { !page_table_lock -> page_table_lock = true };
     if
     :: pte[i] == LAZY -> refs[i]++; dirty[i] = true
     :: pte[i] == NONE -> d_step { pte[i] = FRESH; fresh = true }
     fi;
     page_table_lock = false;
pinned:
     submitted = i + 1;
     completed == i + 1;
     if
     :: d_step { !fresh -> dirty[i] = true }; refs[i]--
     :: fresh
     fi;
     /* the user's load */
     if
     :: pte[i] == NONE ->
        d_step { !page_table_lock -> page_table_lock = true };
        assert(pte[i] != NONE);
        page_table_lock = false
     :: pte[i] != NONE
     fi;
     d_step { assert(written[i]); i++; fresh = false }
  od;
end:
  false
}

active proctype device() {
  byte i = 0;
  do
  :: i == N -> break
  :: i < N && submitted == i + 1;
     written[i] = true;
     d_step { completed = i + 1; i++ }
  od;
end:
  false
}

active proctype reclaim() {
  byte i = 0, count = 0;
  do
  :: i == N -> break
  :: d_step { i < N -> refs[i]++ };
     d_step { !page_table_lock -> page_table_lock = true };
     pte[i] = NONE;
#ifdef FIXED
     count = refs[i];
     if
     :: d_step { count - 1 != mapped[i] -> count = 0 }; goto keep
     :: d_step { count - 1 == mapped[i] -> count = 0 }
     fi;
#endif
     if
     :: dirty[i] -> goto keep
     :: !dirty[i]
     fi;
     mapped[i]--;
     refs[i]--;
     page_table_lock = false;
     if
     :: d_step { refs[i] == 1 -> refs[i] = 0; i++ }
     :: d_step { refs[i] != 1 -> refs[i]--; i++ }
     fi;
     goto next;
keep:
     pte[i] = LAZY;
     page_table_lock = false;
     d_step { refs[i]--; i++ };
next:
     skip
  od;
end:
  false
}
