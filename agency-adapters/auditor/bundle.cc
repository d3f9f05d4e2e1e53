#include "agency-adapters/auditor/bundle.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "agency-adapters/auditor/bundle_file.h"
#include "agency-adapters/auditor/bundle_text.h"
#include "agency-adapters/auditor/check_parts.h"
#include "agency-adapters/auditor/errors.h"
#include "agency-adapters/auditor/folder_tiles.h"
#include "agency-adapters/auditor/question.h"
#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/log_folder.h"
#include "base/status.h"
#include "proto/envelope/statement.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/proof_builder.h"
#include "proto/transparency/tile_node_reader.h"

namespace amana::auditor {
namespace {

using sdk::EventView;
using transparency::Checkpoint;

struct Chosen {
  std::string note;
  Checkpoint checkpoint;
};

// Where an answer may have gaps, and what fills them.
struct Range {
  bool begun = false, over = false;
  bool hidden = false;  // something on it does not show whether it is part of the answer
  uint64_t first = 0, last = 0;
  std::map<uint64_t, MirroredEvent> others = {};  // by index
  std::map<uint64_t, transparency::FieldSet> shown = {};
};

class Maker {
 public:
  explicit Maker(const BundleRequest& request)
      : request_(request), tiles_(request.files, request.folder) {}

  absl::StatusOr<Bundle> Make() {
    AMANA_RETURN_IF_ERROR(CheckPurpose(request_.purpose));
    auto signer = request_.identity.PersonSigner();
    if (!signer.ok()) signer = request_.identity.Signer();
    if (!signer.ok()) return signer.status();
    AMANA_RETURN_IF_ERROR(FindAnswer());
    AMANA_ASSIGN_OR_RETURN(const Chosen chosen, Choose());
    size_ = chosen.checkpoint.size();
    AMANA_RETURN_IF_ERROR(FindChains());
    AMANA_RETURN_IF_ERROR(FillRanges());
    v1::EvidenceBundle& bundle = bundle_.evidence;
    *bundle.mutable_meta() = envelope::MakeMeta((*signer)->certificate, request_.now);
    bundle.set_log(chosen.checkpoint.origin());
    bundle.set_purpose(request_.purpose);
    *bundle.mutable_question() = ToWire(request_.query);
    bundle.set_checkpoint(chosen.note);
    AMANA_RETURN_IF_ERROR(AddEvents(chosen.checkpoint));
    AMANA_RETURN_IF_ERROR(AddCertificates((*signer)->certificate));
    for (const std::string& token : request_.timestamps) bundle.add_timestamps(token);
    AMANA_ASSIGN_OR_RETURN(const std::string words, StatementOf(bundle, (*signer)->certificate));
    AMANA_ASSIGN_OR_RETURN(bundle_.file,
                           WriteBundleFile(words, envelope::Serialize(bundle), **signer));
    return std::move(bundle_);
  }

 private:
  const transparency::NoteVerifier& Log() const {
    return request_.ended.has_value() ? *request_.ended : request_.identity.log();
  }
  absl::Status FindAnswer() {
    AMANA_ASSIGN_OR_RETURN(answer_,
                           request_.book.Find(request_.query, 0, size_t{kMaxBundleEvents} + 1));
    return answer_.size() > kMaxBundleEvents ? BundleTooLarge() : absl::OkStatus();
  }

  absl::StatusOr<Chosen> Choose() {
    std::vector<std::string> notes = request_.checkpoints;
    AMANA_ASSIGN_OR_RETURN(std::string newest,
                           sdk::ReadLogFile(request_.files, request_.folder, "checkpoint"));
    AMANA_ASSIGN_OR_RETURN(const auto whole, transparency::OpenCheckpoint(newest, Log()));
    notes.push_back(std::move(newest));
    for (std::string& note : notes) {
      AMANA_ASSIGN_OR_RETURN(const auto opened, transparency::OpenCheckpoint(note, Log()));
      const Checkpoint& checkpoint = opened.checkpoint;
      if (checkpoint.size() > whole.checkpoint.size()) continue;  // the mirror is behind it
      if (!answer_.empty() && answer_.back().index >= checkpoint.size()) continue;
      AMANA_RETURN_IF_ERROR(CheckRoot(checkpoint, whole.checkpoint.size()));
      return Chosen{std::move(note), checkpoint};
    }
    return sdk::LogIncomplete("entry " + std::to_string(answer_.back().index));
  }

  // The mirror's files must lead to it; and its events must reach as far.
  absl::Status CheckRoot(const Checkpoint& checkpoint, uint64_t whole) {
    transparency::TileNodeReader nodes(tiles_, whole);
    AMANA_ASSIGN_OR_RETURN(const transparency::CompactRange frontier,
                           transparency::ReadFrontier(nodes, checkpoint.size()));
    if (frontier.Root() != checkpoint.root()) return sdk::LogForked(checkpoint.size(), whole);
    AMANA_ASSIGN_OR_RETURN(const uint64_t next, request_.book.Next());
    whole_ = whole;
    return next < checkpoint.size() ? EventsBehind(next, checkpoint.size()) : absl::OkStatus();
  }

  // Chains of this identity that the event is on.
  std::vector<Chain> ChainsOf(const EventView& event) const {
    const AgencyId& own = request_.identity.agency();
    if (request_.identity.tls().certificate.spiffe().role == crypto::Role::kAuditor) {
      return {{v1::EVIDENCE_COUNTER_ENTRIES, {}}};
    }
    std::vector<Chain> chains;
    if (event.referral.has_value() && event.referral->sender == own && event.sender_counter > 0) {
      chains.push_back({v1::EVIDENCE_COUNTER_SENDER, {own, {}}});
    }
    if (event.recipient.has_value() && event.recipient->agency == own &&
        event.recipient_counter > 0) {
      chains.push_back({v1::EVIDENCE_COUNTER_RECIPIENT, *event.recipient});
    }
    return chains;
  }

  // Those on which a part of the answer is; where there is no answer, all.
  absl::Status FindChains() {
    for (const MirroredEvent& event : answer_) {
      AMANA_ASSIGN_OR_RETURN(const EventView view, ViewOf(event));
      for (const Chain& chain : ChainsOf(view)) ranges_[chain];
    }
    any_ = answer_.empty();
    return absl::OkStatus();
  }

  absl::Status FillRanges() {
    EventReader reader(request_.book);
    auto answer = answer_.begin();
    while (true) {
      AMANA_ASSIGN_OR_RETURN(const ShownEvent* event, reader.Next());
      if (event == nullptr || event->index >= size_) break;
      AMANA_RETURN_IF_ERROR(event->view.status());
      const bool part = answer != answer_.end() && answer->index == event->index;
      if (part) ++answer;
      for (const Chain& chain : ChainsOf(*event->view)) {
        const auto range = any_ ? ranges_.try_emplace(chain).first : ranges_.find(chain);
        if (range == ranges_.end()) continue;
        AMANA_RETURN_IF_ERROR(Extend(chain, range->second, *event, part));
      }
    }
    std::erase_if(ranges_,
                  [](const auto& each) { return each.second.hidden || !each.second.begun; });
    return ranges_.size() > kMaxBundleRanges ? BundleTooLarge() : absl::OkStatus();
  }

  absl::Status Extend(const Chain& chain, Range& range, const ShownEvent& event, bool part) {
    if (range.over || range.hidden) return absl::OkStatus();
    const EventView& view = *event.view;
    const uint64_t number = *NumberOn(chain, event.index, view);
    const bool before = request_.query.from.has_value() && view.time < *request_.query.from;
    // Of what is before the time asked for, the last alone: it shows that none is missing after it.
    if (before || (!range.begun && !request_.query.from.has_value() && !part && !any_)) {
      if (!before) return absl::OkStatus();
      range.others.clear();
      range.shown.clear();
      range.begun = false;
    }
    if (!range.begun) range.first = number;
    range.begun = true;
    range.last = number;
    range.over = request_.query.until.has_value() && view.time >= *request_.query.until;
    if (part) return absl::OkStatus();
    const auto fields = FieldsThatSayNo(request_.query, view);
    range.hidden = !fields.has_value();
    if (range.hidden) return absl::OkStatus();
    range.shown[event.index] = *fields | FieldsOf(chain);
    AMANA_ASSIGN_OR_RETURN(std::vector<MirroredEvent> row, request_.book.Read(event.index, 1));
    range.others[event.index] = std::move(row.front());
    return range.others.size() > kMaxBundleEvents ? BundleTooLarge() : absl::OkStatus();
  }

  absl::Status AddEvents(const Checkpoint& checkpoint) {
    std::map<uint64_t, std::pair<const MirroredEvent*, transparency::FieldSet>> others;
    for (const auto& [chain, range] : ranges_) {
      *bundle_.evidence.add_ranges() = ToWire(chain, range.first, range.last);
      for (const auto& [index, event] : range.others) {
        auto& other = others[index];
        other.first = &event;
        other.second |= range.shown.at(index);
      }
    }
    if (answer_.size() + others.size() > kMaxBundleEvents) return BundleTooLarge();
    transparency::TileNodeReader nodes(tiles_, whole_);
    const auto prove = [&](v1::EvidenceEvent& event) -> absl::Status {
      AMANA_ASSIGN_OR_RETURN(const transparency::Hashes path,
                             BuildInclusionProof(nodes, event.index(), checkpoint.size()));
      for (const Digest& hash : path) event.add_path(hash.bytes());
      AMANA_ASSIGN_OR_RETURN(const EventView view, ViewOf(event));
      // A mirror that was changed is found here, not in court.
      const absl::Status in = transparency::VerifyInclusion(
          event.index(), checkpoint.size(), view.leaf_hash, path, checkpoint.root());
      return in.ok() ? in : sdk::LogTampered("entry " + std::to_string(event.index()));
    };
    for (const MirroredEvent& event : answer_) {
      v1::EvidenceEvent& evidence = *bundle_.evidence.add_events();
      AMANA_ASSIGN_OR_RETURN(evidence, AsMirrored(event));
      AMANA_RETURN_IF_ERROR(prove(evidence));
    }
    for (const auto& [index, other] : others) {
      v1::EvidenceEvent& evidence = *bundle_.evidence.add_others();
      AMANA_ASSIGN_OR_RETURN(evidence, Narrowed(*other.first, other.second));
      AMANA_RETURN_IF_ERROR(prove(evidence));
    }
    return absl::OkStatus();
  }

  // Those that the answer names and the mirror has, and who issued them and the signer's.
  absl::Status AddCertificates(const crypto::Certificate& signer) {
    std::map<CertId, std::string> certificates, issuers;
    const auto issued = [&](const crypto::Certificate& certificate) {
      const auto issuer = request_.identity.authorities().IssuerOf(certificate);
      if (issuer.ok()) issuers.emplace(issuer->id(), issuer->der());
    };
    issued(signer);
    for (const v1::EvidenceEvent& event : bundle_.evidence.events()) {
      AMANA_ASSIGN_OR_RETURN(const EventView view, ViewOf(event));
      if (view.cert_id.is_zero() || certificates.contains(view.cert_id)) continue;
      AMANA_ASSIGN_OR_RETURN(const std::optional<std::string> der,
                             request_.book.FindCertificate(view.cert_id));
      if (!der.has_value()) continue;
      AMANA_ASSIGN_OR_RETURN(const crypto::Certificate named, crypto::Certificate::FromDer(*der));
      issued(named);
      certificates.emplace(view.cert_id, *der);
    }
    if (certificates.size() > kMaxBundleCertificates) return BundleTooLarge();
    for (auto& [id, der] : certificates) bundle_.evidence.add_certificates(std::move(der));
    for (auto& [id, der] : issuers) bundle_.evidence.add_issuers(std::move(der));
    return absl::OkStatus();
  }

  const BundleRequest& request_;
  FolderTiles tiles_;
  std::vector<MirroredEvent> answer_;
  std::map<Chain, Range> ranges_;
  bool any_ = false;  // there is no answer: every chain is looked at
  uint64_t size_ = 0, whole_ = 0;
  Bundle bundle_;
};

}  // namespace

absl::StatusOr<Bundle> MakeBundle(const BundleRequest& request) { return Maker(request).Make(); }

}  // namespace amana::auditor
