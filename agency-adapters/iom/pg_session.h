// One connection to PostgreSQL: parameters only, one transaction at a time, lost connections made
// anew. libpq is behind it. For one thread at a time.
//
// Errors, without anything of what was sent or stored (a server's own message may quote a row):
//   DATABASE_UNREACHABLE   kUnavailable: no connection, or the server refuses one (names why: the
//                          SQLSTATE), is shutting down, or is out of something, or does not answer
//   DATABASE_SLOW          kDeadlineExceeded: a statement took longer than 5 s
//   DATABASE_CONFLICT      kAborted: serialisation failure or deadlock
//   DATABASE_REFUSED       kInvalidArgument naming the column: a value that the table does not take
//   DATABASE_MISMATCH      kUnavailable: a table or right that is not there; mended by people, so
//                          nothing is given up for it
#ifndef AMANA_AGENCY_ADAPTERS_IOM_PG_SESSION_H_
#define AMANA_AGENCY_ADAPTERS_IOM_PG_SESSION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace amana::iom {

// A parameter in text form; none: NULL.
using PgValue = std::optional<std::string>;

struct PgRows {
  std::vector<std::vector<PgValue>> rows;
  uint64_t changed = 0;  // rows that INSERT, UPDATE or DELETE touched
};

class PgSession {
 public:
  // Checks the words of `connection` (as libpq's: "host=/run/postgresql dbname=cases") and connects
  // on first use. CONNECTION_INVALID: not such words; a password among them (belongs into a
  // passfile); a host over a network without sslmode=verify-full.
  // `patience`: how long a statement may take altogether, when the server itself does not end it.
  static absl::StatusOr<std::unique_ptr<PgSession>> Create(
      const std::string& connection, absl::Duration patience = absl::Seconds(8));
  ~PgSession();

  // Runs `work` in one transaction, READ COMMITTED, so that what waited for a lock sees what was
  // done under it; again, up to three times in all, when the
  // connection was lost, or the database asks for it. So `work` must be such that doing it twice is
  // doing it once: when a connection is lost in the commit nobody knows whether it was done.
  absl::Status Transaction(absl::FunctionRef<absl::Status()> work);

  // One statement that is a transaction of its own, tried again likewise: one way to the server and
  // back instead of three.
  absl::StatusOr<PgRows> RunAlone(const char* sql, std::span<const PgValue> values = {});

  // Inside `work` only. `sql` is a constant with $1, $2...; a value with a zero byte is refused.
  absl::StatusOr<PgRows> Run(const char* sql, std::span<const PgValue> values = {});
  // Several statements at once, without parameters: a migration.
  absl::Status RunScript(const char* script);

  // Whether the server answers now. Cheap.
  absl::Status Ping();

 private:
  struct Connection;
  PgSession(std::string connection, absl::Duration patience);
  absl::Status Connected();  // connects where it is not
  absl::Status Attempt(absl::FunctionRef<absl::Status()> work);

  const std::string words_;
  const absl::Duration patience_;
  std::unique_ptr<Connection> connection_;
};

// An array parameter in text form, of texts: {"a","b"}.
std::string PgArray(std::span<const std::string> values);

}  // namespace amana::iom

#endif  // AMANA_AGENCY_ADAPTERS_IOM_PG_SESSION_H_
