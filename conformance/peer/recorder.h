// Writes one script's transcript. One recorder per script; its connections share it. Must not know: sockets, TLS.
#pragma once

#include <chrono>
#include <mutex>

#include "peer/transcript.h"
#include "wire/frame.h"

namespace coffer::conformance {

class Recorder {
 public:
  enum class Keeps : bool { nothing, everything };
  explicit Recorder(Keeps keeps = Keeps::everything) : keeps_(keeps), began_(std::chrono::steady_clock::now()) {}
  /// The letter of a new connection.
  char open();
  void frame(char connection, Direction direction, const Frame& frame, std::string note = {});
  void octets(char connection, Direction direction, std::string what, View octets, std::string note = {});
  void happened(char connection, std::string what, std::string note = {});
  void remark(std::string text, char connection = '-');
  Transcript take();

 private:
  void add(TranscriptEntry entry);
  Keeps keeps_;
  std::chrono::steady_clock::time_point began_;
  std::mutex mutex_;
  Transcript entries_;
  char next_ = 'A';
};

}  // namespace coffer::conformance
