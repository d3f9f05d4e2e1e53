#include "agency-adapters/iom/pg_session.h"

#include <libpq-fe.h>
#include <poll.h>

#include <charconv>
#include <chrono>
#include <utility>

#include "agency-adapters/iom/pg_errors.h"
#include "base/status.h"

namespace amana::iom {

namespace {

constexpr int kAttempts = 3;
constexpr absl::Duration kScriptPatience = absl::Seconds(30);  // a migration, at the start
constexpr char kSettings[] =
    "-c statement_timeout=5000 -c lock_timeout=4000 -c idle_in_transaction_session_timeout=20000 "
    "-c timezone=UTC";

struct ResultCloser {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, ResultCloser>;

struct OptionsCloser {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

absl::Status StatusOf(PGconn* connection, const Result& result) {
  const ExecStatusType status =
      result == nullptr ? PGRES_FATAL_ERROR : PQresultStatus(result.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return absl::OkStatus();
  const auto field = [&result](int code) {
    const char* text = result == nullptr ? nullptr : PQresultErrorField(result.get(), code);
    return std::string_view(text == nullptr ? "" : text);
  };
  if (PQstatus(connection) == CONNECTION_BAD)
    return DatabaseUnreachableError("the connection was lost");
  return DatabaseError(field(PG_DIAG_SQLSTATE), field(PG_DIAG_COLUMN_NAME),
                       field(PG_DIAG_CONSTRAINT_NAME));
}

// Sends what is queued and takes what has come until libpq has a whole result, or none any more.
// The limits of kSettings are kept by the server itself, and one that is stopped keeps none.
bool ResultComes(PGconn* raw, std::chrono::steady_clock::time_point until) {
  while (true) {
    const int unsent = PQflush(raw);
    if (unsent < 0 || (unsent == 0 && PQisBusy(raw) == 0)) return true;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd ready{.fd = PQsocket(raw),
                 .events = static_cast<short>(unsent > 0 ? POLLIN | POLLOUT : POLLIN),
                 .revents = 0};
    if (poll(&ready, 1, static_cast<int>(left.count())) <= 0) continue;
    if ((ready.revents & ~POLLOUT) != 0 && PQconsumeInput(raw) == 0) return true;
  }
}

PgRows RowsOf(const PGresult* result) {
  PgRows out;
  const int columns = PQnfields(result);
  for (int row = 0; row < PQntuples(result); ++row) {
    std::vector<PgValue>& values = out.rows.emplace_back();
    for (int column = 0; column < columns; ++column) {
      if (PQgetisnull(result, row, column) != 0) {
        values.emplace_back();
      } else {
        values.emplace_back(std::string(PQgetvalue(result, row, column),
                                        static_cast<size_t>(PQgetlength(result, row, column))));
      }
    }
  }
  const std::string_view changed = PQcmdTuples(const_cast<PGresult*>(result));
  std::from_chars(changed.data(), changed.data() + changed.size(), out.changed);
  return out;
}

bool IsLocal(std::string_view host) {
  if (host.find(',') != std::string_view::npos) return false;  // several, to be tried in turn
  return host.starts_with('/') || host.starts_with('@') || host == "localhost" ||
         host == "127.0.0.1" || host == "::1";
}

// Lost connections and what the database asks to have tried again.
bool MayTryAgain(const absl::Status& status) {
  return absl::IsAborted(status) || absl::IsUnavailable(status);
}

}  // namespace

struct PgSession::Connection {
  struct Closer {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };

  // The last result of what `send` gives to libpq; an error of any. Closed where none comes in
  // time: what is on the way then is nobody's answer.
  absl::StatusOr<Result> Ask(absl::Duration patience, absl::FunctionRef<int(PGconn*)> send) {
    if (raw == nullptr) return DatabaseUnreachableError("no connection");
    if (send(raw.get()) == 0) return StatusOf(raw.get(), nullptr);
    const auto until = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(patience);
    Result last;
    while (true) {
      if (!ResultComes(raw.get(), until)) {
        raw.reset();
        return DatabaseUnreachableError("it does not answer");
      }
      Result next(PQgetResult(raw.get()));
      if (next == nullptr) break;
      last = std::move(next);
    }
    AMANA_RETURN_IF_ERROR(StatusOf(raw.get(), last));
    return last;
  }

  std::unique_ptr<PGconn, Closer> raw;
};

PgSession::PgSession(std::string connection, absl::Duration patience)
    : words_(std::move(connection)),
      patience_(patience),
      connection_(std::make_unique<Connection>()) {}

PgSession::~PgSession() = default;

absl::StatusOr<std::unique_ptr<PgSession>> PgSession::Create(const std::string& connection,
                                                             absl::Duration patience) {
  const std::unique_ptr<PQconninfoOption, OptionsCloser> options(
      PQconninfoParse(connection.c_str(), nullptr));
  if (options == nullptr) return ConnectionInvalidError("expected words as host=... dbname=...");
  std::string host;
  std::string_view sslmode;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    const std::string_view name = option->keyword;
    const std::string_view value = option->val == nullptr ? "" : option->val;
    if (name == "password" && !value.empty()) {
      return ConnectionInvalidError("a password belongs into a passfile, not here");
    }
    if (name == "host" || name == "hostaddr") host = value.empty() ? host : std::string(value);
    if (name == "sslmode") sslmode = value;
    if (name == "service" && !value.empty()) {
      return ConnectionInvalidError("expected the words themselves, not a service");
    }
  }
  if (host.empty()) return ConnectionInvalidError("expected host=, a socket's folder or a name");
  if (!IsLocal(host) && sslmode != "verify-full") {
    return ConnectionInvalidError(
        "a host over a network needs sslmode=verify-full and sslrootcert");
  }
  return std::unique_ptr<PgSession>(new PgSession(connection, patience));
}

// What is given after `dbname` overrides its words.
absl::Status PgSession::Connected() {
  if (connection_->raw != nullptr && PQstatus(connection_->raw.get()) == CONNECTION_OK) {
    return absl::OkStatus();
  }
  const char* const keywords[] = {
      "dbname",          "connect_timeout",  "tcp_user_timeout", "keepalives_idle",
      "client_encoding", "application_name", "options",          nullptr};
  const char* const values[] = {words_.c_str(), "5",         "8000",    "10",
                                "UTF8",         "amana-iom", kSettings, nullptr};
  connection_->raw.reset(PQconnectdbParams(keywords, values, 1));
  if (PQstatus(connection_->raw.get()) != CONNECTION_OK) {
    connection_->raw.reset();
    return DatabaseUnreachableError("no connection");
  }
  PQsetnonblocking(connection_->raw.get(), 1);
  // Notices of the server go nowhere: they may quote what was sent.
  PQsetNoticeReceiver(
      connection_->raw.get(), [](void*, const PGresult*) {}, nullptr);
  return absl::OkStatus();
}

absl::StatusOr<PgRows> PgSession::Run(const char* sql, std::span<const PgValue> values) {
  std::vector<const char*> texts;
  for (const PgValue& value : values) {
    if (value.has_value() && value->find('\0') != std::string::npos) {
      return DatabaseRefusedError("value");
    }
    texts.push_back(value.has_value() ? value->c_str() : nullptr);
  }
  AMANA_ASSIGN_OR_RETURN(const Result result, connection_->Ask(patience_, [&](PGconn* raw) {
    return PQsendQueryParams(raw, sql, static_cast<int>(texts.size()), nullptr, texts.data(),
                             nullptr, nullptr, 0);
  }));
  return RowsOf(result.get());
}

absl::Status PgSession::RunScript(const char* script) {
  return connection_->Ask(kScriptPatience, [&](PGconn* raw) { return PQsendQuery(raw, script); })
      .status();
}

absl::Status PgSession::Attempt(absl::FunctionRef<absl::Status()> work) {
  AMANA_RETURN_IF_ERROR(Connected());
  AMANA_RETURN_IF_ERROR(Run("BEGIN ISOLATION LEVEL READ COMMITTED").status());
  absl::Status done = work();
  if (done.ok()) {
    const absl::StatusOr<Result> committed =
        connection_->Ask(patience_, [](PGconn* raw) { return PQsendQuery(raw, "COMMIT"); });
    done = committed.status();
    // A transaction in which something failed is answered ROLLBACK, and that is no error.
    if (done.ok() && std::string_view(PQcmdStatus(committed->get())) != "COMMIT") {
      done = DatabaseRefusedError("");
    }
    if (done.ok()) return done;
  }
  // Nothing of it stays: what cannot be rolled back is closed.
  if (connection_->raw != nullptr && !Run("ROLLBACK").ok()) connection_->raw.reset();
  return done;
}

absl::Status PgSession::Transaction(absl::FunctionRef<absl::Status()> work) {
  absl::Status done;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    done = Attempt(work);
    if (done.ok() || !MayTryAgain(done)) return done;
  }
  return done;
}

absl::StatusOr<PgRows> PgSession::RunAlone(const char* sql, std::span<const PgValue> values) {
  absl::StatusOr<PgRows> rows = DatabaseUnreachableError("no connection");
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const absl::Status connected = Connected();
    rows = connected.ok() ? Run(sql, values) : absl::StatusOr<PgRows>(connected);
    if (rows.ok() || !MayTryAgain(rows.status())) break;
  }
  return rows;
}

absl::Status PgSession::Ping() {
  AMANA_RETURN_IF_ERROR(Connected());
  return Run("SELECT 1").status();
}

std::string PgArray(std::span<const std::string> values) {
  std::string array = "{";
  for (const std::string& value : values) {
    if (array.size() > 1) array += ',';
    array += '"';
    for (const char c : value) {
      if (c == '"' || c == '\\') array += '\\';
      array += c;
    }
    array += '"';
  }
  return array + "}";
}

}  // namespace amana::iom
