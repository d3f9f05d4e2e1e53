#include "broker/main/figures.h"

#include <optional>
#include <string_view>
#include <utility>

#include "amana/v1/offer.pb.h"
#include "proto/codes/codes.h"
#include "proto/codes/names.h"

namespace amana::broker {
namespace {

std::string_view HelpOf(std::string_view name) {
  if (name == "amana_unroutable") return "Tasks for which nobody was found, by what was missing";
  if (name == "amana_escalations") return "Clocks that ran on, by how far";
  if (name == "amana_reroutes") return "Offers that were taken away, by why";
  return "Times that were missed, by which";
}

std::string Byte(const events::Event& event, std::string_view (*name)(int)) {
  return std::string(name(event.detail.empty() ? 0 : event.detail[0]));
}

}  // namespace

void Figures::Keep(const events::Event& event, const char* name, const char* label,
                   std::string value) {
  if (!event.referral.has_value() || happenings_.size() >= kMostKept) return;
  happenings_.push_back({*event.referral, name, label, std::move(value)});
}

void Figures::OnCommit(const store::CommittedBatch& batch) {
  absl::MutexLock lock(&mu_);
  for (const store::StoredEvent& stored : batch.events()) {
    const events::Event& event = stored.event;
    const bool missed = codes::KindOf(event.reason) == codes::ReasonKind::kEscalate ||
                        event.reason == v1::REASON_WRAP_SLA_MISSED ||
                        event.reason == v1::REASON_RECALL_SLA_MISSED;
    const std::string reason(codes::CodeName(event.reason));
    switch (event.kind) {
      case v1::EVENT_KIND_TASK_UNROUTABLE:
        Keep(event, "amana_unroutable", "missing", Byte(event, [](int code) {
               return codes::CodeName(static_cast<v1::RouteGap>(code));
             }));
        break;
      case v1::EVENT_KIND_TASK_REMINDED:
        Keep(event, "amana_escalations", "level", "REMINDED");
        break;
      case v1::EVENT_KIND_TASK_ESCALATED:
        Keep(event, "amana_escalations", "level", "COORDINATOR");
        if (missed) Keep(event, "amana_sla_missed", "reason", reason);
        break;
      case v1::EVENT_KIND_TASK_ALERTED:
        Keep(event, "amana_escalations", "level", "ALERTED");
        break;
      case v1::EVENT_KIND_TASK_REROUTED:
        Keep(event, "amana_reroutes", "reason", reason);
        if (missed) Keep(event, "amana_sla_missed", "reason", reason);
        break;
      default:
        break;
    }
  }
}

void Figures::Count(const store::Snapshot& snapshot) {
  std::vector<Happening> happenings;
  {
    absl::MutexLock lock(&mu_);
    happenings.swap(happenings_);
  }
  for (const Happening& each : happenings) {
    const absl::StatusOr<std::optional<store::ReferralRecord>> referral =
        snapshot.referrals().Find(each.referral);
    if (!referral.ok() || !referral->has_value() || (*referral)->test) continue;
    metrics_->GetCounter(each.name, std::string(HelpOf(each.name)), {{each.label, each.value}})
        .Add();
  }
  const absl::StatusOr<store::Queue::Size> queue = snapshot.queue().Count();
  if (!queue.ok()) return;
  metrics_->GetGauge("amana_coordinator_items", "Items of the coordinator's queue")
      .Set(static_cast<double>(queue->open));
  metrics_->GetGauge("amana_coordinator_alerts", "Items of it that are alerts")
      .Set(static_cast<double>(queue->alerted));
}

}  // namespace amana::broker
