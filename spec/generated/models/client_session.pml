// Made by spec/tools/generate.py from spec/tables/machines/client_session.toml. Do not edit.
mtype:event = { e_none, e_disconnect, e_ping, e_pong, e_goodbye, e_version, e_proceed, e_computer, e_server_identity, e_login, e_login_accepted, e_config_state, e_config_push, e_config_ack, e_ready, e_offer_blocks, e_missing_blocks, e_commit_version, e_version_committed, e_list_versions, e_versions, e_restore_begin, e_restore_begun, e_fetch_blocks, e_blocks_fetched, e_restore_end, e_restore_ended, e_list_blocks, e_block_list, e_release_blocks, e_blocks_released, e_fetch_key, e_key_state, e_store_key, e_key_stored, e_recover_key, e_key_recovered, e_change_password, e_password_changed, e_connected, e_begin_ping, e_begin_offer, e_send_block, e_begin_commit, e_begin_list, e_begin_list_blocks, e_begin_release, e_begin_fetch_key, e_begin_store_key, e_begin_recover_key, e_begin_change_password, e_begin_restore, e_begin_fetch, e_end_restore, e_leave, e_timer_expired, e_peer_closed, e_malformed, e_data };
mtype:state = { client_connecting, client_await_proceed, client_await_server_identity, client_await_login_accepted, client_await_ready, client_configured, client_ready, client_await_pong, client_await_missing_blocks, client_await_version_committed, client_await_versions, client_await_block_list, client_await_blocks_released, client_await_key_state, client_await_key_stored, client_await_key_recovered, client_await_password_changed, client_await_restore_begun, client_restoring, client_await_blocks, client_await_restore_ended, client_leaving, client_closed };

mtype:event event = e_none;
mtype:state state = client_connecting;

#define held (false)
#define driven (state == client_ready || state == client_restoring)
#define timed (state == client_connecting || state == client_await_proceed || state == client_await_server_identity || state == client_await_login_accepted || state == client_await_ready || state == client_configured || state == client_await_pong || state == client_await_missing_blocks || state == client_await_version_committed || state == client_await_versions || state == client_await_block_list || state == client_await_blocks_released || state == client_await_key_state || state == client_await_key_stored || state == client_await_key_recovered || state == client_await_password_changed || state == client_await_restore_begun || state == client_await_blocks || state == client_await_restore_ended || state == client_leaving)
#define closed (state == client_closed)

active proctype Client() {
end:  // to wait is no error here; that no wait lasts is what is claimed
  do
  :: atomic { event == e_connected && (state == client_connecting) -> state = client_await_proceed; event = e_none }  // on_connected (SES-010)
  :: atomic { event == e_proceed && (state == client_await_proceed) -> state = client_await_server_identity; event = e_none }  // on_proceed (SES-013)
  :: atomic { event == e_server_identity && (state == client_await_server_identity) -> state = client_await_login_accepted; event = e_none }  // on_server_identity (IDN-006)
  :: atomic { event == e_server_identity && (state == client_await_server_identity) -> state = client_closed; event = e_none }  // on_server_identity (IDN-006)
  :: atomic { event == e_login_accepted && (state == client_await_login_accepted) -> state = client_await_ready; event = e_none }  // on_login_accepted (IDN-015)
  :: atomic { event == e_config_push && (state == client_await_ready) -> state = client_configured; event = e_none }  // on_config_push (CFG-003)
  :: atomic { event == e_ready && (state == client_await_ready || state == client_configured) -> state = client_ready; event = e_none }  // on_ready (SES-014)
  :: atomic { event == e_begin_ping && (state == client_ready) -> state = client_await_pong; event = e_none }  // on_begin_ping (SES-020)
  :: atomic { event == e_pong && (state == client_await_pong) -> state = client_ready; event = e_none }  // on_pong (SES-042)
  :: atomic { event == e_pong && (state == client_await_pong) -> state = client_closed; event = e_none }  // on_pong (SES-042)
  :: atomic { event == e_begin_offer && (state == client_ready) -> state = client_await_missing_blocks; event = e_none }  // on_begin_offer (ARC-030)
  :: atomic { event == e_missing_blocks && (state == client_await_missing_blocks) -> state = client_ready; event = e_none }  // on_missing_blocks (ARC-034)
  :: atomic { event == e_missing_blocks && (state == client_await_missing_blocks) -> state = client_closed; event = e_none }  // on_missing_blocks (ARC-034)
  :: atomic { event == e_send_block && (state == client_ready) -> state = client_ready; event = e_none }  // on_send_block (ARC-031)
  :: atomic { event == e_begin_commit && (state == client_ready) -> state = client_await_version_committed; event = e_none }  // on_begin_commit (ARC-035)
  :: atomic { event == e_version_committed && (state == client_await_version_committed) -> state = client_ready; event = e_none }  // on_version_committed (ARC-039)
  :: atomic { event == e_version_committed && (state == client_await_version_committed) -> state = client_closed; event = e_none }  // on_version_committed (ARC-039)
  :: atomic { event == e_begin_list && (state == client_ready) -> state = client_await_versions; event = e_none }  // on_begin_list (ARC-040)
  :: atomic { event == e_versions && (state == client_await_versions) -> state = client_ready; event = e_none }  // on_versions (ARC-042)
  :: atomic { event == e_versions && (state == client_await_versions) -> state = client_closed; event = e_none }  // on_versions (ARC-042)
  :: atomic { event == e_begin_list_blocks && (state == client_ready) -> state = client_await_block_list; event = e_none }  // on_begin_list_blocks (ARC-105)
  :: atomic { event == e_block_list && (state == client_await_block_list) -> state = client_ready; event = e_none }  // on_block_list (ARC-112)
  :: atomic { event == e_block_list && (state == client_await_block_list) -> state = client_closed; event = e_none }  // on_block_list (ARC-112)
  :: atomic { event == e_begin_release && (state == client_ready) -> state = client_await_blocks_released; event = e_none }  // on_begin_release (ARC-107)
  :: atomic { event == e_blocks_released && (state == client_await_blocks_released) -> state = client_ready; event = e_none }  // on_blocks_released (ARC-107)
  :: atomic { event == e_begin_fetch_key && (state == client_ready) -> state = client_await_key_state; event = e_none }  // on_begin_fetch_key (KEY-029)
  :: atomic { event == e_key_state && (state == client_await_key_state) -> state = client_ready; event = e_none }  // on_key_state (KEY-029)
  :: atomic { event == e_begin_store_key && (state == client_ready) -> state = client_await_key_stored; event = e_none }  // on_begin_store_key (KEY-008)
  :: atomic { event == e_key_stored && (state == client_await_key_stored) -> state = client_ready; event = e_none }  // on_key_stored (KEY-033)
  :: atomic { event == e_key_stored && (state == client_await_key_stored) -> state = client_closed; event = e_none }  // on_key_stored (KEY-033)
  :: atomic { event == e_begin_recover_key && (state == client_ready) -> state = client_await_key_recovered; event = e_none }  // on_begin_recover_key (KEY-046)
  :: atomic { event == e_key_recovered && (state == client_await_key_recovered) -> state = client_ready; event = e_none }  // on_key_recovered (KEY-046)
  :: atomic { event == e_begin_change_password && (state == client_ready) -> state = client_await_password_changed; event = e_none }  // on_begin_change_password (KEY-044)
  :: atomic { event == e_password_changed && (state == client_await_password_changed) -> state = client_ready; event = e_none }  // on_password_changed (KEY-044)
  :: atomic { event == e_begin_restore && (state == client_ready) -> state = client_await_restore_begun; event = e_none }  // on_begin_restore (ARC-050)
  :: atomic { event == e_restore_begun && (state == client_await_restore_begun) -> state = client_restoring; event = e_none }  // on_restore_begun (ARC-050)
  :: atomic { event == e_begin_fetch && (state == client_restoring) -> state = client_await_blocks; event = e_none }  // on_begin_fetch (ARC-052)
  :: atomic { event == e_data && (state == client_await_blocks) -> state = client_await_blocks; event = e_none }  // on_data (ARC-055)
  :: atomic { event == e_data && (state == client_await_blocks) -> state = client_closed; event = e_none }  // on_data (ARC-055)
  :: atomic { event == e_blocks_fetched && (state == client_await_blocks) -> state = client_restoring; event = e_none }  // on_blocks_fetched (ARC-056)
  :: atomic { event == e_blocks_fetched && (state == client_await_blocks) -> state = client_closed; event = e_none }  // on_blocks_fetched (ARC-056)
  :: atomic { event == e_end_restore && (state == client_restoring) -> state = client_await_restore_ended; event = e_none }  // on_end_restore (ARC-054)
  :: atomic { event == e_restore_ended && (state == client_await_restore_ended) -> state = client_ready; event = e_none }  // on_restore_ended (ARC-054)
  :: atomic { event == e_leave && (state == client_ready || state == client_restoring) -> state = client_leaving; event = e_none }  // on_leave (SES-030)
  :: atomic { event == e_timer_expired && (state == client_connecting || state == client_await_proceed || state == client_await_server_identity || state == client_await_login_accepted || state == client_await_ready || state == client_configured || state == client_await_pong || state == client_await_missing_blocks || state == client_await_version_committed || state == client_await_versions || state == client_await_block_list || state == client_await_blocks_released || state == client_await_key_state || state == client_await_key_stored || state == client_await_key_recovered || state == client_await_password_changed || state == client_await_restore_begun || state == client_await_blocks || state == client_await_restore_ended || state == client_leaving) -> state = client_closed; event = e_none }  // on_timer (SES-041)
  :: atomic { event == e_disconnect && (state == client_await_proceed || state == client_await_server_identity || state == client_await_login_accepted || state == client_await_ready || state == client_configured || state == client_ready || state == client_await_pong || state == client_await_missing_blocks || state == client_await_version_committed || state == client_await_versions || state == client_await_block_list || state == client_await_blocks_released || state == client_await_key_state || state == client_await_key_stored || state == client_await_key_recovered || state == client_await_password_changed || state == client_await_restore_begun || state == client_restoring || state == client_await_blocks || state == client_await_restore_ended || state == client_leaving) -> state = client_closed; event = e_none }  // on_disconnect (SES-031)
  :: atomic { event == e_peer_closed && (state == client_connecting || state == client_await_proceed || state == client_await_server_identity || state == client_await_login_accepted || state == client_await_ready || state == client_configured || state == client_ready || state == client_await_pong || state == client_await_missing_blocks || state == client_await_version_committed || state == client_await_versions || state == client_await_block_list || state == client_await_blocks_released || state == client_await_key_state || state == client_await_key_stored || state == client_await_key_recovered || state == client_await_password_changed || state == client_await_restore_begun || state == client_restoring || state == client_await_blocks || state == client_await_restore_ended || state == client_leaving) -> state = client_closed; event = e_none }  // on_peer_closed (SES-031)
  :: atomic { event == e_malformed && (state == client_await_proceed || state == client_await_server_identity || state == client_await_login_accepted || state == client_await_ready || state == client_configured || state == client_ready || state == client_await_pong || state == client_await_missing_blocks || state == client_await_version_committed || state == client_await_versions || state == client_await_block_list || state == client_await_blocks_released || state == client_await_key_state || state == client_await_key_stored || state == client_await_key_recovered || state == client_await_password_changed || state == client_await_restore_begun || state == client_restoring || state == client_await_blocks || state == client_await_restore_ended || state == client_leaving) -> state = client_closed; event = e_none }  // on_malformed (ERR-002)
  :: atomic { (event == e_malformed || event == e_data || event == e_disconnect || event == e_ping || event == e_pong || event == e_goodbye || event == e_version || event == e_proceed || event == e_computer || event == e_server_identity || event == e_login || event == e_login_accepted || event == e_config_state || event == e_config_push || event == e_config_ack || event == e_ready || event == e_offer_blocks || event == e_missing_blocks || event == e_commit_version || event == e_version_committed || event == e_list_versions || event == e_versions || event == e_restore_begin || event == e_restore_begun || event == e_fetch_blocks || event == e_blocks_fetched || event == e_restore_end || event == e_restore_ended || event == e_list_blocks || event == e_block_list || event == e_release_blocks || event == e_blocks_released || event == e_fetch_key || event == e_key_state || event == e_store_key || event == e_key_stored || event == e_recover_key || event == e_key_recovered || event == e_change_password || event == e_password_changed) && !closed && !held && !((state == client_connecting && (event == e_connected || event == e_timer_expired || event == e_peer_closed)) || (state == client_await_proceed && (event == e_proceed || event == e_timer_expired || event == e_disconnect || event == e_peer_closed || event == e_malformed)) || (state == client_await_server_identity && (event == e_server_identity || event == e_timer_expired || event == e_disconnect || event == e_peer_closed || event == e_malformed)) || (state == client_await_login_accepted && (event == e_login_accepted || event == e_timer_expired || event == e_disconnect || event == e_peer_closed || event == e_malformed)) || (state == client_await_ready && (event == e_config_push || event == e_ready || event == e_timer_expired || event == e_disconnect || event == e_peer_closed || event == e_malformed)) || (state == client_configured && (event == e_ready || event == e_timer_expired || event == e_disconnect || event == e_peer_closed || event == e_malformed)) || (state == client_ready && (event == e_begin_ping || event == e_begin_offer || event == e_send_block || event == e_begin_commit || event == e_begin_list || event == e_begin_list_blocks || event == e_begin_release || event == e_begin_fetch_key || event == e_begin_store_key || event == e_begin_recover_key || event == e_begin_change_password || event == e_begin_restore || event == e_leave || event == e_disconnect || event == e_peer_closed || event == e_malformed)) || (state == client_await_pong && (event == e_pong || event == e_timer_expired || event == e_disconnect || event == e_peer_closed || event == e_malformed)) || (state == client_await_missing_blocks && (event == e_missing_blocks || event == e_timer_expired || event == e_disconnect || event == e_peer_closed || event == e_malformed)) || (state == client_await_version_committed && (event == e_version_committed || event == e_timer_expired || event == e_disconnect || event == e_peer_closed || event == e_malformed)) || (state == client_await_versions && (event == e_versions || event == e_timer_expired || event == e_disconnect || event == e_peer_closed || event == e_malformed)) || (state == client_await_block_list && (event == e_block_list || event == e_timer_expired || event == e_disconnect || event == e_peer_closed || event == e_malformed)) || (state == client_await_blocks_released && (event == e_blocks_released || event == e_timer_expired || event == e_disconnect || event == e_peer_closed || event == e_malformed)) || (state == client_await_key_state && (event == e_key_state || event == e_timer_expired || event == e_disconnect || event == e_peer_closed || event == e_malformed)) || (state == client_await_key_stored && (event == e_key_stored || event == e_timer_expired || event == e_disconnect || event == e_peer_closed || event == e_malformed)) || (state == client_await_key_recovered && (event == e_key_recovered || event == e_timer_expired || event == e_disconnect || event == e_peer_closed || event == e_malformed)) || (state == client_await_password_changed && (event == e_password_changed || event == e_timer_expired || event == e_disconnect || event == e_peer_closed || event == e_malformed)) || (state == client_await_restore_begun && (event == e_restore_begun || event == e_timer_expired || event == e_disconnect || event == e_peer_closed || event == e_malformed)) || (state == client_restoring && (event == e_begin_fetch || event == e_end_restore || event == e_leave || event == e_disconnect || event == e_peer_closed || event == e_malformed)) || (state == client_await_blocks && (event == e_data || event == e_blocks_fetched || event == e_timer_expired || event == e_disconnect || event == e_peer_closed || event == e_malformed)) || (state == client_await_restore_ended && (event == e_restore_ended || event == e_timer_expired || event == e_disconnect || event == e_peer_closed || event == e_malformed)) || (state == client_leaving && (event == e_timer_expired || event == e_disconnect || event == e_peer_closed || event == e_malformed))) -> state = client_closed; event = e_none }  // default (SES-002)
  :: atomic { closed -> break }
  od
}

// What the wire may bring, right or wrong: not in a held state.
inline any_wire_event() {
  if
  :: event = e_malformed
  :: event = e_data
  :: event = e_disconnect
  :: event = e_ping
  :: event = e_pong
  :: event = e_goodbye
  :: event = e_version
  :: event = e_proceed
  :: event = e_computer
  :: event = e_server_identity
  :: event = e_login
  :: event = e_login_accepted
  :: event = e_config_state
  :: event = e_config_push
  :: event = e_config_ack
  :: event = e_ready
  :: event = e_offer_blocks
  :: event = e_missing_blocks
  :: event = e_commit_version
  :: event = e_version_committed
  :: event = e_list_versions
  :: event = e_versions
  :: event = e_restore_begin
  :: event = e_restore_begun
  :: event = e_fetch_blocks
  :: event = e_blocks_fetched
  :: event = e_restore_end
  :: event = e_restore_ended
  :: event = e_list_blocks
  :: event = e_block_list
  :: event = e_release_blocks
  :: event = e_blocks_released
  :: event = e_fetch_key
  :: event = e_key_state
  :: event = e_store_key
  :: event = e_key_stored
  :: event = e_recover_key
  :: event = e_key_recovered
  :: event = e_change_password
  :: event = e_password_changed
  fi
}

// What the server's own work, or the client's program, may bring where the table has a row for it.
inline any_own_event() {
  if
  :: (state == client_connecting) -> event = e_connected
  :: (state == client_ready) -> event = e_begin_ping
  :: (state == client_ready) -> event = e_begin_offer
  :: (state == client_ready) -> event = e_send_block
  :: (state == client_ready) -> event = e_begin_commit
  :: (state == client_ready) -> event = e_begin_list
  :: (state == client_ready) -> event = e_begin_list_blocks
  :: (state == client_ready) -> event = e_begin_release
  :: (state == client_ready) -> event = e_begin_fetch_key
  :: (state == client_ready) -> event = e_begin_store_key
  :: (state == client_ready) -> event = e_begin_recover_key
  :: (state == client_ready) -> event = e_begin_change_password
  :: (state == client_ready) -> event = e_begin_restore
  :: (state == client_restoring) -> event = e_begin_fetch
  :: (state == client_restoring) -> event = e_end_restore
  :: (state == client_ready || state == client_restoring) -> event = e_leave
  fi
}
