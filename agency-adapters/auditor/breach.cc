#include "agency-adapters/auditor/breach.h"

#include <string>
#include <utility>

#include "agency-adapters/auditor/check_parts.h"
#include "base/status.h"

namespace amana::auditor {
namespace {

using sdk::EventField;
using sdk::EventView;

// After which the recipient may have read it.
bool IsDelivery(v1::EventKind kind) {
  return kind == v1::EVENT_KIND_DELIVERY_LEASED || kind == v1::EVENT_KIND_DELIVERY_SENT ||
         kind == v1::EVENT_KIND_DELIVERY_NATIVE_ACKED || kind == v1::EVENT_KIND_DELIVERY_READ ||
         kind == v1::EVENT_KIND_NOTE_RELEASED;
}

class Follower {
 public:
  Follower(const CertId& certificate, std::optional<absl::Time> from,
           std::optional<absl::Time> until)
      : certificate_(certificate), from_(from), until_(until) {}

  void IsOf(const crypto::Certificate& certificate) {
    breach_.certificate = certificate;
    const crypto::SpiffeId& spiffe = certificate.spiffe();
    if (spiffe.unit.has_value()) unit_ = Address{spiffe.agency, *spiffe.unit};
  }

  void Take(uint64_t index, const EventView& view) {
    const bool in_period = InPeriod(view);
    if (in_period && !view.has(EventField::kCertId)) ++breach_.hidden;
    if (in_period && view.cert_id == certificate_) {
      ++breach_.signed_kinds[view.kind];
      if (view.referral.has_value()) ++breach_.referrals[*view.referral].signed_events;
      return Add(How::kSigned, index, view);
    }
    if (view.referral.has_value() && breach_.referrals.contains(*view.referral)) {
      return Add(How::kFollowed, index, view);
    }
    if (in_period && unit_.has_value() && view.recipient == unit_ && IsDelivery(view.kind)) {
      Add(How::kReached, index, view);
    }
  }

  Breach Done() && { return std::move(breach_); }

 private:
  bool InPeriod(const EventView& view) const {
    if (!view.has(EventField::kTime)) return true;
    return (!from_.has_value() || view.time >= *from_) &&
           (!until_.has_value() || view.time < *until_);
  }

  void Add(How how, uint64_t index, const EventView& view) {
    if (view.referral.has_value() && IsDelivery(view.kind)) {
      const auto touched = breach_.referrals.find(*view.referral);
      if (touched != breach_.referrals.end()) {
        ++touched->second.deliveries;
        if (view.recipient.has_value()) touched->second.recipients.insert(*view.recipient);
      }
    }
    breach_.events.push_back({how, index, view});
  }

  const CertId certificate_;
  const std::optional<absl::Time> from_, until_;
  std::optional<Address> unit_;
  Breach breach_;
};

}  // namespace

std::string_view HowName(How how) {
  switch (how) {
    case How::kSigned:
      return "SIGNED";
    case How::kFollowed:
      return "FOLLOWED";
    case How::kReached:
      break;
  }
  return "REACHED";
}

absl::StatusOr<Breach> TouchedBy(MirrorBook& book, const CertId& certificate,
                                 std::optional<absl::Time> from, std::optional<absl::Time> until) {
  Follower follower(certificate, from, until);
  AMANA_ASSIGN_OR_RETURN(const std::optional<std::string> der, book.FindCertificate(certificate));
  if (der.has_value()) {
    AMANA_ASSIGN_OR_RETURN(const crypto::Certificate known, crypto::Certificate::FromDer(*der));
    if (known.id() == certificate) follower.IsOf(known);
  }
  EventReader reader(book);
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const ShownEvent* event, reader.Next());
    if (event == nullptr) break;
    AMANA_RETURN_IF_ERROR(event->view.status());
    follower.Take(event->index, *event->view);
  }
  return std::move(follower).Done();
}

}  // namespace amana::auditor
