#include "agency-adapters/sdk/testing.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "amana/v1/answer.pb.h"
#include "amana/v1/referral.pb.h"
#include "base/clock.h"
#include "base/status.h"
#include "proto/crypto/ed25519.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/grant.h"
#include "proto/envelope/header.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/reference_tree_for_test.h"
#include "proto/transparency/salted_event.h"
#include "proto/transparency/tile.h"
#include "proto/transparency/tlog_proof.h"
#include "tests/support/test_pki.h"

namespace amana::sdk::testing {
namespace {

namespace tree = transparency::testing;

constexpr std::string_view kOrigin = "test.amana.example/log";

template <class T>
T OrAbort(absl::StatusOr<T> value) {
  if (!value.ok()) {
    std::cerr << "sdk testing: " << value.status() << '\n';
    std::abort();
  }
  return *std::move(value);
}

std::string BigEndian(uint64_t value, size_t bytes) {
  std::string out(bytes, '\0');
  for (size_t i = bytes; i-- > 0; value >>= 8) out[i] = static_cast<char>(value & 0xff);
  return out;
}

// What a request says, and the kind of event that follows.
SampleEvent Describe(std::string_view method, const std::string& bytes) {
  static const auto* const kinds = new std::map<std::string_view, v1::EventKind>{
      {kSubmit.method, v1::EVENT_KIND_SUBMISSION_ACCEPTED},
      {kAddWraps.method, v1::EVENT_KIND_GRANT_ADDED},
      {kCancelReferral.method, v1::EVENT_KIND_TASK_CANCELLED},
      {kRegisterConsent.method, v1::EVENT_KIND_CONSENT_REGISTERED},
      {kRegisterExclusion.method, v1::EVENT_KIND_EXCLUSION_REGISTERED},
      {kWithdrawConsent.method, v1::EVENT_KIND_CONSENT_WITHDRAWN},
      {kAskQuestion.method, v1::EVENT_KIND_TASK_INFO_REQUESTED},
      {kAnswerQuestion.method, v1::EVENT_KIND_REFERRAL_UPDATED},
      {kAcknowledge.method, v1::EVENT_KIND_DELIVERY_NATIVE_ACKED},
      {kMarkSeen.method, v1::EVENT_KIND_TASK_SEEN},
      {kDecide.method, v1::EVENT_KIND_TASK_ACCEPTED},
      {kAnswerRecall.method, v1::EVENT_KIND_DELIVERY_RECALL_CONFIRMED},
      {kRedriveDelivery.method, v1::EVENT_KIND_DELIVERY_QUEUED},
      {kAttachConsent.method, v1::EVENT_KIND_CONSENT_ATTACHED},
      {kApproveOverride.method, v1::EVENT_KIND_OVERRIDE_APPROVED},
      {kReviewOverride.method, v1::EVENT_KIND_OVERRIDE_REVIEWED},
      {kReportMismatch.method, v1::EVENT_KIND_MISMATCH_REPORTED},
      {kSetDirectoryEntry.method, v1::EVENT_KIND_DIRECTORY_CHANGED},
      {kReportCapacity.method, v1::EVENT_KIND_CAPACITY_REPORTED},
      {kSetDutyRoster.method, v1::EVENT_KIND_DUTY_ROSTER_SET}};
  SampleEvent event;
  event.kind = kinds->at(method);
  v1::SignedEnvelope envelope;
  v1::StatementRef referral;
  if (method == kSubmit.method) {
    v1::SubmitRequest request;
    request.ParseFromString(bytes);
    envelope = request.submission().header();
    const auto statement = OrAbort(envelope::ReferralStatement::Create(envelope));
    event.referral = statement.key();
  } else if (method == kAddWraps.method) {
    v1::AddWrapsRequest request;
    request.ParseFromString(bytes);
    envelope = request.grants().rbegin()->envelope();
    v1::WrapGrant grant;
    grant.ParseFromString(envelope.payload());
    referral = grant.referral();
  } else {
    // All others have their envelope in field 1; answers their delivery in field 2 of the payload.
    v1::AnswerQuestionRequest update;  // but an update, in field 1 of its field 1
    const bool updates = method == kAnswerQuestion.method && update.ParseFromString(bytes);
    v1::MarkSeenRequest request;
    if (!updates) request.ParseFromString(bytes);
    envelope = updates ? update.update().update() : request.seen();
    v1::Seen answer;
    v1::Cancellation cancellation;
    const bool names_referral =
        updates || method == kCancelReferral.method || method == kAttachConsent.method ||
        method == kApproveOverride.method || method == kReviewOverride.method;
    // These have the referral in field 2 of the payload.
    if (names_referral && cancellation.ParseFromString(envelope.payload())) {
      referral = cancellation.referral();
    } else if (answer.ParseFromString(envelope.payload())) {
      referral = answer.delivery().referral();
    }
  }
  event.digest = envelope::PayloadDigest(envelope);
  if (!referral.referral_id().empty()) event.referral = OrAbort(FromWire(referral, "referral"));
  return event;
}

crypto::Secret Pem(const std::string& pem) { return crypto::Secret(pem); }

SigningIdentity Signing(const tests::TestIdentity& identity) {
  return {identity.certificate, identity.key};
}

IdentityParts Parts(std::string_view agency, std::string_view unit,
                    const transparency::NoteVerifier& log, const std::string& data) {
  const tests::TestIdentity& tls = tests::TestTls(agency, crypto::Role::kSystem, unit);
  return {.agency = OrAbort(AgencyId::Create(agency)),
          .unit = OrAbort(UnitId::Create(unit)),
          .trust_domain = std::string(tests::kTestTrustDomain),
          .broker = "localhost:1",
          .broker_agency = OrAbort(AgencyId::Create("amana")),
          .coordinating = {OrAbort(AgencyId::Create("secretariat"))},
          .tls = {tls.certificate, Pem(tls.key_pem)},
          .signing = Signing(tests::TestSigner(agency, crypto::Role::kSystem, unit)),
          .person = std::nullopt,
          .sealing = {},
          .authorities =
              tests::TestVerifier({"police-a", "shelter-a", "iom-a", "secretariat", "amana"}),
          .log = log,
          .data = data};
}

}  // namespace

v1::EventOpening MakeOpening(const SampleEvent& event, char seed) {
  std::array<std::string, transparency::kEventFields> fields;
  const auto set = [&](EventField field, std::string value) {
    fields[static_cast<size_t>(field)] = std::move(value);
  };
  set(EventField::kKind, BigEndian(event.kind, 1));
  set(EventField::kTime, BigEndian(static_cast<uint64_t>(ToUnixMillis(envelope::SampleTime())), 8));
  if (!event.digest.is_zero()) set(EventField::kStatementDigest, event.digest.bytes());
  if (event.referral.has_value()) {
    set(EventField::kReferral, event.referral->referral.bytes() +
                                   BigEndian(event.referral->version, 4) +
                                   event.referral->sender.value());
  }
  for (const auto& [field, value] : event.more) set(field, value);
  v1::EventOpening opening;
  opening.set_seed(std::string(transparency::EventSeed::kSize, seed));
  for (std::string& field : fields) opening.add_fields(std::move(field));
  return opening;
}

// --- the wire

class FakeBroker::FakeStream final : public ByteStream {
 public:
  explicit FakeStream(FakeBroker& broker) : broker_(broker) {}

  absl::Status Write(std::string message) override {
    v1::ReceiveRequest request;
    request.ParseFromString(message);
    if (request.has_open()) {
      v1::ReceiveResponse opened;
      opened.mutable_opened()->set_lease_ms(30'000);
      broker_.stream_.push_front(std::move(opened));
    }
    broker_.received_.push_back(std::move(request));
    return absl::OkStatus();
  }
  void WritesDone() override {}
  // Never waits: what is not there now will not come by waiting.
  absl::StatusOr<std::optional<std::string>> Read(absl::Duration) override {
    if (broker_.stream_.empty()) return ReadTimeout();
    auto next = std::move(broker_.stream_.front());
    broker_.stream_.pop_front();
    if (const absl::Status* end = std::get_if<absl::Status>(&next)) {
      if (!end->ok()) return *end;
      return std::optional<std::string>();
    }
    return std::optional<std::string>(std::get<v1::ReceiveResponse>(next).SerializeAsString());
  }
  void Cancel() override {}

 private:
  FakeBroker& broker_;
};

class FakeBroker::FakeTransport final : public Transport {
 public:
  explicit FakeTransport(FakeBroker& broker) : broker_(broker) {}
  void Unary(std::string_view method, std::string request, absl::Duration, ByteDone done) override {
    done(broker_.Answer(method, request));
  }
  std::unique_ptr<ByteStream> Open(std::string_view method, absl::Duration) override {
    if (method == kListEvents.method) return MakeEventStream(broker_);
    return std::make_unique<FakeStream>(broker_);
  }

 private:
  FakeBroker& broker_;
};

// --- the broker

FakeBroker::FakeBroker(uint64_t events_before, std::string_view origin)
    : signer_(std::make_unique<transparency::NoteSigner>(OrAbort(transparency::NoteSigner::Create(
          origin.empty() ? kOrigin : origin, OrAbort(crypto::Ed25519PrivateKey::Generate()))))) {
  for (uint64_t i = 0; i < events_before; ++i) {
    Append({v1::EVENT_KIND_LOG_OPENED, crypto::Sha256(std::to_string(i)), std::nullopt});
  }
}

FakeBroker::~FakeBroker() = default;

const transparency::NoteVerifier& FakeBroker::log() const { return signer_->verifier(); }

std::unique_ptr<Client> FakeBroker::Connect() {
  return std::make_unique<Client>(std::make_unique<FakeTransport>(*this));
}

void FakeBroker::RefuseNext(std::string_view method, absl::Status status) {
  refusals_[std::string(method)].push_back(std::move(status));
}

void FakeBroker::LoseAnswer(std::string_view method) { ++lost_[std::string(method)]; }

void FakeBroker::Push(v1::ReceiveResponse message) { stream_.emplace_back(std::move(message)); }

void FakeBroker::EndStream(absl::Status status) { stream_.emplace_back(std::move(status)); }

uint64_t FakeBroker::Append(const SampleEvent& event) {
  return AppendOpening(MakeOpening(event, static_cast<char>('a' + openings_.size() % 26)));
}

uint64_t FakeBroker::AppendOpening(v1::EventOpening opening) {
  const uint64_t index = openings_.size();
  openings_.push_back(std::move(opening));
  const EventView view = OrAbort(ViewOf(openings_.back()));
  leaf_data_.push_back(view.leaf_data);
  leaves_.push_back(view.leaf_hash);
  return index;
}

void FakeBroker::Fork() {
  leaf_data_[0].back() ^= 1;
  leaves_[0] = transparency::HashLeaf(leaf_data_[0]);
}

void FakeBroker::Truncate(uint64_t size) {
  openings_.resize(size);
  leaf_data_.resize(size);
  leaves_.resize(size);
}

std::vector<std::string> FakeBroker::requests(std::string_view method) const {
  std::vector<std::string> found;
  for (const auto& [name, bytes] : requests_) {
    if (name == method) found.push_back(bytes);
  }
  return found;
}

std::string FakeBroker::Checkpoint() const {
  return OrAbort(transparency::SignCheckpoint(
      OrAbort(transparency::Checkpoint::Create(log().name(), leaves_.size(), tree::Mth(leaves_))),
      *signer_));
}

v1::Receipt FakeBroker::ReceiptOf(uint64_t index) const {
  v1::Receipt receipt;
  *receipt.mutable_event() = openings_[index];
  receipt.set_tlog_proof(transparency::FormatTlogProof(
      {index, tree::Path(index, leaves_), Checkpoint(), std::string()}));
  return receipt;
}

std::string FakeBroker::Tile(std::string_view path) const {
  const auto parsed = transparency::ParseTilePath(path);
  if (!parsed.ok()) return path == "checkpoint" ? Checkpoint() : std::string();
  const int level = std::max(parsed->level, 0);
  if (transparency::TileWidthAt(level, parsed->index, leaves_.size()) < parsed->width) return {};
  const uint64_t first = parsed->index * transparency::kTileWidth;
  if (parsed->level == transparency::kEntriesLevel) {
    const std::span<const std::string> entries(leaf_data_);
    return OrAbort(transparency::EncodeEntryBundle(
        entries.subspan(first, static_cast<size_t>(parsed->width))));
  }
  transparency::Hashes hashes;
  const size_t span = size_t{1} << (transparency::kTileHeight * level);
  for (uint64_t i = first; i < first + static_cast<uint64_t>(parsed->width); ++i) {
    hashes.push_back(tree::Mth(tree::Leaves(leaves_).subspan(i * span, span)));
  }
  return transparency::EncodeHashTile(hashes);
}

absl::StatusOr<std::string> FakeBroker::Answer(std::string_view method,
                                               const std::string& request) {
  requests_.emplace_back(method, request);
  if (auto& refusals = refusals_[std::string(method)]; !refusals.empty()) {
    const absl::Status status = std::move(refusals.front());
    refusals.pop_front();
    return status;
  }
  absl::StatusOr<std::string> answer = Act(method, request);
  if (int& lost = lost_[std::string(method)]; lost > 0) {
    --lost;
    return CallFailed(absl::StatusCode::kUnavailable, "the answer was lost");
  }
  return answer;
}

absl::StatusOr<std::string> FakeBroker::Act(std::string_view method, const std::string& request) {
  if (const auto found = answers.find(method); found != answers.end()) {
    return found->second(request);
  }
  if (method == kMatch.method) return match.SerializeAsString();
  if (method == kGetDuty.method) {
    v1::GetDutyRequest asked;
    asked.ParseFromString(request);
    return duty(asked).SerializeAsString();
  }
  if (method == kGetDirectoryEntry.method) {
    v1::GetDirectoryEntryRequest asked;
    asked.ParseFromString(request);
    if (!directory) return absl::NotFoundError("no directory");
    AMANA_ASSIGN_OR_RETURN(const v1::GetDirectoryEntryResponse response, directory(asked));
    return response.SerializeAsString();
  }
  if (method == kGetCheckpoint.method) {
    v1::GetCheckpointRequest asked;
    asked.ParseFromString(request);
    if (asked.from_size() > leaves_.size()) {
      return MakeError(absl::StatusCode::kInvalidArgument, "FIELD_INVALID", "from_size", "larger");
    }
    return CheckpointFrom(asked.from_size()).SerializeAsString();
  }
  if (method == kReadTile.method) {
    v1::ReadTileRequest asked;
    asked.ParseFromString(request);
    v1::ReadTileResponse response;
    response.set_content(Tile(asked.path()));
    if (response.content().empty()) {
      return MakeError(absl::StatusCode::kNotFound, "NOT_FOUND", "path", "no such tile");
    }
    return response.SerializeAsString();
  }
  return ActOnStatement(method, request);
}

v1::GetCheckpointResponse FakeBroker::CheckpointFrom(uint64_t from_size) const {
  v1::GetCheckpointResponse response;
  response.set_checkpoint(Checkpoint());
  if (from_size == 0 || from_size == leaves_.size()) return response;
  for (const Digest& hash : tree::ConsistencyProof(from_size, leaves_)) {
    response.add_consistency_proof(hash.bytes());
  }
  return response;
}

std::string FakeBroker::ActOnStatement(std::string_view method, const std::string& request) {
  const SampleEvent event = Describe(method, request);
  const auto [done, fresh] = done_.try_emplace(event.digest, leaves_.size());
  if (fresh) Append(event);
  v1::AcknowledgeResponse response;  // all have their receipt in field 1
  *response.mutable_receipt() = ReceiptOf(done->second);
  if (forge) forge(*response.mutable_receipt());
  return response.SerializeAsString();
}

// --- identities

Identity PoliceIdentity(const transparency::NoteVerifier& log, const std::string& data) {
  return OrAbort(Identity::Create(Parts("police-a", "desk", log, data)));
}

Identity OfficerIdentity(const transparency::NoteVerifier& log) {
  IdentityParts parts = Parts("police-a", "desk", log, "");
  parts.person = Signing(tests::TestSigner("police-a", crypto::Role::kPerson, "desk", "officer"));
  parts.sealing = {envelope::SampleSealer("police-a/desk")};
  return OrAbort(Identity::Create(std::move(parts)));
}

Identity ShelterIdentity(const transparency::NoteVerifier& log, const std::string& data) {
  IdentityParts parts = Parts("shelter-a", "intake", log, data);
  parts.person =
      Signing(tests::TestSigner("shelter-a", crypto::Role::kPerson, "intake", "caseworker"));
  const tests::TestIdentity& old = tests::TestCert("shelter-a", crypto::Role::kSystem, "intake", "",
                                                   crypto::CertUsage::kSealing, 1);
  parts.sealing = {{envelope::SampleAddress("shelter-a/intake"), old.certificate, old.key},
                   envelope::SampleSealer("shelter-a/intake")};
  return OrAbort(Identity::Create(std::move(parts)));
}

}  // namespace amana::sdk::testing
