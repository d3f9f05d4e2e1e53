#include "broker/operations/approve_override.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "amana/v1/override.pb.h"
#include "base/clock.h"
#include "broker/consent/override.h"
#include "broker/delivery/signatory.h"
#include "broker/delivery/wire.h"
#include "broker/operations/commit.h"
#include "broker/operations/errors.h"
#include "broker/operations/override_referral.h"
#include "broker/operations/statement.h"
#include "proto/codes/codes.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

// One approval of an IMMEDIATE referral counts for so long without a review (decision rule 18).
constexpr absl::Duration kReviewOfOneWithin = absl::Hours(24);
constexpr absl::Duration kLongestVital = absl::Hours(72);
constexpr absl::Duration kLongestLegal = absl::Hours(24 * 90);

struct Checked {
  delivery::Moment moment;
  Verified<v1::OverrideApproval> statement;
  consent::ApprovalFacts facts;
};

bool IsCitation(std::string_view text) {
  constexpr std::string_view kMarks = ".-/()";
  const auto allowed = [kMarks](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  };
  return text.size() >= 3 && text.size() <= 64 && std::all_of(text.begin(), text.end(), allowed);
}

absl::Status ReadScope(const v1::OverrideApproval& message, consent::ApprovalFacts& facts) {
  const bool vital = message.basis() == v1::LEGAL_BASIS_VITAL_INTEREST;
  if (vital && !message.citation().empty()) {
    return FieldInvalid("citation", "none for VITAL_INTEREST");
  }
  if (!vital && !IsCitation(message.citation())) {
    return FieldInvalid("citation", "3 to 64 of A-Z, 0-9, '.', '-', '/', '(' and ')'");
  }
  facts.has_citation = !vital;
  int last = 0;
  for (const int category : message.categories()) {
    if (!codes::kAllCategories.Has(static_cast<v1::Category>(category)) || category <= last) {
      return FieldInvalid("categories", "known categories, ascending");
    }
    last = category;
    facts.categories.Add(static_cast<v1::Category>(category));
  }
  if (vital != facts.categories.empty()) {
    return FieldInvalid("categories",
                        vital ? "none for VITAL_INTEREST" : "what the cited law or order names");
  }
  return absl::OkStatus();
}

absl::StatusOr<consent::ApprovalFacts> FactsOf(const Verified<v1::OverrideApproval>& statement,
                                               absl::Time now) {
  const v1::OverrideApproval& message = statement.message;
  consent::ApprovalFacts facts;
  facts.authentic = true;
  if (!consent::IsOverride(message.basis())) {
    return FieldInvalid("basis", "VITAL_INTEREST, LEGAL_DUTY or COURT_ORDER");
  }
  facts.basis = message.basis();
  AMANA_ASSIGN_OR_RETURN(facts.header, Digest::FromBytes(message.header_digest(), "header_digest"));
  AMANA_ASSIGN_OR_RETURN(const Address approver,
                         delivery::FromWire(message.approver(), "approver"));
  AMANA_RETURN_IF_ERROR(identity::CheckSignsFor(statement.signer, approver, "approver"));
  facts.approver = delivery::SignatoryOf(statement.signer.certificate, approver);
  facts.on_approver_list = true;  // checked before
  AMANA_RETURN_IF_ERROR(ReadScope(message, facts));
  AMANA_ASSIGN_OR_RETURN(const Digest reason,
                         Digest::FromBytes(message.reason_sha256(), "reason_sha256"));
  if (reason.is_zero()) return FieldInvalid("reason_sha256", "the digest of a reason");
  facts.has_reason = true;
  facts.approved_at = now;
  facts.lapses_at = FromUnixMillis(message.lapses_unix_ms());
  const absl::Time created = FromUnixMillis(message.meta().created_unix_ms());
  const absl::Duration longest =
      message.basis() == v1::LEGAL_BASIS_VITAL_INTEREST ? kLongestVital : kLongestLegal;
  if (facts.lapses_at <= created || facts.lapses_at > created + longest) {
    return FieldInvalid("lapses_unix_ms",
                        "after meta.created_unix_ms, at most 72 hours later for VITAL_INTEREST "
                        "and 90 days for the others");
  }
  return facts;
}

absl::StatusOr<Checked> Check(const Context& context, const identity::Caller& caller,
                              const v1::ApproveOverrideRequest& request) {
  const delivery::Moment moment = context.Now();
  if (!moment.clock_ok) return ClockNotTrusted();
  AMANA_ASSIGN_OR_RETURN(Verified<v1::OverrideApproval> statement,
                         VerifyStatement<v1::OverrideApproval>(moment, caller, request.approval(),
                                                               envelope::kOverrideApprovalType));
  AMANA_RETURN_IF_ERROR(CheckListed(moment, statement.signer));
  AMANA_ASSIGN_OR_RETURN(consent::ApprovalFacts facts, FactsOf(statement, moment.now));
  return Checked{moment, std::move(statement), std::move(facts)};
}

// Whether this approval can count at all, now and beside those that are there.
absl::Status CheckCounts(const OverrideTarget& target, const consent::ApprovalFacts& facts,
                         absl::Time now) {
  if (target.header.legal_basis() != facts.basis) return FieldInvalid("basis", "the header's");
  if (SamePersonOrKey(facts.approver, target.sender)) return ApproverIsSender("approver");
  if (facts.lapses_at <= now) return ApprovalLapsed("lapses_unix_ms");
  for (const consent::ApprovalFacts& other : target.grounds.approvals) {
    if (other.approver.key == facts.approver.key) return ApprovalKeyReused("approver");
  }
  return absl::OkStatus();
}

absl::Time ReviewDue(const Context& context, const v1::ReferralHeader& header, absl::Time now) {
  const bool at_once = header.legal_basis() == v1::LEGAL_BASIS_VITAL_INTEREST &&
                       header.urgency() == v1::URGENCY_IMMEDIATE;
  return now + (at_once ? kReviewOfOneWithin : context.policy.review_within);
}

bool UnderReview(const std::vector<store::ReviewTask>& reviews) {
  return std::any_of(reviews.begin(), reviews.end(), [](const store::ReviewTask& review) {
    return review.kind == store::ReviewKind::kOverride;
  });
}

// Whether the approvals that are there now make an override, whatever else may still hold its tasks
// back: what ends that later asks nobody to review.
absl::StatusOr<bool> IsApproved(const store::Snapshot& snapshot, const OverrideTarget& target,
                                absl::Time now) {
  AMANA_ASSIGN_OR_RETURN(const store::ReferralGrounds grounds,
                         snapshot.grounds().Of(target.referral.key));
  consent::HeaderFacts header;
  header.digest = target.referral.header_digest;
  header.signer = target.sender;
  header.legal_basis = target.header.legal_basis();
  header.urgency = target.header.urgency();
  header.incapacity = target.header.assertions().incapacity();
  return consent::OverrideOf(header, grounds.approvals, grounds.reviews, now).approved;
}

absl::StatusOr<Verdict> Approve(store::Transaction& tx, const Context& context,
                                const Checked& checked, v1::ApproveOverrideResponse& response) {
  const v1::OverrideApproval& message = checked.statement.message;
  AMANA_ASSIGN_OR_RETURN(const OverrideTarget target,
                         FindOverrideTarget(tx, message.referral(), message.header_digest()));
  const StatementKey& key = target.referral.key;
  const store::PersonRef person{checked.facts.approver.address.agency,
                                checked.facts.approver.person};
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::StatementRecord> kept,
                         std::as_const(tx).grounds().FindApproval(key, person));
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::ReviewTask> reviews,
                         std::as_const(tx).grounds().OpenReviews(key));
  if (kept.has_value()) {
    if (kept->digest != checked.statement.record.digest) return AlreadyApproved("referral");
    response.set_incomplete(target.grounds.approvals.size() < 2 && !UnderReview(reviews));
    return Verdict{.event = kept->log_index};
  }
  AMANA_RETURN_IF_ERROR(checked.statement.freshness);
  AMANA_RETURN_IF_ERROR(CheckCounts(target, checked.facts, checked.moment.now));
  AMANA_RETURN_IF_ERROR(Remember(tx, checked.statement.signer));
  delivery::Recorder recorder(tx, target.referral, checked.moment.now, checked.statement.evidence);
  events::Event event = recorder.NewEvent(v1::EVENT_KIND_OVERRIDE_APPROVED);
  event.reason = message.basis() == v1::LEGAL_BASIS_VITAL_INTEREST ? v1::REASON_OVERRIDE_VITAL
                                                                   : v1::REASON_OVERRIDE_LEGAL;
  event.detail = message.citation();
  store::StatementRecord record = checked.statement.record;
  AMANA_ASSIGN_OR_RETURN(record.log_index, recorder.Append(std::move(event)));
  AMANA_RETURN_IF_ERROR(tx.grounds().Approve(key, checked.facts, record));
  AMANA_RETURN_IF_ERROR(
      DecideReferralAgain(tx, context, checked.moment, checked.statement.evidence, key));
  AMANA_ASSIGN_OR_RETURN(const bool holds, IsApproved(tx, target, checked.moment.now));
  response.set_incomplete(!holds);
  if (!holds || UnderReview(reviews)) return Verdict{.event = record.log_index};
  AMANA_RETURN_IF_ERROR(
      tx.grounds().OpenReview({.referral = key,
                               .opened_by = record.log_index,
                               .kind = store::ReviewKind::kOverride,
                               .opened = checked.moment.now,
                               .due = ReviewDue(context, target.header, checked.moment.now)}));
  return Verdict{.event = record.log_index};
}

}  // namespace

void ApproveOverride(const Context& context, const identity::Caller& caller,
                     const v1::ApproveOverrideRequest& request,
                     Reply<v1::ApproveOverrideResponse> reply) {
  absl::StatusOr<Checked> checked = Check(context, caller, request);
  if (!checked.ok()) return reply(checked.status());
  auto shared = std::make_shared<const Checked>(*std::move(checked));
  CommitAndReply<v1::ApproveOverrideResponse>(
      context,
      [&context, shared](store::Transaction& tx, v1::ApproveOverrideResponse& response) {
        return Approve(tx, context, *shared, response);
      },
      std::move(reply));
}

}  // namespace amana::operations
