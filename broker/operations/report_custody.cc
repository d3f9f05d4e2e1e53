#include "broker/operations/report_custody.h"

#include <memory>
#include <optional>
#include <utility>

#include "broker/operations/commit.h"
#include "broker/operations/errors.h"
#include "broker/operations/handover_errors.h"
#include "broker/operations/statement.h"
#include "proto/envelope/handover.h"

namespace amana::operations {
namespace {

struct Checked {
  delivery::Moment moment;
  envelope::CustodyStatement report;
  VerifiedSigner signer;
  absl::Status freshness;
};

absl::StatusOr<Checked> Check(const Context& context, const identity::Caller& caller,
                              const v1::ReportCustodyRequest& request) {
  const delivery::Moment moment = context.Now();
  if (!moment.clock_ok) return ClockNotTrusted();
  AMANA_ASSIGN_OR_RETURN(envelope::CustodyStatement report,
                         envelope::ParseCustodyReport(request.report()));
  AMANA_ASSIGN_OR_RETURN(VerifiedSigner signer,
                         VerifySigner(moment, caller, request.report(), report.message.meta()));
  AMANA_RETURN_IF_ERROR(identity::CheckIsPerson(signer.signer));
  AMANA_RETURN_IF_ERROR(identity::CheckSignsFor(signer.signer, report.actor, "actor"));
  absl::Status freshness = envelope::CheckFreshness(report.message.meta(), moment.now);
  return Checked{moment, std::move(report), std::move(signer), std::move(freshness)};
}

v1::EventKind KindOf(const v1::CustodyReport& report) {
  return report.now().has_agency() ? v1::EVENT_KIND_CUSTODY_TAKEN : v1::EVENT_KIND_CUSTODY_EXITED;
}

// To whoever is responsible, and to the sender of the referral under which they became so.
events::Event EventOf(const delivery::Recorder& recorder, const v1::CustodyReport& report,
                      const store::CustodyRecord& custody) {
  events::Event event = recorder.NewEvent(KindOf(report));
  event.recipient = custody.responsible;
  event.detail = report.now().has_agency() ? report.now().agency()
                                           : std::string{static_cast<char>(report.exit()),
                                                         static_cast<char>(report.now().none())};
  return event;
}

absl::Status SetPlace(const Checked& checked, store::CustodyRecord& custody) {
  const v1::CustodyReport& report = checked.report.message;
  ++custody.revision;
  custody.holder = AgencyId();
  if (report.now().has_agency()) {
    AMANA_ASSIGN_OR_RETURN(custody.holder, AgencyId::Create(report.now().agency(), "now.agency"));
  }
  custody.none = report.now().has_agency() ? v1::NO_CUSTODY_UNSPECIFIED : report.now().none();
  custody.exit = report.exit();
  custody.last_report = checked.report.digest;
  return absl::OkStatus();
}

absl::StatusOr<Verdict> Report(store::Transaction& tx, const Checked& checked) {
  const store::Transaction& read = tx;
  const AgencyId& agency = checked.report.actor.agency;
  AMANA_ASSIGN_OR_RETURN(
      const std::optional<store::StatementRecord> before,
      read.custodies().FindReport(checked.report.subject, checked.report.digest));
  if (before.has_value()) return Verdict{.event = before->log_index};
  AMANA_ASSIGN_OR_RETURN(std::optional<store::CustodyRecord> custody,
                         read.custodies().Find(checked.report.subject));
  if (!custody.has_value() ||
      (custody->responsible.agency != agency && custody->holder != agency)) {
    return NotFound("subject_pseudonym");
  }
  AMANA_RETURN_IF_ERROR(checked.freshness);
  if (custody->under_way.has_value()) return CustodyInHandover();
  if (checked.report.previous != custody->last_report) return CustodyOutdated();
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                         read.referrals().Find(custody->referral));
  if (!referral.has_value()) return NotFound("subject_pseudonym");
  AMANA_RETURN_IF_ERROR(Remember(tx, checked.signer.signer));
  delivery::Recorder recorder(tx, *referral, checked.moment.now, checked.signer.evidence);
  AMANA_ASSIGN_OR_RETURN(const uint64_t event,
                         recorder.Append(EventOf(recorder, checked.report.message, *custody)));
  AMANA_RETURN_IF_ERROR(SetPlace(checked, *custody));
  AMANA_RETURN_IF_ERROR(tx.custodies().Move(*custody));
  store::StatementRecord record = checked.signer.record;
  record.log_index = event;
  AMANA_RETURN_IF_ERROR(tx.custodies().KeepReport(custody->subject, record));
  return Verdict{.event = event};
}

}  // namespace

void ReportCustody(const Context& context, const identity::Caller& caller,
                   const v1::ReportCustodyRequest& request,
                   Reply<v1::ReportCustodyResponse> reply) {
  absl::StatusOr<Checked> checked = Check(context, caller, request);
  if (!checked.ok()) return reply(checked.status());
  auto shared = std::make_shared<const Checked>(*std::move(checked));
  CommitAndReply<v1::ReportCustodyResponse>(
      context,
      [shared](store::Transaction& tx, v1::ReportCustodyResponse&) { return Report(tx, *shared); },
      std::move(reply));
}

}  // namespace amana::operations
