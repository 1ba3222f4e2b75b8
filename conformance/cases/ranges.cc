// Chapter 3.3: the ranges of fields. Each row of the message table that a server judges, just outside and just inside its bounds.
#include <fmt/core.h>

#include <limits>

#include "cases/all.h"
#include "cases/scenes.h"

namespace coffer::conformance {
namespace {

using State = ServerState;

/// A value of one field, told apart by a word.
struct Sample {
  std::string name;
  std::function<void(Message&, std::string_view field)> put;
};

Sample number(std::string name, std::int64_t value) {
  return {std::move(name), [=](Message& m, std::string_view field) { m.set(field, static_cast<std::uint64_t>(value)); }};
}
Sample data(std::string name, Octets value) {
  return {std::move(name), [=](Message& m, std::string_view field) { m.set(field, value); }};
}
Sample text(std::string name, std::string value) {
  return {std::move(name), [=](Message& m, std::string_view field) { m.set(field, std::string_view(value)); }};
}

struct Samples {
  std::vector<Sample> outside, inside;
};

/// Text that is as long as may be, and is not UTF-8 [MSG-007].
std::vector<Sample> not_utf8() {
  return {text("invalid_octet",
               "ab\xff"
               "c"),
          text("overlong", "a\xc0\xaf"),
          text("surrogate", "a\xed\xa0\x80"),
          text("beyond_unicode", "a\xf4\x90\x80\x80"),
          text("cut_sequence", "a\xe2\x82"),
          text("lone_continuation", "a\x80"),
          text("zero_octet", std::string("a\0b", 3))};
}

/// What to try for a range as the message table writes it; nothing for "any".
Samples samples_of(std::string_view range) {
  if (range == "-720..840")
    return {{number("below", -721), number("above", 841), number("far_below", -32768), number("far_above", 32767)},
            {number("lowest", -720), number("highest", 840), number("zero", 0)}};
  if (range == "1..max") return {{number("zero", 0)}, {}};
  if (range == "0..1") return {{number("two", 2), number("largest", 65535)}, {number("one", 1)}};
  if (range == "1..255 utf8" || range == "0..255 utf8") {
    Samples all{{text("too_long", std::string(256, 'a'))}, {text("longest", std::string(255, 'a')), text("non_ascii", "Ünï 漢 🙂")}};
    if (range.front() == '1') all.outside.push_back(text("empty", ""));
    if (range.front() == '0') all.inside.push_back(text("empty", ""));
    for (auto& wrong : not_utf8()) all.outside.push_back(std::move(wrong));
    return all;
  }
  if (range == "ip")
    return {{text("empty", ""), text("host_name", "example.org"), text("three_numbers", "192.0.2"), text("five_numbers", "192.0.2.7.1"),
             text("number_too_large", "192.0.2.256"), text("leading_zero", "192.0.2.07"), text("leading_space", " 192.0.2.7"),
             text("zone", "fe80::1%eth0"), text("brackets", "[2001:db8::1]"), text("two_gaps", "2001::db8::1"),
             text("group_too_long", "2001:db8::12345"), text("too_few_groups", "2001:db8:1"), text("nine_groups", "1:2:3:4:5:6:7:8:9")},
            {text("ipv4_lowest", "0.0.0.0"), text("ipv4_highest", "255.255.255.255"), text("ipv6_full", "2001:DB8:0:0:8:800:200c:417A"),
             text("ipv6_gap", "2001:db8::1"), text("ipv6_any", "::"), text("ipv6_mixed", "::ffff:192.0.2.7")}};
  if (range == "16 alphanumeric")
    return {{text("empty", ""), text("too_short", "ABCDEFGH1234567"), text("too_long", "ABCDEFGH123456789"),
             text("hyphen", "ABCDEFGH-2345678"), text("space", "ABCDEFGH 2345678"), text("non_ascii", "ABCDEFGH123456\xc3\x84"),
             text("zero_octet", std::string("ABCDEFGH1234567\0", 16))},
            {}};
  if (range == "1..1024") return {{data("empty", {}), data("too_long", repeated(1025, 'a'))}, {}};
  if (range == "1..2048") return {{data("empty", {}), data("too_long", repeated(2049, 'a'))}, {}};
  if (range == "32") return {{data("empty", {}), data("too_short", repeated(31, 1)), data("too_long", repeated(33, 1))}, {}};
  if (range == "98..262") return {{data("empty", {}), data("too_short", repeated(97, 1)), data("too_long", repeated(263, 1))}, {}};
  if (range == "0..1024 ids")
    return {{data("half_an_id", repeated(16, 1)), data("one_and_an_octet", repeated(33, 1)), data("too_many", repeated(1025 * 32, 1))},
            {data("none", {})}};
  if (range == "1..1024 ids")
    return {{data("none", {}), data("half_an_id", repeated(16, 1)), data("one_and_an_octet", repeated(33, 1)),
             data("too_many", repeated(1025 * 32, 1))},
            {data("most", repeated(1024 * 32, 1))}};
  if (range != "any") throw std::logic_error("no samples for the range " + std::string(range));
  return {};
}

/// The line that the verdict is about.
std::string range_requirement(std::string_view range, std::string_view sample) {
  if (range == "ip") return "MSG-011";
  if (range == "16 alphanumeric") return "MSG-009";
  if (sample == "half_an_id" || sample == "one_and_an_octet") return "MSG-010";
  if (range.ends_with("utf8") && sample != "empty" && sample != "too_long") return "MSG-007";
  return "MSG-005";
}

/// Where a server judges the field: in the first state that admits its message.
const Admitted* where(MessageKind kind) {
  for (const auto& admitted : admitted_messages())
    if (admitted.kind == kind) return &admitted;
  return nullptr;
}

Message with(Message message, const Sample& sample, std::string_view field) {
  sample.put(message, field);
  return message;
}

Case refused(std::string id, std::string requirement, std::string goal, const Admitted& admitted, std::string_view field,
             const Sample& sample, Reason reason) {
  return {
      .id = std::move(id),
      .requirements = {std::move(requirement)},
      .goal = std::move(goal),
      .steps = {fmt::format("walk to {}", spec::server_session::name(admitted.state)),
                fmt::format("send {} whose {} is as below", spec::name(admitted.kind), field),
                fmt::format("expect Disconnect({})", spec::name(reason))},
      .script =
          [=](Context& c) {
            auto& client = c.at(admitted.state);
            client.send(with(admitted.make(c, client), sample, field));
            client.expect_refusal(reason);
          },
      .twin =
          [=](Context& c) {
            auto& client = c.at(admitted.state);
            see_accepted(client, admitted, admitted.make(c, client));
          },
      .shown = {.sent = [=, kind = admitted.kind] { return control_frame(with(example(kind), sample, field)); },
                .reason = reason,
                .neighbour = [kind = admitted.kind] { return control_frame(example(kind)); }},
  };
}

Case accepted(std::string id, std::string goal, const Admitted& admitted, std::string_view field, const Sample& sample) {
  return {
      .id = std::move(id),
      .requirements = {"MSG-005"},
      .goal = std::move(goal),
      .steps = {fmt::format("walk to {}", spec::server_session::name(admitted.state)),
                fmt::format("send {} whose {} is as below", spec::name(admitted.kind), field), "expect " + admitted.answer},
      .script =
          [=](Context& c) {
            auto& client = c.at(admitted.state);
            see_accepted(client, admitted, with(admitted.make(c, client), sample, field));
          },
      .shown = {.sent = [=, kind = admitted.kind] { return control_frame(with(example(kind), sample, field)); }},
  };
}

}  // namespace

std::vector<Case> ranges_cases() {
  std::vector<Case> cases;
  for (const auto& row : spec::range_rows) {
    const auto* admitted = where(row.message);
    if (admitted == nullptr) continue;
    const auto samples = samples_of(row.range);
    const auto word = [&](const Sample& sample) { return fmt::format("ranges.{}.{}.{}", spec::name(row.message), row.field, sample.name); };
    const auto at = [&](std::string_view rest, const Sample& sample) {
      return fmt::format("{} whose {} is {} {} ({}) is ", spec::name(row.message), row.field, rest, row.range, sample.name);
    };
    for (const auto& sample : samples.outside)
      cases.push_back(refused(word(sample), range_requirement(row.range, sample.name), at("outside", sample) + "refused", *admitted,
                              row.field, sample, Reason::field_out_of_range));
    for (const auto& sample : samples.inside)
      if (row.message == MessageKind::login)  // in range, but nobody has that name: refused as a login
        cases.push_back(refused(word(sample), "MSG-005", at("at the edge of", sample) + "looked up, and not found", *admitted, row.field,
                                sample, Reason::login_refused));
      else
        cases.push_back(accepted(word(sample), at("at the edge of", sample) + "accepted", *admitted, row.field, sample));
  }
  return cases;
}

}  // namespace coffer::conformance
