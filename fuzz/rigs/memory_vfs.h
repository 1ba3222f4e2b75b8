// Where SQLite's files are while a world is played: in memory, so that what a world costs is the server's own work. One thread; what
// connections owe each other is kept: the last one of a file is known.
// Must not know: what is in the files.
#pragma once

namespace coffer::fuzz::memory_vfs {

/// From here on every database of this process is in memory, under the names of files.
void install();
/// All files as they stand, kept apart; again so often as there is a new world.
void keep();
void put_back();

}  // namespace coffer::fuzz::memory_vfs
