// Every case of the suite, in the specification's order, servers first. A new file adds its function here and in all.cc: nothing registers
// itself.
#pragma once

#include "judge/case.h"

namespace coffer::conformance {

// Against servers.
std::vector<Case> framing_cases();        // chapters 3.1, 3.2
std::vector<Case> messages_cases();       // chapter 3.3: encodings
std::vector<Case> ranges_cases();         // chapter 3.3: fields
std::vector<Case> channel_cases();        // chapter 4
std::vector<Case> records_cases();        // chapter 4: what a network can do to records
std::vector<Case> states_cases();         // chapter 5.1: every state × every message
std::vector<Case> version_cases();        // chapter 5.2
std::vector<Case> session_cases();        // chapters 5.1, 5.3, 5.4
std::vector<Case> identity_cases();       // chapter 6.1
std::vector<Case> login_cases();          // chapter 6.2
std::vector<Case> configuration_cases();  // chapter 6.3
std::vector<Case> keys_cases();           // chapter 7
std::vector<Case> storing_cases();        // chapter 8.4
std::vector<Case> versions_cases();       // chapter 8.5: lists
std::vector<Case> restore_cases();        // chapter 8.5: restores
std::vector<Case> retention_cases();      // chapter 8.9
std::vector<Case> errors_cases();         // chapter 13
std::vector<Case> limits_cases();         // chapters 5.1, 14: full servers and timers
std::vector<Case> profile_cases();        // chapter 14.2
std::vector<Case> observed_cases();       // chapters 4 to 6, 8.5: what only an observer inside shows

// Against clients.
std::vector<Case> client_messages_cases();      // chapter 3
std::vector<Case> client_channel_cases();       // chapter 4
std::vector<Case> client_records_cases();       // chapter 4: what a network can do to records
std::vector<Case> client_states_cases();        // chapter 5.1: every state × every message
std::vector<Case> client_session_cases();       // chapters 5, 6
std::vector<Case> client_keys_cases();          // chapter 7.1, and with it:
std::vector<Case> client_key_record_cases();    // chapters 7.3 to 7.8
std::vector<Case> client_storing_cases();       // chapters 8.1 to 8.4
std::vector<Case> client_answers_cases();       // chapters 8.4, 8.5
std::vector<Case> client_chain_cases();         // chapter 8.2
std::vector<Case> client_manifest_cases();      // chapter 8.2: trees, id lists, sparse files
std::vector<Case> client_record_cases();        // chapters 8.1, 8.2: what a reader refuses
std::vector<Case> client_restore_cases();       // chapter 8.5
std::vector<Case> client_retention_cases();     // chapter 8.9
std::vector<Case> client_destinations_cases();  // chapter 8.10

// Against both.
std::vector<Case> traces_cases();  // chapter 5.1: attacks that the models' checkers found

/// All of the above; ids are unique (a test says so).
std::vector<Case> all_cases();

/// The test vectors (spec/vectors), each a case: what an implementation makes of an input that its adapter hands to it.
std::vector<Case> vector_cases();

/// Everything that there is to run: all_cases, then vector_cases.
std::vector<Case> whole_suite();

}  // namespace coffer::conformance
