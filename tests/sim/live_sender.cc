#include "tests/sim/live_sender.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "base/status.h"
#include "tests/sim/live_pace.h"
#include "tests/sim/live_said.h"
#include "tests/sim/offering.h"

namespace amana::sim {
namespace {

constexpr size_t kMostSealed = 5;
constexpr char kContent[] = R"({"synthetic":true})";

v1::Urgency UrgencyOf(uint64_t percent) {
  if (percent < 12) return v1::URGENCY_IMMEDIATE;
  if (percent < 45) return v1::URGENCY_EMERGENCY;
  return percent < 85 ? v1::URGENCY_URGENT : v1::URGENCY_NORMAL;
}

// Months since January 1970, two years from now.
uint32_t MajorityAfter(absl::Time now) {
  const absl::CivilMonth month(absl::ToCivilMonth(now, absl::UTCTimeZone()));
  return static_cast<uint32_t>(month - absl::CivilMonth(1970)) + 24;
}

sdk::WrapKeeper::LookUp LookUpIn(sdk::Sender& sender) {
  return [&sender](const Address& address) -> absl::StatusOr<sdk::Candidate> {
    AMANA_RETURN_IF_ERROR(sender.directory().Fetch(address.agency).status());
    AMANA_ASSIGN_OR_RETURN(crypto::Certificate sealing, sender.SealingFor(address, "recipient"));
    return sdk::Candidate{.address = address, .sealing = std::move(sealing)};
  };
}

}  // namespace

absl::StatusOr<std::unique_ptr<LiveSender>> LiveSender::Open(const LiveFolder& folder,
                                                             const LiveSenderOptions& options) {
  AMANA_ASSIGN_OR_RETURN(auto endpoint, tests::Endpoint::Open(folder.agency_toml("police")));
  return std::unique_ptr<LiveSender>(new LiveSender(std::move(endpoint), Phone(folder), options));
}

LiveSender::LiveSender(std::unique_ptr<tests::Endpoint> endpoint, Phone phone,
                       const LiveSenderOptions& options)
    : options_(options),
      endpoint_(std::move(endpoint)),
      notices_(endpoint_->identity(), endpoint_->client(), endpoint_->mailbox()),
      keeper_(endpoint_->identity(), endpoint_->mailbox(), notices_, endpoint_->sender(),
              LookUpIn(endpoint_->sender())),
      coordination_(endpoint_->identity(), endpoint_->mailbox(), tests::RealClock()),
      phone_(phone),
      escort_(*endpoint_, LiveEscort::Side::kBrings, std::move(phone), options.seed),
      chance_(options.seed),
      began_(absl::Now()) {
  const auto count =
      static_cast<size_t>(absl::ToDoubleSeconds(options_.sends_for) * options_.per_second);
  for (size_t i = 0; i < count; ++i) {
    const absl::Duration when = absl::Seconds(static_cast<double>(i) / options_.per_second);
    agenda_.At(began_ + when, [this] { unexpected_.Update(SendOne()); });
  }
}

void LiveSender::After(absl::Duration mean, Agenda::Act act) {
  agenda_.At(absl::Now() + AtPace(chance_.Around(mean)), std::move(act));
}

absl::Status LiveSender::Act() {
  while (unexpected_.ok() && agenda_.DoOne(absl::Now())) {
  }
  for (const StatementKey& about : phone_.Answer("police")) Phoned(about);
  AMANA_RETURN_IF_ERROR(escort_.Act());
  AMANA_RETURN_IF_ERROR(unexpected_);
  const bool deaf = options_.deaf && absl::Now() > began_ + options_.sends_for / 2;
  if (!deaf) AMANA_RETURN_IF_ERROR(Listen());
  AMANA_ASSIGN_OR_RETURN(const std::vector<int64_t> waiting,
                         endpoint_->sender().outbox().Pending(1));
  if (waiting.empty()) return absl::OkStatus();
  AMANA_ASSIGN_OR_RETURN(const sdk::FlushReport flushed, endpoint_->sender().Flush());
  return ErrorReason(flushed.trouble) == "LOG_FORKED" ? flushed.trouble : absl::OkStatus();
}

absl::Status LiveSender::Listen() {
  const absl::StatusOr<sdk::NoticeReport> report = notices_.CatchUp(absl::Seconds(5));
  if (!report.ok()) return Passes(report.status()) ? absl::OkStatus() : report.status();
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::NoticeItem> fresh, Fresh(report->taken));
  for (const sdk::NoticeItem& notice : fresh) {
    lags_.push_back(absl::Now() - notice.event.time);
    On(notice.event);
    heard_ = notice.index + 1;
  }
  return owes_wraps_ ? Seal() : absl::OkStatus();
}

absl::StatusOr<std::vector<sdk::NoticeItem>> LiveSender::Fresh(size_t at_least) {
  std::vector<sdk::NoticeItem> fresh;
  // What was taken before its stream broke was not counted.
  for (size_t limit = at_least + 64;; limit *= 2) {
    AMANA_ASSIGN_OR_RETURN(fresh, notices_.List(std::nullopt, limit));
    if (fresh.size() < limit || fresh.back().index < heard_) break;
  }
  std::erase_if(fresh, [this](const sdk::NoticeItem& each) { return each.index < heard_; });
  std::reverse(fresh.begin(), fresh.end());
  return fresh;
}

LiveSender::Need LiveSender::MakeNeed() {
  Need need;
  need.minor = chance_.Percent(12);
  need.match.set_service(kServices[chance_.Percent(40) ? 0 : chance_.Below(std::size(kServices))]);
  need.match.set_county(kCounties[chance_.Below(std::size(kCounties))]);
  need.match.set_age_class(need.minor ? v1::SUBJECT_CLASS_MINOR : v1::SUBJECT_CLASS_ADULT);
  need.match.set_sex(chance_.Percent(70) ? v1::SEX_CONSTRAINT_FEMALE : v1::SEX_CONSTRAINT_MALE);
  need.match.set_urgency(UrgencyOf(chance_.Below(100)));
  return need;
}

absl::StatusOr<std::vector<Address>> LiveSender::Match(const Need& need) {
  const absl::StatusOr<sdk::MatchResult> found = endpoint_->sender().Match(need.match);
  std::vector<Address>& known = known_[need.match.service()];
  // Without a link it is sealed to those who are known already.
  if (!found.ok()) {
    return Passes(found.status()) ? known : absl::StatusOr<std::vector<Address>>(found.status());
  }
  if (!found->refused.empty()) return found->refused[0].second;
  std::vector<Address> ranked;
  for (const sdk::Candidate& each : found->candidates) ranked.push_back(each.address);
  if (!ranked.empty()) known = ranked;
  return ranked;
}

absl::StatusOr<tests::ConsentUse> LiveSender::Record(const v1::ConsentRecord& record) {
  AMANA_ASSIGN_OR_RETURN(const sdk::Queued queued, endpoint_->sender().QueueConsent(record));
  AMANA_ASSIGN_OR_RETURN(const sdk::OutboxEntry sent, endpoint_->sender().Send(queued.entry));
  if (sent.state == sdk::EntryState::kRefused) return absl::FailedPreconditionError(sent.reason);
  return tests::ConsentUse{record, queued.digest};
}

absl::StatusOr<tests::ConsentUse> LiveSender::MakeConsent(const Need& need,
                                                          const std::vector<Address>& ranked) {
  v1::ConsentRecord consent = tests::SampleConsent(absl::Now());
  consent.set_consent_id(chance_.Bytes(16));
  consent.set_subject_pseudonym(chance_.Bytes(16));
  consent.add_purposes(v1::PURPOSE_HEALTH_CARE);
  if (chance_.Percent(95)) consent.add_purposes(v1::PURPOSE_INTEGRATION);
  consent.clear_recipients();
  // All shelters, or some by name; now and then those who cannot help.
  if (chance_.Percent(40)) {
    consent.add_recipient_kinds(v1::AGENCY_KIND_SHELTER);
  } else {
    const size_t some = std::min<size_t>(1 + chance_.Below(6), ranked.size());
    for (size_t i = 0; i < some; ++i) {
      consent.add_recipients()->set_agency(ranked[i].agency.value());
    }
    if (some == 0) consent.add_recipients()->set_agency(ShelterName(0));
  }
  if (need.minor) {
    consent.set_given_by(v1::CONSENT_GIVER_PARENT);
    consent.set_authority_evidence_sha256(std::string(32, 'a'));
    consent.set_child_assent(v1::CHILD_ASSENT_GIVEN);
  }
  return Record(consent);
}

absl::Status LiveSender::SendOne() {
  Need need = MakeNeed();
  AMANA_ASSIGN_OR_RETURN(const std::vector<Address> ranked, Match(need));
  absl::StatusOr<tests::ConsentUse> consent;
  if (!sent_.empty() && chance_.Percent(8)) {
    // Somebody who is known: it rests on what they consented to then.
    const Case& before = cases_.at(chance_.OneOf(sent_));
    consent = before.consent;
    need.minor = before.minor;
    need.match.set_age_class(need.minor ? v1::SUBJECT_CLASS_MINOR : v1::SUBJECT_CLASS_ADULT);
  } else {
    consent = MakeConsent(need, ranked);
  }
  AMANA_RETURN_IF_ERROR(consent.status());
  const size_t most = chance_.Percent(12) ? chance_.Below(2) : kMostSealed;
  std::vector<Address> sealed(
      ranked.begin(), ranked.begin() + static_cast<ptrdiff_t>(std::min(most, ranked.size())));
  return Submit(need, *consent, sealed);
}

absl::Status LiveSender::Submit(const Need& need, const tests::ConsentUse& consent,
                                const std::vector<Address>& sealed) {
  const Address nobody = tests::AddressOf("haven/intake");
  sdk::ReferralDraft draft = tests::SampleReferral(consent, nobody, kContent, absl::Now());
  v1::ReferralHeader& header = draft.header;
  header.set_referral_id(chance_.Bytes(ReferralId::kSize));
  v1::ServiceRequest& service = *header.mutable_services(0);
  service.set_service(need.match.service());
  service.clear_recipient();
  service.mutable_route()->set_county(need.match.county());
  service.mutable_route()->set_age_class(need.match.age_class());
  service.mutable_route()->set_sex(need.match.sex());
  header.set_urgency(need.match.urgency());
  const absl::Duration life = chance_.Percent(8)
                                  ? AtPace(chance_.Between(absl::Hours(8), absl::Hours(40)))
                                  : absl::Hours(14 * 24);
  header.set_expires_unix_ms(absl::ToUnixMillis(absl::Now() + life));
  if (need.minor) {
    header.set_subject_class(v1::SUBJECT_CLASS_MINOR);
    header.mutable_assertions()->set_majority_month(MajorityAfter(absl::Now()));
  }
  draft.recipients.clear();
  for (const Address& each : sealed) draft.recipients.push_back({each, {}});
  if (sealed.size() > 1 && chance_.Percent(15)) {
    draft.order[0].assign(sealed.rbegin(), sealed.rend());
  }
  AMANA_ASSIGN_OR_RETURN(const sdk::QueuedReferral queued, endpoint_->sender().Queue(draft));
  AMANA_RETURN_IF_ERROR(endpoint_->sender().Send(queued.entry).status());
  cases_[queued.key] = {consent, queued.digest, need.match.urgency(), need.minor,
                        need.match.service()};
  sent_.push_back(queued.key);
  PlanAhead(queued.key);
  return absl::OkStatus();
}

void LiveSender::PlanAhead(const StatementKey& key) {
  if (chance_.Percent(6)) {
    After(absl::Hours(4), [this, key] { Withdraw(key); });
  } else if (chance_.Percent(4)) {
    After(absl::Hours(4), [this, key] { Cancel(key); });
  }
}

absl::Status LiveSender::Finish(absl::Time deadline) {
  while (!options_.deaf) {
    const absl::StatusOr<sdk::NoticeReport> report = notices_.CatchUp(absl::Seconds(5));
    if (report.ok() && report->caught_up) break;
    if (!report.ok() && !Passes(report.status())) return report.status();
    if (absl::Now() > deadline) return absl::DeadlineExceededError("notices are missing");
  }
  return SendAll(*endpoint_, deadline);
}

std::vector<absl::Duration> LiveSender::Lags() const {
  std::vector<absl::Duration> lags = lags_;
  std::sort(lags.begin(), lags.end());
  return lags;
}

}  // namespace amana::sim
