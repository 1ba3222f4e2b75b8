// Chapters 8.1, 8.2 and 8.5 for clients: restores of honest versions, and of versions that were sealed under the right key and mean harm.
#include <fmt/core.h>

#include <filesystem>
#include <fstream>

#include "cases/all.h"
#include "cases/client_scenes.h"

namespace coffer::conformance {
namespace {

namespace fs = std::filesystem;
using State = ClientState;

Octets read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return Octets(std::istreambuf_iterator<char>(file), {});
}

std::string target_of(Context& c) { return c.scratch() + "/target"; }

DriveReport restore(Context& c) {
  fs::create_directories(target_of(c));
  c.drive({.what = "restore", .version = 1, .target = target_of(c)});
  c.accept().serve_to_any_end();
  return c.driven();
}

/// Every regular file under the script's scratch directory, outside the target, that was not there before.
std::string escaped(Context& c) {
  std::string found;
  for (auto at = fs::recursive_directory_iterator(c.scratch()); at != fs::recursive_directory_iterator(); ++at) {
    if (at->path() == target_of(c))
      at.disable_recursion_pending();
    else if (at->is_regular_file() && at->path().filename() != "guarded")
      found += at->path().filename().string() + " ";
  }
  return found;
}

void see_honest_restore(Context& c) {
  const auto content = octets("what was kept");
  hold_version(c, {directory_entry("inner"), file_entry("inner/file", hold_content(c, content), content.size())});
  c.require(restore(c).ended == "ok", "ok", "a failure");
  c.require(read_file(target_of(c) + "/inner/file") == content, "the file's content in the target", "another");
}

/// A version whose manifest would lead out of the target; a file named `guarded` beside the target must stay as it is.
Case escape(std::string id, std::vector<std::string> requirements, std::string goal,
            std::function<std::vector<Message>(Context&, const SealedBlock&)> entries) {
  return {
      .id = "client.restore." + std::move(id),
      .requirements = std::move(requirements),
      .role = Role::client,
      .goal = std::move(goal),
      .steps = {"hold a version with the manifest that the first line names; all seals are right", "let the client restore it",
                "expect nothing written outside the target"},
      .script =
          [=](Context& c) {
            const auto harm = octets("harm");
            fs::create_directories(c.scratch() + "/outside");
            std::ofstream(c.scratch() + "/outside/guarded") << "as it was";
            hold_version(c, entries(c, hold_content(c, harm)));
            c.stage().expected_refusal = true;
            const auto report = restore(c);
            c.require(escaped(c).empty(), "nothing outside the target", escaped(c));
            c.require(read_file(c.scratch() + "/outside/guarded") == octets("as it was"), "the file outside as it was", "changed");
            c.require(report.ended != "ok", "a client that reports no success", "ok");
          },
      .twin = see_honest_restore,
  };
}

Case refused_path(std::string word, std::string path, std::string requirement = "ARC-029") {
  return escape("path_" + word, {std::move(requirement)}, "A path that " + word + " is refused",
                [=](Context&, const SealedBlock& harm) { return std::vector<Message>{file_entry(path, harm, 4)}; });
}

/// An opened block that breaks a rule of chapter 8.1 although its checksum is right.
Case broken_block(std::string id, std::string requirement, std::string goal, std::function<void(Context&, SealedBlock&)> change) {
  return {
      .id = "client.restore." + std::move(id),
      .requirements = {std::move(requirement)},
      .role = Role::client,
      .goal = std::move(goal),
      .steps = {"hold a version whose file has the block that the first line names, under a right checksum", "let the client restore it",
                "expect no success, and not that content"},
      .script =
          [=](Context& c) {
            const auto content = octets("what was kept");
            auto block = hold_content(c, content);
            hold_version(c, {file_entry("file", block, content.size())});
            change(c, block);
            block.checksum = sha256(block.sealed);
            c.holdings().blocks[block.id] = block;
            c.stage().expected_refusal = true;
            c.require(restore(c).ended != "ok", "a client that reports no success", "ok");
            const auto written = read_file(target_of(c) + "/file");
            c.require(written.empty() || written == content, "the content that was kept, or none", "other content");
          },
      .twin = see_honest_restore,
  };
}

/// A version whose record does not tell the truth about its manifest.
Case untrue_record(std::string id, std::string requirement, std::string goal, std::function<void(Context&, Message&)> change) {
  return {
      .id = "client.restore." + std::move(id),
      .requirements = {std::move(requirement)},
      .role = Role::client,
      .goal = std::move(goal),
      .steps = {"hold a version with the record that the first line names; all seals are right", "let the client restore it",
                "expect no success"},
      .script =
          [=](Context& c) {
            const auto content = octets("what was kept");
            hold_version(
                c, {file_entry("file", hold_content(c, content), content.size())}, [&](Message& record) { change(c, record); },
                [](Holdings::Version&) {});
            c.stage().expected_refusal = true;
            c.require(restore(c).ended != "ok", "a client that reports no success", "ok");
          },
      .twin = see_honest_restore,
  };
}

}  // namespace

std::vector<Case> client_restore_cases() {
  std::vector<Case> cases = {
      {
          .id = "client.restore.what_was_backed_up",
          .requirements = {"ARC-016"},
          .role = Role::client,
          .goal = "What a client backed up it restores, octet for octet, and says that the restore was complete",
          .steps = {"back up a tree", "restore it elsewhere", "compare the files"},
          .script =
              [](Context& c) {
                const std::map<std::string, Octets> files{
                    {"deep/er/file.bin", c.random().octets(500000)}, {"empty", {}}, {"one.txt", octets("one")}};
                const auto tree = c.make_tree(files);
                c.drive({.what = "backup", .paths = {tree}});
                c.accept().serve_to_the_end();
                c.require(c.driven().ended == "ok", "ok", "a failure");
                fs::create_directories(target_of(c));
                c.drive({.what = "restore", .version = 1, .target = target_of(c)});
                auto& server = c.accept();
                server.serve_to_the_end();
                c.require(c.driven().ended == "ok", "ok", "a failure");
                c.require(server.seen("restore_end").at(0).flag("complete"), "restore_end{complete}", "an incomplete one");
                std::map<std::string, Octets> found;
                for (const auto& at : fs::recursive_directory_iterator(target_of(c)))
                  if (at.is_regular_file()) found[at.path().filename()] = read_file(at.path());
                for (const auto& [path, content] : files)
                  c.require(found[fs::path(path).filename()] == content, "the content of " + path, "another");
              },
      },
      {
          .id = "client.restore.missing_block_is_not_hidden",
          .requirements = {"ARC-056"},
          .role = Role::client,
          .goal = "A client whose server names a block missing ends the restore as incomplete and reports no success",
          .steps = {"hold a version of which one block is lost", "let the client restore it", "expect restore_end{complete=false}"},
          .script =
              [](Context& c) {
                const auto content = octets("lost");
                const auto block = hold_content(c, content);
                hold_version(c, {file_entry("file", block, content.size())});
                c.holdings().blocks.erase(block.id);
                fs::create_directories(target_of(c));
                c.drive({.what = "restore", .version = 1, .target = target_of(c)});
                auto& server = c.accept();
                server.serve_to_any_end();
                for (const auto& end : server.seen("restore_end"))
                  c.require(!end.flag("complete"), "restore_end{complete=false}", to_text(end));
                c.stage().expected_refusal = true;
                require_no_success(c);
              },
          .twin = see_honest_restore,
      },
      {
          .id = "client.restore.does_not_overwrite",
          .requirements = {"ARC-027"},
          .role = Role::client,
          .goal = "A file that is there already stays as it is, unless the user says otherwise",
          .steps = {"put a file into the target", "let the client restore a version with that file", "expect the file as it was"},
          .script =
              [](Context& c) {
                fs::create_directories(target_of(c));
                std::ofstream(target_of(c) + "/file") << "mine";
                const auto content = octets("what was kept");
                hold_version(c, {file_entry("file", hold_content(c, content), content.size())});
                c.stage().expected_refusal = true;
                restore(c);
                c.require(read_file(target_of(c) + "/file") == octets("mine"), "the file as it was", "overwritten");
              },
          .twin = see_honest_restore,
      },
      {
          .id = "client.restore.metadata_of_what_is_there",
          .requirements = {"ARC-083"},
          .role = Role::client,
          .goal = "A restore that may overwrite gives a file whose content is there already its mode again",
          .steps = {"let the client restore a version", "change the mode of the restored file, and neither its content nor its time",
                    "let it restore the version again, and overwrite", "expect the entry's mode, and the content as it was"},
          .script =
              [](Context& c) {
                const auto content = octets("what was kept");
                hold_version(c, {file_entry("file", hold_content(c, content), content.size())});
                on_the_way([&] { c.require(restore(c).ended == "ok", "ok", "a failure"); });
                const fs::path file = target_of(c) + "/file";
                c.require(read_file(file) == content, "the file in the target", "none, or another");
                fs::permissions(file, fs::perms{0600});
                c.drive({.what = "restore", .version = 1, .target = target_of(c), .overwrite = true});
                c.accept().serve_to_any_end();
                c.require(c.driven().ended == "ok", "ok", "a failure");
                c.require(fs::status(file).permissions() == fs::perms{0644}, "mode 0644",
                          fmt::format("{:04o}", static_cast<unsigned>(fs::status(file).permissions())));
                c.require(read_file(file) == content, "the content as it was", "another");
              },
      },
      refused_path("climbs_out", "../escaped", "ARC-026"),
      refused_path("climbs_out_of_a_directory", "inner/../../escaped", "ARC-026"),
      refused_path("has_a_dot", "./file"),
      refused_path("has_an_empty_component", "inner//file"),
      refused_path("is_empty", ""),
      refused_path("ends_with_a_slash", "inner/"),
      escape(
          "path_is_absolute", {"ARC-029"}, "A path that is absolute is refused",
          [](Context& c, const SealedBlock& harm) { return std::vector<Message>{file_entry(c.scratch() + "/outside/escaped", harm, 4)}; }),
      escape("through_a_symbolic_link", {"ARC-026"}, "A file below a symbolic link that leads out of the target is not written",
             [](Context& c, const SealedBlock& harm) {
               return std::vector<Message>{link_entry("way", 2, c.scratch() + "/outside"), file_entry("way/escaped", harm, 4)};
             }),
      escape("onto_a_symbolic_link", {"ARC-026"}, "A file through a symbolic link to a file outside does not reach it",
             [](Context& c, const SealedBlock& harm) {
               return std::vector<Message>{link_entry("a", 2, c.scratch() + "/outside/guarded"), file_entry("a/b", harm, 4)};
             }),
      escape("hard_link_to_the_outside", {"ARC-026"}, "A hard link to a file outside the target is refused",
             [](Context& c, const SealedBlock& harm) {
               return std::vector<Message>{file_entry("a", harm, 4), link_entry("b", 3, c.scratch() + "/outside/guarded")};
             }),
      escape("hard_link_that_climbs", {"ARC-026"}, "A hard link to a path that climbs out is refused",
             [](Context&, const SealedBlock& harm) {
               return std::vector<Message>{file_entry("a", harm, 4), link_entry("b", 3, "../outside/guarded")};
             }),
      escape("entries_out_of_order", {"ARC-022"}, "A version whose entries are not in order is refused",
             [](Context&, const SealedBlock& harm) {
               return std::vector<Message>{file_entry("b", harm, 4), file_entry("a", harm, 4)};
             }),
      escape("size_of_another_file", {"ARC-044"}, "A file whose size is not that of its blocks is refused",
             [](Context&, const SealedBlock& harm) { return std::vector<Message>{file_entry("a", harm, 5)}; }),
      escape("unknown_type", {"ARC-044"}, "An entry of a type that the table does not have is refused",
             [](Context&, const SealedBlock&) { return std::vector<Message>{Message("entry").set("path", "a").set("type", 8)}; }),
      escape("directory_with_a_target", {"ARC-044"}, "A directory that has a target is refused",
             [](Context&, const SealedBlock&) { return std::vector<Message>{link_entry("a", 1, "b")}; }),
      broken_block("block_of_another_id", "ARC-016", "A true block of the archive in place of the one that was asked for is refused",
                   [](Context& c, SealedBlock& block) {
                     block.sealed = seal_block(c.archive_keys(), BlockType::content, octets("something else"), c.random()).sealed;
                   }),
      broken_block(
          "other_content_under_the_id", "ARC-016",
          "Other content of the same length, sealed with the archive's keys under the id that was asked for, is refused",
          [](Context& c, SealedBlock& block) { block = seal_block_as(c.archive_keys(), block.id, octets("what was lost"), c.random()); }),
      broken_block("block_with_flipped_bit", "ARC-012", "A block of which one bit was flipped, under a checksum that fits, is refused",
                   [](Context&, SealedBlock& block) { block.sealed.back() ^= 1; }),
      broken_block("block_cut_short", "ARC-012", "A block that ends before its tag does, under a checksum that fits, is refused",
                   [](Context&, SealedBlock& block) { block.sealed.pop_back(); }),
      broken_block("block_of_another_archive", "ARC-014", "The same block of another user's archive under the same archive key is refused",
                   [](Context& c, SealedBlock& block) {
                     const auto another = derive_keys(c.archive_key(), {c.holdings().user + 1, c.computer(), c.holdings().server_guid});
                     block.sealed = seal_block(another, BlockType::content, octets("what was kept"), c.random()).sealed;
                   }),
      broken_block("block_of_another_format", "ARC-012", "A block whose first octet is not 0x01 is refused",
                   [](Context&, SealedBlock& block) { block.sealed.front() = 2; }),
      untrue_record("fewer_entries_than_recorded", "ARC-046", "A version with fewer entries than its record says is refused",
                    [](Context&, Message& record) { record.set("entry_count", 2); }),
      untrue_record("other_content_than_recorded", "ARC-046",
                    "A version whose files are not as long together as its record says is refused",
                    [](Context&, Message& record) { record.set("content_octets", 14); }),
      {
          .id = "client.restore.no_set_user_id",
          .requirements = {"ARC-048"},
          .role = Role::client,
          .goal = "A restored file that has not the owner that its entry states has neither the set-user-id nor the set-group-id bit",
          .steps = {"hold a version of a file of mode 6755 whose owner and group are 4294967295, which no system has",
                    "let the client restore it", "look at the file's mode"},
          .script =
              [](Context& c) {
                const auto content = octets("what was kept");
                hold_version(c, {file_entry("file", hold_content(c, content), content.size())
                                     .set("mode", 06755)
                                     .set("owner", std::uint64_t{0xFFFFFFFF})
                                     .set("group", std::uint64_t{0xFFFFFFFF})});
                restore(c);
                const auto mode = fs::status(target_of(c) + "/file").permissions();
                c.require(mode != fs::perms::unknown && fs::exists(target_of(c) + "/file"), "the file", "none");
                c.require((mode & (fs::perms::set_uid | fs::perms::set_gid)) == fs::perms::none, "neither bit",
                          fmt::format("mode {:o}", static_cast<unsigned>(mode)));
              },
      },
  };
  return cases;
}

}  // namespace coffer::conformance
