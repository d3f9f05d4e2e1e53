#include "tests/bench/audit_meter.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "agency-adapters/auditor/check_parts.h"
#include "agency-adapters/auditor/checks.h"
#include "agency-adapters/sdk/log_replay.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "broker/audit/proofs.h"
#include "broker/events/commit.h"
#include "proto/crypto/random.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/statement.h"
#include "proto/transparency/checkpoint.h"
#include "tests/support/test_pki.h"

namespace amana::tests {
namespace {

constexpr size_t kFirstPage = 100;
constexpr char kPayloadType[] = "application/vnd.amana.seen.v1";

double MillisSince(absl::Time begin) { return absl::ToDoubleMilliseconds(absl::Now() - begin); }

double Median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

absl::Status NotVerified(std::string_view what) {
  return absl::InternalError("the bench's own log does not verify: " + std::string(what));
}

// A statement that somebody has signed, as an agency holds it, and its event.
struct Signed {
  auditor::HeldStatement held;
  events::Event event;
};

absl::StatusOr<Signed> Sign(const TestIdentity& officer, uint64_t number) {
  AMANA_ASSIGN_OR_RETURN(
      v1::SignedEnvelope envelope,
      envelope::SignStatement(kPayloadType, "SYNTHETIC " + std::to_string(number), officer.key));
  const Digest digest = envelope::PayloadDigest(envelope);
  events::Event event;
  event.kind = v1::EVENT_KIND_TASK_SEEN;
  event.time = absl::FromUnixSeconds(1'900'000'000 + static_cast<int64_t>(number));
  event.statement_digest = digest;
  event.actor_agency = officer.certificate.spiffe().agency;
  event.cert_id = officer.certificate.id();
  return Signed{{std::move(envelope), digest}, std::move(event)};
}

// Each of `statements` is verified once, by as many threads as there are cores.
absl::StatusOr<double> VerifyRaw(const std::vector<auditor::HeldStatement>& statements,
                                 const crypto::EcdsaPublicKey& key) {
  const absl::Time begin = absl::Now();
  const size_t threads = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::thread> running;
  std::vector<absl::Status> failed(threads);
  for (size_t t = 0; t < threads; ++t) {
    running.emplace_back([&, t] {
      for (size_t i = t; i < statements.size(); i += threads) {
        failed[t].Update(envelope::VerifyEnvelope(statements[i].envelope, key));
      }
    });
  }
  for (std::thread& thread : running) thread.join();
  for (const absl::Status& status : failed) AMANA_RETURN_IF_ERROR(status);
  return static_cast<double>(statements.size()) / (MillisSince(begin) / 1000);
}

absl::StatusOr<double> VerifyChecked(const auditor::Evidence& evidence) {
  const absl::Time begin = absl::Now();
  AMANA_ASSIGN_OR_RETURN(const auto results, auditor::RunChecks(evidence));
  const double seconds = MillisSince(begin) / 1000;
  for (const auditor::CheckResult& result : results) {
    if (result.name != "SIGNATURES") continue;
    AMANA_RETURN_IF_ERROR(result.failure);
    if (result.looked_at != evidence.statements.size()) break;
    return static_cast<double>(result.looked_at) / seconds;
  }
  return NotVerified("SIGNATURES");
}

}  // namespace

Stopwatch::Stopwatch()
    : clock_(Seconds(CLOCK_MONOTONIC)), cpu_(Seconds(CLOCK_PROCESS_CPUTIME_ID)) {}

Rate Stopwatch::Of(double count) const {
  return {count / (Seconds(CLOCK_MONOTONIC) - clock_),
          count / (Seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu_)};
}

absl::StatusOr<Percentiles> MeasureProofs(const SyntheticLog& log, int samples) {
  std::mt19937_64 any(7);
  Samples took;
  for (int i = 0; i < samples; ++i) {
    AMANA_RETURN_IF_ERROR(took.Take([&]() -> absl::Status {
      AMANA_ASSIGN_OR_RETURN(const auto snapshot, log.store().Read());
      return audit::TlogProofFor(*snapshot, any() % log.size()).status();
    }));
  }
  return took.Of();
}

absl::StatusOr<std::map<std::string, Percentiles>> MeasureQueries(SyntheticLog& log, int samples) {
  std::map<std::string, Percentiles> figures;
  for (const AuditFilter& filter : log.Filters()) {
    Samples took;
    for (int i = 0; i < samples; ++i) {
      const size_t value = static_cast<size_t>(i) % filter.values.size();
      AMANA_RETURN_IF_ERROR(took.Take([&]() -> absl::Status {
        AMANA_ASSIGN_OR_RETURN(const auto page,
                               log.book().Find(filter.values[value], 0, kFirstPage));
        return page.empty() ? NotVerified(filter.name) : absl::OkStatus();
      }));
    }
    figures[filter.name] = took.Of();
  }
  return figures;
}

absl::StatusOr<Rate> MeasureReplay(const SyntheticLog& log) {
  AMANA_ASSIGN_OR_RETURN(const std::string note,
                         RealFileSystem().Read(log.mirror() + "/checkpoint"));
  AMANA_ASSIGN_OR_RETURN(const auto opened, transparency::OpenCheckpoint(note, log.log()));
  const Stopwatch watch;
  AMANA_ASSIGN_OR_RETURN(
      const sdk::Replayed replayed,
      sdk::ReplayLog(RealFileSystem(), log.mirror(), opened.checkpoint.size(), {}));
  const Rate rate = watch.Of(static_cast<double>(log.size()));
  AMANA_RETURN_IF_ERROR(replayed.tiled);
  if (replayed.root != opened.checkpoint.root()) return NotVerified("root");
  return rate;
}

absl::StatusOr<Rate> MeasureOpenings(SyntheticLog& log, uint64_t most) {
  auditor::EventReader reader(log.book());
  const Stopwatch watch;
  uint64_t opened = 0;
  while (opened < most) {
    AMANA_ASSIGN_OR_RETURN(const auditor::ShownEvent* event, reader.Next());
    if (event == nullptr) break;
    AMANA_RETURN_IF_ERROR(event->view.status());
    ++opened;
  }
  return watch.Of(static_cast<double>(opened));
}

absl::StatusOr<Rate> MeasureChecks(SyntheticLog& log) {
  auditor::Evidence evidence{RealFileSystem(), log.mirror(), log.log(), absl::Now()};
  evidence.book = &log.book();
  evidence.all_events = true;
  const Stopwatch watch;
  AMANA_ASSIGN_OR_RETURN(const auto results, auditor::RunChecks(evidence));
  for (const auditor::CheckResult& result : results) AMANA_RETURN_IF_ERROR(result.failure);
  return watch.Of(static_cast<double>(log.size()));
}

absl::StatusOr<SignatureRates> MeasureSignatures(const std::string& folder, uint64_t statements,
                                                 int rounds) {
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(folder));
  AMANA_ASSIGN_OR_RETURN(const auto book, auditor::MirrorBook::Open(folder));
  AMANA_ASSIGN_OR_RETURN(crypto::Ed25519PrivateKey key, crypto::Ed25519PrivateKey::Generate());
  AMANA_ASSIGN_OR_RETURN(const auto signer,
                         transparency::NoteSigner::Create("bench.amana.example/x", std::move(key)));
  const TestIdentity& officer = TestSigner("police", crypto::Role::kPerson, "desk", "officer-1");
  auditor::Evidence evidence{RealFileSystem(), "", signer.verifier(), absl::Now()};
  evidence.book = book.get();
  evidence.certificates.emplace(officer.certificate.id(), officer.certificate);
  std::vector<auditor::NewEvent> page;
  for (uint64_t i = 0; i < statements; ++i) {
    AMANA_ASSIGN_OR_RETURN(Signed one, Sign(officer, i));
    AMANA_ASSIGN_OR_RETURN(
        const auto seed,
        transparency::EventSeed::FromBytes(crypto::RandomBytes(transparency::EventSeed::kSize)));
    const v1::EventOpening opening = events::ToOpening(one.event, seed);
    AMANA_ASSIGN_OR_RETURN(sdk::EventView view, sdk::ViewOf(opening));
    page.push_back({{i, true, opening.SerializeAsString()}, std::move(view)});
    evidence.statements.push_back(std::move(one.held));
  }
  AMANA_RETURN_IF_ERROR(book->Add(page, statements));
  std::vector<double> checked, raw;
  for (int i = 0; i < rounds; ++i) {
    AMANA_ASSIGN_OR_RETURN(raw.emplace_back(),
                           VerifyRaw(evidence.statements, officer.certificate.public_key()));
    AMANA_ASSIGN_OR_RETURN(checked.emplace_back(), VerifyChecked(evidence));
  }
  return SignatureRates{Median(std::move(checked)), Median(std::move(raw))};
}

double PeakResidentMib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with("VmHWM:")) continue;
    const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    double kib = 0;
    if (words.size() >= 2 && absl::SimpleAtod(words[words.size() - 2], &kib)) return kib / 1024;
  }
  return 0;
}

double OthersPercent() {
  static double machine_before = 0, own_before = 0;
  std::ifstream stat("/proc/stat");
  std::string line;
  std::getline(stat, line);
  const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
  double busy = 0, all = 0;  // ticks; 4 and 5 are idle and waiting for the disk
  for (size_t i = 1; i < words.size() && i <= 8; ++i) {
    double ticks = 0;
    if (!absl::SimpleAtod(words[i], &ticks)) return 0;
    all += ticks;
    if (i != 4 && i != 5) busy += ticks;
  }
  static double all_before = 0;
  const double own = Seconds(CLOCK_PROCESS_CPUTIME_ID) * static_cast<double>(sysconf(_SC_CLK_TCK));
  const double others = busy - machine_before - (own - own_before);
  const double part = 100 * others / std::max(1.0, all - all_before);
  machine_before = busy;
  own_before = own;
  all_before = all;
  return std::max(0.0, part);
}

}  // namespace amana::tests
