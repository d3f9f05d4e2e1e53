#include "agency-adapters/cli/bench/bench_site.h"

#include <utility>

#include "base/durable_file.h"
#include "base/status.h"
#include "proto/crypto/ed25519.h"
#include "proto/crypto/key_file.h"
#include "proto/crypto/pki.h"
#include "proto/envelope/statement.h"
#include "proto/transparency/note_verifier.h"

namespace amana::cli {
namespace {

using crypto::CertUsage;
using crypto::EcdsaPrivateKey;
using crypto::Role;

constexpr char kTrustDomain[] = "bench.amana.example";
constexpr char kOrigin[] = "bench.amana.example/log";
constexpr char kBrokerAgency[] = "bench-broker";
constexpr char kSenderUnit[] = "desk";
constexpr char kRecipientUnit[] = "intake";

// The bench's shelter countersigns its own entry: two persons of it, with a key each.
constexpr char kRegistry[] = R"(# SYNTHETIC
trust_domain = "bench.amana.example"
root_ca = "ca/root.pem"
revocations = "revoked.txt"
coordinating_agencies = ["bench-haven"]

[[agency]]
id = "bench-police"
name = "SYNTHETIC police"
kind = "POLICE"
country = "KE"
issuing_ca = "ca/bench-police.pem"
certificates = "certificates/bench-police"

[[agency]]
id = "bench-haven"
name = "SYNTHETIC shelter"
kind = "SHELTER"
country = "KE"
issuing_ca = "ca/bench-haven.pem"
certificates = "certificates/bench-haven"
)";

// One agency may not take the whole broker by default; a bench is one agency that shall.
const std::vector<std::string>& RaisedQuotas() {
  static const auto* const quotas = new std::vector<std::string>{
      "limits.calls_per_second = 1000000", "limits.calls_burst = 1000000",
      "limits.submissions_per_second = 1000000", "limits.submissions_burst = 1000000"};
  return *quotas;
}

// Certificates know no parts of a second, and none may begin before its issuer's.
absl::Time WholeSecond(absl::Time time) { return absl::FromUnixSeconds(absl::ToUnixSeconds(time)); }

struct Keyed {
  crypto::Certificate certificate;
  EcdsaPrivateKey key;
};

// Makes the authorities, and end-entities under them, and writes what the broker reads.
class Builder {
 public:
  Builder(std::string folder, absl::Time now)
      : folder_(std::move(folder)),
        now_(now),
        validity_{WholeSecond(now) - absl::Hours(1), WholeSecond(now) + absl::Hours(23)},
        files_(RealFileSystem()) {}

  absl::StatusOr<BenchSite> Build();

 private:
  absl::Status Write(const std::string& name, std::string_view text) {
    const std::string path = folder_ + "/" + name;
    AMANA_RETURN_IF_ERROR(files_.CreateDirectories(FolderOf(path)));
    return files_.WriteAtomically(path, text, kPublicFile);
  }

  absl::StatusOr<crypto::Authority> MakeRoot() {
    AMANA_ASSIGN_OR_RETURN(EcdsaPrivateKey key, EcdsaPrivateKey::Generate());
    AMANA_ASSIGN_OR_RETURN(crypto::Certificate certificate,
                           crypto::MakeRoot(key, kTrustDomain, validity_));
    AMANA_RETURN_IF_ERROR(Write("ca/root.pem", certificate.pem()));
    return crypto::Authority{std::move(certificate), std::move(key)};
  }

  absl::StatusOr<crypto::Authority> MakeCa(const crypto::Authority& root, std::string_view agency) {
    AMANA_ASSIGN_OR_RETURN(EcdsaPrivateKey key, EcdsaPrivateKey::Generate());
    AMANA_ASSIGN_OR_RETURN(const AgencyId id, AgencyId::Create(agency));
    AMANA_ASSIGN_OR_RETURN(
        crypto::Certificate certificate,
        crypto::IssueAgencyCa(root, key.PublicKey(), kTrustDomain, id, validity_));
    AMANA_RETURN_IF_ERROR(Write("ca/" + std::string(agency) + ".pem", certificate.pem()));
    return crypto::Authority{std::move(certificate), std::move(key)};
  }

  absl::StatusOr<Keyed> Issue(const crypto::Authority& ca, Role role, std::string_view unit,
                              CertUsage usage, std::string_view person = "") {
    crypto::EndEntity profile;
    profile.spiffe.trust_domain = kTrustDomain;
    profile.spiffe.agency = ca.certificate.ca_agency();
    profile.spiffe.role = role;
    if (!unit.empty()) {
      AMANA_ASSIGN_OR_RETURN(UnitId id, UnitId::Create(unit));
      profile.spiffe.unit = std::move(id);
    }
    if (!person.empty()) {
      AMANA_ASSIGN_OR_RETURN(PersonId id, PersonId::Create(person));
      profile.spiffe.person = std::move(id);
    }
    profile.usage = usage;
    profile.validity = validity_;
    if (role == Role::kBroker) profile.ip_addresses = {"127.0.0.1"};
    AMANA_ASSIGN_OR_RETURN(EcdsaPrivateKey key, EcdsaPrivateKey::Generate());
    AMANA_ASSIGN_OR_RETURN(crypto::Certificate certificate,
                           crypto::IssueEndEntity(ca, key.PublicKey(), profile));
    return Keyed{std::move(certificate), std::move(key)};
  }

  absl::Status Register(std::string_view agency, const crypto::Certificate& certificate) {
    return Write("certificates/" + std::string(agency) + "/" + certificate.id().hex() + ".pem",
                 certificate.pem());
  }

  // The recipient's entry in the directory, signed by two persons of it.
  absl::StatusOr<v1::SetDirectoryEntryRequest> MakeEntry(const crypto::Authority& ca,
                                                         const crypto::Certificate& sealing);

  // The broker's own files; the log's verifier.
  absl::StatusOr<transparency::NoteVerifier> WriteBroker(const crypto::Authority& ca);
  std::string ConfigText() const;

  const std::string folder_;
  const absl::Time now_;
  const crypto::Validity validity_;
  FileSystem& files_;
};

absl::StatusOr<transparency::NoteVerifier> Builder::WriteBroker(const crypto::Authority& ca) {
  AMANA_ASSIGN_OR_RETURN(const Keyed tls, Issue(ca, Role::kBroker, "", CertUsage::kTls));
  AMANA_ASSIGN_OR_RETURN(const crypto::Secret tls_key, tls.key.ToPem());
  AMANA_RETURN_IF_ERROR(Write("broker/tls.pem", tls.certificate.pem() + ca.certificate.pem()));
  AMANA_RETURN_IF_ERROR(crypto::WriteKeyFile(folder_ + "/broker/tls.key", tls_key));
  AMANA_ASSIGN_OR_RETURN(const auto log, crypto::Ed25519PrivateKey::Generate());
  AMANA_ASSIGN_OR_RETURN(const crypto::Secret log_key, log.ToPem());
  AMANA_RETURN_IF_ERROR(crypto::WriteKeyFile(folder_ + "/broker/log.key", log_key));
  AMANA_RETURN_IF_ERROR(Write("registry.toml", kRegistry));
  AMANA_RETURN_IF_ERROR(Write("revoked.txt", "# SYNTHETIC: none\n"));
  AMANA_RETURN_IF_ERROR(Write("broker.toml", ConfigText()));
  return transparency::NoteVerifier::Create(kOrigin, transparency::NoteKeyType::kEd25519,
                                            log.PublicKey());
}

std::string Builder::ConfigText() const {
  const auto path = [this](const char* name) { return "\"" + folder_ + "/" + name + "\"\n"; };
  std::string text =
      "data_dir = " + path("data") + "clock_sync = \"trusted\"\n" +
      "listen.address = \"127.0.0.1:0\"\n" + "tls.certificate = " + path("broker/tls.pem") +
      "tls.key = " + path("broker/tls.key") + "tls.ca = " + path("ca/root.pem") +
      "registry.path = " + path("registry.toml") + "transparency.key = " + path("broker/log.key") +
      "transparency.origin = \"" + kOrigin + "\"\n" + "logging.level = \"warning\"\n";
  for (const std::string& quota : RaisedQuotas()) text += quota + "\n";
  return text;
}

absl::StatusOr<v1::SetDirectoryEntryRequest> Builder::MakeEntry(
    const crypto::Authority& ca, const crypto::Certificate& sealing) {
  AMANA_ASSIGN_OR_RETURN(const Keyed keeper,
                         Issue(ca, Role::kPerson, kRecipientUnit, CertUsage::kSigning, "keeper"));
  AMANA_ASSIGN_OR_RETURN(const Keyed coordinator, Issue(ca, Role::kCoordinator, kRecipientUnit,
                                                        CertUsage::kSigning, "coordinator"));
  AMANA_RETURN_IF_ERROR(Register(kBenchRecipient, keeper.certificate));
  AMANA_RETURN_IF_ERROR(Register(kBenchRecipient, coordinator.certificate));
  v1::DirectoryEntry entry;
  *entry.mutable_meta() = envelope::MakeMeta(keeper.certificate, now_);
  entry.set_agency(std::string(kBenchRecipient));
  entry.set_version(1);
  entry.set_kind(v1::AGENCY_KIND_SHELTER);
  entry.set_country("KE");
  v1::DirectoryUnit& unit = *entry.add_units();
  unit.set_unit(kRecipientUnit);
  unit.add_services(v1::SERVICE_TYPE_ACCOMMODATION);
  unit.set_county(47);
  unit.add_ages(v1::SUBJECT_CLASS_ADULT);
  unit.add_sexes(v1::SEX_CONSTRAINT_FEMALE);
  unit.add_sexes(v1::SEX_CONSTRAINT_MALE);
  unit.add_sealing_certificates(sealing.der());
  v1::SetDirectoryEntryRequest request;
  AMANA_ASSIGN_OR_RETURN(*request.mutable_entry(),
                         envelope::SignMessage(envelope::kDirectoryEntryType, entry, keeper.key));
  v1::DirectoryApproval approval;
  *approval.mutable_meta() = envelope::MakeMeta(coordinator.certificate, now_);
  approval.set_agency(entry.agency());
  approval.set_version(entry.version());
  approval.set_entry_sha256(envelope::PayloadDigest(request.entry()).bytes());
  AMANA_ASSIGN_OR_RETURN(
      *request.mutable_approval(),
      envelope::SignMessage(envelope::kDirectoryApprovalType, approval, coordinator.key));
  return request;
}

absl::StatusOr<BenchSite> Builder::Build() {
  AMANA_ASSIGN_OR_RETURN(const crypto::Authority root, MakeRoot());
  AMANA_ASSIGN_OR_RETURN(const crypto::Authority broker_ca, MakeCa(root, kBrokerAgency));
  AMANA_ASSIGN_OR_RETURN(const crypto::Authority sender_ca, MakeCa(root, kBenchSender));
  AMANA_ASSIGN_OR_RETURN(const crypto::Authority recipient_ca, MakeCa(root, kBenchRecipient));
  AMANA_ASSIGN_OR_RETURN(Keyed tls, Issue(sender_ca, Role::kSystem, kSenderUnit, CertUsage::kTls));
  AMANA_ASSIGN_OR_RETURN(Keyed signing,
                         Issue(sender_ca, Role::kSystem, kSenderUnit, CertUsage::kSigning));
  AMANA_ASSIGN_OR_RETURN(const Keyed sealing,
                         Issue(recipient_ca, Role::kSystem, kRecipientUnit, CertUsage::kSealing));
  AMANA_RETURN_IF_ERROR(Register(kBenchSender, signing.certificate));
  AMANA_ASSIGN_OR_RETURN(v1::SetDirectoryEntryRequest entry,
                         MakeEntry(recipient_ca, sealing.certificate));
  AMANA_ASSIGN_OR_RETURN(Keyed recipient_tls,
                         Issue(recipient_ca, Role::kSystem, kRecipientUnit, CertUsage::kTls));
  AMANA_ASSIGN_OR_RETURN(transparency::NoteVerifier log, WriteBroker(broker_ca));

  AMANA_ASSIGN_OR_RETURN(crypto::Secret tls_key, tls.key.ToPem());
  AMANA_ASSIGN_OR_RETURN(const AgencyId broker, AgencyId::Create(kBrokerAgency));
  AMANA_ASSIGN_OR_RETURN(
      const Address recipient,
      ParseAddress(std::string(kBenchRecipient) + "/" + kRecipientUnit, "recipient"));
  AMANA_ASSIGN_OR_RETURN(
      auto authorities,
      crypto::ChainVerifier::Create(
          {{root.certificate},
           {broker_ca.certificate, sender_ca.certificate, recipient_ca.certificate}}));
  const auto identity = [&](const crypto::Authority& ca, const crypto::Certificate& certificate,
                            crypto::Secret key, const char* unit, const char* data) {
    return sdk::IdentityParts{.agency = ca.certificate.ca_agency(),
                              .unit = UnitId::Create(unit).value_or(UnitId()),
                              .trust_domain = kTrustDomain,
                              .broker = "",
                              .broker_agency = broker,
                              .tls = {certificate, std::move(key)},
                              .signing = std::nullopt,
                              .person = std::nullopt,
                              .sealing = {},
                              .authorities = authorities,
                              .log = log,
                              .data = folder_ + data};
  };
  AMANA_ASSIGN_OR_RETURN(crypto::Secret recipient_key, recipient_tls.key.ToPem());
  BenchSite site{
      .broker_config = folder_ + "/broker.toml",
      .data_dir = folder_ + "/data",
      .quotas_raised = RaisedQuotas(),
      .sender = identity(sender_ca, tls.certificate, std::move(tls_key), kSenderUnit, "/sender"),
      .recipient = {recipient, sealing.certificate},
      .recipient_program = identity(recipient_ca, recipient_tls.certificate,
                                    std::move(recipient_key), kRecipientUnit, "/recipient"),
      .recipient_entry = std::move(entry)};
  site.sender.signing = sdk::SigningIdentity{signing.certificate, std::move(signing.key)};
  return site;
}

}  // namespace

absl::StatusOr<BenchSite> MakeBenchSite(const std::string& folder, absl::Time now) {
  return Builder(folder, now).Build();
}

}  // namespace amana::cli
