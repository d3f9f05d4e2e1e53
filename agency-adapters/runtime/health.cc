#include "agency-adapters/runtime/health.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/status.h"
#include "proto/crypto/x509.h"

namespace amana::runtime {
namespace {

constexpr absl::Duration kSoon = absl::Hours(14 * 24);

HealthLine CheckCertificate(const std::string& name, const crypto::Certificate& certificate,
                            bool usable, const sdk::Identity& identity, absl::Time now) {
  if (!usable) return {name, false, "KEY_UNUSABLE"};
  const absl::Status chain = identity.authorities().Verify(certificate, now, certificate.usage());
  if (!chain.ok()) return {name, false, ErrorReason(chain)};
  if (certificate.not_after() - now < kSoon) return {name, true, "CERTIFICATE_EXPIRES_SOON"};
  return {name, true};
}

bool Signs(const sdk::SigningIdentity& identity) {
  const std::string said = "amana health";
  const auto signature = identity.key.Sign(said);
  return signature.ok() && identity.certificate.public_key().Verify(said, *signature).ok();
}

// Where none is held: a line that says so, unhealthy where the work needs one.
void AddSigner(const std::string& name, const absl::StatusOr<const sdk::SigningIdentity*>& signer,
               bool needed, const sdk::Identity& identity, absl::Time now,
               std::vector<HealthLine>& lines) {
  if (!signer.ok()) {
    lines.push_back({name, !needed, ErrorReason(signer.status())});
    return;
  }
  lines.push_back(CheckCertificate(name, (*signer)->certificate, Signs(**signer), identity, now));
}

}  // namespace

bool HealthReport::ok() const { return std::ranges::all_of(lines, &HealthLine::ok); }

std::vector<HealthLine> CheckKeys(const sdk::Identity& identity, absl::Time now) {
  std::vector<HealthLine> lines;
  lines.push_back(CheckCertificate("key.tls", identity.tls().certificate, true, identity, now));
  AddSigner("key.signing", identity.Signer(), true, identity, now, lines);
  // Without one the program sends and receives, and no person's answer can go out.
  AddSigner("key.person", identity.PersonSigner(), false, identity, now, lines);
  // Rotated ones may be over; one must not be.
  HealthLine best{"key.sealing", false, "SEALING_KEY_MISSING"};
  for (const envelope::SealingIdentity& sealing : identity.sealing()) {
    HealthLine line = CheckCertificate("key.sealing", sealing.certificate,
                                       sealing.key.PublicKey() == sealing.certificate.public_key(),
                                       identity, now);
    if (!best.ok || (line.ok && line.reason.empty())) best = std::move(line);
  }
  lines.push_back(std::move(best));
  return lines;
}

absl::StatusOr<Waiting> CountWaiting(ItemJournal& items, DeliveryJournal& deliveries,
                                     absl::Time now) {
  Waiting waiting;
  AMANA_ASSIGN_OR_RETURN(waiting.items, items.Count(RowState::kIntended));
  AMANA_ASSIGN_OR_RETURN(waiting.queued, items.Count(RowState::kWritten));
  AMANA_ASSIGN_OR_RETURN(waiting.deliveries, deliveries.Count(RowState::kIntended));
  AMANA_ASSIGN_OR_RETURN(const int64_t dead_items, items.Count(RowState::kDead));
  AMANA_ASSIGN_OR_RETURN(const int64_t dead_deliveries, deliveries.Count(RowState::kDead));
  waiting.dead = dead_items + dead_deliveries;
  AMANA_ASSIGN_OR_RETURN(const auto item, items.OldestIntended());
  AMANA_ASSIGN_OR_RETURN(const auto delivery, deliveries.OldestIntended());
  waiting.oldest =
      std::max(absl::ZeroDuration(), now - std::min(item.value_or(now), delivery.value_or(now)));
  return waiting;
}

nlohmann::ordered_json ToJson(const HealthReport& report) {
  nlohmann::ordered_json json = {
      {"ok", report.ok()},
      {"time", absl::FormatTime(absl::RFC3339_full, report.at, absl::UTCTimeZone())},
      {"checks", nlohmann::ordered_json::array()},
      {"waiting",
       {{"items", report.waiting.items},
        {"queued", report.waiting.queued},
        {"deliveries", report.waiting.deliveries},
        {"dead_letters", report.waiting.dead},
        {"oldest_seconds", absl::ToInt64Seconds(report.waiting.oldest)}}}};
  for (const HealthLine& line : report.lines) {
    nlohmann::ordered_json check = {{"check", line.name}, {"ok", line.ok}};
    if (!line.reason.empty()) check["reason"] = line.reason;
    json["checks"].push_back(std::move(check));
  }
  return json;
}

std::string ToText(const HealthReport& report) {
  std::string text = report.ok() ? "healthy\n" : "NOT healthy\n";
  for (const HealthLine& line : report.lines) {
    text += std::string(line.ok ? "  ok   " : "  FAIL ") + line.name +
            (line.reason.empty() ? "\n" : ": " + line.reason + "\n");
  }
  const Waiting& waiting = report.waiting;
  return text + "  waiting: " + std::to_string(waiting.items) + " items, " +
         std::to_string(waiting.queued) + " for the broker, " + std::to_string(waiting.deliveries) +
         " deliveries, oldest " + std::to_string(absl::ToInt64Seconds(waiting.oldest)) + " s; " +
         std::to_string(waiting.dead) + " dead letters\n";
}

}  // namespace amana::runtime
