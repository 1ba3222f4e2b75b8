// Around the server's session: a peer that sends anything, or nothing; a server whose own work ends in some way, but ends; a clock that runs
// while a state waits; an operator who may stop the server. Weak fairness: what can go on being done is done at last.
bool told = false;

active proctype Peer() {
end:
  do
  :: atomic { event == e_none && !held && !closed -> any_wire_event() }
  :: atomic { event == e_none && !closed -> event = e_peer_closed; break }
  :: break  // silent from now on
  od
}

active proctype Work() {
end:
  do
  :: atomic { event == e_none && held -> any_own_event() }
  :: atomic { event == e_none && !held && !closed && (state == server_ready || state == server_restoring) -> event = e_failed }  // a block could not be stored
  od
}

active proctype Clock() {
end:
  do
  :: atomic { event == e_none && timed -> event = e_timer_expired }
  od
}

active proctype Operator() {
  if
  :: atomic { event == e_none && !closed -> told = true; event = e_stop }
  :: skip
  fi
}

#define in_session (state == server_ready || state == server_serving || state == server_restoring || state == server_serving_restore)
ltl ends_or_is_ready { <> (closed || in_session) }
ltl a_stop_stops { [] (told -> <> closed) }
ltl work_ends { [] (held -> <> !held) }
ltl closed_stays { [] (closed -> [] closed) }
