#include <sstream>

#include "broker/events/commit.h"
#include "broker/store/suite.h"
#include "proto/transparency/tlog_proof.h"

namespace amana::store {

void StoreSuite::SetUp() {
  world_ = GetParam()();
  Reopen();
}

void StoreSuite::Reopen() {
  store_.reset();
  auto opened = world_->Open();
  ASSERT_TRUE(opened.ok()) << opened.status();
  store_ = *std::move(opened);
}

std::unique_ptr<Snapshot> StoreSuite::Look() {
  auto snapshot = store_->Read();
  EXPECT_TRUE(snapshot.ok()) << snapshot.status();
  return *std::move(snapshot);
}

absl::StatusOr<BatchPtr> StoreSuite::AppendEvents(std::vector<events::Event> events) {
  return Do([&](Transaction& tx) -> absl::Status {
    for (const events::Event& event : events) {
      AMANA_RETURN_IF_ERROR(tx.log().Append(event).status());
    }
    return absl::OkStatus();
  });
}

AgencyId SampleAgency(std::string_view text) { return AgencyId::Create(text).value(); }
Address SampleAddress(std::string_view agency, std::string_view unit) {
  return {SampleAgency(agency), UnitId::Create(unit).value()};
}
absl::Time SampleTime() { return FromUnixMillis(1'750'000'000'000); }

StatementKey SampleKey(uint32_t number) {
  return {SampleAgency("police"), SampleId<ReferralId>(number), 1};
}

ReferralRecord SampleReferral(uint32_t number) {
  ReferralRecord record;
  record.key = SampleKey(number);
  record.sender = SampleAddress("police", "desk");
  record.cert_id = SampleId<CertId>(number + 1);
  record.header_digest = SampleId<Digest>(number + 2);
  record.urgency = v1::URGENCY_URGENT;
  record.subject = SampleId<Pseudonym>(number);
  record.consent_id = SampleId<ConsentId>(number);
  record.consent_version = 3;
  record.accepted = SampleTime();
  record.expires = SampleTime() + absl::Hours(72) + absl::Minutes(number);
  record.log_index = number;
  record.test = true;
  return record;
}

std::string SampleBody(uint32_t number) {
  return "SYNTHETIC submission " + std::to_string(number) + std::string(5000, 's');
}

TaskRecord SampleTask(uint32_t number, uint32_t task) {
  TaskRecord record;
  record.key = {SampleKey(number), task};
  record.service = v1::SERVICE_TYPE_ACCOMMODATION;
  record.recipient = SampleAddress("shelter", "intake");
  record.state = v1::TASK_STATE_ROUTED;
  record.consent_rules = {3, 14};
  record.withheld = {v1::CATEGORY_MEDICAL};
  record.changed = SampleTime();
  record.decide_at = SampleTime() + absl::Hours(900) + absl::Minutes(number);
  record.clock.offered = SampleTime();
  record.clock.due = SampleTime() + absl::Hours(600) + absl::Minutes(number);
  return record;
}

DeliveryRecord SampleDelivery(uint32_t number, uint32_t task) {
  DeliveryRecord record;
  record.key = {{SampleKey(number), task}, 1, v1::DISCLOSURE_STAGE_AT_OFFER};
  record.recipient = SampleAddress("shelter", "intake");
  record.recipient_cert = SampleId<CertId>(77);
  record.urgency = v1::URGENCY_URGENT;
  record.subject = SampleId<Pseudonym>(number);
  record.queued = SampleTime() + absl::Seconds(number);
  record.expires = SampleTime() + absl::Hours(72);
  record.changed = SampleTime();
  record.due = record.expires;
  return record;
}

GrantRecord SampleGrant(uint32_t number, uint32_t cert) {
  return {SampleKey(number), SampleAddress("shelter", "intake"), SampleId<CertId>(cert),
          SampleId<CertId>(9), "SYNTHETIC grant " + std::to_string(cert)};
}

StatementRecord SampleStatement(uint32_t number) {
  return {SampleId<Digest>(number), SampleId<CertId>(number), "SYNTHETIC " + std::to_string(number),
          number};
}

consent::ConsentFacts SampleConsent(uint32_t number, uint32_t version) {
  consent::ConsentFacts facts;
  facts.authentic = true;
  facts.id = SampleId<ConsentId>(number);
  facts.version = version;
  facts.digest = SampleId<Digest>(number);
  facts.pseudonym = SampleId<Pseudonym>(number);
  facts.recorder = SampleAddress("iom", "protection");
  facts.given_by = v1::CONSENT_GIVER_SELF;
  facts.language = "swh";
  facts.interpreter = true;
  facts.categories = codes::kAllCategories;
  facts.recipients = {SampleAddress("shelter", "intake"), {SampleAgency("police"), {}}};
  facts.valid_from = SampleTime();
  facts.valid_until = SampleTime() + absl::Hours(1000);
  facts.registered_at = SampleTime();
  return facts;
}

consent::ExclusionFacts SampleExclusion(uint32_t number) {
  consent::ExclusionFacts facts;
  facts.id = SampleId<ConsentId>(number);
  facts.pseudonym = SampleId<Pseudonym>(number);
  facts.recorder = SampleAddress("iom", "protection");
  facts.excluded = {SampleAgency("embassy"), {}};
  return facts;
}

ReconsiderationRecord SampleReconsideration(uint32_t number) {
  ReconsiderationRecord record;
  record.subject = SampleId<Pseudonym>(number);
  record.statement = SampleId<Digest>(number);
  record.withdrawn = SampleId<ConsentId>(number);
  record.cause_shown = true;
  record.disclosed_pass = true;
  return record;
}

events::Event SampleEvent(uint32_t number) {
  events::Event event;
  event.kind = v1::EVENT_KIND_SUBMISSION_ACCEPTED;
  event.referral = SampleKey(number);
  event.statement_digest = SampleId<Digest>(number);
  event.actor_agency = SampleAgency("police");
  event.urgency = v1::URGENCY_URGENT;
  return event;
}

Work AcceptSample(uint32_t number) {
  return [number](Transaction& tx) -> absl::Status {
    ReferralRecord record = SampleReferral(number);
    AMANA_ASSIGN_OR_RETURN(record.log_index, tx.log().Append(SampleEvent(number)));
    AMANA_RETURN_IF_ERROR(tx.referrals().Accept(record, SampleBody(number), {SampleTask(number)}));
    AMANA_RETURN_IF_ERROR(tx.deliveries().Queue(SampleDelivery(number)));
    tx.Wake(SampleDelivery(number).recipient);
    return absl::OkStatus();
  };
}

namespace {

std::string Print(const StatementKey& key) {
  return key.sender.value() + "/" + key.referral.hex() + "/" + std::to_string(key.version);
}

}  // namespace

std::string Print(const ReferralRecord& r) {
  std::ostringstream out;
  out << Print(r.key) << ' ' << ToString(r.sender) << ' ' << r.cert_id.hex() << ' '
      << r.header_digest.hex() << ' ' << r.urgency << ' ' << r.subject.hex() << ' '
      << r.consent_id.hex() << ' ' << r.consent_version << ' ' << r.accepted << ' ' << r.expires
      << ' ' << r.log_index << ' ' << r.test << ' ' << Print(r.parent.value_or(StatementKey()))
      << ' ' << r.group.hex() << ' ' << r.family.hex();
  return out.str();
}

std::string Print(const TaskRecord& t) {
  std::ostringstream out;
  out << Print(t.key.referral) << ' ' << t.key.task << ' ' << t.service << ' '
      << ToString(t.recipient.value_or(Address())) << ' ' << t.state << ' ' << t.reason << " [";
  for (uint8_t rule : t.consent_rules) out << int{rule} << ' ';
  out << "] [";
  for (v1::Category category : t.withheld) out << category << ' ';
  out << "] " << t.offer_epoch << ' ' << t.changed << ' ' << t.decide_at << ' ' << t.clock.offered
      << ' ' << t.clock.paused << ' ' << t.clock.reached << ' ' << static_cast<int>(t.clock.call)
      << ' ' << t.clock.due << ' ' << t.missing;
  return out.str();
}

std::string Print(const OfferRecord& o) {
  std::ostringstream out;
  out << Print(o.task.referral) << ' ' << o.task.task << ' ' << o.offer_epoch << ' '
      << ToString(o.recipient) << ' ' << o.state << ' ' << o.reason << ' ' << o.offered << ' '
      << o.ended;
  return out.str();
}

std::string Print(const QueueItem& i) {
  std::ostringstream out;
  out << i.item << ' ' << Print(i.task.referral) << ' ' << i.task.task << ' ' << i.offer_epoch
      << ' ' << i.reason << ' ' << i.urgency << ' ' << i.opened << ' ' << i.alerted << ' '
      << i.closed << ' ' << ToString(i.assigned) << ' ' << i.assignee.value();
  return out.str();
}

std::string Print(const DeliveryRecord& d) {
  std::ostringstream out;
  out << Print(d.key.task.referral) << ' ' << d.key.task.task << ' ' << d.key.offer_epoch << ' '
      << d.key.stage << ' ' << d.key.update << ' ' << ToString(d.recipient) << ' '
      << d.recipient_cert.hex() << ' ' << d.state << ' ' << d.reason << ' ' << d.urgency << ' '
      << d.subject.hex() << ' ' << d.disclosed << ' ' << d.attempts << ' ' << d.lease_epoch << ' '
      << d.queued << ' ' << d.expires << ' ' << d.changed << ' ' << d.due;
  return out.str();
}

std::string Print(const StatementRecord& s) {
  return s.digest.hex() + ' ' + s.cert_id.hex() + ' ' + s.envelope + ' ' +
         std::to_string(s.log_index);
}

std::string Print(const ReconsiderationRecord& r) {
  std::ostringstream out;
  out << r.subject.hex() << ' ' << r.recipient.value() << ' ' << r.statement.hex() << ' '
      << r.withdrawn.hex() << ' ' << r.cause_shown << ' ' << r.disclosed_pass << ' '
      << r.unrouted_pass;
  if (r.after.has_value()) out << ' ' << Print(r.after->referral) << ' ' << r.after->task;
  return out.str();
}

std::string Print(const consent::ConsentFacts& f) {
  std::ostringstream out;
  out << f.authentic << ' ' << f.id.hex() << ' ' << f.version << ' ' << f.digest.hex() << ' '
      << f.pseudonym.hex() << ' ' << ToString(f.recorder) << ' ' << f.given_by << ' '
      << f.authority_evidence.hex() << ' ' << f.child_assent << ' ' << f.method << ' ' << f.language
      << ' ' << f.interpreter << ' ' << f.purposes.bits() << ' ' << f.categories.bits() << " [";
  for (const Address& address : f.recipients) out << ToString(address) << ' ';
  out << "] " << f.recipient_kinds.bits() << ' ' << f.onward << ' ' << f.cross_border << ' '
      << f.valid_from << ' ' << f.valid_until << ' ' << f.legal_basis << ' ' << f.evidence.hex()
      << ' ' << f.determination.hex() << ' ' << f.officer.hex() << ' ' << f.registered_at << ' '
      << (f.withdrawn_at.has_value() ? absl::FormatTime(*f.withdrawn_at) : "live");
  return out.str();
}

testing::AssertionResult Proves(const std::string& text, const StoredEvent& event,
                                const transparency::NoteVerifier& log) {
  const auto proof = transparency::ParseTlogProof(text);
  if (!proof.ok()) return testing::AssertionFailure() << proof.status();
  if (proof->index != event.index) return testing::AssertionFailure() << "of another event";
  const Digest leaf = events::Commit(event.event, event.seed).leaf_hash;
  if (leaf != event.leaf_hash) return testing::AssertionFailure() << "another leaf";
  const auto verified = transparency::VerifyTlogProof(*proof, leaf, log);
  if (!verified.ok()) return testing::AssertionFailure() << verified.status();
  return testing::AssertionSuccess();
}

}  // namespace amana::store
