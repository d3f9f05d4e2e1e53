// One agency's whole end for tests: a native side, an adapter program's runtime and the client
// library's broker in this process, all driven by one thread. What outlives a crash is in Durable.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_ENDPOINT_FOR_TEST_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_ENDPOINT_FOR_TEST_H_

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "agency-adapters/runtime/runtime.h"
#include "agency-adapters/runtime/testing.h"
#include "agency-adapters/sdk/testing.h"
#include "base/testing.h"
#include "proto/envelope/testing.h"

namespace amana::runtime::testing {

inline constexpr char kSampleMapping[] = R"(
[mapping]
name = "sample"
version = 1
source = "SYNTHETIC"
[[field]]
native = "SERVICE"
to = "header.services[].service"
type = "code"
codes = "amana:ServiceType"
[[field]]
native = "URGENCY"
to = "header.urgency"
type = "code"
codes = "amana:Urgency"
[[field]]
native = "NAME"
to = "IDENTITY_MIN.given_name"
type = "text"
[[field]]
native = "FULL_NAME"
to = "IDENTITY.full_name"
type = "text"
[[field]]
native = "RISK"
to = "RISK.level"
type = "text"
)";

inline constexpr char kSampleConfig[] = R"(
identity = "unused"
mapping = "unused"
journal = "unused"
[case]
legal_basis = "VITAL_INTEREST"
embassy_contact = "NOT_ASSESSED"
[case.recipients]
BASIC_NEEDS = "shelter-a/intake"
)";

inline NativeItem NativeCase(const std::string& key, const std::string& urgency = "NORMAL") {
  NativeItem item{.key = key};
  item.record.fields = {
      {"SERVICE", {"BASIC_NEEDS"}}, {"URGENCY", {urgency}}, {"NAME", {"SYNTHETIC " + key}}};
  return item;
}

inline AdapterFactory FactoryOf(NativeSide& side) {
  return [&side](const ConfigTable&) -> AdapterOpener {
    return [&side](const AdapterContext&) -> absl::StatusOr<std::unique_ptr<Adapter>> {
      return std::make_unique<FakeAdapter>(side);
    };
  };
}

// Memory, where there is a file system in it: these tests are not about the disk.
class FastDir {
 public:
  FastDir() {
    const char* shm = "/dev/shm";
    std::error_code error;
    std::string name = std::filesystem::is_directory(shm, error)
                           ? std::string(shm) + "/amana-XXXXXX"
                           : (std::filesystem::temp_directory_path() / "amana-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
    EXPECT_FALSE(path_.empty()) << "no temporary folder";
  }
  ~FastDir() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  FastDir(const FastDir&) = delete;
  FastDir& operator=(const FastDir&) = delete;
  std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// Goes with the clock, but where that is set.
class FakeSteady final : public SteadyClock {
 public:
  explicit FakeSteady(FakeClock& clock) : clock_(clock), begin_(clock.Now()) {}
  absl::Duration Now() const override { return clock_.Now() - begin_; }
  void SetClock(absl::Duration by) {
    clock_.Advance(by);
    begin_ += by;
  }

 private:
  FakeClock& clock_;
  absl::Time begin_;
};

// The agency's machine: a process on it may end and start again.
class Machine {
 public:
  using MakeIdentity = sdk::Identity (*)(const transparency::NoteVerifier&, const std::string&);

  explicit Machine(MakeIdentity make)
      : identity_(make(broker.log(), "")),
        config_(*ParseConfig(kSampleConfig, "sample.toml", FactoryOf(side))),
        mapping_(*mapping::Mapping::Parse(kSampleMapping, "sample.mapping.toml")) {}
  ~Machine() { End(); }

  Config& config() { return config_; }
  const sdk::Identity& identity() const { return identity_; }
  Runtime& runtime() { return *runtime_; }
  std::string journal() const { return dir_.File("journal"); }
  sdk::Mailbox& mailbox() { return *mailbox_; }

  void Start(StepHook hook = {}) {
    End();
    client_ = broker.Connect();
    mailbox_ = sdk::Mailbox::Open(dir_.File("data")).value();
    journal_ = Journal::Open(dir_.File("journal")).value();
    auto runtime = Runtime::Create({.config = config_,
                                    .mapping = mapping_,
                                    .identity = identity_,
                                    .client = *client_,
                                    .mailbox = *mailbox_,
                                    .journal = *journal_,
                                    .clock = clock,
                                    .steady = steady,
                                    .metrics = metrics_,
                                    .hook = std::move(hook)});
    ASSERT_TRUE(runtime.ok()) << runtime.status();
    runtime_ = *std::move(runtime);
    const envelope::GrantRecipient to = envelope::SampleRecipient("shelter-a/intake");
    AMANA_EXPECT_OK(runtime_->endpoint().sender.AddCandidate(
        {to.address, v1::AGENCY_KIND_SHELTER, 47, false, to.sealing}));
  }
  void End() {
    runtime_.reset();
    journal_.reset();
    mailbox_.reset();
    client_.reset();
  }
  // Native turns until nothing more is done.
  void Settle() {
    for (int i = 0; i < 1000; ++i) {
      const auto done = runtime_->NativeTurn();
      ASSERT_TRUE(done.ok()) << done.status();
      if (*done == 0) return;
    }
    FAIL() << "never done";
  }
  void Receive() {
    AMANA_EXPECT_OK(runtime_->ReceiveTurn(absl::Seconds(10), absl::Milliseconds(1)));
  }

  NativeSide side;
  sdk::testing::FakeBroker broker;
  FakeClock clock{envelope::SampleTime() + absl::Minutes(1)};
  FakeSteady steady{clock};

 private:
  FastDir dir_;
  const sdk::Identity identity_;
  Config config_;
  const mapping::Mapping mapping_;
  Metrics metrics_;
  std::unique_ptr<sdk::Client> client_;
  std::unique_ptr<sdk::Mailbox> mailbox_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<Runtime> runtime_;
};

}  // namespace amana::runtime::testing

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_ENDPOINT_FOR_TEST_H_
