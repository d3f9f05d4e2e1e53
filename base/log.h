// The log: one JSON object a line on stderr (and a file, if wanted), for machines first:
//
//   {"time":"2024-05-01T12:00:00.123Z","level":"info","event":"batch_committed","records":64}
//
//   Log(LogLevel::kWarning, "peer_refused", {{"agency", LogSafe(agency)}, {"strikes", 3}});
//
// No payload and no personal data gets here by accident: a field is a number, a boolean or a
// LogSafe, and a LogSafe is made of ids and codes only.
//
// Thread-safe; a line is written whole. On a hot path ask LogEnabled() first.
#ifndef AMANA_BASE_LOG_H_
#define AMANA_BASE_LOG_H_

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/ids.h"

namespace amana {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// Text that may stand in a log.
class LogSafe {
 public:
  template <typename Tag, size_t N>
  explicit LogSafe(const FixedBytes<Tag, N>& id) : text_(id.hex()) {}
  explicit LogSafe(const Pseudonym&) = delete;  // stands for a person
  template <typename Tag>
  explicit LogSafe(const TokenId<Tag>& id) : text_(id.value()) {}
  explicit LogSafe(const PersonId&) = delete;
  explicit LogSafe(const Address& address) : text_(ToString(address)) {}
  // The reason, or the code's name when it has none; never the message.
  explicit LogSafe(const absl::Status& status);
  // A code, method, file name or address: 1 to 256 of A-Z a-z 0-9 . _ : / @ [ ] + -, or else the
  // text is replaced by "(unsafe)". The caller vouches that it names no person.
  static LogSafe Code(std::string_view code);

  const std::string& text() const { return text_; }

 private:
  LogSafe() = default;
  std::string text_;
};

struct LogField {
  std::string_view name;  // a literal, snake_case
  std::variant<int64_t, bool, LogSafe> value;

  template <std::integral T>
  LogField(std::string_view n, T v) : name(n) {
    if constexpr (std::same_as<T, bool>) {
      value = v;
    } else {
      value = static_cast<int64_t>(v);
    }
  }
  LogField(std::string_view n, LogSafe v) : name(n), value(std::move(v)) {}
};

struct LogOptions {
  LogLevel level = LogLevel::kInfo;
  bool to_stderr = true;
  std::string file = {};  // appended to, created with mode 0600; empty: none
};

// Before it is called the log goes to stderr from kInfo up. Replaces what an earlier call set up.
// Errors: those of FileSystem for the file.
absl::Status InitLog(const LogOptions& options);

bool LogEnabled(LogLevel level);
// `event` is a literal, snake_case. kWarning and above are flushed at once.
void Log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {});

// For tests: while it lives, lines go to `sink` only, from kDebug up. One at a time.
class ScopedLogSink {
 public:
  explicit ScopedLogSink(std::function<void(std::string_view line)> sink);
  ~ScopedLogSink();
};

// The line without its end; pure, for Log() and tests.
std::string FormatLogLine(absl::Time time, LogLevel level, std::string_view event,
                          std::initializer_list<LogField> fields);

}  // namespace amana

#endif  // AMANA_BASE_LOG_H_
