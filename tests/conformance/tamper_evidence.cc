#include <sys/wait.h>

#include <cstdlib>

#include "absl/time/clock.h"
#include "agency-adapters/sdk/event_view.h"
#include "proto/crypto/revocation_list.h"
#include "proto/transparency/cosignature.h"
#include "tests/conformance/forged_log.h"
#include "tests/conformance/tamper_row.h"

namespace amana::tests {
namespace {

using Arguments = std::vector<std::string>;
using sdk::EventField;
using Change = std::function<void(v1::EventOpening&)>;

Change Set(EventField field, std::string value) {
  return [field, value = std::move(value)](v1::EventOpening& opening) {
    opening.set_fields(static_cast<int>(field), value);
  };
}

Change SetKind(v1::EventKind kind) {
  return Set(EventField::kKind, std::string(1, static_cast<char>(kind)));
}

// What is shown of an event no longer is its entry.
std::function<Arguments(const TamperScene&)> Show(v1::EventKind kind, Change change) {
  return [kind, change = std::move(change)](const TamperScene& scene) {
    ChangeShown(scene.folder, FindShown(scene.folder, kind, 3), change);
    return Arguments();
  };
}

// The operator logs another event, and everything follows and is signed: nothing held tells, but
// the events contradict each other.
std::function<Arguments(const TamperScene&)> Log(v1::EventKind kind, Change change) {
  return [kind, change = std::move(change)](const TamperScene& scene) {
    ForgedLog log(scene.folder);
    log.ChangeEvent(FindShown(scene.folder, kind, 3), change);
    log.Write(*scene.log);
    return Arguments();
  };
}

std::function<Arguments(const TamperScene&)> Drop(v1::EventKind kind) {
  return [kind](const TamperScene& scene) {
    DropShown(scene.folder, FindShown(scene.folder, kind, 3));
    return Arguments();
  };
}

Arguments ForgeReceipt(const TamperScene& scene) {
  std::string bytes = ReadOrDie(scene.receipt);
  v1::Receipt receipt;
  receipt.ParseFromString(bytes);
  SetKind(v1::EVENT_KIND_TASK_ACCEPTED)(*receipt.mutable_event());
  WriteOrDie(scene.work + "/receipt", receipt.SerializeAsString());
  return {"--receipt", scene.work + "/receipt"};
}

Arguments ShowAnotherHistory(const TamperScene& scene) {
  ForgedLog log(scene.folder);
  log.entries()[12].back() ^= 1;
  WriteOrDie(scene.work + "/checkpoint", log.Checkpoint(*scene.log));
  return {"--other-checkpoint", scene.work + "/checkpoint"};
}

transparency::Cosigner Witness() {
  auto key = crypto::Ed25519PrivateKey::Generate();
  CheckOrDie(key.status(), "key");
  auto witness = transparency::Cosigner::Create("witness.example", *std::move(key));
  CheckOrDie(witness.status(), "witness");
  return *std::move(witness);
}

Arguments NoCosignature(const TamperScene&) {
  return {"--witness", Witness().verifier().vkey(), "--quorum", "1"};
}

Arguments AnOldCosignature(const TamperScene& scene) {
  const transparency::Cosigner witness = Witness();
  const std::string note = ReadOrDie(scene.folder + "/checkpoint");
  const std::string text = note.substr(0, note.find("\n\n") + 1);
  const absl::Time then = absl::Now() - absl::Hours(48);
  const auto line = witness.Cosign(text, static_cast<uint64_t>(absl::ToUnixSeconds(then)));
  CheckOrDie(line.status(), "cosignature");
  const auto written = transparency::FormatSignatureLine(*line);
  CheckOrDie(written.status(), "cosignature");
  WriteOrDie(scene.folder + "/checkpoint", note + *written);
  return {"--witness", witness.verifier().vkey(), "--quorum", "1"};
}

Arguments RevokedBefore(const TamperScene& scene) {
  const auto certificate = CertId::FromHexString(scene.signer);
  CheckOrDie(certificate.status(), "certificate");
  const auto line =
      crypto::FormatRevocation({*certificate, absl::Now() - absl::Hours(24), "key lost"});
  CheckOrDie(line.status(), "revocation");
  WriteOrDie(scene.work + "/revoked", *line);
  return {"--revocations", scene.work + "/revoked"};
}

// A token of the openssl program's over other bytes.
Arguments AnotherTimestamp(const TamperScene& scene) {
  WriteOrDie(scene.work + "/config",
             "[req]\ndistinguished_name=dn\nprompt=no\n[dn]\nCN=SYNTHETIC\n"
             "[tsa]\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n"
             "[tsa_config]\nserial=serial\ndefault_policy=1.2.3.4.1\ndigests=sha256\n"
             "signer_digest=sha256\ness_cert_id_alg=sha256\n");
  WriteOrDie(scene.work + "/serial", "01\n");
  WriteOrDie(scene.work + "/data", "another checkpoint\n");
  const std::string script =
      "cd '" + scene.work +
      "' && { openssl req -x509 -newkey ec -pkeyopt "
      "ec_paramgen_curve:P-256 -nodes -keyout k -config config -extensions tsa -days 2 -out c && "
      "openssl ts -query -data data -sha256 -cert -out q && "
      "openssl ts -reply -queryfile q -config config -section tsa_config -signer c -inkey k "
      "-out token; } 2>err";
  if (std::system(script.c_str()) != 0) CheckOrDie(absl::InternalError("openssl"), script);
  return {"--timestamp", scene.work + "/token", "--timestamp-ca", scene.work + "/c"};
}

}  // namespace

std::vector<TamperRow> EvidenceRows() {
  const std::string long_ago(8, '\0');
  return {
      {"alter a timestamp", "INCLUSION", "TAMPERED",
       Show(v1::EVENT_KIND_TASK_ROUTED, Set(EventField::kTime, long_ago))},
      {"alter a recipient", "INCLUSION", "TAMPERED",
       Show(v1::EVENT_KIND_TASK_ROUTED, Set(EventField::kRecipient, "haven/other"))},
      {"alter a kind", "INCLUSION", "TAMPERED",
       Show(v1::EVENT_KIND_TASK_ROUTED, SetKind(v1::EVENT_KIND_TASK_REJECTED))},
      {"drop an event", "COUNTERS", "INCOMPLETE", Drop(v1::EVENT_KIND_TASK_ROUTED)},
      {"log an earlier time", "COUNTERS", "TAMPERED",
       Log(v1::EVENT_KIND_TASK_ROUTED, Set(EventField::kTime, long_ago)), false},
      {"log a counter twice", "COUNTERS", "TAMPERED",
       Log(v1::EVENT_KIND_TASK_ROUTED, Set(EventField::kSenderCounter, "\x01")), false},
      {"log an answer that nobody gave", "ORDER", "TAMPERED",
       Log(v1::EVENT_KIND_TASK_ROUTED, SetKind(v1::EVENT_KIND_TASK_COMPLETED)), false},
      {"log a delivery of what was erased", "ERASURES", "TAMPERED",
       Log(v1::EVENT_KIND_TASK_ROUTED, SetKind(v1::EVENT_KIND_REFERRAL_ERASED)), false},
      {"log another signer's agency", "SIGNATURES", "TAMPERED",
       Log(v1::EVENT_KIND_SUBMISSION_ACCEPTED, Set(EventField::kActorAgency, "haven"))},
      {"a receipt of another event", "INCLUSION", "TAMPERED", ForgeReceipt},
      {"show somebody another history", "EQUIVOCATION", "TAMPERED", ShowAnotherHistory},
      {"hide it from the witnesses", "WITNESSES", "UNTRUSTED", NoCosignature},
      {"an old cosignature", "WITNESSES", "UNTRUSTED", AnOldCosignature},
      {"a key revoked before it signed", "SIGNATURES", "UNTRUSTED", RevokedBefore},
      {"a timestamp of another checkpoint", "TIMESTAMP", "TAMPERED", AnotherTimestamp},
  };
}

}  // namespace amana::tests
