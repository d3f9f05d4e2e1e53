#include "agency-adapters/auditor/reconcile.h"

#include <map>
#include <set>
#include <utility>

#include "agency-adapters/auditor/check_parts.h"
#include "agency-adapters/sdk/inbox.h"
#include "agency-adapters/sdk/keys.h"
#include "agency-adapters/sdk/outbox.h"
#include "base/status.h"

namespace amana::auditor {
namespace {

constexpr size_t kAll = 10'000'000;

std::string Named(const sdk::DeliveryKey& key) {
  return sdk::ToString(key.referral) + ":" + std::to_string(key.task) + ":" +
         std::to_string(key.offer_epoch) +
         (key.update == 0 ? "" : " update " + std::to_string(key.update));
}

class Reconciler {
 public:
  Reconciler(sdk::Mailbox& mailbox, const sdk::Identity& identity)
      : identity_(identity), outbox_(mailbox), inbox_(mailbox) {
    const auto add = [&](const absl::StatusOr<const sdk::SigningIdentity*>& signer) {
      if (signer.ok()) own_.insert((*signer)->certificate.id());
    };
    add(identity.Signer());
    add(identity.PersonSigner());
  }

  absl::Status ReadMailbox() {
    AMANA_ASSIGN_OR_RETURN(const auto entries, outbox_.List(std::nullopt, kAll));
    for (const sdk::OutboxEntry& entry : entries) {
      mine_.insert(entry.digest);
      if (entry.state == sdk::EntryState::kPending) ++result_.waiting;
      if (entry.state != sdk::EntryState::kAccepted) continue;
      ++result_.statements;
      unseen_.emplace(entry.digest, std::string(sdk::KindName(entry.kind)));
    }
    AMANA_ASSIGN_OR_RETURN(const auto items, inbox_.List(std::nullopt, kAll));
    for (const sdk::InboxItem& item : items) undelivered_.emplace(item.key, item.id);
    return absl::OkStatus();
  }

  absl::Status Take(uint64_t index, const sdk::EventView& event) {
    unseen_.erase(event.statement_digest);
    // A directory entry goes as a file to who countersigns it: `amana directory check` looks at
    // those.
    if (event.kind != v1::EVENT_KIND_DIRECTORY_CHANGED && own_.contains(event.cert_id) &&
        !event.statement_digest.is_zero() && !mine_.contains(event.statement_digest)) {
      Add(Difference::kNotSignedHere, "statement " + event.statement_digest.hex(), index);
    }
    if (event.kind == v1::EVENT_KIND_DELIVERY_LEASED) return TakeDelivery(index, event);
    return absl::OkStatus();
  }

  Reconciled Finish() && {
    for (const auto& [digest, kind] : unseen_) {
      Add(Difference::kNotInLog, kind + " " + digest.hex(), std::nullopt);
    }
    for (const auto& [key, id] : undelivered_) {
      Add(Difference::kNotDelivered, Named(key), std::nullopt);
    }
    return std::move(result_);
  }

 private:
  absl::Status TakeDelivery(uint64_t index, const sdk::EventView& event) {
    const auto unit = identity_.address();
    if (!unit.ok() || event.recipient != *unit || !event.referral.has_value()) {
      return absl::OkStatus();
    }
    const sdk::DeliveryKey key{*event.referral, event.task.value_or(0), event.offer_epoch,
                               event.stage, sdk::UpdateOf(event)};
    if (!delivered_.insert(key).second) return absl::OkStatus();  // tried again
    ++result_.deliveries;
    if (undelivered_.erase(key) == 0) Add(Difference::kNotReceivedHere, Named(key), index);
    return absl::OkStatus();
  }

  void Add(Difference difference, std::string what, std::optional<uint64_t> index) {
    result_.differences.push_back({difference, std::move(what), index});
  }

  const sdk::Identity& identity_;
  sdk::Outbox outbox_;
  sdk::Inbox inbox_;
  std::set<CertId> own_;
  std::set<Digest> mine_;
  std::map<Digest, std::string> unseen_;  // with a receipt, and not met in the log yet
  std::map<sdk::DeliveryKey, int64_t> undelivered_;
  std::set<sdk::DeliveryKey> delivered_;
  Reconciled result_;
};

}  // namespace

std::string_view DifferenceName(Difference difference) {
  switch (difference) {
    case Difference::kNotInLog:
      return "NOT_IN_LOG";
    case Difference::kNotSignedHere:
      return "NOT_SIGNED_HERE";
    case Difference::kNotReceivedHere:
      return "NOT_RECEIVED_HERE";
    case Difference::kNotDelivered:
      break;
  }
  return "NOT_DELIVERED";
}

absl::StatusOr<Reconciled> Reconcile(MirrorBook& book, sdk::Mailbox& mailbox,
                                     const sdk::Identity& identity) {
  Reconciler reconciler(mailbox, identity);
  AMANA_RETURN_IF_ERROR(reconciler.ReadMailbox());
  EventReader reader(book);
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const ShownEvent* event, reader.Next());
    if (event == nullptr) return std::move(reconciler).Finish();
    if (event->view.ok()) AMANA_RETURN_IF_ERROR(reconciler.Take(event->index, *event->view));
  }
}

}  // namespace amana::auditor
