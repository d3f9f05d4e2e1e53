#include "base/log.h"

#include <fcntl.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/errors.h"
#include "base/status.h"

namespace amana {
namespace {

using Logger = std::shared_ptr<spdlog::logger>;

class CallbackSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit CallbackSink(std::function<void(std::string_view)> sink) : sink_(std::move(sink)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    sink_(std::string_view(message.payload.data(), message.payload.size()));
  }
  void flush_() override {}
  const std::function<void(std::string_view)> sink_;
};

Logger MakeLogger(std::vector<spdlog::sink_ptr> sinks) {
  auto logger = std::make_shared<spdlog::logger>("amana", sinks.begin(), sinks.end());
  logger->set_pattern("%v");
  logger->set_level(spdlog::level::trace);  // the level is decided before it is called
  logger->flush_on(spdlog::level::warn);
  return logger;
}

struct Logging {
  std::atomic<LogLevel> level{LogLevel::kInfo};
  absl::Mutex mu;
  Logger logger ABSL_GUARDED_BY(mu) =
      MakeLogger({std::make_shared<spdlog::sinks::stderr_sink_mt>()});
  Logger replaced ABSL_GUARDED_BY(mu);  // by a ScopedLogSink
  LogLevel replaced_level ABSL_GUARDED_BY(mu) = LogLevel::kInfo;
};

Logging& Global() {
  static Logging* logging = new Logging;
  return *logging;
}

const char* NameOf(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

spdlog::level::level_enum Severity(LogLevel level) {
  return level >= LogLevel::kWarning ? spdlog::level::warn : spdlog::level::info;
}

void AppendQuoted(std::string& line, std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  line += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      line += '\\';
      line += c;
    } else if (byte < 0x20 || byte >= 0x7f) {
      line += "\\u00";
      line += kHex[byte >> 4];
      line += kHex[byte & 15];
    } else {
      line += c;
    }
  }
  line += '"';
}

}  // namespace

LogSafe::LogSafe(const absl::Status& status) : text_(ErrorReason(status)) {
  if (text_.empty()) text_ = absl::StatusCodeToString(status.code());
}

LogSafe LogSafe::Code(std::string_view code) {
  constexpr std::string_view kAllowed = "._:/@[]+-";
  bool safe = !code.empty() && code.size() <= 256;
  for (const char c : code) {
    safe = safe && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    kAllowed.find(c) != std::string_view::npos);
  }
  LogSafe result;
  result.text_ = safe ? std::string(code) : "(unsafe)";
  return result;
}

std::string FormatLogLine(absl::Time time, LogLevel level, std::string_view event,
                          std::initializer_list<LogField> fields) {
  std::string line = "{\"time\":\"";
  line += absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", time, absl::UTCTimeZone());
  line += "\",\"level\":\"";
  line += NameOf(level);
  line += "\",\"event\":";
  AppendQuoted(line, event);
  for (const LogField& field : fields) {
    line += ',';
    AppendQuoted(line, field.name);
    line += ':';
    if (const auto* number = std::get_if<int64_t>(&field.value)) {
      line += std::to_string(*number);
    } else if (const auto* truth = std::get_if<bool>(&field.value)) {
      line += *truth ? "true" : "false";
    } else {
      AppendQuoted(line, std::get<LogSafe>(field.value).text());
    }
  }
  line += '}';
  return line;
}

absl::Status InitLog(const LogOptions& options) {
  std::vector<spdlog::sink_ptr> sinks;
  if (options.to_stderr) sinks.push_back(std::make_shared<spdlog::sinks::stderr_sink_mt>());
  if (!options.file.empty()) {
    // spdlog would create it with the umask's mode.
    const int fd = open(options.file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) return ErrnoError(errno, options.file);
    close(fd);
    try {
      sinks.push_back(std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file));
    } catch (const spdlog::spdlog_ex&) {
      return IoError(options.file, "cannot be opened as a log");
    }
  }
  Logging& logging = Global();
  absl::MutexLock lock(&logging.mu);
  logging.logger = MakeLogger(std::move(sinks));
  logging.level = options.level;
  return absl::OkStatus();
}

bool LogEnabled(LogLevel level) { return level >= Global().level.load(std::memory_order_relaxed); }

void Log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (!LogEnabled(level)) return;
  const std::string line = FormatLogLine(absl::Now(), level, event, fields);
  Logger logger;
  {
    Logging& logging = Global();
    absl::MutexLock lock(&logging.mu);
    logger = logging.logger;
  }
  logger->log(Severity(level), spdlog::string_view_t(line.data(), line.size()));
}

ScopedLogSink::ScopedLogSink(std::function<void(std::string_view)> sink) {
  Logging& logging = Global();
  absl::MutexLock lock(&logging.mu);
  logging.replaced = std::move(logging.logger);
  logging.replaced_level = logging.level;
  logging.logger = MakeLogger({std::make_shared<CallbackSink>(std::move(sink))});
  logging.level = LogLevel::kDebug;
}

ScopedLogSink::~ScopedLogSink() {
  Logging& logging = Global();
  absl::MutexLock lock(&logging.mu);
  logging.logger = std::move(logging.replaced);
  logging.level = logging.replaced_level;
}

}  // namespace amana
