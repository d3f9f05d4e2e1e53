#include "agency-adapters/sdk/receiver.h"

#include <algorithm>
#include <random>
#include <utility>

#include "agency-adapters/sdk/delivery_check.h"
#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/sign_entry.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status.h"
#include "proto/envelope/statement.h"

namespace amana::sdk {
namespace {

constexpr auto kFlushEvery = std::chrono::seconds(5);
constexpr absl::Duration kPauseSlice = absl::Milliseconds(50);

// Half to one and a half times; nothing depends on it being unpredictable.
absl::Duration Jittered(absl::Duration backoff) {
  static thread_local std::minstd_rand generator(std::random_device{}());
  return backoff * std::uniform_real_distribution<double>(0.5, 1.5)(generator);
}

// No reconnecting cures it.
bool IsBroken(const absl::Status& status) {
  const std::string reason = ErrorReason(status);
  return IsFsyncFailure(status) || reason == "STORE_CORRUPT" || reason == "SQL_ERROR" ||
         reason == "IDENTITY_INVALID" || reason == "SIGNING_KEY_MISSING";
}

absl::StatusOr<NewEntry> SignAcknowledgement(const CheckedDelivery& checked,
                                             const Address& recipient, const Identity& identity,
                                             absl::Time now) {
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity.Signer());
  v1::Acknowledgement message;
  *message.mutable_delivery() = ToWire(checked.key);
  *message.mutable_recipient() = ToWire(recipient);
  message.set_header_digest(checked.opened.header.digest().bytes());
  for (const envelope::OpenedSection& section : checked.opened.sections) {
    if (section.stage != checked.key.stage) continue;
    v1::OpenedSection* opened = message.add_opened();
    opened->set_slot(section.slot);
    opened->set_plaintext_commitment(section.commitment.bytes());
  }
  return SignEntry(
      *signer, now,
      {EntryKind::kAcknowledgement, envelope::kAcknowledgementType, checked.key.referral},
      std::move(message), &v1::AcknowledgeRequest::mutable_acknowledgement);
}

absl::StatusOr<Inbox::Received> MakeReceived(const v1::Delivery& delivery, const Identity& identity,
                                             absl::Time now) {
  AMANA_ASSIGN_OR_RETURN(const CheckedDelivery checked, CheckDelivery(delivery, identity));
  AMANA_ASSIGN_OR_RETURN(const Address self, identity.address());
  const envelope::ReferralStatement& header = checked.opened.header;
  Inbox::Received received;
  received.item = {
      .key = checked.key,
      .recipient = self,
      .sender_unit = header.sender().unit,
      .header_digest = header.digest(),
      .service = header.header().services(static_cast<int>(checked.key.task)).service(),
      .urgency = header.header().urgency(),
      .test = header.header().test(),
      .received = now,
      .expires = header.expires()};
  AMANA_ASSIGN_OR_RETURN(received.acknowledgement,
                         SignAcknowledgement(checked, self, identity, now));
  received.delivery = delivery.SerializeAsString();
  return received;
}

// What a failure to open is called on the wire.
v1::Reason NativeReason(const absl::Status& why) {
  const std::string reason = ErrorReason(why);
  const bool certificate = reason == "CHAIN_UNTRUSTED" || reason.rfind("CERT_", 0) == 0;
  return certificate ? v1::REASON_NATIVE_BAD_CERTIFICATE : v1::REASON_OPEN_FAILED;
}

}  // namespace

struct Receiver::Session {
  ReceiveStream stream;
  absl::Duration quiet;  // of RunOnce; InfiniteDuration for Run
  uint32_t spent = 0;    // credit used and not yet given back
  bool opened = false;
  ReceiveReport report = {};
};

Receiver::Receiver(const Identity& identity, Client& client, Mailbox& mailbox, const Clock& clock,
                   ReceiverOptions options)
    : identity_(identity),
      client_(client),
      clock_(clock),
      options_(std::move(options)),
      outbox_(mailbox),
      inbox_(mailbox),
      courier_(identity, client, mailbox) {}

absl::Status Receiver::Run(const std::function<bool()>& stop) {
  absl::Duration backoff = options_.first_backoff;
  while (!stop()) {
    Session session{.stream = ReceiveStream(client_), .quiet = absl::InfiniteDuration()};
    absl::Status ended = Serve(session, stop);
    if (IsBroken(ended)) return ended;
    if (ended.ok()) continue;  // asked to stop
    Log(LogLevel::kWarning, "receive_ended", {{"reason", LogSafe(ended)}});
    if (session.opened) backoff = options_.first_backoff;
    Pause(Jittered(backoff), stop);
    backoff = std::min(backoff * 2, options_.max_backoff);
  }
  return absl::OkStatus();
}

absl::StatusOr<ReceiveReport> Receiver::RunOnce(absl::Duration timeout, absl::Duration quiet,
                                                size_t enough) {
  const absl::Time until = clock_.Now() + timeout;
  Session session{.stream = ReceiveStream(client_), .quiet = quiet};
  AMANA_RETURN_IF_ERROR(Serve(session, [&] {
    return session.report.received + session.report.recalls >= enough || clock_.Now() >= until;
  }));
  AMANA_RETURN_IF_ERROR(FlushOutbox());
  return session.report;
}

absl::Status Receiver::Serve(Session& session, const std::function<bool()>& stop) {
  if (identity_.sealing().empty()) return IdentityInvalid("sealing", "no sealing key here");
  AMANA_ASSIGN_OR_RETURN(const Address self, identity_.address());
  AMANA_RETURN_IF_ERROR(identity_.Signer().status());
  const uint32_t credit = std::clamp<uint32_t>(options_.credit, 1, 256);
  AMANA_RETURN_IF_ERROR(session.stream.Open(self.unit));
  AMANA_RETURN_IF_ERROR(session.stream.Credit(credit));
  flushed_.reset();
  while (!stop()) {
    const auto message = session.stream.Read(std::min(session.quiet, options_.idle));
    if (ErrorReason(message.status()) == "READ_TIMEOUT") {
      if (session.quiet <= options_.idle) break;
      if (session.quiet != absl::InfiniteDuration()) session.quiet -= options_.idle;
      AMANA_RETURN_IF_ERROR(FlushOutbox());
      continue;
    }
    if (!message.ok()) return message.status();
    if (!message->has_value()) return StreamClosed();
    AMANA_RETURN_IF_ERROR(Handle(session, **message));
    if (session.spent * 2 >= credit) {
      AMANA_RETURN_IF_ERROR(session.stream.Credit(std::exchange(session.spent, 0)));
    }
  }
  session.stream.Cancel();
  return absl::OkStatus();
}

absl::Status Receiver::Handle(Session& session, const v1::ReceiveResponse& message) {
  switch (message.message_case()) {
    case v1::ReceiveResponse::kOpened:
      session.opened = true;
      return FlushOutbox();
    case v1::ReceiveResponse::kDelivery:
      ++session.spent;
      return HandleDelivery(session, message.delivery());
    case v1::ReceiveResponse::kRecall:
      return HandleRecall(session, message.recall());
    default:
      return absl::OkStatus();  // of a newer broker
  }
}

absl::Status Receiver::HandleDelivery(Session& session, const v1::Delivery& delivery) {
  const auto received = MakeReceived(delivery, identity_, clock_.Now());
  if (!received.ok()) return ReportFailure(session, delivery, received.status());
  const absl::StatusOr<Inbox::Kept> kept = inbox_.Keep(*received);
  if (!kept.ok()) {
    if (IsBroken(kept.status())) return kept.status();
    v1::DeliveryReport report;
    *report.mutable_delivery() = delivery.delivery();
    report.set_lease_epoch(delivery.lease_epoch());
    report.set_outcome(v1::DELIVERY_OUTCOME_TRANSIENT_FAILURE);
    report.set_error(v1::REASON_NATIVE_UNAVAILABLE);
    ++session.report.failed;
    Log(LogLevel::kError, "delivery_not_kept", {{"reason", LogSafe(kept.status())}});
    return session.stream.Report(report);
  }
  (kept->duplicate ? session.report.duplicates : session.report.received) += 1;
  if (kept->acknowledgement != 0) {
    AMANA_RETURN_IF_ERROR(Answer(session, kept->acknowledgement, kept->duplicate));
  }
  if (!kept->duplicate && options_.on_item) {
    AMANA_ASSIGN_OR_RETURN(const InboxItem item, inbox_.Get(kept->id));
    options_.on_item(item);
  }
  return absl::OkStatus();
}

absl::Status Receiver::ReportFailure(Session& session, const v1::Delivery& delivery,
                                     const absl::Status& why) {
  if (IsBroken(why)) return why;
  ++session.report.failed;
  Log(LogLevel::kError, "delivery_not_opened", {{"reason", LogSafe(why)}});
  v1::DeliveryReport report;
  *report.mutable_delivery() = delivery.delivery();
  report.set_lease_epoch(delivery.lease_epoch());
  report.set_outcome(v1::DELIVERY_OUTCOME_PERMANENT_FAILURE);
  report.set_error(NativeReason(why));
  return session.stream.Report(report);
}

absl::Status Receiver::HandleRecall(Session& session, const v1::Recall& recall) {
  const absl::StatusOr<DeliveryKey> key = FromWire(recall.delivery(), "delivery");
  const absl::StatusOr<Digest> digest = Digest::FromBytes(recall.header_digest());
  if (!key.ok() || !digest.ok()) return absl::OkStatus();  // of nothing that can be here
  AMANA_ASSIGN_OR_RETURN(const std::optional<InboxItem> item, inbox_.Find(*key));
  absl::Status genuine = CheckRecall(recall, *key, identity_);
  if (genuine.ok() && item.has_value() && item->header_digest != *digest) {
    genuine = StatementInvalid("header_digest", "of another header");
  }
  if (!genuine.ok()) {
    Log(LogLevel::kError, "recall_not_genuine", {{"reason", LogSafe(genuine)}});
    return absl::OkStatus();
  }
  AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity_.Signer());
  AMANA_ASSIGN_OR_RETURN(const Address self, identity_.address());
  AMANA_ASSIGN_OR_RETURN(const int64_t entry,
                         inbox_.Recall({*key, self, *digest, recall.reason(),
                                        recall.SerializeAsString(), clock_.Now()},
                                       *signer, options_.hold_recalls));
  ++session.report.recalls;
  AMANA_RETURN_IF_ERROR(Answer(session, entry, /*again=*/true));
  if (!options_.on_item) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const std::optional<InboxItem> recalled, inbox_.Find(*key));
  if (recalled.has_value()) options_.on_item(*recalled);
  return absl::OkStatus();
}

absl::Status Receiver::Answer(Session& session, int64_t entry, bool again) {
  AMANA_ASSIGN_OR_RETURN(const OutboxEntry standing, outbox_.Get(entry));
  if (standing.held) return absl::OkStatus();
  if (again) AMANA_RETURN_IF_ERROR(outbox_.SendAgain(entry));
  AMANA_ASSIGN_OR_RETURN(const OutboxEntry sent, courier_.Send(entry));
  session.report.acknowledged += sent.state == EntryState::kAccepted;
  return absl::OkStatus();
}

// At the beginning of a session, and from then on every now and then.
absl::Status Receiver::FlushOutbox() {
  const auto now = std::chrono::steady_clock::now();
  if (flushed_.has_value() && now - *flushed_ < kFlushEvery) return absl::OkStatus();
  flushed_ = now;
  const absl::StatusOr<FlushReport> flushed = courier_.Flush();
  const absl::Status trouble = flushed.ok() ? flushed->trouble : flushed.status();
  if (trouble.ok()) return absl::OkStatus();
  if (!flushed.ok() && IsBroken(trouble)) return trouble;
  const bool forked = ErrorReason(trouble) == "LOG_FORKED";
  Log(forked ? LogLevel::kError : LogLevel::kWarning, forked ? "log_forked" : "outbox_waits",
      {{"reason", LogSafe(trouble)}});
  return absl::OkStatus();
}

void Receiver::Pause(absl::Duration backoff, const std::function<bool()>& stop) const {
  for (absl::Duration waited; waited < backoff && !stop(); waited += kPauseSlice) {
    absl::SleepFor(std::min(kPauseSlice, backoff));
  }
}

}  // namespace amana::sdk
