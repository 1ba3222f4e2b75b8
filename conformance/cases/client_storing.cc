// Chapters 8.1 to 8.4 for clients: what leaves the computer in a backup. The suite gave the archive key, so it opens all of it.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "cases/all.h"
#include "cases/committed.h"
#include "coffer/spec/limits.h"
#include "wire/cut.h"
#include "wire/secret_forms.h"

namespace coffer::conformance {
namespace {

using State = ClientState;
namespace limits = spec::limits;

Octets compressible(std::size_t octets) { return repeated(octets, 'a'); }

/// The content that an entry's blocks hold.
Octets content_of(Context& c, const Message& entry) {
  Octets content;
  for (const auto& block : all_opened(c, content_ids(c, entry))) content = joined({content, block.plaintext});
  return content;
}

bool ends_with(const Octets& path, std::string_view end) {
  const std::string text(path.begin(), path.end());
  return text.ends_with(end);
}

void add_sealing(std::vector<Case>& cases) {
  cases.push_back({
      .id = "client.storing.version_opens_under_the_key",
      .requirements = {"ARC-011", "KEY-002", "KEY-003", "ARC-001", "ARC-012", "ARC-013", "ARC-014", "ARC-015", "ARC-020", "ARC-021",
                       "ARC-022", "ARC-028"},
      .role = Role::client,
      .goal = "What a client commits opens under the archive key as the specification says: link, record, manifest, and the files' content",
      .steps = {"back up two files", "open the record, the manifest and the blocks", "compare with the files"},
      .script =
          [](Context& c) {
            const std::map<std::string, Octets> files{{"large.bin", c.random().octets(700000)}, {"small.txt", octets("a few words")}};
            backed_up(c, c.make_tree(files));
            c.require(c.holdings().versions.size() == 1, "one version", fmt::format("{}", c.holdings().versions.size()));
            const auto& version = c.holdings().versions[0];
            c.require(version.number == 1 && version.previous == first_previous(), "version 1 after 32 zero octets", hex(version.previous));
            c.require(version.link == link(version.previous, version.number, version.record), "the link of record and previous link",
                      hex(version.link));
            const auto entries = entries_of(c, version);
            for (const auto& [name, content] : files) {
              const auto entry = std::ranges::find_if(entries, [&](const Message& e) { return ends_with(e.octets("path"), name); });
              c.require(entry != entries.end(), "an entry for " + name, "none");
              c.require(entry->number("size") == content.size() && content_of(c, *entry) == content, "the content of " + name,
                        "other octets");
            }
          },
  });
  cases.push_back({
      .id = "client.storing.nothing_in_clear",
      .requirements = {"ARC-011", "ARC-023"},
      .role = Role::client,
      .goal = "Neither a file's name nor its content nor the archive key leaves the computer in clear",
      .steps = {"back up a file of a telling name and content", "look for both in every frame that came"},
      .script =
          [](Context& c) {
            const auto content = joined({octets("BEGIN-TELLING-CONTENT"), c.random().octets(5000)});
            const auto& server = backed_up(c, c.make_tree({{"a-telling-name.txt", content}}));
            c.require(!shows(server, octets("telling-name")), "no file name on the wire", "the name");
            c.require(!shows(server, octets("TELLING-CONTENT")), "no content on the wire", "the content");
            c.require(!shows(server, c.archive_key()), "no archive key on the wire", "the key");
            c.require(std::ranges::any_of(entries_of(c, c.holdings().versions.at(0)),
                                          [](const Message& e) { return ends_with(e.octets("path"), "a-telling-name.txt"); }),
                      "the name in the sealed manifest", "none");
          },
  });
  cases.push_back({
      .id = "client.storing.compresses_what_shrinks",
      .requirements = {"ARC-010", "ARC-015"},
      .role = Role::client,
      .goal = "A block that compression makes smaller is compressed, one that it does not is stored",
      .steps = {"back up a file of one repeated octet and a file of random octets", "open their blocks",
                "expect the first compressed and the second stored"},
      .script =
          [](Context& c) {
            backed_up(c, c.make_tree({{"random.bin", c.random().octets(40000)}, {"repeated.txt", compressible(40000)}}));
            for (const auto& entry : entries_of(c, c.holdings().versions.at(0))) {
              if (entry.number("size") == 0) continue;
              const bool shrinks = ends_with(entry.octets("path"), "repeated.txt");
              c.require(opened(c, entry.octets("blocks")).compressed == shrinks, shrinks ? "a compressed block" : "a stored block",
                        shrinks ? "stored" : "compressed");
            }
          },
  });
  cases.push_back({
      .id = "client.storing.nonces_differ",
      .requirements = {"ARC-012"},
      .role = Role::client,
      .goal = "No two sealed blocks of a backup begin with the same nonce",
      .steps = {"back up several files", "compare the nonces of what came"},
      .script =
          [](Context& c) {
            backed_up(c,
                      c.make_tree({{"1", octets("one")}, {"2", octets("two")}, {"3", octets("three")}, {"4", c.random().octets(900000)}}));
            std::set<Octets> nonces;
            for (const auto& [id, block] : c.holdings().blocks) nonces.emplace(block.sealed.begin() + 1, block.sealed.begin() + 13);
            c.require(nonces.size() == c.holdings().blocks.size() && nonces.size() >= 5, "a nonce for each of at least five blocks",
                      fmt::format("{} nonces, {} blocks", nonces.size(), c.holdings().blocks.size()));
          },
  });
  cases.push_back({
      .id = "client.storing.record_nonces_differ",
      .requirements = {"ARC-020"},
      .role = Role::client,
      .goal = "No two version records of a computer begin with the same nonce",
      .steps = {"back up a tree", "back up another", "compare the nonces of the two version records"},
      .script =
          [](Context& c) {
            backed_up(c, c.make_tree({{"a", octets("one")}}));
            backed_up(c, c.make_tree({{"a", octets("two")}}));
            const auto& versions = c.holdings().versions;
            c.require(versions.size() == 2, "two versions", fmt::format("{}", versions.size()));
            for (const auto& version : versions) c.require(version.record.size() > 13, "a sealed record", hex(version.record));
            const auto nonce = [&](std::size_t at) { return Octets(versions[at].record.begin() + 1, versions[at].record.begin() + 13); };
            c.require(nonce(0) != nonce(1), "two nonces", hex(nonce(0)) + " twice");
          },
  });
  cases.push_back({
      .id = "client.storing.blocks_are_cut_within_bounds",
      .requirements = {"ARC-018"},
      .role = Role::client,
      .goal = "A file's blocks have 65,536 to 1,048,576 octets, the last one at most that",
      .steps = {"back up a file of 3,000,000 random octets", "open its blocks", "look at their sizes"},
      .script =
          [](Context& c) {
            backed_up(c, c.make_tree({{"large.bin", c.random().octets(3000000)}}));
            for (const auto& entry : entries_of(c, c.holdings().versions.at(0))) {
              const auto blocks = all_opened(c, content_ids(c, entry));
              for (std::size_t i = 0; i < blocks.size(); ++i) {
                const auto size = blocks[i].plaintext.size();
                const bool last = i + 1 == blocks.size();
                c.require(size <= 1048576 && (last ? size >= 1 : size >= 65536), "65,536 to 1,048,576 octets", fmt::format("{}", size));
              }
            }
          },
  });
}

void add_keys(std::vector<Case>& cases) {
  cases.push_back({
      .id = "client.storing.no_key_leaves",
      .requirements = {"KEY-006"},
      .role = Role::client,
      .goal = "Neither the archive key nor a key derived from it leaves the computer, as octets, in hex or in base64",
      .steps = {"back up a file", "look for each key in every frame that came"},
      .script =
          [](Context& c) {
            const auto& server = backed_up(c, c.make_tree({{"file", c.random().octets(5000)}}));
            const auto keys = c.archive_keys();
            const std::map<std::string, Octets> secrets{{"archive key", c.archive_key()},
                                                        {"block-id key", keys.block_id_key},
                                                        {"block key", keys.block_key},
                                                        {"record key", keys.record_key},
                                                        {"chunker key", derive(c.archive_key(), octets("coffer/1 chunker"), 32)}};
            for (const auto& [name, key] : secrets)
              for (const auto& form : forms_of(key)) c.require(!shows(server, form.octets), "no " + name + " on the wire", "the " + name);
            c.require(shows(server, c.holdings().versions.at(0).link), "the link of the version on the wire",
                      "nothing: this looks nowhere");
          },
  });
}

void add_cutting(std::vector<Case>& cases) {
  cases.push_back({
      .id = "client.storing.cut_where_the_gear_hash_says",
      .requirements = {"ARC-018", "ARC-019"},
      .role = Role::client,
      .goal = "A file's blocks end where the gear hash under the archive key's own table says",
      .steps = {"back up a file of 3,000,000 random octets", "work out its cuts from the archive key",
                "compare them with the blocks that came"},
      .script =
          [](Context& c) {
            const auto content = c.random().octets(3000000);
            backed_up(c, c.make_tree({{"large.bin", content}}));
            std::vector<std::size_t> sizes;
            for (const auto& entry : entries_of(c, c.holdings().versions.at(0))) {
              for (const auto& block : all_opened(c, content_ids(c, entry))) sizes.push_back(block.plaintext.size());
            }
            const auto wanted = cut(c.archive_key(), content);
            c.require(sizes == wanted, fmt::format("blocks of {} octets", fmt::join(wanted, ", ")),
                      fmt::format("{}", fmt::join(sizes, ", ")));
          },
  });
}

void add_sending(std::vector<Case>& cases) {
  cases.push_back({
      .id = "client.storing.offers_before_it_sends",
      .requirements = {"ARC-030", "ARC-035"},
      .role = Role::client,
      .goal = "A client sends no block that it has not offered, and commits after the last of them",
      .steps = {"back up some files", "walk through what came",
                "expect each block offered and named missing before it, and nothing but goodbye behind the commit"},
      .script =
          [](Context& c) {
            const auto& server =
                backed_up(c, c.make_tree({{"a", c.random().octets(400000)}, {"b", octets("b")}, {"c", compressible(5000)}}));
            std::set<Octets> offered_ids;
            bool committed = false;
            for (const auto& received : server.seen()) {
              if (received.is("offer_blocks")) {
                const auto ids = received.decoded.message->octets("ids");
                c.require(!ids.empty() && ids.size() <= limits::blocks_per_request_max * 32, "1 to 1,024 ids",
                          to_text(*received.decoded.message));
                for (std::size_t at = 0; at < ids.size(); at += 32)
                  offered_ids.emplace(ids.begin() + static_cast<std::ptrdiff_t>(at), ids.begin() + static_cast<std::ptrdiff_t>(at + 32));
              }
              if (received.what == Received::What::data)
                c.require(!committed && offered_ids.erase(received.decoded.message->octets("id")) == 1,
                          "a block that was offered, once, before the commit", received.text());
              if (received.is("commit_version")) committed = true;
            }
            c.require(committed && offered_ids.empty(), "every missing block, and then a commit", "less");
          },
  });
  cases.push_back({
      .id = "client.storing.offers_few_at_a_time",
      .requirements = {"ARC-030"},
      .role = Role::client,
      .goal = "A client with more than 1,024 blocks offers 1 to 1,024 of them at a time",
      .steps = {"back up 1,100 small files, none like another", "look at each offer before it is answered, with nothing missing",
                "expect 1 to 1,024 ids in each, and at least 1,100 in all"},
      .script =
          [](Context& c) {
            constexpr std::size_t files = 1100;
            std::map<std::string, Octets> tree;
            for (std::size_t i = 0; i < files; ++i) tree[fmt::format("{:04}", i)] = octets(fmt::format("file {}", i));
            c.drive({.what = "backup", .paths = {c.make_tree(tree)}});
            auto& server = c.accept();
            for (std::size_t offered = 0; offered < files;) {
              const auto offer = server.serve_until("offer_blocks");
              const auto ids = offer.decoded.message->octets("ids");
              c.require(!ids.empty() && ids.size() <= limits::blocks_per_request_max * 32, "1 to 1,024 ids",
                        fmt::format("{}", ids.size() / 32));
              offered += ids.size() / 32;
              server.send(missing_blocks({}));
            }
          },
  });
  cases.push_back({
      .id = "client.storing.sends_exactly_what_is_missing",
      .requirements = {"ARC-034", "ARC-035"},
      .role = Role::client,
      .goal = "Of the blocks that it offered a client sends exactly those that were named missing",
      .steps = {"let the client offer the blocks of several files", "name only the last one missing",
                "expect that block alone, then go on honestly to the commit"},
      .script =
          [](Context& c) {
            c.drive({.what = "backup", .paths = {c.make_tree({{"a", octets("aaa")}, {"b", octets("bbb")}, {"c", octets("ccc")}})}});
            auto& server = c.accept();
            const auto offer = server.serve_until("offer_blocks").decoded.message->octets("ids");
            const auto last = static_cast<std::uint16_t>(offer.size() / 32 - 1);
            for (std::size_t at = 0; at < offer.size(); at += 32) {  // those not named missing count as held
              const Octets id(offer.begin() + static_cast<std::ptrdiff_t>(at), offer.begin() + static_cast<std::ptrdiff_t>(at + 32));
              if (at / 32 != last) c.holdings().blocks[id] = SealedBlock{id, {}, {}};
            }
            server.send(missing_blocks({last}));
            const auto block = server.expect_data();
            c.require(block.id == Octets(offer.end() - 32, offer.end()), "block " + hex(View(offer).last(32)), "block " + hex(block.id));
            c.require(block.checksum == sha256(block.data), "its checksum", hex(block.checksum));
            server.serve_to_the_end();
            c.require(c.driven().ended == "ok", "ok", "a failure");
          },
  });
  cases.push_back({
      .id = "client.storing.unchanged_tree_sends_no_content",
      .requirements = {"ARC-034", "ARC-033"},
      .role = Role::client,
      .goal = "A second backup of an unchanged tree offers blocks that are there already, and sends none of them",
      .steps = {"back up a tree", "back it up again", "expect that no block comes twice, and a second version that continues the first"},
      .script =
          [](Context& c) {
            const auto tree = c.make_tree({{"a", c.random().octets(200000)}, {"b", octets("b")}});
            backed_up(c, tree);
            const auto known = c.holdings().blocks;
            const auto& second = backed_up(c, tree);
            for (const auto& received : second.seen())
              if (received.what == Received::What::data)
                c.require(!known.contains(received.decoded.message->octets("id")), "no block that is there", received.text());
            const auto& versions = c.holdings().versions;
            if (versions.size() == 2)
              c.require(versions[1].number == 2 && versions[1].previous == versions[0].link, "version 2 that continues version 1",
                        hex(versions[1].previous));
          },
  });
  cases.push_back({
      .id = "client.storing.changed_file_makes_the_next_version",
      .requirements = {"ARC-021", "ARC-020", "ARC-022"},
      .role = Role::client,
      .goal = "A backup of a changed tree commits version 2, which continues version 1",
      .steps = {"back up a tree", "back up another", "expect version 2 with the first one's link as previous"},
      .script =
          [](Context& c) {
            backed_up(c, c.make_tree({{"a", octets("one")}}));
            backed_up(c, c.make_tree({{"a", octets("two")}, {"b", octets("three")}}));
            const auto& versions = c.holdings().versions;
            c.require(versions.size() == 2 && versions[1].number == 2 && versions[1].previous == versions[0].link,
                      "version 2 that continues version 1", fmt::format("{} versions", versions.size()));
            c.require(versions[1].link == link(versions[1].previous, 2, versions[1].record), "its link", hex(versions[1].link));
            entries_of(c, versions[1]);
          },
  });
}

}  // namespace

std::vector<Case> client_storing_cases() {
  std::vector<Case> cases;
  add_sealing(cases);
  add_keys(cases);
  add_cutting(cases);
  add_sending(cases);
  return cases;
}

}  // namespace coffer::conformance
