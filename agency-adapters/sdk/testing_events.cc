#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "agency-adapters/sdk/rpcs.h"
#include "agency-adapters/sdk/testing.h"

namespace amana::sdk::testing {
namespace {

class FakeEventStream final : public ByteStream {
 public:
  explicit FakeEventStream(FakeBroker& broker) : broker_(broker) {}

  absl::Status Write(std::string message) override {
    v1::ListEventsRequest request;
    request.ParseFromString(message);
    const auto answer = broker_.answers.find(kListEvents.method);
    if (answer != broker_.answers.end()) refused_ = answer->second(message).status();
    next_ = request.first_index();
    end_ = std::min<uint64_t>(broker_.log_size(), next_ + request.limit());
    return absl::OkStatus();
  }
  void WritesDone() override {}
  absl::StatusOr<std::optional<std::string>> Read(absl::Duration) override {
    if (!refused_.ok()) return refused_;
    for (; next_ < end_; ++next_) {
      if (broker_.shows && !broker_.shows(next_)) continue;
      v1::ListEventsResponse event;
      event.set_index(next_);
      *event.mutable_whole() = broker_.opening(next_++);
      return std::optional<std::string>(event.SerializeAsString());
    }
    return std::optional<std::string>();
  }
  void Cancel() override {}

 private:
  FakeBroker& broker_;
  uint64_t next_ = 0;
  uint64_t end_ = 0;
  absl::Status refused_;
};

}  // namespace

std::unique_ptr<ByteStream> MakeEventStream(FakeBroker& broker) {
  return std::make_unique<FakeEventStream>(broker);
}

}  // namespace amana::sdk::testing
