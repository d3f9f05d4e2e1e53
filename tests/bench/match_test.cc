// How long a broker with 10,000 providers in its directory takes to answer Match: the operation
// itself, on the embedded store, without the network. SYNTHETIC providers, each with a certificate
// of its own, with mandates that differ, and reports of room. Prints one line of JSON:
//
//   reader_ms   what the first who reads pays after a start: the whole directory is read
//   first_ms    the first question: the chains of its candidates are not verified yet
//   median_ms, p99_ms, cpu_ms (processor time, median)   any other question
//   change_ms   a further version of one entry, durable (median)
#include <gtest/gtest.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/durable_file.h"
#include "base/testing.h"
#include "broker/identity/registry_watcher.h"
#include "broker/operations/match.h"
#include "broker/store/embedded/embedded_store.h"
#include "proto/envelope/directory_testing.h"
#include "proto/envelope/statement.h"

namespace amana {
namespace {

constexpr int kAgencies = 500;
constexpr int kUnits = 20;
constexpr int kQuestions = 500;
constexpr int kChanges = 50;
constexpr double kBoundMs = 5;

absl::Time Now() { return FromUnixMillis(1'900'000'000'000); }

std::string Name(const char* what, int number) {
  char name[16];
  std::snprintf(name, sizeof name, "%s-%04d", what, number);
  return name;
}

struct Times {
  double wall_ms = 0;
  double cpu_ms = 0;
};

double CpuMs() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

template <class Function>
Times Measure(Function function) {
  const double cpu = CpuMs();
  const auto wall = std::chrono::steady_clock::now();
  function();
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - wall;
  return {took.count(), CpuMs() - cpu};
}

double Quantile(std::vector<double> values, double part) {
  const auto at =
      values.begin() + static_cast<ptrdiff_t>(part * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

class MatchBench : public testing::Test {
 protected:
  MatchBench() {
    WriteRegistry();
    auto watcher =
        identity::RegistryWatcher::Open(RealFileSystem(), dir_.File("registry.toml"), {});
    AMANA_EXPECT_OK(watcher.status());
    watcher_ = *std::move(watcher);
    context_.clock = &clock_;
    context_.trust = [this] { return watcher_->Current(); };
    Open();
  }
  ~MatchBench() override { store_->Close(); }

  void Open() {
    if (store_ != nullptr) store_->Close();
    auto store = store::OpenEmbeddedStore({.directory = dir_.File("store"),
                                           .clock = &clock_,
                                           .log_key = log_key_,
                                           .origin = "test.amana.example/log"});
    AMANA_EXPECT_OK(store.status());
    store_ = *std::move(store);
    context_.store = store_.get();
  }

  void WriteRegistry() {
    AMANA_EXPECT_OK(RealFileSystem().CreateDirectories(dir_.File("certificates")));
    Write("root.pem", tests::TestRootPem());
    Write("revoked.txt", "# SYNTHETIC\n");
    std::string toml =
        "trust_domain = \"test.amana.example\"\nroot_ca = \"root.pem\"\n"
        "revocations = \"revoked.txt\"\n";
    for (int i = 0; i < kAgencies; ++i) {
      const std::string agency = Name("agency", i);
      Write(agency + ".pem", tests::TestAgencyCa(agency).certificate.pem());
      toml += "[[agency]]\nid = \"" + agency + "\"\nname = \"SYNTHETIC\"\nkind = \"SHELTER\"\n" +
              "country = \"KE\"\nissuing_ca = \"" + agency + ".pem\"\n" +
              "certificates = \"certificates\"\n";
    }
    Write("registry.toml", toml);
  }
  void Write(const std::string& name, const std::string& content) {
    AMANA_EXPECT_OK(RealFileSystem().WriteAtomically(dir_.File(name), content, kPublicFile));
  }

  int Draw(int below) { return static_cast<int>(random_() % static_cast<uint32_t>(below)); }

  v1::DirectoryEntry Entry(const std::string& agency) {
    std::vector<envelope::TestUnit> units;
    for (int i = 0; i < kUnits; ++i) {
      envelope::TestUnit unit{Name("unit", i), {}, static_cast<uint32_t>(1 + Draw(47))};
      for (int code = 1; code <= v1::ServiceType_MAX; ++code) {
        if (Draw(4) == 0) unit.services.push_back(static_cast<v1::ServiceType>(code));
      }
      units.push_back(std::move(unit));
    }
    v1::DirectoryEntry entry = envelope::TestEntry(agency, v1::AGENCY_KIND_SHELTER, units);
    for (v1::DirectoryUnit& unit : *entry.mutable_units()) {
      if (Draw(3) == 0) unit.add_counties(unit.county());
      if (Draw(3) == 0) unit.mutable_sexes()->RemoveLast();
      if (Draw(2) == 0) unit.add_languages("swa");
      for (uint32_t day = 1; day <= 5 && Draw(8) != 0; ++day) {
        v1::OpeningHours& open = *unit.add_hours();
        open.set_weekday(day);
        open.set_from_minute(480);
        open.set_until_minute(1020);
      }
    }
    return entry;
  }

  static store::StatementRecord RecordOf(const v1::SignedEnvelope& envelope) {
    store::StatementRecord record;
    record.digest = envelope::PayloadDigest(envelope);
    record.envelope = envelope.SerializeAsString();
    return record;
  }

  // The store's part alone: signatures are the operation's.
  static absl::Status Set(store::Transaction& tx, const v1::DirectoryEntry& entry) {
    const envelope::SignedEntry made =
        envelope::SignEntry(entry, Now(), envelope::TestCoordinator());
    return tx.directory().SetEntry({AgencyId::Create(entry.agency()).value(), entry.version(),
                                    Now(), RecordOf(made.entry), RecordOf(made.approval)});
  }

  absl::Status SetRoom(store::Transaction& tx, const std::string& agency,
                       const v1::DirectoryUnit& unit) {
    v1::CapacityReport report;
    *report.mutable_meta() =
        envelope::MakeMeta(envelope::TestCoordinator().certificate, Now() - absl::Hours(Draw(48)));
    report.mutable_unit()->set_agency(agency);
    report.mutable_unit()->set_unit(unit.unit());
    for (const int service : unit.services()) {
      v1::ServiceCapacity& room = *report.add_services();
      room.set_service(static_cast<v1::ServiceType>(service));
      room.set_total(20);
      room.set_free(static_cast<uint32_t>(Draw(21)));
    }
    if (report.services().empty()) return absl::OkStatus();
    const auto made = envelope::SignMessage(envelope::kCapacityReportType, report,
                                            envelope::TestCoordinator().key);
    return tx.directory().SetCapacity(ParseAddress(agency + "/" + unit.unit(), "unit").value(),
                                      RecordOf(*made));
  }

  void Fill() {
    for (int i = 0; i < kAgencies; ++i) {
      entries_.push_back(Entry(Name("agency", i)));
      AMANA_EXPECT_OK(store_
                          ->CommitAndWait([&](store::Transaction& tx) -> absl::Status {
                            AMANA_RETURN_IF_ERROR(Set(tx, entries_.back()));
                            for (const v1::DirectoryUnit& unit : entries_.back().units()) {
                              AMANA_RETURN_IF_ERROR(SetRoom(tx, entries_.back().agency(), unit));
                            }
                            return absl::OkStatus();
                          })
                          .status());
    }
  }

  v1::MatchRequest Question() {
    v1::MatchRequest question;
    question.set_service(static_cast<v1::ServiceType>(1 + Draw(v1::ServiceType_MAX)));
    question.set_county(static_cast<uint32_t>(Draw(48)));
    question.set_age_class(v1::SUBJECT_CLASS_MINOR);
    question.set_sex(static_cast<v1::SexConstraint>(Draw(v1::SexConstraint_MAX + 1)));
    question.set_language("swa");
    question.set_urgency(v1::URGENCY_EMERGENCY);
    return question;
  }

  Times Ask(const v1::MatchRequest& question) {
    identity::Caller caller;
    caller.agency = AgencyId::Create("agency-0000").value();
    return Measure([&] {
      const auto answer = operations::Match(context_, caller, question);
      AMANA_EXPECT_OK(answer);
      candidates_ += answer.ok() ? answer->candidates_size() : 0;
    });
  }

  TempDir dir_;
  FakeClock clock_{Now()};
  crypto::Ed25519PrivateKey log_key_ = crypto::Ed25519PrivateKey::Generate().value();
  std::unique_ptr<identity::RegistryWatcher> watcher_;
  std::unique_ptr<store::Store> store_;
  operations::Context context_{};
  std::mt19937 random_{20310202};  // NOLINT(bugprone-random-generator-seed): the same each time
  std::vector<v1::DirectoryEntry> entries_;
  int candidates_ = 0;
};

TEST_F(MatchBench, TenThousandProviders) {
  Fill();
  Open();
  const Times reader = Measure([&] {
    const auto snapshot = store_->Read();
    AMANA_ASSERT_OK(snapshot);
    const auto directory = (*snapshot)->directory().Current();
    AMANA_ASSERT_OK(directory);
    EXPECT_EQ((*directory)->agencies().size(), size_t{kAgencies});
  });
  const Times first = Ask(Question());
  std::vector<double> wall;
  std::vector<double> cpu;
  for (int i = 0; i < kQuestions; ++i) {
    const Times took = Ask(Question());
    wall.push_back(took.wall_ms);
    cpu.push_back(took.cpu_ms);
  }
  std::vector<double> changes;
  for (int i = 0; i < kChanges; ++i) {
    v1::DirectoryEntry& entry = entries_.at(static_cast<size_t>(i));
    entry = envelope::NextEntry(entry, Digest());
    changes.push_back(
        Measure([&] {
          AMANA_EXPECT_OK(
              store_->CommitAndWait([&](store::Transaction& tx) { return Set(tx, entry); })
                  .status());
        }).wall_ms);
  }
  std::printf(
      "{\"providers\":%d,\"reader_ms\":%.1f,\"first_ms\":%.2f,\"median_ms\":%.2f,"
      "\"p99_ms\":%.2f,\"cpu_ms\":%.2f,\"change_ms\":%.2f,\"candidates\":%.1f}\n",
      kAgencies * kUnits, reader.wall_ms, first.wall_ms, Quantile(wall, 0.5), Quantile(wall, 0.99),
      Quantile(cpu, 0.5), Quantile(changes, 0.5),
      static_cast<double>(candidates_) / (kQuestions + 1));
  EXPECT_GT(candidates_, 5 * kQuestions) << "these questions have too few answers to measure";
  EXPECT_LT(Quantile(cpu, 0.5), kBoundMs);
}

}  // namespace
}  // namespace amana
