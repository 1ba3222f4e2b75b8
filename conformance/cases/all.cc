#include "cases/all.h"

#include <iterator>

namespace coffer::conformance {

std::vector<Case> all_cases() {
  std::vector<Case> all;
  for (const auto chapter : {framing_cases,
                             messages_cases,
                             ranges_cases,
                             channel_cases,
                             records_cases,
                             states_cases,
                             version_cases,
                             session_cases,
                             identity_cases,
                             login_cases,
                             configuration_cases,
                             keys_cases,
                             storing_cases,
                             versions_cases,
                             restore_cases,
                             retention_cases,
                             errors_cases,
                             limits_cases,
                             profile_cases,
                             observed_cases,
                             client_messages_cases,
                             client_channel_cases,
                             client_records_cases,
                             client_states_cases,
                             client_session_cases,
                             client_keys_cases,
                             client_storing_cases,
                             client_answers_cases,
                             client_chain_cases,
                             client_manifest_cases,
                             client_record_cases,
                             client_restore_cases,
                             client_retention_cases,
                             client_destinations_cases,
                             traces_cases}) {
    auto part = chapter();
    all.insert(all.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
  }
  return all;
}

std::vector<Case> whole_suite() {
  auto all = all_cases();
  auto vectors = vector_cases();
  all.insert(all.end(), std::make_move_iterator(vectors.begin()), std::make_move_iterator(vectors.end()));
  return all;
}

}  // namespace coffer::conformance
