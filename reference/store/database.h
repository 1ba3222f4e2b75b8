// SQLite as the index needs it: statements prepared once, values bound, rows read, transactions that undo themselves.
// Must not know: what the tables mean. The library's types stay in database.cc.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "protocol/octets.h"
#include "store/trouble.h"

struct sqlite3;
struct sqlite3_stmt;

namespace coffer::store {

/// What a statement's parameters take. 64-bit identities keep their bits: unsigned values above the signed range come back as they went in.
using Value = std::variant<std::int64_t, std::uint64_t, std::string_view, View>;

/// The current row of a running query. Views live until the row function returns.
class Row {
 public:
  explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
  std::int64_t number(int column) const;
  std::uint64_t bits(int column) const { return static_cast<std::uint64_t>(number(column)); }
  std::string_view text(int column) const;
  View octets(int column) const;
  /// False when the column does not hold 32 octets; `into` is then zero.
  bool digest(int column, Digest& into) const;

 private:
  sqlite3_stmt* statement_;
};

/// SQL has one function more here: row_sum(values…), 8 octets that no other values have.
class Database {
 public:
  enum class Access : std::uint8_t { read_write_create, read_only };
  static Result<Database> open(const std::filesystem::path& file, Access access);
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  /// Runs one statement (a literal: it is kept prepared) and gives each row to `take`.
  Result<void> run(std::string_view sql, std::initializer_list<Value> values = {}, const std::function<void(const Row&)>& take = {});
  /// Runs statements that take no values and are not kept.
  Result<void> script(const char* sql);
  /// Zeros are on the disk in place of what the file has behind its last page, and in place of all that its write-ahead log has. For one
  /// that no other process reads, and of whose log all has been brought over: cutting off then gives back nothing but zeros.
  Result<void> write_over_end();
  Result<void> write_over_log();
  /// Closing it changes no file: the write-ahead log stays as it is.
  void leave_log();
  /// Rows that the last run() changed.
  std::int64_t changed() const;

 private:
  struct Closer {
    void operator()(sqlite3* database) const;
  };
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };

  Database(std::unique_ptr<sqlite3, Closer> database, std::string name);
  Trouble trouble(std::string_view doing) const;
  Result<void> write_over(int which, std::int64_t from);

  std::unique_ptr<sqlite3, Closer> database_;
  std::map<std::string_view, std::unique_ptr<sqlite3_stmt, Finalizer>> statements_;
  std::string name_;
};

/// All or nothing: undone unless committed.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  /// Many reads of one state, for the price of one lock. To be dropped, not committed.
  static Result<Transaction> begin_reading(Database& database);
  Result<void> commit();
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

 private:
  explicit Transaction(Database* database) : database_(database) {}
  Database* database_;
};

}  // namespace coffer::store
