#include "agency-adapters/cli/audit_gossip.h"

#include <algorithm>
#include <map>

#include "absl/time/clock.h"
#include "agency-adapters/auditor/gossip.h"
#include "agency-adapters/auditor/mirror_chain.h"
#include "agency-adapters/cli/audit_evidence.h"
#include "agency-adapters/cli/check_text.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/values.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "base/steady_clock.h"

namespace amana::cli {
namespace {

using auditor::Gossip;
using auditor::PeerReport;
using auditor::PeerState;

constexpr absl::Duration kPause = absl::Milliseconds(100);
constexpr char kEveryMinute[] = "1m";

struct Options {
  std::string folder, serve, every, vkey, peer_ca, peer_certificate, peer_key;
  std::string tls_certificate, tls_key, tls_client_ca;
  std::vector<std::string> peers;
};

std::string_view NameOf(PeerState state) {
  switch (state) {
    case PeerState::kAgrees:
      return "AGREES";
    case PeerState::kAhead:
      return "AHEAD";
    case PeerState::kForked:
      return "FORKED";
    case PeerState::kTrouble:
      break;
  }
  return "TROUBLE";
}

// The two notes, as they were signed.
std::string Printed(const std::string& folder) {
  const auto fork = auditor::ReadFork(RealFileSystem(), folder);
  if (!fork.ok()) return "";
  return "--- one\n" + fork->one + "--- the other\n" + fork->other;
}

std::string Line(const PeerReport& report) {
  std::string text = report.peer + ": " + std::string(NameOf(report.state));
  if (report.state == PeerState::kTrouble) return text + "\n" + ErrorText(report.trouble);
  text += ", " + std::to_string(report.size) + " entries";
  if (report.state == PeerState::kAhead) text += ": compared when this mirror is as long";
  if (report.state != PeerState::kForked) return text + "\n";
  return text + ": the log has signed two histories; the evidence is in " + report.evidence + "\n" +
         Printed(report.evidence);
}

Json ToJson(const PeerReport& report) {
  Json json = {{"peer", report.peer}, {"state", std::string(NameOf(report.state))}};
  if (report.state == PeerState::kTrouble) {
    json["trouble"] = ErrorJson(report.trouble);
    return json;
  }
  json["size"] = report.size;
  if (report.evidence.empty()) return json;
  json["evidence"] = report.evidence;
  if (const auto fork = auditor::ReadFork(RealFileSystem(), report.evidence); fork.ok()) {
    json["one"] = fork->one;
    json["other"] = fork->other;
  }
  return json;
}

// 4 where two histories were seen, now or before; 3 where no peer showed anything.
Result Said(const std::string& folder, const std::vector<PeerReport>& reports) {
  Report report;
  report.json = {{"peers", Json::array()}};
  for (const PeerReport& peer : reports) {
    report.text += Line(peer);
    report.json["peers"].push_back(ToJson(peer));
  }
  const bool alone = std::ranges::all_of(
      reports, [](const PeerReport& peer) { return peer.state == PeerState::kTrouble; });
  if (alone && !reports.empty()) report.exit_code = kExitUnreachable;
  std::vector<std::string> forks;
  AMANA_ASSIGN_OR_RETURN(const auto logs, auditor::LogsOf(RealFileSystem(), folder));
  for (const auditor::MirroredLog& log : logs) {
    AMANA_ASSIGN_OR_RETURN(const auto found, auditor::ForksOf(RealFileSystem(), log.folder));
    forks.insert(forks.end(), found.begin(), found.end());
  }
  report.json["forks"] = forks;
  if (!forks.empty()) {
    report.exit_code = kExitUnverified;
    report.text += std::to_string(forks.size()) + " evidence of two histories in " + folder + "\n";
  }
  return report;
}

// Says what is new of each peer, until the user stops it. Who has found two histories goes on: its
// peers must be able to find them too.
Result Follow(Context& context, const Options& o, absl::Duration every, Gossip& gossip) {
  const World& world = context.world();
  std::map<std::string, std::string> said;
  std::vector<PeerReport> last;
  const BootClock steady;
  absl::Duration next = steady.Now();
  while (!world.stop()) {
    if (steady.Now() < next) {
      absl::SleepFor(kPause);
      continue;
    }
    next = steady.Now() + every;
    auto reports = gossip.Round(o.peers);
    if (!reports.ok()) {
      world.err << ErrorText(reports.status()) << std::flush;
      continue;
    }
    for (const PeerReport& report : *reports) {
      const std::string what = std::string(NameOf(report.state)) + report.evidence;
      if (std::exchange(said[report.peer], what) == what) continue;
      world.out << (context.json ? Dump(ToJson(report)) : Line(report)) << std::flush;
    }
    last = *std::move(reports);
  }
  return Said(o.folder, last);
}

absl::StatusOr<http::ServerOptions> HttpOptions(const Options& o) {
  http::ServerOptions http{.address = o.serve};
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

Result Run(Context& context, const Options& o) {
  if (o.serve.empty() && o.peers.empty()) return UsageError("--peer", "expected one, or --serve");
  AMANA_ASSIGN_OR_RETURN(const transparency::NoteVerifier log, LogKey(context, o.vkey));
  http::ClientOptions options;
  options.ca_file = o.peer_ca;
  options.certificate_file = o.peer_certificate;
  options.key_file = o.peer_key;
  options.timeout = absl::Seconds(10);
  options.max_body = auditor::kMaxPeerNote;
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<http::Client> client, http::Client::Create(options));
  AMANA_ASSIGN_OR_RETURN(const auto logs, auditor::LogsOf(RealFileSystem(), o.folder));
  Gossip gossip(RealFileSystem(), logs.back().folder, log,
                auditor::ReadPeer(*client, RealFileSystem()));
  if (o.serve.empty() && o.every.empty()) {
    AMANA_ASSIGN_OR_RETURN(const std::vector<PeerReport> reports, gossip.Round(o.peers));
    return Said(o.folder, reports);
  }
  AMANA_ASSIGN_OR_RETURN(const absl::Duration every,
                         DurationOption("--follow", o.every.empty() ? kEveryMinute : o.every));
  if (o.serve.empty()) return Follow(context, o, every, gossip);
  AMANA_ASSIGN_OR_RETURN(const http::ServerOptions http, HttpOptions(o));
  AMANA_RETURN_IF_ERROR(gossip.Round({}).status());  // there is something to serve
  AMANA_ASSIGN_OR_RETURN(const auto server, auditor::ServeNewest(gossip, http));
  const std::string url = (http.tls ? "https://" : "http://") + server->address();
  context.world().out << (context.json ? Dump({{"url", url}})
                                       : "serving this mirror's checkpoint at " + url + "\n")
                      << std::flush;
  return Follow(context, o, every, gossip);
}

// --- fork

struct ForkOptions {
  std::string folder, vkey;
};

Result JudgeOne(Context& context, const ForkOptions& o) {
  AMANA_ASSIGN_OR_RETURN(const transparency::NoteVerifier log, LogKey(context, o.vkey));
  AMANA_ASSIGN_OR_RETURN(const auditor::Fork fork, auditor::ReadFork(RealFileSystem(), o.folder));
  Report report;
  if (const absl::Status judged = auditor::JudgeFork(fork, log); !judged.ok()) {
    report.exit_code = kExitUnverifiable;
    report.text = "UNVERIFIABLE\n" + ErrorText(judged);
    report.json = ErrorJson(judged);
    report.json["exit_code"] = report.exit_code;
    return report;
  }
  report.exit_code = kExitUnverified;
  report.text = "PROVEN: " + log.name() + " has signed two histories\n" + Printed(o.folder);
  report.json = {
      {"verdict", "TAMPERED"}, {"origin", log.name()}, {"one", fork.one}, {"other", fork.other}};
  return report;
}

void AddOptions(CLI::App& command, Options& o) {
  command.add_option("folder", o.folder, "A mirror; another process may be following it")
      ->required();
  command.add_option("--peer", o.peers,
                     "Another auditor, or a log: its URL before /checkpoint, or a file with its "
                     "checkpoint; may be repeated");
  command.add_option("--serve", o.serve,
                     "HOST:PORT to give this mirror's checkpoint at; other than on this machine "
                     "only with TLS");
  command.add_option("--follow", o.every, "Again and again, after this time (with --serve: 1m)");
  command.add_option("--vkey", o.vkey, "The log's verifier key, or its file (agency.toml's)");
  command.add_option("--peer-ca", o.peer_ca, "PEM: peers are believed by these alone");
  command.add_option("--peer-cert", o.peer_certificate, "PEM: shown to peers that ask");
  command.add_option("--peer-key", o.peer_key, "PEM, 0400");
  command.add_option("--tls-cert", o.tls_certificate, "PEM: certificate and issuers, of --serve");
  command.add_option("--tls-key", o.tls_key, "PEM, 0400");
  command.add_option("--tls-client-ca", o.tls_client_ca,
                     "PEM: only peers with a certificate of these are let in");
}

}  // namespace

void RegisterAuditGossip(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "gossip", "Compare this mirror's log with what others are shown",
      "  amana audit gossip mirror --peer from-the-police            (once; a file)\n"
      "  amana audit gossip mirror --serve 127.0.0.1:7076 --peer https://audit.example:7076\n"
      "Exit code 4 where the log has signed two histories: both notes are printed, kept in\n"
      "mirror/forks, and found by every later `amana audit verify mirror`.\n"
      "3 where no peer showed anything that the log has signed.\n",
      AddOptions, Run);
  AddCommand<ForkOptions>(
      parent, context, "fork", "Judge kept evidence of two histories, anywhere",
      "  amana audit fork mirror/forks/0123456789abcdef --vkey log.vkey\n"
      "Exit code 4: it proves them. 7: it does not.\n",
      [](CLI::App& command, ForkOptions& o) {
        command.add_option("folder", o.folder, "The folder of one piece of evidence")->required();
        command.add_option("--vkey", o.vkey, "The log's verifier key, or its file (agency.toml's)");
      },
      JudgeOne);
}

}  // namespace amana::cli
