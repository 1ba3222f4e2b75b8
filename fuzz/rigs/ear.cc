#include "rigs/ear.h"

#include <algorithm>

#include "coffer/spec/messages.h"
#include "rigs/known.h"
#include "rigs/oracle.h"

namespace coffer::fuzz {

namespace {

std::shared_ptr<const protocol::Message> decoded(View body) {
  static Known<std::shared_ptr<const protocol::Message>> known;
  return known.of(body, [](View octets) { return std::make_shared<const protocol::Message>(protocol::decode(octets).value()); });
}

}  // namespace

void Ear::said(View octets) { said_.insert(said_.end(), octets.begin(), octets.end()); }

void Ear::arrived(View octets) {
  const auto on_the_way = View(said_).subspan(arrived_);
  demand(octets.size() <= on_the_way.size() && std::ranges::equal(octets, on_the_way.first(octets.size())),
         "CHN-012 what arrives is what was sent, in its order");
  arrived_ += octets.size();
  cutter_.feed(octets);
  while (const auto frame = cutter_.next()) {
    const bool data = frame->kind == conformance::kind_data;
    auto message = data ? nullptr : decoded(frame->body);
    const auto event = data ? std::string_view("data") : spec::message_rows[message->index()].name;
    const Intent intent{Intent::Means::exactly, event, {data ? trace::Op::data : trace::Op::message}};
    frames_.push_back(std::move(message));
    expected_.sent({&intent, 1});
  }
}

Ear::Heard Ear::met(const Told& told) {
  if (expected_.met(told) == nullptr) return {};
  Heard heard{true, std::move(frames_.front())};
  frames_.pop_front();
  return heard;
}

}  // namespace coffer::fuzz
