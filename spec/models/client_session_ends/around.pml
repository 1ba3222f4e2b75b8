// Around the client's session: a server that sends anything, or nothing; a program that asks for something, or nothing; a clock that runs while a state
// waits, and is wound up again by each frame that the state admits; a channel that may end. Weak fairness: what can go on being done is done at last.
// Of a data frame the table says only that it may close; that it does when no further block is wanted is said here (ARC-056).
bool lost = false;      // the channel ended, and the client has been told
bool ticking = false;   // the clock of the state runs
bool asked = false;     // the program said goodbye
byte wanted = 0;        // blocks that were asked for and have not come

inline a_wanted_block() {
  if
  :: event == e_data && state == client_await_blocks -> if :: wanted > 0 -> wanted-- :: else -> event = e_malformed fi
  :: else -> skip
  fi
}

active proctype Server() {
end:
  do
  :: atomic { event == e_none && !closed && !lost && state != client_connecting -> ticking = false; any_wire_event(); a_wanted_block() }
  :: atomic { event == e_none && !closed && !lost -> lost = true; event = e_peer_closed }
  :: break  // silent from now on
  od
}

active proctype Program() {
end:
  do
  :: atomic { event == e_none && (state == client_connecting || driven) -> ticking = false; any_own_event(); asked = (event == e_leave); wanted = (event == e_begin_fetch -> 2 : 0) }
  :: break  // nothing is asked for from now on
  od
}

active proctype Clock() {
end:
  do
  :: atomic { event == e_none && timed && !ticking -> ticking = true }
  :: atomic { event == e_none && timed && ticking -> event = e_timer_expired }
  od
}

ltl leaves { [] (asked -> <> closed) }
ltl a_lost_channel_ends_it { [] (lost -> <> closed) }
ltl closed_stays { [] (closed -> [] closed) }
ltl a_silent_server_is_left { [] ((timed && [] (ticking || event == e_timer_expired || closed)) -> <> closed) }
ltl ends_or_is_ready { <> (closed || driven) }
ltl gets_on { [] <> (closed || driven) }
