#include <utility>

#include "absl/time/clock.h"
#include "agency-adapters/auditor/bundle_file.h"
#include "agency-adapters/auditor/bundle_text.h"
#include "proto/envelope/statement.h"
#include "tests/conformance/forged_log.h"
#include "tests/conformance/tamper_row.h"
#include "tests/support/test_pki.h"

namespace amana::tests {
namespace {

using auditor::BundleFile;
using v1::EvidenceBundle;
using Change = std::function<void(EvidenceBundle&, const BundleScene&)>;

BundleFile Read(const std::string& bytes) {
  auto file = auditor::ReadBundleFile(bytes);
  CheckOrDie(file.status(), "bundle");
  return *std::move(file);
}

EvidenceBundle EvidenceOf(const std::string& bytes) {
  auto evidence = auditor::ParseEvidence(Read(bytes).evidence);
  CheckOrDie(evidence.status(), "bundle");
  return *std::move(evidence);
}

// Words, where they can be written, and signature follow from the evidence.
std::string Signed(const EvidenceBundle& evidence, const sdk::SigningIdentity& signer) {
  const auto words = auditor::StatementOf(evidence, signer.certificate);
  auto file = auditor::WriteBundleFile(words.ok() ? *words : "No words.\n",
                                       envelope::Serialize(evidence), signer);
  CheckOrDie(file.status(), "bundle");
  return *std::move(file);
}

std::function<std::string(const BundleScene&)> Resign(Change change) {
  return [change = std::move(change)](const BundleScene& scene) {
    EvidenceBundle evidence = EvidenceOf(scene.file);
    change(evidence, scene);
    return Signed(evidence, scene.signer);
  };
}

// In the bytes alone, without a key.
std::string Replaced(std::string bytes, std::string_view find, std::string_view put) {
  const size_t at = bytes.find(find);
  if (at == std::string::npos) CheckOrDie(absl::InternalError("not in the bundle"), find);
  return bytes.replace(at, find.size(), put);
}

std::string_view Between(const std::string& bytes, std::string_view from, std::string_view to) {
  const size_t at = bytes.find(from);
  return std::string_view(bytes).substr(at, bytes.find(to) - at);
}

std::string OtherEvidence(const BundleScene& scene) {
  constexpr std::string_view kFrom = "-----BEGIN EVIDENCE-----";
  constexpr std::string_view kTo = "-----END EVIDENCE-----";
  return Replaced(scene.file, Between(scene.file, kFrom, kTo), Between(scene.other, kFrom, kTo));
}

std::string OtherSignature(const BundleScene& scene) {
  constexpr std::string_view kFrom = "-----BEGIN SIGNATURE-----";
  constexpr std::string_view kTo = "-----END SIGNATURE-----";
  return Replaced(scene.file, Between(scene.file, kFrom, kTo), Between(scene.other, kFrom, kTo));
}

std::string FewerWords(const BundleScene& scene) {
  const size_t list = scene.file.find("EVENTS (entry");
  const size_t from = scene.file.find('\n', list) + 1;
  return std::string(scene.file).erase(from, scene.file.find('\n', from) + 1 - from);
}

// By a certificate of the same name from an authority that nobody here knows.
std::string ForeignSigner(const BundleScene& scene) {
  const TestIdentity foreign =
      MakeForeignCert(scene.signer.certificate.spiffe(), crypto::CertUsage::kSigning);
  EvidenceBundle evidence = EvidenceOf(scene.file);
  evidence.mutable_meta()->set_cert_id(foreign.certificate.id().bytes());
  return Signed(evidence, {foreign.certificate, foreign.key});
}

// Another agency signs, and says that it was this one.
std::string AnotherAgency(const BundleScene& scene) {
  return Signed(EvidenceOf(scene.file), scene.stranger);
}

std::string AnotherLog(const BundleScene& scene) {
  auto key = crypto::Ed25519PrivateKey::Generate();
  CheckOrDie(key.status(), "key");
  const auto log = transparency::NoteSigner::Create(scene.log->verifier().name(), *std::move(key));
  CheckOrDie(log.status(), "key");
  EvidenceBundle evidence = EvidenceOf(scene.file);
  evidence.set_checkpoint(ForgedLog(scene.mirror).Checkpoint(*log));
  return Signed(evidence, scene.signer);
}

// The operator's own key, over a log in which one of the events never was.
std::string AnotherHistory(const BundleScene& scene) {
  EvidenceBundle evidence = EvidenceOf(scene.file);
  ForgedLog log(scene.mirror);
  log.entries()[evidence.events(0).index()].back() ^= 1;
  evidence.set_checkpoint(log.Checkpoint(*scene.log));
  return Signed(evidence, scene.signer);
}

std::string WordsOfOnesOwn(const BundleScene& scene) {
  auto file =
      auditor::WriteBundleFile("Nothing was found.\n", Read(scene.file).evidence, scene.signer);
  CheckOrDie(file.status(), "bundle");
  return *std::move(file);
}

std::vector<BundleRow> WithoutKey() {
  return {
      {"bundle: other words", "SIGNER", "TAMPERED",
       [](const BundleScene& s) { return Replaced(s.file, "ACCEPTED", "REJECTED"); }},
      {"bundle: an event left out of its words", "SIGNER", "TAMPERED", FewerWords},
      {"bundle: another bundle's evidence", "SIGNER", "TAMPERED", OtherEvidence},
      {"bundle: another bundle's signature", "SIGNER", "TAMPERED", OtherSignature},
      {"bundle: cut short", "FORM", "UNVERIFIABLE",
       [](const BundleScene& s) { return s.file.substr(0, s.file.size() / 2); }},
      {"bundle: something behind it", "FORM", "UNVERIFIABLE",
       [](const BundleScene& s) { return s.file + "\n"; }},
      {"bundle: signed by nobody known", "SIGNER", "UNTRUSTED", ForeignSigner},
      {"bundle: another agency in this one's name", "SIGNER", "TAMPERED", AnotherAgency},
      {"bundle: another log", "NOTE", "UNTRUSTED", AnotherLog},
      {"bundle: another history, signed by the log", "INCLUSION", "TAMPERED", AnotherHistory},
  };
}

}  // namespace

std::vector<BundleRow> BundleRows() {
  std::vector<BundleRow> rows = WithoutKey();
  // Whoever made it does it over again, with his own key.
  const std::vector<BundleRow> resigned = {
      {"bundle: an event dropped", "COUNTERS", "INCOMPLETE",
       Resign([](EvidenceBundle& b, const BundleScene&) {
         b.mutable_events()->DeleteSubrange(1, 1);
       })},
      {"bundle: events reordered", "COUNTERS", "TAMPERED",
       Resign(
           [](EvidenceBundle& b, const BundleScene&) { b.mutable_events()->SwapElements(0, 1); })},
      {"bundle: another bundle's proof", "INCLUSION", "TAMPERED",
       Resign([](EvidenceBundle& b, const BundleScene& s) {
         *b.mutable_events(0)->mutable_path() = EvidenceOf(s.other).events(0).path();
       })},
      {"bundle: another bundle's event", "QUESTION", "TAMPERED",
       Resign([](EvidenceBundle& b, const BundleScene& s) {
         *b.add_events() = *EvidenceOf(s.other).events().rbegin();
       })},
      {"bundle: an event altered", "INCLUSION", "TAMPERED",
       Resign([](EvidenceBundle& b, const BundleScene&) {
         b.mutable_events(0)->mutable_whole()->set_fields(1, std::string(8, '\1'));
       })},
      {"bundle: an answer among the others", "QUESTION", "TAMPERED",
       Resign([](EvidenceBundle& b, const BundleScene&) {
         *b.add_others() = *b.events().rbegin();
         b.mutable_events()->RemoveLast();
       })},
      {"bundle: a wider claim", "COUNTERS", "INCOMPLETE",
       Resign([](EvidenceBundle& b, const BundleScene&) {
         b.mutable_ranges(0)->set_last(~uint64_t{0});
       })},
      {"bundle: huge counts", "FORM", "UNVERIFIABLE",
       Resign([](EvidenceBundle& b, const BundleScene&) {
         for (int i = 0; i <= auditor::kMaxBundleEvents; ++i) b.add_others();
       })},
      {"bundle: words of its maker's own", "STATEMENT", "TAMPERED", WordsOfOnesOwn}};
  rows.insert(rows.end(), resigned.begin(), resigned.end());
  return rows;
}

}  // namespace amana::tests
