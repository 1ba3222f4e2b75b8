#include <algorithm>
#include <cstring>

#include "fault/slip.h"
#include "rigs/channel.h"

namespace coffer::fuzz {

namespace {

constexpr std::size_t head_octets = 16;  // number and sum

/// Nobody has to find a collision: who stands between damages single bits, and puts records into other places.
std::uint64_t keyed_sum(std::uint64_t key, std::uint64_t number, View octets) {
  std::uint64_t sum = (key ^ 0x9e3779b97f4a7c15U) * (2 * number + 1);
  const auto mix = [&sum](std::uint64_t word) {
    sum = (sum ^ word) * 0x100000001b3U;
    sum ^= sum >> 29U;
  };
  for (; octets.size() >= sizeof(std::uint64_t); octets = octets.subspan(sizeof(std::uint64_t))) {
    std::uint64_t word = 0;
    std::memcpy(&word, octets.data(), sizeof word);
    mix(word);
  }
  for (const auto octet : octets) mix(octet);
  return sum;
}

void put(std::uint64_t number, Octets& octets) {
  for (unsigned shift = 0; shift < 64; shift += 8) octets.push_back(static_cast<std::uint8_t>(number >> shift));
}
std::uint64_t number_at(View octets, std::size_t at) {
  std::uint64_t number = 0;
  for (unsigned shift = 0; shift < 64; shift += 8) number |= std::uint64_t{octets[at + shift / 8]} << shift;
  return number;
}

class Ideal final : public Channel {
 public:
  Ideal(std::uint64_t own, std::uint64_t peer_s)
      : own_key_(own), peer_s_key_(slip::on(slip::channel_key_of_all_channels) ? peer_s & 1U : peer_s) {
    if (slip::on(slip::channel_key_of_all_channels)) own_key_ &= 1U;
  }
  void send(View plaintext) override {
    if (over_ || plaintext.empty()) return;
    seal(plaintext);
  }
  /// A record without octets says that nothing follows.
  void close() override { seal({}); }
  void take(View record) override {
    if (over_) return;
    const auto octets = record.size() < head_octets ? View{} : record.subspan(head_octets);
    const auto number = record.size() < head_octets ? ~std::uint64_t{0} : number_at(record, 0);
    const bool in_its_place = number == taken_ || slip::on(slip::channel_number_not_checked);
    const bool whole = record.size() >= head_octets &&
                       (number_at(record, 8) == keyed_sum(peer_s_key_, number, octets) || slip::on(slip::channel_sum_not_checked));
    ++taken_;
    over_ = !in_its_place || !whole || octets.empty();
    if (!over_) plaintext_.insert(plaintext_.end(), octets.begin(), octets.end());
  }
  std::vector<Octets> records() override { return std::exchange(records_, {}); }
  Octets plaintext() override { return std::exchange(plaintext_, {}); }
  bool up() const override { return true; }
  bool over() const override { return over_; }

 private:
  void seal(View octets) {
    Octets record;
    record.reserve(head_octets + octets.size());
    put(sent_, record);
    put(keyed_sum(own_key_, sent_, octets), record);
    record.insert(record.end(), octets.begin(), octets.end());
    records_.push_back(std::move(record));
    ++sent_;
  }

  std::uint64_t own_key_, peer_s_key_;
  std::uint64_t sent_ = 0, taken_ = 0;
  std::vector<Octets> records_;
  Octets plaintext_;
  bool over_ = false;
};

}  // namespace

ChannelPair ideal_channel(std::uint64_t number) {
  const auto to_server = 2 * number, to_client = 2 * number + 1;
  return {std::make_unique<Ideal>(to_server, to_client), std::make_unique<Ideal>(to_client, to_server)};
}

}  // namespace coffer::fuzz
