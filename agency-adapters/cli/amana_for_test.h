// `amana` as a test runs it: without a process, with an answering transport in place of the wire.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_AMANA_FOR_TEST_H_
#define AMANA_AGENCY_ADAPTERS_CLI_AMANA_FOR_TEST_H_

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "agency-adapters/cli/app.h"
#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/transport.h"
#include "base/clock.h"

namespace amana::cli {

// Answers by method; a method without an answer cannot be reached.
using Answers =
    std::map<std::string, std::function<absl::StatusOr<std::string>(const std::string&)>,
             std::less<>>;

class AnsweringTransport final : public sdk::Transport {
 public:
  explicit AnsweringTransport(const Answers& answers) : answers_(answers) {}

  void Unary(std::string_view method, std::string request, absl::Duration,
             sdk::ByteDone done) override {
    const auto found = answers_.find(method);
    if (found == answers_.end()) {
      return done(sdk::CallFailed(absl::StatusCode::kUnavailable, "no link"));
    }
    done(found->second(request));
  }

  // Streams of a method with an answer bring nothing and end; others are closed.
  std::unique_ptr<sdk::ByteStream> Open(std::string_view method, absl::Duration) override {
    class Empty final : public sdk::ByteStream {
      absl::Status Write(std::string) override { return absl::OkStatus(); }
      void WritesDone() override {}
      absl::StatusOr<std::optional<std::string>> Read(absl::Duration) override {
        return std::nullopt;
      }
      void Cancel() override {}
    };
    class Closed final : public sdk::ByteStream {
      absl::Status Write(std::string) override { return sdk::StreamClosed(); }
      void WritesDone() override {}
      absl::StatusOr<std::optional<std::string>> Read(absl::Duration) override {
        return sdk::StreamClosed();
      }
      void Cancel() override {}
    };
    if (answers_.contains(method)) return std::make_unique<Empty>();
    return std::make_unique<Closed>();
  }

 private:
  const Answers& answers_;
};

struct Ran {
  int code = -1;
  std::string out, err;
  nlohmann::json json() const { return nlohmann::json::parse(out, nullptr, false); }
};

inline Ran RunWith(const std::vector<std::string>& arguments, const Clock& clock,
                   const Answers& answers = {}) {
  std::ostringstream out, err;
  World world{
      .clock = clock,
      .out = out,
      .err = err,
      .err_is_tty = false,
      .connect =
          [&answers](const sdk::Identity&, const Clock&) {
            return absl::StatusOr<std::unique_ptr<sdk::Client>>(
                std::make_unique<sdk::Client>(std::make_unique<AnsweringTransport>(answers)));
          },
      .stop = [] { return false; }};
  const int code = RunAmana(arguments, std::move(world));
  return {code, out.str(), err.str()};
}

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_AMANA_FOR_TEST_H_
