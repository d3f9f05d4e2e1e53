#include "broker/main/fsck.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "broker/audit/custody_check.h"
#include "broker/audit/log_check.h"
#include "broker/audit/rollback_guard.h"
#include "broker/audit/state_check.h"
#include "broker/main/guard.h"
#include "broker/main/keys.h"
#include "broker/store/embedded/check.h"

namespace amana::broker {
namespace {

class Check {
 public:
  Check(const Config& config, const transparency::NoteVerifier& log, store::StoreForCheck& store,
        const store::Snapshot& snapshot)
      : config_(config), log_(log), store_(store), snapshot_(snapshot) {}

  absl::StatusOr<CheckReport> Run() {
    AMANA_RETURN_IF_ERROR(store_.CheckRows(finding_));
    const std::string tiles = config_.tiles ? config_.data_dir + "/tiles" : "";
    AMANA_RETURN_IF_ERROR(
        audit::CheckTree(snapshot_, log_, RealFileSystem(), tiles, report_.findings));
    AMANA_RETURN_IF_ERROR(CheckGuard());
    if (snapshot_.log().Head().ok()) {
      AMANA_RETURN_IF_ERROR(CheckEvents());
      AMANA_RETURN_IF_ERROR(CheckCustody());
    }
    AMANA_RETURN_IF_ERROR(CheckReferrals());
    AMANA_RETURN_IF_ERROR(CheckConsents());
    return std::move(report_);
  }

 private:
  void Find(std::string_view name, std::string place) {
    report_.findings.Add(name, std::move(place));
  }

  absl::Status CheckGuard() {
    if (config_.guard.empty()) return absl::OkStatus();
    const auto guard = audit::ReadGuard(RealFileSystem(), GuardFile(config_), log_);
    absl::Status status = guard.status();
    if (guard.ok() && guard->has_value()) status = audit::CheckAgainstGuard(snapshot_, **guard);
    if (absl::IsDataLoss(status)) return absl::OkStatus();  // CheckTree has said so
    if (!absl::IsFailedPrecondition(status)) return status;
    Find(ErrorReason(status), "guard");
    return absl::OkStatus();
  }

  absl::Status CheckEvents() {
    audit::Counters counters;
    audit::StateCheck state(snapshot_, report_.findings);
    AMANA_RETURN_IF_ERROR(audit::CheckEvents(snapshot_, report_.findings, counters,
                                             [&](const store::StoredEvent& stored) {
                                               ++report_.events;
                                               return state.Follow(stored);
                                             }));
    report_.referrals = state.referrals();
    report_.tasks = state.tasks();
    report_.deliveries = state.deliveries();
    report_.consents = state.consents();
    AMANA_RETURN_IF_ERROR(
        store_.EachCounter(finding_, [&](const std::string& name, uint64_t value) {
          const auto said = counters.find(name);
          if (said == counters.end() || said->second != value) Find("COUNTER_NOT_OF_LOG", name);
          if (said != counters.end()) counters.erase(said);
        }));
    for (const auto& [name, value] : counters) Find("COUNTER_NOT_OF_LOG", name);
    return absl::OkStatus();
  }

  // Reads the events once more, and stops at the first that cannot be read: that is a finding
  // already.
  absl::Status CheckCustody() {
    const absl::StatusOr<audit::CustodyFindings> custody = audit::CheckCustody(snapshot_);
    if (absl::IsDataLoss(custody.status())) return absl::OkStatus();
    AMANA_RETURN_IF_ERROR(custody.status());
    report_.persons = custody->persons;
    report_.handovers = custody->handovers;
    for (const std::string& problem : custody->problems) Find("CUSTODY", problem);
    return absl::OkStatus();
  }

  // The event of this index, where it can be read.
  absl::StatusOr<std::optional<events::Event>> EventAt(uint64_t index) {
    const auto events = snapshot_.log().ReadEvents(index, 1);
    if (absl::IsDataLoss(events.status())) return std::nullopt;
    AMANA_RETURN_IF_ERROR(events.status());
    if (events->empty()) return std::nullopt;
    return events->front().event;
  }

  absl::Status CheckReferrals() {
    return store_.EachReferral(
        finding_, [this](const store::StoreForCheck::Referral& referral) -> absl::Status {
          AMANA_ASSIGN_OR_RETURN(const auto event, EventAt(referral.log_index));
          if (!event.has_value() || event->kind != v1::EVENT_KIND_SUBMISSION_ACCEPTED ||
              event->referral != referral.key) {
            Find("REFERRAL_WITHOUT_EVENT", absl::StrCat("referral ", referral.row));
          }
          return absl::OkStatus();
        });
  }

  absl::Status CheckConsents() {
    uint64_t number = 0;
    return store_.EachConsent([this, &number](
                                  const store::StoreForCheck::Consent& consent) -> absl::Status {
      ++number;
      const bool exclusion = consent.version == 0;
      const auto kept = exclusion ? snapshot_.consents().FindExclusion(consent.id)
                                  : snapshot_.consents().FindStatement(consent.id, consent.version);
      if (!kept.ok() && !absl::IsDataLoss(kept.status())) return kept.status();
      std::optional<events::Event> event;
      if (kept.ok() && kept->has_value()) {
        AMANA_ASSIGN_OR_RETURN(event, EventAt((*kept)->log_index));
      }
      const v1::EventKind kind =
          exclusion ? v1::EVENT_KIND_EXCLUSION_REGISTERED : v1::EVENT_KIND_CONSENT_REGISTERED;
      if (!event.has_value() || event->kind != kind || event->consent_id != consent.id ||
          event->consent_version != consent.version) {
        Find("CONSENT_WITHOUT_EVENT", absl::StrCat("consent or exclusion ", number));
      }
      return absl::OkStatus();
    });
  }

  const Config& config_;
  const transparency::NoteVerifier& log_;
  store::StoreForCheck& store_;
  const store::Snapshot& snapshot_;
  CheckReport report_;
  const store::StoreForCheck::Finding finding_ =
      [this](std::string_view name, const std::string& where) { Find(name, where); };
};

}  // namespace

bool IsOfLog(std::string_view finding) {
  constexpr std::string_view kOfLog[] = {
      "CHECKPOINT_NOT_SIGNED", "ROOT_NOT_OF_LEAVES", "LEAF_MISSING",   "EVENT_BEYOND_TREE",
      "EVENT_DAMAGED",         "LEAF_NOT_OF_EVENT",  "TIME_BACKWARDS", "COUNTER_GAP",
      "LOG_BEHIND_GUARD",      "LOG_FORKED_AT_GUARD"};
  return std::find(std::begin(kOfLog), std::end(kOfLog), finding) != std::end(kOfLog);
}

absl::StatusOr<CheckReport> CheckStore(const Config& config) {
  AMANA_ASSIGN_OR_RETURN(const crypto::Ed25519PrivateKey key, ReadLogKey(config.log_key));
  AMANA_ASSIGN_OR_RETURN(
      const auto log, transparency::NoteVerifier::Create(
                          config.log_origin, transparency::NoteKeyType::kEd25519, key.PublicKey()));
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::StoreForCheck> store,
                         store::StoreForCheck::Open(config.data_dir + "/store"));
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store->Read());
  return Check(config, log, *store, *snapshot).Run();
}

}  // namespace amana::broker
