#include "store/database.h"

#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <system_error>
#include <utility>

#include "store/file_system.h"
#include "store/pack.h"

namespace coffer::store {
namespace {

Trouble::Kind kind_of(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL: return Trouble::Kind::full;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:  // statements are this program's own: where one makes no sense, the tables are not what it made
      return Trouble::Kind::corrupt;
    default: return Trouble::Kind::failed;
  }
}

int bind(sqlite3_stmt* statement, int index, const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return sqlite3_bind_int64(statement, index, *number);
  if (const auto* bits = std::get_if<std::uint64_t>(&value)) return sqlite3_bind_int64(statement, index, static_cast<std::int64_t>(*bits));
  if (const auto* text = std::get_if<std::string_view>(&value))
    return sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
  const View octets = std::get<View>(value);
  return sqlite3_bind_blob64(statement, index, octets.empty() ? reinterpret_cast<const std::uint8_t*>("") : octets.data(), octets.size(),
                             SQLITE_STATIC);
}

/// row_sum(values…): the first 8 octets of SHA-256 of "coffer/1 row" and of each value its type, its length (u64 big-endian) and its
/// octets.
void row_sum(sqlite3_context* context, int count, sqlite3_value** values) {
  constexpr std::string_view label = "coffer/1 row";
  constexpr int octets = 8;
  Octets input(label.begin(), label.end());
  for (sqlite3_value* value : std::span(values, static_cast<std::size_t>(count))) {
    input.push_back(static_cast<std::uint8_t>(sqlite3_value_type(value)));
    const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_value_blob(value));  // a number as decimal text
    const auto length = static_cast<std::uint64_t>(sqlite3_value_bytes(value));
    for (int shift = 56; shift >= 0; shift -= 8) input.push_back(static_cast<std::uint8_t>(length >> shift));
    input.insert(input.end(), bytes, bytes + length);
  }
  sqlite3_result_blob(context, sha256(input).data(), octets, SQLITE_TRANSIENT);
}

constexpr int busy_milliseconds = 5000;  // a reader of the event log in another process holds nothing longer

}  // namespace

std::int64_t Row::number(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view Row::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return text == nullptr ? std::string_view() : std::string_view(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

View Row::octets(int column) const {
  const auto* octets = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return octets == nullptr ? View() : View(octets, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

bool Row::digest(int column, Digest& into) const {
  const View stored = octets(column);
  into = {};
  if (stored.size() != into.size()) return false;
  std::copy(stored.begin(), stored.end(), into.begin());
  return true;
}

void Database::Closer::operator()(sqlite3* database) const { sqlite3_close_v2(database); }
void Database::Finalizer::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Result<Database> Database::open(const std::filesystem::path& file, Access access) {
  const int flags = access == Access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  Database database(std::unique_ptr<sqlite3, Closer>(raw), file.string());
  std::error_code ignored;
  if (code != SQLITE_OK && std::filesystem::is_directory(file, ignored))
    return std::unexpected(Trouble{Trouble::Kind::corrupt, file.string() + ": it is a directory; expected the index, a file"});
  if (code != SQLITE_OK) return std::unexpected(database.trouble("open"));
  sqlite3_busy_timeout(raw, busy_milliseconds);
  if (sqlite3_create_function_v2(raw, "row_sum", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nullptr, row_sum, nullptr,
                                 nullptr, nullptr) != SQLITE_OK)
    return std::unexpected(database.trouble("row_sum"));
  return database;
}

Database::Database(std::unique_ptr<sqlite3, Closer> database, std::string name) : database_(std::move(database)), name_(std::move(name)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<void> Database::run(std::string_view sql, std::initializer_list<Value> values, const std::function<void(const Row&)>& take) {
  auto& kept = statements_[sql];
  if (kept == nullptr) {
    sqlite3_stmt* prepared = nullptr;
    if (sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &prepared, nullptr) !=
        SQLITE_OK)
      return std::unexpected(trouble(sql));
    kept.reset(prepared);
  }
  sqlite3_stmt* statement = kept.get();
  int index = 0, code = SQLITE_OK;
  for (const Value& value : values)
    if (code == SQLITE_OK) code = bind(statement, ++index, value);
  if (code == SQLITE_OK)
    while ((code = sqlite3_step(statement)) == SQLITE_ROW)
      if (take) take(Row(statement));
  Result<void> outcome;
  if (code != SQLITE_DONE) outcome = std::unexpected(trouble(sql));
  sqlite3_reset(statement);
  sqlite3_clear_bindings(statement);
  return outcome;
}

Result<void> Database::script(const char* sql) {
  if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return std::unexpected(trouble(sql));
  return {};
}

Result<void> Database::write_over_end() {
  std::int64_t end = 0;
  const auto take = [&](const Row& row) { end = row.number(0); };
  if (auto asked = run("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", {}, take); !asked) return asked;
  return write_over(SQLITE_FCNTL_FILE_POINTER, end);
}

Result<void> Database::write_over_log() { return write_over(SQLITE_FCNTL_JOURNAL_POINTER, 0); }

/// Through SQLite's own file: whoever opens that another time and closes it loses SQLite's lock of it.
Result<void> Database::write_over(int which, std::int64_t from) {
  constexpr int step = 65'536;
  static const Octets zeros(step);
  sqlite3_file* file = nullptr;
  int code = sqlite3_file_control(database_.get(), "main", which, static_cast<void*>(&file));
  if (code != SQLITE_OK || file == nullptr || file->pMethods == nullptr) return std::unexpected(trouble("find the file"));
  sqlite3_int64 size = 0;
  code = file->pMethods->xFileSize(file, &size);
  for (; code == SQLITE_OK && from < size; from += step)
    code = file->pMethods->xWrite(file, zeros.data(), static_cast<int>(std::min<std::int64_t>(step, size - from)), from);
  if (code == SQLITE_OK) code = file->pMethods->xSync(file, SQLITE_SYNC_FULL);
  if (code == SQLITE_OK) return {};
  return std::unexpected(Trouble{kind_of(code), name_ + ": what counts no more cannot be written over: " + sqlite3_errstr(code)});
}

void Database::leave_log() { sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr); }

std::int64_t Database::changed() const { return sqlite3_changes64(database_.get()); }

Trouble Database::trouble(std::string_view doing) const {
  const int code = database_ ? sqlite3_errcode(database_.get()) : SQLITE_NOMEM;
  Trouble trouble{kind_of(code), name_ + ": " + (database_ ? sqlite3_errmsg(database_.get()) : "no memory")};
  // Where the file is at fault, it does not matter which statement found it so.
  if (trouble.kind != Trouble::Kind::corrupt) trouble.what += " (" + std::string(doing.substr(0, doing.find('\n'))) + ")";
  if (const int refused = database_ ? sqlite3_system_errno(database_.get()) : 0; (code & 0xff) == SQLITE_CANTOPEN && refused != 0)
    trouble.what += ": " + std::generic_category().message(refused) + advice(refused);
  if ((code & 0xff) == SQLITE_READONLY) trouble.what += advice(EACCES);
  if ((code & 0xff) == SQLITE_FULL) trouble.what += full_advice;
  return trouble;
}

Result<Transaction> Transaction::begin(Database& database) {
  if (auto begun = database.run("BEGIN IMMEDIATE"); !begun) return std::unexpected(begun.error());
  return Transaction(&database);
}

Result<Transaction> Transaction::begin_reading(Database& database) {
  if (auto begun = database.run("BEGIN"); !begun) return std::unexpected(begun.error());
  return Transaction(&database);
}

Result<void> Transaction::commit() {
  auto committed = database_->run("COMMIT");
  if (committed) database_ = nullptr;
  return committed;
}

Transaction::~Transaction() {
  if (database_ != nullptr) (void)database_->run("ROLLBACK");
}

}  // namespace coffer::store
