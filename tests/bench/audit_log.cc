#include "tests/bench/audit_log.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "broker/audit/proofs.h"
#include "broker/events/commit.h"
#include "broker/store/embedded/embedded_store.h"
#include "proto/transparency/tile.h"

namespace amana::tests {
namespace {

constexpr char kOrigin[] = "bench.amana.example/log";
constexpr uint64_t kPage = 1000;     // as the mirror asks for events
constexpr uint64_t kRare = 5;        // values of a filter that one event in a hundred has
constexpr uint64_t kAgencies = 200;  // each is a party to about one event in a hundred
constexpr auto kStep = absl::Seconds(1);
const absl::Time kBegin = absl::FromUnixSeconds(1'900'000'000);

// What differs from event to event, independently, and is the same in every run (SplitMix64).
enum Choice : uint64_t {
  kKind,
  kReason,
  kPair,
  kSender,
  kRecipient,
  kActor,
  kCase,
  kConsent,
  kRule,
  kCategory,
  kCert
};
uint64_t Hash(uint64_t index, uint64_t choice) {
  uint64_t x = index * 0x9e3779b97f4a7c15 + choice * 0xd1b54a32d192ed03 + 0x632be59bd9b4e019;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}
// 0 to 99.
uint64_t Percent(uint64_t index, Choice choice) { return Hash(index, choice) % 100; }

template <class Id>
Id IdOf(uint64_t kind, uint64_t number) {
  std::string bytes;
  for (uint64_t part = 0; bytes.size() < Id::kSize; ++part) {
    const uint64_t word = Hash(number * 8 + part, 1000 + kind);
    bytes.append(reinterpret_cast<const char*>(&word), sizeof(word));
  }
  return Id::FromBytes(bytes.substr(0, Id::kSize)).value();
}
// The first kRare are those of which each is in one event of a hundred; the others are new ones.
template <class Id>
Id Subject(Choice choice, uint64_t index) {
  const uint64_t percent = Percent(index, choice);
  return IdOf<Id>(choice, percent < kRare ? percent : kRare + index / 10);
}

AgencyId Agency(uint64_t number) {
  return AgencyId::Create(absl::StrCat("agency-", number)).value();
}
AgencyId PairOf(uint64_t number, bool second) {
  return AgencyId::Create(absl::StrCat("pair-", number, second ? "-b" : "-a")).value();
}

constexpr std::array kRareKinds = {v1::EVENT_KIND_EQUIVOCATION, v1::EVENT_KIND_MISMATCH_REPORTED,
                                   v1::EVENT_KIND_OVERRIDE_APPROVED, v1::EVENT_KIND_TASK_REVOKED,
                                   v1::EVENT_KIND_TASK_EXPIRED};
constexpr std::array kKinds = {v1::EVENT_KIND_SUBMISSION_ACCEPTED, v1::EVENT_KIND_TASK_ROUTED,
                               v1::EVENT_KIND_DELIVERY_LEASED,     v1::EVENT_KIND_TASK_RECEIVED,
                               v1::EVENT_KIND_TASK_SEEN,           v1::EVENT_KIND_TASK_ACCEPTED};
constexpr std::array kReasons = {v1::REASON_NO_CAPACITY, v1::REASON_DUPLICATE,
                                 v1::REASON_SENT_IN_ERROR, v1::REASON_SITE_SECURITY_RISK,
                                 v1::REASON_PERSON_NOT_FOUND};
constexpr uint8_t kFirstRareRule = 20;
constexpr std::array kRareCategories = {v1::CATEGORY_LEGAL, v1::CATEGORY_SERVICES,
                                        v1::CATEGORY_ATTACHMENTS};

double BytesOf(const std::string& folder) {
  uintmax_t bytes = 0;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, ignored)) {
    if (entry.is_regular_file(ignored)) bytes += entry.file_size(ignored);
  }
  return static_cast<double>(bytes);
}

}  // namespace

SyntheticLog::SyntheticLog(std::string folder, transparency::NoteSigner signer)
    : folder_(std::move(folder)),
      mirror_(folder_ + "/mirror"),
      signer_(std::move(signer)),
      clock_(kBegin) {}

absl::StatusOr<std::unique_ptr<SyntheticLog>> SyntheticLog::Make(const std::string& folder) {
  AMANA_ASSIGN_OR_RETURN(crypto::Ed25519PrivateKey key, crypto::Ed25519PrivateKey::Generate());
  AMANA_ASSIGN_OR_RETURN(auto signer, transparency::NoteSigner::Create(kOrigin, key));
  std::unique_ptr<SyntheticLog> log(new SyntheticLog(folder, std::move(signer)));
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(log->mirror_));
  const store::EmbeddedOptions options{.directory = folder + "/store",
                                       .clock = &log->clock_,
                                       .log_key = std::move(key),
                                       .origin = kOrigin,
                                       .opened_detail = kOrigin};
  AMANA_ASSIGN_OR_RETURN(log->store_, store::OpenEmbeddedStore(options));
  AMANA_ASSIGN_OR_RETURN(log->book_, auditor::MirrorBook::Open(log->mirror_));
  log->size_ = 1;  // LOG_OPENED
  return log;
}

events::Event SyntheticLog::EventAt(uint64_t i) const {
  events::Event event;
  const uint64_t kind = Percent(i, kKind);
  event.kind = kind < kRareKinds.size() ? kRareKinds[kind] : kKinds[kind % kKinds.size()];
  const uint64_t reason = Percent(i, kReason);
  if (reason < kReasons.size()) event.reason = kReasons[reason];
  const uint64_t pair = Percent(i, kPair);
  const bool paired = pair < kRare;
  const AgencyId sender = paired ? PairOf(pair, false) : Agency(Hash(i, kSender) % kAgencies);
  const AgencyId recipient = paired ? PairOf(pair, true) : Agency(Hash(i, kRecipient) % kAgencies);
  event.referral = {sender, Subject<ReferralId>(kCase, i), 1};
  event.recipient = Address{recipient, UnitId::Create("intake").value()};
  event.actor_agency = Hash(i, kActor) % 2 == 0 ? sender : recipient;
  event.actor_unit = UnitId::Create("intake").value();
  event.task = 0;
  event.statement_digest = IdOf<Digest>(1, i);
  event.cert_id = IdOf<CertId>(kCert, Percent(i, kCert));
  event.consent_id = Subject<ConsentId>(kConsent, i);
  event.consent_version = 1;
  const uint64_t rule = Percent(i, kRule);
  event.consent_rules = {3};
  if (rule < kRare) event.consent_rules.push_back(static_cast<uint8_t>(kFirstRareRule + rule));
  event.delivered = {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_RISK};
  const uint64_t category = Percent(i, kCategory);
  if (category < kRareCategories.size()) event.withheld = {kRareCategories[category]};
  event.urgency = v1::URGENCY_NORMAL;
  return event;
}

absl::Status SyntheticLog::GrowTo(uint64_t size) {
  while (size_ < size) {
    const uint64_t end = std::min(size, size_ + kBatch);
    AMANA_RETURN_IF_ERROR(store_
                              ->CommitAndWait([&](store::Transaction& tx) -> absl::Status {
                                for (uint64_t i = size_; i < end; ++i) {
                                  clock_.Set(kBegin + static_cast<int64_t>(i) * kStep);
                                  AMANA_RETURN_IF_ERROR(tx.log().Append(EventAt(i)).status());
                                }
                                return absl::OkStatus();
                              })
                              .status());
    size_ = end;
  }
  return absl::OkStatus();
}

absl::Status SyntheticLog::WriteFiles(const store::Snapshot& snapshot, uint64_t size) {
  std::vector<transparency::TileId> tiles = transparency::ChangedEntryBundles(mirrored_, size);
  const auto hashes = transparency::ChangedHashTiles(mirrored_, size);
  tiles.insert(tiles.end(), hashes.begin(), hashes.end());
  std::vector<std::string> paths;
  paths.reserve(tiles.size() + 1);
  for (const transparency::TileId& tile : tiles) paths.push_back(transparency::TilePath(tile));
  paths.emplace_back("checkpoint");
  for (const std::string& path : paths) {
    AMANA_ASSIGN_OR_RETURN(const std::string bytes, audit::ReadResource(snapshot, path));
    const std::filesystem::path file = mirror_ + "/" + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
  }
  return absl::OkStatus();
}

absl::Status SyntheticLog::FillBook(const store::Snapshot& snapshot, uint64_t size) {
  for (uint64_t next = mirrored_; next < size;) {
    const uint64_t end = std::min(size, next + kPage);
    AMANA_ASSIGN_OR_RETURN(const auto stored, snapshot.log().ReadEvents(next, end - next));
    std::vector<auditor::NewEvent> page;
    for (const store::StoredEvent& event : stored) {
      const v1::EventOpening opening = events::ToOpening(event.event, event.seed);
      AMANA_ASSIGN_OR_RETURN(sdk::EventView view, sdk::ViewOf(opening));
      page.push_back({{event.index, true, opening.SerializeAsString()}, std::move(view)});
    }
    AMANA_RETURN_IF_ERROR(book_->Add(page, end));
    next = end;
  }
  return absl::OkStatus();
}

absl::Status SyntheticLog::Mirror() {
  AMANA_ASSIGN_OR_RETURN(const auto snapshot, store_->Read());
  AMANA_ASSIGN_OR_RETURN(const store::LogHead head, snapshot->log().Head());
  AMANA_RETURN_IF_ERROR(WriteFiles(*snapshot, head.size));
  AMANA_RETURN_IF_ERROR(FillBook(*snapshot, head.size));
  mirrored_ = head.size;
  return absl::OkStatus();
}

std::vector<AuditFilter> SyntheticLog::Filters() const {
  std::vector<AuditFilter> filters = {
      {"kind", {}},     {"reason", {}},  {"time", {}}, {"agency", {}},      {"counterpart", {}},
      {"referral", {}}, {"consent", {}}, {"rule", {}}, {"certificate", {}}, {"category", {}}};
  const auto add = [&](std::string_view name, auditor::EventQuery query) {
    const auto at = std::ranges::find(filters, name, &AuditFilter::name);
    at->values.push_back(std::move(query));
  };
  for (const v1::EventKind kind : kRareKinds) add("kind", {.kinds = {kind}});
  for (const v1::Reason reason : kReasons) add("reason", {.reasons = {reason}});
  for (uint64_t i = 0; i < 10; ++i) {
    const absl::Time from = kBegin + static_cast<int64_t>(size_ / 11 * i) * kStep;
    add("time", {.from = from, .until = from + static_cast<int64_t>(size_ / 100) * kStep});
    add("agency", {.agency = Agency(i * 19)});
    add("certificate", {.certificate = IdOf<CertId>(kCert, i * 9)});
  }
  for (uint64_t i = 0; i < kRare; ++i) {
    add("counterpart", {.agency = PairOf(i, true), .counterpart = PairOf(i, false)});
    add("referral", {.referral = IdOf<ReferralId>(kCase, i)});
    add("consent", {.consent = IdOf<ConsentId>(kConsent, i)});
    add("rule", {.rule = static_cast<uint8_t>(kFirstRareRule + i)});
  }
  for (const v1::Category category : kRareCategories) add("category", {.category = category});
  return filters;
}

double SyntheticLog::StoreBytes() const { return BytesOf(folder_ + "/store"); }
double SyntheticLog::MirrorBytes() const { return BytesOf(mirror_); }

}  // namespace amana::tests
