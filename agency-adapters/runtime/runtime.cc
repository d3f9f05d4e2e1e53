#include "agency-adapters/runtime/runtime.h"

#include <utility>

#include "agency-adapters/runtime/errors.h"
#include "agency-adapters/sdk/fresh_sealing.h"
#include "agency-adapters/sdk/receiver.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status.h"

namespace amana::runtime {
namespace {

// Adapter::Check is cheap enough for this.
constexpr absl::Duration kCheckEvery = absl::Seconds(10);
// A turn may meet a few of the native side's own timeouts, each of 30 s at most.
constexpr absl::Duration kLongestTurn = absl::Minutes(2);
constexpr size_t kRecallsAnswered = 256;

// The program cannot go on: what it promised it can no longer keep, or a test ended it.
bool IsFatal(const absl::Status& status) {
  const std::string reason = ErrorReason(status);
  return IsFsyncFailure(status) || reason == "STORE_CORRUPT" || reason == "SQL_ERROR" ||
         reason == "DISK_FULL" || reason == "DIED" || reason == "JOURNAL_BUSY" ||
         reason == "MAILBOX_BUSY";
}

sdk::WrapKeeper::LookUp LookUpIn(sdk::Sender& sender) {
  return [&sender](const Address& address) -> absl::StatusOr<sdk::Candidate> {
    AMANA_ASSIGN_OR_RETURN(crypto::Certificate sealing,
                           sdk::FreshSealing(sender, address, "recipient"));
    return sdk::Candidate{.address = address, .sealing = std::move(sealing)};
  };
}

}  // namespace

Runtime::Runtime(const RuntimeParts& parts)
    : parts_(parts),
      end_(parts.identity, parts.client, parts.mailbox, parts.clock),
      items_(parts.journal, parts.config.retry),
      deliveries_(parts.journal, parts.config.retry),
      letters_(parts.journal, parts.config.retry),
      judge_(parts.mapping, parts.config.cases, parts.clock),
      outgoing_(end_, items_, deliveries_, judge_, parts.config.cases,
                [this] { return BrokerAnswers(); }),
      incoming_(end_, parts.journal, items_, deliveries_, parts.mapping),
      reader_(items_, parts.clock, [this](const HeldItem& item) { return judge_.Judge(item); },
              {.most_waiting = parts.config.most_waiting,
               .agency = parts.identity.agency().value(),
               .hook = parts.hook,
               .escort_code = [this](const ItemRow& row) { return outgoing_.EscortCode(row); },
               .taken = [this] { Wake(); }}),
      feeder_(
          items_, parts.clock,
          [this](const ItemRow& row, const HeldItem& item) { return outgoing_.Put(row, item); },
          [this](const ItemRow& row) { return outgoing_.Standing(row); },
          [this](int64_t entry, bool again) { return outgoing_.Ask(entry, again); }, parts.hook,
          parts.seed),
      wraps_(parts.identity, parts.mailbox, end_.notices, end_.sender, LookUpIn(end_.sender)),
      figures_(parts.metrics),
      watch_(parts.clock, parts.steady),
      turned_(parts.steady.Now()) {}

Runtime::~Runtime() = default;

absl::StatusOr<std::unique_ptr<Runtime>> Runtime::Create(const RuntimeParts& parts) {
  std::unique_ptr<Runtime> runtime(new Runtime(parts));
  AMANA_RETURN_IF_ERROR(WaitWithin(parts.journal, parts.config.retry, parts.clock.Now()));
  AMANA_RETURN_IF_ERROR(runtime->OpenAdapter());
  return runtime;
}

absl::Status Runtime::OpenAdapter() {
  const std::string folder = parts_.journal.folder() + "/adapter";
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(folder));
  AMANA_ASSIGN_OR_RETURN(adapter_, parts_.config.open({reader_, parts_.clock,
                                                       parts_.identity.agency().value(), folder}));
  writer_ = std::make_unique<NativeWriter>(
      *adapter_, deliveries_, parts_.clock,
      [this](const DeliveryRow& row) { return incoming_.Compose(row); }, parts_.hook,
      parts_.seed + 1);
  return absl::OkStatus();
}

absl::Status Runtime::Native(const absl::Status& status) {
  if (IsFatal(status)) return status;
  absl::MutexLock lock(&mu_);
  if (!status.ok() && ErrorReason(status) != ErrorReason(native_trouble_)) {
    Log(LogLevel::kWarning, "native_side_failed", {{"reason", LogSafe(status)}});
  }
  native_trouble_ = status;
  return absl::OkStatus();
}

absl::Status Runtime::Broker(const absl::Status& status) {
  if (IsFatal(status)) return status;
  absl::MutexLock lock(&mu_);
  if (!status.ok() && ErrorReason(status) != ErrorReason(broker_trouble_)) {
    Log(LogLevel::kWarning, "broker_failed", {{"reason", LogSafe(status)}});
  }
  broker_trouble_ = status;
  return absl::OkStatus();
}

bool Runtime::BrokerAnswers() {
  absl::MutexLock lock(&mu_);
  return broker_trouble_.ok();
}

bool Runtime::NativeIsUp() {
  const absl::Duration now = parts_.steady.Now();
  {
    absl::MutexLock lock(&mu_);
    if (now < next_check_ && native_.ok && native_trouble_.ok()) return true;
  }
  next_check_ = now + kCheckEvery;
  const Health health = adapter_->Check();
  absl::MutexLock lock(&mu_);
  if (health.ok != native_.ok) {
    Log(health.ok ? LogLevel::kInfo : LogLevel::kWarning,
        health.ok ? "native_side_up" : "native_side_down",
        {{"what", LogSafe::Code(health.what)}, {"reason", LogSafe::Code(health.reason)}});
  }
  native_ = health;
  return health.ok;
}

absl::Status Runtime::FollowClock() {
  const absl::Duration set = watch_.Look();
  if (set == absl::ZeroDuration()) return absl::OkStatus();
  Log(LogLevel::kWarning, "clock_was_set", {{"seconds", absl::ToInt64Seconds(set)}});
  return MoveWaiting(parts_.journal, set);
}

absl::StatusOr<size_t> Runtime::ReadPasses() {
  const size_t batch = parts_.config.batch;
  absl::StatusOr<NativeReader::Report> read = reader_.Pass(*adapter_, batch);
  AMANA_RETURN_IF_ERROR(Native(read.status()));
  const absl::StatusOr<size_t> told = reader_.TellOwed(*adapter_, batch);
  AMANA_RETURN_IF_ERROR(told.ok() ? absl::OkStatus() : Native(told.status()));
  if (read.ok()) figures_.Taken(read->shown);
  // What the native side shows again is told again, each time: that is no progress.
  const size_t shown = read.ok() ? read->shown : 0;
  return told.value_or(0) > shown ? *told : 0;
}

absl::StatusOr<size_t> Runtime::WritePasses() {
  AMANA_ASSIGN_OR_RETURN(const NativeWriter::Report wrote, writer_->Pass(parts_.config.batch));
  figures_.Written(wrote.written);
  figures_.Failed(wrote.failed);
  figures_.Died(wrote.dead);
  AMANA_RETURN_IF_ERROR(incoming_.Settle(4 * parts_.config.batch));
  return wrote.written + wrote.skipped;
}

absl::StatusOr<size_t> Runtime::NativeTurn() {
  const size_t batch = parts_.config.batch;
  size_t done = 0;
  AMANA_RETURN_IF_ERROR(FollowClock());
  const bool up = NativeIsUp();
  if (up) {
    AMANA_ASSIGN_OR_RETURN(const size_t read, ReadPasses());
    done += read;
  }
  // Before the answers to it are put: a program may answer what it sees in the inbox at once.
  size_t collected = 0;
  for (size_t more = batch; more >= batch; collected += more) {
    AMANA_ASSIGN_OR_RETURN(more, incoming_.Collect(batch));
  }
  AMANA_ASSIGN_OR_RETURN(const OutboxFeeder::Report fed, feeder_.Feed(batch));
  figures_.Queued(fed.put);
  figures_.Failed(fed.failed);
  figures_.Died(fed.dead);
  AMANA_ASSIGN_OR_RETURN(const size_t followed, feeder_.Follow(4 * batch));
  if (up) {
    AMANA_RETURN_IF_ERROR(FollowClock());  // Poll may have taken a while
    AMANA_ASSIGN_OR_RETURN(const size_t wrote, WritePasses());
    done += wrote;
  }
  AMANA_ASSIGN_OR_RETURN(const size_t recalls, incoming_.AnswerRecalls(kRecallsAnswered));
  contents_went_ = contents_went_ || fed.put > 0;
  if (fed.put + recalls > 0) send_.Ring();
  {
    absl::MutexLock lock(&mu_);
    turned_ = parts_.steady.Now();
  }
  return done + fed.put + fed.dead + followed + collected + recalls;
}

absl::Status Runtime::SendTurn() {
  const absl::StatusOr<sdk::FlushReport> flushed = end_.sender.Flush();
  if (!flushed.ok()) return Broker(flushed.status());
  if (flushed->accepted + flushed->refused > 0) Wake();
  return Broker(flushed->trouble);
}

absl::Status Runtime::ReceiveTurn(absl::Duration timeout, absl::Duration quiet) {
  AMANA_ASSIGN_OR_RETURN(const bool full, BacklogIsFull());
  if (!full) {
    sdk::ReceiverOptions options;
    options.credit = parts_.config.credit;
    options.hold_recalls = true;
    sdk::Receiver receiver(parts_.identity, parts_.client, parts_.mailbox, parts_.clock, options);
    AMANA_RETURN_IF_ERROR(Broker(receiver.RunOnce(timeout, quiet).status()));
  }
  AMANA_RETURN_IF_ERROR(Broker(end_.notices.CatchUp(timeout).status()));
  return Broker(wraps_.Answer().status());
}

absl::StatusOr<bool> Runtime::BacklogIsFull() {
  AMANA_ASSIGN_OR_RETURN(const int64_t waiting, deliveries_.Count(RowState::kIntended));
  return static_cast<size_t>(waiting) >= parts_.config.backlog;
}

absl::StatusOr<HealthReport> Runtime::Check() {
  HealthReport report{.at = parts_.clock.Now()};
  report.lines = CheckKeys(parts_.identity, report.at);
  {
    absl::MutexLock lock(&mu_);
    const std::string name = "native." + (native_.what.empty() ? "side" : native_.what);
    const bool well = native_.ok && native_trouble_.ok();
    report.lines.push_back(
        {name, well, native_.ok ? ErrorReason(native_trouble_) : native_.reason});
    const bool stale = parts_.steady.Now() - turned_ > kLongestTurn;
    report.lines.push_back({"native.turn", !stale, stale ? "NATIVE_TURN_STALE" : ""});
    report.lines.push_back({"broker", broker_trouble_.ok(), ErrorReason(broker_trouble_)});
  }
  const std::string clock = watch_.Trouble();
  report.lines.push_back({"clock", clock.empty(), clock});
  AMANA_ASSIGN_OR_RETURN(const bool recall_dead, deliveries_.HasDead(DeliveryKind::kRecall));
  report.lines.push_back({"recalls", !recall_dead, recall_dead ? "RECALL_DEAD" : ""});
  AMANA_ASSIGN_OR_RETURN(report.waiting, CountWaiting(items_, deliveries_, report.at));
  const bool old = report.waiting.oldest > kOldBacklog;
  report.lines.push_back({"backlog", !old, old ? "BACKLOG_OLD" : ""});
  return report;
}

void Runtime::Wake() { wake_.Ring(); }

}  // namespace amana::runtime
