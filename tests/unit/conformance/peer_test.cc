// The two scripted peers against each other: each walks, refuses, and notices what the other gets wrong.
#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "peer/client_peer.h"
#include "peer/server_peer.h"
#include "peer/used_once.h"
#include "wire/key_record.h"

namespace coffer::conformance {
namespace {

using State = spec::server_session::State;

struct PeerTest : testing::Test {
  static const ServerCredentials& credentials() {
    static const ServerCredentials made;
    return made;
  }

  /// Runs `server` on its own thread against what the test does meanwhile; its exception, if any, is rethrown at the end.
  void serving(std::function<void(ServerPeer&)> server, const std::function<void()>& client) {
    std::exception_ptr trouble;
    std::thread thread([&] {
      try {
        auto socket = listener.accept(server_stage.deadline());
        ASSERT_TRUE(socket);
        ServerPeer peer(server_stage, std::move(*socket), credentials(), holdings, server_options);
        server(peer);
      } catch (...) {
        trouble = std::current_exception();
      }
    });
    try {
      client();
    } catch (...) {
      thread.join();
      throw;
    }
    thread.join();
    if (trouble) std::rethrow_exception(trouble);
  }

  ClientPeer connect(const ClientChannelOptions& options = {}) {
    return ClientPeer(client_stage, {"127.0.0.1", listener.port()}, {"ACMESTANDARD0001", "alice", "secret", 77, false}, options);
  }

  ListeningSocket listener;
  Holdings holdings;
  ServerChannelOptions server_options;
  Recorder server_recorder, client_recorder;
  Stage server_stage{.recorder = server_recorder, .random = Random(1, "server"), .patience = {}};
  Stage client_stage{.recorder = client_recorder, .random = Random(1, "client"), .patience = {}};
};

TEST_F(PeerTest, walk_to_every_state_one_can_stand_in) {
  for (const auto state : {State::await_version, State::await_computer, State::await_login, State::await_config, State::await_config_ack,
                           State::ready, State::restoring, State::closed})
    serving([](ServerPeer& peer) { peer.serve_to_any_end(); },
            [&] {
              auto client = connect();
              client.walk_to(state);
              EXPECT_EQ(client.state(), state);
              EXPECT_EQ(client.facts().suite, 0xC030);
              EXPECT_TRUE(client.facts().extended_master_secret);
            });
}

TEST_F(PeerTest, blocks_and_versions_come_back) {
  serving([](ServerPeer& peer) { peer.serve_to_the_end(); },
          [&] {
            auto client = connect();
            client.walk_to(State::ready);
            const std::vector<SealedBlock> blocks{opaque_block(client_stage.random), opaque_block(client_stage.random, 70'000)};
            EXPECT_EQ(client.commit(blocks), 1u);
            EXPECT_EQ(client.commit({}), 2u);
            EXPECT_EQ(client.all_versions().size(), 2u);
            client.walk_to(State::restoring);
            const auto fetched = client.fetch(joined({ids_of(blocks), repeated(32, 9)}));
            ASSERT_EQ(fetched.blocks.size(), 2u);
            EXPECT_EQ(fetched.blocks[1].data, blocks[1].sealed);
            EXPECT_EQ(fetched.missing, std::vector<std::uint16_t>{2});
            client.barrier();
            client.send(goodbye());
            client.expect_orderly_end(spec::Reason::goodbye);
          });
}

TEST_F(PeerTest, a_refusal_is_known_by_reason_and_end) {
  const auto refuse_with = [&](spec::Reason reason, bool strict) {
    client_stage.patience.strict = strict;
    serving(
        [&](ServerPeer& peer) {
          peer.serve_until("ping");
          peer.send(disconnect(reason));
          peer.close_notify();
          peer.shut_sending();
          peer.serve_to_any_end();
        },
        [&] {
          auto client = connect();
          client.walk_to(State::ready);
          client.send(ping(1));
          client.expect_refusal(spec::Reason::busy);
        });
  };
  refuse_with(spec::Reason::busy, true);
  EXPECT_TRUE(client_stage.expected_refusal);
  EXPECT_THROW(refuse_with(spec::Reason::timeout, true), Unmet);
  EXPECT_TRUE(client_stage.tolerated.empty());
  refuse_with(spec::Reason::timeout, false);
  EXPECT_EQ(client_stage.tolerated.size(), 1u);
}

TEST_F(PeerTest, every_end_but_a_farewell_needs_a_twin) {
  const auto ended_by = [&](spec::Reason reason) {
    client_stage.expected_refusal = false;
    serving(
        [&](ServerPeer& peer) {
          peer.send(disconnect(reason));
          peer.close_notify();
          peer.shut_sending();
          peer.serve_to_any_end();
        },
        [&] { connect().expect_end(reason); });
    return client_stage.expected_refusal;
  };
  EXPECT_FALSE(ended_by(spec::Reason::goodbye));
  EXPECT_FALSE(ended_by(spec::Reason::server_stopping));
  EXPECT_TRUE(ended_by(spec::Reason::timeout));
  EXPECT_TRUE(ended_by(spec::Reason::version_conflict));
}

TEST_F(PeerTest, an_answer_before_its_time_is_noticed) {
  const auto wait = [&](std::chrono::milliseconds time) {
    serving([](ServerPeer& peer) { peer.serve_until("ping"), peer.send(disconnect(spec::Reason::timeout)), peer.serve_to_any_end(); },
            [&] {
              auto client = connect();
              client.walk_to(State::ready);
              client.expect_nothing_for(std::chrono::milliseconds(1));
              client.send(ping(1));
              client.expect_nothing_for(time);
            });
  };
  EXPECT_THROW(wait(client_stage.patience.answer), Unmet);
}

TEST_F(PeerTest, what_comes_late_or_not_at_all_is_noticed) {
  EXPECT_THROW(serving([](ServerPeer& peer) { EXPECT_TRUE(peer.next().is("ping")), peer.next(); },
                       [&] {
                         auto client = connect();
                         client_stage.patience.answer = std::chrono::milliseconds(50);  // only now: a handshake may take longer
                         client.barrier();
                       }),
               Unmet);
}

TEST_F(PeerTest, an_unframed_end_is_not_a_refusal) {
  EXPECT_THROW(serving([](ServerPeer& peer) { peer.next(), peer.abort(); },
                       [&] {
                         auto client = connect();
                         client.send(version());
                         client.expect_refusal(spec::Reason::version_invalid);
                       }),
               Unmet);
}

TEST_F(PeerTest, a_corrupted_record_breaks_the_channel) {
  serving([](ServerPeer& peer) { EXPECT_EQ(peer.next().what, Received::What::end); },
          [&] {
            auto client = connect();
            client.corrupt_next_record();
            client.send(version());
            client.expect_refusal_by_close();
          });
}

TEST_F(PeerTest, a_wrong_pin_is_refused_before_any_frame) {
  EXPECT_THROW(serving([](ServerPeer&) {}, [&] { connect({.pin = repeated(32, 1)}); }), NotReached);
}

TEST_F(PeerTest, the_same_key_has_the_same_pin_whatever_its_certificate) {
  const ServerCredentials again(credentials().key_pem());
  EXPECT_EQ(again.pin(), credentials().pin());
  EXPECT_NE(ServerCredentials().pin(), credentials().pin());
}

TEST_F(PeerTest, a_server_may_leave_out_the_extended_master_secret) {
  server_options.without_extended_master_secret = true;
  serving([](ServerPeer& peer) { peer.serve_to_any_end(); }, [&] { EXPECT_FALSE(connect().facts().extended_master_secret); });
}

TEST_F(PeerTest, hellos_by_hand_are_answered) {
  // The hello is answered, and the handshake then not completed.
  EXPECT_THROW(serving([](ServerPeer&) {},
                       [&] {
                         RawPeer raw(client_stage, {"127.0.0.1", listener.port()});
                         raw.send(encode(ClientHello{}, client_stage.random), "client hello");
                         const auto flight = raw.server_flight();
                         EXPECT_EQ(flight.version, 0x0303);
                         EXPECT_EQ(flight.suite, 0xC030);
                         EXPECT_TRUE(flight.extended_master_secret);
                         EXPECT_TRUE(flight.certificate);
                       }),
               NotReached);
}

TEST_F(PeerTest, old_versions_and_other_suites_are_refused) {
  for (const auto& hello : {ClientHello{.version = 0x0302}, ClientHello{.suites = {0x009d}}}) try {
      serving([](ServerPeer&) { FAIL(); },
              [&] {
                RawPeer raw(client_stage, {"127.0.0.1", listener.port()});
                raw.send(encode(hello, client_stage.random), "client hello");
                EXPECT_TRUE(raw.server_flight().alert);
                raw.expect_refusal_by_close();
              });
      FAIL() << "the server's handshake must fail";
    } catch (const NotReached&) {
    }
}

TEST_F(PeerTest, every_frame_and_happening_is_in_the_transcript) {
  serving([](ServerPeer& peer) { peer.serve_to_any_end(); },
          [&] {
            auto client = connect();
            client.walk_to(State::await_login);
          });
  const auto transcript = client_stage.recorder.take();
  std::vector<std::string> sent;
  for (const auto& entry : transcript)
    if (entry.direction == Direction::sent || entry.direction == Direction::received)
      sent.push_back(std::string(name(entry.direction)) + " " + entry.what);
  EXPECT_EQ(sent, (std::vector<std::string>{"sent version", "received proceed", "sent computer", "received server_identity"}));
}

TEST(UsedOnce, KEY_020_a_wrap_may_come_again_and_its_salt_in_no_other) {
  const ArchiveOwner owner{1, 2, 3};
  const Octets key = repeated(32, 5), check = repeated(32, 6);
  const auto record = [&](std::string_view password, std::uint8_t salt) {
    return store_key(to_octets({.mode = archive_password_mode,
                                .owner = owner,
                                .check = check,
                                .wraps = password_wrap("archive wrap", owner, key, password, 1, repeated(16, salt))},
                               key));
  };
  UsedOnce once;
  once.take(record("one", 1));
  EXPECT_NO_THROW(once.take(record("one", 1)));
  EXPECT_NO_THROW(once.take(record("another", 2)));
  EXPECT_THROW(once.take(record("another", 1)), Unmet);
}

TEST(UsedOnce, KEY_020_a_one_time_key_is_of_one_wrap_whether_in_a_record_or_a_recovery) {
  const ArchiveOwner owner{1, 2, 3};
  const Octets key = repeated(32, 5), check = repeated(32, 6), recipient = public_key(repeated(32, 7));
  const auto record = [&](std::uint8_t one_time, std::uint8_t salt) {
    return key_state(7, recipient, repeated(32, 8),
                     to_octets({.mode = account_password_mode,
                                .owner = owner,
                                .check = check,
                                .wraps = joined({server_wrap(owner, key, recipient, repeated(32, one_time)),
                                                 password_wrap("account wrap", owner, key, "password", 1, repeated(16, salt))})},
                               key));
  };
  UsedOnce once;
  once.take(record(1, 1));
  EXPECT_NO_THROW(once.take(record(1, 2)));
  EXPECT_NO_THROW(once.take(key_recovered(recovery_wrap(owner, key, recipient, repeated(32, 2)))));
  EXPECT_THROW(once.take(key_recovered(recovery_wrap(owner, key, recipient, repeated(32, 1)))), Unmet);
  EXPECT_NO_THROW(once.take(key_state(7, recipient, repeated(32, 8), {})));
}

}  // namespace
}  // namespace coffer::conformance
