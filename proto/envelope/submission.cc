#include "proto/envelope/submission.h"

#include <optional>
#include <utility>

#include "base/status.h"
#include "proto/envelope/errors.h"
#include "proto/envelope/section_check.h"
#include "proto/envelope/signer.h"
#include "proto/envelope/statement.h"

namespace amana::envelope {

absl::StatusOr<SealedSubmission> SealSubmission(const SubmissionDraft& draft,
                                                const crypto::EcdsaPrivateKey& key,
                                                const crypto::Certificate& signer) {
  v1::ReferralHeader header = draft.header;
  GrantSource source;
  AMANA_ASSIGN_OR_RETURN(source.referral.sender,
                         AgencyId::Create(header.sender().agency(), "sender.agency"));
  AMANA_ASSIGN_OR_RETURN(source.referral.referral,
                         ReferralId::FromBytes(header.referral_id(), "referral_id"));
  source.referral.version = header.version();
  source.signer = signer.id();
  source.created = draft.created;
  AMANA_RETURN_IF_ERROR(CheckSigner(signer, source.referral.sender));
  AMANA_RETURN_IF_ERROR(CheckSignerKey(signer, key));

  SealedSubmission result;
  const SealingPlace place = PlaceIn(header, result.submission);
  AMANA_ASSIGN_OR_RETURN(PlacedSections placed,
                         PlaceSections(draft.sections, source.referral.referral, place));
  source.slots_digest = SlotsDigest(header);
  std::optional<Digest> order;
  if (!draft.order.empty()) {
    AMANA_ASSIGN_OR_RETURN(*result.submission.mutable_candidate_order(),
                           MakeOrderCompanion(source, draft.order));
    order = PayloadDigest(result.submission.candidate_order());
  }
  AMANA_RETURN_IF_ERROR(PlaceCompanions(draft.recipients, source, placed, order, place));
  result.keys = std::move(placed.keys);
  *header.mutable_meta() = MakeMeta(signer, draft.created);
  AMANA_ASSIGN_OR_RETURN(*result.submission.mutable_header(),
                         SignMessage(kReferralType, header, key));
  AMANA_ASSIGN_OR_RETURN(const ReferralStatement statement,
                         ReferralStatement::Create(result.submission.header()));
  AMANA_RETURN_IF_ERROR(CheckSubmission(result.submission, statement).status());
  return result;
}

absl::StatusOr<std::vector<GrantStatement>> CheckSubmission(const v1::Submission& submission,
                                                            const ReferralStatement& referral,
                                                            const SubmissionLimits& limits) {
  const size_t size = submission.ByteSizeLong();
  if (size > limits.max_bytes) return SubmissionTooLarge(size, limits.max_bytes);
  if (submission.grants_size() > limits.max_grants) return TooManyGrants(limits.max_grants);
  if (HasUnknownFields(submission) || HasUnknownFields(submission.header())) {
    return UnknownField("submission");
  }
  AMANA_RETURN_IF_ERROR(CheckSections(submission.openings(), submission.sections(), referral));
  if (submission.has_candidate_order()) {
    AMANA_ASSIGN_OR_RETURN(const CandidateOrderStatement order,
                           CheckCandidateOrder(submission.candidate_order(), referral));
    if (!order.companion) return CompanionUnknown();
  }
  AMANA_ASSIGN_OR_RETURN(std::vector<GrantStatement> grants,
                         CheckGrants(submission.grants(), submission.openings(), referral.slots()));
  for (const GrantStatement& grant : grants) {
    if (!grant.companion) return CompanionUnknown();
  }
  return grants;
}

}  // namespace amana::envelope
