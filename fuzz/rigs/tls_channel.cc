#include "net/tls_channel.h"

#include <algorithm>

#include "net/server_identity.h"
#include "rigs/channel.h"

namespace coffer::fuzz {

namespace {

constexpr std::size_t head_octets = 5;  // of a TLS record: type, version, length

class Tls final : public Channel {
 public:
  explicit Tls(net::TlsChannel channel) : channel_(std::move(channel)) {}
  void send(View plaintext) override { channel_.send(plaintext); }
  void close() override { channel_.close(); }
  void take(View record) override {
    channel_.feed(record);
    while (channel_.step()) {
    }
  }
  std::vector<Octets> records() override {
    const auto octets = channel_.take_output();
    std::vector<Octets> cut;
    for (View left = octets; !left.empty();) {
      const auto record = left.first(std::min(left.size(), head_octets + (std::size_t{left[3]} << 8U | left[4])));
      cut.emplace_back(record.begin(), record.end());
      left = left.subspan(record.size());
    }
    return cut;
  }
  Octets plaintext() override {
    const auto octets = channel_.take_plaintext();
    return {octets.begin(), octets.end()};
  }
  bool up() const override { return channel_.state() == net::TlsChannel::State::established; }
  bool over() const override {
    return channel_.state() == net::TlsChannel::State::peer_closed || channel_.state() == net::TlsChannel::State::failed;
  }

 private:
  net::TlsChannel channel_;
};

}  // namespace

ChannelPair tls_channel() {
  static const auto identity = net::ServerIdentity::make();
  return {std::make_unique<Tls>(net::TlsChannel::client(identity.pin())), std::make_unique<Tls>(net::TlsChannel::server(identity))};
}

}  // namespace coffer::fuzz
