#include "absl/time/clock.h"
#include "agency-adapters/auditor/witness_server.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/exit_code.h"
#include "agency-adapters/cli/verifier_key.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "proto/crypto/key_file.h"

namespace amana::cli {
namespace {

using auditor::Witness;
using auditor::WitnessBook;
using transparency::Cosigner;
using transparency::NoteKeyType;
using transparency::NoteVerifier;

constexpr absl::Duration kLookForStop = absl::Milliseconds(100);
constexpr int kExitUnproven = 7;  // as of a verdict of UNVERIFIABLE

// --- keys

struct KeysOptions {
  std::string name, dir = "witness-keys";
};

Result MakeKeys(Context&, const KeysOptions& o) {
  AMANA_ASSIGN_OR_RETURN(const crypto::Ed25519PrivateKey key,
                         crypto::Ed25519PrivateKey::Generate());
  const auto verifier = NoteVerifier::Create(o.name, NoteKeyType::kCosignatureV1, key.PublicKey());
  if (!verifier.ok()) return UsageError("--name", std::string(verifier.status().message()));
  AMANA_ASSIGN_OR_RETURN(const crypto::Secret pem, key.ToPem());
  AMANA_RETURN_IF_ERROR(RealFileSystem().CreateDirectories(o.dir));
  AMANA_RETURN_IF_ERROR(crypto::WriteKeyFile(o.dir + "/witness.key", pem));
  AMANA_RETURN_IF_ERROR(RealFileSystem().WriteAtomically(o.dir + "/witness.vkey",
                                                         verifier->vkey() + "\n", kPublicFile));
  Report report;
  report.json = {{"key", o.dir + "/witness.key"},
                 {"vkey_file", o.dir + "/witness.vkey"},
                 {"vkey", verifier->vkey()}};
  report.text = "made " + o.dir + "/witness.key (keep it here) and " + o.dir +
                "/witness.vkey,\nwhich whoever is to believe this witness needs:\n  " +
                verifier->vkey() + "\n";
  return report;
}

// --- run

struct RunOptions {
  std::string dir = "witness", key = "witness-keys/witness.key", name, listen = "127.0.0.1:7075";
  std::string prefix, tls_certificate, tls_key, tls_client_ca;
  std::vector<std::string> logs;
};

absl::StatusOr<Cosigner> ReadCosigner(const RunOptions& o) {
  AMANA_ASSIGN_OR_RETURN(const crypto::Secret pem, crypto::ReadKeyFile(o.key));
  AMANA_ASSIGN_OR_RETURN(crypto::Ed25519PrivateKey key, crypto::Ed25519PrivateKey::FromPem(pem));
  absl::StatusOr<Cosigner> cosigner = Cosigner::Create(o.name, std::move(key));
  if (!cosigner.ok()) return UsageError("--name", std::string(cosigner.status().message()));
  return cosigner;
}

absl::StatusOr<http::ServerOptions> HttpOptions(const RunOptions& o) {
  http::ServerOptions http{.address = o.listen};
  if (o.tls_certificate.empty() != o.tls_key.empty()) {
    return UsageError("--tls-cert", "--tls-cert and --tls-key go together");
  }
  if (!o.tls_certificate.empty()) {
    http.tls = http::ServerTls{o.tls_certificate, o.tls_key, o.tls_client_ca};
  } else if (!o.tls_client_ca.empty()) {
    return UsageError("--tls-client-ca", "needs --tls-cert and --tls-key");
  }
  return http;
}

Result Serve(Context& context, const RunOptions& o) {
  AMANA_ASSIGN_OR_RETURN(Cosigner cosigner, ReadCosigner(o));
  AMANA_ASSIGN_OR_RETURN(const http::ServerOptions http, HttpOptions(o));
  std::vector<NoteVerifier> logs;
  for (const std::string& log : o.logs) {
    AMANA_ASSIGN_OR_RETURN(NoteVerifier key, ReadVerifierKey(log));
    if (key.type() != NoteKeyType::kEd25519) {
      return UsageError("--log", "is a witness's key, not a log's");
    }
    logs.push_back(std::move(key));
  }
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<WitnessBook> book, WitnessBook::Open(o.dir));
  const std::string vkey = cosigner.verifier().vkey();
  Witness witness(std::move(cosigner), std::move(logs), *book, context.clock());
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<http::Server> server,
                         auditor::ServeWitness(witness, http, o.prefix));
  const std::string url =
      (http.tls ? "https://" : "http://") + server->address() + o.prefix + "/add-checkpoint";
  context.world().out << (context.json ? Dump({{"url", url}, {"vkey", vkey}})
                                       : "witnessing at " + url + "\nas " + vkey + "\n")
                      << std::flush;
  while (!context.world().stop()) absl::SleepFor(kLookForStop);
  server->Stop();
  return Report{};
}

// --- evidence

struct EvidenceOptions {
  std::string dir = "witness";
};

// Exit 4 when a fork is there, and 7 when only what proves nothing by itself is: a script that
// looks now and then should not have to read.
Result ShowEvidence(Context&, const EvidenceOptions& o) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<auditor::Evidence> kept,
                         WitnessBook::ReadEvidence(o.dir));
  Report report;
  report.json = Json::array();
  bool proven = false;
  for (const auditor::Evidence& evidence : kept) {
    const bool fork = evidence.kind == auditor::EvidenceKind::kFork;
    proven = proven || fork;
    report.json.push_back({{"origin", evidence.origin},
                           {"kind", fork ? "FORK" : "UNPROVEN"},
                           {"held", evidence.held},
                           {"offered", evidence.offered}});
    report.text +=
        evidence.origin +
        (fork ? " has signed two histories of one size:\n"
              : " has signed both of these; whoever offered the second did not show "
                "that it contains the first.\nBy itself that accuses nobody: compare "
                "them with a mirror (`amana audit verify MIRROR --other-checkpoint`).\n") +
        "--- cosigned here\n" + evidence.held + "--- offered\n" + evidence.offered + "\n";
  }
  if (kept.empty()) report.text = "nothing: no log has shown this witness two histories\n";
  report.exit_code = kept.empty() ? kExitDone : proven ? kExitUnverified : kExitUnproven;
  return report;
}

void AddRunOptions(CLI::App& command, RunOptions& o) {
  command.add_option("--log", o.logs, "Verifier key of a log, or a file with it; may be repeated")
      ->required();
  command.add_option("--name", o.name, "The witness's name, as its key was made for")->required();
  command.add_option("--key", o.key, "Its private key")->capture_default_str();
  command.add_option("--dir", o.dir, "What it remembers")->capture_default_str();
  command
      .add_option("--listen", o.listen,
                  "HOST:PORT, or unix:PATH; other than on this machine "
                  "only with TLS")
      ->capture_default_str();
  command.add_option("--prefix", o.prefix, "Path before /add-checkpoint, for example /amana");
  command.add_option("--tls-cert", o.tls_certificate, "PEM: certificate and issuers");
  command.add_option("--tls-key", o.tls_key, "PEM, 0400");
  command.add_option("--tls-client-ca", o.tls_client_ca,
                     "PEM: only clients with a certificate of these are let in");
}

}  // namespace

void RegisterWitness(CLI::App& parent, Context& context) {
  AddCommand<KeysOptions>(
      parent, context, "keys", "Make a witness's key, and the verifier key for those who trust it",
      "  amana witness keys --name witness.oversight.example/w1 --dir witness-keys\n",
      [](CLI::App& command, KeysOptions& o) {
        command.add_option("--name", o.name, "A name of its own, for ever; no spaces, no plus")
            ->required();
        command.add_option("--dir", o.dir, "Folder of the key")->capture_default_str();
      },
      MakeKeys);
  AddCommand<RunOptions>(
      parent, context, "run", "Cosign checkpoints that only append, until interrupted",
      "  amana witness run --name witness.oversight.example/w1 --log trust/log.vkey\n"
      "  amana witness run ... --listen 192.0.2.1:7075 --tls-cert w.pem --tls-key w.key\n",
      AddRunOptions, Serve);
  AddCommand<EvidenceOptions>(
      parent, context, "evidence", "What shows that a log has signed two histories",
      "  amana witness evidence            (exit 0: nothing; 4: two histories, which it prints;\n"
      "                                     7: an offer without a proof, which anybody can make)\n",
      [](CLI::App& command, EvidenceOptions& o) {
        command.add_option("--dir", o.dir, "What the witness remembers")->capture_default_str();
      },
      ShowEvidence);
}

}  // namespace amana::cli
