#include "tests/bench/many_timers.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/status.h"
#include "broker/delivery/custody.h"
#include "broker/delivery/recorder.h"
#include "broker/store/embedded/embedded_store.h"
#include "proto/crypto/ed25519.h"
#include "proto/crypto/key_file.h"
#include "proto/crypto/random.h"
#include "tests/support/broker_process.h"

namespace amana::tests {
namespace {

constexpr uint64_t kAtOnce = 1000;  // referrals in one transaction
constexpr char kOrigin[] = "test.amana.example/log";

absl::StatusOr<std::unique_ptr<store::Store>> OpenStore(const BrokerWorld& world,
                                                        const Clock& clock) {
  AMANA_ASSIGN_OR_RETURN(const crypto::Secret pem,
                         crypto::ReadKeyFile(world.File("broker/log.key")));
  AMANA_ASSIGN_OR_RETURN(crypto::Ed25519PrivateKey key, crypto::Ed25519PrivateKey::FromPem(pem));
  return store::OpenEmbeddedStore({.directory = world.data_dir() + "/store",
                                   .clock = &clock,
                                   .log_key = std::move(key),
                                   .origin = kOrigin,
                                   .opened_detail = kOrigin});
}

// An offer as it stands between its delivery and its answer: three timers.
absl::Status AddOne(store::Transaction& tx, absl::Time now, uint64_t number) {
  store::ReferralRecord record;
  record.key = {*AgencyId::Create("police"), *ReferralId::FromBytes(crypto::RandomBytes(16)), 1};
  record.sender = *ParseAddress("police/desk", "unit");
  record.header_digest = *Digest::FromBytes(crypto::RandomBytes(32));
  record.urgency = v1::URGENCY_NORMAL;
  record.subject = *Pseudonym::FromBytes(crypto::RandomBytes(16));
  record.accepted = now;
  record.expires = now + absl::Hours(14 * 24) + absl::Milliseconds(number);
  store::TaskRecord task;
  task.key = {record.key, 0};
  task.service = v1::SERVICE_TYPE_ACCOMMODATION;
  task.recipient = *ParseAddress("haven/intake", "unit");
  task.state = v1::TASK_STATE_RECEIVED;
  task.consent_rules = {3};
  task.changed = now;
  task.decide_at = now + absl::Hours(30 * 24) + absl::Milliseconds(number);
  task.clock.offered = now;
  task.clock.due = now + absl::Hours(24) + absl::Milliseconds(number);
  delivery::Recorder recorder(tx, record, now, {});
  AMANA_ASSIGN_OR_RETURN(record.log_index,
                         recorder.Append(recorder.NewEvent(v1::EVENT_KIND_SUBMISSION_ACCEPTED)));
  AMANA_RETURN_IF_ERROR(tx.referrals().Accept(record, {"SYNTHETIC", "SYNTHETIC"}, {task}));
  return delivery::BeginCustody(tx, record, {});
}

absl::StatusOr<double> FindNextDue(const store::Store& store) {
  std::vector<double> took;
  for (int i = 0; i < 101; ++i) {
    const absl::Time begin = absl::Now();
    AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> look, store.Read());
    AMANA_RETURN_IF_ERROR(look->deliveries().NextDue().status());
    took.push_back(absl::ToDoubleMicroseconds(absl::Now() - begin));
  }
  std::nth_element(took.begin(), took.begin() + 50, took.end());
  return took[50];
}

double MibOf(const std::string& folder) {
  uintmax_t bytes = 0;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, ignored)) {
    if (entry.is_regular_file(ignored)) bytes += entry.file_size(ignored);
  }
  return static_cast<double>(bytes) / (1 << 20);
}

// The numbers of a file of /proc; none where it is not there.
std::vector<std::string> Fields(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return absl::StrSplit(line, ' ', absl::SkipEmpty());
}

absl::StatusOr<double> ResidentMib(pid_t pid) {
  const std::vector<std::string> fields = Fields(absl::StrCat("/proc/", pid, "/statm"));
  int64_t pages = 0;
  if (fields.size() < 2 || !absl::SimpleAtoi(fields[1], &pages)) {
    return absl::InternalError("/proc/PID/statm is not as expected");
  }
  return static_cast<double>(pages * sysconf(_SC_PAGESIZE)) / (1 << 20);
}

// Processor seconds of all its threads since its start, to the nanosecond: ticks are too coarse for
// an idle process.
absl::StatusOr<double> CpuSeconds(pid_t pid) {
  double ns = 0;
  std::error_code failed;
  for (const auto& task :
       std::filesystem::directory_iterator(absl::StrCat("/proc/", pid, "/task"), failed)) {
    const std::vector<std::string> fields = Fields(task.path().string() + "/schedstat");
    if (fields.empty()) continue;  // a thread that has just ended
    int64_t of_thread = 0;
    if (!absl::SimpleAtoi(fields[0], &of_thread)) {
      return absl::InternalError("schedstat is not as expected");
    }
    ns += static_cast<double>(of_thread);
  }
  if (failed || ns == 0) return absl::InternalError("no schedstat of the process");
  return ns / 1e9;
}

// What was written while the broker was away it still has to put into tile files. One that never
// rests is measured as it is.
absl::Status WaitUntilAtRest(pid_t pid) {
  constexpr absl::Duration kSample = absl::Seconds(3);
  const absl::Time deadline = absl::Now() + absl::Minutes(5);
  while (absl::Now() < deadline) {
    AMANA_ASSIGN_OR_RETURN(const double before, CpuSeconds(pid));
    absl::SleepFor(kSample);
    AMANA_ASSIGN_OR_RETURN(const double after, CpuSeconds(pid));
    if (after - before < 0.01 * absl::ToDoubleSeconds(kSample)) break;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<FilledStore> FillWithTimers(const BrokerWorld& world, uint64_t timers) {
  const SystemClock clock(ClockSync::kTrusted);
  const absl::Time begin = clock.Now();
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Store> store, OpenStore(world, clock));
  for (uint64_t done = 0; done < timers; done += kAtOnce) {
    const uint64_t end = std::min(timers, done + kAtOnce);
    AMANA_RETURN_IF_ERROR(store
                              ->CommitAndWait([&](store::Transaction& tx) -> absl::Status {
                                for (uint64_t i = done; i < end; ++i) {
                                  AMANA_RETURN_IF_ERROR(AddOne(tx, clock.Now(), i));
                                }
                                return absl::OkStatus();
                              })
                              .status());
  }
  FilledStore filled;
  AMANA_ASSIGN_OR_RETURN(filled.next_due_us, FindNextDue(*store));
  store->Close();
  filled.seconds = absl::ToDoubleSeconds(clock.Now() - begin);
  filled.mib = MibOf(world.data_dir());
  return filled;
}

absl::StatusOr<IdleFigures> MeasureIdle(BrokerWorld& world, const ManyTimersOptions& options) {
  BrokerProcess broker(world);
  IdleFigures figures;
  const absl::Time begin = absl::Now();
  AMANA_RETURN_IF_ERROR(broker.Spawn());
  AMANA_RETURN_IF_ERROR(broker.WaitListening(absl::Minutes(5)));
  figures.start_s = absl::ToDoubleSeconds(absl::Now() - begin);
  absl::SleepFor(options.settle);
  AMANA_RETURN_IF_ERROR(WaitUntilAtRest(broker.pid()));
  AMANA_ASSIGN_OR_RETURN(const double before, CpuSeconds(broker.pid()));
  absl::SleepFor(options.window);
  AMANA_ASSIGN_OR_RETURN(const double after, CpuSeconds(broker.pid()));
  AMANA_ASSIGN_OR_RETURN(figures.resident_mib, ResidentMib(broker.pid()));
  figures.cpu_percent = 100 * (after - before) / absl::ToDoubleSeconds(options.window);
  AMANA_RETURN_IF_ERROR(broker.Stop(absl::Minutes(1)));
  return figures;
}

}  // namespace amana::tests
