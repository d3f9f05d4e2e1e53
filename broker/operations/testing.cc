#include "broker/operations/testing.h"

#include "base/sqlite.h"
#include "broker/delivery/wire.h"
#include "broker/operations/acknowledge.h"
#include "broker/operations/decide.h"
#include "broker/operations/get_referral.h"
#include "broker/operations/mark_seen.h"
#include "broker/operations/receive.h"
#include "broker/operations/register_consent.h"
#include "broker/operations/submit.h"
#include "broker/operations/testing_directory.h"
#include "proto/crypto/random.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/directory_testing.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

using crypto::Role;

constexpr char kOrigin[] = "test.amana.example/log";

}  // namespace

std::string SerializeBackwards(const v1::Submission& submission) {
  v1::Submission header, openings, sections, grants, order;
  *header.mutable_header() = submission.header();
  *openings.mutable_openings() = submission.openings();
  *sections.mutable_sections() = submission.sections();
  *grants.mutable_grants() = submission.grants();
  if (submission.has_candidate_order()) {
    *order.mutable_candidate_order() = submission.candidate_order();
  }
  return envelope::Serialize(order) + envelope::Serialize(grants) + envelope::Serialize(sections) +
         envelope::Serialize(openings) + envelope::Serialize(header);
}

const tests::TestIdentity& PoliceSigner() {
  return tests::TestSigner("police", Role::kSystem, "desk");
}
const tests::TestIdentity& HavenSigner() {
  return tests::TestSigner("haven", Role::kSystem, "intake");
}
const tests::TestIdentity& HavenPerson() {
  return tests::TestSigner("haven", Role::kPerson, "intake", "worker-1");
}
const tests::TestIdentity& HavenSealer(int generation) {
  return tests::TestCert("haven", Role::kSystem, "intake", "", crypto::CertUsage::kSealing,
                         generation);
}

World::World(absl::Duration hour) : hour_(hour) {
  registry_files_.Add("police", "signer", PoliceSigner().certificate);
  registry_files_.Add("haven", "signer", HavenSigner().certificate);
  registry_files_.Add("haven", "person", HavenPerson().certificate);
  registry_files_.Add("secretariat", "coordinator", envelope::TestCoordinator().certificate);
  for (const char* agency : {"police", "haven", "consulate"}) {
    registry_files_.Add(agency, "keeper", envelope::TestKeeper(agency).certificate);
  }
  auto watcher = identity::RegistryWatcher::Open(RealFileSystem(), registry_files_.path(), {});
  AMANA_EXPECT_OK(watcher.status());
  watcher_ = *std::move(watcher);
  Open();
  SetDirectory();
}

void World::SetDirectory() {
  ChangeEntry(*this, "police", [](v1::DirectoryEntry& entry) {
    AddUnit(entry, {"desk", {v1::SERVICE_TYPE_RESCUE}});
  });
  ChangeEntry(*this, "haven", [](v1::DirectoryEntry& entry) {
    AddUnit(entry, {"coast", {}, 1});
    AddUnit(entry, {"intake", {v1::SERVICE_TYPE_ACCOMMODATION, v1::SERVICE_TYPE_MEDICAL}});
    SealTo(*entry.mutable_units(1), {0});
    entry.mutable_qualifications()->set_health_provider(true);
  });
  ChangeEntry(*this, "consulate", [](v1::DirectoryEntry& entry) {
    AddUnit(entry, {"desk", {v1::SERVICE_TYPE_CONSULAR}, 0});
  });
}

void World::Open() {
  auto store = store::OpenEmbeddedStore({.directory = data_.File("store"),
                                         .clock = &clock_,
                                         .log_key = log_key_,
                                         .origin = kOrigin,
                                         .hour = hour_});
  AMANA_EXPECT_OK(store.status());
  store_ = *std::move(store);
  context_.store = store_.get();
  context_.clock = &clock_;
  context_.trust = [this] { return watcher_->Current(); };
  dispatcher_ = std::make_unique<delivery::Dispatcher>(
      context_.policy, &clock_, MakeLeaseFn(context_), MakeGiveBackFn(context_));
  context_.dispatcher = dispatcher_.get();
  reconsiderer_.emplace(context_);
}

transparency::NoteVerifier World::log() const {
  return *transparency::NoteVerifier::Create(kOrigin, transparency::NoteKeyType::kEd25519,
                                             log_key_.PublicKey());
}

void World::Restart() {
  store_->Close();
  Open();
}

void World::ChangeDatabase(const std::string& sql) {
  store_->Close();
  {
    const auto db = sqlite::Database::Open(data_.File("store") + "/store.db", {});
    AMANA_EXPECT_OK(db.ok() ? (*db)->Exec(sql) : db.status());
  }
  Open();
}

World::~World() { store_->Close(); }

identity::Caller World::CallerOf(std::string_view agency, Role role) {
  identity::Caller caller;
  caller.agency = *AgencyId::Create(agency);
  caller.role = role;
  return caller;
}

v1::StatementMeta World::Meta(const tests::TestIdentity& signer) const {
  return envelope::MakeMeta(signer.certificate, clock_.Now());
}

v1::ConsentRecord World::Consent(char subject) const {
  v1::ConsentRecord record;
  *record.mutable_meta() = Meta(PoliceSigner());
  record.set_consent_id(crypto::RandomBytes(16));
  record.set_version(1);
  record.set_subject_pseudonym(std::string(16, subject));
  record.mutable_recorder()->set_agency("police");
  record.mutable_recorder()->set_unit("desk");
  record.set_given_by(v1::CONSENT_GIVER_SELF);
  record.set_child_assent(v1::CHILD_ASSENT_NOT_APPLICABLE);
  record.set_method(v1::CONSENT_METHOD_WRITTEN);
  record.set_language("swa");
  record.add_purposes(v1::PURPOSE_PROTECTION);
  for (const v1::Category category : {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_IDENTITY,
                                      v1::CATEGORY_DEMOGRAPHIC, v1::CATEGORY_RISK}) {
    record.add_categories(category);
  }
  record.add_recipients()->set_agency("haven");
  record.set_valid_from_unix_ms(ToUnixMillis(clock_.Now()));
  record.set_valid_until_unix_ms(ToUnixMillis(clock_.Now() + absl::Hours(30 * 24)));
  record.set_legal_basis(v1::LEGAL_BASIS_CONSENT);
  record.set_evidence_sha256(std::string(32, 'e'));
  return record;
}

absl::Status World::Register(const v1::ConsentRecord& record) {
  v1::RegisterConsentRequest request;
  *request.mutable_consent() = Sign(envelope::kConsentType, record, PoliceSigner());
  return Await<v1::RegisterConsentResponse>([&](auto reply) {
           RegisterConsent(context_, CallerOf("police"), request, std::move(reply));
         })
      .status();
}

envelope::SubmissionDraft World::Draft(const v1::ConsentRecord& consent) const {
  envelope::SubmissionDraft draft;
  v1::ReferralHeader& header = draft.header;
  header.set_referral_id(crypto::RandomBytes(16));
  header.set_version(1);
  header.mutable_sender()->set_agency("police");
  header.mutable_sender()->set_unit("desk");
  v1::ServiceRequest& service = *header.add_services();
  service.set_service(v1::SERVICE_TYPE_ACCOMMODATION);
  service.mutable_recipient()->set_agency("haven");
  service.mutable_recipient()->set_unit("intake");
  header.set_urgency(v1::URGENCY_URGENT);
  header.set_subject_class(v1::SUBJECT_CLASS_ADULT);
  header.set_subject_pseudonym(consent.subject_pseudonym());
  header.mutable_consent()->set_consent_id(consent.consent_id());
  header.mutable_consent()->set_version(consent.version());
  header.mutable_consent()->set_digest(crypto::Sha256(envelope::Serialize(consent)).bytes());
  header.set_legal_basis(v1::LEGAL_BASIS_CONSENT);
  header.mutable_assertions()->set_embassy_contact(v1::EMBASSY_CONTACT_NOT_ASSESSED);
  draft.created = clock_.Now();
  header.set_expires_unix_ms(ToUnixMillis(clock_.Now() + absl::Hours(14 * 24)));
  const auto section = [&](v1::Category category, v1::DisclosureStage stage) {
    draft.sections.push_back({category, "application/json", stage, R"({"note":"SYNTHETIC"})"});
  };
  section(v1::CATEGORY_IDENTITY_MIN, v1::DISCLOSURE_STAGE_AT_OFFER);
  section(v1::CATEGORY_DEMOGRAPHIC, v1::DISCLOSURE_STAGE_AT_OFFER);
  section(v1::CATEGORY_RISK, v1::DISCLOSURE_STAGE_AT_OFFER);
  section(v1::CATEGORY_IDENTITY, v1::DISCLOSURE_STAGE_AT_ACCEPT);
  draft.recipients.push_back(
      {{*ParseAddress("haven/intake", "unit"), HavenSealer().certificate}, {}});
  return draft;
}

v1::Submission World::Seal(const envelope::SubmissionDraft& draft) const {
  auto sealed = envelope::SealSubmission(draft, PoliceSigner().key, PoliceSigner().certificate);
  AMANA_EXPECT_OK(sealed.status());
  return std::move(sealed->submission);
}

absl::StatusOr<v1::SubmitResponse> World::Submit(const v1::Submission& submission,
                                                 std::string_view caller) {
  return SubmitBytes(envelope::Serialize(submission), caller);
}

absl::StatusOr<v1::SubmitResponse> World::SubmitBytes(std::string_view submission,
                                                      std::string_view caller) {
  return Await<v1::SubmitResponse>([&](auto reply) {
    operations::Submit(context_, CallerOf(caller), submission, std::move(reply));
  });
}

std::vector<v1::ReceiveResponse> World::Receive(uint32_t credit) {
  absl::Notification done;
  std::vector<v1::ReceiveResponse> out;
  MakeLeaseFn(context_)(
      *ParseAddress("haven/intake", "unit"), credit, [](const store::DeliveryKey&) { return true; },
      [&](absl::StatusOr<delivery::LeaseResult> result) {
        AMANA_EXPECT_OK(result.status());
        if (result.ok()) {
          for (const auto& each : result->recalls) out.push_back(*each.second);
          for (const auto& each : result->deliveries) out.push_back(*each.message);
        }
        done.Notify();
      });
  done.WaitForNotification();
  return out;
}

v1::SignedEnvelope World::Acknowledgement(const v1::Delivery& delivery) const {
  v1::Acknowledgement message;
  *message.mutable_meta() = Meta(HavenSigner());
  *message.mutable_delivery() = delivery.delivery();
  message.mutable_recipient()->set_agency("haven");
  message.mutable_recipient()->set_unit("intake");
  message.set_header_digest(envelope::PayloadDigest(delivery.header()).bytes());
  for (const v1::SlotOpening& opening : delivery.openings()) {
    v1::OpenedSection& opened = *message.add_opened();
    opened.set_slot(opening.slot());
    opened.set_plaintext_commitment(opening.plaintext_commitment());
  }
  return Sign(envelope::kAcknowledgementType, message, HavenSigner());
}

absl::Status World::Acknowledge(const v1::Delivery& delivery) {
  v1::AcknowledgeRequest request;
  *request.mutable_acknowledgement() = Acknowledgement(delivery);
  return Await<v1::AcknowledgeResponse>([&](auto reply) {
           operations::Acknowledge(context_, CallerOf("haven"), request, std::move(reply));
         })
      .status();
}

absl::Status World::Seen(const v1::DeliveryRef& ref, const std::string& header_digest) {
  v1::Seen message;
  *message.mutable_meta() = Meta(HavenPerson());
  *message.mutable_delivery() = ref;
  message.mutable_recipient()->set_agency("haven");
  message.mutable_recipient()->set_unit("intake");
  message.set_header_digest(header_digest);
  v1::MarkSeenRequest request;
  *request.mutable_seen() = Sign(envelope::kSeenType, message, HavenPerson());
  return Await<v1::MarkSeenResponse>(
             [&](auto reply) { MarkSeen(context_, CallerOf("haven"), request, std::move(reply)); })
      .status();
}

absl::Status World::Decide(const v1::DeliveryRef& ref, const std::string& header_digest,
                           bool accepted) {
  v1::Decision message;
  *message.mutable_meta() = Meta(HavenPerson());
  *message.mutable_delivery() = ref;
  message.mutable_recipient()->set_agency("haven");
  message.mutable_recipient()->set_unit("intake");
  message.set_header_digest(header_digest);
  message.set_accepted(accepted);
  if (!accepted) message.set_reason(v1::REASON_NO_CAPACITY);
  v1::DecideRequest request;
  *request.mutable_decision() = Sign(envelope::kDecisionType, message, HavenPerson());
  return Await<v1::DecideResponse>([&](auto reply) {
           operations::Decide(context_, CallerOf("haven"), request, std::move(reply));
         })
      .status();
}

v1::GetReferralResponse World::Get(const v1::Submission& submission) {
  auto statement = envelope::ReferralStatement::Create(submission.header());
  AMANA_EXPECT_OK(statement.status());
  v1::GetReferralRequest request;
  *request.mutable_referral() = delivery::ToWire(statement->key());
  auto response = GetReferral(context_, CallerOf("police"), request);
  AMANA_EXPECT_OK(response.status());
  return response.value_or(v1::GetReferralResponse());
}

void World::ReloadAndRecordRegistry() {
  const identity::TrustPtr before = watcher_->Current();
  ASSERT_TRUE(watcher_->Poll());
  AMANA_EXPECT_OK(store_->CommitAndWait([&](store::Transaction& tx) {
    return RecordRegistry(tx, before->registry.get(), *watcher_->Current()->registry);
  }));
}

bool World::ReconsiderOnce() {
  const auto pending = [this] { return (*store_->Read())->reconsiderations().Pending(1); };
  if (pending()->empty()) return false;
  return reconsiderer_->Run() <= clock_.Now();
}

void World::Reconsider() {
  while (ReconsiderOnce()) {
  }
}

void World::RunTimers() {
  while (operations::RunTimers(context_) <= clock_.Now()) {
  }
}

}  // namespace amana::operations
